//! What a browser is answered: a page, the way to one, or the state alone.

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_core::hosted::{Once, PageError, PageView, Step};
use countersign_core::phone::Country;
use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;

use super::document::{Fields, Sheet};
use super::fault::{Fault, Meaning, Refusal, Told};
use super::origin::origin_of;
use super::reader::Reader;
use super::state::{Moment, State};
use super::visit::{Visit, base};
use super::wanted::Wanted;
use crate::config::Framing;
use crate::problem::{Kind, Problem};
use crate::site::Site;

/// What somebody typed into the form of the phone step.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) country: String,
    pub(crate) phone: String,
}

/// What is to be said besides where the page stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remarks {
    pub(crate) refusal: Option<Refusal>,
    pub(crate) written: Option<Written>,
}

/// The state, or the page that shows it.
pub(crate) fn show(
    site: &Site,
    visit: &Visit,
    view: &PageView,
    remarks: Remarks,
) -> Result<Response, Problem> {
    let state = State::of(view, remarks.refusal);
    if visit.reader.wanted == Wanted::Json {
        return Ok(json(StatusCode::OK, &state, view.now));
    }
    let language = visit.reader.language_of(view);
    let usual = visit.reader.country(&view.brand.countries, language);
    let tongue = site.pages.printer.tongue(language);
    let given = view.phone.as_ref().filter(|phone| visit.has_given(site, phone));
    let once = Once::generate(&*site.app.entropy);
    let mut fields = Fields::of(view, given, tongue, usual, once);
    if let Some(written) = remarks.written {
        fields.phone = written.phone;
        if Country::parse(&written.country).is_some_and(|country| tongue.named(country).is_some()) {
            fields.country = written.country.to_ascii_uppercase();
        }
    }
    let has_list = view.step == Step::Phone && !view.is_fixed;
    let sheet = Sheet {
        language,
        base: &base(&visit.page),
        state: &state,
        now: view.now,
        fields: &fields,
        brand: Some(&view.brand),
        countries: has_list.then_some(&view.brand.countries),
    };
    let is_refused = state.error.is_some()
        && remarks.refusal.is_some_and(|refusal| refusal.told == Told::AtOnce);
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(site, status, &sheet, view.return_url.as_deref())
}

/// What an action came to: the state, or the way back to the page.
pub(crate) async fn conclude(
    site: &Site,
    visit: &Visit,
    done: Result<PageView, PageError>,
    written: Option<Written>,
) -> Result<Response, Problem> {
    let error = match done {
        Ok(view) if visit.reader.wanted == Wanted::Json => {
            return Ok(json(StatusCode::OK, &State::of(&view, None), view.now));
        }
        Ok(_) => return Ok(back(visit, None)),
        Err(error) => error,
    };
    match Meaning::of(error) {
        Meaning::Lost => Ok(lost(site, &visit.reader)),
        Meaning::Failed(error) => Err(failed(site, visit, error)),
        Meaning::Refused(refusal) => {
            let Some(view) = look(site, visit).await? else {
                return Ok(lost(site, &visit.reader));
            };
            show(site, visit, &view, Remarks { refusal: Some(refusal), written })
        }
    }
}

/// Where the page stands; `None` where it is no longer there.
pub(crate) async fn look(site: &Site, visit: &Visit) -> Result<Option<PageView>, Problem> {
    let view = site.app.hosted.look(&visit.page).await;
    view.map_err(|error| failed(site, visit, error))
}

/// Storage did not answer: a person is told so in their language, and led to the page again.
pub(crate) fn failed(site: &Site, visit: &Visit, error: StoreError) -> Problem {
    let problem = Problem::from(error);
    match visit.reader.wanted {
        Wanted::Json => problem,
        Wanted::Page => {
            let language = visit.reader.language();
            match site.pages.printer.apologise(language, &base(&visit.page)) {
                Ok(html) => problem.shown_as(html),
                Err(_) => problem,
            }
        }
    }
}

/// Back to the page, which says what went wrong.
pub(crate) fn back(visit: &Visit, fault: Option<Fault>) -> Response {
    let base = base(&visit.page);
    match fault {
        Some(fault) => see(&format!("{base}?e={}", fault.word())),
        None => see(&base),
    }
}

/// The way to an address of ours, to be fetched with GET.
pub(crate) fn see(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

pub(crate) fn json(status: StatusCode, state: &State, now: Timestamp) -> Response {
    let moment = Moment { now: now.millis(), state };
    let text = serde_json::to_vec(&moment).expect("texts and numbers are JSON");
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind)], Body::from(text)).into_response()
}

/// No such page, or none for this browser: nobody is told which.
pub(crate) fn lost(site: &Site, reader: &Reader) -> Response {
    let (state, now) = (State::lost(), site.app.clock.now());
    if reader.wanted == Wanted::Json {
        return json(StatusCode::NOT_FOUND, &state, now);
    }
    let sheet = Sheet {
        language: reader.language(),
        base: "",
        state: &state,
        now,
        fields: &Fields::default(),
        brand: None,
        countries: None,
    };
    page(site, StatusCode::NOT_FOUND, &sheet, None).unwrap_or_else(IntoResponse::into_response)
}

fn page(
    site: &Site,
    status: StatusCode,
    sheet: &Sheet<'_>,
    return_url: Option<&str>,
) -> Result<Response, Problem> {
    let printed = site.pages.printer.print(sheet, &*site.app.entropy);
    let printed = printed.map_err(|error| Problem::new(Kind::Internal).caused_by(&error))?;
    let policy = policy(&printed.nonce, return_url, site.settings.framing);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, policy)];
    Ok((status, headers, Body::from(printed.html)).into_response())
}

/// What the page may load, send and be shown in. Browsers hold the redirect after a form to
/// `form-action` too, so the way back to the tenant is in it.
fn policy(nonce: &str, return_url: Option<&str>, framing: Framing) -> HeaderValue {
    let origin = return_url.and_then(origin_of).map(|origin| format!(" {origin}"));
    let origin = origin.unwrap_or_default();
    let ancestors = match framing {
        Framing::Nobody => "'none'",
        Framing::SameOrigin => "'self'",
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'nonce-{nonce}'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'{origin}; base-uri 'none'; \
         frame-ancestors {ancestors}"
    );
    HeaderValue::try_from(policy).expect("base 64 and origins are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_add_to_the_policy() {
        let of = |address| policy("bm9uY2U=", Some(address), Framing::Nobody);

        let good = of("https://shop.example:8443/verified?session=ses_1");
        assert!(good.to_str().unwrap().contains("form-action 'self' https://shop.example:8443;"));
        for address in ["https://a; script-src *", "https://a\r\nX: y", "javascript:alert(1)"] {
            let policy = of(address);
            assert!(policy.to_str().unwrap().contains("form-action 'self';"), "{address:?}");
        }
    }
}
