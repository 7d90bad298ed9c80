//! The record of a phone as bytes: millions of them are kept in memory.

use super::{Chain, Method, PhoneRecord, Purpose, Suppressions};
use crate::channel::Channel;
use crate::id::VerificationId;
use crate::policy::Window;
use crate::time::{Timestamp, pack_time, pack_times, unpack_time, unpack_times};

const VERSION: u8 = 1;
/// Marks the chain of what is verified by message.
const BY_MESSAGE: u8 = 0x80;
/// Stands where no time is, before something else.
const NO_TIME: Timestamp = Timestamp::from_millis(0);

impl PhoneRecord {
    /// The bytes in which storage keeps it.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        bytes.push(VERSION);
        pack_times(&mut bytes, self.sends.times());
        pack_times(&mut bytes, self.failures.times());
        bytes.push(length(self.chains.len()));
        for chain in &self.chains {
            let method = if chain.method == Method::Message { BY_MESSAGE } else { 0 };
            bytes.extend([chain.purpose.tag() | method, chain.attempts]);
            pack_time(&mut bytes, chain.ends_at);
            bytes.push(length(chain.recent.len()));
            for id in &chain.recent {
                bytes.extend_from_slice(id.as_bytes());
            }
        }
        // Few phones ever write to us, so the others do not pay for it.
        let has_written = !self.wrong_tokens.is_empty() || !self.replies.is_empty();
        let has_stopped = !self.suppressed.is_empty();
        if has_written || has_stopped || self.absent_until.is_some() {
            pack_times(&mut bytes, self.wrong_tokens.times());
            pack_times(&mut bytes, self.replies.times());
        }
        if has_stopped || self.absent_until.is_some() {
            pack_time(&mut bytes, self.absent_until.unwrap_or(NO_TIME));
        }
        for (channel, since) in self.suppressed.iter() {
            bytes.push(tag(channel));
            pack_time(&mut bytes, since);
        }
        bytes
    }

    /// `None` for bytes that [`Self::encode`] did not write.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.byte()? != VERSION {
            return None;
        }
        let sends = Window::from_times(reader.times()?);
        let failures = Window::from_times(reader.times()?);
        let chains = (0..reader.byte()?).map(|_| reader.chain()).collect::<Option<_>>()?;
        let mut window = || {
            if reader.0.is_empty() {
                return Some(Window::default());
            }
            reader.times().map(Window::from_times)
        };
        let (wrong_tokens, replies) = (window()?, window()?);
        let absent_until = if reader.0.is_empty() { None } else { Some(reader.time()?) };
        let absent_until = absent_until.filter(|until| *until != NO_TIME);
        let mut suppressed = Suppressions::default();
        while !reader.0.is_empty() {
            let channel = channel(reader.byte()?)?;
            if !suppressed.set(channel, Some(reader.time()?)) {
                return None;
            }
        }
        Some(Self { sends, failures, chains, wrong_tokens, replies, absent_until, suppressed })
    }
}

// What stands for a channel in the bytes. Never change one.
const fn tag(channel: Channel) -> u8 {
    match channel {
        Channel::WhatsApp => 1,
        Channel::Sms => 2,
    }
}

fn channel(byte: u8) -> Option<Channel> {
    Channel::ALL.into_iter().find(|channel| tag(*channel) == byte)
}

fn length(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn time(&mut self) -> Option<Timestamp> {
        let (time, rest) = unpack_time(self.0)?;
        self.0 = rest;
        Some(time)
    }

    fn times(&mut self) -> Option<Vec<Timestamp>> {
        let (times, rest) = unpack_times(self.0)?;
        self.0 = rest;
        Some(times)
    }

    fn chain(&mut self) -> Option<Chain> {
        let tag = self.byte()?;
        let method = if tag & BY_MESSAGE == 0 { Method::Code } else { Method::Message };
        let purpose = Purpose::from_tag(tag & !BY_MESSAGE)?;
        let attempts = self.byte()?;
        let ends_at = self.time()?;
        let recent = (0..self.byte()?)
            .map(|_| VerificationId::from_slice(self.take(16)?))
            .collect::<Option<_>>()?;
        Some(Chain { method, purpose, attempts, ends_at, recent })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::time::hours;

    #[test]
    fn a_record_packs_and_unpacks() {
        let now = Timestamp::from_seconds(1_791_300_042);
        let mut record = PhoneRecord::default();
        record.charge_send(now);
        record.remember_failure(now);
        record.count_attempt(Purpose::Login, now.plus(hours(24)), now);

        assert_eq!(PhoneRecord::decode(&record.encode()), Some(record.clone()));

        let _ = record.note_message(
            Purpose::Login,
            VerificationId::from_bytes([7; 16]),
            (now.plus(hours(24)), 3),
            now,
        );
        record.charge_reply(now);

        assert_eq!(PhoneRecord::decode(&record.encode()), Some(record.clone()));

        let mut absent = PhoneRecord::default();
        for record in [&mut record, &mut absent] {
            record.note_absent(now);
            assert_eq!(PhoneRecord::decode(&record.encode()).as_ref(), Some(&*record));
        }

        let mut stopped = PhoneRecord::default();
        for record in [&mut record, &mut absent, &mut stopped] {
            for channel in Channel::ALL {
                record.suppress(channel, now);
                assert_eq!(PhoneRecord::decode(&record.encode()).as_ref(), Some(&*record));
            }
        }
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in any::<Vec<u8>>()) {
            let _ = PhoneRecord::decode(&bytes);
        }
    }
}
