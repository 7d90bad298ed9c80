//! What people want no messages by: noted when they say so, and lifted when they take it back.

use super::hear::{Hearing, Heeded};
use super::{Keys, Rows, Suppression};
use crate::channel::{Channel, Route};
use crate::id::TenantId;
use crate::time::Timestamp;
use crate::verification::{PhoneKey, PhoneRecord, Reception, Suppressions, VerificationKey};
use crate::wording::Wish;

/// Looks at what a phone wants no messages by, and lifts some of it.
#[derive(Clone, Debug)]
pub struct Lift {
    pub phone: PhoneKey,
    /// What to lift.
    pub channels: Route,
}

/// What stays suppressed.
pub type LiftOutcome = Suppressions;

impl Lift {
    pub(super) fn want(&self, rows: &Rows, keys: &mut Keys) {
        if !rows.phones.is_loaded(&self.phone) {
            keys.phones.push(self.phone);
        }
    }

    pub(super) fn decide(&self, rows: &mut Rows) -> Suppressions {
        for channel in self.channels.channels() {
            lift(self.phone, channel, rows);
        }
        rows.phones.get(&self.phone).map(PhoneRecord::suppressions).unwrap_or_default()
    }
}

impl Hearing<'_> {
    pub(super) fn want_wish(&self, rows: &Rows, keys: &mut Keys) {
        if self.heard.wish == Some(Wish::Stop) {
            want_suppression(self.tenant, self.heard.sender.record, rows, keys);
        }
    }

    /// What a message says about messages counts whatever else is known of its sender. Whoever gets
    /// them anyway wished for nothing by the word that brings them back.
    pub(super) fn follow_wish(&self, rows: &mut Rows) -> Option<Heeded> {
        let (phone, channel) = (self.heard.sender.record, self.heard.channel);
        let reception = match self.heard.wish? {
            Wish::Stop => {
                suppress(self.tenant, phone, channel, self.now, rows);
                Reception::OptedOut
            }
            Wish::Start if lift(phone, channel, rows) => Reception::OptedIn,
            Wish::Start => return None,
        };
        Some((reception, None))
    }
}

/// Names the phone, and what of it may still go on by another channel.
pub(super) fn want_suppression(tenant: TenantId, phone: PhoneKey, rows: &Rows, keys: &mut Keys) {
    if !rows.phones.is_loaded(&phone) {
        keys.phones.push(phone);
    }
    let live = live(tenant, phone, rows).into_iter();
    keys.verifications_alone.extend(live.filter(|key| !rows.verifications.is_loaded(key)));
}

/// From now on nothing is sent to the phone by this channel, and what is live does not go on by it.
pub(super) fn suppress(
    tenant: TenantId,
    phone: PhoneKey,
    channel: Channel,
    now: Timestamp,
    rows: &mut Rows,
) {
    let known = rows.phones.get(&phone).is_some_and(|record| record.is_suppressed(channel));
    if known {
        return;
    }
    rows.phones.edit_or_default(phone).suppress(channel, now);
    rows.suppressions.push(Suppression { phone, channel, since: Some(now) });
    for key in live(tenant, phone, rows) {
        // Looked at first, so that nothing is written where nothing changes.
        let may_go_on =
            |key| rows.verifications.get(key).is_some_and(|row| row.route.contains(channel));
        if may_go_on(&key)
            && let Some(verification) = rows.edit_verification(&key)
        {
            verification.leave_out(channel);
        }
    }
}

/// Answers whether it was suppressed.
fn lift(phone: PhoneKey, channel: Channel, rows: &mut Rows) -> bool {
    let known = rows.phones.get(&phone).is_some_and(|record| record.is_suppressed(channel));
    if known {
        rows.phones.edit_or_default(phone).lift(channel);
        rows.suppressions.push(Suppression { phone, channel, since: None });
    }
    known
}

fn live(tenant: TenantId, phone: PhoneKey, rows: &Rows) -> Vec<VerificationKey> {
    let record = rows.phones.get(&phone);
    let ids = record.into_iter().flat_map(PhoneRecord::recent);
    ids.map(|id| VerificationKey { tenant, id }).collect()
}
