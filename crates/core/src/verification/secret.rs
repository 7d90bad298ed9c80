//! What a verification is proved with when it begins: a code that is sent, or a token that is
//! waited for.

use super::{Challenge, Code, Method, StartRequest, Token, TokenKey, Verification, Verifications};
use crate::id::TenantId;
use crate::keyring::Keyring;
use crate::phone::PhoneNumber;

/// Digits of a message by which an earlier system knows a phone.
const DIGITS: u8 = 6;

impl Verifications {
    /// Gives a draft its code, or what its message has to say.
    pub(super) fn challenge(
        &self,
        mut verification: Verification,
        number: Option<&PhoneNumber>,
        request: &StartRequest,
    ) -> (Verification, Option<Box<Challenge>>) {
        let (keyring, entropy) = (&self.parts.keyring, &*self.parts.entropy);
        if request.method == Method::Code {
            let digits = self.parts.policy.code.digits_for(request.purpose.is_sign_in());
            let code = self
                .fixed_code(verification.key.tenant, number)
                .and_then(|digits| Code::parse(digits.expose()).ok())
                .unwrap_or_else(|| Code::generate(digits, entropy));
            verification.code = Some(code.hold(&verification.place(), keyring));
            return (verification, None);
        }
        let is_bound = verification.sealed_phone.is_some();
        if request.by_digits && is_bound {
            // They are looked for among the sender's own, so they need not be many.
            let code = Code::generate(DIGITS, entropy);
            verification.code = Some(code.hold(&verification.place(), keyring));
            let token = Token::from_trusted(code.reveal().expose().clone());
            let challenge = Challenge::new(verification.key, &token, keyring);
            return (verification, Some(Box::new(challenge)));
        }
        let token = if is_bound { Token::short(entropy) } else { Token::long(entropy) };
        let mut challenge = Challenge::new(verification.key, &token, keyring);
        challenge.token = Some(token_key(keyring, verification.key.tenant, &token));
        challenge.is_bound = is_bound;
        let needs_confirmation = request.purpose.is_sign_in() || !is_bound;
        challenge.needs_confirmation = request.confirm.unwrap_or(needs_confirmation);
        (verification, Some(Box::new(challenge)))
    }
}

/// Under what a token is found, within one tenant.
pub(crate) fn token_key(keyring: &Keyring, tenant: TenantId, token: &Token) -> TokenKey {
    let text = token.reveal().expose().as_bytes();
    TokenKey { tenant, digest: keyring.index(&[b"token", tenant.as_bytes(), text]) }
}
