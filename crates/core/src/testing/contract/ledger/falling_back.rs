//! From one channel to the next.

use std::future::Future;
use std::pin::Pin;

use super::sending::accepted;
use crate::channel::{Channel, Route};
use crate::delivery::{
    Message, MessageKey, MessageStatus, Receipt, ReceiptKind, SendOutcome, Settled,
};
use crate::keyring::Sealed;
use crate::ledger::{ClaimDue, Claimed, Resend, ResendOutcome};
use crate::testing::contract::World;
use crate::testing::contract::world::{PATIENCE, RIGHT, at_once, first_message, receipt};
use crate::time::{days, minutes, seconds};
use crate::verification::{Finding, PhoneKey, State, Verification, VerificationKey};

type Claiming<'a> = Pin<Box<dyn Future<Output = Vec<Claimed>> + 'a>>;

const GONE: SendOutcome = SendOutcome::Unreachable { code: 131_026 };

/// One that goes by `WhatsApp`, and by SMS when that fails.
fn routed(world: &World<'_>) -> Verification {
    routed_to(world, world.phone())
}

fn routed_to(world: &World<'_>, phone: PhoneKey) -> Verification {
    Verification { route: Route::of([Channel::Sms]), ..world.verification_of(phone) }
}

async fn messages(world: &World<'_>, key: VerificationKey) -> Vec<Message> {
    world.find(key).await.expect("the verification is there").1
}

async fn channels(world: &World<'_>, key: VerificationKey) -> Vec<Channel> {
    messages(world, key).await.into_iter().map(|message| message.channel).collect()
}

/// Started, and taken by the provider.
async fn accepted_by_whatsapp(world: &World<'_>) -> Claimed {
    world.started(routed(world)).await;
    let claimed = world.claim_one().await;
    let _ = world.settle(&claimed, accepted(1)).await;
    claimed
}

pub(super) async fn a_message_that_fails_is_followed_by_one_on_the_next_channel(
    world: &mut World<'_>,
) {
    let key = world.started(routed(world)).await;
    let first = world.claim_one().await;

    let _ = world.settle(&first, SendOutcome::Failed { code: 1 }).await;

    let second = world.claim_one().await;
    assert_eq!((second.key.number, second.channel), (2, Channel::Sms));
    assert_eq!(second.verification.code, first.verification.code, "the same code");
    let row = world.read(key).await;
    assert_eq!((row.state, row.channel, row.fallbacks), (State::Pending, Channel::Sms, 1));
    assert!(row.route.is_empty());
    let _ = world.settle(&second, accepted(2)).await;
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}

pub(super) async fn a_message_that_nobody_says_to_have_is_followed_once(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    let sent = receipt(ReceiptKind::Sent, world.now());
    let _ = world.receive(first.key, sent).await;
    world.advance(PATIENCE.saturating_sub(seconds(1)));
    assert!(world.claim().await.is_empty(), "not before its time");
    world.advance(seconds(1));

    let second = world.claim_one().await;

    assert_eq!(second.channel, Channel::Sms);
    let _ = world.settle(&second, accepted(2)).await;
    let failed = receipt(ReceiptKind::Failed, world.now());
    let _ = world.receive(first.key, failed).await;
    world.advance(minutes(1));
    assert!(world.claim().await.is_empty());
    assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::Sms]);
    assert_eq!(world.read(key).await.state, State::Pending, "the other one may arrive");
}

pub(super) async fn a_message_that_arrived_is_not_followed(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let delivered = receipt(ReceiptKind::Delivered, world.now());

    let _ = world.receive(first.key, delivered).await;

    world.advance(PATIENCE * 2);
    assert!(world.claim().await.is_empty());
    assert_eq!(world.message(first.key).await.status(), MessageStatus::Delivered);
    assert_eq!(world.message(first.key).await.due_at, None);
}

pub(super) async fn a_message_that_is_kept_back_counts_as_delivered_and_is_not_followed(
    world: &mut World<'_>,
) {
    let key = world.started(routed(world)).await;
    let claimed = world.claim_one().await;
    let kept = SendOutcome::Delivered {
        provider_id: Sealed::from_bytes([1; 50]),
        account: "test".to_owned(),
    };

    let settled = world.settle(&claimed, kept).await;

    assert_eq!(settled, Settled::Delivered);
    let message = world.message(claimed.key).await;
    assert_eq!((message.status(), message.due_at), (MessageStatus::Delivered, None));
    assert_eq!(message.account.as_deref(), Some("test"));
    world.advance(PATIENCE * 2);
    assert!(world.claim().await.is_empty());
    assert_eq!(channels(world, key).await, [Channel::WhatsApp]);
}

pub(super) async fn a_failure_and_the_timer_at_once_are_followed_once(world: &mut World<'_>) {
    for _ in 0..10 {
        let first = accepted_by_whatsapp(world).await;
        let key = first.key.verification_key();
        world.advance(PATIENCE);
        let failed = receipt(ReceiptKind::Failed, world.now());
        let mut both: Vec<Claiming<'_>> = Vec::new();
        for _ in 0..4 {
            let claim = ClaimDue { most: 10, event: world.event(), now: world.now() };
            let claimed = world.ledger.run(claim);
            both.push(Box::pin(async { claimed.await.expect("storage answers").claimed }));
        }
        let failed = world.receive(first.key, failed);
        both.push(Box::pin(async {
            let _ = failed.await;
            Vec::new()
        }));

        let claims = at_once(both).await;

        let mut calls: Vec<MessageKey> = claims.into_iter().flatten().map(|one| one.key).collect();
        calls.extend(world.claim().await.into_iter().map(|one| one.key));
        assert_eq!(calls.len(), 1, "one call to a provider");
        assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::Sms]);
        let _ = world.cancel(key).await;
    }
}

