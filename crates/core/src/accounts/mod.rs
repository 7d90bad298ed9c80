//! The people that a tenant knows by name: a small store of users for applications that have
//! none, the tokens that speak for them, and the phone that each has proved.
//!
//! It proves nothing itself. A user waits for a [`Verification`](crate::verification::Verification)
//! and what that comes to is written down at the user: when somebody looks, or by a sweep when
//! nobody does.

mod email;
mod jobs;
mod profile;
mod service;
mod store;
mod token;
mod user;

pub use email::{Email, EmailKey};
pub use profile::{Profile, UserName};
pub use service::{AccountError, AccountParts, Accounts, IssuedToken, UserView};
pub use store::AccountStore;
pub use token::{PresentedToken, UserToken};
pub use user::{Settlement, User, UserKey};
