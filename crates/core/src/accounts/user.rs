//! A user, and the rules of the phone that they prove.

use super::{EmailKey, Profile};
use crate::id::{TenantId, UserId, VerificationId};
use crate::keyring::{Keyring, Sealed};
use crate::phone::PhoneNumber;
use crate::time::Timestamp;
use crate::verification::{State, Verification};

/// A user and the tenant that owns it. Nothing is looked up by the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserKey {
    pub tenant: TenantId,
    pub id: UserId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub key: UserKey,
    /// The [`Profile`], sealed.
    pub profile: Sealed,
    /// Under what the address of the profile is found.
    pub email: Option<EmailKey>,
    /// When the number of the profile was proved.
    pub phone_verified_at: Option<Timestamp>,
    /// The verification that is to prove the number of the profile.
    pub pending: Option<VerificationId>,
    pub created_at: Timestamp,
    /// Grows with each change, so that of two changes of one state the second is refused.
    pub revision: u32,
}

/// What the verification that a user waits for came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The phone was proved then.
    Approved(Timestamp),
    /// It will not be proved by this one.
    Ended,
}

impl Settlement {
    /// `None` while it may still be approved. One that is gone was kept long past its end.
    ///
    /// What is written down counts and not the time: a message that was sent in time may be
    /// filed a moment after it.
    pub fn of(verification: Option<&Verification>) -> Option<Self> {
        let Some(verification) = verification else { return Some(Self::Ended) };
        match verification.state {
            State::Pending => None,
            State::Approved => {
                Some(Self::Approved(verification.ended_at.unwrap_or(verification.created_at)))
            }
            State::Expired | State::Canceled | State::Exhausted | State::Undeliverable => {
                Some(Self::Ended)
            }
        }
    }
}

impl User {
    pub const fn is_phone_verified(&self) -> bool {
        self.phone_verified_at.is_some()
    }

    /// Waits for a verification of a number. A number that was proved stays so until another one
    /// takes its place.
    pub fn begin_phone(
        &mut self,
        profile: &mut Profile,
        phone: &PhoneNumber,
        verification: VerificationId,
        keyring: &Keyring,
    ) {
        if profile.phone.as_ref() != Some(phone) {
            profile.phone = Some(phone.clone());
            self.profile = profile.seal(self.key, keyring);
            self.phone_verified_at = None;
        }
        self.pending = Some(verification);
        self.revision += 1;
    }

    /// Writes down what the verification it waits for came to.
    pub fn settle(&mut self, settlement: Settlement) {
        match settlement {
            Settlement::Approved(at) => self.phone_verified_at = Some(at),
            Settlement::Ended => {}
        }
        self.pending = None;
        self.revision += 1;
    }

    /// Puts the profile under the active key.
    pub(super) fn reseal(&mut self, profile: &Profile, keyring: &Keyring) {
        self.profile = profile.seal(self.key, keyring);
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemEntropy;
    use crate::testing::test_keyring;
    use crate::time::minutes;

    const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

    struct Scene {
        keyring: Keyring,
        user: User,
        profile: Profile,
    }

    async fn scene() -> Scene {
        let keyring = test_keyring(1).await;
        let id = UserId::generate(NOW, &SystemEntropy::new());
        let key = UserKey { tenant: TenantId::DEFAULT, id };
        let profile = Profile::default();
        let user = User {
            key,
            profile: profile.seal(key, &keyring),
            email: None,
            phone_verified_at: None,
            pending: None,
            created_at: NOW,
            revision: 0,
        };
        Scene { keyring, user, profile }
    }

    impl Scene {
        fn ask(&mut self, e164: &str) -> VerificationId {
            let id = VerificationId::generate(NOW, &SystemEntropy::new());
            let phone = PhoneNumber::from_trusted(e164).unwrap();
            self.user.begin_phone(&mut self.profile, &phone, id, &self.keyring);
            id
        }

        fn stored_phone(&self) -> Option<String> {
            let profile = Profile::open(&self.user.profile, self.user.key, &self.keyring).unwrap();
            profile.phone.map(|phone| phone.e164().to_owned())
        }
    }

    #[tokio::test]
    async fn a_phone_is_proved_by_the_verification_that_was_begun_for_it() {
        let mut scene = scene().await;
        let id = scene.ask("+4915112345678");
        assert_eq!((scene.user.pending, scene.user.is_phone_verified()), (Some(id), false));

        scene.user.settle(Settlement::Approved(NOW.plus(minutes(1))));

        assert_eq!(scene.user.phone_verified_at, Some(NOW.plus(minutes(1))));
        assert_eq!((scene.user.pending, scene.user.revision), (None, 2));
        assert_eq!(scene.stored_phone().as_deref(), Some("+4915112345678"));
    }

    #[tokio::test]
    async fn asking_for_the_same_number_again_takes_nothing_away() {
        let mut scene = scene().await;
        scene.ask("+4915112345678");
        scene.user.settle(Settlement::Approved(NOW));

        scene.ask("+4915112345678");
        scene.user.settle(Settlement::Ended);

        assert_eq!(scene.user.phone_verified_at, Some(NOW));
    }

    #[tokio::test]
    async fn another_number_has_to_be_proved_anew() {
        let mut scene = scene().await;
        scene.ask("+4915112345678");
        scene.user.settle(Settlement::Approved(NOW));

        scene.ask("+4915112345679");

        assert!(!scene.user.is_phone_verified());
        assert_eq!(scene.stored_phone().as_deref(), Some("+4915112345679"));
    }

    #[tokio::test]
    async fn a_profile_opens_only_for_its_user() {
        let Scene { keyring, user, .. } = scene().await;
        let other = UserKey { id: UserId::generate(NOW, &SystemEntropy::new()), ..user.key };

        assert!(Profile::open(&user.profile, user.key, &keyring).is_some());
        assert!(Profile::open(&user.profile, other, &keyring).is_none());
    }
}
