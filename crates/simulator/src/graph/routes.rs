//! Which object answers which call, and the headers that every answer carries.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    graph::{
        business_account, call::Call, error::GraphError, messages, phone_numbers, template_calls,
        templates, token,
    },
    record::Record,
    requests::Authorization,
    simulator::Simulator,
    wamid,
};

/// Any call below a version.
pub(crate) async fn handle(
    State(simulator): State<Simulator>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let trace = wamid::trace();
    let (body, is_too_large) = body.map_or_else(|_| (Bytes::new(), true), |body| (body, false));
    let call = Call::new(method, &uri, &headers, body);
    let authorization = call.token().map(|secret| Authorization { scheme: "Bearer", secret });
    let record = Record::begin(&simulator, &call.method, &uri, authorization, call.body.clone());
    let answer =
        if is_too_large { Err(GraphError::too_large()) } else { answer(&simulator, &call).await };
    let mut response = answer.unwrap_or_else(|error| error.into_answer(&trace));
    add_headers(&mut response, &simulator, &call, &trace);
    record.end(response).await
}

async fn answer(simulator: &Simulator, call: &Call) -> Result<Response, GraphError> {
    if call.object == "debug_token" && call.method == Method::GET {
        return token::inspect(simulator, call);
    }
    let (is_phone_number, is_account) = {
        let state = simulator.state();
        call.check_token(&state.settings)?;
        if let Some(error) = GraphError::outage(&state.settings.outage) {
            return Err(error);
        }
        let settings = &state.settings;
        (call.object == settings.phone_number_id, call.object == settings.business_account_id)
    };
    match (call.method.as_str(), call.edge.as_str()) {
        ("POST", "messages") if is_phone_number => messages::send(simulator, call).await,
        ("GET", "") if is_phone_number => Ok(phone_numbers::show(simulator, call)),
        ("GET", "") if is_account => Ok(business_account::show(simulator, call)),
        ("GET", "phone_numbers") if is_account => Ok(phone_numbers::list(simulator, call)),
        (_, "message_templates" | "upsert_message_templates") if is_account => {
            template_calls::answer(simulator, call)
        }
        ("GET", "subscribed_apps") if is_account => Ok(business_account::apps(simulator)),
        ("POST", "subscribed_apps") if is_account => {
            business_account::subscribe(simulator, call).await
        }
        ("DELETE", "subscribed_apps") if is_account => {
            Ok(Json(json!({ "success": true })).into_response())
        }
        ("GET", "") if let Some(template) = templates::show(simulator, call) => Ok(template),
        _ => Err(GraphError::unsupported(call.method.as_str(), &call.object)),
    }
}

fn add_headers(response: &mut Response, simulator: &Simulator, call: &Call, trace: &str) {
    let account = simulator.state().settings.business_account_id.clone();
    let usage = format!(
        "{{\"{account}\":[{{\"type\":\"whatsapp\",\"call_count\":1,\"total_cputime\":1,\
         \"total_time\":1,\"estimated_time_to_regain_access\":0}}]}}"
    );
    let headers = [
        ("facebook-api-version", format!("v{}.0", call.version)),
        ("x-fb-trace-id", trace.to_owned()),
        ("x-fb-request-id", trace.to_owned()),
        ("x-app-usage", r#"{"call_count":1,"total_cputime":0,"total_time":1}"#.to_owned()),
        ("x-business-use-case-usage", usage),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}
