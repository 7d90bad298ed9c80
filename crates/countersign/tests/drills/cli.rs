//! The commands, as somebody types them or a script runs them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::process::{Process, countersign, eventually, free_address, now, run, said};
use crate::stage::{KEY, Stage, check, code, environment, phone, start_body};

/// A development server that is ready.
struct Dev {
    process: Process,
    line: Value,
    address: SocketAddr,
    simulator: SocketAddr,
    took: Duration,
}

impl Dev {
    fn start(data: &Path, name: &str) -> Self {
        let (address, simulator) = (free_address(), free_address());
        let mut command = countersign(data.parent().unwrap(), &["dev", "--json"]);
        command
            .args(["--listen", &address.to_string(), "--simulator", &simulator.to_string()])
            .arg("--data")
            .arg(data);
        let begun = now();
        let mut process = Process::start(command, data.parent().unwrap(), name);
        process.wait_for(address, "/healthz");
        let line =
            eventually("it says where it is", 5, || serde_json::from_str(&process.output()).ok());
        Self { process, line, address, simulator, took: begun.elapsed() }
    }

    fn key(&self) -> &str {
        self.line["api_key"].as_str().unwrap()
    }
}

#[test]
fn a_development_server_says_one_line_and_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut dev = Dev::start(&data, "first");

    assert!(dev.took < Duration::from_secs(3), "{:?}", dev.took);
    let mut names: Vec<&str> = dev.line.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected = [
        "api_key",
        "app_secret",
        "business_phone",
        "phone_number_id",
        "simulator",
        "tenant",
        "url",
        "verify_token",
    ];
    assert_eq!(names, expected);
    assert_eq!(dev.line["url"], format!("http://{}", dev.address));
    assert_eq!(dev.line["simulator"], format!("http://{}", dev.simulator));
    assert!(dev.key().starts_with("cs_test_"), "{}", dev.line);
    let mut client = Client::with_key(dev.address, dev.key());
    let started = client.post("/v1/verifications", &start_body(&phone(1)));
    let code = code(&mut Client::new(dev.simulator), &phone(1), 10).unwrap();

    dev.process.interrupt();
    assert_eq!(dev.process.ended().code(), Some(0), "{}", dev.process.errors());
    assert_eq!(dev.process.output().lines().count(), 1, "{}", dev.process.output());
    for address in [dev.address, dev.simulator] {
        assert!(Client::new(address).send(&Request::get("/healthz")).is_err(), "something is left");
    }

    let again = Dev::start(&data, "second");
    assert_eq!(again.key(), dev.key());
    let mut client = Client::with_key(again.address, again.key());
    assert_eq!(check(&mut client, &started.field("id"), &code).field("outcome"), "approved");
}

#[test]
fn a_verification_can_be_sent_and_checked_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&folder.path().join("data"), "dev");
    let by_hand = |arguments: &[&str]| {
        let mut command = countersign(folder.path(), arguments);
        command
            .env("COUNTERSIGN_URL", dev.line["url"].as_str().unwrap())
            .env("COUNTERSIGN_API_KEY", dev.key());
        command
    };

    let sent = said(by_hand(&["send", &phone(2)]));
    let id = sent.split_whitespace().next().unwrap();
    let code = code(&mut Client::new(dev.simulator), &phone(2), 10).unwrap();

    assert!(id.starts_with("ver_"), "{sent}");
    let refused = run(by_hand(&["check", id, "000"]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stdout).contains("invalid_code_format"),
        "{refused:?}"
    );
    assert!(said(by_hand(&["check", id, &code])).starts_with("approved"));
    assert_eq!(run(by_hand(&["check", id, &code])).status.code(), Some(1));
    assert_eq!(run(by_hand(&["send", "nobody"])).status.code(), Some(1));
    let again = String::from_utf8(run(by_hand(&["send", &phone(2)])).stdout).unwrap();
    let wait = again.strip_prefix("rate_limited  Wait ").and_then(|rest| rest.split_once(" s, "));
    assert!(wait.is_some_and(|(seconds, _)| seconds.parse::<u32>().is_ok()), "{again}");
}

