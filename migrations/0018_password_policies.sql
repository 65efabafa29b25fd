-- Policies are records that can be administered, and the default one is NIST's (decisions/0030).

alter table public.policy add column version integer not null default 1;
comment on column public.policy.version is 'Counts the changes; its ETag.';

insert into public.policy_def_param (def_param_id, policy_def_id, name, operation, param_group, description) values
  ('P_BLOCKLIST', '100', 'BLOCKLIST', 'boolean', 'PSWD_COMPOSITION', 'Must not be among those that are guessed first.'),
  ('P_PWD_MIN_AGE', '100', 'PWD_MIN_AGE', 'String', 'PSWD_CHANGE_RULE', 'Hours until it may be changed again.'),
  ('P_FORGET_PWD_TOKEN_MINUTES', '100', 'FORGET_PWD_TOKEN_MINUTES', 'String', 'FORGET_PSWD', 'Minutes a recovery link lives.');

-- What OpenIAM ships stays there to choose: bind it to whom it is for.
insert into public.policy (policy_id, policy_def_id, name, description, create_date) values
  ('CLASSIC', '100', 'Classic password policy', 'The values that OpenIAM ships: 8 to 12 characters with a digit, changed every 90 days.', now())
  on conflict do nothing;
insert into public.policy_attribute (policy_attr_id, policy_id, def_param_id, value1, value2)
  select v.id, 'CLASSIC', v.param, v.value1, v.value2
  from (values
    ('CLASSIC_PWD_LEN', 'P_PWD_LEN', '8', '12'),
    ('CLASSIC_NUMERIC_CHARS', 'P_NUMERIC_CHARS', '1', null),
    ('CLASSIC_PWD_HIST_VER', 'P_PWD_HIST_VER', '6', null),
    ('CLASSIC_PWD_LOGIN', 'P_PWD_LOGIN', 'true', null),
    ('CLASSIC_PWD_NAME', 'P_PWD_NAME', 'true', null),
    ('CLASSIC_PWD_EQ_PWD', 'P_PWD_EQ_PWD', 'true', null),
    ('CLASSIC_REJECT_CHARS', 'P_REJECT_CHARS_IN_PSWD', '<>', null),
    ('CLASSIC_PWD_EXPIRATION', 'P_PWD_EXPIRATION', '90', null),
    ('CLASSIC_PWD_EXP_GRACE', 'P_PWD_EXP_GRACE', '1', null),
    ('CLASSIC_PWD_EXP_WARN', 'P_PWD_EXP_WARN', '1', '5'),
    ('CLASSIC_EXPIRATION_ON_RESET', 'P_PWD_EXPIRATION_ON_RESET', '2', null),
    ('CLASSIC_CHNG_PSWD_ON_RESET', 'P_CHNG_PSWD_ON_RESET', 'true', null),
    ('CLASSIC_QUEST_COUNT', 'P_QUEST_COUNT', '3', null),
    ('CLASSIC_QUEST_ANSWER_CORRECT', 'P_QUEST_ANSWER_CORRECT', '3', null),
    ('CLASSIC_QUEST_SRC', 'P_QUEST_SRC', 'USER', null),
    ('CLASSIC_QUEST_LIST', 'P_QUEST_LIST', 'GLOBAL', null),
    ('CLASSIC_FORGET_PWD_TOKEN', 'P_FORGET_PWD_TOKEN_DAYS', '3', null)) v(id, param, value1, value2)
  where exists (select from public.policy where policy_id = 'CLASSIC');

-- The default becomes NIST's (SP 800-63B-4 §3.1.1), unless somebody has made it their own. Nobody has signed in by it yet.
delete from public.policy_attribute a using public.policy p where p.policy_id = a.policy_id and p.policy_id = '4000' and p.last_update is null;
insert into public.policy_attribute (policy_attr_id, policy_id, def_param_id, value1)
  select v.id, p.policy_id, v.param, v.value1
  from public.policy p cross join (values
    ('4000_PWD_LEN', 'P_PWD_LEN', '15'),
    ('4000_BLOCKLIST', 'P_BLOCKLIST', 'true'),
    ('4000_CHNG_PSWD_ON_RESET', 'P_CHNG_PSWD_ON_RESET', 'true'),
    ('4000_EXPIRATION_ON_RESET', 'P_PWD_EXPIRATION_ON_RESET', '2'),
    ('4000_RESET_BY_USER', 'P_RESET_BY_USER', 'true'),
    ('4000_TOKEN_MINUTES', 'P_FORGET_PWD_TOKEN_MINUTES', '30')) v(id, param, value1)
  where p.policy_id = '4000' and p.last_update is null;
update public.policy set description = 'NIST SP 800-63B-4. Applies where no other password policy does.' where policy_id = '4000' and last_update is null;

-- Three wrong passwords lock people out who only mistype, and let anybody lock them out. NIST allows a hundred (§3.2.2); ten are enough.
insert into public.policy (policy_id, policy_def_id, name, description, create_date) values
  ('CLASSIC_SIGN_IN', '103', 'Classic sign-in policy', 'The values that OpenIAM ships: locked after three wrong passwords.', now())
  on conflict do nothing;
insert into public.policy_attribute (policy_attr_id, policy_id, def_param_id, value1)
  select 'CLASSIC_' || v.param, 'CLASSIC_SIGN_IN', v.param, v.value1
  from (values ('A_FAILED_AUTH_COUNT', '3'), ('A_AUTO_UNLOCK_TIME', '30'), ('A_TOKEN_LIFE', '30')) v(param, value1)
  where exists (select from public.policy where policy_id = 'CLASSIC_SIGN_IN') on conflict do nothing;
update public.policy_attribute a set value1 = '10' from public.policy p
  where p.policy_id = a.policy_id and p.policy_id = '4001' and p.last_update is null and a.def_param_id = 'A_FAILED_AUTH_COUNT' and a.value1 = '3';

-- ── Administering them is access like any other (src/model/own-access.ts) ────────

insert into public.res (resource_id, resource_type_id, name, description, is_system, create_date, search_text)
  values ('GATEHOUSE_POLICIES', 'GATEHOUSE', 'Gatehouse: policies', 'What passwords must be, how long they live, and when logins are locked.', 'Y', now(), ' gatehouse policies');

create temporary table own_grant (role_id text, rights text);
insert into own_grant values
  ('GATEHOUSE_SUPER_ADMIN', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_SECURITY_ADMIN', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_HELP_DESK', 'READ'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'READ'),
  ('GATEHOUSE_AUDITOR', 'READ'),
  ('GATEHOUSE_API_WRITER', 'READ'),
  ('GATEHOUSE_API_READER', 'READ');
insert into public.resource_role (membership_id, resource_id, role_id, create_date, granted_by)
  select md5(role_id || ' GATEHOUSE_POLICIES'), 'GATEHOUSE_POLICIES', role_id, now(), 'Gatehouse' from own_grant;
insert into public.res_role_membership_rights (membership_id, access_right_id)
  select md5(g.role_id || ' GATEHOUSE_POLICIES'), r from own_grant g cross join unnest(string_to_array(g.rights, ' ')) r;
drop table own_grant;
