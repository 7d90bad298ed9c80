//! Starting one verification of a session, whatever else happens at the same time.
//!
//! What is about to be started is written down first, and whoever comes by finishes it: the second
//! tap on a button, another browser, a reload after a crash. All of them start under one
//! idempotency key, so one message is sent.

use super::service::{TRIES, busy};
use super::{Hosted, Intent, Once, PageError, Session, SessionKey};
use crate::channel::{Channel, Route};
use crate::id::{TenantId, VerificationId};
use crate::phone::PhoneNumber;
use crate::store::StoreError;
use crate::verification::{
    Client, Details, Idempotency, Method, StartError, StartMode, StartRequest, State,
};

/// What somebody asked a page for.
pub(super) struct Wanted {
    pub(super) method: Method,
    /// By message it may be left to the message to tell.
    pub(super) phone: Option<PhoneNumber>,
    pub(super) channel: Option<Channel>,
    pub(super) locale: Option<String>,
    pub(super) client: Client,
    pub(super) once: Once,
}

impl Hosted {
    /// Has a verification begin, unless one is live or approved.
    pub(super) async fn begin(&self, key: SessionKey, wanted: &Wanted) -> Result<(), PageError> {
        let phone = wanted.phone.as_ref();
        self.admit_channel(key.tenant, phone, wanted.channel)?;
        let intent = self.intent(key, wanted.method, phone, wanted.once);
        for _ in 0..TRIES {
            let mut session = self.session(key).await?;
            if !session.is_open(self.now()) || self.is_underway(&session).await? {
                return Ok(());
            }
            if session.intent.is_none() {
                session.intend(intent, wanted.method, phone, &self.parts.keyring);
                session.locale = wanted.locale.clone().or(session.locale);
                if !self.save(&session).await? {
                    continue;
                }
            }
            let is_own = session.intent == Some(intent);
            let channel = wanted.channel.filter(|_| is_own);
            match self.start(&session, wanted, channel).await {
                Ok(id) => return self.settle(session, id).await,
                // Nobody knows whether it began: the next one finds out.
                Err(StartError::Store(error)) => return Err(error.into()),
                // Whoever wanted the same number first may be let what this call is not.
                Err(error) if !is_own && session.is_about(phone, &self.parts.keyring) => {
                    return Err(error.into());
                }
                Err(error) => {
                    self.give_up(session, &error).await?;
                    if is_own {
                        return Err(error.into());
                    }
                }
            }
        }
        Err(busy().into())
    }

    /// Refuses what cannot begin, before anything else is left for it. Limits have the last word
    /// when it begins.
    pub(super) async fn admit(&self, tenant: TenantId, wanted: &Wanted) -> Result<(), PageError> {
        let verifications = &self.parts.verifications;
        let phone = wanted.phone.as_ref();
        if wanted.method == Method::Message {
            let is_heard = verifications.has_messages(tenant);
            return if is_heard { Ok(()) } else { Err(PageError::ChannelUnavailable) };
        }
        self.admit_channel(tenant, phone, wanted.channel)?;
        let named = wanted.channel.map(|channel| Route::of([channel]));
        let route = named.unwrap_or_else(|| self.channels(tenant, phone));
        if route.channels().next().is_none() {
            return Err(PageError::ChannelUnavailable);
        }
        let Some(phone) = phone else { return Ok(()) };
        // Nothing is lifted: it is only asked what is suppressed.
        let stopped = verifications.lift(tenant, phone, Route::default()).await?;
        if route.channels().all(|channel| stopped.contains(channel)) {
            return Err(PageError::OptedOut);
        }
        Ok(())
    }

