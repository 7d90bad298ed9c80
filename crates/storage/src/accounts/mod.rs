//! Users and their tokens: rows that are read and replaced one by one. Of two changes of one
//! revision the second is refused.

mod memory;
mod rows;

pub(crate) use memory::AccountMaps;
pub(crate) use rows::AccountRows;
