//! Where a page stands, as its script reads it and its template shows it.

use countersign_core::delivery::MessageStatus;
use countersign_core::hosted::{PageView, Step};
use countersign_core::time::Timestamp;
use countersign_core::verification::Reception;
use serde::Serialize;

use super::fault::Refusal;
use super::number::{masked, masked_sender};

/// Everything that a page shows of a verification. Times are milliseconds of the server's clock.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice that a page offers or not")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) step: &'static str,
    /// The number, masked.
    to: Option<String>,
    /// The length of the code.
    digits: u8,
    channel: &'static str,
    /// How the phone is proved: `code` or `message`.
    pub(crate) method: &'static str,
    /// Opens WhatsApp with the message that is awaited.
    link: Option<String>,
    /// What that message says, around what makes it this one.
    before: Option<String>,
    token: Option<String>,
    after: Option<String>,
    /// The key of a text about a message that came and did not count.
    notice: Option<&'static str>,
    /// Who sent it, masked.
    sender: Option<String>,
    can_message: bool,
    can_switch: bool,
    /// Where the newest message stands.
    message: Option<&'static str>,
    expires_at: Option<i64>,
    resend_at: Option<i64>,
    /// Wrong codes that it still allows.
    pub(crate) left: u8,
    pub(crate) error: Option<&'static str>,
    field: Option<&'static str>,
    retry_at: Option<i64>,
    can_change: bool,
    can_restart: bool,
    /// Where the person goes from here.
    pub(crate) redirect: Option<String>,
}

/// A state and when it was looked at.
#[derive(Serialize)]
pub(crate) struct Moment<'a> {
    pub(crate) now: i64,
    pub(crate) state: &'a State,
}

impl State {
    pub(crate) fn of(view: &PageView, refusal: Option<Refusal>) -> Self {
        let current = view.verification.as_ref();
        let verification = current.map(|current| &current.verification);
        let refusal = refusal.filter(|refusal| refusal.fault.belongs_to(view.step));
        let retry_at = refusal.and_then(|refusal| refusal.retry_at).or(view.retry_at);
        let channel = verification.map_or("whatsapp", |verification| verification.channel.as_str());
        let newest = current.and_then(|current| current.messages.last());
        let ready = current.and_then(|current| current.ready.as_ref());
        let notice = notice(view);
        let is_strange = notice == Some("ui.notice.wrong_number");
        Self {
            step: view.step.as_str(),
            to: view.phone.as_ref().map(masked),
            digits: view.digits,
            channel,
            method: verification.map_or("code", |verification| verification.method.as_str()),
            link: ready.map(|ready| ready.link.clone()),
            before: ready.map(|ready| ready.before.clone()),
            token: ready.map(|ready| ready.token.clone()),
            after: ready.map(|ready| ready.after.clone()),
            notice,
            sender: view.stranger.as_ref().filter(|_| is_strange).map(masked_sender),
            can_message: view.can_message,
            can_switch: view.can_switch,
            message: newest.map(|message| word(message.status())),
            expires_at: verification.map(|verification| verification.expires_at.millis()),
            resend_at: verification.map(|verification| verification.resend_at.millis()),
            left: verification.map_or(0, |verification| verification.attempts_left(view.now)),
            error: refusal.map(|refusal| refusal.fault.key()),
            field: refusal.and_then(|refusal| refusal.fault.field()),
            retry_at: retry_at.map(Timestamp::millis),
            can_change: view.can_change,
            can_restart: view.can_restart,
            redirect: view.return_url.clone().filter(|_| is_end(view.step)),
        }
    }

    /// Of a page that is not there, or not for this browser: the same for both.
    pub(crate) const fn lost() -> Self {
        Self {
            step: Step::Gone.as_str(),
            to: None,
            digits: 0,
            channel: "whatsapp",
            method: "code",
            link: None,
            before: None,
            token: None,
            after: None,
            notice: None,
            sender: None,
            can_message: false,
            can_switch: false,
            message: None,
            expires_at: None,
            resend_at: None,
            left: 0,
            error: None,
            field: None,
            retry_at: None,
            can_change: false,
            can_restart: false,
            redirect: None,
        }
    }
}

const fn is_end(step: Step) -> bool {
    match step {
        Step::Phone | Step::Code | Step::Message | Step::Confirm => false,
        Step::Done
        | Step::Expired
        | Step::Locked
        | Step::Superseded
        | Step::Canceled
        | Step::Undeliverable
        | Step::Gone => true,
    }
}

/// What a page says of the last message that came.
fn notice(view: &PageView) -> Option<&'static str> {
    let last = view.verification.as_ref()?.challenge.as_ref()?.last?;
    Some(match last {
        Reception::WrongNumber => "ui.notice.wrong_number",
        Reception::PhoneHidden => "ui.notice.phone_hidden",
        Reception::ContactAsked => "ui.notice.contact_asked",
        Reception::ContactRefused => "ui.notice.contact_refused",
        Reception::Forwarded => "ui.notice.forwarded",
        Reception::NotText => "ui.notice.not_text",
        Reception::MissingToken => "ui.notice.missing_token",
        Reception::RateLimited => "ui.notice.rate_limited",
        Reception::CountryNotAllowed => "ui.notice.country_not_allowed",
        Reception::Unsuitable => "ui.notice.unsuitable",
        Reception::SecondSender => "ui.notice.second_sender",
        Reception::Denied => "ui.notice.denied",
        Reception::IdentityChanged => "ui.notice.identity_changed",
        Reception::Approved
        | Reception::AwaitingConfirmation
        | Reception::Claimed
        | Reception::Backdated
        | Reception::Late
        | Reception::AlreadyUsed
        | Reception::Ended
        | Reception::UnknownToken
        | Reception::Ignored
        | Reception::OptedOut
        | Reception::OptedIn
        | Reception::WrongChannel
        | Reception::Kept
        | Reception::Quarantined => return None,
    })
}

/// What is being sent is queued to whoever waits for it, and what was dropped has failed.
const fn word(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Queued | MessageStatus::Sending => "queued",
        MessageStatus::Accepted => "accepted",
        MessageStatus::Sent => "sent",
        MessageStatus::Delivered => "delivered",
        MessageStatus::Read => "read",
        MessageStatus::Failed | MessageStatus::Dropped => "failed",
    }
}
