//! What a page allows, step by step.

use countersign_core::hosted::{Page, PageError, SessionStatus, Step};
use countersign_core::time::{Clock, days, hours, minutes, seconds};
use countersign_core::verification::{
    Client, Details, Finding, Method, Purpose, StartMode, StartRequest,
};

use super::scene::{OTHER_PHONE, PHONE, Scene, TENANT, shown, typed};

fn id_of(page: &Page) -> countersign_core::id::SessionId {
    match page {
        Page::Session(key) => key.id,
        Page::Verification(_) => panic!("the test gives a session"),
    }
}

#[tokio::test]
async fn a_number_is_typed_a_code_is_typed_and_it_is_done() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    assert_eq!(scene.look(&page).await.step, Step::Phone);

    let sent = scene.send(&page, PHONE).await;
    assert_eq!((sent.step, sent.digits), (Step::Code, 6));
    assert_eq!(sent.phone.as_ref().unwrap().e164(), PHONE);
    assert_eq!(sent.verification.as_ref().unwrap().details.reference.as_deref(), Some("order 7"));
    assert_eq!(shown(&sent).locale.as_deref(), Some("es"));
    let (view, checked) = scene.app.hosted.check(&page, &scene.code_of(&sent)).await.unwrap();

    assert_eq!(checked.unwrap().finding, Finding::Approved);
    assert_eq!(view.step, Step::Done);
    assert!(!view.can_change && !view.can_restart);
    let found = scene.app.hosted.find(TENANT, id_of(&page)).await.unwrap().unwrap();
    assert_eq!(found.status(), SessionStatus::Approved);
}

#[tokio::test]
async fn what_is_proved_stays_proved() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    let sent = scene.send(&page, PHONE).await;
    scene.app.hosted.check(&page, &scene.code_of(&sent)).await.unwrap();

    scene.advance(hours(2));
    let hosted = &scene.app.hosted;
    let edited = hosted.edit(&page).await.unwrap();
    let sent = scene.send(&page, OTHER_PHONE).await;
    let restarted = hosted.restart(&page, typed("", scene.once())).await.unwrap();

    for view in [edited, sent, restarted] {
        assert_eq!(view.step, Step::Done);
    }
    assert_eq!(scene.all().await.len(), 1);
}

#[tokio::test]
async fn a_fixed_number_is_the_one_that_gets_the_code() {
    let scene = Scene::memory().await;
    let page = scene.session_of(Some(PHONE)).await;
    let before = scene.look(&page).await;
    assert_eq!((before.step, before.is_fixed), (Step::Phone, true));

    let sent = scene.send(&page, OTHER_PHONE).await;

    assert_eq!(sent.verification.as_ref().unwrap().phone.as_ref().unwrap().e164(), PHONE);
    assert!(!sent.can_change);
    assert_eq!(scene.app.hosted.edit(&page).await.unwrap().step, Step::Code);
}

#[tokio::test]
async fn changing_the_number_ends_the_code_that_was_sent() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    let sent = scene.send(&page, PHONE).await;
    let (code, first) = (scene.code_of(&sent), shown(&sent).key.id);

    let edited = scene.app.hosted.edit(&page).await.unwrap();
    assert_eq!(edited.step, Step::Phone);
    assert_eq!(edited.phone.as_ref().unwrap().e164(), PHONE, "it is there to be corrected");
    let (_, nothing) = scene.app.hosted.check(&page, &code).await.unwrap();
    assert!(nothing.is_none());
    let by_id = countersign_core::verification::Target::Id(first);
    let old = scene.app.verifications.check(TENANT, by_id, &code, None).await.unwrap();
    assert_eq!(old.finding, Finding::Canceled);

    let again = scene.send(&page, OTHER_PHONE).await;
    assert_eq!(again.step, Step::Code);
    assert_eq!(again.verification.as_ref().unwrap().phone.as_ref().unwrap().e164(), OTHER_PHONE);
}

