//! Webhooks made of anything at all: they may be unread, but they are always answered.

use countersign_core::delivery::Received;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::account::receive;

/// JSON of every shape, in which the words of webhooks are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop_oneof!["sent", "failed", "messages", "420033001177550", "1791300042"]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any_word(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_word() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "entry",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "contacts",
        "wa_id",
        "user_id",
        "messages",
        "id",
        "timestamp",
        "from",
        "from_user_id",
        "statuses",
        "status",
        "biz_opaque_callback_data",
        "errors",
        "code",
        "pricing",
        "billable",
        "type",
        "category",
    ];
    prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn total(received: &Received) -> usize {
    received.notices.len() + received.unread
}

proptest! {
    #[test]
    fn bytes(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        receive(body);
    }

    #[test]
    fn json_of_any_shape(value in any_json()) {
        receive(value.to_string());
    }

    #[test]
    fn any_value_in_a_change(value in any_json()) {
        let changes = json!([{ "field": "messages", "value": value }]);
        receive(json!({ "entry": [{ "changes": changes }] }).to_string());
    }

    #[test]
    fn every_update_is_a_notice_or_unread(
        messages in proptest::collection::vec(any_json(), 1..5),
        statuses in proptest::collection::vec(any_json(), 1..5),
        contacts in any_json(),
    ) {
        let updates = messages.len() + statuses.len();
        let received = receive(json!({ "entry": [{ "changes": [{ "field": "messages", "value": {
            "metadata": { "phone_number_id": "420033001177550" },
            "messages": messages, "statuses": statuses, "contacts": contacts,
        } }] }] }).to_string());

        prop_assert_eq!(total(&received), updates);
    }

    #[test]
    fn a_broken_update_beside_a_good_one(broken in any_json()) {
        let good = json!({ "id": "wamid.A=", "timestamp": "1791300042" });
        let received = receive(json!({ "entry": [broken.clone(), { "changes": [broken.clone(), {
            "field": "messages", "value": {
                "metadata": { "phone_number_id": "420033001177550" },
                "messages": [broken, good],
            },
        }] }] }).to_string());

        prop_assert!(!received.notices.is_empty());
    }
}
