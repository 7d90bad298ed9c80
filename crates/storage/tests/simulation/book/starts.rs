//! Starts and resends: who may send, and what a repetition gets.

use std::sync::Arc;

use countersign_core::channel::Channel;
use countersign_core::delivery::MessageKey;
use countersign_core::events::EventKind;
use countersign_core::id::VerificationId;
use countersign_core::ledger::{IdempotencyKey, Resend, ResendOutcome, Start, StartOutcome};
use countersign_core::time::{Timestamp, hours};
use countersign_core::verification::{StartMode, State, Verification, VerificationKey};

use super::messages::Mail;
use super::{Answered, Book, Entry};
use crate::invariant::{Held, Invariant};

/// What a start came to that was made with an idempotency key.
#[derive(Clone, Copy)]
pub(super) struct KnownStart {
    verification: VerificationId,
    fingerprint: [u8; 16],
    at: Timestamp,
}

impl Book {
    pub(super) fn start(&mut self, start: &Start, outcome: &StartOutcome) -> Held {
        self.repetition(start, outcome)?;
        match outcome {
            StartOutcome::Started { verification, message } => {
                let mut asked = self.wanted(&start.verification);
                let is_wanted = !self.is_suppressed(verification.phone, verification.channel);
                Invariant::NothingIsSentUnwanted
                    .hold(is_wanted, || format!("{:?} begins unwanted", verification.key))?;
                // One that is not on the first channel begins on the next.
                if asked.route.contains(verification.channel) {
                    Arc::make_mut(&mut asked).turn_to(verification.channel);
                }
                Invariant::RowsAreAsDecided.hold(
                    *verification == asked
                        && message.is_some_and(|message| {
                            message.verification_key() == verification.key && message.number == 1
                        }),
                    || format!("{:?} started {:?}", start.verification.key, verification.key),
                )?;
                self.begin(start, verification)
            }
            StartOutcome::Resent { verification, message } => {
                Invariant::NothingOfAnotherTenant.hold(
                    start.mode == StartMode::ResendLive
                        && verification.tenant == start.verification.key.tenant
                        && self.entries.get(verification).is_some_and(|entry| {
                            entry.number == start.verification.number
                                && entry.purpose == start.verification.purpose
                        }),
                    || format!("a start sent {verification:?} again"),
                )?;
                self.tally.resends += 1;
                self.sent_again(*verification, message.number, start.now)
            }
            StartOutcome::Repeated(_) => {
                self.tally.repeated_starts += 1;
                Ok(())
            }
            StartOutcome::KeyReused => {
                self.tally.reused_keys += 1;
                Ok(())
            }
            StartOutcome::OptedOut => {
                self.tally.unwanted_starts += 1;
                self.unwanted(start)
            }
            StartOutcome::Refused { refusal, .. } => {
                self.tally.refusals += 1;
                Invariant::SendsWithinLimits.hold(refusal.retry_at > start.now, || {
                    format!("{:?} may come back in the past", start.verification.key)
                })
            }
        }
    }

    pub(super) fn resend(&mut self, resend: &Resend, outcome: &ResendOutcome) -> Held {
        let entry = self.entries.get(&resend.key);
        let is_known = entry.is_some();
        let is_live = entry.is_some_and(|entry| entry.is_live(resend.now));
        Invariant::NothingOfAnotherTenant
            .hold(is_known != (*outcome == ResendOutcome::NotFound), || {
                format!("{:?} was found: {outcome:?}", resend.key)
            })?;
        match outcome {
            ResendOutcome::NotFound => self.tally.foreign += 1,
            ResendOutcome::Resent(message) => {
                Invariant::NoApprovalAfterTheEnd
                    .hold(is_live, || format!("{:?} was sent after its end", resend.key))?;
                self.tally.resends += 1;
                self.sent_again(resend.key, message.number, resend.now)?;
            }
            ResendOutcome::Ended(_) => {
                Invariant::RowsAreAsDecided
                    .hold(!is_live, || format!("{:?} is said to have ended", resend.key))?;
            }
            // That is said of verifications by message, of which there are none here.
            ResendOutcome::NothingToSend => {
                Invariant::RowsAreAsDecided.hold(false, || "nothing to send".to_owned())?;
            }
            ResendOutcome::OptedOut => {
                let phone = entry.map(|entry| entry.phone);
                let has_said = phone.is_some_and(|phone| {
                    Channel::ALL.into_iter().any(|channel| self.is_suppressed(phone, channel))
                });
                Invariant::NothingIsSentUnwanted
                    .hold(has_said, || format!("{:?} is not sent again", resend.key))?;
            }
            ResendOutcome::Refused(_) => self.tally.refusals += 1,
        }
        Ok(())
    }

    /// The start by the channels that are left.
    fn wanted(&self, asked: &Arc<Verification>) -> Arc<Verification> {
        let mut asked = asked.clone();
        for channel in Channel::ALL {
            if self.is_suppressed(asked.phone, channel) {
                let asked = Arc::make_mut(&mut asked);
                asked.leave_out(channel);
                if asked.channel == channel {
                    asked.channel = asked.route.take_next().unwrap_or(channel);
                }
            }
        }
        asked
    }

