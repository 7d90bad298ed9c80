//! A message that somebody wrote, as far as it concerns verifications.

use super::{Code, NumberKey, PhoneKey, Reception};
use crate::channel::{Channel, Route};
use crate::id::TenantId;
use crate::keyring::{Context, Keyring, Sealed};
use crate::phone::{PhoneNumber, WaId};
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::verification::VerificationKey;
use crate::wording::Wish;

/// The keyed look-up of something that a message of one tenant may name: a token, or the user of
/// whom a number was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey {
    pub tenant: TenantId,
    pub digest: [u8; 16],
}

/// Everything that a decision about a message needs, with the random values that it may use.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about one message")]
#[derive(Clone, Debug)]
pub struct Heard {
    pub sender: Sender,
    pub channel: Channel,
    pub sent_at: Timestamp,
    /// Plain text, written in the chat with the business.
    pub is_plain: bool,
    pub is_forwarded: bool,
    pub tokens: Vec<TokenKey>,
    /// A token was meant to be there.
    pub is_marked: bool,
    /// Six digits that it names.
    pub codes: Vec<Code>,
    /// It says no, and nothing else.
    pub is_refusal: bool,
    /// It says whether messages are wanted, and nothing else.
    pub wish: Option<Wish>,
    pub contact: Option<Contact>,
    /// The digits of a code that may be needed.
    pub spare: Code,
}

/// Who wrote.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Under what the limits of the sender are kept.
    pub record: PhoneKey,
    /// Where an answer goes.
    pub address: SenderAddress,
    /// The number behind the address; `None` where WhatsApp shows none, or in a spelling that may
    /// be several people's.
    pub line: Option<Line>,
    /// Under what the answer to a question for the number is found.
    pub asked: Option<TokenKey>,
    /// Of the account behind the number, where Meta tells: it changes with the phone or the owner.
    pub identity: Option<[u8; 16]>,
}

/// What WhatsApp calls a sender. A number and a user id are never taken for each other.
#[derive(Clone, Debug, Default)]
pub struct SenderAddress {
    pub wa_id: Option<WaId>,
    /// Business-scoped: towards another business the same person has another one.
    pub user_id: Option<Secret<String>>,
    pub parent_user_id: Option<Secret<String>>,
}

/// A number and everything that is kept under it.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: PhoneNumber,
    pub limits: PhoneKey,
    pub key: NumberKey,
    /// Why the number may not be verified.
    pub refusal: Option<Reception>,
}

/// A contact that somebody sent.
#[derive(Clone, Debug)]
pub struct Contact {
    /// It answers our question; others can be anybody's.
    pub is_answer: bool,
    pub line: Option<Line>,
    /// The channels by which a code may go there.
    pub route: Route,
}

impl SenderAddress {
    /// Where an answer to this sender goes, sealed for a verification.
    pub fn seal(&self, key: VerificationKey, keyring: &Keyring) -> Option<Sealed> {
        let text = match (&self.wa_id, &self.user_id) {
            (Some(wa_id), _) => wa_id.as_str(),
            (None, Some(user_id)) => user_id.expose(),
            (None, None) => return None,
        };
        Some(keyring.seal(&address_context(key), text.as_bytes()))
    }
}

/// Where an answer goes, or what else names a sender, as it is stored.
pub(crate) const fn address_context(key: VerificationKey) -> Context {
    Context { what: "challenges.sender", tenant: key.tenant, row: *key.id.as_bytes() }
}
