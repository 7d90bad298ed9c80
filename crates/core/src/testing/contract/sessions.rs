//! The contract of [`SessionStore`].

use crate::hosted::{Intent, Session, SessionKey, SessionStore};
use crate::id::{SessionId, TenantId, VerificationId};
use crate::keyring::Sealed;
use crate::random::bytes;
use crate::store::StoreError;
use crate::testing::CountingEntropy;
use crate::testing::contract::world::at_once;
use crate::time::{Timestamp, days, hours, minutes, seconds};
use crate::verification::{Idempotency, Method, Purpose};

const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

pub async fn sessions(store: &dyn SessionStore) {
    let made = Made::default();
    every_column_is_read_back(store, &made).await;
    nothing_is_found_under_another_tenant(store, &made).await;
    a_request_makes_one_session_a_day(store, &made).await;
    of_two_changes_of_one_revision_the_second_is_refused(store, &made).await;
    of_many_changes_at_once_one_is_saved(store, &made).await;
    the_old_are_deleted_in_portions(store, &made).await;
}

#[derive(Default)]
struct Made(CountingEntropy);

impl Made {
    fn key(&self, at: Timestamp) -> SessionKey {
        let tenant = TenantId::generate(NOW, &self.0);
        SessionKey { tenant, id: SessionId::generate(at, &self.0) }
    }

    fn minimal(&self, at: Timestamp) -> Session {
        Session {
            key: self.key(at),
            purpose: Purpose::Verify,
            locale: None,
            is_fixed: false,
            sealed_phone: None,
            method: Method::Code,
            details: None,
            intent: None,
            verification: None,
            starts: 0,
            retry_at: None,
            created_at: at,
            expires_at: at.plus(Session::LIFE),
            idempotency: None,
            revision: 0,
        }
    }

    fn complete(&self) -> Session {
        Session {
            purpose: Purpose::StepUp,
            locale: Some("pt-BR".to_owned()),
            is_fixed: true,
            sealed_phone: Some(Sealed::from_bytes(bytes::<40>(&self.0))),
            method: Method::Message,
            details: Some(Sealed::from_bytes(bytes::<70>(&self.0))),
            intent: Some(Intent(bytes(&self.0))),
            verification: Some(VerificationId::generate(NOW, &self.0)),
            starts: 3,
            retry_at: Some(NOW.plus(minutes(2))),
            idempotency: Some(self.request()),
            revision: 7,
            ..self.minimal(NOW)
        }
    }

    fn request(&self) -> Idempotency {
        Idempotency { key: bytes(&self.0), fingerprint: bytes(&self.0) }
    }
}

async fn add(store: &dyn SessionStore, session: &Session) -> Result<(), StoreError> {
    store.add(session, session.created_at.minus(hours(24))).await
}

async fn find(store: &dyn SessionStore, key: SessionKey) -> Option<Session> {
    store.find(key).await.expect("storage answers")
}

async fn every_column_is_read_back(store: &dyn SessionStore, made: &Made) {
    for session in [made.minimal(NOW), made.complete()] {
        add(store, &session).await.expect("the session is new");

        assert_eq!(find(store, session.key).await, Some(session));
    }
    let mut changed = made.minimal(NOW);
    add(store, &changed).await.expect("the session is new");
    let Session { locale, sealed_phone, intent, verification, retry_at, .. } = made.complete();
    changed =
        Session { locale, sealed_phone, intent, verification, retry_at, revision: 1, ..changed };
    store.save(&changed).await.expect("it is the next revision");

    assert_eq!(find(store, changed.key).await, Some(changed));
}

async fn nothing_is_found_under_another_tenant(store: &dyn SessionStore, made: &Made) {
    let session = made.complete();
    add(store, &session).await.expect("the session is new");
    let stranger = TenantId::generate(NOW, &made.0);
    let request = session.idempotency.expect("a complete one has one").key;
    let forged = Session {
        key: SessionKey { tenant: stranger, id: session.key.id },
        revision: session.revision + 1,
        ..session.clone()
    };

    assert_eq!(find(store, forged.key).await, None);
    let found = store.with_request(stranger, request).await.expect("storage answers");
    assert_eq!(found, None);
    let saved = store.save(&forged).await;
    assert!(matches!(saved, Err(StoreError::Conflict)), "{saved:?}");
    let found = store.with_request(session.key.tenant, request).await.expect("storage answers");
    assert_eq!(found, Some(session));
}

async fn a_request_makes_one_session_a_day(store: &dyn SessionStore, made: &Made) {
    let first = made.complete();
    let request = first.idempotency.expect("a complete one has one");
    let later = |at: Timestamp| {
        let id = SessionId::generate(at, &made.0);
        let key = SessionKey { tenant: first.key.tenant, id };
        Session { key, created_at: at, ..first.clone() }
    };
    let (same_day, next_day) = (later(NOW.plus(hours(23))), later(NOW.plus(hours(25))));
    add(store, &first).await.expect("the session is new");

    let refused = add(store, &same_day).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(find(store, same_day.key).await, None, "nothing of it is stored");

    add(store, &next_day).await.expect("the key is free again");
    let found = store.with_request(first.key.tenant, request.key).await.expect("storage answers");
    assert_eq!(found, Some(next_day));
    let freed = Session { idempotency: None, ..first.clone() };
    assert_eq!(find(store, first.key).await, Some(freed));
}

async fn of_two_changes_of_one_revision_the_second_is_refused(
    store: &dyn SessionStore,
    made: &Made,
) {
    let session = made.minimal(NOW);
    add(store, &session).await.expect("the session is new");
    let change = |minute: u32| Session {
        retry_at: Some(NOW.plus(minutes(minute.into()))),
        revision: 1,
        ..session.clone()
    };

    store.save(&change(1)).await.expect("it is the next revision");
    let second = store.save(&change(2)).await;

    assert!(matches!(second, Err(StoreError::Conflict)), "{second:?}");
    assert_eq!(find(store, session.key).await, Some(change(1)));
    let unknown = store.save(&Session { revision: 1, ..made.minimal(NOW) }).await;
    assert!(matches!(unknown, Err(StoreError::Conflict)), "{unknown:?}");
}

async fn of_many_changes_at_once_one_is_saved(store: &dyn SessionStore, made: &Made) {
    let session = made.minimal(NOW);
    add(store, &session).await.expect("the session is new");
    let changes: Vec<Session> = (0..16)
        .map(|n| Session { retry_at: Some(NOW.plus(seconds(n))), revision: 1, ..session.clone() })
        .collect();

    let saved = at_once(changes.iter().map(|change| store.save(change))).await;

    let winners: Vec<usize> = (0..16).filter(|place| saved[*place].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{saved:?}");
    assert_eq!(find(store, session.key).await.as_ref(), Some(&changes[winners[0]]));
}

async fn the_old_are_deleted_in_portions(store: &dyn SessionStore, made: &Made) {
    let edge = NOW.minus(days(90));
    let old: Vec<Session> =
        (1..=5).map(|minute| made.minimal(edge.minus(minutes(minute)))).collect();
    let kept = made.minimal(edge);
    for session in old.iter().chain([&kept]) {
        add(store, session).await.expect("the session is new");
    }

    let mut deleted = Vec::new();
    for _ in 0..3 {
        deleted.push(store.delete_before(edge, 3).await.expect("storage answers"));
    }

    assert_eq!(deleted, [3, 2, 0]);
    for session in old {
        assert_eq!(find(store, session.key).await, None);
    }
    assert_eq!(find(store, kept.key).await, Some(kept));
}
