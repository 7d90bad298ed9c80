//! A receipt by hand: what happens to a message when nobody wants to wait for it to happen.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    api::{body::Body, error::ApiError, messages, step},
    chat::{Channel, Status},
    simulator::Simulator,
    state::{State as Memory, Ticket},
    webhook::{self, Notice},
};

/// "Message undeliverable": what a phone that is not on `WhatsApp` gives.
const USUAL_ERROR: u32 = 131_026;
/// "Unreachable destination handset".
const USUAL_ERROR_OF_SMS: u32 = 30_003;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Receipt {
    pub(super) status: Wanted,
    pub(super) error_code: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    Delivered,
    Read,
    Failed,
}

/// Moves a message on; a signed webhook follows for each step.
pub(super) async fn set(
    State(simulator): State<Simulator>,
    Path((number, id)): Path<(String, String)>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let recorded = step::recorded("status", &number, body.to_value());
    let view = apply(&simulator, &number, &id, &body.parse()?)?;
    simulator.state().recording.add(recorded);
    Ok(Json(view))
}

pub(super) fn apply(
    simulator: &Simulator,
    number: &str,
    id: &str,
    receipt: &Receipt,
) -> Result<Value, ApiError> {
    let (notices, view) = {
        let mut state = simulator.state();
        let ticket = messages::sent_to(&mut state, number, id)?;
        let notices = receipt.apply(&mut state, &ticket)?;
        (notices, messages::view(&mut state, &ticket)?)
    };
    for notice in &notices {
        webhook::send(simulator, notice);
    }
    Ok(view)
}

impl Receipt {
    fn apply(&self, state: &mut Memory, ticket: &Ticket) -> Result<Vec<Notice>, ApiError> {
        if self.error_code.is_some() && self.status != Wanted::Failed {
            return Err(ApiError::bad_request("`error_code` belongs to the status `failed`."));
        }
        if state.is_settled(ticket, Status::Failed) {
            return Err(ApiError::conflict(
                "The message has failed, so nothing more happens to it.",
            ));
        }
        Ok(match self.status {
            Wanted::Delivered => steps(state, ticket, &[Status::Delivered]),
            Wanted::Read => steps(state, ticket, &[Status::Delivered, Status::Read]),
            Wanted::Failed => {
                let code = self.error_code.unwrap_or_else(|| usual_error(state, ticket));
                state.fail(ticket, code).into_iter().collect()
            }
        })
    }
}

fn usual_error(state: &mut Memory, ticket: &Ticket) -> u32 {
    let message = state.phones.get(&ticket.wa_id).and_then(|phone| phone.message(ticket.seq));
    match message.map(|message| message.line.channel()) {
        Some(Channel::Sms) => USUAL_ERROR_OF_SMS,
        Some(Channel::WhatsApp) | None => USUAL_ERROR,
    }
}

/// Each step that was not taken yet. `sent` is left out, as it may be lost on Meta's side too.
fn steps(state: &mut Memory, ticket: &Ticket, wanted: &[Status]) -> Vec<Notice> {
    let mut notices = Vec::new();
    for status in wanted {
        if !state.is_settled(ticket, *status) {
            notices.extend(state.mark(ticket, *status));
        }
    }
    notices
}
