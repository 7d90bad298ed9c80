//! Creating sessions, and who may open a page.

use countersign_core::hosted::{Page, SessionKey, SessionStatus};
use countersign_core::id::{SessionId, TenantId};
use countersign_core::tenants::BrandChange;
use countersign_core::time::{Clock, hours, seconds};
use countersign_core::verification::{Details, StartError};

use super::scene::{OTHER_PHONE, PHONE, Scene, TENANT, new_session, page};

fn secret(link: &str) -> &str {
    link.split_once("?k=").unwrap().1
}

#[tokio::test]
async fn a_session_is_read_back_by_its_tenant_alone() {
    let scene = Scene::memory().await;
    let created = scene.app.hosted.create(TENANT, new_session(Some(PHONE))).await.unwrap();
    let id = created.view.session.key.id;

    let found = scene.app.hosted.find(TENANT, id).await.unwrap().unwrap();
    let stranger = TenantId::generate(scene.clock.now(), &*scene.app.entropy);

    assert_eq!(found.phone.as_ref().unwrap().e164(), PHONE);
    assert_eq!(found.details.reference.as_deref(), Some("order 7"));
    assert_eq!(found.status(), SessionStatus::Open);
    assert!(found.verification.is_none(), "nothing is sent before the page asks");
    assert!(scene.app.hosted.find(stranger, id).await.unwrap().is_none());
    let forged = page(SessionKey { tenant: stranger, id });
    assert!(scene.app.hosted.look(&forged).await.unwrap().is_none());
    assert!(scene.app.hosted.edit(&forged).await.is_err());
}

#[tokio::test]
async fn the_same_request_creates_one_session() {
    let scene = Scene::memory().await;
    let request = scene.request();
    let new = || {
        let mut new = new_session(Some(PHONE));
        new.idempotency = Some(request);
        new
    };

    let first = scene.app.hosted.create(TENANT, new()).await.unwrap();
    let again = scene.app.hosted.create(TENANT, new()).await.unwrap();
    let mut other = new();
    other.idempotency.as_mut().unwrap().fingerprint[0] ^= 1;
    let reused = scene.app.hosted.create(TENANT, other).await;

    assert!(!first.is_repeated);
    assert!(again.is_repeated);
    assert_eq!(again.view.session, first.view.session);
    assert!(matches!(reused, Err(StartError::KeyReused)));
    scene.advance(hours(25));
    let fresh = scene.app.hosted.create(TENANT, new()).await.unwrap();
    assert_ne!(fresh.view.session.key, first.view.session.key);
}

#[tokio::test]
async fn people_are_sent_back_to_a_registered_address_only() {
    let scene = Scene::memory().await;
    let to = |address: &str| {
        let return_url = Some(address.to_owned());
        let mut new = new_session(None);
        new.details = Details { return_url, ..Details::default() };
        scene.app.hosted.create(TENANT, new)
    };

    let created = to("https://shop.example/done?order=7").await.unwrap();
    let key = created.view.session.key;
    let view = scene.look(&page(key)).await;

    let expected = format!("https://shop.example/done?order=7&session={}", key.id);
    assert_eq!(view.return_url, Some(expected));
    for address in ["https://shop.example/", "https://shop.example@evil.example/done", "/done"] {
        let refused = to(address).await;
        assert!(matches!(refused, Err(StartError::ReturnUrlNotRegistered)), "{address}");
    }
}

#[tokio::test]
async fn a_number_that_cannot_get_codes_makes_no_session() {
    let scene = Scene::memory().await;

    for phone in ["+49", "12345", "+493012345678901234"] {
        let refused = scene.app.hosted.create(TENANT, new_session(Some(phone))).await;
        assert!(matches!(refused, Err(StartError::InvalidPhone(_))), "{phone}");
    }
}

#[tokio::test]
async fn a_link_opens_its_page_and_gives_the_browser_a_pass() {
    let scene = Scene::memory().await;
    let (one, other) = (scene.session().await, scene.session_of(Some(OTHER_PHONE)).await);
    let hosted = &scene.app.hosted;
    let link = hosted.link(&one);
    let (path, key) = link.split_once("?k=").unwrap();

    let pass = hosted.open(&one, key).unwrap();

    assert_eq!(Page::parse(path.strip_prefix("/v/").unwrap()), Some(one));
    assert!(hosted.admits(&one, pass.as_str()));
    assert!(!hosted.admits(&other, pass.as_str()));
    assert!(hosted.open(&other, key).is_none());
    assert!(hosted.open(&one, "").is_none());
    assert!(!hosted.admits(&one, key));
}

#[tokio::test]
async fn a_page_outlives_a_new_secret_key() {
    let scene = Scene::memory().await;
    let page = scene.session_of(Some(PHONE)).await;
    let old_link = scene.app.hosted.link(&page);
    let old_pass = scene.app.hosted.open(&page, secret(&old_link)).unwrap();

    let rotated = scene.with_rotated_key().await;

    assert!(rotated.hosted.admits(&page, old_pass.as_str()));
    assert!(rotated.hosted.open(&page, secret(&old_link)).is_some());
    let new_link = rotated.hosted.link(&page);
    assert_ne!(new_link, old_link);
    assert!(rotated.hosted.open(&page, secret(&new_link)).is_some());
    let view = rotated.hosted.look(&page).await.unwrap().unwrap();
    assert_eq!(view.phone.unwrap().e164(), PHONE);
}

#[tokio::test]
async fn a_brand_is_new_at_once_here_and_within_seconds_elsewhere() {
    let scene = Scene::memory().await;
    let (page, elsewhere) = (scene.session().await, scene.with_rotated_key().await);
    let name_there =
        async || elsewhere.hosted.look(&page).await.unwrap().unwrap().brand.name.clone();
    assert_eq!(name_there().await, "default");

    let change = BrandChange { name: Some("The Shop".to_owned()), ..BrandChange::default() };
    scene.app.tenants.change_brand(TENANT, change).await.unwrap();

    assert_eq!(scene.look(&page).await.brand.name, "The Shop");
    assert_eq!(name_there().await, "default", "it is remembered");
    scene.advance(seconds(5));
    assert_eq!(name_there().await, "The Shop");
}

#[tokio::test]
async fn a_session_that_does_not_exist_is_not_found() {
    let scene = Scene::memory().await;
    let id = SessionId::from_bytes([7; 16]);
    let nowhere = page(SessionKey { tenant: TENANT, id });

    assert!(scene.app.hosted.look(&nowhere).await.unwrap().is_none());
    assert!(scene.app.hosted.find(TENANT, id).await.unwrap().is_none());
    assert!(scene.app.hosted.resend(&nowhere, None).await.is_err());
    assert!(scene.app.hosted.check(&nowhere, "123456").await.is_err());
}
