#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and has no users")]
//! What the providers do, seen from outside: over HTTP, and with signed webhooks.

mod account;
mod all;
mod gateway;
mod gateway_callback;
mod gateway_inspect;
mod handshake;
mod hostile;
mod hostile_templates;
mod inspect;
mod keeper;
mod samples;
mod send;
mod server;
mod template_notices;
mod templates;
mod twilio;
mod twilio_account;
mod twilio_inspect;
mod twilio_repetition;
mod twilio_samples;
mod twilio_webhook;
mod webhook;
