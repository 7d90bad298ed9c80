//! The one layer around every route.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use axum::routing::future::RouteFuture;
use countersign_core::random::Entropy;
use countersign_core::time::Clock;
use tokio::time::Instant;
use tower::{Layer, Service};

use super::access_log::Access;
use super::request_id::{self, RequestIds};
use super::route_metrics::{MethodLabel, RouteMetrics};
use super::security_headers::Guard;
use crate::problem::{Kind, Problem};

/// What all routes share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Surroundings {
    clock: Arc<dyn Clock>,
    ids: Arc<RequestIds>,
}

/// The layer of one route: names its requests, catches its panics, writes its problems down,
/// and adds headers, measures and a line in the log.
#[derive(Clone)]
pub(crate) struct Edge {
    route: Arc<EdgeOfRoute>,
}

struct EdgeOfRoute {
    surroundings: Surroundings,
    guard: Guard,
    metrics: RouteMetrics,
}

/// A route with its edge.
#[derive(Clone)]
pub(crate) struct Edged {
    route: Arc<EdgeOfRoute>,
    inner: Route,
}

/// A request on its way through a route.
pub(crate) struct Passage {
    route: Arc<EdgeOfRoute>,
    id: HeaderValue,
    method: MethodLabel,
    begun: Instant,
    inner: RouteFuture<Infallible>,
}

impl Surroundings {
    pub(crate) fn new(clock: Arc<dyn Clock>, entropy: &dyn Entropy) -> Self {
        Self { clock, ids: Arc::new(RequestIds::new(entropy)) }
    }

    /// The edge of the route that `template` names.
    pub(crate) fn edge(&self, template: &str, guard: Guard) -> Edge {
        let metrics = RouteMetrics::new(template);
        Edge { route: Arc::new(EdgeOfRoute { surroundings: self.clone(), guard, metrics }) }
    }
}

impl Layer<Route> for Edge {
    type Service = Edged;

    fn layer(&self, inner: Route) -> Edged {
        Edged { route: self.route.clone(), inner }
    }
}

impl Service<Request> for Edged {
    type Response = Response;
    type Error = Infallible;
    type Future = Passage;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.inner, context)
    }

    fn call(&mut self, request: Request) -> Passage {
        Passage {
            id: self.route.surroundings.ids.of(request.headers()),
            method: MethodLabel::of(request.method()),
            begun: Instant::now(),
            inner: self.inner.call(request),
            route: self.route.clone(),
        }
    }
}

impl Future for Passage {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Whatever a handler held when it panicked is dropped with it.
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.inner).poll(context)));
        let response = match polled {
            Ok(polled) => match ready!(polled) {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(panic) => panicked(&*panic).into_response(),
        };
        Poll::Ready(Ok(self.finish(response)))
    }
}

impl Passage {
    fn finish(&self, mut response: Response) -> Response {
        let request_id = self.id.to_str().unwrap_or_default();
        if let Some(problem) = response.extensions_mut().remove::<Problem>() {
            problem.log(request_id);
            problem.write(&mut response, request_id, self.route.surroundings.clock.now());
        }
        self.route.guard.apply(response.headers_mut());
        response.headers_mut().insert(request_id::HEADER, self.id.clone());
        let (status, duration) = (response.status(), self.begun.elapsed());
        let (method, metrics) = (self.method, &self.route.metrics);
        metrics.record(method, status, duration);
        let (method, route) = (method.as_str(), metrics.route());
        Access { method, route, status, duration, request_id }.log();
        response
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::new(Kind::Internal).of_panic(text.unwrap_or("a panic without words"))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use countersign_core::testing::{CountingEntropy, ManualClock};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn panic_with_a_secret() -> &'static str {
        panic!("the secret is 402917")
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_with_a_problem_and_no_cause() {
        let clock = Arc::new(ManualClock::default());
        let surroundings = Surroundings::new(clock, &CountingEntropy::default());
        let edge = surroundings.edge("/", Guard::api());
        let router = Router::new().route("/", get(panic_with_a_secret).layer(edge));

        for _ in 0..2 {
            let request = Request::new(Body::empty());
            let answer = router.clone().oneshot(request).await.unwrap();

            assert_eq!(answer.status(), 500);
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let body = std::str::from_utf8(&body).unwrap();
            assert!(body.contains("\"code\":\"internal\""), "{body}");
            assert!(!body.contains("402917"), "{body}");
        }
    }
}
