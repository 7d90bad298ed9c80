//! What the callbacks of messages say.

use crate::{
    chat::{Channel, Status},
    phone::Phone,
    twilio::{
        TwilioAccount, codes,
        message::{Messages, Progress, Record},
    },
    webhook::Notice,
};

const CHANNEL_INSTALL: &str = "XE000000000000000000000000c0ffee00";

/// The callback that follows when a message has come so far, if its sender wants any.
pub(crate) fn status(
    account: &TwilioAccount,
    messages: &mut Messages,
    phone: &Phone,
    (sid, status, error): (&str, Status, Option<u32>),
) -> Option<Notice> {
    let (record, progress) = messages.follow(sid, status, error)?;
    notice(account, phone, record, progress)
}

pub(super) fn notice(
    account: &TwilioAccount,
    phone: &Phone,
    record: &Record,
    progress: Progress,
) -> Option<Notice> {
    let url = record.callback.clone()?;
    let form = form(&account.account_sid, record, progress);
    Some(Notice::of_twilio(progress.as_str(), phone, Some(url), &form))
}

fn form(account_sid: &str, record: &Record, progress: Progress) -> Vec<(&'static str, String)> {
    let status = progress.as_str();
    let mut form = vec![
        ("ApiVersion", "2010-04-01".to_owned()),
        ("AccountSid", account_sid.to_owned()),
        ("MessageSid", record.sid.clone()),
        ("SmsSid", record.sid.clone()),
        ("MessageStatus", status.to_owned()),
        ("SmsStatus", status.to_owned()),
        ("From", record.from.to_string()),
        ("To", record.to.to_string()),
    ];
    if let Some(sid) = &record.service_sid {
        form.push(("MessagingServiceSid", sid.clone()));
    }
    let has_failed = matches!(progress, Progress::Failed | Progress::Undelivered);
    if let Some(code) = record.error.filter(|_| has_failed) {
        form.push(("ErrorCode", code.to_string()));
        form.push(("ErrorMessage", codes::message(code).to_owned()));
    }
    match record.channel() {
        Channel::WhatsApp => {
            form.push(("ChannelPrefix", "whatsapp".to_owned()));
            form.push(("ChannelInstallSid", CHANNEL_INSTALL.to_owned()));
            form.push(("ChannelToAddress", masked(&record.to.number)));
            form.push(("StructuredMessage", "false".to_owned()));
            if has_failed || progress == Progress::Read {
                form.push(("EventType", status.to_ascii_uppercase()));
            }
        }
        Channel::Sms if progress == Progress::Delivered => {
            let at = record.updated.strftime("%y%m%d%H%M").to_string();
            form.push(("RawDlrDoneDate", at));
        }
        Channel::Sms => {}
    }
    form
}

/// `+5435152XXXX`.
fn masked(number: &str) -> String {
    let kept = number.len().saturating_sub(4);
    format!("{}XXXX", number.get(..kept).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::{address::Address, message::tests::record};

    fn field<'a>(form: &'a [(&str, String)], name: &str) -> Option<&'a str> {
        form.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn an_error_is_told_only_of_what_failed() {
        let mut record = record("SM1");
        record.error = Some(30_003);

        let failed = form("AC1", &record, Progress::Undelivered);
        let sent = form("AC1", &record, Progress::Sent);

        assert_eq!(field(&failed, "ErrorCode"), Some("30003"));
        assert_eq!(field(&failed, "SmsStatus"), Some("undelivered"));
        assert_eq!(field(&sent, "ErrorCode"), None);
    }

    #[test]
    fn whatsapp_has_fields_of_its_own() {
        let mut record = record("SM1");
        record.to = Address::recipient("whatsapp:+543515212345").unwrap();

        let form = form("AC1", &record, Progress::Read);

        assert_eq!(field(&form, "ChannelToAddress"), Some("+54351521XXXX"));
        assert_eq!(field(&form, "EventType"), Some("READ"));
        assert_eq!(field(&form, "To"), Some("whatsapp:+543515212345"));
    }
}
