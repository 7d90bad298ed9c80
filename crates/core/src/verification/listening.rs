//! Makes of a message that somebody wrote what a decision about it needs.

use super::{
    Code, Contact, Heard, Heeded, InboundListing, Line, PhoneKey, Reception, Sender, SenderAddress,
    TokenKey, Tokens, Verifications, codes_in, token_key,
};
use crate::channel::Route;
use crate::delivery::{Form, InboundMessage, InboundSender};
use crate::id::TenantId;
use crate::phone::{Parsed, WaId};
use crate::store::StoreError;
use crate::wording::{is_refusal, wish};

/// Characters of a message that may have been ready-made; longer ones are about something else.
const LONGEST_READY: usize = 600;
/// Digits that are enough for any code.
const SPARE_DIGITS: u8 = 10;

impl Verifications {
    /// What people wrote to a tenant, and what it came to.
    pub async fn inbound(&self, listing: &InboundListing) -> Result<Vec<Heeded>, StoreError> {
        self.parts.store.inbound(listing).await
    }

    /// `None` for a message that cannot concern any verification.
    pub(crate) fn heard(&self, tenant: TenantId, message: &InboundMessage) -> Option<Heard> {
        let sender = message.sender.as_ref()?;
        let text = message.text.as_ref().map_or("", |text| text.expose().as_str());
        let is_plain = message.form == Form::Plain;
        let is_short = text.len() <= 4 * LONGEST_READY && text.chars().count() <= LONGEST_READY;
        let tokens = if is_short { Tokens::find(text) } else { Tokens::default() };
        let is_answer = message.form == Form::Contacts;
        let has_wish = message.wish.is_some();
        let may_concern =
            has_wish || is_answer || (is_short && is_plain) || !tokens.found.is_empty();
        if !may_concern {
            return None;
        }
        let is_own = is_plain && !message.is_forwarded;
        let keyring = &self.parts.keyring;
        let keys = tokens.found.iter().map(|token| token_key(keyring, tenant, token));
        Some(Heard {
            sender: self.sender(tenant, sender)?,
            channel: message.channel,
            sent_at: message.sent_at,
            is_plain,
            is_forwarded: message.is_forwarded,
            tokens: keys.collect(),
            is_marked: tokens.is_marked,
            codes: if is_plain && is_short { codes_in(text) } else { Vec::new() },
            is_refusal: is_plain && is_refusal(text),
            wish: message.wish.or_else(|| wish(text).filter(|_| is_own)),
            contact: is_answer.then(|| self.contact(tenant, message)),
            spare: Code::generate(SPARE_DIGITS, &*self.parts.entropy),
        })
    }

    fn sender(&self, tenant: TenantId, sender: &InboundSender) -> Option<Sender> {
        let keyring = &self.parts.keyring;
        let line = sender.wa_id.as_ref().and_then(|wa_id| self.line_of(tenant, wa_id));
        let asked = sender.user_id.as_ref().map(|id| TokenKey {
            tenant,
            digest: keyring.index(&[b"user", tenant.as_bytes(), id.expose().as_bytes()]),
        });
        let record = match (&sender.wa_id, asked) {
            (Some(wa_id), _) => self.limits_key(tenant, &wa_id.limit_form()),
            (None, Some(asked)) => PhoneKey(asked.digest),
            (None, None) => return None,
        };
        let identity = sender.identity.as_ref().map(|identity| {
            keyring.index(&[b"identity", tenant.as_bytes(), identity.expose().as_bytes()])
        });
        let address = SenderAddress {
            wa_id: sender.wa_id.clone(),
            user_id: sender.user_id.clone(),
            parent_user_id: sender.parent_user_id.clone(),
        };
        Some(Sender { record, address, line, asked, identity })
    }

    /// Several contacts at once answer nothing.
    fn contact(&self, tenant: TenantId, message: &InboundMessage) -> Contact {
        let [card] = message.cards.as_slice() else {
            return Contact { is_answer: false, line: None, route: Route::default() };
        };
        let line = card.wa_id.as_ref().and_then(|wa_id| self.line_of(tenant, wa_id));
        let country = line.as_ref().and_then(|line| line.number.country());
        let route = self.usual_route(tenant, country);
        Contact { is_answer: card.is_answer, line, route }
    }

    fn line_of(&self, tenant: TenantId, wa_id: &WaId) -> Option<Line> {
        let parsed = wa_id.line()?;
        Some(Line {
            limits: self.limits_key(tenant, &parsed.number.limit_form()),
            key: self.number_key(tenant, &parsed.number),
            refusal: self.refusal(&parsed),
            number: parsed.number,
        })
    }

    fn refusal(&self, parsed: &Parsed) -> Option<Reception> {
        if !parsed.kind.may_receive_codes() {
            return Some(Reception::Unsuitable);
        }
        let allowed = &self.parts.policy.countries;
        let is_allowed =
            allowed.is_empty() || parsed.country.is_some_and(|country| allowed.contains(&country));
        (!is_allowed).then_some(Reception::CountryNotAllowed)
    }
}
