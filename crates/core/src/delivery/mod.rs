//! Getting a message to a phone: what a message is, who carries it, when it is tried again, and
//! what the carrier says afterwards.
//!
//! Messages are rows that the ledger adds together with the change that causes them; the
//! [`Delivery`] service claims them, calls a [`Provider`], and settles what came of it.

mod accounts;
mod bulkheads;
mod ending;
mod message;
mod message_kind;
mod message_state;
mod outcome;
pub mod own_code;
mod provider;
mod receipt;
mod service;
mod webhook;

pub use crate::channel::Channel;
pub use message::{Claim, LEASE, Message, MessageKey};
pub use message_kind::{MessageKind, Reply};
pub use message_state::{MessageState, MessageStatus};
pub use outcome::{SendOutcome, Settled};
pub use provider::{
    Accepted, Content, Descriptor, Outgoing, Provider, Recipient, Search, SendError,
};
pub use receipt::{Price, Receipt, ReceiptKind, Receipts};
pub use service::{Delivery, DeliveryParts, DeliverySettings};
pub use webhook::{
    Card, Form, Handshake, InboundMessage, InboundSender, Notice, RawWebhook, Received, Rejected,
    StatusNotice,
};
