-- The same columns as on SQLite. Several servers share this database, so limits and idempotency
-- keys are rows here: packed, and locked by those who use them. Wrong codes are part of `limits`.

create table keys (
    name text primary key,
    sealed bytea not null
);

create table tenants (
    id bytea primary key,
    name text not null unique,
    created_at bigint not null
);

create table api_keys (
    id bytea primary key,
    tenant_id bytea not null references tenants (id),
    label text not null,
    mode text not null,
    scopes text not null,
    digest bytea not null unique,
    hint text not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);

create table brands (
    tenant_id bytea primary key references tenants (id),
    name text not null,
    colour text,
    dark_colour text,
    theme text not null,
    logo bytea,
    help_url text,
    privacy_url text,
    return_urls text not null,
    locale text,
    countries text not null,
    show_credit bigint not null,
    sms_texts text not null
);

create table sessions (
    tenant_id bytea not null,
    id bytea not null,
    purpose text not null,
    locale text,
    is_fixed bigint not null,
    sealed_phone bytea,
    method text not null,
    details bytea,
    intent bytea,
    verification_id bytea,
    starts bigint not null,
    retry_at bigint,
    created_at bigint not null,
    expires_at bigint not null,
    idempotency_key bytea,
    idempotency_fingerprint bytea,
    revision bigint not null,
    primary key (tenant_id, id)
) with (fillfactor = 80);

create unique index sessions_requests on sessions (tenant_id, idempotency_key)
where idempotency_key is not null;

create table users (
    tenant_id bytea not null,
    id bytea not null,
    profile bytea not null,
    profile_key bytea,
    email bytea,
    phone_verified_at bigint,
    pending bytea,
    created_at bigint not null,
    revision bigint not null,
    primary key (tenant_id, id)
) with (fillfactor = 80);

create unique index users_emails on users (tenant_id, email) where email is not null;

-- Those who wait for a verification are few.
create index users_pending on users (pending) where pending is not null;

create index users_sealed on users (profile_key);

create table user_tokens (
    id bytea primary key,
    tenant_id bytea not null,
    user_id bytea not null,
    digest bytea not null unique,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint
);

create index user_tokens_of_users on user_tokens (tenant_id, user_id);

create index user_tokens_old on user_tokens (expires_at);

-- Pages of tables whose rows change keep room for the next version of a row beside it.
create table verifications (
    tenant_id bytea not null,
    id bytea not null,
    phone bytea not null,
    number bytea not null,
    sealed_phone bytea,
    method text not null,
    channel text not null,
    purpose text not null,
    locale text,
    state text not null,
    is_superseded bigint not null,
    attempts bigint not null,
    max_attempts bigint not null,
    sends bytea not null,
    replies bigint not null,
    fallbacks bigint not null,
    route text not null,
    failed_messages bigint not null,
    code_key bytea,
    code_mac bytea,
    code_sealed bytea,
    created_at bigint not null,
    expires_at bigint not null,
    resend_at bigint not null,
    ended_at bigint,
    idempotency_key bytea,
    idempotency_fingerprint bytea,
    checks bytea not null,
    address bytea,
    client_ip text,
    details bytea,
    country text,
    primary key (tenant_id, id)
) with (fillfactor = 80);

create index verifications_overdue on verifications (expires_at) where state = 'pending';

-- What verifications by message wait for, and who sent it.
create table challenges (
    tenant_id bytea not null,
    verification_id bytea not null,
    token bytea,
    sealed_token bytea not null,
    is_bound bigint not null,
    needs_confirmation bigint not null,
    sender bytea,
    asked bytea,
    sealed_wa_id bytea,
    sealed_user_id bytea,
    sealed_parent_user_id bytea,
    alias text,
    identity text,
    last text,
    sealed_stranger bytea,
    heard_at bigint,
    account bytea,
    primary key (tenant_id, verification_id)
);

create unique index challenges_tokens on challenges (tenant_id, token) where token is not null;

create index challenges_asked on challenges (tenant_id, asked) where asked is not null;

-- The account behind a number when it was proved last, as far as the provider tells.
create table identities (
    tenant_id bytea not null,
    number bytea not null,
    digest bytea not null,
    seen_at bigint not null,
    primary key (tenant_id, number)
);

create table messages (
    tenant_id bytea not null,
    verification_id bytea not null,
    number bigint not null,
    kind text not null,
    recipient bytea,
    channel text not null,
    state text not null,
    due_at bigint,
    tries bigint not null,
    possible_duplicate bigint not null,
    provider_id bytea,
    sent_at bigint,
    delivered_at bigint,
    read_at bigint,
    failed_at bigint,
    error bigint,
    price_billable bigint,
    price_kind text,
    price_category text,
    price_micros bigint,
    price_currency text,
    created_at bigint not null,
    accepted_at bigint,
    account text,
    is_watched bigint not null,
    primary key (tenant_id, verification_id, number)
) with (fillfactor = 80);

create table events (
    tenant_id bytea not null,
    id bytea not null,
    kind text not null,
    verification_id bytea not null,
    message bigint,
    at bigint not null,
    primary key (tenant_id, id)
);

create table webhooks (
    tenant_id bytea not null,
    at bigint not null,
    digest bytea not null,
    received_at bigint not null,
    unread bigint not null,
    quarantined bigint not null,
    body bytea not null,
    primary key (tenant_id, at, digest)
);
-- Those that count once for good, while they say something and when only their digest is left.
create index webhooks_once on webhooks (received_at) where at = 0 and length(body) > 0;
create index webhooks_once_emptied on webhooks (received_at) where at = 0 and length(body) = 0;

create table inbound_messages (
    tenant_id bytea not null,
    at bigint not null,
    digest bytea not null,
    received_at bigint not null,
    webhook_at bigint not null,
    webhook_digest bytea not null,
    reception text not null,
    verification_id bytea,
    primary key (tenant_id, at, digest)
);

create index messages_due on messages (due_at) where due_at is not null;

create table limits (
    key bytea primary key,
    state bytea not null,
    forget_at bigint not null
) with (fillfactor = 80);

create index limits_forgotten on limits (forget_at);

create table starts (
    tenant_id bytea not null,
    key bytea not null,
    verification_id bytea not null,
    fingerprint bytea not null,
    at bigint not null,
    primary key (tenant_id, key)
);

create index starts_old on starts using brin (at) with (autosummarize = on);
