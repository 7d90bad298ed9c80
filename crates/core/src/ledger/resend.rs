//! Sending the live code again.

use std::sync::Arc;

use super::start::{ask_counters, charge, queue_message, want_counters};
use super::{Keys, Rows};
use crate::channel::Route;
use crate::delivery::{Channel, MessageKey, MessageKind};
use crate::events::EventKind;
use crate::id::EventId;
use crate::policy::{Policy, Refusal};
use crate::time::Timestamp;
use crate::verification::{Method, State, Verification, VerificationKey};

/// Adds a message with the same code. It resets nothing.
#[derive(Clone, Debug)]
pub struct Resend {
    pub key: VerificationKey,
    /// Another channel than before.
    pub channel: Option<Channel>,
    pub policy: Arc<Policy>,
    pub event: EventId,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum ResendOutcome {
    NotFound,
    Resent(MessageKey),
    /// Nothing is sent for a verification that has ended.
    Ended(State),
    /// Nothing was sent that could be sent again: we are the ones who wait.
    NothingToSend,
    /// The phone wants no messages by any channel that it could go by.
    OptedOut,
    Refused(Refusal),
}

impl Resend {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.verifications.is_loaded(&self.key) {
            keys.verifications.push(self.key);
        } else if let Some(verification) = rows.verifications.get(&self.key) {
            want_counters(verification, &self.policy, rows, keys);
            if !rows.phones.is_loaded(&verification.phone) {
                keys.phones.push(verification.phone);
            }
            if verification.method == Method::Message && !rows.challenges.is_loaded(&self.key) {
                keys.challenges.push(self.key);
            }
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> ResendOutcome {
        let now = self.now;
        let Some(verification) = rows.verifications.get(&self.key).cloned() else {
            return ResendOutcome::NotFound;
        };
        if !verification.is_live(now) {
            return ResendOutcome::Ended(verification.state_at(now));
        }
        if verification.method == Method::Message && !verification.is_heard() {
            return ResendOutcome::NothingToSend;
        }
        let is_answer = verification.method == Method::Message;
        let Some(channel) = self.next_channel(&verification, rows) else {
            return ResendOutcome::OptedOut;
        };
        let refusal = Refusal::latest([
            verification.ask_resend(now),
            self.ask_phone(&verification, rows),
            ask_counters(&verification, &self.policy, rows, now),
        ]);
        if let Some(refusal) = refusal {
            return ResendOutcome::Refused(refusal);
        }
        charge(&verification, &self.policy, rows, now);
        let Some(verification) = rows.edit_verification(&self.key) else {
            return ResendOutcome::NotFound;
        };
        let _ = verification.resend(&self.policy.limits, now);
        if !is_answer {
            verification.turn_to(channel);
        }
        // Whoever names a channel gets that one, and is told when it fails.
        if self.channel.is_some() {
            verification.route = Route::default();
        }
        let verification = verification.clone();
        let sender = rows.challenges.get(&self.key).filter(|_| is_answer);
        let recipient = sender.and_then(|sender| sender.sealed_wa_id.clone());
        let kind = if is_answer { MessageKind::Confirm } else { MessageKind::Code };
        let message = queue_message(&verification, kind, recipient, rows, now);
        rows.record_message(message, EventKind::VerificationResent, self.event, now);
        ResendOutcome::Resent(message)
    }

    /// The one that is named, or the one so far, or else the next that is left: whichever messages
    /// are wanted by. An answer goes where its sender wrote.
    fn next_channel(&self, verification: &Verification, rows: &Rows) -> Option<Channel> {
        let is_wanted = |channel: &Channel| {
            let record = rows.phones.get(&verification.phone);
            verification.method == Method::Message
                || record.is_none_or(|record| !record.is_suppressed(*channel))
        };
        if self.channel.is_some() {
            return self.channel.filter(is_wanted);
        }
        let own = [verification.channel].into_iter();
        own.chain(verification.route.channels()).find(is_wanted)
    }

    fn ask_phone(&self, verification: &Verification, rows: &Rows) -> Option<Refusal> {
        let record = rows.phones.get(&verification.phone)?;
        match verification.method {
            Method::Code => record.ask_send(&self.policy.limits, self.now),
            Method::Message => record.ask_needed_reply(self.now),
        }
    }
}
