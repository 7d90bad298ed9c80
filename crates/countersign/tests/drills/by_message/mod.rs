//! Phones that are proved by messages: attacked, crashed and raced.

mod attack;
mod attacks;
mod crash;
mod forged;
mod pages;
mod race;
mod scene;
mod senders;
mod stolen;
mod waiting;
mod written;
