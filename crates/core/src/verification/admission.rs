//! What may be started at all, before any limit is asked.

use super::{Method, StartError, StartRequest, Verifications};
use crate::delivery::Channel;
use crate::id::TenantId;
use crate::phone::PhoneNumber;
use crate::tenants::Integration;

impl Verifications {
    pub(super) fn admit(
        &self,
        tenant: TenantId,
        request: &StartRequest,
    ) -> Result<Option<PhoneNumber>, StartError> {
        let channel = request.channel.unwrap_or(Channel::WhatsApp);
        match request.method {
            Method::Code => {
                let typed = request.phone.as_deref().ok_or(StartError::MissingPhone)?;
                self.admit_number(tenant, channel, typed).map(Some)
            }
            Method::Message => {
                if channel != Channel::WhatsApp || !self.has_messages(tenant) {
                    return Err(StartError::MethodUnavailable);
                }
                if request.purpose.is_sign_in() && request.confirm == Some(false) {
                    return Err(StartError::ConfirmationRequired);
                }
                let typed = request.phone.as_deref();
                typed.map(|typed| self.admit_number(tenant, channel, typed)).transpose()
            }
        }
    }

    /// Whether people can prove their phones by writing to this tenant.
    pub(crate) fn has_messages(&self, tenant: TenantId) -> bool {
        self.business_number(tenant).is_some()
    }

    pub(super) fn business_number(&self, tenant: TenantId) -> Option<&str> {
        let integration: &Integration = self.parts.integrations.of_tenant(tenant)?;
        integration.business_number.as_deref()
    }

    /// Reads a number that codes may be sent to.
    pub(crate) fn admit_phone(
        &self,
        tenant: TenantId,
        typed: &str,
    ) -> Result<PhoneNumber, StartError> {
        self.admit_number(tenant, Channel::WhatsApp, typed)
    }

    /// Refuses an address that the tenant did not register. Nothing is looked up without one.
    pub(crate) async fn admit_return_url(
        &self,
        tenant: TenantId,
        address: Option<&str>,
    ) -> Result<(), StartError> {
        let Some(address) = address else { return Ok(()) };
        let brand = self.parts.tenants.brand(tenant).await?;
        if brand.may_return_to(address) { Ok(()) } else { Err(StartError::ReturnUrlNotRegistered) }
    }

    pub(super) fn has_channel(&self, tenant: TenantId, channel: Channel) -> bool {
        match channel {
            Channel::WhatsApp => self.parts.integrations.of_tenant(tenant).is_some(),
            Channel::Sms => false,
        }
    }

    fn admit_number(
        &self,
        tenant: TenantId,
        channel: Channel,
        typed: &str,
    ) -> Result<PhoneNumber, StartError> {
        if !self.has_channel(tenant, channel) {
            return Err(StartError::ChannelUnavailable);
        }
        let parsed = PhoneNumber::parse_detailed(typed, self.parts.default_region)?;
        if !parsed.kind.may_receive_codes() {
            return Err(StartError::UnsuitableNumber);
        }
        let allowed = &self.parts.policy.countries;
        let is_allowed =
            allowed.is_empty() || parsed.country.is_some_and(|country| allowed.contains(&country));
        if is_allowed { Ok(parsed.number) } else { Err(StartError::CountryNotAllowed) }
    }
}
