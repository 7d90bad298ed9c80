//! Counts over a span of verifications and their messages.

mod memory;
mod rows;

pub(crate) use memory::InsightMaps;
pub(crate) use rows::InsightRows;
