//! A server of a test's own.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request};
use axum::response::Response;
use countersign_core::app::{App, Parts};
use countersign_core::channel::Channel;
use countersign_core::delivery::DeliverySettings;
use countersign_core::id::TenantId;
use countersign_core::keyring::{Keyring, SecretKey};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{Limits, Policy, RoutePolicy, TestNumber};
use countersign_core::tenants::{
    BrandChange, Integration, Integrations, KeyMode, Scopes, TenantName, TestKeys,
};
use countersign_core::testing::{CountingEntropy, ManualClock, minimal_integration};
use countersign_server::{OtpSettings, Peer, Settings, router};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::sandbox::Sandbox;

pub const PHONE: &str = "+4915112345678";
pub const OTHER_PHONE: &str = "+4915112345679";
pub const VERIFY_TOKEN: &str = "verify-me";

pub struct TestServer {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub sandbox: Arc<Sandbox>,
    /// A key of the default tenant that may do everything.
    pub key: String,
    router: Router,
    // Dropping it stops what runs in the background.
    _stop: watch::Sender<bool>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A request that is being put together.
pub struct Call<'a> {
    server: &'a TestServer,
    request: Request<Body>,
}

/// Where the server of a test says that it is.
pub const PUBLIC_URL: &str = "https://verify.example";

/// A server that has pages to give out.
pub fn public_settings() -> Settings {
    Settings { public_url: Some(PUBLIC_URL.to_owned()), ..Settings::default() }
}

