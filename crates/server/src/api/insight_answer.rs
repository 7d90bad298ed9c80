//! What callers read of the counts.

use std::collections::BTreeMap;

use countersign_core::insights::{
    Dimension, Durations, MessageCounts, MessageGroup, Report, VerificationCounts,
    VerificationGroup,
};
use countersign_core::phone::Country;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::decimal;
use super::time::Time;
use super::words::{Channel, Method};

/// Codes of errors that are named for each group.
const MOST_ERRORS: usize = 10;

/// Counts of a span, and of what.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "after": "2026-11-14T00:00:00.000Z",
    "before": "2026-11-21T00:00:00.000Z",
    "totals": {
        "verifications": {
            "started": 1_240, "approved": 1_108, "conversion": 0.9001, "pending": 9,
            "expired": 90, "exhausted": 12, "canceled": 14, "undeliverable": 7, "fell_back": 31,
            "seconds_to_approval": { "count": 1_108, "p50": 10, "p95": 60 },
        },
        "messages": {
            "sent": 1_271, "accepted": 1_267, "delivered": 1_232, "read": 1_020, "failed": 26,
            "possible_duplicates": 2, "billable": 1_232,
            "seconds_to_accepted": { "count": 1_267, "p50": 1, "p95": 2 },
            "seconds_to_delivered": { "count": 1_232, "p50": 2, "p95": 10 },
            "seconds_to_read": { "count": 1_020, "p50": 10, "p95": 60 },
            "cost": [{ "currency": "USD", "amount": "2.3095" }],
            "errors": [{ "code": 131_026, "count": 25 }, { "code": 30_003, "count": 1 }],
        },
    },
    "verifications": [
        {
            "country": "DE", "channel": "whatsapp", "method": "code",
            "started": 1_209, "approved": 1_081, "conversion": 0.9008, "pending": 9,
            "expired": 88, "exhausted": 12, "canceled": 14, "undeliverable": 5, "fell_back": 0,
            "seconds_to_approval": { "count": 1_081, "p50": 10, "p95": 60 },
        },
        {
            "country": "DE", "channel": "sms", "method": "code",
            "started": 31, "approved": 27, "conversion": 0.871, "pending": 0,
            "expired": 2, "exhausted": 0, "canceled": 0, "undeliverable": 2, "fell_back": 31,
            "seconds_to_approval": { "count": 27, "p50": 60, "p95": 120 },
        },
    ],
    "messages": [
        {
            "country": "DE", "channel": "whatsapp", "account": "whatsapp",
            "sent": 1_240, "accepted": 1_236, "delivered": 1_202, "read": 1_020, "failed": 25,
            "possible_duplicates": 2, "billable": 1_201,
            "seconds_to_accepted": { "count": 1_236, "p50": 1, "p95": 2 },
            "seconds_to_delivered": { "count": 1_202, "p50": 2, "p95": 10 },
            "seconds_to_read": { "count": 1_020, "p50": 10, "p95": 60 },
            "cost": [],
            "errors": [{ "code": 131_026, "count": 25 }],
        },
        {
            "country": "DE", "channel": "sms", "account": "twilio",
            "sent": 31, "accepted": 31, "delivered": 30, "read": 0, "failed": 1,
            "possible_duplicates": 0, "billable": 31,
            "seconds_to_accepted": { "count": 31, "p50": 1, "p95": 2 },
            "seconds_to_delivered": { "count": 30, "p50": 5, "p95": 20 },
            "seconds_to_read": { "count": 0, "p50": null, "p95": null },
            "cost": [{ "currency": "USD", "amount": "2.3095" }],
            "errors": [{ "code": 30_003, "count": 1 }],
        },
    ],
}))]
pub(super) struct Insights {
    /// What is counted began at this time or later.
    #[schema(value_type = String, format = DateTime, example = "2026-11-14T00:00:00.000Z")]
    after: Time,
    /// It began earlier than this time.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T00:00:00.000Z")]
    before: Time,
    totals: Totals,
    /// Verifications by country, channel and method, those of the most first.
    verifications: Vec<VerificationInsight>,
    /// Messages by country, channel and account, those of the most first.
    messages: Vec<MessageInsight>,
}

