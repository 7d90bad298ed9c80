//! From the errors of the domains to problems.

use countersign_core::accounts::AccountError;
use countersign_core::delivery::Rejected;
use countersign_core::inbound::ReceiveError;
use countersign_core::insights::InsightError;
use countersign_core::phone::InvalidPhone;
use countersign_core::store::StoreError;
use countersign_core::templates::TemplateError;
use countersign_core::tenants::TenantError;
use countersign_core::verification::{CheckError, MalformedCode, StartError, State};

use super::{Kind, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            // A line for each of them would only add to the load.
            StoreError::Overloaded => Kind::Unavailable.into(),
            StoreError::Unavailable { .. } | StoreError::Conflict => {
                Self::new(Kind::Unavailable).caused_by(&error)
            }
            StoreError::Corrupt { .. } => Self::new(Kind::Internal).caused_by(&error),
        }
    }
}

impl From<InvalidPhone> for Problem {
    fn from(error: InvalidPhone) -> Self {
        let detail = match error {
            InvalidPhone::Empty => "Send a phone number: the field is empty.",
            InvalidPhone::TooLong => {
                "Send only the number: this is more text than any number needs."
            }
            InvalidPhone::NotANumber => {
                "Send digits only: this has letters, an extension, or two numbers."
            }
            InvalidPhone::MissingCountry => {
                "Send the number with a plus sign and its country code, such as `+4915112345678`."
            }
            InvalidPhone::Impossible => {
                "Count the digits: no number of that country has so many, or so few."
            }
            InvalidPhone::Unallocated => {
                "Check the digits: the length is right, but nobody has such a number."
            }
        };
        Self::new(Kind::InvalidPhone).with_detail(detail)
    }
}

impl From<MalformedCode> for Problem {
    fn from(_: MalformedCode) -> Self {
        Self::new(Kind::InvalidCodeFormat)
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::InvalidPhone(error) => error.into(),
            StartError::UnsuitableNumber => Kind::UnsuitableNumber.into(),
            StartError::CountryNotAllowed => Kind::CountryNotAllowed.into(),
            StartError::MethodUnavailable => Kind::MethodUnavailable.into(),
            StartError::NotInTest => Self::new(Kind::NotInTestMode).with_detail(
                "Nobody can write to the number of a test key. Use the method `code`, or try this one with `countersign dev`, whose phones are simulated.",
            ),
            StartError::MissingPhone => Self::of_field("phone", "send the number"),
            StartError::ConfirmationRequired => Kind::ConfirmationRequired.into(),
            StartError::ChannelUnavailable => Kind::ChannelUnavailable.into(),
            StartError::OptedOut => Kind::RecipientOptedOut.into(),
            StartError::ReturnUrlNotRegistered => Kind::ReturnUrlNotRegistered.into(),
            StartError::KeyReused => Kind::IdempotencyKeyReused.into(),
            StartError::Refused(refusal) => Self::new(Kind::RateLimited).retry_at(refusal.retry_at),
            StartError::Store(error) => error.into(),
        }
    }
}

impl From<CheckError> for Problem {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::NotFound => Kind::VerificationNotFound.into(),
            CheckError::MalformedCode(error) => error.into(),
            CheckError::Ended(state) => {
                Self::new(Kind::VerificationEnded).with_detail(ended_detail(state))
            }
            CheckError::NothingToSend => Kind::NothingToSend.into(),
            CheckError::ChannelUnavailable => Kind::ChannelUnavailable.into(),
            CheckError::OptedOut => Kind::RecipientOptedOut.into(),
            CheckError::Refused(refusal) => Self::new(Kind::RateLimited).retry_at(refusal.retry_at),
            CheckError::Store(error) => error.into(),
        }
    }
}

impl From<TenantError> for Problem {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::NoSuchTenant | TenantError::NoSuchKey => Kind::NotFound.into(),
            TenantError::Taken => Self::of_field("name", "the name is taken"),
            TenantError::Brand(error) => Self::of_field("brand", error.to_string()),
            TenantError::Store(error) => error.into(),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            // Its token outlived it.
            AccountError::NoSuchUser => Kind::NotSignedIn.into(),
            AccountError::EmailTaken => Self::of_field("email", "the address is taken"),
            AccountError::Start(error) => error.into(),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<InsightError> for Problem {
    fn from(error: InsightError) -> Self {
        match error {
            InsightError::Backwards => {
                Self::of_field("after", "send a time that is earlier than `before`, or than now")
            }
            InsightError::TooLong => Self::of_field(
                "after",
                "send a time at most 92 days earlier than `before`, or than now",
            ),
            InsightError::Store(error) => error.into(),
        }
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        let advised = |kind, advice: String| Self::new(kind).with_detail(advice);
        match error {
            TemplateError::NoAccount => Kind::NoTemplateAccount.into(),
            TemplateError::Invalid { field, detail } => Self::of_field(field, detail),
            TemplateError::NotInTest => Self::new(Kind::NotInTestMode).with_detail(
                "The templates are those that live codes are sent with. Use a live key to change them; a test key may list them.",
            ),
            TemplateError::Missing => Kind::TemplateNotFound.into(),
            TemplateError::Exists { advice } => advised(Kind::TemplateExists, advice),
            TemplateError::InUse => Kind::TemplateInUse.into(),
            TemplateError::Refused { advice } => advised(Kind::TemplateRefused, advice),
            TemplateError::Account { advice } => advised(Kind::ProviderAccount, advice),
            TemplateError::Unavailable { advice, retry_at } => {
                advised(Kind::ProviderUnavailable, advice).retry_at(retry_at)
            }
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Rejected(Rejected::Signature) => Kind::InvalidSignature.into(),
            ReceiveError::Store(error) => error.into(),
        }
    }
}

const fn ended_detail(state: State) -> &'static str {
    match state {
        State::Approved => "It is approved already. Start another verification.",
        State::Expired => "Its time is up. Start another verification.",
        State::Canceled => "It was canceled. Start another verification.",
        State::Exhausted => "Too many wrong codes were tried. Start another verification.",
        State::Undeliverable => "Its messages cannot be delivered. Start another verification.",
        State::Pending => "Start another verification.",
    }
}
