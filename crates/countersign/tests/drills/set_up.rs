//! Setting up an account, as somebody does who has a token and the account's id: from there to a
//! server that sends codes, and what is said when it does not go so well.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Client, Request};
use crate::process::{Process, countersign, eventually, free_address, run, said};
use crate::stage::{ACCESS_TOKEN, APP_SECRET, KEY, SECRET_KEY, VERIFY_TOKEN};
use crate::stage::{check, code, phone, start_body};

pub(crate) const ACCOUNT_ID: &str = "311200440055660";

/// A simulated Meta, and an empty folder.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) simulator: SocketAddr,
    pub(crate) server: SocketAddr,
    _meta: Process,
}

/// How a command ended: its code, what it said, and what it complained about.
type Ended = (i32, String, String);

impl Desk {
    /// A look at a template takes so long.
    pub(crate) fn new(review_ms: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (simulator, server) = (free_address(), free_address());
        let webhooks = format!("http://{server}/api/webhooks/whatsapp");
        let mut command = countersign(folder.path(), &["simulate"]);
        command
            .args(["--listen", &simulator.to_string(), "--webhook-url", &webhooks])
            .args(["--app-secret", APP_SECRET, "--verify-token", VERIFY_TOKEN])
            .args(["--access-token", ACCESS_TOKEN]);
        let mut meta = Process::start(command, folder.path(), "simulator");
        meta.wait_for(simulator, "/api/settings");
        let desk = Self { folder, simulator, server, _meta: meta };
        desk.simulate(&json!({ "review": { "delay_ms": review_ms } }));
        desk
    }

    pub(crate) fn simulate(&self, settings: &Value) {
        self.ask("PATCH", "/api/settings", settings);
    }

    pub(crate) fn ask(&self, method: &'static str, path: &str, body: &Value) {
        let request = Request::new(method, path).body(body.to_string().into_bytes());
        let answer = Client::new(self.simulator).send(&request).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = countersign(self.folder.path(), arguments);
        command.env("WHATSAPP_API_BASE_URL", format!("http://{}", self.simulator));
        command
    }

    /// Sets up a template of this name in two languages.
    fn set_up(&self, arguments: &[&str]) -> Ended {
        let usual = ["setup", "whatsapp", "--yes", "--token", ACCESS_TOKEN, "--account"];
        let design = ["--language", "en_US,hi"];
        let patience = ["--timeout", "20"];
        let patience = if arguments.contains(&"--timeout") { &[] } else { &patience[..] };
        let arguments = [&usual[..], &[ACCOUNT_ID], &design, patience, arguments].concat();
        ended(self.command(&arguments))
    }

    fn template(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(&[&["template"], arguments].concat());
        command
            .env("WHATSAPP_ACCESS_TOKEN", ACCESS_TOKEN)
            .env("WHATSAPP_BUSINESS_ACCOUNT_ID", ACCOUNT_ID);
        ended(command)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("countersign.toml")
    }

    pub(crate) fn serve(&self, settings: &[(&str, &str)]) -> Process {
        let mut command = self.command(&["serve"]);
        command
            .env("LISTEN", self.server.to_string())
            .env("SECRET_KEY", SECRET_KEY)
            .env("BOOTSTRAP_API_KEY", KEY)
            .env("WHATSAPP_APP_SECRET", APP_SECRET)
            .env("WHATSAPP_VERIFY_TOKEN", VERIFY_TOKEN)
            .env("DATABASE_URL", "sqlite:countersign.db")
            .envs(settings.iter().copied());
        let mut server = Process::start(command, self.folder.path(), "server");
        server.wait_for(self.server, "/readyz");
        server
    }
}

fn ended(command: Command) -> Ended {
    let output = run(command);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (said, complained) = (text(output.stdout), text(output.stderr));
    for shown in [&said, &complained] {
        assert!(!shown.contains(ACCESS_TOKEN), "the token is shown: {shown}");
    }
    (output.status.code().unwrap(), said, complained)
}

