//! What a message of ours is for.

/// What a message of ours is for. The names are stored and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// It brings the code of a verification.
    Code,
    /// It answers a message with a code, to be typed where that message began.
    Confirm,
    /// It answers a message otherwise.
    Reply(Reply),
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    Verified,
    WrongNumber,
    /// Asks for the number, with a button that shares it.
    ContactRequest,
    ContactRefused,
    Forwarded,
    NotText,
    MissingToken,
    Late,
    AlreadyUsed,
    Denied,
}

impl MessageKind {
    pub const ALL: [Self; 12] = [
        Self::Code,
        Self::Confirm,
        Self::Reply(Reply::Verified),
        Self::Reply(Reply::WrongNumber),
        Self::Reply(Reply::ContactRequest),
        Self::Reply(Reply::ContactRefused),
        Self::Reply(Reply::Forwarded),
        Self::Reply(Reply::NotText),
        Self::Reply(Reply::MissingToken),
        Self::Reply(Reply::Late),
        Self::Reply(Reply::AlreadyUsed),
        Self::Reply(Reply::Denied),
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Confirm => "confirmation",
            Self::Reply(Reply::Verified) => "verified",
            Self::Reply(Reply::WrongNumber) => "wrong_number",
            Self::Reply(Reply::ContactRequest) => "contact_request",
            Self::Reply(Reply::ContactRefused) => "contact_refused",
            Self::Reply(Reply::Forwarded) => "forwarded",
            Self::Reply(Reply::NotText) => "not_text",
            Self::Reply(Reply::MissingToken) => "missing_token",
            Self::Reply(Reply::Late) => "late",
            Self::Reply(Reply::AlreadyUsed) => "already_used",
            Self::Reply(Reply::Denied) => "denied",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Without it the verification cannot end well.
    pub const fn carries_code(self) -> bool {
        match self {
            Self::Code | Self::Confirm => true,
            Self::Reply(_) => false,
        }
    }
}

impl Reply {
    /// Whether somebody cannot go on without it.
    pub const fn is_needed(self) -> bool {
        match self {
            Self::ContactRequest | Self::ContactRefused => true,
            Self::Verified
            | Self::WrongNumber
            | Self::Forwarded
            | Self::NotText
            | Self::MissingToken
            | Self::Late
            | Self::AlreadyUsed
            | Self::Denied => false,
        }
    }

    /// The key of its text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Verified => "chat.verified",
            Self::WrongNumber => "chat.wrong_number",
            Self::ContactRequest => "chat.contact",
            Self::ContactRefused => "chat.contact_refused",
            Self::Forwarded => "chat.forwarded",
            Self::NotText => "chat.not_text",
            Self::MissingToken => "chat.missing_token",
            Self::Late => "chat.expired",
            Self::AlreadyUsed => "chat.used",
            Self::Denied => "chat.denied",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_by_its_name() {
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(MessageKind::parse("other"), None);
    }
}
