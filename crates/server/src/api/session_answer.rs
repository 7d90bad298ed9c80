//! A session as callers read it.

use std::collections::BTreeMap;

use countersign_core::hosted::{self, SessionView};
use serde::Serialize;
use utoipa::ToSchema;

use super::time::Time;
use super::words::{AnyPurpose, Mode, SessionStatus, Status};

/// A session: one visit to the hosted page, which may take several verifications.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session<'a> {
    #[schema(example = "ses_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    id: String,
    /// Whether the phone is proved. Believe this, and nothing that a browser says.
    status: SessionStatus,
    /// `test` when it was made with a test key: the page sends nothing, and shows the code.
    mode: Mode,
    /// Where to send the person. Whoever has it may prove a phone in this session's name, so it is
    /// `null` for a key without `verifications:write`; and until the server is told its public
    /// address.
    #[schema(required = true, example = "https://verify.example/v/s06f9…?k=…")]
    url: Option<String>,
    /// The number that was given, or the last one that was typed, in E.164 form.
    #[schema(required = true, example = "+4915112345678")]
    phone: Option<&'a str>,
    purpose: AnyPurpose,
    /// The language that was asked for: by you, or on the page.
    #[schema(required = true, example = "es-MX")]
    locale: Option<&'a str>,
    /// The newest verification, once there is one.
    #[schema(required = true)]
    verification: Option<SessionVerification>,
    /// Your own name for it.
    #[schema(required = true, example = "user_4711")]
    reference: Option<&'a str>,
    /// Your own notes.
    metadata: &'a BTreeMap<String, String>,
    #[schema(required = true, example = "https://shop.example/verified")]
    return_url: Option<&'a str>,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00.000Z")]
    created_at: Time,
    /// From then on the page starts nothing more.
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T10:30:00.000Z")]
    expires_at: Time,
}

/// The verification of a session; all of it is at `/v1/verifications/{id}`.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionVerification {
    #[schema(example = "ver_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    id: String,
    status: Status,
}

impl<'a> Session<'a> {
    pub(super) fn of(view: &'a SessionView, url: Option<String>) -> Self {
        let hosted::Session { key, purpose, locale, created_at, expires_at, .. } = &view.session;
        let verification = view.verification.as_ref().map(|shown| {
            let verification = &shown.verification;
            SessionVerification {
                id: verification.key.id.to_string(),
                status: verification.state_at(shown.now).into(),
            }
        });
        Self {
            id: key.id.to_string(),
            status: view.status().into(),
            mode: Mode::of(key.tenant),
            url,
            phone: view.phone.as_ref().map(countersign_core::phone::PhoneNumber::e164),
            purpose: (*purpose).into(),
            locale: locale.as_deref(),
            verification,
            reference: view.details.reference.as_deref(),
            metadata: &view.details.metadata,
            return_url: view.details.return_url.as_deref(),
            created_at: Time(*created_at),
            expires_at: Time(*expires_at),
        }
    }
}
