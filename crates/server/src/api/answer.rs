//! What callers read.

use std::collections::BTreeMap;

use countersign_core::delivery;
use countersign_core::phone::PhoneNumber;
use countersign_core::verification::{self, VerificationView};
use serde::Serialize;
use utoipa::ToSchema;

use super::awaited::AwaitedMessage;
use super::time::Time;
use super::words::{
    AnyPurpose, Channel, CheckStatus, MessageStatus, Method, Mode, Outcome, Status,
};

/// A verification: one attempt to prove one phone for one purpose.
#[derive(Serialize, ToSchema)]
pub(crate) struct Verification<'a> {
    #[schema(example = "ver_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    id: String,
    status: Status,
    /// `test` when it was made with a test key: nothing is sent, and only test keys see it.
    mode: Mode,
    method: Method,
    /// The number in E.164 form; `null` until a message tells it.
    #[schema(required = true, example = "+4915112345678")]
    phone: Option<&'a str>,
    /// Where the next message goes.
    channel: Channel,
    purpose: AnyPurpose,
    /// The language that was asked for.
    #[schema(required = true, example = "es-MX")]
    locale: Option<&'a str>,
    /// Your own name for it.
    #[schema(required = true, example = "user_4711")]
    reference: Option<&'a str>,
    /// Your own notes.
    metadata: &'a BTreeMap<String, String>,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
    created_at: Time,
    /// From then on the code counts no more.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:35:00.000Z")]
    expires_at: Time,
    /// Before then it cannot be sent again.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:31:00.000Z")]
    resend_at: Time,
    /// Wrong codes that it still allows.
    #[schema(example = 3)]
    attempts_left: u8,
    /// The code, for a test key and while it counts: nobody was sent it. `null` for a live key,
    /// always.
    #[schema(required = true, example = "402917")]
    test_code: Option<&'a str>,
    /// The page where the person can type the code. Whoever has it may try, so it is `null` for a
    /// key without `verifications:write`; and until the server is told its public address.
    #[schema(required = true, example = "https://verify.example/v/v06f9…?k=…")]
    url: Option<String>,
    /// When it stopped being pending.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
    /// It was canceled because newer ones took its place.
    superseded: bool,
    /// Its messages, the first first.
    messages: Vec<Message>,
    /// The message that the person sends, with the method `message`.
    #[schema(required = true)]
    message: Option<AwaitedMessage>,
}

/// A message that was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    /// Its place among the messages, from 1.
    #[schema(example = 1)]
    number: u8,
    /// `code` and `confirmation` carry a code; anything else answers what somebody wrote.
    #[schema(value_type = String, example = "code")]
    kind: &'static str,
    channel: Channel,
    status: MessageStatus,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
    created_at: Time,
    /// The provider took it.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    accepted_at: Option<Time>,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    sent_at: Option<Time>,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Time>,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    read_at: Option<Time>,
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    failed_at: Option<Time>,
    /// The provider's own code of the last failure.
    #[schema(required = true)]
    error_code: Option<i64>,
    /// The provider's answer was lost and it was sent again: the same code may arrive twice.
    possible_duplicate: bool,
    /// The account that took it, by its name in the settings.
    #[schema(required = true, example = "whatsapp")]
    account: Option<String>,
    #[schema(required = true)]
    price: Option<Price>,
}

/// How the provider counts a message, in the provider's words.
#[derive(Serialize, ToSchema)]
pub(crate) struct Price {
    #[schema(required = true)]
    billable: Option<bool>,
    #[schema(required = true, example = "regular")]
    kind: Option<String>,
    #[schema(required = true, example = "authentication")]
    category: Option<String>,
    /// What it costs, where the provider says so: a decimal number.
    #[schema(required = true, example = "0.0075")]
    amount: Option<String>,
    #[schema(required = true, example = "USD")]
    currency: Option<String>,
}

/// Some verifications, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationList<'a> {
    pub(super) data: Vec<Verification<'a>>,
    /// Pass it as `cursor` to read on; `null` at the end.
    #[schema(required = true, example = "ver_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    pub(super) next_cursor: Option<String>,
}

/// The answer to a check.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checked {
    status: CheckStatus,
    outcome: Outcome,
    /// Wrong codes that it still allows.
    #[schema(example = 2)]
    attempts_left: u8,
}

impl<'a> Verification<'a> {
    /// `may_write` is whether the caller could send or approve with what is shown.
    pub(super) fn of(view: &'a VerificationView, url: Option<String>, may_write: bool) -> Self {
        let VerificationView { verification, phone, details, messages, now, .. } = view;
        let message = AwaitedMessage::of(view, may_write);
        let state = verification.state_at(*now);
        // One whose time is up has ended then, even while nobody has written that down.
        let ended_at = verification
            .ended_at
            .or_else(|| (state == verification::State::Expired).then_some(verification.expires_at));
        Self {
            id: verification.key.id.to_string(),
            status: state.into(),
            mode: Mode::of(verification.key.tenant),
            method: verification.method.into(),
            phone: phone.as_ref().map(PhoneNumber::e164),
            channel: verification.channel.into(),
            purpose: verification.purpose.into(),
            locale: verification.locale.as_deref(),
            reference: details.reference.as_deref(),
            metadata: &details.metadata,
            created_at: Time(verification.created_at),
            expires_at: Time(verification.expires_at),
            resend_at: Time(verification.resend_at),
            attempts_left: verification.attempts_left(*now),
            test_code: view.test_code.as_ref().map(|code| code.reveal().expose().as_str()),
            url,
            ended_at: ended_at.map(Time),
            superseded: verification.is_superseded,
            messages: messages.iter().map(Message::from).collect(),
            message,
        }
    }
}

impl From<&delivery::Message> for Message {
    fn from(message: &delivery::Message) -> Self {
        let receipts = &message.receipts;
        Self {
            number: message.key.number,
            kind: message.kind.as_str(),
            channel: message.channel.into(),
            status: message.status().into(),
            created_at: Time(message.created_at),
            accepted_at: message.accepted_at.map(Time),
            sent_at: receipts.sent_at.map(Time),
            delivered_at: receipts.delivered_at.map(Time),
            read_at: receipts.read_at.map(Time),
            failed_at: receipts.failed_at.map(Time),
            error_code: receipts.error,
            possible_duplicate: message.possible_duplicate,
            account: message.account.clone(),
            price: receipts.price.as_ref().map(Price::from),
        }
    }
}

impl From<&delivery::Price> for Price {
    fn from(price: &delivery::Price) -> Self {
        let delivery::Price { billable, kind, category, micros, currency } = price.clone();
        Self { billable, kind, category, amount: micros.map(decimal), currency }
    }
}

impl From<verification::Checked> for Checked {
    fn from(checked: verification::Checked) -> Self {
        Self {
            status: CheckStatus::of(checked.finding, checked.state),
            outcome: checked.finding.into(),
            attempts_left: checked.attempts_left,
        }
    }
}

/// Millionths as a decimal number without needless zeros.
pub(super) fn decimal(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let fraction = format!("{:06}", micros % 1_000_000);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{}", micros / 1_000_000),
        fraction => format!("{sign}{}.{fraction}", micros / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn millionths_are_written_as_decimals() {
        for (micros, text) in
            [(0, "0"), (7_500, "0.0075"), (1_000_000, "1"), (-12_340_000, "-12.34")]
        {
            assert_eq!(decimal(micros), text);
        }
    }
}
