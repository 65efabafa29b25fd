-- What was short of signing in: devices with their address, levels by their right names.

-- ── Remembered devices say where they were ────────
alter table gatehouse.remembered_device add column ip_address varchar(60);
comment on column gatehouse.remembered_device.ip_address is 'The address it was remembered from.';

-- ── Levels ────────
-- Nobody signs in here by a certificate or by Kerberos, whose names OpenIAM gives to 2 and 3: an application that is told
-- CERT_AUTH would be told what is not so. What wanted them gets what it has always got under the names of these.
update public.auth_level set level = level + 100 where auth_level_id in ('CERT_AUTH', 'KERB_AUTH');
insert into public.auth_level (auth_level_id, name, level, requires_authentication) values
  ('TWO_FACTOR_AUTH', 'Second factor', 2, 'Y'),
  ('PASSKEY_AUTH', 'Passkey', 3, 'Y');
update public.content_provider set min_auth_level = case min_auth_level when 'CERT_AUTH' then 'TWO_FACTOR_AUTH' else 'PASSKEY_AUTH' end where min_auth_level in ('CERT_AUTH', 'KERB_AUTH');
update public.res set min_auth_level = case min_auth_level when 'CERT_AUTH' then 'TWO_FACTOR_AUTH' else 'PASSKEY_AUTH' end where min_auth_level in ('CERT_AUTH', 'KERB_AUTH');
update public.auth_level_grouping set auth_level_id = case auth_level_id when 'CERT_AUTH' then 'TWO_FACTOR_AUTH' else 'PASSKEY_AUTH' end where auth_level_id in ('CERT_AUTH', 'KERB_AUTH');
delete from public.auth_level where auth_level_id in ('CERT_AUTH', 'KERB_AUTH');

-- ── Security questions ────────
-- Off unless a policy says otherwise; they count beside a link or code and never alone (decisions/0043).
insert into public.policy_def_param (def_param_id, policy_def_id, name, operation, param_group, description) values
  ('P_QUEST_ENABLED', '100', 'QUEST_ENABLED', 'boolean', 'FORGET_PSWD', 'Whether recovery asks security questions besides.');
alter table public.identity_quest_grp add column version integer not null default 1;
alter table public.identity_question add column version integer not null default 1;
comment on column public.identity_quest_grp.version is 'Counts the changes; its ETag.';
comment on column public.identity_question.version is 'Counts the changes; its ETag.';

-- The seed's count is that of answers to questions; codes by SMS get one of their own.
alter table public.login add column sms_reset_fail_count integer not null default 0;
update public.login set sms_reset_fail_count = challenge_response_fail_count, challenge_response_fail_count = 0 where challenge_response_fail_count > 0;
comment on column public.login.sms_reset_fail_count is 'Wrong answers to the code that was sent by SMS to recover the password.';
comment on column public.login.challenge_response_fail_count is 'Wrong answers to security questions in a row, by rounds; at five no more are looked at until the person sets new ones. Null counts as 0.';
