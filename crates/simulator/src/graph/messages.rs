//! `POST /{phone_number_id}/messages`: judged, accepted and answered.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use crate::{
    chat::{AddressedBy, Content, Line, Status},
    delivery,
    faults::{self, Answering, Refusal},
    graph::{
        call::Call,
        error::GraphError,
        recipient::Recipient,
        request::{Body, Outgoing, Request},
    },
    outage, pace,
    simulator::Simulator,
    state::{NewMessage, State, Ticket},
    wa_id::{self, WaId},
    wamid::{self, Author},
};

enum Verdict {
    Accepted { ticket: Ticket, answer: Value, answering: Answering },
    Page(u16),
}

struct Addressee {
    wa_id: WaId,
    addressed_by: AddressedBy,
    /// The entry in the answer's `contacts`.
    contact: Value,
}

pub(super) async fn send(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    let parameters = call.parameters()?;
    let verdict = match Request::parse(&parameters)? {
        Request::Read { message_id } => {
            mark_read(&mut simulator.state(), &message_id)?;
            return Ok(Json(json!({ "success": true })).into_response());
        }
        Request::Send(outgoing) => judge(&mut simulator.state(), outgoing)?,
    };
    match verdict {
        Verdict::Page(status) => Ok(outage::page(status)),
        Verdict::Accepted { ticket, answer, answering } => {
            delivery::start(simulator.clone(), ticket);
            if let Some(page) = outage::delay(answering).await {
                return Ok(page);
            }
            Ok(Json(answer).into_response())
        }
    }
}

fn judge(state: &mut State, outgoing: Outgoing) -> Result<Verdict, GraphError> {
    let addressee = find(state, &outgoing)?;
    let content = match outgoing.body {
        Body::Template(message) => message.fill(&state.templates)?,
        Body::Free(content) => content,
    };
    if let Some(refusal) = check_phone(state, &addressee, &content)? {
        return match refusal {
            Refusal::Error(code) => Err(GraphError::known(code)),
            Refusal::Page(status) => Ok(Verdict::Page(status)),
        };
    }
    let is_template = content.template.is_some();
    let new = NewMessage {
        author: Author::Business,
        content,
        line: Line::Meta,
        addressed_by: addressee.addressed_by,
        callback_data: outgoing.callback_data,
        age: Duration::ZERO,
    };
    let (ticket, id) =
        state.add(&addressee.wa_id, new).ok_or_else(|| GraphError::known(131_000))?;
    let mut message = json!({ "id": id });
    if is_template {
        message["message_status"] = json!("accepted");
    }
    let answer = json!({
        "messaging_product": "whatsapp",
        "contacts": [addressee.contact],
        "messages": [message],
    });
    let phone = state.phones.get(&addressee.wa_id);
    let answering = phone.map_or(Answering::AtOnce, |phone| phone.behaviour.answering());
    Ok(Verdict::Accepted { ticket, answer, answering })
}

fn find(state: &mut State, outgoing: &Outgoing) -> Result<Addressee, GraphError> {
    match &outgoing.recipient {
        Recipient::Number(to) => {
            if wa_id::digits(to) == wa_id::digits(&state.settings.business_phone) {
                return Err(GraphError::known(131_021));
            }
            let phone = state.phone(to).ok_or_else(|| GraphError::known(131_009))?;
            let contact = json!({ "input": to, "wa_id": phone.wa_id.as_str() });
            let wa_id = phone.wa_id.clone();
            Ok(Addressee { wa_id, addressed_by: AddressedBy::Number, contact })
        }
        Recipient::UserId(user_id) => {
            if matches!(outgoing.body, Body::Template(_)) {
                return Err(GraphError::known(131_062));
            }
            let known = state.phones.with_user_id(user_id).cloned();
            let details = "recipient: this user id belongs to nobody here";
            let wa_id = known.ok_or_else(|| GraphError::new(131_009, details))?;
            let contact = json!({ "input": user_id, "user_id": user_id });
            Ok(Addressee { wa_id, addressed_by: AddressedBy::UserId, contact })
        }
    }
}

/// What stands against sending this to that phone now.
fn check_phone(
    state: &mut State,
    addressee: &Addressee,
    content: &Content,
) -> Result<Option<Refusal>, GraphError> {
    let now = Instant::now();
    let State { settings, phones, throughput, .. } = state;
    let phone = phones.get(&addressee.wa_id).ok_or_else(|| GraphError::known(131_000))?;
    if let Some(refusal) = phone.behaviour.refusal(faults::chance()) {
        return Ok(Some(refusal));
    }
    if content.template.is_none() && !phone.window_is_open(now) {
        return Err(GraphError::known(131_047));
    }
    if settings.limits.throughput && !pace::THROUGHPUT.take(throughput, now) {
        return Err(GraphError::known(130_429));
    }
    if settings.limits.pair && !pace::PAIR.take(&mut phone.pair, now) {
        return Err(GraphError::known(131_056));
    }
    Ok(None)
}

fn mark_read(state: &mut State, message_id: &str) -> Result<(), GraphError> {
    let unknown = || GraphError::new(131_009, "message_id: there is no such message from a phone");
    let owner = wamid::owner(message_id).ok_or_else(unknown)?;
    // A number in an id has WhatsApp's own spelling, which no rule changes again.
    let known = state.phones.with_user_id(&owner).cloned();
    let wa_id = known.or_else(|| WaId::parse(&owner, &[])).ok_or_else(unknown)?;
    let phone = state.phones.get(&wa_id).ok_or_else(unknown)?;
    let message = phone.message_by_id(message_id).filter(|found| found.author == Author::Phone);
    message.ok_or_else(unknown)?.reached(Status::Read, jiff::Timestamp::now());
    Ok(())
}
