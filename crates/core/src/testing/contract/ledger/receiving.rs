//! Webhooks: receipts, and what people write.

use super::sending::accepted;
use crate::channel::{Channel, Route};
use crate::delivery::{MessageKey, MessageState, Price, Receipt, ReceiptKind, SendOutcome};
use crate::keyring::Sealed;
use crate::ledger::{IngestOutcome, ReceiptOf, Signers};
use crate::testing::contract::World;
use crate::testing::contract::world::{PATIENCE, RIGHT, at_once, first_message, receipt};
use crate::time::{minutes, seconds};
use crate::verification::{Finding, Reception, State};

/// Of a webhook that tells nothing new. A world's each hold one message that is not the tenant's.
const NOTHING: IngestOutcome = IngestOutcome {
    quarantined: 1,
    is_repeated: false,
    receipts: 0,
    unmatched: 0,
    messages: Vec::new(),
};

const REPEATED: IngestOutcome = IngestOutcome {
    is_repeated: true,
    receipts: 0,
    unmatched: 0,
    messages: Vec::new(),
    quarantined: 0,
};

pub(super) async fn receipts_say_the_same_in_any_order(world: &mut World<'_>) {
    use ReceiptKind::{Delivered, Failed, Read, Sent};
    let orders = [
        [Sent, Delivered, Read, Failed],
        [Failed, Read, Delivered, Sent],
        [Delivered, Sent, Failed, Read],
        [Read, Failed, Sent, Delivered],
    ];
    let begun = world.now();
    let mut states = Vec::new();
    for order in orders {
        let key = first_message(world.started(world.verification()).await);
        for kind in order.into_iter().chain(order) {
            let at = begun.plus(seconds(kind as u64));
            let _ = world.receive(key, receipt(kind, at)).await;
        }
        let message = world.message(key).await;
        states.push((message.receipts.clone(), message.status()));
    }

    assert!(states.iter().all(|state| *state == states[0]), "{states:#?}");
}

pub(super) async fn every_column_of_a_message_is_read_back(world: &mut World<'_>) {
    let price = Price {
        billable: Some(true),
        kind: Some("regular".to_owned()),
        category: Some("authentication".to_owned()),
        micros: Some(7_500),
        currency: Some("USD".to_owned()),
    };
    world.started(world.verification()).await;
    let claimed = world.claim_one().await;
    let mut expected = world.message(claimed.key).await;
    let provider_id = Sealed::from_bytes([0, 9, 255]);
    let accepted = SendOutcome::Accepted { provider_id, account: "whatsapp".to_owned() };
    world.advance(seconds(1));
    let _ = expected.settle(claimed.attempt, &accepted, PATIENCE, world.now());
    let _ = world.settle(&claimed, accepted).await;

    for (n, kind) in
        [ReceiptKind::Sent, ReceiptKind::Delivered, ReceiptKind::Failed, ReceiptKind::Read]
            .into_iter()
            .enumerate()
    {
        let at = world.now().plus(seconds(n as u64));
        let receipt = Receipt { price: Some(price.clone()), ..receipt(kind, at) };
        assert!(expected.receive(&receipt, PATIENCE, world.now()), "it is news");
        let outcome = world.receive(claimed.key, receipt).await;
        assert_eq!(outcome, IngestOutcome { receipts: 1, ..NOTHING });
    }

    assert_eq!(world.message(claimed.key).await, expected);
}

pub(super) async fn a_failure_by_receipt_ends_the_verification(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let message = first_message(key);
    let failed = receipt(ReceiptKind::Failed, world.now());

    let outcomes =
        [world.receive(message, failed.clone()).await, world.receive(message, failed).await];

    assert_eq!(outcomes, [IngestOutcome { receipts: 1, ..NOTHING }, NOTHING]);
    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages, row.code), (State::Undeliverable, 1, None));
    assert_eq!(world.message(message).await.state, MessageState::Failed);
    assert!(world.claim().await.is_empty());
}

pub(super) async fn the_same_webhook_again_does_nothing(world: &mut World<'_>) {
    let message = first_message(world.started(world.verification()).await);
    let webhook = world.webhook();
    let sent = ReceiptOf { message, receipt: receipt(ReceiptKind::Sent, world.now()) };
    let read = ReceiptOf { message, receipt: receipt(ReceiptKind::Read, world.now()) };
    let first = world.ingest(webhook.clone(), vec![sent], vec![world.inbound()]).await;
    let before = world.message(message).await;
    world.advance(minutes(1));

    let again = world.ingest(webhook, vec![read], vec![world.inbound()]).await;

    assert_eq!(first, IngestOutcome { receipts: 1, messages: vec![Reception::Kept], ..NOTHING });
    assert_eq!(again, REPEATED);
    assert_eq!(world.message(message).await, before);
}

