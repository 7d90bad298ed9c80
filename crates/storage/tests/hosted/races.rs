//! What happens when a page is used twice at once, on every storage.

use std::future::Future;

use countersign_core::hosted::{Page, PageView, SendRequest, Step};
use countersign_core::policy::Limits;
use countersign_core::verification::{Client, Finding};
use tokio::task::JoinSet;

use super::scene::{OTHER_PHONE, PHONE, Scene, intent_of, shown, typed};

/// Runs a check on each storage.
macro_rules! everywhere {
    ($($check:ident,)*) => {$(
        mod $check {
            use super::Scene;

            #[tokio::test(flavor = "multi_thread")]
            async fn in_memory() {
                run(Scene::memory().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                run(Scene::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgresql() {
                run(Scene::postgres().await).await;
            }

            async fn run(scene: Scene) {
                super::$check(&scene).await;
                scene.close().await;
            }
        }
    )*};
}

everywhere! {
    many_taps_send_one_message,
    of_two_numbers_one_wins_and_both_see_it,
    of_many_right_codes_one_approves,
    changing_the_number_while_it_is_sent_leaves_no_code_behind,
    a_start_that_was_cut_short_is_finished_by_the_next,
    a_code_counts_whoever_else_was_refused_it,
}

async fn at_once<F>(tasks: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tasks.collect::<JoinSet<F::Output>>().join_all().await
}

async fn send_at_once(scene: &Scene, page: Page, phones: &[&str], same: bool) -> Vec<PageView> {
    let once = scene.once();
    let sends = phones.iter().map(|phone| {
        let hosted = scene.app.hosted.clone();
        let request = typed(phone, if same { once } else { scene.once() });
        async move { hosted.send(&page, request).await.expect("it is sent, or was") }
    });
    at_once(sends.collect::<Vec<_>>().into_iter()).await
}

async fn many_taps_send_one_message(scene: &Scene) {
    let page = scene.session().await;

    let views = send_at_once(scene, page, &[PHONE; 32], true).await;

    let all = scene.all().await;
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0].1, 1, "one message");
    for view in views {
        assert_eq!((view.step, shown(&view).key), (Step::Code, all[0].0));
    }
}

async fn of_two_numbers_one_wins_and_both_see_it(scene: &Scene) {
    let page = scene.session().await;

    let views = send_at_once(scene, page, &[PHONE, OTHER_PHONE], false).await;

    let all = scene.all().await;
    assert_eq!(all.len(), 1, "{all:?}");
    let winner = scene.look(&page).await.phone;
    for view in views {
        assert_eq!((view.step, &view.phone), (Step::Code, &winner));
    }
}

async fn of_many_right_codes_one_approves(scene: &Scene) {
    let page = scene.session().await;
    let code = scene.code_of(&scene.send(&page, PHONE).await);

    let checks = (0..16).map(|_| {
        let (hosted, code) = (scene.app.hosted.clone(), code.clone());
        async move { hosted.check(&page, &code).await.unwrap() }
    });
    let checked = at_once(checks).await;

    let findings = checked.iter().map(|(_, checked)| checked.unwrap().finding);
    assert_eq!(findings.filter(|finding| *finding == Finding::Approved).count(), 1);
    assert!(checked.iter().all(|(view, _)| view.step == Step::Done));
}

async fn changing_the_number_while_it_is_sent_leaves_no_code_behind(scene: &Scene) {
    for _ in 0..8 {
        let page = scene.session().await;
        let (sender, editor) = (scene.app.hosted.clone(), scene.app.hosted.clone());
        let request = typed(PHONE, scene.once());
        let send = tokio::spawn(async move { sender.send(&page, request).await });
        let edit = tokio::spawn(async move { editor.edit(&page).await });
        let (_sent, _edited) = (send.await.unwrap(), edit.await.unwrap().unwrap());

        let view = scene.look(&page).await;
        let live = scene.app.verifications.list(&scene.everything()).await.unwrap();
        let live = live.iter().filter(|view| view.verification.is_live(view.now)).count();
        assert_eq!(live, usize::from(view.step == Step::Code));
        scene.app.hosted.edit(&page).await.unwrap();
        scene.advance(countersign_core::time::minutes(61 * 24));
    }
}

/// Two browsers ask for the same number, and a limit refuses the address of one of them.
async fn a_code_counts_whoever_else_was_refused_it(scene: &Scene) {
    let exhausted = Client { ip: Some("192.0.2.7".parse().unwrap()), ..Client::default() };
    let number = |place: usize| format!("+4915112{place:06}");
    let from = |place: usize, client: &Client| SendRequest {
        client: client.clone(),
        ..typed(&number(place), scene.once())
    };
    for place in 0..usize::from(Limits::default().per_address_per_hour) {
        let page = scene.session().await;
        scene.app.hosted.send(&page, from(place, &exhausted)).await.unwrap();
    }
    for place in 100..124 {
        let page = scene.session().await;
        let Page::Session(key) = page else { panic!("the scene makes sessions") };
        let sends = [&exhausted, &Client::default()].map(|client| {
            let (hosted, request) = (scene.app.hosted.clone(), from(place, client));
            async move { hosted.send(&page, request).await.is_ok() }
        });
        let sent = at_once(sends.into_iter()).await;

        let view = scene.look(&page).await;
        let session = scene.storage.sessions.find(key).await.unwrap().unwrap();
        let phone = number(place);
        let all = scene.app.verifications.list(&scene.everything()).await.unwrap();
        let begun = all
            .iter()
            .filter(|view| view.phone.as_ref().is_some_and(|own| own.e164() == phone))
            .count();
        assert!(sent.contains(&true), "nothing holds the other address back");
        assert_eq!((view.step, begun, session.starts), (Step::Code, 1, 1), "{sent:?}");
    }
}

async fn a_start_that_was_cut_short_is_finished_by_the_next(scene: &Scene) {
    let page = scene.session().await;
    let Page::Session(key) = page else { panic!("the scene makes sessions") };
    let before = scene.storage.sessions.find(key).await.unwrap().unwrap();
    let sent = scene.send(&page, PHONE).await;
    let after = scene.storage.sessions.find(key).await.unwrap().unwrap();
    // The process died after the start and before the session said so.
    let mut cut_short = after.clone();
    cut_short.intent = Some(intent_of(&sent));
    cut_short.verification = None;
    cut_short.revision += 1;
    scene.storage.sessions.save(&cut_short).await.unwrap();
    assert_eq!(before.intent, None);
    assert_eq!(scene.look(&page).await.step, Step::Phone);

    let by_another = scene.send(&page, OTHER_PHONE).await;

    assert_eq!(shown(&by_another).key, shown(&sent).key, "one message, and it is found again");
    assert_eq!(scene.all().await.len(), 1);
    let again = scene.app.hosted.restart(&page, typed("", scene.once())).await.unwrap();
    assert_eq!(shown(&again).key, shown(&sent).key, "it is live");
}
