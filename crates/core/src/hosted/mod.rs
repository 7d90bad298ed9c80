//! The pages that people see: one visit that proves a phone, and the links that lead there.
//!
//! A [`Page`] is about a session or about one verification. A session is made by a tenant's back
//! end and may start several verifications in turn: the number was wrong, the code too old. The
//! page of a verification is about that one and starts nothing. Of links and browsers nothing is
//! stored: both are proved by MACs. How a page looks is the server's.

mod jobs;
mod page;
mod secrets;
mod service;
mod session;
mod showing;
mod store;
mod turn;
mod view;

pub use page::{Once, Page};
pub use secrets::BrowserPass;
pub use service::{Hosted, HostedParts};
pub use session::{Intent, Session, SessionKey, SessionStatus};
pub use store::SessionStore;
pub use view::{
    CreatedSession, NewSession, PageError, PageView, SendRequest, SessionView, Step, Typed,
};
