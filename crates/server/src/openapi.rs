//! The description of the API, made from the code that serves it.

use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, Header, Object, OpenApi, Ref, RefOr, Response, ResponseBuilder, Type,
};

use crate::problem::{FieldProblem, Kind, ProblemDocument};
use crate::surfaces::document;
use crate::{api, health, hooks, otp, users};

/// What the document says about itself.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        description = "Proves that a phone number belongs to the person in front of you, over WhatsApp.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemDocument, FieldProblem)),
    tags(
        (name = "Verifications", description = "One attempt to prove one phone, from its start to its end."),
        (name = "Suppressions", description = "By which channels a person wants no messages."),
        (name = "Sessions", description = "One visit to the hosted page, where a person proves a phone."),
        (name = "Templates", description = "The texts that Meta has approved, or is looking at, into which codes are put."),
        (name = "Insights", description = "How well phones are proved, by country, channel and account, and what it costs."),
        (name = "Users", description = "The people that a tenant knows by name, who speak for themselves with a token of their own."),
        (name = "Webhooks", description = "What providers call."),
        (name = "Sample-server contract", description = "For clients of Meta's published sample server. Off unless it is switched on."),
        (name = "Health", description = "For whoever runs the server."),
    ),
)]
struct Description;

/// The description of every call that the server can be set to answer.
pub fn openapi() -> OpenApi {
    let mut openapi = Description::openapi();
    for routes in [api::routes(), users::routes(), hooks::routes(), otp::routes(), health::routes()]
    {
        document(&mut openapi, routes);
    }
    describe_keys(&mut openapi);
    describe_problems(&mut openapi);
    openapi
}

/// The same as text: what `/openapi.json` serves, and what `make generate` writes.
pub fn openapi_json() -> String {
    let mut text = serde_json::to_string_pretty(&openapi()).expect("names and texts are JSON");
    text.push('\n');
    text
}

fn describe_keys(openapi: &mut OpenApi) {
    let schemes = [
        (
            "api_key",
            "cs_live_… or cs_test_…",
            "An API key of the tenant, with the scope of the call.",
        ),
        ("user_token", "cs_user_…", "A token of the user."),
    ];
    let components = openapi.components.get_or_insert_default();
    for (name, format, description) in schemes {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format(format)
            .description(Some(description))
            .build();
        let scheme = RefOr::T(SecurityScheme::Http(scheme));
        components.security_schemes.insert(name.to_owned(), scheme);
    }
}

fn describe_problems(openapi: &mut OpenApi) {
    let components = openapi.components.get_or_insert_default();
    for kind in Kind::ALL {
        components.responses.insert(kind.code().to_owned(), RefOr::T(response_of(*kind)));
    }
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            for (status, kinds) in by_status(&problems_of(path, method)) {
                add_problems(operation, &status, &kinds);
            }
        }
    }
}

fn response_of(kind: Kind) -> Response {
    let example = serde_json::json!({
        "type": kind.address(),
        "title": kind.title(),
        "status": kind.status().as_u16(),
        "code": kind.code(),
        "detail": kind.advice(),
        "request_id": "5f0c9e2ad7714b03000000000000002a",
    });
    let mut response =
        problem_response(&format!("{}. {}", kind.title(), kind.advice()), Some(example));
    if matches!(kind, Kind::RateLimited | Kind::Unavailable | Kind::ProviderUnavailable) {
        let mut header = Header::new(Object::with_type(Type::Integer));
        header.description = Some("Seconds to wait.".to_owned());
        response.headers.insert("Retry-After".to_owned(), header.into());
    }
    response
}

fn problem_response(description: &str, example: Option<serde_json::Value>) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let mut content = Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(schema)));
    content.example = example;
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let PathItem { get, post, delete, .. } = item;
    let get = get.as_mut().map(|operation| ("get", operation));
    let post = post.as_mut().map(|operation| ("post", operation));
    let delete = delete.as_mut().map(|operation| ("delete", operation));
    get.into_iter().chain(post).chain(delete).collect()
}

/// The problems of calls with a JSON body.
const OF_BODIES: [Kind; 5] = [
    Kind::InvalidJson,
    Kind::UnsupportedMediaType,
    Kind::PayloadTooLarge,
    Kind::RequestTimeout,
    Kind::InvalidRequest,
];

/// The problems of calls that ask whoever keeps templates.
const OF_TEMPLATES: [Kind; 4] = [
    Kind::TemplateRefused,
    Kind::NoTemplateAccount,
    Kind::ProviderAccount,
    Kind::ProviderUnavailable,
];

/// The problems of calls that providers make.
const OF_WEBHOOKS: [Kind; 4] =
    [Kind::InvalidSignature, Kind::PayloadTooLarge, Kind::RequestTimeout, Kind::Unavailable];

