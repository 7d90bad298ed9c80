//! Templates by the API against a simulated Meta, and what a server says and does when Meta
//! decides something about the one in use.

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::process::{Process, eventually};
use crate::set_up::{ACCOUNT_ID, Desk};
use crate::stage::{ACCESS_TOKEN, KEY, phone, start_body};

const OURS: &str = "countersign_code";

fn serve(desk: &Desk) -> Process {
    desk.serve(&[
        ("WHATSAPP_ACCESS_TOKEN", ACCESS_TOKEN),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", ACCOUNT_ID),
        ("WHATSAPP_PHONE_NUMBER_ID", "420033001177550"),
        ("WHATSAPP_TEMPLATE_LANGUAGES", "en_US,es"),
        ("MAX_OTP_PER_IP_PER_HOUR", "1000"),
    ])
}

fn judge(desk: &Desk, name: &str, language: Option<&str>, status: &str) {
    let path = format!("/api/templates/{name}/review");
    let mut body = json!({ "status": status });
    if let Some(language) = language {
        body["language"] = json!(language);
    }
    desk.ask("POST", &path, &body);
}

/// The language of the template in which a phone's latest code came.
fn language_of_code(desk: &Desk, client: &mut Client, n: usize) -> String {
    let mut body = start_body(&phone(n));
    body["locale"] = json!("es-MX");
    assert_eq!(client.post("/v1/verifications", &body).status, 201);
    eventually("a code goes out", 10, || {
        let requests = Client::new(desk.simulator).get("/api/requests");
        let requests = requests.json()["requests"].clone();
        let to = phone(n).trim_start_matches('+').to_owned();
        requests.as_array().unwrap().iter().find_map(|request| {
            let sent: Value = serde_json::from_str(request["body"].as_str()?).ok()?;
            let language = sent["template"]["language"]["code"].as_str()?;
            (sent["to"] == to.as_str()).then(|| language.to_owned())
        })
    })
}

fn has_line(server: &Process, text: &str) {
    eventually(text, 10, || server.errors().contains(text).then_some(()));
}

#[test]
fn a_template_is_created_looked_at_and_deleted_by_the_api() {
    let desk = Desk::new(3_600_000);
    let server = serve(&desk);
    let mut client = Client::with_key(desk.server, KEY);

    let created =
        client.post("/v1/templates", &json!({ "name": "shop_code", "languages": ["en_US", "de"] }));
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["languages"][1]["status"], "pending");
    judge(&desk, "shop_code", Some("de"), "REJECTED");
    has_line(&server, "The template 'shop_code' is rejected in de");

    let listed = client.get("/v1/templates?name=shop_code").json();
    let [de, en] = [&listed["data"][0], &listed["data"][1]];
    assert_eq!((&de["status"], &en["status"]), (&json!("rejected"), &json!("pending")));
    assert!(de["rejected_reason"]["explanation"].is_string(), "{de}");
    let taken = client.post("/v1/templates", &json!({ "name": "shop_code", "languages": ["de"] }));
    assert_eq!((taken.status, taken.field("code").as_str()), (409, "template_exists"));
    let wrong = client.post("/v1/templates", &json!({ "name": "shop_code", "languages": ["xx"] }));
    assert_eq!((wrong.status, wrong.field("code").as_str()), (422, "invalid_request"));
    let deletion = Request::new("DELETE", "/v1/templates/shop_code?language=de");
    assert_eq!(client.send(&deletion).unwrap().status, 204);
    let in_use = Request::new("DELETE", "/v1/templates/countersign_code");
    assert_eq!(client.send(&in_use).unwrap().status, 409);
    desk.simulate(&json!({ "outage": { "token_expired": true } }));
    let expired = client.get("/v1/templates");
    assert_eq!((expired.status, expired.field("code").as_str()), (409, "provider_account"));
    desk.simulate(&json!({ "outage": { "token_expired": false, "error_code": 80_007 } }));
    let busy = client.get("/v1/templates");
    assert_eq!((busy.status, busy.field("code").as_str()), (503, "provider_unavailable"));
    for answer in [&expired, &busy] {
        let text = answer.text();
        assert!(!text.contains(ACCESS_TOKEN) && !text.contains("fbtrace"), "{text}");
    }
    assert!(!server.errors().contains(ACCESS_TOKEN));
}

#[test]
fn a_server_says_when_its_template_is_paused_and_when_it_is_back_and_goes_around_it() {
    let desk = Desk::new(0);
    let server = serve(&desk);
    let mut client = Client::with_key(desk.server, KEY);
    has_line(&server, "Verified OTP template 'countersign_code'");
    assert_eq!(language_of_code(&desk, &mut client, 1), "es");

    judge(&desk, OURS, Some("es"), "PAUSED");
    has_line(&server, "Codes cannot be sent in es: the template 'countersign_code' is paused");
    has_line(&server, "Codes cannot be sent in every language with the template");
    assert_eq!(language_of_code(&desk, &mut client, 2), "en_US");
    assert_eq!(client.get("/readyz").status, 200);
    let metrics = client.get("/metrics").text();
    let gauge = "countersign_template_status{template=\"countersign_code\",language=\"es\"";
    assert!(metrics.contains(&format!("{gauge},status=\"paused\"}} 1")), "{metrics}");
    assert!(metrics.contains(&format!("{gauge},status=\"approved\"}} 0")), "{metrics}");

    judge(&desk, OURS, Some("es"), "APPROVED");
    has_line(&server, "Codes can be sent in es: the template 'countersign_code' is approved");
    assert_eq!(language_of_code(&desk, &mut client, 3), "es");
    eventually("it is verified again", 10, || {
        (server.errors().matches("Verified OTP template").count() == 2).then_some(())
    });
}
