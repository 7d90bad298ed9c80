//! An installation without a provider: messages are queued and never leave.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::app::{App, Parts};
use countersign_core::delivery::DeliverySettings;
use countersign_core::hosted::{
    Intent, NewSession, Once, Page, PageView, SendRequest, SessionKey, Typed,
};
use countersign_core::id::TenantId;
use countersign_core::keyring::{Keyring, SecretKey};
use countersign_core::policy::{Limits, Policy};
use countersign_core::random::{Entropy, SystemEntropy};
use countersign_core::tenants::{BrandChange, Integration, Integrations, TestKeys};
use countersign_core::testing::{ManualClock, minimal_integration};
use countersign_core::time::Clock;
use countersign_core::verification::{
    Client, Details, Idempotency, Listing, Method, Purpose, Verification, VerificationKey,
};
use countersign_storage::{Opened, Storage, StorageSettings, Target};
use tempfile::TempDir;

use super::server::TestDatabase;

pub(crate) const TENANT: TenantId = TenantId::DEFAULT;
pub(crate) const PHONE: &str = "+4915112345678";
pub(crate) const OTHER_PHONE: &str = "+4915187654321";

pub(crate) struct Scene {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) storage: Storage,
    keyring: Keyring,
    entropy: SystemEntropy,
    opened: Option<Opened>,
    _folder: Option<TempDir>,
    _database: Option<TestDatabase>,
}

impl Scene {
    pub(crate) async fn memory() -> Self {
        Self::over(countersign_storage::memory()).await
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("c.db"));
        Self { _folder: Some(folder), ..Self::open(target).await }
    }

    pub(crate) async fn postgres() -> Self {
        let database = TestDatabase::create();
        let target = Target::parse(database.url()).unwrap();
        Self { _database: Some(database), ..Self::open(target).await }
    }

    async fn open(target: Target) -> Self {
        let settings = StorageSettings::new(target, ManualClock::default().now());
        let opened = countersign_storage::open(settings).await.unwrap();
        let storage = opened.storage().clone();
        Self { opened: Some(opened), ..Self::over(storage).await }
    }

    async fn over(storage: Storage) -> Self {
        let secret = "5a".repeat(32);
        let (clock, keyring) = (Arc::default(), keyring(&storage, &secret, None).await);
        let app = app(&storage, &clock, keyring.clone());
        app.tenants.ensure_default().await.unwrap();
        let return_urls = Some(vec!["https://shop.example/done".to_owned()]);
        let change = BrandChange { return_urls, ..BrandChange::default() };
        app.tenants.change_brand(TENANT, change).await.unwrap();
        let entropy = SystemEntropy::new();
        Self { app, clock, storage, keyring, entropy, opened: None, _folder: None, _database: None }
    }

    /// The same installation after its secret key was replaced.
    pub(crate) async fn with_rotated_key(&self) -> App {
        let (new, old) = ("b7".repeat(32), "5a".repeat(32));
        let keyring = keyring(&self.storage, &new, Some(&old)).await;
        app(&self.storage, &self.clock, keyring)
    }

    pub(crate) async fn close(self) {
        drop(self.app);
        if let Some(opened) = self.opened {
            opened.close().await;
        }
    }

    pub(crate) fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    pub(crate) fn once(&self) -> Once {
        Once::generate(&self.entropy)
    }

    pub(crate) fn request(&self) -> Idempotency {
        let key = countersign_core::random::bytes(&self.entropy);
        Idempotency { key, fingerprint: key }
    }

    /// A session whose number the person types.
    pub(crate) async fn session(&self) -> Page {
        self.session_of(None).await
    }

    pub(crate) async fn session_of(&self, phone: Option<&str>) -> Page {
        let new = new_session(phone);
        page(self.app.hosted.create(TENANT, new).await.unwrap().view.session.key)
    }

    pub(crate) async fn look(&self, page: &Page) -> PageView {
        self.app.hosted.look(page).await.unwrap().unwrap()
    }

    pub(crate) async fn send(&self, page: &Page, phone: &str) -> PageView {
        self.app.hosted.send(page, typed(phone, self.once())).await.unwrap()
    }

    /// The code of the verification that a page shows.
    pub(crate) fn code_of(&self, view: &PageView) -> String {
        let verification = shown(view);
        let held = verification.code.as_ref().unwrap();
        let code = held.open(&verification.place(), &self.keyring).unwrap();
        code.reveal().expose().clone()
    }

    /// Every verification of the tenant, with how many messages each has.
    pub(crate) async fn all(&self) -> Vec<(VerificationKey, usize)> {
        let found = self.app.verifications.list(&self.everything()).await.unwrap();
        found.iter().map(|view| (view.verification.key, view.messages.len())).collect()
    }

    pub(crate) fn everything(&self) -> Listing {
        Listing {
            tenant: TENANT,
            state: None,
            number: None,
            purpose: None,
            created_after: None,
            before: None,
            limit: 100,
            now: self.clock.now(),
        }
    }
}

/// Under what the verification of a page was started.
pub(crate) fn intent_of(view: &PageView) -> Intent {
    Intent(shown(view).idempotency.unwrap().key)
}

pub(crate) fn page(key: SessionKey) -> Page {
    Page::Session(key)
}

pub(crate) fn shown(view: &PageView) -> &Verification {
    &view.verification.as_ref().unwrap().verification
}

pub(crate) fn new_session(phone: Option<&str>) -> NewSession {
    NewSession {
        phone: phone.map(str::to_owned),
        purpose: Purpose::Verify,
        locale: Some("es".to_owned()),
        details: Details { reference: Some("order 7".to_owned()), ..Details::default() },
        idempotency: None,
    }
}

pub(crate) fn typed(phone: &str, once: Once) -> SendRequest {
    SendRequest {
        typed: Typed { phone: phone.to_owned(), region: None, once },
        method: Method::Code,
        channel: None,
        locale: None,
        client: Client::default(),
    }
}

async fn keyring(storage: &Storage, active: &str, previous: Option<&str>) -> Keyring {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let active = SecretKey::parse(active).unwrap();
    let previous = previous.map(|text| SecretKey::parse(text).unwrap());
    Keyring::open(&active, previous.as_ref(), &*storage.keys, entropy).await.unwrap()
}

fn app(storage: &Storage, clock: &Arc<ManualClock>, keyring: Keyring) -> App {
    App::new(Parts {
        ledger: storage.ledger.clone(),
        verifications: storage.verifications.clone(),
        tenants: storage.tenants.clone(),
        sessions: storage.sessions.clone(),
        accounts: storage.accounts.clone(),
        insights: storage.insights.clone(),
        signals: storage.signals.clone(),
        keyring,
        integrations: Integrations::new(vec![integration()]),
        test_keys: TestKeys::Twin,
        providers: Vec::new(),
        policy: Arc::new(Policy { limits: Limits::default(), ..Policy::default() }),
        link_base: "https://wa.me".to_owned(),
        default_region: None,
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy::new()),
        delivery: DeliverySettings::default(),
    })
}

fn integration() -> Integration {
    Integration {
        tenant: TENANT,
        provider: "none",
        business_number: Some("15550100200".to_owned()),
        ..minimal_integration()
    }
}
