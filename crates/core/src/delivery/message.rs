//! A message on its way, and the rules of trying again.
//!
//! ```text
//! queued ──claim──► calling ──► accepted ──receipts──► sent, delivered, read | failed
//!    ▲                │  │
//!    └── not sent ────┘  └── answer lost ──► unknown ──no receipt──► calling, once
//! ```
//! The row is `calling` in storage before the provider is called, so that a crash in between is
//! seen afterwards as an answer that was lost.

use std::time::Duration;

use super::{
    Channel, MessageKind, MessageState, MessageStatus, Receipt, Receipts, SendOutcome, Settled,
    own_code,
};
use crate::id::{TenantId, VerificationId};
use crate::keyring::Sealed;
use crate::time::{Timestamp, minutes, seconds};

/// How long a claim holds. It exceeds the provider's time-out, so that a claim that ran out means
/// a process that died.
pub const LEASE: Duration = seconds(30);
/// How long a receipt may take to settle an answer that was lost.
const RECONCILIATION: Duration = seconds(10);
const MOST_TRIES: u8 = 4;
const BACKOFF_BASE: Duration = Duration::from_millis(500);
const BACKOFF_CAP: Duration = seconds(8);
/// No try begins later than this after the message was made.
const PATIENCE: Duration = seconds(45);
/// No code lives longer after its last message: what is told later is not worth another one.
const LONGEST_LIFE: Duration = minutes(10);
/// A provider's hint is not followed beyond this.
const LONGEST_HINT: Duration = minutes(1);

/// A message of a verification: its tenant, the verification, and its place there, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    pub tenant: TenantId,
    pub verification: VerificationId,
    pub number: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub key: MessageKey,
    pub kind: MessageKind,
    pub channel: Channel,
    /// Where it goes, sealed; `None` is the number of the verification.
    pub recipient: Option<Sealed>,
    pub state: MessageState,
    /// When something is to be done about it next; `None` when nothing is.
    pub due_at: Option<Timestamp>,
    /// Calls to the provider so far.
    pub tries: u8,
    /// An answer was lost and the message sent again: the same code may arrive twice.
    pub possible_duplicate: bool,
    /// The provider's id, sealed because it holds the phone number.
    pub provider_id: Option<Sealed>,
    pub receipts: Receipts,
    pub created_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    /// The name of the account that took it; see `tenants::Integration`.
    pub account: Option<String>,
    /// The next channel is tried when nothing says in time that the phone has it.
    pub is_watched: bool,
}

/// What claiming a due message found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// Call the provider now. The number is the try, which settling it must name.
    Call { attempt: u8 },
    /// The last try's answer was lost: a receipt has some time to come.
    Wait,
    /// It is over; nothing more is tried.
    GaveUp,
    /// Nothing says that the phone has it: the next channel is to be tried. Told once.
    Silent,
    /// Somebody else has it, or nothing is to be done.
    NotDue,
}

impl Message {
    pub fn queued(key: MessageKey, channel: Channel, now: Timestamp) -> Self {
        Self {
            key,
            kind: MessageKind::Code,
            channel,
            recipient: None,
            state: MessageState::Queued,
            due_at: Some(now),
            tries: 0,
            possible_duplicate: false,
            provider_id: None,
            receipts: Receipts::default(),
            created_at: now,
            accepted_at: None,
            account: None,
            is_watched: false,
        }
    }

    pub fn claim(&mut self, now: Timestamp) -> Claim {
        if self.due_at.is_none_or(|due| now < due) {
            return Claim::NotDue;
        }
        match self.state {
            MessageState::Queued => self.call(now),
            MessageState::Calling => {
                self.wait(MessageState::Unknown, now.plus(RECONCILIATION));
                Claim::Wait
            }
            // A person is waiting for this code: a second copy is better than none, once.
            MessageState::Unknown if !self.possible_duplicate && self.tries < MOST_TRIES => {
                self.possible_duplicate = true;
                self.call(now)
            }
            MessageState::Unknown => {
                self.end(MessageState::Failed, now);
                Claim::GaveUp
            }
            MessageState::Accepted => self.give_up_waiting(),
            MessageState::Failed | MessageState::Dropped => {
                self.due_at = None;
                Claim::NotDue
            }
        }
    }