/// The problems that every call of its kind may answer with.
fn problems_of_surface(path: &str, method: &str) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let is_of_users = path.starts_with("/api/users/");
    if path.starts_with("/v1/") {
        kinds.extend([Kind::Unauthorized, Kind::Forbidden, Kind::Unavailable, Kind::Internal]);
    }
    if is_of_users {
        kinds.extend([Kind::NotSignedIn, Kind::Unavailable, Kind::Internal]);
    }
    if method == "post" && (is_of_users || path.starts_with("/v1/")) {
        kinds.extend(OF_BODIES);
    }
    if path.starts_with("/v1/verifications/{id}") {
        kinds.push(Kind::VerificationNotFound);
    }
    if path.starts_with("/v1/templates") {
        kinds.extend(OF_TEMPLATES);
    }
    if path.starts_with("/v1/sessions/{id}") {
        kinds.push(Kind::SessionNotFound);
    }
    kinds
}

/// The problems that a call may answer with.
fn problems_of(path: &str, method: &str) -> Vec<Kind> {
    let mut kinds = problems_of_surface(path, method);
    kinds.extend_from_slice(match (method, path) {
        ("post", "/v1/verifications") => &[
            Kind::InvalidPhone,
            Kind::UnsuitableNumber,
            Kind::CountryNotAllowed,
            Kind::MethodUnavailable,
            Kind::ChannelUnavailable,
            Kind::RecipientOptedOut,
            Kind::ReturnUrlNotRegistered,
            Kind::InvalidIdempotencyKey,
            Kind::IdempotencyKeyReused,
            Kind::RateLimited,
        ],
        ("post", "/v1/sessions") => &[
            Kind::InvalidPhone,
            Kind::UnsuitableNumber,
            Kind::CountryNotAllowed,
            Kind::ChannelUnavailable,
            Kind::ReturnUrlNotRegistered,
            Kind::InvalidIdempotencyKey,
            Kind::IdempotencyKeyReused,
        ],
        ("post", "/v1/templates") => &[Kind::TemplateExists, Kind::TemplateInUse],
        ("delete", "/v1/templates/{name}") => {
            &[Kind::TemplateNotFound, Kind::TemplateInUse, Kind::InvalidRequest]
        }
        ("get", "/v1/insights" | "/v1/templates") => &[Kind::InvalidRequest],
        ("get", "/v1/verifications") => &[Kind::InvalidRequest, Kind::InvalidPhone],
        ("post", "/v1/verifications/{id}/check") => {
            &[Kind::InvalidCodeFormat, Kind::InvalidIdempotencyKey, Kind::RateLimited]
        }
        ("post", "/v1/verifications/{id}/resend") => &[
            Kind::ChannelUnavailable,
            Kind::RecipientOptedOut,
            Kind::VerificationEnded,
            Kind::RateLimited,
        ],
        ("get", "/v1/suppressions/{phone}") => &[Kind::InvalidPhone],
        ("delete", "/v1/suppressions/{phone}") => &[Kind::InvalidPhone, Kind::InvalidRequest],
        ("post", "/v1/verifications/{id}/cancel") => &[Kind::VerificationEnded],
        ("post", "/api/users/request-phone-verify") => &[
            Kind::InvalidPhone,
            Kind::UnsuitableNumber,
            Kind::CountryNotAllowed,
            Kind::MethodUnavailable,
            Kind::ChannelUnavailable,
            Kind::RateLimited,
        ],
        (_, "/api/webhooks/http/{name}")
        | ("post", "/api/webhooks/whatsapp" | "/api/webhooks/twilio") => &OF_WEBHOOKS,
        ("get", "/readyz") => &[Kind::Unavailable],
        ("get", "/metrics") => &[Kind::Unauthorized, Kind::NotFound],
        _ => &[],
    });
    kinds
}

fn by_status(kinds: &[Kind]) -> std::collections::BTreeMap<String, Vec<Kind>> {
    let mut statuses = std::collections::BTreeMap::<String, Vec<Kind>>::new();
    for kind in kinds {
        statuses.entry(kind.status().as_str().to_owned()).or_default().push(*kind);
    }
    statuses
}

fn add_problems(operation: &mut Operation, status: &str, kinds: &[Kind]) {
    let response = if let [kind] = kinds {
        RefOr::Ref(Ref::from_response_name(kind.code()))
    } else {
        let codes: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.code())).collect();
        RefOr::T(problem_response(&format!("One of {}.", codes.join(", ")), None))
    };
    operation.responses.responses.entry(status.to_owned()).or_insert(response);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_problem_document_is_described() {
        let json = serde_json::to_value(openapi()).unwrap();

        assert_eq!(json["openapi"], "3.1.0");
        assert!(json["components"]["schemas"]["Problem"]["properties"]["request_id"].is_object());
    }
}
