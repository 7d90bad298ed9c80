//! What a number is for, as far as its numbering plan tells.

use rlibphonenumber::PhoneNumberType;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum NumberKind {
    Mobile,
    FixedLine,
    /// The plan does not tell them apart: North America, for one.
    FixedLineOrMobile,
    Voip,
    TollFree,
    PremiumRate,
    SharedCost,
    Pager,
    Voicemail,
    /// A company's one number for many offices.
    Uan,
    /// A number that follows a person from line to line.
    PersonalNumber,
    /// Of no country: +800, +808, +870, +878, +881, +882, +883, +888 and +979.
    SatelliteOrGlobal,
    /// Not, or no longer, a number of its plan. Parsing never answers it.
    Unknown,
}

impl NumberKind {
    /// Whether a code may be sent there. Kinds that pay their owner for each message or call, cost
    /// a multiple, or have nobody who could read the code, may not.
    ///
    /// Fixed lines may: WhatsApp accepts them.
    pub fn may_receive_codes(self) -> bool {
        match self {
            Self::Mobile
            | Self::FixedLine
            | Self::FixedLineOrMobile
            | Self::Voip
            | Self::PersonalNumber => true,
            Self::TollFree
            | Self::PremiumRate
            | Self::SharedCost
            | Self::Pager
            | Self::Voicemail
            | Self::Uan
            | Self::SatelliteOrGlobal
            | Self::Unknown => false,
        }
    }

    /// Stored and shown to tenants: never rename one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::FixedLine => "fixed_line",
            Self::FixedLineOrMobile => "fixed_line_or_mobile",
            Self::Voip => "voip",
            Self::TollFree => "toll_free",
            Self::PremiumRate => "premium_rate",
            Self::SharedCost => "shared_cost",
            Self::Pager => "pager",
            Self::Voicemail => "voicemail",
            Self::Uan => "uan",
            Self::PersonalNumber => "personal_number",
            Self::SatelliteOrGlobal => "satellite_or_global",
            Self::Unknown => "unknown",
        }
    }
}

impl From<PhoneNumberType> for NumberKind {
    fn from(kind: PhoneNumberType) -> Self {
        match kind {
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::UAN => Self::Uan,
            PhoneNumberType::PersonalNumber => Self::PersonalNumber,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }
}
