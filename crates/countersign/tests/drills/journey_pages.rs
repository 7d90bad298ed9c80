//! The part of the walk that a person takes: a page, from its link to its end.

use serde_json::json;

use crate::client::{Answer, Client, Request};
use crate::journey::{EMAIL, JUNK, Journey, REFERENCE};
use crate::stage::{Stage, code, wrong};

const PHONE: &str = "+4915112380001";
const NATIONAL: &str = "015112380001";

/// A browser on one page.
struct Visitor<'a> {
    client: &'a mut Client,
    path: String,
    cookie: String,
    requests: usize,
}

impl Journey {
    pub(crate) fn pages(&mut self, stage: &Stage, client: &mut Client) {
        self.phone(PHONE, NATIONAL);
        let body = json!({ "reference": REFERENCE, "metadata": { "email": EMAIL } });
        let made = self.ask(client, Request::post("/v1/sessions", &body));
        assert_eq!(made.status, 201, "{made:?}");
        let url = made.field("url");
        let (path, secret) = url.split_once("/v/").unwrap().1.split_once("?k=").unwrap();
        self.secret("the secret of a link", secret);
        // A page's reference opens nothing, but tells who was where.
        self.junk.push(("a page".to_owned(), path.to_owned()));
        let path = format!("/v/{path}");
        let opened = client.send(&Request::get(&format!("{path}?k={secret}"))).unwrap();
        assert_eq!(opened.status, 303, "{opened:?}");
        let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        self.secret("a browser's pass", cookie.split_once('=').unwrap().1);
        let mut visitor = Visitor { client, path, cookie, requests: 2 };
        visitor.look("");
        visitor.send("send", &format!("country=DE&phone={JUNK}"), 422);
        visitor.send("lang", &format!("lang=es&country=DE&phone={NATIONAL}"), 200);
        visitor.send("send", &format!("country=DE&phone={NATIONAL}"), 303);
        let code = code(&mut stage.phones(), PHONE, 20).unwrap();
        self.secret("a code of a page", &code);
        visitor.send("check", &format!("code={}", wrong(&code, 1)), 303);
        visitor.look("?e=wrong_code");
        visitor.look(&format!("?e={JUNK}&k={JUNK}"));
        visitor.send("check", &format!("code={code}-{JUNK}"), 303);
        visitor.send("resend", "", 422);
        visitor.send("check", &format!("code={code}"), 303);
        visitor.look("/status");
        visitor.send("check", &"x".repeat(100_000), 413);
        self.requests += visitor.requests;
        self.stray(visitor);
    }

    /// What others are told of a page that is not theirs.
    fn stray(&mut self, visitor: Visitor<'_>) {
        let Visitor { client, path, .. } = visitor;
        let key = self.key.take();
        for request in [
            Request::get(&path),
            Request::get(&format!("{path}?k={JUNK}")),
            Request::get(&format!("{path}/status")).header("cookie", JUNK),
            Request::get(&format!("/v/{JUNK}?k={JUNK}")),
        ] {
            assert_eq!(self.ask(client, request).status, 404);
        }
        self.key = key;
    }
}

impl Visitor<'_> {
    fn look(&mut self, rest: &str) -> Answer {
        self.requests += 1;
        let request = Request::get(&format!("{}{rest}", self.path)).header("cookie", &self.cookie);
        self.client.send(&request).unwrap()
    }

    fn send(&mut self, action: &str, form: &str, status: u16) {
        self.requests += 1;
        let request = Request::new("POST", &format!("{}/{action}", self.path))
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.as_bytes().to_vec());
        let answer = self.client.send(&request).unwrap();
        assert_eq!(answer.status, status, "{action}: {answer:?}");
    }
}
