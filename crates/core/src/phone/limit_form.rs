//! The wide fold: one value for every spelling of one subscriber.

use std::fmt;

use super::digits::Digits;
use super::mask::Masked;
use super::number::PhoneNumber;
use super::wa_id::WaId;

/// What limits and blocks are counted under, however the number is spelled.
///
/// Two subscribers may share one, rarely: then they share a limit. **It proves nothing**: for that
/// there is [`PhoneNumber::matches_sender`]. It is kept, through the keyring, with counters: a
/// change here forgets what was counted for that country.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitForm(Digits);

impl LimitForm {
    /// The folded digits, to derive a look-up key from.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_str().as_bytes()
    }

    fn of(digits: &Digits) -> Self {
        // All newer spellings with an optional part have 13 digits in all, by coincidence.
        if digits.as_str().len() != 13 {
            return Self(*digits);
        }
        let (code, national) = digits.split();
        let short = match code {
            // Also where the rest looks like a fixed line's: São Paulo has had such mobiles.
            "55" if national[2..].starts_with('9') => [&national[..2], &national[3..]],
            "52" if national.starts_with('1') => ["", &national[1..]],
            "54" if national.starts_with('9') => ["", &national[1..]],
            "229" if national.starts_with("01") => ["", &national[2..]],
            // All three operators fold to one: which of them the old number had is not asked.
            "225" if ["01", "05", "07"].contains(&&national[..2]) => ["", &national[2..]],
            _ => return Self(*digits),
        };
        Self(Digits::concat(&[code, short[0], short[1]]).expect("at least eleven digits remain"))
    }
}

impl fmt::Debug for LimitForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LimitForm({})", Masked::of(&self.0))
    }
}

impl PhoneNumber {
    /// The form to count limits under. Costs nanoseconds.
    pub fn limit_form(&self) -> LimitForm {
        LimitForm::of(self.inline())
    }
}

impl WaId {
    /// The form to count limits under: the same for the sender of a message as for the number
    /// that was declared.
    pub fn limit_form(&self) -> LimitForm {
        LimitForm::of(self.inline())
    }
}
