//! A message that a person wrote, from Meta's words into ours.

use std::borrow::Cow;

use countersign_core::delivery::{Card, Channel, Form, InboundMessage, InboundSender};
use countersign_core::phone::WaId;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use serde_json::value::RawValue;

use super::update::{
    Body, Button, Caption, Context, Edit, Message, Person, SentContact, SentPhone, parse,
};

/// Letters of a user id: a country, perhaps `ENT`, and up to 128 more.
const LONGEST_USER_ID: usize = 160;
/// Whoever sends more contacts than that answers no question.
const MOST_CARDS: usize = 4;

pub(super) fn inbound(
    message: &Message<'_>,
    sent_at: Timestamp,
    people: &[Person<'_>],
) -> InboundMessage {
    let kind: Option<Cow<'_, str>> = parse(message.kind);
    let is_direct = message.group_id.is_none();
    let form = match kind.as_deref() {
        Some("text") if is_direct => Form::Plain,
        Some("contacts") if is_direct => Form::Contacts,
        Some(_) | None => Form::Other,
    };
    InboundMessage {
        provider_id: message.id.clone().into_owned(),
        channel: Channel::WhatsApp,
        sent_at,
        sender: sender(message, people),
        form,
        is_forwarded: is_forwarded(message.context),
        text: text(message).map(Secret::new),
        cards: cards(message.contacts),
        wish: None,
    }
}

/// Those that a webhook tells more of.
pub(super) fn people<'a>(contacts: Option<&'a RawValue>) -> Vec<Person<'a>> {
    let people: Option<Vec<&'a RawValue>> = parse(contacts);
    people.unwrap_or_default().into_iter().filter_map(|person| parse(Some(person))).collect()
}

/// What a message says, wherever it says it: whoever put a code into a caption is told so.
fn text(message: &Message<'_>) -> Option<String> {
    if let Some(Body { body }) = parse(message.text) {
        return Some(body.into_owned());
    }
    let captions = [message.image, message.video, message.document];
    let caption = captions.into_iter().find_map(parse::<Caption<'_>>);
    if let Some(Caption { caption }) = caption {
        return Some(caption.into_owned());
    }
    if let Some(Button { text }) = parse(message.button) {
        return Some(text.into_owned());
    }
    let Edit { message } = parse(message.edit)?;
    Some(message.text.body.into_owned())
}

fn sender(message: &Message<'_>, people: &[Person<'_>]) -> Option<InboundSender> {
    let word = |raw| parse::<Cow<'_, str>>(raw);
    let id = |raw| word(raw).filter(|id| is_user_id(id)).map(Cow::into_owned);
    let wa_id = word(message.from).and_then(|from| WaId::parse(&from));
    let (user_id, parent) = (id(message.from_user_id), id(message.from_parent_user_id));
    if wa_id.is_none() && user_id.is_none() {
        return None;
    }
    let identity = identity(people, wa_id.as_ref(), user_id.as_deref());
    Some(InboundSender {
        wa_id,
        user_id: user_id.map(Secret::new),
        parent_user_id: parent.map(Secret::new),
        identity: identity.map(Secret::new),
    })
}

/// Whatever cannot be read counts as forwarded: it must not pass for what somebody wrote.
fn is_forwarded(context: Option<&RawValue>) -> bool {
    let Some(raw) = context.filter(|raw| raw.get() != "null") else { return false };
    let Some(Context { forwarded, frequently_forwarded }) = parse(Some(raw)) else { return true };
    let says_so =
        |flag: Option<&RawValue>| flag.is_some_and(|flag| !matches!(flag.get(), "false" | "null"));
    says_so(forwarded) || says_so(frequently_forwarded)
}

