//! The query of an address, with known names only.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::json::without_value;
use crate::problem::Problem;
use crate::site::Site;

pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Site> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(
            |rejection| {
                let reason = rejection.body_text();
                let reason = reason.rsplit("string: ").next().unwrap_or_default();
                // A field's name may stand before what is said of its value.
                let (field, said) = reason.split_once(": ").unwrap_or(("", reason));
                let is_name = field.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                let (field, said) = if is_name { (field, said) } else { ("", reason) };
                Problem::of_field(field, without_value(said))
            },
        )
    }
}
