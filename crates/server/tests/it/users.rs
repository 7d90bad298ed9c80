use axum::http::Method;
use countersign_core::accounts::{Email, UserKey, UserName, UserToken};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::Limits;
use countersign_core::time::{days, minutes, seconds};
use countersign_server::Settings;
use serde_json::{Value, json};

use crate::harness::{Answer, OTHER_PHONE, PHONE, TestServer};
use crate::sandbox::SIGNATURE;

const ME: &str = "/api/users/me";
const REQUEST: &str = "/api/users/request-phone-verify";

/// A server with one user, who has a token.
struct Scene {
    server: TestServer,
    user: UserKey,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let server = TestServer::with(Settings::default(), limits).await;
        let accounts = &server.app.accounts;
        let (name, email) = (UserName::parse("María"), Email::parse("Maria@Shop.Example"));
        let user = accounts.create(TenantId::DEFAULT, name, email).await.unwrap().user.key;
        let issued = accounts.issue_token(user, UserToken::LIFE).await.unwrap();
        let token = issued.secret.reveal().to_owned();
        Self { server, user, token }
    }

    async fn get(&self, path: &str) -> Answer {
        self.server.call(Method::GET, path).key(&self.token).send().await
    }

    async fn request(&self, body: impl std::fmt::Display) -> Answer {
        self.server.call(Method::POST, REQUEST).key(&self.token).json(body).send().await
    }

    async fn me(&self) -> Value {
        let answer = self.get(ME).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Has the user wait for a verification of a phone.
    async fn begin(&self, phone: &str) -> String {
        let verification = self.server.start_verification(json!({ "phone": phone })).await;
        let id = verification["id"].as_str().unwrap().to_owned();
        let number = PhoneNumber::from_trusted(phone).unwrap();
        let parsed = VerificationId::parse(&id).unwrap();
        self.server.app.accounts.begin_phone(self.user, &number, parsed).await.unwrap();
        id
    }

    async fn approve(&self, id: &str, phone: &str) {
        let code = self.server.sandbox.code(phone);
        let path = format!("/v1/verifications/{id}/check");
        let checked = self.server.post(&path, json!({ "code": code })).await;
        assert_eq!(checked.json()["status"], "approved");
    }
}

