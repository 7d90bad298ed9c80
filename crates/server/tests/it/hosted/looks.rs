use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_core::tenants::BrandChange;
use countersign_server::{Framing, Settings};
use serde_json::json;

use super::{session, visitor};
use crate::browser::{Browser, boot};
use crate::harness::{TestServer, public_settings};

#[tokio::test]
async fn a_page_may_load_nothing_of_others_and_is_kept_nowhere() {
    let server = TestServer::hosted().await;
    server.register("https://shop.example:8443/verified").await;
    let body = json!({ "return_url": "https://shop.example:8443/verified?x=1" });
    let (session, _) = session(&server, body).await;
    let mut browser = Browser::new(&server);

    let page = browser.open(session["url"].as_str().unwrap()).await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let policy = page.header("content-security-policy");
    let (before, after) = policy.split_once("'nonce-").unwrap();
    let (nonce, after) = after.split_once('\'').unwrap();
    assert_eq!(before, "default-src 'none'; script-src 'self'; style-src ");
    assert_eq!(
        after,
        "; img-src 'self' data:; connect-src 'self'; \
         form-action 'self' https://shop.example:8443; base-uri 'none'; frame-ancestors 'none'"
    );
    let html = page.text();
    let styles: Vec<&str> = html.split("<style").skip(1).collect();
    assert!(!styles.is_empty());
    for style in styles {
        let tag = style.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
    }
    assert!(!html.contains(" style=\""), "{html}");
    for foreign in ["src=\"http", "href=\"http", "url(http", "@import", "onclick", "<iframe"] {
        let own = html.replace("href=\"https://shop.example", "");
        assert!(!own.contains(foreign), "{foreign}");
    }
}

#[tokio::test]
async fn no_two_pages_know_their_style_by_the_same_word() {
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;

    let one = browser.get(&path).await;
    let other = browser.get(&path).await;

    let policy =
        |answer: &crate::harness::Answer| answer.header("content-security-policy").to_owned();
    assert_ne!(policy(&one), policy(&other));
}

#[tokio::test]
async fn a_sandbox_may_frame_its_own_pages() {
    let settings = Settings { framing: Framing::SameOrigin, ..public_settings() };
    let server = TestServer::with(settings, Limits::default()).await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.get(&path).await;

    assert!(page.header("content-security-policy").ends_with("frame-ancestors 'self'"));
}

#[tokio::test]
async fn over_plain_http_the_cookie_is_still_the_pages_own() {
    let public_url = Some("http://127.0.0.1:3000".to_owned());
    let server =
        TestServer::with(Settings { public_url, ..public_settings() }, Limits::default()).await;
    let (session, path) = session(&server, json!({})).await;
    let link = session["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:3000").unwrap();
    let mut browser = Browser::new(&server);

    let answer = browser.get(link).await;

    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with(&format!("cs-{}=", &path[path.len() - 12..])), "{cookie}");
    assert!(cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert_eq!(browser.get(&path).await.status, 200);
}

#[tokio::test]
async fn what_a_tenant_says_is_text_and_never_markup() {
    const MARKUP: &str = "</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}";
    let server = TestServer::hosted().await;
    server.brand(BrandChange { name: Some(MARKUP.to_owned()), ..BrandChange::default() }).await;
    let body = json!({ "reference": MARKUP, "metadata": { "x": MARKUP } });
    let (session, path) = session(&server, body).await;
    let mut browser = Browser::new(&server);

    let page = browser.open(session["url"].as_str().unwrap()).await;
    let typed = browser.post(&format!("{path}/send"), &[("phone", MARKUP)]).await;

    for answer in [page, typed] {
        let html = answer.text();
        assert!(!html.contains("<img src=x"), "{html}");
        assert!(html.contains("{{ 7*7 }}"), "{html}");
        assert_eq!(boot(html)["brand"]["name"], MARKUP);
        assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
    }
}

