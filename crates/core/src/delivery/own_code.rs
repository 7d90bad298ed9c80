//! The codes of failures that no provider reported, as they stand in `error_code`.

/// The tenant has no account for the channel.
pub const NO_ACCOUNT: i64 = 0;
/// Every account for the channel rests.
pub const ALL_REST: i64 = 1;
/// The account had more to do than it could, for as long as the message was worth trying.
pub const NO_ROOM: i64 = 2;
/// Its person wants no messages by its channel.
pub const UNWANTED: i64 = 3;
/// A test key asked for it by the end of the number.
pub const ASKED_FOR: i64 = 4;
