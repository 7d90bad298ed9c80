//! A stand-in for `graph.facebook.com` and `api.twilio.com`, and for the phones at the other end.
//!
//! It speaks Meta's side of the WhatsApp Cloud API: it takes messages, answers with Meta's bodies
//! and errors, and posts signed webhooks. Its own API, under `/api`, plays the person who holds the
//! phone: reads the code, writes back, switches the phone off. Where a Twilio account is set, it is
//! Twilio as well: for SMS, and for `WhatsApp` by another way.
//!
//! It is **not** built on our Meta client and shares no code with it: if both used one wrong type,
//! our tests would agree with themselves and not with Meta. Nothing is stored; a restart forgets.

mod api;
mod bubble;
mod changes;
mod chat;
mod delivery;
mod faults;
mod graph;
mod link;
mod outage;
mod pace;
mod pages;
mod phone;
mod record;
mod requests;
mod router;
mod settings;
mod simulator;
mod state;
mod templates;
mod twilio;
mod wa_id;
mod wamid;
mod webhook;
mod wire;

pub use api::ScenarioReport;
pub use router::router;
pub use settings::{
    Limits, Outage, Receipts, Review, Settings, Template, TemplateStatus, Verdict, WaIdRule,
};
pub use simulator::{Simulator, StartError};
pub use twilio::{TwilioAccount, TwilioContent};
