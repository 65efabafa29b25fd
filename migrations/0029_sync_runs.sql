-- Runs of the sync, who may write for them, and what the other side has hinted at (decisions/0041).

create table gatehouse.sync_run (
  run_id         varchar(32)  primary key,
  -- The fencing token: later runs have higher ones.
  token          bigint       generated always as identity constraint sync_run_token_key unique,
  kind           varchar(20)  not null,
  portal_id      integer,
  plan_id        varchar(32),
  status         varchar(20)  not null default 'running'
    constraint sync_run_status check (status in ('running', 'done', 'failed', 'stopped', 'skipped', 'interrupted')),
  step           varchar(40)  not null default 'starting',
  done           integer      not null default 0,
  total          integer,
  requests       integer      not null default 0,
  rates          jsonb        not null default '{}',
  result         jsonb        not null default '{}',
  reason         text,
  started_at     timestamptz  not null default clock_timestamp(),
  heartbeat_at   timestamptz  not null default clock_timestamp(),
  -- Who has not been heard of by then has died.
  lease_until    timestamptz  not null,
  ended_at       timestamptz,
  started_by     varchar(255) not null,
  source         varchar(10)  not null,
  correlation_id varchar(64)
);
-- One at a time, whatever else goes wrong.
create unique index sync_run_one on gatehouse.sync_run (status) where status = 'running';
create index sync_run_started on gatehouse.sync_run (started_at, run_id);
-- The last one of a kind.
create index sync_run_kind on gatehouse.sync_run (kind, portal_id, started_at);

-- The run that may write: every transaction of a run holds this row shared, and taking over needs it alone. Apart from
-- the run's own row, which its heartbeat writes all the time.
create table gatehouse.sync_lease (
  name  varchar(20) primary key,
  token bigint      not null
);
insert into gatehouse.sync_lease values ('okta', 0);

-- Accounts that the other side says have changed: the next run looks at them. Never what has changed.
create table gatehouse.sync_hint (
  uuid     varchar(20) collate "C" primary key,
  -- Moves with every further hint, so that one which comes during a run outlives it.
  place    bigint      generated always as identity,
  noted_at timestamptz not null default clock_timestamp()
);

-- Events taken already, by the log or by a hook: both tell them more than once.
create table gatehouse.remote_event (
  event_id varchar(64) primary key,
  came_at  timestamptz not null default clock_timestamp()
);
create index remote_event_came on gatehouse.remote_event (came_at);

-- Members whose account is still to be made, found without walking past a million who have one.
alter table efs.portal_panelist add column linked boolean not null default false;
update efs.portal_panelist m set linked = true
where exists (select from efs.iam_portal_user_reference r where r.portal_id = m.portal_id and r.user_id = m.user_id);
create index portal_panelist_unlinked on efs.portal_panelist (portal_id, user_id) where not linked;

create function efs.note_linked_member() returns trigger language plpgsql as $$
begin
  new.linked := exists (
    select from efs.iam_portal_user_reference r where r.portal_id = new.portal_id and r.user_id = new.user_id);
  return new;
end $$;
create trigger portal_panelist_linked before insert on efs.portal_panelist
  for each row execute function efs.note_linked_member();

create function efs.note_new_links() returns trigger language plpgsql as $$
begin
  update efs.portal_panelist m set linked = true from made
  where m.portal_id = made.portal_id and m.user_id = made.user_id and not m.linked;
  return null;
end $$;
create trigger iam_portal_user_reference_linked after insert on efs.iam_portal_user_reference
  referencing new table as made for each statement execute function efs.note_new_links();

create function efs.note_lost_links() returns trigger language plpgsql as $$
begin
  update efs.portal_panelist m set linked = false from gone
  where m.portal_id = gone.portal_id and m.user_id = gone.user_id and m.linked;
  return null;
end $$;
create trigger iam_portal_user_reference_unlinked after delete on efs.iam_portal_user_reference
  referencing old table as gone for each statement execute function efs.note_lost_links();

-- The error log by what an operator asks for: one status, one code.
create index iam_error_log_code on efs.iam_error_log (error_code, status_code, id);

-- Made by tools/schema-comments.ts from src/model/schema*.ts.
comment on column efs.portal_panelist.linked is 'Whether iam_portal_user_reference has a row for them; triggers keep it.';
comment on table gatehouse.sync_run is 'A run of the sync: whoever began it, where it stands, and how it ended.';
comment on column gatehouse.sync_run.run_id is 'Names the run.';
comment on column gatehouse.sync_run.token is 'Its number among all runs: only the one in sync_lease may write.';
comment on column gatehouse.sync_run.kind is 'delta, full, reconcile, plan, apply, undo or drain.';
comment on column gatehouse.sync_run.portal_id is 'The portal, where it is about one.';
comment on column gatehouse.sync_run.plan_id is 'The plan that it made or applied.';
comment on column gatehouse.sync_run.status is 'running, done, failed, stopped, skipped or interrupted.';
comment on column gatehouse.sync_run.step is 'What it is at, or was at last.';
comment on column gatehouse.sync_run.done is 'How far it has come in that step.';
comment on column gatehouse.sync_run.total is 'How far it has to go, where that is known.';
comment on column gatehouse.sync_run.requests is 'Requests sent to the other side.';
comment on column gatehouse.sync_run.rates is 'Requests of the last minute by bucket, with the limit and what we allow ourselves of it.';
comment on column gatehouse.sync_run.result is 'What came of it, in figures.';
comment on column gatehouse.sync_run.reason is 'Why it failed, was stopped, skipped or interrupted.';
comment on column gatehouse.sync_run.started_at is 'When it began.';
comment on column gatehouse.sync_run.heartbeat_at is 'When it last told how far it is.';
comment on column gatehouse.sync_run.lease_until is 'Until when it is believed to live without a further sign.';
comment on column gatehouse.sync_run.ended_at is 'When it ended.';
comment on column gatehouse.sync_run.started_by is 'Who started it.';
comment on column gatehouse.sync_run.source is 'By which door.';
comment on column gatehouse.sync_run.correlation_id is 'Ties its audit events together.';

comment on table gatehouse.sync_lease is 'The run that may write: a transaction of any other is refused.';
comment on column gatehouse.sync_lease.name is 'The connected system.';
comment on column gatehouse.sync_lease.token is 'The token of the run; 0 while none is at work.';

comment on table gatehouse.sync_hint is 'An account that Okta says has changed, and that the next run looks at.';
comment on column gatehouse.sync_hint.uuid is 'The account.';
comment on column gatehouse.sync_hint.place is 'Counts the hints.';
comment on column gatehouse.sync_hint.noted_at is 'When the last one came.';

comment on table gatehouse.remote_event is 'An event of Okta that has been taken: log and hooks tell each more than once.';
comment on column gatehouse.remote_event.event_id is 'Its id over there.';
comment on column gatehouse.remote_event.came_at is 'When it first came.';
