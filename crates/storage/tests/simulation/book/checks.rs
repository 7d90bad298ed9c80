//! Checks: who may be approved, and how often somebody may guess.

use countersign_core::ledger::{Check, CheckOutcome, CheckTarget};
use countersign_core::verification::{Finding, State, VerificationKey};

use super::Book;
use crate::invariant::{Held, Invariant};

impl Book {
    pub(super) fn check(&mut self, check: &Check, outcome: &CheckOutcome) -> Held {
        let CheckOutcome::Found { key, finding, attempts_left, .. } = outcome else {
            return self.not_found(check);
        };
        self.found(check, *key)?;
        if let Some(before) = self.repeated(check, *key) {
            self.tally.repeated_checks += 1;
            return Invariant::RepeatedCheckIsOne.hold(before == *finding, || {
                format!("{key:?} was answered {before:?}, and again {finding:?}")
            });
        }
        let most = self.scene.policy.code.max_attempts;
        Invariant::ComparisonsPerCode.hold(*attempts_left <= most, || {
            format!("{key:?} has {attempts_left} attempts left")
        })?;
        match finding {
            Finding::Approved => self.approved(check, *key),
            Finding::WrongCode => self.wrong(check, *key),
            Finding::Exhausted => self.exhausted(check, *key),
            Finding::Locked(refusal) => {
                self.tally.locks += 1;
                let phone = self.entries[key].phone;
                Invariant::FailureLedger.hold(
                    self.may_be_locked(phone, check.now) && refusal.retry_at > check.now,
                    || format!("{key:?} is locked without a reason"),
                )
            }
            Finding::NotReceived => {
                Invariant::RowsAreAsDecided.hold(false, || format!("{key:?} waits for a message"))
            }
            Finding::AlreadyApproved => self.is_at(*key, State::Approved),
            Finding::Canceled => self.is_at(*key, State::Canceled),
            Finding::Undeliverable => self.is_at(*key, State::Undeliverable),
            Finding::Superseded => {
                self.is_at(*key, State::Canceled)?;
                Invariant::RowsAreAsDecided.hold(self.entries[key].is_superseded, || {
                    format!("{key:?} is said to be superseded")
                })
            }
            // The events say whether it ended with this check.
            Finding::Expired => Invariant::RowsAreAsDecided.hold(
                match self.entries[key].state {
                    State::Expired => true,
                    State::Pending => self.entries[key].expires_at <= check.now,
                    State::Approved | State::Canceled | State::Exhausted | State::Undeliverable => {
                        false
                    }
                },
                || format!("{key:?} expired before its time"),
            ),
        }
    }

    fn not_found(&mut self, check: &Check) -> Held {
        self.tally.foreign += 1;
        let is_there = match check.target {
            CheckTarget::Verification(key) => self.entries.contains_key(&key),
            CheckTarget::Phone { .. } => false,
        };
        Invariant::RowsAreAsDecided.hold(!is_there, || format!("{:?} is missing", check.target))
    }

    fn found(&self, check: &Check, key: VerificationKey) -> Held {
        let entry = self.entries.get(&key);
        let holds = match check.target {
            CheckTarget::Verification(target) => target == key && entry.is_some(),
            CheckTarget::Phone { tenant, number, purpose, .. } => {
                key.tenant == tenant
                    && entry.is_some_and(|entry| entry.number == number && entry.purpose == purpose)
            }
        };
        Invariant::NothingOfAnotherTenant
            .hold(holds, || format!("{:?} found {key:?}", check.target))
    }

    fn repeated(&self, check: &Check, key: VerificationKey) -> Option<Finding> {
        let mut checks = self.entries[&key].checks.iter();
        let (_, finding) = checks.find(|(request, _)| Some(*request) == check.request)?;
        Some(*finding)
    }

    fn approved(&mut self, check: &Check, key: VerificationKey) -> Held {
        let entry = &self.entries[&key];
        let phone = entry.phone;
        Invariant::OneApprovalPerVerification
            .hold(entry.state != State::Approved, || format!("{key:?} was approved again"))?;
        Invariant::NoApprovalAfterTheEnd.hold(entry.is_live(check.now), || {
            format!("{key:?} was approved, but it is {:?}", entry.state)
        })?;
        Invariant::ApprovalForTheRightCodeOnly
            .hold(is_right(check, &entry.code), || format!("{key:?} was approved"))?;
        Invariant::FailureLedger.hold(!self.is_locked(phone, check.now), || {
            format!("{key:?} was approved although its phone is locked")
        })?;
        self.compared(check, key, Finding::Approved)?;
        let entry = &self.entries[&key];
        let place = (entry.phone, entry.purpose.tag());
        let others = self.chains[&place].members.iter().filter(|other| **other != key);
        let live = others.filter(|other| self.entries[other].is_live(check.now));
        let ends_at = live.map(|other| self.entries[other].expires_at).max();
        let chain = self.chains.get_mut(&place).expect("it is part of it");
        chain.attempts = 0;
        chain.ends_at = ends_at.unwrap_or(check.now);
        self.tally.approvals += 1;
        Ok(())
    }

    fn wrong(&mut self, check: &Check, key: VerificationKey) -> Held {
        let entry = &self.entries[&key];
        Invariant::RightCodeIsNotCalledWrong
            .hold(!is_right(check, &entry.code), || format!("{key:?} refused its own code"))?;
        Invariant::NoApprovalAfterTheEnd
            .hold(entry.is_live(check.now), || format!("{key:?} compared a code after its end"))?;
        self.tally.wrong_codes += 1;
        self.compared(check, key, Finding::WrongCode)?;
        self.fail(self.entries[&key].phone, check.now)
    }

    fn exhausted(&mut self, check: &Check, key: VerificationKey) -> Held {
        let entry = &self.entries[&key];
        if entry.state == State::Exhausted {
            return Ok(());
        }
        Invariant::NoApprovalAfterTheEnd.hold(entry.is_live(check.now), || {
            format!("{key:?} was exhausted, but it is {:?}", entry.state)
        })?;
        // Beyond the bound the answer is the same for every code, so nothing is learnt from it.
        self.attempt(check, key, Finding::Exhausted);
        self.fail(self.entries[&key].phone, check.now)
    }

    // The answer depends on the code: this is a guess, and guesses are numbered.
    fn compared(&mut self, check: &Check, key: VerificationKey, finding: Finding) -> Held {
        let policy = self.scene.policy.code;
        let (of_code, of_chain) = self.attempt(check, key, finding);
        Invariant::ComparisonsPerCode
            .hold(of_code <= policy.max_attempts, || format!("comparison {of_code} of {key:?}"))?;
        Invariant::ComparisonsPerChain.hold(of_chain <= policy.max_attempts_per_chain, || {
            format!("comparison {of_chain} of the chain of {key:?}")
        })
    }

    fn attempt(&mut self, check: &Check, key: VerificationKey, finding: Finding) -> (u8, u8) {
        let entry = self.entries.get_mut(&key).expect("it was found");
        entry.attempts += 1;
        entry.checks.extend(check.request.map(|request| (request, finding)));
        let chain = self.chains.get_mut(&(entry.phone, entry.purpose.tag())).expect("it began");
        chain.attempts += 1;
        (entry.attempts, chain.attempts)
    }

    fn is_at(&self, key: VerificationKey, state: State) -> Held {
        Invariant::RowsAreAsDecided.hold(self.entries[&key].state == state, || {
            format!("{key:?} is said to be {state:?}, but it is {:?}", self.entries[&key].state)
        })
    }
}

fn is_right(check: &Check, code: &str) -> bool {
    check.code.reveal().expose() == code
}
