//! Sending: claims, what came of them, and asking again.

use std::collections::HashSet;

use crate::delivery::{Claim, Message, MessageState, SendOutcome, Settled};
use crate::keyring::Sealed;
use crate::ledger::{ClaimDue, ResendOutcome};
use crate::policy::Refusal;
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, at_once, first_message};
use crate::time::{minutes, seconds};
use crate::verification::{Finding, State};

pub(super) fn accepted(id: u8) -> SendOutcome {
    SendOutcome::Accepted {
        provider_id: Sealed::from_bytes([id; 50]),
        account: "whatsapp".to_owned(),
    }
}

pub(super) async fn a_due_message_is_claimed_once(world: &mut World<'_>) {
    let verification = world.verification();
    let key = world.started(verification.clone()).await;

    let claimed = world.claim_one().await;

    assert_eq!((claimed.key, claimed.attempt), (first_message(key), 1));
    assert_eq!(*claimed.verification, verification, "with what is needed to send it");
    let mut expected = Message::queued(claimed.key, verification.channel, world.now());
    assert_eq!(expected.claim(world.now()), Claim::Call { attempt: 1 });
    assert_eq!(world.message(claimed.key).await, expected);
    assert!(world.claim().await.is_empty(), "it is somebody's now");
}

pub(super) async fn claims_at_once_share_the_messages(world: &mut World<'_>) {
    let world = &*world;
    // Nothing of another check is due any more.
    assert!(world.claim().await.is_empty());
    let starts = (0..20).map(|_| world.started(world.verification()));
    let started: HashSet<_> = at_once(starts).await.into_iter().map(first_message).collect();

    let claim = |_| {
        let claim = ClaimDue { most: 3, event: world.event(), now: world.now() };
        async { world.ledger.run(claim).await.expect("storage answers").claimed }
    };
    let claims = at_once((0..5).map(claim)).await;

    assert!(claims.iter().all(|claimed| claimed.len() <= 3), "no more than was asked for");
    let mut keys: Vec<_> = claims.into_iter().flatten().map(|claimed| claimed.key).collect();
    keys.extend(world.claim().await.into_iter().map(|claimed| claimed.key));
    assert_eq!(keys.len(), 20, "none is claimed twice");
    assert_eq!(keys.into_iter().collect::<HashSet<_>>(), started);
}

pub(super) async fn an_accepted_message_is_done(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let claimed = world.claim_one().await;
    world.advance(seconds(1));

    let settled = world.settle(&claimed, accepted(7)).await;

    assert_eq!(settled, Settled::Accepted);
    let message = world.message(first_message(key)).await;
    assert_eq!((message.state, message.due_at), (MessageState::Accepted, None));
    assert_eq!(message.provider_id, Some(Sealed::from_bytes([7; 50])));
    assert_eq!(message.accepted_at, Some(world.now()));
    world.advance(minutes(4));
    assert!(world.claim().await.is_empty());
    assert_eq!(world.read(key).await.state, State::Pending);
}

pub(super) async fn a_message_is_tried_again_when_it_was_not_sent(world: &mut World<'_>) {
    world.started(world.verification()).await;
    let claimed = world.claim_one().await;
    let retry = SendOutcome::Retry { after: Some(seconds(5)), code: Some(4), jitter: 0 };

    assert_eq!(world.settle(&claimed, retry).await, Settled::WillRetry);

    let message = world.message(claimed.key).await;
    assert_eq!((message.state, message.receipts.error), (MessageState::Queued, Some(4)));
    world.advance(seconds(4));
    assert!(world.claim().await.is_empty(), "not before its time");
    world.advance(seconds(1));
    assert_eq!(world.claim_one().await.attempt, 2);
}

pub(super) async fn a_message_that_found_no_room_has_not_been_tried(world: &mut World<'_>) {
    world.started(world.verification()).await;
    let full = SendOutcome::Postponed { after: seconds(1), code: 2 };
    for _ in 0..10 {
        let claimed = world.claim_one().await;
        assert_eq!(claimed.attempt, 1);
        assert_eq!(world.settle(&claimed, full.clone()).await, Settled::WillRetry);
        assert!(world.claim().await.is_empty(), "not before its time");
        world.advance(seconds(1));
    }
    let claimed = world.claim_one().await;

    let hopeless = SendOutcome::Postponed { after: minutes(1), code: 2 };
    assert_eq!(world.settle(&claimed, hopeless).await, Settled::Failed);

    let message = world.message(claimed.key).await;
    assert_eq!((message.state, message.receipts.error), (MessageState::Failed, Some(2)));
}

