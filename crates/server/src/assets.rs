//! Scripts of the pages, under names that change with their bytes.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodRouter, get};

use crate::problem::{Kind, Problem};
use crate::site::Site;

/// The path, and who answers there.
pub(crate) fn route() -> (&'static str, MethodRouter<Site>) {
    ("/assets/{name}", get(send))
}

async fn send(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = countersign_web_assets::asset(&name).ok_or(Kind::NotFound)?;
    Ok(countersign_web_assets::respond(asset, &headers))
}
