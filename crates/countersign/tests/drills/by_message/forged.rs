//! Webhooks that Meta did not send, or sent before, or for somebody else.

use serde_json::{Value, json};

use super::attack::{Attack, Came, attack, control};
use super::scene::{Begun, OLD_SECRET, Scene, person_of};
use crate::client::Request;
use crate::stage::APP_SECRET;
use crate::webhook::{self, PATH};

/// How often a webhook comes again.
const TIMES: usize = 1_000;
const REFUSED: &str = "401 invalid_signature → pending";

pub(super) const ALL: &[Attack] = &[
    control("a webhook signed with the secret before", "approved → approved", |scene| {
        forge(scene, |body| signed_with(OLD_SECRET, body))
    }),
    attack("a webhook signed with another secret", REFUSED, |scene| {
        forge(scene, |body| signed_with("another secret", body))
    }),
    attack("a webhook signed with an empty secret", REFUSED, |scene| {
        forge(scene, |body| signed_with("", body))
    }),
    attack("a webhook of which one byte is another", REFUSED, |scene| {
        forge(scene, |body| {
            let signature = webhook::sign(APP_SECRET, body);
            let mut flipped = body.to_vec();
            flipped[body.len() / 2] ^= 1;
            webhook::with_signature(&flipped, &format!("sha256={signature}"))
        })
    }),
    attack("a webhook that is not signed", REFUSED, |scene| {
        forge(scene, |body| Request::new("POST", PATH).body(body.to_vec()))
    }),
    attack("a webhook with the older kind of signature alone", REFUSED, |scene| {
        forge(scene, |body| {
            let signature = format!("sha1={}", &webhook::sign(APP_SECRET, body)[..40]);
            Request::new("POST", PATH).header("x-hub-signature", &signature).body(body.to_vec())
        })
    }),
    attack("a webhook with two signatures, one of them right", REFUSED, |scene| {
        forge(scene, |body| {
            let other = format!("sha256={}", webhook::sign("another secret", body));
            webhook::signed(body).header("x-hub-signature-256", &other)
        })
    }),
    attack("a webhook that was written anew with the same meaning", REFUSED, |scene| {
        forge(scene, |body| {
            let value: Value = serde_json::from_slice(body).unwrap();
            let anew = serde_json::to_vec_pretty(&value).unwrap();
            let signature = webhook::sign(APP_SECRET, body);
            webhook::with_signature(&anew, &format!("sha256={signature}"))
        })
    }),
    attack(
        "a webhook that names somebody else's business number",
        "quarantined → pending",
        |scene| {
            let (victim, begun) = victim(scene);
            let mut foreign = written(scene, &victim, &begun.text);
            let value = &mut foreign["entry"][0]["changes"][0]["value"];
            value["metadata"]["phone_number_id"] = json!("999900001111222");
            scene.deliver(&foreign);
            scene.end(&begun)
        },
    ),
    attack("a webhook that names no business number", "nothing → pending", |scene| {
        let (victim, begun) = victim(scene);
        let mut nameless = written(scene, &victim, &begun.text);
        nameless["entry"][0]["changes"][0]["value"]["metadata"] = Value::Null;
        scene.deliver(&nameless);
        scene.end(&begun)
    }),
    attack(
        "an old webhook comes again a thousand times, while the same phone is awaited",
        "approved, nothing ×2 → pending",
        replayed,
    ),
    attack(
        "a token of another installation is sent to ours",
        "unknown_token → pending",
        of_another_installation,
    ),
];

/// Somebody for whose message an attacker waits.
fn victim(scene: &mut Scene) -> (String, Begun) {
    let victim = scene.person();
    let begun = scene.begin_for(&victim);
    (victim, begun)
}

fn written(scene: &mut Scene, from: &str, text: &str) -> Value {
    let letter = scene.letter(from, text);
    webhook::written(&person_of(&letter), &letter)
}

/// Posts the message of a victim, who never wrote it.
fn forge(scene: &mut Scene, request: fn(&[u8]) -> Request) -> Came {
    let (victim, begun) = victim(scene);
    let body = written(scene, &victim, &begun.text).to_string();
    scene.post(&request(body.as_bytes()));
    scene.end(&begun)
}

fn signed_with(secret: &str, body: &[u8]) -> Request {
    webhook::with_signature(body, &format!("sha256={}", webhook::sign(secret, body)))
}

/// The very same bytes, and then the message in another batch.
fn replayed(scene: &mut Scene) -> Came {
    let (victim, before) = victim(scene);
    let mut webhook = written(scene, &victim, &before.text);
    scene.deliver(&webhook);
    let begun = scene.begin_for(&victim);
    scene.post_again(webhook.to_string().as_bytes(), TIMES);
    webhook["entry"][0]["time"] = json!(webhook::seconds());
    scene.post_again(webhook.to_string().as_bytes(), TIMES);
    scene.end(&begun)
}

fn of_another_installation(scene: &mut Scene) -> Came {
    let mut other = Scene::new();
    let (victim, begun) = (scene.person(), other.sign_in());
    scene.say(&victim, &begun.text);
    other.note(&scene.so_far());
    other.end(&begun)
}
