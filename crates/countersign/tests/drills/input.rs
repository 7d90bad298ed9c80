//! What strangers send, over real sockets: every answer is the documented one, and nothing that
//! was refused leaves a trace.

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::process::said;
use crate::report::report;
use crate::stage::{Stage, check, code, phone, start_body, wrong};

const START: &str = "/v1/verifications";
const UNKNOWN: &str = "/v1/verifications/ver_00000000000000000000000000";

/// Asks, and notes every answer that is not the documented one.
pub(crate) struct Table {
    client: Client,
    asked: usize,
    broken: Vec<String>,
}

impl Table {
    pub(crate) const fn new(client: Client) -> Self {
        Self { client, asked: 0, broken: Vec::new() }
    }

    /// The answer must have this status and, when it is refused, this code.
    pub(crate) fn expect(&mut self, what: &str, request: &Request, expected: (u16, &str)) -> Value {
        self.asked += 1;
        let answer = match self.client.send(request) {
            Ok(answer) => answer,
            Err(error) => {
                self.broken.push(format!("{what}: no answer: {error}"));
                return Value::Null;
            }
        };
        let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = json["code"].as_str().unwrap_or_default();
        if (answer.status, said) != expected {
            self.broken.push(format!("{what}: {} {said} instead of {expected:?}", answer.status));
        }
        let is_problem = answer.header("content-type") == Some("application/problem+json");
        if !expected.1.is_empty() && !is_problem {
            self.broken.push(format!("{what}: it is no problem document"));
        }
        json
    }

    pub(crate) fn must(&mut self, holds: bool, what: &str) {
        self.asked += 1;
        if !holds {
            self.broken.push(what.to_owned());
        }
    }

    pub(crate) fn report(&self, drill: &str) {
        report(drill, &json!({ "n": self.asked, "broken": self.broken.len() }), &self.broken);
    }
}

/// What is no number, or not only one.
const NO_NUMBERS: [&str; 19] = [
    "",
    " ",
    "+",
    "+49",
    "+1",
    "12345",
    "015120000001",
    "hello",
    "+49151200000AB",
    "+4915120000001 ext. 5",
    "+4915120000001;ext=5",
    "+4915120000001,+4915120000002",
    "+49151200000010000000",
    "+999123456789",
    "+491512000000¹",
    "+49 151 ½0000001",
    "4915120000001@c.us",
    "+49151\u{0}20000001",
    "++4915120000001",
];

