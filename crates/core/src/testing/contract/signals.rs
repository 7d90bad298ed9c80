//! What a storage tells those who watch: each change, after it can be read.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::World;
use super::world::{RIGHT, WRONG, first_message, receipt};
use crate::delivery::ReceiptKind;
use crate::ledger::{CancelOutcome, Expire, Ledger};
use crate::signals::{Signals, Watcher};
use crate::time::minutes;
use crate::verification::{Finding, State, VerificationKey, VerificationStore};

pub async fn signals(ledger: &dyn Ledger, store: &dyn VerificationStore, signals: &Signals) {
    let mut world = World::new(ledger, store).await;
    Box::pin(a_check_by_somebody_else_wakes(&mut world, signals)).await;
    Box::pin(a_receipt_wakes(&mut world, signals)).await;
    Box::pin(a_cancel_and_a_resend_wake(&mut world, signals)).await;
    Box::pin(time_that_is_written_down_wakes(&mut world, signals)).await;
    Box::pin(a_newer_verification_wakes_those_of_the_one_it_ends(&mut world, signals)).await;
    Box::pin(what_changes_nothing_wakes_nobody(&mut world, signals)).await;
    assert!(signals.is_idle(), "nobody is left waiting");
}

/// What was committed is told before the answer, so nothing has to be waited for.
async fn is_woken(watcher: &mut Watcher) -> bool {
    let mut changed = pin!(watcher.changed());
    poll_fn(|context| Poll::Ready(changed.as_mut().poll(context).is_ready())).await
}

async fn started(world: &mut World<'_>, signals: &Signals) -> (VerificationKey, Watcher) {
    world.turn_page();
    let key = world.started(world.verification()).await;
    (key, signals.watch(key.id))
}

async fn a_check_by_somebody_else_wakes(world: &mut World<'_>, signals: &Signals) {
    let (key, mut watcher) = started(world, signals).await;
    assert!(!is_woken(&mut watcher).await, "what came before it is no news");

    assert_eq!(world.check(key, WRONG).await, Finding::WrongCode);
    assert!(is_woken(&mut watcher).await);
    assert_eq!(world.read(key).await.attempts, 1);

    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
    assert!(is_woken(&mut watcher).await);
    assert_eq!(world.read(key).await.state, State::Approved);
}

async fn a_receipt_wakes(world: &mut World<'_>, signals: &Signals) {
    let (key, mut watcher) = started(world, signals).await;

    let delivered = receipt(ReceiptKind::Delivered, world.now());
    let _ = world.receive(first_message(key), delivered).await;

    assert!(is_woken(&mut watcher).await);
}

async fn a_cancel_and_a_resend_wake(world: &mut World<'_>, signals: &Signals) {
    let (key, mut watcher) = started(world, signals).await;
    world.advance(minutes(1));

    let _ = world.resend(key).await;
    assert!(is_woken(&mut watcher).await);

    assert_eq!(world.cancel(key).await, CancelOutcome::Canceled);
    assert!(is_woken(&mut watcher).await);
}

async fn time_that_is_written_down_wakes(world: &mut World<'_>, signals: &Signals) {
    let (key, mut watcher) = started(world, signals).await;
    world.advance(minutes(5));

    let expire = Expire { keys: vec![key], event: world.event(), now: world.now() };
    assert_eq!(world.ledger.run(expire).await.expect("storage answers"), 1);

    assert!(is_woken(&mut watcher).await);
    assert_eq!(world.read(key).await.state, State::Expired);
}

async fn a_newer_verification_wakes_those_of_the_one_it_ends(
    world: &mut World<'_>,
    signals: &Signals,
) {
    let (key, mut watcher) = started(world, signals).await;
    let phone = world.read(key).await.phone;

    for _ in 0..2 {
        world.advance(minutes(1));
        world.started(world.verification_of(phone)).await;
    }

    assert!(is_woken(&mut watcher).await);
    assert!(world.read(key).await.is_superseded);
}

async fn what_changes_nothing_wakes_nobody(world: &mut World<'_>, signals: &Signals) {
    let (key, mut watcher) = started(world, signals).await;
    let other = world.started(world.verification()).await;

    let _ = world.resend(key).await;
    let _ = world.check(other, WRONG).await;

    assert!(!is_woken(&mut watcher).await, "a refusal and another's change are no news");
}