#[test]
fn a_development_server_has_templates_and_follows_the_one_that_it_sends_with() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&folder.path().join("data"), "dev");
    let mut client = Client::with_key(dev.address, dev.key());
    let names = |client: &mut Client| -> Vec<String> {
        let listed = client.get("/v1/templates");
        assert_eq!(listed.status, 200, "{listed:?}");
        let rows = listed.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };

    assert!(names(&mut client).contains(&"countersign_code".to_owned()));
    let wanted = json!({ "name": "shop_code", "languages": ["en_US"] });
    let created = client.post("/v1/templates", &wanted);
    assert_eq!(created.status, 201, "{created:?}");
    assert!(names(&mut client).contains(&"shop_code".to_owned()));

    let paused = json!({ "status": "PAUSED" }).to_string().into_bytes();
    let review = Request::new("POST", "/api/templates/countersign_code/review").body(paused);
    assert_eq!(Client::new(dev.simulator).send(&review).unwrap().status, 200);
    eventually("it says that codes cannot be sent", 10, || {
        let errors = dev.process.errors();
        errors.contains("Codes cannot be sent in every language with the template").then_some(())
    });
}

#[test]
fn a_server_without_settings_names_each_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = countersign(folder.path(), &["serve"]);
    command
        .env("OTP_MAX_ATTEMPTS", "9")
        .env("DATABASE_URL", "mysql://x")
        .env("SECRET_KEY", "not-a-key");

    let output = run(command);

    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for name in [
        "secret_key",
        "database_url",
        "otp_max_attempts",
        "whatsapp_access_token",
        "whatsapp_phone_number_id",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
    ] {
        let lines =
            errors.lines().filter(|line| line.trim_start().starts_with(&format!("{name}:")));
        assert_eq!(lines.count(), 1, "{name}: {errors}");
    }
    assert!(!errors.contains("not-a-key"), "{errors}");
    assert!(output.stdout.is_empty());
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "it left something behind");
}

#[test]
fn another_secret_key_does_not_open_the_database() {
    let mut stage = Stage::sqlite(&[]);
    stage.server(0).interrupt();
    stage.server(0).ended();
    let other = "00".repeat(32);
    let mut command = stage.command(&["serve"]);
    command.env("SECRET_KEY", &other);

    let output = run(command);

    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("secret_key: this database was made under another key"), "{errors}");
    assert!(!errors.contains(&other), "{errors}");
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let stage = Stage::sqlite(&[]);
    let mut command = stage.command(&["serve"]);
    command.env("LISTEN", free_address().to_string());

    let output = run(command);

    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("another server has"), "{errors}");
    assert_eq!(stage.client(0).get("/readyz").status, 200);
}

#[test]
fn an_address_in_use_is_named() {
    let stage = Stage::sqlite(&[]);

    let output = run(stage.command(&["serve"]));

    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains(&stage.addresses[0].to_string()), "{errors}");
}

#[test]
fn a_server_that_is_interrupted_finishes_and_leaves_nothing() {
    let mut stage = Stage::sqlite(&[]);
    let started = stage.client(0).post("/v1/verifications", &start_body(&phone(3)));
    assert_eq!(started.status, 201, "{started:?}");

    stage.server(0).interrupt();

    assert_eq!(stage.server(0).ended().code(), Some(0));
    assert!(stage.client(0).send(&Request::get("/healthz")).is_err());
    assert_eq!(stage.database.damage(), None);
    assert_eq!(stage.database.number("select count(*) from verifications"), 1);
}

