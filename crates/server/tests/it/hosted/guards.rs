use axum::http::Method;
use serde_json::json;

use super::{session, visitor, waiting};
use crate::browser::{Browser, base, boot};
use crate::harness::{Answer, PHONE, TestServer};

const UNKNOWN: &str = "/v/s00000000w07000800000000000106f9s2xkk1w8v3q5n7r9t1b2c4";

/// What does not differ from request to request.
fn essence(answer: &Answer) -> (u16, String, Vec<String>) {
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).map(|rest| rest.split('\'').next().unwrap());
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (answer.status, answer.text().replace(nonce.unwrap_or("\0"), "nonce"), names)
}

#[tokio::test]
async fn a_page_is_for_the_browser_that_opened_its_link() {
    let server = TestServer::hosted().await;
    let (session, path) = session(&server, json!({})).await;
    let url = session["url"].as_str().unwrap();
    let mut stranger = Browser::new(&server);

    let page = stranger.get(&path).await;
    let unknown = stranger.get(UNKNOWN).await;
    let forged = stranger.get(&format!("{path}?k={}", "A".repeat(43))).await;
    let nothing = stranger.get("/v/x").await;
    let other = base(&url.replace("/v/s", "/v/v"));
    let confused = stranger.get(&format!("{other}?k={}", url.split("k=").nth(1).unwrap())).await;

    assert_eq!(page.status, 404);
    for answer in [unknown, forged, nothing, confused] {
        assert_eq!(essence(&answer), essence(&page));
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert!(stranger.cookies.is_empty());
}

#[tokio::test]
async fn a_script_without_the_cookie_is_told_no_more_than_that_it_is_gone() {
    let server = TestServer::hosted().await;
    let (_, path) = session(&server, json!({ "phone": PHONE })).await;
    let stranger = Browser::new(&server);

    for path in [path.as_str(), UNKNOWN] {
        for action in ["send", "check", "resend", "edit", "restart", "lang"] {
            let call = stranger.form(&format!("{path}/{action}"), &[("code", "000000")]);
            let answer = call.header("accept", "application/json").send().await;

            assert_eq!(answer.status, 404, "{action}");
            assert_eq!(answer.json()["state"]["step"], "gone");
            assert_eq!(answer.json()["state"]["to"], json!(null));
        }
        for part in ["", "/status", "/events", "/logo"] {
            let call = server.call(Method::GET, &format!("{path}{part}"));
            let answer = call.header("accept", "application/json").send().await;

            assert_eq!(answer.status, 404, "{part}");
        }
    }
    server.settle().await;
    assert_eq!(server.sandbox.codes(PHONE), Vec::<String>::new());
}

#[tokio::test]
async fn the_cookie_of_one_page_opens_no_other() {
    let server = TestServer::hosted().await;
    let (browser, _) = visitor(&server).await;
    let (_, other) = session(&server, json!({})).await;
    let pass = browser.cookies.values().next().unwrap();
    let name = format!("__Host-cs-{}", &other[other.len() - 12..]);

    for value in [pass.clone(), "x".to_owned(), String::new(), "A".repeat(64)] {
        let call = server.call(Method::GET, &other).header("cookie", &format!("{name}={value}"));

        assert_eq!(call.send().await.status, 404, "{value}");
    }
}

#[tokio::test]
async fn the_link_leaves_a_cookie_and_no_secret_in_the_address() {
    let server = TestServer::hosted().await;
    let (session, path) = session(&server, json!({})).await;
    let link = session["url"].as_str().unwrap().strip_prefix("https://verify.example").unwrap();
    let mut browser = Browser::new(&server);

    let answer = browser.get(link).await;

    assert_eq!((answer.status, answer.header("location")), (303, path.as_str()));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with(&format!("__Host-cs-{}=", &path[path.len() - 12..])), "{cookie}");
    assert!(cookie.contains("; Path=/; ") && cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"));
}

#[tokio::test]
async fn programs_that_preview_a_link_change_nothing() {
    let server = TestServer::hosted().await;
    let (session, _) = session(&server, json!({ "phone": PHONE })).await;
    let link = session["url"].as_str().unwrap().strip_prefix("https://verify.example").unwrap();
    let mut robot = Browser::new(&server);

    for _ in 0..3 {
        assert_eq!(robot.open(link).await.status, 200);
        let head = robot.dress(server.call(Method::HEAD, link)).send().await;
        assert_eq!((head.status, head.body.len()), (303, 0));
    }
    server.settle().await;
    assert_eq!(server.sandbox.codes(PHONE), Vec::<String>::new());
    let mut person = Browser::new(&server);
    let page = person.open(link).await;
    assert_eq!(boot(page.text())["state"]["step"], "phone");
}

#[tokio::test]
async fn an_action_is_not_taken_by_looking_at_its_address() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;

    for action in ["send", "check", "resend", "edit", "restart", "lang"] {
        let answer = browser.get(&format!("{path}/{action}?code=000000")).await;

        assert_eq!((answer.status, answer.header("location")), (303, path.as_str()), "{action}");
    }
    assert_eq!(browser.state(&path).await["left"], 3);
}

