//! One phone: its owner's name, how it behaves, and its chat with the business.

use std::{collections::VecDeque, sync::Arc};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};

use crate::{bubble, faults::Behaviour, pace::Debt, wa_id::WaId, wamid::Author};

const MESSAGES_KEPT: usize = 500;
/// How long after its last message a phone may be answered with anything but a template.
const WINDOW: Duration = Duration::from_hours(24);

pub(crate) struct Phone {
    pub(crate) wa_id: WaId,
    /// The number as it was first named, with `+`.
    pub(crate) number: String,
    pub(crate) user_id: String,
    pub(crate) behaviour: Behaviour,
    pub(crate) pair: Debt,
    messages: VecDeque<ChatMessage>,
    /// Messages that wait for the phone to be back online.
    held: VecDeque<u64>,
    /// The code that arrived last, until somebody asks for it.
    fresh_code: Option<Code>,
    code_arrived: Arc<Notify>,
    wrote_at: Option<Instant>,
}

#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) message_id: String,
}

impl Phone {
    pub(crate) fn new(wa_id: WaId, number: String, user_id: String) -> Self {
        Self {
            wa_id,
            number,
            user_id,
            behaviour: Behaviour::default(),
            pair: Debt::default(),
            messages: VecDeque::new(),
            held: VecDeque::new(),
            fresh_code: None,
            code_arrived: Arc::default(),
            wrote_at: None,
        }
    }

    /// The owner's name. Most are not ASCII: whoever reads bodies byte by byte notices early.
    pub(crate) fn name(&self) -> &'static str {
        const NAMES: [&str; 8] =
            ["Zoë", "José", "Mara", "Łucja", "आशा", "سلمى", "Tomás 🌿", "Ana / Bo"];
        let last = self.wa_id.as_str().bytes().last().unwrap_or_default();
        NAMES[usize::from(last) % NAMES.len()]
    }

    pub(crate) fn username(&self) -> String {
        let digits = self.wa_id.as_str();
        format!("user.{}", &digits[digits.len().saturating_sub(6)..])
    }

    pub(crate) fn wrote(&mut self, now: Instant) {
        self.wrote_at = Some(now);
    }

    pub(crate) fn window_is_open(&self, now: Instant) -> bool {
        self.wrote_at.is_some_and(|at| now.saturating_duration_since(at) < WINDOW)
    }

    pub(crate) fn add(&mut self, message: ChatMessage) {
        if self.messages.len() == MESSAGES_KEPT {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    pub(crate) fn messages(&self) -> impl DoubleEndedIterator<Item = &ChatMessage> {
        self.messages.iter()
    }

    /// A message by its place in the order of all messages, which rises.
    pub(crate) fn message(&mut self, seq: u64) -> Option<&mut ChatMessage> {
        let place = self.messages.binary_search_by_key(&seq, |message| message.seq).ok()?;
        self.messages.get_mut(place)
    }

    pub(crate) fn message_by_id(&mut self, id: &str) -> Option<&mut ChatMessage> {
        self.messages.iter_mut().rev().find(|message| message.id == id)
    }

    /// Answers whether there was such a message.
    pub(crate) fn forget(&mut self, id: &str) -> bool {
        let Some(place) = self.messages.iter().position(|message| message.id == id) else {
            return false;
        };
        self.messages.remove(place);
        self.fresh_code.take_if(|code| code.message_id == id);
        true
    }

    pub(crate) fn hold(&mut self, seq: u64) {
        if self.held.len() == MESSAGES_KEPT {
            self.held.pop_front();
        }
        self.held.push_back(seq);
    }

    pub(crate) fn release(&mut self) -> VecDeque<u64> {
        std::mem::take(&mut self.held)
    }

    /// A code has reached the phone: it replaces an older one that nobody fetched.
    pub(crate) fn receive_code(&mut self, code: Code) {
        self.fresh_code = Some(code);
        self.code_arrived.notify_waiters();
    }

    pub(crate) fn take_code(&mut self) -> Option<Code> {
        self.fresh_code.take()
    }

    pub(crate) fn code_arrived(&self) -> Arc<Notify> {
        Arc::clone(&self.code_arrived)
    }

    pub(crate) fn view(&self) -> Value {
        let last = self.messages.back();
        let unread = self.messages.iter().filter(|message| message.is_unread()).count();
        json!({
            "number": self.number,
            "country": self.wa_id.country(),
            "last": last.map(ChatMessage::view),
            "unread": unread,
            "has_error": last.is_some_and(ChatMessage::has_failed),
            "wa_id": self.wa_id.as_str(),
            "user_id": self.user_id,
            "name": self.name(),
            "messages": self.messages.len(),
            "waiting": self.held.len(),
            "behaviour": self.behaviour,
        })
    }
}

/// How a business named the phone it wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressedBy {
    Number,
    UserId,
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
}

/// A message in either direction.
#[derive(Clone, Debug)]
pub(crate) struct ChatMessage {
    pub(crate) seq: u64,
    pub(crate) id: String,
    pub(crate) author: Author,
    pub(crate) content: Content,
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

    fn is_unread(&self) -> bool {
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
            "type": self.content.kind,
            "text": self.content.text,
            "template": self.content.template.as_ref().map(|(name, _)| name),
            "language": self.content.template.as_ref().map(|(_, language)| language),
            "code": self.content.code,
            "bubble": self.bubble(),
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
