//! Every statement of the ledger on PostgreSQL. Each takes arrays: one element for each row.

use tokio_postgres::types::ToSql;

use crate::rows::{
    CHALLENGE_COLUMNS, CHALLENGE_KINDS, FIRST_CHANGING, IDENTITY_COLUMNS, IDENTITY_KINDS,
    MESSAGE_COLUMNS, MESSAGE_KINDS, VERIFICATION_COLUMNS, VERIFICATION_KINDS,
};

/// A statement by its name, with its parameters.
pub(super) type Call<'a> = (&'static str, Vec<Param<'a>>);

pub(super) type Param<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// Every statement of the ledger finds a few rows by their keys. The planner is told, because it
/// would judge by the tables as they were when a connection began: empty ones it would read from
/// end to end, for as long as the connection lasts.
pub(super) const PLAN_BY_INDEX: &str = "
    set enable_seqscan = off;
    set enable_hashjoin = off;
    set enable_mergejoin = off;
    set plan_cache_mode = force_generic_plan;
    set jit = off";

pub(super) const BEGIN: &str = "begin";
pub(super) const COMMIT: &str = "commit";
pub(super) const FIND_LIMITS: &str = "find limits";
pub(super) const ADD_LIMITS: &str = "add limits";
pub(super) const CHANGE_LIMITS: &str = "change limits";
pub(super) const FIND_STARTS: &str = "find starts";
pub(super) const ADD_STARTS: &str = "add starts";
pub(super) const FIND_VERIFICATIONS: &str = "find verifications";
pub(super) const ADD_VERIFICATIONS: &str = "add verifications";
pub(super) const CHANGE_VERIFICATIONS: &str = "change verifications";
pub(super) const REWRITE_VERIFICATIONS: &str = "rewrite verifications";
pub(super) const FIND_TOKENS: &str = "find tokens";
pub(super) const FIND_CHALLENGES: &str = "find challenges";
pub(super) const ADD_CHALLENGES: &str = "add challenges";
pub(super) const CHANGE_CHALLENGES: &str = "change challenges";
pub(super) const FIND_IDENTITIES: &str = "find identities";
pub(super) const SET_IDENTITIES: &str = "set identities";
pub(super) const FIND_MESSAGES: &str = "find messages";
pub(super) const FIND_DUE: &str = "find due messages";
pub(super) const FIND_OPT_OUTS: &str = "find opt-outs";
pub(super) const ADD_MESSAGES: &str = "add messages";
pub(super) const CHANGE_MESSAGES: &str = "change messages";
pub(super) const FIND_WEBHOOKS: &str = "find webhooks";
pub(super) const ADD_WEBHOOKS: &str = "add webhooks";
pub(super) const FIND_INBOUND: &str = "find inbound messages";
pub(super) const ADD_INBOUND: &str = "add inbound messages";
pub(super) const ADD_EVENTS: &str = "add events";

// A limit that does not exist cannot be locked. When two servers add it at once, the second one
// finds it there and decides its batch again. The phone of a verification is read before it is
// locked: where a message told it meanwhile, its limit is asked for once more.
const FIND_LIMITS_SQL: &str = r"
    select key, state
    from limits
    where key in (
        select unnest($1::bytea[])
        union
        select '\x03'::bytea || found.phone
        from unnest($2::bytea[], $3::bytea[]) as wanted (tenant_id, id)
        join verifications as found
            on found.tenant_id = wanted.tenant_id and found.id = wanted.id
    )
    order by key
    for update";

// A claim that locked limits would lock them after messages, and so against the order. What is
// stopped while it is decided counts from the next claim on.
const FIND_OPT_OUTS_SQL: &str = r"
    select limits.key, limits.state
    from unnest($1::bytea[], $2::bytea[]) as wanted (tenant_id, id)
    join verifications as found
        on found.tenant_id = wanted.tenant_id and found.id = wanted.id
    join limits on limits.key = '\x03'::bytea || found.phone";

const LIMIT_COLUMNS: [&str; 3] = ["key", "state", "forget_at"];

