//! Whoever wants no messages gets none, until they want them again.

use std::future::Future;
use std::pin::Pin;

use super::people::{OTHER, PHONE, await_message, bound, hear, heard, line, sender};
use super::sending::accepted;
use crate::channel::{Channel, Route};
use crate::delivery::{MessageKind, MessageState, Receipt, ReceiptKind, SendOutcome, own_code};
use crate::ledger::{Lift, ResendOutcome, StartOutcome};
use crate::testing::contract::World;
use crate::testing::contract::world::{PATIENCE, RIGHT, at_once, first_message, receipt};
use crate::time::{days, minutes, seconds};
use crate::verification::{
    Finding, Heard, Line, PhoneKey, Purpose, Reception, StartMode, State, Suppressions,
    Verification, VerificationKey,
};
use crate::wording::Wish;

type Answering<'a> = Pin<Box<dyn Future<Output = Option<StartOutcome>> + 'a>>;

const STOPPED: SendOutcome = SendOutcome::OptedOut { code: 21_610 };

/// What somebody says by a channel.
async fn say(world: &World<'_>, line: &Line, channel: Channel, wish: Wish) -> Reception {
    let heard = heard(world, sender(line), Vec::new());
    hear(world, Heard { channel, wish: Some(wish), ..heard }).await
}

async fn stop(world: &World<'_>, line: &Line, channel: Channel) {
    assert_eq!(say(world, line, channel, Wish::Stop).await, Reception::OptedOut);
}

async fn lift(world: &World<'_>, phone: PhoneKey, channels: Route) -> Suppressions {
    world.ledger.run(Lift { phone, channels }).await.expect("storage answers")
}

async fn suppressed(world: &World<'_>, phone: PhoneKey) -> Vec<Channel> {
    lift(world, phone, Route::default()).await.iter().map(|(channel, _)| channel).collect()
}

/// By one channel after the other.
fn routed(world: &World<'_>, phone: PhoneKey, route: [Channel; 2]) -> Verification {
    let [channel, next] = route;
    Verification { channel, route: Route::of([next]), ..world.verification_of(phone) }
}

/// By a channel that was named.
fn by(world: &World<'_>, phone: PhoneKey, channel: Channel) -> Verification {
    Verification { channel, ..world.verification_of(phone) }
}

async fn opted_out(world: &World<'_>, verification: Verification) {
    let key = verification.key;
    let outcome = world.start(verification).await;
    assert!(matches!(outcome, StartOutcome::OptedOut), "{outcome:?}");
    assert_eq!(world.find(key).await, None, "what is refused is not stored");
}

async fn channels(world: &World<'_>, key: VerificationKey) -> Vec<Channel> {
    let found = world.find(key).await.expect("the verification is there");
    found.1.into_iter().map(|message| message.channel).collect()
}

pub(super) async fn whoever_writes_stop_gets_nothing_by_that_channel(world: &mut World<'_>) {
    let (own, other) = (line(PHONE, world.phone()), line(OTHER, world.phone()));
    stop(world, &own, Channel::Sms).await;
    stop(world, &own, Channel::Sms).await;

    opted_out(world, by(world, own.limits, Channel::Sms)).await;

    // Nothing was charged: the next start is not too early.
    let key = world.started(by(world, own.limits, Channel::WhatsApp)).await;
    assert_eq!(channels(world, key).await, [Channel::WhatsApp]);
    world.started(by(world, other.limits, Channel::Sms)).await;
    assert_eq!(suppressed(world, own.limits).await, [Channel::Sms]);
}

pub(super) async fn a_route_leaves_out_what_is_not_wanted(world: &mut World<'_>) {
    use Channel::{Sms, WhatsApp};
    for (stopped, route, first) in [
        (WhatsApp, [WhatsApp, Sms], Sms),
        (Sms, [WhatsApp, Sms], WhatsApp),
        (Sms, [Sms, WhatsApp], WhatsApp),
    ] {
        let own = line(PHONE, world.phone());
        stop(world, &own, stopped).await;

        let key = world.started(routed(world, own.limits, route)).await;

        let row = world.read(key).await;
        assert_eq!((row.channel, row.route), (first, Route::default()), "{stopped:?} {route:?}");
        assert_eq!(channels(world, key).await, [first]);
    }
    let own = line(PHONE, world.phone());
    stop(world, &own, WhatsApp).await;
    stop(world, &own, Sms).await;
    opted_out(world, routed(world, own.limits, [WhatsApp, Sms])).await;
}

