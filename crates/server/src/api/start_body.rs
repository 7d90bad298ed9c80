//! What starting a verification asks for.

use countersign_core::verification::{Idempotency, StartMode, StartRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use super::details::{ClientBody, Kept, Metadata, Said};
use super::words::{Channel, Method, Purpose};
use crate::extract::Object;
use crate::problem::Problem;

/// A verification to start.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "phone": "+4915112345678" }))]
pub(crate) struct StartVerification {
    /// The number, with a plus sign and its country code; spaces and the like are ignored. With
    /// the method `message` it may be left out: the message tells it.
    #[serde(default)]
    #[schema(example = "+4915112345678")]
    phone: Option<String>,
    /// Who writes to whom; `code` if it is left out.
    #[serde(default)]
    method: Method,
    /// Whether a message that comes is answered with a code, to be typed where the person began:
    /// it keeps others from having somebody send it for them. Where it is left out, it is so for
    /// every purpose but `verify`, and without a `phone`. Only `verify` may do without.
    #[serde(default)]
    confirm: Option<bool>,
    /// Where the first message goes; the tenant's first channel if it is left out.
    #[serde(default)]
    channel: Option<Channel>,
    /// What the phone is proved for; `verify` if it is left out.
    #[serde(default)]
    purpose: Purpose,
    /// The language of the message, as a BCP 47 tag; at most 35 characters.
    #[serde(default)]
    #[schema(example = "es-MX", max_length = 35)]
    locale: Option<String>,
    /// The person's own machine, for the limits.
    #[serde(default)]
    #[schema(value_type = Option<ClientBody>)]
    client: Option<Object<ClientBody>>,
    /// Your own name for it; at most 255 characters.
    #[serde(default)]
    #[schema(example = "user_4711", max_length = 255)]
    reference: Option<String>,
    /// Your own notes: at most 20 keys of 40 characters, with values of 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    metadata: Option<Metadata>,
    /// Where the hosted page leads back to: an `https` address of at most 2,048 characters, or an
    /// `http` one of the same machine.
    #[serde(default)]
    #[schema(example = "https://shop.example/verified", max_length = 2048)]
    return_url: Option<String>,
}

impl StartVerification {
    pub(super) fn into_request(
        self,
        idempotency: Option<Idempotency>,
    ) -> Result<StartRequest, Problem> {
        let said = Said {
            locale: self.locale,
            client: self.client,
            reference: self.reference,
            metadata: self.metadata,
            return_url: self.return_url,
        };
        let Kept { locale, client, details } = said.check().map_err(Problem::of_fields)?;
        Ok(StartRequest {
            phone: self.phone,
            method: self.method.into(),
            confirm: self.confirm,
            by_digits: false,
            channel: self.channel.map(Into::into),
            purpose: self.purpose.into(),
            locale,
            client,
            details,
            idempotency,
            mode: StartMode::Beside,
        })
    }
}