#[test]
fn keys_and_tenants_are_kept_beside_a_running_server() {
    let stage = Stage::sqlite(&[]);
    assert!(said(stage.command(&["migrate"])).contains("up to date"));
    said(stage.command(&["tenant", "create", "shop"]));
    assert!(said(stage.command(&["tenant", "list"])).contains("shop"));
    let scoped =
        ["key", "create", "--tenant", "shop", "--label", "till", "--scope", "verifications:read"];
    let key = said(stage.command(&scoped)).trim().to_owned();
    let mut client = Client::with_key(stage.addresses[0], &key);
    let mut list = || client.get("/v1/verifications").status;

    assert_eq!(list(), 200, "a new key works at once");
    let refused = Client::with_key(stage.addresses[0], &key)
        .post("/v1/verifications", &start_body(&phone(4)));
    assert_eq!((refused.status, refused.field("code").as_str()), (403, "forbidden"));
    let keys = said(stage.command(&["key", "list", "--tenant", "shop"]));
    assert!(keys.contains("active") && keys.contains("till") && !keys.contains(&key), "{keys}");
    let id = keys.split_whitespace().next().unwrap().to_owned();
    said(stage.command(&["key", "revoke", &id, "--tenant", "shop"]));
    let begun = now();
    eventually("a revoked key stops", 7, || (list() == 401).then_some(()));
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert!(said(stage.command(&["key", "list", "--tenant", "shop"])).contains("ended"));
    assert_eq!(run(stage.command(&["key", "create", "--tenant", "nobody"])).status.code(), Some(1));
}

#[test]
fn a_test_key_is_made_and_listed_and_sends_nothing() {
    let stage = Stage::sqlite(&[]);
    let key = said(stage.command(&["key", "create", "--test"])).trim().to_owned();
    let by_hand = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command
            .env("COUNTERSIGN_URL", format!("http://{}", stage.addresses[0]))
            .env("COUNTERSIGN_API_KEY", &key);
        command
    };

    let sent = said(by_hand(&["send", &phone(6)]));

    assert!(key.starts_with("cs_test_"), "{key}");
    let listed = said(stage.command(&["key", "list"]));
    let modes = ["  live  ", "  test  "].map(|mode| listed.matches(mode).count());
    assert_eq!(modes, [1, 1], "{listed}");
    let words: Vec<&str> = sent.split_whitespace().collect();
    let [.., "check", id, code] = words[..] else { panic!("{sent}") };
    assert!(said(by_hand(&["check", id, code])).starts_with("approved"));
    assert_eq!(stage.phones().get("/api/phones").json()["phones"], json!([]));
    assert_eq!(check(&mut stage.client(0), id, code).status, 404, "to a live key");
}

#[test]
fn how_a_tenant_looks_is_kept_beside_a_running_server() {
    let stage = Stage::sqlite(&[]);
    let set =
        |arguments: &[&str]| stage.command(&[&["tenant", "set", "default"], arguments].concat());
    let logo = stage.folder.path().join("logo.svg");
    std::fs::write(&logo, "<svg><path d='M0 0'/></svg>").unwrap();

    said(set(&["--display-name", "Größer & Söhne", "--color", "#7a2e6b", "--country", "IN", "BR"]));
    said(set(&["--logo", logo.to_str().unwrap(), "--return-url", "https://shop.example/done"]));
    let shown = said(stage.command(&["tenant", "show", "default"]));
    for line in [
        "display name  Größer & Söhne",
        "color         #7a2e6b",
        "theme         auto",
        "logo          image/svg+xml, 27 bytes",
        "countries     IN BR",
        "returns to    https://shop.example/done",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }

    let start = |phone: &str, address: &str| {
        let mut body = start_body(phone);
        body["return_url"] = address.into();
        stage.client(0).post("/v1/verifications", &body)
    };
    assert_eq!(start(&phone(6), "https://shop.example/done?order=7").status, 201);
    let refused = start(&phone(7), "https://shop.example/elsewhere");
    assert_eq!(refused.field("code"), "return_url_not_registered");

    std::fs::write(&logo, "<svg onload='alert(1)'/>").unwrap();
    for (arguments, said) in [
        (["--color", "red"], "six hexadecimal digits"),
        (["--locale", "de"], "choose one of en, es"),
        (["--theme", "black"], "write auto, light or dark"),
        (["--return-url", "http://shop.example/"], "plain http is for localhost only"),
        (["--logo", logo.to_str().unwrap()], "export it as plain SVG"),
        (["--help-url", "javascript:alert(1)"], "write it as https://host/path"),
    ] {
        let output = run(set(&arguments));
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1));
        assert!(complaint.contains(said), "{complaint}");
    }
    assert_eq!(said(stage.command(&["tenant", "show", "default"])), shown, "nothing changed");
    assert!(said(set(&["--color", "", "--logo", ""])).contains("logo          -"));
}

