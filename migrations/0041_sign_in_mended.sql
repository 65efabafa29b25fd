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

-- ── Sessions say by what somebody proved who they are ────────
alter table public.auth_state add column proved_by text[] not null default '{}';
comment on column public.auth_state.proved_by is 'By what: PASSWORD, PORTAL where Okta vouches, and kinds of factors.';
-- As far as it can be told of those there are: who came by a passkey that knew them may have used no password.
update public.auth_state s set proved_by = f.kinds || case
    when exists (select from efs.portal_session p where p.session_id = s.session_id) then '{PORTAL}'::text[]
    when s.auth_state >= 3 and 'WEBAUTHN' = any(f.kinds) then '{}' else '{PASSWORD}' end
  from public.auth_state o cross join lateral (
    select coalesce(array_agg(distinct p.type::text), '{}') as kinds from public.auth_state_auth_param_xref x join public.user_auth_param p using (param_id)
    where x.user_id = o.user_id and x.session_id = o.session_id) f
  where o.session_id = s.session_id and o.user_id = s.user_id;

insert into public.policy_def_param (def_param_id, policy_def_id, name, operation, param_group, description) values
  ('A_SESSIONS', '103', 'SESSIONS', 'String', 'AUTHENTICATION', 'How many sessions a person may have at once.');

-- ── The site of an application ────────
alter table gatehouse.oidc_client add column site_id varchar(32) constraint oidc_client_site_id_fkey references public.content_provider;
create index oidc_client_site on gatehouse.oidc_client (site_id);
comment on column gatehouse.oidc_client.site_id is 'The site it belongs to: its least level and its usage policies count for who goes on to it.';

comment on column public.login.auth_type is 'How the account authenticates. Of the login here: PASSWORD, or nothing, by a password; anything else (OKTA, PASSKEY, LDAP, SAML, …) has none here, and no password is taken, checked for Okta or recovered: its person comes through Okta or by a passkey.';
