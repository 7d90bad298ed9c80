//! What Twilio tells us by itself: what became of our messages, and messages that people write.
//!
//! Each webhook is about one message. Nothing in it says when it happened, so that the time is when
//! it came; the earliest of several is what is kept.

use countersign_core::delivery::{
    Channel, Form as MessageForm, InboundMessage, InboundSender, MessageKey, Notice, Price,
    RawWebhook, Receipt, ReceiptKind, Received, Rejected, StatusNotice,
};
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use countersign_core::wording::Wish;

use super::account::{Account, Sender, WHATSAPP, sms_number, whatsapp_number};
use super::form::Form;
use super::{errors, price, signature};
use crate::http::BaseUrl;

const LONGEST_ID: usize = 64;
/// Letters of a user id: a country, perhaps `ENT`, and up to 128 more.
const LONGEST_USER_ID: usize = 160;

/// What the word of a status comes to.
enum Status {
    Receipt(ReceiptKind),
    /// It is on its way.
    Underway,
    /// Somebody wrote it to us.
    Inbound,
}

pub(super) fn receive(
    accounts: &[Account],
    account: &Account,
    public_url: &BaseUrl,
    webhook: &RawWebhook<'_>,
    now: Timestamp,
) -> Result<Received, Rejected> {
    signature::verify(webhook, public_url, &account.tokens)?;
    let form = Form::parse(webhook.body);
    // Accounts may share a token; what is about another one is that one's.
    if form.get("AccountSid").is_some_and(|sid| sid != &*account.sid) {
        return Err(Rejected::Signature);
    }
    let reader = Reader { accounts, account, form: &form, target: webhook.target, now };
    Ok(reader.read())
}

struct Reader<'a> {
    accounts: &'a [Account],
    account: &'a Account,
    form: &'a Form<'a>,
    target: &'a str,
    now: Timestamp,
}

impl Reader<'_> {
    fn read(&self) -> Received {
        let nothing = Received::default();
        let unread = Received { unread: 1, ..Received::default() };
        if self.form.get("AccountSid") != Some(&*self.account.sid) {
            return unread;
        }
        match self.word().and_then(status) {
            Some(Status::Receipt(kind)) => Received {
                notices: vec![self.receipt(kind)],
                unread: 0,
                newest: self.form.get("RawDlrDoneDate").and_then(carrier_time),
            },
            Some(Status::Underway) => nothing,
            Some(Status::Inbound) => self
                .inbound()
                .map_or(unread, |notice| Received { notices: vec![notice], ..Received::default() }),
            None => unread,
        }
    }

    fn word(&self) -> Option<&str> {
        self.form.get("MessageStatus").or_else(|| self.form.get("SmsStatus"))
    }

    fn receipt(&self, kind: ReceiptKind) -> Notice {
        let is_failure = kind == ReceiptKind::Failed;
        let error = self.form.get("ErrorCode").filter(|_| is_failure);
        let error = error.and_then(|code| code.parse().ok());
        let price = self.form.get("Price").and_then(price::micros).map(|micros| Price {
            micros: Some(micros),
            currency: self.form.get("PriceUnit").and_then(price::currency),
            ..Price::default()
        });
        let receipt = Receipt {
            kind,
            at: self.now,
            error,
            is_unreachable: error.is_some_and(errors::is_unreachable),
            is_opted_out: error == Some(errors::OPTED_OUT),
            price,
        };
        Notice::Status(StatusNotice { message: self.reference(), receipt })
    }

    /// The message that a status is about: it stands in the URL, which is signed.
    fn reference(&self) -> Option<MessageKey> {
        let (_, query) = self.target.split_once('?')?;
        let query = Form::parse(query.as_bytes());
        query.get("reference").and_then(MessageKey::from_reference)
    }

    /// `None` for what is no message between two phones, or has no name.
    fn inbound(&self) -> Option<Notice> {
        let form = self.form;
        let id = form.get("MessageSid").or_else(|| form.get("SmsSid"))?;
        let id = Some(id).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)?;
        let (from, to) = (form.get("From")?, form.get("To")?);
        let channel = channel_of(from).filter(|channel| channel_of(to) == Some(*channel))?;
        let message = InboundMessage {
            provider_id: id.to_owned(),
            channel,
            sent_at: self.now,
            sender: self.sender(channel, from),
            form: self.message_form(channel),
            is_forwarded: form.says("Forwarded") || form.says("FrequentlyForwarded"),
            text: self.text().map(Secret::from),
            cards: Vec::new(),
            wish: self.wish(),
        };
        Some(if self.is_ours(channel, to) {
            Notice::Message(message)
        } else {
            Notice::Foreign { phone_number_id: to.to_owned(), message: Some(message) }
        })
    }

    /// Several integrations may share an account. Whichever is asked first speaks for all of them,
    /// because the same bytes are not looked at twice.
    fn is_ours(&self, channel: Channel, to: &str) -> bool {
        let mut same = self.accounts.iter().filter(|account| account.sid == self.account.sid);
        same.any(|account| match account.sender(channel) {
            Some(Sender::From(number)) => number == to,
            // It has numbers that nobody named.
            Some(Sender::Service(_)) => true,
            None => false,
        })
    }

    fn sender(&self, channel: Channel, from: &str) -> Option<InboundSender> {
        let Some(from) = from.strip_prefix(WHATSAPP).filter(|_| channel == Channel::WhatsApp)
        else {
            // A short code or a name wants nothing from us.
            let wa_id = sms_number(from)?;
            return Some(InboundSender { wa_id: Some(wa_id), ..InboundSender::default() });
        };
        let user_id = |name| self.form.get(name).filter(|id| is_user_id(id)).map(Secret::from);
        let shown = Some(from).filter(|from| is_user_id(from)).map(Secret::from);
        let wa_id = self.form.get("From").and_then(whatsapp_number);
        let sender = InboundSender {
            wa_id,
            user_id: shown.or_else(|| user_id("ExternalUserId")),
            parent_user_id: user_id("ParentExternalUserId"),
            identity: None,
        };
        (sender.wa_id.is_some() || sender.user_id.is_some()).then_some(sender)
    }

    /// What Twilio took it for, where it knows words of its own.
    fn wish(&self) -> Option<Wish> {
        match self.form.get("OptOutType")? {
            "STOP" => Some(Wish::Stop),
            "START" => Some(Wish::Start),
            _ => None,
        }
    }

    fn message_form(&self, channel: Channel) -> MessageForm {
        let has_more = self.form.get("NumMedia").is_some_and(|count| count != "0")
            || self.form.says("ButtonText")
            || self.form.says("ButtonPayload");
        match self.form.get("MessageType") {
            Some("text") if !has_more => MessageForm::Plain,
            None if !has_more && channel == Channel::Sms => MessageForm::Plain,
            Some(_) | None => MessageForm::Other,
        }
    }

    fn text(&self) -> Option<&str> {
        let texts = ["Body", "ButtonText"].map(|name| self.form.get(name));
        texts.into_iter().flatten().find(|text| !text.is_empty())
    }
}

