//! `POST …/Messages.json`: judged, accepted and answered.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::Duration;

use crate::{
    bubble,
    chat::{AddressedBy, Channel, Content, Line},
    delivery,
    faults::{self, Answering, Refusal},
    outage,
    simulator::Simulator,
    state::{NewMessage, State, Ticket},
    twilio::{
        TwilioAccount,
        address::Address,
        callback,
        error::RestError,
        fate,
        form::{From, Outgoing, Text},
        message::{Progress, Record},
        text_code,
    },
    wamid::Author,
    webhook::{self, Notice},
};

const LONGEST_CODE: usize = 15;

enum Verdict {
    Accepted(Box<Accepted>),
    Page(u16),
}

struct Accepted {
    ticket: Ticket,
    answer: Value,
    answering: Answering,
    /// Says that it has left the queue of its messaging service.
    queued: Option<Notice>,
}

pub(super) async fn send(simulator: &Simulator, body: &[u8]) -> Result<Response, RestError> {
    let outgoing = Outgoing::parse(body)?;
    let verdict = judge(&mut simulator.state(), outgoing)?;
    match verdict {
        Verdict::Page(status) => Ok(outage::page(status)),
        Verdict::Accepted(accepted) => {
            let Accepted { ticket, answer, answering, queued } = *accepted;
            webhook::send_some(simulator, queued);
            delivery::start(simulator.clone(), ticket);
            if let Some(page) = outage::delay(answering).await {
                return Ok(page);
            }
            Ok((StatusCode::CREATED, Json(answer)).into_response())
        }
    }
}

fn judge(state: &mut State, outgoing: Outgoing) -> Result<Verdict, RestError> {
    let account = state.settings.twilio.clone().ok_or_else(|| RestError::known(20_404))?;
    let from = sender(&account, &outgoing)?;
    let content = content(&account, outgoing.text)?;
    let channel = outgoing.to.channel;
    let number = &outgoing.to.number;
    let phone = state.phone(number).ok_or_else(|| RestError::about(21_211, number))?;
    match fate::refusal(&phone.behaviour, channel, faults::chance()) {
        Some(Refusal::Error(code)) => return Err(RestError::known(code)),
        Some(Refusal::Page(status)) => return Ok(Verdict::Page(status)),
        None => {}
    }
    if channel == Channel::Sms && phone.has_stopped_sms {
        return Err(RestError::known(21_610));
    }
    let (wa_id, answering) = (phone.wa_id.clone(), phone.behaviour.answering());
    let text = content.text.clone();
    let new = NewMessage {
        author: Author::Business,
        content,
        line: Line::twilio(channel),
        addressed_by: AddressedBy::Number,
        callback_data: None,
        age: Duration::ZERO,
    };
    let (ticket, sid) = state.add(&wa_id, new).ok_or_else(|| RestError::known(20_500))?;
    let now = Timestamp::now();
    let (service_sid, progress) = match outgoing.from {
        From::Service(sid) => (Some(sid), Progress::Accepted),
        From::Address(_) => (None, Progress::Queued),
    };
    let mut record = Record {
        sid,
        service_sid,
        from,
        to: outgoing.to,
        body: text,
        direction: "outbound-api",
        progress,
        error: None,
        created: now,
        updated: now,
        sent: None,
        callback: outgoing.callback,
        validity: outgoing.validity,
    };
    let answer = record.view(&account.account_sid);
    let phone = state.phones.get(&wa_id).ok_or_else(|| RestError::known(20_500))?;
    let queued = if record.progress == Progress::Accepted {
        record.progress = Progress::Queued;
        callback::notice(&account, phone, &record, Progress::Queued)
    } else {
        None
    };
    state.twilio.add(record);
    Ok(Verdict::Accepted(Box::new(Accepted { ticket, answer, answering, queued })))
}

/// The number that it comes from, which must be one of the account's.
fn sender(account: &TwilioAccount, outgoing: &Outgoing) -> Result<Address, RestError> {
    let channel = outgoing.to.channel;
    let own = match channel {
        Channel::Sms => &account.sms_number,
        Channel::WhatsApp => &account.whatsapp_number,
    };
    match &outgoing.from {
        From::Service(_) => Ok(Address::new(channel, own)),
        From::Address(from) if from.number == *own || from.is_name() => Ok(from.clone()),
        From::Address(from) => match channel {
            Channel::Sms => Err(RestError::about(21_606, &from.number)),
            Channel::WhatsApp => Err(RestError::known(63_007)),
        },
    }
}

fn content(account: &TwilioAccount, text: Text) -> Result<Content, RestError> {
    match text {
        Text::Body(text) => {
            let code = text_code::find(&text).map(str::to_owned);
            Ok(Content { kind: "text", text, code, ..Content::default() })
        }
        Text::Content { sid, variables } => {
            let code = the_one(&variables)?;
            let language = account.language_of(&sid).to_owned();
            let text = bubble::text(&language, &code);
            let template = Some((sid, language));
            Ok(Content { kind: "template", text, template, code: Some(code), ..Content::default() })
        }
    }
}

/// An authentication template has exactly one variable, which is the code.
fn the_one(variables: &Map<String, Value>) -> Result<String, RestError> {
    let code = variables.get("1").and_then(Value::as_str).unwrap_or_default();
    let is_good = variables.len() == 1 && (1..=LONGEST_CODE).contains(&code.chars().count());
    if is_good { Ok(code.to_owned()) } else { Err(RestError::known(21_656)) }
}
