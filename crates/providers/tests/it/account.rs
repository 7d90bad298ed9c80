//! One account, and webhooks that are signed for it.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use countersign_core::delivery::{Provider, RawWebhook, Received, Rejected};
use countersign_core::tenants::Integration;
use countersign_core::testing::minimal_integration;
use countersign_providers::meta::{Meta, MetaSettings};

pub const APP_SECRET: &str = "countersign-test-app-secret";

pub fn integration() -> Integration {
    Integration {
        business_account: Some("311200440055660".to_owned()),
        access_token: "EAAtest".into(),
        app_secrets: vec![APP_SECRET.into()],
        verify_token: "verify-me".into(),
        business_number: Some("15550100200".to_owned()),
        languages: ["en_US", "de"].map(str::to_owned).to_vec(),
        ..minimal_integration()
    }
}

/// One for all: making it reads the machine's certificates.
pub fn meta() -> &'static Meta {
    static META: LazyLock<Meta> = LazyLock::new(|| Meta::new(&MetaSettings::default()).unwrap());
    &META
}

pub fn sign(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    format!("sha256={}", hex::encode(hmac::sign(&key, body)))
}

/// What a webhook says that is signed as it should be.
pub fn receive(body: impl AsRef<[u8]>) -> Received {
    let body = body.as_ref();
    deliver(&[&sign(body)], body).unwrap()
}

pub fn deliver(headers: &[&str], body: &[u8]) -> Result<Received, Rejected> {
    let signatures: Vec<_> = headers.iter().map(|header| header.as_bytes()).collect();
    meta().receive(&integration(), &RawWebhook { signatures: &signatures, target: "/", body })
}
