//! Which verifications a list is asked for.

use countersign_core::id::{TenantId, VerificationId};
use countersign_core::time::Timestamp;
use countersign_core::verification::{Listing, Verifications};
use serde::Deserialize;
use utoipa::IntoParams;

use super::words::{AnyPurpose, Status};
use crate::problem::{FieldError, Problem};

const USUAL_LIMIT: usize = 20;
const MOST: usize = 100;

/// What narrows a list. Times and numbers come as texts, so that what is wrong can be named.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those that stand so.
    status: Option<Status>,
    /// Only those of this number, in any spelling; write its plus sign as `%2B`.
    #[param(example = "+4915112345678")]
    phone: Option<String>,
    /// Only those for this purpose.
    purpose: Option<AnyPurpose>,
    /// Only those made after this time.
    #[param(value_type = Option<String>, format = DateTime, example = "2026-11-21T00:00:00Z")]
    created_after: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, from 1 to 100; 20 if it is left out.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100, example = 20)]
    limit: Option<String>,
}

impl ListQuery {
    /// The listing, one longer than the page: the last tells whether there are more.
    pub(super) fn into_listing(
        self,
        tenant: TenantId,
        verifications: &Verifications,
    ) -> Result<(Listing, usize), Problem> {
        let mut errors = Vec::new();
        let limit = read_limit(&mut errors, self.limit.as_deref());
        let wrong = "send an RFC 3339 time such as `2026-11-21T09:30:00Z`";
        let created_after = self.created_after.as_deref();
        let created_after =
            read(&mut errors, "created_after", created_after, wrong, Timestamp::parse);
        let before = read_cursor(&mut errors, self.cursor.as_deref(), VerificationId::parse);
        if !errors.is_empty() {
            return Err(Problem::of_fields(errors));
        }
        let phone = self.phone.as_deref().map(|phone| verifications.parse_phone(&with_plus(phone)));
        let listing = Listing {
            tenant,
            state: self.status.map(Into::into),
            number: phone.transpose()?.map(|phone| verifications.number_key(tenant, &phone)),
            purpose: self.purpose.map(Into::into),
            created_after,
            before,
            limit: limit + 1,
            now: verifications.now(),
        };
        Ok((listing, limit))
    }
}

/// How many rows a page of a list has.
pub(super) fn read_limit(errors: &mut Vec<FieldError>, text: Option<&str>) -> usize {
    let limit = read(errors, "limit", text, "send 1 to 100", |text| {
        text.parse().ok().filter(|limit| (1..=MOST).contains(limit))
    });
    limit.unwrap_or(USUAL_LIMIT)
}

/// Where a page of a list begins.
pub(super) fn read_cursor<T>(
    errors: &mut Vec<FieldError>,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    read(errors, "cursor", text, "send the `next_cursor` of the page before", parse)
}

/// Reads a value that may be left out, and notes what is wrong with it.
pub(super) fn read<T>(
    errors: &mut Vec<FieldError>,
    field: &str,
    text: Option<&str>,
    wrong: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let text = text?;
    let value = parse(text);
    if value.is_none() {
        errors.push(FieldError::new(field, wrong));
    }
    value
}

// A plus sign that was not escaped arrives as a space.
fn with_plus(phone: &str) -> String {
    phone.strip_prefix(' ').map_or_else(|| phone.to_owned(), |digits| format!("+{digits}"))
}
