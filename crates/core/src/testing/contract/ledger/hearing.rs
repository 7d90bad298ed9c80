//! What people write: it proves phones, once, and only theirs.

use std::sync::Arc;

use super::people::{
    OTHER, PHONE, answer, await_message, bound, hear, heard, hidden, line, sender, unbound,
};
use crate::channel::{Channel, Route};
use crate::delivery::MessageKind;
use crate::ledger::Written;
use crate::phone::WaId;
use crate::policy::{Limits, Policy};
use crate::secret::Secret;
use crate::testing::contract::World;
use crate::testing::contract::world::at_once;
use crate::time::{minutes, seconds};
use crate::verification::{
    Challenge, Code, Contact, Finding, Heard, IdentityCheck, Line, Method, Purpose, Reception,
    Sender, State, Token, TokenKey,
};

pub(super) async fn every_column_of_a_challenge_is_read_back(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let verification = bound(world, &line, Purpose::Verify);
    let key = verification.key;
    let awaited = await_message(world, verification).await;
    let before = world.challenge(key).await.expect("it waits");
    assert_eq!((before.token, before.is_bound, before.last), (Some(awaited.token), true, None));
    world.advance(seconds(3));

    let mut sender = sender(&line);
    sender.address.user_id = Some(Secret::new("DE.abc".to_owned()));
    sender.address.parent_user_id = Some(Secret::new("DE.ENT.abc".to_owned()));
    sender.identity = Some([7; 16]);
    assert_eq!(hear(world, heard(world, sender, vec![awaited.token])).await, Reception::Approved);

    let after = world.challenge(key).await.expect("it is kept");
    assert_eq!(after.last, Some(Reception::Approved));
    assert_eq!((after.sender, after.heard_at), (Some(line.limits.0), Some(world.now())));
    assert_eq!(after.identity, Some(IdentityCheck::First));
    let opened = after.open_sender(&world.keyring).expect("somebody sent it");
    assert_eq!(opened.wa_id, Some(WaId::from(&line.number)));
    assert_eq!(opened.user_id.expect("it has one").expose(), "DE.abc");
    assert_eq!(opened.parent_user_id.expect("it has one").expose(), "DE.ENT.abc");
    let token = after.open_token(&world.keyring);
    assert_eq!(token, before.open_token(&world.keyring));
}

pub(super) async fn one_that_asks_for_no_row_begins(world: &mut World<'_>) {
    let limits = Limits { per_tenant_per_minute: 0, ..Limits::default() };
    world.policy = Arc::new(Policy { limits, ..Policy::default() });

    let awaited = await_message(world, unbound(world, Purpose::Login)).await;

    assert_eq!(world.read(awaited.key).await.state, State::Pending);
    assert!(world.challenge(awaited.key).await.is_some());
}

pub(super) async fn a_message_with_the_token_approves_once(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;

    let first = hear(world, heard(world, sender(&line), vec![awaited.token])).await;
    let again = hear(world, heard(world, sender(&line), vec![awaited.token])).await;

    assert_eq!((first, again), (Reception::Approved, Reception::AlreadyUsed));
    assert_eq!(world.read(awaited.key).await.state, State::Approved);
}

pub(super) async fn the_same_message_at_once_approves_once(world: &mut World<'_>) {
    let world = &*world;
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;

    let said = (0..20).map(|_| hear(world, heard(world, sender(&line), vec![awaited.token])));
    let receptions = at_once(said).await;

    let count = |wanted| receptions.iter().filter(|reception| **reception == wanted).count();
    assert_eq!((count(Reception::Approved), count(Reception::AlreadyUsed)), (1, 19));
}

pub(super) async fn another_number_proves_nothing(world: &mut World<'_>) {
    let page = world.phone();
    let (own, other) = (line(PHONE, page), line(OTHER, page));
    let awaited = await_message(world, bound(world, &own, Purpose::Verify)).await;

    let reception = hear(world, heard(world, sender(&other), vec![awaited.token])).await;

    assert_eq!(reception, Reception::WrongNumber);
    assert_eq!(world.read(awaited.key).await.state, State::Pending);
    let challenge = world.challenge(awaited.key).await.expect("it waits");
    let stranger = challenge.open_stranger(&world.keyring);
    assert_eq!((challenge.sender, stranger), (None, Some(WaId::from(&other.number))));

    // Whose it is may still send it.
    let reception = hear(world, heard(world, sender(&own), vec![awaited.token])).await;
    assert_eq!(reception, Reception::Approved);
}

