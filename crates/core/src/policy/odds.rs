//! What a policy leaves to somebody who guesses.
//!
//! A fresh code of `d` digits falls to one guess with probability `10^-d`. What bounds an attacker
//! is the number of wrong codes that one phone allows, over all its verifications: attempts per
//! verification times verifications a day, or the failure ledger, whichever is less. The ledger
//! survives resends, restarts and new verifications, so nothing refreshes it.

use super::Policy;

/// The odds of a sign-in code above which a policy needs its operator's word for it.
pub const RISK_WITHOUT_CONSENT: f64 = 1e-6;

/// The chance that somebody who uses every guess hits one victim's code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    pub guesses_per_day: u32,
    pub guesses_per_month: u32,
    /// For codes that attach a phone, in a day at full allowance.
    pub attach_per_day: f64,
    /// For codes that sign in or recover, in a day at full allowance.
    pub sign_in_per_day: f64,
    /// For codes that sign in or recover, in a year at full allowance.
    pub sign_in_per_year: f64,
}

pub fn odds(policy: &Policy) -> Odds {
    let (code, limits) = (&policy.code, &policy.limits);
    let by_sends = u32::from(limits.per_phone_per_day) * u32::from(code.max_attempts);
    let guesses_per_day = by_sends.min(u32::from(limits.failures_per_day));
    let guesses_per_month = (30 * guesses_per_day).min(u32::from(limits.failures_per_month));
    let chance = |guesses: f64, digits: u8| 1.0 - (1.0 - 0.1_f64.powi(digits.into())).powf(guesses);
    Odds {
        guesses_per_day,
        guesses_per_month,
        attach_per_day: chance(f64::from(guesses_per_day), code.digits),
        sign_in_per_day: chance(f64::from(guesses_per_day), code.sign_in_digits),
        sign_in_per_year: chance(f64::from(guesses_per_month) * 365.0 / 30.0, code.sign_in_digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < right * 0.02
    }

    #[test]
    fn the_default_policy_leaves_one_in_ten_million_a_day_at_sign_in() {
        let odds = odds(&Policy::default());

        assert_eq!((odds.guesses_per_day, odds.guesses_per_month), (10, 20));
        assert!(close(odds.attach_per_day, 1.0e-5), "{odds:?}");
        assert!(close(odds.sign_in_per_day, 1.0e-7), "{odds:?}");
        assert!(close(odds.sign_in_per_year, 2.4e-6), "{odds:?}");
    }

    #[test]
    fn six_digits_at_sign_in_are_above_the_bound() {
        let mut policy = Policy::default();
        policy.code.sign_in_digits = 6;

        assert!(odds(&policy).sign_in_per_day > RISK_WITHOUT_CONSENT);
    }

    #[test]
    fn fewer_sends_bound_the_guesses_when_they_are_less_than_the_ledger() {
        let mut policy = Policy::default();
        policy.limits.per_phone_per_day = 2;

        assert_eq!(odds(&policy).guesses_per_day, 6);
    }
}
