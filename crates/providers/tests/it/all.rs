//! Which providers there are.

use std::sync::Arc;

use countersign_core::testing::ManualClock;
use countersign_core::time::Clock;
use countersign_providers::{Settings, all};

use crate::gateway;
use crate::twilio_account;

fn ids(settings: &Settings) -> Vec<&'static str> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let all = all(settings, &clock).unwrap();
    all.iter().map(|provider| provider.descriptor().id).collect()
}

#[test]
fn whoever_has_an_account_is_there() {
    let twilio = twilio_account::settings();
    let gateways = vec![gateway::settings("https://sms.example.com")];

    assert_eq!(ids(&Settings::default()), ["meta"]);
    let all = Settings { twilio, gateways, ..Settings::default() };
    assert_eq!(ids(&all), ["meta", "twilio", "http"]);
}

#[test]
fn settings_that_cannot_work_say_whose_they_are() {
    let mut gateways = vec![gateway::settings("https://sms.example.com")];
    gateways[0].sender = None;
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());

    let error = all(&Settings { gateways, ..Settings::default() }, &clock).err().unwrap();

    assert_eq!(error.to_string(), "the gateway acme-sms: {sender} is used and not set");
}
