//! A phone writes to a number of the Twilio account.

use jiff::Timestamp;
use tokio::time::{Duration, Instant};

use crate::{
    chat::{AddressedBy, Channel, Content, Line},
    phone::Phone,
    state::{NewMessage, State},
    twilio::{
        TwilioAccount,
        address::Address,
        message::{Progress, Record},
        segments::segments,
    },
    wamid::Author,
    webhook::Notice,
};

const STOPS: [&str; 6] = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"];
const STARTS: [&str; 3] = ["START", "YES", "UNSTOP"];

/// What a whole message may be about, besides saying something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OptOut {
    Stop,
    Start,
    Help,
}

impl OptOut {
    fn read(text: &str) -> Option<Self> {
        let word = text.trim();
        let is_one_of = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is_one_of(&STOPS) {
            Some(Self::Stop)
        } else if is_one_of(&STARTS) {
            Some(Self::Start)
        } else {
            is_one_of(&["HELP", "INFO"]).then_some(Self::Help)
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }
}

/// What a phone says, and to which of the account's numbers.
pub(crate) struct Said<'a> {
    pub(crate) channel: Channel,
    pub(crate) text: &'a str,
    /// The message whose button was pressed, and what the business knows the button by.
    pub(crate) pressed: Option<(&'a str, &'a str)>,
}

/// Takes the message, and answers its id and its webhook. `None` without an account, or when the
/// phone was forgotten.
pub(crate) fn write(state: &mut State, number: &str, words: &Said<'_>) -> Option<(String, Notice)> {
    let Said { channel, text, pressed } = *words;
    let account = state.settings.twilio.clone()?;
    let phone = state.phone(number)?;
    let opt_out = OptOut::read(text).filter(|_| channel == Channel::Sms);
    match opt_out {
        Some(OptOut::Stop) => phone.has_stopped_sms = true,
        Some(OptOut::Start) => phone.has_stopped_sms = false,
        Some(OptOut::Help) | None => {}
    }
    if channel == Channel::WhatsApp {
        phone.wrote(Some(Instant::now()));
    }
    let (wa_id, turn) = (phone.wa_id.clone(), phone.take_turn());
    let delay = Duration::from_millis(phone.behaviour.delay_ms);
    let is_hidden = channel == Channel::WhatsApp && phone.behaviour.username_only;
    let new = NewMessage {
        author: Author::Phone,
        content: Content {
            kind: if pressed.is_some() { "button" } else { "text" },
            text: text.to_owned(),
            ..Content::default()
        },
        line: Line::twilio(channel),
        addressed_by: if is_hidden { AddressedBy::UserId } else { AddressedBy::Number },
        callback_data: None,
        age: Duration::ZERO,
    };
    let (ticket, sid) = state.add(&wa_id, new)?;
    let phone = state.phones.get(&wa_id)?;
    let record = record(&account, phone, &sid, words);
    let mut form = form(&account, phone, &record, pressed);
    if let Some(opt_out) = opt_out {
        form.push(("OptOutType", opt_out.as_str().to_owned()));
    }
    let notice = Notice::of_twilio("message", phone, account.webhook_url.clone(), &form);
    state.twilio.add(record);
    Some((sid, notice.bringing(ticket.seq).held_back(delay, turn)))
}

fn record(account: &TwilioAccount, phone: &Phone, sid: &str, words: &Said<'_>) -> Record {
    let channel = words.channel;
    let (own, sender) = match channel {
        Channel::Sms => (&account.sms_number, &phone.number),
        Channel::WhatsApp if phone.behaviour.username_only => {
            (&account.whatsapp_number, &phone.user_id)
        }
        Channel::WhatsApp => (&account.whatsapp_number, &phone.number),
    };
    let now = Timestamp::now();
    Record {
        sid: sid.to_owned(),
        service_sid: None,
        from: Address::new(channel, sender),
        to: Address::new(channel, own),
        body: words.text.to_owned(),
        direction: "inbound",
        progress: Progress::Received,
        error: None,
        created: now,
        updated: now,
        sent: Some(now),
        callback: None,
        validity: Duration::ZERO,
    }
}

fn form(
    account: &TwilioAccount,
    phone: &Phone,
    record: &Record,
    pressed: Option<(&str, &str)>,
) -> Vec<(&'static str, String)> {
    let mut form = vec![
        ("AccountSid", account.account_sid.clone()),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("MessageSid", record.sid.clone()),
        ("SmsSid", record.sid.clone()),
        ("SmsMessageSid", record.sid.clone()),
        ("SmsStatus", "received".to_owned()),
        ("From", record.from.to_string()),
        ("To", record.to.to_string()),
        ("Body", record.body.clone()),
        ("NumMedia", "0".to_owned()),
        ("NumSegments", segments(&record.body).to_string()),
    ];
    match record.channel() {
        Channel::Sms => {
            form.extend(
                ["FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip"]
                    .map(|name| (name, String::new())),
            );
            form.push(("FromCountry", phone.wa_id.country().to_owned()));
            form.push(("ToCountry", "US".to_owned()));
        }
        Channel::WhatsApp => {
            let is_hidden = phone.behaviour.username_only;
            let wa_id = if is_hidden { "" } else { phone.wa_id.as_str() };
            form.push(("WaId", wa_id.to_owned()));
            form.push(("ProfileName", phone.name().to_owned()));
            let kind = if pressed.is_some() { "button" } else { "text" };
            form.push(("MessageType", kind.to_owned()));
            if let Some((sid, payload)) = pressed {
                form.push(("ButtonText", record.body.clone()));
                form.push(("ButtonPayload", payload.to_owned()));
                form.push(("OriginalRepliedMessageSid", sid.to_owned()));
                form.push(("OriginalRepliedMessageSender", record.to.to_string()));
            }
            if is_hidden {
                form.push(("ExternalUserId", phone.user_id.clone()));
                form.push(("ProfileUsername", phone.username()));
            }
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_alone_stops_or_starts() {
        let cases = [
            ("stop", Some(OptOut::Stop)),
            (" Unsubscribe\n", Some(OptOut::Stop)),
            ("START", Some(OptOut::Start)),
            ("help", Some(OptOut::Help)),
            ("stop it", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(OptOut::read(text), expected, "{text}");
        }
    }
}
