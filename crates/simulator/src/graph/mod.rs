//! The Graph API: what a business calls. Requests are read, judged and answered as Meta does.
//!
//! What happens after an answer (receipts, webhooks) is not here but in `delivery`.

mod business_account;
mod call;
pub(crate) mod codes;
mod error;
mod messages;
mod phone_numbers;
mod recipient;
mod request;
mod routes;
mod template_calls;
mod template_message;
mod template_request;
mod templates;
mod token;
mod version;

pub(crate) use routes::handle;
