//! People who write, and what is awaited of them.

use crate::channel::Channel;
use crate::ledger::Written;
use crate::phone::{PhoneNumber, WaId};
use crate::secret::Secret;
use crate::testing::contract::World;
use crate::verification::{
    CONFIRMATION_DIGITS, Challenge, Code, Heard, Line, Method, NumberKey, PhoneKey, Purpose,
    Reception, Sender, SenderAddress, Token, TokenKey, Verification, VerificationKey, seal_phone,
    token_key,
};

pub(super) const PHONE: &str = "+4915112345678";
pub(super) const OTHER: &str = "+33612345678";

/// A verification by message, and what its message has to say.
pub(super) struct Awaited {
    pub(super) key: VerificationKey,
    pub(super) token: TokenKey,
}

pub(super) fn line(phone: &str, page: PhoneKey) -> Line {
    let number = PhoneNumber::from_trusted(phone).expect("it is a number");
    // Apart from those of other tests, and from each other.
    let mut key = page.0;
    key[15] ^= phone.as_bytes()[phone.len() - 1] ^ phone.as_bytes()[2];
    let (limits, key) = (PhoneKey(key), NumberKey(key));
    Line { number, limits, key, refusal: None }
}

/// Whoever has this phone.
pub(super) fn sender(line: &Line) -> Sender {
    let wa_id = WaId::from(&line.number);
    Sender {
        record: line.limits,
        address: SenderAddress { wa_id: Some(wa_id), ..SenderAddress::default() },
        line: Some(line.clone()),
        asked: None,
        identity: None,
    }
}

/// Somebody who shows no number.
pub(super) fn hidden(world: &World<'_>, page: PhoneKey) -> Sender {
    let mut digest = page.0;
    digest[0] ^= 0xff;
    let user_id = Some(Secret::new("DE.7Qm2Vx90LkTz4RbY81".to_owned()));
    Sender {
        record: PhoneKey(digest),
        address: SenderAddress { user_id, ..SenderAddress::default() },
        line: None,
        asked: Some(TokenKey { tenant: world.tenant, digest }),
        identity: None,
    }
}

pub(super) fn heard(world: &World<'_>, sender: Sender, tokens: Vec<TokenKey>) -> Heard {
    Heard {
        sender,
        channel: Channel::WhatsApp,
        sent_at: world.now(),
        is_plain: true,
        is_forwarded: false,
        is_marked: !tokens.is_empty(),
        tokens,
        codes: Vec::new(),
        is_refusal: false,
        wish: None,
        contact: None,
        spare: Code::parse("4829135670").expect("ten digits"),
    }
}

pub(super) async fn hear(world: &World<'_>, heard: Heard) -> Reception {
    let written = Written { heard: Some(heard), ..world.inbound() };
    let outcome = world.ingest(world.webhook(), Vec::new(), vec![written]).await;
    outcome.messages[0]
}

pub(super) fn bound(world: &World<'_>, line: &Line, purpose: Purpose) -> Verification {
    let verification = unbound(world, purpose);
    let VerificationKey { tenant, id } = verification.key;
    Verification {
        phone: line.limits,
        number: line.key,
        sealed_phone: Some(seal_phone(tenant, id, &line.number, &world.keyring)),
        ..verification
    }
}

pub(super) fn unbound(world: &World<'_>, purpose: Purpose) -> Verification {
    let verification = world.verification();
    Verification {
        method: Method::Message,
        purpose,
        sealed_phone: None,
        code: None,
        sends: Vec::new(),
        ..verification
    }
}

pub(super) async fn await_message(world: &World<'_>, verification: Verification) -> Awaited {
    let key = verification.key;
    let token = Token::long(&world.entropy);
    let token_key = token_key(&world.keyring, key.tenant, &token);
    let challenge = Challenge {
        token: Some(token_key),
        is_bound: verification.sealed_phone.is_some(),
        needs_confirmation: verification.purpose.is_sign_in(),
        ..Challenge::new(key, &token, &world.keyring)
    };
    world.start_by_message(verification, challenge).await;
    Awaited { key, token: token_key }
}

/// The code that a message was answered with.
pub(super) fn answer() -> Code {
    Code::parse("4829135670").expect("ten digits").shortened(CONFIRMATION_DIGITS)
}
