//! What becomes of a message that somebody wrote: it may prove a phone.

use super::reply::reply_to;
use super::start::queue_message;
use super::{Failure, FailureKind, IdentityKey, Keys, Rows};
use crate::channel::Channel;
use crate::delivery::{MessageKind, Reply};
use crate::events::EventKind;
use crate::id::{EventId, TenantId};
use crate::keyring::Keyring;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::verification::{
    CONFIRMATION_DIGITS, Challenge, Heard, Identity, IdentityCheck, Line, Reception, State,
    Verification, VerificationKey, open_phone,
};

/// Everything that hearing a message may use.
pub(super) struct Hearing<'a> {
    pub(super) heard: &'a Heard,
    pub(super) tenant: TenantId,
    pub(super) keyring: &'a Keyring,
    pub(super) policy: &'a Policy,
    /// The first id for what it causes.
    pub(super) event: EventId,
    pub(super) now: Timestamp,
}

/// What a message came to, and the verification that it is about.
pub(super) type Heeded = (Reception, Option<VerificationKey>);

impl Hearing<'_> {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        let heard = self.heard;
        let record = heard.sender.record;
        if !rows.phones.is_loaded(&record) {
            keys.phones.push(record);
        }
        self.want_wish(rows, keys);
        if heard.channel == Channel::Sms {
            return;
        }
        let tokens =
            heard.tokens.iter().chain(heard.contact.as_ref().and(heard.sender.asked.as_ref()));
        keys.tokens.extend(tokens.filter(|token| !rows.tokens.is_loaded(token)));
        for key in self.named(rows).into_iter().chain(self.waiting(rows)) {
            if !rows.challenges.is_loaded(&key) {
                keys.challenges.push(key);
            }
            if !rows.verifications.is_loaded(&key) {
                keys.verifications_alone.push(key);
            }
        }
        if let Some(key) = self.identity_key().filter(|key| !rows.identities.is_loaded(key)) {
            keys.identities.push(key);
        }
        if let Some(line) = self.shared_line().filter(|line| !rows.phones.is_loaded(&line.limits)) {
            keys.phones.push(line.limits);
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> Heeded {
        let heard = self.heard;
        if let Some(heeded) = self.follow_wish(rows) {
            return heeded;
        }
        if heard.channel == Channel::Sms {
            return (self.judge_sms(), None);
        }
        let record = rows.phones.get(&heard.sender.record);
        if record.is_some_and(|record| record.is_ignored(self.now)) {
            return (Reception::Ignored, None);
        }
        if let Some(contact) = &heard.contact {
            return self.take_contact(contact, rows);
        }
        if let Some(key) = self.named(rows).first().copied() {
            return self.receive(key, rows);
        }
        if heard.is_refusal {
            return self.deny(rows);
        }
        if heard.is_marked {
            return self.count_unknown(rows);
        }
        self.miss_token(rows)
    }

    /// Anybody can write an SMS in another's name, so that none proves anything.
    const fn judge_sms(&self) -> Reception {
        let is_proof = self.heard.is_marked || !self.heard.tokens.is_empty();
        if is_proof { Reception::WrongChannel } else { Reception::Kept }
    }

    /// The verifications whose token the message carries.
    fn named(&self, rows: &Rows) -> Vec<VerificationKey> {
        let heard = self.heard;
        let asked = heard.contact.as_ref().and(heard.sender.asked.as_ref());
        let by_token = heard.tokens.iter().chain(asked).filter_map(|token| rows.tokens.get(token));
        let mut named: Vec<VerificationKey> = by_token.copied().collect();
        // A token may look like another; whatever is known stands first.
        named.extend(self.waiting(rows).into_iter().filter(|key| self.has_digits(*key, rows)));
        named
    }

    /// What is live for the sender's own number, the newest first.
    fn waiting(&self, rows: &Rows) -> Vec<VerificationKey> {
        let Some(record) = rows.phones.get(&self.heard.sender.record) else { return Vec::new() };
        let ids = record.recent_by_message(self.now);
        ids.map(|id| VerificationKey { tenant: self.tenant, id }).collect()
    }

    fn has_digits(&self, key: VerificationKey, rows: &Rows) -> bool {
        let is_by_digits = rows.challenges.get(&key).is_some_and(|row| row.token.is_none());
        let Some(verification) = rows.verifications.get(&key).filter(|_| is_by_digits) else {
            return false;
        };
        let place = verification.place();
        let held = verification.code.as_ref();
        held.is_some_and(|held| {
            self.heard.codes.iter().any(|code| held.matches(code, &place, self.keyring))
        })
    }

    fn receive(&self, key: VerificationKey, rows: &mut Rows) -> Heeded {
        let found = rows.verifications.get(&key).cloned().zip(rows.challenges.get(&key).cloned());
        let Some((verification, challenge)) = found else {
            return (Reception::UnknownToken, None);
        };
        let bound = open_phone(&verification, self.keyring);
        let mut reception = challenge.judge(&verification, bound.as_ref(), self.heard, self.now);
        if matches!(reception, Reception::Approved | Reception::AwaitingConfirmation) {
            reception = self.compare_identity(reception, &verification, rows);
        }
        if reception == Reception::AwaitingConfirmation && !self.may_answer(true, rows) {
            reception = Reception::RateLimited;
        }
        let was_open = is_open(&verification, &challenge);
        self.apply(reception, key, rows);
        let reception = self.heed(reception, key, rows);
        if was_open {
            self.note(reception, key, rows);
        }
        (reception, Some(key))
    }

    /// The account behind the number is compared with the one that proved it last. Whoever signs
    /// in with it must be the same; whoever attaches it says who it is from now on.
    fn compare_identity(
        &self,
        reception: Reception,
        verification: &Verification,
        rows: &Rows,
    ) -> Reception {
        match self.identity_check(rows) {
            Some(IdentityCheck::Changed) if verification.purpose.is_sign_in() => {
                Reception::IdentityChanged
            }
            Some(IdentityCheck::First | IdentityCheck::Same | IdentityCheck::Changed) | None => {
                reception
            }
        }
    }

    fn identity_check(&self, rows: &Rows) -> Option<IdentityCheck> {
        let digest = self.heard.sender.identity?;
        let known = rows.identities.get(&self.identity_key()?);
        Some(match known {
            None => IdentityCheck::First,
            Some(identity) if identity.digest == digest => IdentityCheck::Same,
            Some(_) => IdentityCheck::Changed,
        })
    }

    fn apply(&self, reception: Reception, key: VerificationKey, rows: &mut Rows) {
        let has_ended = matches!(reception, Reception::SecondSender | Reception::IdentityChanged);
        if reception == Reception::Approved {
            self.note_proof(key, rows);
            let verification = rows.edit_verification(&key);
            if verification.is_some_and(|row| row.approve_by_message(self.now)) {
                keep_identity(key, rows, self.now);
                rows.record(key, EventKind::VerificationApproved, self.event, self.now);
            }
        } else if reception == Reception::AwaitingConfirmation {
            self.note_proof(key, rows);
            self.ask_confirmation(key, rows);
        } else if has_ended {
            self.end(key, self.event, rows);
        }
    }

    /// Notes who proved what, and learns the number where it was not known.
    fn note_proof(&self, key: VerificationKey, rows: &mut Rows) {
        let sender = &self.heard.sender;
        let check = self.identity_check(rows);
        let is_bound = rows.challenges.get(&key).is_some_and(|challenge| challenge.is_bound);
        if let Some(line) = sender.line.as_ref().filter(|_| !is_bound)
            && let Some(verification) = rows.rewrite_verification(&key)
        {
            verification.learn(line, self.keyring);
        }
        let bound = rows.verifications.get(&key).and_then(|row| open_phone(row, self.keyring));
        let spelled = sender.address.wa_id.as_ref();
        let alias =
            bound.zip(spelled).and_then(|(bound, wa_id)| bound.matches_sender(wa_id).alias());
        if let Some(challenge) = rows.challenges.edit(&key) {
            challenge.note_sender(sender, alias, self.keyring, self.now);
            challenge.identity = check;
            challenge.account = sender.identity;
        }
    }

    fn ask_confirmation(&self, key: VerificationKey, rows: &mut Rows) {
        let code = self.heard.spare.shortened(CONFIRMATION_DIGITS);
        let Some(verification) = rows.edit_verification(&key) else { return };
        verification.await_confirmation(&code, &self.policy.limits, self.keyring, self.now);
        let verification = verification.clone();
        let recipient = self.heard.sender.address.seal(key, self.keyring);
        queue_message(&verification, MessageKind::Confirm, recipient, rows, self.now);
        // It is found by whoever says no for as long as it now lives.
        let Verification { purpose, expires_at, .. } = verification;
        let record = rows.phones.edit_or_default(self.heard.sender.record);
        let live = self.policy.limits.live;
        let surplus = record.note_message(purpose, key.id, (expires_at, live), self.now);
        for (n, id) in (1..).zip(surplus) {
            let older = VerificationKey { id, ..key };
            if rows.edit_verification(&older).is_some_and(|row| row.supersede(self.now)) {
                let event = self.event.nth(n);
                rows.record(older, EventKind::VerificationSuperseded, event, self.now);
            }
        }
        self.charge_reply(rows);
        rows.record(key, EventKind::VerificationMessageReceived, self.event, self.now);
    }

    fn end(&self, key: VerificationKey, event: EventId, rows: &mut Rows) {
        if rows.edit_verification(&key).is_some_and(|row| row.cancel(self.now)) {
            rows.record(key, EventKind::VerificationContested, event, self.now);
        }
    }

    /// Answers a message where that is wanted. Whoever hides the number is asked for it.
    pub(super) fn heed(
        &self,
        reception: Reception,
        key: VerificationKey,
        rows: &mut Rows,
    ) -> Reception {
        let mut reception = reception;
        if reception == Reception::PhoneHidden && self.may_answer(true, rows) {
            reception = Reception::ContactAsked;
        }
        let is_live = rows.verifications.get(&key).is_some_and(|row| row.is_live(self.now));
        if let Some(reply) = reply_to(reception, is_live) {
            self.reply(reply, key, rows);
        }
        reception
    }

    /// Writes down what a message came to. What ended a verification stays, whatever comes later.
    pub(super) fn note(&self, reception: Reception, key: VerificationKey, rows: &mut Rows) {
        if reception == Reception::AlreadyUsed {
            return;
        }
        let asked = self.heard.sender.asked.filter(|_| reception == Reception::ContactAsked);
        let is_strange = reception == Reception::WrongNumber;
        let stranger = self.heard.sender.address.seal(key, self.keyring).filter(|_| is_strange);
        if let Some(challenge) = rows.challenges.edit(&key) {
            challenge.last = Some(reception);
            challenge.sealed_stranger = stranger;
            challenge.asked = asked.or(challenge.asked);
        }
        if let Some(asked) = asked {
            rows.tokens.set(asked, key);
        }
    }

    /// A way on for whoever cannot be asked otherwise is answered always; the rest costs money and
    /// is a tenant's choice.
    fn reply(&self, reply: Reply, key: VerificationKey, rows: &mut Rows) {
        let is_wanted = reply.is_needed() || self.policy.message.replies;
        if !is_wanted || !self.may_answer(reply.is_needed(), rows) {
            return;
        }
        let Some(recipient) = self.heard.sender.address.seal(key, self.keyring) else { return };
        let Some(verification) = rows.edit_verification(&key) else { return };
        if !verification.note_reply() {
            return;
        }
        let verification = verification.clone();
        let kind = MessageKind::Reply(reply);
        queue_message(&verification, kind, Some(recipient), rows, self.now);
        self.charge_reply(rows);
    }

    fn charge_reply(&self, rows: &mut Rows) {
        let phone = self.heard.sender.record;
        rows.phones.edit_or_default(phone).charge_reply(self.now);
        rows.failures.push(Failure { phone, at: self.now, kind: FailureKind::Reply });
    }

    /// What is needed is not held up by what was said a moment ago, and whoever wants no messages
    /// has asked for it by writing.
    fn may_answer(&self, is_needed: bool, rows: &Rows) -> bool {
        let Some(record) = rows.phones.get(&self.heard.sender.record) else { return true };
        if is_needed {
            return record.ask_needed_reply(self.now).is_none();
        }
        !record.is_suppressed(self.heard.channel) && record.ask_reply(self.now).is_none()
    }

    fn deny(&self, rows: &mut Rows) -> Heeded {
        let sender = Some(self.heard.sender.record.0);
        // Which of them is meant nobody can tell, so none may go on.
        let mut awaiting = self.waiting(rows);
        awaiting.retain(|key| {
            let is_meant = rows
                .challenges
                .get(key)
                .is_some_and(|row| row.sender == sender && row.is_heard_before(self.heard.sent_at));
            is_meant && rows.verifications.get(key).is_some_and(|row| row.is_live(self.now))
        });
        let Some(newest) = awaiting.first().copied() else { return (Reception::Kept, None) };
        for (n, key) in (0..).zip(awaiting) {
            self.end(key, self.event.nth(n), rows);
            self.note(Reception::Denied, key, rows);
        }
        (self.heed(Reception::Denied, newest, rows), Some(newest))
    }

    fn count_unknown(&self, rows: &mut Rows) -> Heeded {
        let phone = self.heard.sender.record;
        rows.phones.edit_or_default(phone).count_wrong_token(self.now);
        rows.failures.push(Failure { phone, at: self.now, kind: FailureKind::Token });
        (Reception::UnknownToken, None)
    }

    /// Somebody for whom a message is awaited wrote something else.
    fn miss_token(&self, rows: &mut Rows) -> Heeded {
        let waiting = self.waiting(rows).into_iter().find(|key| {
            let is_unheard = rows.challenges.get(key).is_some_and(|row| row.sender.is_none());
            is_unheard && rows.verifications.get(key).is_some_and(|row| row.is_live(self.now))
        });
        let Some(key) = waiting else { return (Reception::Kept, None) };
        // Six digits are few enough to be guessed by whoever has the phone.
        if !self.heard.codes.is_empty() {
            let _ = self.count_unknown(rows);
        }
        self.note(Reception::MissingToken, key, rows);
        (self.heed(Reception::MissingToken, key, rows), Some(key))
    }

    fn shared_line(&self) -> Option<&Line> {
        self.heard.contact.as_ref()?.line.as_ref()
    }

    fn identity_key(&self) -> Option<IdentityKey> {
        self.heard.sender.identity?;
        let line = self.heard.sender.line.as_ref()?;
        Some(IdentityKey { tenant: self.tenant, number: line.key })
    }
}

/// Live, or ended by time alone, which any message may say more of.
fn is_open(verification: &Verification, challenge: &Challenge) -> bool {
    match verification.state {
        State::Pending => true,
        State::Expired => challenge.last.is_none(),
        State::Approved | State::Canceled | State::Exhausted | State::Undeliverable => false,
    }
}

/// From now on this account is the one behind the number: the first, the same again, or another
/// that somebody attached who was let in otherwise. What a message learns renews nothing.
pub(super) fn keep_identity(key: VerificationKey, rows: &mut Rows, now: Timestamp) {
    let Some(challenge) = rows.challenges.get(&key) else { return };
    let Some(digest) = challenge.account else { return };
    let may_renew = challenge.identity != Some(IdentityCheck::Changed) || challenge.is_bound;
    let number = rows.verifications.get(&key).map(|row| row.number);
    if let Some(number) = number.filter(|_| may_renew) {
        let place = IdentityKey { tenant: key.tenant, number };
        rows.identities.set(place, Identity { digest, seen_at: now });
    }
}
