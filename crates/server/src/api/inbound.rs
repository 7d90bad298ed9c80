//! What people wrote to the business, and what it came to.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::id::TenantId;
use countersign_core::verification::{Heeded, InboundListing, InboundPlace, Reception};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::body::json;
use super::listing::{read, read_cursor, read_limit};
use super::time::Time;
use crate::extract::{Caller, Query, Read};
use crate::problem::Problem;
use crate::site::Site;

/// What narrows the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InboundQuery {
    /// Only those that came to this, such as `quarantined`.
    #[param(example = "wrong_number")]
    outcome: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, from 1 to 100; 20 if it is left out.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
}

/// A message that somebody wrote. What it says is not shown.
#[derive(Serialize, ToSchema)]
struct InboundMessage {
    /// What it came to: the outcome of a verification's `message`, or `kept` for one that is about
    /// none, `unknown_token` and `ignored` for guesses, `opted_out` and `opted_in` for whoever wants
    /// no messages or wants them again, `wrong_channel` for an SMS, which proves nothing, and
    /// `quarantined` for one about a business number that whoever signed the webhook does not
    /// have.
    #[schema(value_type = String, example = "wrong_number")]
    outcome: &'static str,
    /// The verification that it is about.
    #[schema(required = true, example = "ver_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    verification: Option<String>,
    /// When it was written, as WhatsApp says.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
    sent_at: Time,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:01.000Z")]
    received_at: Time,
}

/// Some messages, those that were sent last first.
#[derive(Serialize, ToSchema)]
struct InboundMessageList {
    data: Vec<InboundMessage>,
    /// Pass it as `cursor` to read on; `null` at the end.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(list)]
}

/// List what people wrote
///
/// Each message with what it came to: why one proved a phone, and another did not.
#[utoipa::path(
    get, path = "/v1/inbound-messages", tag = "Verifications", operation_id = "listInboundMessages",
    params(InboundQuery),
    responses((status = 200, description = "Some messages.", body = InboundMessageList)),
    security(("api_key" = ["verifications:read"])),
)]
async fn list(
    caller: Caller<Read>,
    State(site): State<Site>,
    Query(query): Query<InboundQuery>,
) -> Result<Response, Problem> {
    let (listing, limit) = query.into_listing(caller.tenant)?;
    let found = site.app.verifications.inbound(&listing).await?;
    let page = &found[..found.len().min(limit)];
    let last = page.last().filter(|_| found.len() > limit);
    let next_cursor = last.map(|message| message.place.to_string());
    let data = page.iter().map(InboundMessage::from).collect();
    Ok(json(StatusCode::OK, &InboundMessageList { data, next_cursor }))
}

impl InboundQuery {
    /// The listing, one longer than the page: the last tells whether there are more.
    fn into_listing(self, tenant: TenantId) -> Result<(InboundListing, usize), Problem> {
        let mut errors = Vec::new();
        let limit = read_limit(&mut errors, self.limit.as_deref());
        let wrong = "send one of the outcomes, such as `approved`";
        let outcome = self.outcome.as_deref();
        let reception = read(&mut errors, "outcome", outcome, wrong, Reception::parse);
        let before = read_cursor(&mut errors, self.cursor.as_deref(), InboundPlace::parse);
        if !errors.is_empty() {
            return Err(Problem::of_fields(errors));
        }
        Ok((InboundListing { tenant, reception, before, limit: limit + 1 }, limit))
    }
}

impl From<&Heeded> for InboundMessage {
    fn from(message: &Heeded) -> Self {
        Self {
            outcome: message.reception.as_str(),
            verification: message.verification.map(|id| id.to_string()),
            sent_at: Time(message.place.at),
            received_at: Time(message.received_at),
        }
    }
}
