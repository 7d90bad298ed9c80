//! What the lock protects.

use jiff::Timestamp;
use tokio::time::{Duration, Instant};

use crate::{
    changes::{Change, Changes},
    chat::{AddressedBy, Channel, ChatMessage, Content, Line, Status, Times},
    faults::{self, Behaviour, Fate},
    pace::Debt,
    phone::{Code, Phone},
    requests::Requests,
    settings::{Receipts, Settings},
    state::{Phones, Recording},
    templates::Templates,
    twilio,
    wa_id::{self, WaId},
    wamid::{self, Author},
    webhook::{Archive, Notice},
    wire,
};

pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) phones: Phones,
    pub(crate) templates: Templates,
    pub(crate) webhooks: Archive,
    pub(crate) requests: Requests,
    pub(crate) twilio: twilio::Messages,
    pub(crate) recording: Recording,
    pub(crate) throughput: Debt,
    pub(crate) changes: Changes,
    messages_ever: u64,
}

/// Finds a message again, if it and its phone are still remembered.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) wa_id: WaId,
    pub(crate) seq: u64,
}

/// What is ahead of a message that was accepted.
pub(crate) struct Course {
    pub(crate) receipts: Receipts,
    pub(crate) behaviour: Behaviour,
    pub(crate) fate: Fate,
}

