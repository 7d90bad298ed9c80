//! The right token in a message of the wrong kind, or at the wrong time.

use serde_json::{Value, json};

use super::attack::{Attack, Came, attack, control};
use super::scene::{Begun, Scene};
use crate::webhook::seconds;

/// Longer than a verification lives.
const LONG: u64 = 3_600;

pub(super) const ALL: &[Attack] = &[
    control(
        "the message in small letters, with the digits of another script",
        "approved → approved",
        |scene| {
            let (person, own) = awaited(scene);
            let arabic = |letter: char| match letter.to_digit(10) {
                Some(digit) => char::from_u32(0x660 + digit).unwrap(),
                None => letter,
            };
            let text: String = own.text.to_lowercase().chars().map(arabic).collect();
            scene.say(&person, &text);
            scene.end(&own)
        },
    ),
    control("the token alone, with words around it", "approved → approved", |scene| {
        let (person, own) = awaited(scene);
        let token = token(&own);
        scene.say(&person, &format!("hola 👋 *{token}* gracias"));
        scene.end(&own)
    }),
    control(
        "a text that lost its token, and then the whole",
        "missing_token, approved → approved",
        |scene| {
            let (person, own) = awaited(scene);
            scene.say(&person, "here you are");
            scene.say(&person, &own.text);
            scene.end(&own)
        },
    ),
    control(
        "a message that comes again after it counted",
        "approved, already_used → approved",
        |scene| {
            let (person, own) = awaited(scene);
            scene.say(&person, &own.text);
            scene.say(&person, &own.text);
            scene.end(&own)
        },
    ),
    attack("forwarded", "forwarded → pending", |scene| {
        changed(scene, |letter, _| letter["context"] = json!({ "forwarded": true }))
    }),
    attack("forwarded by many", "forwarded → pending", |scene| {
        changed(scene, |letter, _| letter["context"] = json!({ "frequently_forwarded": true }))
    }),
    attack("in a group", "not_text → pending", |scene| {
        changed(scene, |letter, _| letter["group_id"] = json!("120363041234567890"))
    }),
    attack("the caption of a picture", "not_text → pending", |scene| {
        changed(scene, |letter, text| {
            of_kind(letter, "image", &json!({ "id": "1", "caption": text }));
        })
    }),
    attack("the caption of a document", "not_text → pending", |scene| {
        changed(scene, |letter, text| {
            of_kind(letter, "document", &json!({ "id": "1", "caption": text }));
        })
    }),
    attack("an edited message", "not_text → pending", |scene| {
        changed(scene, |letter, text| {
            let message = json!({ "type": "text", "text": { "body": text } });
            let edit = json!({ "original_message_id": "wamid.before", "message": message });
            of_kind(letter, "edit", &edit);
        })
    }),
    attack("a button of a template", "not_text → pending", |scene| {
        changed(scene, |letter, text| {
            of_kind(letter, "button", &json!({ "text": text, "payload": text }));
        })
    }),
    attack("a button of a dialogue", "kept → pending", |scene| {
        changed(scene, |letter, text| {
            let reply = json!({ "id": text, "title": text });
            of_kind(
                letter,
                "interactive",
                &json!({ "type": "button_reply", "button_reply": reply }),
            );
        })
    }),
    attack("a reaction", "kept → pending", |scene| {
        changed(scene, |letter, text| {
            of_kind(letter, "reaction", &json!({ "message_id": "wamid.before", "emoji": text }));
        })
    }),
    attack("a text of another type", "not_text → pending", |scene| {
        changed(scene, |letter, _| letter["type"] = json!("unsupported"))
    }),
    attack("in the middle of a long text", "kept → pending", |scene| {
        changed(scene, |letter, text| {
            let around = "lorem ipsum ".repeat(40);
            letter["text"]["body"] = json!(format!("{around}{text}{around}"));
        })
    }),
    attack("half of the token", "missing_token → pending", |scene| {
        changed(scene, |letter, text| {
            let (before, _) = text.rsplit_once('-').unwrap();
            letter["text"]["body"] = json!(before);
        })
    }),
    attack("written before it was asked for", "backdated → pending", |scene| {
        changed(scene, |letter, _| letter["timestamp"] = json!((seconds() - 40).to_string()))
    }),
    attack("written after its time", "late → pending", |scene| {
        changed(scene, |letter, _| letter["timestamp"] = json!((seconds() + LONG).to_string()))
    }),
    attack("arriving after its time", "late → expired", |scene| {
        let (victim, begun) = awaited(scene);
        let letter = scene.letter(&victim, &begun.text);
        scene.let_time_pass();
        scene.hear(&letter);
        scene.end(&begun)
    }),
    attack("for what was called off", "ended → canceled", |scene| {
        let (victim, begun) = awaited(scene);
        let path = format!("/v1/verifications/{}/cancel", begun.id);
        assert_eq!(scene.client.post(&path, &json!({})).status, 200);
        scene.say(&victim, &begun.text);
        scene.end(&begun)
    }),
    attack("for what two newer ones took the place of", "ended → canceled", |scene| {
        let (victim, begun) = awaited(scene);
        for _ in 0..2 {
            scene.begin_for(&victim);
        }
        scene.say(&victim, &begun.text);
        scene.end(&begun)
    }),
    attack(
        "for what was approved before, while another waits",
        "approved, already_used → pending",
        |scene| {
            let (victim, before) = awaited(scene);
            scene.say(&victim, &before.text);
            let begun = scene.begin_for(&victim);
            scene.say(&victim, &before.text);
            scene.end(&begun)
        },
    ),
];

/// Somebody for whose message somebody waits.
fn awaited(scene: &mut Scene) -> (String, Begun) {
    let person = scene.person();
    let begun = scene.begin_for(&person);
    (person, begun)
}

/// The victim's own phone sends the right token, in a message that was changed.
fn changed(scene: &mut Scene, change: fn(&mut Value, &str)) -> Came {
    let (victim, begun) = awaited(scene);
    let mut letter = scene.letter(&victim, &begun.text);
    change(&mut letter, &token(&begun));
    scene.hear(&letter);
    scene.end(&begun)
}

fn of_kind(letter: &mut Value, kind: &str, content: &Value) {
    letter.as_object_mut().unwrap().remove("text");
    letter["type"] = json!(kind);
    letter[kind] = content.clone();
}

/// What a message is known by.
fn token(begun: &Begun) -> String {
    let word = begun.text.split_whitespace().find(|word| word.starts_with("CS-")).unwrap();
    word.trim_end_matches(['.', ',', ':']).to_owned()
}
