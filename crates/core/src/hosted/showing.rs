//! What a page shows of a session, or of one verification.

use super::view::{digits_of, next_start, with_parameter};
use super::{Hosted, Page, PageView, SessionView, Step};
use crate::channel::{Channel, Route};
use crate::id::TenantId;
use crate::phone::{PhoneNumber, WaId};
use crate::store::StoreError;
use crate::verification::{Details, Method, Reception, VerificationView};

impl Hosted {
    pub(super) async fn of_session(&self, view: SessionView) -> Result<PageView, StoreError> {
        let SessionView { session, phone, details, verification, now } = view;
        let page = Page::Session(session.key);
        let shown = verification.as_ref().map(|view| &*view.verification);
        let step = Step::at(Some(&session), shown, now);
        let policy = self.parts.verifications.policy();
        let by_limits = shown.filter(|_| step.has_failed()).map(|shown| next_start(shown, policy));
        let ends_at = shown
            .filter(|_| step.is_underway())
            .map_or(session.expires_at, |shown| shown.expires_at);
        // Whoever has another account behind the number goes on some other way than this page.
        let is_stopped = verification.as_ref().is_some_and(is_of_another_account);
        let is_open = session.is_open(now) && !is_stopped;
        let can_message = self.parts.verifications.has_messages(session.key.tenant);
        // What was typed before may be typed anew, so that it says nothing about the next code.
        let known = phone.as_ref().filter(|_| session.is_fixed || step != Step::Phone);
        let channels = self.channels(session.key.tenant, known);
        let is_stuck = step == Step::Undeliverable
            && session.method == Method::Code
            && channels.contains(Channel::Sms);
        let has_switch = matches!(step, Step::Code | Step::Message) || is_stuck;
        let stranger = self.stranger(verification.as_ref());
        Ok(PageView {
            page,
            brand: self.parts.tenants.brand(session.key.tenant).await?,
            locale: session.locale,
            purpose: session.purpose,
            step,
            phone,
            is_fixed: session.is_fixed,
            channels,
            retry_at: by_limits.max(session.retry_at).filter(|retry_at| *retry_at > now),
            return_url: return_url(&details, &page),
            can_change: is_open && !session.is_fixed && (step.is_underway() || step.has_failed()),
            can_message,
            can_switch: is_open && can_message && has_switch,
            stranger,
            can_restart: is_open && step.has_failed(),
            digits: digits_of(step, session.purpose, policy),
            verification,
            now,
            ends_at,
        })
    }

    pub(super) async fn of_verification(
        &self,
        page: Page,
        view: VerificationView,
    ) -> Result<PageView, StoreError> {
        let (verification, now) = (view.verification.clone(), view.now);
        let policy = self.parts.verifications.policy();
        let step = Step::at(None, Some(&verification), now);
        let stranger = self.stranger(Some(&view));
        let channels = self.channels(page.tenant(), view.phone.as_ref());
        Ok(PageView {
            page,
            brand: self.parts.tenants.brand(page.tenant()).await?,
            locale: verification.locale.clone(),
            purpose: verification.purpose,
            step,
            phone: view.phone.clone(),
            is_fixed: true,
            channels,
            retry_at: None,
            return_url: return_url(&view.details, &page),
            can_change: false,
            can_message: false,
            can_switch: false,
            stranger,
            can_restart: false,
            digits: digits_of(step, verification.purpose, policy),
            verification: Some(view),
            now,
            ends_at: verification.expires_at,
        })
    }
}

impl Hosted {
    /// The channels of a tenant, in the order in which they are tried for this phone; for any
    /// phone where it is not known yet.
    pub(super) fn channels(&self, tenant: TenantId, phone: Option<&PhoneNumber>) -> Route {
        let verifications = &self.parts.verifications;
        let routes = &verifications.policy().routes;
        // Looking up a country costs time, and seldom matters.
        let phone = phone.filter(|_| !routes.by_country.is_empty());
        let order = routes.for_country(phone.and_then(PhoneNumber::country));
        Route::of(order.channels().filter(|channel| verifications.has_channel(tenant, *channel)))
    }

    fn stranger(&self, view: Option<&VerificationView>) -> Option<WaId> {
        view?.challenge.as_ref()?.open_stranger(&self.parts.keyring)
    }
}

fn return_url(details: &Details, page: &Page) -> Option<String> {
    details.return_url.as_deref().map(|address| with_parameter(address, page))
}

fn is_of_another_account(view: &VerificationView) -> bool {
    let last = view.challenge.as_ref().and_then(|challenge| challenge.last);
    last == Some(Reception::IdentityChanged)
}