pub(super) async fn start_lifts_it_and_is_a_word_like_others_before(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let start = |channel| say(world, &own, channel, Wish::Start);
    assert_eq!(start(Channel::Sms).await, Reception::Kept);
    stop(world, &own, Channel::Sms).await;
    assert_eq!(start(Channel::WhatsApp).await, Reception::Kept, "another channel");
    assert_eq!(suppressed(world, own.limits).await, [Channel::Sms]);

    assert_eq!(start(Channel::Sms).await, Reception::OptedIn);

    assert_eq!(suppressed(world, own.limits).await, []);
    world.started(by(world, own.limits, Channel::Sms)).await;
}

pub(super) async fn an_sms_that_anybody_may_forge_lifts_sms_alone(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    stop(world, &own, Channel::WhatsApp).await;
    assert_eq!(say(world, &own, Channel::Sms, Wish::Start).await, Reception::Kept);
    stop(world, &own, Channel::Sms).await;

    assert_eq!(say(world, &own, Channel::Sms, Wish::Start).await, Reception::OptedIn);

    assert_eq!(suppressed(world, own.limits).await, [Channel::WhatsApp]);
    opted_out(world, by(world, own.limits, Channel::WhatsApp)).await;
}

pub(super) async fn it_is_remembered_until_it_is_lifted(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let since = world.now();
    stop(world, &own, Channel::WhatsApp).await;
    stop(world, &own, Channel::Sms).await;
    for _ in 0..3 {
        world.advance(days(400));
        world.store.delete_spent_limits(world.now(), 1_000).await.expect("storage answers");
    }
    let all = lift(world, own.limits, Route::default()).await;
    let expected = Channel::ALL.map(|channel| (channel, since));
    assert_eq!(all.iter().collect::<Vec<_>>(), expected);

    let left = lift(world, own.limits, Route::of([Channel::Sms])).await;

    assert!(left.contains(Channel::WhatsApp) && !left.contains(Channel::Sms));
    opted_out(world, by(world, own.limits, Channel::WhatsApp)).await;
    world.started(by(world, own.limits, Channel::Sms)).await;
    assert!(lift(world, own.limits, Route::of(Channel::ALL)).await.is_empty());
}

pub(super) async fn a_tenant_is_told_to_stop_by_itself(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    stop(world, &own, Channel::Sms).await;

    // The key of a phone is another one with each tenant.
    world.started(by(world, world.phone(), Channel::Sms)).await;
}

pub(super) async fn what_is_live_does_not_go_on_by_it(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(routed(world, own.limits, [Channel::WhatsApp, Channel::Sms])).await;
    let first = world.claim_one().await;
    let _ = world.settle(&first, accepted(1)).await;

    stop(world, &own, Channel::Sms).await;

    world.advance(PATIENCE);
    assert!(world.claim().await.is_empty(), "silence is not followed");
    let failed = receipt(ReceiptKind::Failed, world.now());
    let _ = world.receive(first.key, failed).await;
    assert_eq!(channels(world, key).await, [Channel::WhatsApp]);
    assert_eq!(world.read(key).await.state, State::Undeliverable);
}

pub(super) async fn a_code_is_not_sent_again_by_it(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(by(world, own.limits, Channel::Sms)).await;
    stop(world, &own, Channel::Sms).await;
    world.advance(minutes(2));

    assert_eq!(world.resend(key).await, ResendOutcome::OptedOut);

    let again = world.start_as(by(world, own.limits, Channel::Sms), StartMode::ResendLive).await;
    assert!(matches!(again, StartOutcome::OptedOut), "{again:?}");
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved, "the code that was sent counts");
    let next = world.started(routed(world, own.limits, [Channel::WhatsApp, Channel::Sms])).await;
    stop(world, &own, Channel::WhatsApp).await;
    world.advance(minutes(2));
    assert_eq!(world.resend(next).await, ResendOutcome::OptedOut);
}

