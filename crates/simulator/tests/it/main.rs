//! Drives the simulator over HTTP, as a server and a tester would.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and has no users")]

mod behaviours;
mod events;
mod graph;
mod harness;
mod links;
mod pages;
mod phone_list;
mod phones;
mod receipts;
mod refusals;
mod replies;
mod requests;
mod scenarios;
mod templates;
mod twilio;
mod twilio_faults;
mod twilio_samples;
mod twilio_world;
mod webhooks;
mod writing;
