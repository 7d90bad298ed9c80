//! A provider's call to us: the bytes as they came, and what they say once they are believed.

use crate::channel::Channel;
use crate::delivery::{MessageKey, Receipt};
use crate::phone::WaId;
use crate::secret::Secret;
use crate::templates::TemplateNotice;
use crate::time::Timestamp;
use crate::wording::Wish;

/// A webhook before anybody has looked into it.
#[derive(Clone, Copy)]
pub struct RawWebhook<'a> {
    /// Every value of the signature header, in order.
    pub signatures: &'a [&'a [u8]],
    /// The path and query that were called: some sign them too.
    pub target: &'a str,
    /// Exactly the bytes that were sent: they are what is signed.
    pub body: &'a [u8],
}

/// The question a provider asks before it calls a new address.
#[derive(Clone, Copy)]
pub struct Handshake<'a> {
    pub mode: Option<&'a str>,
    pub token: Option<&'a str>,
    pub challenge: Option<&'a str>,
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the signature is missing or is not this account's")]
    Signature,
}

/// What a believed webhook says. What cannot be read is counted, never refused: the provider
/// would only send it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub notices: Vec<Notice>,
    /// Parts that were not understood, or are about an account that is not this one.
    pub unread: usize,
    /// The newest time that the webhook itself names. It files the webhook, so that a repetition
    /// is found again.
    pub newest: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Status(StatusNotice),
    Message(InboundMessage),
    Template(TemplateNotice),
    /// About a business number that is not this account's.
    Foreign {
        phone_number_id: String,
        message: Option<InboundMessage>,
    },
}

/// A receipt and the message that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusNotice {
    /// From the reference that we sent along; `None` for a message that is not ours.
    pub message: Option<MessageKey>,
    pub receipt: Receipt,
}

/// A message that somebody wrote to the business.
#[derive(Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// The provider's id. It holds the sender's number: treat it as personal.
    pub provider_id: String,
    /// By which it came.
    pub channel: Channel,
    pub sent_at: Timestamp,
    /// `None` where nobody is named.
    pub sender: Option<InboundSender>,
    pub form: Form,
    pub is_forwarded: bool,
    /// What it says, wherever it says it.
    pub text: Option<Secret<String>>,
    pub cards: Vec<Card>,
    /// What the provider took it for; it may know more words than we do.
    pub wish: Option<Wish>,
}

/// Who wrote, in the provider's words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InboundSender {
    /// `None` where it is not shown. A text that is no number is none.
    pub wa_id: Option<WaId>,
    pub user_id: Option<Secret<String>>,
    pub parent_user_id: Option<Secret<String>>,
    /// Changes with the account behind the number.
    pub identity: Option<Secret<String>>,
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain text, in the chat with the business.
    Plain,
    /// Contacts.
    Contacts,
    /// A caption, a button, an edited message, one in a group, or something that we do not know.
    Other,
}

/// A contact in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// Its sender was asked for it.
    pub is_answer: bool,
    pub wa_id: Option<WaId>,
}

impl std::fmt::Debug for InboundMessage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "InboundMessage({})", self.sent_at.rfc3339())
    }
}

impl std::fmt::Debug for RawWebhook<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RawWebhook({} bytes)", self.body.len())
    }
}

impl std::fmt::Debug for Handshake<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Handshake")
    }
}
