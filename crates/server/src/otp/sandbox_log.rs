//! What a developer sees in the terminal after each call: the answer, and the codes that are
//! alive. Never a code, and never a whole phone number.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use countersign_core::id::TenantId;
use countersign_core::verification::{Listing, Purpose, State, VerificationView};

use super::answer::Answer;
use crate::site::Installation;

/// Codes that are shown at most.
const ROWS: usize = 20;

/// Logs an answer, in a sandbox only.
pub(super) async fn note(site: &Installation, tenant: TenantId, answer: &Answer) {
    if !site.settings.otp.sandbox_log {
        return;
    }
    let verifications = &site.app.verifications;
    let now = verifications.now();
    let listing = Listing {
        tenant,
        state: Some(State::Pending),
        number: None,
        purpose: Some(Purpose::Otp),
        created_after: None,
        before: None,
        limit: ROWS,
        now,
    };
    // The log of a sandbox is not worth failing a call for.
    let active = verifications.list(&listing).await.unwrap_or_default();
    let status = answer.status;
    let text = if answer.text.is_empty() { "OK" } else { without_phone(&answer.text) };
    tracing::info!("{} {status} {text}\n{}", now.rfc3339(), table(&active));
}

// The one text that holds a phone holds it at its end.
fn without_phone(text: &str) -> &str {
    text.split(" for phone #").next().unwrap_or_default()
}

fn table(active: &[VerificationView]) -> String {
    let mut table = String::from("Active codes\nhash      expires                   attempts");
    for view in active {
        let verification = &view.verification;
        let mac = verification.code.as_ref().map_or(&[][..], |code| &code.mac);
        let hash = hex_of(&digest(&SHA256, mac).as_ref()[..4]);
        let (expires, attempts) = (verification.expires_at.rfc3339(), verification.attempts);
        let _ = write!(table, "\n{hash}  {expires}  {attempts} of {}", verification.max_attempts);
    }
    if active.is_empty() {
        table.push_str("\n(none)");
    }
    table
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
