//! Which answer a message gets.

use crate::delivery::Reply;
use crate::verification::Reception;

/// `None` for what is not answered at all: whoever guesses, forges or replays learns nothing.
pub(super) const fn reply_to(reception: Reception, is_live: bool) -> Option<Reply> {
    match reception {
        Reception::Approved => Some(Reply::Verified),
        Reception::WrongNumber => Some(Reply::WrongNumber),
        Reception::ContactAsked => Some(Reply::ContactRequest),
        Reception::ContactRefused => Some(Reply::ContactRefused),
        Reception::Forwarded if is_live => Some(Reply::Forwarded),
        Reception::NotText if is_live => Some(Reply::NotText),
        Reception::MissingToken => Some(Reply::MissingToken),
        Reception::Late | Reception::Ended => Some(Reply::Late),
        Reception::AlreadyUsed => Some(Reply::AlreadyUsed),
        Reception::Denied => Some(Reply::Denied),
        Reception::AwaitingConfirmation
        | Reception::PhoneHidden
        | Reception::Claimed
        | Reception::Forwarded
        | Reception::NotText
        | Reception::Backdated
        | Reception::SecondSender
        | Reception::UnknownToken
        | Reception::Ignored
        | Reception::RateLimited
        | Reception::IdentityChanged
        | Reception::CountryNotAllowed
        | Reception::Unsuitable
        | Reception::OptedOut
        | Reception::OptedIn
        | Reception::WrongChannel
        | Reception::Kept
        | Reception::Quarantined => None,
    }
}
