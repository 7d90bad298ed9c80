//! An SMS gateway of the operator's own.

use countersign_core::secret::Secret;
use countersign_providers::gateway::{
    BodyKind, CallbackSettings, Gateway, GatewaySettings, MessageId, Method, Outcome, Success,
};
use countersign_providers::http::Timeouts;

use super::Config;
use super::channels::pair;

/// The name of its account.
pub(super) const GATEWAY: &str = "sms_gateway";

impl Config {
    pub(super) fn has_gateway(&self) -> bool {
        !self.sms_gateway_url.trim().is_empty()
    }

    /// The gateway, or what keeps it from being one.
    pub(crate) fn gateways(&self) -> Result<Vec<GatewaySettings>, String> {
        if !self.has_gateway() {
            return Ok(Vec::new());
        }
        let headers = self.sms_gateway_headers.iter().map(|text| {
            let (name, value) = text.split_once(':').ok_or_else(|| {
                "sms_gateway_headers: write [\"Authorization: Bearer …\"]".to_owned()
            })?;
            Ok((name.trim().to_owned(), Secret::from(value.trim())))
        });
        Ok(vec![GatewaySettings {
            name: GATEWAY.to_owned(),
            url: self.sms_gateway_url.trim().to_owned(),
            method: method(&self.sms_gateway_method)?,
            headers: headers.collect::<Result<_, String>>()?,
            body: self.sms_gateway_body.clone(),
            content_type: body_kind(&self.sms_gateway_body_type)?,
            sender: Some(self.sms_gateway_sender.clone()).filter(|sender| !sender.is_empty()),
            success: success(&self.sms_gateway_success),
            message_id: message_id(&self.sms_gateway_message_id),
            callback: self.gateway_callback()?,
            timeouts: Timeouts::default(),
        }])
    }

    fn gateway_callback(&self) -> Result<Option<CallbackSettings>, String> {
        if self.sms_gateway_callback_secret.is_empty() {
            return Ok(None);
        }
        if self.public_url.is_empty() {
            return Err("public_url: reports of the SMS gateway need an address; write the whole address of this server".to_owned());
        }
        let words = self.sms_gateway_callback_words.iter().map(|text| {
            pair(text).and_then(|(word, means)| Some((word, outcome(&means)?))).ok_or_else(|| {
                "sms_gateway_callback_words: write [\"DELIVRD=delivered\", \"UNDELIV=failed\"]"
                    .to_owned()
            })
        });
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
        let settings = match self.gateways() {
            Ok(settings) => settings,
            Err(problem) => return vec![problem],
        };
        match Gateway::check(&settings) {
            Ok(()) => Vec::new(),
            Err(error) => vec![format!("sms_gateway_url: {error}")],
        }
    }
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
