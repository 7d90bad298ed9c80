//! Whoever sends it is not who should, hides who they are, or shows somebody else's number.

use serde_json::{Value, json};

use super::attack::{Attack, attack, control};
use super::scene::{Begun, Scene, person_of};
use crate::webhook;

const BRAZILIAN: &str = "+5511987654321";

pub(super) const ALL: &[Attack] = &[
    control("the phone that is to be proved", "approved → approved", |scene| {
        let person = scene.person();
        let own = scene.begin_for(&person);
        scene.say(&person, &own.text);
        scene.end(&own)
    }),
    control(
        "the phone, written without its ninth digit as WhatsApp does",
        "approved → approved",
        |scene| {
            let own = scene.begin_for(BRAZILIAN);
            scene.say("551187654321", &own.text);
            scene.end(&own)
        },
    ),
    attack("a phone whose number lacks another digit", "wrong_number → pending", |scene| {
        let begun = scene.begin_for(BRAZILIAN);
        scene.say("551197654321", &begun.text);
        scene.end(&begun)
    }),
    attack("another phone than the one to be proved", "wrong_number → pending", |scene| {
        let (victim, attacker) = (scene.person(), scene.person());
        let begun = scene.begin_for(&victim);
        scene.say(&attacker, &begun.text);
        scene.end(&begun)
    }),
    attack(
        "a victim's number as the user id of somebody who hides theirs",
        "kept → pending",
        |scene| {
            let victim = scene.person();
            let begun = scene.begin_for(&victim);
            let letter = scene.hidden_letter(&victim[1..], &begun.text);
            scene.hear(&letter);
            scene.end(&begun)
        },
    ),
    attack(
        "a victim's number in what is told of somebody who hides theirs",
        "contact_asked → pending",
        |scene| {
            let victim = scene.person();
            let begun = scene.begin_for(&victim);
            let letter = scene.hidden_letter("DE.hidden0", &begun.text);
            let mut person = person_of(&letter);
            person["wa_id"] = json!(victim[1..]);
            scene.deliver(&webhook::written(&person, &letter));
            scene.end(&begun)
        },
    ),
    control(
        "a number that is hidden, shared when asked for, and sent a code",
        "contact_asked, claimed, approved → approved",
        |scene| {
            let person = scene.person();
            let own = hidden(scene, "DE.hidden1", None);
            share(scene, "DE.hidden1", &card("contact_request", &person));
            let code = scene.code(&person);
            scene.check(&own, &code);
            scene.end(&own)
        },
    ),
    attack(
        "a victim's number, shared from the address book",
        "contact_asked, contact_refused → pending",
        |scene| {
            let victim = scene.person();
            let begun = hidden(scene, "DE.hidden2", None);
            share(scene, "DE.hidden2", &card("other", &victim));
            scene.end(&begun)
        },
    ),
    attack(
        "a victim's number, shared as the answer of somebody else",
        "contact_asked, contact_refused → pending",
        |scene| {
            let victim = scene.person();
            let begun = hidden(scene, "DE.hidden3", None);
            let mut letter = answer(scene, "DE.hidden3", &card("contact_request", &victim));
            letter["context"] = json!({ "forwarded": true });
            scene.hear(&letter);
            scene.end(&begun)
        },
    ),
    attack(
        "a victim's number beside one's own",
        "contact_asked, contact_refused → pending",
        |scene| {
            let (victim, attacker) = (scene.person(), scene.person());
            let begun = hidden(scene, "DE.hidden4", None);
            let mut cards = card("contact_request", &attacker);
            cards[0]["phones"] = json!([{ "wa_id": attacker[1..] }, { "wa_id": victim[1..] }]);
            share(scene, "DE.hidden4", &cards);
            scene.end(&begun)
        },
    ),
    attack("an answer of somebody who was not asked", "contact_asked, kept → pending", |scene| {
        let victim = scene.person();
        let begun = hidden(scene, "DE.hidden5", None);
        share(scene, "DE.hidden6", &card("contact_request", &victim));
        scene.end(&begun)
    }),
    attack(
        "one's own number, shared where a victim's is to be proved",
        "contact_asked, wrong_number → pending",
        |scene| {
            let (victim, attacker) = (scene.person(), scene.person());
            let begun = hidden(scene, "DE.hidden7", Some(&victim));
            share(scene, "DE.hidden7", &card("contact_request", &attacker));
            scene.end(&begun)
        },
    ),
    attack(
        "a number that is only claimed, and its code guessed",
        "contact_asked, claimed, wrong_code ×2, exhausted → exhausted",
        |scene| {
            let victim = scene.person();
            let begun = hidden(scene, "DE.hidden8", None);
            share(scene, "DE.hidden8", &card("contact_request", &victim));
            let code = scene.code(&victim);
            scene.guess(&begun, &code);
            scene.end(&begun)
        },
    ),
    control(
        "the account that proved the number before",
        "awaiting_confirmation, approved, awaiting_confirmation, approved → approved",
        |scene| {
            let person = scene.person();
            sign_in_as(scene, &person, "one account");
            let (own, _) = sign_in_as(scene, &person, "one account");
            scene.end(&own)
        },
    ),
    attack(
        "a new owner of the number, or of its account",
        "awaiting_confirmation, approved, identity_changed, canceled → canceled",
        |scene| {
            let victim = scene.person();
            let (_, code) = sign_in_as(scene, &victim, "one account");
            let begun = scene.sign_in();
            say_as(scene, &victim, &begun, "another account");
            scene.check(&begun, &code);
            scene.end(&begun)
        },
    ),
    attack(
        "tokens are guessed until one is right",
        "unknown_token ×10, ignored → pending",
        |scene| {
            let (attacker, begun) = (scene.person(), scene.sign_in());
            for place in 0..10 {
                scene.say(&attacker, &format!("CS-7Q4K-M2X{place}-7Q4K-M2XD"));
            }
            scene.say(&attacker, &begun.text);
            scene.end(&begun)
        },
    ),
];

/// Somebody who hides the number sends the message, and is asked for it.
fn hidden(scene: &mut Scene, user_id: &str, phone: Option<&str>) -> Begun {
    let begun = match phone {
        Some(phone) => scene.begin_for(phone),
        None => scene.begin(json!({})),
    };
    let letter = scene.hidden_letter(user_id, &begun.text);
    scene.hear(&letter);
    begun
}

fn card(origin: &str, phone: &str) -> Value {
    let phones = json!([{ "phone": phone, "wa_id": phone[1..], "type": "CELL" }]);
    json!([{ "name": { "formatted_name": "Zoë" }, "phones": phones, "origin": origin }])
}

fn answer(scene: &mut Scene, user_id: &str, cards: &Value) -> Value {
    let mut letter = scene.hidden_letter(user_id, "");
    letter["type"] = json!("contacts");
    letter["contacts"] = cards.clone();
    letter
}

fn share(scene: &mut Scene, user_id: &str, cards: &Value) {
    let letter = answer(scene, user_id, cards);
    scene.hear(&letter);
}

/// Somebody signs in, and WhatsApp tells which account they have.
fn sign_in_as(scene: &mut Scene, phone: &str, account: &str) -> (Begun, String) {
    let begun = scene.sign_in();
    say_as(scene, phone, &begun, account);
    let code = scene.code(phone);
    scene.check(&begun, &code);
    (begun, code)
}

fn say_as(scene: &mut Scene, phone: &str, begun: &Begun, account: &str) {
    let letter = scene.letter(phone, &begun.text);
    let mut person = person_of(&letter);
    person["identity_key_hash"] = json!(account);
    scene.deliver(&webhook::written(&person, &letter));
}
