//! What becomes of a contact that somebody sends because we asked for the number.

use super::Rows;
use super::hear::{Hearing, Heeded};
use super::start::queue_message;
use crate::channel::Route;
use crate::delivery::MessageKind;
use crate::events::EventKind;
use crate::verification::{
    Challenge, Contact, Line, Method, PhoneRecord, Reception, Verification, VerificationKey,
    open_phone,
};

impl Hearing<'_> {
    /// A number that somebody shared because we asked is a claim: it is sent a code.
    pub(super) fn take_contact(&self, contact: &Contact, rows: &mut Rows) -> Heeded {
        let asked = self.heard.sender.asked.as_ref();
        let Some(key) = asked.and_then(|asked| rows.tokens.get(asked)).copied() else {
            return (Reception::Kept, None);
        };
        let found = rows.verifications.get(&key).cloned().zip(rows.challenges.get(&key).cloned());
        let Some((verification, challenge)) = found else { return (Reception::Kept, None) };
        let reception = self.judge_contact(contact, &verification, &challenge, rows);
        if let (Reception::Claimed, Some(line)) = (reception, contact.line.as_ref()) {
            self.send_code(key, line, contact.route, rows);
        }
        let reception = self.heed(reception, key, rows);
        if verification.is_live(self.now) {
            self.note(reception, key, rows);
        }
        (reception, Some(key))
    }

    fn judge_contact(
        &self,
        contact: &Contact,
        verification: &Verification,
        challenge: &Challenge,
        rows: &Rows,
    ) -> Reception {
        if !verification.is_live(self.now) {
            return Reception::Late;
        }
        if verification.method != Method::Message || challenge.sender.is_some() {
            return Reception::AlreadyUsed;
        }
        let line = contact.line.as_ref().filter(|_| contact.is_answer);
        let Some(line) = line.filter(|_| !self.heard.is_forwarded) else {
            return Reception::ContactRefused;
        };
        let bound = open_phone(verification, self.keyring);
        if !challenge.admits(bound.as_ref(), &line.number) {
            return Reception::WrongNumber;
        }
        if let Some(refusal) = line.refusal {
            return refusal;
        }
        let record = rows.phones.get(&line.limits);
        if record.is_some_and(|record| record.is_suppressed(verification.channel)) {
            return Reception::OptedOut;
        }
        let is_full = record.is_some_and(|record| {
            record.has_live(verification.purpose, self.policy.limits.live, self.now)
        });
        let refused = record.and_then(|record| {
            let begin = record.ask_begin(verification.purpose, &self.policy.code, self.now);
            begin.or(record.ask_send(&self.policy.limits, self.now))
        });
        if is_full || refused.is_some() { Reception::RateLimited } else { Reception::Claimed }
    }

    /// From here on it is a verification by code, as if it had begun as one.
    fn send_code(&self, key: VerificationKey, line: &Line, route: Route, rows: &mut Rows) {
        let Some(verification) = rows.rewrite_verification(&key) else { return };
        let digits = self.policy.code.digits_for(verification.purpose.is_sign_in());
        verification.learn(line, self.keyring);
        let code = self.heard.spare.shortened(digits);
        verification.become_code(&code, route, self.keyring);
        let _ = verification.resend(&self.policy.limits, self.now);
        let verification = verification.clone();
        let record = rows.phones.edit_or_default(line.limits);
        record.forget(self.now);
        record.charge_send(self.now);
        let _ = record.begin(&verification, PhoneRecord::MOST_LIVE, self.now);
        queue_message(&verification, MessageKind::Code, None, rows, self.now);
        rows.record(key, EventKind::VerificationMessageReceived, self.event, self.now);
        if let Some(challenge) = rows.challenges.edit(&key) {
            challenge.note_sender(&self.heard.sender, None, self.keyring, self.now);
        }
    }
}