/// A status, and the code of the problem if it is one.
type Expected = (u16, &'static str);

/// How somebody may type a code.
type Spelling = fn(&str) -> String;

fn raw(path: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", path).header("content-type", "application/json").body(body.into())
}

/// Bodies, and what each is answered. `FIELD` is the field that the call needs.
fn bodies() -> [(&'static str, String, Expected); 14] {
    [
        ("a megabyte", " ".repeat(1 << 20), (413, "payload_too_large")),
        (
            "a megabyte of JSON",
            format!("{{\"FIELD\":\"{}\"}}", "1".repeat(1 << 20)),
            (413, "payload_too_large"),
        ),
        ("nothing", String::new(), (400, "invalid_json")),
        ("half an object", "{\"FIELD\":\"+49".to_owned(), (400, "invalid_json")),
        ("two objects", "{\"FIELD\":\"1\"}{}".to_owned(), (400, "invalid_json")),
        ("a lone surrogate", "{\"FIELD\":\"\\ud800\"}".to_owned(), (400, "invalid_json")),
        ("a form", "FIELD=1".to_owned(), (400, "invalid_json")),
        ("a list", "[\"123456\"]".to_owned(), (422, "invalid_request")),
        ("null", "null".to_owned(), (422, "invalid_request")),
        ("no field", "{}".to_owned(), (422, "invalid_request")),
        ("a field too many", "{\"FIELD\":\"123456\",\"x\":1}".to_owned(), (422, "invalid_request")),
        ("a field twice", "{\"FIELD\":\"1\",\"FIELD\":\"2\"}".to_owned(), (422, "invalid_request")),
        ("a number", "{\"FIELD\":123456}".to_owned(), (422, "invalid_request")),
        ("a list inside", "{\"FIELD\":[\"123456\"]}".to_owned(), (422, "invalid_request")),
    ]
}

#[test]
fn bodies_that_make_no_sense_are_refused_and_change_nothing() {
    let stage = Stage::sqlite(&[]);
    let mut table = Table::new(stage.client(0));
    let number = phone(0);
    for (path, field) in [(START.to_owned(), "phone"), (format!("{UNKNOWN}/check"), "code")] {
        for (what, body, expected) in bodies() {
            let body = body.replace("FIELD", field);
            table.expect(&format!("{path}: {what}"), &raw(&path, body), expected);
        }
        let bytes = [b"{\"", field.as_bytes(), b"\":\"\xff\xfe\"}"].concat();
        table.expect("no UTF-8", &raw(&path, bytes), (400, "invalid_json"));
        let deep = format!("{{\"{field}\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        let answer = stage.client(0).send(&raw(&path, deep)).unwrap();
        table.must(matches!(answer.status, 400 | 422), "a deep list is refused");
        let json = json!({ "phone": number }).to_string().into_bytes();
        let plain = Request::new("POST", &path).body(json.clone());
        table.expect("no content type", &plain, (415, "unsupported_media_type"));
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "application/json; charset=latin1",
        ] {
            let request =
                Request::new("POST", &path).header("content-type", kind).body(json.clone());
            table.expect(kind, &request, (415, "unsupported_media_type"));
        }
        let zipped = raw(&path, json.clone()).header("content-encoding", "gzip");
        table.expect("zipped", &zipped, (415, "unsupported_media_type"));
        let keyed = raw(&path, json).header("idempotency-key", "two words");
        table.expect("a key of two words", &keyed, (422, "invalid_idempotency_key"));
    }
    fields_of_a_start(&mut table, &number);
    queries(&mut table);
    table.must(
        stage.database.number("select count(*) from verifications") == 0,
        "nothing was stored",
    );
    table.expect(
        "the phone was not charged",
        &Request::post(START, &start_body(&number)),
        (201, ""),
    );
    table.report("input_bodies");
}

fn fields_of_a_start(table: &mut Table, number: &str) {
    for (field, value) in [
        ("method", json!("fax")),
        ("channel", json!("pigeon")),
        ("purpose", json!("otp")),
        ("locale", json!("x")),
        ("client", json!({ "ip": "999.1.1.1" })),
        ("client", json!([])),
        ("reference", json!("x".repeat(256))),
        ("metadata", json!({ "a": 1 })),
        ("metadata", json!({ "": "a" })),
        ("return_url", json!("javascript:alert(1)")),
    ] {
        let mut body = start_body(number);
        body[field] = value;
        table.expect(field, &Request::post(START, &body), (422, "invalid_request"));
    }
    let method = json!({ "phone": number, "method": "message" });
    table.expect("the other method", &Request::post(START, &method), (422, "method_unavailable"));
    let channel = json!({ "phone": number, "channel": "sms" });
    table.expect(
        "the other channel",
        &Request::post(START, &channel),
        (422, "channel_unavailable"),
    );
}

fn queries(table: &mut Table) {
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=1",
        "created_after=yesterday",
        "status=done",
        "purpose=x",
        "x=1",
    ] {
        table.expect(query, &Request::get(&format!("{START}?{query}")), (422, "invalid_request"));
    }
    table.expect(
        "a phone in a query",
        &Request::get(&format!("{START}?phone=x")),
        (422, "invalid_phone"),
    );
    table.expect("another method", &Request::new("PUT", START), (405, "method_not_allowed"));
    table.expect("another path", &Request::get("/v1/../v1/nothing"), (404, "not_found"));
}

#[test]
fn a_number_is_one_number_in_every_spelling_and_nothing_else_is_one() {
    let stage = Stage::sqlite(&[]);
    let mut table = Table::new(stage.client(0));
    let started =
        table.expect("plain", &Request::post(START, &start_body("+4915120000001")), (201, ""));
    table.must(started["phone"] == "+4915120000001", "the number is written as E.164");
    for spelling in [
        "+49 151 20000001",
        "+49 (151) 2000-0001",
        "+49-151-2000.0001",
        " +4915120000001 ",
        "+49/151/20000001",
        "+49 (0) 151 20000001",
        "\u{202a}+4915120000001\u{202c}",
        "＋４９１５１２０００００１",
        "+٤٩١٥١٢٠٠٠٠٠٠١",
        "+४९१५१२०००००१",
        "tel:+4915120000001",
        "\u{a0}+49\u{2011}151\u{2011}20000001",
    ] {
        // The same phone, which was written to a moment ago.
        let expected = if spelling.chars().filter(|c| c.is_numeric()).count() >= 13 {
            (429, "rate_limited")
        } else {
            (422, "invalid_phone")
        };
        table.expect(
            &format!("{spelling:?}"),
            &Request::post(START, &start_body(spelling)),
            expected,
        );
    }
    for nonsense in NO_NUMBERS {
        table.expect(
            &format!("{nonsense:?}"),
            &Request::post(START, &start_body(nonsense)),
            (422, "invalid_phone"),
        );
    }
    let long = "1".repeat(10_000);
    table.expect(
        "a long number",
        &Request::post(START, &start_body(&long)),
        (422, "invalid_phone"),
    );
    for unsuitable in ["+498001234567", "+4990012345678"] {
        let answer = stage.client(0).post(START, &start_body(unsuitable));
        table.must(
            answer.status == 422,
            &format!("{unsuitable} receives no messages: {}", answer.text()),
        );
    }
    table.must(stage.database.number("select count(*) from verifications") == 1, "one was stored");
    table.report("input_numbers");
}

#[test]
fn a_code_is_compared_in_every_spelling_and_nothing_else_is_counted() {
    let stage = Stage::sqlite(&[]);
    let mut table = Table::new(stage.client(0));
    let mut client = stage.client(0);
    let spellings: [Spelling; 6] = [
        |code| format!(" {code}\n"),
        |code| format!("{} {}", &code[..3], &code[3..]),
        |code| format!("{}-{}", &code[..3], &code[3..]),
        |code| in_script(code, '٠'),
        |code| in_script(code, '０'),
        |code| format!("\u{200f}{}\u{a0}{}", in_script(&code[..3], '०'), &code[3..]),
    ];
    for (place, spelling) in spellings.iter().enumerate() {
        let started = client.post(START, &start_body(&phone(place)));
        let path = format!("/v1/verifications/{}", started.field("id"));
        let right = code(&mut stage.phones(), &phone(place), 10).unwrap();
        let of_check =
            |code: &str| Request::post(&format!("{path}/check"), &json!({ "code": code }));
        for malformed in
            ["", "12345", "12345678901", "abcdef", "12345a", "½½½½½½", "१२३४५", "1234567890123456"]
        {
            table.expect(
                &format!("{malformed:?}"),
                &of_check(malformed),
                (422, "invalid_code_format"),
            );
        }
        table.expect("a long code", &of_check(&right.repeat(1_000)), (422, "invalid_code_format"));
        let left = client.get(&path).json()["attempts_left"].clone();
        table.must(left == 3, "nothing was counted");
        let longer = table.expect("one digit more", &of_check(&format!("{right}0")), (200, ""));
        table.must(longer["outcome"] == "wrong_code", "a longer code is another code");
        let other = table.expect("a wrong one", &of_check(&wrong(&right, 7)), (200, ""));
        table.must(
            other["outcome"] == "wrong_code" && other["attempts_left"] == 1,
            "it was counted",
        );
        let approved = table.expect("the right one", &of_check(&spelling(&right)), (200, ""));
        table.must(approved["outcome"] == "approved", &format!("{:?} is read", spelling("123456")));
    }
    table.report("input_codes");
}

#[test]
fn what_belongs_to_another_tenant_does_not_exist() {
    let stage = Stage::sqlite(&[]);
    let mut ours = stage.client(0);
    let started = ours.post(START, &start_body(&phone(0)));
    let id = started.field("id");
    let right = code(&mut stage.phones(), &phone(0), 10).unwrap();
    said(stage.command(&["tenant", "create", "other"]));
    let key = said(stage.command(&["key", "create", "--tenant", "other"]));
    let mut table = Table::new(Client::with_key(stage.addresses[0], key.trim()));
    let unknown = [
        UNKNOWN.to_owned(),
        format!("/v1/verifications/{}", &id[..id.len() - 1]),
        "/v1/verifications/%00".to_owned(),
    ];

    for path in [format!("/v1/verifications/{id}")].into_iter().chain(unknown) {
        let not_found = (404, "verification_not_found");
        table.expect("read", &Request::get(&path), not_found);
        table.expect(
            "check",
            &Request::post(&format!("{path}/check"), &json!({ "code": right })),
            not_found,
        );
        table.expect("resend", &Request::post(&format!("{path}/resend"), &json!({})), not_found);
        table.expect("cancel", &Request::post(&format!("{path}/cancel"), &json!({})), not_found);
    }
    for query in [String::new(), format!("?phone=%2B{}", &phone(0)[1..]), format!("?cursor={id}")] {
        let list = table.expect("list", &Request::get(&format!("{START}{query}")), (200, ""));
        table.must(
            list["data"].as_array().is_some_and(Vec::is_empty),
            "nothing of others is listed",
        );
    }
    // It has no account to send from.
    table.expect(
        "start",
        &Request::post(START, &start_body(&phone(1))),
        (422, "channel_unavailable"),
    );

    let kept = ours.get(&format!("/v1/verifications/{id}")).json();
    table
        .must(kept["status"] == "pending" && kept["attempts_left"] == 3, "nothing of ours changed");
    table.must(check(&mut ours, &id, &right).field("outcome") == "approved", "and we can go on");
    for key in [
        "",
        "x",
        "cs_live_",
        "cs_live_0000000000000000000000000000000000000000000",
        key.trim().trim_start_matches("cs_"),
    ] {
        let request = Request::get(START).header("authorization", &format!("Bearer {key}"));
        table.expect("a key that is none", &request, (401, "unauthorized"));
    }
    let basic = Request::get(START).header("authorization", &format!("Basic {}", key.trim()));
    table.expect("another scheme", &basic, (401, "unauthorized"));
    table.report("input_tenants");
}

/// The same digits in another script, by its zero.
fn in_script(code: &str, zero: char) -> String {
    let digit =
        |digit: char| char::from_u32(u32::from(zero) + digit.to_digit(10).unwrap()).unwrap();
    code.chars().map(digit).collect()
}
