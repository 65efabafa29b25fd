-- Signing in: sessions that end by themselves, guesses that are counted where every server sees them, and sessions that
-- end with whatever lets their person in, by whichever door that is taken away (decisions/0031).

-- Nobody could sign in before this: what stands here came from elsewhere and opens nothing.
delete from public.auth_state;

alter table public.auth_state
  add column expires_at timestamptz not null,
  add column last_seen timestamptz not null,
  add column next_step varchar(30),
  add column device varchar(100),
  add column user_agent varchar(400);

-- A session gets a new name when it reaches more; the proofs it rests on come along.
alter table public.auth_state_auth_param_xref drop constraint auth_state_auth_param_xref_session_fkey;
alter table public.auth_state_auth_param_xref add constraint auth_state_auth_param_xref_session_fkey
  foreign key (user_id, session_id) references public.auth_state (user_id, session_id) on update cascade on delete cascade;

-- What sweeping finds sessions by. last_seen has no index: touching a session then moves no index entry.
create index auth_state_expires on public.auth_state (expires_at);

create table gatehouse.sign_in_throttle (
  kind      varchar(10) not null constraint sign_in_throttle_kind check (kind in ('ADDRESS', 'ACCOUNT')),
  mark      bytea       not null,
  began_at  timestamptz not null,
  attempts  integer     not null,
  primary key (kind, mark)
);
create index sign_in_throttle_began on gatehouse.sign_in_throttle (began_at);

create table gatehouse.sign_in_place (
  user_id   varchar(32) not null references public.users on delete cascade,
  kind      varchar(10) not null constraint sign_in_place_kind check (kind in ('DEVICE', 'NETWORK')),
  mark      bytea       not null,
  last_seen timestamptz not null,
  primary key (user_id, kind, mark)
);
create index sign_in_place_seen on gatehouse.sign_in_place (last_seen);

-- What the job that lifts locks looks at.
create index login_locked on public.login (last_auth_attempt) where lock_marker = 'LOCKED';

-- ── Sessions end with what they rest on ────────
-- The session that makes the change itself may stay: its transaction names it in gatehouse.session.

create function gatehouse.end_sessions() returns trigger language plpgsql as $$
begin
  delete from public.auth_state s where s.user_id = old.user_id
    and s.session_id is distinct from nullif(current_setting('gatehouse.session', true), '');
  return null;
end $$;

create trigger users_end_sessions after update of status, secondary_status on public.users for each row
  when (old.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and old.secondary_status is null
    and not (new.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and new.secondary_status is null))
  execute function gatehouse.end_sessions();

create trigger login_end_sessions after update of status, is_active, lock_marker, user_id on public.login for each row
  when (old.managed_sys_id = '0' and (
    (old.status = 'ACTIVE' and new.status <> 'ACTIVE') or (old.is_active = 'Y' and new.is_active <> 'Y')
    or (old.lock_marker is distinct from new.lock_marker and new.lock_marker in ('LOCKED', 'LOCKED_ADMIN')) or old.user_id <> new.user_id))
  execute function gatehouse.end_sessions();

-- A password that is hashed anew at sign-in is the same password: that transaction says so in gatehouse.rehash.
create trigger login_password_end_sessions after update of password on public.login for each row
  when (old.managed_sys_id = '0' and old.password is distinct from new.password
    and coalesce(current_setting('gatehouse.rehash', true), '') <> 'true')
  execute function gatehouse.end_sessions();

-- ── What the new columns are for ────────

comment on column public.auth_state.expires_at is 'When it ends, however much it is used.';
comment on column public.auth_state.last_seen is 'When it was last used, to the minute: left alone it ends sooner.';
comment on column public.auth_state.next_step is 'What the person has still to do before they are in; null once they are.';
comment on column public.auth_state.device is 'The program and system it was begun from, in words.';
comment on column public.auth_state.user_agent is 'The same as the browser said it.';
comment on table gatehouse.sign_in_throttle is 'Attempts to sign in, counted for a while by address and by user name; known names and unknown ones alike.';
comment on column gatehouse.sign_in_throttle.kind is 'What is counted: ADDRESS or ACCOUNT.';
comment on column gatehouse.sign_in_throttle.mark is 'SHA-256 of the address or the user name.';
comment on column gatehouse.sign_in_throttle.began_at is 'When counting began; the count starts anew after a while.';
comment on column gatehouse.sign_in_throttle.attempts is 'Attempts since, without those that succeeded.';
comment on table gatehouse.sign_in_place is 'Devices and networks that a person has signed in from, by which new ones are noticed.';
comment on column gatehouse.sign_in_place.user_id is 'The person.';
comment on column gatehouse.sign_in_place.kind is 'DEVICE or NETWORK.';
comment on column gatehouse.sign_in_place.mark is 'SHA-256 of what the browser keeps, or of the network.';
comment on column gatehouse.sign_in_place.last_seen is 'When they last signed in from there.';
