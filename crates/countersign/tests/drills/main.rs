//! Drills: the promises of the product, tried on the binary itself over real sockets.
//!
//! Each runs small by default and in full with `DRILLS=full`, and prints one line of JSON with
//! what it did. None looks inside the server: what is asserted is what was answered, and what the
//! database holds afterwards.

#![expect(clippy::unwrap_used, reason = "a test may panic, and has no users")]

mod by_message;
mod canary;
mod cli;
mod client;
mod counted;
mod crash;
mod database;
mod doctor;
mod fallback;
mod gateway;
mod history;
mod input;
mod input_webhooks;
mod journey;
mod journey_pages;
#[path = "../../../storage/tests/support/postgres.rs"]
mod postgres;
mod process;
mod race;
mod report;
mod search;
mod sending_crash;
mod set_up;
mod stage;
mod templates;
mod theft;
mod users;
mod webhook;
mod wording;