/// Everything together, not told apart by anything.
#[derive(Serialize, ToSchema)]
#[schema(as = InsightTotals)]
struct Totals {
    verifications: VerificationInsight,
    messages: MessageInsight,
}

/// What became of verifications.
#[derive(Serialize, ToSchema)]
struct VerificationInsight {
    /// Of the number: two letters of ISO 3166; `null` where it has none or is not known yet. Left
    /// out where countries are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "DE")]
    country: Option<Named>,
    /// The channel that the code went by last. Left out where channels are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// Left out where methods are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[schema(example = 1_240)]
    started: u64,
    #[schema(example = 1_108)]
    approved: u64,
    /// The share of those that are not pending which were approved, from 0 to 1; `null` while all
    /// are pending.
    #[schema(required = true, example = 0.9001, minimum = 0, maximum = 1)]
    conversion: Option<f64>,
    #[schema(example = 9)]
    pending: u64,
    #[schema(example = 90)]
    expired: u64,
    #[schema(example = 12)]
    exhausted: u64,
    /// Those that newer ones took the place of are among them.
    #[schema(example = 14)]
    canceled: u64,
    #[schema(example = 7)]
    undeliverable: u64,
    /// Their code went by another channel too, because one did not bring it.
    #[schema(example = 31)]
    fell_back: u64,
    /// From the start to the approval.
    seconds_to_approval: Seconds,
}

/// What became of messages.
#[derive(Serialize, ToSchema)]
struct MessageInsight {
    /// Of the number: two letters of ISO 3166; `null` where it has none or is not known yet. Left
    /// out where countries are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "DE")]
    country: Option<Named>,
    /// Left out where channels are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// The account that took them, by its name in the settings; `null` where none did. Left out
    /// where accounts are not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "whatsapp")]
    account: Option<Named>,
    /// Messages that a provider was asked to send.
    #[schema(example = 1_305)]
    sent: u64,
    /// The provider took them.
    #[schema(example = 1_301)]
    accepted: u64,
    /// A phone has them. Those that were read are among them.
    #[schema(example = 1_271)]
    delivered: u64,
    #[schema(example = 1_020)]
    read: u64,
    #[schema(example = 21)]
    failed: u64,
    /// The provider's answer was lost and they were sent again.
    #[schema(example = 2)]
    possible_duplicates: u64,
    /// The provider says that they are paid for.
    #[schema(example = 1_270)]
    billable: u64,
    /// From when each was asked for until the provider took it.
    seconds_to_accepted: Seconds,
    /// From when each was asked for until a phone had it, as the provider says.
    seconds_to_delivered: Seconds,
    /// From when each was asked for until it was read, as the provider says.
    seconds_to_read: Seconds,
    /// What they cost, where the provider says so, for each currency.
    #[schema(example = json!([]))]
    cost: Vec<Cost>,
    /// The provider's codes of those that failed, the most frequent first: at most ten.
    errors: Vec<ErrorCount>,
}

/// A name, or `null`. A field that has one is left out for another reason.
#[derive(Serialize)]
#[serde(untagged)]
enum Named {
    Unknown,
    Known(String),
}

