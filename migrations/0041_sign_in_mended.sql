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

-- ── Numbers that codes go to ────────
-- A telephone number as codes are sent to it; null where no country is known.
create function gatehouse.sms_number(country varchar, area varchar, number varchar) returns text language sql immutable as $$
  select case
    when plain ~ '^\+[1-9][0-9]{6,14}$' then plain
    when regexp_replace(country, '\D', '', 'g') ~ '[1-9]' and plain ~ '^[0-9]+$' then '+' || ltrim(regexp_replace(country, '\D', '', 'g'), '0') || ltrim(regexp_replace(coalesce(area, ''), '\D', '', 'g'), '0')
      || case when coalesce(area, '') = '' then ltrim(plain, '0') else plain end
  end from (select regexp_replace(number, '[\s().\u00a0/-]', '', 'g') as plain) n
$$;

-- A number that somebody no longer has for this proves nothing about them. Looked at when all is written: rows may be written anew.
create function gatehouse.drop_number() returns trigger language plpgsql as $$
begin
  delete from public.user_auth_param a where a.user_id = old.parent_id and a.type = 'SMS'
    and a.param_value = gatehouse.sms_number(old.country_cd, old.area_cd, old.phone_nbr)
    and not exists (select from public.phone p where p.parent_id = old.parent_id and p.active = 'Y' and p.is_for_sms = 'Y'
      and gatehouse.sms_number(p.country_cd, p.area_cd, p.phone_nbr) = a.param_value);
  return null;
end $$;
create constraint trigger phone_gone_drops_number after delete on public.phone deferrable initially deferred for each row
  when (old.is_for_sms = 'Y') execute function gatehouse.drop_number();
create constraint trigger phone_changed_drops_number after update of country_cd, area_cd, phone_nbr, active, is_for_sms on public.phone deferrable initially deferred for each row
  when (old.is_for_sms = 'Y' and old.active = 'Y') execute function gatehouse.drop_number();
