//! Two browsers: a message belongs to the page that showed it.

use serde_json::json;

use super::attack::{Attack, attack, control};
use super::scene::{Begun, Scene};
use crate::client::{Answer, Request};
use crate::stage::wrong;

pub(super) const ALL: &[Attack] = &[
    control(
        "a page that signs in, and the browser that opened it",
        "awaiting_confirmation, 303 → approved",
        |scene| {
            let person = scene.person();
            let (browser, begun) = open(scene);
            scene.say(&person, &begun.text);
            let code = scene.code(&person);
            browser.check(scene, &code);
            scene.end(&begun)
        },
    ),
    attack(
        "the attacker's page, whose message a victim sends",
        "awaiting_confirmation, 303 ×3 → exhausted",
        |scene| {
            let victim = scene.person();
            let (browser, begun) = open(scene);
            scene.say(&victim, &begun.text);
            let code = scene.code(&victim);
            for place in 0..3 {
                browser.check(scene, &wrong(&code, place));
            }
            scene.end(&begun)
        },
    ),
    attack(
        "another browser types the right code on a page that is not its own",
        "awaiting_confirmation, 404 ×2 → pending",
        |scene| {
            let victim = scene.person();
            let (browser, begun) = open(scene);
            let (other, _) = open(scene);
            scene.say(&victim, &begun.text);
            let code = scene.code(&victim);
            for cookie in [other.cookie, String::new()] {
                Browser { path: browser.path.clone(), cookie }.check(scene, &code);
            }
            scene.end(&begun)
        },
    ),
];

/// A browser on a page.
struct Browser {
    path: String,
    cookie: String,
}

/// A browser opens a page for signing in, and chooses to send a message.
fn open(scene: &mut Scene) -> (Browser, Begun) {
    let made = scene.client.post("/v1/sessions", &json!({ "purpose": "login" }));
    assert_eq!(made.status, 201, "{made:?}");
    let url = made.field("url");
    let link = format!("/v/{}", url.split_once("/v/").unwrap().1);
    let opened = scene.client.get(&link);
    let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let path = link.split('?').next().unwrap().to_owned();
    let browser = Browser { path, cookie };
    let sent = browser.send(scene, "send", "method=message");
    assert_eq!(sent.status, 303, "{sent:?}");
    let newest = scene.client.get("/v1/verifications?limit=1").json();
    (browser, Begun::of(&newest["data"][0]))
}

impl Browser {
    fn check(&self, scene: &mut Scene, code: &str) {
        let answer = self.send(scene, "check", &format!("code={code}"));
        scene.note(&answer.status.to_string());
    }

    fn send(&self, scene: &mut Scene, action: &str, form: &str) -> Answer {
        let request = Request::new("POST", &format!("{}/{action}", self.path))
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.as_bytes().to_vec());
        scene.client.send(&request).unwrap()
    }
}
