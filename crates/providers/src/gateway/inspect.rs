//! Looks whether gateways are there, before anybody depends on them.
//!
//! For a person at a command line. The host is asked for nothing: whether a gateway takes its key
//! and the words only a message would tell.

use super::client::Gateway;
use super::config::Config;
use crate::http::CallError;
use crate::report::{Finding, Report};

impl Gateway {
    pub async fn inspect(&self) -> Report {
        let mut findings = Vec::new();
        for gateway in &self.gateways {
            findings.push(gateway.reached().await);
        }
        Report { findings }
    }
}

impl Config {
    async fn reached(&self) -> Finding {
        let what = format!("gateway {}", self.name);
        let base = self.api.base();
        let origin = base.origin();
        match self.api.knock().await {
            // It answers in its own way, or not at all: it is there.
            Ok(()) | Err(CallError::Lost(_) | CallError::TooLong) => {
                let how = if base.is_encrypted() {
                    "is there, with a good certificate"
                } else {
                    "is there"
                };
                let key = "whether it takes your key, only a message tells.";
                Finding::good(what, format!("{origin} {how}; {key}"))
            }
            Err(error @ (CallError::NotSent(_) | CallError::Token)) => {
                let advice = "check its address, and that this machine may call it.";
                Finding::bad(
                    what,
                    format!("{origin} cannot be reached ({}): {advice}", error.root()),
                )
            }
        }
    }
}
