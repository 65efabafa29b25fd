-- Whoever knows a user name can bring a lock by failures about. It closed sessions, keys and tokens as well, so that any stranger could throw
-- anybody out; now it closes signing in by password and nothing else (decisions/0031). An administrator's lock ends all as before.
drop trigger users_end_sessions on public.users;
create trigger users_end_sessions after update of status, secondary_status on public.users for each row
  when (old.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and (old.secondary_status is null or old.secondary_status = 'LOCKED')
    and not (new.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and (new.secondary_status is null or new.secondary_status = 'LOCKED')))
  execute function gatehouse.end_sessions();

drop trigger login_end_sessions on public.login;
create trigger login_end_sessions after update of status, is_active, lock_marker, user_id on public.login for each row
  when (old.managed_sys_id = '0' and (
    (old.status = 'ACTIVE' and new.status <> 'ACTIVE') or (old.is_active = 'Y' and new.is_active <> 'Y')
    or (old.lock_marker is distinct from new.lock_marker and new.lock_marker = 'LOCKED_ADMIN') or old.user_id <> new.user_id))
  execute function gatehouse.end_sessions();

comment on column public.users.secondary_status is 'What stands against signing in at the moment: LOCKED (wrong passwords or codes; closes signing in by password only), LOCKED_ADMIN, DISABLED; null when nothing does.';

-- An invitation tells the user name as well; one that waits from before has none.
update gatehouse.message m set content = m.content || jsonb_build_object('userName', coalesce(u.user_name, ''))
  from public.users u where m.template = 'invitation' and m.status = 'QUEUED' and u.user_id = m.user_id;

-- Whoever removed codes by SMS could not change the number any more: its mark (IS_FOR_SMS) stayed. It goes with the factor that it came with.
-- Of factors from before nobody knows; nearly all of them marked their numbers.
alter table public.user_auth_param add column marked_number boolean not null default false;
update public.user_auth_param set marked_number = true where type = 'SMS' and confirmed = 'Y';
comment on column public.user_auth_param.marked_number is 'Of a factor by SMS: whether confirming it marked the person''s telephone number as one for codes, so that removing it takes the mark away.';