pub fn otp_settings() -> Settings {
    let otp = OtpSettings { enabled: true, ..OtpSettings::default() };
    Settings { otp, ..Settings::default() }
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(otp_settings(), Limits::default()).await
    }

    pub async fn with(settings: Settings, limits: Limits) -> Self {
        Self::of(settings, Policy { limits, ..Policy::default() }, vec![integration()]).await
    }

    /// Before anybody has connected an account.
    pub async fn without_accounts() -> Self {
        Self::of(public_settings(), Policy::default(), Vec::new()).await
    }

    /// A developer's own, where test keys are like any other.
    pub async fn of_a_developer() -> Self {
        let accounts = vec![integration()];
        Self::that_takes(TestKeys::Tenant, otp_settings(), Policy::default(), accounts).await
    }

    async fn of(settings: Settings, policy: Policy, accounts: Vec<Integration>) -> Self {
        Self::that_takes(TestKeys::Twin, settings, policy, accounts).await
    }

    async fn that_takes(
        test_keys: TestKeys,
        settings: Settings,
        policy: Policy,
        accounts: Vec<Integration>,
    ) -> Self {
        let clock = Arc::new(ManualClock::default());
        let sandbox = Arc::new(Sandbox::default());
        let app = app(&clock, &sandbox, test_keys, policy, accounts).await;
        app.tenants.ensure_default().await.unwrap();
        let key = new_key(&app, TenantId::DEFAULT, KeyMode::Live, Scopes::ALL).await;
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(app.delivery.clone().run(stopped));
        let router = router(app.clone(), &settings);
        Self { app, clock, sandbox, key, router, _stop: stop }
    }

    /// With pages.
    pub async fn hosted() -> Self {
        Self::with(public_settings(), Limits::default()).await
    }

    /// With pages, and accounts for both channels.
    pub async fn both_channels(routes: RoutePolicy) -> Self {
        let policy = Policy { routes, ..Policy::default() };
        Self::of(public_settings(), policy, vec![integration(), sms_integration()]).await
    }

    /// With an account, and one for when that one fails.
    pub async fn with_reserve() -> Self {
        let reserve = Integration { name: "reserve".to_owned(), weight: 0, ..integration() };
        Self::of(otp_settings(), Policy::default(), vec![integration(), reserve]).await
    }

    /// With a number whose code is known.
    pub async fn testing(number: &str, code: &str) -> Self {
        let number = PhoneNumber::from_trusted(number).unwrap();
        let test_numbers = vec![TestNumber { number, code: code.into() }];
        let policy = Policy { test_numbers, ..Policy::default() };
        Self::of(otp_settings(), policy, vec![integration(), sms_integration()]).await
    }

    /// With a template in these languages.
    pub async fn in_languages(languages: &[&str]) -> Self {
        let languages = languages.iter().map(|&language| language.to_owned()).collect();
        let account = Integration { languages, ..integration() };
        Self::of(otp_settings(), Policy::default(), vec![account]).await
    }

    /// Changes what people see of the default tenant.
    pub async fn brand(&self, change: BrandChange) {
        self.app.tenants.change_brand(TenantId::DEFAULT, change).await.unwrap();
    }

    /// Registers the one address that pages may lead back to.
    pub async fn register(&self, address: &str) {
        let return_urls = Some(vec![address.to_owned()]);
        self.brand(BrandChange { return_urls, ..BrandChange::default() }).await;
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// A key of the default tenant with some scopes.
    pub async fn key_with(&self, scopes: &str) -> String {
        let scopes = Scopes::parse(scopes).unwrap();
        new_key(&self.app, TenantId::DEFAULT, KeyMode::Live, scopes).await
    }

    /// A test key of the default tenant that may do everything.
    pub async fn test_key(&self) -> String {
        new_key(&self.app, TenantId::DEFAULT, KeyMode::Test, Scopes::ALL).await
    }

    /// A key of another tenant.
    pub async fn foreign_key(&self) -> String {
        let name = TenantName::parse("other").unwrap();
        let tenant = self.app.tenants.create(name).await.unwrap();
        new_key(&self.app, tenant.id, KeyMode::Live, Scopes::ALL).await
    }

    /// A call without a key.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
        request.extensions_mut().insert(Peer { address, is_stopping: false });
        Call { server: self, request }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).key(&self.key).send().await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path).key(&self.key).json(body).send().await
    }

    /// Starts a verification and waits until its message is out. Answers the verification.
    pub async fn start_verification(&self, body: Value) -> Value {
        let answer = self.post("/v1/verifications", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        self.settle().await;
        answer.json()
    }

    /// Sends whatever is due.
    pub async fn settle(&self) {
        self.app.delivery.deliver_due().await.unwrap();
        // What the background has claimed is settled before it looks again.
        while self.app.delivery.deliver_due().await.unwrap() > 0 {}
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

impl Call<'_> {
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    pub fn json(self, body: impl Display) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    pub fn peer(mut self, peer: Peer) -> Self {
        self.request.extensions_mut().insert(peer);
        self
    }

    /// The answer before its body has come.
    pub async fn answer(self) -> Response {
        self.server.router.clone().oneshot(self.request).await.unwrap()
    }

    pub async fn send(self) -> Answer {
        let response = self.answer().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the code of a problem, which must be a whole one.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        let code = problem["code"].as_str().unwrap().to_owned();
        assert_eq!(problem["type"], format!("/docs/problems#{code}"));
        assert_eq!(problem["status"], self.status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for field in ["title", "detail"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{problem}");
        }
        (self.status, code)
    }
}

async fn app(
    clock: &Arc<ManualClock>,
    sandbox: &Arc<Sandbox>,
    test_keys: TestKeys,
    policy: Policy,
    accounts: Vec<Integration>,
) -> App {
    let storage = countersign_storage::memory();
    let entropy = Arc::new(CountingEntropy::default());
    let secret = SecretKey::parse(&"5a".repeat(32)).unwrap();
    let keyring = Keyring::open(&secret, None, &*storage.keys, entropy.clone()).await.unwrap();
    App::new(Parts {
        ledger: storage.ledger,
        verifications: storage.verifications,
        tenants: storage.tenants,
        sessions: storage.sessions,
        accounts: storage.accounts,
        insights: storage.insights,
        signals: storage.signals,
        keyring,
        integrations: Integrations::new(accounts),
        test_keys,
        providers: vec![sandbox.clone()],
        policy: Arc::new(policy),
        default_region: None,
        link_base: "https://wa.me".to_owned(),
        clock: clock.clone(),
        entropy,
        delivery: DeliverySettings::default(),
    })
}

fn integration() -> Integration {
    Integration {
        business_account: Some("311200440055660".to_owned()),
        verify_token: VERIFY_TOKEN.into(),
        business_number: Some("15550100200".to_owned()),
        ..minimal_integration()
    }
}

fn sms_integration() -> Integration {
    Integration {
        name: "sms".to_owned(),
        channels: vec![Channel::Sms],
        business_number: None,
        ..integration()
    }
}

async fn new_key(app: &App, tenant: TenantId, mode: KeyMode, scopes: Scopes) -> String {
    let created = app.tenants.create_key(tenant, "test", mode, scopes).await.unwrap();
    created.secret.reveal().to_owned()
}
