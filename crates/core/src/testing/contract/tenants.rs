//! The contract of [`TenantStore`].

use crate::id::{ApiKeyId, TenantId};
use crate::random::bytes;
use crate::store::StoreError;
use crate::tenants::{
    ApiKey, Brand, BrandChange, KeyMode, Scopes, Tenant, TenantName, TenantStore,
};
use crate::testing::CountingEntropy;
use crate::time::{Timestamp, hours, seconds};

const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);

pub async fn tenants(store: &dyn TenantStore) {
    let made = Made::default();
    an_unknown_name_is_nobody(store).await;
    a_tenant_is_found_by_its_name(store, &made).await;
    a_name_or_an_id_is_taken_once(store, &made).await;
    tenants_are_listed_by_the_bytes_of_their_names(store, &made).await;
    a_key_is_found_by_its_digest_with_all_that_it_has(store, &made).await;
    a_digest_or_a_key_id_is_taken_once(store, &made).await;
    the_keys_of_a_tenant_are_its_own_and_the_newest_first(store, &made).await;
    only_its_tenant_ends_a_key(store, &made).await;
    a_brand_is_read_back_with_all_that_it_has(store, &made).await;
}

#[derive(Default)]
struct Made(CountingEntropy);

impl Made {
    fn tenant(&self, name: &str) -> Tenant {
        Tenant {
            id: TenantId::generate(NOW, &self.0),
            name: TenantName::parse(name).expect("the test gives a good name"),
            created_at: NOW,
        }
    }

    async fn added_tenant(&self, store: &dyn TenantStore, name: &str) -> Tenant {
        let tenant = self.tenant(name);
        store.add_tenant(&tenant).await.expect("name and id are new");
        tenant
    }

    fn key(&self, tenant: TenantId, created_at: Timestamp) -> ApiKey {
        ApiKey {
            id: ApiKeyId::generate(created_at, &self.0),
            tenant,
            label: "the shop's back end, größer".to_owned(),
            mode: KeyMode::Test,
            scopes: Scopes::parse("verifications:check verifications:read").expect("both exist"),
            digest: bytes(&self.0),
            hint: "x7Qz".to_owned(),
            created_at,
            expires_at: Some(created_at.plus(hours(48))),
            revoked_at: Some(created_at.plus(hours(24))),
        }
    }
}

async fn an_unknown_name_is_nobody(store: &dyn TenantStore) {
    let name = TenantName::parse("nobody").expect("a good name");

    assert_eq!(store.tenant_named(&name).await.expect("storage answers"), None);
}

async fn a_tenant_is_found_by_its_name(store: &dyn TenantStore, made: &Made) {
    let tenant = made.added_tenant(store, "shop-1").await;

    let found = store.tenant_named(&tenant.name).await.expect("storage answers");

    assert_eq!(found, Some(tenant));
}

async fn a_name_or_an_id_is_taken_once(store: &dyn TenantStore, made: &Made) {
    let tenant = made.added_tenant(store, "taken").await;
    let same_name = made.tenant("taken");
    let same_id = Tenant { id: tenant.id, ..made.tenant("free") };

    for other in [same_name, same_id] {
        let refused = store.add_tenant(&other).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }

    let found = store.tenant_named(&tenant.name).await.expect("storage answers");
    assert_eq!(found, Some(tenant), "the first one is untouched");
}

async fn tenants_are_listed_by_the_bytes_of_their_names(store: &dyn TenantStore, made: &Made) {
    for name in ["zb", "z-c", "z1", "za"] {
        made.added_tenant(store, name).await;
    }

    let listed = store.tenants().await.expect("storage answers");

    let names: Vec<&str> = listed.iter().map(|tenant| tenant.name.as_str()).collect();
    assert_eq!(names, ["shop-1", "taken", "z-c", "z1", "za", "zb"]);
}

async fn a_key_is_found_by_its_digest_with_all_that_it_has(store: &dyn TenantStore, made: &Made) {
    let tenant = made.added_tenant(store, "with-keys").await;
    let complete = made.key(tenant.id, NOW);
    let minimal = ApiKey {
        label: String::new(),
        mode: KeyMode::Live,
        scopes: Scopes::ALL,
        expires_at: None,
        revoked_at: None,
        ..made.key(tenant.id, NOW)
    };

    for key in [complete, minimal] {
        store.add_key(&key).await.expect("the key is new");
        let found = store.key_with_digest(&key.digest).await.expect("storage answers");
        assert_eq!(found, Some(key));
    }
    let unknown = store.key_with_digest(&[7; 32]).await.expect("storage answers");
    assert_eq!(unknown, None);
}

