//! What is remembered of a phone beyond single verifications: messages sent to it, wrong codes
//! typed for it, and the verifications that are live together.
//!
//! A record belongs to one tenant and one subscriber: every spelling of a number shares it.

use std::time::Duration;

use super::{Method, Purpose, State, Suppressions, Verification};
use crate::id::VerificationId;
use crate::policy::{CodePolicy, Limits, Refusal, Window};
use crate::time::{Timestamp, days, hours, minutes};

const DAY: Duration = hours(24);
const MONTH: Duration = days(30);
/// Tokens that nobody waits for, in a day, before a sender is not listened to any more.
const MOST_WRONG_TOKENS: usize = 10;
/// Answers to one sender in a day.
const MOST_REPLIES: usize = 10;
/// Of those that somebody needs to go on.
const MOST_NEEDED_REPLIES: usize = 20;
const REPLY_GAP: Duration = minutes(1);

/// The look-up key of a phone: keyed, so that a stolen database names no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneKey(pub [u8; 16]);

/// The look-up key of one number, as it is dialled: keyed likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberKey(pub [u8; 16]);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneRecord {
    pub(super) sends: Window,
    pub(super) failures: Window,
    pub(super) chains: Vec<Chain>,
    /// Tokens that this sender wrote and nobody waited for.
    pub(super) wrong_tokens: Window,
    /// Answers to this sender, beside codes.
    pub(super) replies: Window,
    /// Until when it is taken to be absent from `WhatsApp`.
    pub(super) absent_until: Option<Timestamp>,
    /// What its owner wants no messages by. It stays until it is lifted.
    pub(super) suppressed: Suppressions,
}

/// Verifications of one phone and purpose that are live together. They share a number of
/// attempts, so that starting another one gives no more guesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub method: Method,
    pub purpose: Purpose,
    pub attempts: u8,
    /// When the last of them expires.
    pub ends_at: Timestamp,
    /// The newest last. They may have ended since.
    pub recent: Vec<VerificationId>,
}

impl PhoneRecord {
    /// The most that a policy may allow to be live together.
    pub const MOST_LIVE: u8 = 3;

    /// Those that are verified by code.
    pub fn chain(&self, purpose: Purpose) -> Option<&Chain> {
        self.chain_of(Method::Code, purpose)
    }

