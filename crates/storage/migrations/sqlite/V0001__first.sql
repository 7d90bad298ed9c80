-- Ids are 16 bytes that sort by time, so rows made together lie together and inserts stay at the
-- edge of each table. Times are milliseconds since 1970, UTC. Limits and idempotency keys are not
-- here: the one process that owns the file keeps them in memory and rebuilds them from recent
-- verifications and failures when it starts.

create table keys (
    name text primary key,
    sealed blob not null
) strict;

create table tenants (
    id blob primary key,
    name text not null unique,
    created_at integer not null
) strict, without rowid;

create table api_keys (
    id blob primary key,
    tenant_id blob not null references tenants (id),
    label text not null,
    mode text not null,
    scopes text not null,
    digest blob not null unique,
    hint text not null,
    created_at integer not null,
    expires_at integer,
    revoked_at integer
) strict, without rowid;

-- With a row id, because a logo is too long for a page of a table without one.
create table brands (
    tenant_id blob primary key references tenants (id),
    name text not null,
    colour text,
    dark_colour text,
    theme text not null,
    logo blob,
    help_url text,
    privacy_url text,
    return_urls text not null,
    locale text,
    countries text not null,
    show_credit integer not null,
    sms_texts text not null
) strict;

create table sessions (
    tenant_id blob not null,
    id blob not null,
    purpose text not null,
    locale text,
    is_fixed integer not null,
    sealed_phone blob,
    method text not null,
    details blob,
    intent blob,
    verification_id blob,
    starts integer not null,
    retry_at integer,
    created_at integer not null,
    expires_at integer not null,
    idempotency_key blob,
    idempotency_fingerprint blob,
    revision integer not null,
    primary key (tenant_id, id)
) strict, without rowid;

create unique index sessions_requests on sessions (tenant_id, idempotency_key)
where idempotency_key is not null;

create table users (
    tenant_id blob not null,
    id blob not null,
    profile blob not null,
    profile_key blob,
    email blob,
    phone_verified_at integer,
    pending blob,
    created_at integer not null,
    revision integer not null,
    primary key (tenant_id, id)
) strict, without rowid;

create unique index users_emails on users (tenant_id, email) where email is not null;

-- Those who wait for a verification are few.
create index users_pending on users (pending) where pending is not null;

create index users_sealed on users (profile_key);

create table user_tokens (
    id blob primary key,
    tenant_id blob not null,
    user_id blob not null,
    digest blob not null unique,
    created_at integer not null,
    expires_at integer not null,
    revoked_at integer
) strict, without rowid;

create index user_tokens_of_users on user_tokens (tenant_id, user_id);

create index user_tokens_old on user_tokens (expires_at);

create table verifications (
    tenant_id blob not null,
    id blob not null,
    phone blob not null,
    number blob not null,
    sealed_phone blob,
    method text not null,
    channel text not null,
    purpose text not null,
    locale text,
    state text not null,
    is_superseded integer not null,
    attempts integer not null,
    max_attempts integer not null,
    sends blob not null,
    replies integer not null,
    fallbacks integer not null,
    route text not null,
    failed_messages integer not null,
    code_key blob,
    code_mac blob,
    code_sealed blob,
    created_at integer not null,
    expires_at integer not null,
    resend_at integer not null,
    ended_at integer,
    idempotency_key blob,
    idempotency_fingerprint blob,
    checks blob not null,
    address blob,
    client_ip text,
    details blob,
    country text,
    primary key (tenant_id, id)
) strict, without rowid;

create index verifications_overdue on verifications (expires_at) where state = 'pending';

-- What verifications by message wait for, and who sent it.
create table challenges (
    tenant_id blob not null,
    verification_id blob not null,
    token blob,
    sealed_token blob not null,
    is_bound integer not null,
    needs_confirmation integer not null,
    sender blob,
    asked blob,
    sealed_wa_id blob,
    sealed_user_id blob,
    sealed_parent_user_id blob,
    alias text,
    identity text,
    last text,
    sealed_stranger blob,
    heard_at integer,
    account blob,
    primary key (tenant_id, verification_id)
) strict, without rowid;

-- The account behind a number when it was proved last, as far as the provider tells.
create table identities (
    tenant_id blob not null,
    number blob not null,
    digest blob not null,
    seen_at integer not null,
    primary key (tenant_id, number)
) strict, without rowid;

create table messages (
    tenant_id blob not null,
    verification_id blob not null,
    number integer not null,
    kind text not null,
    recipient blob,
    channel text not null,
    state text not null,
    due_at integer,
    tries integer not null,
    possible_duplicate integer not null,
    provider_id blob,
    sent_at integer,
    delivered_at integer,
    read_at integer,
    failed_at integer,
    error integer,
    price_billable integer,
    price_kind text,
    price_category text,
    price_micros integer,
    price_currency text,
    created_at integer not null,
    accepted_at integer,
    account text,
    is_watched integer not null,
    primary key (tenant_id, verification_id, number)
) strict, without rowid;

create table events (
    tenant_id blob not null,
    id blob not null,
    kind text not null,
    verification_id blob not null,
    message integer,
    at integer not null,
    primary key (tenant_id, id)
) strict, without rowid;

-- With a row id, because its rows are too long for a page of a table without one.
create table webhooks (
    tenant_id blob not null,
    at integer not null,
    digest blob not null,
    received_at integer not null,
    unread integer not null,
    quarantined integer not null,
    body blob not null,
    primary key (tenant_id, at, digest)
) strict;
-- Those that count once for good, while they say something and when only their digest is left.
create index webhooks_once on webhooks (received_at) where at = 0 and length(body) > 0;
create index webhooks_once_emptied on webhooks (received_at) where at = 0 and length(body) = 0;

-- What a message says is in the webhook that brought it.
create table inbound_messages (
    tenant_id blob not null,
    at integer not null,
    digest blob not null,
    received_at integer not null,
    webhook_at integer not null,
    webhook_digest blob not null,
    reception text not null,
    verification_id blob,
    primary key (tenant_id, at, digest)
) strict, without rowid;

-- What counts against phones, in the order it came.
create table failures (
    number integer primary key,
    phone blob not null,
    at integer not null,
    kind integer not null
) strict;

-- What people want no messages by, until that is lifted: then it has no time.
create table suppressions (
    phone blob not null,
    channel text not null,
    since integer,
    primary key (phone, channel)
) strict, without rowid;
