//! Scenarios: what several phones do, step by step, written down once and run as often as wanted.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    api::{body::Body, error::ApiError, step::Step},
    simulator::Simulator,
};

const MOST_STEPS: usize = 100;
const LONGEST_WAIT: u64 = 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    steps: Vec<Value>,
}

/// What came of a scenario.
#[derive(Debug)]
pub struct ScenarioReport {
    pub passed: bool,
    /// What `POST /api/scenarios/run` answers.
    pub answer: Value,
}

/// Runs the steps one after the other and stops at the first that fails; then the answer is 422,
/// so that a script that looks at nothing but the status notices.
pub(super) async fn run(
    State(simulator): State<Simulator>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let ScenarioReport { passed, answer } = play(&simulator, parse(body)?).await;
    let status = if passed { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Json(answer)))
}

/// Runs a scenario from a file. One that is not understood is not begun; the error says why.
pub(crate) async fn run_text(simulator: &Simulator, json: &[u8]) -> Result<ScenarioReport, String> {
    let steps = Body::read(json).and_then(parse);
    let steps = steps.map_err(|refusal| refusal.sentence().to_owned())?;
    Ok(play(simulator, steps).await)
}

async fn play(simulator: &Simulator, steps: Vec<Step>) -> ScenarioReport {
    let (began, count) = (Instant::now(), steps.len());
    let mut results = Vec::with_capacity(count);
    let mut error = None;
    for (place, step) in steps.into_iter().enumerate() {
        let name = step.name();
        match step.run(simulator).await {
            Ok(result) => results.push(json!({ "do": name, "ok": true, "result": result })),
            Err(refusal) => {
                let sentence = refusal.sentence();
                results.push(json!({ "do": name, "ok": false, "error": sentence }));
                error = Some(format!("Step {} of {count}, `{name}`: {sentence}", place + 1));
                break;
            }
        }
    }
    let passed = error.is_none();
    let answer = json!({
        "passed": passed,
        "error": error,
        "steps": results,
        "duration_ms": u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    ScenarioReport { passed, answer }
}

/// What was done by hand since the last reset, as a scenario that can be run as it is.
pub(super) async fn recorded(State(simulator): State<Simulator>) -> Json<Value> {
    Json(json!({ "steps": simulator.state().recording.steps() }))
}

/// Every step is read before the first is run.
fn parse(body: Body) -> Result<Vec<Step>, ApiError> {
    let Scenario { steps } = body.parse()?;
    if steps.is_empty() || steps.len() > MOST_STEPS {
        let sentence = format!("`steps` must be a list of 1 to {MOST_STEPS} steps.");
        return Err(ApiError::bad_request(sentence));
    }
    let steps = steps.into_iter().enumerate().map(|(place, step)| {
        serde_json::from_value(step).map_err(|error| {
            ApiError::bad_request(format!("Step {} is not understood: {error}", place + 1))
        })
    });
    let steps = steps.collect::<Result<Vec<Step>, _>>()?;
    let seconds = steps.iter().fold(0_u64, |sum, step| sum.saturating_add(step.seconds()));
    if seconds > LONGEST_WAIT {
        return Err(ApiError::bad_request(format!(
            "The steps wait for {seconds} seconds; together they may wait for {LONGEST_WAIT}."
        )));
    }
    Ok(steps)
}
