//! An SMS gateway of the operator's own.

use countersign_core::secret::Secret;
use countersign_providers::gateway::{
    BodyKind, CallbackSettings, Gateway, GatewaySettings, MessageId, Method, Outcome, Setting,
    Success,
};
use countersign_providers::http::Timeouts;

use super::Config;
use super::channels::pair;

/// The name of its account.
pub(super) const GATEWAY: &str = "sms_gateway";

/// What is sent with each request: a name and a value.
type Header = (String, Secret<String>);

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
        let (settings, problems) = self.read_gateway();
        problems.into_iter().next().map_or_else(|| Ok(vec![settings]), Err)
    }

    /// The settings as far as they can be read, and what cannot.
    fn read_gateway(&self) -> (GatewaySettings, Vec<String>) {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let mut problems = Vec::new();
        let method = take(&mut problems, method(&self.sms_gateway_method));
        let content_type = take(&mut problems, body_kind(&self.sms_gateway_body_type));
        let headers = self.sms_gateway_headers.iter();
        let headers = headers.filter_map(|text| take(&mut problems, header(text))).collect();
        let words = self.sms_gateway_callback_words.iter();
        let words = words.filter_map(|text| take(&mut problems, word(text))).collect();
        problems.dedup();
        let callback = text(&self.sms_gateway_callback_secret).map(|secret| CallbackSettings {
            secret: Secret::new(secret),
            public_url: self.public_url.clone(),
            status: self.sms_gateway_callback_status.clone(),
            words,
            error: text(&self.sms_gateway_callback_error),
        });
        let settings = GatewaySettings {
            name: GATEWAY.to_owned(),
            url: self.sms_gateway_url.trim().to_owned(),
            method: method.unwrap_or(Method::Post),
            headers,
            body: self.sms_gateway_body.clone(),
            content_type: content_type.unwrap_or(BodyKind::Json),
            sender: text(&self.sms_gateway_sender),
            success: success(&self.sms_gateway_success),
            message_id: message_id(&self.sms_gateway_message_id),
            callback,
            timeouts: Timeouts::default(),
        };
        (settings, problems)
    }

    pub(super) fn gateway_problems(&self) -> Vec<String> {
        if !self.has_gateway() {
            let is_meant = !self.sms_gateway_body.is_empty();
            let line = "sms_gateway_url: is missing beside sms_gateway_body".to_owned();
            return Vec::from_iter(is_meant.then_some(line));
        }
        let (settings, mut problems) = self.read_gateway();
        problems.extend(self.callback_problems());
        let said = problems.clone();
        let is_said = |name: &str| said.iter().any(|line| line.starts_with(&format!("{name}:")));
        // Of a body whose type nobody knows, nothing is known.
        let is_read = |setting| setting != Setting::Body || !is_said("sms_gateway_body_type");
        for error in Gateway::check(&[settings]) {
            let name = setting_name(error.setting);
            if is_read(error.setting) && !is_said(name) {
                problems.push(format!("{name}: {}", error.why));
            }
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
        broken.map(|(_, line)| line.to_owned()).collect()
    }
}

/// What is right; what is wrong is noted.
fn take<T>(problems: &mut Vec<String>, read: Result<T, String>) -> Option<T> {
    read.map_err(|line| problems.push(line)).ok()
}

const fn setting_name(setting: Setting) -> &'static str {
    match setting {
        Setting::Name | Setting::Url => "sms_gateway_url",
        Setting::Headers => "sms_gateway_headers",
        Setting::Body => "sms_gateway_body",
        Setting::Sender => "sms_gateway_sender",
        Setting::Success => "sms_gateway_success",
        Setting::MessageId => "sms_gateway_message_id",
        Setting::CallbackSecret => "sms_gateway_callback_secret",
        Setting::CallbackStatus => "sms_gateway_callback_status",
        Setting::CallbackWords => "sms_gateway_callback_words",
        Setting::CallbackError => "sms_gateway_callback_error",
        Setting::PublicUrl => "public_url",
    }
}

/// `Authorization: Bearer …`
fn header(text: &str) -> Result<Header, String> {
    let (name, value) =
        text.split_once(':').ok_or("sms_gateway_headers: write [\"Authorization: Bearer …\"]")?;
    Ok((name.trim().to_owned(), Secret::from(value.trim())))
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