    fn give_up_waiting(&mut self) -> Claim {
        self.due_at = None;
        let is_silent = self.is_watched && !self.receipts.is_delivered();
        self.is_watched = false;
        if is_silent { Claim::Silent } else { Claim::NotDue }
    }

    /// Its person wants no messages by its channel any more. Answers whether that ends it: one that
    /// may be on its way is not called back, and is not sent again.
    pub fn withhold(&mut self, now: Timestamp) -> bool {
        let is_due = self.due_at.is_some_and(|due| now >= due);
        let is_to_be_sent = matches!(self.state, MessageState::Queued | MessageState::Unknown);
        if is_due && is_to_be_sent {
            self.receipts.error = Some(own_code::UNWANTED);
            self.end(MessageState::Failed, now);
        }
        is_due && is_to_be_sent
    }

    /// The verification ended: a message that nobody waits for is not sent.
    pub fn drop_unsent(&mut self) {
        self.is_watched = false;
        match self.state {
            MessageState::Queued => {
                self.state = MessageState::Dropped;
                self.due_at = None;
            }
            // It may be on its way: what is under way is answered yet, and receipts can tell.
            MessageState::Calling | MessageState::Unknown => {
                self.state = MessageState::Unknown;
                self.due_at = None;
            }
            MessageState::Accepted | MessageState::Failed | MessageState::Dropped => {
                self.due_at = None;
            }
        }
    }

    /// `patience` is how long the phone may take to say that it has the message.
    pub fn settle(
        &mut self,
        attempt: u8,
        outcome: &SendOutcome,
        patience: Duration,
        now: Timestamp,
    ) -> Settled {
        if let Some((provider_id, account)) = outcome.taken() {
            self.provider_id.get_or_insert_with(|| provider_id.clone());
            self.account.get_or_insert_with(|| account.to_owned());
        }
        let is_open = self.state == MessageState::Calling || self.is_let_go();
        if self.tries != attempt || !is_open {
            return Settled::Stale;
        }
        match outcome {
            SendOutcome::Accepted { .. } => {
                // What was in the way of earlier tries says nothing any more.
                self.receipts.error = None;
                self.accept(patience, now);
                Settled::Accepted
            }
            SendOutcome::Delivered { .. } => {
                self.receipts.sent_at.get_or_insert(now);
                self.receipts.delivered_at.get_or_insert(now);
                self.accept(patience, now);
                Settled::Delivered
            }
            SendOutcome::Retry { after, code, jitter } => self.retry(*after, *code, *jitter, now),
            SendOutcome::Postponed { after, code } => {
                self.tries -= 1;
                self.try_again(now.plus(*after), Some(*code), now)
            }
            SendOutcome::Unknown { code } if self.is_let_go() => {
                self.receipts.error = *code;
                Settled::WillWait
            }
            SendOutcome::Unknown { code } => {
                self.receipts.error = *code;
                self.wait(MessageState::Unknown, now.plus(RECONCILIATION));
                Settled::WillWait
            }
            SendOutcome::Failed { code }
            | SendOutcome::Unreachable { code }
            | SendOutcome::OptedOut { code } => {
                self.receipts.error = Some(*code);
                self.end(MessageState::Failed, now);
                Settled::Failed
            }
        }
    }

    /// Joins a receipt. Answers whether it said something new.
    pub fn receive(&mut self, receipt: &Receipt, patience: Duration, now: Timestamp) -> bool {
        if !self.receipts.join(receipt) {
            return false;
        }
        // Whatever a receipt says, the provider had the message.
        if self.receipts.is_failed() {
            self.end(MessageState::Failed, now);
        } else {
            self.accept(patience, now);
        }
        true
    }

    pub fn status(&self) -> MessageStatus {
        let receipts = &self.receipts;
        if receipts.read_at.is_some() {
            return MessageStatus::Read;
        }
        if receipts.delivered_at.is_some() {
            return MessageStatus::Delivered;
        }
        match self.state {
            MessageState::Queued => MessageStatus::Queued,
            MessageState::Calling | MessageState::Unknown => MessageStatus::Sending,
            MessageState::Accepted if receipts.sent_at.is_some() => MessageStatus::Sent,
            MessageState::Accepted => MessageStatus::Accepted,
            MessageState::Failed => MessageStatus::Failed,
            MessageState::Dropped => MessageStatus::Dropped,
        }
    }

