//! What one process keeps in memory beside its stored rows, and the rule by which those rows give
//! it back.

use countersign_core::channel::Channel;
use countersign_core::delivery::Message;
use countersign_core::id::VerificationId;
use countersign_core::ledger::{
    Counter, CounterKey, Failure, FailureKind, IdempotencyKey, StoredStart,
};
use countersign_core::policy::Window;
use countersign_core::time::{Timestamp, days, hours, minutes};
use countersign_core::verification::{Challenge, Method, PhoneKey, Verification};

use super::due::DueQueue;
use super::packed::PackedLimits;
use super::starts::Starts;
use super::tokens::TokenMap;

/// Everything that the process keeps in memory beside the file. A tenant's pace is not given
/// back; it begins with a full burst.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    pub(super) limits: PackedLimits,
    pub(super) starts: Starts,
    pub(super) tokens: TokenMap,
    pub(super) due: DueQueue,
}

/// The oldest verification that limits and idempotency keys can still count at `now`. None lives
/// longer than ten minutes, so none older has sent within the day.
pub(super) fn oldest_verification(now: Timestamp) -> VerificationId {
    VerificationId::first_at(now.minus(hours(24) + minutes(10)))
}

/// The oldest verification of which a message may still be due, when `newest` is the newest of
/// its tenant. However long ago that was, what was due when the process died has to end; a day is
/// for clocks that were set forward.
pub(super) fn oldest_due(newest: VerificationId) -> VerificationId {
    VerificationId::first_at(newest.made_at().minus(hours(24)))
}

/// Wrong codes count while they are younger than this.
pub(super) fn failures_after(now: Timestamp) -> Timestamp {
    now.minus(days(30))
}

impl Rebuilt {
    /// Takes a stored verification into account: the oldest of a tenant first.
    pub(super) fn verification(&mut self, row: &Verification) {
        if row.sealed_phone.is_some() {
            let mut record = self.limits.phone(row.phone).unwrap_or_default();
            record.remember(row);
            self.limits.set_phone(row.phone, &record);
        }
        if let Some(address) = row.address {
            let key = CounterKey::Address(address);
            let mut times = match self.limits.counter(key) {
                Some(Counter::Window(window)) => window.times().to_vec(),
                Some(Counter::Pace(_)) | None => Vec::new(),
            };
            // One by message was charged once, when it began.
            match row.method {
                Method::Code => times.extend(&row.sends),
                Method::Message => times.push(row.created_at),
            }
            self.limits.set_counter(key, &Counter::Window(Window::from_times(times)));
        }
        if let Some(idempotency) = row.idempotency {
            let key = IdempotencyKey { tenant: row.key.tenant, key: idempotency.key };
            let fingerprint = idempotency.fingerprint;
            let start = StoredStart { verification: row.key.id, fingerprint, at: row.created_at };
            self.starts.insert(key, start);
        }
    }

    /// Takes what a stored verification by message waits for into account: the oldest first.
    pub(super) fn challenge(&mut self, row: &Challenge) {
        for token in [row.token, row.asked].into_iter().flatten() {
            self.tokens.insert(token, row.key.id);
        }
    }

    /// Takes a stored wrong code into account.
    pub(super) fn failure(&mut self, failure: &Failure) {
        let mut record = self.limits.phone(failure.phone).unwrap_or_default();
        match failure.kind {
            FailureKind::Code => record.remember_failure(failure.at),
            FailureKind::Token => record.remember_wrong_token(failure.at),
            FailureKind::Reply => record.remember_reply(failure.at),
        }
        self.limits.set_phone(failure.phone, &record);
    }

    /// Takes a channel into account by which somebody wants no messages.
    pub(super) fn suppression(&mut self, phone: PhoneKey, channel: Channel, since: Timestamp) {
        let mut record = self.limits.phone(phone).unwrap_or_default();
        record.suppress(channel, since);
        self.limits.set_phone(phone, &record);
    }

    /// Puts a stored message that is due back into the queue.
    pub(super) fn message(&mut self, message: &Message) {
        self.due.set(message.key, None, message.due_at);
    }
}
