//! Authenticated encryption of what must be read back: phone numbers, live codes, webhooks.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::KeyId;
use crate::id::TenantId;
use crate::random::{Entropy, bytes};

const VERSION: u8 = 1;
const HEADER: usize = 1 + KeyId::LENGTH + NONCE_LEN;

/// Encrypted bytes as they are stored: version, key id, nonce, AES-256-GCM text and tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Box<[u8]>);

/// What a sealed value is and where it belongs. A value moved to another column, row or tenant
/// does not open.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Which column: a name that never changes.
    pub what: &'static str,
    pub tenant: TenantId,
    pub row: [u8; 16],
}

impl Sealed {
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Which secret key it is sealed under; `None` for bytes that are not sealed at all.
    pub fn key(&self) -> Option<KeyId> {
        (self.0.len() > HEADER && self.0[0] == VERSION)
            .then(|| KeyId::from_slice(&self.0[1..=KeyId::LENGTH]))?
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealed({} bytes)", self.0.len())
    }
}

impl Context {
    // Every field but the first has a fixed length, and a name holds no zero byte.
    fn aad(&self) -> Vec<u8> {
        let mut aad = Vec::with_capacity(64);
        aad.extend_from_slice(b"cs/v1/");
        aad.extend_from_slice(self.what.as_bytes());
        aad.push(0);
        aad.extend_from_slice(self.tenant.as_bytes());
        aad.extend_from_slice(&self.row);
        aad
    }
}

/// The key that seals: AES-256-GCM with random nonces, good for 2^32 values.
pub(super) struct SealingKey(LessSafeKey);

impl SealingKey {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("the key has 256 bits");
        Self(LessSafeKey::new(key))
    }

    pub(super) fn seal(
        &self,
        id: KeyId,
        context: &Context,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Sealed {
        let nonce: [u8; NONCE_LEN] = bytes(entropy);
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(id.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let aad = Aad::from(context.aad());
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                aad,
                &mut sealed[HEADER..],
            )
            .expect("the text is shorter than 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        Sealed(sealed.into())
    }

    pub(super) fn open(&self, context: &Context, sealed: &Sealed) -> Option<Vec<u8>> {
        let (header, text) = sealed.0.split_at_checked(HEADER)?;
        let nonce = Nonce::try_assume_unique_for_key(&header[1 + KeyId::LENGTH..]).ok()?;
        let mut text = text.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(context.aad()), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}