    fn call(&mut self, now: Timestamp) -> Claim {
        self.tries += 1;
        self.wait(MessageState::Calling, now.plus(LEASE));
        Claim::Call { attempt: self.tries }
    }

    fn accept(&mut self, patience: Duration, now: Timestamp) {
        self.state = MessageState::Accepted;
        let accepted_at = *self.accepted_at.get_or_insert(now);
        let may_matter = now < self.created_at.plus(LONGEST_LIFE);
        self.is_watched &= may_matter && !self.receipts.is_delivered();
        self.due_at = self.is_watched.then(|| accepted_at.plus(patience));
    }

    fn retry(
        &mut self,
        after: Option<Duration>,
        code: Option<i64>,
        jitter: u8,
        now: Timestamp,
    ) -> Settled {
        let ceiling = BACKOFF_CAP.min(BACKOFF_BASE * 2_u32.pow(self.tries.into()));
        let jittered = ceiling * u32::from(jitter) / 255;
        let hint = after.unwrap_or_default().min(LONGEST_HINT);
        self.try_again(now.plus(hint + jittered), code, now)
    }

    fn try_again(&mut self, next: Timestamp, code: Option<i64>, now: Timestamp) -> Settled {
        self.receipts.error = code;
        if self.is_let_go() {
            self.state = MessageState::Dropped;
            return Settled::Dropped;
        }
        if self.tries >= MOST_TRIES || next > self.created_at.plus(PATIENCE) {
            self.end(MessageState::Failed, now);
            return Settled::Failed;
        }
        self.wait(MessageState::Queued, next);
        Settled::WillRetry
    }

    /// Its verification ended while the provider was called.
    fn is_let_go(&self) -> bool {
        self.state == MessageState::Unknown && self.due_at.is_none()
    }

    fn wait(&mut self, state: MessageState, until: Timestamp) {
        self.state = state;
        self.due_at = Some(until);
    }

    fn end(&mut self, state: MessageState, now: Timestamp) {
        self.state = state;
        self.due_at = None;
        self.receipts.failed_at.get_or_insert(now);
    }
}

impl MessageKey {
    /// The reference that a provider sends back with each receipt. It names no secret: others
    /// may be subscribed to the same account.
    pub fn reference(&self) -> String {
        format!("cs1:{}:{}:{}", self.tenant, self.verification, self.number)
    }

    /// Spreads messages evenly, and is the same for every try: the end of an id is random.
    pub(super) fn ticket(&self) -> u32 {
        let [.., a, b, c, d] = *self.verification.as_bytes();
        u32::from_le_bytes([a, b, c, d]).wrapping_add(self.number.into())
    }

    pub fn from_reference(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("cs1:")?.split(':');
        let key = Self {
            tenant: TenantId::parse(parts.next()?)?,
            verification: VerificationId::parse(parts.next()?)?,
            number: parts.next()?.parse().ok().filter(|number| *number > 0)?,
        };
        parts.next().is_none().then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

    #[test]
    fn silence_is_told_once() {
        let verification = VerificationId::from_bytes([1; 16]);
        let key = MessageKey { tenant: TenantId::DEFAULT, verification, number: 1 };
        let queued = Message::queued(key, Channel::WhatsApp, NOW);
        let mut message = Message { is_watched: true, ..queued };
        assert_eq!(message.claim(NOW), Claim::Call { attempt: 1 });
        let (provider_id, account) = (Sealed::from_bytes([1]), "whatsapp".to_owned());
        let accepted = SendOutcome::Accepted { provider_id, account };
        assert_eq!(message.settle(1, &accepted, seconds(30), NOW), Settled::Accepted);

        let late = NOW.plus(seconds(30));

        assert_eq!(message.claim(late), Claim::Silent);
        assert_eq!((message.claim(late), message.due_at), (Claim::NotDue, None));
    }
}
