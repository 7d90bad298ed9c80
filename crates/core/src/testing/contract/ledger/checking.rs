//! Checking codes.

use crate::ledger::{CheckOutcome, CheckTarget, StartOutcome};
use crate::policy::Refusal;
use crate::random::bytes;
use crate::testing::contract::World;
use crate::testing::contract::world::{RIGHT, WRONG, at_once};
use crate::time::{hours, minutes, seconds};
use crate::verification::{Finding, NumberKey, Purpose, StartMode, State, VerificationKey};

pub(super) async fn the_right_code_approves_once(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    world.advance(seconds(20));

    let findings = [world.check(key, RIGHT).await, world.check(key, RIGHT).await];

    assert_eq!(findings, [Finding::Approved, Finding::AlreadyApproved]);
    let row = world.read(key).await;
    assert_eq!((row.state, row.attempts), (State::Approved, 1));
    assert_eq!(row.ended_at, Some(world.now()));
    assert_eq!(row.code, None, "a code that no longer counts is not kept");
}

pub(super) async fn the_last_wrong_code_closes_it(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let target = CheckTarget::Verification(key);

    let first = world.check_as(target, WRONG, None).await;
    let second = world.check(key, WRONG).await;
    let third = world.check(key, WRONG).await;
    let right = world.check(key, RIGHT).await;

    let (finding, state) = (Finding::WrongCode, State::Pending);
    assert_eq!(first, CheckOutcome::Found { key, finding, state, attempts_left: 2 });
    assert_eq!([second, third], [Finding::WrongCode, Finding::Exhausted]);
    assert_eq!(right, Finding::Exhausted, "the right code comes too late");
    let row = world.read(key).await;
    assert_eq!((row.state, row.attempts, row.code), (State::Exhausted, 3, None));
}

pub(super) async fn guesses_at_once_are_counted_one_by_one(world: &mut World<'_>) {
    let world = &*world;
    let key = world.started(world.verification()).await;

    let findings = at_once((0..50).map(|_| world.check(key, WRONG))).await;

    let count = |wanted| findings.iter().filter(|finding| **finding == wanted).count();
    assert_eq!(count(Finding::WrongCode), 2);
    assert_eq!(count(Finding::Exhausted), 48, "the third, and all that come after it");
    assert_eq!(world.read(key).await.attempts, 3);
}

pub(super) async fn one_of_many_right_codes_is_approved(world: &mut World<'_>) {
    let world = &*world;
    let key = world.started(world.verification()).await;

    let findings = at_once((0..50).map(|_| world.check(key, RIGHT))).await;

    let count = |wanted| findings.iter().filter(|finding| **finding == wanted).count();
    assert_eq!((count(Finding::Approved), count(Finding::AlreadyApproved)), (1, 49));
}

pub(super) async fn live_verifications_share_five_attempts(world: &mut World<'_>) {
    let phone = world.phone();
    let first = world.started(world.verification_of(phone)).await;
    world.advance(seconds(60));
    let second = world.verification_of(phone);
    let (second, ends_at) = (world.started(second.clone()).await, second.expires_at);

    let mut findings = Vec::new();
    for key in [first, first, first, second, second] {
        findings.push(world.check(key, WRONG).await);
    }

    assert_eq!(
        findings,
        [
            Finding::WrongCode,
            Finding::WrongCode,
            Finding::Exhausted,
            Finding::WrongCode,
            Finding::Exhausted,
        ]
    );
    assert_eq!(world.read(second).await.attempts, 2, "the second had one more of its own");
    world.advance(seconds(60));
    let refusal = world.refused(world.verification_of(phone)).await;
    assert_eq!(refusal, Refusal { retry_at: ends_at });
}

pub(super) async fn wrong_codes_outlive_their_verifications(world: &mut World<'_>) {
    let phone = world.phone();
    let mut times = Vec::new();
    for wrong in [3, 3, 3, 1] {
        let key = world.started(world.verification_of(phone)).await;
        for _ in 0..wrong {
            times.push(world.now());
            let finding = world.check(key, WRONG).await;
            assert!(finding.is_comparison(), "{finding:?}");
            world.advance(seconds(1));
        }
        if wrong == 1 {
            let finding = world.check(key, RIGHT).await;
            let refusal = Refusal { retry_at: times[0].plus(hours(24)) };
            assert_eq!(finding, Finding::Locked(refusal), "ten wrong codes a day lock a phone");
            assert_eq!(world.read(key).await.attempts, 1, "nothing was compared");
        }
        world.advance(minutes(30));
    }

    let refusal = world.refused(world.verification_of(phone)).await;

    assert_eq!(refusal, Refusal { retry_at: times[0].plus(hours(24)) });
}