pub(super) async fn a_token_of_another_tenant_names_nothing(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;
    let foreign = TokenKey { tenant: world.another_tenant(), ..awaited.token };

    let reception = hear(world, heard(world, sender(&line), vec![foreign])).await;

    assert_eq!(reception, Reception::UnknownToken);
    assert_eq!(world.read(awaited.key).await.state, State::Pending);
}

pub(super) async fn a_number_is_learnt_and_confirmed(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, unbound(world, Purpose::Login)).await;
    let typed = answer().reveal().expose().clone();
    assert_eq!(world.check(awaited.key, &typed).await, Finding::NotReceived);

    let reception = hear(world, heard(world, sender(&line), vec![awaited.token])).await;

    assert_eq!(reception, Reception::AwaitingConfirmation);
    let row = world.read(awaited.key).await;
    assert_eq!((row.state, row.attempts, row.number), (State::Pending, 0, line.key));
    let claimed = world.claim_one().await;
    assert_eq!(claimed.kind, MessageKind::Confirm);
    assert!(claimed.recipient.is_some());
    assert_eq!(world.check(awaited.key, &typed).await, Finding::Approved);
    assert_eq!(world.check(awaited.key, &typed).await, Finding::AlreadyApproved);
}

pub(super) async fn a_wrong_confirmation_is_counted_three_times(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, unbound(world, Purpose::Login)).await;
    let _ = hear(world, heard(world, sender(&line), vec![awaited.token])).await;

    for expected in [Finding::WrongCode, Finding::WrongCode, Finding::Exhausted] {
        assert_eq!(world.check(awaited.key, "000000").await, expected);
    }
    let typed = answer().reveal().expose().clone();
    assert_eq!(world.check(awaited.key, &typed).await, Finding::Exhausted);
}

pub(super) async fn a_second_sender_ends_it(world: &mut World<'_>) {
    let page = world.phone();
    let (first, second) = (line(PHONE, page), line(OTHER, page));
    let awaited = await_message(world, unbound(world, Purpose::Login)).await;
    let _ = hear(world, heard(world, sender(&first), vec![awaited.token])).await;

    let reception = hear(world, heard(world, sender(&second), vec![awaited.token])).await;

    assert_eq!(reception, Reception::SecondSender);
    assert_eq!(world.read(awaited.key).await.state, State::Canceled);
    let typed = answer().reveal().expose().clone();
    assert_eq!(world.check(awaited.key, &typed).await, Finding::Canceled);
}

pub(super) async fn whoever_says_no_ends_it(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, unbound(world, Purpose::Login)).await;
    let _ = hear(world, heard(world, sender(&line), vec![awaited.token])).await;
    let second = await_message(world, unbound(world, Purpose::Login)).await;
    let _ = hear(world, heard(world, sender(&line), vec![second.token])).await;
    let no = || Heard { is_refusal: true, ..heard(world, sender(&line), Vec::new()) };

    // It ends all of theirs: which one is meant cannot be told.
    assert_eq!(hear(world, no()).await, Reception::Denied);
    assert_eq!(world.read(second.key).await.state, State::Canceled);
    assert_eq!(hear(world, no()).await, Reception::Kept);
    assert_eq!(world.read(awaited.key).await.state, State::Canceled);
}

