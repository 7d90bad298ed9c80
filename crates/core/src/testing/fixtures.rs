//! Rows and accounts with nothing in them that may be absent, and with everything.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::CountingEntropy;
use crate::channel::{Channel, Route};
use crate::id::TenantId;
use crate::keyring::{KeyStore, Keyring, Sealed, SecretKey};
use crate::phone::Country;
use crate::random::{Entropy, bytes};
use crate::store::StoreError;
use crate::tenants::Integration;
use crate::time::{Timestamp, minutes, seconds};
use crate::verification::{
    Code, Finding, Idempotency, LastCheck, Method, NumberKey, PhoneKey, Purpose, State,
    Verification, VerificationKey,
};

/// The index key of one test.
#[derive(Default)]
struct OneKey(Mutex<Option<Sealed>>);

/// Keys that belong to no database, the same for the same seed.
pub async fn test_keyring(seed: u64) -> Keyring {
    let entropy = Arc::new(CountingEntropy::seeded(seed));
    let secret = SecretKey::parse(&SecretKey::generate(&*entropy)).expect("it was just written");
    Keyring::open(&secret, None, &OneKey::default(), entropy).await.expect("no key is there yet")
}

/// An account that sends by `WhatsApp`, without anything that it can do without.
pub fn minimal_integration() -> Integration {
    Integration {
        tenant: TenantId::DEFAULT,
        name: "whatsapp".to_owned(),
        weight: 1,
        channels: vec![Channel::WhatsApp],
        provider: "meta",
        phone_number_id: "420033001177550".to_owned(),
        business_account: None,
        access_token: "token".into(),
        app_secrets: Vec::new(),
        verify_token: "verify".into(),
        template: "countersign_code".to_owned(),
        business_number: None,
        languages: vec!["en_US".to_owned()],
    }
}

/// A live verification that was just made, with its code and without anything that it can do
/// without.
pub fn minimal_verification(
    key: VerificationKey,
    phone: PhoneKey,
    code: &Code,
    keyring: &Keyring,
    now: Timestamp,
) -> Verification {
    let mut verification = Verification {
        key,
        phone,
        number: NumberKey(phone.0),
        sealed_phone: Some(Sealed::from_bytes([1, 2, 3])),
        method: Method::Code,
        channel: Channel::WhatsApp,
        purpose: Purpose::Verify,
        locale: None,
        state: State::Pending,
        is_superseded: false,
        attempts: 0,
        max_attempts: 3,
        sends: vec![now],
        replies: 0,
        fallbacks: 0,
        route: Route::default(),
        country: None,
        failed_messages: 0,
        code: None,
        created_at: now,
        expires_at: now.plus(minutes(5)),
        resend_at: now.plus(seconds(60)),
        ended_at: None,
        idempotency: None,
        checks: Vec::new(),
        address: None,
        client_ip: None,
        details: None,
    };
    verification.code = Some(code.hold(&verification.place(), keyring));
    verification
}

/// The same with a value in every column, and none the value of another.
pub fn complete_verification(
    minimal: Verification,
    code: &Code,
    keyring: &Keyring,
    entropy: &dyn Entropy,
) -> Verification {
    let now = minimal.created_at;
    let mut complete = Verification {
        sealed_phone: Some(Sealed::from_bytes(bytes::<40>(entropy))),
        method: Method::Message,
        channel: Channel::Sms,
        route: Route::of([Channel::WhatsApp]),
        fallbacks: 1,
        country: Country::parse("BR"),
        purpose: Purpose::StepUp,
        locale: Some("pt-BR".to_owned()),
        is_superseded: true,
        attempts: 2,
        max_attempts: 5,
        sends: vec![now.minus(seconds(61)), now],
        replies: 2,
        failed_messages: 1,
        resend_at: now.plus(seconds(121)),
        ended_at: Some(now.plus(seconds(7))),
        idempotency: Some(Idempotency { key: bytes(entropy), fingerprint: bytes(entropy) }),
        checks: vec![LastCheck { request: bytes(entropy), finding: Finding::WrongCode }],
        address: Some(bytes(entropy)),
        client_ip: Some("2001:db8::7".to_owned()),
        details: Some(Sealed::from_bytes(bytes::<70>(entropy))),
        ..minimal
    };
    complete.code = Some(code.hold(&complete.place(), keyring));
    complete
}

#[async_trait]
impl KeyStore for OneKey {
    async fn index_key(&self) -> Result<Option<Sealed>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn add_index_key(&self, sealed: &Sealed) -> Result<Sealed, StoreError> {
        let mut key = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(key.get_or_insert_with(|| sealed.clone()).clone())
    }

    async fn reseal_index_key(&self, sealed: &Sealed) -> Result<(), StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sealed.clone());
        Ok(())
    }
}
