//! Values as both databases know them.

use std::borrow::Cow;

use countersign_core::store::StoreError;
use countersign_core::time::Timestamp;

/// A value of a column: what a statement is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}

/// A row of a result, by the places of its columns. Answers [`StoreError::Corrupt`] for a value
/// of another kind.
pub(crate) trait Columns {
    fn int_or_none(&self, place: usize) -> Result<Option<i64>, StoreError>;
    fn text_or_none(&self, place: usize) -> Result<Option<&str>, StoreError>;
    fn bytes_or_none(&self, place: usize) -> Result<Option<&[u8]>, StoreError>;

    fn int(&self, place: usize) -> Result<i64, StoreError> {
        self.int_or_none(place)?.ok_or_else(|| missing(place))
    }

    fn text(&self, place: usize) -> Result<&str, StoreError> {
        self.text_or_none(place)?.ok_or_else(|| missing(place))
    }

    fn bytes(&self, place: usize) -> Result<&[u8], StoreError> {
        self.bytes_or_none(place)?.ok_or_else(|| missing(place))
    }

    fn small(&self, place: usize) -> Result<u8, StoreError> {
        u8::try_from(self.int(place)?).map_err(|_| missing(place))
    }
}

fn missing(place: usize) -> StoreError {
    StoreError::Corrupt { table: "?", id: format!("column {place}") }
}

pub(crate) fn id16(bytes: &[u8]) -> Option<[u8; 16]> {
    bytes.try_into().ok()
}

pub(crate) fn time(columns: &dyn Columns, place: usize) -> Result<Timestamp, StoreError> {
    columns.int(place).map(Timestamp::from_millis)
}

pub(crate) fn time_or_none(
    columns: &dyn Columns,
    place: usize,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(columns.int_or_none(place)?.map(Timestamp::from_millis))
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Self::Int(value.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.millis())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}

impl<T> From<Option<T>> for Value<'_>
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}
