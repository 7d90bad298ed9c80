//! The hot, contended heart: everything that may race is an [`Op`], decided by one pure function
//! over the rows it names.
//!
//! An operation is plain data. Its ids, its random values and its `now` are in it already, so
//! deciding does no I/O and can be repeated. Storage batches whatever waits, loads the named rows
//! under lock, decides each operation in turn, commits once, and only then answers. So racing
//! guesses are counted one by one without a line of locking here; a crash can cost a guess, never
//! grant one; and messages and events are rows of the decision, so they cannot be forgotten.
//!
//! Rules of verifications, messages and limits are methods of those entities. What is here says
//! which rows an operation needs and in which order the rules are asked.

mod cancel;
mod check;
mod contact;
mod counts;
mod deliver;
mod hear;
mod ingest;
mod loss;
mod op;
mod port;
mod reply;
mod resend;
mod rows;
mod start;
mod suppress;

pub use cancel::{Cancel, CancelOutcome, Expire};
pub use check::{Check, CheckOutcome, CheckTarget};
pub use counts::{Counter, CounterKey, Failure, FailureKind, Suppression};
pub use deliver::{ClaimDue, ClaimOutcome, Claimed, Settle, SettleOutcome};
pub use ingest::{Ingest, IngestOutcome, ReceiptOf, Signers, Written};
pub use op::{ExpireOutcome, Op, Operation, Outcome};
pub use port::Ledger;
pub use resend::{Resend, ResendOutcome};
pub use rows::{
    Change, IdempotencyKey, IdentityKey, Keys, RowKey, Rows, Slot, StoredInbound, StoredStart,
    StoredWebhook, Table, WebhookKey,
};
pub use start::{Start, StartOutcome};
pub use suppress::{Lift, LiftOutcome};
