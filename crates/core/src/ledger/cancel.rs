//! Ending a verification without a code: the tenant calls it off, or its time is up.

use std::sync::Arc;

use super::op::ExpireOutcome;
use super::{Keys, Rows};
use crate::delivery::MessageKey;
use crate::events::EventKind;
use crate::id::EventId;
use crate::time::Timestamp;
use crate::verification::{State, Verification, VerificationKey};

/// The tenant calls it off.
#[derive(Clone, Debug)]
pub struct Cancel {
    pub key: VerificationKey,
    pub event: EventId,
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum CancelOutcome {
    NotFound,
    Canceled,
    /// It had ended already; its state stays.
    Ended(State),
}

/// Writes down that the time of some verifications is up, and wipes their codes.
#[derive(Clone, Debug)]
pub struct Expire {
    pub keys: Vec<VerificationKey>,
    /// The first id for each of them.
    pub event: EventId,
    pub now: Timestamp,
}

impl Cancel {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.verifications.is_loaded(&self.key) {
            keys.verifications.push(self.key);
        } else if let Some(verification) = rows.verifications.get(&self.key) {
            if !rows.phones.is_loaded(&verification.phone) {
                keys.phones.push(verification.phone);
            }
            want_messages(verification, rows, keys);
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> CancelOutcome {
        let Some(verification) = rows.verifications.get(&self.key) else {
            return CancelOutcome::NotFound;
        };
        let state = verification.state_at(self.now);
        match state {
            State::Pending => {}
            State::Canceled => return CancelOutcome::Canceled,
            State::Approved | State::Expired | State::Exhausted | State::Undeliverable => {
                return CancelOutcome::Ended(state);
            }
        }
        let Verification { phone, method, purpose, .. } = **verification;
        let is_known = verification.sealed_phone.is_some();
        if let Some(verification) = rows.edit_verification(&self.key) {
            let _ = verification.cancel(self.now);
        }
        if is_known {
            rows.phones.edit_or_default(phone).cancel(method, purpose, self.key.id);
        }
        drop_messages(self.key, rows);
        rows.record(self.key, EventKind::VerificationCanceled, self.event, self.now);
        CancelOutcome::Canceled
    }
}

impl Expire {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        for key in &self.keys {
            if !rows.verifications.is_loaded(key) {
                keys.verifications_alone.push(*key);
            } else if let Some(verification) = rows.verifications.get(key) {
                want_messages(verification, rows, keys);
            }
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> ExpireOutcome {
        let mut ended = 0;
        for (n, key) in (0..).zip(&self.keys) {
            let is_due = |verification: &Arc<Verification>| {
                verification.state == State::Pending && self.now >= verification.expires_at
            };
            if !rows.verifications.get(key).is_some_and(is_due) {
                continue;
            }
            if rows.edit_verification(key).is_some_and(|row| row.expire(self.now)) {
                drop_messages(*key, rows);
                let event = self.event.nth(n);
                rows.record(*key, EventKind::VerificationExpired, event, self.now);
                ended += 1;
            }
        }
        ended
    }
}

fn want_messages(verification: &Verification, rows: &Rows, keys: &mut Keys) {
    if verification.state == State::Pending {
        let messages = messages(verification);
        keys.messages.extend(messages.filter(|key| !rows.messages.is_loaded(key)));
    }
}

fn messages(verification: &Verification) -> impl Iterator<Item = MessageKey> + use<> {
    let VerificationKey { tenant, id } = verification.key;
    (1..=verification.messages()).map(move |number| MessageKey { tenant, verification: id, number })
}

// Messages that were not sent yet would carry a code that no longer counts.
fn drop_messages(key: VerificationKey, rows: &mut Rows) {
    let Some(verification) = rows.verifications.get(&key) else { return };
    for message in messages(verification) {
        if rows.messages.get(&message).is_some_and(|message| message.due_at.is_some())
            && let Some(message) = rows.messages.edit(&message)
        {
            message.drop_unsent();
        }
    }
}