#[tokio::test]
async fn an_expired_code_is_followed_by_a_new_one_to_the_same_number() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    let first = shown(&scene.send(&page, PHONE).await).key;
    scene.advance(minutes(5));
    let expired = scene.look(&page).await;
    assert_eq!((expired.step, expired.can_restart), (Step::Expired, true));
    assert_eq!(expired.retry_at, None);

    let hosted = &scene.app.hosted;
    let view = hosted.restart(&page, typed("", scene.once())).await.unwrap();

    assert_eq!(view.step, Step::Code);
    assert_ne!(shown(&view).key, first);
    assert_eq!(view.phone.unwrap().e164(), PHONE);
}

#[tokio::test]
async fn one_visit_sends_to_five_numbers_and_then_it_is_over() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    let number = |last: u8| format!("+491511234560{last}");
    for last in 1..5 {
        scene.send(&page, &number(last)).await;
        assert!(scene.look(&page).await.can_change, "{last}");
        scene.app.hosted.edit(&page).await.unwrap();
    }
    // What a limit refuses is none of them.
    let again = scene.app.hosted.send(&page, typed(&number(1), scene.once())).await;
    assert!(matches!(again, Err(PageError::Refused(_))), "{again:?}");

    let fifth = scene.send(&page, &number(5)).await;
    assert_eq!((fifth.step, fifth.can_change), (Step::Code, false));
    scene.advance(minutes(5));
    let over = scene.send(&page, &number(6)).await;

    assert_eq!((over.step, over.can_change, over.can_restart), (Step::Gone, false, false));
    assert_eq!(scene.all().await.len(), 5);
    let found = scene.app.hosted.find(TENANT, id_of(&page)).await.unwrap().unwrap();
    assert_eq!(found.status(), SessionStatus::Ended);
}

#[tokio::test]
async fn the_fifth_number_can_still_be_proved() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    for last in 1..5_u8 {
        scene.send(&page, &format!("+491511234560{last}")).await;
        scene.app.hosted.edit(&page).await.unwrap();
    }
    let fifth = scene.send(&page, PHONE).await;

    let (view, _) = scene.app.hosted.check(&page, &scene.code_of(&fifth)).await.unwrap();

    assert_eq!(view.step, Step::Done);
}

#[tokio::test]
async fn too_many_wrong_codes_lock_it_until_another_may_be_sent() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    scene.send(&page, PHONE).await;
    scene.advance(seconds(10));
    for _ in 0..3 {
        let (_, checked) = scene.app.hosted.check(&page, "000000").await.unwrap();
        assert!(checked.is_some());
    }

    let locked = scene.look(&page).await;
    let now = scene.clock.now();

    assert_eq!((locked.step, locked.can_restart), (Step::Locked, true));
    assert_eq!(locked.retry_at, Some(now.plus(seconds(50))));
    let hosted = &scene.app.hosted;
    let early = hosted.restart(&page, typed("", scene.once())).await;
    assert!(
        matches!(early, Err(PageError::Refused(refusal)) if Some(refusal.retry_at) == locked.retry_at)
    );
    scene.advance(seconds(50));
    let view = hosted.restart(&page, typed("", scene.once())).await.unwrap();
    assert_eq!(view.step, Step::Code);
    for _ in 0..2 {
        hosted.check(&page, "000000").await.unwrap();
    }
    let shared = scene.look(&page).await;
    assert_eq!(shared.step, Step::Locked, "five wrong codes close all of them");
    assert_eq!(shared.retry_at, Some(shown(&shared).expires_at));
}