pub(super) async fn two_messages_that_are_silent_are_followed_once(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    let delivered = receipt(ReceiptKind::Delivered, world.now());
    let _ = world.receive(first.key, delivered).await;
    world.advance(minutes(1));
    let ResendOutcome::Resent(again) = world.resend(key).await else { panic!("it is resent") };
    let again = world.claim().await.into_iter().find(|one| one.key == again).expect("it is due");
    let _ = world.settle(&again, accepted(2)).await;
    world.advance(PATIENCE);

    let third = world.claim_one().await;
    let _ = world.settle(&third, accepted(3)).await;
    world.advance(PATIENCE * 2);

    assert!(world.claim().await.is_empty());
    let channels = channels(world, key).await;
    assert_eq!(channels, [Channel::WhatsApp, Channel::WhatsApp, Channel::Sms]);
}

pub(super) async fn what_arrives_after_all_is_not_lost(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    let _ = world.receive(first.key, receipt(ReceiptKind::Failed, world.now())).await;
    let second = world.claim_one().await;
    world.advance(seconds(5));
    let _ = world.receive(first.key, receipt(ReceiptKind::Delivered, world.now())).await;

    let _ = world.settle(&second, SendOutcome::Failed { code: 1 }).await;

    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages), (State::Pending, 1));
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}

pub(super) async fn a_resend_that_names_its_channel_is_not_followed(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    world.advance(seconds(20));
    let _ = world.receive(first.key, receipt(ReceiptKind::Delivered, world.now())).await;
    world.advance(minutes(1));
    let (policy, event, now) = (world.policy.clone(), world.event(), world.now());
    let resend = Resend { key, channel: Some(Channel::WhatsApp), policy, event, now };
    let outcome = world.ledger.run(resend).await.expect("storage answers");
    assert!(matches!(outcome, ResendOutcome::Resent(_)), "{outcome:?}");
    let again = world.claim_one().await;

    let _ = world.settle(&again, SendOutcome::Failed { code: 1 }).await;

    assert!(world.claim().await.is_empty());
    assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::WhatsApp]);
}

pub(super) async fn whoever_has_ended_gets_no_more(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
    world.advance(PATIENCE);

    assert!(world.claim().await.is_empty());

    assert_eq!(channels(world, key).await, [Channel::WhatsApp]);
    assert_eq!(world.message(first.key).await.due_at, None);
}

pub(super) async fn the_last_channel_that_fails_ends_the_verification(world: &mut World<'_>) {
    let key = world.started(routed(world)).await;
    let first = world.claim_one().await;
    let _ = world.settle(&first, SendOutcome::Failed { code: 1 }).await;
    let second = world.claim_one().await;

    let _ = world.settle(&second, SendOutcome::Failed { code: 2 }).await;

    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages), (State::Undeliverable, 2));
    assert!(world.claim().await.is_empty());
}

pub(super) async fn a_phone_that_is_not_on_whatsapp_is_remembered_for_a_day(world: &mut World<'_>) {
    let phone = world.phone();
    let key = world.started(routed_to(world, phone)).await;
    let first = world.claim_one().await;
    let _ = world.settle(&first, GONE).await;
    let _ = world.cancel(key).await;
    world.claim().await;
    world.advance(minutes(10));

    let again = world.started(routed_to(world, phone)).await;

    assert_eq!(channels(world, again).await, [Channel::Sms]);
    let row = world.read(again).await;
    assert_eq!((row.channel, row.fallbacks, row.route), (Channel::Sms, 0, Route::default()));
    let _ = world.cancel(again).await;
    world.advance(days(1));
    let later = world.started(routed_to(world, phone)).await;
    assert_eq!(channels(world, later).await, [Channel::WhatsApp]);
}

pub(super) async fn a_receipt_tells_that_a_phone_is_not_on_whatsapp(world: &mut World<'_>) {
    let first = accepted_by_whatsapp(world).await;
    let key = first.key.verification_key();
    let phone = first.verification.phone;
    let gone = Receipt { is_unreachable: true, ..receipt(ReceiptKind::Failed, world.now()) };

    let _ = world.receive(first.key, gone).await;

    assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::Sms]);
    let _ = world.cancel(key).await;
    world.claim().await;
    world.advance(minutes(10));
    let again = world.started(routed_to(world, phone)).await;
    assert_eq!(channels(world, again).await, [Channel::Sms]);
}

pub(super) async fn a_phone_without_another_channel_is_tried_again(world: &mut World<'_>) {
    let phone = world.phone();
    world.started(world.verification_of(phone)).await;
    let first = world.claim_one().await;
    let _ = world.settle(&first, GONE).await;
    world.advance(minutes(10));

    let again = world.started(world.verification_of(phone)).await;

    assert_eq!(channels(world, again).await, [Channel::WhatsApp]);
    assert_eq!(world.claim_one().await.key, first_message(again));
}
