//! The catalogue of events.

use crate::id::{EventId, TenantId, VerificationId};
use crate::time::Timestamp;

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub tenant: TenantId,
    pub id: EventId,
    pub kind: EventKind,
    pub verification: VerificationId,
    /// The message that it is about, by its place in the verification.
    pub message: Option<u8>,
    pub at: Timestamp,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What happened. The names are stored and sent: never change one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $kind,)*
        }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// A verification began.
    VerificationCreated = "verification.created",
    /// Its code was asked for again.
    VerificationResent = "verification.resent",
    /// A message did not arrive, and the code was sent by another channel.
    VerificationFallback = "verification.fallback",
    /// The right code came back.
    VerificationApproved = "verification.approved",
    /// The message that it waits for came, and a code has to be typed.
    VerificationMessageReceived = "verification.message_received",
    /// Its message came from a second sender, from an account that has changed hands, or its sender
    /// says that they asked for nothing: it was ended.
    VerificationContested = "verification.contested",
    /// Its time ran out.
    VerificationExpired = "verification.expired",
    /// The tenant called it off.
    VerificationCanceled = "verification.canceled",
    /// A newer verification of the same phone and purpose took its place.
    VerificationSuperseded = "verification.superseded",
    /// The last attempt was wrong.
    VerificationExhausted = "verification.exhausted",
    /// No message could reach the phone.
    VerificationUndeliverable = "verification.undeliverable",
    /// The provider took the message.
    MessageAccepted = "message.accepted",
    /// The provider sent it on.
    MessageSent = "message.sent",
    /// The phone has it.
    MessageDelivered = "message.delivered",
    /// The person opened it.
    MessageRead = "message.read",
    /// It will not arrive.
    MessageFailed = "message.failed",
}
