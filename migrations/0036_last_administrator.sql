-- Somebody can always administer: neither the role itself nor the login of the last one who holds it is switched off.
create function gatehouse.keep_super_admin_role() returns trigger language plpgsql as $$
begin
  raise exception 'The role of the super administrator stays active: nobody could administer everything without it.'
    using errcode = 'check_violation', constraint = tg_name;
end $$;
create constraint trigger role_keeps_super_admin after update of status on public.role deferrable initially immediate for each row
  when (old.role_id = 'GATEHOUSE_SUPER_ADMIN' and new.status is distinct from 'ACTIVE' and old.status = 'ACTIVE')
  execute function gatehouse.keep_super_admin_role();

create function gatehouse.keep_super_admin_login() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' or not gatehouse.is_super_admin(old.user_id) then return null; end if;
  perform pg_advisory_xact_lock(hashtext('gatehouse.super_admin'));
  if exists (select from public.user_role r join public.login l on l.user_id = r.user_id and l.managed_sys_id = '0' and l.is_active = 'Y' and l.status = 'ACTIVE'
    where r.role_id = 'GATEHOUSE_SUPER_ADMIN' and gatehouse.is_super_admin(r.user_id)) then return null; end if;
  raise exception 'This would leave nobody who may administer everything: give the role of the super administrator to somebody else first.'
    using errcode = 'check_violation', constraint = tg_name;
end $$;
create constraint trigger login_keeps_super_admin after update of is_active, status, managed_sys_id, user_id on public.login deferrable initially immediate for each row
  when (old.managed_sys_id = '0' and old.is_active = 'Y' and old.status = 'ACTIVE'
    and (new.is_active is distinct from 'Y' or new.status is distinct from 'ACTIVE' or new.managed_sys_id <> '0' or new.user_id <> old.user_id))
  execute function gatehouse.keep_super_admin_login();
create constraint trigger login_gone_keeps_super_admin after delete on public.login deferrable initially immediate for each row
  when (old.managed_sys_id = '0' and old.is_active = 'Y' and old.status = 'ACTIVE')
  execute function gatehouse.keep_super_admin_login();
