//! Users, kept by commands beside a running server.

use serde_json::Value;

use crate::client::Client;
use crate::process::{run, said};
use crate::stage::Stage;

const EMAIL: &str = "Maria.Soto@Shop.Example";

fn create(stage: &Stage, arguments: &[&str]) -> String {
    said(stage.command(&[&["user", "create"], arguments].concat())).trim().to_owned()
}

fn complaint(stage: &Stage, arguments: &[&str]) -> String {
    let output = run(stage.command(arguments));
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn users_and_their_tokens_are_kept_beside_a_running_server() {
    let stage = Stage::sqlite(&[]);
    let id = create(&stage, &["--email", EMAIL, "--name", "María Soto"]);
    let token = said(stage.command(&["user", "token", &id, "--days", "2"])).trim().to_owned();
    let mut client = Client::with_key(stage.addresses[0], &token);

    assert!(id.starts_with("usr_") && token.starts_with("cs_user_"), "{id}");
    let me = client.get("/api/users/me/");
    assert_eq!(me.status, 200, "{me:?}");
    assert_eq!((me.field("id"), me.field("email")), (id.clone(), EMAIL.to_lowercase()));
    assert_eq!(
        (&me.json()["name"], &me.json()["phone_verified"]),
        (&"María Soto".into(), &false.into())
    );
    assert_eq!(me.json()["phone_number"], Value::Null);

    let ended = said(stage.command(&["user", "revoke-tokens", &id]));
    assert!(ended.starts_with("1 ended."), "{ended}");
    assert_eq!(client.get("/api/users/me").status, 401);
    assert!(said(stage.command(&["user", "revoke-tokens", &id])).starts_with("0 ended."));
}

#[test]
fn users_are_shown_masked_and_to_their_own_tenant() {
    let stage = Stage::sqlite(&[]);
    said(stage.command(&["tenant", "create", "shop"]));
    let id = create(&stage, &["--tenant", "shop", "--email", EMAIL]);
    let nameless = create(&stage, &["--tenant", "shop"]);
    create(&stage, &["--email", EMAIL]);

    let listed = said(stage.command(&["user", "list", "--tenant", "shop"]));
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(ids, [nameless.as_str(), id.as_str()], "the newest first");
    let shown = said(stage.command(&["user", "show", &id, "--tenant", "shop"]));
    assert!(shown.contains("e-mail      m•••@shop.example"), "{shown}");
    for said in [&listed, &shown] {
        assert!(!said.to_lowercase().contains("soto"), "{said}");
    }

    for (arguments, said) in [
        (&["user", "show", &id][..], "no such user"),
        (&["user", "token", &id], "no such user"),
        (&["user", "token", "usr_none"], "begins with usr_"),
        (&["user", "create", "--email", "maria"], "name@host.example"),
        (&["user", "create", "--email", EMAIL], "has this e-mail address"),
        (&["user", "create", "--name", ""], "1 to 100 characters"),
        (&["user", "list", "--tenant", "nobody"], "countersign tenant create"),
    ] {
        let complaint = complaint(&stage, arguments);
        assert!(complaint.contains(said), "{complaint}");
    }
    let mut command = stage.command(&["user", "list"]);
    command.env("SECRET_KEY", "00".repeat(32));
    let refused = run(command);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("under another key"), "{refused:?}");
}
