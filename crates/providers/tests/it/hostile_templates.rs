//! Answers about templates made of anything at all: they are read or refused, and what is read of
//! them is harmless on a terminal.

use std::sync::{Arc, LazyLock, Mutex};

use countersign_providers::meta::{Account, Button, Meta, NewTemplate};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::server::{Reply, Server};

/// One server for all cases. It answers what it was given last.
struct Stage {
    runtime: Runtime,
    answer: Arc<Mutex<Vec<u8>>>,
    meta: Meta,
}

static STAGE: LazyLock<Mutex<Stage>> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let answer = Arc::new(Mutex::new(Vec::new()));
    let given = answer.clone();
    let server = runtime.block_on(Server::with(move |_| {
        let body = given.lock().unwrap().clone();
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        Reply::Bytes([head.as_bytes(), &body].concat())
    }));
    let meta = server.meta();
    Mutex::new(Stage { runtime, answer, meta })
});

/// JSON of every shape, in which the words of templates are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    const WORDS: &[&str] = &[
        "data",
        "paging",
        "cursors",
        "after",
        "next",
        "id",
        "name",
        "language",
        "status",
        "category",
        "quality_score",
        "score",
        "rejected_reason",
        "error",
        "code",
        "message",
        "error_subcode",
        "error_user_msg",
        "display_phone_number",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\PC\\u{0}-\\u{1f}\\u{202e}]{0,8}".prop_map(Value::from),
        prop_oneof!["APPROVED", "countersign_code", "880011223344556"].prop_map(Value::from),
    ];
    let word = prop_oneof![
        6 => proptest::sample::select(WORDS).prop_map(str::to_owned),
        1 => ".{0,8}",
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Everything that can be asked. Answers all texts that came out of it.
fn everything(body: &[u8]) -> Vec<String> {
    let stage = STAGE.lock().unwrap();
    body.clone_into(&mut stage.answer.lock().unwrap());
    let account = Account::parse("311200440055660", "EAAtest".into()).unwrap();
    let languages = ["de", "en_US"].map(str::to_owned);
    let new = NewTemplate::parse("countersign_code", &languages, Button::CopyCode, 5).unwrap();
    stage.runtime.block_on(async {
        let meta = &stage.meta;
        let mut texts = Vec::new();
        match meta.templates(&account).await {
            Ok(rows) => texts.extend(rows.into_iter().flat_map(|row| {
                let reason = row.rejection.map(|reason| reason.explanation());
                [row.id, row.name, row.language, row.category, row.status.to_string()]
                    .into_iter()
                    .chain(reason)
            })),
            Err(trouble) => texts.push(trouble.to_string()),
        }
        match meta.create_template(&account, &new).await {
            Ok(rows) => texts.extend(rows.into_iter().flat_map(|row| [row.id, row.language])),
            Err(trouble) => texts.push(trouble.to_string()),
        }
        match meta.phone_numbers(&account).await {
            Ok(rows) => texts.extend(rows.into_iter().flat_map(|row| [row.id, row.display])),
            Err(trouble) => texts.push(trouble.to_string()),
        }
        texts
    })
}

fn is_harmless(text: &str) -> bool {
    text.len() < 4_000 && !text.chars().any(|c| c.is_control() || c == '\u{202e}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(everything(&body).iter().all(|text| is_harmless(text)));
    }

    #[test]
    fn json_of_any_shape(value in any_json()) {
        let texts = everything(value.to_string().as_bytes());

        prop_assert!(texts.iter().all(|text| is_harmless(text)), "{texts:?}");
    }

    #[test]
    fn any_rows(rows in proptest::collection::vec(any_json(), 0..4), paging in any_json()) {
        let good = json!({ "id": "1", "name": "a", "language": "de", "status": "APPROVED" });
        let rows: Vec<_> = rows.into_iter().chain([good]).collect();
        let texts = everything(json!({ "data": rows, "paging": paging }).to_string().as_bytes());

        prop_assert!(texts.iter().any(|text| text == "APPROVED"), "{texts:?}");
        prop_assert!(texts.iter().all(|text| is_harmless(text)), "{texts:?}");
    }
}
