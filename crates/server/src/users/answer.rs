//! What callers read.

use countersign_core::accounts::UserView;
use countersign_core::verification::ByDigits;
use serde::Serialize;
use utoipa::ToSchema;

/// Where the person writes to the business.
#[derive(Serialize, ToSchema)]
pub(super) struct PhoneVerification {
    /// Opens WhatsApp with the message written. It only has to be sent.
    #[schema(example = "https://wa.me/15550102030?text=Verify%20Code%3A%20402917")]
    deep_link: String,
    /// The same.
    #[schema(example = "https://wa.me/15550102030?text=Verify%20Code%3A%20402917")]
    whatsapp_url: String,
}

/// A user, as they see themselves.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    #[schema(example = "usr_06f9s2xkk1w8v3q5n7r9t1b2c4")]
    id: String,
    #[schema(required = true, example = "maria@shop.example")]
    email: Option<String>,
    #[schema(required = true, example = "María Soto")]
    name: Option<String>,
    /// The last number that was asked for, in E.164 form.
    #[schema(required = true, example = "+4915112345678")]
    phone_number: Option<String>,
    /// Whether that number is proved.
    phone_verified: bool,
}

impl From<ByDigits> for PhoneVerification {
    fn from(started: ByDigits) -> Self {
        Self { deep_link: started.link.clone(), whatsapp_url: started.link }
    }
}

impl From<&UserView> for User {
    fn from(view: &UserView) -> Self {
        let profile = &view.profile;
        Self {
            id: view.user.key.id.to_string(),
            email: profile.email.as_ref().map(|email| email.reveal().to_owned()),
            name: profile.name.as_ref().map(|name| name.reveal().to_owned()),
            phone_number: profile.phone.as_ref().map(|phone| phone.e164().to_owned()),
            phone_verified: view.user.is_phone_verified(),
        }
    }
}
