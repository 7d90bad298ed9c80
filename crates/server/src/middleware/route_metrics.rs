//! Counts and times the requests of one route.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram, counter, histogram};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OTHER"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// A method that metrics and logs name. Callers may invent methods; these are all there are here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MethodLabel(usize);

/// The handles of one route, each made when it is first needed: looking one up by its labels
/// costs more than the rest of the edge together.
pub(super) struct RouteMetrics {
    route: String,
    requests: [[OnceLock<Counter>; CLASSES.len()]; METHODS.len()],
    durations: [OnceLock<Histogram>; METHODS.len()],
}

impl MethodLabel {
    pub(super) fn of(method: &Method) -> Self {
        let known = METHODS.iter().position(|name| *name == method.as_str());
        Self(known.unwrap_or(METHODS.len() - 1))
    }

    pub(super) const fn as_str(self) -> &'static str {
        METHODS[self.0]
    }
}

impl RouteMetrics {
    pub(super) fn new(route: &str) -> Self {
        Self {
            route: route.to_owned(),
            requests: Default::default(),
            durations: Default::default(),
        }
    }

    pub(super) fn route(&self) -> &str {
        &self.route
    }

    pub(super) fn record(&self, method: MethodLabel, status: StatusCode, duration: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let (route, name) = (&self.route, method.as_str());
        self.requests[method.0][class]
            .get_or_init(|| {
                counter!(
                    "countersign_http_requests_total",
                    "route" => route.clone(), "method" => name, "status" => CLASSES[class]
                )
            })
            .increment(1);
        self.durations[method.0]
            .get_or_init(|| {
                histogram!(
                    "countersign_http_request_duration_seconds",
                    "route" => route.clone(), "method" => name
                )
            })
            .record(duration.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_nobody_knows_has_a_label_too() {
        assert_eq!(MethodLabel::of(&Method::POST).as_str(), "POST");
        assert_eq!(MethodLabel::of(&Method::from_bytes(b"BREW").unwrap()).as_str(), "OTHER");
    }

    #[test]
    fn a_status_outside_the_classes_does_not_panic() {
        let metrics = RouteMetrics::new("/");

        for status in [100, 204, 999] {
            let status = StatusCode::from_u16(status).unwrap();
            metrics.record(MethodLabel(0), status, Duration::ZERO);
        }
    }
}
