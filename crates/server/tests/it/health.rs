use std::net::{IpAddr, Ipv4Addr};

use axum::http::Method;
use countersign_core::policy::Limits;
use countersign_server::{Peer, Settings};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

use crate::harness::TestServer;

#[tokio::test]
async fn it_lives_and_may_have_work() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz", "/healthz/"] {
        let answer = server.call(Method::GET, path).send().await;

        assert_eq!(answer.status, 200);
        assert_eq!(answer.json(), json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    }
}

#[tokio::test]
async fn while_it_stops_it_lives_but_wants_no_work() {
    let server = TestServer::start().await;
    let peer = Peer { address: IpAddr::V4(Ipv4Addr::LOCALHOST), is_stopping: true };

    let live = server.call(Method::GET, "/healthz").peer(peer).send().await;
    let ready = server.call(Method::GET, "/readyz").peer(peer).send().await;

    assert_eq!(live.status, 200);
    assert_eq!(ready.problem(), (503, "unavailable".to_owned()));
    assert_eq!(ready.header("retry-after"), "1");
}

#[tokio::test]
async fn measures_are_there_only_where_they_are_kept() {
    let server = TestServer::start().await;

    let answer = server.call(Method::GET, "/metrics").send().await;

    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn measures_may_ask_for_a_token() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let settings = Settings {
        metrics: Some(recorder.handle()),
        metrics_token: Some("scrape-me".into()),
        ..Settings::default()
    };
    let server = TestServer::with(settings, Limits::default()).await;

    let without = server.call(Method::GET, "/metrics").send().await;
    let wrong = server.call(Method::GET, "/metrics").key("scrape").send().await;
    let right = server.call(Method::GET, "/metrics").key("scrape-me").send().await;

    assert_eq!(without.problem(), (401, "unauthorized".to_owned()));
    assert_eq!(wrong.problem(), (401, "unauthorized".to_owned()));
    assert_eq!(right.status, 200);
    assert!(right.header("content-type").starts_with("text/plain; version=0.0.4"));
}

#[test]
fn requests_are_measured_by_route_and_never_by_path() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let server = TestServer::start().await;
            let _ = server.get("/v1/verifications/ver_secret").await;
            let _ = server.get("/nobody/knows").await;
        });
    });

    let text = handle.render();
    assert!(text.contains(
        "countersign_http_requests_total{route=\"/v1/verifications/{id}\",method=\"GET\",status=\"4xx\"} 1"
    ), "{text}");
    assert!(text.contains("route=\"(none)\""), "{text}");
    assert!(!text.contains("ver_secret") && !text.contains("nobody"), "{text}");
}
