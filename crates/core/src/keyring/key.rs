//! The secret key, the keys derived from it, and their rotation.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{digest, hkdf, hmac};

use super::sealed::SealingKey;
use super::{Context, KeyStore, Sealed};
use crate::id::TenantId;
use crate::random::{Entropy, bytes};
use crate::secret::Secret;
use crate::store::StoreError;

/// Names a secret key without saying anything about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; Self::LENGTH]);

/// The 256 bits that come from the settings and never from the database.
pub struct SecretKey(Secret<[u8; 32]>);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the secret key must be 32 bytes, written as 64 hexadecimal digits")]
    Malformed,

    #[error("the secret key does not belong to this database")]
    Foreign,

    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every key in use. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<Keys>,
}

struct Keys {
    active: Derived,
    previous: Option<Derived>,
    /// Makes the look-up keys of phones and addresses. It outlives rotations, because the failure
    /// ledger is filed under it.
    index: hmac::Key,
    entropy: Arc<dyn Entropy>,
}

/// What a MAC that leaves the installation proves. Each has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Whoever shows it was given the link to a page.
    Link,
    /// This browser opened the link.
    Browser,
    /// This browser typed the number.
    Number,
}

struct Derived {
    id: KeyId,
    code: hmac::Key,
    link: hmac::Key,
    browser: hmac::Key,
    number: hmac::Key,
    sealing: SealingKey,
}

const INDEX_KEY: Context = Context { what: "keys.index", tenant: TenantId::DEFAULT, row: [0; 16] };

impl KeyId {
    pub const LENGTH: usize = 4;

    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl SecretKey {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| KeyError::Malformed)?;
        Ok(Self(Secret::new(bytes)))
    }

    /// A new key, in the form that [`Self::parse`] reads.
    pub fn generate(entropy: &dyn Entropy) -> String {
        hex::encode(bytes::<32>(entropy))
    }

    fn derive(&self) -> Derived {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign/v1");
        let root = salt.extract(self.0.expose());
        let expand = |purpose: &[u8]| {
            let mut key = [0; 32];
            root.expand(&[purpose], hkdf::HKDF_SHA256)
                .and_then(|output| output.fill(&mut key))
                .expect("256 bits are within HKDF's bounds");
            key
        };
        let digest = digest::digest(&digest::SHA256, &expand(b"key id"));
        Derived {
            id: KeyId::from_slice(&digest.as_ref()[..KeyId::LENGTH]).expect("four bytes"),
            code: hmac::Key::new(hmac::HMAC_SHA256, &expand(b"code")),
            link: hmac::Key::new(hmac::HMAC_SHA256, &expand(b"page link")),
            browser: hmac::Key::new(hmac::HMAC_SHA256, &expand(b"page browser")),
            number: hmac::Key::new(hmac::HMAC_SHA256, &expand(b"page number")),
            sealing: SealingKey::new(&expand(b"seal")),
        }
    }
}

impl Derived {
    const fn proof(&self, proof: Proof) -> &hmac::Key {
        match proof {
            Proof::Link => &self.link,
            Proof::Browser => &self.browser,
            Proof::Number => &self.number,
        }
    }
}

impl Keyring {
    /// Opens the keys of a database, and makes them on its first start.
    pub async fn open(
        active: &SecretKey,
        previous: Option<&SecretKey>,
        store: &dyn KeyStore,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyError> {
        let active = active.derive();
        let previous = previous.map(SecretKey::derive);
        let stored = if let Some(stored) = store.index_key().await? {
            stored
        } else {
            let fresh: [u8; 32] = bytes(&*entropy);
            let sealed = active.sealing.seal(active.id, &INDEX_KEY, &fresh, &*entropy);
            store.add_index_key(&sealed).await?
        };
        let index = if let Some(index) = active.sealing.open(&INDEX_KEY, &stored) {
            index
        } else {
            let index = previous
                .as_ref()
                .and_then(|previous| previous.sealing.open(&INDEX_KEY, &stored))
                .ok_or(KeyError::Foreign)?;
            let sealed = active.sealing.seal(active.id, &INDEX_KEY, &index, &*entropy);
            store.reseal_index_key(&sealed).await?;
            index
        };
        let index = hmac::Key::new(hmac::HMAC_SHA256, &index);
        Ok(Self { keys: Arc::new(Keys { active, previous, index, entropy }) })
    }

    pub fn seal(&self, context: &Context, plain: &[u8]) -> Sealed {
        let active = &self.keys.active;
        active.sealing.seal(active.id, context, plain, &*self.keys.entropy)
    }

    /// `None` when the value was not sealed here, or not for this place.
    pub fn open_sealed(&self, context: &Context, sealed: &Sealed) -> Option<Vec<u8>> {
        self.derived(sealed.key()?)?.sealing.open(context, sealed)
    }

    /// The key before, while it is still given.
    pub fn previous_id(&self) -> Option<KeyId> {
        self.keys.previous.as_ref().map(|previous| previous.id)
    }

    /// The MAC under which a code is kept, with the id of the key that made it.
    pub fn mac(&self, message: &[u8]) -> (KeyId, [u8; 32]) {
        (self.keys.active.id, tag(&self.keys.active.code, message))
    }

    /// Compares in constant time. `false` for a key that is gone.
    pub fn mac_matches(&self, id: KeyId, message: &[u8], mac: &[u8; 32]) -> bool {
        self.derived(id).is_some_and(|derived| hmac::verify(&derived.code, message, mac).is_ok())
    }

    /// A MAC to give away; nothing is kept of it.
    pub fn prove(&self, proof: Proof, message: &[u8]) -> [u8; 32] {
        tag(self.keys.active.proof(proof), message)
    }

    /// Compares in constant time. What the previous key proved counts while that key is given.
    pub fn is_proved(&self, proof: Proof, message: &[u8], mac: &[u8]) -> bool {
        let matches = |keys: &Derived| hmac::verify(keys.proof(proof), message, mac).is_ok();
        matches(&self.keys.active) || self.keys.previous.as_ref().is_some_and(matches)
    }

    /// The look-up key of something that must not be stored in the clear. The first part says
    /// what it is; every part is bound with its length.
    pub fn index(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.keys.index);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref()[..16].try_into().expect("a SHA-256 has 32 bytes")
    }

    fn derived(&self, id: KeyId) -> Option<&Derived> {
        let previous = self.keys.previous.as_ref();
        std::iter::once(&self.keys.active).chain(previous).find(|key| key.id == id)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keyring({:?})", self.keys.active.id)
    }
}

fn tag(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    hmac::sign(key, message).as_ref().try_into().expect("a SHA-256 has 32 bytes")
}
