//! What a person does on a page: each a form, answered with the way back or with the state.

use std::net::IpAddr;

use axum::extract::State;
use axum::response::Response;
use countersign_core::channel::Channel;
use countersign_core::hosted::{Once, SendRequest, Typed};
use countersign_core::phone::Region;
use countersign_core::verification::{Client, Finding, Method};

use super::answer::{Remarks, Written, back, conclude, failed, look, lost, show};
use super::fault::{Fault, Meaning, Refusal};
use super::form::Form;
use super::language::Language;
use super::look::{remember, remember_number, with_cookies};
use super::origin::SameOrigin;
use super::visit::Visit;
use super::wanted::Wanted;
use crate::extract::ClientIp;
use crate::problem::Problem;
use crate::site::Site;

/// Sends a code to the number that was typed.
pub(super) async fn send(
    _: SameOrigin,
    visit: Visit,
    ClientIp(ip): ClientIp,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let language = Language::of_tag(form.text("lang")).unwrap_or_else(|| visit.reader.language());
    let locale = Some(language.code.to_owned());
    let request = SendRequest { locale, ..request(&form, &visit, ip, &site) };
    let typed = request.typed.clone();
    let sent = site.app.hosted.send(&visit.page, request).await;
    let shown = sent.as_ref().ok();
    let mark = shown.and_then(|view| site.app.hosted.number_mark(view, &typed));
    let cookie = mark.and_then(|mark| remember_number(&site, &visit.page, &mark));
    Ok(with_cookies(conclude(&site, &visit, sent, Some(written(&form))).await?, cookie))
}

/// Compares the code that was typed.
pub(super) async fn check(
    _: SameOrigin,
    visit: Visit,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let (view, refusal) = match site.app.hosted.check(&visit.page, form.text("code")).await {
        Ok((view, checked)) => {
            let is_wrong = checked.is_some_and(|checked| checked.finding == Finding::WrongCode);
            (Some(view), is_wrong.then(|| Refusal::at_once(Fault::WrongCode)))
        }
        Err(error) => match Meaning::of(error) {
            Meaning::Lost => return Ok(lost(&site, &visit.reader)),
            Meaning::Failed(error) => return Err(failed(&site, &visit, error)),
            Meaning::Refused(refusal) => (None, Some(refusal)),
        },
    };
    // What was wrong is told by an address, so that to reload is not to type it again.
    if visit.reader.wanted == Wanted::Page {
        return Ok(back(&visit, refusal.map(|refusal| refusal.fault)));
    }
    let view = match view {
        Some(view) => Some(view),
        None => look(&site, &visit).await?,
    };
    match view {
        Some(view) => show(&site, &visit, &view, Remarks { refusal, written: None }),
        None => Ok(lost(&site, &visit.reader)),
    }
}

/// Sends the code once more.
pub(super) async fn resend(
    _: SameOrigin,
    visit: Visit,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let sent = site.app.hosted.resend(&visit.page, channel(&form)).await;
    conclude(&site, &visit, sent, None).await
}

/// Goes back to the number, whose code counts no more.
pub(super) async fn edit(
    _: SameOrigin,
    visit: Visit,
    State(site): State<Site>,
    _: Form,
) -> Result<Response, Problem> {
    let edited = site.app.hosted.edit(&visit.page).await;
    conclude(&site, &visit, edited, None).await
}

/// Starts anew with the same number.
pub(super) async fn restart(
    _: SameOrigin,
    visit: Visit,
    ClientIp(ip): ClientIp,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let request = request(&form, &visit, ip, &site);
    let restarted = site.app.hosted.restart(&visit.page, request).await;
    conclude(&site, &visit, restarted, None).await
}

/// Proves the same number in the other way.
pub(super) async fn switch(
    _: SameOrigin,
    visit: Visit,
    ClientIp(ip): ClientIp,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let request = request(&form, &visit, ip, &site);
    let switched = site.app.hosted.switch(&visit.page, request).await;
    conclude(&site, &visit, switched, None).await
}

/// Shows the page in another language, with what was typed.
pub(super) async fn speak(
    _: SameOrigin,
    mut visit: Visit,
    State(site): State<Site>,
    form: Form,
) -> Result<Response, Problem> {
    let chosen = Language::of_tag(form.text("lang"));
    let cookie = chosen.and_then(|language| remember(&site, &visit.page, language));
    visit.reader.chosen = chosen.or(visit.reader.chosen);
    let written = written(&form);
    let is_typed = !written.phone.is_empty() || !written.country.is_empty();
    if !is_typed && visit.reader.wanted == Wanted::Page {
        return Ok(with_cookies(back(&visit, None), cookie));
    }
    let Some(view) = look(&site, &visit).await? else {
        return Ok(lost(&site, &visit.reader));
    };
    let shown = show(&site, &visit, &view, Remarks { refusal: None, written: Some(written) })?;
    Ok(with_cookies(shown, cookie))
}

fn written(form: &Form) -> Written {
    Written { country: form.text("country").to_owned(), phone: form.text("phone").to_owned() }
}

/// What a form asks for. Where no language was chosen, a message is in that of the last.
fn request(form: &Form, visit: &Visit, ip: Option<IpAddr>, site: &Site) -> SendRequest {
    let typed = Typed {
        phone: form.text("phone").to_owned(),
        region: Region::parse(form.text("country")),
        once: once(form, site),
    };
    SendRequest {
        typed,
        method: method(form),
        channel: channel(form),
        locale: visit.reader.chosen.map(|language| language.code.to_owned()),
        client: Client { ip, user_agent: visit.reader.browser.clone() },
    }
}

/// A form that names none, or none that there is, leaves the order to the tenant.
fn channel(form: &Form) -> Option<Channel> {
    Channel::parse(form.text("channel"))
}

/// A form that names none asks for a code.
fn method(form: &Form) -> Method {
    Method::parse(form.text("method")).unwrap_or(Method::Code)
}

/// The mark of the form. A form without one is not known again.
fn once(form: &Form, site: &Site) -> Once {
    Once::parse(form.text("once")).unwrap_or_else(|| Once::generate(&*site.app.entropy))
}
