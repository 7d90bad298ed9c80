//! By which channels a person wants no messages.

use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use countersign_core::channel::{self, Route};
use countersign_core::phone::PhoneNumber;
use countersign_core::verification::Suppressions;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::body::json;
use super::time::Time;
use super::words::Channel;
use crate::extract::{Caller, Query, Write};
use crate::problem::Problem;
use crate::site::Site;

/// What to lift.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LiftQuery {
    /// Only this channel; every one if it is left out.
    channel: Option<Channel>,
}

/// By which channels nothing is sent to a number.
#[derive(Serialize, ToSchema)]
#[schema(as = Suppressions)]
struct SuppressionList {
    #[schema(example = "+4915112345678")]
    phone: String,
    /// None where messages are wanted by every channel.
    channels: Vec<SuppressedChannel>,
}

/// A channel by which nothing is sent to a number.
#[derive(Serialize, ToSchema)]
struct SuppressedChannel {
    channel: Channel,
    /// When the person said so, or the provider did.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
    since: Time,
}

/// The number in the path.
struct PhonePath(PhoneNumber);

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(find, lift)]
}

/// Read what a person opted out of
///
/// Whoever writes STOP, or has the provider stop messages, gets none by that channel until they
/// write START. A number that never did has no channels here.
#[utoipa::path(
    get, path = "/v1/suppressions/{phone}", tag = "Suppressions", operation_id = "getSuppressions",
    params(("phone" = String, Path, description = "The number, with its plus sign and country code.", example = "+4915112345678")),
    responses((status = 200, description = "The channels.", body = SuppressionList)),
    security(("api_key" = ["verifications:write"])),
)]
async fn find(
    caller: Caller<Write>,
    State(site): State<Site>,
    PhonePath(phone): PhonePath,
) -> Result<Response, Problem> {
    let left = site.app.verifications.lift(caller.tenant, &phone, Route::default()).await?;
    Ok(answer(&phone, &left))
}

/// Lift what a person opted out of
///
/// Only when they asked you to, in some other way than by writing START. The answer says what
/// stays suppressed. The provider may go on to refuse messages by itself.
#[utoipa::path(
    delete, path = "/v1/suppressions/{phone}", tag = "Suppressions",
    operation_id = "liftSuppressions",
    params(
        ("phone" = String, Path, description = "The number, with its plus sign and country code.", example = "+4915112345678"),
        LiftQuery,
    ),
    responses((status = 200, description = "What stays suppressed.", body = SuppressionList)),
    security(("api_key" = ["verifications:write"])),
)]
async fn lift(
    caller: Caller<Write>,
    State(site): State<Site>,
    PhonePath(phone): PhonePath,
    Query(query): Query<LiftQuery>,
) -> Result<Response, Problem> {
    let channels = match query.channel {
        Some(channel) => Route::of([channel.into()]),
        None => Route::of(channel::Channel::ALL),
    };
    let left = site.app.verifications.lift(caller.tenant, &phone, channels).await?;
    Ok(answer(&phone, &left))
}

fn answer(phone: &PhoneNumber, left: &Suppressions) -> Response {
    let channels = left
        .iter()
        .map(|(channel, since)| SuppressedChannel { channel: channel.into(), since: Time(since) });
    let phone = phone.e164().to_owned();
    json(StatusCode::OK, &SuppressionList { phone, channels: channels.collect() })
}

impl FromRequestParts<Site> for PhonePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, site).await.ok();
        let text = params.as_ref().and_then(|params| params.iter().next()).map(|(_, text)| text);
        Ok(Self(site.app.verifications.parse_phone(text.unwrap_or_default())?))
    }
}