pub(super) async fn a_code_is_sent_again_by_what_is_left(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(routed(world, own.limits, [Channel::WhatsApp, Channel::Sms])).await;
    stop(world, &own, Channel::WhatsApp).await;
    world.advance(minutes(2));

    let resent = world.resend(key).await;

    assert!(matches!(resent, ResendOutcome::Resent(_)), "{resent:?}");
    assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::Sms]);
}

pub(super) async fn a_provider_that_refuses_for_it_is_believed(world: &mut World<'_>) {
    let phone = world.phone();
    let key = world.started(routed(world, phone, [Channel::Sms, Channel::WhatsApp])).await;
    let first = world.claim_one().await;

    let _ = world.settle(&first, STOPPED).await;

    assert_eq!(channels(world, key).await, [Channel::Sms, Channel::WhatsApp]);
    assert_eq!(suppressed(world, phone).await, [Channel::Sms]);
    let second = world.claim_one().await;
    let gone = Receipt { is_opted_out: true, ..receipt(ReceiptKind::Failed, world.now()) };
    let _ = world.receive(second.key, gone).await;
    assert_eq!(suppressed(world, phone).await, [Channel::WhatsApp, Channel::Sms]);
    world.advance(minutes(10));
    opted_out(world, routed(world, phone, [Channel::WhatsApp, Channel::Sms])).await;
}

pub(super) async fn a_refusal_for_it_ends_it_for_siblings_too(world: &mut World<'_>) {
    let phone = world.phone();
    let sibling = world.started(routed(world, phone, [Channel::WhatsApp, Channel::Sms])).await;
    let first = world.claim_one().await;
    world.advance(minutes(1));
    world.started(by(world, phone, Channel::Sms)).await;
    let second = world.claim().await.into_iter().find(|one| one.channel == Channel::Sms);

    let _ = world.settle(&second.expect("it is due"), STOPPED).await;

    assert_eq!(world.read(sibling).await.route, Route::default());
    let _ = world.receive(first.key, receipt(ReceiptKind::Failed, world.now())).await;
    assert_eq!(channels(world, sibling).await, [Channel::WhatsApp]);
}

pub(super) async fn what_waits_to_be_sent_is_not_sent_by_it(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(by(world, own.limits, Channel::Sms)).await;
    stop(world, &own, Channel::Sms).await;

    assert!(world.claim().await.is_empty());

    let message = world.message(first_message(key)).await;
    assert_eq!((message.state, message.tries, message.due_at), (MessageState::Failed, 0, None));
    assert_eq!(message.receipts.error, Some(own_code::UNWANTED));
    let row = world.read(key).await;
    assert_eq!((row.state, row.failed_messages), (State::Undeliverable, 1));
    lift(world, own.limits, Route::of([Channel::Sms])).await;
    assert!(world.claim().await.is_empty(), "what is lost stays so");
}

pub(super) async fn what_waits_to_be_sent_goes_by_what_is_left(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(routed(world, own.limits, [Channel::WhatsApp, Channel::Sms])).await;
    stop(world, &own, Channel::WhatsApp).await;

    let claimed = world.claim_one().await;

    assert_eq!((claimed.key.number, claimed.channel), (2, Channel::Sms));
    assert_eq!(channels(world, key).await, [Channel::WhatsApp, Channel::Sms]);
    let _ = world.settle(&claimed, accepted(2)).await;
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
    // Nobody stopped this one.
    let other = world.started(by(world, world.phone(), Channel::WhatsApp)).await;
    assert_eq!(world.claim_one().await.key, first_message(other));
}

pub(super) async fn what_is_tried_again_is_not_sent_by_it(world: &mut World<'_>) {
    for outcome in [
        SendOutcome::Retry { after: None, code: None, jitter: 0 },
        SendOutcome::Unknown { code: None },
    ] {
        let own = line(PHONE, world.phone());
        let key = world.started(by(world, own.limits, Channel::WhatsApp)).await;
        let first = world.claim_one().await;
        let _ = world.settle(&first, outcome).await;
        stop(world, &own, Channel::WhatsApp).await;
        world.advance(seconds(10));

        assert!(world.claim().await.is_empty());

        assert_eq!(world.message(first.key).await.state, MessageState::Failed);
        assert_eq!(world.read(key).await.state, State::Undeliverable);
    }
}

