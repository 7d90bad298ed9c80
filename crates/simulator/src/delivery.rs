//! What becomes of a message after it was accepted: its receipts, in their order and time.

use tokio::time::{Duration, sleep};

use crate::{
    chat::Status,
    faults::Fate,
    settings::Receipts,
    simulator::Simulator,
    state::{Course, Ticket},
    wa_id::WaId,
    webhook,
};

/// Between `delivered` and a `sent` that comes after it: enough for the first to be posted first.
const REORDER_GAP: Duration = Duration::from_millis(30);

/// Begins the life of an accepted message.
pub(crate) fn start(simulator: Simulator, ticket: Ticket) {
    tokio::spawn(async move { run(&simulator, &ticket).await });
}

/// Delivers what waited for a phone that is back online.
pub(crate) fn release(simulator: &Simulator, wa_id: &WaId, waiting: impl IntoIterator<Item = u64>) {
    let tickets: Vec<_> =
        waiting.into_iter().map(|seq| Ticket { wa_id: wa_id.clone(), seq }).collect();
    let simulator = simulator.clone();
    tokio::spawn(async move {
        for ticket in tickets {
            let course = simulator.state().course(&ticket);
            if let Some(Course { receipts, .. }) = course {
                arrive(&simulator, &ticket, &receipts).await;
            }
        }
    });
}

async fn run(simulator: &Simulator, ticket: &Ticket) {
    let course = simulator.state().course(ticket);
    let Some(Course { receipts, behaviour, fate }) = course else { return };
    let sent = Duration::from_millis(receipts.sent_ms.saturating_add(behaviour.delay_ms));
    let delivered = Duration::from_millis(receipts.delivered_ms.saturating_add(behaviour.delay_ms));

    sleep(sent).await;
    match fate {
        Fate::Arrives => {}
        Fate::Vanishes => return,
        Fate::Fails(code) => return fail(simulator, ticket, code),
        Fate::FailsOnTheWay(code) => {
            mark(simulator, ticket, Status::Sent);
            sleep(delivered.saturating_sub(sent)).await;
            return fail(simulator, ticket, code);
        }
    }
    if behaviour.reorder && !behaviour.offline {
        return reordered(simulator, ticket, &receipts, delivered.saturating_sub(sent)).await;
    }
    mark(simulator, ticket, Status::Sent);
    sleep(delivered.saturating_sub(sent)).await;
    arrive(simulator, ticket, &receipts).await;
}

fn fail(simulator: &Simulator, ticket: &Ticket, code: u32) {
    let notice = simulator.state().fail(ticket, code);
    webhook::send_some(simulator, notice);
}

async fn reordered(simulator: &Simulator, ticket: &Ticket, receipts: &Receipts, rest: Duration) {
    sleep(rest).await;
    arrive(simulator, ticket, receipts).await;
    sleep(REORDER_GAP).await;
    mark(simulator, ticket, Status::Sent);
}

/// The message reaches the phone, unless the phone is off.
async fn arrive(simulator: &Simulator, ticket: &Ticket, receipts: &Receipts) {
    if !simulator.state().is_reachable_or_hold(ticket) {
        return;
    }
    mark(simulator, ticket, Status::Delivered);
    if let Some(read) = receipts.read_ms {
        sleep(Duration::from_millis(read.saturating_sub(receipts.delivered_ms))).await;
        mark(simulator, ticket, Status::Read);
    }
}

/// Says nothing twice that somebody has said by hand meanwhile.
fn mark(simulator: &Simulator, ticket: &Ticket, status: Status) {
    let notice = {
        let mut state = simulator.state();
        if state.is_settled(ticket, status) { None } else { state.mark(ticket, status) }
    };
    webhook::send_some(simulator, notice);
}
