//! Tests of the folder as a whole, through what it offers to others.

mod countries;
mod inputs;
mod plans;
mod properties;
