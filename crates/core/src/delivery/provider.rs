//! The port to those who carry messages.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::{Channel, Handshake, RawWebhook, Received, Rejected};
use crate::phone::{PhoneNumber, WaId};
use crate::secret::Secret;
use crate::templates::TemplateKeeper;
use crate::tenants::Integration;
use crate::time::Timestamp;

/// Somebody who carries messages.
#[async_trait]
pub trait Provider: Send + Sync {
    fn descriptor(&self) -> Descriptor;

    async fn send(
        &self,
        integration: &Integration,
        message: &Outgoing,
    ) -> Result<Accepted, SendError>;

    /// Looks for a message whose answer was lost. `since` is before it was first sent.
    async fn find(
        &self,
        _integration: &Integration,
        _message: &Outgoing,
        _since: Timestamp,
    ) -> Result<Search, SendError> {
        Ok(Search::Unable)
    }

    /// Who keeps its templates, where it has any.
    fn templates(&self) -> Option<&dyn TemplateKeeper> {
        None
    }

    /// The answer to a handshake; `None` when it does not know the token.
    fn answer(&self, integration: &Integration, handshake: &Handshake<'_>) -> Option<String>;

    /// What a webhook that is believed has in common with its repetitions, and with nothing else:
    /// exactly what is signed, so that nothing else about it makes it a new one.
    fn identity(&self, webhook: &RawWebhook<'_>) -> Vec<u8> {
        webhook.body.to_vec()
    }

    /// Checks the signature before it reads the body.
    fn receive(
        &self,
        integration: &Integration,
        webhook: &RawWebhook<'_>,
    ) -> Result<Received, Rejected>;
}

/// What a provider is and can do.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    pub id: &'static str,
    pub channels: &'static [Channel],
}

/// A message on its way out.
pub struct Outgoing {
    pub to: Recipient,
    pub channel: Channel,
    pub content: Content,
    /// Comes back with every receipt.
    pub reference: String,
    /// How long it is worth delivering: its code has no longer to live.
    pub lifetime: Duration,
}

/// Whom a message is for.
pub enum Recipient {
    Phone(PhoneNumber),
    /// Whoever wrote to us, as WhatsApp spells the number.
    Sender(WaId),
    /// Whoever wrote to us without showing a number.
    User(Secret<String>),
}

pub enum Content {
    /// A code, in the account's authentication template, or in words where there is none.
    Code { code: Secret<String>, language: String, text: Secret<String> },
    /// Plain text, which WhatsApp allows for 24 hours after the person wrote.
    Text(Secret<String>),
    /// The same, with a button that shares the person's number.
    ContactRequest(Secret<String>),
}

/// The provider took it. Whether it arrives, receipts say.
pub struct Accepted {
    pub provider_id: String,
}

/// What came of looking for a message.
#[derive(Debug)]
pub enum Search {
    /// The provider took it.
    Found(Accepted),
    /// It never came there.
    Absent,
    /// The provider cannot be asked; receipts have to tell.
    Unable,
}

/// Why the provider did not take it. Each variant is what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It was certainly not sent: try again.
    #[error("the provider is busy or out of reach")]
    Unavailable { retry_after: Option<Duration>, code: Option<i64> },

    /// It may have been sent: wait for a receipt before trying again.
    #[error("the provider's answer was lost")]
    Unknown { code: Option<i64> },

    /// This phone cannot be reached on this channel.
    #[error("the recipient cannot be reached on this channel")]
    Unreachable { code: i64 },

    /// This person wants no messages by this channel.
    #[error("the recipient has opted out")]
    OptedOut { code: i64 },

    /// Nobody can be reached until a person mends the account, its token or its template.
    #[error("the provider account needs attention")]
    Misconfigured { code: i64 },

    /// The request itself was refused: a fault of ours.
    #[error("the provider refused the request")]
    Refused { code: i64 },
}

impl SendError {
    pub const fn code(&self) -> Option<i64> {
        match self {
            Self::Unavailable { code, .. } | Self::Unknown { code } => *code,
            Self::Unreachable { code }
            | Self::OptedOut { code }
            | Self::Misconfigured { code }
            | Self::Refused { code } => Some(*code),
        }
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phone(number) => write!(formatter, "{}", number.masked()),
            Self::Sender(wa_id) => write!(formatter, "{}", wa_id.masked()),
            Self::User(_) => formatter.write_str("a user without a number"),
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Outgoing({:?}, {})", self.to, self.reference)
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Accepted")
    }
}
