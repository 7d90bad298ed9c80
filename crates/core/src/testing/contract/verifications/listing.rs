//! Finding and listing.

use crate::delivery::{Message, SendOutcome};
use crate::ledger::{ResendOutcome, Written};
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, WRONG};
use crate::time::{minutes, seconds};
use crate::verification::{
    Finding, InboundListing, InboundPlace, Listing, NumberKey, Purpose, Reception, State,
    Verification, VerificationKey,
};

fn all(world: &World<'_>) -> Listing {
    Listing {
        tenant: world.tenant,
        state: None,
        number: None,
        purpose: None,
        created_after: None,
        before: None,
        limit: 100,
        now: world.now(),
    }
}

async fn list(world: &World<'_>, listing: &Listing) -> Vec<(Verification, Vec<Message>)> {
    world.store.list(listing).await.expect("storage answers")
}

async fn keys(world: &World<'_>, listing: &Listing) -> Vec<VerificationKey> {
    list(world, listing).await.into_iter().map(|(row, _)| row.key).collect()
}

/// So many, a second apart, the newest first.
async fn started(world: &World<'_>, count: usize) -> Vec<VerificationKey> {
    let mut keys = Vec::new();
    for _ in 0..count {
        world.advance(seconds(1));
        keys.insert(0, world.started(world.verification()).await);
    }
    keys
}

pub(super) async fn an_unknown_one_is_not_found(world: &mut World<'_>) {
    assert_eq!(world.find(world.key()).await, None);
    assert_eq!(keys(world, &all(world)).await, []);
}

pub(super) async fn the_newest_come_first(world: &mut World<'_>) {
    let started = started(world, 3).await;

    assert_eq!(keys(world, &all(world)).await, started);
}

pub(super) async fn pages_follow_each_other(world: &mut World<'_>) {
    let started = started(world, 5).await;
    let mut seen = Vec::new();
    let mut listing = Listing { limit: 2, ..all(world) };
    for _ in 0..4 {
        let page = keys(world, &listing).await;
        listing.before = page.last().map(|key| key.id);
        seen.push(page);
    }

    let pages: Vec<&[VerificationKey]> = seen.iter().map(Vec::as_slice).collect();
    assert_eq!(pages, [&started[..2], &started[2..4], &started[4..], &[]]);
}

pub(super) async fn each_comes_with_its_messages(world: &mut World<'_>) {
    let started = started(world, 45).await;
    world.advance(seconds(60));
    for key in &started[20..23] {
        let outcome = world.resend(*key).await;
        assert!(matches!(outcome, ResendOutcome::Resent(_)), "{outcome:?}");
    }

    let listed = list(world, &all(world)).await;

    assert_eq!(listed.len(), 45);
    for (place, (row, messages)) in listed.into_iter().enumerate() {
        let expected = if (20..23).contains(&place) { vec![1, 2] } else { vec![1] };
        let numbers: Vec<u8> = messages.iter().map(|message| message.key.number).collect();
        assert_eq!(numbers, expected, "of the verification in place {place}");
        assert_eq!(Some((row.clone(), messages)), world.find(row.key).await);
    }
}

pub(super) async fn those_whose_time_is_up_are_listed_as_expired(world: &mut World<'_>) {
    let old = world.started(world.verification()).await;
    world.advance(minutes(3));
    let young = world.started(world.verification()).await;
    world.advance(minutes(2));
    let of = |state| Listing { state: Some(state), ..all(world) };

    assert_eq!(keys(world, &of(State::Expired)).await, [old]);
    assert_eq!(keys(world, &of(State::Pending)).await, [young]);
    world.advance(minutes(3));
    assert_eq!(keys(world, &Listing { now: world.now(), ..of(State::Pending) }).await, []);
    assert_eq!(
        keys(world, &Listing { now: world.now(), ..of(State::Expired) }).await,
        [young, old]
    );
}

