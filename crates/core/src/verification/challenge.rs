//! What a verification by message waits for, and how a message is judged.
//!
//! Whoever holds the phone sends us a token that only the page showed. That alone would let
//! somebody have a stranger send a token of theirs; so for signing in, and wherever the number is
//! learnt from the message, a code is sent back that has to be typed where it all began.

use std::time::Duration;

use super::heard::{Heard, Sender, SenderAddress, TokenKey, address_context};
use super::{Reception, State, Token, Verification, VerificationKey};
use crate::keyring::{Context, Keyring, Sealed};
use crate::phone::{AliasRule, Match, PhoneNumber, WaId};
use crate::secret::Secret;
use crate::time::{Timestamp, minutes, seconds};

/// How far a sender's clock may be behind ours.
const SKEW: Duration = seconds(30);
/// How long the code counts that answers a message.
pub const CONFIRMATION: Duration = minutes(2);
/// Digits of that code.
pub const CONFIRMATION_DIGITS: u8 = 6;

/// What a verification by message waits for, and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub key: VerificationKey,
    /// `None` where six digits have to do, which are looked for among the sender's own.
    pub token: Option<TokenKey>,
    /// What the message has to say, to show it again.
    pub sealed_token: Sealed,
    /// The number was given, and no other proves anything.
    pub is_bound: bool,
    pub needs_confirmation: bool,
    /// Whose message counted.
    pub sender: Option<[u8; 16]>,
    /// Under what the answer to our question for the number is found.
    pub asked: Option<TokenKey>,
    pub sealed_wa_id: Option<Sealed>,
    pub sealed_user_id: Option<Sealed>,
    pub sealed_parent_user_id: Option<Sealed>,
    /// How the sender's spelling of the number differs.
    pub alias: Option<AliasRule>,
    pub identity: Option<IdentityCheck>,
    /// The account behind the sender, keyed: it is kept once the phone is proved.
    pub account: Option<[u8; 16]>,
    /// What the last message came to.
    pub last: Option<Reception>,
    /// Who sent it, where that was not who should have.
    pub sealed_stranger: Option<Sealed>,
    pub heard_at: Option<Timestamp>,
}

/// The account behind a number, compared with the one that proved it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityCheck {
    First,
    Same,
    Changed,
}

/// The account behind a number when it was proved last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Keyed.
    pub digest: [u8; 16],
    pub seen_at: Timestamp,
}

impl Challenge {
    pub fn new(key: VerificationKey, token: &Token, keyring: &Keyring) -> Self {
        let sealed_token = keyring.seal(&token_context(key), token.reveal().expose().as_bytes());
        Self {
            key,
            token: None,
            sealed_token,
            is_bound: true,
            needs_confirmation: false,
            sender: None,
            asked: None,
            sealed_wa_id: None,
            sealed_user_id: None,
            sealed_parent_user_id: None,
            alias: None,
            identity: None,
            account: None,
            last: None,
            sealed_stranger: None,
            heard_at: None,
        }
    }

    /// What the message has to say.
    pub fn open_token(&self, keyring: &Keyring) -> Option<Token> {
        let plain = keyring.open_sealed(&token_context(self.key), &self.sealed_token)?;
        String::from_utf8(plain).ok().map(Token::from_trusted)
    }

    /// Whoever sent the message that counted; `None` while nobody has.
    pub fn open_sender(&self, keyring: &Keyring) -> Option<SenderAddress> {
        self.sender?;
        let open = |sealed: &Option<Sealed>| {
            let plain = keyring.open_sealed(&address_context(self.key), sealed.as_ref()?)?;
            String::from_utf8(plain).ok()
        };
        Some(SenderAddress {
            wa_id: open(&self.sealed_wa_id).and_then(|text| WaId::parse(&text)),
            user_id: open(&self.sealed_user_id).map(Secret::new),
            parent_user_id: open(&self.sealed_parent_user_id).map(Secret::new),
        })
    }

    /// The number of whoever sent it and should not have, where it is shown.
    pub fn open_stranger(&self, keyring: &Keyring) -> Option<WaId> {
        let sealed = self.sealed_stranger.as_ref()?;
        let plain = keyring.open_sealed(&address_context(self.key), sealed)?;
        WaId::parse(std::str::from_utf8(&plain).ok()?)
    }

