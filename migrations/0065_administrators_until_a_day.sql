-- Who has a last day does not stay: setting it takes the last super administrator away as surely as an end of the role does. The job that
-- ends people by their dates asks nobody any more, so that the setting of the date is refused.
create or replace function gatehouse.lasts_as_super_admin(person varchar) returns boolean language sql stable as $$
  select gatehouse.is_super_admin(person) and not exists (select from gatehouse.delegation d where d.user_id = person)
    and exists (select from public.user_role r where r.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
    and exists (select from public.users u where u.user_id = person and u.last_date is null)
$$;

-- Whose last day is over is let in no more, though no job has run: nobody is left by them. Days are those of the zone furthest ahead, for
-- TIME_ZONE is no setting of the database: on their last day somebody may count for less than they are, and never for more.
create or replace function gatehouse.is_super_admin(person varchar) returns boolean language sql stable as $$
  select exists (select from public.users u join public.user_role r using (user_id)
    where u.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and u.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN')
      and (u.secondary_status is null or u.secondary_status = 'LOCKED')
      and (u.last_date is null or u.last_date >= (now() at time zone 'Etc/GMT-14')::date)
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
$$;

create or replace function gatehouse.keep_super_admin() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  -- Who could not sign in is no loss.
  if exists (select from public.users u where u.user_id = old.user_id and (u.status not in ('ACTIVE', 'PENDING_INITIAL_LOGIN') or u.secondary_status in ('DISABLED', 'LOCKED_ADMIN'))) then return null; end if;
  perform gatehouse.keep_one_super_admin(old.end_date is null and not exists (select from gatehouse.delegation d where d.user_id = old.user_id)
    and not exists (select from public.users u where u.user_id = old.user_id and u.last_date is not null), gatehouse.has_login(old.user_id), tg_name);
  return null;
end $$;

-- For a status that ends somebody, and for a last day that is set or comes sooner: what they were is in the row as it was.
create or replace function gatehouse.keep_super_admin_status() returns trigger language plpgsql as $$
begin
  if not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN'
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
    or coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  perform gatehouse.keep_one_super_admin(old.last_date is null
    and exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
      and not exists (select from gatehouse.delegation d where d.user_id = new.user_id), gatehouse.has_login(new.user_id), tg_name);
  return null;
end $$;

create constraint trigger users_last_date_keeps_super_admin after update of last_date on public.users deferrable initially immediate for each row
  when (new.last_date is not null and (old.last_date is null or new.last_date < old.last_date)
    and old.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and (old.secondary_status is null or old.secondary_status = 'LOCKED'))
  execute function gatehouse.keep_super_admin_status();

create or replace function gatehouse.keep_super_admin_whole() returns trigger language plpgsql as $$
begin
  if not gatehouse.is_super_admin(new.user_id) or not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
    or exists (select from public.users u where u.user_id = new.user_id and u.last_date is not null)
    or (select count(*) from gatehouse.delegation d where d.user_id = new.user_id) > 1 then return null; end if;
  perform gatehouse.keep_one_super_admin(true, gatehouse.has_login(new.user_id), tg_name);
  return null;
end $$;
