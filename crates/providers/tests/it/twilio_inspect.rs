//! What is told about accounts at Twilio to the person who connects them.

use countersign_providers::report::Report;
use countersign_providers::twilio::{Twilio, TwilioAccount, TwilioSettings};

use crate::server::{Reply, Server};
use crate::twilio_account::{ACCOUNT, settings, twilio_account, twilio_with};

const ACTIVE: &str = r#"{"sid":"AC1","friendly_name":"Nilaya","status":"active","type":"Full"}"#;

/// Both Twilio and this server, as far as they are asked.
async fn server(account: Reply, webhook: u16) -> Server {
    Server::with(move |request| {
        if request.starts_with("GET /api/webhooks/twilio ") {
            return Reply::with(webhook, "", "");
        }
        account.clone()
    })
    .await
}

fn twilio(server: &Server, accounts: Vec<TwilioAccount>) -> Twilio {
    let origin = || server.origin().to_owned();
    twilio_with(&TwilioSettings {
        base_url: origin(),
        public_url: Some(origin()),
        accounts,
        ..settings()
    })
}

async fn inspect(account: Reply) -> Report {
    let server = server(account, 405).await;
    twilio(&server, vec![twilio_account()]).inspect().await
}

#[tokio::test]
async fn every_account_is_asked_for_and_no_message_is_sent() {
    let server = server(Reply::json(200, ACTIVE), 405).await;
    let key = (format!("SK{}", "a".repeat(32)), "secret-of-a-key".into());
    let second =
        TwilioAccount { name: "twilio_2".to_owned(), api_key: Some(key), ..twilio_account() };

    let report = twilio(&server, vec![twilio_account(), second]).inspect().await;

    assert!(report.is_ok(), "{report:?}");
    let whats: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "Twilio account twilio",
            "Twilio account twilio_2",
            "API key of twilio_2",
            "Twilio webhook"
        ]
    );
    assert!(report.findings[0].detail.contains("(Nilaya)"), "{report:?}");
    let requests = server.requests();
    let account = format!("GET /2010-04-01/Accounts/{ACCOUNT}.json ");
    let messages = format!("GET /2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=1 ");
    for (request, line) in
        requests.iter().zip([&account, &account, &messages, "GET /api/webhooks/twilio "])
    {
        assert!(request.starts_with(line), "{request}");
    }
    let authorization = |request: &str| {
        let mut lines = request.lines().map(str::to_owned);
        lines.find(|line| line.starts_with("authorization: Basic ")).unwrap()
    };
    assert_eq!(
        authorization(&requests[0]),
        authorization(&requests[1]),
        "the token signs webhooks"
    );
    assert_ne!(authorization(&requests[1]), authorization(&requests[2]), "the key sends");
}

#[tokio::test]
async fn each_trouble_with_an_account_has_its_advice() {
    for (status, body, advice) in [
        (401, r#"{"code":20003}"#, "Twilio refuses the SID or the token: copy twilio_account_sid"),
        (404, r#"{"code":20404}"#, "Twilio knows no such account: copy twilio_account_sid"),
        (429, r#"{"code":20429}"#, "Twilio is busy (429): ask again later."),
        (503, "", "Twilio is busy (503): ask again later."),
        (302, "", "answered 302: is twilio_api_base_url right?"),
        (200, r#"{"status":"suspended"}"#, "It is suspended: see the reason"),
    ] {
        let report = inspect(Reply::json(status, body)).await;

        let finding = &report.findings[0];
        assert!(!finding.ok && finding.detail.contains(advice), "{status}: {finding:?}");
        assert!(report.findings[1].ok, "the webhook is another thing: {report:?}");
    }
    let trial = inspect(Reply::json(200, r#"{"status":"active","type":"Trial"}"#)).await;
    assert!(trial.is_ok() && trial.findings[0].detail.contains("on trial"), "{trial:?}");
    assert!(inspect(Reply::json(200, "[7]")).await.is_ok());
}

#[tokio::test]
async fn an_address_at_which_twilio_does_not_find_this_server_is_named() {
    let server = server(Reply::json(200, ACTIVE), 404).await;
    let elsewhere = twilio(&server, vec![twilio_account()]).inspect().await;
    let [account, webhook] = &elsewhere.findings[..] else { panic!("{elsewhere:?}") };
    assert!(account.ok && !webhook.ok, "{elsewhere:?}");
    assert!(webhook.detail.contains("/api/webhooks/twilio answered 404: is it"), "{webhook:?}");

    let own = TwilioSettings {
        base_url: "https://127.0.0.1:1".to_owned(),
        public_url: Some("http://127.0.0.1:1".to_owned()),
        ..settings()
    };
    let dead = twilio_with(&own).inspect().await;
    let details: Vec<_> = dead.findings.iter().map(|finding| &finding.detail).collect();
    assert!(details[0].contains("https://127.0.0.1:1 cannot be reached (Connection refused"));
    assert!(details[1].contains("does not answer (Connection refused"), "{details:?}");

    let without = TwilioSettings { public_url: None, ..own };
    let without = twilio_with(&without).inspect().await;
    assert!(without.findings[1].detail.starts_with("Set public_url"), "{without:?}");
}
