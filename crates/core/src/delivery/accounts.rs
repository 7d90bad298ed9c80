//! Which account sends a message: by weight, and around those that fail.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::SendError;
use crate::channel::Channel;
use crate::id::TenantId;
use crate::tenants::{Integration, Integrations};
use crate::time::{Timestamp, minutes, seconds};

/// People in a row whose messages failed, after which an account is left alone. One person's many
/// messages say little about it.
const MOST_FAILURES: usize = 5;
/// How long, at first; twice as long after each trial that fails.
const FIRST_REST: Duration = seconds(15);
const LONGEST_REST: Duration = minutes(4);

/// Tells one person from another.
pub(super) type Person = [u8; 16];

/// A tenant and the name of its account.
pub(super) type AccountKey = (TenantId, String);

/// The accounts of all tenants, and how they are.
pub(super) struct Accounts {
    all: Integrations,
    health: Mutex<HashMap<AccountKey, Health>>,
}

#[derive(Clone, Default)]
struct Health {
    /// Whose messages failed, each once, since one went well.
    failures: Vec<Person>,
    /// How long it rests when it fails again.
    rest: Duration,
    rests_until: Option<Timestamp>,
}

/// Who sends.
pub(super) enum Choice<'a> {
    Account(&'a Arc<Integration>),
    /// All fail. One is tried again after so long.
    AllRest(Duration),
    /// The tenant has none for the channel.
    Nobody,
}

impl Accounts {
    pub(super) fn new(all: Integrations) -> Self {
        Self { all, health: Mutex::default() }
    }

    /// Chooses one; `ticket` spreads the load, and is the same for every try of a message: only the
    /// account that was asked to send it knows whether it did. An account that has rested is given
    /// one message, and the next ones when that went well.
    pub(super) fn choose(
        &self,
        tenant: TenantId,
        channel: Channel,
        ticket: u32,
        now: Timestamp,
    ) -> Choice<'_> {
        let all: Vec<_> = self.all.by(tenant, channel).collect();
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let rests_until = |account: &&&Arc<Integration>| {
            health.get(&key(account)).and_then(|health| health.rests_until)
        };
        let awake: Vec<_> = all
            .iter()
            .filter(|account| rests_until(account).is_none_or(|until| until <= now))
            .copied()
            .collect();
        let Some(chosen) = by_weight(&awake, ticket) else {
            let next = all.iter().filter_map(|account| rests_until(&account)).min();
            return next.map_or(Choice::Nobody, |next| Choice::AllRest(next.after(now)));
        };
        if let Some(health) = health.get_mut(&key(chosen)).filter(|one| one.rests_until.is_some()) {
            health.rests_until = Some(now.plus(health.rest));
        }
        Choice::Account(chosen)
    }

    /// Notes how a call went. What is wrong with the recipient says nothing about the account.
    pub(super) fn note(
        &self,
        account: &Integration,
        outcome: Result<(), &SendError>,
        person: Person,
        now: Timestamp,
    ) {
        let mut all = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let has_failed = match outcome {
            Err(
                SendError::Unavailable { .. }
                | SendError::Unknown { .. }
                | SendError::Misconfigured { .. },
            ) => true,
            Err(
                SendError::Unreachable { .. }
                | SendError::OptedOut { .. }
                | SendError::Refused { .. },
            )
            | Ok(()) => false,
        };
        if !has_failed {
            if all.remove(&key(account)).is_some_and(|health| health.rests_until.is_some()) {
                tracing::info!(account.name = account.name, "An account works again");
            }
            return;
        }
        let health = all.entry(key(account)).or_default();
        // While it rests, a failure is that of its trial.
        let is_trial = health.rests_until.is_some();
        if !health.failures.contains(&person) && health.failures.len() < MOST_FAILURES {
            health.failures.push(person);
        }
        if is_trial || health.failures.len() >= MOST_FAILURES {
            health.rest = (health.rest * 2).clamp(FIRST_REST, LONGEST_REST);
            health.rests_until = Some(now.plus(health.rest));
            let rest = health.rest.as_secs();
            tracing::warn!(
                account.name = account.name,
                account.rest_s = rest,
                "An account keeps failing and is left alone for {rest} s"
            );
        }
    }
}

pub(super) fn key(account: &Integration) -> AccountKey {
    (account.tenant, account.name.clone())
}

