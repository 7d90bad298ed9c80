//! The words of a verification: where it stands, what it is for, how it is done.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Where a verification stands. Nothing leaves a final state: any but `Pending`.
    State {
        Pending = "pending",
        Approved = "approved",
        Expired = "expired",
        Canceled = "canceled",
        Exhausted = "exhausted",
        Undeliverable = "undeliverable",
    }
}

words! {
    /// What a phone is proved for. A code made for one purpose is refused for another.
    Purpose {
        /// Attaching a phone to an account.
        Verify = "verify",
        /// Signing in.
        Login = "login",
        /// Getting an account back.
        Recovery = "recovery",
        /// Confirming a sensitive action.
        StepUp = "step_up",
        /// The sample-server contract, which knows no purposes.
        Otp = "otp",
    }
}

words! {
    /// Who writes to whom.
    Method {
        /// We send a code, they type it.
        Code = "code",
        /// They send a message, we match it.
        Message = "message",
    }
}

impl Purpose {
    /// Those that a caller of `/v1` may name.
    pub const PUBLIC: [Self; 4] = [Self::Verify, Self::Login, Self::Recovery, Self::StepUp];

    /// Whether the longer code is used: for whoever holds such a code gets in.
    pub const fn is_sign_in(self) -> bool {
        match self {
            Self::Login | Self::Recovery | Self::StepUp => true,
            Self::Verify | Self::Otp => false,
        }
    }

    /// What stands for it in MACs and packed rows. Never change one.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Verify => 1,
            Self::Login => 2,
            Self::Recovery => 3,
            Self::StepUp => 4,
            Self::Otp => 5,
        }
    }

    pub const fn from_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Verify),
            2 => Some(Self::Login),
            3 => Some(Self::Recovery),
            4 => Some(Self::StepUp),
            5 => Some(Self::Otp),
            _ => None,
        }
    }
}
