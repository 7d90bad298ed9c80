//! Cleaning up. It is for all tenants at once, so what earlier checks left is taken along.

use std::sync::Arc;

use crate::delivery::ReceiptKind;
use crate::ledger::{Expire, StartOutcome, StoredWebhook, WebhookKey};
use crate::policy::{Limits, Policy, Refusal};
use crate::random::bytes;
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, WRONG, first_message, receipt};
use crate::time::{Timestamp, days, minutes, seconds};
use crate::verification::{Finding, Idempotency, Verification, VerificationKey};

async fn overdue(world: &World<'_>, limit: usize) -> Vec<VerificationKey> {
    world.store.overdue(world.now(), limit).await.expect("storage answers")
}

async fn expire(world: &World<'_>, keys: Vec<VerificationKey>) {
    let (event, now) = (world.event(), world.now());
    world.ledger.run(Expire { keys, event, now }).await.expect("storage answers");
}

async fn delete_before(world: &World<'_>, edge: Timestamp, limit: usize) -> usize {
    world.store.delete_before(edge, limit).await.expect("storage answers")
}

async fn forget_addresses(world: &World<'_>, edge: Timestamp, limit: usize) -> usize {
    world.store.forget_addresses_before(edge, limit).await.expect("storage answers")
}

async fn delete_webhooks(world: &World<'_>, edge: Timestamp, limit: usize) -> usize {
    world.store.delete_webhooks_before(edge, limit).await.expect("storage answers")
}

pub(super) async fn the_overdue_are_those_that_nobody_ended(world: &mut World<'_>) {
    expire(world, overdue(world, 1_000).await).await;
    let mut late = Vec::new();
    for _ in 0..3 {
        late.push(world.started(world.verification()).await);
        world.advance(seconds(1));
    }
    let approved = world.started(world.verification()).await;
    assert_eq!(world.check(approved, RIGHT).await, Finding::Approved);
    assert_eq!(overdue(world, 10).await, []);
    world.advance(minutes(5).saturating_sub(seconds(1)));
    world.started(world.verification()).await;

    assert_eq!(overdue(world, 2).await.len(), 2, "no more than was asked for");
    let mut found = overdue(world, 10).await;
    found.sort_unstable();
    assert_eq!(found, late);
    expire(world, found).await;
    assert_eq!(overdue(world, 10).await, []);
}

pub(super) async fn the_old_are_deleted_with_their_messages(world: &mut World<'_>) {
    let mine = world.started(world.verification()).await;
    let owner = world.tenant;
    world.tenant = world.another_tenant();
    let theirs = world.started(world.verification()).await;
    world.tenant = owner;
    world.advance(minutes(1));
    let edge = world.now();
    let kept = world.started(world.verification()).await;
    let before = world.find(kept).await;

    assert!(delete_before(world, edge, 1_000).await >= 2);

    assert_eq!(world.find(mine).await, None);
    assert_eq!(world.find(theirs).await, None);
    let late = world.receive(first_message(mine), receipt(ReceiptKind::Sent, edge)).await;
    assert_eq!(late.unmatched, 1, "the message is gone too");
    assert_eq!(world.find(kept).await, before);
    assert_eq!(delete_before(world, edge, 1_000).await, 0);
}

pub(super) async fn the_old_are_deleted_in_portions(world: &mut World<'_>) {
    while delete_before(world, world.now(), 1_000).await > 0 {}
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        mine.push(world.started(world.verification()).await);
        world.advance(seconds(1));
    }
    world.tenant = world.another_tenant();
    for _ in 0..2 {
        theirs.push(world.started(world.verification()).await);
        world.advance(seconds(1));
    }

    let mut portions = Vec::new();
    for _ in 0..4 {
        portions.push(delete_before(world, world.now(), 3).await);
        for keys in [&mine, &theirs] {
            let left = from_the_first_that_is_left(world, keys).await;
            assert_eq!(left, vec![true; left.len()], "the oldest of each tenant go first");
        }
    }

    assert_eq!(portions, [3, 3, 1, 0], "of all tenants together");
}

/// Whether each is there, from the first that is.
async fn from_the_first_that_is_left(world: &World<'_>, keys: &[VerificationKey]) -> Vec<bool> {
    let mut found = Vec::new();
    for key in keys {
        found.push(world.find(*key).await.is_some());
    }
    found.into_iter().skip_while(|is_there| !is_there).collect()
}

