//! Authentication templates: created, listed, watched through review, deleted.
//!
//! Meta lets a business send a code only inside such a template, once it has looked at it. These
//! calls are for people who set an account up and for callers of the API; messages go out without
//! them.

mod account;
mod calls;
mod keeper;
mod new;
mod number;
mod plainly;
mod request;
mod status;
mod template;

pub use account::Account;
pub use new::{AndroidApp, Button, InvalidTemplate, LANGUAGES, NewTemplate, SHIPPED_LANGUAGES};
pub use number::BusinessNumber;
pub use status::{Quality, Rejection, TemplateStatus};
pub use template::{Created, Template};
