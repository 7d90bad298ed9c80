//! What a link leads to, and the form that sends its text without scripts.

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use countersign_web_assets::{Page, page};

use crate::{
    api,
    link::{
        address::field,
        document::{self, Form, Line},
        texts::{self, Texts},
    },
    pages,
    simulator::Simulator,
    wa_id,
    wamid::Author,
};

const LONGEST_TEXT: usize = 4_096;
/// How many phones can be chosen among, those used last first.
const PHONES_SHOWN: usize = 100;
/// How much of a chat is shown after something was sent.
const LINES_SHOWN: usize = 6;

pub(crate) fn router(simulator: &Simulator) -> Router<Simulator> {
    let open = get(open).route_layer(from_fn_with_state(simulator.clone(), pages::guard_name));
    let send = post(send).route_layer(from_fn_with_state(simulator.clone(), pages::guard));
    Router::new().route("/wa.me/{number}", open.merge(send))
}

/// Why a text is not sent.
enum Fault {
    NotBusiness,
    TooLong,
    Empty,
    BadNumber,
    CannotWrite,
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotBusiness => StatusCode::NOT_FOUND,
            Self::TooLong | Self::Empty | Self::BadNumber => StatusCode::BAD_REQUEST,
            Self::CannotWrite => StatusCode::CONFLICT,
        }
    }

    fn sentence(&self, texts: &Texts) -> &'static str {
        match self {
            Self::NotBusiness => texts.not_business,
            Self::TooLong => texts.too_long,
            Self::Empty => texts.empty,
            Self::BadNumber => texts.bad_number,
            Self::CannotWrite => texts.cannot_write,
        }
    }
}

async fn open(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let texts = texts::pick(field(&query, "lang").as_deref(), &headers);
    let text = field(&query, "text").unwrap_or_default();
    if let Err(fault) = check(&simulator, &number, &text) {
        return refuse(&simulator, texts, &number, &fault);
    }
    let sent_from = field(&query, "sent");
    let mut form = form(&simulator, sent_from.as_deref().or(field(&query, "phone").as_deref()));
    form.text = text;
    let document = match (&sent_from, page(Page::Simulator)) {
        (None, Some(page)) => {
            let page = String::from_utf8_lossy(&page.plain);
            document::within(&page, texts, &document::form(texts, &form))
        }
        (Some(_), _) | (None, None) => document::alone(texts, &document::form(texts, &form)),
    };
    answer(&simulator, StatusCode::OK, document)
}

/// The plain form. It answers with a page that can be read again without sending again.
async fn send(
    State(simulator): State<Simulator>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: String,
) -> Response {
    let language = field(&query.unwrap_or_default(), "lang");
    let texts = texts::pick(language.as_deref(), &headers);
    let get = |name: &str| field(&body, name).map(|value| value.trim().to_owned());
    let typed = get("number").filter(|number| !number.is_empty());
    let chosen = get("phone").filter(|_| typed.is_none());
    let phone = typed.clone().or_else(|| chosen.clone()).unwrap_or_default();
    // Browsers send the ends of lines as two characters.
    let text = field(&body, "text").unwrap_or_default().replace("\r\n", "\n");
    match check(&simulator, &number, &text).and_then(|()| write(&simulator, &phone, &text)) {
        Ok(digits) => {
            let language = language.map(|language| format!("&lang={}", encoded(&language)));
            let language = language.unwrap_or_default();
            Redirect::to(&format!("/wa.me/{}?sent=%2B{digits}{language}", encoded(&number)))
                .into_response()
        }
        Err(fault @ Fault::NotBusiness) => refuse(&simulator, texts, &number, &fault),
        Err(fault) => {
            let form = Form {
                typed: typed.unwrap_or_default(),
                text,
                lines: Vec::new(),
                fault: Some(fault.sentence(texts)),
                ..form(&simulator, chosen.as_deref())
            };
            let document = document::alone(texts, &document::form(texts, &form));
            answer(&simulator, fault.status(), document)
        }
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn check(simulator: &Simulator, number: &str, text: &str) -> Result<(), Fault> {
    let business = wa_id::digits(&simulator.state().settings.business_phone);
    if wa_id::digits(number) != business {
        return Err(Fault::NotBusiness);
    }
    if text.chars().count() > LONGEST_TEXT { Err(Fault::TooLong) } else { Ok(()) }
}

/// Answers the digits of the phone that has written.
fn write(simulator: &Simulator, phone: &str, text: &str) -> Result<String, Fault> {
    let digits = wa_id::digits(phone).ok_or(Fault::BadNumber)?;
    if text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    if api::write_text(simulator, &digits, text) { Ok(digits) } else { Err(Fault::CannotWrite) }
}

/// The form with the phones there are. `chosen` comes first, with what was said on it.
fn form(simulator: &Simulator, chosen: Option<&str>) -> Form {
    let mut state = simulator.state();
    let business = state.settings.business_phone.clone();
    let chosen = chosen.and_then(|number| state.parse_number(number));
    let chosen = chosen.and_then(|wa_id| state.phones.get(&wa_id));
    let lines = chosen.as_ref().map(|phone| {
        let last: Vec<_> = phone.messages().rev().take(LINES_SHOWN).collect();
        let line = |message: &&crate::chat::ChatMessage| Line {
            is_own: message.author == Author::Phone,
            text: message.content.text.clone(),
        };
        last.iter().rev().map(line).collect()
    });
    let chosen = chosen.map(|phone| phone.number.clone());
    let others = state.phones.liveliest_first().into_iter().map(|phone| phone.number.clone());
    let is_other = |number: &String| Some(number) != chosen.as_ref();
    let phones = chosen.iter().cloned().chain(others.filter(is_other)).take(PHONES_SHOWN).collect();
    Form { business, phones, lines: lines.unwrap_or_default(), ..Form::default() }
}

fn refuse(simulator: &Simulator, texts: &Texts, number: &str, fault: &Fault) -> Response {
    let business = simulator.state().settings.business_phone.clone();
    let document = document::alone(
        texts,
        &document::refusal(
            texts,
            fault.sentence(texts),
            &[("number", number), ("business", &business)],
        ),
    );
    answer(simulator, fault.status(), document)
}

fn answer(simulator: &Simulator, status: StatusCode, document: String) -> Response {
    let ancestor = simulator.state().settings.frame_ancestor.clone();
    let policy = pages::policy(ancestor.as_deref(), Some(document::style_hash()));
    let text = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, text("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        // Without an origin the form could not be told from one of another page.
        (header::REFERRER_POLICY, text("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, text("nosniff")),
        (header::CACHE_CONTROL, text("no-store")),
    ];
    (status, headers, document).into_response()
}
