//! What a batch made true, as metrics: told by its events, after its commit. So nothing is counted
//! twice, and nothing that a failed commit took back.

use countersign_core::delivery::{Message, MessageKey};
use countersign_core::events::{Event, EventKind};
use countersign_core::ledger::Rows;
use countersign_core::measure::ErrorCodes;
use countersign_core::time::Timestamp;
use countersign_core::verification::VerificationKey;
use metrics::{counter, histogram};

#[derive(Default)]
pub(super) struct Measures {
    codes: ErrorCodes,
}

impl Measures {
    /// Counts what was committed.
    pub(super) fn note(&self, rows: &Rows) {
        // What happens to nobody says nothing about how well it goes.
        for event in rows.events.iter().filter(|event| !event.tenant.is_test()) {
            match event.kind {
                EventKind::MessageAccepted => {
                    self.note_message("accepted", event, rows, |message| message.accepted_at);
                }
                EventKind::MessageSent => self.note_message("sent", event, rows, |_| None),
                EventKind::MessageDelivered => {
                    self.note_message("delivered", event, rows, |row| row.receipts.delivered_at);
                }
                EventKind::MessageRead => {
                    self.note_message("read", event, rows, |row| row.receipts.read_at);
                }
                EventKind::MessageFailed => self.note_message("failed", event, rows, |_| None),
                EventKind::VerificationApproved => note_end("approved", event, rows),
                EventKind::VerificationContested => note_end("contested", event, rows),
                EventKind::VerificationExpired => note_end("expired", event, rows),
                EventKind::VerificationCanceled => note_end("canceled", event, rows),
                EventKind::VerificationSuperseded => note_end("superseded", event, rows),
                EventKind::VerificationExhausted => note_end("exhausted", event, rows),
                EventKind::VerificationUndeliverable => note_end("undeliverable", event, rows),
                EventKind::VerificationCreated
                | EventKind::VerificationResent
                | EventKind::VerificationFallback
                | EventKind::VerificationMessageReceived => {}
            }
        }
    }

    fn note_message(
        &self,
        outcome: &'static str,
        event: &Event,
        rows: &Rows,
        reached_at: impl Fn(&Message) -> Option<Timestamp>,
    ) {
        let Some(number) = event.message else { return };
        let (tenant, verification) = (event.tenant, event.verification);
        let key = MessageKey { tenant, verification, number };
        let Some(message) = rows.messages.get(&key) else { return };
        let channel = message.channel.as_str();
        // Whoever refused one did not take it.
        let account = message.account.clone().unwrap_or_else(|| "none".to_owned());
        let error = message.receipts.error.filter(|_| event.kind == EventKind::MessageFailed);
        counter!(
            "countersign_messages_total",
            "outcome" => outcome,
            "channel" => channel,
            "account" => account.clone(),
            "code" => self.codes.label(error)
        )
        .increment(1);
        if let Some(at) = reached_at(message) {
            histogram!(
                "countersign_message_duration_seconds",
                "outcome" => outcome,
                "channel" => channel,
                "account" => account
            )
            .record(seconds(message.created_at, at));
        }
    }
}

fn note_end(outcome: &'static str, event: &Event, rows: &Rows) {
    let key = VerificationKey { tenant: event.tenant, id: event.verification };
    let Some(verification) = rows.verifications.get(&key) else { return };
    let (channel, method) = (verification.channel.as_str(), verification.method.as_str());
    counter!(
        "countersign_verifications_total",
        "outcome" => outcome,
        "channel" => channel,
        "method" => method
    )
    .increment(1);
    if event.kind == EventKind::VerificationApproved {
        histogram!(
            "countersign_approval_duration_seconds",
            "channel" => channel,
            "method" => method
        )
        .record(seconds(verification.created_at, event.at));
    }
}

/// A provider's clock may be a little behind ours.
fn seconds(begin: Timestamp, end: Timestamp) -> f64 {
    end.after(begin).as_secs_f64()
}
