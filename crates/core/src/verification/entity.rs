//! One attempt to prove one phone, and the rules of its life.

use std::time::Duration;

use super::challenge::CONFIRMATION;
use super::{
    Code, CodePlace, Finding, HeldCode, LastCheck, Line, Method, NumberKey, PhoneKey, PhoneRecord,
    Purpose, State, seal_phone,
};
use crate::channel::{Channel, Route};
use crate::id::{TenantId, VerificationId};
use crate::keyring::{Keyring, Sealed};
use crate::phone::Country;
use crate::policy::{Limits, Policy, Refusal};
use crate::time::Timestamp;

/// A verification and the tenant that owns it. Nothing is looked up by the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationKey {
    pub tenant: TenantId,
    pub id: VerificationId,
}

/// A caller's `Idempotency-Key` with what it was used for, hashed.
pub type RequestKey = [u8; 16];

/// The key that a start was made with, and what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: RequestKey,
    /// Of the whole request: the same key with another request is a mistake.
    pub fingerprint: [u8; 16],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub key: VerificationKey,
    /// Under what its limits are kept: every spelling of the number, and sometimes a neighbour's.
    pub phone: PhoneKey,
    /// The number itself. Whose it is, only this says.
    pub number: NumberKey,
    /// `None` until a message tells whose it is; `phone` and `number` are nobody's until then.
    pub sealed_phone: Option<Sealed>,
    /// Of the number; `None` where it belongs to none, or is not known yet.
    pub country: Option<Country>,
    pub method: Method,
    pub channel: Channel,
    /// The channels that are left to try.
    pub route: Route,
    pub purpose: Purpose,
    pub locale: Option<String>,
    pub state: State,
    /// It was canceled because newer ones took its place.
    pub is_superseded: bool,
    /// Comparisons so far.
    pub attempts: u8,
    /// Comparisons allowed, fixed when it began.
    pub max_attempts: u8,
    /// When each message that carries a code was asked for.
    pub sends: Vec<Timestamp>,
    /// Other messages: answers to what somebody wrote.
    pub replies: u8,
    /// Messages that carry the code by another channel, because one did not arrive.
    pub fallbacks: u8,
    /// Messages that will not arrive.
    pub failed_messages: u8,
    /// Gone once the verification has ended.
    pub code: Option<HeldCode>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub resend_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub idempotency: Option<Idempotency>,
    /// Checks that came with a key, at most as many as are compared.
    pub checks: Vec<LastCheck>,
    /// The look-up key of the client's address, for its limit.
    pub address: Option<[u8; 16]>,
    /// Kept for 30 days.
    pub client_ip: Option<String>,
    pub details: Option<Sealed>,
}

/// Answers to what people write that one verification causes at most.
const MOST_REPLIES: u8 = 5;

