//! What a phone is asked to write, and whether it can be.

use serde::Deserialize;
use tokio::time::Duration;

use crate::{
    api::error::ApiError,
    chat::{Channel, Marks},
    settings::WaIdRule,
    twilio::TwilioAccount,
    wa_id::{self, WaId},
};

pub(crate) const LONGEST_TEXT: usize = 4_096;
const LONGEST_SMS: usize = 1_600;
/// Thirty days.
const LONGEST_AGE: u64 = 30 * 24 * 60 * 60;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::api) struct Writing {
    pub(super) text: String,
    to: Option<String>,
    channel: Channel,
    pub(super) forwarded: bool,
    /// It answers the newest message of the business.
    pub(super) quoted: bool,
    pub(super) group: bool,
    sent_ago_seconds: u64,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    /// Of a button: what the business knows it by. The text if not given.
    pub(super) payload: Option<String>,
    /// Of a contact card: how it came about.
    pub(super) origin: Option<Origin>,
    /// Of a contact card, or of a system message: another number than the phone's own.
    pub(super) number: Option<String>,
    /// Of a system message: what happened.
    pub(super) event: Option<Event>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Text,
    /// The text is the caption, as of the next two.
    Image,
    Video,
    Document,
    /// A voice note.
    Audio,
    Sticker,
    Location,
    /// A card with a number.
    Contacts,
    /// The text is the emoji; without one a reaction is taken back.
    Reaction,
    /// A button below a template was pressed; the text is what it says.
    Button,
    /// A button below another message was pressed; the text is what it says.
    Interactive,
    /// Something happened to the account.
    System,
    /// The text is the corrected one.
    Edit,
    /// The last message is taken back.
    Revoke,
    Unsupported,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    /// The answer to a request for the phone's number.
    #[default]
    ContactRequest,
    /// A card that its owner picked from the address book.
    Other,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    UserChangedNumber,
    CustomerIdentityChanged,
}

impl Writing {
    pub(super) fn text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    pub(super) fn check(&self, business_phone: &str, rules: &[WaIdRule]) -> Result<(), ApiError> {
        let needs_text =
            matches!(self.kind, Kind::Text | Kind::Edit | Kind::Button | Kind::Interactive);
        if needs_text && self.text.is_empty() {
            return Err(ApiError::bad_request("Give `text`: what the phone writes."));
        }
        if self.text.chars().count() > LONGEST_TEXT {
            let sentence = format!("`text` has at most {LONGEST_TEXT} characters.");
            return Err(ApiError::bad_request(sentence));
        }
        if self.sent_ago_seconds > LONGEST_AGE {
            let sentence = format!("`sent_ago_seconds` is at most {LONGEST_AGE}, thirty days.");
            return Err(ApiError::bad_request(sentence));
        }
        self.check_members()?;
        self.other_number(rules)?;
        let digits = wa_id::digits(business_phone);
        match &self.to {
            Some(to) if wa_id::digits(to) != digits => Err(ApiError::bad_request(format!(
                "No business here has the number `{to}`; write to {business_phone}, or leave out `to`."
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// As what it goes to the Twilio account: an SMS, or text to the account's `WhatsApp` number.
    /// `None`: it goes to Meta.
    pub(super) fn by_twilio(
        &self,
        account: Option<&TwilioAccount>,
    ) -> Result<Option<Channel>, ApiError> {
        let digits = self.to.as_deref().and_then(wa_id::digits);
        let is_to = |number: &str| digits.is_some() && digits == wa_id::digits(number);
        match (self.channel, account) {
            (Channel::Sms, None) => Err(ApiError::conflict(
                "There are no SMS here: this simulator has no Twilio account.",
            )),
            (Channel::Sms, Some(account)) if self.to.is_some() && !is_to(&account.sms_number) => {
                Err(ApiError::bad_request(format!(
                    "No business here has this number for SMS; write to {}, or leave out `to`.",
                    account.sms_number
                )))
            }
            (Channel::WhatsApp, Some(account)) if is_to(&account.whatsapp_number) => {
                self.check_plain().map(|()| Some(Channel::WhatsApp))
            }
            (Channel::WhatsApp, Some(_) | None) => Ok(None),
            (Channel::Sms, Some(_)) => self.check_plain().map(|()| Some(Channel::Sms)),
        }
    }

    /// Only text can be written there.
    fn check_plain(&self) -> Result<(), ApiError> {
        let has_marks = self.forwarded || self.quoted || self.group || self.sent_ago_seconds > 0;
        if self.kind != Kind::Text || has_marks || self.text.is_empty() {
            return Err(ApiError::bad_request(
                "Through Twilio a phone writes text alone: give `text`, and no more.",
            ));
        }
        if self.text.chars().count() > LONGEST_SMS {
            let sentence = format!("`text` has at most {LONGEST_SMS} characters here.");
            return Err(ApiError::bad_request(sentence));
        }
        Ok(())
    }

    /// Members that only some types have.
    fn check_members(&self) -> Result<(), ApiError> {
        let changes_number = self.event == Some(Event::UserChangedNumber);
        let belongs = [
            (
                "payload",
                self.payload.is_some(),
                matches!(self.kind, Kind::Button | Kind::Interactive),
            ),
            ("origin", self.origin.is_some(), self.kind == Kind::Contacts),
            ("event", self.event.is_some(), self.kind == Kind::System),
            ("number", self.number.is_some(), self.kind == Kind::Contacts || changes_number),
        ];
        if let Some((name, ..)) = belongs.into_iter().find(|(_, is_given, fits)| *is_given && !fits)
        {
            return Err(ApiError::bad_request(format!(
                "`{name}` does not belong to this type of message: leave it out."
            )));
        }
        if self.kind == Kind::System && self.event.is_none() {
            return Err(ApiError::bad_request(
                "Give `event`: `user_changed_number` or `customer_identity_changed`.",
            ));
        }
        if changes_number && self.number.is_none() {
            return Err(ApiError::bad_request("Give `number`: the new one."));
        }
        Ok(())
    }

    /// The number on the card, or the new one, as it is spelled.
    pub(super) fn other_number(&self, rules: &[WaIdRule]) -> Result<Option<WaId>, ApiError> {
        let Some(number) = &self.number else { return Ok(None) };
        WaId::parse(number, rules).map(Some).ok_or_else(|| ApiError::bad_number(number))
    }

    pub(super) fn age(&self) -> Duration {
        Duration::from_secs(self.sent_ago_seconds)
    }

    pub(super) fn marks(&self) -> Marks {
        Marks { forwarded: self.forwarded, group: self.group }
    }
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
            Self::Audio => "audio",
            Self::Sticker => "sticker",
            Self::Location => "location",
            Self::Contacts => "contacts",
            Self::Reaction => "reaction",
            Self::Button => "button",
            Self::Interactive => "interactive",
            Self::System => "system",
            Self::Edit => "edit",
            Self::Revoke => "revoke",
            Self::Unsupported => "unsupported",
        }
    }
}

impl Origin {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ContactRequest => "contact_request",
            Self::Other => "other",
        }
    }
}
