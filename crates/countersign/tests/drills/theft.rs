//! Somebody steals the database while codes are live. Without the key it yields none of them.

use std::collections::HashMap;
use std::fs;
use std::thread;

use aws_lc_rs::{digest, hkdf, hmac};
use rusqlite::Connection;
use serde_json::json;

use crate::database::{Database, open};
use crate::process::now;
use crate::report::{report, size};
use crate::search::Search;
use crate::stage::{SECRET_KEY, Stage, code, phone, start_body};

/// Every code of six digits.
const CODES: u32 = 1_000_000;
/// What the product calls the purpose `verify` in what it signs.
const PURPOSE: u8 = 1;

/// A live verification as it lies in the database.
struct Row {
    tenant: Vec<u8>,
    id: Vec<u8>,
    number: Vec<u8>,
    key: Vec<u8>,
    mac: Vec<u8>,
    sealed: Vec<u8>,
}

/// Someone's code, as only its phone knows it.
struct Owner {
    id: String,
    phone: String,
    code: String,
}

/// A way to make what is stored from a code.
type Scheme = Box<dyn Fn(&[u8]) -> [u8; 32] + Send>;

#[test]
fn a_stolen_database_yields_no_code_and_no_phone() {
    let begun = now();
    let stage = Stage::sqlite(&[]);
    let owners = owners(&stage, size(100, 1_000));
    let (files, loot) = steal(&stage);
    let rows = rows(&loot);
    let keys = stored_keys(&loot);
    assert_eq!(rows.len(), owners.len());
    let mut broken = Vec::new();

    let macs: Vec<&[u8]> = rows.iter().map(|row| &row.mac[..]).collect();
    let mut recovered = sweep_all(shared_schemes(&rows, &keys), &macs);
    let salted = size(1, 10);
    let mut sweeps = 0;
    for (row, owner) in rows.iter().zip(&owners).take(salted) {
        let schemes = schemes_of_row(row, &owner.id, &keys);
        sweeps += schemes.len();
        recovered += sweep_all(schemes, &[&row.mac]);
    }
    if recovered > 0 {
        broken.push(format!("{recovered} codes were recovered"));
    }

    // The same cracker succeeds where it should: with plain digests, and with the key.
    let digests: Vec<[u8; 32]> = owners.iter().map(|owner| sha256(owner.code.as_bytes())).collect();
    let digests: Vec<&[u8]> = digests.iter().map(|digest| &digest[..]).collect();
    let control = sweep(&(Box::new(sha256) as Scheme), &digests);
    let with_key = rows
        .iter()
        .take(salted)
        .filter(|row| sweep(&product(row, &code_key(SECRET_KEY)), &[&row.mac]) == 1)
        .count();
    assert_eq!((control, with_key), (owners.len(), salted), "the cracker does not crack");

    let plain_hits = plain_hits(&files, &rows, &owners);
    broken.extend(plain_hits.iter().cloned());
    let figures = json!({
        "n": owners.len(),
        "recovered": recovered,
        "control_recovered": control,
        "control_with_key": format!("{with_key}/{salted}"),
        "sweeps_of_single_rows": sweeps,
        "bytes": files.len(),
        "plain_hits": plain_hits.len(),
        "seconds": begun.elapsed().as_secs(),
    });
    report("theft", &figures, &broken);
}

fn owners(stage: &Stage, count: usize) -> Vec<Owner> {
    let (mut client, mut phones) = (stage.client(0), stage.phones());
    let start = |place| {
        let phone = phone(place);
        let answer = client.post("/v1/verifications", &start_body(&phone));
        assert_eq!(answer.status, 201, "{answer:?}");
        let code = code(&mut phones, &phone, 30).unwrap();
        Owner { id: answer.field("id"), phone, code }
    };
    (0..count).map(start).collect()
}

/// The bytes of every file of the database, and a copy of it to read.
fn steal(stage: &Stage) -> (Vec<u8>, Connection) {
    let Database::Sqlite(path) = &stage.database else { panic!("a file can be stolen") };
    let loot = stage.folder.path().join("loot");
    fs::create_dir(&loot).unwrap();
    let mut bytes = Vec::new();
    for suffix in ["", "-wal"] {
        let name = format!("countersign.db{suffix}");
        let file = path.with_file_name(&name);
        bytes.extend(fs::read(&file).unwrap());
        fs::copy(&file, loot.join(&name)).unwrap();
    }
    // A copy that was made while it was written to needs its own recovery.
    drop(
        Connection::open(loot.join("countersign.db"))
            .unwrap()
            .execute_batch("pragma wal_checkpoint"),
    );
    (bytes, open(&loot.join("countersign.db")))
}

