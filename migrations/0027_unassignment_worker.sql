-- The unassignment queues are worked off by a worker of their own: how far it is with each entry stands beside the
-- published columns (decision 39). Whatever makes a reference vanish goes on to fill them, now also ways around the verbs.

alter table efs.iam_portal_user_group_unassignment_queue
  -- Whose account it was. A number may be given again, a person's id never is.
  add column person_id       varchar(32),
  -- The portals whose references vanished: their groups are to be left, and their policies decide.
  add column portals         integer[]    not null default '{}',
  add column plan_id         varchar(32),
  add column generation      integer      not null default 1,
  add column attempts        integer      not null default 0,
  add column started_at      timestamptz,
  add column next_attempt_at timestamptz,
  add column last_error      varchar(500),
  add column dead_at         timestamptz;

alter table efs.iam_user_unassignment_queue
  add column person_id       varchar(32),
  add column generation      integer      not null default 1,
  add column attempts        integer      not null default 0,
  add column started_at      timestamptz,
  add column next_attempt_at timestamptz,
  add column last_error      varchar(500),
  add column dead_at         timestamptz;

-- What is due next: what was never tried first, in the order of the queue.
create index iam_portal_user_group_unassignment_queue_due on efs.iam_portal_user_group_unassignment_queue (next_attempt_at nulls first, id) where dead_at is null;
create index iam_user_unassignment_queue_due on efs.iam_user_unassignment_queue (next_attempt_at nulls first, id) where dead_at is null;
-- Undoing a mass delete looks for the accounts it queued.
create index iam_portal_user_group_unassignment_queue_uuid on efs.iam_portal_user_group_unassignment_queue (uuid);

-- One entry a panelist, as published. Should the same number stand for another account already, that entry gives the
-- number up and stays: no account may fall out of the queue. Queueing again begins again; started_at stays, because what
-- was begun may have reached the account. plan_id is the mass delete in whose transaction this happens, if any.
-- The queue is empty as a rule: a plan made then and kept would read all of it for every row of a mass delete.
create or replace function efs.queue_panelist_unassignment() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  person  varchar(32);
  address varchar(255);
begin
  select p.person_id, left(u.primary_email, 255) into person, address
    from efs.panelists p left join public.users u on u.user_id = p.person_id where p.uid = old.user_id;
  update efs.iam_portal_user_group_unassignment_queue set user_id = null where user_id = old.user_id and uuid <> old.uuid;
  insert into efs.iam_portal_user_group_unassignment_queue as q (user_id, uuid, email, person_id, portals, plan_id)
  values (old.user_id, old.uuid, address, person, array_remove(array[old.portal_id], null), nullif(current_setting('gatehouse.plan', true), ''))
  on conflict (user_id) do update
    set uuid = excluded.uuid, email = coalesce(excluded.email, q.email), person_id = coalesce(excluded.person_id, q.person_id),
      portals = array(select distinct unnest(q.portals || excluded.portals)), plan_id = coalesce(excluded.plan_id, q.plan_id),
      generation = q.generation + 1, attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now();
  return old;
end $$;

create or replace function efs.queue_user_unassignment() returns trigger language plpgsql set enable_seqscan = off as $$
declare
  person  varchar(32);
  address varchar(255);
begin
  select e.person_id, left(u.primary_email, 255) into person, address
    from efs.users e left join public.users u on u.user_id = e.person_id where e.uid = old.user_id;
  update efs.iam_user_unassignment_queue set user_id = null where user_id = old.user_id and uuid <> old.uuid;
  insert into efs.iam_user_unassignment_queue as q (user_id, uuid, email, person_id)
  values (old.user_id, old.uuid, address, person)
  on conflict (user_id) do update
    set uuid = excluded.uuid, email = coalesce(excluded.email, q.email), person_id = coalesce(excluded.person_id, q.person_id),
      generation = q.generation + 1, attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now();
  return old;
end $$;

-- A reference that is handed to another portal, or to nobody, has vanished where it was. (A number that changes takes
-- it along by its cascade.)
create trigger iam_portal_user_reference_moved after update of portal_id, user_id on efs.iam_portal_user_reference
  for each row when (old.uuid is not null and old.user_id is not null and (old.portal_id is distinct from new.portal_id or new.user_id is null))
  execute function efs.queue_panelist_unassignment();
