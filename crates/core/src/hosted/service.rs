//! The use cases: create a session, open a page, look at it, and do what it offers.

use std::sync::Arc;

use super::secrets::{BrowserPass, is_link_secret, is_number_mark, link_secret, number_mark};
use super::session::{seal_details, seal_phone};
use super::turn::Wanted;
use super::{
    CreatedSession, Intent, NewSession, Page, PageError, PageView, SendRequest, Session,
    SessionKey, SessionStore, SessionView, Typed,
};
use crate::channel::Channel;
use crate::id::{SessionId, TenantId, VerificationId};
use crate::keyring::Keyring;
use crate::phone::{PhoneNumber, Region};
use crate::random::Entropy;
use crate::signals::Signals;
use crate::store::StoreError;
use crate::tenants::Tenants;
use crate::time::{Clock, Timestamp, hours};
use crate::verification::{CheckError, Checked, Method, StartError, State, Target, Verifications};

/// What the service is made of.
pub struct HostedParts {
    pub sessions: Arc<dyn SessionStore>,
    pub verifications: Arc<Verifications>,
    pub tenants: Arc<Tenants>,
    pub keyring: Keyring,
    /// Told when a session changed.
    pub signals: Signals,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The pages.
pub struct Hosted {
    pub(super) parts: HostedParts,
}

/// How often a change is made again after somebody else changed the session first.
pub(super) const TRIES: usize = 16;

impl Hosted {
    pub const fn new(parts: HostedParts) -> Self {
        Self { parts }
    }

    pub async fn create(
        &self,
        tenant: TenantId,
        new: NewSession,
    ) -> Result<CreatedSession, StartError> {
        let HostedParts { verifications, sessions, .. } = &self.parts;
        verifications.admit_return_url(tenant, new.details.return_url.as_deref()).await?;
        let phone = match &new.phone {
            Some(typed) => Some(verifications.admit_phone(tenant, typed)?),
            None => None,
        };
        let session = self.draft(tenant, phone.as_ref(), &new);
        match sessions.add(&session, session.created_at.minus(hours(24))).await {
            Ok(()) => {
                let (details, now) = (new.details, session.created_at);
                let view = SessionView { session, phone, details, verification: None, now };
                Ok(CreatedSession { view, is_repeated: false })
            }
            Err(StoreError::Conflict) => self.repeated(&session).await,
            Err(error) => Err(error.into()),
        }
    }

    pub async fn find(
        &self,
        tenant: TenantId,
        id: SessionId,
    ) -> Result<Option<SessionView>, StoreError> {
        match self.parts.sessions.find(SessionKey { tenant, id }).await? {
            Some(session) => Ok(Some(self.session_view(session).await?)),
            None => Ok(None),
        }
    }

    /// Where a page is, with the secret that opens it.
    pub fn link(&self, page: &Page) -> String {
        format!("/v/{page}?k={}", link_secret(page, &self.parts.keyring))
    }

    /// A pass for the browser that shows the right secret.
    pub fn open(&self, page: &Page, secret: &str) -> Option<BrowserPass> {
        let HostedParts { keyring, entropy, .. } = &self.parts;
        is_link_secret(page, secret, keyring).then(|| BrowserPass::issue(page, keyring, &**entropy))
    }

    /// Whether a browser opened the link of this page.
    pub fn admits(&self, page: &Page, cookie: &str) -> bool {
        BrowserPass::admits(page, cookie, &self.parts.keyring)
    }

    /// What a browser may keep whose request had the page turn to its number. To have typed the
    /// right number is not enough, or it could be guessed.
    pub fn number_mark(&self, view: &PageView, typed: &Typed) -> Option<String> {
        let Page::Session(key) = view.page else { return None };
        let phone = self.read_phone(&typed.phone, typed.region).ok()?;
        let verification = &view.verification.as_ref()?.verification;
        let Intent(own) = self.intent(key, verification.method, Some(&phone), typed.once);
        let shown = verification.idempotency?;
        let is_own = !view.is_fixed && shown.key == own;
        is_own.then(|| number_mark(&view.page, &phone, &self.parts.keyring))
    }

    /// Whether a browser gave this number, and may see it whole.
    pub fn has_given(&self, page: &Page, phone: &PhoneNumber, mark: &str) -> bool {
        is_number_mark(page, phone, mark, &self.parts.keyring)
    }