pub(super) async fn one_webhook_may_say_no_and_prove_something_else(world: &mut World<'_>) {
    let page = world.phone();
    let (one, other) = (line(PHONE, page), line(OTHER, page));
    for _ in 0..2 {
        let awaited = await_message(world, unbound(world, Purpose::Login)).await;
        let _ = hear(world, heard(world, sender(&one), vec![awaited.token])).await;
    }
    let awaited = await_message(world, bound(world, &other, Purpose::Verify)).await;
    let no = Heard { is_refusal: true, ..heard(world, sender(&one), Vec::new()) };
    let right = heard(world, sender(&other), vec![awaited.token]);

    let both = [no, right].map(|heard| Written { heard: Some(heard), ..world.inbound() });
    let outcome = world.ingest(world.webhook(), Vec::new(), both.into()).await;

    assert_eq!(outcome.messages, [Reception::Denied, Reception::Approved]);
}

pub(super) async fn whoever_says_no_is_heard_until_the_end(world: &mut World<'_>) {
    let page = world.phone();
    let line = line(PHONE, page);
    for is_bound in [false, true] {
        let verification = if is_bound {
            bound(world, &line, Purpose::Login)
        } else {
            unbound(world, Purpose::Login)
        };
        let awaited = await_message(world, verification).await;
        // In the last seconds: the code that comes back lives longer.
        world.advance(seconds(295));
        let _ = hear(world, heard(world, sender(&line), vec![awaited.token])).await;
        world.advance(seconds(60));

        let no = Heard { is_refusal: true, ..heard(world, sender(&line), Vec::new()) };
        assert_eq!(hear(world, no).await, Reception::Denied);
        assert_eq!(world.read(awaited.key).await.state, State::Canceled);
    }
}

pub(super) async fn a_first_sender_who_hides_the_number_counts_as_one(world: &mut World<'_>) {
    let page = world.phone();
    let awaited = await_message(world, unbound(world, Purpose::Login)).await;
    let said = heard(world, hidden(world, page), vec![awaited.token]);
    assert_eq!(hear(world, said).await, Reception::ContactAsked);

    let other = heard(world, sender(&line(PHONE, page)), vec![awaited.token]);
    assert_eq!(hear(world, other).await, Reception::SecondSender);
    assert_eq!(world.read(awaited.key).await.state, State::Canceled);
    let contact = Some(Contact {
        is_answer: true,
        line: Some(line(PHONE, page)),
        route: Route::of([Channel::Sms]),
    });
    let answer = Heard { contact, ..heard(world, hidden(world, page), Vec::new()) };
    assert_eq!(hear(world, answer).await, Reception::Late);
}

pub(super) async fn what_approved_it_stays(world: &mut World<'_>) {
    let page = world.phone();
    let line = line(PHONE, page);
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;
    let _ = hear(world, heard(world, sender(&line), vec![awaited.token])).await;

    let other = heard(world, sender(&super::people::line(OTHER, page)), vec![awaited.token]);
    assert_eq!(hear(world, other).await, Reception::SecondSender);

    assert_eq!(world.read(awaited.key).await.state, State::Approved);
    let challenge = world.challenge(awaited.key).await.expect("it is kept");
    assert_eq!(challenge.last, Some(Reception::Approved));
}

pub(super) async fn a_shared_contact_is_sent_a_code(world: &mut World<'_>) {
    let page = world.phone();
    let line = line(PHONE, page);
    let awaited = await_message(world, unbound(world, Purpose::Verify)).await;
    let said = heard(world, hidden(world, page), vec![awaited.token]);
    assert_eq!(hear(world, said).await, Reception::ContactAsked);
    let asked = world.claim_one().await;
    assert!(!asked.kind.carries_code());
    let contact = Some(Contact {
        is_answer: true,
        line: Some(line.clone()),
        route: Route::of([Channel::Sms]),
    });

    let answer = Heard { contact, ..heard(world, hidden(world, page), Vec::new()) };
    assert_eq!(hear(world, answer).await, Reception::Claimed);

    let row = world.read(awaited.key).await;
    assert_eq!((row.method, row.state, row.number), (Method::Code, State::Pending, line.key));
    let sent = world.claim_one().await;
    assert_eq!((sent.kind, sent.channel), (MessageKind::Code, Channel::Sms));
    assert_eq!(sent.recipient, None);
    assert_eq!(world.check(awaited.key, "482913").await, Finding::Approved);
}

