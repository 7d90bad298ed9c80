//! Who is at the other end of the connection.

use std::net::IpAddr;

/// The other end of a connection, which may be a proxy. The listener adds it to each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: IpAddr,
    /// The server was told to stop: it is not to be given more work.
    pub is_stopping: bool,
}
