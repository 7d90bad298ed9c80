//! The rules, without HTTP and without SQL.

use std::collections::HashMap;

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::store::{CheckOutcome, Limit, NewVerification, StartOutcome, Store};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const ATTEMPTS: i64 = 3;

pub struct Service<S> {
    store: S,
    tenants: HashMap<[u8; 32], String>,
    code_key: Hmac<Sha256>,
}

pub struct Request {
    pub phone: String,
    pub ip: String,
    pub idempotency_key: Option<String>,
}

pub enum Refusal {
    InvalidPhone,
    Store(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error)
    }
}

impl<S: Store> Service<S> {
    pub fn new(store: S, api_key: &str) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self {
            store,
            tenants: HashMap::from([(Sha256::digest(api_key).into(), "default".to_owned())]),
            code_key: Hmac::new_from_slice(&key).expect("any length will do"),
        })
    }

    /// The tenant whose API key this is.
    pub fn tenant(&self, api_key: &str) -> Option<&str> {
        let digest: [u8; 32] = Sha256::digest(api_key).into();
        self.tenants.get(&digest).map(String::as_str)
    }

    pub async fn start(&self, tenant: &str, request: Request) -> Result<StartOutcome, Refusal> {
        let phone = e164(&request.phone).ok_or(Refusal::InvalidPhone)?;
        let now = Timestamp::now().as_millisecond();
        let id = Uuid::now_v7();
        let code = random_code();
        let limits = [
            Limit { key: format!("cooldown:{phone}"), most: 1, window_ms: MINUTE_MS },
            Limit { key: format!("day:{phone}"), most: 5, window_ms: 24 * HOUR_MS },
            Limit { key: format!("ip:{}", request.ip), most: 10, window_ms: HOUR_MS },
        ];
        let verification = NewVerification {
            id,
            tenant: tenant.to_owned(),
            ip: request.ip,
            code_hash: self.hash(id, &code).finalize().into_bytes().to_vec(),
            attempts_left: ATTEMPTS,
            created_at: now,
            expires_at: now + 5 * MINUTE_MS,
            resend_at: now + MINUTE_MS,
            message_id: Uuid::now_v7(),
            payload: payload(&phone, &code),
            event_id: Uuid::now_v7(),
            idempotency_key: request.idempotency_key,
            phone,
            code,
        };
        Ok(self.store.start(&limits, verification).await?)
    }

    pub async fn check(&self, id: Uuid, code: &str) -> Result<CheckOutcome, Refusal> {
        let now = Timestamp::now().as_millisecond();
        let given = self.hash(id, code);
        Ok(self.store.check(id, now, move |kept| given.verify_slice(kept).is_ok()).await?)
    }

    fn hash(&self, id: Uuid, code: &str) -> Hmac<Sha256> {
        let mut hash = self.code_key.clone();
        hash.update(id.as_bytes());
        hash.update(code.as_bytes());
        hash
    }
}

fn e164(text: &str) -> Option<String> {
    let phone = PHONE_NUMBER_UTIL.parse(text, None).ok()?;
    phone.is_valid().then(|| phone.format_as(PhoneNumberFormat::E164).into_owned())
}

fn random_code() -> String {
    loop {
        let number = getrandom::u32().expect("the system has randomness");
        // The largest multiple of a million: above it some codes would be likelier.
        if number < 4_294_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

/// What the sender would hand to the provider.
fn payload(phone: &str, code: &str) -> Vec<u8> {
    format!(r#"{{"to":"{phone}","template":"login_code","language":"en","parameters":["{code}"]}}"#)
        .into_bytes()
}
