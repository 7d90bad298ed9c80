//! The use cases: users, their tokens, and the proof of their phones.

use std::sync::Arc;
use std::time::Duration;

use super::{
    AccountStore, Email, PresentedToken, Profile, Settlement, User, UserKey, UserName, UserToken,
};
use crate::id::{TenantId, UserId, UserTokenId, VerificationId};
use crate::keyring::Keyring;
use crate::phone::PhoneNumber;
use crate::random::Entropy;
use crate::store::StoreError;
use crate::time::Clock;
use crate::verification::{ByDigits, CheckError, Client, StartError, Verifications};

/// What the service is made of.
pub struct AccountParts {
    pub store: Arc<dyn AccountStore>,
    pub verifications: Arc<Verifications>,
    pub keyring: Keyring,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// Users and their tokens.
pub struct Accounts {
    pub(super) parts: AccountParts,
}

/// A user with what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    pub user: User,
    pub profile: Profile,
}

/// A token that was just issued, with the text that is never shown again.
#[derive(Debug)]
pub struct IssuedToken {
    pub token: UserToken,
    pub secret: PresentedToken,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error("the tenant has no such user")]
    NoSuchUser,

    #[error("another user of the tenant has this e-mail address")]
    EmailTaken,

    #[error(transparent)]
    Start(#[from] StartError),

    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often a change is made again after somebody else changed the user first.
const TRIES: usize = 16;

impl Accounts {
    pub const fn new(parts: AccountParts) -> Self {
        Self { parts }
    }

    pub async fn create(
        &self,
        tenant: TenantId,
        name: Option<UserName>,
        email: Option<Email>,
    ) -> Result<UserView, AccountError> {
        let AccountParts { store, keyring, clock, entropy, .. } = &self.parts;
        let now = clock.now();
        let key = UserKey { tenant, id: UserId::generate(now, &**entropy) };
        let profile = Profile { name, email, phone: None };
        let user = User {
            key,
            profile: profile.seal(key, keyring),
            email: profile.email.as_ref().map(|email| email.key(tenant, keyring)),
            phone_verified_at: None,
            pending: None,
            created_at: now,
            revision: 0,
        };
        match store.add(&user).await {
            Ok(()) => Ok(UserView { user, profile }),
            Err(StoreError::Conflict) => Err(AccountError::EmailTaken),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn find(&self, key: UserKey) -> Result<Option<UserView>, StoreError> {
        let user = self.parts.store.find(key).await?;
        user.map(|user| self.view(user)).transpose()
    }

    pub async fn with_email(
        &self,
        tenant: TenantId,
        email: &Email,
    ) -> Result<Option<UserView>, StoreError> {
        let key = email.key(tenant, &self.parts.keyring);
        let user = self.parts.store.with_email(tenant, key).await?;
        user.map(|user| self.view(user)).transpose()
    }

    /// The newest first, those older than `before`.
    pub async fn list(
        &self,
        tenant: TenantId,
        before: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<UserView>, StoreError> {
        let users = self.parts.store.list(tenant, before, limit).await?;
        users.into_iter().map(|user| self.view(user)).collect()
    }

    pub async fn issue_token(
        &self,
        user: UserKey,
        life: Duration,
    ) -> Result<IssuedToken, AccountError> {
        let AccountParts { store, clock, entropy, .. } = &self.parts;
        store.find(user).await?.ok_or(AccountError::NoSuchUser)?;
        let (now, secret) = (clock.now(), PresentedToken::generate(&**entropy));
        let token = UserToken {
            id: UserTokenId::generate(now, &**entropy),
            user,
            digest: secret.digest(),
            created_at: now,
            expires_at: now.plus(life),
            revoked_at: None,
        };
        store.add_token(&token).await?;
        Ok(IssuedToken { token, secret })
    }

    /// Whose token it is; `None` for one that does not exist or no longer works.
    pub async fn authenticate(
        &self,
        token: &PresentedToken,
    ) -> Result<Option<UserKey>, StoreError> {
        let found = self.parts.store.token_with_digest(&token.digest()).await?;
        let now = self.parts.clock.now();
        Ok(found.filter(|token| token.is_usable(now)).map(|token| token.user))
    }

    /// Ends every token of a user at once. Answers how many there were.
    pub async fn revoke_tokens(&self, user: UserKey) -> Result<usize, AccountError> {
        let AccountParts { store, clock, .. } = &self.parts;
        store.find(user).await?.ok_or(AccountError::NoSuchUser)?;
        Ok(store.revoke_tokens(user, clock.now()).await?)
    }

    /// A user as they stand now: what a verification came to in the meantime is written down
    /// first.
    pub async fn me(&self, user: UserKey) -> Result<Option<UserView>, StoreError> {
        self.settled(user).await?.map(|user| self.view(user)).transpose()
    }

    /// Starts a verification of a number that the user typed: they prove it by writing to us. It
    /// takes the place of the one they waited for.
    pub async fn request_phone_verification(
        &self,
        user: UserKey,
        typed: &str,
        client: Client,
    ) -> Result<ByDigits, AccountError> {
        let before = self.settled(user).await?.ok_or(AccountError::NoSuchUser)?;
        let verifications = &self.parts.verifications;
        let reference = Some(user.id.to_string());
        let started = verifications.start_by_digits(user.tenant, typed, client, reference).await?;
        self.begin_phone(user, &started.phone, started.id).await?;
        if let Some(id) = before.pending.filter(|id| *id != started.id) {
            match verifications.cancel(user.tenant, id).await {
                Ok(_) | Err(CheckError::NotFound | CheckError::Ended(_)) => {}
                // The new one stands; the old one expires by itself.
                Err(error) => tracing::debug!(%error, "Could not cancel the verification before"),
            }
        }
        Ok(started)
    }

    /// Has a user wait for a verification of a number. Whatever they waited for before counts no
    /// more for them.
    pub async fn begin_phone(
        &self,
        key: UserKey,
        phone: &PhoneNumber,
        verification: VerificationId,
    ) -> Result<UserView, AccountError> {
        for _ in 0..TRIES {
            let view = self.find(key).await?.ok_or(AccountError::NoSuchUser)?;
            let UserView { mut user, mut profile } = view;
            user.begin_phone(&mut profile, phone, verification, &self.parts.keyring);
            if self.save(&user).await? {
                return Ok(UserView { user, profile });
            }
        }
        Err(busy().into())
    }

    /// Writes down what the user's verification came to, if it came to anything. `None` when
    /// somebody else changed the user first.
    pub(super) async fn settle(&self, mut user: User) -> Result<Option<User>, StoreError> {
        let Some(id) = user.pending else { return Ok(Some(user)) };
        let found = self.parts.verifications.find(user.key.tenant, id).await?;
        let verification = found.as_ref().map(|view| &*view.verification);
        let Some(settlement) = Settlement::of(verification) else { return Ok(Some(user)) };
        user.settle(settlement);
        Ok(self.save(&user).await?.then_some(user))
    }

    /// Answers whether it was saved: somebody else may have changed it first.
    pub(super) async fn save(&self, user: &User) -> Result<bool, StoreError> {
        match self.parts.store.save(user).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn view(&self, user: User) -> Result<UserView, StoreError> {
        let corrupt = || StoreError::Corrupt { table: "users", id: user.key.id.to_string() };
        let profile = Profile::open(&user.profile, user.key, &self.parts.keyring);
        let profile = profile.ok_or_else(corrupt)?;
        Ok(UserView { user, profile })
    }

    async fn settled(&self, key: UserKey) -> Result<Option<User>, StoreError> {
        for _ in 0..TRIES {
            let Some(user) = self.parts.store.find(key).await? else { return Ok(None) };
            if let Some(user) = self.settle(user).await? {
                return Ok(Some(user));
            }
        }
        Err(busy())
    }
}

/// Others keep changing the same user; the same call may succeed in a moment.
fn busy() -> StoreError {
    StoreError::unavailable("others kept changing the same user")
}
