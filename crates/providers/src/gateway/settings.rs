//! What the operator says of a gateway.
//!
//! Templates hold `{to}` (`+4915550102030`), `{to_digits}`, `{text}`, `{code}`, `{sender}`,
//! `{reference}` and `{callback_url}`. Each is written in the way of the place where it stands, so
//! that no text can leave it. Other words in braces are refused; other braces are what they are.

use std::ops::RangeInclusive;

use countersign_core::secret::Secret;

use crate::http::{InvalidBaseUrl, Timeouts};

#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// The name of its integration, in the URL of its callbacks: letters, digits, `-` and `_`.
    pub name: String,
    /// Such as `https://sms.example.com/send?to={to_digits}`: placeholders stand in the query only.
    pub url: String,
    pub method: Method,
    /// Names and templates of values. They may hold keys, and neither `{text}` nor `{code}`.
    pub headers: Vec<(String, Secret<String>)>,
    /// A template; empty for none.
    pub body: String,
    pub content_type: BodyKind,
    /// What `{sender}` stands for.
    pub sender: Option<String>,
    pub success: Success,
    pub message_id: MessageId,
    /// Without it a message is known to have been taken, and nothing more.
    pub callback: Option<CallbackSettings>,
    pub timeouts: Timeouts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
}

/// What a body is, which says how its placeholders are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// `application/json`: placeholders stand inside of strings.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// How an answer says that a message was taken.
#[derive(Clone, Debug)]
pub struct Success {
    pub status: RangeInclusive<u16>,
    /// A JSON pointer, such as `/result/status`, to a field that has to be there.
    pub pointer: Option<String>,
    /// What it may say; with none anything will do.
    pub values: Vec<String>,
}

/// Where an answer names the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageId {
    /// Nowhere: our own reference stands for it.
    None,
    /// A JSON pointer.
    Pointer(String),
    Header(String),
}

/// How a gateway reports.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// At least 16 letters that only this server knows: it makes the key in the URL.
    pub secret: Secret<String>,
    /// Where the gateway reaches this server.
    pub public_url: String,
    /// The field that says what became of a message: a JSON pointer, or a name. Forms and queries
    /// are read by the name without the slash before it.
    pub status: String,
    /// What each of its words means. Other words mean nothing.
    pub words: Vec<(String, Outcome)>,
    /// The field with a number for why it failed.
    pub error: Option<String>,
}

/// What a gateway's word for a status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    Delivered,
    Failed,
}

/// Why the settings are not accepted. The text names the gateway.
#[derive(Debug, thiserror::Error)]
#[error("the gateway {name}: {why}")]
pub struct InvalidSettings {
    pub name: String,
    /// Which of them has to be mended.
    pub setting: Setting,
    pub why: Why,
}

/// One of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Name,
    Url,
    Headers,
    Body,
    Sender,
    Success,
    MessageId,
    CallbackSecret,
    CallbackStatus,
    CallbackWords,
    CallbackError,
    PublicUrl,
}

#[derive(Debug, thiserror::Error)]
pub enum Why {
    #[error("its name is not made of letters, digits, - and _")]
    Name,

    #[error("another one has the same name")]
    SameName,

    #[error("its URL cannot be called: {0}")]
    Url(InvalidBaseUrl),

    #[error("placeholders stand in the query of a URL only, after the question mark")]
    PlaceholderInPath,

    #[error("{{{0}}} is no placeholder")]
    UnknownPlaceholder(String),

    #[error("{{{placeholder}}} cannot stand in {place}")]
    Misplaced { placeholder: &'static str, place: &'static str },

    #[error("{{{0}}} is used and not set")]
    Unset(&'static str),

    #[error("its body is not JSON")]
    NotJson,

    #[error("a GET has no body")]
    BodyOfGet,

    #[error("neither its URL nor its body says whom a message is for")]
    NoRecipient,

    #[error("neither its URL nor its body has {{text}} or {{code}}")]
    NoText,

    #[error("the header {0} is not one that may be set")]
    Header(String),

    #[error("{0} is not a JSON pointer")]
    Pointer(String),

    #[error("its success is a status that no answer has")]
    Status,

    #[error("the secret of its callbacks is shorter than 16 letters")]
    ShortSecret,

    #[error("the public URL cannot be called: {0}")]
    PublicUrl(InvalidBaseUrl),

    #[error("its callbacks have no field for the status, or no words")]
    Callback,

    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

impl Default for Success {
    fn default() -> Self {
        Self { status: 200..=299, pointer: None, values: Vec::new() }
    }
}
