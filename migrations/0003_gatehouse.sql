-- What the server itself must remember. Audit and plans follow in migrations of their own.

create schema if not exists gatehouse;

-- Answers of requests that came with an Idempotency-Key, kept 24 hours. While the first request is being worked on,
-- status is null.
create table gatehouse.idempotency_key (
  principal        varchar(255) not null,
  key_hash         bytea        not null,
  method           varchar(10)  not null,
  path             text         not null,
  body_hash        bytea        not null,
  status           smallint,
  response_headers jsonb,
  response         text,
  created_at       timestamptz  not null default now(),
  primary key (principal, key_hash)
);
-- Removing what is past its time.
create index idempotency_key_created on gatehouse.idempotency_key (created_at);

-- Keys that sign checkpoints and, later, tokens. The private half is encrypted with the master key; a retired key stays
-- so that what it signed can be verified.
create table gatehouse.signing_key (
  key_id                varchar(64) primary key,
  purpose               varchar(40) not null,
  algorithm             varchar(20) not null default 'EdDSA',
  public_key            text        not null,
  private_key_encrypted bytea       not null,
  created_at            timestamptz not null default now(),
  retired_at            timestamptz
);
-- One key signs for a purpose at a time, also when two servers start at once.
create unique index signing_key_current on gatehouse.signing_key (purpose) where retired_at is null;

create table gatehouse.setting (
  name       varchar(100) primary key,
  value      jsonb        not null,
  updated_at timestamptz  not null default now(),
  updated_by varchar(255)
);