const FIND_STARTS_SQL: &str = "
    select found.tenant_id, found.key, found.verification_id, found.fingerprint, found.at
    from unnest($1::bytea[], $2::bytea[]) as wanted (tenant_id, key)
    join starts as found
        on found.tenant_id = wanted.tenant_id and found.key = wanted.key";

const FIND_WEBHOOKS_SQL: &str = "
    select found.tenant_id, found.at, found.digest, found.received_at
    from unnest($1::bytea[], $2::bigint[], $3::bytea[]) as wanted (tenant_id, at, digest)
    join webhooks as found
        on found.tenant_id = wanted.tenant_id
        and found.at = wanted.at
        and found.digest = wanted.digest";

const FIND_INBOUND_SQL: &str = "
    select found.tenant_id, found.at, found.digest, found.received_at
    from unnest($1::bytea[], $2::bigint[], $3::bytea[]) as wanted (tenant_id, at, digest)
    join inbound_messages as found
        on found.tenant_id = wanted.tenant_id
        and found.at = wanted.at
        and found.digest = wanted.digest";

// The newest of those that wait for an answer of the same user counts.
const FIND_TOKENS_SQL: &str = "
    select wanted.tenant_id, wanted.digest, found.verification_id
    from unnest($1::bytea[], $2::bytea[]) as wanted (tenant_id, digest)
    join challenges as found
        on found.tenant_id = wanted.tenant_id and found.token = wanted.digest
    union all
    (select distinct on (wanted.tenant_id, wanted.digest)
        wanted.tenant_id, wanted.digest, found.verification_id
    from unnest($1::bytea[], $2::bytea[]) as wanted (tenant_id, digest)
    join challenges as found
        on found.tenant_id = wanted.tenant_id and found.asked = wanted.digest
    order by wanted.tenant_id, wanted.digest, found.verification_id desc)";

const SET_IDENTITIES_SQL: &str = "
    insert into identities (tenant_id, number, digest, seen_at)
    select * from unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[])
    on conflict (tenant_id, number)
    do update set digest = excluded.digest, seen_at = excluded.seen_at";

/// Every statement with its name.
pub(super) fn statements() -> Vec<(&'static str, String)> {
    let changing = &VERIFICATION_COLUMNS[FIRST_CHANGING..];
    let changed: Vec<&str> = VERIFICATION_COLUMNS[..2].iter().chain(changing).copied().collect();
    let mut kinds = VERIFICATION_KINDS[..2].to_vec();
    kinds.extend_from_slice(&VERIFICATION_KINDS[FIRST_CHANGING..]);
    let text = str::to_owned;
    let mut all = vec![
        (BEGIN, text("begin")),
        (COMMIT, text("commit")),
        (FIND_LIMITS, text(FIND_LIMITS_SQL)),
        (ADD_LIMITS, insert("limits", &LIMIT_COLUMNS, b"bbi")),
        (CHANGE_LIMITS, update("limits", &LIMIT_COLUMNS, b"bbi", 1)),
        (FIND_STARTS, text(FIND_STARTS_SQL)),
        (
            ADD_STARTS,
            insert(
                "starts",
                &["tenant_id", "key", "verification_id", "fingerprint", "at"],
                b"bbbbi",
            ),
        ),
        (FIND_VERIFICATIONS, find("verifications", &VERIFICATION_COLUMNS, VERIFICATION_KINDS, 2)),
        (ADD_VERIFICATIONS, insert("verifications", &VERIFICATION_COLUMNS, VERIFICATION_KINDS)),
        (CHANGE_VERIFICATIONS, update("verifications", &changed, &kinds, 2)),
        (
            REWRITE_VERIFICATIONS,
            update("verifications", &VERIFICATION_COLUMNS, VERIFICATION_KINDS, 2),
        ),
        (FIND_TOKENS, text(FIND_TOKENS_SQL)),
        (FIND_CHALLENGES, find("challenges", &CHALLENGE_COLUMNS, CHALLENGE_KINDS, 2)),
        (ADD_CHALLENGES, insert("challenges", &CHALLENGE_COLUMNS, CHALLENGE_KINDS)),
        (CHANGE_CHALLENGES, update("challenges", &CHALLENGE_COLUMNS, CHALLENGE_KINDS, 2)),
        (FIND_IDENTITIES, find("identities", &IDENTITY_COLUMNS, IDENTITY_KINDS, 2)),
        (SET_IDENTITIES, text(SET_IDENTITIES_SQL)),
        (FIND_MESSAGES, find("messages", &MESSAGE_COLUMNS, MESSAGE_KINDS, 3)),
        (FIND_DUE, find_due()),
        (FIND_OPT_OUTS, text(FIND_OPT_OUTS_SQL)),
        (ADD_MESSAGES, insert("messages", &MESSAGE_COLUMNS, MESSAGE_KINDS)),
        (CHANGE_MESSAGES, update("messages", &MESSAGE_COLUMNS, MESSAGE_KINDS, 3)),
    ];
    all.extend(about_inbound());
    all
}

