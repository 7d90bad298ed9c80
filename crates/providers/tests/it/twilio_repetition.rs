//! Which of Twilio's webhooks are the same, and whose they are.

use countersign_core::delivery::{Provider, RawWebhook, Rejected};

use crate::twilio_account::{ACCOUNT, TARGET, deliver, sign, twilio};

fn target() -> String {
    format!("{TARGET}?reference=cs1:a:b:1")
}

fn form() -> String {
    format!("AccountSid={ACCOUNT}&MessageStatus=sent&MessageSid=SM1")
}

#[test]
fn what_is_about_another_account_is_left_to_that_one_though_they_share_a_token() {
    let body = format!("AccountSid=AC{}&MessageStatus=sent", "1".repeat(32));
    let signature = sign(&target(), body.as_bytes());

    let received = deliver(twilio(), &target(), &signature, body.as_bytes());

    assert_eq!(received, Err(Rejected::Signature));
}

#[test]
fn the_same_parameters_in_another_order_are_the_same_webhook() {
    let body = form();
    let signature = sign(&target(), body.as_bytes());
    let mut pairs: Vec<&str> = body.split('&').collect();
    pairs.reverse();
    let reordered = pairs.join("&");
    let again = format!("{body}&MessageStatus=sent");

    let identities = [&body, &reordered, &again].map(|body| {
        let signatures = [signature.as_bytes()];
        let webhook =
            RawWebhook { signatures: &signatures, target: &target(), body: body.as_bytes() };
        assert!(deliver(twilio(), &target(), &signature, body.as_bytes()).is_ok());
        twilio().identity(&webhook)
    });

    assert!(identities.iter().all(|identity| *identity == identities[0]));
}
