//! What a message that somebody wrote came to.

use std::fmt;

use crate::id::{TenantId, VerificationId};
use crate::time::Timestamp;

macro_rules! receptions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What a message that somebody wrote came to. The words are stored and sent: never
        /// change one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reception {
            $($(#[$doc])* $name,)*
        }

        impl Reception {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

receptions! {
    /// It proved the phone.
    Approved = "approved",
    /// It is the right one; the code that answers it has to be typed where it began.
    AwaitingConfirmation = "awaiting_confirmation",
    /// It came from another number than the one that is to be proved.
    WrongNumber = "wrong_number",
    /// WhatsApp does not say from which number it came.
    PhoneHidden = "phone_hidden",
    /// Nor this one; its sender was asked to share the number.
    ContactAsked = "contact_asked",
    /// A contact that its sender was not asked for, or another person's.
    ContactRefused = "contact_refused",
    /// The number that its sender shared is sent a code.
    Claimed = "claimed",
    /// Somebody else wrote it.
    Forwarded = "forwarded",
    /// A caption, a button, an edited message, one in a group: anything but plain text in the chat.
    NotText = "not_text",
    /// It was written before the verification began.
    Backdated = "backdated",
    /// Its time was up.
    Late = "late",
    /// Another one had sent it already: it proves nothing any more.
    SecondSender = "second_sender",
    /// It did what it could when it came first.
    AlreadyUsed = "already_used",
    /// The verification had been ended by something else.
    Ended = "ended",
    /// It carries a token that nobody waits for.
    UnknownToken = "unknown_token",
    /// A ready-made message that has lost its token.
    MissingToken = "missing_token",
    /// Its sender tried too many tokens.
    Ignored = "ignored",
    /// It would need an answer, and its sender has had too many.
    RateLimited = "rate_limited",
    /// The account behind the number is another one than when it was proved last.
    IdentityChanged = "identity_changed",
    CountryNotAllowed = "country_not_allowed",
    /// No number that a person is reached at.
    Unsuitable = "unsuitable",
    /// Its sender says that they asked for nothing.
    Denied = "denied",
    /// Its sender wants no more messages by this channel.
    OptedOut = "opted_out",
    /// Its sender wants messages again.
    OptedIn = "opted_in",
    /// It would prove a phone, but by this channel anybody can write in another's name.
    WrongChannel = "wrong_channel",
    /// It is about no verification.
    Kept = "kept",
    /// It is about a business number that whoever signed the webhook does not have.
    Quarantined = "quarantined",
}

/// A message that came, as a tenant is told of it. What it says stays sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heeded {
    pub place: InboundPlace,
    pub received_at: Timestamp,
    pub reception: Reception,
    pub verification: Option<VerificationId>,
}

/// Where a message stands among a tenant's: by the time that it names, then by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboundPlace {
    pub at: Timestamp,
    pub digest: [u8; 16],
}

/// Which messages to list: those that were sent last come first.
#[derive(Clone, Debug)]
pub struct InboundListing {
    pub tenant: TenantId,
    pub reception: Option<Reception>,
    /// Only those before this one.
    pub before: Option<InboundPlace>,
    pub limit: usize,
}

impl InboundPlace {
    /// After every other.
    pub const LAST: Self = Self { at: Timestamp::from_millis(i64::MAX), digest: [0xff; 16] };

    /// Reads the printed form; nothing else is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, digest) = text.split_once('.')?;
        let mut bytes = [0; 16];
        hex::decode_to_slice(digest, &mut bytes).ok()?;
        Some(Self { at: Timestamp::from_millis(at.parse().ok()?), digest: bytes })
    }
}

impl fmt::Display for InboundPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.at.millis(), hex::encode(self.digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for reception in Reception::ALL {
            assert_eq!(Reception::parse(reception.as_str()), Some(*reception));
        }
        assert_eq!(Reception::parse("other"), None);
    }

    #[test]
    fn a_place_prints_and_reads_back_and_nothing_else_is_one() {
        let place = InboundPlace { at: Timestamp::from_millis(1_791_300_042_000), digest: [7; 16] };

        assert_eq!(InboundPlace::parse(&place.to_string()), Some(place));
        for wrong in ["", ".", "1.", "1.07", "x.07070707070707070707070707070707", "1"] {
            assert_eq!(InboundPlace::parse(wrong), None, "{wrong}");
        }
    }
}