pub(super) async fn a_lost_answer_is_waited_for_and_then_sent_again(world: &mut World<'_>) {
    world.started(world.verification()).await;
    let claimed = world.claim_one().await;

    let settled = world.settle(&claimed, SendOutcome::Unknown { code: None }).await;

    assert_eq!(settled, Settled::WillWait);
    world.advance(seconds(9));
    assert!(world.claim().await.is_empty(), "a receipt has ten seconds to come");
    world.advance(seconds(1));
    assert_eq!(world.claim_one().await.attempt, 2);
    assert!(world.message(claimed.key).await.possible_duplicate);
}

pub(super) async fn a_failed_last_message_ends_the_verification(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let claimed = world.claim_one().await;
    world.advance(seconds(2));

    let settled = world.settle(&claimed, SendOutcome::Failed { code: 131_026 }).await;

    assert_eq!(settled, Settled::Failed);
    let message = world.message(claimed.key).await;
    assert_eq!((message.state, message.due_at), (MessageState::Failed, None));
    assert_eq!(message.receipts.error, Some(131_026));
    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages, row.code), (State::Undeliverable, 1, None));
    assert_eq!(row.ended_at, Some(world.now()));
    assert_eq!(world.check(key, RIGHT).await, Finding::Undeliverable);
}

pub(super) async fn one_failed_message_of_two_ends_nothing(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let first = world.claim_one().await;
    world.advance(seconds(60));
    let resent = world.resend(key).await;
    assert!(matches!(resent, ResendOutcome::Resent(_)), "{resent:?}");

    let settled = world.settle(&first, SendOutcome::Failed { code: 1 }).await;

    assert_eq!(settled, Settled::Failed);
    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages), (State::Pending, 1));
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}

pub(super) async fn an_old_try_settles_nothing(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let first = world.claim_one().await;
    let retry = SendOutcome::Retry { after: None, code: None, jitter: 0 };
    assert_eq!(world.settle(&first, retry).await, Settled::WillRetry);
    let second = world.claim_one().await;

    let late = world.settle(&first, SendOutcome::Failed { code: 1 }).await;

    assert_eq!(late, Settled::Stale);
    assert_eq!(world.read(key).await.failed_messages, 0);
    assert_eq!(world.settle(&second, accepted(2)).await, Settled::Accepted);
    assert_eq!(world.settle(&second, accepted(3)).await, Settled::Stale, "it is settled once");
}

pub(super) async fn a_lease_that_ran_out_is_taken_over(world: &mut World<'_>) {
    world.started(world.verification()).await;
    let first = world.claim_one().await;

    world.advance(seconds(29));
    assert!(world.claim().await.is_empty(), "the lease holds");
    world.advance(seconds(1));
    assert!(world.claim().await.is_empty(), "a receipt may still come");
    assert_eq!(world.message(first.key).await.state, MessageState::Unknown);
    world.advance(seconds(10));
    let second = world.claim_one().await;

    assert_eq!(second.attempt, 2);
    assert_eq!(world.settle(&first, accepted(1)).await, Settled::Stale);
    assert_eq!(world.settle(&second, accepted(2)).await, Settled::Accepted);
    let id = world.message(first.key).await.provider_id;
    assert_eq!(id, Some(Sealed::from_bytes([1; 50])), "the first id that came stays");
}

pub(super) async fn a_resend_keeps_the_code_and_doubles_the_wait(world: &mut World<'_>) {
    let verification = world.verification();
    let key = world.started(verification.clone()).await;
    let too_early = Refusal { retry_at: world.now().plus(seconds(60)) };
    assert_eq!(world.resend(key).await, ResendOutcome::Refused(too_early));
    world.advance(seconds(60));

    let outcome = world.resend(key).await;

    assert!(
        matches!(outcome, ResendOutcome::Resent(message) if message.number == 2),
        "{outcome:?}"
    );
    let (row, messages) = world.find(key).await.expect("the verification is there");
    assert_eq!(row.code, verification.code);
    assert_eq!(row.expires_at, verification.expires_at, "it resets nothing");
    assert_eq!(row.sends, [verification.created_at, world.now()]);
    assert_eq!(row.resend_at, world.now().plus(seconds(120)));
    let numbers: Vec<u8> = messages.iter().map(|message| message.key.number).collect();
    assert_eq!(numbers, [1, 2]);
    let next = Refusal { retry_at: row.resend_at };
    assert_eq!(world.resend(key).await, ResendOutcome::Refused(next));
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}

pub(super) async fn a_resend_needs_a_live_verification(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    assert_eq!(world.resend(world.key()).await, ResendOutcome::NotFound);
    world.advance(minutes(5));

    assert_eq!(world.resend(key).await, ResendOutcome::Ended(State::Expired));
}
