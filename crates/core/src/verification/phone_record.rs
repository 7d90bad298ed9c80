//! What is remembered of a phone beyond single verifications: messages sent to it, wrong codes
//! typed for it, and the verifications that are live together.
//!
//! A record belongs to one tenant and one subscriber: every spelling of a number shares it.

use std::time::Duration;

use super::{Purpose, State, Verification};
use crate::id::VerificationId;
use crate::policy::{CodePolicy, Limits, Refusal, Window};
use crate::time::{Timestamp, days, hours, pack_time, pack_times, unpack_time, unpack_times};

const DAY: Duration = hours(24);
const MONTH: Duration = days(30);
const VERSION: u8 = 1;
/// The most that a policy may allow to be live together.
const MOST_LIVE: u8 = 3;

/// The look-up key of a phone: keyed, so that a stolen database names no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneKey(pub [u8; 16]);

/// The look-up key of one number, as it is dialled: keyed likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberKey(pub [u8; 16]);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneRecord {
    sends: Window,
    failures: Window,
    chains: Vec<Chain>,
}

/// Verifications of one phone and purpose that are live together. They share a number of
/// attempts, so that starting another one gives no more guesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub purpose: Purpose,
    pub attempts: u8,
    /// When the last of them expires.
    pub ends_at: Timestamp,
    /// The newest last. They may have ended since.
    pub recent: Vec<VerificationId>,
}

impl PhoneRecord {
    pub fn chain(&self, purpose: Purpose) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.purpose == purpose)
    }

    /// Drops what no limit counts any more.
    pub fn forget(&mut self, now: Timestamp) {
        self.sends.forget(DAY, now);
        self.failures.forget(MONTH, now);
        let edge = now.minus(DAY);
        self.chains.retain(|chain| chain.ends_at > edge);
    }

    /// Nothing is left to remember.
    pub fn is_empty(&self) -> bool {
        self.sends.is_empty() && self.failures.is_empty() && self.chains.is_empty()
    }

    /// When it will be empty if nothing is added.
    pub fn forget_at(&self) -> Timestamp {
        let last = |window: &Window, period| window.times().last().map(|time| time.plus(period));
        let chains = self.chains.iter().map(|chain| Some(chain.ends_at.plus(DAY)));
        chains
            .chain([last(&self.sends, DAY), last(&self.failures, MONTH)])
            .flatten()
            .max()
            .unwrap_or_default()
    }

    /// Whether a message may be sent.
    pub fn ask_send(&self, limits: &Limits, now: Timestamp) -> Option<Refusal> {
        Refusal::latest([
            self.sends.ask_gap(limits.cooldown, now),
            self.sends.ask(limits.per_phone_per_day.into(), DAY, now),
            self.ask_check(limits, now),
        ])
    }

    /// Whether a code may be compared.
    pub fn ask_check(&self, limits: &Limits, now: Timestamp) -> Option<Refusal> {
        Refusal::latest([
            self.failures.ask(limits.failures_per_day.into(), DAY, now),
            self.failures.ask(limits.failures_per_month.into(), MONTH, now),
        ])
    }

    /// Whether live verifications have used up the attempts that they share.
    pub fn ask_begin(
        &self,
        purpose: Purpose,
        policy: &CodePolicy,
        now: Timestamp,
    ) -> Option<Refusal> {
        let chain = self.chain(purpose).filter(|chain| now < chain.ends_at)?;
        (chain.attempts >= policy.max_attempts_per_chain)
            .then_some(Refusal { retry_at: chain.ends_at })
    }

    pub fn charge_send(&mut self, now: Timestamp) {
        self.sends.charge(now);
    }

    /// Notes a new verification. Answers those that are too many now, the oldest first.
    pub fn begin(
        &mut self,
        verification: &Verification,
        live: u8,
        now: Timestamp,
    ) -> Vec<VerificationId> {
        let Verification { purpose, expires_at, .. } = *verification;
        let chain = self.open_chain(purpose, expires_at, now);
        chain.recent.push(verification.key.id);
        let surplus = chain.recent.len().saturating_sub(live.max(1).into());
        chain.recent.drain(..surplus).collect()
    }

    /// Counts an attempt: in the ledger as a failure, until it turns out right, and in the chain.
    /// Answers the attempts of the chain.
    pub fn count_attempt(&mut self, purpose: Purpose, expires_at: Timestamp, now: Timestamp) -> u8 {
        self.failures.charge(now);
        let chain = self.open_chain(purpose, expires_at, now);
        chain.attempts = chain.attempts.saturating_add(1);
        chain.attempts
    }

    /// The attempt that was counted at `now` was right. Others that are live stay together, with
    /// all their attempts.
    pub fn approve(&mut self, purpose: Purpose, now: Timestamp) {
        self.failures.refund(now);
        if let Some(chain) = self.chains.iter_mut().find(|chain| chain.purpose == purpose) {
            chain.attempts = 0;
        }
    }

    pub fn exhaust(&mut self, purpose: Purpose, id: VerificationId) {
        let chain = self.chains.iter_mut().find(|chain| chain.purpose == purpose);
        // The last one stays, to say why there is no code.
        if let Some(chain) = chain.filter(|chain| chain.recent.len() > 1) {
            chain.recent.retain(|other| *other != id);
        }
    }

    pub fn cancel(&mut self, purpose: Purpose, id: VerificationId) {
        if let Some(chain) = self.chains.iter_mut().find(|chain| chain.purpose == purpose) {
            chain.recent.retain(|other| *other != id);
        }
    }

    /// Takes a stored verification into account, when a record is built again: the oldest first.
    pub fn remember(&mut self, verification: &Verification) {
        let Verification { purpose, expires_at, created_at, .. } = *verification;
        let id = verification.key.id;
        for sent in &verification.sends {
            self.sends.charge(*sent);
        }
        let _ = self.begin(verification, MOST_LIVE, created_at);
        let chain = self.open_chain(purpose, expires_at, created_at);
        // An approval forgives what was wrong before it. What its siblings got wrong may have come
        // later, so that counts.
        if verification.state != State::Approved {
            chain.attempts = chain.attempts.saturating_add(verification.attempts);
        }
        match verification.state {
            State::Canceled => self.cancel(purpose, id),
            State::Exhausted => self.exhaust(purpose, id),
            State::Pending | State::Approved | State::Expired | State::Undeliverable => {}
        }
    }

    /// Takes a stored wrong code into account, when a record is built again.
    pub fn remember_failure(&mut self, at: Timestamp) {
        self.failures.charge(at);
    }

    fn open_chain(
        &mut self,
        purpose: Purpose,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> &mut Chain {
        let place = self.chains.iter().position(|chain| chain.purpose == purpose);
        let place = place.unwrap_or_else(|| {
            let fresh = Chain { purpose, attempts: 0, ends_at: expires_at, recent: Vec::new() };
            self.chains.push(fresh);
            self.chains.len() - 1
        });
        let chain = &mut self.chains[place];
        if now >= chain.ends_at {
            chain.attempts = 0;
            chain.recent.clear();
        }
        chain.ends_at = chain.ends_at.max(expires_at);
        chain
    }

    /// The bytes in which storage keeps it.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        bytes.push(VERSION);
        pack_times(&mut bytes, self.sends.times());
        pack_times(&mut bytes, self.failures.times());
        bytes.push(length(self.chains.len()));
        for chain in &self.chains {
            bytes.extend([chain.purpose.tag(), chain.attempts]);
            pack_time(&mut bytes, chain.ends_at);
            bytes.push(length(chain.recent.len()));
            for id in &chain.recent {
                bytes.extend_from_slice(id.as_bytes());
            }
        }
        bytes
    }

    /// `None` for bytes that [`Self::encode`] did not write.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.byte()? != VERSION {
            return None;
        }
        let sends = Window::from_times(reader.times()?);
        let failures = Window::from_times(reader.times()?);
        let chains = (0..reader.byte()?).map(|_| reader.chain()).collect::<Option<_>>()?;
        reader.0.is_empty().then_some(Self { sends, failures, chains })
    }
}