#[tokio::test]
async fn a_refusal_is_remembered_and_the_number_stays() {
    let scene = Scene::memory().await;
    let (one, other) = (scene.session().await, scene.session().await);
    scene.send(&one, PHONE).await;

    let refused = scene.app.hosted.send(&other, typed(PHONE, scene.once())).await;
    let view = scene.look(&other).await;

    let Err(PageError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!((view.step, view.retry_at), (Step::Phone, Some(refusal.retry_at)));
    assert_eq!(view.phone.unwrap().e164(), PHONE);
    scene.advance(seconds(60));
    assert_eq!(scene.look(&other).await.retry_at, None);
    assert_eq!(scene.send(&other, PHONE).await.step, Step::Code);
}

#[tokio::test]
async fn what_cannot_be_a_number_or_a_code_changes_nothing() {
    let scene = Scene::memory().await;
    let page = scene.session().await;

    let phone = scene.app.hosted.send(&page, typed("call me", scene.once())).await;
    assert!(matches!(phone, Err(PageError::Phone(_))));
    assert_eq!(scene.look(&page).await.step, Step::Phone);
    scene.send(&page, PHONE).await;
    let code = scene.app.hosted.check(&page, "12").await;
    assert!(matches!(code, Err(PageError::MalformedCode)));
    assert_eq!(shown(&scene.look(&page).await).attempts, 0);
}

#[tokio::test]
async fn a_code_is_sent_again_after_its_wait() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    scene.send(&page, PHONE).await;

    assert!(matches!(scene.app.hosted.resend(&page, None).await, Err(PageError::Refused(_))));
    scene.advance(seconds(60));
    let view = scene.app.hosted.resend(&page, None).await.unwrap();

    assert_eq!(view.verification.unwrap().messages.len(), 2);
    scene.advance(minutes(5));
    let ended = scene.app.hosted.resend(&page, None).await.unwrap();
    assert_eq!(ended.step, Step::Expired, "what has ended is shown, not refused");
}

#[tokio::test]
async fn after_its_hour_a_session_starts_nothing() {
    let scene = Scene::memory().await;
    let page = scene.session_of(Some(PHONE)).await;
    scene.advance(hours(1));

    let view = scene.send(&page, PHONE).await;

    assert_eq!(view.step, Step::Gone);
    assert!(scene.all().await.is_empty());
    let found = scene.app.hosted.find(TENANT, id_of(&page)).await.unwrap().unwrap();
    assert_eq!(found.status(), SessionStatus::Ended);
}

#[tokio::test]
async fn a_code_that_was_sent_counts_past_the_hour() {
    let scene = Scene::memory().await;
    let page = scene.session().await;
    scene.advance(minutes(58));
    let sent = scene.send(&page, PHONE).await;
    scene.advance(minutes(4));

    assert_eq!(scene.look(&page).await.step, Step::Code);
    let (view, _) = scene.app.hosted.check(&page, &scene.code_of(&sent)).await.unwrap();

    assert_eq!(view.step, Step::Done);
}

#[tokio::test]
async fn the_page_of_a_verification_starts_nothing() {
    let scene = Scene::memory().await;
    let request = StartRequest {
        phone: Some(PHONE.to_owned()),
        confirm: None,
        by_digits: false,
        method: Method::Code,
        channel: None,
        purpose: Purpose::Login,
        locale: None,
        client: Client::default(),
        details: Details {
            return_url: Some("https://shop.example/done".to_owned()),
            ..Details::default()
        },
        idempotency: None,
        mode: StartMode::Beside,
    };
    let started = scene.app.verifications.start(TENANT, request).await.unwrap();
    let page = Page::Verification(started.view.verification.key);
    let view = scene.look(&page).await;
    assert_eq!((view.step, view.digits), (Step::Code, 8));
    assert!(view.is_fixed && !view.can_change && !view.can_restart);
    assert!(view.return_url.unwrap().starts_with("https://shop.example/done?verification=ver_"));

    scene.advance(minutes(6));
    let hosted = &scene.app.hosted;
    let views = [
        hosted.send(&page, typed(OTHER_PHONE, scene.once())).await.unwrap(),
        hosted.restart(&page, typed("", scene.once())).await.unwrap(),
        hosted.edit(&page).await.unwrap(),
    ];

    assert!(views.iter().all(|view| view.step == Step::Expired));
    assert_eq!(scene.all().await.len(), 1);
}

#[tokio::test]
async fn sessions_are_deleted_when_they_were_kept_long_enough() {
    let scene = Scene::memory().await;
    let old = scene.session().await;
    scene.advance(days(90));
    let new = scene.session().await;
    scene.advance(minutes(1));

    let deleted = scene.app.hosted.clean(days(90)).await.unwrap();

    assert_eq!(deleted, 1);
    assert!(scene.app.hosted.look(&old).await.unwrap().is_none());
    assert!(scene.app.hosted.look(&new).await.unwrap().is_some());
}