fn rows(loot: &Connection) -> Vec<Row> {
    let sql = "select tenant_id, id, number, code_key, code_mac, code_sealed from verifications
        where state = 'pending' order by id";
    let mut statement = loot.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Row {
            tenant: row.get(0)?,
            id: row.get(1)?,
            number: row.get(2)?,
            key: row.get(3)?,
            mac: row.get(4)?,
            sealed: row.get(5)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Everything that the database calls a key.
fn stored_keys(loot: &Connection) -> Vec<Vec<u8>> {
    let mut statement = loot.prepare("select sealed from keys").unwrap();
    let keys: Vec<Vec<u8>> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(!keys.is_empty());
    keys
}

/// How many of the stored values some code makes.
fn sweep(scheme: &Scheme, stored: &[&[u8]]) -> usize {
    let mut wanted: HashMap<&[u8], usize> = HashMap::new();
    for mac in stored {
        *wanted.entry(mac).or_default() += 1;
    }
    let mut found = 0;
    for code in 0..CODES {
        let digits =
            [100_000, 10_000, 1_000, 100, 10, 1].map(|place| b'0' + (code / place % 10) as u8);
        found += wanted.get(&scheme(&digits)[..]).copied().unwrap_or_default();
        if found == stored.len() {
            break;
        }
    }
    found
}

/// Each way on a thread of its own.
fn sweep_all(schemes: Vec<Scheme>, stored: &[&[u8]]) -> usize {
    thread::scope(|scope| {
        let sweep_one = |scheme: Scheme| scope.spawn(move || sweep(&scheme, stored));
        let sweeps: Vec<_> = schemes.into_iter().map(sweep_one).collect();
        sweeps.into_iter().map(|sweep| sweep.join().unwrap()).sum()
    })
}

/// Ways that are the same for every row: one sweep tries them all.
fn shared_schemes(rows: &[Row], keys: &[Vec<u8>]) -> Vec<Scheme> {
    let mut schemes: Vec<Scheme> =
        vec![Box::new(sha256), under(b""), under(&[0; 32]), under(&rows[0].key)];
    schemes.extend(keys.iter().map(|key| under(key)));
    schemes
}

/// Ways that take something of the row, the product's own under guessed keys among them.
fn schemes_of_row(row: &Row, id: &str, keys: &[Vec<u8>]) -> Vec<Scheme> {
    let mut schemes: Vec<Scheme> = Vec::new();
    for salt in [&row.id[..], id.as_bytes(), &row.number] {
        let before = salt.to_vec();
        schemes.push(Box::new(move |code| sha256(&[&before, code].concat())));
        schemes.push(under(salt));
    }
    let guesses = [&[][..], &[0; 32], &row.key, &keys[0]];
    schemes.extend(guesses.iter().map(|key| product(row, key)));
    schemes.push(product(row, &code_key(&"0".repeat(64))));
    schemes
}

fn under(key: &[u8]) -> Scheme {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    Box::new(move |code| hmac::sign(&key, code).as_ref().try_into().unwrap())
}

/// The product's own way: a thief has its source.
fn product(row: &Row, key: &[u8]) -> Scheme {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let place = [b"cs/otp/v1", &row.tenant[..], &row.id, &[PURPOSE], &row.number].concat();
    Box::new(move |code| hmac::sign(&key, &[&place, code].concat()).as_ref().try_into().unwrap())
}

fn code_key(secret_key: &str) -> [u8; 32] {
    let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"countersign/v1")
        .extract(&hex::decode(secret_key).unwrap());
    let mut key = [0; 32];
    root.expand(&[b"code"], hkdf::HKDF_SHA256).and_then(|output| output.fill(&mut key)).unwrap();
    key
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&digest::SHA256, bytes).as_ref().try_into().unwrap()
}

/// Codes and phones that stand in the files as they are.
fn plain_hits(files: &[u8], rows: &[Row], owners: &[Owner]) -> Vec<String> {
    let phones = owners.iter().flat_map(|owner| [&owner.phone[1..], &owner.phone[3..]]);
    let mut hits = Search::plain(phones.map(|phone| ("a phone", phone))).hits(files);
    for (row, owner) in rows.iter().zip(owners) {
        let search = Search::encoded([("a code", owner.code.as_str())]);
        hits.extend(search.hits(&[&row.mac[..], &row.sealed].concat()));
    }
    let codes = owners.iter().map(|owner| ("a code", owner.code.as_str()));
    hits.extend(Search::plain(codes).hits(files));
    hits
}
