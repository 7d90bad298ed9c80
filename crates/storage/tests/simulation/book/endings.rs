//! How verifications end: once, for a reason that is there.

use std::collections::BTreeSet;

use countersign_core::events::{Event, EventKind};
use countersign_core::ledger::{Cancel, CancelOutcome, Expire, Op};
use countersign_core::time::Timestamp;
use countersign_core::verification::{State, VerificationKey};

use super::{Answered, Book};
use crate::invariant::{Held, Invariant};

impl Book {
    pub(super) fn cancel(&mut self, cancel: &Cancel, outcome: CancelOutcome) -> Held {
        let entry = self.entries.get(&cancel.key);
        let holds = match (outcome, entry) {
            (CancelOutcome::NotFound, None) => true,
            (CancelOutcome::Canceled, Some(entry)) => {
                entry.is_live(cancel.now) || entry.state == State::Canceled
            }
            (CancelOutcome::Ended(_), Some(entry)) => !entry.is_live(cancel.now),
            (CancelOutcome::NotFound, Some(_))
            | (CancelOutcome::Canceled | CancelOutcome::Ended(_), None) => false,
        };
        self.tally.foreign += u64::from(entry.is_none());
        Invariant::NothingOfAnotherTenant
            .hold(holds, || format!("canceling {:?} was answered {outcome:?}", cancel.key))
    }

    pub(super) fn expire(
        &mut self,
        expire: &Expire,
        ended: usize,
        answered: &Answered<'_>,
    ) -> Held {
        let due = expire.keys.iter().filter(|key| {
            let entry = self.entries.get(key);
            entry.is_some_and(|row| row.state == State::Pending && row.expires_at <= expire.now)
        });
        let due: BTreeSet<_> = due.collect();
        Invariant::RowsAreAsDecided
            .hold(ended == due.len() && ended == answered.events.len(), || {
                format!("{ended} of {} expired", due.len())
            })
    }

    /// Enters what ended with a decision.
    pub(super) fn endings(&mut self, answered: &Answered<'_>) -> Held {
        for event in &answered.events {
            if let Some(state) = state_after(event.kind) {
                self.end(event, state, answered.op)?;
            }
        }
        let Op::Start(start) = answered.op else { return Ok(()) };
        self.live_together(start.verification.key, start.now)
    }

    fn end(&mut self, event: &Event, state: State, op: &Op) -> Held {
        let key = VerificationKey { tenant: event.tenant, id: event.verification };
        Invariant::NothingOfAnotherTenant.hold(self.may_end(key, event.kind, op), || {
            format!("{:?} happened to {key:?}", event.kind)
        })?;
        let entry = self.entries.get_mut(&key).expect("it may end");
        let is_in_time = (state == State::Expired) != entry.is_live(event.at);
        let is_hopeless = usize::from(entry.failed_messages) >= entry.messages();
        Invariant::NoApprovalAfterTheEnd.hold(
            entry.state == State::Pending
                && is_in_time
                && (state != State::Undeliverable || is_hopeless),
            || format!("{key:?} became {state:?}, but it was {:?}", entry.state),
        )?;
        entry.state = state;
        entry.is_superseded = event.kind == EventKind::VerificationSuperseded;
        self.pending.remove(&key);
        let tally = &mut self.tally;
        match state {
            State::Expired => tally.expirations += 1,
            State::Exhausted => tally.exhaustions += 1,
            State::Undeliverable => tally.undeliverable += 1,
            State::Canceled if entry.is_superseded => tally.supersessions += 1,
            State::Canceled => tally.cancellations += 1,
            // Approvals are counted by their answers.
            State::Approved | State::Pending => {}
        }
        Ok(())
    }

    // Whether the operation is one of its tenant, and one that can do this.
    fn may_end(&self, key: VerificationKey, kind: EventKind, op: &Op) -> bool {
        let Some(entry) = self.entries.get(&key) else { return false };
        let is_check = kind == EventKind::VerificationApproved
            || kind == EventKind::VerificationExhausted
            || kind == EventKind::VerificationExpired;
        let is_undeliverable = kind == EventKind::VerificationUndeliverable;
        match op {
            Op::Start(start) => {
                kind == EventKind::VerificationSuperseded
                    && start.verification.key.tenant == key.tenant
                    && start.verification.phone == entry.phone
                    && start.verification.purpose == entry.purpose
            }
            Op::Check(_) => is_check,
            Op::Cancel(cancel) => kind == EventKind::VerificationCanceled && cancel.key == key,
            Op::Expire(expire) => {
                kind == EventKind::VerificationExpired && expire.keys.contains(&key)
            }
            Op::Settle(settle) => is_undeliverable && settle.key.verification_key() == key,
            Op::Ingest(ingest) => is_undeliverable && ingest.webhook.key.tenant == key.tenant,
            Op::ClaimDue(_) => is_undeliverable,
            Op::Resend(_) | Op::Lift(_) => false,
        }
    }

    fn live_together(&self, key: VerificationKey, now: Timestamp) -> Held {
        let Some(entry) = self.entries.get(&key) else { return Ok(()) };
        let siblings = self.siblings(entry.phone).iter().rev().take(8);
        let live = siblings
            .map(|other| &self.entries[other])
            .filter(|other| other.purpose == entry.purpose && other.is_live(now))
            .count();
        Invariant::LiveTogether.hold(live <= self.scene.policy.limits.live.into(), || {
            format!("{live} are live together with {key:?}")
        })
    }
}

const fn state_after(kind: EventKind) -> Option<State> {
    match kind {
        EventKind::VerificationApproved => Some(State::Approved),
        EventKind::VerificationExpired => Some(State::Expired),
        EventKind::VerificationCanceled
        | EventKind::VerificationContested
        | EventKind::VerificationSuperseded => Some(State::Canceled),
        EventKind::VerificationExhausted => Some(State::Exhausted),
        EventKind::VerificationUndeliverable => Some(State::Undeliverable),
        EventKind::VerificationCreated
        | EventKind::VerificationMessageReceived
        | EventKind::VerificationResent
        | EventKind::VerificationFallback
        | EventKind::MessageAccepted
        | EventKind::MessageSent
        | EventKind::MessageDelivered
        | EventKind::MessageRead
        | EventKind::MessageFailed => None,
    }
}
