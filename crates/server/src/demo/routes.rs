//! Where the demo is, and who answers there.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, HOST};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use countersign_core::hosted::{NewSession, Page, SessionView};
use countersign_core::id::{SessionId, TenantId};
use countersign_core::random::{Entropy, bytes};
use countersign_core::verification::{Details, Purpose};
use serde::Deserialize;

use super::facts::{Facts, Visit, json};
use super::host::OwnHost;
use super::plain;
use crate::config::Demo;
use crate::extract::SessionPath;
use crate::hosted::{Form, SameOrigin, Wanted, see};
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// Every sandbox has one tenant.
const TENANT: TenantId = TenantId::DEFAULT;

/// Each path and who answers there.
pub(crate) fn routes() -> Vec<(&'static str, MethodRouter<Site>)> {
    vec![
        ("/", get(show)),
        ("/demo/facts", get(facts)),
        ("/demo/sessions", post(create)),
        ("/demo/sessions/{id}", get(find)),
        ("/demo/return", get(back)),
    ]
}

async fn show(
    _: OwnHost,
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let demo = demo(&site)?;
    if let Some(address) = proper_address(&site, &headers) {
        return Ok(see(&address));
    }
    let Some(page) = countersign_web_assets::page(countersign_web_assets::Page::Demo) else {
        return plain::start(&demo.simulator, &unused_phone(&*site.app.entropy));
    };
    let mut response = countersign_web_assets::respond(page, &headers);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy(demo)?);
    Ok(response)
}

async fn facts(_: OwnHost, _: SameOrigin, State(site): State<Site>) -> Result<Response, Problem> {
    Ok(json(StatusCode::OK, &Facts::of(&site, demo(&site)?)))
}

/// A number that the field holds, or none, for the person to type one.
async fn create(
    _: OwnHost,
    _: SameOrigin,
    State(site): State<Site>,
    wanted: Wanted,
    form: Form,
) -> Result<Response, Problem> {
    let phone = Some(form.text("phone").trim()).filter(|phone| !phone.is_empty());
    let details = Details {
        reference: Some("demo".to_owned()),
        return_url: return_url(&site).await?,
        ..Details::default()
    };
    let new = NewSession {
        phone: phone.map(str::to_owned),
        purpose: Purpose::Verify,
        locale: Some(form.text("locale")).filter(|tag| !tag.is_empty()).map(str::to_owned),
        details,
        idempotency: None,
    };
    let view = site.app.hosted.create(TENANT, new).await?.view;
    match wanted {
        Wanted::Json => Ok(json(StatusCode::CREATED, &Visit::of(&site, &view))),
        Wanted::Page => Ok(see(&site.app.hosted.link(&Page::Session(view.session.key)))),
    }
}

async fn find(
    _: OwnHost,
    _: SameOrigin,
    State(site): State<Site>,
    SessionPath(id): SessionPath,
) -> Result<Response, Problem> {
    let view = session(&site, id).await?.ok_or(Kind::SessionNotFound)?;
    Ok(json(StatusCode::OK, &Visit::of(&site, &view)))
}

/// What the hosted page adds to the address it leads back to.
#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    session: String,
}

async fn back(
    _: OwnHost,
    State(site): State<Site>,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    let view = match SessionId::parse(&returned.session) {
        Some(id) => session(&site, id).await?,
        None => None,
    };
    match &view {
        Some(view) => plain::back(Some(view.status()), &crate::api::session(view, &site)),
        None => plain::back(None, &()),
    }
}

async fn session(site: &Site, id: SessionId) -> Result<Option<SessionView>, Problem> {
    Ok(site.app.hosted.find(TENANT, id).await?)
}

fn demo(site: &Site) -> Result<&Demo, Problem> {
    site.settings.demo.as_ref().ok_or_else(|| Kind::NotFound.into())
}

/// `localhost` is another origin than the address that was told to the simulator, which lets that
/// one alone show its phones.
fn proper_address(site: &Site, headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let port = host.strip_prefix("localhost")?;
    let public = site.settings.public_url.as_deref()?;
    (public == format!("http://127.0.0.1{port}")).then(|| format!("{public}/"))
}

/// `None` where the page cannot lead back here.
async fn return_url(site: &Site) -> Result<Option<String>, Problem> {
    let brand = site.app.tenants.brand(TENANT).await?;
    let public = site.settings.public_url.as_deref();
    let address = public.map(|public| format!("{public}{}", Demo::RETURN_PATH));
    Ok(address.filter(|address| brand.may_return_to(address)))
}

/// The page shows pages of this server and the simulator's, and talks to this server alone.
fn policy(demo: &Demo) -> Result<HeaderValue, Problem> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; frame-src 'self' {}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        demo.simulator
    );
    HeaderValue::try_from(policy).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))
}

/// A number that most likely got no message within the last minute.
fn unused_phone(entropy: &dyn Entropy) -> String {
    let drawn = u32::from_be_bytes(bytes::<4>(entropy));
    format!("+4915550{:06}", 300_000 + drawn % 700_000)
}

#[cfg(test)]
mod tests {
    use countersign_core::testing::CountingEntropy;

    use super::*;

    #[test]
    fn the_number_of_the_form_is_a_german_one_for_tests() {
        let phone = unused_phone(&CountingEntropy::default());

        assert_eq!(phone.len(), "+4915550300000".len());
        assert!(phone.starts_with("+4915550"), "{phone}");
    }
}
