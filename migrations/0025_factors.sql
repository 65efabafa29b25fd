-- Factors, remembered devices and recovery (decisions/0037).

-- ── What a factor needs beside the published columns ────────
-- A credential's id (WebAuthn §6.1.1) has up to 1023 bytes: 1364 characters of base64url.
alter table public.user_auth_param
  alter column param_value type varchar(1400),
  add column name varchar(60),
  add column secret_encrypted bytea,
  add column public_key bytea,
  add column counter bigint,
  add column transports varchar(100),
  add column created_at timestamptz,
  add column last_used_at timestamptz;
create unique index user_auth_param_credential_key on public.user_auth_param (param_value) where type = 'WEBAUTHN';
create unique index user_auth_param_recovery_key on public.user_auth_param (user_id) where type = 'RECOVERY_CODES';
create unique index users_user_handle_key on public.users (user_handle) where user_handle is not null;
create unique index login_reset_token_key on public.login (pswd_reset_token) where pswd_reset_token is not null;

create table gatehouse.recovery_code (
  param_id  varchar(32) not null references public.user_auth_param on delete cascade,
  code_hash bytea       not null,
  used_at   timestamptz,
  primary key (param_id, code_hash)
);

-- What was asked of somebody and waits for its one answer.
create table gatehouse.factor_challenge (
  mark       bytea       primary key,
  kind       varchar(20) not null constraint factor_challenge_kind check (kind in ('PASSKEY', 'ENROL', 'CODE')),
  user_id    varchar(32) references public.users on delete cascade,
  param_id   varchar(32) references public.user_auth_param on delete cascade,
  code_hash  bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index factor_challenge_expires on gatehouse.factor_challenge (expires_at);
create index factor_challenge_user on gatehouse.factor_challenge (user_id);
create index factor_challenge_param on gatehouse.factor_challenge (param_id);

create table gatehouse.remembered_device (
  device_id  varchar(32) primary key,
  user_id    varchar(32) not null references public.users on delete cascade,
  mark       bytea       not null,
  device     varchar(100),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint remembered_device_key unique (user_id, mark)
);
create index remembered_device_expires on gatehouse.remembered_device (expires_at);

-- ── Sessions know when something was last proved ────────
alter table public.auth_state add column proved_at timestamptz;
update public.auth_state set proved_at = last_login;

insert into public.policy_def_param (def_param_id, policy_def_id, name, operation, param_group, description) values
  ('A_LEAST_LEVEL', '103', 'LEAST_LEVEL', 'String', 'AUTHENTICATION', 'The level that every sign-in must reach.'),
  ('A_REMEMBER_DAYS', '103', 'REMEMBER_DAYS', 'String', 'AUTHENTICATION', 'Days that a device is not asked for a second factor again.');

-- ── Recovery ────────
-- What somebody who is not signed in has asked for. The answer is given before it is known whether there is such a person.
create table gatehouse.recovery_request (
  request_id varchar(32)  primary key,
  kind       varchar(20)  not null constraint recovery_request_kind check (kind in ('PASSWORD', 'PASSWORD_BY_SMS', 'UNLOCK', 'USER_NAME')),
  name       varchar(320) not null,
  ip         varchar(60),
  created_at timestamptz  not null
);
create function gatehouse.wake_recovery() returns trigger language plpgsql as $$
begin
  if to_regprocedure('graphile_worker.add_job(text, json, text, timestamptz, integer, text, integer, text[], text)') is not null then
    perform graphile_worker.add_job('recover-accounts', max_attempts => 1);
  end if;
  return null;
end $$;
create trigger recovery_requested after insert on gatehouse.recovery_request for each statement execute function gatehouse.wake_recovery();

-- Another password, by whichever door, ends what was sent to recover the old one, and devices are asked again.
create function gatehouse.end_recovery() returns trigger language plpgsql as $$
begin
  new.pswd_reset_token := null;
  new.pswd_reset_token_exp := null;
  new.sms_reset_token := null;
  new.sms_reset_token_exp := null;
  delete from gatehouse.remembered_device where user_id = new.user_id;
  return new;
end $$;
create trigger login_password_end_recovery before update of password on public.login for each row
  when (old.managed_sys_id = '0' and old.password is distinct from new.password
    and coalesce(current_setting('gatehouse.rehash', true), '') <> 'true')
  execute function gatehouse.end_recovery();

-- ── What the new columns are for ────────

comment on table gatehouse.recovery_code is 'Recovery codes, which stand in for another factor, each once.';
comment on column gatehouse.recovery_code.param_id is 'The set it belongs to.';
comment on column gatehouse.recovery_code.code_hash is 'SHA-256 of the set and the code.';
comment on column gatehouse.recovery_code.used_at is 'When it was used; null while it works.';
comment on table gatehouse.factor_challenge is 'What was asked of a browser or sent to a person and waits for its one answer.';
comment on column gatehouse.factor_challenge.mark is 'SHA-256 of what was asked and of whom.';
comment on column gatehouse.factor_challenge.kind is 'PASSKEY to sign with one, ENROL to make one, CODE for a code that was sent.';
comment on column gatehouse.factor_challenge.user_id is 'The person, where it is known.';
comment on column gatehouse.factor_challenge.param_id is 'The factor, for a code.';
comment on column gatehouse.factor_challenge.code_hash is 'SHA-256 of the factor and the code.';
comment on column gatehouse.factor_challenge.created_at is 'When it was asked.';
comment on column gatehouse.factor_challenge.expires_at is 'When no answer counts any more.';
comment on table gatehouse.remembered_device is 'Browsers that are not asked for a second factor for a while.';
comment on column gatehouse.remembered_device.device_id is 'Names it.';
comment on column gatehouse.remembered_device.user_id is 'Whose it is.';
comment on column gatehouse.remembered_device.mark is 'SHA-256 of the person and of what the browser keeps.';
comment on column gatehouse.remembered_device.device is 'The program and system, in words.';
comment on column gatehouse.remembered_device.created_at is 'Since when.';
comment on column gatehouse.remembered_device.expires_at is 'Until when.';
comment on table gatehouse.recovery_request is 'What somebody who is not signed in has asked for; a job looks whether there is such a person, and the row goes.';
comment on column gatehouse.recovery_request.request_id is 'Names it.';
comment on column gatehouse.recovery_request.kind is 'PASSWORD, PASSWORD_BY_SMS, UNLOCK or USER_NAME.';
comment on column gatehouse.recovery_request.name is 'The user name or address that was typed.';
comment on column gatehouse.recovery_request.ip is 'From which address.';
comment on column gatehouse.recovery_request.created_at is 'When.';
comment on column public.user_auth_param.param_value is 'What it needs: a credential''s id, a number, an address. The published 255 characters cannot hold the id of every passkey.';
comment on column public.user_auth_param.name is 'What the person calls it.';
comment on column public.user_auth_param.secret_encrypted is 'The secret of a TOTP, encrypted with the master key.';
comment on column public.user_auth_param.public_key is 'The public key of a passkey, as COSE has it.';
comment on column public.user_auth_param.counter is 'The step of the last TOTP that was taken, or what a passkey last counted: nothing up to it is taken again. Of a number, 1 while it serves as no factor, since it has recovered the password.';
comment on column public.user_auth_param.transports is 'How a passkey can be reached: usb, nfc, ble, internal, hybrid.';
comment on column public.user_auth_param.created_at is 'When it was begun.';
comment on column public.user_auth_param.last_used_at is 'When it was last proved.';
comment on column public.auth_state.auth_state is 'How strongly: 0 is signed out, 1 a password, 1.5 with a code by SMS, 2 with a second factor, 3 with a passkey.';
comment on column public.auth_state.proved_at is 'When something was last proved in it.';
comment on column public.login.sms_reset_token is 'The beginning of the hash of a recovery code sent by SMS; null when none is out.';
comment on column public.login.challenge_response_fail_count is 'Wrong answers to what was sent by SMS to recover the password, in a row; null counts as 0.';