    pub async fn look(&self, page: &Page) -> Result<Option<PageView>, StoreError> {
        match page {
            Page::Session(key) => match self.parts.sessions.find(*key).await? {
                Some(session) => {
                    let view = self.session_view(session).await?;
                    Ok(Some(self.of_session(view).await?))
                }
                None => Ok(None),
            },
            Page::Verification(key) => {
                match self.parts.verifications.find(key.tenant, key.id).await? {
                    Some(view) => Ok(Some(self.of_verification(*page, view).await?)),
                    None => Ok(None),
                }
            }
        }
    }

    /// Sends a code to the number that was typed. While one is live, nothing is sent.
    pub async fn send(&self, page: &Page, request: SendRequest) -> Result<PageView, PageError> {
        let Page::Session(key) = page else { return self.see(page).await };
        let SendRequest { typed, method, channel, locale, client } = request;
        let session = self.session(*key).await?;
        let phone = match session.phone(&self.parts.keyring).filter(|_| session.is_fixed) {
            Some(phone) => Some(phone),
            None if method == Method::Message && typed.phone.trim().is_empty() => None,
            None => Some(self.read_phone(&typed.phone, typed.region)?),
        };
        let once = typed.once;
        self.begin(*key, &Wanted { method, phone, channel, locale, client, once }).await?;
        self.see(page).await
    }

    /// Checks a code; there may be none to check.
    pub async fn check(
        &self,
        page: &Page,
        typed: &str,
    ) -> Result<(PageView, Option<Checked>), PageError> {
        let Some(id) = self.verification_of(page).await? else {
            return Ok((self.see(page).await?, None));
        };
        let check = self.parts.verifications.check(page.tenant(), Target::Id(id), typed, None);
        let checked = check.await?;
        Ok((self.see(page).await?, Some(checked)))
    }