/// How long things took.
#[derive(Serialize, ToSchema)]
struct Seconds {
    /// How many are known.
    #[schema(example = 1_108)]
    count: u64,
    /// Half of them took no longer: the end of a bucket.
    #[schema(required = true, example = 10)]
    p50: Option<u32>,
    /// 95 of 100 took no longer: the end of a bucket.
    #[schema(required = true, example = 60)]
    p95: Option<u32>,
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
struct Cost {
    /// `null` where the provider names an amount without one.
    #[schema(required = true, example = "USD")]
    currency: Option<String>,
    /// A decimal number.
    #[schema(example = "9.5325")]
    amount: String,
}

/// An error, and how often it came.
#[derive(Serialize, ToSchema)]
struct ErrorCount {
    /// The provider's own code.
    #[schema(example = 131_026)]
    code: i64,
    #[schema(example = 17)]
    count: u64,
}

/// What groups are told apart by.
#[derive(Clone, Copy)]
struct Apart<'a>(&'a [Dimension]);

impl Apart<'_> {
    /// The name in a dimension, left out where groups are not told apart by it.
    fn by(self, dimension: Dimension, name: Option<&str>) -> Option<Named> {
        let named = name.map_or(Named::Unknown, |name| Named::Known(name.to_owned()));
        self.0.contains(&dimension).then_some(named)
    }
}

impl From<&Report> for Insights {
    fn from(report: &Report) -> Self {
        let (apart, together) = (Apart(&report.dimensions), Apart(&[]));
        let verifications = report.verifications.iter();
        let messages = report.messages.iter();
        Self {
            after: Time(report.span.after),
            before: Time(report.span.before),
            totals: Totals {
                verifications: VerificationInsight::of(
                    VerificationGroup::default(),
                    &report.all_verifications,
                    together,
                ),
                messages: MessageInsight::of(
                    &MessageGroup::default(),
                    &report.all_messages,
                    together,
                ),
            },
            verifications: verifications
                .map(|(group, counts)| VerificationInsight::of(*group, counts, apart))
                .collect(),
            messages: messages
                .map(|(group, counts)| MessageInsight::of(group, counts, apart))
                .collect(),
        }
    }
}

impl VerificationInsight {
    fn of(group: VerificationGroup, counts: &VerificationCounts, apart: Apart<'_>) -> Self {
        Self {
            country: apart.by(Dimension::Country, group.country.as_ref().map(Country::as_str)),
            channel: group.channel.map(Channel::from),
            method: group.method.map(Method::from),
            started: counts.started,
            approved: counts.approved,
            conversion: counts.conversion(),
            pending: counts.pending,
            expired: counts.expired,
            exhausted: counts.exhausted,
            canceled: counts.canceled,
            undeliverable: counts.undeliverable,
            fell_back: counts.fell_back,
            seconds_to_approval: Seconds::from(&counts.to_approval),
        }
    }
}

impl MessageInsight {
    fn of(group: &MessageGroup, counts: &MessageCounts, apart: Apart<'_>) -> Self {
        let errors = counts.frequent_errors(MOST_ERRORS).into_iter();
        Self {
            country: apart.by(Dimension::Country, group.country.as_ref().map(Country::as_str)),
            channel: group.channel.map(Channel::from),
            account: apart.by(Dimension::Account, group.account.as_deref()),
            sent: counts.sent,
            accepted: counts.accepted,
            delivered: counts.delivered,
            read: counts.read,
            failed: counts.failed,
            possible_duplicates: counts.possible_duplicates,
            billable: counts.billable,
            seconds_to_accepted: Seconds::from(&counts.to_accepted),
            seconds_to_delivered: Seconds::from(&counts.to_delivered),
            seconds_to_read: Seconds::from(&counts.to_read),
            cost: costs(&counts.cost),
            errors: errors.map(|(code, count)| ErrorCount { code, count }).collect(),
        }
    }
}

impl From<&Durations> for Seconds {
    fn from(durations: &Durations) -> Self {
        let (p50, p95) = (durations.quantile(50), durations.quantile(95));
        Self { count: durations.count(), p50, p95 }
    }
}

fn costs(cost: &BTreeMap<Option<String>, i64>) -> Vec<Cost> {
    let costs = cost.iter();
    costs
        .map(|(currency, micros)| Cost { currency: currency.clone(), amount: decimal(*micros) })
        .collect()
}
