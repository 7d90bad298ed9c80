//! One visit to a page of ours, and the rules of its life.

use std::time::Duration;

use crate::id::{SessionId, TenantId, VerificationId};
use crate::keyring::{Context, Keyring, Sealed};
use crate::phone::PhoneNumber;
use crate::time::{Timestamp, hours};
use crate::verification::{Details, Idempotency, Method, Purpose};

/// A session and the tenant that owns it. Nothing is looked up by the id alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    pub tenant: TenantId,
    pub id: SessionId,
}

/// A verification that is about to be started for the session's phone, written down first: whoever
/// comes by finishes it, so that a crash or a race sends one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent(pub [u8; 16]);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub key: SessionKey,
    pub purpose: Purpose,
    pub locale: Option<String>,
    /// The tenant gave the number, and nobody may give another.
    pub is_fixed: bool,
    /// The tenant's number, or the last one that was typed.
    pub sealed_phone: Option<Sealed>,
    /// How the phone is proved, or was to be last.
    pub method: Method,
    pub details: Option<Sealed>,
    pub intent: Option<Intent>,
    /// The one that the page shows.
    pub verification: Option<VerificationId>,
    /// Verifications by code that were begun, or are about to be.
    pub starts: u8,
    /// A limit said no to the last start; not before this will it say yes.
    pub retry_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub idempotency: Option<Idempotency>,
    /// Grows with each change, so that of two changes of one state the second is refused.
    pub revision: u32,
}

/// What the tenant's back end is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// The phone may still be proved.
    Open,
    /// The phone is proved.
    Approved,
    /// Its time is up, or its codes are used up, and the phone is not proved.
    Ended,
}

impl Session {
    /// How long a visit may take.
    pub const LIFE: Duration = hours(1);

    /// How many verifications by code one visit may begin: nobody mistypes a number more often, and one
    /// link must not send to the numbers of a whole list.
    pub const MAX_STARTS: u8 = 5;

    /// Whether another verification may begin, or is about to.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && (self.starts < Self::MAX_STARTS || self.intent.is_some())
    }

    /// Writes down that a verification is about to be started: for a phone, or for whichever one
    /// writes to us.
    pub fn intend(
        &mut self,
        intent: Intent,
        method: Method,
        phone: Option<&PhoneNumber>,
        keyring: &Keyring,
    ) {
        self.intent = Some(intent);
        self.method = method;
        self.count_start();
        self.verification = None;
        self.sealed_phone = phone.map(|phone| seal_phone(self.key, phone, keyring));
        self.revision += 1;
    }

    /// What was intended has begun.
    pub fn begin(&mut self, verification: VerificationId) {
        self.intent = None;
        self.verification = Some(verification);
        self.retry_at = None;
        self.revision += 1;
    }

    /// What was intended cannot begin, or not before `retry_at`. The phone stays as it was typed.
    pub fn give_up(&mut self, retry_at: Option<Timestamp>) {
        if self.method == Method::Code {
            self.starts = self.starts.saturating_sub(1);
        }
        self.intent = None;
        self.retry_at = retry_at;
        self.revision += 1;
    }

    /// Counts a verification that was begun, if it sends anything.
    pub(super) fn count_start(&mut self) {
        if self.method == Method::Code {
            self.starts = self.starts.saturating_add(1);
        }
    }

    /// Whether a limit refused what was intended last, and nothing has happened since.
    pub(super) fn is_given_up(&self) -> bool {
        self.intent.is_none() && self.verification.is_none() && self.retry_at.is_some()
    }

    /// Leaves the verification, so that another number can be given.
    pub fn leave(&mut self) {
        self.intent = None;
        self.verification = None;
        self.retry_at = None;
        self.revision += 1;
    }

    pub(super) fn is_about(&self, phone: Option<&PhoneNumber>, keyring: &Keyring) -> bool {
        self.phone(keyring).as_ref() == phone
    }

    /// `None` when there is none, or it cannot be opened.
    pub(super) fn phone(&self, keyring: &Keyring) -> Option<PhoneNumber> {
        let sealed = self.sealed_phone.as_ref()?;
        let plain = keyring.open_sealed(&context(PHONE, self.key), sealed)?;
        PhoneNumber::from_trusted(std::str::from_utf8(&plain).ok()?)
    }

    /// `None` when they cannot be opened.
    pub(super) fn details(&self, keyring: &Keyring) -> Option<Details> {
        let Some(sealed) = &self.details else { return Some(Details::default()) };
        serde_json::from_slice(&keyring.open_sealed(&context(DETAILS, self.key), sealed)?).ok()
    }
}

const PHONE: &str = "sessions.phone";
const DETAILS: &str = "sessions.details";

pub(super) fn seal_phone(key: SessionKey, phone: &PhoneNumber, keyring: &Keyring) -> Sealed {
    keyring.seal(&context(PHONE, key), phone.e164().as_bytes())
}

pub(super) fn seal_details(
    key: SessionKey,
    details: &Details,
    keyring: &Keyring,
) -> Option<Sealed> {
    if *details == Details::default() {
        return None;
    }
    let json = serde_json::to_vec(details).expect("strings and maps of strings are JSON");
    Some(keyring.seal(&context(DETAILS, key), &json))
}

const fn context(what: &'static str, key: SessionKey) -> Context {
    Context { what, tenant: key.tenant, row: *key.id.as_bytes() }
}

impl SessionStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Ended => "ended",
        }
    }
}
