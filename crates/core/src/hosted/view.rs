//! What a page shows, what can be asked of it, and what a tenant is told of a session.

use std::sync::Arc;

use super::{Once, Page, Session, SessionStatus};
use crate::channel::{Channel, Route};
use crate::phone::{InvalidPhone, PhoneNumber, Region, WaId};
use crate::policy::{Policy, Refusal};
use crate::store::StoreError;
use crate::tenants::Brand;
use crate::time::Timestamp;
use crate::verification::{
    CONFIRMATION_DIGITS, CheckError, Client, Details, Idempotency, Method, Purpose, StartError,
    State, Verification, VerificationView,
};

/// What a tenant asks for.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// As it was typed. With one, the page asks for no other.
    pub phone: Option<String>,
    pub purpose: Purpose,
    pub locale: Option<String>,
    pub details: Details,
    pub idempotency: Option<Idempotency>,
}

#[derive(Debug)]
pub struct CreatedSession {
    pub view: SessionView,
    /// The same request came before, and this is what it came to.
    pub is_repeated: bool,
}

/// A session with what is stored beside it, for its tenant to see.
#[derive(Debug)]
pub struct SessionView {
    pub session: Session,
    pub phone: Option<PhoneNumber>,
    pub details: Details,
    /// The one that the page shows.
    pub verification: Option<VerificationView>,
    /// When it was looked at: its status depends on the time.
    pub now: Timestamp,
}

/// A number that was typed on a page.
#[derive(Clone, Debug)]
pub struct Typed {
    /// As it was typed. Where the number is fixed, nobody looks at it.
    pub phone: String,
    /// The country that a number without one is read in; the installation's own when there is
    /// none.
    pub region: Option<Region>,
    pub once: Once,
}

/// What a page is asked for with it.
#[derive(Clone, Debug)]
pub struct SendRequest {
    pub typed: Typed,
    pub method: Method,
    /// By which channel a code goes; without one the tenant's order is tried.
    pub channel: Option<Channel>,
    pub locale: Option<String>,
    pub client: Client,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Phone,
    Code,
    /// A message from the phone is awaited.
    Message,
    /// It came, and was answered with a code.
    Confirm,
    Done,
    Expired,
    /// Too many wrong codes.
    Locked,
    Superseded,
    Canceled,
    Undeliverable,
    /// The visit took too long, or too many codes.
    Gone,
}

/// Everything that a page shows.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice that a page offers or not")]
#[derive(Debug)]
pub struct PageView {
    pub page: Page,
    pub brand: Arc<Brand>,
    pub locale: Option<String>,
    pub purpose: Purpose,
    pub step: Step,
    /// The tenant's, or the one that was typed last.
    pub phone: Option<PhoneNumber>,
    pub is_fixed: bool,
    /// By which channels codes go, the first one first.
    pub channels: Route,
    pub verification: Option<VerificationView>,
    /// Before this no new code can be asked for; always to come.
    pub retry_at: Option<Timestamp>,
    /// The tenant's own address, which is told what happened by one more parameter.
    pub return_url: Option<String>,
    pub can_change: bool,
    /// The phone may be proved by a message from it.
    pub can_message: bool,
    /// The other method may be used instead.
    pub can_switch: bool,
    /// The number, masked as it is elsewhere, of whoever sent the message and should not have.
    pub stranger: Option<WaId>,
    /// A new code can be asked for; from `retry_at` on, if there is one.
    pub can_restart: bool,
    /// Digits of a code.
    pub digits: u8,
    pub now: Timestamp,
    /// When the step changes by itself, at the latest.
    pub ends_at: Timestamp,
}

