//! How the faults of a phone show in messages by Twilio.

use tokio::time::Duration;

use crate::{
    chat::Channel,
    faults::{Behaviour, Fate, Refusal},
    twilio::{codes, message::Messages},
};

/// "Channel could not find To address": usually nobody there has `WhatsApp`.
const NOT_ON_WHATSAPP: u32 = 63_003;
/// "Freeform message outside the allowed window".
const OUTSIDE_WINDOW: u32 = 63_016;
const EXPIRED: u32 = 30_036;

/// What a message is answered with instead of being accepted.
pub(super) fn refusal(behaviour: &Behaviour, channel: Channel, chance: u8) -> Option<Refusal> {
    let code = error(behaviour, channel, chance);
    let code = code.filter(|code| codes::is_refusal(*code) && !behaviour.error_async);
    behaviour.http_status.map(Refusal::Page).or(code.map(Refusal::Error))
}

/// What becomes of a message after it was accepted. `is_allowed`: it is a template, or the phone
/// has written lately.
pub(crate) fn fate(
    messages: &Messages,
    behaviour: &Behaviour,
    sid: &str,
    (is_allowed, sent_after): (bool, Duration),
    chance: u8,
) -> Fate {
    let Some(record) = messages.get(sid) else { return Fate::Vanishes };
    let channel = record.channel();
    let code = error(behaviour, channel, chance);
    let code = code.filter(|code| !codes::is_refusal(*code) || behaviour.error_async);
    if sent_after > record.validity {
        return Fate::Fails(EXPIRED);
    }
    match (channel, code) {
        (Channel::Sms, _) if behaviour.sms_lost => Fate::Vanishes,
        (Channel::WhatsApp, _) if behaviour.lost => Fate::Vanishes,
        (Channel::Sms, Some(code)) => Fate::FailsOnTheWay(code),
        (Channel::WhatsApp, Some(code)) => Fate::Fails(code),
        (Channel::WhatsApp, None) if behaviour.not_on_whatsapp => Fate::Fails(NOT_ON_WHATSAPP),
        (Channel::WhatsApp, None) if !is_allowed => Fate::Fails(OUTSIDE_WINDOW),
        (Channel::Sms | Channel::WhatsApp, None) => Fate::Arrives,
    }
}

fn error(behaviour: &Behaviour, channel: Channel, chance: u8) -> Option<u32> {
    match channel {
        Channel::WhatsApp => behaviour.error(chance).map(codes::of_meta),
        Channel::Sms => {
            let is_hit = behaviour.error_rate == 0 || chance < behaviour.error_rate;
            behaviour.sms_error_code.filter(|_| is_hit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::{address::Address, message::tests::record};

    fn of(behaviour: &Behaviour, to: &str, is_allowed: bool) -> Fate {
        let mut messages = Messages::default();
        let mut record = record("SM1");
        record.to = Address::recipient(to).unwrap();
        messages.add(record);
        let sent_after = Duration::from_millis(behaviour.delay_ms);
        fate(&messages, behaviour, "SM1", (is_allowed, sent_after), 0)
    }

    #[test]
    fn what_is_only_of_whatsapp_leaves_sms_alone() {
        let behaviour = Behaviour {
            not_on_whatsapp: true,
            error_code: Some(131_049),
            error_async: true,
            ..Behaviour::default()
        };

        assert_eq!(of(&behaviour, "+4915550102030", false), Fate::Arrives);
        assert_eq!(of(&behaviour, "whatsapp:+4915550102030", true), Fate::Fails(63_049));
    }

    #[test]
    fn free_text_needs_the_window() {
        let works = Behaviour::default();

        assert_eq!(of(&works, "whatsapp:+4915550102030", false), Fate::Fails(63_016));
        assert_eq!(of(&works, "whatsapp:+4915550102030", true), Fate::Arrives);
    }

    #[test]
    fn a_code_is_an_answer_or_comes_later() {
        let with = |code| Behaviour { sms_error_code: Some(code), ..Behaviour::default() };

        assert_eq!(refusal(&with(21_610), Channel::Sms, 0), Some(Refusal::Error(21_610)));
        assert_eq!(refusal(&with(30_003), Channel::Sms, 0), None);
        assert_eq!(refusal(&with(21_610), Channel::WhatsApp, 0), None);
        assert_eq!(of(&with(30_003), "+4915550102030", true), Fate::FailsOnTheWay(30_003));
    }

    #[test]
    fn what_waits_for_longer_than_it_may_expires() {
        let slow = Behaviour { delay_ms: 600_001, ..Behaviour::default() };

        assert_eq!(of(&slow, "+4915550102030", true), Fate::Fails(30_036));
    }
}
