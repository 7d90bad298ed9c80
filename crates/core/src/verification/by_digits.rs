//! The message of an earlier system, which carries six digits and nothing else.

use super::{Client, Details, Method, Purpose, StartError, StartMode, StartRequest, Verifications};
use crate::id::{TenantId, VerificationId};
use crate::phone::PhoneNumber;

/// A verification that somebody ends by writing its digits to us.
#[derive(Clone, Debug)]
pub struct ByDigits {
    pub id: VerificationId,
    /// Opens WhatsApp with the message written.
    pub link: String,
    pub phone: PhoneNumber,
}

impl Verifications {
    /// Starts a verification of a phone that its owner proves by writing a short code to us.
    pub async fn start_by_digits(
        &self,
        tenant: TenantId,
        phone: &str,
        client: Client,
        reference: Option<String>,
    ) -> Result<ByDigits, StartError> {
        let request = StartRequest {
            phone: Some(phone.to_owned()),
            method: Method::Message,
            // Whoever asks is signed in already, and the sender must be this very number.
            confirm: Some(false),
            by_digits: true,
            channel: None,
            purpose: Purpose::Verify,
            locale: None,
            client,
            details: Details { reference, ..Details::default() },
            idempotency: None,
            mode: StartMode::Beside,
        };
        let view = self.start(tenant, request).await?.view;
        let ready = view.ready.zip(view.phone);
        let (ready, phone) = ready.ok_or(StartError::MethodUnavailable)?;
        Ok(ByDigits { id: view.verification.key.id, link: ready.link, phone })
    }
}