/// Why a page did not do what it was asked. What is no longer possible is no error: nothing
/// changes, and the view says why.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("no such page")]
    NotFound,

    #[error(transparent)]
    Phone(#[from] InvalidPhone),

    /// Numbers of this kind cost money or belong to machines.
    #[error("numbers of this kind cannot be verified")]
    UnsuitableNumber,

    #[error("the country is not allowed")]
    CountryNotAllowed,

    #[error("the tenant has no account for this channel")]
    ChannelUnavailable,

    /// The tenant has it, and it is not for this phone.
    #[error("codes for this phone do not go by this channel")]
    ChannelNotAllowed,

    /// By every channel that it could have gone by.
    #[error("the person wants no messages")]
    OptedOut,

    #[error("this cannot be a code")]
    MalformedCode,

    #[error("a limit was reached")]
    Refused(Refusal),

    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Step {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Code => "code",
            Self::Message => "message",
            Self::Confirm => "confirm",
            Self::Done => "done",
            Self::Expired => "expired",
            Self::Locked => "locked",
            Self::Superseded => "superseded",
            Self::Canceled => "canceled",
            Self::Undeliverable => "undeliverable",
            Self::Gone => "gone",
        }
    }

    /// Where a page stands at `now`. A code that was sent counts to its own end, even when the
    /// visit ends before it.
    pub(super) fn at(
        session: Option<&Session>,
        verification: Option<&Verification>,
        now: Timestamp,
    ) -> Self {
        let state = verification.map(|verification| verification.state_at(now));
        let is_over = session.is_some_and(|session| !session.is_open(now));
        match state {
            Some(State::Approved) => Self::Done,
            Some(State::Pending) => verification.map_or(Self::Code, Self::pending),
            _ if is_over => Self::Gone,
            None => Self::Phone,
            Some(State::Expired) => Self::Expired,
            Some(State::Exhausted) => Self::Locked,
            Some(State::Undeliverable) => Self::Undeliverable,
            Some(State::Canceled)
                if verification.is_some_and(|verification| verification.is_superseded) =>
            {
                Self::Superseded
            }
            Some(State::Canceled) => Self::Canceled,
        }
    }

    /// A code was sent, and it no longer counts.
    pub(super) const fn has_failed(self) -> bool {
        match self {
            Self::Expired
            | Self::Locked
            | Self::Superseded
            | Self::Canceled
            | Self::Undeliverable => true,
            Self::Phone | Self::Code | Self::Message | Self::Confirm | Self::Done | Self::Gone => {
                false
            }
        }
    }

    /// Nothing follows.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Done | Self::Gone => true,
            Self::Phone
            | Self::Code
            | Self::Message
            | Self::Confirm
            | Self::Expired
            | Self::Locked
            | Self::Superseded
            | Self::Canceled
            | Self::Undeliverable => false,
        }
    }

    /// A verification is under way.
    pub const fn is_underway(self) -> bool {
        match self {
            Self::Code | Self::Message | Self::Confirm => true,
            Self::Phone
            | Self::Done
            | Self::Expired
            | Self::Locked
            | Self::Superseded
            | Self::Canceled
            | Self::Undeliverable
            | Self::Gone => false,
        }
    }

    fn pending(verification: &Verification) -> Self {
        match verification.method {
            Method::Code => Self::Code,
            Method::Message if verification.is_heard() => Self::Confirm,
            Method::Message => Self::Message,
        }
    }
}

impl PageView {
    /// What the last code went by, or the next one will.
    pub fn channel(&self) -> Option<Channel> {
        let shown = self.verification.as_ref().map(|view| view.verification.channel);
        shown.or_else(|| self.channels.channels().next())
    }

    /// The channel that can be asked for instead.
    pub fn other_channel(&self) -> Option<Channel> {
        let is_tried = |channel: Channel| match self.step {
            Step::Phone | Step::Code => Some(channel) == self.channel(),
            Step::Undeliverable if self.can_restart => self.has_tried(channel),
            Step::Message
            | Step::Confirm
            | Step::Done
            | Step::Expired
            | Step::Locked
            | Step::Superseded
            | Step::Canceled
            | Step::Undeliverable
            | Step::Gone => true,
        };
        self.channels.channels().find(|channel| !is_tried(*channel))
    }

