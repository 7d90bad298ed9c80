//! Somebody else is brought to send the message of an attacker, or its code gets about.

use serde_json::json;

use super::attack::{Attack, Came, attack, control};
use super::scene::Scene;
use crate::client::Client;
use crate::process::said;

pub(super) const ALL: &[Attack] = &[
    control(
        "signing in, and typing the code that came",
        "awaiting_confirmation, approved → approved",
        |scene| {
            let person = scene.person();
            let own = scene.sign_in();
            scene.say(&person, &own.text);
            let code = scene.code(&person);
            scene.check(&own, &code);
            scene.end(&own)
        },
    ),
    attack(
        "a victim sends the attacker's message, who guesses the code",
        "awaiting_confirmation, wrong_code ×2, exhausted ×2 → exhausted",
        |scene| {
            let (victim, stolen) = (scene.person(), scene.sign_in());
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.guess(&stolen, &code);
            scene.check(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "the same for a victim whose number is known",
        "awaiting_confirmation, wrong_code ×2, exhausted → exhausted",
        |scene| {
            let victim = scene.person();
            let stolen = scene.begin(json!({ "phone": victim, "purpose": "login" }));
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.guess(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "attaching a victim's number, with the code asked for",
        "awaiting_confirmation, wrong_code ×2, exhausted → exhausted",
        |scene| {
            let victim = scene.person();
            let stolen = scene.begin(json!({ "phone": victim, "confirm": true }));
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.guess(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "a victim sends it and then says no; the code comes too late",
        "awaiting_confirmation, denied, canceled → canceled",
        |scene| {
            let (victim, stolen) = (scene.person(), scene.sign_in());
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.say(&victim, "NO!");
            scene.check(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "a victim types the attacker's code on a page of their own",
        "awaiting_confirmation ×2, wrong_code → pending",
        |scene| {
            let (victim, stolen) = (scene.person(), scene.sign_in());
            let own = scene.sign_in();
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.say(&victim, &own.text);
            scene.check(&own, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "the attacker types a code of his own",
        "awaiting_confirmation ×2, wrong_code → pending",
        |scene| {
            let (victim, attacker) = (scene.person(), scene.person());
            let (stolen, own) = (scene.sign_in(), scene.sign_in());
            scene.say(&attacker, &own.text);
            let code = scene.code(&attacker);
            scene.say(&victim, &stolen.text);
            scene.check(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "a second phone sends the same message",
        "awaiting_confirmation, second_sender, canceled → canceled",
        |scene| {
            let (victim, attacker) = (scene.person(), scene.person());
            let stolen = scene.sign_in();
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.say(&attacker, &stolen.text);
            scene.check(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "a victim's own message has the attacker's token beside theirs",
        "awaiting_confirmation → pending",
        |scene| {
            let (victim, stolen) = (scene.person(), scene.sign_in());
            let own = scene.begin_for(&victim);
            scene.say(&victim, &format!("{} {}", own.text, stolen.text));
            scene.end(&stolen)
        },
    ),
    attack("codes are guessed before any message", "not_received ×3 → pending", |scene| {
        let stolen = scene.sign_in();
        scene.guess(&stolen, "482913");
        scene.end(&stolen)
    }),
    attack("a sign-in asks to do without the code", "422 confirmation_required → none", |scene| {
        let body = json!({ "method": "message", "purpose": "login", "confirm": false });
        let answer = scene.client.post("/v1/verifications", &body);
        scene.note_refusal(&answer);
        scene.end_of_nothing()
    }),
    attack(
        "somebody else says no to what a victim began",
        "awaiting_confirmation, kept → pending",
        |scene| {
            let (victim, attacker) = (scene.person(), scene.person());
            let own = scene.sign_in();
            scene.say(&victim, &own.text);
            scene.say(&attacker, "NO");
            scene.end(&own)
        },
    ),
    attack(
        "the code is typed after its time",
        "awaiting_confirmation, expired → expired",
        |scene| {
            let (victim, stolen) = (scene.person(), scene.sign_in());
            scene.say(&victim, &stolen.text);
            let code = scene.code(&victim);
            scene.let_time_pass();
            scene.check(&stolen, &code);
            scene.end(&stolen)
        },
    ),
    attack(
        "another tenant types the code",
        "awaiting_confirmation, 404 verification_not_found → pending",
        another_tenant,
    ),
    attack(
        "a tenant without a number of its own waits for messages to ours",
        "422 method_unavailable → none",
        |scene| {
            let mut client = tenant(scene, "bazaar");
            let answer = client.post("/v1/verifications", &json!({ "method": "message" }));
            scene.note_refusal(&answer);
            scene.end_of_nothing()
        },
    ),
];

fn another_tenant(scene: &mut Scene) -> Came {
    let (victim, stolen) = (scene.person(), scene.sign_in());
    scene.say(&victim, &stolen.text);
    let code = scene.code(&victim);
    let path = format!("/v1/verifications/{}/check", stolen.id);
    let answer = tenant(scene, "market").post(&path, &json!({ "code": code }));
    scene.note_check(&answer);
    scene.end(&stolen)
}

/// Somebody else who uses the same installation.
fn tenant(scene: &Scene, name: &str) -> Client {
    said(scene.stage.command(&["tenant", "create", name]));
    let key = said(scene.stage.command(&["key", "create", "--tenant", name]));
    Client::with_key(scene.stage.addresses[0], key.trim())
}
