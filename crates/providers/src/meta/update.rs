//! Webhooks in the Graph API's words, as loosely as they can be read.
//!
//! Fields that we do without are left raw, so that a surprise in one of them costs that field
//! only. Unknown fields are skipped.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::Whole;

/// The updates of one account and kind, each raw.
pub(super) type List<'a> = Vec<&'a RawValue>;

#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub(super) entry: Vec<T>,
}

/// The updates of one account.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct Entry<'a, T> {
    /// The account.
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) time: Option<&'a RawValue>,
    pub(super) changes: Vec<T>,
}

/// `L` is a list of updates, or raw where it may turn out to be none.
#[derive(Deserialize)]
#[serde(bound(deserialize = "L: Deserialize<'de>"))]
pub(super) struct Change<'a, L> {
    #[serde(borrow)]
    pub(super) field: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) value: Value<'a, L>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "L: Deserialize<'de>"))]
pub(super) struct Value<'a, L> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow)]
    pub(super) contacts: Option<&'a RawValue>,
    pub(super) messages: Option<L>,
    pub(super) statuses: Option<L>,
    #[serde(borrow, rename = "message_template_name")]
    template_name: Option<&'a RawValue>,
    #[serde(borrow, rename = "message_template_language")]
    template_language: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    reason: Option<&'a RawValue>,
    #[serde(borrow)]
    new_quality_score: Option<&'a RawValue>,
}

/// What a change says of a template.
pub(super) struct Template<'a> {
    pub(super) name: Option<&'a RawValue>,
    pub(super) language: Option<&'a RawValue>,
    pub(super) event: Option<&'a RawValue>,
    pub(super) reason: Option<&'a RawValue>,
    pub(super) new_quality_score: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    phone_number_id: Cow<'a, str>,
}

/// A message that a person wrote. Whatever is missing or strange in it costs what it says, and
/// never that it came.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    pub(super) timestamp: Whole,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<&'a RawValue>,
    /// Absent for whoever shows a user name and no number.
    #[serde(borrow)]
    pub(super) from: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) from_user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) from_parent_user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) group_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) image: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) video: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) document: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) button: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) edit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) contacts: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) body: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Caption<'a> {
    #[serde(borrow)]
    pub(super) caption: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Button<'a> {
    #[serde(borrow)]
    pub(super) text: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Edit<'a> {
    #[serde(borrow)]
    pub(super) message: Edited<'a>,
}

#[derive(Deserialize)]
pub(super) struct Edited<'a> {
    #[serde(borrow)]
    pub(super) text: Body<'a>,
}

/// How a message came to be.
#[derive(Deserialize)]
pub(super) struct Context<'a> {
    #[serde(borrow)]
    pub(super) forwarded: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) frequently_forwarded: Option<&'a RawValue>,
}

/// A contact that somebody sent.
#[derive(Deserialize)]
pub(super) struct SentContact<'a> {
    #[serde(borrow)]
    pub(super) origin: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) phones: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct SentPhone<'a> {
    #[serde(borrow)]
    pub(super) wa_id: Option<Cow<'a, str>>,
}

/// Somebody who wrote, or to whom we wrote.
#[derive(Deserialize)]
pub(super) struct Person<'a> {
    #[serde(borrow)]
    pub(super) wa_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) identity_key_hash: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Status<'a> {
    #[serde(borrow, rename = "status")]
    pub(super) word: Cow<'a, str>,
    pub(super) timestamp: Whole,
    #[serde(borrow)]
    pub(super) biz_opaque_callback_data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) errors: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) pricing: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Failure {
    pub(super) code: Whole,
}

#[derive(Deserialize)]
pub(super) struct Pricing<'a> {
    #[serde(borrow)]
    pub(super) billable: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) category: Option<&'a RawValue>,
}

impl<'a, L> Value<'a, L> {
    pub(super) const fn template(&self) -> Template<'a> {
        Template {
            name: self.template_name,
            language: self.template_language,
            event: self.event,
            reason: self.reason,
            new_quality_score: self.new_quality_score,
        }
    }

    pub(super) fn phone_number_id(&self) -> Option<&str> {
        self.metadata.as_ref().map(|metadata| &*metadata.phone_number_id)
    }
}

impl<'a, L> Change<'a, L> {
    pub(super) fn map<M>(self, mut read: impl FnMut(L) -> M) -> Change<'a, M> {
        let value = self.value;
        let (messages, statuses) = (value.messages.map(&mut read), value.statuses.map(read));
        let value = Value {
            metadata: value.metadata,
            contacts: value.contacts,
            messages,
            statuses,
            template_name: value.template_name,
            template_language: value.template_language,
            event: value.event,
            reason: value.reason,
            new_quality_score: value.new_quality_score,
        };
        Change { field: self.field, value }
    }
}

/// What a raw field says, if it is there and has the shape that is asked for.
pub(super) fn parse<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}
