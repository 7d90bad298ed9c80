//! What Twilio's webhooks say, and which are believed.

use countersign_core::delivery::{
    Channel, Form, InboundMessage, MessageKey, Notice, Price, Provider, RawWebhook, Receipt,
    ReceiptKind, Received, Rejected, StatusNotice,
};
use countersign_core::id::{TenantId, VerificationId};
use countersign_core::time::Timestamp;
use countersign_core::wording::Wish;
use countersign_providers::twilio::{TwilioAccount, TwilioSettings};
use proptest::prelude::*;

use crate::twilio_account::{
    ACCOUNT, NOW, TARGET, TOKEN, deliver, integration, receive, settings, sign, twilio,
    twilio_account, twilio_with,
};
use crate::twilio_samples::sample;

fn key() -> MessageKey {
    let verification = VerificationId::from_bytes([7; 16]);
    MessageKey { tenant: TenantId::DEFAULT, verification, number: 2 }
}

fn target() -> String {
    format!("{TARGET}?reference={}", key().reference())
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("AccountSid", ACCOUNT).extend_pairs(fields);
    form.finish()
}

fn status(fields: &[(&str, &str)]) -> Receipt {
    let received = receive(&target(), form(fields));
    let [Notice::Status(notice)] = received.notices.as_slice() else { panic!("one status") };
    assert_eq!(notice.message, Some(key()));
    notice.receipt.clone()
}

