//! Limits: what refuses a start or a resend.

use std::sync::Arc;

use crate::ledger::{ResendOutcome, StartOutcome};
use crate::policy::{Limits, Policy, Refusal};
use crate::random::bytes;
use crate::testing::contract::World;
use crate::testing::contract::world::at_once;
use crate::time::{hours, minutes, seconds};
use crate::verification::Verification;

fn policy(limits: Limits) -> Arc<Policy> {
    Arc::new(Policy { limits, ..Policy::default() })
}

pub(super) async fn a_phone_gets_one_message_a_minute(world: &mut World<'_>) {
    let (phone, begun) = (world.phone(), world.now());
    world.started(world.verification_of(phone)).await;
    world.advance(seconds(59));

    let refusal = world.refused(world.verification_of(phone)).await;

    assert_eq!(refusal, Refusal { retry_at: begun.plus(seconds(60)) });
    world.advance(seconds(1));
    world.started(world.verification_of(phone)).await;
}

pub(super) async fn one_of_many_starts_for_a_phone_begins(world: &mut World<'_>) {
    let world = &*world;
    let phone = world.phone();

    let starts = (0..40).map(|_| world.start(world.verification_of(phone)));
    let outcomes = at_once(starts).await;

    let begun = |outcome: &&StartOutcome| matches!(outcome, StartOutcome::Started { .. });
    assert_eq!(outcomes.iter().filter(begun).count(), 1, "the others wait for the cooldown");
}

pub(super) async fn a_phone_gets_five_messages_a_day(world: &mut World<'_>) {
    let (phone, begun) = (world.phone(), world.now());
    for _ in 0..5 {
        world.started(world.verification_of(phone)).await;
        world.advance(minutes(20));
    }

    let refusal = world.refused(world.verification_of(phone)).await;

    assert_eq!(refusal, Refusal { retry_at: begun.plus(hours(24)) });
    world.advance(hours(24).saturating_sub(minutes(100)));
    world.started(world.verification_of(phone)).await;
}

pub(super) async fn an_address_gets_its_number_an_hour(world: &mut World<'_>) {
    world.policy = policy(Limits { per_address_per_hour: 3, ..Limits::default() });
    let (address, begun) = (Some(bytes(&world.entropy)), world.now());
    let from_there = |world: &World<'_>| Verification { address, ..world.verification() };
    for _ in 0..3 {
        world.started(from_there(world)).await;
        world.advance(minutes(1));
    }

    let refusal = world.refused(from_there(world)).await;

    assert_eq!(refusal, Refusal { retry_at: begun.plus(hours(1)) });
    world.started(world.verification()).await;
    world.advance(minutes(57));
    world.started(from_there(world)).await;
}

pub(super) async fn a_tenant_keeps_its_pace(world: &mut World<'_>) {
    let limits = Limits { per_tenant_per_minute: 30, tenant_burst: 2, ..Limits::default() };
    world.policy = policy(limits);
    let begun = world.now();
    world.started(world.verification()).await;
    world.started(world.verification()).await;

    let refusal = world.refused(world.verification()).await;

    assert_eq!(refusal, Refusal { retry_at: begun.plus(seconds(2)) });
    world.advance(seconds(2));
    world.started(world.verification()).await;
    world.tenant = world.another_tenant();
    world.started(world.verification()).await;
}

pub(super) async fn a_resend_counts_against_the_limits(world: &mut World<'_>) {
    world.policy = policy(Limits { per_phone_per_day: 2, ..Limits::default() });
    let (phone, begun) = (world.phone(), world.now());
    let key = world.started(world.verification_of(phone)).await;
    world.advance(seconds(60));
    let resent = world.resend(key).await;
    assert!(matches!(resent, ResendOutcome::Resent(_)), "{resent:?}");
    world.advance(seconds(120));

    let refusal = Refusal { retry_at: begun.plus(hours(24)) };
    assert_eq!(world.resend(key).await, ResendOutcome::Refused(refusal));
    assert_eq!(world.refused(world.verification_of(phone)).await, refusal);
}

pub(super) async fn a_refusal_charges_nothing(world: &mut World<'_>) {
    world.policy = policy(Limits { per_address_per_hour: 2, ..Limits::default() });
    let (phone, address) = (world.phone(), Some(bytes(&world.entropy)));
    let of_phone = |world: &World<'_>| Verification { address, ..world.verification_of(phone) };
    world.started(of_phone(world)).await;
    for _ in 0..5 {
        world.refused(of_phone(world)).await;
    }

    world.advance(seconds(60));

    world.started(of_phone(world)).await;
}
