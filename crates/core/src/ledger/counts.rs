//! What limits count that are not in the record of a phone, and what is written down of phones.

use crate::channel::Channel;
use crate::id::TenantId;
use crate::policy::{Pace, Window};
use crate::time::{Timestamp, hours, pack_time, pack_times, unpack_time, unpack_times};
use crate::verification::PhoneKey;

/// What a counter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CounterKey {
    /// The keyed hash of a tenant's client address.
    Address([u8; 16]),
    Tenant(TenantId),
    /// What a tenant starts that sends nothing.
    Awaited(TenantId),
}

/// A limit that is not about a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counter {
    Window(Window),
    Pace(Pace),
}

/// Something that counts against a phone, for the ledger of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    pub phone: PhoneKey,
    pub at: Timestamp,
    pub kind: FailureKind,
}

/// What a phone wants no messages by from now on, or wants them again, to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppression {
    pub phone: PhoneKey,
    pub channel: Channel,
    /// `None` once it is lifted.
    pub since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A wrong code was typed for it.
    Code,
    /// It wrote a token that nobody waits for.
    Token,
    /// It was answered, which costs money.
    Reply,
}

impl FailureKind {
    /// What stands for it in rows. Never change one.
    pub const fn tag(self) -> u8 {
        match self {
            Self::Code => 1,
            Self::Token => 2,
            Self::Reply => 3,
        }
    }

    pub const fn from_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Code),
            2 => Some(Self::Token),
            3 => Some(Self::Reply),
            _ => None,
        }
    }
}

impl CounterKey {
    /// The bytes that it is stored under; the first says what it is about.
    pub fn to_bytes(self) -> [u8; 17] {
        let (kind, id) = match &self {
            Self::Address(hash) => (1, hash),
            Self::Tenant(tenant) => (2, tenant.as_bytes()),
            Self::Awaited(tenant) => (4, tenant.as_bytes()),
        };
        let mut bytes = [kind; 17];
        bytes[1..].copy_from_slice(id);
        bytes
    }
}

impl Counter {
    pub fn empty(key: CounterKey) -> Self {
        match key {
            CounterKey::Address(_) => Self::Window(Window::default()),
            CounterKey::Tenant(_) | CounterKey::Awaited(_) => Self::Pace(Pace::default()),
        }
    }

    /// The bytes in which storage keeps it.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8);
        match self {
            Self::Window(window) => pack_times(&mut bytes, window.times()),
            Self::Pace(pace) => pack_time(&mut bytes, pace.arrival()),
        }
        bytes
    }

    /// `None` for bytes that [`Self::encode`] did not write for this key.
    pub fn decode(key: CounterKey, bytes: &[u8]) -> Option<Self> {
        let (counter, rest) = match key {
            CounterKey::Address(_) => {
                let (times, rest) = unpack_times(bytes)?;
                (Self::Window(Window::from_times(times)), rest)
            }
            CounterKey::Tenant(_) | CounterKey::Awaited(_) => {
                let (arrival, rest) = unpack_time(bytes)?;
                (Self::Pace(Pace::from_arrival(arrival)), rest)
            }
        };
        rest.is_empty().then_some(counter)
    }

    /// From when on it says nothing any more.
    pub fn forget_at(&self) -> Timestamp {
        match self {
            Self::Window(window) => {
                window.times().last().map_or(Timestamp::default(), |time| time.plus(hours(1)))
            }
            Self::Pace(pace) => pace.arrival(),
        }
    }
}
