//! Ending without a code.

use super::sending::accepted;
use crate::channel::{Channel, Route};
use crate::delivery::{MessageState, MessageStatus, ReceiptKind, SendOutcome, Settled};
use crate::ledger::{CancelOutcome, Claimed, Expire};
use crate::testing::contract::World;
use crate::testing::contract::world::{PATIENCE, RIGHT, first_message, receipt};
use crate::time::{minutes, seconds};
use crate::verification::{Finding, State, Verification, VerificationKey};

/// Called off while the provider is called. Another channel would be left.
async fn canceled_on_its_way(world: &World<'_>) -> Claimed {
    let route = Route::of([Channel::Sms]);
    let key = world.started(Verification { route, ..world.verification() }).await;
    let claimed = world.claim_one().await;
    assert_eq!(world.cancel(key).await, CancelOutcome::Canceled);
    claimed
}

/// Whatever came of it, nothing follows.
async fn is_over(world: &World<'_>, claimed: &Claimed) {
    world.advance(PATIENCE * 4);
    assert!(world.claim().await.is_empty());
    let (row, messages) = world.find(claimed.key.verification_key()).await.expect("it is there");
    assert_eq!((row.state, messages.len()), (State::Canceled, 1));
    assert_eq!(messages[0].due_at, None);
}

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

pub(super) async fn what_was_taken_after_the_end_is_known_to_be(world: &mut World<'_>) {
    let claimed = canceled_on_its_way(world).await;
    assert_eq!(world.message(claimed.key).await.status(), MessageStatus::Sending);
    let other = Claimed { attempt: 2, ..claimed.clone() };
    assert_eq!(world.settle(&other, SendOutcome::Failed { code: 1 }).await, Settled::Stale);

    assert_eq!(world.settle(&claimed, accepted(1)).await, Settled::Accepted);

    let message = world.message(claimed.key).await;
    assert_eq!((message.state, message.accepted_at), (MessageState::Accepted, Some(world.now())));
    assert_eq!(world.settle(&claimed, accepted(2)).await, Settled::Stale, "it is settled once");
    let _ = world.receive(claimed.key, receipt(ReceiptKind::Sent, world.now())).await;
    is_over(world, &claimed).await;
    let _ = world.receive(claimed.key, receipt(ReceiptKind::Delivered, world.now())).await;
    assert_eq!(world.message(claimed.key).await.status(), MessageStatus::Delivered);
}

pub(super) async fn what_was_not_taken_after_the_end_is_known_to_be(world: &mut World<'_>) {
    let refused = SendOutcome::Failed { code: 131_042 };
    let busy = SendOutcome::Retry { after: None, code: Some(4), jitter: 0 };
    let full = SendOutcome::Postponed { after: seconds(1), code: 5 };
    let lost = SendOutcome::Unknown { code: Some(2) };
    for (outcome, settled, state, error) in [
        (refused, Settled::Failed, MessageState::Failed, 131_042),
        (busy, Settled::Dropped, MessageState::Dropped, 4),
        (full, Settled::Dropped, MessageState::Dropped, 5),
        (lost, Settled::WillWait, MessageState::Unknown, 2),
    ] {
        let claimed = canceled_on_its_way(world).await;

        assert_eq!(world.settle(&claimed, outcome).await, settled);

        let message = world.message(claimed.key).await;
        assert_eq!((message.state, message.receipts.error), (state, Some(error)));
        is_over(world, &claimed).await;
    }
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
