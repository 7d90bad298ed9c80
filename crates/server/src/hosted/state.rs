//! Where a page stands, as its script reads it and its template shows it.

use countersign_core::channel::Channel;
use countersign_core::delivery::MessageStatus;
use countersign_core::hosted::{PageView, Step};
use countersign_core::time::Timestamp;
use countersign_core::verification::{Method, Reception};
use serde::Serialize;

use super::fault::{Fault, Refusal};
use super::number::{masked, masked_sender};

/// Everything that a page shows of a verification. Times are milliseconds of the server's clock.
/// What few pages have is left out of the others, which are to be small.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice that a page offers or not")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) step: &'static str,
    /// The number, masked.
    to: Option<String>,
    /// The length of the code.
    digits: u8,
    /// What the last code went by, or the next one will.
    channel: &'static str,
    /// What can be asked for instead.
    other_channel: Option<&'static str>,
    /// The key of a text about the channel that the code did not arrive by.
    #[serde(skip_serializing_if = "Option::is_none")]
    fell_back: Option<&'static str>,
    /// The key of a text about the channels that nothing arrived by.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelivered: Option<&'static str>,
    /// Whether texts about SMS may be needed.
    #[serde(skip)]
    pub(crate) has_sms: bool,
    /// Whether those of test keys may be.
    #[serde(skip)]
    pub(crate) is_test: bool,
    /// The code that nobody was sent, because a test key asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    test_code: Option<String>,
    /// How the phone is proved: `code` or `message`.
    pub(crate) method: &'static str,
    /// Opens WhatsApp with the message that is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// What that message says, around what makes it this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
        let channel = view.channel().unwrap_or(Channel::WhatsApp);
        let has_sms = channel == Channel::Sms || view.channels.contains(Channel::Sms);
        let key = if has_sms { Fault::key_with_sms } else { Fault::key };
        let newest = current.and_then(|current| current.messages.last());
        let ready = current.and_then(|current| current.ready.as_ref());
        let notice = notice(view);
        let is_strange = notice == Some("ui.notice.wrong_number");
        Self {
            step: view.step.as_str(),
            to: view.phone.as_ref().map(masked),
            digits: view.digits,
            channel: channel.as_str(),
            other_channel: view.other_channel().map(Channel::as_str),
            fell_back: fell_back(view),
            undelivered: undelivered(view).filter(|_| has_sms),
            has_sms,
            is_test: view.page.tenant().is_test(),
            test_code: current
                .and_then(|current| current.test_code.as_ref())
                .map(|code| code.reveal().expose().clone()),
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
            error: refusal.map(|refusal| key(refusal.fault)),
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
            other_channel: None,
            fell_back: None,
            undelivered: None,
            has_sms: false,
            is_test: false,
            test_code: None,
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

/// What a page says of a code that is not where it was sent first.
fn fell_back(view: &PageView) -> Option<&'static str> {
    if view.step != Step::Code || !view.fell_back() {
        return None;
    }
    view.channel().map(|channel| match channel {
        Channel::WhatsApp => "ui.sms.fell.whatsapp",
        Channel::Sms => "ui.sms.fell.sms",
    })
}

/// What a page says of a code that is nowhere.
fn undelivered(view: &PageView) -> Option<&'static str> {
    let current = view.verification.as_ref()?;
    if view.step != Step::Undeliverable || current.verification.method != Method::Code {
        return None;
    }
    Some(match Channel::ALL.map(|channel| view.has_tried(channel)) {
        [true, true] => "ui.sms.lost.both",
        [false, true] => "ui.sms.lost.sms",
        [_, false] => "ui.sms.lost.whatsapp",
    })
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
