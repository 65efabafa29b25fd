-- Plans: what an import, a bulk operation, a merge or a sync would do, step by step, before anything is done.
-- A plan is applied from the first step to the last; applied_through says how far it came, in the same transaction as
-- the writes, so that a killed run resumes where it stopped.

create table gatehouse.plan (
  plan_id         varchar(32)  primary key,
  kind            varchar(20)  not null,
  status          varchar(20)  not null default 'planning'
    constraint plan_status check (status in ('planning', 'planned', 'stopped', 'applying', 'applied', 'cancelled', 'undone')),
  title           varchar(255) not null,
  options         jsonb        not null default '{}',
  counts          jsonb        not null default '{}',
  steps           integer      not null default 0,
  applied_through integer      not null default 0,
  failed          integer      not null default 0,
  stop_reason     text,
  created_at      timestamptz  not null,
  created_by      varchar(255) not null,
  applied_at      timestamptz,
  applied_by      varchar(255),
  correlation_id  varchar(64)
);
create index plan_created on gatehouse.plan (created_at, plan_id);

create table gatehouse.plan_step (
  plan_id     varchar(32) not null references gatehouse.plan on delete cascade,
  step_no     integer     not null,
  action      varchar(20) not null,
  resource    varchar(40) not null,
  target_id   varchar(64),
  -- Where it came from: file and line.
  source      varchar(255),
  line        integer,
  -- How a reader knows the record.
  label       varchar(255),
  changes     jsonb,
  problems    jsonb,
  -- Password hashes, as LOGIN keeps them, and rows kept for undoing: shown nowhere.
  secret      bytea,
  status      varchar(10) not null default 'planned'
    constraint plan_step_status check (status in ('planned', 'done', 'failed', 'undone')),
  result      jsonb,
  primary key (plan_id, step_no)
);
-- What needs a person's eye, without walking past a million creations.
create index plan_step_action on gatehouse.plan_step (plan_id, action, step_no) where action in ('update', 'conflict', 'error', 'waiting', 'skipped');
create index plan_step_failed on gatehouse.plan_step (plan_id, step_no) where status = 'failed';

-- The records a plan has read, at the version it saw: applying refuses when one has changed since.
create table gatehouse.plan_read (
  plan_id   varchar(32) not null references gatehouse.plan on delete cascade,
  resource  varchar(40) not null,
  target_id varchar(64) not null,
  version   integer     not null,
  primary key (plan_id, resource, target_id)
);

-- How later rows of a plan find the records that earlier rows make: a digest of path and value, for two rows that mean
-- the same person, and for memberships whose person is made by the same plan.
create table gatehouse.plan_key (
  plan_id   varchar(32) not null references gatehouse.plan on delete cascade,
  resource  varchar(40) not null,
  key_hash  varchar(32) not null,
  target_id varchar(64) not null,
  line      integer     not null
);
create index plan_key_lookup on gatehouse.plan_key (plan_id, resource, key_hash);
