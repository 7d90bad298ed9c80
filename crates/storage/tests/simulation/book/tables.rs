//! The tables, held against the books.

use countersign_core::delivery::MessageKey;
use countersign_core::ledger::{Counter, CounterKey};
use countersign_core::time::{Timestamp, days, hours, unpack_times};
use countersign_core::verification::{PhoneKey, PhoneRecord, State, VerificationKey};
use countersign_storage::{Changes, Model};

use super::Book;
use super::messages::has_ended;
use super::phones::are;
use crate::invariant::{Held, Invariant};

impl Book {
    /// What a batch wrote is what the books say.
    pub(crate) fn hold_changes(&self, changes: &Changes, model: &Model, now: Timestamp) -> Held {
        changes.verifications.iter().try_for_each(|key| self.verification(*key, model))?;
        changes.messages.iter().try_for_each(|key| self.message(*key, model))?;
        changes.phones.iter().try_for_each(|key| self.phone(*key, model, now))?;
        changes.counters.iter().try_for_each(|key| self.counter(*key, model, now))
    }

    /// Everything is what the books say.
    pub(crate) fn hold_all(&self, model: &Model, now: Timestamp) -> Held {
        let rows = model.verifications().count();
        Invariant::NothingOfAnotherTenant.hold(rows == self.entries.len(), || {
            format!("there are {rows} verifications, not {}", self.entries.len())
        })?;
        let rows = model.messages().count();
        Invariant::OneDebitPerSend.hold(rows == self.mails.len(), || {
            format!("there are {rows} messages, not {}", self.mails.len())
        })?;
        self.entries.keys().try_for_each(|key| self.verification(*key, model))?;
        self.mails.keys().try_for_each(|key| self.message(*key, model))?;
        self.hold_limits(model, now)
    }

    /// Limits know every send and every wrong code that they count: a new process as well.
    pub(crate) fn hold_limits(&self, model: &Model, now: Timestamp) -> Held {
        self.phones.keys().try_for_each(|key| self.phone(*key, model, now))?;
        let mut addresses = self.addresses.keys();
        addresses.try_for_each(|key| self.counter(CounterKey::Address(*key), model, now))?;
        let failures: usize = self.phones.values().map(|phone| phone.failures.len()).sum();
        Invariant::FailureLedger.hold(model.failures().len() <= failures, || {
            format!("{} wrong codes are stored, not {failures}", model.failures().len())
        })
    }

    /// Nothing is under way any more.
    pub(crate) fn hold_end(&self, model: &Model) -> Held {
        Invariant::MessagesEnd.hold(self.pending.is_empty(), || {
            format!("{} verifications are pending for ever", self.pending.len())
        })?;
        let under_way = model.messages().find(|row| !has_ended(row));
        Invariant::MessagesEnd.hold(under_way.is_none(), || format!("for ever: {under_way:?}"))
    }

    fn verification(&self, key: VerificationKey, model: &Model) -> Held {
        let (Some(entry), Some(row)) = (self.entries.get(&key), model.verification(key)) else {
            return Invariant::NothingOfAnotherTenant
                .hold(false, || format!("{key:?} is on one side only"));
        };
        let invariant = match entry.state {
            State::Approved => Invariant::ApprovalIsKept,
            State::Pending
            | State::Expired
            | State::Canceled
            | State::Exhausted
            | State::Undeliverable => Invariant::RowsAreAsDecided,
        };
        invariant
            .hold(row.state == entry.state && row.is_superseded == entry.is_superseded, || {
                format!("{key:?} is {:?}, not {:?}", row.state, entry.state)
            })?;
        Invariant::CodesAreWiped.hold(
            row.code.is_none() == (row.state != State::Pending)
                && row.ended_at.is_some() == (row.state != State::Pending),
            || format!("{key:?} is {:?}, and its code is {:?}", row.state, row.code.is_some()),
        )?;
        Invariant::ComparisonsPerCode.hold(row.attempts == entry.attempts, || {
            format!("{key:?} has {} attempts, not {}", row.attempts, entry.attempts)
        })?;
        Invariant::OneDebitPerSend.hold(row.sends == entry.sends, || {
            format!("{key:?} has {} messages, not {}", row.sends.len(), entry.sends.len())
        })?;
        let is_itself = row.phone == entry.phone
            && row.number == entry.number
            && row.purpose == entry.purpose
            && row.address == entry.address
            && row.created_at == entry.created_at
            && row.expires_at == entry.expires_at
            && row.failed_messages == entry.failed_messages;
        Invariant::RowsAreAsDecided.hold(is_itself, || format!("{row:?}"))
    }

    fn message(&self, key: MessageKey, model: &Model) -> Held {
        let Some(row) = model.message(key) else {
            return Invariant::OneDebitPerSend.hold(false, || format!("{key:?} is gone"));
        };
        self.message_row(row)
    }

    // The limits are packed; what a day and a month hold is every send and every wrong code.
    fn phone(&self, key: PhoneKey, model: &Model, now: Timestamp) -> Held {
        let record = model.phone(key).unwrap_or_default();
        let (sends, failures) = times_of(&record);
        let book = self.phones.get(&key);
        let known = book.map_or(&[][..], |phone| &phone.sends);
        let counted = self.latest.max(now);
        let day = counted.minus(hours(24));
        Invariant::OneDebitPerSend.hold(same_since(day, &sends, known), || {
            format!("{key:?} has {} sends, not {}", sends.len(), known.len())
        })?;
        let known = book.map_or(&[][..], |phone| &phone.failures);
        let month = counted.minus(days(30));
        Invariant::FailureLedger.hold(same_since(month, &failures, known), || {
            format!("{key:?} has {} wrong codes, not {}", failures.len(), known.len())
        })?;
        let known = book.map_or(&[][..], |phone| &phone.suppressed);
        Invariant::NothingIsSentUnwanted.hold(are(known, record.suppressions()), || {
            format!("{key:?} wants nothing by {known:?}, not {:?}", record.suppressions())
        })
    }

    fn counter(&self, key: CounterKey, model: &Model, now: Timestamp) -> Held {
        // The pace of a tenant is held against its bucket.
        let CounterKey::Address(address) = key else { return Ok(()) };
        let times = match model.counter(key) {
            Some(Counter::Window(window)) => window.times().to_vec(),
            Some(Counter::Pace(_)) | None => Vec::new(),
        };
        let known = self.addresses.get(&address).map_or(&[][..], |times| times);
        Invariant::OneDebitPerSend
            .hold(same_since(self.latest.max(now).minus(hours(1)), &times, known), || {
                format!("an address has {} sends, not {}", times.len(), known.len())
            })
    }
}

fn times_of(record: &PhoneRecord) -> (Vec<Timestamp>, Vec<Timestamp>) {
    let packed = record.encode();
    let (sends, rest) = unpack_times(&packed[1..]).expect("the sends come first");
    let (failures, _) = unpack_times(rest).expect("then the wrong codes");
    (sends, failures)
}

fn same_since(edge: Timestamp, times: &[Timestamp], known: &[Timestamp]) -> bool {
    let sorted = |times: &[Timestamp]| {
        let mut times: Vec<_> = times.iter().filter(|time| **time > edge).copied().collect();
        times.sort_unstable();
        times
    };
    sorted(times) == sorted(known)
}
