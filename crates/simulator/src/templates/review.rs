//! How Meta looks at templates: after a while, and kindly unless told otherwise.

use tokio::time::{Duration, sleep};

use crate::{
    settings::{TemplateStatus, Verdict},
    simulator::Simulator,
    templates::{Quality, notices},
    webhook,
};

/// Looks at templates that are new or were changed. With no delay they are judged before this
/// returns.
pub(crate) fn begin(simulator: &Simulator, ids: Vec<u64>) {
    let (delay, verdict) = {
        let review = &mut simulator.state().settings.review;
        let usual = Verdict { status: TemplateStatus::Approved, reason: None };
        (Duration::from_millis(review.delay_ms), review.next.take().unwrap_or(usual))
    };
    if delay.is_zero() {
        return settle(simulator, &ids, &verdict);
    }
    let simulator = simulator.clone();
    tokio::spawn(async move {
        sleep(delay).await;
        settle(&simulator, &ids, &verdict);
    });
}

/// Whoever was judged by hand meanwhile stays as judged.
fn settle(simulator: &Simulator, ids: &[u64], verdict: &Verdict) {
    for id in ids {
        let is_open = {
            let state = simulator.state();
            state.templates.with_id(*id).is_some_and(|one| one.status == TemplateStatus::Pending)
        };
        if is_open {
            judge(simulator, *id, verdict);
        }
    }
}

/// Judges a template, and tells the business.
pub(crate) fn judge(simulator: &Simulator, id: u64, verdict: &Verdict) {
    let notice = {
        let state = &mut *simulator.state();
        let judged = state.templates.judge(id, verdict);
        judged.and_then(|judged| notices::status(&state.settings, judged))
    };
    webhook::send_some(simulator, notice);
}

/// Rates a template, and tells the business.
pub(crate) fn rate(simulator: &Simulator, id: u64, quality: Quality) {
    let notice = {
        let state = &mut *simulator.state();
        let rated = state.templates.rate(id, quality);
        rated.and_then(|(before, rated)| notices::quality(&state.settings, rated, before))
    };
    webhook::send_some(simulator, notice);
}
