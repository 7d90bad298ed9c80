//! What stands still in a world: its policy, its keys, its tenants, their phones and addresses.

use std::sync::Arc;

use countersign_core::id::TenantId;
use countersign_core::keyring::Keyring;
use countersign_core::policy::Policy;
use countersign_core::testing::test_keyring;
use countersign_core::time::{minutes, seconds};
use countersign_core::verification::{NumberKey, PhoneKey, Purpose};
use futures_util::FutureExt;

use crate::dice::Dice;

/// Limits that numbers have.
const PHONES: u8 = 12;
pub(crate) const NUMBERS: u8 = 15;
pub(crate) const ADDRESSES: u8 = 8;
pub(crate) const PURPOSES: [Purpose; 4] =
    [Purpose::Verify, Purpose::Login, Purpose::StepUp, Purpose::Otp];

pub(crate) struct Scene {
    pub(crate) policy: Arc<Policy>,
    pub(crate) keyring: Keyring,
    pub(crate) tenants: [TenantId; 2],
}

impl Scene {
    pub(crate) fn draw(seed: u64, dice: &Dice) -> Self {
        let keyring = test_keyring(seed).now_or_never().expect("its store is in memory");
        let tenants = [TenantId::DEFAULT, TenantId::from_bytes(dice.bytes())];
        Self { policy: Arc::new(policy(dice)), keyring, tenants }
    }

    /// Some numbers share their limits with another.
    pub(crate) fn phone(&self, tenant: TenantId, number: u8) -> PhoneKey {
        PhoneKey(self.keyring.index(&[b"phone", tenant.as_bytes(), &[number % PHONES]]))
    }

    pub(crate) fn number(&self, tenant: TenantId, number: u8) -> NumberKey {
        NumberKey(self.keyring.index(&[b"number", tenant.as_bytes(), &[number]]))
    }

    pub(crate) fn address(&self, tenant: TenantId, number: u8) -> [u8; 16] {
        self.keyring.index(&[b"address", tenant.as_bytes(), &[number]])
    }

    pub(crate) fn other(&self, tenant: TenantId) -> TenantId {
        self.tenants[usize::from(self.tenants[0] == tenant)]
    }
}

/// The usual policy, or any other that an operator may set.
fn policy(dice: &Dice) -> Policy {
    let mut policy = Policy::default();
    if dice.per_cent(40) {
        return policy;
    }
    let (code, limits) = (&mut policy.code, &mut policy.limits);
    code.lifetime = minutes(dice.small(1, 10).into());
    code.max_attempts = dice.small(1, 5);
    code.max_attempts_per_chain = dice.small(code.max_attempts.max(3), 10);
    limits.cooldown = seconds(dice.small(30, 90).into());
    limits.per_phone_per_day = dice.small(1, 20);
    limits.per_address_per_hour = dice.small(0, 20).into();
    limits.per_tenant_per_minute = dice.small(0, 30).into();
    limits.tenant_burst = dice.small(1, 60).into();
    limits.failures_per_day = dice.small(1, 30);
    limits.failures_per_month = dice.small(6, 60);
    limits.live = dice.small(1, 3);
    assert!(policy.errors().is_empty(), "an operator may set it");
    policy
}
