//! One account at Twilio, and webhooks that are signed for it.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::delivery::{Channel, Provider, RawWebhook, Received, Rejected};
use countersign_core::tenants::Integration;
use countersign_core::testing::{ManualClock, minimal_integration};
use countersign_core::time::Timestamp;
use countersign_providers::http::Timeouts;
use countersign_providers::twilio::{Twilio, TwilioAccount, TwilioSettings};

pub const TOKEN: &str = "countersign-test-token-0123456789";
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub const PUBLIC_URL: &str = "https://otp.example.com";
pub const TARGET: &str = "/api/webhooks/twilio";
pub const NOW: &str = "2026-10-06T15:21:00.000Z";

pub fn integration() -> Integration {
    Integration {
        name: "twilio".to_owned(),
        channels: vec![Channel::WhatsApp, Channel::Sms],
        provider: "twilio",
        ..minimal_integration()
    }
}

pub fn twilio_account() -> TwilioAccount {
    TwilioAccount {
        name: "twilio".to_owned(),
        account_sid: ACCOUNT.to_owned(),
        auth_token: TOKEN.into(),
        previous_auth_token: None,
        api_key: None,
        whatsapp_number: Some("whatsapp:+15550100400".to_owned()),
        sms_from: Some("+15550100300".to_owned()),
        messaging_service_sid: None,
        content_sids: Vec::new(),
    }
}

pub fn settings() -> TwilioSettings {
    TwilioSettings {
        public_url: Some(PUBLIC_URL.to_owned()),
        accounts: vec![twilio_account()],
        ..TwilioSettings::default()
    }
}

pub fn twilio_with(settings: &TwilioSettings) -> Twilio {
    let now = Timestamp::parse(NOW).unwrap();
    Twilio::new(settings, Arc::new(ManualClock::at(now))).unwrap()
}

pub fn twilio_at(base_url: &str, account: TwilioAccount) -> Twilio {
    twilio_timed(base_url, account, Timeouts::default())
}

pub fn twilio_timed(base_url: &str, account: TwilioAccount, timeouts: Timeouts) -> Twilio {
    let base_url = base_url.to_owned();
    twilio_with(&TwilioSettings { base_url, timeouts, accounts: vec![account], ..settings() })
}

/// One for all: making it reads the machine's certificates.
pub fn twilio() -> &'static Twilio {
    static TWILIO: LazyLock<Twilio> = LazyLock::new(|| twilio_with(&settings()));
    &TWILIO
}

/// Signs a form as Twilio does.
pub fn sign(target: &str, body: &[u8]) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(body).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let signed: String = pairs.iter().flat_map(|(name, value)| [&**name, &**value]).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{PUBLIC_URL}{target}{signed}").as_bytes()))
}

/// What a webhook says that is signed as it should be.
pub fn receive(target: &str, body: impl AsRef<[u8]>) -> Received {
    let body = body.as_ref();
    deliver(twilio(), target, &sign(target, body), body).unwrap()
}

pub fn deliver(
    twilio: &Twilio,
    target: &str,
    signature: &str,
    body: &[u8],
) -> Result<Received, Rejected> {
    let signatures: &[&[u8]] = &[signature.as_bytes()];
    twilio.receive(&integration(), &RawWebhook { signatures, target, body })
}