#[tokio::test]
async fn a_user_reads_their_own_profile_with_and_without_a_slash() {
    let scene = Scene::new().await;

    for path in [ME, "/api/users/me/"] {
        let answer = scene.get(path).await;

        assert_eq!(answer.status, 200, "{}", answer.text());
        let expected = json!({
            "id": scene.user.id.to_string(),
            "email": "maria@shop.example",
            "name": "María",
            "phone_number": null,
            "phone_verified": false,
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn both_calls_ask_for_a_token_that_works() {
    let scene = Scene::new().await;
    let server = &scene.server;
    let unknown = format!("Bearer cs_user_{}", "a".repeat(43));
    let api_key = format!("Bearer {}", server.key);
    let wrong_scheme = format!("Basic {}", scene.token);
    for (method, path) in [(Method::GET, ME), (Method::POST, REQUEST)] {
        for authorization in [None, Some(""), Some(&*unknown), Some(&api_key), Some(&wrong_scheme)]
        {
            let mut call = server.call(method.clone(), path);
            if let Some(authorization) = authorization {
                call = call.header("authorization", authorization);
            }

            let answer = call.json(json!({ "phone_number": PHONE })).send().await;

            assert_eq!(answer.problem(), (401, "not_signed_in".to_owned()), "{authorization:?}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let with_user_token =
        server.call(Method::GET, "/v1/verifications").key(&scene.token).send().await;
    assert_eq!(with_user_token.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_token_ends_with_its_time_or_when_it_is_revoked() {
    let scene = Scene::new().await;
    let accounts = &scene.server.app.accounts;
    let longer = accounts.issue_token(scene.user, days(60)).await.unwrap();
    let longer = longer.secret.reveal();
    let status =
        async |token: &str| scene.server.call(Method::GET, ME).key(token).send().await.status;

    scene.server.clock.advance(days(30));
    assert_eq!((status(&scene.token).await, status(longer).await), (401, 200));

    assert_eq!(accounts.revoke_tokens(scene.user).await.unwrap(), 1);
    assert_eq!(status(longer).await, 401);
    assert_eq!(accounts.clean().await.unwrap(), 0);
    scene.server.clock.advance(seconds(1));
    assert_eq!(accounts.clean().await.unwrap(), 1);
}

#[tokio::test]
async fn a_phone_is_verified_once_its_verification_is_approved() {
    let scene = Scene::new().await;
    let id = scene.begin(PHONE).await;
    let waiting = scene.me().await;
    assert_eq!(
        (&waiting["phone_number"], &waiting["phone_verified"]),
        (&json!(PHONE), &json!(false))
    );

    scene.approve(&id, PHONE).await;

    assert_eq!(scene.me().await["phone_verified"], true);
    let user = scene.server.app.accounts.find(scene.user).await.unwrap().unwrap().user;
    assert_eq!((user.pending, user.revision), (None, 2), "it is written down");
    assert_eq!(scene.me().await["phone_verified"], true);
}

#[tokio::test]
async fn an_approval_is_not_lost_when_nobody_asks() {
    let scene = Scene::new().await;
    let accounts = &scene.server.app.accounts;
    let id = scene.begin(PHONE).await;
    assert_eq!(accounts.settle_pending().await.unwrap(), 0);
    scene.approve(&id, PHONE).await;

    assert_eq!(accounts.settle_pending().await.unwrap(), 1);

    let user = accounts.find(scene.user).await.unwrap().unwrap().user;
    assert!(user.is_phone_verified() && user.pending.is_none());
    assert_eq!(accounts.settle_pending().await.unwrap(), 0);
}

#[tokio::test]
async fn a_verification_that_ended_leaves_the_phone_unverified() {
    let scene = Scene::new().await;
    let accounts = &scene.server.app.accounts;
    scene.begin(PHONE).await;
    scene.server.clock.advance(minutes(5));
    scene.server.app.verifications.expire_overdue().await.unwrap();

    let ended = accounts.settle_pending().await.unwrap();

    assert_eq!(ended, 1);
    assert_eq!(scene.me().await["phone_verified"], false);
    assert!(accounts.find(scene.user).await.unwrap().unwrap().user.pending.is_none());
}

#[tokio::test]
async fn the_verification_of_a_number_given_before_proves_nothing() {
    let scene = Scene::new().await;
    let first = scene.begin(PHONE).await;
    let second = scene.begin(OTHER_PHONE).await;

    scene.approve(&first, PHONE).await;
    let me = scene.me().await;
    assert_eq!((&me["phone_number"], &me["phone_verified"]), (&json!(OTHER_PHONE), &json!(false)));

    scene.approve(&second, OTHER_PHONE).await;
    assert_eq!(scene.me().await["phone_verified"], true);
}

#[tokio::test]
async fn a_page_may_ask_every_three_seconds() {
    let scene = Scene::new().await;
    scene.begin(PHONE).await;
    for _ in 0..200 {
        assert_eq!(scene.get(ME).await.status, 200);
        scene.server.clock.advance(seconds(3));
    }
}

#[tokio::test]
async fn what_is_no_request_for_a_phone_is_refused() {
    let scene = Scene::new().await;
    for (body, refusal) in [
        ("{", (400, "invalid_json")),
        ("{}", (422, "invalid_request")),
        ("{\"phone_number\":4915112345678}", (422, "invalid_request")),
        ("{\"phone_number\":\"\"}", (422, "invalid_phone")),
        ("{\"phone_number\":\"12\"}", (422, "invalid_phone")),
        ("{\"phone_number\":\"+80012345678\",\"page\":1}", (422, "unsuitable_number")),
    ] {
        let answer = scene.request(body).await;

        assert_eq!(answer.problem(), (refusal.0, refusal.1.to_owned()), "{body}");
    }
    assert_eq!(scene.me().await["phone_number"], Value::Null);
}

#[tokio::test]
async fn the_users_of_another_tenant_are_nobody_here() {
    let scene = Scene::new().await;
    let accounts = &scene.server.app.accounts;
    let name = countersign_core::tenants::TenantName::parse("other").unwrap();
    let other = scene.server.app.tenants.create(name).await.unwrap().id;
    let email = Email::parse("maria@shop.example").unwrap();

    assert!(accounts.find(UserKey { tenant: other, ..scene.user }).await.unwrap().is_none());
    assert!(accounts.with_email(other, &email).await.unwrap().is_none());
    let namesake = accounts.create(other, None, Some(email.clone())).await.unwrap();
    let again = accounts.create(TenantId::DEFAULT, None, Some(email)).await;

    assert_eq!(
        again.unwrap_err().to_string(),
        "another user of the tenant has this e-mail address"
    );
    assert_eq!(accounts.list(other, None, 10).await.unwrap(), [namesake]);
}

/// What somebody writes reaches the server.
async fn write(scene: &Scene, from: &str, text: &str, id: &str) {
    let at = scene.server.app.clock.now().rfc3339();
    let message = json!({ "from": from, "text": text, "id": id, "at": at });
    let webhook = scene
        .server
        .call(Method::POST, "/api/webhooks/whatsapp/")
        .header("x-hub-signature-256", SIGNATURE)
        .json(message);
    assert_eq!(webhook.send().await.status, 200);
}

/// The text that a deep link has WhatsApp write.
fn text_of(answer: &Answer) -> String {
    let link = answer.json()["deep_link"].as_str().unwrap().to_owned();
    let text = link.strip_prefix("https://wa.me/15550100200?text=").unwrap();
    text.replace("%20", " ").replace("%3A", ":")
}

#[tokio::test]
async fn a_message_with_the_digits_from_that_number_verifies_it() {
    let scene = Scene::new().await;
    let answer = scene.request(json!({ "phone_number": PHONE })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = text_of(&answer);
    let digits = text.strip_prefix("Verify Code: ").unwrap();
    assert!(digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{text}");
    assert_eq!(scene.me().await["phone_verified"], false);

    write(&scene, "33612345678", &text, "wamid.1").await;
    write(&scene, "4915112345678", "Verify Code: 000000", "wamid.2").await;
    assert_eq!(scene.me().await["phone_verified"], false);

    write(&scene, "4915112345678", &format!("{text} thanks"), "wamid.3").await;
    let me = scene.me().await;
    assert_eq!((&me["phone_verified"], &me["phone_number"]), (&json!(true), &json!(PHONE)));
}

#[tokio::test]
async fn the_digits_of_an_earlier_request_no_longer_count() {
    let scene = Scene::new().await;
    let first = text_of(&scene.request(json!({ "phone_number": PHONE })).await);
    let second = text_of(&scene.request(json!({ "phone_number": PHONE })).await);

    write(&scene, "4915112345678", &first, "wamid.1").await;
    if first != second {
        assert_eq!(scene.me().await["phone_verified"], false);
    }
    write(&scene, "4915112345678", &second, "wamid.2").await;
    assert_eq!(scene.me().await["phone_verified"], true);
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let limits = Limits { per_tenant_per_minute: 1, tenant_burst: 2, ..Limits::default() };
    let scene = Scene::with(limits).await;
    for _ in 0..2 {
        assert_eq!(scene.request(json!({ "phone_number": PHONE })).await.status, 200);
    }

    let answer = scene.request(json!({ "phone_number": PHONE })).await;

    assert_eq!(answer.problem(), (429, "rate_limited".to_owned()));
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
}
