//! The key that makes a request safe to repeat.

use aws_lc_rs::digest::{Context, SHA256};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use countersign_core::verification::{Idempotency, RequestKey};

use crate::problem::{Kind, Problem};
use crate::site::Site;

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The caller's `Idempotency-Key`, if any, with the call that it was sent to.
pub(crate) struct IdempotencyKey(Option<Keyed>);

struct Keyed {
    key: HeaderValue,
    method: Method,
    path: String,
}

impl IdempotencyKey {
    /// The key, and the request that it must not be used for another of.
    pub(crate) fn of_start(&self, body: &[u8]) -> Option<Idempotency> {
        let Keyed { key, method, path } = self.0.as_ref()?;
        Some(Idempotency {
            key: hash(&[b"start", key.as_bytes()]),
            fingerprint: hash(&[method.as_str().as_bytes(), path.as_bytes(), body]),
        })
    }

    /// The key together with the request: asked again, the very same check is answered again.
    pub(crate) fn of_check(&self, body: &[u8]) -> Option<RequestKey> {
        let Keyed { key, path, .. } = self.0.as_ref()?;
        Some(hash(&[b"check", key.as_bytes(), path.as_bytes(), body]))
    }
}

impl FromRequestParts<Site> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let Some(key) = values.next() else { return Ok(Self(None)) };
        let is_valid = (1..=LONGEST).contains(&key.len())
            && key.as_bytes().iter().all(u8::is_ascii_graphic)
            && values.next().is_none();
        if !is_valid {
            return Err(Kind::InvalidIdempotencyKey.into());
        }
        let path = parts.uri.path().trim_end_matches('/').to_owned();
        Ok(Self(Some(Keyed { key: key.clone(), method: parts.method.clone(), path })))
    }
}

/// Each part is bound with its length, so that no two lists give the same bytes.
fn hash(parts: &[&[u8]]) -> RequestKey {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref()[..16].try_into().expect("a SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(key: &'static str, path: &str) -> IdempotencyKey {
        let (key, method) = (HeaderValue::from_static(key), Method::POST);
        IdempotencyKey(Some(Keyed { key, method, path: path.to_owned() }))
    }

    #[test]
    fn the_key_stays_and_the_fingerprint_follows_the_request() {
        let one = keyed("a", "/v1/verifications").of_start(b"{}").unwrap();
        let other = keyed("a", "/v1/verifications").of_start(b"{ }").unwrap();

        assert_eq!(one.key, other.key);
        assert_ne!(one.fingerprint, other.fingerprint);
    }

    #[test]
    fn a_check_is_known_by_its_key_its_verification_and_its_code() {
        let check = keyed("a", "/v1/verifications/ver_1/check").of_check(b"1");

        for other in [
            keyed("b", "/v1/verifications/ver_1/check").of_check(b"1"),
            keyed("a", "/v1/verifications/ver_2/check").of_check(b"1"),
            keyed("a", "/v1/verifications/ver_1/check").of_check(b"2"),
        ] {
            assert_ne!(check, other);
        }
    }
}
