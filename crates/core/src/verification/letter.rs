//! What a message of a verification says, and to whom.

use super::{Details, Verification, address_context, asked_for, open_phone};
use crate::channel::Channel;
use crate::delivery::{Content, MessageKind, Recipient, Reply};
use crate::keyring::{Keyring, Sealed};
use crate::phone::WaId;
use crate::secret::Secret;
use crate::tenants::Brand;
use crate::wording::{Wording, with_last_line};

/// A message before it is written.
pub struct Letter<'a> {
    pub verification: &'a Verification,
    /// How the tenant presents itself.
    pub brand: &'a Brand,
    /// Where the code is typed, for browsers that fill it in.
    pub host: Option<&'a str>,
    pub keyring: &'a Keyring,
}

impl Letter<'_> {
    /// `language` is the one of the template; `None` for what cannot be said any more.
    pub fn content(&self, kind: MessageKind, channel: Channel, language: &str) -> Option<Content> {
        match kind {
            MessageKind::Code => {
                let code = self.code()?;
                let text = self.text_of(&code, channel);
                Some(Content::Code { code, language: language.to_owned(), text })
            }
            MessageKind::Confirm => self.confirmation().map(Content::Text),
            MessageKind::Reply(reply) => Some(self.reply(reply)),
        }
    }

    /// Whoever is named, sealed, with the message; else the phone of the verification.
    pub fn recipient(&self, named: Option<&Sealed>) -> Option<Recipient> {
        let Some(sealed) = named else {
            return open_phone(self.verification, self.keyring).map(Recipient::Phone);
        };
        let context = address_context(self.verification.key);
        let plain = self.keyring.open_sealed(&context, sealed)?;
        let text = String::from_utf8(plain).ok()?;
        // A user id begins with the letters of a country.
        Some(match WaId::parse(&text) {
            Some(wa_id) => Recipient::Sender(wa_id),
            None => Recipient::User(Secret::new(text)),
        })
    }

    fn wording(&self) -> &'static Wording {
        Wording::of(self.verification.locale.as_deref())
    }

    fn name(&self) -> &str {
        self.brand.name_in_messages(self.host)
    }

    fn code(&self) -> Option<Secret<String>> {
        let held = self.verification.code.as_ref()?;
        let code = held.open(&self.verification.place(), self.keyring)?;
        Some(code.reveal().clone())
    }

    /// What stands in the place of a template: in the tenant's words, or in ours. WhatsApp without
    /// a template says the same, for people know the sender by these words.
    fn text_of(&self, code: &Secret<String>, channel: Channel) -> Secret<String> {
        let (digits, name) = (code.expose().as_str(), self.name());
        let locale = self.verification.locale.as_deref();
        let own = self.brand.sms_wording.text_for(locale).map(|own| own.fill(digits, name));
        let text = own.unwrap_or_else(|| {
            let key = if self.brand.is_named() { "chat.code" } else { "chat.code_plain" };
            self.wording().text(key, &[("code", digits), ("name", name)])
        });
        let host = self.host.filter(|_| channel == Channel::Sms);
        Secret::new(with_last_line(text, host, digits))
    }

    /// The code that answers a message, with whatever lets its reader notice that somebody else
    /// asked for it.
    fn confirmation(&self) -> Option<Secret<String>> {
        let (code, wording) = (self.code()?, self.wording());
        let fillings = [("code", code.expose().as_str()), ("name", self.name())];
        let mut text = wording.text("chat.confirm", &fillings);
        let details = self.verification.details.as_ref().and_then(|sealed| {
            let key = self.verification.key;
            Details::open(sealed, key.tenant, key.id, self.keyring)
        });
        let details = details.unwrap_or_default();
        let (browser, place) = (details.user_agent.as_deref(), details.place.as_deref());
        let not_you = Some(wording.text("chat.not_you", &[]));
        for more in [asked_for(wording, browser, place), not_you].into_iter().flatten() {
            text.push(' ');
            text.push_str(&more);
        }
        Some(Secret::new(text))
    }

    fn reply(&self, reply: Reply) -> Content {
        let text = Secret::new(self.wording().text(reply.text(), &[("name", self.name())]));
        match reply {
            Reply::ContactRequest | Reply::ContactRefused => Content::ContactRequest(text),
            Reply::Verified
            | Reply::WrongNumber
            | Reply::Forwarded
            | Reply::NotText
            | Reply::MissingToken
            | Reply::Late
            | Reply::AlreadyUsed
            | Reply::Denied => Content::Text(text),
        }
    }
}
