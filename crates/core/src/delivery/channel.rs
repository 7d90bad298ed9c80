//! The ways to a phone.

/// A way to a phone. The names are stored and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    WhatsApp,
    Sms,
}

impl Channel {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Sms => "sms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "whatsapp" => Some(Self::WhatsApp),
            "sms" => Some(Self::Sms),
            _ => None,
        }
    }
}
