//! What a tenant is told of a verification by message.

use countersign_core::phone::AliasRule;
use countersign_core::secret::Secret;
use countersign_core::verification::{IdentityCheck, ReadyMessage, Reception, VerificationView};
use serde::Serialize;
use utoipa::ToSchema;

use super::time::Time;
use crate::qr;

/// The message that a person sends, and what came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AwaitedMessage {
    /// Opens WhatsApp with the text ready to be sent. `null` once the message has come or the
    /// verification has ended, and for a key without `verifications:write`.
    #[schema(required = true, example = "https://wa.me/15550100200?text=…")]
    link: Option<String>,
    #[schema(required = true, example = "Verify my number at ACME: CS-7Q4K-M2XD")]
    text: Option<String>,
    /// The link as a QR code, an SVG document.
    #[schema(required = true)]
    qr: Option<String>,
    /// Whether a code that we send back has to be typed where the person began.
    confirm: bool,
    /// What the last message came to, such as `approved`, `awaiting_confirmation`,
    /// `wrong_number`, `phone_hidden`, `contact_asked` or `second_sender`; `null` while none came.
    #[schema(required = true, value_type = Option<String>, example = "wrong_number")]
    outcome: Option<&'static str>,
    /// When the message came that counted.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    received_at: Option<Time>,
    /// Whoever sent the message that counted.
    #[schema(required = true)]
    sender: Option<Sender>,
}

/// Whoever sent a message, in WhatsApp's words.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageSender)]
pub(crate) struct Sender {
    /// The number as WhatsApp spells it; `null` where it is not shown.
    #[schema(required = true, example = "4915112345678")]
    wa_id: Option<String>,
    /// WhatsApp's own id of the person towards your business. It proves no number.
    #[schema(required = true, example = "DE.7Qm2Vx90LkTz4RbY81")]
    user_id: Option<String>,
    #[schema(required = true)]
    parent_user_id: Option<String>,
    /// How WhatsApp's spelling differs from the number, such as `brazil_ninth_digit`.
    #[schema(required = true, value_type = Option<String>)]
    alias: Option<&'static str>,
    /// The account behind the number, compared with the one that proved it last: `first`, `same`
    /// or `changed`; `null` where WhatsApp does not tell.
    #[schema(required = true, value_type = Option<String>, example = "same")]
    identity: Option<&'static str>,
}

impl AwaitedMessage {
    pub(super) fn of(view: &VerificationView, may_show: bool) -> Option<Self> {
        let challenge = view.challenge.as_ref()?;
        let ready = view.ready.as_ref().filter(|_| may_show);
        Some(Self {
            link: ready.map(|ready| ready.link.clone()),
            text: ready.map(ReadyMessage::text),
            qr: ready.and_then(|ready| qr::svg(&ready.link)),
            confirm: challenge.needs_confirmation,
            outcome: challenge.last.map(Reception::as_str),
            received_at: challenge.heard_at.map(Time),
            sender: Sender::of(view),
        })
    }
}

impl Sender {
    fn of(view: &VerificationView) -> Option<Self> {
        let (sender, challenge) = (view.sender.as_ref()?, view.challenge.as_ref()?);
        let id = |id: &Option<Secret<String>>| id.as_ref().map(|id| id.expose().clone());
        Some(Self {
            wa_id: sender.wa_id.as_ref().map(|wa_id| wa_id.as_str().to_owned()),
            user_id: id(&sender.user_id),
            parent_user_id: id(&sender.parent_user_id),
            alias: challenge.alias.map(AliasRule::as_str),
            identity: challenge.identity.map(IdentityCheck::as_str),
        })
    }
}
