//! The contract of [`InsightStore`], on rows that the ledger made.

use std::collections::BTreeMap;

use super::World;
use super::world::{RIGHT, WRONG, first_message, receipt};
use crate::channel::{Channel, Route};
use crate::delivery::{Price, Receipt, ReceiptKind, SendOutcome};
use crate::id::TenantId;
use crate::insights::{
    Dimension, Durations, InsightStore, MessageCounts, MessageGroup, Report, Span,
    VerificationCounts, VerificationGroup,
};
use crate::keyring::Sealed;
use crate::ledger::Ledger;
use crate::phone::Country;
use crate::time::{Timestamp, days, minutes, seconds};
use crate::verification::{Finding, Method, Verification, VerificationKey, VerificationStore};

pub async fn insights(
    ledger: &dyn Ledger,
    verifications: &dyn VerificationStore,
    store: &dyn InsightStore,
) {
    let mut world = World::new(ledger, verifications).await;
    nothing_is_counted_where_nothing_began(&world, store).await;
    world.turn_page();
    verifications_are_counted_by_what_became_of_them(&world, store).await;
    world.turn_page();
    open_ones_have_no_country(&world, store).await;
    world.turn_page();
    messages_are_counted_under_the_account_that_took_them(&world, store).await;
    world.turn_page();
    costs_are_added_up_for_each_currency(&world, store).await;
    world.turn_page();
    failures_are_counted_by_their_codes(&world, store).await;
    world.turn_page();
    a_fallback_is_counted_where_it_went(&world, store).await;
    world.turn_page();
    a_span_has_its_first_moment_and_not_its_last(&world, store).await;
    world.turn_page();
    tenants_are_counted_alone(&world, store).await;
}

/// Everything of a day around now.
fn span(world: &World<'_>) -> Span {
    let now = world.now();
    Span { tenant: world.tenant, after: now.minus(days(1)), before: now.plus(days(1)), now }
}

async fn report(store: &dyn InsightStore, span: Span) -> Report {
    let counted = store.count(&span).await.expect("storage answers");
    Report::new(span, Dimension::ALL.to_vec(), counted)
}

fn from(world: &World<'_>, country: &str, channel: Channel) -> Verification {
    let country = Country::parse(country);
    Verification { country, channel, ..world.verification() }
}

fn group(country: &str, channel: Channel, method: Method) -> VerificationGroup {
    let country = Country::parse(country);
    VerificationGroup { country, channel: Some(channel), method: Some(method) }
}

fn by(country: &str, channel: Channel, account: Option<&str>) -> MessageGroup {
    MessageGroup {
        country: Country::parse(country),
        channel: Some(channel),
        account: account.map(str::to_owned),
    }
}

fn took(lasting: &[u64]) -> Durations {
    let mut durations = Durations::default();
    for lasted in lasting {
        durations.note(Timestamp::default(), Timestamp::default().plus(seconds(*lasted)));
    }
    durations
}

fn accepted(account: &str) -> SendOutcome {
    let provider_id = Sealed::from_bytes([7, 7]);
    SendOutcome::Accepted { provider_id, account: account.to_owned() }
}

fn priced(kind: ReceiptKind, at: Timestamp, price: Price) -> Receipt {
    Receipt { price: Some(price), ..receipt(kind, at) }
}

/// Starts one whose message an account takes at once.
async fn sent(world: &World<'_>, account: &str) -> VerificationKey {
    let key = world.started(from(world, "DE", Channel::WhatsApp)).await;
    let _ = world.settle(&world.claim_one().await, accepted(account)).await;
    key
}

async fn nothing_is_counted_where_nothing_began(world: &World<'_>, store: &dyn InsightStore) {
    let report = report(store, span(world)).await;

    assert_eq!((report.verifications, report.messages), (Vec::new(), Vec::new()));
    assert_eq!(report.all_verifications, VerificationCounts::default());
    assert_eq!(report.all_messages, MessageCounts::default());
}