fn about_inbound() -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        (FIND_WEBHOOKS, text(FIND_WEBHOOKS_SQL)),
        (
            ADD_WEBHOOKS,
            insert(
                "webhooks",
                &["tenant_id", "at", "digest", "received_at", "unread", "quarantined", "body"],
                b"bibiiib",
            ),
        ),
        (FIND_INBOUND, text(FIND_INBOUND_SQL)),
        (
            ADD_INBOUND,
            insert(
                "inbound_messages",
                &[
                    "tenant_id",
                    "at",
                    "digest",
                    "received_at",
                    "webhook_at",
                    "webhook_digest",
                    "reception",
                    "verification_id",
                ],
                b"bibiibtb",
            ),
        ),
        (
            ADD_EVENTS,
            insert(
                "events",
                &["tenant_id", "id", "kind", "verification_id", "message", "at"],
                b"bbtbii",
            ),
        ),
    ]
}

/// Finds rows by their first columns, and locks them in the order of those.
fn find(table: &str, columns: &[&str], kinds: &[u8], keys: usize) -> String {
    let (keys, arrays) = (&columns[..keys], arrays(&kinds[..keys]));
    let pairs: Vec<String> =
        keys.iter().map(|column| format!("found.{column} = wanted.{column}")).collect();
    format!(
        "select {} from unnest({arrays}) as wanted ({}) join {table} as found on {} order by {} for \
         update of found",
        prefixed(columns),
        keys.join(", "),
        pairs.join(" and "),
        prefixed(keys)
    )
}

fn find_due() -> String {
    format!(
        "select {}
        from messages as found
        where due_at is not null and due_at <= $1
        order by due_at
        limit $2
        for update skip locked",
        prefixed(&MESSAGE_COLUMNS)
    )
}

fn prefixed(columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("found.{column}")).collect();
    columns.join(", ")
}

fn arrays(kinds: &[u8]) -> String {
    let arrays = kinds.iter().zip(1..).map(|(kind, place)| match kind {
        b't' => format!("${place}::text[]"),
        b'i' => format!("${place}::bigint[]"),
        _ => format!("${place}::bytea[]"),
    });
    arrays.collect::<Vec<_>>().join(", ")
}

fn insert(table: &str, columns: &[&str], kinds: &[u8]) -> String {
    let (names, arrays) = (columns.join(", "), arrays(kinds));
    format!("insert into {table} ({names}) select * from unnest({arrays})")
}

fn update(table: &str, columns: &[&str], kinds: &[u8], keys: usize) -> String {
    let (keys, values) = columns.split_at(keys);
    let sets: Vec<String> =
        values.iter().map(|column| format!("{column} = changed.{column}")).collect();
    let pairs: Vec<String> =
        keys.iter().map(|column| format!("{table}.{column} = changed.{column}")).collect();
    format!(
        "update {table} set {} from unnest({}) as changed ({}) where {}",
        sets.join(", "),
        arrays(kinds),
        columns.join(", "),
        pairs.join(" and ")
    )
}
