//! Messages: how often the provider was called for each, and what it said.

use std::time::Duration;

use countersign_core::delivery::{
    Channel, Message, MessageKey, MessageState, MessageStatus, ReceiptKind, SendOutcome, Settled,
};
use countersign_core::events::EventKind;
use countersign_core::ledger::{ClaimDue, ClaimOutcome, Claimed, Ingest, IngestOutcome, Settle};
use countersign_core::time::{Timestamp, seconds};

use super::{Answered, Book};
use crate::invariant::{Held, Invariant};

/// What the product promises of its calls to a provider.
const LONGEST_CALL: Duration = seconds(30);
const TIME_FOR_RECEIPTS: Duration = seconds(10);
const MOST_CALLS: u8 = 4;

/// All that is known of a message.
#[derive(Default)]
pub(super) struct Mail {
    calls: u8,
    /// Calls that were answered: it was not sent, try again.
    retries: u8,
    /// Calls whose answer nobody heard.
    lost: u8,
    /// The call that is under way, and since when.
    calling: Option<(u8, Timestamp)>,
    /// When an answer was noted as lost, until the provider is called again.
    waiting_since: Option<Timestamp>,
    /// Calls that followed a lost answer.
    again: u8,
    is_accepted: bool,
    /// By which it was called for last.
    channel: Option<Channel>,
    /// We gave up, or the provider refused it.
    is_given_up: bool,
    receipts: Vec<ReceiptKind>,
}

impl Mail {
    /// What the receipts say together, whatever their order; else what we know ourselves.
    fn agrees(&self, status: MessageStatus) -> bool {
        let has = |kind| self.receipts.contains(&kind);
        if has(ReceiptKind::Read) {
            return status == MessageStatus::Read;
        }
        if has(ReceiptKind::Delivered) {
            return status == MessageStatus::Delivered;
        }
        if has(ReceiptKind::Failed) || self.is_given_up {
            return status == MessageStatus::Failed;
        }
        if has(ReceiptKind::Sent) {
            return status == MessageStatus::Sent;
        }
        if self.is_accepted {
            return status == MessageStatus::Accepted;
        }
        match status {
            MessageStatus::Queued => self.calling.is_none(),
            MessageStatus::Sending => self.calls > 0,
            // Also what the provider did not take and nobody waited for any more.
            MessageStatus::Dropped => self.calls <= self.retries + self.lost,
            MessageStatus::Accepted
            | MessageStatus::Sent
            | MessageStatus::Delivered
            | MessageStatus::Read
            | MessageStatus::Failed => false,
        }
    }

    fn is_lost(&self) -> bool {
        let has = |kind| self.receipts.contains(&kind);
        let has_arrived = has(ReceiptKind::Delivered) || has(ReceiptKind::Read);
        (self.is_given_up || has(ReceiptKind::Failed)) && !has_arrived
    }

    // A call that is still under way has lost its answer once its lease has run out. Either way
    // a receipt has some time to come.
    fn call(&mut self, attempt: u8, now: Timestamp) -> bool {
        let before = self.calling.replace((attempt, now));
        let silent_since = before.map(|(_, since)| since.plus(LONGEST_CALL));
        let lost_at = silent_since.or(self.waiting_since.take());
        let is_free = lost_at.is_none_or(|lost_at| now >= lost_at.plus(TIME_FOR_RECEIPTS));
        self.lost += u8::from(before.is_some());
        self.again += u8::from(lost_at.is_some());
        self.calls += 1;
        is_free
            && attempt == self.calls
            && self.calls <= MOST_CALLS
            && self.calls <= 1 + self.lost + self.retries
            && self.again <= 1
            && !self.is_accepted
            && !self.is_given_up
            && self.receipts.is_empty()
    }
}

impl Book {
    pub(super) fn claim(&mut self, claim: &ClaimDue, outcome: &ClaimOutcome) -> Held {
        Invariant::CallsAreAccountedFor.hold(outcome.claimed.len() <= claim.most, || {
            format!("{} of {} were claimed", outcome.claimed.len(), claim.most)
        })?;
        outcome.claimed.iter().try_for_each(|claimed| self.call(claimed, claim.now))
    }