async fn verifications_are_counted_by_what_became_of_them(
    world: &World<'_>,
    store: &dyn InsightStore,
) {
    let german = || from(world, "DE", Channel::WhatsApp);
    let overdue = world.started(german()).await;
    world.advance(minutes(6));
    assert_eq!(world.read(overdue).await.ended_at, None, "nobody has written it down");
    let expired = world.started(german()).await;
    world.advance(minutes(6));
    assert_eq!(world.check(expired, RIGHT).await, Finding::Expired);
    let approved = world.started(german()).await;
    world.advance(seconds(7));
    assert_eq!(world.check(approved, RIGHT).await, Finding::Approved);
    let exhausted = world.started(german()).await;
    for _ in 0..3 {
        let _ = world.check(exhausted, WRONG).await;
    }
    let canceled = world.started(from(world, "BR", Channel::Sms)).await;
    let _ = world.cancel(canceled).await;
    world.started(german()).await;

    let report = report(store, span(world)).await;

    let of_germany = VerificationCounts {
        started: 5,
        approved: 1,
        pending: 1,
        expired: 2,
        exhausted: 1,
        to_approval: took(&[7]),
        ..VerificationCounts::default()
    };
    let of_brazil = VerificationCounts { started: 1, canceled: 1, ..VerificationCounts::default() };
    assert_eq!(
        report.verifications,
        [
            (group("DE", Channel::WhatsApp, Method::Code), of_germany),
            (group("BR", Channel::Sms, Method::Code), of_brazil),
        ]
    );
    assert_eq!(of_germany.conversion(), Some(0.25));
    assert_eq!((report.all_verifications.started, report.all_verifications.canceled), (6, 1));
}

async fn open_ones_have_no_country(world: &World<'_>, store: &dyn InsightStore) {
    let open = Verification { method: Method::Message, ..from(world, "", Channel::WhatsApp) };
    world.started(open).await;
    world.started(from(world, "FR", Channel::WhatsApp)).await;

    let report = report(store, span(world)).await;

    let groups: Vec<VerificationGroup> =
        report.verifications.iter().map(|(group, _)| *group).collect();
    assert_eq!(
        groups,
        [
            group("", Channel::WhatsApp, Method::Message),
            group("FR", Channel::WhatsApp, Method::Code),
        ]
    );
}

async fn messages_are_counted_under_the_account_that_took_them(
    world: &World<'_>,
    store: &dyn InsightStore,
) {
    let read = world.started(from(world, "DE", Channel::WhatsApp)).await;
    let claimed = world.claim_one().await;
    world.advance(seconds(2));
    let _ = world.settle(&claimed, accepted("main")).await;
    let begun = world.now().minus(seconds(2));
    let at = |after| begun.plus(seconds(after));
    let _ = world.receive(first_message(read), receipt(ReceiptKind::Delivered, at(8))).await;
    let _ = world.receive(first_message(read), receipt(ReceiptKind::Read, at(700))).await;
    let only_read = sent(world, "main").await;
    let _ = world
        .receive(
            first_message(only_read),
            receipt(ReceiptKind::Read, world.now().minus(seconds(1))),
        )
        .await;
    sent(world, "spare").await;
    // Nobody was asked to send this one.
    world.started(from(world, "DE", Channel::WhatsApp)).await;

    let report = report(store, span(world)).await;

    let of_main = MessageCounts {
        sent: 2,
        accepted: 2,
        delivered: 2,
        read: 2,
        to_accepted: took(&[2, 0]),
        to_delivered: took(&[8]),
        to_read: took(&[700, 0]),
        ..MessageCounts::default()
    };
    let of_spare =
        MessageCounts { sent: 1, accepted: 1, to_accepted: took(&[0]), ..MessageCounts::default() };
    let by = |account| by("DE", Channel::WhatsApp, Some(account));
    assert_eq!(report.messages, [(by("main"), of_main), (by("spare"), of_spare)]);
    assert_eq!((report.all_messages.sent, report.all_messages.read), (3, 2));
}

async fn costs_are_added_up_for_each_currency(world: &World<'_>, store: &dyn InsightStore) {
    let price = |micros, currency: Option<&str>| Price {
        billable: Some(true),
        micros,
        currency: currency.map(str::to_owned),
        ..Price::default()
    };
    let unbilled = Price { billable: Some(false), ..Price::default() };
    for price in [
        price(Some(7_500), Some("USD")),
        price(Some(2_500), Some("USD")),
        price(Some(0), Some("EUR")),
        price(Some(40), None),
        price(None, Some("GBP")),
        unbilled,
    ] {
        let key = sent(world, "main").await;
        let _ =
            world.receive(first_message(key), priced(ReceiptKind::Sent, world.now(), price)).await;
    }

    let report = report(store, span(world)).await;

    let usd = |text: &str| Some(text.to_owned());
    let cost = BTreeMap::from([(None, 40), (usd("EUR"), 0), (usd("USD"), 10_000)]);
    assert_eq!(report.messages.len(), 1);
    assert_eq!(report.messages[0].1.cost, cost);
    assert_eq!(report.all_messages.cost, cost);
    assert_eq!((report.all_messages.billable, report.all_messages.sent), (5, 6));
}