pub(super) async fn every_state_is_listed_alone(world: &mut World<'_>) {
    let ended = world.started(world.verification()).await;
    world.advance(minutes(5));
    assert_eq!(world.check(ended, RIGHT).await, Finding::Expired);
    let undeliverable = world.started(world.verification()).await;
    let claimed = world.claim_one().await;
    let _ = world.settle(&claimed, SendOutcome::Failed { code: 1 }).await;
    let approved = world.started(world.verification()).await;
    assert_eq!(world.check(approved, RIGHT).await, Finding::Approved);
    let canceled = world.started(world.verification()).await;
    let _ = world.cancel(canceled).await;
    let exhausted = world.started(world.verification()).await;
    for _ in 0..3 {
        let _ = world.check(exhausted, WRONG).await;
    }
    let pending = world.started(world.verification()).await;

    for (state, key) in [
        (State::Expired, ended),
        (State::Undeliverable, undeliverable),
        (State::Approved, approved),
        (State::Canceled, canceled),
        (State::Exhausted, exhausted),
        (State::Pending, pending),
    ] {
        let listing = Listing { state: Some(state), ..all(world) };
        assert_eq!(keys(world, &listing).await, [key], "{state:?}");
    }
}

pub(super) async fn a_phone_a_purpose_and_a_time_narrow_it_down(world: &mut World<'_>) {
    let phone = world.phone();
    let first = world.started(world.verification_of(phone)).await;
    let first_at = world.now();
    world.advance(seconds(60));
    let login = Verification { purpose: Purpose::Login, ..world.verification_of(phone) };
    let second = world.started(login).await;
    let other = world.started(world.verification()).await;

    let all = all(world);
    let of_phone = Listing { number: Some(NumberKey(phone.0)), ..all.clone() };
    let of_login = Listing { purpose: Some(Purpose::Login), ..of_phone.clone() };
    let later = Listing { created_after: Some(first_at), ..all.clone() };
    let everything = Listing { created_after: Some(first_at.minus(seconds(1))), ..all };

    assert_eq!(keys(world, &of_phone).await, [second, first]);
    assert_eq!(keys(world, &of_login).await, [second]);
    let mut found = keys(world, &later).await;
    found.sort_unstable();
    let mut expected = [second, other];
    expected.sort_unstable();
    assert_eq!(found, expected, "not the one of that very time");
    assert_eq!(keys(world, &everything).await.len(), 3);
}

pub(super) async fn tenants_see_their_own(world: &mut World<'_>) {
    let phone = world.phone();
    world.started(world.verification_of(phone)).await;
    let stranger = Listing { tenant: world.another_tenant(), ..all(world) };
    let by_phone = Listing { number: Some(NumberKey(phone.0)), ..stranger.clone() };

    assert_eq!(keys(world, &stranger).await, []);
    assert_eq!(keys(world, &by_phone).await, []);
}

pub(super) async fn messages_are_listed_the_last_first(world: &mut World<'_>) {
    let mut places = Vec::new();
    for _ in 0..3 {
        world.advance(seconds(1));
        let written = Written { is_foreign: places.is_empty(), ..world.inbound() };
        places.push(InboundPlace { at: written.key.at, digest: written.key.digest });
        let _ = world.ingest(world.webhook(), Vec::new(), vec![written]).await;
    }
    places.reverse();
    let whole = InboundListing { tenant: world.tenant, reception: None, before: None, limit: 10 };
    let list = async |listing: InboundListing| {
        let found = world.store.inbound(&listing).await.expect("storage answers");
        found.into_iter().map(|row| (row.place, row.reception)).collect::<Vec<_>>()
    };

    let all = list(whole.clone()).await;
    assert_eq!(all.iter().map(|(place, _)| *place).collect::<Vec<_>>(), places);
    assert_eq!(all[2].1, Reception::Quarantined);
    let rest = list(InboundListing { before: Some(places[0]), limit: 1, ..whole.clone() }).await;
    assert_eq!(rest, [(places[1], Reception::Kept)]);
    let reception = Some(Reception::Quarantined);
    assert_eq!(list(InboundListing { reception, ..whole.clone() }).await, all[2..]);
    let tenant = world.another_tenant();
    assert!(list(InboundListing { tenant, ..whole }).await.is_empty());
}
