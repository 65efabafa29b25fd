-- Who is deleted is still somebody whom a question about the past finds: since when they were here stands in the history too.
alter table gatehouse.user_status_history add column create_date timestamptz;
comment on column gatehouse.user_status_history.create_date is 'Since when the person was here; null for changes from before this was kept.';

create or replace function gatehouse.keep_status() returns trigger language plpgsql as $$
begin
  insert into gatehouse.user_status_history (user_id, status, secondary_status, recorded_to, create_date)
    values (old.user_id, old.status, old.secondary_status, now(), old.create_date)
    on conflict (user_id, recorded_to) do nothing;
  return null;
end $$;