    pub fn chain_of(&self, method: Method, purpose: Purpose) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.purpose == purpose && chain.method == method)
    }

    /// What may be live of what is verified by message, whatever for: the newest first.
    pub fn recent_by_message(&self, now: Timestamp) -> impl Iterator<Item = VerificationId> {
        let live = self
            .chains
            .iter()
            .filter(move |chain| chain.method == Method::Message && now < chain.ends_at);
        let mut recent: Vec<VerificationId> =
            live.flat_map(|chain| chain.recent.iter().copied()).collect();
        recent.sort_unstable_by(|one, other| other.cmp(one));
        recent.into_iter()
    }

    /// What may be live of it, in whatever way and for whatever purpose.
    pub fn recent(&self) -> impl Iterator<Item = VerificationId> {
        self.chains.iter().flat_map(|chain| chain.recent.iter().copied())
    }

    /// Drops what no limit counts any more.
    pub fn forget(&mut self, now: Timestamp) {
        self.sends.forget(DAY, now);
        self.failures.forget(MONTH, now);
        self.wrong_tokens.forget(DAY, now);
        self.replies.forget(DAY, now);
        self.absent_until = self.absent_until.filter(|until| now < *until);
        let edge = now.minus(DAY);
        self.chains.retain(|chain| chain.ends_at > edge);
    }

    /// Nothing is left to remember.
    pub fn is_empty(&self) -> bool {
        let windows = [&self.sends, &self.failures, &self.wrong_tokens, &self.replies];
        self.absent_until.is_none()
            && self.suppressed.is_empty()
            && self.chains.is_empty()
            && windows.into_iter().all(Window::is_empty)
    }

    /// When it will be empty if nothing is added.
    pub fn forget_at(&self) -> Timestamp {
        if !self.suppressed.is_empty() {
            return Timestamp::NEVER;
        }
        let last = |window: &Window, period| window.times().last().map(|time| time.plus(period));
        let chains = self.chains.iter().map(|chain| Some(chain.ends_at.plus(DAY)));
        chains
            .chain([last(&self.sends, DAY), last(&self.failures, MONTH)])
            .chain([last(&self.wrong_tokens, DAY), last(&self.replies, DAY), self.absent_until])
            .flatten()
            .max()
            .unwrap_or_default()
    }

    /// Notes that a message found nobody here on `WhatsApp`. The provider says the same of other
    /// troubles, so that it is believed for a day only.
    pub fn note_absent(&mut self, now: Timestamp) {
        self.absent_until = Some(now.plus(DAY));
    }

    /// Whether nobody is here on `WhatsApp`, as far as we know.
    pub fn is_absent(&self, now: Timestamp) -> bool {
        self.absent_until.is_some_and(|until| now < until)
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

    /// Whether this sender has tried so many tokens that none is looked at any more.
    pub fn is_ignored(&self, now: Timestamp) -> bool {
        self.wrong_tokens.ask(MOST_WRONG_TOKENS, DAY, now).is_some()
    }

    pub fn count_wrong_token(&mut self, now: Timestamp) {
        self.wrong_tokens.forget(DAY, now);
        self.wrong_tokens.charge(now);
    }

    /// Whether a sender may be answered who could do without.
    pub fn ask_reply(&self, now: Timestamp) -> Option<Refusal> {
        Refusal::latest([
            self.replies.ask_gap(REPLY_GAP, now),
            self.replies.ask(MOST_REPLIES, DAY, now),
        ])
    }

    /// Whether a sender may be answered who cannot go on without.
    pub fn ask_needed_reply(&self, now: Timestamp) -> Option<Refusal> {
        self.replies.ask(MOST_NEEDED_REPLIES, DAY, now)
    }

    pub fn charge_reply(&mut self, now: Timestamp) {
        self.replies.forget(DAY, now);
        self.replies.charge(now);
    }

    /// Notes whose verification a message belongs to, once that is known, and how long that counts.
    /// Answers those that are too many now, the oldest first.
    pub fn note_message(
        &mut self,
        purpose: Purpose,
        id: VerificationId,
        (expires_at, live): (Timestamp, u8),
        now: Timestamp,
    ) -> Vec<VerificationId> {
        let chain = self.open_chain((Method::Message, purpose), expires_at, now);
        if !chain.recent.contains(&id) {
            chain.recent.push(id);
        }
        let surplus = chain.recent.len().saturating_sub(live.max(1).into());
        chain.recent.drain(..surplus).collect()
    }

    /// Whether so many by code may be live already.
    pub fn has_live(&self, purpose: Purpose, live: u8, now: Timestamp) -> bool {
        let chain = self.chain(purpose).filter(|chain| now < chain.ends_at);
        chain.is_some_and(|chain| chain.recent.len() >= live.into())
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
        let Verification { method, purpose, expires_at, .. } = *verification;
        let chain = self.open_chain((method, purpose), expires_at, now);
        chain.recent.push(verification.key.id);
        let surplus = chain.recent.len().saturating_sub(live.max(1).into());
        chain.recent.drain(..surplus).collect()
    }

    /// Counts an attempt: in the ledger as a failure, until it turns out right, and in the chain.
    /// Answers the attempts of the chain.
    pub fn count_attempt(&mut self, purpose: Purpose, expires_at: Timestamp, now: Timestamp) -> u8 {
        self.failures.charge(now);
        let chain = self.open_chain((Method::Code, purpose), expires_at, now);
        chain.attempts = chain.attempts.saturating_add(1);
        chain.attempts
    }

    /// The attempt that was counted at `now` was right. Others that are live stay together, with
    /// all their attempts.
    pub fn approve(&mut self, purpose: Purpose, now: Timestamp) {
        self.failures.refund(now);
        if let Some(chain) = self.chain_mut(Method::Code, purpose) {
            chain.attempts = 0;
        }
    }

    pub fn exhaust(&mut self, purpose: Purpose, id: VerificationId) {
        let chain = self.chain_mut(Method::Code, purpose);
        // The last one stays, to say why there is no code.
        if let Some(chain) = chain.filter(|chain| chain.recent.len() > 1) {
            chain.recent.retain(|other| *other != id);
        }
    }

    pub fn cancel(&mut self, method: Method, purpose: Purpose, id: VerificationId) {
        if let Some(chain) = self.chain_mut(method, purpose) {
            chain.recent.retain(|other| *other != id);
        }
    }

    /// Takes a stored verification into account, when a record is built again: the oldest first.
    pub fn remember(&mut self, verification: &Verification) {
        let Verification { method, purpose, expires_at, created_at, .. } = *verification;
        let id = verification.key.id;
        if method == Method::Message {
            // What was sent answered a message, and its attempts are its own.
            let _ = self.note_message(purpose, id, (expires_at, Self::MOST_LIVE), created_at);
            if verification.state == State::Canceled {
                self.cancel(method, purpose, id);
            }
            return;
        }
        for sent in &verification.sends {
            self.sends.charge(*sent);
        }
        let _ = self.begin(verification, Self::MOST_LIVE, created_at);
        let chain = self.open_chain((method, purpose), expires_at, created_at);
        // An approval forgives what was wrong before it. What its siblings got wrong may have come
        // later, so that counts.
        if verification.state != State::Approved {
            chain.attempts = chain.attempts.saturating_add(verification.attempts);
        }
        match verification.state {
            State::Canceled => self.cancel(method, purpose, id),
            State::Exhausted => self.exhaust(purpose, id),
            State::Pending | State::Approved | State::Expired | State::Undeliverable => {}
        }
    }

    /// Takes a stored wrong code into account, when a record is built again.
    pub fn remember_failure(&mut self, at: Timestamp) {
        self.failures.charge(at);
    }

    /// Takes an unknown token into account, when a record is built again.
    pub fn remember_wrong_token(&mut self, at: Timestamp) {
        self.wrong_tokens.charge(at);
    }

    /// Takes an answer into account, when a record is built again.
    pub fn remember_reply(&mut self, at: Timestamp) {
        self.replies.charge(at);
    }

    fn chain_mut(&mut self, method: Method, purpose: Purpose) -> Option<&mut Chain> {
        self.chains.iter_mut().find(|chain| chain.purpose == purpose && chain.method == method)
    }

    fn open_chain(
        &mut self,
        (method, purpose): (Method, Purpose),
        expires_at: Timestamp,
        now: Timestamp,
    ) -> &mut Chain {
        let is_it = |chain: &Chain| chain.purpose == purpose && chain.method == method;
        let place = self.chains.iter().position(is_it);
        let place = place.unwrap_or_else(|| {
            let recent = Vec::new();
            let fresh = Chain { method, purpose, attempts: 0, ends_at: expires_at, recent };
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
