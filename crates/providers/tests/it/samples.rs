//! The samples of Meta's own words in `fixtures/meta`, and what each says.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_core::delivery::{Notice, Received};

use crate::account::receive;

/// A file, the notices in it, and how many parts of it are unread.
type Expected = (&'static str, &'static [&'static str], usize);

/// What the account `420033001177550` reads in each webhook.
const WEBHOOKS: &[Expected] = &[
    (
        "webhook_batch.json",
        &[
            "message 2026-10-06T15:20:42.000Z",
            "message 2026-10-06T15:20:43.000Z",
            "delivered 2026-10-06T15:20:07.000Z regular",
            "sent 2026-10-06T15:20:05.000Z regular",
            "about another number",
        ],
        0,
    ),
    ("webhook_contacts.json", &["message 2026-10-06T15:20:42.000Z"], 0),
    ("webhook_edit.json", &["message 2026-10-06T15:20:55.000Z"], 0),
    ("webhook_errors_only.json", &[], 1),
    ("webhook_image_caption.json", &["message 2026-10-06T15:20:42.000Z"], 0),
    ("webhook_status_delivered.json", &["delivered 2026-10-06T15:20:07.000Z regular"], 0),
    ("webhook_status_failed.json", &["failed 2026-10-06T15:20:03.000Z 131026"], 0),
    ("webhook_status_read.json", &["read 2026-10-06T15:20:19.000Z"], 0),
    ("webhook_status_sent.json", &["sent 2026-10-06T15:20:05.000Z regular"], 0),
    ("webhook_template_status.json", &["template countersign_code de"], 0),
    ("webhook_text.json", &["message 2026-10-06T15:20:42.000Z"], 0),
    ("webhook_text_username_only.json", &["message 2026-10-06T15:20:42.000Z"], 0),
    ("webhook_unsupported.json", &["message 2026-10-06T15:20:42.000Z"], 0),
    ("webhook_v23_status.json", &["sent 2025-06-30T20:00:00.000Z"], 0),
];

pub fn sample(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/meta")
}

fn summary(received: &Received) -> Vec<String> {
    received.notices.iter().map(line).collect()
}

fn line(notice: &Notice) -> String {
    match notice {
        Notice::Status(notice) => {
            let receipt = &notice.receipt;
            let kind = format!("{:?}", receipt.kind).to_lowercase();
            let kind = format!("{kind} {}", receipt.at.rfc3339());
            let price = receipt.price.as_ref().and_then(|price| price.kind.clone());
            let code = receipt.error.map(|code| code.to_string());
            let parts = [Some(kind), price, code];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Notice::Message(message) => {
            format!("message {}", message.sent_at.rfc3339())
        }
        Notice::Template(notice) => format!("template {} {}", notice.name, notice.language),
        Notice::Foreign { .. } => "about another number".to_owned(),
    }
}

#[test]
fn every_webhook_says_what_is_expected() {
    for (name, notices, unread) in WEBHOOKS {
        let received = receive(sample(name));

        assert_eq!(summary(&received), *notices, "{name}");
        assert_eq!(received.unread, *unread, "{name}");
    }
}

#[test]
fn every_sample_of_a_webhook_is_expected() {
    let names = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names
        .map(|name| name.into_string().unwrap())
        .filter(|name| name.starts_with("webhook_"))
        .collect();
    names.sort_unstable();

    assert_eq!(names, WEBHOOKS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
}
