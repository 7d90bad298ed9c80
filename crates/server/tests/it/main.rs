//! The server over HTTP, on storage in memory, with a provider that delivers to nobody.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and has no users")]

mod auth;
mod browser;
mod by_message;
mod channels;
mod demo;
mod docs;
mod harness;
mod health;
mod hooks;
mod hosted;
mod idempotency;
mod insights;
mod listener;
mod openapi;
mod opting_out;
mod otp;
mod problems;
mod sandbox;
mod sessions;
mod shelf;
mod sms_text;
mod templates;
mod test_keys;
mod users;
mod verifications;