fn inbound(fields: &[(&str, &str)]) -> Received {
    let mut all = vec![
        ("SmsStatus", "received"),
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+5511987654321"),
        ("To", "whatsapp:+15550100400"),
        ("MessageType", "text"),
        ("Body", "CS-7F3K9Q"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    receive(TARGET, form(&all))
}

fn message(fields: &[(&str, &str)]) -> InboundMessage {
    let received = inbound(fields);
    let [Notice::Message(message)] = received.notices.as_slice() else { panic!("one message") };
    message.clone()
}

#[test]
fn a_status_is_a_receipt_for_the_message_it_refers_to() {
    let received = receive(&target(), sample("callback_delivered.form"));

    let receipt = Receipt {
        kind: ReceiptKind::Delivered,
        at: Timestamp::parse(NOW).unwrap(),
        error: None,
        is_unreachable: false,
        is_opted_out: false,
        price: None,
    };
    assert_eq!(
        received,
        Received {
            notices: vec![Notice::Status(StatusNotice { message: Some(key()), receipt })],
            unread: 0,
            // The carrier's own time, so that a repetition is filed alike on any day.
            newest: Timestamp::parse("2026-09-24T05:01:00Z"),
        }
    );
}

#[test]
fn a_status_without_a_reference_is_about_nobody_s_message() {
    for target in
        [TARGET, "/api/webhooks/twilio?reference=x", "/api/webhooks/twilio?reference=&reference="]
    {
        let received = receive(target, sample("callback_sent.form"));

        let [Notice::Status(notice)] = received.notices.as_slice() else { panic!("one status") };
        assert_eq!(notice.message, None);
    }
}

#[test]
fn the_words_of_a_status_are_the_kinds_of_a_receipt() {
    for (word, kind) in [
        ("sent", ReceiptKind::Sent),
        ("delivered", ReceiptKind::Delivered),
        ("read", ReceiptKind::Read),
        ("failed", ReceiptKind::Failed),
        ("undelivered", ReceiptKind::Failed),
        ("canceled", ReceiptKind::Failed),
    ] {
        assert_eq!(status(&[("MessageStatus", word)]).kind, kind, "{word}");
        assert_eq!(status(&[("SmsStatus", word)]).kind, kind, "{word}");
    }
    for word in ["accepted", "scheduled", "queued", "sending", "partially_delivered"] {
        let received = receive(&target(), form(&[("MessageStatus", word)]));

        assert_eq!(received, Received::default(), "{word}");
    }
    for word in ["SENT", "", "deleted", "receiving"] {
        let received = receive(&target(), form(&[("MessageStatus", word)]));

        assert_eq!(received, Received { unread: 1, ..Received::default() }, "{word}");
    }
}

#[test]
fn the_error_of_a_failure_says_whether_the_phone_is_there() {
    for (code, error, is_unreachable) in [
        ("63003", Some(63_003), true),
        ("63024", Some(63_024), true),
        ("21211", Some(21_211), true),
        ("63016", Some(63_016), false),
        ("30008", Some(30_008), false),
        ("x", None, false),
    ] {
        let receipt = status(&[("MessageStatus", "undelivered"), ("ErrorCode", code)]);

        assert_eq!((receipt.error, receipt.is_unreachable), (error, is_unreachable), "{code}");
    }
    let delivered = status(&[("MessageStatus", "delivered"), ("ErrorCode", "63003")]);
    assert_eq!((delivered.error, delivered.is_unreachable), (None, false));
}

#[test]
fn a_price_is_kept_where_there_is_one() {
    let fields = [("MessageStatus", "sent"), ("Price", "-0.00750"), ("PriceUnit", "usd")];

    let price = Price { micros: Some(7_500), currency: Some("USD".to_owned()), ..Price::default() };
    assert_eq!(status(&fields).price, Some(price));
}

#[test]
fn a_message_says_who_wrote_it_and_what() {
    let message = message(&[]);

    assert_eq!(message.provider_id, "SM1");
    assert_eq!(message.sent_at, Timestamp::parse(NOW).unwrap());
    assert_eq!(message.form, Form::Plain);
    assert_eq!(message.text.unwrap().expose(), "CS-7F3K9Q");
    assert!(!message.is_forwarded);
    assert_eq!(message.sender.unwrap().wa_id.unwrap().as_str(), "5511987654321");
}

#[test]
fn only_the_address_itself_shows_a_number() {
    let user = message(&[("From", "whatsapp:DE.1349120865"), ("WaId", "5511987654321")]);
    let sender = user.sender.unwrap();
    assert!(sender.wa_id.is_none());
    assert_eq!(sender.user_id.unwrap().expose(), "DE.1349120865");

    for from in ["whatsapp:", "whatsapp:5511987654321", "whatsapp:+05511987654", "whatsapp:+1x"] {
        let strange = message(&[("From", from), ("WaId", "5511987654321")]);

        assert!(strange.sender.is_none(), "{from}");
    }
}

#[test]
fn whatever_is_not_written_plainly_is_told_apart() {
    for fields in [
        [("MessageType", "button")],
        [("MessageType", "image")],
        [("MessageType", "")],
        [("NumMedia", "1")],
        [("ButtonText", "Yes")],
        [("ButtonPayload", "yes")],
    ] {
        assert_eq!(message(&fields).form, Form::Other, "{fields:?}");
    }
    for fields in [[("Forwarded", "true")], [("FrequentlyForwarded", "true")]] {
        assert!(message(&fields).is_forwarded, "{fields:?}");
    }
}

/// Somebody writes an SMS.
fn sms(fields: &[(&str, &str)]) -> Received {
    let mut all = vec![
        ("SmsStatus", "received"),
        ("MessageSid", "SM1"),
        ("From", "+5511987654321"),
        ("To", "+15550100300"),
        ("Body", "Stop"),
        ("NumMedia", "0"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    receive(TARGET, form(&all))
}

#[test]
fn an_sms_is_a_message_of_its_own_channel() {
    let received = sms(&[("WaId", "4915550102030"), ("ExternalUserId", "DE.1349120865")]);

    let [Notice::Message(message)] = received.notices.as_slice() else { panic!("one message") };
    assert_eq!((message.channel, message.form, message.wish), (Channel::Sms, Form::Plain, None));
    let sender = message.sender.clone().unwrap();
    assert_eq!(sender.wa_id.unwrap().as_str(), "5511987654321");
    assert!(sender.user_id.is_none() && sender.identity.is_none());
    for from in ["32665", "ACME", "", "+1x", "5511987654321"] {
        let received = sms(&[("From", from)]);
        let [Notice::Message(message)] = received.notices.as_slice() else { panic!("{from}") };
        assert!(message.sender.is_none(), "{from}");
    }
    let elsewhere = sms(&[("To", "+15550100999")]);
    assert!(matches!(elsewhere.notices.as_slice(), [Notice::Foreign { .. }]));
    let unread = Received { unread: 1, ..Received::default() };
    for strange in [[("From", "rcs:agent")], [("To", "messenger:1")], [("To", "whatsapp:+1555")]] {
        assert_eq!(sms(&strange), unread, "{strange:?}");
    }
}

#[test]
fn twilio_says_what_it_took_a_message_for() {
    for (word, wish) in [
        ("STOP", Some(Wish::Stop)),
        ("START", Some(Wish::Start)),
        ("HELP", None),
        ("stop", None),
        ("", None),
    ] {
        let received = sms(&[("OptOutType", word), ("Body", "no thanks")]);
        let [Notice::Message(message)] = received.notices.as_slice() else { panic!("{word}") };
        assert_eq!(message.wish, wish, "{word}");
    }
}

#[test]
fn a_receipt_says_that_somebody_has_opted_out() {
    let receipt = status(&[("MessageStatus", "undelivered"), ("ErrorCode", "21610")]);

    assert!(receipt.is_opted_out && !receipt.is_unreachable);
}

#[test]
fn a_message_to_another_number_is_put_aside() {
    let received = inbound(&[("To", "whatsapp:+15550100999")]);

    let [Notice::Foreign { phone_number_id, message }] = received.notices.as_slice() else {
        panic!("one notice about another number")
    };
    assert_eq!(phone_number_id, "whatsapp:+15550100999");
    assert!(message.is_some());
}

#[test]
fn whichever_integration_of_an_account_is_asked_speaks_for_all_its_numbers() {
    let other = TwilioAccount {
        name: "other".to_owned(),
        whatsapp_number: Some("+15550100401".to_owned()),
        ..twilio_account()
    };
    let twilio =
        twilio_with(&TwilioSettings { accounts: vec![twilio_account(), other], ..settings() });
    let body = form(&[
        ("SmsStatus", "received"),
        ("MessageSid", "SM1"),
        ("From", "whatsapp:+5511987654321"),
        ("To", "whatsapp:+15550100401"),
    ]);

    let received =
        deliver(&twilio, TARGET, &sign(TARGET, body.as_bytes()), body.as_bytes()).unwrap();

    assert!(matches!(received.notices.as_slice(), [Notice::Message(_)]));
}

#[test]
fn what_is_no_message_of_this_account_is_unread() {
    let unread = Received { unread: 1, ..Received::default() };
    for body in [
        String::new(),
        "{}".to_owned(),
        "MessageStatus=sent".to_owned(),
        format!("AccountSid={ACCOUNT}&AccountSid=AC1&MessageStatus=sent"),
        form(&[]),
        form(&[("SmsStatus", "received"), ("From", "+5511987654321"), ("MessageSid", "SM1")]),
        form(&[("MessageStatus", "sent"), ("MessageStatus", "read")]),
    ] {
        assert_eq!(receive(&target(), &body), unread, "{body}");
    }
}

#[test]
fn whatever_is_signed_otherwise_is_refused() {
    let (target, body) = (target(), sample("callback_sent.form"));
    let signature = sign(&target, body.as_bytes());
    let other = target.replace(":2", ":3");
    let refused = Err(Rejected::Signature);

    assert!(deliver(twilio(), &target, &signature, body.as_bytes()).is_ok());
    // The reference is signed, as all of the URL is.
    assert_eq!(deliver(twilio(), &other, &signature, body.as_bytes()), refused);
    assert_eq!(deliver(twilio(), &target, "", body.as_bytes()), refused);
    let changed = body.replace("=sent", "=read");
    assert_eq!(deliver(twilio(), &target, &signature, changed.as_bytes()), refused);
    let unsigned = RawWebhook { signatures: &[], target: &target, body: body.as_bytes() };
    assert_eq!(twilio().receive(&integration(), &unsigned), refused);
}

#[test]
fn without_a_public_url_nothing_can_be_believed() {
    let twilio = twilio_with(&TwilioSettings { public_url: None, ..settings() });
    let body = sample("callback_sent.form");

    let received = deliver(&twilio, TARGET, &sign(TARGET, body.as_bytes()), body.as_bytes());

    assert_eq!(received, Err(Rejected::Signature));
}

#[test]
fn the_previous_token_is_believed_too() {
    let account = TwilioAccount {
        auth_token: "the-next-token".into(),
        previous_auth_token: Some(TOKEN.into()),
        ..twilio_account()
    };
    let twilio = twilio_with(&TwilioSettings { accounts: vec![account], ..settings() });
    let body = sample("callback_sent.form");

    assert!(deliver(&twilio, TARGET, &sign(TARGET, body.as_bytes()), body.as_bytes()).is_ok());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    assert!(settings().check().is_ok());

    let refusal = |settings: &TwilioSettings| settings.check().unwrap_err().to_string();
    let url = |url: &str| TwilioSettings { public_url: Some(url.to_owned()), ..settings() };
    let twice = TwilioSettings { accounts: vec![twilio_account(), twilio_account()], ..settings() };
    let base = TwilioSettings { base_url: "http://api.twilio.com".to_owned(), ..settings() };

    assert!(refusal(&url("http://otp.example.com")).contains("public URL"));
    assert!(refusal(&url("https://otp_1.example.com")).contains("underscore"));
    assert_eq!(refusal(&twice), "two Twilio accounts are called twilio");
    assert!(refusal(&base).contains("http is only for localhost"));
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        receive(TARGET, body);
    }

    #[test]
    fn every_form_is_one_notice_or_unread_or_says_nothing(
        fields in proptest::collection::vec(
            (
                proptest::sample::select(&[
                    "MessageStatus", "SmsStatus", "From", "To", "Body", "MessageSid", "ErrorCode",
                    "Price", "MessageType", "NumMedia", "RawDlrDoneDate", "Forwarded",
                ][..]),
                prop_oneof![
                    ".{0,8}",
                    Just("received".to_owned()),
                    Just("sent".to_owned()),
                    Just("whatsapp:+15550100400".to_owned()),
                ],
            ),
            0..8,
        ),
    ) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let received = receive(&target(), form(&fields));

        prop_assert!(received.notices.len() + received.unread <= 1);
    }

    #[test]
    fn a_body_with_a_flipped_bit_is_refused(place in any::<proptest::sample::Index>(), bit in 0..8_u8) {
        let body = form(&[("MessageStatus", "sent"), ("Body", "Hello")]).into_bytes();
        let signature = sign(TARGET, &body);
        let mut flipped = body.clone();
        flipped[place.index(body.len())] ^= 1 << bit;
        // The scheme itself does not tell where a name ends and its value begins.
        prop_assume!(sign(TARGET, &flipped) != signature);

        prop_assert!(deliver(twilio(), TARGET, &signature, &flipped).is_err());
    }
}
