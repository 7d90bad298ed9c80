//! What a message that somebody wrote came to.

macro_rules! receptions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What a message that somebody wrote came to. The words are stored and sent: never
        /// change one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reception {
            $($(#[$doc])* $name,)*
        }

        impl Reception {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

receptions! {
    /// It proved the phone.
    Approved = "approved",
    /// It is the right one; the code that answers it has to be typed where it began.
    AwaitingConfirmation = "awaiting_confirmation",
    /// It came from another number than the one that is to be proved.
    WrongNumber = "wrong_number",
    /// WhatsApp does not say from which number it came.
    PhoneHidden = "phone_hidden",
    /// Nor this one; its sender was asked to share the number.
    ContactAsked = "contact_asked",
    /// A contact that its sender was not asked for, or another person's.
    ContactRefused = "contact_refused",
    /// The number that its sender shared is sent a code.
    Claimed = "claimed",
    /// Somebody else wrote it.
    Forwarded = "forwarded",
    /// A caption, a button, an edited message, one in a group: anything but plain text in the chat.
    NotText = "not_text",
    /// It was written before the verification began.
    Backdated = "backdated",
    /// Its time was up.
    Late = "late",
    /// Another one had sent it already: it proves nothing any more.
    SecondSender = "second_sender",
    /// It did what it could when it came first.
    AlreadyUsed = "already_used",
    /// The verification had been ended by something else.
    Ended = "ended",
    /// It carries a token that nobody waits for.
    UnknownToken = "unknown_token",
    /// A ready-made message that has lost its token.
    MissingToken = "missing_token",
    /// Its sender tried too many tokens.
    Ignored = "ignored",
    /// It would need an answer, and its sender has had too many.
    RateLimited = "rate_limited",
    /// The account behind the number is another one than when it was proved last.
    IdentityChanged = "identity_changed",
    CountryNotAllowed = "country_not_allowed",
    /// No number that a person is reached at.
    Unsuitable = "unsuitable",
    /// Its sender says that they asked for nothing.
    Denied = "denied",
    /// It is about no verification.
    Kept = "kept",
    /// It is about a business number that whoever signed the webhook does not have.
    Quarantined = "quarantined",
}
