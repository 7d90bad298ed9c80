//! Which resource answers which request, and to whom.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    record::Record,
    requests::Authorization,
    simulator::Simulator,
    twilio::{
        credentials::Credentials, error::RestError, list::Question, message::fresh_sid, send,
    },
};

/// Any request below `/2010-04-01`.
pub(crate) async fn handle(
    State(simulator): State<Simulator>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let credentials = Credentials::read(&headers);
    let body = body.unwrap_or_default();
    let user = credentials.as_ref().map(|credentials| credentials.user.as_str());
    let authorization = user.map(|user| Authorization { scheme: "Basic", secret: user });
    let record = Record::begin(&simulator, &method, &uri, authorization, body.clone());
    let asked = Asked { method, path: uri.path(), query: uri.query().unwrap_or_default(), body };
    let answer = asked.answer(&simulator, credentials.as_ref()).await;
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&fresh_sid("RQ")) {
        headers.insert(HeaderName::from_static("twilio-request-id"), id);
    }
    headers.insert(
        HeaderName::from_static("twilio-concurrent-requests"),
        HeaderValue::from_static("1"),
    );
    record.end(response).await
}

struct Asked<'a> {
    method: Method,
    path: &'a str,
    query: &'a str,
    body: Bytes,
}

impl Asked<'_> {
    async fn answer(
        &self,
        simulator: &Simulator,
        credentials: Option<&Credentials>,
    ) -> Result<Response, RestError> {
        let unknown = || RestError::not_found(self.path);
        let account = simulator.state().settings.twilio.clone().ok_or_else(unknown)?;
        let path = self.path.strip_prefix("/2010-04-01/Accounts/").ok_or_else(unknown)?;
        let (sid, resource) = match path.split_once('/') {
            Some((sid, resource)) => (sid, Some(resource)),
            None => (path.strip_suffix(".json").unwrap_or(path), None),
        };
        if sid != account.account_sid {
            return Err(unknown());
        }
        if !credentials.is_some_and(|credentials| credentials.open(&account)) {
            return Err(RestError::known(20_003));
        }
        match (self.method.as_str(), resource) {
            ("GET", None) => Ok(Json(about(sid)).into_response()),
            ("POST", Some("Messages.json")) => send::send(simulator, &self.body).await,
            ("GET", Some("Messages.json")) => {
                let question = Question::parse(self.query)?;
                Ok(Json(question.answer(&simulator.state().twilio, sid)).into_response())
            }
            ("GET", Some(resource)) => {
                let message = resource.strip_prefix("Messages/");
                let message = message.and_then(|file| file.strip_suffix(".json"));
                let state = simulator.state();
                let record = message.and_then(|message| state.twilio.get(message));
                let record = record.ok_or_else(unknown)?;
                Ok(Json(record.view(sid)).into_response())
            }
            (_, None | Some("Messages.json")) => Err(RestError::known(20_004)),
            (_, Some(_)) => Err(unknown()),
        }
    }
}

/// The account itself: whoever connects one asks for it first.
fn about(sid: &str) -> Value {
    json!({
        "sid": sid,
        "owner_account_sid": sid,
        "friendly_name": "Countersign Simulator",
        "status": "active",
        "type": "Full",
        "date_created": "Fri, 02 Jan 2026 03:04:05 +0000",
        "date_updated": "Fri, 02 Jan 2026 03:04:05 +0000",
        "uri": format!("/2010-04-01/Accounts/{sid}.json"),
        "subresource_uris": {
            "messages": format!("/2010-04-01/Accounts/{sid}/Messages.json"),
        },
    })
}