#[test]
fn a_doctor_finds_nothing_to_mend_where_everything_is_in_order() {
    let stage = Stage::sqlite(&[]);
    let doctor = |settings: &[(&str, &str)]| {
        let mut command = stage.command(&["doctor"]);
        command
            .env("PUBLIC_URL", format!("http://{}", stage.addresses[0]))
            .envs(settings.iter().copied());
        run(command)
    };

    let healthy = doctor(&[]);
    let report = String::from_utf8(healthy.stdout).unwrap();
    assert_eq!(healthy.status.code(), Some(0), "{report}");
    assert!(report.contains("Everything is in order.") && !report.contains("MEND"), "{report}");

    for (name, value, finding) in [
        ("WHATSAPP_ACCESS_TOKEN", "another", "MEND"),
        ("WHATSAPP_VERIFY_TOKEN", "another", "MEND  webhook"),
        ("SECRET_KEY", &"00".repeat(32), "MEND  secret key"),
        ("WHATSAPP_TEMPLATE_NAME", "nothing", "MEND"),
        ("PUBLIC_URL", "http://127.0.0.1:9", "MEND  webhook"),
        ("DATABASE_URL", "sqlite:nowhere/at/all.db", "MEND  database"),
    ] {
        let sick = doctor(&[(name, value)]);
        let report = String::from_utf8(sick.stdout).unwrap();
        assert_eq!(sick.status.code(), Some(1), "{name}: {report}");
        assert!(report.contains(finding), "{name}: {report}");
    }
}

#[test]
fn settings_are_read_from_a_file_and_from_files_that_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let database = format!("sqlite:{}", folder.path().join("c.db").display());
    let settings = environment(&database, free_address(), address);
    let is_kept_apart = |name: &str| matches!(name, "SECRET_KEY" | "BOOTSTRAP_API_KEY");
    let is_number = |name: &str| name.starts_with("OTP") || name.starts_with("MAX");
    let line = |(name, value): &(String, String)| {
        let name_in_file = name.to_lowercase();
        if is_number(name) {
            format!("{name_in_file} = {value}\n")
        } else {
            format!("{name_in_file} = {value:?}\n")
        }
    };
    let file: String = settings.iter().filter(|(name, _)| !is_kept_apart(name)).map(line).collect();
    std::fs::write(folder.path().join("countersign.toml"), file).unwrap();
    let secret = |name: &str| settings.iter().find(|(other, _)| other == name).unwrap().1.clone();
    std::fs::write(folder.path().join("key"), format!("{}\n", secret("SECRET_KEY"))).unwrap();
    std::fs::write(folder.path().join("api-key"), format!("{KEY}\n")).unwrap();
    let mut command = countersign(folder.path(), &["serve"]);
    command
        .env("SECRET_KEY_FILE", folder.path().join("key"))
        .env("BOOTSTRAP_API_KEY_FILE", folder.path().join("api-key"));

    let mut server = Process::start(command, folder.path(), "server");
    server.wait_for(address, "/readyz");

    let answer =
        Client::with_key(address, KEY).post("/v1/verifications", &json!({ "phone": phone(5) }));
    assert_eq!(answer.status, 201, "{answer:?}");
}
