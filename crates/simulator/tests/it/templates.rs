//! Templates are created, looked at, judged and deleted.

use countersign_simulator::{Review, Settings};
use serde_json::{Value, json};

use crate::harness::{ACCOUNT_ID, PHONE, TOKEN, World, code_message};

const ONE: &str = "message_templates";
const MANY: &str = "upsert_message_templates";

async fn world(delay_ms: u64) -> World {
    let review = Review { delay_ms, next: None };
    World::with(Settings { review, ..Settings::default() }, &[]).await
}

fn template(name: &str) -> Value {
    json!({
        "name": name,
        "language": "de",
        "category": "AUTHENTICATION",
        "message_send_ttl_seconds": 120,
        "components": [
            { "type": "BODY", "add_security_recommendation": true },
            { "type": "FOOTER", "code_expiration_minutes": 7 },
            { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] },
        ],
    })
}

fn in_many(languages: &[&str]) -> Value {
    let mut body = template("shop_code");
    body["languages"] = json!(languages);
    body
}

async fn post(world: &World, edge: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v25.0/{ACCOUNT_ID}/{edge}");
    let answer = world.graph("POST", &path, &body.to_string()).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn get(world: &World, query: &str) -> Value {
    let path = format!("/v25.0/{ACCOUNT_ID}/message_templates?{query}");
    world.graph("GET", &path, "").await.json().await.unwrap()
}

async fn delete(world: &World, query: &str) -> (u16, Value) {
    let path = format!("/v25.0/{ACCOUNT_ID}/message_templates?{query}");
    let answer = world.graph("DELETE", &path, "").await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn message(name: &str) -> Value {
    let mut message = code_message(PHONE, "402917");
    message["template"]["name"] = json!(name);
    message["template"]["language"]["code"] = json!("de");
    message
}

#[tokio::test]
async fn a_new_template_is_pending_until_it_was_looked_at() {
    let mut world = world(30).await;

    let (status, created) = post(&world, ONE, &template("shop_code")).await;
    let (refused, error) = world.post(&message("shop_code")).await;

    assert_eq!((status, &created["status"]), (200, &json!("PENDING")), "{created}");
    assert_eq!((refused, &error["error"]["code"]), (404, &json!(132_001)));
    let update = world.webhook().await;
    assert_eq!(update["event"], "APPROVED");
    assert_eq!(update["message_template_name"], "shop_code");
    assert_eq!(update["message_template_language"], "de");
    assert_eq!(update["message_template_id"].to_string(), created["id"].as_str().unwrap());
    assert_eq!(update["reason"], "NONE");
    assert_eq!(world.post(&message("shop_code")).await.0, 200);
    let listed = get(&world, "name=shop_code&fields=status,components,message_send_ttl_seconds");
    let row = listed.await["data"][0].clone();
    assert_eq!(
        (&row["status"], &row["message_send_ttl_seconds"]),
        (&json!("APPROVED"), &json!(120))
    );
    let texts: Vec<_> = [0, 1].map(|place| row["components"][place]["text"].clone()).into();
    assert_eq!(texts[1], "This code expires in 7 minutes.");
    let path = format!("/v25.0/{}", created["id"].as_str().unwrap());
    let alone: Value = world.graph("GET", &path, "").await.json().await.unwrap();
    assert_eq!(alone["name"], "shop_code");
}

#[tokio::test]
async fn the_next_template_is_rejected_if_asked_for() {
    let mut world = world(0).await;
    let next = json!({ "status": "REJECTED", "reason": "PROMOTIONAL" });
    world.api("PATCH", "/settings", json!({ "review": { "next": next } })).await;

    let (_, first) = post(&world, ONE, &template("shop_code")).await;
    let update = world.webhook().await;
    let (_, second) = post(&world, ONE, &template("other_code")).await;

    assert_eq!((&first["status"], &second["status"]), (&json!("REJECTED"), &json!("APPROVED")));
    assert_eq!((&update["event"], &update["reason"]), (&json!("REJECTED"), &json!("PROMOTIONAL")));
    assert!(update["rejection_info"]["reason"].is_string());
    let row = get(&world, "name=shop_code&fields=rejected_reason").await;
    assert_eq!(row["data"][0]["rejected_reason"], "PROMOTIONAL");
}

#[tokio::test]
async fn a_template_is_judged_and_rated_by_hand() {
    let mut world = world(60_000).await;
    post(&world, ONE, &template("shop_code")).await;

    for (status, code) in [("PAUSED", 132_015), ("DISABLED", 132_016), ("IN_APPEAL", 132_001)] {
        let body = json!({ "status": status });
        let (answered, view) = world.api("POST", "/templates/shop_code/review", body).await;

        assert_eq!((answered, &view["templates"][0]["status"]), (200, &json!(status)), "{view}");
        assert_eq!(world.webhook().await["event"], status);
        assert_eq!(world.post(&message("shop_code")).await.1["error"]["code"], code);
    }
    let rating = json!({ "score": "RED", "language": "de" });
    world.api("POST", "/templates/shop_code/quality", rating).await;
    let update = world.webhook().await;
    assert_eq!(
        (&update["previous_quality_score"], &update["new_quality_score"]),
        (&json!("UNKNOWN"), &json!("RED"))
    );
    for body in [json!({ "status": "FINE" }), json!({}), json!({ "status": "PAUSED", "x": 1 })] {
        assert_eq!(world.api("POST", "/templates/shop_code/review", body).await.0, 400);
    }
    let nobody = world.api("POST", "/templates/none/review", json!({ "status": "PAUSED" })).await;
    assert_eq!(nobody.0, 404);
    let (_, all) = world.api("GET", "/templates", Value::Null).await;
    assert_eq!(all["templates"].as_array().unwrap().len(), 9);
}

#[tokio::test]
async fn a_scenario_judges_a_template() {
    let mut world = world(60_000).await;
    post(&world, ONE, &template("shop_code")).await;
    let review = json!({ "status": "REJECTED", "reason": "SCAM" });
    let step = json!({ "do": "review_template", "name": "shop_code", "review": review });

    let (status, report) = world.api("POST", "/scenarios/run", json!({ "steps": [step] })).await;

    assert_eq!(status, 200, "{report}");
    assert_eq!(world.webhook().await["reason"], "SCAM");
}

#[tokio::test]
async fn several_languages_are_created_and_changed_at_once() {
    let world = world(0).await;

    let (_, created) = post(&world, MANY, &in_many(&["de", "pt_BR"])).await;
    let (_, again) = post(&world, MANY, &in_many(&["pt_BR", "hi"])).await;

    let ids = |answer: &Value, place: usize| answer["data"][place]["id"].clone();
    assert_eq!(created["data"][1]["language"], "pt_BR");
    assert_eq!(created["data"][1]["status"], "APPROVED");
    assert_eq!(ids(&created, 1), ids(&again, 0));
    assert_eq!(get(&world, "name=shop_code").await["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_deleted_name_is_not_free_for_a_month() {
    let world = world(0).await;
    post(&world, MANY, &in_many(&["de", "hi"])).await;
    let rows = get(&world, "name=shop_code").await;
    let id = rows["data"][0]["id"].as_str().unwrap();

    let one = delete(&world, &format!("hsm_id={id}&name=shop_code")).await;
    let left = get(&world, "name=shop_code").await;
    let rest = delete(&world, "name=shop_code").await;
    let nothing = delete(&world, "name=shop_code").await;
    let (status, error) = post(&world, ONE, &template("shop_code")).await;

    assert_eq!(one, (200, json!({ "success": true })));
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
    assert_eq!((rest.0, nothing.0), (200, 400));
    assert_eq!((status, &error["error"]["error_subcode"]), (400, &json!(2_388_023)));
    world.api("POST", "/reset", Value::Null).await;
    assert_eq!(post(&world, ONE, &template("shop_code")).await.0, 200);
}

#[tokio::test]
async fn each_mistake_is_refused_with_metas_code() {
    let world = world(0).await;
    post(&world, ONE, &template("shop_code")).await;
    let with = |pointer: &str, value: Value| {
        let mut body = template("other_code");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let button = |button: Value| with("/components/2/buttons/0", button);
    let app = json!([{ "package_name": "com.acme.login", "signature_hash": "Qx81mVb/2aT" }]);
    let cases = [
        (template("shop_code"), json!(2_388_024)),
        (with("/name", json!("Other Code")), Value::Null),
        (with("/language", json!("pt")), Value::Null),
        (with("/category", json!("UTILITY")), Value::Null),
        (with("/category", json!("OTP")), Value::Null),
        (with("/message_send_ttl_seconds", json!(901)), Value::Null),
        (with("/components/1/code_expiration_minutes", json!(91)), Value::Null),
        (with("/components/0", json!({ "type": "BODY", "text": "{{1}}" })), Value::Null),
        (with("/components/0", json!({ "type": "HEADER" })), Value::Null),
        (with("/components/2/buttons", json!([])), Value::Null),
        (button(json!({ "type": "OTP", "otp_type": "ONE_TAP" })), Value::Null),
        (
            button(json!({ "type": "OTP", "otp_type": "ZERO_TAP", "supported_apps": app })),
            Value::Null,
        ),
        (
            button(json!({ "type": "OTP", "otp_type": "COPY_CODE", "text": "x".repeat(26) })),
            json!(2_388_040),
        ),
        (json!({}), Value::Null),
    ];
    for (body, subcode) in cases {
        let (status, error) = post(&world, ONE, &body).await;

        assert_eq!((status, &error["error"]["code"]), (400, &json!(100)), "{body}");
        assert_eq!(error["error"]["error_subcode"], subcode, "{body}");
    }
    let zero_tap = json!({
        "type": "OTP", "otp_type": "ZERO_TAP", "zero_tap_terms_accepted": true,
        "supported_apps": app,
    });
    assert_eq!(post(&world, ONE, &button(zero_tap)).await.0, 200);
}

#[tokio::test]
async fn a_long_list_has_pages() {
    let world = World::start().await;

    let first = get(&world, "limit=5&fields=language").await;
    let next = first["paging"]["next"].as_str().unwrap();
    let last: Value = world.client().get(next).send().await.unwrap().json().await.unwrap();

    assert_eq!(first["data"].as_array().unwrap().len(), 5);
    assert_eq!(last["data"].as_array().unwrap().len(), 3);
    assert!(next.contains(TOKEN) && next.contains("fields=language"), "{next}");
    assert_eq!(last["paging"].get("next"), None);
    assert_eq!(get(&world, "after=!").await["error"]["code"], 100);
}

#[tokio::test]
async fn the_whole_api_fails_on_demand() {
    let world = World::start().await;
    let fail = |outage: Value| world.api("PATCH", "/settings", json!({ "outage": outage }));
    let number = format!("/v25.0/{ACCOUNT_ID}");

    for (outage, status, code, subcode) in [
        (json!({ "token_expired": true }), 401, 190, json!(463)),
        (json!({ "token_expired": false, "error_code": 80_007 }), 400, 80_007, Value::Null),
        (json!({ "error_code": 130_429 }), 400, 130_429, Value::Null),
    ] {
        fail(outage).await;
        for (method, path) in [("GET", &number), ("DELETE", &format!("{number}/message_templates"))]
        {
            let answer = world.graph(method, path, "").await;

            assert_eq!(answer.status(), status);
            let error = answer.json::<Value>().await.unwrap()["error"].clone();
            assert_eq!((&error["code"], &error["error_subcode"]), (&json!(code), &subcode));
        }
    }
    fail(json!({ "error_code": 0 })).await;
    assert_eq!(world.graph("GET", &number, "").await.status(), 200);
}