/// What `verified` says of this template.
fn is_verified(text: &str, name: &str) -> bool {
    text.contains(&format!("Verified OTP template '{name}' with ID 88"))
        && text.contains("is approved and ready to send.")
}

#[test]
fn a_token_and_an_account_become_a_server_that_sends_codes() {
    let desk = Desk::new(300);
    std::fs::write(desk.file(), "# Ours.\notp_expiration_minutes = 4 # short\n").unwrap();

    let (code_of_setup, said, complained) = desk.set_up(&["--name", "shop_code"]);

    assert_eq!(code_of_setup, 0, "{said}{complained}");
    for line in [
        "Phone number: 420033001177550  +1 555-010-0200  Countersign Simulator  CONNECTED",
        "Created template 'shop_code' in en_US, hi.",
        "Waiting for Meta: 0 of 2 approved, 2 in review",
        "Template 'shop_code': 2 of 2 approved.",
        "Wrote countersign.toml.",
        "Before the server starts it needs:",
        "  whatsapp_app_secret: give the app secret",
    ] {
        assert!(said.lines().any(|said| said.starts_with(line)), "{line} in {said}");
    }
    assert!(is_verified(said.lines().last().unwrap(), "shop_code"), "{said}");
    let written = std::fs::read_to_string(desk.file()).unwrap();
    assert_eq!(
        written,
        format!(
            "# Ours.\notp_expiration_minutes = 4 # short\n\
             whatsapp_access_token = \"{ACCESS_TOKEN}\"\n\
             whatsapp_phone_number_id = \"420033001177550\"\n\
             whatsapp_business_account_id = \"{ACCOUNT_ID}\"\n\
             whatsapp_template_name = \"shop_code\"\n\
             whatsapp_template_languages = [\"en_US\", \"hi\"]\n\
             whatsapp_business_number = \"+15550100200\"\n"
        )
    );
    assert_eq!(desk.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let rows = Client::new(desk.simulator).get("/api/templates");
    let rows: Value = serde_json::from_slice(&rows.body).unwrap();
    let row = rows["templates"].as_array().unwrap().last().unwrap();
    assert_eq!(row["message_send_ttl_seconds"], 240, "as long as a code lives");

    let server = desk.serve(&[]);
    eventually("it says so", 10, || is_verified(&server.errors(), "shop_code").then_some(()));
    let mut client = Client::with_key(desk.server, KEY);
    let mut body = start_body(&phone(1));
    body["locale"] = json!("hi");
    let started = client.post("/v1/verifications", &body);
    let code = code(&mut Client::new(desk.simulator), &phone(1), 10).unwrap();
    assert_eq!(check(&mut client, &started.field("id"), &code).field("outcome"), "approved");

    let (again, said, _) = desk.set_up(&["--name", "shop_code"]);
    assert_eq!(again, 0);
    assert!(said.contains("exists in all these languages"), "{said}");
    assert_eq!(std::fs::read_to_string(desk.file()).unwrap(), written, "nothing changes twice");
}

#[test]
fn a_rejection_is_explained() {
    let desk = Desk::new(0);
    let next = json!({ "status": "REJECTED", "reason": "PROMOTIONAL" });
    desk.simulate(&json!({ "review": { "next": next } }));

    let (code, _, complained) = desk.set_up(&["--name", "shop_offer"]);

    assert_eq!(code, 1, "{complained}");
    assert!(complained.contains("en_US is REJECTED (PROMOTIONAL): Meta takes it for advertising"));
    assert!(complained.contains("Nothing was written."), "{complained}");
    assert!(!desk.file().exists());
}

#[test]
fn a_review_that_takes_long_is_left_and_taken_up_again() {
    let desk = Desk::new(3_600_000);

    let (code, _, complained) = desk.set_up(&["--name", "shop_code", "--timeout", "0"]);

    assert_eq!(code, 3, "{complained}");
    assert!(complained.contains("Run this again later"), "{complained}");
    assert!(!desk.file().exists());
    assert_eq!(desk.template(&["status", "shop_code", "--language", "en_US", "hi"]).0, 3);
    desk.ask("POST", "/api/templates/shop_code/review", &json!({ "status": "APPROVED" }));
    let (code, said, _) = desk.set_up(&["--name", "shop_code", "--timeout", "0"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("exists in all these languages"), "{said}");
}

#[test]
fn what_is_missing_or_wrong_is_said_before_anything_is_done() {
    let desk = Desk::new(0);
    let bare = ended(desk.command(&["setup", "whatsapp"]));
    assert_eq!(bare.0, 2);
    assert!(bare.2.contains("WHATSAPP_ACCESS_TOKEN"), "{}", bare.2);
    assert!(bare.2.contains("WHATSAPP_BUSINESS_ACCOUNT_ID"), "{}", bare.2);

    for (arguments, text) in [
        (&["--name", "Shop Code"][..], "lower-case letters"),
        (&["--name", "a", "--language", "pt"], "pt is not one of Meta's languages"),
        (&["--name", "a", "--app", "com.acme.login=Qx81mVb/2aT"], "--one-tap or --zero-tap"),
        (&["--name", "a", "--zero-tap"], "--app"),
        (&["--name", "a", "--zero-tap", "--app", "com.a.b=Qx81mVb/2aT"], "--accept-zero-tap-terms"),
        (&["--name", "a", "--one-tap", "--app", "com.a.b=short"], "11 characters"),
        (&["--name", "a", "--expiration-minutes", "91"], "1 to 90 minutes"),
        (&["--name", "a", "--ttl-seconds", "301"], "not longer than the code lives"),
        (&["--phone-number-id", "1"], "420033001177550"),
    ] {
        let arguments = [&["--account", ACCOUNT_ID], arguments].concat();
        let mut command = desk.command(&[&["setup", "whatsapp", "--yes"], &arguments[..]].concat());
        command.env("WHATSAPP_ACCESS_TOKEN", ACCESS_TOKEN);
        let (code, _, complained) = ended(command);

        assert_eq!(code, 2, "{arguments:?}: {complained}");
        assert!(complained.contains(text), "{arguments:?}: {complained}");
    }
    let all = desk.template(&["list"]).1;
    assert_eq!(all.lines().count(), 9, "nothing was created: {all}");
}

#[test]
fn a_wrong_token_and_a_wrong_account_are_told_apart() {
    let desk = Desk::new(0);
    let set_up = |token: &str, account: &str| {
        let mut command = desk.command(&["setup", "whatsapp", "--yes", "--account", account]);
        command.env("WHATSAPP_ACCESS_TOKEN", token);
        ended(command)
    };

    let (code, _, complained) = set_up("EAAnother", ACCOUNT_ID);
    assert_eq!(code, 1);
    assert!(complained.contains("Meta refuses the access token: make a new one"), "{complained}");
    let (code, _, complained) = set_up(ACCESS_TOKEN, "420033001177550");
    assert_eq!(code, 1);
    assert!(complained.contains("Meta knows no such account"), "{complained}");
    assert_eq!(set_up(ACCESS_TOKEN, "my shop").0, 2);
    desk.simulate(&json!({ "outage": { "token_expired": true } }));
    assert!(set_up(ACCESS_TOKEN, ACCOUNT_ID).2.contains("which has expired"));
    desk.simulate(&json!({ "outage": { "token_expired": false, "error_code": 80_007 } }));
    assert!(set_up(ACCESS_TOKEN, ACCOUNT_ID).2.contains("refuses for now (code 80007)"));
}

#[test]
fn settings_are_shown_without_the_token_instead_of_written() {
    let desk = Desk::new(0);

    let (code, said, _) = desk.set_up(&["--name", "shop_code", "--print"]);

    assert_eq!(code, 0);
    assert!(said.contains("whatsapp_access_token = \"…\""), "{said}");
    assert!(said.contains("whatsapp_template_languages = [\"en_US\", \"hi\"]"), "{said}");
    assert!(!desk.file().exists());
}

#[test]
fn templates_are_created_listed_looked_at_and_deleted() {
    let desk = Desk::new(0);
    let one_tap = ["--one-tap", "--app", "com.acme.login=Qx81mVb/2aT"];
    let create = [&["create", "--name", "app_code", "--language", "de", "fr"], &one_tap[..]];

    let (code, created, _) = desk.template(&create.concat());
    assert_eq!(code, 0);
    assert!(created.contains("LANGUAGE  STATUS    ID"), "{created}");
    let listed = desk.template(&["list", "--name", "app_code"]).1;
    assert_eq!(listed.lines().count(), 3, "{listed}");
    let json: Value =
        serde_json::from_str(&desk.template(&["list", "--name", "app_code", "--json"]).1).unwrap();
    assert_eq!((&json[0]["language"], &json[0]["status"]), (&json!("de"), &json!("APPROVED")));
    let (code, status, _) = desk.template(&["status", "app_code", "--language", "de"]);
    assert_eq!(code, 0);
    assert!(is_verified(&status, "app_code"), "{status}");
    desk.ask("POST", "/api/templates/app_code/review", &json!({ "status": "PAUSED" }));
    let (code, status, _) = desk.template(&["status", "app_code", "--language", "de"]);
    assert_eq!(code, 1);
    assert!(status.contains("de is PAUSED: people marked it as spam"), "{status}");
}

#[test]
fn templates_are_deleted_in_one_language_or_in_all() {
    let desk = Desk::new(0);
    desk.template(&["create", "--name", "app_code", "--language", "de", "fr"]);

    assert_eq!(desk.template(&["delete", "app_code"]).0, 2, "it has to be asked for");
    let (code, said, _) = desk.template(&["delete", "app_code", "--language", "fr", "--yes"]);
    assert_eq!((code, said.as_str()), (0, "Deleted template 'app_code' in fr.\n"));
    assert_eq!(desk.template(&["list", "--name", "app_code"]).1.lines().count(), 2);
    assert_eq!(desk.template(&["delete", "app_code", "--yes"]).0, 0);
    assert_eq!(desk.template(&["delete", "app_code", "--yes"]).0, 1);
    let twice = desk.template(&["create", "--name", "countersign_code", "--language", "fr"]);
    assert_eq!(twice.0, 1);
    assert!(twice.2.contains("exists in this language already"), "{}", twice.2);
}

#[test]
fn a_server_starts_all_the_same_and_says_what_is_wrong_with_the_template() {
    let desk = Desk::new(0);
    let account = [
        ("WHATSAPP_ACCESS_TOKEN", ACCESS_TOKEN),
        ("WHATSAPP_BUSINESS_ACCOUNT_ID", ACCOUNT_ID),
        ("WHATSAPP_PHONE_NUMBER_ID", "420033001177550"),
    ];
    for (settings, text) in [
        (vec![("WHATSAPP_TEMPLATE_NAME", "nothing")], "en_US is missing: create it with"),
        (vec![("WHATSAPP_ACCESS_TOKEN", "EAAnother")], "Meta refuses the access token"),
        (vec![("WHATSAPP_BUSINESS_ACCOUNT_ID", "")], "set whatsapp_business_account_id"),
    ] {
        let settings = [&account[..], &settings].concat();
        let mut server = desk.serve(&settings);

        eventually(text, 10, || server.errors().contains(text).then_some(()));
        server.interrupt();
        assert_eq!(server.ended().code(), Some(0), "{}", server.errors());
    }
    assert!(said(desk.command(&["template", "--help"])).contains("status"));
}
