-- A login that is closed ended its sessions and offline access. Links and codes that were out, an invitation among them, and browsers that are not
-- asked for a factor lived on: once the login was open again they let somebody in as before. What ends sessions ends them too now, whichever door
-- writes it; and where the login authenticates otherwise from now on (0061), for a link sets a password, and a remembered device spares its second
-- step. Of people whose status or last day closes their account store/user-rows.ts does so (endSessions): which day it is no trigger knows.
create or replace function gatehouse.end_recovery() returns trigger language plpgsql as $$
begin
  new.pswd_reset_token := null;
  new.pswd_reset_token_made := null;
  new.pswd_reset_token_exp := null;
  new.sms_reset_token := null;
  new.sms_reset_token_made := null;
  new.sms_reset_token_exp := null;
  delete from gatehouse.remembered_device where user_id in (old.user_id, new.user_id);
  return new;
end $$;
comment on function gatehouse.end_recovery() is 'Ends links and codes that are out to recover a login, and forgets remembered devices.';

create trigger login_closed_end_recovery before update of status, is_active, lock_marker, user_id, managed_sys_id, auth_type on public.login for each row
  when (old.managed_sys_id = '0' and (
    (old.status = 'ACTIVE' and new.status <> 'ACTIVE') or (old.is_active = 'Y' and new.is_active <> 'Y')
    or (old.lock_marker is distinct from new.lock_marker and new.lock_marker = 'LOCKED_ADMIN') or old.user_id <> new.user_id or new.managed_sys_id <> '0'
    or ((old.auth_type is null or old.auth_type ~* '^\s*(password)?\s*$') and not (new.auth_type is null or new.auth_type ~* '^\s*(password)?\s*$'))))
  execute function gatehouse.end_recovery();

-- Links go with the row.
create function gatehouse.forget_devices() returns trigger language plpgsql as $$
begin
  delete from gatehouse.remembered_device where user_id = old.user_id;
  return null;
end $$;
comment on function gatehouse.forget_devices() is 'Forgets remembered devices of somebody whose login is gone.';
create trigger login_gone_forget_devices after delete on public.login for each row
  when (old.managed_sys_id = '0') execute function gatehouse.forget_devices();
