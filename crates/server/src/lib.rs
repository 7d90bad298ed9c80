//! The HTTP server: its surfaces over the services of the core, and the listener that serves them.
//!
//! It knows no provider and no database. A handler extracts, calls one service and translates;
//! the words on the wire are this crate's own.

mod api;
mod assets;
mod config;
mod demo;
mod docs;
mod extract;
mod health;
mod hooks;
mod hosted;
mod listener;
mod middleware;
mod openapi;
mod otp;
mod problem;
mod qr;
mod site;
mod surfaces;
mod users;

use std::sync::Arc;

use axum::Router;
use countersign_core::app::App;

pub use crate::config::{Demo, Framing, OtpSettings, Settings};
pub use crate::extract::Peer;
pub use crate::hosted::speaks;
pub use crate::listener::serve;
pub use crate::openapi::{openapi, openapi_json};
pub use countersign_web_assets::LANGUAGES;

use crate::hosted::Pages;
use crate::middleware::{Guard, Surroundings};
use crate::site::Installation;
use crate::surfaces::Surfaces;

/// Every surface that the settings switch on.
pub fn router(app: App, settings: &Settings) -> Router {
    let surroundings = Surroundings::new(app.clock.clone(), &*app.entropy);
    let mut surfaces = Surfaces::new(surroundings)
        .add(api::routes())
        .add(users::routes())
        .add(hooks::routes())
        .add(health::routes());
    if settings.otp.enabled {
        surfaces = surfaces.add(otp::routes());
    }
    if settings.docs {
        // The demo has the front page, where there is one.
        let is_free = |path: &str| path != "/" || settings.demo.is_none();
        for page in docs::routes().into_iter().filter(|page| is_free(page.path)) {
            surfaces = surfaces.route(page.path, page.guard, page.methods);
        }
    }
    for (path, methods) in hosted::routes().into_iter().chain([assets::route()]) {
        surfaces = surfaces.route(path, Guard::of_handler(), methods);
    }
    if settings.demo.is_some() {
        for (path, methods) in demo::routes() {
            surfaces = surfaces.route(path, Guard::of_handler(), methods);
        }
    }
    let pages = Pages::new();
    surfaces.finish(Arc::new(Installation { app, settings: settings.clone(), pages }))
}
