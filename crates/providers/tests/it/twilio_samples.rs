//! The samples of Twilio's own words in `fixtures/twilio`, and what each webhook says.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_core::delivery::{Channel, Form, Notice, Received};
use countersign_core::phone::WaId;
use countersign_core::wording::Wish;

use crate::twilio_account::{TARGET, receive};

/// A file, the notice in it, and how many parts of it are unread.
type Expected = (&'static str, &'static str, usize);

const WEBHOOKS: &[Expected] = &[
    ("callback_delivered.form", "Delivered", 0),
    ("callback_failed.form", "Failed 30036", 0),
    ("callback_queued.form", "", 0),
    ("callback_sent.form", "Sent", 0),
    ("callback_undelivered.form", "Failed 30003", 0),
    ("callback_whatsapp_delivered.form", "Delivered", 0),
    ("callback_whatsapp_read.form", "Read", 0),
    ("callback_whatsapp_undelivered.form", "Failed 63003 unreachable", 0),
    ("inbound_sms.form", "sms plain 4915550102030", 0),
    ("inbound_sms_stop.form", "sms plain 4915550102030 stop", 0),
    ("inbound_whatsapp.form", "plain 4915550102030", 0),
    ("inbound_whatsapp_button.form", "other 4915550102030", 0),
    ("inbound_whatsapp_forwarded.form", "plain forwarded 4915550102030", 0),
    ("inbound_whatsapp_username_only.form", "plain a user", 0),
];

pub fn sample(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/twilio")
}

fn summary(received: &Received) -> String {
    received.notices.iter().map(line).collect::<Vec<_>>().join(", ")
}

fn line(notice: &Notice) -> String {
    match notice {
        Notice::Status(notice) => {
            let receipt = &notice.receipt;
            let code = receipt.error.map(|code| code.to_string());
            let unreachable = receipt.is_unreachable.then(|| "unreachable".to_owned());
            let parts = [Some(format!("{:?}", receipt.kind)), code, unreachable];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Notice::Message(message) => {
            let form = if message.form == Form::Plain { "plain" } else { "other" };
            let forwarded = message.is_forwarded.then_some("forwarded");
            let sender = message.sender.as_ref().unwrap();
            let number = sender.wa_id.as_ref().map(WaId::as_str);
            let user = sender.user_id.as_ref().map(|_| "a user");
            let sms = (message.channel == Channel::Sms).then_some("sms");
            let wish = message.wish.map(|wish| if wish == Wish::Stop { "stop" } else { "start" });
            let parts = [sms, Some(form), forwarded, number, user, wish];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Notice::Template(_) => "about a template".to_owned(),
        Notice::Foreign { .. } => "about another number".to_owned(),
    }
}

#[test]
fn every_webhook_says_what_is_expected() {
    for (name, notice, unread) in WEBHOOKS {
        let received = receive(TARGET, sample(name));

        assert_eq!(summary(&received), *notice, "{name}");
        assert_eq!(received.unread, *unread, "{name}");
    }
}

#[test]
fn every_sample_of_a_webhook_is_expected() {
    let names = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names
        .map(|name| name.into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|kind| kind == "form"))
        .collect();
    names.sort_unstable();

    assert_eq!(names, WEBHOOKS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
}