async fn a_digest_or_a_key_id_is_taken_once(store: &dyn TenantStore, made: &Made) {
    let tenant = made.added_tenant(store, "twice").await;
    let key = made.key(tenant.id, NOW);
    store.add_key(&key).await.expect("the key is new");
    let same_digest = ApiKey { digest: key.digest, ..made.key(tenant.id, NOW) };
    let same_id = ApiKey { id: key.id, ..made.key(tenant.id, NOW) };

    for other in [same_digest, same_id] {
        let refused = store.add_key(&other).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
}

async fn the_keys_of_a_tenant_are_its_own_and_the_newest_first(
    store: &dyn TenantStore,
    made: &Made,
) {
    let one = made.added_tenant(store, "one").await;
    let other = made.added_tenant(store, "other").await;
    let [middle, newest, oldest] = [2, 3, 1].map(|n| made.key(one.id, NOW.plus(seconds(n))));
    for key in [&middle, &newest, &oldest, &made.key(other.id, NOW)] {
        store.add_key(key).await.expect("the key is new");
    }

    let keys = store.keys_of(one.id).await.expect("storage answers");

    assert_eq!(keys, [newest, middle, oldest]);
}

async fn only_its_tenant_ends_a_key(store: &dyn TenantStore, made: &Made) {
    let owner = made.added_tenant(store, "owner").await;
    let stranger = made.added_tenant(store, "stranger").await;
    let key = ApiKey { revoked_at: None, ..made.key(owner.id, NOW) };
    store.add_key(&key).await.expect("the key is new");
    let end = NOW.plus(hours(1));

    let by_stranger = store.end_key(stranger.id, key.id, end).await.expect("storage answers");
    let untouched = store.key_with_digest(&key.digest).await.expect("storage answers");
    let by_owner = store.end_key(owner.id, key.id, end).await.expect("storage answers");
    let ended = store.key_with_digest(&key.digest).await.expect("storage answers");

    assert!(!by_stranger, "a stranger has no such key");
    assert_eq!(untouched, Some(key.clone()));
    assert!(by_owner, "the owner has it");
    assert_eq!(ended, Some(ApiKey { revoked_at: Some(end), ..key.clone() }));

    let later = end.plus(hours(24));
    let again = store.end_key(owner.id, key.id, later).await.expect("storage answers");
    let still_ended = store.key_with_digest(&key.digest).await.expect("storage answers");

    assert!(again);
    assert_eq!(still_ended, Some(ApiKey { revoked_at: Some(end), ..key }), "it does not come back");
}

async fn a_brand_is_read_back_with_all_that_it_has(store: &dyn TenantStore, made: &Made) {
    let tenant = made.added_tenant(store, "branded").await;
    let other = made.added_tenant(store, "plain").await;
    let text = |text: &str| Some(text.to_owned());
    let change = BrandChange {
        name: text("Größer & Söhne"),
        colour: text("#7a2e6b"),
        dark_colour: text("#d9a6cf"),
        theme: text("dark"),
        logo: Some(b"<svg><path d='M0 0'/></svg>".to_vec()),
        help_url: text("https://shop.example/help"),
        privacy_url: text("https://shop.example/privacy?lang=de#phones"),
        return_urls: Some(vec![
            "https://shop.example/done".to_owned(),
            "http://localhost:4001/".to_owned(),
        ]),
        locale: text("pt-BR"),
        countries: Some(vec!["IN".to_owned(), "BR".to_owned()]),
        show_credit: Some(false),
        sms_texts: vec![
            ("pt-BR".to_owned(), "{code} é seu código de {name} = \"PIN\"".to_owned()),
            ("*".to_owned(), "{code}, {name}".to_owned()),
        ],
        host: None,
    };
    let complete = Brand::of(&tenant.name).change(change).expect("all of it is good");
    let minimal = Brand::of(&tenant.name);

    for brand in [complete, minimal] {
        store.set_brand(tenant.id, &brand).await.expect("the tenant exists");
        assert_eq!(store.brand(tenant.id).await.expect("storage answers"), Some(brand));
    }
    assert_eq!(store.brand(other.id).await.expect("storage answers"), None);
    assert_eq!(store.tenant(other.id).await.expect("storage answers"), Some(other));
    let nobody = TenantId::generate(NOW, &made.0);
    assert_eq!(store.tenant(nobody).await.expect("storage answers"), None);
}
