-- What a reader found short of signing in (decisions/0045).

-- ── Links and codes say when they were made ────────
-- One that was made in the future comes from a clock that was wrong, and lives as much too long.
alter table public.login
  add column pswd_reset_token_made timestamptz,
  add column sms_reset_token_made timestamptz;
comment on column public.login.pswd_reset_token_made is 'When that token was made.';
comment on column public.login.sms_reset_token_made is 'When that code was made.';
comment on column public.login.sms_reset_fail_count is 'Wrong answers to codes that were sent by SMS to recover the password, in a row: another code begins no count anew, a password that is set or a sign-in does.';

-- ── Sessions end with the login they rest on ────────
create trigger login_gone_end_sessions after delete on public.login for each row
  when (old.managed_sys_id = '0') execute function gatehouse.end_sessions();
create trigger login_moved_end_sessions after update of managed_sys_id on public.login for each row
  when (old.managed_sys_id = '0' and new.managed_sys_id <> '0') execute function gatehouse.end_sessions();
