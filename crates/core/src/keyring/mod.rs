//! Keys and what they protect at rest.
//!
//! One secret key comes from the settings; everything else is derived from it or sealed under it,
//! so a copy of the database alone opens nothing. The previous secret key may be given beside the
//! active one while a rotation lasts. A key that does not belong to the database is refused at
//! start: it is never replaced silently.

mod key;
mod sealed;
mod store;

pub use key::{KeyError, KeyId, Keyring, Proof, SecretKey};
pub use sealed::{Context, Sealed};
pub use store::KeyStore;
