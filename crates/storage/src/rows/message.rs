//! The row of a message.

use countersign_core::delivery::{
    Channel, Message, MessageKey, MessageKind, MessageState, Price, Receipts,
};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::keyring::Sealed;
use countersign_core::store::StoreError;

use super::{Columns, Value, id16, time, time_or_none};

/// Its columns, in the order in which they are read and written. The first three are its key.
pub(crate) const MESSAGE_COLUMNS: [&str; 25] = [
    "tenant_id",
    "verification_id",
    "number",
    "kind",
    "recipient",
    "channel",
    "state",
    "due_at",
    "tries",
    "possible_duplicate",
    "provider_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "error",
    "price_billable",
    "price_kind",
    "price_category",
    "price_micros",
    "price_currency",
    "created_at",
    "accepted_at",
    "account",
    "is_watched",
];

/// What each of them holds: `b`ytes, `t`ext or an `i`nteger.
pub(crate) const MESSAGE_KINDS: &[u8; 25] = b"bbitbttiiibiiiiiittitiiti";

pub(crate) fn message(columns: &dyn Columns) -> Result<Message, StoreError> {
    let damaged = || StoreError::Corrupt { table: "messages", id: "?".to_owned() };
    let key = MessageKey {
        tenant: TenantId::from_bytes(id16(columns.bytes(0)?).ok_or_else(damaged)?),
        verification: VerificationId::from_bytes(id16(columns.bytes(1)?).ok_or_else(damaged)?),
        number: columns.small(2)?,
    };
    Ok(Message {
        key,
        kind: MessageKind::parse(columns.text(3)?).ok_or_else(damaged)?,
        recipient: columns.bytes_or_none(4)?.map(Sealed::from_bytes),
        channel: Channel::parse(columns.text(5)?).ok_or_else(damaged)?,
        state: MessageState::parse(columns.text(6)?).ok_or_else(damaged)?,
        due_at: time_or_none(columns, 7)?,
        tries: columns.small(8)?,
        possible_duplicate: columns.int(9)? != 0,
        provider_id: columns.bytes_or_none(10)?.map(Sealed::from_bytes),
        receipts: Receipts {
            sent_at: time_or_none(columns, 11)?,
            delivered_at: time_or_none(columns, 12)?,
            read_at: time_or_none(columns, 13)?,
            failed_at: time_or_none(columns, 14)?,
            error: columns.int_or_none(15)?,
            price: price(columns)?,
        },
        created_at: time(columns, 21)?,
        accepted_at: time_or_none(columns, 22)?,
        account: columns.text_or_none(23)?.map(str::to_owned),
        is_watched: columns.int(24)? != 0,
    })
}

/// All its values, in the order of [`MESSAGE_COLUMNS`].
pub(crate) fn message_values(row: &Message) -> [Value<'_>; 25] {
    let receipts = &row.receipts;
    let price = receipts.price.as_ref();
    [
        row.key.tenant.as_bytes().into(),
        row.key.verification.as_bytes().into(),
        row.key.number.into(),
        row.kind.as_str().into(),
        row.recipient.as_ref().map(Sealed::as_bytes).into(),
        row.channel.as_str().into(),
        row.state.as_str().into(),
        row.due_at.into(),
        row.tries.into(),
        row.possible_duplicate.into(),
        row.provider_id.as_ref().map(Sealed::as_bytes).into(),
        receipts.sent_at.into(),
        receipts.delivered_at.into(),
        receipts.read_at.into(),
        receipts.failed_at.into(),
        receipts.error.into(),
        price.and_then(|price| price.billable).into(),
        price.and_then(|price| price.kind.as_deref()).into(),
        price.and_then(|price| price.category.as_deref()).into(),
        price.and_then(|price| price.micros).into(),
        price.and_then(|price| price.currency.as_deref()).into(),
        row.created_at.into(),
        row.accepted_at.into(),
        row.account.as_deref().into(),
        row.is_watched.into(),
    ]
}

fn price(columns: &dyn Columns) -> Result<Option<Price>, StoreError> {
    let price = Price {
        billable: columns.int_or_none(16)?.map(|billable| billable != 0),
        kind: columns.text_or_none(17)?.map(str::to_owned),
        category: columns.text_or_none(18)?.map(str::to_owned),
        micros: columns.int_or_none(19)?,
        currency: columns.text_or_none(20)?.map(str::to_owned),
    };
    let is_known = price != Price::default();
    Ok(is_known.then_some(price))
}
