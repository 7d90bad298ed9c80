//! Ending without a code.

use crate::delivery::MessageState;
use crate::ledger::{CancelOutcome, Expire};
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, first_message};
use crate::time::{minutes, seconds};
use crate::verification::{Finding, State, VerificationKey};

async fn expire(world: &World<'_>, keys: Vec<VerificationKey>) -> usize {
    let expire = Expire { keys, event: world.event(), now: world.now() };
    world.ledger.run(expire).await.expect("storage answers")
}

pub(super) async fn a_canceled_one_has_no_code_and_sends_nothing(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    world.advance(seconds(1));

    assert_eq!(world.cancel(key).await, CancelOutcome::Canceled);

    let row = world.read(key).await;
    assert_eq!((row.state, row.is_superseded, row.code), (State::Canceled, false, None));
    assert_eq!(row.ended_at, Some(world.now()));
    assert_eq!(world.message(first_message(key)).await.state, MessageState::Dropped);
    assert!(world.claim().await.is_empty());
    assert_eq!(world.check(key, RIGHT).await, Finding::Canceled);
}

pub(super) async fn canceling_again_says_the_same(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;

    assert_eq!(world.cancel(key).await, CancelOutcome::Canceled);
    let before = world.find(key).await;
    world.advance(seconds(9));
    assert_eq!(world.cancel(key).await, CancelOutcome::Canceled);

    assert_eq!(world.find(key).await, before);
    assert_eq!(world.cancel(world.key()).await, CancelOutcome::NotFound);
}

pub(super) async fn what_has_ended_is_not_canceled(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);

    let outcome = world.cancel(key).await;

    assert_eq!(outcome, CancelOutcome::Ended(State::Approved));
    assert_eq!(world.read(key).await.state, State::Approved);
}

pub(super) async fn expiring_wipes_the_code_and_drops_the_message(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    world.advance(minutes(5));

    assert_eq!(expire(world, vec![key]).await, 1);

    let row = world.read(key).await;
    assert_eq!((row.state, row.code), (State::Expired, None));
    assert_eq!(row.ended_at, Some(world.now()));
    assert_eq!(world.message(first_message(key)).await.state, MessageState::Dropped);
    assert_eq!(expire(world, vec![key]).await, 0, "it ends once");
}

pub(super) async fn only_those_that_are_due_expire(world: &mut World<'_>) {
    let early = world.started(world.verification()).await;
    let approved = world.started(world.verification()).await;
    assert_eq!(world.check(approved, RIGHT).await, Finding::Approved);
    world.advance(minutes(3));
    let late = world.started(world.verification()).await;
    world.advance(minutes(3));

    let ended = expire(world, vec![early, approved, late, world.key()]).await;

    assert_eq!(ended, 1);
    assert_eq!(world.read(early).await.state, State::Expired);
    assert_eq!(world.read(approved).await.state, State::Approved);
    assert_eq!(world.read(late).await.state, State::Pending);
}
