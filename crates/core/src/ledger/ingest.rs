//! Taking in a webhook that is believed.

use std::sync::Arc;

use super::hear::{Hearing, Heeded};
use super::loss::{Loss, undo};
use super::{Keys, Rows, StoredInbound, StoredWebhook, WebhookKey};
use crate::channel::Route;
use crate::delivery::{Message, MessageKey, MessageState, MessageStatus, Receipt, ReceiptKind};
use crate::events::EventKind;
use crate::id::EventId;
use crate::keyring::Keyring;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::verification::{Heard, Reception};

/// Stores a webhook and applies what it says, unless it came before.
#[derive(Clone, Debug)]
pub struct Ingest {
    pub webhook: StoredWebhook,
    pub receipts: Vec<ReceiptOf>,
    pub messages: Vec<Written>,
    pub signers: Signers,
    /// Opens and closes what messages name.
    pub keyring: Keyring,
    pub policy: Arc<Policy>,
    /// The first id for what each receipt causes, and each message after all receipts.
    pub event: EventId,
    pub now: Timestamp,
}

/// The tenant's accounts by which a webhook was signed: it speaks for what they sent.
#[derive(Clone, Debug)]
pub struct Signers {
    /// What they send by.
    pub channels: Route,
    /// The tenant's accounts that did not sign it.
    pub others: Vec<String>,
}

/// A receipt and the message that it is about.
#[derive(Clone, Debug)]
pub struct ReceiptOf {
    pub message: MessageKey,
    pub receipt: Receipt,
}

