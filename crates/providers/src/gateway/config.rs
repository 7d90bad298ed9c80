//! A gateway whose settings were looked at.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::callback::Callback;
use super::escape::Place;
use super::settings::{BodyKind, GatewaySettings, MessageId, Method, Success, Why};
use super::template::{Fillings, Placeholder, Template};
use crate::http::{ApiClient, BaseUrl};

/// These say how a request is framed and to whom it goes.
const RESERVED: [&str; 7] =
    ["connection", "content-length", "content-type", "expect", "host", "te", "transfer-encoding"];

pub(super) struct Config {
    pub(super) name: String,
    pub(super) api: ApiClient,
    pub(super) method: reqwest::Method,
    /// Its URL ends with a slash, which a base URL has not.
    pub(super) has_slash: bool,
    pub(super) query: Option<Template>,
    pub(super) body: Option<Template>,
    pub(super) sender: Option<String>,
    pub(super) success: Success,
    pub(super) id: IdAt,
    pub(super) callback: Option<Callback>,
    headers: Vec<Header>,
    content_type: &'static str,
}

/// A header, and what it says.
type Header = (HeaderName, Template);

/// Where an answer names the message.
pub(super) enum IdAt {
    Nowhere,
    Pointer(String),
    Header(HeaderName),
}

impl Config {
    pub(super) fn new(settings: &GatewaySettings) -> Result<Self, Why> {
        if !is_name(&settings.name) {
            return Err(Why::Name);
        }
        let (url, query) = match settings.url.split_once('?') {
            Some((url, query)) => (url, Some(Template::parse(query, Place::Query)?)),
            None => (settings.url.as_str(), None),
        };
        if url.contains(['{', '}']) {
            return Err(Why::PlaceholderInPath);
        }
        let base = BaseUrl::parse(url).map_err(Why::Url)?;
        let has_path = base.url().path() != "/";
        let (place, content_type) = match settings.content_type {
            BodyKind::Json => (Place::JsonString, "application/json"),
            BodyKind::Form => (Place::FormValue, "application/x-www-form-urlencoded"),
        };
        let body = Template::parse(&settings.body, place)?;
        let config = Self {
            name: settings.name.clone(),
            api: ApiClient::new(base, settings.timeouts).map_err(Why::Client)?,
            method: match settings.method {
                Method::Get => reqwest::Method::GET,
                Method::Post => reqwest::Method::POST,
                Method::Put => reqwest::Method::PUT,
            },
            has_slash: has_path && url.ends_with('/'),
            query,
            body: Some(body).filter(|body| !body.is_empty()),
            sender: settings.sender.clone(),
            success: success(&settings.success)?,
            id: id_at(&settings.message_id)?,
            callback: settings.callback.as_ref().map(Callback::new).transpose()?,
            headers: headers(settings)?,
            content_type,
        };
        config.check(settings.method)?;
        Ok(config)
    }

    /// The headers of a request; `None` where a value cannot be in one.
    pub(super) fn headers(&self, fillings: &Fillings<'_>) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, template) in &self.headers {
            let mut value = HeaderValue::from_str(template.fill(fillings)?.expose()).ok()?;
            value.set_sensitive(true);
            headers.append(name.clone(), value);
        }
        if self.body.is_some() {
            let kind = HeaderValue::from_static(self.content_type);
            headers.insert(reqwest::header::CONTENT_TYPE, kind);
        }
        Some(headers)
    }

    fn check(&self, method: Method) -> Result<(), Why> {
        if method == Method::Get && self.body.is_some() {
            return Err(Why::BodyOfGet);
        }
        let request = self.query.iter().chain(&self.body);
        let said: Vec<_> = request.flat_map(Template::placeholders).collect();
        let says = |placeholders: [Placeholder; 2]| {
            said.iter().any(|placeholder| placeholders.contains(placeholder))
        };
        if !says([Placeholder::To, Placeholder::ToDigits]) {
            return Err(Why::NoRecipient);
        }
        if !says([Placeholder::Text, Placeholder::Code]) {
            return Err(Why::NoText);
        }
        let in_headers = self.headers.iter().flat_map(|(_, template)| template.placeholders());
        for placeholder in said.iter().copied().chain(in_headers) {
            let is_unset = match placeholder {
                Placeholder::Sender => self.sender.is_none(),
                Placeholder::CallbackUrl => self.callback.is_none(),
                Placeholder::To
                | Placeholder::ToDigits
                | Placeholder::Text
                | Placeholder::Code
                | Placeholder::Reference => false,
            };
            if is_unset {
                return Err(Why::Unset(placeholder.as_str()));
            }
        }
        Ok(())
    }
}

fn headers(settings: &GatewaySettings) -> Result<Vec<Header>, Why> {
    let mut headers = Vec::new();
    for (text, value) in &settings.headers {
        let refused = || Why::Header(text.clone());
        let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| refused())?;
        if RESERVED.contains(&name.as_str()) || HeaderValue::from_str(value.expose()).is_err() {
            return Err(refused());
        }
        headers.push((name, Template::parse(value.expose(), Place::Header)?));
    }
    Ok(headers)
}

fn success(success: &Success) -> Result<Success, Why> {
    let is_status = *success.status.start() >= 200 && *success.status.end() < 400;
    if success.status.is_empty() || !is_status {
        return Err(Why::Status);
    }
    success.pointer.as_deref().map_or(Ok(()), check_pointer)?;
    Ok(success.clone())
}

fn id_at(id: &MessageId) -> Result<IdAt, Why> {
    Ok(match id {
        MessageId::None => IdAt::Nowhere,
        MessageId::Pointer(pointer) => {
            check_pointer(pointer)?;
            IdAt::Pointer(pointer.clone())
        }
        MessageId::Header(name) => {
            let header = HeaderName::from_bytes(name.as_bytes());
            IdAt::Header(header.map_err(|_| Why::Header(name.clone()))?)
        }
    })
}

fn check_pointer(text: &str) -> Result<(), Why> {
    text.starts_with('/').then_some(()).ok_or_else(|| Why::Pointer(text.to_owned()))
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
