-- Of those who may administer everything somebody has to be left who may do so to last, and of everybody: by the role without an end, and
-- without a delegation that restricts them. Where such a one goes, others do not count; nor who has no login to sign in with, where one goes
-- who has.
create function gatehouse.lasts_as_super_admin(person varchar) returns boolean language sql stable as $$
  select gatehouse.is_super_admin(person) and not exists (select from gatehouse.delegation d where d.user_id = person)
    and exists (select from public.user_role r where r.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
$$;

create function gatehouse.has_login(person varchar) returns boolean language sql stable as $$
  select exists (select from public.login l where l.user_id = person and l.managed_sys_id = '0' and l.is_active = 'Y' and l.status = 'ACTIVE')
$$;

-- Errs, in the name of the rule, when nobody like the one who goes is left: `lasted` and `signs` say what that one was.
create function gatehouse.keep_one_super_admin(lasted boolean, signs boolean, rule text) returns void language plpgsql as $$
begin
  -- Two who leave at once are one after the other; the second sees that the first is gone.
  perform pg_advisory_xact_lock(hashtext('gatehouse.super_admin'));
  if exists (select from public.user_role r where r.role_id = 'GATEHOUSE_SUPER_ADMIN'
    and case when lasted then gatehouse.lasts_as_super_admin(r.user_id) else gatehouse.is_super_admin(r.user_id) end
    and (not signs or gatehouse.has_login(r.user_id))) then return; end if;
  raise exception 'This would leave nobody who may administer everything: give the role of the super administrator to somebody else first.'
    using errcode = 'check_violation', constraint = rule;
end $$;

create or replace function gatehouse.keep_super_admin() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  -- Who could not sign in is no loss.
  if exists (select from public.users u where u.user_id = old.user_id and (u.status not in ('ACTIVE', 'PENDING_INITIAL_LOGIN') or u.secondary_status in ('DISABLED', 'LOCKED_ADMIN'))) then return null; end if;
  perform gatehouse.keep_one_super_admin(old.end_date is null and not exists (select from gatehouse.delegation d where d.user_id = old.user_id), gatehouse.has_login(old.user_id), tg_name);
  return null;
end $$;

create or replace function gatehouse.keep_super_admin_status() returns trigger language plpgsql as $$
begin
  if not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN'
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
    or coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  perform gatehouse.keep_one_super_admin(
    exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
      and not exists (select from gatehouse.delegation d where d.user_id = new.user_id), gatehouse.has_login(new.user_id), tg_name);
  return null;
end $$;

create or replace function gatehouse.keep_super_admin_login() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' or not gatehouse.is_super_admin(old.user_id) then return null; end if;
  perform gatehouse.keep_one_super_admin(gatehouse.lasts_as_super_admin(old.user_id), true, tg_name);
  return null;
end $$;

-- Who is restricted administers nobody's rights, and so not everything.
create function gatehouse.keep_super_admin_whole() returns trigger language plpgsql as $$
begin
  if not gatehouse.is_super_admin(new.user_id) or not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
    or (select count(*) from gatehouse.delegation d where d.user_id = new.user_id) > 1 then return null; end if;
  perform gatehouse.keep_one_super_admin(true, gatehouse.has_login(new.user_id), tg_name);
  return null;
end $$;

create constraint trigger delegation_keeps_super_admin after insert or update of user_id on gatehouse.delegation deferrable initially immediate for each row
  execute function gatehouse.keep_super_admin_whole();