fn length(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn time(&mut self) -> Option<Timestamp> {
        let (time, rest) = unpack_time(self.0)?;
        self.0 = rest;
        Some(time)
    }

    fn times(&mut self) -> Option<Vec<Timestamp>> {
        let (times, rest) = unpack_times(self.0)?;
        self.0 = rest;
        Some(times)
    }

    fn chain(&mut self) -> Option<Chain> {
        let purpose = Purpose::from_tag(self.byte()?)?;
        let attempts = self.byte()?;
        let ends_at = self.time()?;
        let recent = (0..self.byte()?)
            .map(|_| VerificationId::from_slice(self.take(16)?))
            .collect::<Option<_>>()?;
        Some(Chain { purpose, attempts, ends_at, recent })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn a_record_packs_and_unpacks() {
        let now = Timestamp::from_seconds(1_791_300_042);
        let mut record = PhoneRecord::default();
        record.charge_send(now);
        record.remember_failure(now);
        record.count_attempt(Purpose::Login, now.plus(DAY), now);

        assert_eq!(PhoneRecord::decode(&record.encode()), Some(record));
    }

    #[test]
    fn a_chain_keeps_its_attempts_while_one_of_it_lives() {
        let (now, policy) = (Timestamp::from_seconds(1_000_000), CodePolicy::default());
        let mut record = PhoneRecord::default();
        let ends = now.plus(policy.lifetime);
        for _ in 0..policy.max_attempts_per_chain {
            record.count_attempt(Purpose::Verify, ends, now);
        }

        assert!(record.ask_begin(Purpose::Verify, &policy, now).is_some());
        assert_eq!(record.ask_begin(Purpose::Verify, &policy, ends), None);
        assert_eq!(record.ask_begin(Purpose::Login, &policy, now), None);
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in any::<Vec<u8>>()) {
            let _ = PhoneRecord::decode(&bytes);
        }
    }
}