pub(super) async fn a_check_asked_again_is_answered_again(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let target = CheckTarget::Verification(key);
    let [one, two] = [0, 1].map(|_| Some(bytes(&world.entropy)));

    let wrong = world.check_as(target, WRONG, one).await;
    let wrong_again = world.check_as(target, WRONG, one).await;
    let right = world.check_as(target, RIGHT, two).await;
    let right_again = world.check_as(target, RIGHT, two).await;
    let by_another = world.check(key, RIGHT).await;

    assert_eq!(wrong, wrong_again);
    assert_eq!(right, right_again);
    let (finding, state) = (Finding::Approved, State::Approved);
    assert_eq!(right, CheckOutcome::Found { key, finding, state, attempts_left: 0 });
    assert_eq!(by_another, Finding::AlreadyApproved);
    assert_eq!(world.read(key).await.attempts, 2);
}

pub(super) async fn a_phone_is_checked_by_its_newest(world: &mut World<'_>) {
    let phone = world.phone();
    let first = world.started(world.verification_of(phone)).await;
    world.advance(seconds(60));
    let second = world.started(world.verification_of(phone)).await;
    let tenant = world.tenant;
    let of = |purpose| CheckTarget::Phone { tenant, phone, number: NumberKey(phone.0), purpose };

    let other_purpose = world.check_as(of(Purpose::Login), RIGHT, None).await;
    let outcome = world.check_as(of(Purpose::Verify), RIGHT, None).await;

    assert_eq!(other_purpose, CheckOutcome::NotFound);
    assert!(
        matches!(outcome, CheckOutcome::Found { key, finding: Finding::Approved, .. }
            if key == second),
        "{outcome:?}"
    );
    assert_eq!(world.read(first).await.state, State::Pending);
}

pub(super) async fn a_neighbour_that_shares_limits_shares_no_code(world: &mut World<'_>) {
    let phone = world.phone();
    let key = world.started(world.verification_of(phone)).await;
    let (tenant, purpose) = (world.tenant, Purpose::Verify);
    let of = |number| CheckTarget::Phone { tenant, phone, number, purpose };
    let neighbour = NumberKey([7; 16]);

    let for_neighbour = world.check_as(of(neighbour), RIGHT, None).await;
    world.advance(seconds(60));
    let mut theirs = world.verification_of(phone);
    theirs.number = neighbour;
    let start = world.start_as(theirs, StartMode::ResendLive).await;

    assert_eq!(for_neighbour, CheckOutcome::NotFound);
    assert!(matches!(start, StartOutcome::Started { .. }), "the code of another: {start:?}");
    assert_eq!(world.read(key).await.attempts, 0);
    assert_eq!(world.check(key, RIGHT).await, Finding::Approved);
}

pub(super) async fn a_check_is_answered_again_after_others(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    let target = CheckTarget::Verification(key);

    let first = world.check_as(target, WRONG, Some([1; 16])).await;
    let _ = world.check_as(target, WRONG, Some([2; 16])).await;
    let again = world.check_as(target, WRONG, Some([1; 16])).await;

    assert!(matches!(first, CheckOutcome::Found { finding: Finding::WrongCode, .. }));
    assert!(matches!(again, CheckOutcome::Found { finding: Finding::WrongCode, .. }));
    assert_eq!(world.read(key).await.attempts, 2);
}

pub(super) async fn time_ends_a_check(world: &mut World<'_>) {
    let key = world.started(world.verification()).await;
    world.advance(minutes(5));

    let finding = world.check(key, RIGHT).await;

    assert_eq!(finding, Finding::Expired);
    let row = world.read(key).await;
    assert_eq!((row.state, row.attempts, row.code), (State::Expired, 0, None));
}

pub(super) async fn an_unknown_verification_is_not_checked(world: &mut World<'_>) {
    let unknown: VerificationKey = world.key();

    let outcome = world.check_as(CheckTarget::Verification(unknown), RIGHT, None).await;

    assert_eq!(outcome, CheckOutcome::NotFound);
}
