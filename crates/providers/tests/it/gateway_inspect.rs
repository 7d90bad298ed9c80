//! What is told about a gateway to the person who connects it.

use crate::gateway::{gateway, settings};
use crate::server::{Reply, Server};

#[tokio::test]
async fn a_gateway_is_there_whatever_it_answers_and_is_shown_nothing() {
    for reply in [Reply::json(404, "{}"), Reply::json(500, ""), Reply::Close] {
        let server = Server::start(reply).await;

        let report = gateway(settings(server.origin())).inspect().await;

        assert!(report.is_ok(), "{report:?}");
        assert!(report.findings[0].detail.contains("is there; whether it takes"), "{report:?}");
        let requests = server.requests();
        let [request] = requests.as_slice() else { panic!("{requests:?}") };
        assert!(request.starts_with("HEAD / HTTP/1.1\r\n"), "{request}");
        assert!(!request.to_lowercase().contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_there_or_cannot_prove_itself_is_to_mend() {
    let refused = gateway(settings("http://127.0.0.1:1")).inspect().await;
    let server = Server::start(Reply::json(200, "{}")).await;
    let plain = server.origin().replace("http://", "https://");
    let untrusted = gateway(settings(&plain)).inspect().await;
    let nowhere = gateway(settings("https://sms.invalid")).inspect().await;

    for report in [&refused, &untrusted, &nowhere] {
        let finding = &report.findings[0];
        assert!(!finding.ok && finding.detail.contains("cannot be reached ("), "{finding:?}");
    }
    assert!(refused.findings[0].detail.contains("Connection refused"), "{refused:?}");
}
