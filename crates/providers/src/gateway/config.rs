//! A gateway whose settings were looked at.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::callback::Callback;
use super::escape::Place;
use super::settings::{BodyKind, GatewaySettings, MessageId, Method, Setting, Success, Why};
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

/// Which setting is wrong, and why.
pub(super) type Fault = (Setting, Why);

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    /// What is right, or one fault more.
    fn take<T>(&mut self, setting: Setting, found: Result<T, Why>) -> Option<T> {
        found.map_err(|why| self.0.push((setting, why))).ok()
    }
}

impl Config {
    /// All that is wrong is said at once.
    pub(super) fn new(settings: &GatewaySettings) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        let name = is_name(&settings.name).then(|| settings.name.clone()).ok_or(Why::Name);
        let name = faults.take(Setting::Name, name);
        let (url, query) = match settings.url.split_once('?') {
            Some((url, query)) => (url, Some(query)),
            None => (settings.url.as_str(), None),
        };
        let api = faults.take(Setting::Url, client(url, settings));
        let query = query.map(|query| Template::parse(query, Place::Query)).transpose();
        let query = faults.take(Setting::Url, query);
        let (place, content_type) = match settings.content_type {
            BodyKind::Json => (Place::JsonString, "application/json"),
            BodyKind::Form => (Place::FormValue, "application/x-www-form-urlencoded"),
        };
        let body = faults.take(Setting::Body, Template::parse(&settings.body, place));
        let body = body.map(|body| Some(body).filter(|body| !body.is_empty()));
        let headers = headers(settings, &mut faults);
        let success = faults.take(Setting::Success, success(&settings.success));
        let id = faults.take(Setting::MessageId, id_at(&settings.message_id));
        let callback = settings.callback.as_ref().map(Callback::new).transpose();
        let callback = callback.map_err(|mut found| faults.0.append(&mut found)).ok();
        if let (Some(query), Some(body)) = (&query, &body) {
            let request: Vec<&Template> = query.iter().chain(body).collect();
            faults.0.extend(request_faults(settings, &request, &headers));
        }
        let (Some(name), Some(api), Some(query), Some(body), true) =
            (name, api, query, body, faults.0.is_empty())
        else {
            return Err(faults.0);
        };
        let (Some(success), Some(id), Some(callback)) = (success, id, callback) else {
            return Err(faults.0);
        };
        Ok(Self {
            name,
            has_slash: api.base().url().path() != "/" && url.ends_with('/'),
            api,
            method: match settings.method {
                Method::Get => reqwest::Method::GET,
                Method::Post => reqwest::Method::POST,
                Method::Put => reqwest::Method::PUT,
            },
            query,
            body,
            sender: settings.sender.clone(),
            success,
            id,
            callback,
            headers,
            content_type,
        })
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
}

fn client(url: &str, settings: &GatewaySettings) -> Result<ApiClient, Why> {
    if url.contains(['{', '}']) {
        return Err(Why::PlaceholderInPath);
    }
    let base = BaseUrl::parse(url).map_err(Why::Url)?;
    ApiClient::new(base, settings.timeouts).map_err(Why::Client)
}

/// What is wrong with a request as a whole, of whose templates each is right by itself.
fn request_faults(
    settings: &GatewaySettings,
    request: &[&Template],
    headers: &[Header],
) -> Vec<Fault> {
    let has_body = !settings.body.is_empty();
    let place = if has_body { Setting::Body } else { Setting::Url };
    let said: Vec<_> = request.iter().flat_map(|template| template.placeholders()).collect();
    let says = |placeholders: [Placeholder; 2]| {
        said.iter().any(|placeholder| placeholders.contains(placeholder))
    };
    let rules = [
        (settings.method != Method::Get || !has_body, Setting::Body, Why::BodyOfGet),
        (says([Placeholder::To, Placeholder::ToDigits]), place, Why::NoRecipient),
        (says([Placeholder::Text, Placeholder::Code]), place, Why::NoText),
    ];
    let broken = rules.into_iter().filter(|(holds, ..)| !holds);
    let broken = broken.map(|(_, setting, why)| (setting, why));
    let in_headers = headers.iter().flat_map(|(_, template)| template.placeholders());
    let used: Vec<_> = said.iter().copied().chain(in_headers).collect();
    let optional = [
        (Placeholder::Sender, settings.sender.is_some(), Setting::Sender),
        (Placeholder::CallbackUrl, settings.callback.is_some(), Setting::CallbackSecret),
    ];
    let unset = optional
        .into_iter()
        .filter(|(placeholder, is_set, _)| !is_set && used.contains(placeholder));
    let unset = unset.map(|(placeholder, _, setting)| (setting, Why::Unset(placeholder.as_str())));
    broken.chain(unset).collect()
}

/// Those that are right.
fn headers(settings: &GatewaySettings, faults: &mut Faults) -> Vec<Header> {
    let headers = settings
        .headers
        .iter()
        .filter_map(|(name, value)| faults.take(Setting::Headers, header(name, value.expose())));
    headers.collect()
}

fn header(text: &str, value: &str) -> Result<Header, Why> {
    let refused = || Why::Header(text.to_owned());
    let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| refused())?;
    if RESERVED.contains(&name.as_str()) || HeaderValue::from_str(value).is_err() {
        return Err(refused());
    }
    Ok((name, Template::parse(value, Place::Header)?))
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
