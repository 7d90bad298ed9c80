//! The two calls.

use axum::Json as Answer;
use axum::extract::State;
use countersign_core::verification::Client;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::answer::{PhoneVerification, User};
use crate::extract::{ClientIp, Json, SignedIn};
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The phone to prove.
#[derive(Deserialize, ToSchema)]
struct RequestPhoneVerify {
    /// The number, with its country code.
    #[schema(example = "+4915112345678")]
    phone_number: String,
}

pub(crate) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(request_phone_verify), routes!(me)]
}

/// Ask for a phone to be proved
///
/// Answers a link that opens WhatsApp with a message to the business, with a code in it. Once the
/// person has sent it from that phone, `phone_verified` of their profile is `true`. The code of an
/// earlier call counts no more. The path may end with a slash.
#[utoipa::path(
    post, path = "/api/users/request-phone-verify", tag = "Users",
    operation_id = "requestPhoneVerify",
    request_body = RequestPhoneVerify,
    responses((status = 200, description = "The link.", body = PhoneVerification)),
    security(("user_token" = [])),
)]
async fn request_phone_verify(
    SignedIn(user): SignedIn,
    State(site): State<Site>,
    ClientIp(ip): ClientIp,
    body: Json<RequestPhoneVerify>,
) -> Result<Answer<PhoneVerification>, Problem> {
    let (accounts, phone) = (&site.app.accounts, &body.value.phone_number);
    let started = accounts
        .request_phone_verification(user, phone, Client { ip, ..Client::default() })
        .await?;
    Ok(Answer(started.into()))
}

/// Read the own profile
///
/// Made to be asked every few seconds while a page waits for the phone to be proved. The path may
/// end with a slash.
#[utoipa::path(
    get, path = "/api/users/me", tag = "Users", operation_id = "getMe",
    responses((status = 200, description = "The profile.", body = User)),
    security(("user_token" = [])),
)]
async fn me(SignedIn(user): SignedIn, State(site): State<Site>) -> Result<Answer<User>, Problem> {
    let view = site.app.accounts.me(user).await?.ok_or(Kind::NotSignedIn)?;
    Ok(Answer((&view).into()))
}
