use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_server::Settings;

use crate::harness::{Answer, TestServer};

async fn get(server: &TestServer, path: &str) -> Answer {
    server.call(Method::GET, path).send().await
}

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_root_leads_to_the_documentation() {
    let server = TestServer::start().await;

    let root = get(&server, "/").await;

    assert_eq!((root.status, root.header("location")), (307, "/docs"));
}

#[tokio::test]
async fn the_page_needs_no_script_and_nobody_else() {
    let server = TestServer::start().await;

    let page = get(&server, "/docs").await;

    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("style-src 'sha256-") && !policy.contains("script-src"), "{policy}");
    let html = page.text();
    for foreign in ["<script", "<link", "<img", "<iframe", " style=\"", " onclick", "src=\"http"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    for landmark in ["<nav", "<main", "<h1>", "<html lang=\"en\">", "name=\"viewport\""] {
        assert!(html.contains(landmark), "{landmark}");
    }
}

#[tokio::test]
async fn every_link_of_the_page_leads_somewhere_and_no_anchor_is_there_twice() {
    let server = TestServer::start().await;
    let page = get(&server, "/docs").await;
    let html = page.text();
    let mut anchors = values(html, "id");

    for link in values(html, "href") {
        match link.strip_prefix('#') {
            Some(anchor) => assert!(anchors.contains(&anchor), "{link}"),
            None => assert_eq!(get(&server, link).await.status, 200, "{link}"),
        }
    }
    let all = anchors.len();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), all);
}

#[tokio::test]
async fn every_problem_is_explained_where_its_type_points() {
    let server = TestServer::start().await;
    let problem = get(&server, "/nothing").await.json();
    let (path, anchor) = problem["type"].as_str().unwrap().split_once('#').unwrap();

    let page = get(&server, path).await;

    assert_eq!(page.status, 200);
    assert!(values(page.text(), "id").contains(&anchor));
}

#[tokio::test]
async fn every_call_has_an_example() {
    let server = TestServer::start().await;
    let page = get(&server, "/docs").await;
    let description = get(&server, "/openapi.json").await.json();

    for path in description["paths"].as_object().unwrap().keys() {
        let shown = path.replace("{id}", "ver_06f9s2xkk1w8v3q5n7r9t1b2c4");
        let shown = shown.replace("{phone}", "+4915112345678");
        let shown = shown.replace("/templates/{name}", "/templates/shop_code");
        assert!(page.text().contains(&format!("$COUNTERSIGN_URL{shown}&quot;")), "{path}");
    }
}

#[tokio::test]
async fn a_chapter_begins_with_what_it_is_about() {
    let server = TestServer::start().await;
    let page = get(&server, "/docs").await;
    let anchors = values(page.text(), "id");
    for (chapter, call) in [
        ("verifications", "startVerification"),
        ("suppressions", "getSuppressions"),
        ("sessions", "createSession"),
        ("templates", "createTemplate"),
    ] {
        let place = anchors.iter().position(|anchor| *anchor == chapter).unwrap();

        assert_eq!(anchors.get(place + 1), Some(&call));
    }
}

#[tokio::test]
async fn every_body_that_is_shown_is_one_that_the_call_takes() {
    let server = TestServer::start().await;
    let page = get(&server, "/docs").await;
    let commands = page.text().split("<code>curl").skip(1);
    let mut bodies = 0;

    for command in commands.map(|rest| rest.split("</code>").next().unwrap()) {
        let Some((_, body)) = command.split_once(" -d &#39;") else { continue };
        let body = body.replace("&#39;", "").replace("&quot;", "\"");
        let path =
            command.split("$COUNTERSIGN_URL").nth(1).unwrap().split("&quot;").next().unwrap();
        let answer = server.call(Method::POST, path).key(&server.key).json(&body).send().await;
        assert!(![400, 422].contains(&answer.status), "{path} {body}: {}", answer.text());
        bodies += 1;
    }
    assert!(bodies >= 2, "{bodies}");
}

#[tokio::test]
async fn the_documentation_may_be_switched_off() {
    let settings = Settings { docs: false, ..Settings::default() };
    let server = TestServer::with(settings, Limits::default()).await;

    for path in ["/", "/docs", "/openapi.json"] {
        assert_eq!(get(&server, path).await.problem(), (404, "not_found".to_owned()), "{path}");
    }
}
