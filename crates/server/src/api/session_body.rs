//! What making a session asks for.

use countersign_core::hosted::NewSession;
use countersign_core::verification::Idempotency;
use serde::Deserialize;
use utoipa::ToSchema;

use super::details::{ClientBody, Kept, Metadata, Said};
use super::words::Purpose;
use crate::extract::Object;
use crate::problem::Problem;

/// A visit to the hosted page. Everything may be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSession {
    /// The number to prove, with a plus sign and its country code. Without it the person types
    /// one; with it, nobody can type another.
    #[serde(default)]
    #[schema(example = "+4915112345678")]
    phone: Option<String>,
    /// What the phone is proved for; `verify` if it is left out.
    #[serde(default)]
    purpose: Purpose,
    /// The language of the page and of the message, as a BCP 47 tag; the browser's if it is left
    /// out. At most 35 characters.
    #[serde(default)]
    #[schema(example = "es-MX", max_length = 35)]
    locale: Option<String>,
    /// Your own name for it; at most 255 characters.
    #[serde(default)]
    #[schema(example = "user_4711", max_length = 255)]
    reference: Option<String>,
    /// Your own notes: at most 20 keys of 40 characters, with values of 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    metadata: Option<Metadata>,
    /// Where the page leads back to: one of the addresses that are registered for you, with any
    /// query. The page adds `session`.
    #[serde(default)]
    #[schema(example = "https://shop.example/verified", max_length = 2048)]
    return_url: Option<String>,
    /// The person's own machine. Limits count the address that the page itself is opened from.
    #[serde(default)]
    #[schema(value_type = Option<ClientBody>)]
    client: Option<Object<ClientBody>>,
}

impl CreateSession {
    pub(super) fn into_request(
        self,
        idempotency: Option<Idempotency>,
    ) -> Result<NewSession, Problem> {
        let said = Said {
            locale: self.locale,
            client: self.client,
            reference: self.reference,
            metadata: self.metadata,
            return_url: self.return_url,
        };
        let Kept { locale, details, .. } = said.check().map_err(Problem::of_fields)?;
        let purpose = self.purpose.into();
        Ok(NewSession { phone: self.phone, purpose, locale, details, idempotency })
    }
}
