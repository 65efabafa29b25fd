-- An entry of which nobody knows which portals were left, one taken over from elsewhere above all, stays such a one when
-- somebody whose number it has leaves a portal as well: it still means every portal, and undoing a mass delete that met it
-- leaves it where it was (decision 39).
alter table efs.iam_portal_user_group_unassignment_queue add column any_portal boolean not null default false;
comment on column efs.iam_portal_user_group_unassignment_queue.any_portal is 'It was queued without its portals being known before it was queued with them: it stands for all, and no undo removes it.';

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
      any_portal = q.any_portal or q.portals = '{}', portals = array(select distinct unnest(q.portals || excluded.portals)), plan_id = coalesce(excluded.plan_id, q.plan_id),
      generation = q.generation + 1, attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now();
  return old;
end $$;
