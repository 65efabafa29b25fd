-- The audit: one event for each verb call and target, sealed into a chain of signed blocks, and at the same time the
-- outbox that later consumers read. Decision 0010 tells how it works and what it proves.

-- Transaction ids order the events, and mean something only within one database cluster. Each time the database turns
-- up in another one, a new epoch begins; within an epoch they ascend.
create table gatehouse.audit_epoch (
  epoch      integer        primary key,
  cluster    text           not null,
  started_at timestamptz(3) not null
);
-- The first server to open the database notes the cluster.
insert into gatehouse.audit_epoch (epoch, cluster, started_at) values (1, '', now());

create function gatehouse.current_audit_epoch() returns integer language sql stable as
$$ select epoch from gatehouse.audit_epoch order by epoch desc limit 1 $$;

create table gatehouse.audit_event (
  event_id       varchar(32)    collate "C" primary key,
  epoch          integer        not null default gatehouse.current_audit_epoch(),
  xid            xid8           not null default pg_current_xact_id(),
  at             timestamptz(3) not null,
  actor_id       varchar(32)    collate "C",
  source         varchar(20)    not null,
  action         varchar(100)   not null,
  target_type    varchar(40)    not null,
  target_id      varchar(255)   collate "C" not null,
  result         varchar(60)    not null,
  correlation_id varchar(255)   collate "C",
  -- json, not jsonb: these very bytes were hashed, and jsonb would rewrite them.
  origin         json,
  origin_salt    bytea,
  origin_digest  bytea,
  changes        json,
  changes_salt   bytea,
  changes_digest bytea,
  digest         bytea          not null,
  erased_at      timestamptz(3),
  constraint audit_event_id_form check (event_id ~ '^[0-9a-f]{32}$'),
  constraint audit_event_digest_length check (octet_length(digest) = 32)
);

-- Sealing and consumers go along the order of transactions.
create unique index audit_event_position on gatehouse.audit_event (epoch, xid, event_id);
-- The pages of a search, of everything, of one target, of one actor, of one request or run.
create index audit_event_at on gatehouse.audit_event (at, event_id);
create index audit_event_target on gatehouse.audit_event (target_id, at, event_id);
create index audit_event_actor on gatehouse.audit_event (actor_id, at, event_id) where actor_id is not null;
create index audit_event_correlation on gatehouse.audit_event (correlation_id, at, event_id)
  where correlation_id is not null;
-- What verification needs beyond the range it proves: who was erased, and what was dropped after its time.
create index audit_event_removal on gatehouse.audit_event (action, target_id)
  where action in ('audit.erase', 'user.erase', 'audit.drop');

create table gatehouse.audit_block (
  block_no       bigint         primary key,
  first_epoch    integer        not null,
  first_xid      xid8           not null,
  first_event_id varchar(32)    collate "C" not null,
  last_epoch     integer        not null,
  last_xid       xid8           not null,
  last_event_id  varchar(32)    collate "C" not null,
  event_count    integer        not null,
  -- 16 bytes an event, and 32: which events in which order, and their digests. Null once the events were dropped.
  event_ids      bytea,
  leaves         bytea,
  content_hash   bytea          not null,
  prev_hash      bytea          not null,
  hash           bytea          not null,
  key_id         varchar(64)    not null references gatehouse.signing_key (key_id),
  signature      bytea          not null,
  sealed_at      timestamptz(3) not null,
  dropped_at     timestamptz(3)
);
-- Hashes do not compress.
alter table gatehouse.audit_block alter column leaves set storage external;
alter table gatehouse.audit_block alter column event_ids set storage external;
create index audit_block_sealed_at on gatehouse.audit_block (sealed_at);

-- How far each consumer of the events has come.
create table gatehouse.event_consumer (
  name       varchar(100)   primary key,
  epoch      integer        not null,
  xid        xid8           not null,
  event_id   varchar(32)    collate "C" not null,
  updated_at timestamptz(3) not null
);
