//! An SMS gateway of the operator's own.

use countersign_core::secret::Secret;
use countersign_providers::gateway::{
    BodyKind, CallbackSettings, Gateway, GatewaySettings, InvalidSettings, MessageId, Method,
    Outcome, Success,
};
use countersign_providers::http::Timeouts;

use super::Config;
use super::channels::pair;

/// The name of its account.
pub(super) const GATEWAY: &str = "sms_gateway";

/// What is sent with each request: names and values.
type Headers = Vec<(String, Secret<String>)>;

impl Config {
    pub(super) fn has_gateway(&self) -> bool {
        !self.sms_gateway_url.trim().is_empty()
    }

    pub(super) fn forget_gateway(&mut self) {
        for text in [
            &mut self.sms_gateway_url,
            &mut self.sms_gateway_body,
            &mut self.sms_gateway_callback_secret,
            &mut self.sms_gateway_callback_status,
        ] {
            text.clear();
        }
        self.sms_gateway_headers.clear();
        self.sms_gateway_callback_words.clear();
    }

    /// The gateway, or what keeps it from being one.
    pub(crate) fn gateways(&self) -> Result<Vec<GatewaySettings>, String> {
        if !self.has_gateway() {
            return Ok(Vec::new());
        }
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Ok(vec![GatewaySettings {
            name: GATEWAY.to_owned(),
            url: self.sms_gateway_url.trim().to_owned(),
            method: method(&self.sms_gateway_method)?,
            headers: self.gateway_headers()?,
            body: self.sms_gateway_body.clone(),
            content_type: body_kind(&self.sms_gateway_body_type)?,
            sender: text(&self.sms_gateway_sender),
            success: success(&self.sms_gateway_success),
            message_id: message_id(&self.sms_gateway_message_id),
            callback: self.gateway_callback()?,
            timeouts: Timeouts::default(),
        }])
    }

    fn gateway_headers(&self) -> Result<Headers, String> {
        let headers = self.sms_gateway_headers.iter().map(|text| {
            let (name, value) = text.split_once(':').ok_or_else(|| {
                "sms_gateway_headers: write [\"Authorization: Bearer …\"]".to_owned()
            })?;
            Ok((name.trim().to_owned(), Secret::from(value.trim())))
        });
        headers.collect()
    }

    fn gateway_callback(&self) -> Result<Option<CallbackSettings>, String> {
        if self.sms_gateway_callback_secret.is_empty() {
            return Ok(None);
        }
        let words = self.sms_gateway_callback_words.iter().map(|text| word(text));
        let error = &self.sms_gateway_callback_error;
        Ok(Some(CallbackSettings {
            secret: Secret::from(self.sms_gateway_callback_secret.as_str()),
            public_url: self.public_url.clone(),
            status: self.sms_gateway_callback_status.clone(),
            words: words.collect::<Result<_, String>>()?,
            error: Some(error.clone()).filter(|error| !error.is_empty()),
        }))
    }

    pub(super) fn gateway_problems(&self) -> Vec<String> {
        if !self.has_gateway() {
            let is_meant = !self.sms_gateway_body.is_empty();
            let line = "sms_gateway_url: is missing beside sms_gateway_body".to_owned();
            return Vec::from_iter(is_meant.then_some(line));
        }
        let parts = [
            method(&self.sms_gateway_method).err(),
            self.gateway_headers().err(),
            body_kind(&self.sms_gateway_body_type).err(),
        ];
        let mut problems: Vec<String> = parts.into_iter().flatten().collect();
        problems.extend(self.callback_problems());
        // What is said already is not looked at again.
        let checked = match self.gateways() {
            Ok(settings) if problems.is_empty() => Gateway::check(&settings),
            Ok(_) | Err(_) => Ok(()),
        };
        if let Err(error) = checked {
            problems.push(format!("{}: {}", self.gateway_setting(&error), error.why));
        }
        problems
    }

    fn callback_problems(&self) -> Vec<String> {
        let has_secret = !self.sms_gateway_callback_secret.is_empty();
        let words = &self.sms_gateway_callback_words;
        let has_status = !self.sms_gateway_callback_status.is_empty();
        let is_meant = has_status || !words.is_empty();
        let rules = [
            (
                has_secret || !is_meant,
                "sms_gateway_callback_secret: choose at least 16 letters, or take the other sms_gateway_callback settings out",
            ),
            (
                !has_secret || !self.public_url.is_empty(),
                "public_url: reports of the SMS gateway need an address; write the whole address of this server",
            ),
            (
                !has_secret || has_status,
                "sms_gateway_callback_status: say where a report has the status, such as \"/status\"",
            ),
            (
                !has_secret || !words.is_empty(),
                "sms_gateway_callback_words: write [\"DELIVRD=delivered\", \"UNDELIV=failed\"]",
            ),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        let wrong_words = words.iter().filter_map(|text| word(text).err());
        broken.map(|(_, line)| line.to_owned()).chain(wrong_words).collect()
    }

    /// The setting that has to be mended: the body where all is well without it.
    fn gateway_setting(&self, error: &InvalidSettings) -> &'static str {
        let has_body = !self.sms_gateway_body.is_empty();
        let mut without = self.clone();
        without.sms_gateway_body.clear();
        let others = without.gateways().map(|settings| Gateway::check(&settings));
        let is_the_same = match others {
            Ok(Err(other)) => other.to_string() == error.to_string(),
            Ok(Ok(())) | Err(_) => false,
        };
        if has_body && !is_the_same { "sms_gateway_body" } else { "sms_gateway_url" }
    }
}

/// `DELIVRD=delivered`
fn word(text: &str) -> Result<(String, Outcome), String> {
    let known = pair(text).and_then(|(word, means)| Some((word, outcome(&means)?)));
    known.ok_or_else(|| {
        format!(
            "sms_gateway_callback_words: {text:?} is none; write [\"DELIVRD=delivered\", \"UNDELIV=failed\"]: sent, delivered or failed"
        )
    })
}

fn method(text: &str) -> Result<Method, String> {
    match text.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::Get),
        "POST" => Ok(Method::Post),
        "PUT" => Ok(Method::Put),
        _ => Err("sms_gateway_method: write GET, POST or PUT".to_owned()),
    }
}

fn body_kind(text: &str) -> Result<BodyKind, String> {
    match text {
        "json" => Ok(BodyKind::Json),
        "form" => Ok(BodyKind::Form),
        _ => Err("sms_gateway_body_type: write json or form".to_owned()),
    }
}

/// `/status=ok`, `/status=ok|queued`, or `/id` alone: that it is there.
fn success(text: &str) -> Success {
    if text.is_empty() {
        return Success::default();
    }
    let (pointer, values) = text.split_once('=').unwrap_or((text, ""));
    let values = values.split('|').filter(|value| !value.is_empty()).map(str::to_owned);
    Success {
        pointer: Some(pointer.trim().to_owned()),
        values: values.collect(),
        ..Success::default()
    }
}

fn message_id(text: &str) -> MessageId {
    match text.split_once(':') {
        Some((kind, name)) if kind.eq_ignore_ascii_case("header") => {
            MessageId::Header(name.trim().to_owned())
        }
        _ if text.is_empty() => MessageId::None,
        _ => MessageId::Pointer(text.to_owned()),
    }
}

fn outcome(word: &str) -> Option<Outcome> {
    match word {
        "sent" => Some(Outcome::Sent),
        "delivered" => Some(Outcome::Delivered),
        "failed" => Some(Outcome::Failed),
        _ => None,
    }
}