#[tokio::test]
async fn the_title_names_the_step_and_the_tenant() {
    let server = TestServer::hosted().await;
    let name = Some("Nilaya Pay".to_owned());
    server.brand(BrandChange { name, ..BrandChange::default() }).await;
    let (mut browser, path) = visitor(&server).await;
    let title = |html: &str| {
        html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned()
    };

    let phone = title(browser.get(&path).await.text());
    browser.ask(&format!("{path}/send"), &[("phone", "+4915112345678")]).await;
    let code = title(browser.get(&path).await.text());

    assert!(phone.ends_with(" · Nilaya Pay") && code.ends_with(" · Nilaya Pay"), "{phone} {code}");
    assert_ne!(phone, code);
    assert!(!phone.contains("ui.") && !code.contains("ui."), "{phone} {code}");
}

#[tokio::test]
async fn a_tenants_colour_countries_and_links_are_on_its_page() {
    let server = TestServer::hosted().await;
    server
        .brand(BrandChange {
            colour: Some("#7a2e6b".to_owned()),
            countries: Some(vec!["IN".to_owned(), "BR".to_owned()]),
            help_url: Some("https://shop.example/help".to_owned()),
            privacy_url: Some("https://shop.example/privacy".to_owned()),
            ..BrandChange::default()
        })
        .await;
    let (mut browser, path) = visitor(&server).await;

    let page = browser.get(&path).await;

    let html = page.text().replace("&#x2f;", "/");
    assert!(html.contains("--brand:#7a2e6b"), "{html}");
    assert!(html.contains("https://shop.example/help"), "{html}");
    assert!(html.contains("https://shop.example/privacy"), "{html}");
    assert_eq!(boot(&html)["form"]["country"], "IN");
    let options: Vec<&str> = html.split("<option").skip(1).collect();
    let place = |iso: &str| {
        options.iter().position(|option| option.contains(&format!("value=\"{iso}\""))).unwrap()
    };
    assert!(place("IN") < place("BR") && place("BR") < place("AR"), "{html}");
}

#[tokio::test]
async fn the_logo_is_served_here_and_can_do_nothing() {
    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0h1v1z\"/></svg>";
    let server = TestServer::hosted().await;
    let (mut browser, path) = visitor(&server).await;
    let logo = format!("{path}/logo");
    let without = browser.get(&logo).await;
    server.brand(BrandChange { logo: Some(SVG.to_vec()), ..BrandChange::default() }).await;

    let with = browser.get(&logo).await;
    let page = browser.get(&path).await;
    let stranger = Browser::new(&server).get(&logo).await;

    assert_eq!(without.status, 404);
    assert_eq!((with.status, with.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(&*with.body, SVG);
    assert!(with.header("content-security-policy").ends_with("; sandbox"));
    assert_eq!(boot(page.text())["brand"]["logo"], logo.as_str());
    assert_eq!(stranger.status, 404);
}

#[tokio::test]
async fn a_document_comes_compressed_to_whoever_reads_that_and_nothing_else_does() {
    let server = TestServer::hosted().await;
    let (browser, path) = visitor(&server).await;
    let get = |path: &str, encodings: &'static str| {
        let call = server.call(Method::GET, path).header("accept-encoding", encodings);
        browser.dress(call)
    };

    let page = get(&path, "br, gzip").header("accept", "text/html").answer().await;
    let plain = get(&path, "br").header("accept", "text/html").answer().await;
    let status = get(&format!("{path}/status"), "gzip").answer().await;
    let events = get(&format!("{path}/events"), "gzip").answer().await;

    assert_eq!(page.headers()["content-encoding"], "gzip");
    assert_eq!(page.headers()["vary"], "accept-encoding");
    for answer in [plain, status, events] {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers().get("content-encoding"), None);
    }
}

#[tokio::test]
async fn a_tenant_may_have_its_pages_light_or_dark_whatever_the_device_wants() {
    let server = TestServer::hosted().await;
    let asks = "prefers-color-scheme";
    for (theme, scheme, media) in [
        ("auto", "light dark", "@media(prefers-color-scheme:dark)"),
        ("light", "\"light\"", "@media not all"),
        ("dark", "\"dark\"", "@media all"),
    ] {
        let theme = Some(theme.to_owned());
        let colour = Some("#7a2e6b".to_owned());
        server.brand(BrandChange { theme, colour, ..BrandChange::default() }).await;
        let (mut browser, path) = visitor(&server).await;

        let page = browser.get(&path).await;

        let html = page.text();
        assert!(html.contains(scheme) && html.matches(media).count() == 2, "{scheme}");
        assert_eq!(html.contains(asks), scheme == "light dark", "{scheme}");
    }
}