/// What the webhook says of the account behind the sender. Where it says two things, that is a
/// third, and so is what cannot be read: neither passes for the account that is known.
fn identity(people: &[Person<'_>], wa_id: Option<&WaId>, user_id: Option<&str>) -> Option<String> {
    let is_it = |person: &&Person<'_>| {
        let named = |raw: Option<&RawValue>| parse::<Cow<'_, str>>(raw);
        match wa_id {
            Some(wa_id) => named(person.wa_id).as_deref() == Some(wa_id.as_str()),
            None => user_id.is_some() && named(person.user_id).as_deref() == user_id,
        }
    };
    let of_sender = people.iter().filter(is_it).filter_map(|person| person.identity_key_hash);
    let mut hashes: Vec<&str> =
        of_sender.map(RawValue::get).filter(|hash| *hash != "null" && *hash != "\"\"").collect();
    hashes.sort_unstable();
    hashes.dedup();
    (!hashes.is_empty()).then(|| hashes.join(" "))
}

/// Two letters, a dot, and letters or digits: never digits alone, so that it is no number.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'.';
    text.len() <= LONGEST_USER_ID
        && country.len() == 2
        && country.bytes().all(|letter| letter.is_ascii_uppercase())
        && !rest.is_empty()
        && rest.bytes().all(is_letter)
}

fn cards(contacts: Option<&RawValue>) -> Vec<Card> {
    let contacts: Option<Vec<&RawValue>> = parse(contacts);
    let contacts = contacts.unwrap_or_default().into_iter().take(MOST_CARDS);
    contacts.map(card).collect()
}

fn card(raw: &RawValue) -> Card {
    let Some(SentContact { origin, phones }) = parse(Some(raw)) else {
        return Card { is_answer: false, wa_id: None };
    };
    let origin: Option<Cow<'_, str>> = parse(origin);
    let phones: Option<Vec<&RawValue>> = parse(phones);
    // With two numbers it does not say which is theirs.
    let wa_id = match phones.unwrap_or_default().as_slice() {
        [phone] => parse::<SentPhone<'_>>(Some(phone)).and_then(|phone| phone.wa_id),
        _ => None,
    };
    Card {
        is_answer: origin.as_deref() == Some("contact_request"),
        wa_id: wa_id.and_then(|wa_id| WaId::parse(&wa_id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn whatever_may_be_a_forward_is_one() {
        for (context, is_one) in [
            (r#"{"forwarded":true}"#, true),
            (r#"{"frequently_forwarded":true}"#, true),
            (r#"{"forwarded":true,"frequently_forwarded":null}"#, true),
            (r#"{"forwarded":"true"}"#, true),
            (r#"{"forwarded":true,"forwarded":false}"#, true),
            ("7", true),
            (r#"{"forwarded":false}"#, false),
            (r#"{"id":"wamid.A=","from":"15550100200"}"#, false),
            ("{}", false),
            ("null", false),
        ] {
            assert_eq!(is_forwarded(Some(&raw(context))), is_one, "{context}");
        }
        assert!(!is_forwarded(None));
    }

    #[test]
    fn an_identity_that_is_unclear_is_another() {
        let known = |contacts: &str| {
            let contacts = raw(contacts);
            let wa_id = WaId::parse("4915112345678");
            identity(&people(Some(&contacts)), wa_id.as_ref(), None)
        };
        let one = known(r#"[{"wa_id":"4915112345678","identity_key_hash":"AAA="}]"#);

        assert_eq!(one.as_deref(), Some("\"AAA=\""));
        for strange in [
            r#"[{"wa_id":"4915112345678","identity_key_hash":"BBB=","user_id":5}]"#,
            r#"[{"wa_id":"4915112345678","identity_key_hash":7}]"#,
            r#"[{"wa_id":"4915112345678","identity_key_hash":"AAA="},
                {"wa_id":"4915112345678","identity_key_hash":"BBB="}]"#,
        ] {
            let other = known(strange);
            assert!(other.is_some() && other != one, "{strange}");
        }
        for nothing in ["[]", r#"[{"wa_id":"1","identity_key_hash":"AAA="}]"#, "7"] {
            assert_eq!(known(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_user_id_is_never_a_number() {
        for (text, is_one) in [
            ("DE.7Qm2Vx90LkTz4RbY81", true),
            ("DE.ENT.0pLw83HsN2cQ", true),
            ("4915112345678", false),
            ("DE.", false),
            ("de.abc", false),
            ("DE.a b", false),
            ("", false),
        ] {
            assert_eq!(is_user_id(text), is_one, "{text}");
        }
    }
}
