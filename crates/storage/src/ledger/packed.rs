//! Limits in memory, packed: millions of phones have one each.

use countersign_core::ledger::{Counter, CounterKey};
use countersign_core::time::Timestamp;
use countersign_core::verification::{PhoneKey, PhoneRecord, Suppressions};
use foldhash::HashMap;

use super::compact::CompactMap;

/// The limits of every phone, address and tenant.
#[derive(Debug, Default)]
pub(crate) struct PackedLimits {
    phones: CompactMap,
    addresses: CompactMap,
    tenants: HashMap<CounterKey, Counter>,
    swept: usize,
}

impl PackedLimits {
    pub(crate) fn phone(&self, key: PhoneKey) -> Option<PhoneRecord> {
        // What is in memory was packed by this process.
        PhoneRecord::decode(self.phones.get(&key.0)?)
    }

    /// What a phone wants no messages by, where there is anything.
    pub(crate) fn opt_outs(&self, key: PhoneKey) -> Option<Suppressions> {
        let opt_outs = self.phone(key)?.suppressions();
        (!opt_outs.is_empty()).then_some(opt_outs)
    }

    pub(crate) fn counter(&self, key: CounterKey) -> Option<Counter> {
        match key {
            CounterKey::Address(address) => Counter::decode(key, self.addresses.get(&address)?),
            CounterKey::Tenant(_) | CounterKey::Awaited(_) => self.tenants.get(&key).cloned(),
        }
    }

    pub(crate) fn set_phone(&mut self, key: PhoneKey, record: &PhoneRecord) {
        self.phones.set(&key.0, &record.encode());
    }

    pub(crate) fn set_counter(&mut self, key: CounterKey, counter: &Counter) {
        match key {
            CounterKey::Address(address) => self.addresses.set(&address, &counter.encode()),
            CounterKey::Tenant(_) | CounterKey::Awaited(_) => {
                self.tenants.insert(key, counter.clone());
            }
        }
    }

    /// Drops from the next part what no limit counts at `now`. Answers how many went.
    pub(crate) fn forget_some(&mut self, now: Timestamp) -> usize {
        let shard = self.swept % CompactMap::shards();
        self.swept = shard + 1;
        let phones = self.phones.retain(shard, |_, packed| {
            PhoneRecord::decode(packed).is_some_and(|record| record.forget_at() > now)
        });
        let addresses = self.addresses.retain(shard, |address, packed| {
            Counter::decode(CounterKey::Address(*address), packed)
                .is_some_and(|counter| counter.forget_at() > now)
        });
        let before = self.tenants.len();
        self.tenants.retain(|_, counter| counter.forget_at() > now);
        phones + addresses + (before - self.tenants.len())
    }
}
