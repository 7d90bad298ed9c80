//! Keeps each call and its answer for whoever wants to look.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{Method, Uri},
    response::Response,
};
use tokio::time::Instant;

use crate::{
    changes::Change,
    requests::{Authorization, Outcome},
    simulator::Simulator,
};

/// An open record. Dropped without an answer, it says that the caller went away.
pub(crate) struct Record {
    simulator: Simulator,
    id: u64,
    began: Instant,
    answer: Option<(u16, Bytes)>,
}

impl Record {
    pub(crate) fn begin(
        simulator: &Simulator,
        method: &Method,
        uri: &Uri,
        authorization: Option<Authorization<'_>>,
        body: Bytes,
    ) -> Self {
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let mut state = simulator.state();
        let id = state.requests.began(method.clone(), path, authorization, body);
        state.changes.tell(Change::Requests);
        Self { simulator: simulator.clone(), id, began: Instant::now(), answer: None }
    }

    /// Notes the answer and hands it on.
    pub(crate) async fn end(mut self, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        // Every answer is made in memory, so reading it can neither wait nor fail.
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        self.answer = Some((parts.status.as_u16(), bytes.clone()));
        Response::from_parts(parts, Body::from(bytes))
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let outcome = Outcome { duration_ms, answer: self.answer.take() };
        let mut state = self.simulator.state();
        state.requests.ended(self.id, outcome);
        state.changes.tell(Change::Requests);
    }
}
