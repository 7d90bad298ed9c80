//! The users of an installation: many who change one at once, and a change of the secret key.
#![expect(clippy::unwrap_used, reason = "a test may panic, and has no users")]

use std::sync::Arc;

use countersign_core::accounts::{Email, UserName};
use countersign_core::app::{App, Parts};
use countersign_core::delivery::DeliverySettings;
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::{Keyring, SecretKey};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::Policy;
use countersign_core::random::SystemEntropy;
use countersign_core::tenants::{Integrations, TestKeys};
use countersign_core::testing::ManualClock;
use countersign_storage::{Storage, memory};
use tokio::task::JoinSet;

const TENANT: TenantId = TenantId::DEFAULT;

async fn app(storage: &Storage, active: &str, previous: Option<&str>) -> App {
    let entropy = Arc::new(SystemEntropy::new());
    let key = |byte: &str| SecretKey::parse(&byte.repeat(32)).unwrap();
    let (active, previous) = (key(active), previous.map(key));
    let keyring =
        Keyring::open(&active, previous.as_ref(), &*storage.keys, entropy.clone()).await.unwrap();
    App::new(Parts {
        ledger: storage.ledger.clone(),
        verifications: storage.verifications.clone(),
        tenants: storage.tenants.clone(),
        sessions: storage.sessions.clone(),
        accounts: storage.accounts.clone(),
        insights: storage.insights.clone(),
        signals: storage.signals.clone(),
        keyring,
        integrations: Integrations::default(),
        test_keys: TestKeys::Twin,
        providers: Vec::new(),
        policy: Arc::new(Policy::default()),
        link_base: "https://wa.me".to_owned(),
        default_region: None,
        clock: Arc::new(ManualClock::default()),
        entropy,
        delivery: DeliverySettings::default(),
    })
}

#[tokio::test]
async fn users_outlive_the_secret_key_that_they_were_stored_under() {
    let storage = memory();
    let (name, email) = (UserName::parse("María"), Email::parse("maria@shop.example"));
    let before = app(&storage, "aa", None).await.accounts;
    let created = before.create(TENANT, name, email.clone()).await.unwrap();
    assert_eq!(before.reseal().await.unwrap(), 0);

    let between = app(&storage, "bb", Some("aa")).await.accounts;
    assert_eq!(between.reseal().await.unwrap(), 1);
    assert_eq!(between.reseal().await.unwrap(), 0);

    let after = app(&storage, "bb", None).await.accounts;
    let found = after.find(created.user.key).await.unwrap().unwrap();
    assert_eq!(found.profile, created.profile);
    let found = after.with_email(TENANT, &email.unwrap()).await.unwrap().unwrap();
    assert_eq!(found.user.key, created.user.key);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_numbers_given_at_once_one_is_waited_for_with_its_own_verification() {
    let storage = memory();
    let app = app(&storage, "aa", None).await;
    let user = app.accounts.create(TENANT, None, None).await.unwrap().user.key;
    let phone = |n: u32| PhoneNumber::from_trusted(&format!("+4915112345{n:03}")).unwrap();
    let now = app.clock.now();
    let ids: Vec<VerificationId> =
        (0..8).map(|_| VerificationId::generate(now, &SystemEntropy::new())).collect();
    let mut calls = JoinSet::new();
    for (n, id) in (0_u32..).zip(ids.clone()) {
        let accounts = app.accounts.clone();
        calls.spawn(async move { accounts.begin_phone(user, &phone(n), id).await.map(drop) });
    }

    for outcome in calls.join_all().await {
        outcome.unwrap();
    }

    let view = app.accounts.find(user).await.unwrap().unwrap();
    assert_eq!(view.user.revision, 8);
    let winner = (0_u32..8).zip(ids).find(|(n, _)| view.profile.phone == Some(phone(*n)));
    assert_eq!(view.user.pending, winner.map(|(_, id)| id));
}