/// Those of weight zero are a reserve for when there is no other.
fn by_weight<'a>(accounts: &[&'a Arc<Integration>], ticket: u32) -> Option<&'a Arc<Integration>> {
    let all: u64 = accounts.iter().map(|account| u64::from(account.weight)).sum();
    let mut place = u64::from(ticket).checked_rem(all).unwrap_or_default();
    let weighted = accounts.iter().find(|account| {
        let is_here = place < u64::from(account.weight);
        place = place.saturating_sub(account.weight.into());
        is_here
    });
    weighted.or(accounts.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::MessageKey;
    use crate::testing::minimal_integration;

    const NOW: Timestamp = Timestamp::from_seconds(1_791_300_000);
    const BUSY: SendError = SendError::Unavailable { retry_after: None, code: None };

    fn account(name: &str, weight: u32) -> Integration {
        let channels = vec![Channel::Sms];
        Integration { name: name.to_owned(), weight, channels, ..minimal_integration() }
    }

    fn accounts(all: &[(&str, u32)]) -> Accounts {
        let all = all.iter().map(|(name, weight)| account(name, *weight)).collect();
        Accounts::new(Integrations::new(all))
    }

    fn chosen(accounts: &Accounts, ticket: u32, now: Timestamp) -> Option<String> {
        match accounts.choose(TenantId::DEFAULT, Channel::Sms, ticket, now) {
            Choice::Account(account) => Some(account.name.clone()),
            Choice::AllRest(_) | Choice::Nobody => None,
        }
    }

    fn fail(accounts: &Accounts, name: &str, times: usize, now: Timestamp) {
        for person in 0..times {
            accounts.note(&account(name, 1), Err(&BUSY), [u8::try_from(person).unwrap(); 16], now);
        }
    }

    #[test]
    fn the_load_is_spread_by_weight_and_a_reserve_gets_nothing() {
        let accounts = accounts(&[("one", 3), ("two", 1), ("reserve", 0)]);

        let names: Vec<_> = (0..8).filter_map(|ticket| chosen(&accounts, ticket, NOW)).collect();

        assert_eq!(names.iter().filter(|name| *name == "one").count(), 6);
        assert_eq!(names.iter().filter(|name| *name == "two").count(), 2);
    }

    #[test]
    fn an_account_that_keeps_failing_rests_and_then_gets_one_message() {
        let accounts = accounts(&[("one", 1), ("reserve", 0)]);
        fail(&accounts, "one", MOST_FAILURES - 1, NOW);
        assert_eq!(chosen(&accounts, 0, NOW).as_deref(), Some("one"));

        fail(&accounts, "one", MOST_FAILURES, NOW);

        assert_eq!(chosen(&accounts, 0, NOW).as_deref(), Some("reserve"));
        let later = NOW.plus(FIRST_REST);
        assert_eq!(chosen(&accounts, 0, later).as_deref(), Some("one"));
        assert_eq!(chosen(&accounts, 0, later).as_deref(), Some("reserve"));
        accounts.note(&account("one", 1), Ok(()), [1; 16], later);
        assert_eq!(chosen(&accounts, 0, later).as_deref(), Some("one"));
        assert_eq!(chosen(&accounts, 0, later).as_deref(), Some("one"));
    }

    #[test]
    fn a_trial_that_fails_doubles_the_rest() {
        let accounts = accounts(&[("one", 1)]);
        fail(&accounts, "one", MOST_FAILURES, NOW);
        let trial = NOW.plus(FIRST_REST);
        assert_eq!(chosen(&accounts, 0, trial).as_deref(), Some("one"));

        fail(&accounts, "one", 1, trial);

        let rest = accounts.choose(TenantId::DEFAULT, Channel::Sms, 0, trial);
        assert!(matches!(rest, Choice::AllRest(rest) if rest == FIRST_REST * 2));
    }

    #[test]
    fn every_try_of_a_message_goes_by_one_account_and_messages_are_spread() {
        let accounts = accounts(&[("one", 1), ("two", 1)]);
        let entropy = crate::testing::CountingEntropy::default();
        let mut by_one = 0;
        for _ in 0..200 {
            let verification = crate::id::VerificationId::generate(NOW, &entropy);
            let key = MessageKey { tenant: TenantId::DEFAULT, verification, number: 1 };

            let tries = [0, 1, 2].map(|_| chosen(&accounts, key.ticket(), NOW));

            assert!(tries.iter().all(|name| *name == tries[0]));
            by_one += u32::from(tries[0].as_deref() == Some("one"));
        }
        assert!((60..=140).contains(&by_one), "{by_one} of 200");
    }

    #[test]
    fn one_person_alone_does_not_take_an_account_from_everybody() {
        let accounts = accounts(&[("one", 1), ("reserve", 0)]);
        for _ in 0..50 {
            accounts.note(&account("one", 1), Err(&BUSY), [7; 16], NOW);
        }

        assert_eq!(chosen(&accounts, 0, NOW).as_deref(), Some("one"));
    }

    #[test]
    fn a_recipient_that_cannot_be_reached_is_not_the_accounts_fault() {
        let accounts = accounts(&[("one", 1)]);
        for _ in 0..20 {
            let unreachable = SendError::Unreachable { code: 1 };
            accounts.note(&account("one", 1), Err(&unreachable), [1; 16], NOW);
        }

        assert_eq!(chosen(&accounts, 0, NOW).as_deref(), Some("one"));
        assert!(matches!(
            accounts.choose(TenantId::DEFAULT, Channel::WhatsApp, 0, NOW),
            Choice::Nobody
        ));
    }
}
