-- New names have each accent in its letter (NFC); those from before may have it behind (NFD), and held their place against nobody: the constraint
-- login_name_key compares letter by letter, so a new login of the same name was taken, and whoever had it was found no more (decisions/0022). Old
-- names stay as they are, for two of them may differ in that alone; beside them no new one of the same name is taken now, whichever door it comes
-- by. The index holds the old names only, which are few. It looks at each login once: two seconds for a million.
create index login_name_unlike_nfc on public.login (lower(normalize(login, NFC)), managed_sys_id) where login is not nfc normalized;

create function gatehouse.logins_named(name text, system text) returns table (login_id text, user_id text) language sql stable as $$
  select l.login_id, l.user_id from public.login l where l.lowercase_login = lower(normalize(name, NFC)) and l.managed_sys_id = system
  union all select l.login_id, l.user_id from public.login l
    where l.login is not nfc normalized and lower(normalize(l.login, NFC)) = lower(normalize(name, NFC)) and l.managed_sys_id = system
$$;
comment on function gatehouse.logins_named(text, text) is 'The logins of a managed system that have a name, but for case and for how its accents are written.';

-- Said as the constraint would say it.
create function gatehouse.keep_login_name() returns trigger language plpgsql as $$
begin
  if exists (select from gatehouse.logins_named(new.login, new.managed_sys_id) n where n.login_id <> new.login_id) then
    raise exception 'duplicate key value violates unique constraint "login_name_key"' using errcode = 'unique_violation', schema = 'public', table = 'login',
      constraint = 'login_name_key', detail = format('Key (lowercase_login, managed_sys_id)=(%s, %s) already exists.', new.lowercase_login, new.managed_sys_id);
  end if;
  return null;
end $$;
comment on function gatehouse.keep_login_name() is 'Refuses a login that differs from another of its system in nothing but how accents are written.';

-- Of ASCII there is one form.
create trigger login_keeps_name after insert on public.login for each row
  when (octet_length(new.login) <> char_length(new.login)) execute function gatehouse.keep_login_name();
create trigger login_renamed_keeps_name after update of login, managed_sys_id on public.login for each row
  when ((new.login <> old.login or new.managed_sys_id <> old.managed_sys_id) and octet_length(new.login) <> char_length(new.login)) execute function gatehouse.keep_login_name();