    /// Judges a message that carries the token. Nothing is changed by it.
    pub fn judge(
        &self,
        verification: &Verification,
        bound: Option<&PhoneNumber>,
        heard: &Heard,
        now: Timestamp,
    ) -> Reception {
        if let Some(reception) = self.judge_state(verification, heard, now) {
            return reception;
        }
        if !heard.is_plain {
            return Reception::NotText;
        }
        if heard.is_forwarded {
            return Reception::Forwarded;
        }
        if heard.sent_at < verification.created_at.minus(SKEW) {
            return Reception::Backdated;
        }
        if heard.sent_at >= verification.expires_at {
            return Reception::Late;
        }
        if self.sender.is_some() || self.asks_another(&heard.sender) {
            return self.judge_again(&heard.sender);
        }
        self.judge_sender(bound, heard)
    }

    fn judge_state(
        &self,
        verification: &Verification,
        heard: &Heard,
        now: Timestamp,
    ) -> Option<Reception> {
        match verification.state_at(now) {
            State::Pending => None,
            State::Approved => Some(self.judge_again(&heard.sender)),
            State::Expired => Some(Reception::Late),
            State::Canceled | State::Exhausted | State::Undeliverable => Some(Reception::Ended),
        }
    }

    /// Somebody who hides the number sent it first, and was asked for it.
    fn asks_another(&self, sender: &Sender) -> bool {
        self.asked.is_some() && self.asked != sender.asked
    }

    /// It came before: from the same one, or from somebody who should not have it.
    fn judge_again(&self, sender: &Sender) -> Reception {
        if self.sender == Some(sender.record.0) {
            Reception::AlreadyUsed
        } else {
            Reception::SecondSender
        }
    }

    fn judge_sender(&self, bound: Option<&PhoneNumber>, heard: &Heard) -> Reception {
        let Some(wa_id) = &heard.sender.address.wa_id else { return Reception::PhoneHidden };
        if self.is_bound {
            let is_right = bound.is_some_and(|bound| is_match(bound.matches_sender(wa_id)));
            return if is_right { self.right() } else { Reception::WrongNumber };
        }
        match &heard.sender.line {
            None => Reception::Unsuitable,
            Some(line) => line.refusal.unwrap_or_else(|| self.right()),
        }
    }

    const fn right(&self) -> Reception {
        if self.needs_confirmation { Reception::AwaitingConfirmation } else { Reception::Approved }
    }

    /// Whether its message had come when something else was written.
    pub fn is_heard_before(&self, sent_at: Timestamp) -> bool {
        self.heard_at.is_some_and(|heard_at| sent_at >= heard_at.minus(SKEW))
    }

    /// Whether a number that was shared is the one that is to be proved.
    pub fn admits(&self, bound: Option<&PhoneNumber>, shared: &PhoneNumber) -> bool {
        !self.is_bound || bound == Some(shared)
    }

    /// Notes whose message counted, and how they are spelled.
    pub fn note_sender(
        &mut self,
        sender: &Sender,
        alias: Option<AliasRule>,
        keyring: &Keyring,
        now: Timestamp,
    ) {
        let context = address_context(self.key);
        let seal = |text: &str| keyring.seal(&context, text.as_bytes());
        let address = &sender.address;
        self.sender = Some(sender.record.0);
        self.sealed_wa_id = address.wa_id.as_ref().map(|wa_id| seal(wa_id.as_str()));
        self.sealed_user_id = address.user_id.as_ref().map(|id| seal(id.expose()));
        self.sealed_parent_user_id = address.parent_user_id.as_ref().map(|id| seal(id.expose()));
        self.alias = alias;
        self.heard_at = Some(now);
    }
}

fn is_match(found: Match) -> bool {
    match found {
        Match::Exact | Match::Alias(_) => true,
        Match::No => false,
    }
}

const fn token_context(key: VerificationKey) -> Context {
    Context { what: "challenges.token", tenant: key.tenant, row: *key.id.as_bytes() }
}

impl IdentityCheck {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Same => "same",
            Self::Changed => "changed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "first" => Some(Self::First),
            "same" => Some(Self::Same),
            "changed" => Some(Self::Changed),
            _ => None,
        }
    }
}