pub(super) async fn the_same_webhook_at_once_counts_once(world: &mut World<'_>) {
    let world = &*world;
    let message = first_message(world.started(world.verification()).await);
    let (webhook, inbound) = (world.webhook(), world.inbound());
    let sent = ReceiptOf { message, receipt: receipt(ReceiptKind::Sent, world.now()) };

    let same = |_| world.ingest(webhook.clone(), vec![sent.clone()], vec![inbound.clone()]);
    let outcomes = at_once((0..20).map(same)).await;

    let first = IngestOutcome { receipts: 1, messages: vec![Reception::Kept], ..NOTHING };
    let repeated = REPEATED;
    let count =
        |wanted: IngestOutcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    assert_eq!((count(first), count(repeated)), (1, 19), "{outcomes:?}");
}

pub(super) async fn an_inbound_message_is_stored_once(world: &mut World<'_>) {
    let (one, two) = (world.inbound(), world.inbound());

    let first = world.ingest(world.webhook(), Vec::new(), vec![one.clone()]).await;
    let second = world.ingest(world.webhook(), Vec::new(), vec![one, two.clone(), two]).await;

    assert_eq!(first.messages, [Reception::Kept]);
    assert_eq!(second, IngestOutcome { messages: vec![Reception::Kept], ..NOTHING });
}

pub(super) async fn a_receipt_for_nobody_is_unmatched(world: &mut World<'_>) {
    let unknown = first_message(world.key());
    let second =
        MessageKey { number: 2, ..first_message(world.started(world.verification()).await) };
    let delivered = receipt(ReceiptKind::Delivered, world.now());
    let failed = receipt(ReceiptKind::Failed, world.now());

    for (key, receipt) in [(unknown, &delivered), (unknown, &failed), (second, &failed)] {
        let outcome = world.receive(key, receipt.clone()).await;
        assert_eq!(outcome, IngestOutcome { unmatched: 1, ..NOTHING });
    }
}

pub(super) async fn an_account_does_not_speak_for_another(world: &mut World<'_>) {
    let key = first_message(world.started(world.verification()).await);
    let signed = |kind, channel, others: &[&str]| {
        let receipts = vec![ReceiptOf { message: key, receipt: receipt(kind, world.now()) }];
        let others = others.iter().map(|&name| name.to_owned()).collect();
        let signers = Signers { channels: Route::of([channel]), others };
        world.ingest_signed(world.webhook(), receipts, Vec::new(), signers)
    };
    let receive = |kind, others| signed(kind, Channel::WhatsApp, others);
    let quarantined = IngestOutcome { quarantined: NOTHING.quarantined + 1, ..NOTHING };
    let queued = world.message(key).await;
    let early = signed(ReceiptKind::Failed, Channel::Sms, &["whatsapp"]).await;
    assert_eq!(early, quarantined, "its account does not send by this channel");
    assert_eq!(world.message(key).await, queued);
    let claimed = world.claim_one().await;
    let early = signed(ReceiptKind::Failed, Channel::Sms, &["whatsapp"]).await;
    assert_eq!(early, quarantined, "nor while it is being sent");
    let early = receive(ReceiptKind::Sent, &["whatsapp"]).await;
    assert_eq!(early, IngestOutcome { receipts: 1, ..NOTHING }, "nobody knows yet who took it");
    let _ = world.settle(&claimed, accepted(1)).await;
    let before = world.message(key).await;

    for kind in [ReceiptKind::Failed, ReceiptKind::Read] {
        let outcome = receive(kind, &["twilio", "whatsapp"]).await;
        assert_eq!(outcome, quarantined);
    }

    assert_eq!(world.message(key).await, before);
    assert_eq!(world.read(key.verification_key()).await.state, State::Pending);
    // Its own; and one that has another name since.
    for others in [&["twilio"][..], &[]] {
        let kind = if others.is_empty() { ReceiptKind::Read } else { ReceiptKind::Delivered };
        let outcome = receive(kind, others).await;
        assert_eq!(outcome, IngestOutcome { receipts: 1, ..NOTHING });
    }
}

pub(super) async fn a_receipt_under_another_tenant_does_nothing(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let before = world.find(key).await;
    let foreign = MessageKey { tenant: world.another_tenant(), ..first_message(key) };

    let outcome = world.receive(foreign, receipt(ReceiptKind::Failed, world.now())).await;

    assert_eq!(outcome, IngestOutcome { unmatched: 1, ..NOTHING });
    assert_eq!(world.find(key).await, before);
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}