    fn call(&mut self, claimed: &Claimed, now: Timestamp) -> Held {
        let key = claimed.key;
        let entry = self.entries.get(&key.verification_key());
        let is_live = entry.is_some_and(|entry| entry.is_live(now));
        Invariant::NoApprovalAfterTheEnd
            .hold(is_live, || format!("{key:?} was called for after its end"))?;
        let held = claimed.verification.code.as_ref();
        let opened =
            held.and_then(|held| held.open(&claimed.verification.place(), &self.scene.keyring));
        let carried = opened.as_ref().map(|code| code.reveal().expose());
        Invariant::ApprovalForTheRightCodeOnly
            .hold(carried.is_some() && carried == entry.map(|entry| &entry.code), || {
                format!("{key:?} carries another code")
            })?;
        let phone = entry.map(|entry| entry.phone);
        let is_wanted = phone.is_some_and(|phone| !self.is_suppressed(phone, claimed.channel));
        Invariant::NothingIsSentUnwanted
            .hold(is_wanted, || format!("{key:?} goes by {:?}, unwanted", claimed.channel))?;
        let mail = self.mails.get_mut(&key).expect("its verification is live");
        self.tally.calls += 1;
        mail.channel = Some(claimed.channel);
        let before = mail.calls;
        let retries = mail.retries;
        let is_accounted_for = mail.call(claimed.attempt, now);
        self.tally.duplicates += u64::from(before > retries);
        Invariant::CallsAreAccountedFor.hold(is_accounted_for, || {
            format!("call {} of {key:?} after {} retries", mail.calls, mail.retries)
        })
    }

    pub(super) fn settle(&mut self, settle: &Settle, outcome: Settled) -> Held {
        let Some(mail) = self.mails.get_mut(&settle.key) else {
            return Invariant::NothingOfAnotherTenant.hold(outcome == Settled::Stale, || {
                format!("{:?} was settled, but nobody sent it", settle.key)
            });
        };
        if outcome == Settled::Stale {
            return Ok(());
        }
        let entry = self.entries.get(&settle.key.verification_key());
        // Whoever saw it end may have read the clock a moment later.
        let soon = settle.now.plus(seconds(1));
        let has_ended = entry.is_none_or(|entry| !entry.is_live(soon));
        self.tally.late_answers += u64::from(has_ended);
        Invariant::MessagesEnd.hold(outcome != Settled::Dropped || has_ended, || {
            format!("{:?} was dropped, and somebody waits", settle.key)
        })?;
        let is_current = mail.calling.is_some_and(|(attempt, _)| attempt == settle.attempt);
        mail.calling = None;
        let was_not_called = matches!(settle.outcome, SendOutcome::Postponed { .. });
        mail.calls -= u8::from(was_not_called);
        self.tally.postponed += u64::from(was_not_called);
        match outcome {
            Settled::Accepted => mail.is_accepted = true,
            Settled::Delivered => {
                mail.is_accepted = true;
                mail.receipts.push(ReceiptKind::Delivered);
            }
            Settled::WillRetry | Settled::Dropped if was_not_called => {}
            Settled::WillRetry => {
                mail.retries += 1;
                self.tally.retries += 1;
            }
            Settled::Dropped => mail.retries += 1,
            Settled::WillWait => {
                mail.lost += 1;
                mail.waiting_since = Some(settle.now);
                self.tally.lost_answers += 1;
            }
            Settled::Failed => mail.is_given_up = true,
            Settled::Stale => {}
        }
        let channel = mail.channel;
        Invariant::CallsAreAccountedFor
            .hold(is_current, || format!("{:?} was settled twice", settle.key))?;
        if let (SendOutcome::OptedOut { .. }, Some(channel)) = (&settle.outcome, channel) {
            self.opt_out(settle.key.verification_key(), channel);
        }
        Ok(())
    }

