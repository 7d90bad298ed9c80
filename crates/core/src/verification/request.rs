//! What callers ask of the use cases, and what they are told.

use std::net::IpAddr;
use std::sync::Arc;

use super::{
    Challenge, Code, Details, Finding, Idempotency, MalformedCode, Method, Purpose, ReadyMessage,
    SenderAddress, State, Verification,
};
use crate::delivery::{Channel, Message, MessageKey};
use crate::id::VerificationId;
use crate::phone::{InvalidPhone, PhoneNumber};
use crate::policy::Refusal;
use crate::store::StoreError;
use crate::time::Timestamp;

/// What a start asks for.
#[derive(Clone, Debug)]
pub struct StartRequest {
    /// As it was typed. By message, the number may be left to the message to tell.
    pub phone: Option<String>,
    pub method: Method,
    /// Whether a message is answered with a code; the purpose decides where nobody says.
    pub confirm: Option<bool>,
    /// The message carries six digits, as clients of an earlier system expect.
    pub by_digits: bool,
    pub channel: Option<Channel>,
    pub purpose: Purpose,
    pub locale: Option<String>,
    pub client: Client,
    pub details: Details,
    pub idempotency: Option<Idempotency>,
    pub mode: StartMode,
}

/// What happens when one of the same phone and purpose is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartMode {
    /// It stands beside it, up to a number.
    Beside,
    /// The live one is sent again: contracts that know only the phone have one at a time.
    ResendLive,
}

/// The person's own address and browser, as far as the tenant tells.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub ip: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

#[derive(Debug)]
pub struct Started {
    pub view: VerificationView,
    /// `None` where nothing is sent.
    pub message: Option<MessageKey>,
    /// The same request came before, and this is what it came to.
    pub is_repeated: bool,
}

/// A verification with what is stored beside it, for its tenant to see.
#[derive(Debug)]
pub struct VerificationView {
    pub verification: Arc<Verification>,
    /// `None` until a message tells.
    pub phone: Option<PhoneNumber>,
    pub details: Details,
    pub messages: Vec<Message>,
    /// Of a verification by message.
    pub challenge: Option<Challenge>,
    /// Whoever sent the message that counted, in WhatsApp's words.
    pub sender: Option<SenderAddress>,
    /// The message that is awaited.
    pub ready: Option<ReadyMessage>,
    /// The code that counts, where a test key asked for it: nobody was sent it.
    pub test_code: Option<Code>,
    /// When it was looked at: its state depends on the time.
    pub now: Timestamp,
}

/// Whose code is checked.
#[derive(Clone, Debug)]
pub enum Target {
    Id(VerificationId),
    /// The newest of a phone.
    Phone(PhoneNumber, Purpose),
}

/// The answer to a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    pub id: VerificationId,
    pub finding: Finding,
    pub state: State,
    pub attempts_left: u8,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    InvalidPhone(#[from] InvalidPhone),

    /// Numbers of this kind cost money or belong to machines.
    #[error("numbers of this kind cannot be verified")]
    UnsuitableNumber,

    #[error("the country is not allowed")]
    CountryNotAllowed,

    /// Without its business number there is nowhere to write to.
    #[error("the method is not available")]
    MethodUnavailable,

    /// Nobody can write to what a test key stands for.
    #[error("a test key cannot use the method")]
    NotInTest,

    /// A code is sent to a number, so one must be given.
    #[error("no number was given")]
    MissingPhone,

    /// Whoever signs in must type the code that answers the message.
    #[error("this purpose needs the confirmation")]
    ConfirmationRequired,

    #[error("the tenant has no account for this channel")]
    ChannelUnavailable,

    /// The person said so, and can take it back.
    #[error("the person wants no messages by this channel")]
    OptedOut,

    /// People are sent back only to where the tenant said.
    #[error("the return address is not registered")]
    ReturnUrlNotRegistered,

    #[error("the idempotency key was used for another request")]
    KeyReused,

    #[error("a limit was reached")]
    Refused(Refusal),

    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("no such verification")]
    NotFound,

    #[error(transparent)]
    MalformedCode(#[from] MalformedCode),

    #[error("the verification has ended")]
    Ended(State),

    /// We wait for a message, and sent none.
    #[error("there is no message to send again")]
    NothingToSend,

    #[error("the tenant has no account for this channel")]
    ChannelUnavailable,

    /// The person said so, and can take it back.
    #[error("the person wants no messages by this channel")]
    OptedOut,

    #[error("a limit was reached")]
    Refused(Refusal),

    #[error(transparent)]
    Store(#[from] StoreError),
}