impl Verification {
    pub const fn place(&self) -> CodePlace {
        CodePlace {
            tenant: self.key.tenant,
            verification: self.key.id,
            purpose: self.purpose,
            phone: self.number.0,
        }
    }

    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == State::Pending && now < self.expires_at
    }

    /// Where it stands at `now`: time ends it even when nobody has written that down yet.
    pub fn state_at(&self, now: Timestamp) -> State {
        if self.state == State::Pending && now >= self.expires_at {
            return State::Expired;
        }
        self.state
    }

    /// Comparisons that are left at `now`, as far as this verification alone can tell.
    pub fn attempts_left(&self, now: Timestamp) -> u8 {
        if self.is_live(now) { self.max_attempts.saturating_sub(self.attempts) } else { 0 }
    }

    /// Ends it when its time is up. Answers whether that happened now.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let is_due = self.state == State::Pending && now >= self.expires_at;
        if is_due {
            self.end(State::Expired, now);
        }
        is_due
    }

    /// Counts an attempt and compares. `matches` is asked only when a comparison is allowed, and
    /// after it was counted.
    pub fn check(
        &mut self,
        record: &mut PhoneRecord,
        policy: &Policy,
        now: Timestamp,
        matches: impl FnOnce(&HeldCode, &CodePlace) -> bool,
    ) -> Finding {
        self.expire(now);
        if let Some(finding) = self.ended_finding() {
            return finding;
        }
        record.forget(now);
        if let Some(refusal) = record.ask_check(&policy.limits, now) {
            return Finding::Locked(refusal);
        }
        self.attempts = self.attempts.saturating_add(1);
        let chain_attempts = record.count_attempt(self.purpose, self.expires_at, now);
        let is_right = self.attempts <= self.max_attempts
            && chain_attempts <= policy.code.max_attempts_per_chain
            && self.code.as_ref().is_some_and(|code| matches(code, &self.place()));
        if is_right {
            record.approve(self.purpose, now);
            self.end(State::Approved, now);
            return Finding::Approved;
        }
        if self.attempts >= self.max_attempts
            || chain_attempts >= policy.code.max_attempts_per_chain
        {
            record.exhaust(self.purpose, self.key.id);
            self.end(State::Exhausted, now);
            return Finding::Exhausted;
        }
        Finding::WrongCode
    }

    /// Compares the code that answered a message. Only where the message began is it known, so
    /// its attempts are its own, and no ledger of wrong codes closes this way.
    pub fn confirm(
        &mut self,
        now: Timestamp,
        matches: impl FnOnce(&HeldCode, &CodePlace) -> bool,
    ) -> Finding {
        self.expire(now);
        if let Some(finding) = self.ended_finding() {
            return finding;
        }
        if self.sends.is_empty() {
            return Finding::NotReceived;
        }
        self.attempts = self.attempts.saturating_add(1);
        let is_right = self.attempts <= self.max_attempts
            && self.code.as_ref().is_some_and(|code| matches(code, &self.place()));
        if is_right {
            self.end(State::Approved, now);
            return Finding::Approved;
        }
        if self.attempts >= self.max_attempts {
            self.end(State::Exhausted, now);
            return Finding::Exhausted;
        }
        Finding::WrongCode
    }

    /// Its message came from whom it should. Answers whether that approved it.
    pub fn approve_by_message(&mut self, now: Timestamp) -> bool {
        let was_live = self.is_live(now);
        if was_live {
            self.end(State::Approved, now);
        }
        was_live
    }

    /// From here on it is about this number.
    pub fn learn(&mut self, line: &Line, keyring: &Keyring) {
        let VerificationKey { tenant, id } = self.key;
        self.phone = line.limits;
        self.number = line.key;
        self.sealed_phone = Some(seal_phone(tenant, id, &line.number, keyring));
        self.country = line.number.country();
    }

    /// Its message came, and is answered with this code, which has a time of its own.
    pub fn await_confirmation(
        &mut self,
        code: &Code,
        limits: &Limits,
        keyring: &Keyring,
        now: Timestamp,
    ) {
        self.code = Some(code.hold(&self.place(), keyring));
        self.expires_at = now.plus(CONFIRMATION);
        let _ = self.resend(limits, now);
    }

    /// Its number is a claim, which a code that is sent there has to prove.
    pub fn become_code(&mut self, code: &Code, mut route: Route, keyring: &Keyring) {
        self.method = Method::Code;
        self.channel = route.take_next().unwrap_or(self.channel);
        self.route = route;
        self.code = Some(code.hold(&self.place(), keyring));
    }

    /// Counts another answer. Answers whether it may be sent.
    pub fn note_reply(&mut self) -> bool {
        let is_allowed = self.replies < MOST_REPLIES;
        if is_allowed {
            self.replies += 1;
        }
        is_allowed
    }

    /// Its message came, and the code that answered it is awaited.
    pub fn is_heard(&self) -> bool {
        self.method == Method::Message && !self.sends.is_empty()
    }

    /// Whether another message may be asked for now.
    pub fn ask_resend(&self, now: Timestamp) -> Option<Refusal> {
        (now < self.resend_at).then_some(Refusal { retry_at: self.resend_at })
    }

    /// Notes another message. Answers its place.
    pub fn resend(&mut self, limits: &Limits, now: Timestamp) -> u8 {
        self.sends.push(now);
        self.resend_at = now.plus(resend_gap(limits, self.sends.len()));
        self.messages()
    }

    /// How many messages it has; at most 255.
    pub fn messages(&self) -> u8 {
        u8::try_from(self.sends.len())
            .unwrap_or(u8::MAX)
            .saturating_add(self.replies)
            .saturating_add(self.fallbacks)
    }

    /// From here on its code goes by this channel.
    pub fn turn_to(&mut self, channel: Channel) {
        self.channel = channel;
        self.route = self.route.without(channel);
    }

    /// Its code does not go on by this channel. Answers whether it could have.
    pub fn leave_out(&mut self, channel: Channel) -> bool {
        let was_left = self.route.contains(channel);
        self.route = self.route.without(channel);
        was_left
    }

    /// A message by the channel so far does not arrive. Answers whether another one is to be sent
    /// by the next.
    pub fn fall_back(&mut self, now: Timestamp) -> bool {
        if !self.is_live(now) || self.method != Method::Code {
            return false;
        }
        let Some(next) = self.route.take_next() else { return false };
        self.channel = next;
        self.fallbacks = self.fallbacks.saturating_add(1);
        true
    }

    /// Answers whether it was pending, and so is canceled now.
    pub fn cancel(&mut self, now: Timestamp) -> bool {
        let was_live = self.is_live(now);
        if was_live {
            self.end(State::Canceled, now);
        }
        was_live
    }

    /// A newer one takes its place. Answers whether it was pending.
    pub fn supersede(&mut self, now: Timestamp) -> bool {
        self.is_superseded = self.cancel(now);
        self.is_superseded
    }

    /// One more of its messages will not arrive. Answers whether that was the last hope.
    pub fn fail_message(&mut self, now: Timestamp) -> bool {
        self.failed_messages = self.failed_messages.saturating_add(1);
        let carriers = self.sends.len() + usize::from(self.fallbacks);
        let is_over = self.is_live(now) && usize::from(self.failed_messages) >= carriers;
        if is_over {
            self.end(State::Undeliverable, now);
        }
        is_over
    }

    /// What a check of it finds once it has ended; `None` while it is pending.
    pub(crate) fn ended_finding(&self) -> Option<Finding> {
        match self.state {
            State::Pending => None,
            State::Approved => Some(Finding::AlreadyApproved),
            State::Expired => Some(Finding::Expired),
            State::Canceled if self.is_superseded => Some(Finding::Superseded),
            State::Canceled => Some(Finding::Canceled),
            State::Exhausted => Some(Finding::Exhausted),
            State::Undeliverable => Some(Finding::Undeliverable),
        }
    }

    // A code that no longer counts is not kept, in any form.
    fn end(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
        self.code = None;
    }
}

/// How long to wait after so many messages: the cooldown, and twice as long each time, to eight
/// times.
pub fn resend_gap(limits: &Limits, sends: usize) -> Duration {
    limits.cooldown * 2_u32.pow(u32::try_from(sends.saturating_sub(1)).unwrap_or(3).min(3))
}
