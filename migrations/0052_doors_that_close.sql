-- What ends somebody's sessions at the login that signs in here ends what applications hold for offline access as well; but not what
-- strangers can bring about (a lock by failures), nor one's own change of password, which goes on with a session of one's own.
create function gatehouse.end_offline_access() returns trigger language plpgsql as $$
begin
  delete from gatehouse.oidc_artifact a where a.user_id = old.user_id and a.grant_hash is not null;
  return null;
end $$;

create trigger login_end_offline_access after update of status, is_active, user_id, managed_sys_id on public.login for each row
  when (old.managed_sys_id = '0' and ((old.status = 'ACTIVE' and new.status <> 'ACTIVE') or (old.is_active = 'Y' and new.is_active <> 'Y') or old.user_id <> new.user_id or new.managed_sys_id <> '0'))
  execute function gatehouse.end_offline_access();
create trigger login_gone_end_offline_access after delete on public.login for each row
  when (old.managed_sys_id = '0') execute function gatehouse.end_offline_access();
create trigger login_password_end_offline_access after update of password on public.login for each row
  when (old.managed_sys_id = '0' and old.password is distinct from new.password and coalesce(current_setting('gatehouse.rehash', true), '') <> 'true' and coalesce(current_setting('gatehouse.session', true), '') = '')
  execute function gatehouse.end_offline_access();
