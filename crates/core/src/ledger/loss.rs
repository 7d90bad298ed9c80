//! A message that does not arrive, and the next channel that is tried in its place.

use super::start::queue_message;
use super::suppress::{suppress, want_suppression};
use super::{Keys, Rows};
use crate::channel::Channel;
use crate::delivery::{MessageKey, MessageKind};
use crate::events::EventKind;
use crate::id::EventId;
use crate::time::Timestamp;

/// A message that will not arrive.
pub(super) struct Loss {
    pub(super) key: MessageKey,
    /// The phone is not on its channel.
    pub(super) is_unreachable: bool,
    /// Its owner wants no messages there.
    pub(super) is_opted_out: bool,
}

/// Beside the ids that an operation hands out one by one.
const SECOND: u32 = 1 << 31;

impl Loss {
    pub(super) const fn of(key: MessageKey) -> Self {
        Self { key, is_unreachable: false, is_opted_out: false }
    }

    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        let key = self.key.verification_key();
        if !rows.verifications.is_loaded(&key) {
            keys.verifications_alone.push(key);
        } else if let Some(verification) = rows.verifications.get(&key) {
            let phone = verification.phone;
            if self.is_opted_out {
                want_suppression(key.tenant, phone, rows, keys);
            } else if self.is_unreachable && !rows.phones.is_loaded(&phone) {
                keys.phones.push(phone);
            }
        }
    }

    /// Notes it, tries the next channel, and ends the verification when it was its last hope.
    pub(super) fn note(&self, event: EventId, now: Timestamp, rows: &mut Rows) {
        let Self { key, is_unreachable, is_opted_out } = *self;
        rows.record_message(key, EventKind::MessageFailed, event, now);
        let Some(message) = rows.messages.get(&key) else { return };
        if !message.kind.carries_code() {
            return;
        }
        let (verification, channel) = (key.verification_key(), message.channel);
        if let Some(phone) = rows.verifications.get(&verification).map(|row| row.phone) {
            if is_opted_out {
                suppress(key.tenant, phone, channel, now, rows);
            } else if is_unreachable && channel == Channel::WhatsApp {
                rows.phones.edit_or_default(phone).note_absent(now);
            }
        }
        let event = event.nth(SECOND);
        fall_back(key, event, now, rows);
        if rows.edit_verification(&verification).is_some_and(|row| row.fail_message(now)) {
            rows.record(verification, EventKind::VerificationUndeliverable, event, now);
        }
    }
}

/// A message that was given up for lost has arrived.
pub(super) fn undo(lost: MessageKey, rows: &mut Rows) {
    if rows.messages.get(&lost).is_some_and(|message| message.kind.carries_code())
        && let Some(verification) = rows.edit_verification(&lost.verification_key())
    {
        verification.failed_messages = verification.failed_messages.saturating_sub(1);
    }
}

/// Sends the code by the next channel, if there is one that was not tried.
pub(super) fn fall_back(lost: MessageKey, event: EventId, now: Timestamp, rows: &mut Rows) {
    let key = lost.verification_key();
    // Looked at first, so that nothing is written where nothing changes.
    if rows.verifications.get(&key).is_none_or(|row| row.route.is_empty()) {
        return;
    }
    let Some(verification) = rows.edit_verification(&key) else { return };
    if verification.fall_back(now) {
        let verification = verification.clone();
        let message = queue_message(&verification, MessageKind::Code, None, rows, now);
        rows.record_message(message, EventKind::VerificationFallback, event, now);
    }
}
