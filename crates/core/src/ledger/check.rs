//! Checking a code.

use std::sync::Arc;

use super::hear::keep_identity;
use super::{Failure, FailureKind, Keys, Rows};
use crate::events::EventKind;
use crate::id::{EventId, TenantId};
use crate::keyring::Keyring;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::verification::{
    Code, Finding, LastCheck, Method, NumberKey, PhoneKey, Purpose, RequestKey, State,
    Verification, VerificationKey,
};

/// Compares a code with the one that was sent, once it has counted the attempt.
#[derive(Clone, Debug)]
pub struct Check {
    pub target: CheckTarget,
    pub code: Code,
    /// Holds the keys to compare under.
    pub keyring: Keyring,
    pub policy: Arc<Policy>,
    /// The caller's idempotency key with this very check: asked again, it is answered again.
    pub request: Option<RequestKey>,
    pub event: EventId,
    pub now: Timestamp,
}

/// Whose code it is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckTarget {
    Verification(VerificationKey),
    /// The newest of a phone, for contracts that know only the phone.
    Phone {
        tenant: TenantId,
        phone: PhoneKey,
        number: NumberKey,
        purpose: Purpose,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum CheckOutcome {
    NotFound,
    Found { key: VerificationKey, finding: Finding, state: State, attempts_left: u8 },
}

impl Check {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        let wanted = match self.target {
            CheckTarget::Verification(key) => vec![key],
            CheckTarget::Phone { phone, .. } if !rows.phones.is_loaded(&phone) => {
                keys.phones.push(phone);
                return;
            }
            CheckTarget::Phone { .. } => self.recent(rows),
        };
        keys.verifications.extend(wanted.iter().filter(|key| !rows.verifications.is_loaded(key)));
        // A number that was learnt meanwhile.
        let phones =
            wanted.iter().filter_map(|key| rows.verifications.get(key)).map(|row| row.phone);
        keys.phones.extend(phones.filter(|phone| !rows.phones.is_loaded(phone)));
        let by_message = wanted.iter().filter(|key| {
            rows.verifications.get(key).is_some_and(|row| row.method == Method::Message)
        });
        keys.challenges.extend(by_message.filter(|key| !rows.challenges.is_loaded(key)));
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> CheckOutcome {
        let Some(key) = self.key(rows) else { return CheckOutcome::NotFound };
        let Some(verification) = rows.verifications.get(&key) else {
            return CheckOutcome::NotFound;
        };
        let finding = match self.repeated(verification) {
            Some(finding) => finding,
            None => self.compare(key, rows),
        };
        let Some(verification) = rows.verifications.get(&key) else {
            return CheckOutcome::NotFound;
        };
        CheckOutcome::Found {
            key,
            finding,
            state: verification.state_at(self.now),
            attempts_left: self.attempts_left(verification, rows),
        }
    }

    fn compare(&self, key: VerificationKey, rows: &mut Rows) -> Finding {
        let Some(verification) = rows.verifications.get(&key) else { return Finding::Expired };
        // One that has ended changes nothing.
        if let Some(finding) = verification.ended_finding() {
            return finding;
        }
        if verification.method == Method::Message {
            return self.confirm(key, rows);
        }
        let phone = verification.phone;
        let mut record = rows.phones.get(&phone).cloned().unwrap_or_default();
        let Some(verification) = rows.edit_verification(&key) else { return Finding::Expired };
        let finding = verification.check(&mut record, &self.policy, self.now, |held, place| {
            held.matches(&self.code, place, &self.keyring)
        });
        if finding.is_comparison() {
            let check = self.request.map(|request| LastCheck { request, finding });
            verification.checks.extend(check);
            *rows.phones.edit_or_default(phone) = record;
        }
        self.note(key, phone, finding, rows);
        finding
    }

    /// The code that answered a message is compared with that verification's own attempts.
    fn confirm(&self, key: VerificationKey, rows: &mut Rows) -> Finding {
        let Some(verification) = rows.edit_verification(&key) else { return Finding::Expired };
        let finding = verification
            .confirm(self.now, |held, place| held.matches(&self.code, place, &self.keyring));
        if finding.is_comparison() {
            let check = self.request.map(|request| LastCheck { request, finding });
            verification.checks.extend(check);
        }
        if finding == Finding::Approved {
            keep_identity(key, rows, self.now);
        }
        self.record(key, finding, rows);
        finding
    }

    fn note(&self, key: VerificationKey, phone: PhoneKey, finding: Finding, rows: &mut Rows) {
        self.record(key, finding, rows);
        if finding == Finding::WrongCode || finding == Finding::Exhausted {
            rows.failures.push(Failure { phone, at: self.now, kind: FailureKind::Code });
        }
    }

    fn record(&self, key: VerificationKey, finding: Finding, rows: &mut Rows) {
        let kind = match finding {
            Finding::Approved => Some(EventKind::VerificationApproved),
            Finding::Exhausted => Some(EventKind::VerificationExhausted),
            Finding::Expired => Some(EventKind::VerificationExpired),
            Finding::WrongCode
            | Finding::AlreadyApproved
            | Finding::Superseded
            | Finding::Canceled
            | Finding::Undeliverable
            | Finding::NotReceived
            | Finding::Locked(_) => None,
        };
        if let Some(kind) = kind {
            rows.record(key, kind, self.event, self.now);
        }
    }

    // An approval is answered again only to the request that it was given to.
    fn repeated(&self, verification: &Verification) -> Option<Finding> {
        let request = self.request?;
        verification.checks.iter().find(|check| check.request == request).map(|check| check.finding)
    }

    fn attempts_left(&self, verification: &Verification, rows: &Rows) -> u8 {
        if verification.method == Method::Message {
            return verification.attempts_left(self.now);
        }
        let policy = &self.policy.code;
        let chain = rows
            .phones
            .get(&verification.phone)
            .and_then(|record| record.chain(verification.purpose))
            .map_or(0, |chain| chain.attempts);
        let of_chain = policy.max_attempts_per_chain.saturating_sub(chain);
        verification.attempts_left(self.now).min(of_chain)
    }

    fn key(&self, rows: &Rows) -> Option<VerificationKey> {
        match self.target {
            CheckTarget::Verification(key) => Some(key),
            // Others may share the phone's limits; none of theirs is this number's.
            CheckTarget::Phone { number, .. } => self
                .recent(rows)
                .into_iter()
                .rev()
                .find(|key| rows.verifications.get(key).is_some_and(|row| row.number == number)),
        }
    }

    /// What the limits of the phone remember, the newest last.
    fn recent(&self, rows: &Rows) -> Vec<VerificationKey> {
        let CheckTarget::Phone { tenant, phone, purpose, .. } = self.target else {
            return Vec::new();
        };
        let chain = rows.phones.get(&phone).and_then(|record| record.chain(purpose));
        let ids = chain.map(|chain| chain.recent.as_slice()).unwrap_or_default();
        ids.iter().map(|id| VerificationKey { tenant, id: *id }).collect()
    }
}
