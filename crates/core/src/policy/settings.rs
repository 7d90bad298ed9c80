//! The numbers of the policy, and the ranges that they may have.

use std::time::Duration;

use crate::channel::{Channel, Route};
use crate::phone::{Country, PhoneNumber};
use crate::secret::Secret;
use crate::time::{minutes, seconds};

/// Every rule that an operator may set.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub code: CodePolicy,
    pub limits: Limits,
    /// Countries that may be sent to; empty is all of them.
    pub countries: Vec<Country>,
    pub message: MessagePolicy,
    pub routes: RoutePolicy,
    /// Nothing is sent to these, and their codes are fixed: for tests of the tenant's own.
    pub test_numbers: Vec<TestNumber>,
}

/// A number whose code is known.
#[derive(Clone, Debug)]
pub struct TestNumber {
    pub number: PhoneNumber,
    /// 6 to 10 digits.
    pub code: Secret<String>,
}

/// By which channels codes go.
#[derive(Clone, Debug)]
pub struct RoutePolicy {
    /// Where no other order is given for a country.
    pub order: Route,
    pub by_country: Vec<(Country, Route)>,
    /// How long the phone may take to say that it has a message, before the next channel is
    /// tried: 10 to 120 seconds.
    pub patience: Duration,
}

/// How phones are proved by messages that people write.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessagePolicy {
    /// Answers what went well or wrong in the chat as well. Each answer costs money; the page
    /// says the same for nothing.
    pub replies: bool,
}

/// What codes look like and how long they live.
#[derive(Clone, Copy, Debug)]
pub struct CodePolicy {
    /// Digits of a code that attaches a phone: 6 to 10.
    pub digits: u8,
    /// Digits of a code that signs in or recovers: 6 to 10.
    pub sign_in_digits: u8,
    /// At most 10 minutes (NIST SP 800-63B-4, 3.1.3.2).
    pub lifetime: Duration,
    /// Comparisons that one code allows, over all its messages: 1 to 5.
    pub max_attempts: u8,
    /// Comparisons that all live codes of one phone and purpose allow together: 3 to 10.
    pub max_attempts_per_chain: u8,
}

/// How often something may happen.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Between two messages to one phone. Each resend of one verification doubles it.
    pub cooldown: Duration,
    /// Messages to one phone in 24 hours: 1 to 100.
    pub per_phone_per_day: u8,
    /// Messages asked for by one address in an hour: 1 to 1,000; zero is no limit.
    pub per_address_per_hour: u16,
    /// Messages of one tenant; zero is no limit.
    pub per_tenant_per_minute: u32,
    /// How many of them may come at once.
    pub tenant_burst: u32,
    /// Wrong codes for one phone in 24 hours: 1 to 30.
    pub failures_per_day: u8,
    /// Wrong codes for one phone in 30 days: 1 to 100 (the bound of NIST SP 800-63B-4, 3.2.2).
    pub failures_per_month: u8,
    /// Live verifications of one phone and purpose: 1 to 3.
    pub live: u8,
}

/// A setting outside its range.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} must be {range}")]
pub struct PolicyError {
    pub setting: &'static str,
    pub range: &'static str,
}

impl CodePolicy {
    /// Digits of a code for somebody who signs in with it, or who does not.
    pub const fn digits_for(&self, is_sign_in: bool) -> u8 {
        if is_sign_in { self.sign_in_digits } else { self.digits }
    }
}

impl Default for CodePolicy {
    fn default() -> Self {
        Self {
            digits: 6,
            sign_in_digits: 8,
            lifetime: minutes(5),
            max_attempts: 3,
            max_attempts_per_chain: 5,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cooldown: seconds(60),
            per_phone_per_day: 5,
            per_address_per_hour: 10,
            per_tenant_per_minute: 30,
            tenant_burst: 60,
            failures_per_day: 10,
            failures_per_month: 20,
            live: 2,
        }
    }
}

impl Default for RoutePolicy {
    fn default() -> Self {
        Self { order: Route::of(Channel::ALL), by_country: Vec::new(), patience: seconds(30) }
    }
}

impl RoutePolicy {
    pub fn for_country(&self, country: Option<Country>) -> Route {
        let known = self.by_country.iter().find(|(other, _)| Some(*other) == country);
        known.map_or(self.order, |(_, route)| *route)
    }
}

impl Policy {
    /// The code of a test number; `None` for every other number.
    pub fn test_code(&self, number: &PhoneNumber) -> Option<&Secret<String>> {
        let known = self.test_numbers.iter().find(|known| known.number == *number);
        known.map(|known| &known.code)
    }

    /// Every setting outside its range, by the name it has in the settings file.
    pub fn errors(&self) -> Vec<PolicyError> {
        let (code, limits) = (&self.code, &self.limits);
        let rules = [
            ((6..=10).contains(&code.digits), "otp_code_digits", "6 to 10"),
            ((6..=10).contains(&code.sign_in_digits), "otp_sign_in_code_digits", "6 to 10"),
            (
                (minutes(1)..=minutes(10)).contains(&code.lifetime),
                "otp_expiration_minutes",
                "1 to 10",
            ),
            ((1..=5).contains(&code.max_attempts), "otp_max_attempts", "1 to 5"),
            (
                (3..=10).contains(&code.max_attempts_per_chain)
                    && code.max_attempts_per_chain >= code.max_attempts,
                "otp_max_attempts_per_chain",
                "3 to 10, and not less than otp_max_attempts",
            ),
            (
                (seconds(30)..=minutes(10)).contains(&limits.cooldown),
                "otp_resend_cooldown_seconds",
                "30 to 600",
            ),
            (
                (1..=100).contains(&limits.per_phone_per_day),
                "max_otp_per_phone_per_day",
                "1 to 100",
            ),
            (limits.per_address_per_hour <= 1_000, "max_otp_per_ip_per_hour", "0 to 1000"),
            (
                (1..=30).contains(&limits.failures_per_day),
                "max_failures_per_phone_per_day",
                "1 to 30",
            ),
            (
                (1..=100).contains(&limits.failures_per_month),
                "max_failures_per_phone_per_month",
                "1 to 100",
            ),
            ((1..=3).contains(&limits.live), "max_live_per_phone", "1 to 3"),
            (
                (seconds(10)..=minutes(2)).contains(&self.routes.patience),
                "fallback_after_seconds",
                "10 to 120",
            ),
        ];
        rules
            .into_iter()
            .filter(|(holds, ..)| !holds)
            .map(|(_, setting, range)| PolicyError { setting, range })
            .collect()
    }
}
