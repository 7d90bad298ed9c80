//! Known secrets are sent through everything, and then looked for where they must not be.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::database::Database;
use crate::journey::{Journey, TEXT};
use crate::process::{eventually, run, said};
use crate::report::report;
use crate::search::Search;
use crate::stage::{
    ACCESS_TOKEN, APP_SECRET, KEY, SECRET_KEY, Stage, VERIFY_TOKEN, check, start_body, wrong,
};

/// One for each ending.
const TEST_PHONES: [(&str, &str); 4] = [
    ("+4915112390001", "015112390001"),
    ("+4915112390002", "015112390002"),
    ("+4915112390003", "015112390003"),
    ("+4915112390004", "015112390004"),
];

#[test]
fn nothing_secret_is_logged_measured_or_told_as_text() {
    walk("text");
}

#[test]
fn nothing_secret_is_logged_measured_or_told_as_json() {
    walk("json");
}

fn walk(format: &str) {
    let mut stage = Stage::sqlite(&[
        ("LOG_LEVEL", "trace"),
        ("LOG_FORMAT", format),
        ("OTP_CONTRACT_ENABLED", "true"),
        ("PUBLIC_URL", "http://verify.example"),
        // Shorter ones stand in a log by chance: in the fractions of a second.
        ("OTP_CODE_DIGITS", "10"),
        ("OTP_SIGN_IN_CODE_DIGITS", "10"),
        ("ACCEPT_RISK", "true"),
    ]);
    let mut journey = Journey::walk(&stage);
    test_key(&stage, &mut journey);
    let ids = message_ids(&stage);
    assert!(ids.len() > 5, "{ids:?}");
    for id in &ids {
        journey.secrets.push(("a provider's id".to_owned(), id.clone()));
    }
    commands(&stage, &mut journey);
    stage.server(0).interrupt();
    stage.server(0).ended();
    for (name, secret) in [
        ("the API key", KEY),
        ("the secret key", SECRET_KEY),
        ("the access token", ACCESS_TOKEN),
        ("the app secret", APP_SECRET),
        ("the verify token", VERIFY_TOKEN),
    ] {
        journey.secrets.push((name.to_owned(), secret.to_owned()));
    }

    let logs: Vec<u8> = stage.logs().iter().flat_map(|log| fs::read(log).unwrap()).collect();
    let lines = logs.split(|byte| *byte == b'\n').count();
    assert!(lines > journey.requests, "too little was logged: {lines} lines");
    let said = [&journey.said[..], &logs].concat();
    let secrets = search(&journey.secrets);
    assert!(
        secrets.hits(format!("x {} y", STANDARD.encode(format!("to {TEXT}."))).as_bytes()).len()
            == 1
    );
    let stored = stored(&stage);
    let mut hits = secrets.hits(&said);
    hits.extend(secrets.hits(&decoded(&said)));
    hits.extend(secrets.hits(&stored));
    hits.extend(search(&journey.junk).hits(&logs));
    let figures = json!({
        "format": format,
        "requests": journey.requests,
        "secrets": journey.secrets.len(),
        "encodings": secrets.encodings(),
        "log_lines": lines,
        "bytes": said.len() + stored.len(),
        "hits": hits.len(),
    });
    report("canary", &figures, &hits);
}

fn search(secrets: &[(String, String)]) -> Search {
    Search::encoded(secrets.iter().map(|(name, secret)| (&name[..], &secret[..])))
}

/// What a test key is told of codes, it alone is told.
fn test_key(stage: &Stage, journey: &mut Journey) {
    let key = said(stage.command(&["key", "create", "--test", "--label", "canary"]));
    journey.secret("a test key", key.trim());
    let mut client = Client::with_key(stage.addresses[0], key.trim());
    for (phone, national) in TEST_PHONES {
        journey.phone(phone, national);
        let started = client.post("/v1/verifications", &start_body(phone));
        assert_eq!(started.status, 201, "{started:?}");
        let (id, code) = (started.field("id"), started.field("test_code"));
        journey.secret("a code of a test key", &code);
        let url = started.field("url");
        let opened = client.get(url.strip_prefix("http://verify.example").unwrap());
        let cookie = opened.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let path = opened.header("location").unwrap().to_owned();
        let page = client.send(&Request::get(&path).header("cookie", &cookie)).unwrap();
        // The one that ends at once may have ended.
        assert!(page.text().contains(&code) || phone.ends_with('2'), "{page:?}");
        eventually("the message has its ending", 10, || {
            let read = client.get(&format!("/v1/verifications/{id}")).json();
            (read["messages"][0]["status"] != "queued").then_some(())
        });
        check(&mut client, &id, &wrong(&code, 1));
        check(&mut client, &id, &code);
        client.get("/v1/verifications");
        journey.requests += 8;
    }
}

/// The ids under which the provider knows the messages. Each holds its phone.
fn message_ids(stage: &Stage) -> Vec<String> {
    let phones = stage.phones().get("/api/phones").json();
    let numbers: Vec<String> = list(&phones["phones"], "number");
    eventually("every receipt is answered", 60, || {
        let webhooks = stage.phones().get("/api/webhooks?limit=1000").json();
        let is_pending = |webhook: &Value| webhook["outcome"] == "pending";
        (!webhooks["webhooks"].as_array().unwrap().iter().any(is_pending)).then_some(())
    });
    let mut phones = stage.phones();
    numbers
        .iter()
        .flat_map(|number| {
            list(&phones.get(&format!("/api/phones/{number}/messages")).json()["messages"], "id")
        })
        .collect()
}

fn list(values: &Value, field: &str) -> Vec<String> {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

/// Commands beside the server, whose output is a log as well.
fn commands(stage: &Stage, journey: &mut Journey) {
    let created = said(stage.command(&["key", "create", "--label", "canary"]));
    journey.secrets.push(("a key that was created".to_owned(), created.trim().to_owned()));
    for arguments in [
        &["doctor"][..],
        &["key", "list"],
        &["tenant", "list"],
        &["tenant", "create", "canary"],
        &["migrate"],
        &["send", "+4915112340001"],
        &["key", "revoke", "key_none"],
    ] {
        let output = run(stage.command(arguments));
        journey.said.extend(output.stdout);
        journey.said.extend(output.stderr);
    }
}

/// Every run of letters that is base64, decoded: ids of messages hold phones.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let words = bytes.split(|byte| !is_letter(byte)).filter(|word| word.len() >= 16);
    words
        .flat_map(|word| STANDARD.decode(&word[..word.len() / 4 * 4]).unwrap_or_default())
        .collect()
}

fn stored(stage: &Stage) -> Vec<u8> {
    let Database::Sqlite(path) = &stage.database else { panic!("it is a file") };
    let folder = path.parent().unwrap();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let names = files.filter(|path| path.to_string_lossy().contains("countersign.db"));
    names.flat_map(|path| fs::read(path).unwrap()).collect()
}