create trigger iam_user_reference_moved after update of user_id on efs.iam_user_reference
  for each row when (old.uuid is not null and old.user_id is not null and new.user_id is null)
  execute function efs.queue_user_unassignment();

alter function efs.remove_reference() set enable_seqscan = off;

-- A membership that is handed to another portal leaves its reference behind.
create trigger portal_panelist_moved after update of portal_id on efs.portal_panelist
  for each row when (old.portal_id <> new.portal_id) execute function efs.remove_reference();

-- Cascades come too late to know whose account it was, and by which address: whoever removes a panelist, an administrator
-- or a person past the verbs removes their references first.
create function efs.panelist_leaves() returns trigger language plpgsql as $$
begin
  delete from efs.iam_portal_user_reference where user_id = old.uid;
  return old;
end $$;
create trigger panelists_leave before delete on efs.panelists for each row execute function efs.panelist_leaves();

create function efs.user_leaves() returns trigger language plpgsql as $$
begin
  delete from efs.iam_user_reference where user_id = old.uid;
  return old;
end $$;
create trigger users_leave before delete on efs.users for each row execute function efs.user_leaves();

create function efs.person_leaves() returns trigger language plpgsql as $$
begin
  delete from efs.iam_portal_user_reference r using efs.panelists p where p.person_id = old.user_id and r.user_id = p.uid;
  delete from efs.iam_user_reference r using efs.users e where e.person_id = old.user_id and r.user_id = e.uid;
  return old;
end $$;
create trigger users_leave_efs before delete on public.users for each row execute function efs.person_leaves();

-- TRUNCATE asks no row: its rows are deleted first.
create function efs.delete_before_truncate() returns trigger language plpgsql as $$
begin
  execute format('delete from %I.%I', tg_table_schema, tg_table_name);
  return null;
end $$;
create trigger iam_portal_user_reference_truncate before truncate on efs.iam_portal_user_reference
  for each statement execute function efs.delete_before_truncate();
create trigger iam_user_reference_truncate before truncate on efs.iam_user_reference
  for each statement execute function efs.delete_before_truncate();
create trigger portal_panelist_truncate before truncate on efs.portal_panelist
  for each statement execute function efs.delete_before_truncate();

comment on column efs.iam_portal_user_group_unassignment_queue.person_id is 'Whose account it is.';
comment on column efs.iam_portal_user_group_unassignment_queue.portals is 'The portals whose references vanished; empty where nobody knows, as in rows taken over.';
comment on column efs.iam_portal_user_group_unassignment_queue.plan_id is 'The mass delete that queued it, if one did: only the worker takes it up then.';
comment on column efs.iam_portal_user_group_unassignment_queue.generation is 'Counts how often it was queued: working it off closes only what it has seen.';
comment on column efs.iam_portal_user_group_unassignment_queue.attempts is 'How often working it off has failed.';
comment on column efs.iam_portal_user_group_unassignment_queue.started_at is 'When it was first begun with; from then on the account may have changed.';
comment on column efs.iam_portal_user_group_unassignment_queue.next_attempt_at is 'When it is tried again.';
comment on column efs.iam_portal_user_group_unassignment_queue.last_error is 'Why the last attempt failed.';
comment on column efs.iam_portal_user_group_unassignment_queue.dead_at is 'When it was given up, until somebody has it tried again.';
comment on column efs.iam_user_unassignment_queue.person_id is 'Whose account it is.';
comment on column efs.iam_user_unassignment_queue.generation is 'Counts how often it was queued: working it off closes only what it has seen.';
comment on column efs.iam_user_unassignment_queue.attempts is 'How often working it off has failed.';
comment on column efs.iam_user_unassignment_queue.started_at is 'When it was first begun with; from then on the account may have changed.';
comment on column efs.iam_user_unassignment_queue.next_attempt_at is 'When it is tried again.';
comment on column efs.iam_user_unassignment_queue.last_error is 'Why the last attempt failed.';
comment on column efs.iam_user_unassignment_queue.dead_at is 'When it was given up, until somebody has it tried again.';
