//! What a tenant says along with a verification. We keep it for them, sealed, and never act on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{TenantId, VerificationId};
use crate::keyring::{Context, Keyring, Sealed};

/// The tenant's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Where the person is, in the tenant's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Details {
    pub(crate) fn seal(
        &self,
        tenant: TenantId,
        id: VerificationId,
        keyring: &Keyring,
    ) -> Option<Sealed> {
        if *self == Self::default() {
            return None;
        }
        let json = serde_json::to_vec(self).expect("strings and maps of strings are JSON");
        Some(keyring.seal(&context(tenant, id), &json))
    }

    pub(crate) fn open(
        sealed: &Sealed,
        tenant: TenantId,
        id: VerificationId,
        keyring: &Keyring,
    ) -> Option<Self> {
        serde_json::from_slice(&keyring.open_sealed(&context(tenant, id), sealed)?).ok()
    }
}

const fn context(tenant: TenantId, id: VerificationId) -> Context {
    Context { what: "verifications.details", tenant, row: *id.as_bytes() }
}
