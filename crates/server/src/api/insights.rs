//! How well phones are proved, and what it costs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::insights::{Dimension, USUAL_SPAN};
use countersign_core::time::{Timestamp, days};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::body::json;
use super::insight_answer::Insights;
use super::listing::read;
use crate::extract::{Caller, Query, Read};
use crate::problem::{FieldError, Problem};
use crate::site::Site;

/// The year 2000. What is said to have begun earlier was mistyped.
const EARLIEST: Timestamp = Timestamp::from_seconds(946_684_800);

/// What is counted, and what it is told apart by. Times come as texts, so that what is wrong can
/// be named.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InsightQuery {
    /// Only verifications that began at this time or later, and their messages; seven days before
    /// the end if it is left out.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-14T00:00:00Z")]
    after: Option<String>,
    /// Only verifications that began earlier than this time; now if it is left out.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-21T00:00:00Z")]
    before: Option<String>,
    /// What groups are told apart by: some of `country`, `channel`, `method` (of verifications)
    /// and `account` (of messages), with commas between them; all if it is left out.
    #[param(example = "country,channel")]
    group: Option<String>,
}

pub(super) fn routes() -> Vec<UtoipaMethodRouter<Site>> {
    vec![routes!(report)]
}

/// Read insights
///
/// How many of your verifications were approved, how long that took, which messages arrived, and
/// what they cost, by country, channel, method and account. What began within the span is counted
/// as it stands now: at most 92 days, and no longer than your server keeps verifications.
///
/// Times are counted by bucket, up to 1, 2, 5, 10, 20, 30, 60, 120, 300 and 600 seconds. So a
/// quantile is the end of the bucket that it falls into: `p95` of 20 says that 95 of 100 took at
/// most 20 seconds, and that fewer took at most 10. It is `null` where it is longer than 600
/// seconds, and where there is nothing to count.
#[utoipa::path(
    get, path = "/v1/insights", tag = "Insights", operation_id = "getInsights",
    params(InsightQuery),
    responses((status = 200, description = "The counts.", body = Insights)),
    security(("api_key" = ["verifications:read"])),
)]
async fn report(
    caller: Caller<Read>,
    State(site): State<Site>,
    Query(query): Query<InsightQuery>,
) -> Result<Response, Problem> {
    let mut errors = Vec::new();
    let wrong = "send an RFC 3339 time such as `2026-11-21T09:30:00Z`";
    let after = read(&mut errors, "after", query.after.as_deref(), wrong, Timestamp::parse);
    let before = read(&mut errors, "before", query.before.as_deref(), wrong, Timestamp::parse);
    let wrong =
        "send some of `country`, `channel`, `method` and `account`, such as `country,channel`";
    let dimensions = read(&mut errors, "group", query.group.as_deref(), wrong, dimensions);
    errors.extend(out_of_reach(after, before, site.app.clock.now()));
    if !errors.is_empty() {
        return Err(Problem::of_fields(errors));
    }
    let dimensions = dimensions.unwrap_or_else(|| Dimension::ALL.to_vec());
    let report = site.app.insights.report(caller.tenant, after, before, dimensions).await?;
    Ok(json(StatusCode::OK, &Insights::from(&report)))
}

/// What is wrong with a span in which nothing can have begun.
fn out_of_reach(
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Option<FieldError> {
    let latest = now.plus(days(1));
    if before.is_some_and(|before| before > latest) {
        return Some(FieldError::new("before", "send a time at most a day from now"));
    }
    let (field, begin) = match (after, before) {
        (Some(after), _) => ("after", after),
        (None, Some(before)) => ("before", before.minus(USUAL_SPAN)),
        (None, None) => return None,
    };
    (begin < EARLIEST).then(|| FieldError::new(field, "send a time in the year 2000 or later"))
}

fn dimensions(text: &str) -> Option<Vec<Dimension>> {
    text.split(',').map(Dimension::parse).collect()
}