    pub(super) fn ingest(&mut self, ingest: &Ingest, outcome: &IngestOutcome) -> Held {
        let key = ingest.webhook.key;
        let is_new = self.webhooks.insert(key);
        Invariant::EffectsHappenOnce
            .hold(is_new != outcome.is_repeated, || format!("{key:?} came again: {}", !is_new))?;
        if !is_new {
            self.tally.repeated_webhooks += 1;
            return Invariant::EffectsHappenOnce.hold(outcome.receipts == 0, || {
                format!("{key:?} said {} things again", outcome.receipts)
            });
        }
        let mut unmatched = 0;
        for receipt in &ingest.receipts {
            match self.mails.get_mut(&receipt.message) {
                Some(mail) => {
                    let was_lost = mail.is_lost();
                    mail.receipts.push(receipt.receipt.kind);
                    if was_lost && !mail.is_lost() {
                        self.found.push(receipt.message.verification_key());
                    }
                }
                None => unmatched += 1,
            }
        }
        self.tally.receipts += outcome.receipts as u64;
        self.tally.foreign += unmatched as u64;
        Invariant::NothingOfAnotherTenant.hold(outcome.unmatched == unmatched, || {
            format!("{} receipts of {key:?} had no message, not {unmatched}", outcome.unmatched)
        })
    }

    /// Enters messages that will not arrive.
    pub(super) fn failed_messages(&mut self, answered: &Answered<'_>) -> Held {
        for event in &answered.events {
            let (EventKind::MessageFailed, Some(number)) = (event.kind, event.message) else {
                continue;
            };
            let key = MessageKey { tenant: event.tenant, verification: event.verification, number };
            let may_be_unwanted = self.may_be_withheld(key.verification_key(), answered.op);
            let mail = self.mails.get_mut(&key);
            let Some(mail) = mail else {
                return Invariant::NothingOfAnotherTenant
                    .hold(false, || format!("{key:?} failed, but nobody sent it"));
            };
            // Only a lost answer is ever given up without one, or what is not wanted any more.
            let is_silent = !mail.is_given_up && !mail.receipts.contains(&ReceiptKind::Failed);
            let is_lost = mail.lost > 0 || mail.calling.is_some();
            mail.is_given_up |= is_silent;
            self.tally.withheld += u64::from(is_silent && !is_lost);
            if let Some(entry) = self.entries.get_mut(&key.verification_key()) {
                entry.failed_messages += 1;
            }
            Invariant::MessagesEnd.hold(!is_silent || is_lost || may_be_unwanted, || {
                format!("{key:?} was given up for no reason")
            })?;
        }
        Ok(())
    }

    /// The row of a message is as the books have it.
    pub(super) fn message_row(&self, row: &Message) -> Held {
        let Some(mail) = self.mails.get(&row.key) else {
            return Invariant::NothingOfAnotherTenant
                .hold(false, || format!("{:?} exists, but nobody sent it", row.key));
        };
        let status = row.status();
        Invariant::StatusIsTheJoinOfReceipts.hold(mail.agrees(status), || {
            format!("{:?} is {status:?}, with {:?}", row.key, mail.receipts)
        })?;
        let is_told = told_with(status).is_none_or(|kind| {
            self.facts.contains(&(row.key.verification_key(), kind, Some(row.key.number)))
        });
        Invariant::EffectsHappenOnce
            .hold(is_told, || format!("nobody was told that {:?} is {status:?}", row.key))?;
        Invariant::RowsAreAsDecided.hold(
            (row.state == MessageState::Failed) == (status == MessageStatus::Failed)
                && row.possible_duplicate == (mail.again > 0),
            || format!("{:?} is {:?} to us, and {status:?} to others", row.key, row.state),
        )?;
        Invariant::CallsAreAccountedFor.hold(row.tries == mail.calls, || {
            format!("{:?} has {} tries, not {}", row.key, row.tries, mail.calls)
        })
    }
}

const fn told_with(status: MessageStatus) -> Option<EventKind> {
    match status {
        MessageStatus::Accepted => Some(EventKind::MessageAccepted),
        MessageStatus::Sent => Some(EventKind::MessageSent),
        MessageStatus::Delivered => Some(EventKind::MessageDelivered),
        MessageStatus::Read => Some(EventKind::MessageRead),
        MessageStatus::Failed => Some(EventKind::MessageFailed),
        MessageStatus::Queued | MessageStatus::Sending | MessageStatus::Dropped => None,
    }
}

/// Nothing is to be done about it any more, and nobody believes otherwise.
pub(super) fn has_ended(row: &Message) -> bool {
    match row.state {
        MessageState::Accepted
        | MessageState::Failed
        | MessageState::Dropped
        | MessageState::Unknown => row.due_at.is_none(),
        MessageState::Queued | MessageState::Calling => false,
    }
}
