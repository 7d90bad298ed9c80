//! One phone: its owner's name, how it behaves, and its chat with the business.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, Semaphore},
    time::{Duration, Instant},
};

use crate::{
    chat::{Channel, ChatMessage},
    faults::Behaviour,
    pace::Debt,
    wa_id::WaId,
};

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
    /// The owner wrote STOP, and takes no SMS until START.
    pub(crate) has_stopped_sms: bool,
    messages: VecDeque<ChatMessage>,
    /// Messages that wait for the phone to be back online.
    held: VecDeque<u64>,
    /// The code that arrived last on each channel, until somebody asks for it. Oldest first.
    fresh_codes: Vec<Code>,
    code_arrived: Arc<Notify>,
    wrote_at: Option<Instant>,
    /// Of a phone that reorders: what it wrote last, while that waits to be overtaken.
    overtaken: Weak<Semaphore>,
}

/// When a message that a phone wrote goes to the business.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    InOrder,
    /// After the next one, which closes this when it has come.
    Waits(Arc<Semaphore>),
    /// Before the one that waits for this to be closed.
    Overtakes(Arc<Semaphore>),
}

#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) message_id: String,
    pub(crate) channel: Channel,
}

impl Phone {
    pub(crate) fn new(wa_id: WaId, number: String, user_id: String) -> Self {
        Self {
            wa_id,
            number,
            user_id,
            behaviour: Behaviour::default(),
            pair: Debt::default(),
            has_stopped_sms: false,
            messages: VecDeque::new(),
            held: VecDeque::new(),
            fresh_codes: Vec::new(),
            code_arrived: Arc::default(),
            wrote_at: None,
            overtaken: Weak::new(),
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

    /// Opens the window for answers. A message that was written earlier does not shorten it.
    pub(crate) fn wrote(&mut self, at: Option<Instant>) {
        self.wrote_at = self.wrote_at.max(at);
    }

    pub(crate) fn window_is_open(&self, now: Instant) -> bool {
        self.wrote_at.is_some_and(|at| now.saturating_duration_since(at) < WINDOW)
    }

    /// What a business is shown of who holds the phone now: another value when somebody else does.
    pub(crate) fn identity_key_hash(&self) -> Option<String> {
        let identity = self.behaviour.identity.as_ref()?;
        let digest = digest(&SHA256, format!("{}:{identity}", self.wa_id.as_str()).as_bytes());
        Some(STANDARD.encode(&digest.as_ref()[..8]))
    }

    /// How a message that the phone writes now is ordered among those around it.
    pub(crate) fn take_turn(&mut self) -> Turn {
        if !self.behaviour.reorder {
            return Turn::InOrder;
        }
        if let Some(waiting) = std::mem::take(&mut self.overtaken).upgrade() {
            return Turn::Overtakes(waiting);
        }
        let overtaken = Arc::new(Semaphore::new(0));
        self.overtaken = Arc::downgrade(&overtaken);
        Turn::Waits(overtaken)
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
        self.fresh_codes.retain(|code| code.message_id != id);
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

    /// A code has reached the phone: it replaces an older one of its channel that nobody fetched.
    pub(crate) fn receive_code(&mut self, code: Code) {
        self.fresh_codes.retain(|older| older.channel != code.channel);
        self.fresh_codes.push(code);
        self.code_arrived.notify_waiters();
    }

    /// The newest code of a channel or, without one, of all: then older ones are of no use either.
    pub(crate) fn take_code(&mut self, channel: Option<Channel>) -> Option<Code> {
        let Some(channel) = channel else {
            let newest = self.fresh_codes.pop();
            self.fresh_codes.clear();
            return newest;
        };
        let place = self.fresh_codes.iter().position(|code| code.channel == channel)?;
        Some(self.fresh_codes.remove(place))
    }

    pub(crate) fn code_arrived(&self) -> Arc<Notify> {
        Arc::clone(&self.code_arrived)
    }

    pub(crate) fn view(&self) -> Value {
        let last = self.messages.back();
        let unread = self.messages.iter().filter(|message| message.is_unread()).count();
        let sms = self.messages.iter().filter(|message| message.line.channel() == Channel::Sms);
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
            "sms": sms.count(),
            "sms_stopped": self.has_stopped_sms,
            "waiting": self.held.len(),
            "behaviour": self.behaviour,
        })
    }
}