    /// Whether a message went out by this channel.
    pub fn has_tried(&self, channel: Channel) -> bool {
        let mut messages = self.verification.iter().flat_map(|view| &view.messages);
        messages.any(|message| message.channel == channel)
    }

    /// Whether the code is where it is because it did not arrive by the channel before.
    pub fn fell_back(&self) -> bool {
        let Some(view) = &self.verification else { return false };
        // There is one way on from the first channel, so that whatever is elsewhere came by it.
        let first = view.messages.first().map(|message| message.channel);
        view.verification.fallbacks > 0 && first != Some(view.verification.channel)
    }
}

impl SessionView {
    pub fn status(&self) -> SessionStatus {
        let verification = self.verification.as_ref().map(|view| &*view.verification);
        match Step::at(Some(&self.session), verification, self.now) {
            Step::Done => SessionStatus::Approved,
            Step::Gone => SessionStatus::Ended,
            Step::Phone
            | Step::Code
            | Step::Message
            | Step::Confirm
            | Step::Expired
            | Step::Locked
            | Step::Superseded
            | Step::Canceled
            | Step::Undeliverable => SessionStatus::Open,
        }
    }
}

/// Digits of the code that a step asks for.
pub(super) const fn digits_of(step: Step, purpose: Purpose, policy: &Policy) -> u8 {
    if matches!(step, Step::Confirm) {
        CONFIRMATION_DIGITS
    } else {
        policy.code.digits_for(purpose.is_sign_in())
    }
}

/// When another verification of the same phone can begin, as far as this one can tell. The ledger
/// has the last word.
pub(super) fn next_start(verification: &Verification, policy: &Policy) -> Timestamp {
    if verification.method == Method::Message {
        return verification.created_at;
    }
    let sent = verification.sends.last().copied().unwrap_or(verification.created_at);
    let cooled = sent.plus(policy.limits.cooldown);
    let has_attempts = verification.attempts < verification.max_attempts;
    // With attempts of its own left, it was closed for those that it shares: they come back when
    // the last of their verifications would have ended.
    if verification.state == State::Exhausted && has_attempts {
        return cooled.max(verification.expires_at);
    }
    cooled
}

/// The tenant's address with one more parameter, which says what to ask us about.
pub(super) fn with_parameter(address: &str, page: &Page) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    match page {
        Page::Session(key) => format!("{address}{separator}session={}", key.id),
        Page::Verification(key) => format!("{address}{separator}verification={}", key.id),
    }
}

impl From<StartError> for PageError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::InvalidPhone(error) => Self::Phone(error),
            StartError::UnsuitableNumber => Self::UnsuitableNumber,
            StartError::CountryNotAllowed => Self::CountryNotAllowed,
            StartError::MethodUnavailable
            | StartError::NotInTest
            | StartError::ChannelUnavailable => Self::ChannelUnavailable,
            StartError::OptedOut => Self::OptedOut,
            StartError::Refused(refusal) => Self::Refused(refusal),
            StartError::Store(error) => Self::Store(error),
            // A page makes its own keys, and gives no address.
            StartError::KeyReused
            | StartError::ReturnUrlNotRegistered
            | StartError::MissingPhone
            | StartError::ConfirmationRequired => {
                Self::Store(StoreError::unavailable("a page asked for the impossible"))
            }
        }
    }
}

impl From<CheckError> for PageError {
    fn from(error: CheckError) -> Self {
        match error {
            // What has ended is shown, not refused.
            CheckError::NotFound | CheckError::Ended(_) | CheckError::NothingToSend => {
                Self::NotFound
            }
            CheckError::MalformedCode(_) => Self::MalformedCode,
            CheckError::ChannelUnavailable => Self::ChannelUnavailable,
            CheckError::OptedOut => Self::OptedOut,
            CheckError::Refused(refusal) => Self::Refused(refusal),
            CheckError::Store(error) => Self::Store(error),
        }
    }
}