pub(super) async fn addresses_are_forgotten_and_nothing_else(world: &mut World<'_>) {
    while forget_addresses(world, world.now(), 100).await > 0 {}
    let mut old = Vec::new();
    for _ in 0..3 {
        old.push(world.complete());
        world.started(old[old.len() - 1].clone()).await;
        world.started(world.verification()).await;
        world.advance(seconds(1));
    }
    let edge = world.now();
    let young = world.complete();
    world.started(young.clone()).await;

    let portions = [
        forget_addresses(world, edge, 2).await,
        forget_addresses(world, edge, 2).await,
        forget_addresses(world, edge, 2).await,
    ];

    assert_eq!(portions, [2, 1, 0]);
    for row in old {
        let expected = Verification { client_ip: None, ..row };
        assert_eq!(world.read(expected.key).await, expected);
    }
    assert_eq!(world.read(young.key).await, young);
}

pub(super) async fn old_webhooks_are_deleted(world: &mut World<'_>) {
    while delete_webhooks(world, world.now(), 100).await > 0 {}
    let mut old = Vec::new();
    for _ in 0..3 {
        let (webhook, inbound) = (world.webhook(), world.inbound());
        let _ = world.ingest(webhook.clone(), Vec::new(), vec![inbound.clone()]).await;
        old.push((webhook, inbound));
        world.advance(seconds(1));
    }
    let edge = world.now();
    // What it says of its time is not what counts.
    let mut late: StoredWebhook = world.webhook();
    late.key.at = edge.minus(days(5));
    let _ = world.ingest(late.clone(), Vec::new(), Vec::new()).await;

    let portions = in_portions_of_two(world, edge).await;

    assert_eq!(portions, [2, 1, 0]);
    assert!(world.ingest(late, Vec::new(), Vec::new()).await.is_repeated, "it is still there");
    for (webhook, inbound) in old {
        let outcome = world.ingest(webhook, Vec::new(), vec![inbound]).await;
        assert!(!outcome.is_repeated && outcome.messages.len() == 1, "{outcome:?}");
    }
}

pub(super) async fn what_counts_once_for_good_is_remembered_for_a_year(world: &mut World<'_>) {
    while delete_webhooks(world, world.now(), 100).await > 0 {}
    let mut wishes = Vec::new();
    for n in 0..3 {
        if n == 2 {
            world.tenant = world.another_tenant();
        }
        let mut wish = world.webhook();
        wish.key.at = WebhookKey::AT_ANY_TIME;
        let _ = world.ingest(wish.clone(), Vec::new(), Vec::new()).await;
        wishes.push(wish);
    }
    world.advance(seconds(1));
    let edge = world.now();
    let year = edge.plus(days(365));

    let emptied = in_portions_of_two(world, edge).await;
    for wish in &wishes {
        assert!(world.ingest(wish.clone(), Vec::new(), Vec::new()).await.is_repeated);
    }
    let early = delete_webhooks(world, year.minus(seconds(1)), 2).await;
    let deleted = in_portions_of_two(world, year).await;

    assert_eq!(emptied, [2, 1, 0], "what they say is gone, of all tenants together");
    assert_eq!(early, 0);
    assert_eq!(deleted, [2, 1, 0]);
    for wish in wishes {
        assert!(!world.ingest(wish, Vec::new(), Vec::new()).await.is_repeated);
    }
}

async fn in_portions_of_two(world: &World<'_>, edge: Timestamp) -> [usize; 3] {
    [
        delete_webhooks(world, edge, 2).await,
        delete_webhooks(world, edge, 2).await,
        delete_webhooks(world, edge, 2).await,
    ]
}

pub(super) async fn limits_that_still_count_are_kept(world: &mut World<'_>) {
    let limits = Limits { failures_per_month: 10, ..Limits::default() };
    world.policy = Arc::new(Policy { limits, ..Policy::default() });
    let (phone, begun) = (world.phone(), world.now());
    let idempotency = Some(Idempotency { key: bytes(&world.entropy), fingerprint: [1; 16] });
    for _ in 0..5 {
        let key = world.started(world.verification_of(phone)).await;
        for _ in 0..2 {
            assert_eq!(world.check(key, WRONG).await, Finding::WrongCode);
        }
        world.advance(minutes(10));
    }
    let first = world.started(Verification { idempotency, ..world.verification() }).await;

    world.advance(minutes(23 * 60));
    forget_limits(world).await;
    let again = world.start(Verification { idempotency, ..world.verification() }).await;
    world.advance(days(28));
    forget_limits(world).await;
    let refusal = world.refused(world.verification_of(phone)).await;

    assert!(matches!(again, StartOutcome::Repeated(key) if key == first), "{again:?}");
    assert_eq!(refusal, Refusal { retry_at: begun.plus(days(30)) });
}

async fn forget_limits(world: &World<'_>) {
    // Some storages look at a part of them at a time.
    for _ in 0..100 {
        world.store.delete_spent_limits(world.now(), 100).await.expect("storage answers");
    }
}
