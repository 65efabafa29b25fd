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

-- ── Somebody can always administer ────────
-- Whoever writes, by whatever door: one person who may sign in holds the role of the super administrator directly, once there has
-- been one. Time is left out (decisions/0043): a period that ends, and the nightly job that goes by dates, write as they were told to.
create function gatehouse.is_super_admin(person varchar) returns boolean language sql stable as $$
  select exists (select from public.users u join public.user_role r using (user_id)
    where u.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and u.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN')
      and (u.secondary_status is null or u.secondary_status = 'LOCKED')
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
$$;

create function gatehouse.keep_super_admin() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  -- Who could not sign in is no loss.
  if exists (select from public.users u where u.user_id = old.user_id and (u.status not in ('ACTIVE', 'PENDING_INITIAL_LOGIN') or u.secondary_status in ('DISABLED', 'LOCKED_ADMIN'))) then return null; end if;
  -- Two who leave at once are one after the other; the second sees that the first is gone.
  perform pg_advisory_xact_lock(hashtext('gatehouse.super_admin'));
  if exists (select from public.user_role r where r.role_id = 'GATEHOUSE_SUPER_ADMIN' and gatehouse.is_super_admin(r.user_id)) then return null; end if;
  raise exception 'This would leave nobody who may administer everything: give the role of the super administrator to somebody else first.'
    using errcode = 'check_violation', constraint = tg_name;
end $$;

create function gatehouse.keep_super_admin_status() returns trigger language plpgsql as $$
begin
  if not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN'
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
    or coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  perform pg_advisory_xact_lock(hashtext('gatehouse.super_admin'));
  if exists (select from public.user_role r where r.role_id = 'GATEHOUSE_SUPER_ADMIN' and gatehouse.is_super_admin(r.user_id)) then return null; end if;
  raise exception 'This would leave nobody who may administer everything: give the role of the super administrator to somebody else first.'
    using errcode = 'check_violation', constraint = tg_name;
end $$;

create constraint trigger user_role_keeps_super_admin after delete or update on public.user_role deferrable initially immediate for each row
  when (old.role_id = 'GATEHOUSE_SUPER_ADMIN' and (old.end_date is null or old.end_date > now()))
  execute function gatehouse.keep_super_admin();

create constraint trigger users_keep_super_admin after update of status, secondary_status on public.users deferrable initially immediate for each row
  when (old.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN') and (old.secondary_status is null or old.secondary_status = 'LOCKED')
    and (new.status not in ('ACTIVE', 'PENDING_INITIAL_LOGIN') or new.secondary_status in ('DISABLED', 'LOCKED_ADMIN')))
  execute function gatehouse.keep_super_admin_status();