/// A message that somebody wrote.
#[derive(Clone, Debug)]
pub struct Written {
    pub key: WebhookKey,
    /// `None` where there is nothing in it that may concern a verification.
    pub heard: Option<Heard>,
    /// It is about a business number that whoever signed it does not have.
    pub is_foreign: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct IngestOutcome {
    /// The very same bytes came before; nothing was done.
    pub is_repeated: bool,
    /// Receipts that said something new.
    pub receipts: usize,
    /// Receipts about messages that are not here.
    pub unmatched: usize,
    /// What became of inbound messages that are new.
    pub messages: Vec<Reception>,
    /// Parts about a business number, or a message, that is not the account's.
    pub quarantined: usize,
}

/// What became of a receipt.
enum Taken {
    News,
    Known,
    Unmatched,
    /// Another account sent the message, or will.
    Foreign,
}

/// Ids of events after those that receipts may cause.
const AFTER_RECEIPTS: u32 = 1 << 20;
/// Ids of events that one message may cause: a phone has far fewer verifications that are live.
const OF_MESSAGE: u32 = 1 << 8;

impl Signers {
    /// Which account sent a message is not known before its answer is; by which channel it goes is.
    fn may_have_sent(&self, message: &Message) -> bool {
        let is_by_another =
            message.account.as_ref().is_some_and(|account| self.others.contains(account));
        !is_by_another && self.channels.contains(message.channel)
    }
}

impl Written {
    /// Somebody wants no messages any more, or wants them again.
    pub fn is_wish(&self) -> bool {
        self.heard.as_ref().is_some_and(|heard| heard.wish.is_some())
    }
}

impl Ingest {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.webhooks.is_loaded(&self.webhook.key) {
            keys.webhooks.push(self.webhook.key);
        }
        for ReceiptOf { message, receipt } in &self.receipts {
            if !rows.messages.is_loaded(message) {
                keys.messages.push(*message);
            }
            let has_failed =
                rows.messages.get(message).is_some_and(|row| row.state == MessageState::Failed);
            if receipt.kind == ReceiptKind::Failed || has_failed {
                loss(*message, receipt).want(rows, keys);
            }
        }
        let unloaded = self.messages.iter().map(|message| message.key);
        keys.inbound.extend(unloaded.filter(|key| !rows.inbound.is_loaded(key)));
        for (n, message) in (0..).zip(&self.messages) {
            if let Some(hearing) = self.hearing(n, message) {
                hearing.want(rows, keys);
            }
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> IngestOutcome {
        if rows.webhooks.get(&self.webhook.key).is_some() {
            return IngestOutcome { is_repeated: true, ..IngestOutcome::default() };
        }
        let quarantined = self.webhook.quarantined;
        let mut outcome = IngestOutcome { quarantined, ..IngestOutcome::default() };
        for (n, receipt) in (0..).zip(&self.receipts) {
            match self.receive(receipt, self.event.nth(n), rows) {
                Taken::News => outcome.receipts += 1,
                Taken::Known => {}
                Taken::Unmatched => outcome.unmatched += 1,
                Taken::Foreign => outcome.quarantined += 1,
            }
        }
        let quarantined = outcome.quarantined;
        rows.webhooks
            .insert(self.webhook.key, StoredWebhook { quarantined, ..self.webhook.clone() });
        for (n, message) in (0..).zip(&self.messages) {
            if rows.inbound.get(&message.key).is_none() {
                outcome.messages.push(self.hear(n, message, rows));
            }
        }
        outcome
    }

    fn hear(&self, n: u32, message: &Written, rows: &mut Rows) -> Reception {
        let (reception, verification): Heeded = match self.hearing(n, message) {
            Some(hearing) => hearing.decide(rows),
            None if message.is_foreign => (Reception::Quarantined, None),
            None => (Reception::Kept, None),
        };
        let stored = StoredInbound {
            key: message.key,
            received_at: self.now,
            webhook: self.webhook.key,
            reception,
            verification: verification.map(|key| key.id),
        };
        rows.inbound.insert(message.key, stored);
        reception
    }

    fn hearing<'a>(&'a self, n: u32, message: &'a Written) -> Option<Hearing<'a>> {
        let heard = message.heard.as_ref().filter(|_| !message.is_foreign)?;
        Some(Hearing {
            heard,
            tenant: self.webhook.key.tenant,
            keyring: &self.keyring,
            policy: &self.policy,
            event: self.event.nth(AFTER_RECEIPTS + n * OF_MESSAGE),
            now: self.now,
        })
    }

    fn receive(&self, receipt: &ReceiptOf, event: EventId, rows: &mut Rows) -> Taken {
        let ReceiptOf { message: key, receipt } = receipt;
        let Some(mut message) = rows.messages.get(key).cloned() else { return Taken::Unmatched };
        if !self.signers.may_have_sent(&message) {
            return Taken::Foreign;
        }
        // A repetition changes nothing and is not written.
        let before = message.status();
        if !message.receive(receipt, self.policy.routes.patience, self.now) {
            return Taken::Known;
        }
        let after = message.status();
        if let Some(row) = rows.messages.edit(key) {
            *row = message;
        }
        if before == MessageStatus::Failed && after != MessageStatus::Failed {
            undo(*key, rows);
        }
        if after != before {
            self.announce(&loss(*key, receipt), after, event, rows);
        }
        Taken::News
    }

    fn announce(&self, loss: &Loss, status: MessageStatus, event: EventId, rows: &mut Rows) {
        let kind = match status {
            MessageStatus::Failed => return loss.note(event, self.now, rows),
            MessageStatus::Accepted => EventKind::MessageAccepted,
            MessageStatus::Sent => EventKind::MessageSent,
            MessageStatus::Delivered => EventKind::MessageDelivered,
            MessageStatus::Read => EventKind::MessageRead,
            MessageStatus::Queued | MessageStatus::Sending | MessageStatus::Dropped => return,
        };
        rows.record_message(loss.key, kind, event, self.now);
    }
}

const fn loss(key: MessageKey, receipt: &Receipt) -> Loss {
    let Receipt { is_unreachable, is_opted_out, .. } = *receipt;
    Loss { key, is_unreachable, is_opted_out }
}