#[tokio::test]
async fn another_site_cannot_send_a_form() {
    let server = TestServer::hosted().await;
    let (browser, path) = waiting(&server, PHONE).await;

    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "https://evil.example"),
    ] {
        for action in ["send", "check", "resend", "edit", "restart", "lang"] {
            let call = server
                .call(Method::POST, &format!("{path}/{action}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .header(name, value)
                .body("code=000000");
            let answer = browser.dress(call).send().await;

            assert_eq!(answer.problem(), (403, "forbidden".to_owned()), "{action} {value}");
        }
    }
    assert_eq!(browser.state(&path).await["left"], 3);
}

#[tokio::test]
async fn old_browsers_tell_an_origin_or_hide_it() {
    let server = TestServer::hosted().await;
    let (browser, path) = waiting(&server, PHONE).await;

    for origin in ["https://verify.example", "null"] {
        let call = server
            .call(Method::POST, &format!("{path}/check"))
            .header("content-type", "application/x-www-form-urlencoded; charset=ISO-8859-1")
            .header("origin", origin)
            .body("code=x");

        assert_eq!(browser.dress(call).send().await.status, 303, "{origin}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_a_problem() {
    let server = TestServer::hosted().await;
    let (browser, path) = waiting(&server, PHONE).await;
    let check = format!("{path}/check");
    let post = |kind: &str, body: Vec<u8>| {
        let call = server.call(Method::POST, &check).header("content-type", kind);
        browser.dress(call).header("sec-fetch-site", "same-origin").body(body).send()
    };

    let large = post("application/x-www-form-urlencoded", vec![b'a'; 1 << 20]).await;
    let json = post("application/json", b"{\"code\":\"000000\"}".to_vec()).await;
    let parts = post("multipart/form-data; boundary=x", b"--x--".to_vec()).await;
    let junk = post("application/x-www-form-urlencoded", vec![0xff, b'=', 0, b'&', b'%']).await;

    assert_eq!(large.problem(), (413, "payload_too_large".to_owned()));
    assert_eq!(json.problem(), (415, "unsupported_media_type".to_owned()));
    assert_eq!(parts.problem(), (415, "unsupported_media_type".to_owned()));
    assert_eq!((junk.status, junk.header("location")), (303, &*format!("{path}?e=code_format")));
    assert_eq!(browser.state(&path).await["left"], 3);
}

#[tokio::test]
async fn an_address_can_say_only_what_a_redirect_says() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;

    for word in ["nonsense", "phone_invalid", "%3Cscript%3E", "err.offline", "", "wrong_code%00"] {
        let page = browser.get(&format!("{path}?e={word}")).await;

        assert_eq!(boot(page.text())["state"]["error"], json!(null), "{word}");
        assert!(!page.text().contains("nonsense") && !page.text().contains("<script>"), "{word}");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    let server = TestServer::hosted().await;
    let (browser, path) = visitor(&server).await;

    for (method, path) in [(Method::POST, path.clone()), (Method::PUT, format!("{path}/send"))] {
        let answer = browser.dress(server.call(method, &path)).send().await;

        assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn every_path_of_a_page_is_served_with_a_slash_at_its_end_too() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = waiting(&server, PHONE).await;

    let page = browser.get(&format!("{path}/")).await;
    let checked = browser.post(&format!("{path}/check/"), &[("code", "x")]).await;
    let status = browser.get(&format!("{path}/status/")).await;

    assert_eq!((page.status, checked.status, status.status), (200, 303, 200));
}

#[tokio::test]
async fn the_page_of_one_tenant_is_closed_to_the_browser_of_another() {
    let server = TestServer::hosted().await;
    let foreign = server.foreign_key().await;
    let call = server.call(Method::POST, "/v1/sessions").key(&foreign).json(json!({}));
    let url = call.send().await.json()["url"].as_str().unwrap().to_owned();
    let (mut browser, own) = visitor(&server).await;
    let theirs = base(&url);
    // The name of a cookie is the end of the reference: the same for two tenants' pages.
    let tenants = |path: &str| path["/v/s".len()..][..26].to_owned();
    let mixed = own.replacen(&tenants(&own), &tenants(&theirs), 1);

    for path in [theirs, mixed] {
        assert_eq!(browser.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(browser.get(&own).await.status, 200);
}