/// By which a message came that names this address. RCS and others are none of ours.
fn channel_of(address: &str) -> Option<Channel> {
    if address.starts_with(WHATSAPP) {
        return Some(Channel::WhatsApp);
    }
    (!address.contains(':')).then_some(Channel::Sms)
}

fn status(word: &str) -> Option<Status> {
    Some(match word {
        "sent" => Status::Receipt(ReceiptKind::Sent),
        "delivered" => Status::Receipt(ReceiptKind::Delivered),
        "read" => Status::Receipt(ReceiptKind::Read),
        "failed" | "undelivered" | "canceled" => Status::Receipt(ReceiptKind::Failed),
        "accepted" | "scheduled" | "queued" | "sending" | "partially_delivered" => Status::Underway,
        "received" => Status::Inbound,
        _ => return None,
    })
}

/// A country and a dot, perhaps `ENT` and a dot, then letters and digits: never a number.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else { return false };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && !rest.is_empty()
        && text.len() <= LONGEST_USER_ID
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// When a carrier says that it was done: `YYMMDDhhmm`, in a zone that it does not name. Good enough
/// to file a webhook where its repetition will be looked for, and for nothing else.
fn carrier_time(text: &str) -> Option<Timestamp> {
    let is_time = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let two = |from: usize| text.get(from..from + 2);
    let [year, month, day, hour, minute] = [two(0)?, two(2)?, two(4)?, two(6)?, two(8)?];
    Timestamp::parse(&format!("20{year}-{month}-{day}T{hour}:{minute}:00Z")).filter(|_| is_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_s_time_is_read_strictly() {
        let expected = Timestamp::parse("2026-10-06T15:20:00Z");

        assert_eq!(carrier_time("2610061520"), expected);
        for text in ["", "261006152", "26100615200", "2613061520", "26-1006152", "２６１００６"]
        {
            assert_eq!(carrier_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_user_id_is_never_a_number() {
        for (text, is_one) in [
            ("US.13491208655302741918", true),
            ("US.ENT.11815799212886844830", true),
            ("+5511987654321", false),
            ("5511987654321", false),
            ("us.1", false),
            ("US.", false),
            ("US.ENT.", false),
            ("US.a b", false),
        ] {
            assert_eq!(is_user_id(text), is_one, "{text}");
        }
    }
}
