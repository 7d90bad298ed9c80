//! A verification before anything is stored, and the message that it may wait for.

use super::ready::{Addressee, Origin};
use super::service::{Arrival, VerificationParts, seal_phone};
use super::{
    Code, Method, NumberKey, PhoneKey, ReadyMessage, StartRequest, State, Verification,
    VerificationKey, VerificationView, Verifications, resend_gap,
};
use crate::channel::Channel;
use crate::phone::{Parsed, PhoneNumber};
use crate::policy::AddressBlock;
use crate::store::StoreError;
use crate::time::Timestamp;

impl Verifications {
    pub(super) fn arrive(
        &self,
        key: VerificationKey,
        phone: Option<&PhoneNumber>,
        request: &StartRequest,
        now: Timestamp,
    ) -> Arrival {
        let tenant = key.tenant;
        let block = request.client.ip.map(|ip| AddressBlock::of(ip).to_bytes());
        let keyring = &self.parts.keyring;
        Arrival {
            now,
            phone: match phone {
                Some(phone) => self.limits_key(tenant, &phone.limit_form()),
                None => PhoneKey(self.nobody(key)),
            },
            address: block.map(|block| keyring.index(&[b"address", tenant.as_bytes(), &block])),
        }
    }

    pub(super) fn draft(
        &self,
        key: VerificationKey,
        phone: Option<&Parsed>,
        arrival: Arrival,
        request: &StartRequest,
    ) -> Verification {
        let Arrival { now, phone: phone_key, address } = arrival;
        let VerificationParts { keyring, policy, .. } = &self.parts;
        let VerificationKey { tenant, id } = key;
        let (country, phone) = (phone.and_then(|one| one.country), phone.map(|one| &one.number));
        let is_sent = request.method == Method::Code;
        let mut route = self.route(tenant, country, request);
        let channel = route.take_next().unwrap_or(Channel::WhatsApp);
        Verification {
            key,
            phone: phone_key,
            number: match phone {
                Some(phone) => self.number_key(tenant, phone),
                None => NumberKey(self.nobody(key)),
            },
            sealed_phone: phone.map(|phone| seal_phone(tenant, id, phone, keyring)),
            country,
            method: request.method,
            channel,
            route,
            purpose: request.purpose,
            locale: request.locale.clone(),
            state: State::Pending,
            is_superseded: false,
            attempts: 0,
            max_attempts: policy.code.max_attempts,
            sends: if is_sent { vec![now] } else { Vec::new() },
            replies: 0,
            fallbacks: 0,
            failed_messages: 0,
            code: None,
            created_at: now,
            expires_at: now.plus(policy.code.lifetime),
            resend_at: now.plus(resend_gap(&policy.limits, 1)),
            ended_at: None,
            idempotency: request.idempotency,
            checks: Vec::new(),
            address,
            client_ip: request.client.ip.map(|ip| ip.to_string()),
            details: request.details.seal(tenant, id, keyring),
        }
    }

    /// What a test key is told: the code, while it counts.
    fn test_code(&self, view: &VerificationView) -> Option<Code> {
        let verification = &view.verification;
        let is_told = verification.key.tenant.is_test() && verification.is_live(view.now);
        let held = verification.code.as_ref().filter(|_| is_told)?;
        held.open(&verification.place(), &self.parts.keyring)
    }

    /// What no number has: it stands where a number is not known yet.
    fn nobody(&self, key: VerificationKey) -> [u8; 16] {
        self.parts.keyring.index(&[b"nobody", key.tenant.as_bytes(), key.id.as_bytes()])
    }

    /// With the message that is awaited, or the code that nobody was sent, if there is one.
    pub(super) async fn complete(
        &self,
        mut view: VerificationView,
    ) -> Result<VerificationView, StoreError> {
        view.test_code = self.test_code(&view);
        let verification = &view.verification;
        let tenant = verification.key.tenant;
        let is_awaited = verification.is_live(view.now) && !verification.is_heard();
        let challenge = view.challenge.as_ref().filter(|_| is_awaited);
        let Some((challenge, number)) = challenge.zip(self.business_number(tenant)) else {
            return Ok(view);
        };
        let brand = self.parts.tenants.brand(tenant).await?;
        let name = brand.name_in_messages(self.parts.host.as_deref());
        let to = Addressee { name, number, link_base: &self.parts.link_base };
        let from = Origin {
            user_agent: view.details.user_agent.as_deref(),
            place: view.details.place.as_deref(),
        };
        view.ready = ReadyMessage::of(verification, challenge, to, from, &self.parts.keyring);
        Ok(view)
    }
}
