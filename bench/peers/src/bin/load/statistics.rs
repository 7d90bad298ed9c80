//! What is kept of a window, and the line printed about it.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use crate::connection::Response;

#[derive(Default)]
pub struct Statistics {
    latencies_ns: Vec<u64>,
    statuses: BTreeMap<u16, u64>,
    within: u64,
    beside: u64,
    unexpected: u64,
    first_unexpected: Option<String>,
    pub transport_errors: u64,
    pub elapsed: Duration,
}

impl Statistics {
    pub fn record(
        &mut self,
        latency: Duration,
        response: &Response<'_>,
        is_expected: bool,
        is_within: bool,
    ) {
        self.record_time(latency);
        *self.statuses.entry(response.status).or_default() += 1;
        self.within += u64::from(is_within);
        if !is_expected {
            self.fail(|| describe(response.status, response.body));
        }
    }

    /// An answer whose time is not asked for.
    pub fn count_beside(&mut self, response: &Response<'_>, is_expected: bool) {
        self.beside += 1;
        if !is_expected {
            self.fail(|| describe(response.status, response.body));
        }
    }

    pub fn record_time(&mut self, latency: Duration) {
        self.latencies_ns.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Something came to its end while the window was open.
    pub fn count_within(&mut self) {
        self.within += 1;
    }

    pub fn fail(&mut self, describe: impl FnOnce() -> String) {
        self.unexpected += 1;
        self.first_unexpected.get_or_insert_with(describe);
    }

    pub fn has_failed(&self) -> bool {
        self.unexpected + self.transport_errors > 0 || self.latencies_ns.is_empty()
    }

    pub fn first_unexpected(&self) -> &str {
        self.first_unexpected.as_deref().unwrap_or("no answer")
    }
}

pub fn describe(status: u16, body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    format!("{status} {}", body.chars().take(300).collect::<String>())
}

pub struct Report {
    pub statistics: Statistics,
    pub used: Duration,
    pub allow: bool,
}

impl Report {
    pub fn is_acceptable(&self) -> bool {
        self.allow || !self.statistics.has_failed()
    }

    pub fn json(mut self) -> String {
        let statistics = &mut self.statistics;
        statistics.latencies_ns.sort_unstable();
        let requests = statistics.latencies_ns.len();
        let at = |share| percentile_ms(&statistics.latencies_ns, share);
        json!({
            "requests": requests,
            "beside": statistics.beside,
            "seconds": statistics.elapsed.as_secs_f64(),
            "requests_per_second": statistics.within as f64 / statistics.elapsed.as_secs_f64(),
            "p50_ms": at(0.5),
            "p90_ms": at(0.9),
            "p95_ms": at(0.95),
            "p99_ms": at(0.99),
            "p999_ms": at(0.999),
            "max_ms": at(1.0),
            "cpu_us_per_request": self.used.as_secs_f64() * 1e6 / requests.max(1) as f64,
            "statuses": statistics.statuses,
            "unexpected": statistics.unexpected,
            "first_unexpected": statistics.first_unexpected,
            "transport_errors": statistics.transport_errors,
        })
        .to_string()
    }
}

fn percentile_ms(sorted_ns: &[u64], share: f64) -> f64 {
    let Some(last) = sorted_ns.len().checked_sub(1) else { return 0.0 };
    sorted_ns[(last as f64 * share).round() as usize] as f64 / 1e6
}
