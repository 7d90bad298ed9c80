//! The question that Meta asks before it saves an address.

use countersign_core::delivery::{Handshake, Provider};

use crate::account::{integration, meta};

fn answer(mode: &str, token: &str, challenge: &str) -> Option<String> {
    let (mode, token, challenge) = (Some(mode), Some(token), Some(challenge));
    meta().answer(&integration(), &Handshake { mode, token, challenge })
}

#[test]
fn whoever_knows_the_token_gets_the_challenge_back() {
    assert_eq!(answer("subscribe", "verify-me", "1904833251"), Some("1904833251".to_owned()));
}

#[test]
fn nobody_else_does() {
    for (mode, token) in [
        ("subscribe", ""),
        ("subscribe", "verify-m"),
        ("subscribe", "verify-me "),
        ("subscribe", "VERIFY-ME"),
        ("unsubscribe", "verify-me"),
        ("Subscribe", "verify-me"),
        ("", "verify-me"),
    ] {
        assert_eq!(answer(mode, token, "1904833251"), None, "{mode} {token}");
    }
}

#[test]
fn a_challenge_that_could_be_a_page_is_not_repeated() {
    for challenge in ["", "<b>", "1 2", "1\n2", "é", "%31", &"1".repeat(65)] {
        assert_eq!(answer("subscribe", "verify-me", challenge), None, "{challenge}");
    }
    assert!(answer("subscribe", "verify-me", &"1".repeat(64)).is_some());
}

#[test]
fn an_empty_verify_token_matches_nothing() {
    let mut integration = integration();

    for token in ["", "  "] {
        integration.verify_token = token.into();
        let handshake =
            Handshake { mode: Some("subscribe"), token: Some(token), challenge: Some("1") };

        assert_eq!(meta().answer(&integration, &handshake), None);
    }
}

#[test]
fn what_is_missing_is_not_guessed() {
    let whole =
        Handshake { mode: Some("subscribe"), token: Some("verify-me"), challenge: Some("1") };

    for partial in [
        Handshake { mode: None, ..whole },
        Handshake { token: None, ..whole },
        Handshake { challenge: None, ..whole },
    ] {
        assert_eq!(meta().answer(&integration(), &partial), None);
    }
}