    /// A start is refused only where no channel is left.
    fn unwanted(&self, start: &Start) -> Held {
        let asked = &start.verification;
        let mut order = [asked.channel].into_iter().chain(asked.route.channels());
        // One that was live may have been asked for again.
        let has_none = order.all(|channel| self.is_suppressed(asked.phone, channel))
            || start.mode == StartMode::ResendLive;
        Invariant::NothingIsSentUnwanted
            .hold(has_none, || format!("{:?} was refused, and is wanted", asked.key))
    }

    // For a day at least, a key names one start.
    fn repetition(&self, start: &Start, outcome: &StartOutcome) -> Held {
        let tenant = start.verification.key.tenant;
        let known = start.verification.idempotency.and_then(|idempotency| {
            let known = self.starts.get(&IdempotencyKey { tenant, key: idempotency.key })?;
            Some((known, known.fingerprint == idempotency.fingerprint))
        });
        let holds = match (outcome, known) {
            (StartOutcome::Repeated(key), Some((known, is_same))) => {
                is_same && *key == VerificationKey { tenant, id: known.verification }
            }
            (StartOutcome::KeyReused, Some((_, is_same))) => !is_same,
            (StartOutcome::Repeated(_) | StartOutcome::KeyReused, None) => false,
            (_, Some((known, _))) => known.at <= start.now.minus(hours(24)),
            (_, None) => true,
        };
        Invariant::RepeatedStartIsOne.hold(holds, || {
            format!("{:?} was answered {outcome:?}", start.verification.idempotency)
        })
    }

    fn begin(&mut self, start: &Start, verification: &Verification) -> Held {
        let now = start.now;
        let key = verification.key;
        if let Some(idempotency) = verification.idempotency {
            let known =
                KnownStart { verification: key.id, fingerprint: idempotency.fingerprint, at: now };
            self.starts.insert(IdempotencyKey { tenant: key.tenant, key: idempotency.key }, known);
        }
        self.tally.verifications += 1;
        let entry = self.entry(verification);
        self.entries.insert(key, entry);
        self.pending.insert(key);
        self.phones.entry(verification.phone).or_default().verifications.push(key);
        self.send(key, now)?;
        self.mails.insert(message_of(key, 1), Mail::default());
        let chain =
            self.chains.entry((verification.phone, verification.purpose.tag())).or_default();
        if now >= chain.ends_at {
            chain.members.clear();
            chain.attempts = 0;
        }
        let most = self.scene.policy.code.max_attempts_per_chain;
        Invariant::ComparisonsPerChain.hold(chain.attempts < most, || {
            format!("{key:?} began in a chain with {} comparisons", chain.attempts)
        })?;
        chain.members.push(key);
        chain.ends_at = chain.ends_at.max(verification.expires_at);
        Ok(())
    }

    fn entry(&self, verification: &Verification) -> Entry {
        let held = verification.code.as_ref().expect("it was just made");
        let code = held.open(&verification.place(), &self.scene.keyring).expect("it is ours");
        Entry {
            code: code.reveal().expose().clone(),
            phone: verification.phone,
            number: verification.number,
            purpose: verification.purpose,
            address: verification.address,
            created_at: verification.created_at,
            expires_at: verification.expires_at,
            attempts: 0,
            sends: Vec::new(),
            failed_messages: 0,
            may_fall_back: !verification.route.is_empty(),
            fallbacks: 0,
            state: State::Pending,
            is_superseded: false,
            checks: Vec::new(),
        }
    }

    fn sent_again(&mut self, key: VerificationKey, number: u8, now: Timestamp) -> Held {
        let entry = &self.entries[&key];
        let last = entry.sends.last().copied().unwrap_or_default();
        // Each message doubles the wait for the next, to eight times.
        let doubled = entry.sends.len().saturating_sub(1).min(3);
        let gap = self.scene.policy.limits.cooldown * [1, 2, 4, 8][doubled];
        Invariant::SendsWithinLimits.hold(now >= last.plus(gap), || {
            format!("{key:?} was sent again {:?} after the last", now.after(last))
        })?;
        Invariant::RowsAreAsDecided.hold(usize::from(number) == entry.messages() + 1, || {
            format!("message {number} follows {} of {key:?}", entry.messages())
        })?;
        self.mails.insert(message_of(key, number), Mail::default());
        self.send(key, now)
    }
}

impl Book {
    /// Enters messages by another channel: one for each verification, and only while it is live.
    pub(super) fn fallbacks(&mut self, answered: &Answered<'_>) -> Held {
        for event in &answered.events {
            let (EventKind::VerificationFallback, Some(number)) = (event.kind, event.message)
            else {
                continue;
            };
            let key = VerificationKey { tenant: event.tenant, id: event.verification };
            let entry = self.entries.get_mut(&key).filter(|entry| entry.is_live(event.at));
            let Some(entry) = entry.filter(|entry| entry.may_fall_back) else {
                return Invariant::OneFallback
                    .hold(false, || format!("{key:?} fell back, and may not"));
            };
            entry.may_fall_back = false;
            entry.fallbacks += 1;
            let is_next = usize::from(number) == entry.messages();
            self.mails.insert(message_of(key, number), Mail::default());
            self.tally.fallbacks += 1;
            Invariant::OneFallback
                .hold(is_next, || format!("message {number} of {key:?} is not its next"))?;
        }
        Ok(())
    }
}

fn message_of(key: VerificationKey, number: u8) -> MessageKey {
    MessageKey { tenant: key.tenant, verification: key.id, number }
}
