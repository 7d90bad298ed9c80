//! The pages, over real storages: what a session allows, and what races come to.

#![expect(clippy::unwrap_used, reason = "a test may panic, and has no users")]

#[path = "../support/postgres.rs"]
mod server;

mod opening;
mod races;
mod scene;
mod sessions;
