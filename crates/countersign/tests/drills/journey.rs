//! A long walk through everything that the server answers, with secrets wherever they may be said.

use serde_json::json;

use crate::client::{Answer, Client, Request};
use crate::stage::{APP_SECRET, KEY, Stage, VERIFY_TOKEN, code, wrong};
use crate::webhook;

pub(crate) const TEXT: &str = "kanarienvogel Geständnis 7731";
pub(crate) const NAME: &str = "Kanaria Vögelein";
pub(crate) const EMAIL: &str = "canary.person+x@inbox.example";
pub(crate) const REFERENCE: &str = "canary-reference-5531";
pub(crate) const JUNK: &str = "canary-junk-in-a-body-9917";
pub(crate) const OTHER_KEY: &str = "cs_live_C4naryKey00000000000000000000000000000000zQ";

/// What was learnt on the way.
#[derive(Default)]
pub(crate) struct Journey {
    /// What must stay secret, by its name.
    pub(crate) secrets: Vec<(String, String)>,
    /// What the server said where it must not say them.
    pub(crate) said: Vec<u8>,
    /// What was sent as nonsense: a caller may be told which word was wrong, a log may not.
    pub(crate) junk: Vec<(String, String)>,
    pub(crate) requests: usize,
    pub(crate) key: Option<&'static str>,
}

impl Journey {
    pub(crate) fn walk(stage: &Stage) -> Self {
        let mut journey = Self { key: Some(KEY), ..Self::default() };
        let mut client = Client::new(stage.addresses[0]);
        journey.verify(stage, &mut client);
        journey.fail_to_send(stage, &mut client);
        journey.ask_badly(&mut client);
        journey.ask_as_nobody(&mut client);
        journey.otp(stage, &mut client);
        journey.webhooks(stage, &mut client);
        journey.pages(stage, &mut client);
        for path in [
            "/metrics",
            "/docs",
            "/docs/problems",
            "/openapi.json",
            "/healthz",
            "/readyz",
            "/nothing",
        ] {
            let answer = journey.ask(&mut client, Request::get(path));
            journey.said.extend(answer.body);
        }
        journey
    }

    /// Sends, and keeps what may be read by others than the tenant: the headers always, the body
    /// of everything that is refused.
    pub(crate) fn ask(&mut self, client: &mut Client, request: Request) -> Answer {
        let request = match self.key {
            Some(key) => request.header("authorization", &format!("Bearer {key}")),
            None => request,
        };
        let answer = client.send(&request).unwrap();
        self.requests += 1;
        assert_ne!(answer.status, 500, "{answer:?}");
        self.said.extend(answer.head.as_bytes());
        if answer.status >= 300 {
            self.said.extend(&answer.body);
        }
        answer
    }

    pub(crate) fn secret(&mut self, name: &str, secret: &str) {
        self.secrets.push((name.to_owned(), secret.to_owned()));
    }

    pub(crate) fn phone(&mut self, phone: &str, national: &str) {
        self.secret("a phone", phone);
        self.secret("a phone's digits", &phone[1..]);
        self.secret("a national number", national);
    }

    fn verify(&mut self, stage: &Stage, client: &mut Client) {
        for (phone, national, purpose) in [
            ("+4915112340001", "015112340001", "verify"),
            ("+919876501234", "09876501234", "login"),
            ("+5511987650123", "11987650123", "recovery"),
            ("+525512340001", "5512340001", "step_up"),
        ] {
            self.phone(phone, national);
            let body = json!({
                "phone": phone,
                "purpose": purpose,
                "reference": REFERENCE,
                "metadata": { "email": EMAIL },
                "client": { "ip": "203.0.113.77", "user_agent": "canary" },
            });
            let request =
                Request::post("/v1/verifications", &body).header("idempotency-key", phone);
            let started = self.ask(client, request);
            assert_eq!(started.status, 201, "{started:?}");
            let id = started.field("id");
            let code = code(&mut stage.phones(), phone, 20).unwrap();
            self.secret("a code", &code);
            let path = format!("/v1/verifications/{id}");
            let of_check =
                |code: &str| Request::post(&format!("{path}/check"), &json!({ "code": code }));
            self.ask(client, of_check(&wrong(&code, 1)));
            self.ask(client, of_check(&format!("{code}-{JUNK}")));
            // Mistakes that clients make: a code as a number, a code in another field.
            let number: u64 = code.parse().unwrap();
            self.ask(client, Request::post(&format!("{path}/check"), &json!({ "code": number })));
            self.ask(client, Request::post(&format!("{path}/check"), &json!(code)));
            self.ask(client, Request::post(&format!("{path}/resend"), &json!({})));
            self.ask(client, Request::post("/v1/verifications", &body));
            self.ask(client, Request::get(&path));
            self.ask(client, Request::get(&format!("/v1/verifications?phone=%2B{}", &phone[1..])));
            self.ask(client, Request::get(&format!("/v1/verifications?phone={national}")));
            if purpose == "recovery" {
                self.ask(client, Request::post(&format!("{path}/cancel"), &json!({})));
            }
            if purpose == "step_up" {
                self.ask(client, of_check(&wrong(&code, 2)));
                self.ask(client, of_check(&wrong(&code, 3)));
            }
            self.ask(client, of_check(&code));
            self.ask(client, of_check(&code));
        }
    }

    /// Phones that the provider refuses, at once and later, for its own sake and for ours.
    fn fail_to_send(&mut self, stage: &Stage, client: &mut Client) {
        for (phone, behaviour) in [
            ("+4915112350001", json!({ "error_code": 190 })),
            ("+4915112350002", json!({ "error_code": 131_026 })),
            ("+4915112350003", json!({ "error_code": 131_026, "error_async": true })),
            ("+4915112350004", json!({ "http_status": 502 })),
            ("+4915112350005", json!({ "duplicate": true, "reorder": true })),
        ] {
            self.phone(phone, &phone.replace("+49", "0"));
            stage.phone(phone, &behaviour);
            let started =
                self.ask(client, Request::post("/v1/verifications", &json!({ "phone": phone })));
            assert_eq!(started.status, 201, "{started:?}");
        }
    }

