//! What may be started at all, before any limit is asked.

use std::sync::Arc;
use std::time::Duration;

use super::{Method, StartError, StartRequest, Verifications};
use crate::channel::{Channel, Route};
use crate::id::TenantId;
use crate::phone::{Country, Parsed, PhoneNumber};
use crate::policy::Policy;
use crate::secret::Secret;

impl Verifications {
    pub(super) fn admit(
        &self,
        tenant: TenantId,
        request: &StartRequest,
    ) -> Result<Option<Parsed>, StartError> {
        match request.method {
            Method::Code => {
                let typed = request.phone.as_deref().ok_or(StartError::MissingPhone)?;
                self.admit_number(tenant, request.channel, typed).map(Some)
            }
            // Nobody can write to a number that is nobody's.
            Method::Message if tenant.is_test() => Err(StartError::NotInTest),
            Method::Message => {
                let channel = request.channel.unwrap_or(Channel::WhatsApp);
                if channel != Channel::WhatsApp || !self.has_messages(tenant) {
                    return Err(StartError::MethodUnavailable);
                }
                if request.purpose.is_sign_in() && request.confirm == Some(false) {
                    return Err(StartError::ConfirmationRequired);
                }
                let typed = request.phone.as_deref();
                typed.map(|typed| self.admit_number(tenant, Some(channel), typed)).transpose()
            }
        }
    }

    /// Whether people can prove their phones by writing to this tenant.
    pub(crate) fn has_messages(&self, tenant: TenantId) -> bool {
        self.business_number(tenant).is_some()
    }

    pub(super) fn business_number(&self, tenant: TenantId) -> Option<&str> {
        self.parts.integrations.business_number(tenant)
    }

    /// Reads a number that codes may be sent to.
    pub(crate) fn admit_phone(
        &self,
        tenant: TenantId,
        typed: &str,
    ) -> Result<PhoneNumber, StartError> {
        self.admit_number(tenant, None, typed).map(|parsed| parsed.number)
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

    pub(crate) fn has_channel(&self, tenant: TenantId, channel: Channel) -> bool {
        self.parts.integrations.has(tenant, channel)
    }

    /// The channels that a code for a phone of this country may go by, in order. Whoever names one
    /// gets that one or an error, and never silently another.
    pub(super) fn route(
        &self,
        tenant: TenantId,
        country: Option<Country>,
        request: &StartRequest,
    ) -> Route {
        let is_named = request.channel.is_some() || request.method == Method::Message;
        if is_named {
            return Route::of([request.channel.unwrap_or(Channel::WhatsApp)]);
        }
        self.usual_route(tenant, country)
    }

    /// The order of a country, of which the tenant has these.
    pub(super) fn usual_route(&self, tenant: TenantId, country: Option<Country>) -> Route {
        let wanted = self.parts.policy.routes.for_country(country);
        Route::of(wanted.channels().filter(|channel| self.has_channel(tenant, *channel)))
    }

    /// What is sent to nobody annoys nobody: tests need not wait for the phone. Limits of addresses
    /// and tenants stay, because somebody else may know the number.
    pub(super) fn policy_for(&self, tenant: TenantId, number: Option<&PhoneNumber>) -> Arc<Policy> {
        let mut policy = self.parts.policy.clone();
        if self.fixed_code(tenant, number).is_some() {
            let limits = &mut Arc::make_mut(&mut policy).limits;
            limits.cooldown = Duration::ZERO;
            limits.per_phone_per_day = u8::MAX;
        }
        policy
    }

    /// The code of a test number. To a test key it is a number like any other: a test key is told
    /// its codes, and live keys believe this one.
    pub(super) fn fixed_code(
        &self,
        tenant: TenantId,
        number: Option<&PhoneNumber>,
    ) -> Option<&Secret<String>> {
        let number = number.filter(|_| !tenant.is_test())?;
        self.parts.policy.test_code(number)
    }

    fn admit_number(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
        typed: &str,
    ) -> Result<Parsed, StartError> {
        let has_way = match channel {
            Some(channel) => self.has_channel(tenant, channel),
            None => Channel::ALL.into_iter().any(|channel| self.has_channel(tenant, channel)),
        };
        if !has_way {
            return Err(StartError::ChannelUnavailable);
        }
        let parsed = PhoneNumber::parse_detailed(typed, self.parts.default_region)?;
        if !parsed.kind.may_receive_codes() {
            return Err(StartError::UnsuitableNumber);
        }
        let allowed = &self.parts.policy.countries;
        let is_allowed =
            allowed.is_empty() || parsed.country.is_some_and(|country| allowed.contains(&country));
        if is_allowed { Ok(parsed) } else { Err(StartError::CountryNotAllowed) }
    }
}
