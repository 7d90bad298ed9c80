//! What Meta tells us by itself: receipts of our messages, and messages that people write.
//!
//! A webhook carries up to a thousand updates, of all accounts that its app serves. Each is read
//! alone: one that is new to us, or broken, or another account's is counted and spoils no other.

use aws_lc_rs::{constant_time, digest};
use countersign_core::delivery::{
    Handshake, InboundMessage, MessageKey, Notice, Price, RawWebhook, Receipt, ReceiptKind,
    Received, Rejected, StatusNotice,
};
use countersign_core::tenants::Integration;
use countersign_core::time::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::errors::{OPTED_OUT, class};
use super::message::{inbound, people};
use super::signature;
use super::template_notice;
use super::update::{
    Change, Entry, Envelope, Failure, List, Message, Person, Pricing, Status, parse,
};
use super::wire::Whole;
use crate::class::Class;

const LONGEST_CHALLENGE: usize = 64;
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;
const LONGEST_WORD: usize = 64;

/// The answer to the question whether this address wants an account's webhooks.
pub(super) fn answer(integration: &Integration, handshake: &Handshake<'_>) -> Option<String> {
    let is_known = handshake.mode == Some("subscribe")
        && is_same(handshake.token?, integration.verify_token.expose());
    // It is repeated to whoever asks: nothing that a browser could take for a page.
    let challenge = handshake.challenge.filter(|challenge| {
        (1..=LONGEST_CHALLENGE).contains(&challenge.len())
            && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })?;
    is_known.then(|| challenge.to_owned())
}

pub(super) fn receive(
    integration: &Integration,
    webhook: &RawWebhook<'_>,
) -> Result<Received, Rejected> {
    signature::verify(webhook.signatures, webhook.body, &integration.app_secrets)?;
    Ok(read(integration, webhook.body))
}

/// Takes the same time wherever the two differ, and whatever their lengths.
fn is_same(presented: &str, token: &str) -> bool {
    let digest = |text: &str| digest::digest(&digest::SHA256, text.as_bytes());
    let (presented, expected) = (digest(presented), digest(token));
    let is_equal =
        constant_time::verify_slices_are_equal(presented.as_ref(), expected.as_ref()).is_ok();
    is_equal && !token.trim().is_empty()
}

fn read(integration: &Integration, body: &[u8]) -> Received {
    let mut reader = Reader { integration, received: Received::default() };
    match str::from_utf8(body) {
        Ok(text) => reader.envelope(text),
        Err(_) => reader.received.unread += 1,
    }
    reader.received
}

/// The account that an update is about, and when it was told.
type Origin<'a> = (Option<&'a RawValue>, Option<&'a RawValue>);

struct Reader<'a> {
    integration: &'a Integration,
    received: Received,
}

