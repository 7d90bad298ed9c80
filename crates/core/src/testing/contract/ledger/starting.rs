//! Starting.

use crate::delivery::Message;
use crate::ledger::{CancelOutcome, CheckOutcome, CheckTarget, ResendOutcome, StartOutcome};
use crate::random::bytes;
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, at_once, first_message};
use crate::time::{minutes, seconds};
use crate::verification::{Finding, Idempotency, StartMode, State, Verification, VerificationKey};

fn with_idempotency(world: &World<'_>) -> Verification {
    let idempotency = Idempotency { key: bytes(&world.entropy), fingerprint: [1; 16] };
    Verification { idempotency: Some(idempotency), ..world.verification() }
}

pub(super) async fn what_was_started_is_read_back(world: &mut World<'_>) {
    let verification = world.verification();

    world.started(verification.clone()).await;

    assert_eq!(world.read(verification.key).await, verification);
}

pub(super) async fn every_column_is_read_back(world: &mut World<'_>) {
    let verification = world.complete();

    world.started(verification.clone()).await;

    assert_eq!(world.read(verification.key).await, verification);
}

pub(super) async fn a_started_verification_has_a_queued_message(world: &mut World<'_>) {
    let verification = world.verification();
    let (key, channel) = (verification.key, verification.channel);

    let outcome = world.start(verification).await;

    let first = first_message(key);
    assert!(
        matches!(outcome, StartOutcome::Started { message, .. } if message == Some(first)),
        "{outcome:?}"
    );
    let messages = world.find(key).await.map(|(_, messages)| messages);
    assert_eq!(messages, Some(vec![Message::queued(first, channel, world.now())]));
}

pub(super) async fn nothing_is_found_under_another_tenant(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let foreign = VerificationKey { tenant: world.another_tenant(), id: key.id };

    let check = world.check_as(CheckTarget::Verification(foreign), RIGHT, None).await;

    assert_eq!(check, CheckOutcome::NotFound);
    assert_eq!(world.resend(foreign).await, ResendOutcome::NotFound);
    assert_eq!(world.cancel(foreign).await, CancelOutcome::NotFound);
    assert_eq!(world.find(foreign).await, None);
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved, "its own tenant has it");
}

pub(super) async fn the_same_start_again_is_the_first_one(world: &mut World<'_>) {
    let first = with_idempotency(world);
    world.started(first.clone()).await;
    let before = world.find(first.key).await;
    world.advance(minutes(1_000));
    let again = Verification { idempotency: first.idempotency, ..world.verification() };
    let again_key = again.key;

    let outcome = world.start(again).await;

    assert!(matches!(outcome, StartOutcome::Repeated(key) if key == first.key), "{outcome:?}");
    assert_eq!(world.find(first.key).await, before);
    assert_eq!(world.find(again_key).await, None);
}

pub(super) async fn one_of_many_same_starts_begins(world: &mut World<'_>) {
    let world = &*world;
    let first = with_idempotency(world);
    let same = |_| Verification { key: world.key(), ..first.clone() };

    let outcomes = at_once((0..30).map(same).map(|start| world.start(start))).await;

    let mut begun = None;
    let mut repeated = Vec::new();
    for outcome in outcomes {
        match outcome {
            StartOutcome::Started { verification, .. } => {
                assert_eq!(begun.replace(verification.key), None, "only one begins");
            }
            StartOutcome::Repeated(key) => repeated.push(key),
            StartOutcome::Resent { .. }
            | StartOutcome::KeyReused
            | StartOutcome::OptedOut
            | StartOutcome::Refused { .. } => {
                panic!("the same request is repeated: {outcome:?}")
            }
        }
    }
    let begun = begun.expect("one begins");
    assert_eq!(repeated, [begun; 29]);
}

pub(super) async fn a_key_with_another_request_is_a_mistake(world: &mut World<'_>) {
    let first = with_idempotency(world);
    world.started(first.clone()).await;
    let other = first.idempotency.map(|key| Idempotency { fingerprint: [2; 16], ..key });
    let other = Verification { idempotency: other, ..world.verification() };
    let other_key = other.key;

    let outcome = world.start(other).await;

    assert!(matches!(outcome, StartOutcome::KeyReused), "{outcome:?}");
    assert_eq!(world.find(other_key).await, None);
}

pub(super) async fn keys_of_tenants_are_apart(world: &mut World<'_>) {
    let first = with_idempotency(world);
    world.started(first.clone()).await;
    world.tenant = world.another_tenant();
    let same_key = Verification { idempotency: first.idempotency, ..world.verification() };

    let other = world.started(same_key).await;

    assert_ne!(other.tenant, first.key.tenant);
}

pub(super) async fn the_third_live_one_supersedes_the_first(world: &mut World<'_>) {
    let phone = world.phone();
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(world.started(world.verification_of(phone)).await);
        world.advance(seconds(60));
    }

    let first = world.read(keys[0]).await;
    let second = world.read(keys[1]).await;

    assert_eq!((first.state, first.is_superseded), (State::Canceled, true));
    assert_eq!(first.code, None);
    assert_eq!((second.state, second.is_superseded), (State::Pending, false));
    assert_eq!(world.check(keys[0], RIGHT).await, Finding::Superseded);
    assert_eq!(world.check(keys[1], RIGHT).await, Finding::Approved);
}

pub(super) async fn a_start_may_send_the_live_one_again(world: &mut World<'_>) {
    let phone = world.phone();
    let live = world.started(world.verification_of(phone)).await;
    world.advance(seconds(60));
    let again = world.verification_of(phone);
    let again_key = again.key;

    let outcome = world.start_as(again, StartMode::ResendLive).await;

    assert!(
        matches!(outcome, StartOutcome::Resent { verification, message }
            if verification == live && message.number == 2),
        "{outcome:?}"
    );
    assert_eq!(world.find(again_key).await, None);
    assert_eq!(world.find(live).await.map(|(_, messages)| messages.len()), Some(2));
}
