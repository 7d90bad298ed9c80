//! The question Meta asks a webhook address before it posts there.

use std::time::Duration;

use crate::{simulator::Simulator, wamid};

/// Why an address is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    #[error("there is no answer from the callback URL")]
    NoAnswer(#[source] reqwest::Error),

    #[error("the callback URL answered with HTTP status {0}")]
    Status(u16),

    #[error("the callback URL did not answer with the challenge alone")]
    Challenge,
}

/// Asks an address whether it knows the verify token.
pub(crate) async fn handshake(
    simulator: &Simulator,
    url: &str,
    verify_token: &str,
) -> Result<(), HandshakeError> {
    let challenge = u32::from_be_bytes(wamid::random::<4>()).to_string();
    let mut address = reqwest::Url::parse(url).map_err(|_| HandshakeError::Challenge)?;
    address
        .query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", verify_token);
    let request = simulator.http().get(address).timeout(Duration::from_secs(5));
    let response = request.send().await.map_err(HandshakeError::NoAnswer)?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(HandshakeError::Status(status));
    }
    let body = response.text().await.map_err(HandshakeError::NoAnswer)?;
    if body == challenge { Ok(()) } else { Err(HandshakeError::Challenge) }
}