impl Reader<'_> {
    fn envelope(&mut self, text: &str) {
        // Nearly always all of it has the shape we know, and is read at one go.
        match serde_json::from_str::<Envelope<Entry<'_, Change<'_, List<'_>>>>>(text) {
            Ok(envelope) => {
                for Entry { id, time, changes } in envelope.entry {
                    for change in changes {
                        self.change((id, time), change);
                    }
                }
            }
            Err(_) => self.pieces(text),
        }
    }

    /// Something in it has a shape that we do not know: takes it apart to find what has not.
    fn pieces(&mut self, text: &str) {
        let Some(envelope) = self.piece::<Envelope<&RawValue>>(text) else { return };
        for entry in envelope.entry {
            let Some(entry) = self.piece::<Entry<'_, &RawValue>>(entry.get()) else { continue };
            let Entry { id, time, changes } = entry;
            for change in changes {
                if let Some(change) = self.piece::<Change<'_, &RawValue>>(change.get()) {
                    let change = change.map(|raw| self.piece(raw.get()).unwrap_or_default());
                    self.change((id, time), change);
                }
            }
        }
    }

    fn change(&mut self, (account, time): Origin<'_>, change: Change<'_, List<'_>>) {
        let value = change.value;
        if template_notice::is_about(&change.field) {
            if let Some(seconds) = parse(time) {
                self.time(seconds);
            }
            let ours = self.integration.business_account.as_deref();
            let template = value.template();
            return self.note(template_notice::read(ours, account, &change.field, &template));
        }
        let has_updates = value.messages.is_some() || value.statuses.is_some();
        if change.field != "messages" || !has_updates {
            self.received.unread += 1;
            return;
        }
        let Some(phone_number_id) = value.phone_number_id().map(str::to_owned) else {
            let parts = value.statuses.iter().chain(&value.messages).map(Vec::len);
            self.received.unread += parts.sum::<usize>();
            return;
        };
        let is_ours = phone_number_id == self.integration.phone_number_id;
        let foreign =
            |message| Notice::Foreign { phone_number_id: phone_number_id.clone(), message };
        for status in value.statuses.unwrap_or_default() {
            let notice = self.status(status.get());
            let notice = if is_ours { notice } else { notice.map(|_| foreign(None)) };
            self.note(notice);
        }
        let people = people(value.contacts);
        for message in value.messages.unwrap_or_default() {
            let message = self.message(message.get(), &people);
            let is_known = message.is_some();
            let notice = match message {
                Some(message) if is_ours => Some(Notice::Message(message)),
                message => is_known.then(|| foreign(message)),
            };
            self.note(notice);
        }
    }

    fn note(&mut self, notice: Option<Notice>) {
        match notice {
            Some(notice) => self.received.notices.push(notice),
            None => self.received.unread += 1,
        }
    }

    fn status(&mut self, raw: &str) -> Option<Notice> {
        let status: Status<'_> = serde_json::from_str(raw).ok()?;
        let at = self.time(status.timestamp)?;
        let kind = kind(&status.word)?;
        let reference: Option<String> = parse(status.biz_opaque_callback_data);
        let message = reference.and_then(|reference| MessageKey::from_reference(&reference));
        let failures: Option<List<'_>> =
            parse(status.errors).filter(|_| kind == ReceiptKind::Failed);
        let failure: Option<Failure> = parse(failures.and_then(|list| list.first().copied()));
        let error = failure.map(|failure| failure.code.0);
        let is_opted_out = error == Some(OPTED_OUT);
        let is_unreachable =
            !is_opted_out && error.is_some_and(|code| class(code, None) == Class::Recipient);
        let price = parse(status.pricing).and_then(|pricing| price(&pricing));
        let receipt = Receipt { kind, at, error, is_unreachable, is_opted_out, price };
        Some(Notice::Status(StatusNotice { message, receipt }))
    }

    fn message(&mut self, raw: &str, people: &[Person<'_>]) -> Option<InboundMessage> {
        let message: Message<'_> = serde_json::from_str(raw).ok()?;
        let sent_at = self.time(message.timestamp)?;
        if message.id.is_empty() {
            return None;
        }
        Some(inbound(&message, sent_at, people))
    }

    /// Every time that can be read is looked at, so that all who share a webhook file it alike.
    fn time(&mut self, seconds: Whole) -> Option<Timestamp> {
        let seconds = Some(seconds.0).filter(|seconds| (0..=LAST_SECOND).contains(seconds))?;
        let time = Timestamp::from_seconds(seconds);
        self.received.newest = self.received.newest.max(Some(time));
        Some(time)
    }

    fn piece<'b, T: Deserialize<'b>>(&mut self, text: &'b str) -> Option<T> {
        let piece = serde_json::from_str(text).ok();
        self.received.unread += usize::from(piece.is_none());
        piece
    }
}

fn kind(word: &str) -> Option<ReceiptKind> {
    match word {
        "sent" => Some(ReceiptKind::Sent),
        "delivered" => Some(ReceiptKind::Delivered),
        "read" => Some(ReceiptKind::Read),
        "failed" => Some(ReceiptKind::Failed),
        _ => None,
    }
}

fn price(pricing: &Pricing<'_>) -> Option<Price> {
    let word = |raw| parse::<String>(raw).filter(|word| word.len() <= LONGEST_WORD);
    let price = Price {
        billable: parse(pricing.billable),
        kind: word(pricing.kind),
        // Meta spells some with a hyphen here and an underscore there.
        category: word(pricing.category).map(|category| category.replace('-', "_")),
        micros: None,
        currency: None,
    };
    (price != Price::default()).then_some(price)
}