async fn failures_are_counted_by_their_codes(world: &World<'_>, store: &dyn InsightStore) {
    for code in [131_026, 5, 131_026] {
        let key = world.started(from(world, "DE", Channel::WhatsApp)).await;
        let _ = world.settle(&world.claim_one().await, SendOutcome::Failed { code }).await;
        assert!(world.read(key).await.ended_at.is_some());
    }
    let refused = sent(world, "main").await;
    let _ = world.receive(first_message(refused), receipt(ReceiptKind::Failed, world.now())).await;
    let lost = world.started(from(world, "DE", Channel::WhatsApp)).await;
    let claimed = world.claim_one().await;
    let _ = world.settle(&claimed, SendOutcome::Unknown { code: Some(9) }).await;
    world.advance(seconds(11));
    let again = world.claim_one().await;
    let _ = world.settle(&again, accepted("main")).await;

    let report = report(store, span(world)).await;

    let counted = |account| {
        let mut found = report.messages.iter();
        let (_, counts) = found
            .find(|(group, _)| *group == by("DE", Channel::WhatsApp, account))
            .expect("they are counted");
        (counts.sent, counts.failed, counts.possible_duplicates, counts.frequent_errors(10))
    };
    assert_eq!(counted(None), (3, 3, 0, vec![(131_026, 2), (5, 1)]));
    assert_eq!(counted(Some("main")), (2, 1, 1, vec![(131_026, 1)]));
    assert_eq!(report.all_messages.frequent_errors(1), [(131_026, 3)]);
    assert_eq!(report.all_verifications.undeliverable, 4);
    assert_eq!(world.read(lost).await.ended_at, None);
}

async fn a_fallback_is_counted_where_it_went(world: &World<'_>, store: &dyn InsightStore) {
    let route = Route::of([Channel::Sms]);
    let lost = Verification { route, ..from(world, "DE", Channel::WhatsApp) };
    let key = world.started(lost).await;
    let _ = world.settle(&world.claim_one().await, SendOutcome::Failed { code: 3 }).await;
    let _ = world.settle(&world.claim_one().await, accepted("sms")).await;
    world.advance(seconds(4));
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);

    let report = report(store, span(world)).await;

    let counts = VerificationCounts {
        started: 1,
        approved: 1,
        fell_back: 1,
        to_approval: took(&[4]),
        ..VerificationCounts::default()
    };
    assert_eq!(report.verifications, [(group("DE", Channel::Sms, Method::Code), counts)]);
    let sent = report.messages.iter().map(|(group, counts)| (group.clone(), counts.sent));
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [(by("DE", Channel::Sms, Some("sms")), 1), (by("DE", Channel::WhatsApp, None), 1),]
    );
}

async fn a_span_has_its_first_moment_and_not_its_last(world: &World<'_>, store: &dyn InsightStore) {
    let at = world.now();
    sent(world, "main").await;
    let moment = std::time::Duration::from_millis(1);
    let between = async |after: Timestamp, before: Timestamp| {
        let report = report(store, Span { after, before, ..span(world) }).await;
        (report.all_verifications.started, report.all_messages.sent)
    };

    assert_eq!(between(at, at.plus(moment)).await, (1, 1));
    assert_eq!(between(at.minus(days(1)), at).await, (0, 0));
    assert_eq!(between(at.plus(moment), at.plus(days(1))).await, (0, 0));
}

async fn tenants_are_counted_alone(world: &World<'_>, store: &dyn InsightStore) {
    sent(world, "main").await;
    let of = async |tenant: TenantId| {
        let report = report(store, Span { tenant, ..span(world) }).await;
        (report.all_verifications.started, report.all_messages.sent)
    };

    assert_eq!(of(world.tenant).await, (1, 1));
    assert_eq!(of(world.another_tenant()).await, (0, 0));
}