pub(super) async fn a_card_that_nobody_asked_for_is_refused(world: &mut World<'_>) {
    let page = world.phone();
    let awaited = await_message(world, unbound(world, Purpose::Verify)).await;
    let said = heard(world, hidden(world, page), vec![awaited.token]);
    assert_eq!(hear(world, said).await, Reception::ContactAsked);
    let contact = Some(Contact {
        is_answer: false,
        line: Some(line(PHONE, page)),
        route: Route::of([Channel::Sms]),
    });

    let card = Heard { contact, ..heard(world, hidden(world, page), Vec::new()) };
    assert_eq!(hear(world, card).await, Reception::ContactRefused);

    let row = world.read(awaited.key).await;
    assert_eq!((row.method, row.sealed_phone), (Method::Message, None));
}

pub(super) async fn another_account_behind_the_number_does_not_sign_in(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let with = |identity: u8| Sender { identity: Some([identity; 16]), ..sender(&line) };
    let attach = async |identity| {
        let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;
        hear(world, heard(world, with(identity), vec![awaited.token])).await
    };
    let sign_in = async |identity| {
        let awaited = await_message(world, bound(world, &line, Purpose::Login)).await;
        hear(world, heard(world, with(identity), vec![awaited.token])).await
    };

    assert_eq!(attach(1).await, Reception::Approved);
    assert_eq!(sign_in(1).await, Reception::AwaitingConfirmation);
    assert_eq!(sign_in(2).await, Reception::IdentityChanged);
    // To learn a number anew lets nobody in, nor does a sign-in that ended in nothing.
    let learn = await_message(world, unbound(world, Purpose::Verify)).await;
    let said = heard(world, with(2), vec![learn.token]);
    assert_eq!(hear(world, said).await, Reception::Approved);
    assert_eq!(sign_in(2).await, Reception::IdentityChanged);
    // Whoever is signed in otherwise attaches it anew.
    assert_eq!(attach(2).await, Reception::Approved);
    assert_eq!(sign_in(2).await, Reception::AwaitingConfirmation);
}

pub(super) async fn a_sender_who_guesses_is_ignored(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;
    for n in 0..10 {
        let wrong = TokenKey { tenant: world.tenant, digest: [n; 16] };
        let reception = hear(world, heard(world, sender(&line), vec![wrong])).await;
        assert_eq!(reception, Reception::UnknownToken);
    }

    let right = heard(world, sender(&line), vec![awaited.token]);
    assert_eq!(hear(world, right).await, Reception::Ignored);
}

pub(super) async fn six_digits_count_from_their_own_number_only(world: &mut World<'_>) {
    let page = world.phone();
    let (own, other) = (line(PHONE, page), line(OTHER, page));
    let code = Code::parse("482913").expect("six digits");
    let mut verification = bound(world, &own, Purpose::Verify);
    verification.code = Some(code.hold(&verification.place(), &world.keyring));
    let key = verification.key;
    let token = Token::from_trusted("482913".to_owned());
    let challenge = Challenge::new(key, &token, &world.keyring);
    world.start_by_message(verification, challenge).await;
    let said = |line: &Line, digits: &str| Heard {
        codes: Code::parse(digits).into_iter().collect(),
        ..heard(world, sender(line), Vec::new())
    };

    assert_eq!(hear(world, said(&other, "482913")).await, Reception::Kept);
    assert_eq!(hear(world, said(&own, "111111")).await, Reception::MissingToken);
    assert_eq!(world.read(key).await.state, State::Pending);
    assert_eq!(hear(world, said(&own, "482913")).await, Reception::Approved);
}

pub(super) async fn nothing_is_approved_after_its_time(world: &mut World<'_>) {
    let line = line(PHONE, world.phone());
    let awaited = await_message(world, bound(world, &line, Purpose::Verify)).await;
    let early = heard(world, sender(&line), vec![awaited.token]);
    world.advance(minutes(5));

    // Written in time, and late all the same.
    assert_eq!(hear(world, early).await, Reception::Late);
    let row = world.read(awaited.key).await;
    assert_ne!(row.state, State::Approved);
}
