//! Values and rows, as each driver takes and gives them.

use std::error::Error;

use countersign_core::store::StoreError;
use rusqlite::types::ValueRef;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::rows::{Columns, Value};

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Self::Text(value) if *kind == Type::TEXT => value.as_ref().to_sql(kind, out),
            Self::Bytes(value) if *kind == Type::BYTEA => value.as_ref().to_sql(kind, out),
            Self::Int(_) | Self::Text(_) | Self::Bytes(_) => {
                Err(format!("the statement wants {kind} here").into())
            }
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl Columns for rusqlite::Row<'_> {
    fn int_or_none(&self, place: usize) -> Result<Option<i64>, StoreError> {
        match self.get_ref(place) {
            Ok(ValueRef::Null) => Ok(None),
            Ok(ValueRef::Integer(value)) => Ok(Some(value)),
            Ok(ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_)) | Err(_) => {
                Err(of_another_kind(place))
            }
        }
    }

    fn text_or_none(&self, place: usize) -> Result<Option<&str>, StoreError> {
        match self.get_ref(place) {
            Ok(ValueRef::Null) => Ok(None),
            Ok(ValueRef::Text(value)) => {
                std::str::from_utf8(value).map(Some).map_err(|_| of_another_kind(place))
            }
            Ok(ValueRef::Real(_) | ValueRef::Integer(_) | ValueRef::Blob(_)) | Err(_) => {
                Err(of_another_kind(place))
            }
        }
    }

    fn bytes_or_none(&self, place: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.get_ref(place) {
            Ok(ValueRef::Null) => Ok(None),
            Ok(ValueRef::Blob(value)) => Ok(Some(value)),
            Ok(ValueRef::Real(_) | ValueRef::Integer(_) | ValueRef::Text(_)) | Err(_) => {
                Err(of_another_kind(place))
            }
        }
    }
}

impl Columns for tokio_postgres::Row {
    fn int_or_none(&self, place: usize) -> Result<Option<i64>, StoreError> {
        of_postgres(self, place)
    }

    fn text_or_none(&self, place: usize) -> Result<Option<&str>, StoreError> {
        of_postgres(self, place)
    }

    fn bytes_or_none(&self, place: usize) -> Result<Option<&[u8]>, StoreError> {
        of_postgres(self, place)
    }
}

fn of_postgres<'a, T: FromSql<'a>>(
    row: &'a tokio_postgres::Row,
    place: usize,
) -> Result<Option<T>, StoreError> {
    row.try_get(place).map_err(|_| of_another_kind(place))
}

fn of_another_kind(place: usize) -> StoreError {
    StoreError::Corrupt { table: "?", id: format!("column {place}") }
}