    /// Sends the same code again, by another channel where one is named.
    pub async fn resend(
        &self,
        page: &Page,
        channel: Option<Channel>,
    ) -> Result<PageView, PageError> {
        if let Some(id) = self.verification_of(page).await? {
            if channel.is_some() {
                let view = self.see(page).await?;
                self.admit_channel(page.tenant(), view.phone.as_ref(), channel)?;
            }
            match self.parts.verifications.resend(page.tenant(), id, channel).await {
                Ok(_) | Err(CheckError::Ended(_) | CheckError::NothingToSend) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.see(page).await
    }

    /// Goes back to ask for another number. The code that was sent no longer counts.
    pub async fn edit(&self, page: &Page) -> Result<PageView, PageError> {
        let Page::Session(key) = page else { return self.see(page).await };
        if !self.session(*key).await?.is_fixed {
            self.leave(*key).await?;
        }
        self.see(page).await
    }

    /// Leaves what is under way, unless it is approved.
    async fn leave(&self, key: SessionKey) -> Result<(), PageError> {
        for _ in 0..TRIES {
            let mut session = self.session(key).await?;
            let is_left = session.verification.is_none() && session.intent.is_none();
            if is_left || !session.is_open(self.now()) {
                return Ok(());
            }
            if let Some(id) = session.verification {
                match self.parts.verifications.cancel(key.tenant, id).await {
                    Err(CheckError::Ended(State::Approved)) => return Ok(()),
                    Ok(_) | Err(CheckError::Ended(_) | CheckError::NotFound) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            session.leave();
            if self.save(&session).await? {
                return Ok(());
            }
        }
        Err(busy().into())
    }

    /// Sends a new code to the same number in the same way, once the last one no longer counts.
    /// Without a `locale` the message is in the language of the last one.
    pub async fn restart(&self, page: &Page, request: SendRequest) -> Result<PageView, PageError> {
        if let Page::Session(key) = page {
            let SendRequest { typed, channel, locale, client, .. } = request;
            let session = self.session(*key).await?;
            let (method, phone) = (session.method, session.phone(&self.parts.keyring));
            if phone.is_some() || method == Method::Message {
                let once = typed.once;
                let wanted = Wanted { method, phone, channel, locale, client, once };
                self.admit(key.tenant, &wanted).await?;
                self.begin(*key, &wanted).await?;
            }
        }
        self.see(page).await
    }

    /// Proves the same number in the other way. What was begun no longer counts, unless the other
    /// way is refused. Where no number is known and one is needed, the page asks for it.
    pub async fn switch(&self, page: &Page, request: SendRequest) -> Result<PageView, PageError> {
        let Page::Session(key) = page else { return self.see(page).await };
        let SendRequest { typed, method, channel, locale, client } = request;
        let view = self.see(page).await?;
        if !view.can_switch {
            return Ok(view);
        }
        let (phone, once) = (view.phone, typed.once);
        let wanted = Wanted { method, phone, channel, locale, client, once };
        self.admit(key.tenant, &wanted).await?;
        self.leave(*key).await?;
        if wanted.phone.is_some() || method == Method::Message {
            self.begin(*key, &wanted).await?;
        }
        self.see(page).await
    }

    pub(super) async fn session(&self, key: SessionKey) -> Result<Session, PageError> {
        self.parts.sessions.find(key).await?.ok_or(PageError::NotFound)
    }

    /// Answers whether it was saved: somebody else may have changed it first.
    pub(super) async fn save(&self, session: &Session) -> Result<bool, StoreError> {
        match self.parts.sessions.save(session).await {
            Ok(()) => {
                self.parts.signals.touch(session.key.id);
                Ok(true)
            }
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    async fn see(&self, page: &Page) -> Result<PageView, PageError> {
        self.look(page).await?.ok_or(PageError::NotFound)
    }

    async fn verification_of(&self, page: &Page) -> Result<Option<VerificationId>, PageError> {
        match page {
            Page::Session(key) => Ok(self.session(*key).await?.verification),
            Page::Verification(key) => Ok(Some(key.id)),
        }
    }

    fn read_phone(&self, typed: &str, region: Option<Region>) -> Result<PhoneNumber, PageError> {
        let phone = match region {
            Some(region) => PhoneNumber::parse(typed, Some(region)),
            None => self.parts.verifications.parse_phone(typed),
        };
        Ok(phone?)
    }

    fn draft(&self, tenant: TenantId, phone: Option<&PhoneNumber>, new: &NewSession) -> Session {
        let HostedParts { keyring, entropy, .. } = &self.parts;
        let now = self.now();
        let key = SessionKey { tenant, id: SessionId::generate(now, &**entropy) };
        Session {
            key,
            purpose: new.purpose,
            locale: new.locale.clone(),
            is_fixed: phone.is_some(),
            sealed_phone: phone.map(|phone| seal_phone(key, phone, keyring)),
            method: Method::Code,
            details: seal_details(key, &new.details, keyring),
            intent: None,
            verification: None,
            starts: 0,
            retry_at: None,
            created_at: now,
            expires_at: now.plus(Session::LIFE),
            idempotency: new.idempotency,
            revision: 0,
        }
    }

    async fn repeated(&self, session: &Session) -> Result<CreatedSession, StartError> {
        let idempotency = session.idempotency.ok_or_else(busy)?;
        let first = self.parts.sessions.with_request(session.key.tenant, idempotency.key).await?;
        let first = first.ok_or_else(busy)?;
        if first.idempotency != session.idempotency {
            return Err(StartError::KeyReused);
        }
        Ok(CreatedSession { view: self.session_view(first).await?, is_repeated: true })
    }

    async fn session_view(&self, session: Session) -> Result<SessionView, StoreError> {
        let keyring = &self.parts.keyring;
        let key = session.key;
        let corrupt = || StoreError::Corrupt { table: "sessions", id: key.id.to_string() };
        let details = session.details(keyring).ok_or_else(corrupt)?;
        let phone = session.phone(keyring);
        if phone.is_none() && session.sealed_phone.is_some() {
            return Err(corrupt());
        }
        let verification = match session.verification {
            Some(id) => self.parts.verifications.find(key.tenant, id).await?,
            None => None,
        };
        // A message may have told the number.
        let learnt = verification.as_ref().and_then(|view| view.phone.clone());
        let phone = phone.or(learnt);
        Ok(SessionView { session, phone, details, verification, now: self.now() })
    }
}

/// Others keep changing the same session; the same call may succeed in a moment.
pub(super) fn busy() -> StoreError {
    StoreError::unavailable("others kept changing the same session")
}
