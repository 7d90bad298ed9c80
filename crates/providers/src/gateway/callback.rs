//! What a gateway reports to the URL that it was given.
//!
//! Gateways sign nothing, or each in its own way. So the URL is the proof: it has a key for one
//! message in it, which only this server can make.

use std::borrow::Cow;

use aws_lc_rs::hmac;
use countersign_core::delivery::{
    MessageKey, Notice, RawWebhook, Receipt, ReceiptKind, Received, Rejected, StatusNotice,
};
use countersign_core::time::Timestamp;
use serde_json::Value;

use super::config::Fault;
use super::settings::{CallbackSettings, Outcome, Setting, Why};
use crate::http::BaseUrl;

const SHORTEST_SECRET: usize = 16;
/// So that the secret is no use for anything else.
const PURPOSE: &[u8] = b"countersign gateway callback";
const PATH: &str = "/api/webhooks/http/";

pub(super) struct Callback {
    key: hmac::Key,
    public_url: BaseUrl,
    status: String,
    words: Vec<(String, Outcome)>,
    error: Option<String>,
}

/// A name and a value, decoded.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What a callback says, in whichever form.
struct Fields<'a> {
    json: Option<Value>,
    pairs: Vec<Pair<'a>>,
}

impl Callback {
    /// All that is wrong is said at once.
    pub(super) fn new(settings: &CallbackSettings) -> Result<Self, Vec<Fault>> {
        let secret = settings.secret.expose();
        let is_field = |field: &str| !field.trim_start_matches('/').is_empty();
        let has_secret = secret.trim().len() >= SHORTEST_SECRET;
        let has_error = settings.error.as_deref().is_none_or(is_field);
        let rules = [
            (has_secret, Setting::CallbackSecret, Why::ShortSecret),
            (is_field(&settings.status), Setting::CallbackStatus, Why::Callback),
            (!settings.words.is_empty(), Setting::CallbackWords, Why::Callback),
            (has_error, Setting::CallbackError, Why::Callback),
        ];
        let broken = rules.into_iter().filter(|(holds, ..)| !holds);
        let mut faults: Vec<Fault> = broken.map(|(_, setting, why)| (setting, why)).collect();
        let public_url = BaseUrl::parse(&settings.public_url);
        let public_url =
            public_url.map_err(|why| faults.push((Setting::PublicUrl, Why::PublicUrl(why))));
        let (Ok(public_url), true) = (public_url, faults.is_empty()) else { return Err(faults) };
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            public_url,
            status: settings.status.clone(),
            words: settings.words.clone(),
            error: settings.error.clone(),
        })
    }

    /// Where a gateway reports what becomes of one message.
    pub(super) fn url(&self, gateway: &str, reference: &str) -> String {
        let key = hex::encode(hmac::sign(&self.key, &signed(gateway, reference)));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("reference", reference).append_pair("key", &key);
        format!("{}{PATH}{gateway}?{}", self.public_url.as_str(), query.finish())
    }

    pub(super) fn receive(
        &self,
        gateway: &str,
        webhook: &RawWebhook<'_>,
        now: Timestamp,
    ) -> Result<Received, Rejected> {
        let (path, query) = webhook.target.split_once('?').ok_or(Rejected::Signature)?;
        // A proxy may or may not have taken the path of the public URL away.
        let called = path.rsplit_once(PATH).map(|(_, name)| name);
        let reference = only(query, "reference").ok_or(Rejected::Signature)?;
        let key = only(query, "key").and_then(|key| hex::decode(key).ok());
        let key = key.filter(|_| called == Some(gateway)).ok_or(Rejected::Signature)?;
        hmac::verify(&self.key, &signed(gateway, &reference), &key)
            .map_err(|_| Rejected::Signature)?;
        Ok(self.read(&reference, &Fields::parse(webhook.body, query), now))
    }

    fn read(&self, reference: &str, fields: &Fields<'_>, now: Timestamp) -> Received {
        let word = fields.get(&self.status);
        let known = word.and_then(|word| self.words.iter().find(|(known, _)| *known == word));
        let Some((_, outcome)) = known else {
            return Received { unread: 1, ..Received::default() };
        };
        let kind = match outcome {
            Outcome::Sent => ReceiptKind::Sent,
            Outcome::Delivered => ReceiptKind::Delivered,
            Outcome::Failed => ReceiptKind::Failed,
        };
        let error = self.error.as_deref().filter(|_| kind == ReceiptKind::Failed);
        let error = error.and_then(|field| fields.get(field)?.parse().ok());
        let receipt = Receipt {
            kind,
            at: now,
            error,
            is_unreachable: false,
            is_opted_out: false,
            price: None,
        };
        let message = MessageKey::from_reference(reference);
        let notice = Notice::Status(StatusNotice { message, receipt });
        Received { notices: vec![notice], ..Received::default() }
    }
}

impl<'a> Fields<'a> {
    /// JSON where it can be read as that, else a form; and whatever stands in the query.
    fn parse(body: &'a [u8], query: &'a str) -> Self {
        let json = serde_json::from_slice(body)
            .ok()
            .filter(|value: &Value| value.is_object() || value.is_array());
        let form = if json.is_some() { &[] } else { body };
        let pairs = form_urlencoded::parse(form).chain(form_urlencoded::parse(query.as_bytes()));
        Self { json, pairs: pairs.collect() }
    }

    /// What a field says: a text, or how a number or a truth is written.
    fn get(&self, field: &str) -> Option<String> {
        if let Some(json) = &self.json {
            let pointer = if field.starts_with('/') { field } else { &format!("/{field}") };
            return said(json.pointer(pointer)?);
        }
        let name = field.trim_start_matches('/');
        let (_, value) = self.pairs.iter().find(|(known, _)| known == name)?;
        Some(value.clone().into_owned())
    }
}

/// What a scalar says; objects, lists and `null` say nothing.
pub(super) fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Names have no zero in them, so that no pair is written like another.
fn signed(gateway: &str, reference: &str) -> Vec<u8> {
    [PURPOSE, gateway.as_bytes(), reference.as_bytes()].join(&0)
}

/// A value of a query that is given once.
fn only(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let (_, value) = values.next()?;
    values.next().is_none().then(|| value.into_owned())
}
