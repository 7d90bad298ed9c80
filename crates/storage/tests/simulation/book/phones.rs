//! Limits, counted from lists of everything that ever happened.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::ledger::{Lift, LiftOutcome, Op};
use countersign_core::policy::Limits;
use countersign_core::time::{Timestamp, days, hours};
use countersign_core::verification::{PhoneKey, Suppressions, VerificationKey};

use super::Book;
use crate::invariant::{Held, Invariant};

/// Everything that ever happened to a phone.
#[derive(Default)]
pub(super) struct Phone {
    pub(super) sends: Vec<Timestamp>,
    /// Wrong codes.
    pub(super) failures: Vec<Timestamp>,
    pub(super) verifications: Vec<VerificationKey>,
    /// Channels by which no messages are wanted.
    pub(super) suppressed: Vec<Channel>,
}

pub(super) type Addresses = BTreeMap<[u8; 16], Vec<Timestamp>>;

/// A bucket of sends, in milliseconds of the time that each takes to come back.
pub(super) struct Pace {
    left: u64,
    at: Timestamp,
}

impl Phone {
    fn is_locked(&self, limits: &Limits, now: Timestamp) -> bool {
        within(&self.failures, hours(24), now) >= limits.failures_per_day.into()
            || within(&self.failures, days(30), now) >= limits.failures_per_month.into()
    }
}

impl Book {
    /// Debits one message of a verification everywhere, and checks every limit.
    pub(super) fn send(&mut self, key: VerificationKey, now: Timestamp) -> Held {
        let (limits, counted) = (self.scene.policy.limits, self.latest.max(now));
        let entry = self.entries.get_mut(&key).expect("it began");
        entry.sends.push(now);
        let address = entry.address;
        let phone = self.phones.entry(entry.phone).or_default();
        let last = phone.sends.last().copied().unwrap_or_default();
        let locked = phone.is_locked(&limits, counted);
        phone.sends.push(now);
        let sends = within(&phone.sends, hours(24), counted);
        let limit = Invariant::SendsWithinLimits;
        limit.hold(now >= last.plus(limits.cooldown), || {
            format!("{key:?} was sent {:?} after another", now.after(last))
        })?;
        limit.hold(sends <= limits.per_phone_per_day.into(), || {
            format!("{key:?} is message {sends} of its phone in a day")
        })?;
        limit.hold(!locked, || format!("{key:?} was sent to a phone that is locked"))?;
        if let Some(address) = address.filter(|_| limits.per_address_per_hour > 0) {
            let times = self.addresses.entry(address).or_default();
            times.push(now);
            let sends = within(times, hours(1), counted);
            limit.hold(sends <= limits.per_address_per_hour.into(), || {
                format!("{key:?} is message {sends} of its address in an hour")
            })?;
        }
        self.pace(key, now)
    }

    fn pace(&mut self, key: VerificationKey, now: Timestamp) -> Held {
        let limits = &self.scene.policy.limits;
        if limits.per_tenant_per_minute == 0 {
            return Ok(());
        }
        let each = 60_000 / u64::from(limits.per_tenant_per_minute);
        let full = each * u64::from(limits.tenant_burst);
        let pace = self.paces.entry(key.tenant).or_insert(Pace { left: full, at: now });
        let back = u64::try_from(now.after(pace.at).as_millis()).unwrap_or(u64::MAX);
        let left = pace.left.saturating_add(back).min(full);
        Invariant::SendsWithinLimits
            .hold(left >= each, || format!("{key:?} outran the pace of its tenant"))?;
        *pace = Pace { left: left - each, at: now };
        Ok(())
    }

    /// The provider says that no messages are wanted: none goes on by this channel.
    pub(super) fn opt_out(&mut self, key: VerificationKey, channel: Channel) {
        let phone = self.entries[&key].phone;
        let book = self.phones.entry(phone).or_default();
        if book.suppressed.contains(&channel) {
            return;
        }
        book.suppressed.push(channel);
        self.tally.opt_outs += 1;
        for key in &book.verifications {
            let entry = self.entries.get_mut(key).expect("it began");
            entry.may_fall_back &= channel != Channel::Sms;
        }
    }

    pub(super) fn lift(&mut self, lift: &Lift, rest: LiftOutcome) -> Held {
        let book = self.phones.entry(lift.phone).or_default();
        let before = book.suppressed.len();
        book.suppressed.retain(|channel| !lift.channels.contains(*channel));
        self.tally.lifts += u64::from(book.suppressed.len() < before);
        let suppressed = book.suppressed.clone();
        Invariant::NothingIsSentUnwanted.hold(are(&suppressed, rest), || {
            format!("{:?} wants nothing by {suppressed:?}, not {rest:?}", lift.phone)
        })
    }

    /// Whether a claim may give up a message because it is not wanted.
    pub(super) fn may_be_withheld(&self, key: VerificationKey, op: &Op) -> bool {
        let phone = self.entries.get(&key).and_then(|entry| self.phones.get(&entry.phone));
        matches!(op, Op::ClaimDue(_)) && phone.is_some_and(|phone| !phone.suppressed.is_empty())
    }

    /// Whether no messages are wanted by this channel.
    pub(super) fn is_suppressed(&self, phone: PhoneKey, channel: Channel) -> bool {
        self.phones.get(&phone).is_some_and(|phone| phone.suppressed.contains(&channel))
    }

    /// Notes a wrong code, and checks that it was still allowed.
    pub(super) fn fail(&mut self, phone: PhoneKey, now: Timestamp) -> Held {
        let (limits, counted) = (self.scene.policy.limits, self.latest.max(now));
        let book = self.phones.entry(phone).or_default();
        let locked = book.is_locked(&limits, counted);
        book.failures.push(now);
        let count = book.failures.len();
        Invariant::FailureLedger
            .hold(!locked, || format!("wrong code {count} of {phone:?} was one too many"))
    }

    /// Whether nothing may be compared for a phone, for all that is certain.
    pub(super) fn is_locked(&self, phone: PhoneKey, now: Timestamp) -> bool {
        self.may_be_locked(phone, self.latest.max(now))
    }

    /// Whether that can be, when nothing was forgotten yet.
    pub(super) fn may_be_locked(&self, phone: PhoneKey, now: Timestamp) -> bool {
        let limits = &self.scene.policy.limits;
        self.phones.get(&phone).is_some_and(|phone| phone.is_locked(limits, now))
    }
}

/// Whether these are the channels, and no others.
pub(super) fn are(channels: &[Channel], suppressed: Suppressions) -> bool {
    suppressed.iter().count() == channels.len()
        && channels.iter().all(|channel| suppressed.contains(*channel))
}

/// How many of the times are younger than `period`.
fn within(times: &[Timestamp], period: Duration, now: Timestamp) -> usize {
    let edge = now.minus(period);
    times.iter().filter(|time| **time > edge).count()
}
