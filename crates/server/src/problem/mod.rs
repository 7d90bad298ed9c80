//! Every refusal, as a problem document (RFC 9457) with a stable code.
//!
//! A handler answers with a [`Problem`]; the edge of the server writes it down, because only the
//! edge knows the request's id and how long a caller has to wait. Causes that are not the
//! caller's business go to the log there, once.

mod causes;
mod document;
mod kind;
mod value;

pub(crate) use document::{FieldProblem, ProblemDocument, seconds_until};
pub(crate) use kind::Kind;
pub(crate) use value::{FieldError, Problem};