    /// Refuses a channel that codes for this phone are not to go by: whoever pays for them says so,
    /// and not whoever opens the page.
    pub(super) fn admit_channel(
        &self,
        tenant: TenantId,
        phone: Option<&PhoneNumber>,
        channel: Option<Channel>,
    ) -> Result<(), PageError> {
        match channel {
            Some(channel) if !self.parts.verifications.has_channel(tenant, channel) => {
                Err(PageError::ChannelUnavailable)
            }
            Some(channel) if !self.channels(tenant, phone).contains(channel) => {
                Err(PageError::ChannelNotAllowed)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn is_underway(&self, session: &Session) -> Result<bool, StoreError> {
        let Some(id) = session.verification else { return Ok(false) };
        let found = self.parts.verifications.find(session.key.tenant, id).await?;
        Ok(found.is_some_and(|view| match view.verification.state_at(view.now) {
            State::Pending | State::Approved => true,
            State::Expired | State::Canceled | State::Exhausted | State::Undeliverable => false,
        }))
    }

    /// Starts what the session intends. The channel is not part of that: whoever finishes it for
    /// somebody else knows of none.
    async fn start(
        &self,
        session: &Session,
        wanted: &Wanted,
        channel: Option<Channel>,
    ) -> Result<VerificationId, StartError> {
        let keyring = &self.parts.keyring;
        let id = session.key.id;
        let corrupt = || StoreError::Corrupt { table: "sessions", id: id.to_string() };
        let Intent(key) = session.intent.ok_or_else(corrupt)?;
        let phone = session.phone(keyring);
        let is_whole = phone.is_some() || session.method == Method::Message;
        let details = session.details(keyring).filter(|_| is_whole).ok_or_else(corrupt)?;
        let user_agent = details.user_agent.clone().or_else(|| wanted.client.user_agent.clone());
        let request = StartRequest {
            phone: phone.map(|phone| phone.e164().to_owned()),
            method: session.method,
            confirm: None,
            by_digits: false,
            channel: channel.filter(|_| session.method == Method::Code),
            purpose: session.purpose,
            locale: session.locale.clone(),
            client: wanted.client.clone(),
            // The session leads back to the tenant, not the verification.
            details: Details { return_url: None, user_agent, ..details },
            idempotency: Some(Idempotency { key, fingerprint: key }),
            mode: StartMode::Beside,
        };
        let started = self.parts.verifications.start(session.key.tenant, request).await?;
        Ok(started.view.verification.key.id)
    }

    /// Has the session show what began. When it has gone elsewhere meanwhile, the code must not
    /// count any more.
    async fn settle(&self, mut session: Session, id: VerificationId) -> Result<(), PageError> {
        let (intent, phone) = (session.intent, session.phone(&self.parts.keyring));
        for _ in 0..TRIES {
            session.begin(id);
            if self.save(&session).await? {
                return Ok(());
            }
            session = self.session(session.key).await?;
            if session.verification == Some(id) {
                return Ok(());
            }
            if session.intent == intent {
                continue;
            }
            if session.is_given_up() && session.phone(&self.parts.keyring) == phone {
                // A limit that this call did not meet refused somebody else, who was faster to say
                // so. The code is on its way, so it is the one that counts.
                session.count_start();
                continue;
            }
            return self.call_off(session, id).await;
        }
        Err(busy().into())
    }

    /// Ends what the session no longer wants. Its message is out, and is counted.
    async fn call_off(&self, mut session: Session, id: VerificationId) -> Result<(), PageError> {
        // Whatever keeps it from being canceled has ended it.
        let _ = self.parts.verifications.cancel(session.key.tenant, id).await;
        for _ in 0..TRIES {
            // Whoever left to give another number has left the count as it was.
            if session.intent.is_none() && session.verification.is_none() && !session.is_given_up()
            {
                return Ok(());
            }
            session.count_start();
            session.revision += 1;
            if self.save(&session).await? {
                return Ok(());
            }
            session = self.session(session.key).await?;
        }
        Err(busy().into())
    }

    // When somebody else was faster, they gave it up as well, or began it: that is what counts.
    async fn give_up(&self, mut session: Session, error: &StartError) -> Result<(), StoreError> {
        let retry_at = match error {
            StartError::Refused(refusal) => Some(refusal.retry_at),
            StartError::InvalidPhone(_)
            | StartError::UnsuitableNumber
            | StartError::CountryNotAllowed
            | StartError::MethodUnavailable
            | StartError::NotInTest
            | StartError::MissingPhone
            | StartError::ConfirmationRequired
            | StartError::ChannelUnavailable
            | StartError::OptedOut
            | StartError::KeyReused
            | StartError::ReturnUrlNotRegistered
            | StartError::Store(_) => None,
        };
        session.give_up(retry_at);
        self.save(&session).await.map(drop)
    }

    pub(super) fn intent(
        &self,
        key: SessionKey,
        method: Method,
        phone: Option<&PhoneNumber>,
        once: Once,
    ) -> Intent {
        let phone = phone.map_or("", PhoneNumber::e164).as_bytes();
        let (tenant, session) = (key.tenant, key.id);
        let parts: [&[u8]; 6] = [
            b"once",
            tenant.as_bytes(),
            session.as_bytes(),
            &once.0,
            method.as_str().as_bytes(),
            phone,
        ];
        Intent(self.parts.keyring.index(&parts))
    }
}