    fn ask_badly(&mut self, client: &mut Client) {
        self.junk.push(("junk".to_owned(), JUNK.to_owned()));
        for body in [
            format!("{{\"phone\":\"{JUNK}\"}}"),
            format!("{{\"phone\":\"+4915112340001\",\"{JUNK}\":1}}"),
            format!("{{\"phone\":\"+4915112340001 ext {JUNK}\"}}"),
            format!("{{\"phone\":\"+4915112340001\",\"locale\":\"{JUNK}\"}}"),
            format!("{{\"phone\":\"+4915112340001\",\"return_url\":\"{JUNK}\"}}"),
            format!("{{\"phone\":\"+4915112340001\",\"client\":{{\"ip\":\"{JUNK}\"}}}}"),
            format!("{{\"phone\":\"+4915112340001\",\"purpose\":\"{JUNK}\"}}"),
            "{\"phone\":4915112340001}".to_owned(),
            "{\"phone\":[\"+4915112340001\"]}".to_owned(),
            "{\"purpose\":\"+4915112340001\"}".to_owned(),
            format!("{{\"phone\":{{\"{JUNK}\":\"{EMAIL}\"}}}}"),
            format!("{{\"phone\":\"+4915112340001\",\"metadata\":{{\"email\":[\"{EMAIL}\"]}}}}"),
            format!("{{\"{JUNK}"),
            format!("\"{JUNK}\""),
        ] {
            for path in
                ["/v1/verifications", "/v1/verifications/ver_00000000000000000000000000/check"]
            {
                let request = Request::post(path, &json!(null)).body(body.clone().into_bytes());
                let answer = self.ask(client, request);
                assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
            }
        }
        let query = format!("phone={JUNK}&cursor={JUNK}&limit={JUNK}&created_after={JUNK}");
        for path in [
            format!("/v1/verifications?{query}"),
            format!("/v1/verifications?status={JUNK}"),
            format!("/v1/verifications?{JUNK}=1"),
            format!("/v1/verifications/{JUNK}"),
            format!("/{JUNK}?phone=%2B4915112340001&text={EMAIL}"),
        ] {
            let answer = self.ask(client, Request::get(&path).header("cookie", JUNK));
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        }
        let body = json!({ "phone": "+4915112340001" });
        let request = Request::post("/v1/verifications", &body)
            .header("idempotency-key", &format!("{JUNK} {EMAIL}"));
        self.ask(client, request);
    }

    fn ask_as_nobody(&mut self, client: &mut Client) {
        self.secret("a key that is not one", OTHER_KEY);
        for key in [Some(OTHER_KEY), Some(JUNK), None] {
            self.key = key;
            let answer = self.ask(client, Request::get("/v1/verifications?phone=%2B4915112340001"));
            assert_eq!(answer.status, 401, "{answer:?}");
        }
        self.key = Some(KEY);
    }

    fn otp(&mut self, stage: &Stage, client: &mut Client) {
        let phone = "+4915112360001";
        self.phone(phone, "015112360001");
        let path = format!("/otp/{}", &phone[1..]);
        let sent = self.ask(client, Request::get(&path));
        assert_eq!(sent.status, 200, "{sent:?}");
        let code = code(&mut stage.phones(), phone, 20).unwrap();
        self.secret("a code of /otp", &code);
        // This contract's own words repeat the phone to whoever named it.
        let mut check =
            |code: &str| client.send(&Request::post(&path, &json!({ "code": code }))).unwrap();
        assert_eq!(check(&wrong(&code, 5)).status, 401);
        assert_eq!(check(JUNK).status, 401);
        assert_eq!(check(&code).status, 200);
        assert_eq!(check(&code).status, 404);
    }

    fn webhooks(&mut self, stage: &Stage, client: &mut Client) {
        let phone = "+4915112370001";
        self.phone(phone, "015112370001");
        self.secret("what somebody wrote", TEXT);
        self.secret("a person's name", NAME);
        self.secret("an address of mail", EMAIL);
        self.key = None;
        let id = "wamid.HBgNNDkxNTExMjM3MDAwMRUCABIYFDNFQjBBNzFDNEQ5RjIwRTg1QjY2AA==";
        self.secret("an id with a phone inside", id);
        let body = webhook::text(id, &phone[1..], NAME, TEXT).to_string().into_bytes();
        assert_eq!(self.ask(client, webhook::signed(&body)).status, 200);
        assert_eq!(self.ask(client, webhook::signed(&body)).status, 200);
        let forged = format!("sha256={}", webhook::sign(JUNK, &body));
        assert_eq!(self.ask(client, webhook::with_signature(&body, &forged)).status, 401);
        let broken = format!("{{\"entry\":[\"{TEXT}\",{{\"{EMAIL}\":").into_bytes();
        assert_eq!(self.ask(client, webhook::signed(&broken)).status, 200);
        for token in [VERIFY_TOKEN, APP_SECRET, JUNK] {
            let query = format!("hub.mode=subscribe&hub.verify_token={token}&hub.challenge=5");
            self.ask(client, Request::get(&format!("{}?{query}", webhook::PATH)));
        }
        let text =
            Request::post(&format!("/api/phones/{phone}/messages"), &json!({ "text": TEXT }));
        assert_eq!(stage.phones().send(&text).unwrap().status, 201);
        self.key = Some(KEY);
    }
}
