//! One message of a chat, and how far it has come.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{bubble, wamid::Author};

/// How a business names, or sees, the owner of the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressedBy {
    Number,
    UserId,
}

/// As what a message travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    #[default]
    WhatsApp,
    Sms,
}

impl Channel {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Sms => "sms",
        }
    }
}

/// By whom a message travels, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Meta,
    TwilioWhatsApp,
    TwilioSms,
}

impl Line {
    pub(crate) fn twilio(channel: Channel) -> Self {
        match channel {
            Channel::WhatsApp => Self::TwilioWhatsApp,
            Channel::Sms => Self::TwilioSms,
        }
    }

    pub(crate) fn channel(self) -> Channel {
        match self {
            Self::Meta | Self::TwilioWhatsApp => Channel::WhatsApp,
            Self::TwilioSms => Channel::Sms,
        }
    }

    fn provider(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::TwilioWhatsApp | Self::TwilioSms => "twilio",
        }
    }
}

/// How far a message has come, in Meta's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

/// What a message says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    /// Meta's `type`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// Name and language of the template.
    pub(crate) template: Option<(String, String)>,
    pub(crate) code: Option<String>,
    /// A message that cannot be delivered in this time is dropped.
    pub(crate) ttl_seconds: Option<i64>,
    /// A button below it gives the business the phone's number.
    pub(crate) asks_contact: bool,
    pub(crate) marks: Marks,
}

/// How a message came about, where it was not simply written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    pub(crate) forwarded: bool,
    /// It was written in a group.
    pub(crate) group: bool,
}

/// A message in either direction.
#[derive(Clone, Debug)]
pub(crate) struct ChatMessage {
    pub(crate) seq: u64,
    pub(crate) id: String,
    pub(crate) author: Author,
    pub(crate) content: Content,
    pub(crate) line: Line,
    pub(crate) addressed_by: AddressedBy,
    pub(crate) callback_data: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) times: Times,
    pub(crate) error: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    sent: Option<Timestamp>,
    delivered: Option<Timestamp>,
    read: Option<Timestamp>,
    failed: Option<Timestamp>,
}

impl ChatMessage {
    /// Notes that the message got there; the answer is when, which for a repetition is the first time.
    pub(crate) fn reached(&mut self, status: Status, now: Timestamp) -> Timestamp {
        *self.time_mut(status).get_or_insert(now)
    }

    pub(crate) fn has_reached(&mut self, status: Status) -> bool {
        self.time_mut(status).is_some()
    }

    fn time_mut(&mut self, status: Status) -> &mut Option<Timestamp> {
        match status {
            Status::Sent => &mut self.times.sent,
            Status::Delivered => &mut self.times.delivered,
            Status::Read => &mut self.times.read,
            Status::Failed => &mut self.times.failed,
        }
    }

    /// A code as the phone shows it.
    fn bubble(&self) -> Option<Value> {
        let (_, language) = self.content.template.as_ref()?;
        Some(bubble::render(language, self.content.code.as_ref()?))
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.times.failed.is_some()
    }

    /// Whether it is too late to deliver it.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at).as_secs();
        self.content.ttl_seconds.is_some_and(|longest| age >= longest)
    }

    pub(crate) fn is_unread(&self) -> bool {
        let Times { delivered, read, failed, sent: _ } = &self.times;
        self.author == Author::Business && delivered.is_some() && read.is_none() && failed.is_none()
    }

    fn status(&self) -> &'static str {
        let Times { sent, delivered, read, failed } = &self.times;
        match (failed, read, delivered, sent) {
            (Some(_), ..) => "failed",
            (None, Some(_), ..) => "read",
            (None, None, Some(_), _) => "delivered",
            (None, None, None, Some(_)) => "sent",
            (None, None, None, None) => "accepted",
        }
    }

    pub(crate) fn view(&self) -> Value {
        let direction = match self.author {
            Author::Business => "to_phone",
            Author::Phone => "from_phone",
        };
        let time = |at: &Option<Timestamp>| at.map(|at| format!("{at:.3}"));
        json!({
            "id": self.id,
            "direction": direction,
            "channel": self.line.channel().as_str(),
            "provider": self.line.provider(),
            "type": self.content.kind,
            "text": self.content.text,
            "template": self.content.template.as_ref().map(|(name, _)| name),
            "language": self.content.template.as_ref().map(|(_, language)| language),
            "code": self.content.code,
            "bubble": self.bubble(),
            "asks_contact": self.content.asks_contact,
            "forwarded": self.content.marks.forwarded,
            "group": self.content.marks.group,
            "biz_opaque_callback_data": self.callback_data,
            "status": self.status(),
            "error_code": self.error,
            "at": format!("{:.3}", self.at),
            "sent_at": time(&self.times.sent),
            "delivered_at": time(&self.times.delivered),
            "read_at": time(&self.times.read),
            "failed_at": time(&self.times.failed),
        })
    }
}
