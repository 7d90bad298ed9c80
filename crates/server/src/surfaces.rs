//! Puts routes onto a router: each with its edge, and in every spelling that callers use.

use axum::Router;
use axum::http::Uri;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::middleware::{Guard, Surroundings};
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// A router that grows.
pub(crate) struct Surfaces {
    router: Router<Site>,
    surroundings: Surroundings,
}

impl Surfaces {
    pub(crate) fn new(surroundings: Surroundings) -> Self {
        Self { router: Router::new(), surroundings }
    }

    /// Adds documented routes. Their paths come from their documentation, so the two agree.
    pub(crate) fn add(mut self, routes: Vec<UtoipaMethodRouter<Site>>) -> Self {
        for (_, paths, methods) in routes {
            for template in paths.paths.keys() {
                self = self.route(template, Guard::api(), methods.clone());
            }
        }
        self
    }

    /// Adds a route under its template, with and without a slash at its end.
    pub(crate) fn route(
        mut self,
        template: &str,
        guard: Guard,
        methods: MethodRouter<Site>,
    ) -> Self {
        let edge = self.surroundings.edge(template, guard);
        let methods = methods.fallback(refuse_method).layer(edge);
        for path in spellings(template) {
            self.router = self.router.route(&path, methods.clone());
        }
        self
    }

    pub(crate) fn finish(self, site: Site) -> Router {
        let edge = self.surroundings.edge("(none)", Guard::api());
        let nothing = any(refuse_path).layer(edge).with_state(());
        self.router.fallback_service(nothing).with_state(site)
    }
}

/// Adds routes to a document.
pub(crate) fn document(openapi: &mut OpenApi, routes: Vec<UtoipaMethodRouter<Site>>) {
    let components = openapi.components.get_or_insert_default();
    for (schemas, paths, _) in routes {
        components.schemas.extend(schemas);
        openapi.paths.paths.extend(paths.paths);
    }
}

async fn refuse_method() -> Problem {
    Kind::MethodNotAllowed.into()
}

async fn refuse_path(_: Uri) -> impl IntoResponse {
    Problem::new(Kind::NotFound)
}

/// With and without a slash at the end; the sample-server contract in any case of its letters.
fn spellings(template: &str) -> Vec<String> {
    let mut paths = match template.strip_prefix("/otp/") {
        Some(rest) => cases("otp").map(|name| format!("/{name}/{rest}")).collect(),
        None => vec![template.to_owned()],
    };
    if template != "/" {
        let slashed: Vec<String> = paths.iter().map(|path| format!("{path}/")).collect();
        paths.extend(slashed);
    }
    paths
}

/// A word in every combination of small and capital letters.
fn cases(word: &str) -> impl Iterator<Item = String> {
    (0..1_u32 << word.len()).map(move |capitals| {
        let letters = word.chars().enumerate();
        letters
            .map(
                |(place, letter)| {
                    if capitals >> place & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
                },
            )
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_served_with_and_without_its_slash() {
        assert_eq!(spellings("/v1/verifications"), ["/v1/verifications", "/v1/verifications/"]);
        assert_eq!(spellings("/"), ["/"]);
    }

    #[test]
    fn the_sample_contract_is_served_in_any_case() {
        let paths = spellings("/otp/{phone}");

        assert_eq!(paths.len(), 16);
        for path in ["/otp/{phone}", "/OTP/{phone}/", "/Otp/{phone}", "/oTp/{phone}/"] {
            assert!(paths.iter().any(|other| other == path), "{path}");
        }
    }
}
