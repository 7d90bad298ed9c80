//! The channels by which somebody wants no messages.

use super::PhoneRecord;
use crate::channel::Channel;
use crate::time::Timestamp;

/// Since when each channel is suppressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suppressions([Option<Timestamp>; Channel::ALL.len()]);

impl Suppressions {
    pub fn contains(&self, channel: Channel) -> bool {
        self.iter().any(|(other, _)| other == channel)
    }

    /// Those that are suppressed, and since when.
    pub fn iter(&self) -> impl Iterator<Item = (Channel, Timestamp)> {
        Channel::ALL.into_iter().zip(self.0).filter_map(|(channel, since)| Some((channel, since?)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    fn slot(&mut self, channel: Channel) -> Option<&mut Option<Timestamp>> {
        let place = Channel::ALL.iter().position(|other| *other == channel)?;
        self.0.get_mut(place)
    }

    /// Notes since when a channel is suppressed, or that it is not. Answers whether that is new: the
    /// first of two times stays.
    pub(super) fn set(&mut self, channel: Channel, since: Option<Timestamp>) -> bool {
        let Some(slot) = self.slot(channel) else { return false };
        let is_new = slot.is_some() != since.is_some();
        if is_new {
            *slot = since;
        }
        is_new
    }
}

impl PhoneRecord {
    pub const fn suppressions(&self) -> Suppressions {
        self.suppressed
    }

    /// Whether its owner wants no messages by this channel.
    pub fn is_suppressed(&self, channel: Channel) -> bool {
        self.suppressed.contains(channel)
    }

    /// Its owner wants no more messages by this channel. Answers whether that is new.
    pub fn suppress(&mut self, channel: Channel, since: Timestamp) -> bool {
        self.suppressed.set(channel, Some(since))
    }

    /// Messages are wanted again. Answers whether they were not.
    pub fn lift(&mut self, channel: Channel) -> bool {
        self.suppressed.set(channel, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::days;

    #[test]
    fn a_channel_is_suppressed_until_that_is_lifted_and_never_forgotten() {
        let now = Timestamp::from_seconds(1_000_000);
        let mut record = PhoneRecord::default();

        assert!(record.suppress(Channel::Sms, now));
        assert!(!record.suppress(Channel::Sms, now.plus(days(1))), "the first time stays");

        record.forget(now.plus(days(10_000)));
        assert!(record.is_suppressed(Channel::Sms) && !record.is_suppressed(Channel::WhatsApp));
        assert!(!record.is_empty() && record.forget_at() > now.plus(days(10_000)));
        assert_eq!(record.suppressions().iter().collect::<Vec<_>>(), [(Channel::Sms, now)]);
        assert!(record.lift(Channel::Sms) && !record.lift(Channel::Sms));
        assert!(record.is_empty());
    }
}
