//! A verification, and the chain of those that were live together.

use countersign_core::time::Timestamp;
use countersign_core::verification::{
    Finding, NumberKey, PhoneKey, Purpose, RequestKey, State, VerificationKey,
};

pub(super) struct Entry {
    /// Opened when it began, and never asked for again.
    pub(super) code: String,
    pub(super) phone: PhoneKey,
    pub(super) number: NumberKey,
    pub(super) purpose: Purpose,
    pub(super) address: Option<[u8; 16]>,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Attempts of any kind.
    pub(super) attempts: u8,
    pub(super) sends: Vec<Timestamp>,
    pub(super) failed_messages: u8,
    /// Another channel is left to try.
    pub(super) may_fall_back: bool,
    pub(super) fallbacks: u8,
    pub(super) state: State,
    pub(super) is_superseded: bool,
    /// Comparisons that were asked for with a key.
    pub(super) checks: Vec<(RequestKey, Finding)>,
}

/// Verifications of one phone and purpose of which each was live together with the next.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) members: Vec<VerificationKey>,
    pub(super) ends_at: Timestamp,
    /// Since it began, or since one of it was approved.
    pub(super) attempts: u8,
}

impl Entry {
    pub(super) fn messages(&self) -> usize {
        self.sends.len() + usize::from(self.fallbacks)
    }

    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.state == State::Pending && now < self.expires_at
    }
}