pub(crate) struct NewMessage {
    pub(crate) author: Author,
    pub(crate) content: Content,
    pub(crate) line: Line,
    pub(crate) addressed_by: AddressedBy,
    pub(crate) callback_data: Option<String>,
    /// How long ago it was written.
    pub(crate) age: Duration,
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        let templates = Templates::of(&settings);
        Self {
            settings,
            phones: Phones::default(),
            templates,
            webhooks: Archive::default(),
            requests: Requests::default(),
            twilio: twilio::Messages::default(),
            recording: Recording::default(),
            throughput: Debt::default(),
            changes: Changes::default(),
            messages_ever: 0,
        }
    }

    /// Forgets phones, messages, requests, webhooks and the templates that were created. Settings
    /// stay as they are.
    pub(crate) fn reset(&mut self) {
        for phone in self.phones.newest_first() {
            phone.code_arrived().notify_waiters();
        }
        self.phones = Phones::default();
        self.templates = Templates::of(&self.settings);
        self.webhooks.clear();
        self.requests.clear();
        self.twilio = twilio::Messages::default();
        self.recording.clear();
        self.throughput = Debt::default();
        self.changes.tell(Change::Everything);
    }

    pub(crate) fn parse_number(&self, text: &str) -> Option<WaId> {
        WaId::parse(text, &self.settings.wa_id_rules)
    }

    /// The phone with this number, which exists from now on.
    pub(crate) fn phone(&mut self, text: &str) -> Option<&mut Phone> {
        let wa_id = self.parse_number(text)?;
        let digits = wa_id::digits(text)?;
        if self.phones.get(&wa_id).is_none() {
            self.changes.tell(Change::Phones);
        }
        Some(self.phones.named(&wa_id, &digits, &self.settings.business_account_id))
    }

    /// Answers the message's ticket and id, unless the phone is forgotten.
    pub(crate) fn add(&mut self, wa_id: &WaId, new: NewMessage) -> Option<(Ticket, String)> {
        let phone = self.phones.get(wa_id)?;
        self.messages_ever += 1;
        let ticket = Ticket { wa_id: wa_id.clone(), seq: self.messages_ever };
        let id = match (new.line, new.addressed_by) {
            (Line::Meta, AddressedBy::Number) => wamid::fresh(wa_id.as_str(), new.author),
            (Line::Meta, AddressedBy::UserId) => wamid::fresh(&phone.user_id, new.author),
            (Line::TwilioWhatsApp | Line::TwilioSms, _) => twilio::fresh_sid("SM"),
        };
        let now = Timestamp::now();
        phone.add(ChatMessage {
            seq: ticket.seq,
            id: id.clone(),
            author: new.author,
            content: new.content,
            line: new.line,
            addressed_by: new.addressed_by,
            callback_data: new.callback_data,
            at: now.checked_sub(new.age).unwrap_or(now),
            times: Times::default(),
            error: None,
        });
        self.changes.tell(Change::Chat(wa_id.clone()));
        Some((ticket, id))
    }

    /// `None` when it is forgotten.
    pub(crate) fn course(&mut self, ticket: &Ticket) -> Option<Course> {
        let mut receipts = self.settings.receipts.clone();
        let phone = self.phones.get(&ticket.wa_id)?;
        let behaviour = phone.behaviour.clone();
        let is_window_open = phone.window_is_open(Instant::now());
        let message = phone.message(ticket.seq)?;
        if message.line.channel() == Channel::Sms {
            // An SMS never says that it was read.
            receipts.read_ms = None;
        }
        let fate = match message.line {
            Line::Meta => behaviour.fate(faults::chance()),
            Line::TwilioWhatsApp | Line::TwilioSms => {
                let is_allowed = is_window_open || message.content.template.is_some();
                let after = Duration::from_millis(behaviour.delay_ms);
                let (sid, about) = (&message.id, (is_allowed, after));
                twilio::fate(&self.twilio, &behaviour, sid, about, faults::chance())
            }
        };
        Some(Course { receipts, behaviour, fate })
    }

    /// Moves a message on, and answers the webhook that says so. `None` when it is forgotten.
    pub(crate) fn mark(&mut self, ticket: &Ticket, status: Status) -> Option<Notice> {
        let phone = self.phones.get(&ticket.wa_id)?;
        let message = phone.message(ticket.seq)?;
        let at = message.reached(status, Timestamp::now());
        let message = message.clone();
        if status == Status::Delivered
            && let Some(text) = message.content.code.clone()
        {
            let channel = message.line.channel();
            phone.receive_code(Code { text, message_id: message.id.clone(), channel });
        }
        self.changes.tell(Change::Chat(ticket.wa_id.clone()));
        match message.line {
            Line::Meta => {
                let envelope = wire::status(&self.settings, phone, &message, status, at);
                Some(Notice::new(status.as_str(), phone, &envelope))
            }
            Line::TwilioWhatsApp | Line::TwilioSms => {
                let account = self.settings.twilio.as_ref()?;
                let about = (&*message.id, status, message.error);
                twilio::status_callback(account, &mut self.twilio, phone, about)
            }
        }
    }

    /// Whether the message has come so far already, or will not come any further.
    pub(crate) fn is_settled(&mut self, ticket: &Ticket, status: Status) -> bool {
        let message = self.phones.get(&ticket.wa_id).and_then(|phone| phone.message(ticket.seq));
        message.is_some_and(|message| message.has_failed() || message.has_reached(status))
    }

    /// The server has taken what the phone wrote.
    pub(crate) fn mark_taken(&mut self, ticket: &Ticket) {
        let message = self.phones.get(&ticket.wa_id).and_then(|phone| phone.message(ticket.seq));
        if let Some(message) = message {
            message.reached(Status::Delivered, Timestamp::now());
            self.changes.tell(Change::Chat(ticket.wa_id.clone()));
        }
    }

    pub(crate) fn fail(&mut self, ticket: &Ticket, code: u32) -> Option<Notice> {
        let message = self.phones.get(&ticket.wa_id)?.message(ticket.seq)?;
        message.error = Some(match message.line {
            Line::Meta | Line::TwilioSms => code,
            Line::TwilioWhatsApp => twilio::of_meta(code),
        });
        self.mark(ticket, Status::Failed)
    }

    /// Whether the phone can take the message now; if not, it is kept for later. One that comes too
    /// late is dropped, and nobody hears of it.
    pub(crate) fn is_reachable_or_hold(&mut self, ticket: &Ticket) -> bool {
        let Some(phone) = self.phones.get(&ticket.wa_id) else { return false };
        let now = Timestamp::now();
        if phone.message(ticket.seq).is_some_and(|message| message.has_expired(now)) {
            return false;
        }
        if phone.behaviour.offline {
            phone.hold(ticket.seq);
        }
        !phone.behaviour.offline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(age: u64, ttl_seconds: Option<i64>) -> (State, Ticket) {
        let mut state = State::new(Settings::default());
        let wa_id = state.phone("+4915550102030").unwrap().wa_id.clone();
        let new = NewMessage {
            author: Author::Business,
            content: Content { ttl_seconds, ..Content::default() },
            line: Line::Meta,
            addressed_by: AddressedBy::Number,
            callback_data: None,
            age: Duration::from_secs(age),
        };
        let (ticket, _) = state.add(&wa_id, new).unwrap();
        (state, ticket)
    }

    #[test]
    fn a_message_that_comes_too_late_is_dropped() {
        for (age, ttl_seconds, arrives) in
            [(29, Some(30), true), (30, Some(30), false), (3_600, None, true)]
        {
            let (mut state, ticket) = sent(age, ttl_seconds);

            assert_eq!(state.is_reachable_or_hold(&ticket), arrives, "{age} of {ttl_seconds:?}");
        }
    }
}