pub(super) async fn a_refusal_for_it_holds_back_what_waits(world: &mut World<'_>) {
    let phone = world.phone();
    world.started(by(world, phone, Channel::Sms)).await;
    let first = world.claim_one().await;
    world.advance(minutes(1));
    let sibling = world.started(routed(world, phone, [Channel::Sms, Channel::WhatsApp])).await;

    let _ = world.settle(&first, STOPPED).await;

    let claimed = world.claim_one().await;
    assert_eq!((claimed.key.verification, claimed.channel), (sibling.id, Channel::WhatsApp));
}

pub(super) async fn what_is_wanted_again_before_it_goes_is_sent(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let key = world.started(by(world, own.limits, Channel::Sms)).await;
    stop(world, &own, Channel::Sms).await;
    assert_eq!(say(world, &own, Channel::Sms, Wish::Start).await, Reception::OptedIn);

    assert_eq!(world.claim_one().await.key, first_message(key));
}

pub(super) async fn an_sms_proves_nothing(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &own, Purpose::Verify)).await;
    let by_sms = |heard| Heard { channel: Channel::Sms, ..heard };

    let with_token = by_sms(heard(world, sender(&own), vec![awaited.token]));
    assert_eq!(hear(world, with_token).await, Reception::WrongChannel);
    let no = Heard { is_refusal: true, ..by_sms(heard(world, sender(&own), Vec::new())) };
    assert_eq!(hear(world, no).await, Reception::Kept);

    let row = world.read(awaited.key).await;
    assert_eq!((row.state, row.replies), (State::Pending, 0));
    assert_eq!(world.challenge(awaited.key).await.expect("it waits").last, None);
    let right = heard(world, sender(&own), vec![awaited.token]);
    assert_eq!(hear(world, right).await, Reception::Approved);
}

pub(super) async fn whoever_wants_nothing_may_still_write_first(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    stop(world, &own, Channel::WhatsApp).await;

    let awaited = await_message(world, bound(world, &own, Purpose::Login)).await;

    let right = heard(world, sender(&own), vec![awaited.token]);
    assert_eq!(hear(world, right).await, Reception::AwaitingConfirmation);
    assert_eq!(suppressed(world, own.limits).await, [Channel::WhatsApp]);
    assert_eq!(world.claim_one().await.kind, MessageKind::Confirm, "and is answered");
}

pub(super) async fn one_who_guessed_may_still_say_stop(world: &mut World<'_>) {
    let own = line(PHONE, world.phone());
    for _ in 0..10 {
        let wrong = Heard { is_marked: true, ..heard(world, sender(&own), Vec::new()) };
        let _ = hear(world, wrong).await;
    }
    let more = heard(world, sender(&own), Vec::new());
    assert_eq!(hear(world, more).await, Reception::Ignored);

    stop(world, &own, Channel::WhatsApp).await;

    opted_out(world, by(world, own.limits, Channel::WhatsApp)).await;
}

pub(super) async fn stop_and_a_start_at_once_are_decided_in_turn(world: &mut World<'_>) {
    let world = &*world;
    for _ in 0..10 {
        let own = line(PHONE, world.phone());
        let start = world.start(routed(world, own.limits, [Channel::WhatsApp, Channel::Sms]));
        let stopping = stop(world, &own, Channel::Sms);
        let named = world.start(by(world, own.limits, Channel::Sms));
        let all: Vec<Answering<'_>> = vec![
            Box::pin(async { Some(start.await) }),
            Box::pin(async {
                stopping.await;
                None
            }),
            Box::pin(async { Some(named.await) }),
        ];

        let outcomes = at_once(all).await;

        assert_eq!(suppressed(world, own.limits).await, [Channel::Sms]);
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                // Whichever came first: none of them goes on by SMS.
                StartOutcome::Started { verification, .. } => {
                    let row = world.read(verification.key).await;
                    assert!(!row.route.contains(Channel::Sms), "{:?}", row.route);
                }
                StartOutcome::OptedOut | StartOutcome::Refused { .. } => {}
                other @ (StartOutcome::Resent { .. }
                | StartOutcome::Repeated(_)
                | StartOutcome::KeyReused) => panic!("{other:?}"),
            }
        }
        opted_out(world, by(world, own.limits, Channel::Sms)).await;
    }
}
