//! Claiming messages that are due, and settling what came of sending them.

use std::sync::Arc;
use std::time::Duration;

use super::loss::{Loss, fall_back};
use super::{Keys, Rows};
use crate::channel::Channel;
use crate::delivery::{Claim, MessageKey, MessageKind, SendOutcome, Settled};
use crate::events::EventKind;
use crate::id::EventId;
use crate::keyring::Sealed;
use crate::time::Timestamp;
use crate::verification::{PhoneKey, Verification};

/// Takes messages that are due, for one who will send them.
#[derive(Clone, Debug)]
pub struct ClaimDue {
    /// How many at most.
    pub most: usize,
    pub event: EventId,
    pub now: Timestamp,
}

#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ClaimOutcome {
    pub claimed: Vec<Claimed>,
    /// Others were looked at: there may be more to claim.
    pub may_have_more: bool,
}

/// A message that is this claimant's until its lease runs out.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub key: MessageKey,
    /// Names the try when it is settled.
    pub attempt: u8,
    pub kind: MessageKind,
    pub channel: Channel,
    /// An earlier try's answer was lost.
    pub is_repeat: bool,
    pub created_at: Timestamp,
    pub recipient: Option<Sealed>,
    pub verification: Arc<Verification>,
}

/// Notes what came of sending a claimed message.
#[derive(Clone, Debug)]
pub struct Settle {
    pub key: MessageKey,
    pub attempt: u8,
    pub outcome: SendOutcome,
    /// How long the phone may take to say that it has the message.
    pub patience: Duration,
    pub event: EventId,
    pub now: Timestamp,
}

pub type SettleOutcome = Settled;

impl ClaimDue {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.due_loaded {
            let most = keys.due.map_or(0, |(most, _)| most) + self.most;
            keys.due = Some((most, self.now));
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> ClaimOutcome {
        let mut outcome = ClaimOutcome::default();
        for n in 0.. {
            if outcome.claimed.len() >= self.most {
                outcome.may_have_more = true;
                break;
            }
            let Some(key) = rows.due.pop() else { break };
            let event = self.event.nth(n);
            outcome.claimed.extend(self.claim(key, event, rows));
            outcome.may_have_more = true;
        }
        outcome
    }

    fn claim(&self, key: MessageKey, event: EventId, rows: &mut Rows) -> Option<Claimed> {
        let verification = rows.verifications.get(&key.verification_key()).cloned();
        let is_unwanted =
            verification.as_ref().is_some_and(|row| is_unwanted(key, row.phone, rows));
        let message = rows.messages.edit(&key)?;
        // Nobody waits for the code any more.
        let carries_code = message.kind.carries_code();
        let is_wanted = |row: &Arc<Verification>| !carries_code || row.is_live(self.now);
        let Some(verification) = verification.filter(is_wanted) else {
            message.drop_unsent();
            return None;
        };
        if is_unwanted && message.withhold(self.now) {
            Loss::of(key).note(event, self.now, rows);
            return None;
        }
        match message.claim(self.now) {
            Claim::Call { attempt } => Some(Claimed {
                key,
                attempt,
                kind: message.kind,
                channel: message.channel,
                is_repeat: message.possible_duplicate,
                created_at: message.created_at,
                recipient: message.recipient.clone(),
                verification,
            }),
            Claim::GaveUp => {
                Loss::of(key).note(event, self.now, rows);
                None
            }
            Claim::Silent => {
                fall_back(key, event, self.now, rows);
                None
            }
            Claim::Wait | Claim::NotDue => None,
        }
    }
}

/// Whether somebody stopped what this message goes by since it was queued. Whoever wrote first
/// asked for the answer.
fn is_unwanted(key: MessageKey, phone: PhoneKey, rows: &Rows) -> bool {
    let message = rows.messages.get(&key).filter(|message| message.kind == MessageKind::Code);
    message.is_some_and(|message| rows.is_suppressed(phone, message.channel))
}

impl Settle {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.messages.is_loaded(&self.key) {
            keys.messages.push(self.key);
        }
        if self.outcome.taken().is_none() {
            self.loss().want(rows, keys);
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> Settled {
        let Some(message) = rows.messages.edit(&self.key) else { return Settled::Stale };
        let settled = message.settle(self.attempt, &self.outcome, self.patience, self.now);
        match settled {
            Settled::Accepted => {
                rows.record_message(self.key, EventKind::MessageAccepted, self.event, self.now);
            }
            Settled::Delivered => {
                rows.record_message(self.key, EventKind::MessageDelivered, self.event, self.now);
            }
            Settled::Failed => self.loss().note(self.event, self.now, rows),
            Settled::WillRetry | Settled::WillWait | Settled::Dropped | Settled::Stale => {}
        }
        settled
    }

    const fn loss(&self) -> Loss {
        let is_unreachable = matches!(self.outcome, SendOutcome::Unreachable { .. });
        let is_opted_out = matches!(self.outcome, SendOutcome::OptedOut { .. });
        Loss { key: self.key, is_unreachable, is_opted_out }
    }
}
