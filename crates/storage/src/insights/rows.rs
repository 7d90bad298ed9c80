//! Two statements, each over a range of the keys of one tenant.

use std::sync::LazyLock;

use async_trait::async_trait;
use countersign_core::channel::Channel;
use countersign_core::id::VerificationId;
use countersign_core::insights::{
    BUCKETS, Counted, Durations, InsightStore, MessageCounts, MessageGroup, Span,
    VerificationCounts, VerificationGroup,
};
use countersign_core::phone::Country;
use countersign_core::store::StoreError;
use countersign_core::verification::Method;

use crate::database::Database;
use crate::rows::Columns;

/// Columns of one [`durations`].
const OF_DURATIONS: usize = BUCKETS.len() + 1;

static VERIFICATIONS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "
    select country, channel, method, count(*),
        count(case when state = 'approved' then 1 end),
        count(case when state = 'pending' and expires_at > $4 then 1 end),
        count(case when state = 'expired' or (state = 'pending' and expires_at <= $4) then 1 end),
        count(case when state = 'exhausted' then 1 end),
        count(case when state = 'canceled' then 1 end),
        count(case when state = 'undeliverable' then 1 end),
        count(case when fallbacks > 0 then 1 end),
        {to_approval}
    from verifications
    where tenant_id = $1 and id >= $2 and id < $3
    group by country, channel, method",
        to_approval = durations("case when state = 'approved' then ended_at - created_at end")
    )
});

// The error of one that arrived after all is no error. The range stands there for both tables,
// because a database may begin with either.
static MESSAGES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "
    select verifications.country, messages.channel, messages.account, messages.price_currency,
        case when messages.state = 'failed' then messages.error end,
        count(*),
        count(messages.accepted_at),
        count(coalesce(messages.delivered_at, messages.read_at)),
        count(messages.read_at),
        count(case when messages.state = 'failed' then 1 end),
        count(case when messages.possible_duplicate = 1 then 1 end),
        count(case when messages.price_billable = 1 then 1 end),
        cast(sum(messages.price_micros) as bigint),
        {to_accepted},
        {to_delivered},
        {to_read}
    from messages
    join verifications on verifications.tenant_id = messages.tenant_id
        and verifications.id = messages.verification_id
    where messages.tenant_id = $1
        and messages.verification_id >= $2 and messages.verification_id < $3
        and verifications.tenant_id = $1 and verifications.id >= $2 and verifications.id < $3
        and messages.tries > 0
    group by 1, 2, 3, 4, 5",
        to_accepted = durations("messages.accepted_at - messages.created_at"),
        to_delivered = durations("messages.delivered_at - messages.created_at"),
        to_read = durations("messages.read_at - messages.created_at"),
    )
});

/// How many have such a duration in milliseconds, and how many reach no further than each bucket.
fn durations(millis: &str) -> String {
    let reached = BUCKETS
        .map(|seconds| format!(",\n        count(case when {millis} <= {seconds}000 then 1 end)"));
    format!("count({millis}){}", reached.concat())
}

pub(crate) struct InsightRows(Database);

impl InsightRows {
    pub(crate) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Every statement, so that each can be tried on each database.
    #[cfg(test)]
    pub(crate) fn statements() -> Vec<&'static str> {
        vec![&VERIFICATIONS, &MESSAGES]
    }
}

#[async_trait]
impl InsightStore for InsightRows {
    async fn count(&self, span: &Span) -> Result<Counted, StoreError> {
        let span = *span;
        let count = self.0.read(move |tx| {
            let first = VerificationId::first_at(span.after);
            let end = VerificationId::first_at(span.before);
            let (tenant, first, end) = (span.tenant.as_bytes(), first.as_bytes(), end.as_bytes());
            let range = [tenant.into(), first.into(), end.into()];
            let at = [tenant.into(), first.into(), end.into(), span.now.into()];
            Ok(Counted {
                verifications: tx.all(&VERIFICATIONS, &at, verifications)?,
                messages: tx.all(&MESSAGES, &range, messages)?,
            })
        });
        count.await
    }
}

fn verifications(row: &dyn Columns) -> Result<(VerificationGroup, VerificationCounts), StoreError> {
    let corrupt = || damaged("verifications");
    let group = VerificationGroup {
        country: country(row)?,
        channel: Some(Channel::parse(row.text(1)?).ok_or_else(corrupt)?),
        method: Some(Method::parse(row.text(2)?).ok_or_else(corrupt)?),
    };
    let counts = VerificationCounts {
        started: count(row, 3)?,
        approved: count(row, 4)?,
        pending: count(row, 5)?,
        expired: count(row, 6)?,
        exhausted: count(row, 7)?,
        canceled: count(row, 8)?,
        undeliverable: count(row, 9)?,
        fell_back: count(row, 10)?,
        to_approval: durations_from(row, 11)?,
    };
    Ok((group, counts))
}

fn messages(row: &dyn Columns) -> Result<(MessageGroup, MessageCounts), StoreError> {
    let group = MessageGroup {
        country: country(row)?,
        channel: Some(Channel::parse(row.text(1)?).ok_or_else(|| damaged("messages"))?),
        account: row.text_or_none(2)?.map(str::to_owned),
    };
    let currency = row.text_or_none(3)?.map(str::to_owned);
    let (failed, cost) = (count(row, 9)?, row.int_or_none(12)?);
    let counts = MessageCounts {
        sent: count(row, 5)?,
        accepted: count(row, 6)?,
        delivered: count(row, 7)?,
        read: count(row, 8)?,
        failed,
        possible_duplicates: count(row, 10)?,
        billable: count(row, 11)?,
        to_accepted: durations_from(row, 13)?,
        to_delivered: durations_from(row, 13 + OF_DURATIONS)?,
        to_read: durations_from(row, 13 + 2 * OF_DURATIONS)?,
        cost: cost.map(|micros| (currency, micros)).into_iter().collect(),
        errors: row.int_or_none(4)?.map(|code| (code, failed)).into_iter().collect(),
    };
    Ok((group, counts))
}

fn country(row: &dyn Columns) -> Result<Option<Country>, StoreError> {
    let text = row.text_or_none(0)?;
    text.map(|text| Country::parse(text).ok_or_else(|| damaged("verifications"))).transpose()
}

fn durations_from(row: &dyn Columns, place: usize) -> Result<Durations, StoreError> {
    let mut reached = [0; BUCKETS.len()];
    for (offset, reached) in (1..).zip(&mut reached) {
        *reached = count(row, place + offset)?;
    }
    Ok(Durations::from_reached(reached, count(row, place)?))
}

fn count(row: &dyn Columns, place: usize) -> Result<u64, StoreError> {
    u64::try_from(row.int(place)?).map_err(|_| damaged("?"))
}

fn damaged(table: &'static str) -> StoreError {
    StoreError::Corrupt { table, id: "?".to_owned() }
}
