-- The schema that all migrations together make, read from the catalogue. Not to be edited:
-- "node tools/dump-schema.ts" writes it, a test compares it with the migrations, "gatehouse doctor" with databases.
set check_function_bodies = off;

-- schema: efs
create schema if not exists efs;

-- schema: gatehouse
create schema if not exists gatehouse;

-- schema: public
create schema if not exists public;

-- extension: pg_trgm
create extension if not exists pg_trgm with schema public;

-- function: efs.delete_before_truncate()
CREATE OR REPLACE FUNCTION efs.delete_before_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  execute format('delete from %I.%I', tg_table_schema, tg_table_name);
  return null;
end $function$;

-- function: efs.end_portal_sessions()
CREATE OR REPLACE FUNCTION efs.end_portal_sessions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.auth_state s using efs.portal_session p
    where p.portal_id = old.portal_id and p.uid = old.user_id and s.user_id = p.user_id and s.session_id = p.session_id;
  return null;
end $function$;

-- function: efs.let_tokens_go(key character varying, portal integer)
CREATE OR REPLACE FUNCTION efs.let_tokens_go(key character varying, portal integer)
 RETURNS void
 LANGUAGE sql
AS $function$
  with gone as (delete from efs.iam_token_data where session_id = key returning idp_response)
  insert into efs.token_revocation as r (token_key, portal_id, idp_response) values (key, portal, (select idp_response from gone))
  on conflict (token_key) do update set idp_response = coalesce(excluded.idp_response, r.idp_response), due_at = now(), attempts = 0, generation = default;
$function$;

-- function: efs.note_linked_member()
CREATE OR REPLACE FUNCTION efs.note_linked_member()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.linked := exists (
    select from efs.iam_portal_user_reference r where r.portal_id = new.portal_id and r.user_id = new.user_id);
  return new;
end $function$;

-- function: efs.note_lost_links()
CREATE OR REPLACE FUNCTION efs.note_lost_links()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update efs.portal_panelist m set linked = false from gone
  where m.portal_id = gone.portal_id and m.user_id = gone.user_id and m.linked;
  return null;
end $function$;

-- function: efs.note_new_links()
CREATE OR REPLACE FUNCTION efs.note_new_links()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update efs.portal_panelist m set linked = true from made
  where m.portal_id = made.portal_id and m.user_id = made.user_id and not m.linked;
  return null;
end $function$;

-- function: efs.panelist_leaves()
CREATE OR REPLACE FUNCTION efs.panelist_leaves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from efs.iam_portal_user_reference where user_id = old.uid;
  return old;
end $function$;

-- function: efs.person_leaves()
CREATE OR REPLACE FUNCTION efs.person_leaves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from efs.iam_portal_user_reference r using efs.panelists p where p.person_id = old.user_id and r.user_id = p.uid;
  delete from efs.iam_user_reference r using efs.users e where e.person_id = old.user_id and r.user_id = e.uid;
  return old;
end $function$;

-- function: efs.queue_panelist_unassignment()
CREATE OR REPLACE FUNCTION efs.queue_panelist_unassignment()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
declare
  person  varchar(32);
  address varchar(255);
begin
  select p.person_id, left(u.primary_email, 255) into person, address
    from efs.panelists p left join public.users u on u.user_id = p.person_id where p.uid = old.user_id;
  update efs.iam_portal_user_group_unassignment_queue set user_id = null where user_id = old.user_id and uuid <> old.uuid;
  insert into efs.iam_portal_user_group_unassignment_queue as q (user_id, uuid, email, person_id, portals, plan_id)
  values (old.user_id, old.uuid, address, person, array_remove(array[old.portal_id], null), nullif(current_setting('gatehouse.plan', true), ''))
  on conflict (user_id) do update
    set uuid = excluded.uuid, email = coalesce(excluded.email, q.email), person_id = coalesce(excluded.person_id, q.person_id),
      any_portal = q.any_portal or q.portals = '{}', portals = array(select distinct unnest(q.portals || excluded.portals)), plan_id = coalesce(excluded.plan_id, q.plan_id),
      generation = q.generation + 1, attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now();
  return old;
end $function$;

-- function: efs.queue_user_unassignment()
CREATE OR REPLACE FUNCTION efs.queue_user_unassignment()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
declare
  person  varchar(32);
  address varchar(255);
begin
  select e.person_id, left(u.primary_email, 255) into person, address
    from efs.users e left join public.users u on u.user_id = e.person_id where e.uid = old.user_id;
  update efs.iam_user_unassignment_queue set user_id = null where user_id = old.user_id and uuid <> old.uuid;
  insert into efs.iam_user_unassignment_queue as q (user_id, uuid, email, person_id)
  values (old.user_id, old.uuid, address, person)
  on conflict (user_id) do update
    set uuid = excluded.uuid, email = coalesce(excluded.email, q.email), person_id = coalesce(excluded.person_id, q.person_id),
      generation = q.generation + 1, attempts = 0, next_attempt_at = null, last_error = null, dead_at = null, updated_at = now();
  return old;
end $function$;

-- function: efs.remove_reference()
CREATE OR REPLACE FUNCTION efs.remove_reference()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
begin
  delete from efs.iam_portal_user_reference where portal_id = old.portal_id and user_id = old.user_id;
  return null;
end $function$;

-- function: efs.remove_token_data()
CREATE OR REPLACE FUNCTION efs.remove_token_data()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform efs.let_tokens_go(old.token_key, old.portal_id);
  return null;
end $function$;

-- function: efs.user_leaves()
CREATE OR REPLACE FUNCTION efs.user_leaves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from efs.iam_user_reference where user_id = old.uid;
  return old;
end $function$;

-- function: gatehouse.beyond_actor()
CREATE OR REPLACE FUNCTION gatehouse.beyond_actor()
 RETURNS text[]
 LANGUAGE plpgsql
AS $function$
declare
  beyond text := current_setting('gatehouse.beyond', true);
begin
  if coalesce(beyond, '') = '' then
    select chr(31) || coalesce(string_agg(distinct node, chr(31)), '') into beyond from gatehouse.own_givers()
      where own <> all (string_to_array(current_setting('gatehouse.rights'), ','));
    perform set_config('gatehouse.beyond', beyond, true);
  end if;
  return string_to_array(beyond, chr(31));
end $function$;

-- function: gatehouse.current_audit_epoch()
CREATE OR REPLACE FUNCTION gatehouse.current_audit_epoch()
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select epoch from gatehouse.audit_epoch order by epoch desc limit 1 $function$;

-- function: gatehouse.drop_address()
CREATE OR REPLACE FUNCTION gatehouse.drop_address()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.user_auth_param a where a.user_id = old.parent_id and a.type = 'EMAIL' and lower(a.param_value collate "C") = lower(old.email_address collate "C")
    and not exists (select from public.email_address e where e.parent_id = old.parent_id and e.active = 'Y' and lower(e.email_address collate "C") = lower(a.param_value collate "C"));
  return null;
end $function$;

-- function: gatehouse.drop_number()
CREATE OR REPLACE FUNCTION gatehouse.drop_number()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.user_auth_param a where a.user_id = old.parent_id and a.type = 'SMS'
    and a.param_value = gatehouse.sms_number(old.country_cd, old.area_cd, old.phone_nbr)
    and not exists (select from public.phone p where p.parent_id = old.parent_id and p.active = 'Y' and p.is_for_sms = 'Y'
      and gatehouse.sms_number(p.country_cd, p.area_cd, p.phone_nbr) = a.param_value);
  return null;
end $function$;

-- function: gatehouse.end_codes()
CREATE OR REPLACE FUNCTION gatehouse.end_codes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update public.login set sms_reset_token = null, sms_reset_token_exp = null, sms_reset_token_made = null
    where user_id = old.user_id and managed_sys_id = '0' and sms_reset_token is not null;
  return null;
end $function$;

-- function: gatehouse.end_links()
CREATE OR REPLACE FUNCTION gatehouse.end_links()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update public.login set pswd_reset_token = null, pswd_reset_token_exp = null, pswd_reset_token_made = null
    where user_id = old.user_id and managed_sys_id = '0' and pswd_reset_token is not null;
  return null;
end $function$;

-- function: gatehouse.end_offline_access()
CREATE OR REPLACE FUNCTION gatehouse.end_offline_access()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from gatehouse.oidc_artifact a where a.user_id = old.user_id and a.grant_hash is not null;
  return null;
end $function$;

-- function: gatehouse.end_password_sessions()
CREATE OR REPLACE FUNCTION gatehouse.end_password_sessions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.auth_state s where s.user_id = old.user_id and 'PASSWORD' = any(s.proved_by);
  delete from gatehouse.oidc_artifact a where a.user_id = old.user_id and a.grant_hash is not null
    and a.grant_hash not in (
      select t.grant_hash from gatehouse.oidc_artifact s join gatehouse.oidc_artifact t on t.uid_hash = s.uid_hash and t.kind = 'AccessToken' and t.grant_hash is not null
      where s.user_id = old.user_id and s.session_id is not null and s.kind = 'Session'
        and not exists (select from gatehouse.oidc_artifact o where o.grant_hash = t.grant_hash and (o.kind = 'RefreshToken' or o.kind = 'AccessToken' and o.uid_hash is null)));
  return null;
end $function$;

-- function: gatehouse.end_recovery()
CREATE OR REPLACE FUNCTION gatehouse.end_recovery()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.pswd_reset_token := null;
  new.pswd_reset_token_made := null;
  new.pswd_reset_token_exp := null;
  new.sms_reset_token := null;
  new.sms_reset_token_made := null;
  new.sms_reset_token_exp := null;
  delete from gatehouse.remembered_device where user_id in (old.user_id, new.user_id);
  return new;
end $function$;

-- function: gatehouse.end_sessions()
CREATE OR REPLACE FUNCTION gatehouse.end_sessions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.auth_state s where s.user_id = old.user_id
    and s.session_id is distinct from nullif(current_setting('gatehouse.session', true), '');
  return null;
end $function$;

-- function: gatehouse.forget_devices()
CREATE OR REPLACE FUNCTION gatehouse.forget_devices()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from gatehouse.remembered_device where user_id = old.user_id;
  return null;
end $function$;

-- function: gatehouse.guard_edge()
CREATE OR REPLACE FUNCTION gatehouse.guard_edge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  beyond text[] := gatehouse.beyond_actor();
  was text := case when tg_op <> 'INSERT' then tg_argv[0] || (to_jsonb(old) ->> tg_argv[1]) end;
  becomes text := case when tg_op <> 'DELETE' then tg_argv[0] || (to_jsonb(new) ->> tg_argv[1]) end;
  carried text;
begin
  if was = any(beyond) or becomes = any(beyond) then
    perform gatehouse.refuse_grant(substr(coalesce(becomes, was), 2));
  end if;
  if tg_op = 'UPDATE' and (starts_with(was, 'sGATEHOUSE_') or starts_with(becomes, 'sGATEHOUSE_')) then
    execute format('select min(own) from public.%I r cross join unnest(array[$2, $3]) target
      cross join lateral (select substr(target, 12) || '' '' || r.access_right_id as own) o
      where r.membership_id = $1 and starts_with(target, ''sGATEHOUSE_'') and own <> all ($4)', tg_argv[2])
      into carried using new.membership_id, was, becomes, string_to_array(current_setting('gatehouse.rights'), ',');
    if carried is not null then
      perform gatehouse.refuse_grant(carried);
    end if;
  end if;
  return null;
end $function$;

-- function: gatehouse.guard_node()
CREATE OR REPLACE FUNCTION gatehouse.guard_node()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_argv[0] || (to_jsonb(new) ->> tg_argv[1]) = any(gatehouse.beyond_actor()) then
    perform gatehouse.refuse_grant(to_jsonb(new) ->> tg_argv[1]);
  end if;
  return null;
end $function$;

-- function: gatehouse.guard_rights()
CREATE OR REPLACE FUNCTION gatehouse.guard_rights()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  edge varchar(32);
  given varchar(32);
  target text;
begin
  if tg_op = 'DELETE' then
    edge := old.membership_id;
    given := old.access_right_id;
  else
    edge := new.membership_id;
    given := new.access_right_id;
  end if;
  if tg_argv[0] = 'resource_user' then
    select coalesce((select 's' || m.resource_id from public.resource_user m where m.membership_id = edge),
      (select h.target from gatehouse.membership_history h where h.membership_id = edge and h.kind = 'us' order by h.recorded_to desc limit 1)) into target;
  else
    select e.target from gatehouse.access_edge e where e.membership_id = edge
      and e.kind = case tg_argv[0] when 'resource_group' then 'gs' when 'resource_role' then 'rs' when 'res_org_membership' then 'os' else 'ss' end
      order by e.recorded_to desc nulls first limit 1 into target;
  end if;
  if starts_with(target, 'sGATEHOUSE_') and substr(target, 12) || ' ' || given <> all (string_to_array(current_setting('gatehouse.rights'), ',')) then
    perform gatehouse.refuse_grant(substr(target, 12) || ' ' || given);
  end if;
  return null;
end $function$;

-- function: gatehouse.has_login(person character varying)
CREATE OR REPLACE FUNCTION gatehouse.has_login(person character varying)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from public.login l where l.user_id = person and l.managed_sys_id = '0' and l.is_active = 'Y' and l.status = 'ACTIVE')
$function$;

-- function: gatehouse.is_super_admin(person character varying)
CREATE OR REPLACE FUNCTION gatehouse.is_super_admin(person character varying)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from public.users u join public.user_role r using (user_id)
    where u.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and u.status in ('ACTIVE', 'PENDING_INITIAL_LOGIN')
      and (u.secondary_status is null or u.secondary_status = 'LOCKED')
      and (u.last_date is null or u.last_date >= (now() at time zone 'Etc/GMT-14')::date)
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
$function$;

-- function: gatehouse.keep_former_right()
CREATE OR REPLACE FUNCTION gatehouse.keep_former_right()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into gatehouse.former_right values (old.access_right_id) on conflict do nothing;
  return null;
end $function$;

-- function: gatehouse.keep_login_name()
CREATE OR REPLACE FUNCTION gatehouse.keep_login_name()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from gatehouse.logins_named(new.login, new.managed_sys_id) n where n.login_id <> new.login_id) then
    raise exception 'duplicate key value violates unique constraint "login_name_key"' using errcode = 'unique_violation', schema = 'public', table = 'login',
      constraint = 'login_name_key', detail = format('Key (lowercase_login, managed_sys_id)=(%s, %s) already exists.', new.lowercase_login, new.managed_sys_id);
  end if;
  return null;
end $function$;

-- function: gatehouse.keep_membership()
CREATE OR REPLACE FUNCTION gatehouse.keep_membership()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  rights varchar(32)[];
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(old) - array['status', 'edge_id', 'granted_by', 'recorded_from'] = to_jsonb(new) - array['status', 'edge_id', 'granted_by', 'recorded_from'] then
      return new;
    end if;
    new.recorded_from := now();
  end if;
  if old.recorded_from < now() then
    execute format('select coalesce(array_agg(access_right_id order by access_right_id), ''{}'') from public.%I where membership_id = $1', tg_argv[2])
      into rights using old.membership_id;
    insert into gatehouse.membership_history values (tg_argv[0], old.membership_id, old.user_id,
      right(tg_argv[0], 1) || (to_jsonb(old) ->> tg_argv[1]), old.start_date, old.end_date, rights, old.description,
      old.create_date, old.created_by, old.granted_by, old.recorded_from, now());
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $function$;

-- function: gatehouse.keep_membership_rights()
CREATE OR REPLACE FUNCTION gatehouse.keep_membership_rights()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  execute format(
    'with moved as (
       select m.*, %L::text || m.%I as target,
         (select coalesce(array_agg(r order by r), ''{}'') from (
            select access_right_id r from public.%I where membership_id = m.membership_id
            %s select access_right_id from changed c where c.membership_id = m.membership_id) had) as had
       from public.%I m where m.recorded_from < now() and m.membership_id in (select membership_id from changed)),
     kept as (
       insert into gatehouse.membership_history
       select %L, membership_id, user_id, target, start_date, end_date, had, description, create_date, created_by, granted_by, recorded_from, now()
       from moved returning membership_id)
     update public.%I m set recorded_from = now() from kept where kept.membership_id = m.membership_id',
    right(tg_argv[0], 1), tg_argv[1], tg_table_name, case tg_op when 'INSERT' then 'except' else 'union' end, tg_argv[2],
    tg_argv[0], tg_argv[2]);
  return null;
end $function$;

-- function: gatehouse.keep_one_super_admin(lasted boolean, signs boolean, rule text)
CREATE OR REPLACE FUNCTION gatehouse.keep_one_super_admin(lasted boolean, signs boolean, rule text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  -- Two who leave at once are one after the other; the second sees that the first is gone.
  perform pg_advisory_xact_lock(hashtext('gatehouse.super_admin'));
  if exists (select from public.user_role r where r.role_id = 'GATEHOUSE_SUPER_ADMIN'
    and case when lasted then gatehouse.lasts_as_super_admin(r.user_id) else gatehouse.is_super_admin(r.user_id) end
    and (not signs or gatehouse.has_login(r.user_id))) then return; end if;
  raise exception 'This would leave nobody who may administer everything: give the role of the super administrator to somebody else first.'
    using errcode = 'check_violation', constraint = rule;
end $function$;

-- function: gatehouse.keep_status()
CREATE OR REPLACE FUNCTION gatehouse.keep_status()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into gatehouse.user_status_history (user_id, status, secondary_status, recorded_to, create_date)
    values (old.user_id, old.status, old.secondary_status, now(), old.create_date)
    on conflict (user_id, recorded_to) do nothing;
  return null;
end $function$;

-- function: gatehouse.keep_super_admin()
CREATE OR REPLACE FUNCTION gatehouse.keep_super_admin()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  -- Who could not sign in is no loss.
  if exists (select from public.users u where u.user_id = old.user_id and (u.status not in ('ACTIVE', 'PENDING_INITIAL_LOGIN') or u.secondary_status in ('DISABLED', 'LOCKED_ADMIN'))) then return null; end if;
  perform gatehouse.keep_one_super_admin(old.end_date is null and not exists (select from gatehouse.delegation d where d.user_id = old.user_id)
    and not exists (select from public.users u where u.user_id = old.user_id and u.last_date is not null), gatehouse.has_login(old.user_id), tg_name);
  return null;
end $function$;

-- function: gatehouse.keep_super_admin_login()
CREATE OR REPLACE FUNCTION gatehouse.keep_super_admin_login()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if coalesce(current_setting('gatehouse.expiry', true), '') = 'true' or not gatehouse.is_super_admin(old.user_id) then return null; end if;
  perform gatehouse.keep_one_super_admin(gatehouse.lasts_as_super_admin(old.user_id), true, tg_name);
  return null;
end $function$;

-- function: gatehouse.keep_super_admin_role()
CREATE OR REPLACE FUNCTION gatehouse.keep_super_admin_role()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The role of the super administrator stays active: nobody could administer everything without it.'
    using errcode = 'check_violation', constraint = tg_name;
end $function$;

-- function: gatehouse.keep_super_admin_status()
CREATE OR REPLACE FUNCTION gatehouse.keep_super_admin_status()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN'
      and (r.start_date is null or r.start_date <= now()) and (r.end_date is null or r.end_date > now()))
    or coalesce(current_setting('gatehouse.expiry', true), '') = 'true' then return null; end if;
  perform gatehouse.keep_one_super_admin(old.last_date is null
    and exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
      and not exists (select from gatehouse.delegation d where d.user_id = new.user_id), gatehouse.has_login(new.user_id), tg_name);
  return null;
end $function$;

-- function: gatehouse.keep_super_admin_whole()
CREATE OR REPLACE FUNCTION gatehouse.keep_super_admin_whole()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not gatehouse.is_super_admin(new.user_id) or not exists (select from public.user_role r where r.user_id = new.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
    or exists (select from public.users u where u.user_id = new.user_id and u.last_date is not null)
    or (select count(*) from gatehouse.delegation d where d.user_id = new.user_id) > 1 then return null; end if;
  perform gatehouse.keep_one_super_admin(true, gatehouse.has_login(new.user_id), tg_name);
  return null;
end $function$;

-- function: gatehouse.lasts_as_super_admin(person character varying)
CREATE OR REPLACE FUNCTION gatehouse.lasts_as_super_admin(person character varying)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select gatehouse.is_super_admin(person) and not exists (select from gatehouse.delegation d where d.user_id = person)
    and exists (select from public.user_role r where r.user_id = person and r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.end_date is null)
    and exists (select from public.users u where u.user_id = person and u.last_date is null)
$function$;

-- function: gatehouse.logins_named(name text, system text)
CREATE OR REPLACE FUNCTION gatehouse.logins_named(name text, system text)
 RETURNS TABLE(login_id text, user_id text)
 LANGUAGE sql
 STABLE
AS $function$
  select l.login_id, l.user_id from public.login l where l.lowercase_login = lower(normalize(name, NFC)) and l.managed_sys_id = system
  union all select l.login_id, l.user_id from public.login l
    where l.login is not nfc normalized and lower(normalize(l.login, NFC)) = lower(normalize(name, NFC)) and l.managed_sys_id = system
$function$;

-- function: gatehouse.mirror_edge()
CREATE OR REPLACE FUNCTION gatehouse.mirror_edge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  edge jsonb;
  had varchar(32)[];
begin
  if tg_op <> 'INSERT' then
    if tg_op = 'UPDATE' and to_jsonb(old) - array['edge_id', 'granted_by'] = to_jsonb(new) - array['edge_id', 'granted_by'] then
      return null;
    end if;
    delete from gatehouse.access_edge where kind = tg_argv[0] and membership_id = old.membership_id and recorded_to is null and recorded_from = now();
    update gatehouse.access_edge set recorded_to = now() where kind = tg_argv[0] and membership_id = old.membership_id and recorded_to is null;
  end if;
  if tg_op = 'DELETE' then
    return null;
  end if;
  edge := to_jsonb(new);
  execute format('select coalesce(array_agg(access_right_id order by access_right_id), ''{}'') from public.%I where membership_id = $1', tg_argv[3])
    into had using new.membership_id;
  insert into gatehouse.access_edge values (tg_argv[0], new.membership_id, left(tg_argv[0], 1) || (edge ->> tg_argv[1]),
    right(tg_argv[0], 1) || (edge ->> tg_argv[2]), new.start_date, new.end_date, had, new.description,
    new.create_date, new.created_by, new.granted_by, now(), null);
  return null;
end $function$;

-- function: gatehouse.mirror_node()
CREATE OR REPLACE FUNCTION gatehouse.mirror_node()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  thing jsonb;
  key text;
begin
  thing := to_jsonb(case tg_op when 'DELETE' then old else new end);
  key := tg_argv[0] || (thing ->> tg_argv[1]);
  if tg_op <> 'INSERT' then
    delete from gatehouse.access_node where node = key and recorded_to is null and recorded_from = now();
    update gatehouse.access_node set recorded_to = now() where node = key and recorded_to is null;
  end if;
  if tg_op <> 'DELETE' then
    insert into gatehouse.access_node values (key, thing ->> tg_argv[2], coalesce(thing ->> 'status', 'ACTIVE') = 'ACTIVE',
      coalesce(thing ->> 'assign_to_all', thing ->> 'is_public', 'N') = 'Y', now(), null);
  end if;
  return null;
end $function$;

-- function: gatehouse.mirror_rights()
CREATE OR REPLACE FUNCTION gatehouse.mirror_rights()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  execute format(
    'with rights as (
       select c.membership_id, (select coalesce(array_agg(r.access_right_id order by r.access_right_id), ''{}'')
         from public.%1$I r where r.membership_id = c.membership_id) as now
       from (select distinct membership_id from changed) c),
     fresh as (
       update gatehouse.access_edge e set rights = r.now from rights r
       where e.kind = %2$L and e.membership_id = r.membership_id and e.recorded_to is null and e.recorded_from = now()),
     closed as (
       update gatehouse.access_edge e set recorded_to = now() from rights r
       where e.kind = %2$L and e.membership_id = r.membership_id and e.recorded_to is null and e.recorded_from < now()
       returning e.*, r.now)
     insert into gatehouse.access_edge
     select kind, membership_id, source, target, start_date, end_date, now, description, create_date, created_by, granted_by, now(), null
     from closed', tg_table_name, tg_argv[0]);
  return null;
end $function$;

-- function: gatehouse.name_order(name text)
CREATE OR REPLACE FUNCTION gatehouse.name_order(name text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT COST 20
AS $function$
declare
  folded text collate "C";
begin
  if octet_length(name) = char_length(name) then return lower(name collate "C"); end if;
  -- Accents, vowel points, the marks of voiced kana; what else was taken apart (Hangul) is put together again, so that no key is longer than its
  -- name. No name has a thousand letters, and normalize() takes the square of a run of accents.
  folded := lower(normalize(regexp_replace(normalize(left(name, 1024), NFD) collate "C",
    '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc'
    '\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\U0001d165-\U0001d169\U0001d16d-\U0001d172]', '', 'g'), NFC) collate "C");
  if octet_length(folded) = char_length(folded) then return folded; end if;
  -- A translation costs its length times that of the name, so each part is asked for first: Latin, Greek, Cyrillic, Armenian, more Cyrillic, the rest.
  if folded ~ '[\u00a0\u00c6\u00d0\u00d8\u00de\u00df\u00e6\u00f0\u00f8\u00fe\u0110\u0111\u0126\u0127\u0131-\u0133\u0141\u0142\u014a\u014b\u0152\u0153\u0166\u0167\u017f\u018f\u0259\u02bc\u1e9e\u2010\u2011\u2013\u2014\u2018\u2019\u202f\u2032]' then
    folded := translate(folded,
      ' ÆÐØÞðøĐđĦħıĲŁłŊŋŒŦŧſƏəʼẞ‐‑–—‘’ ′',
      ' ædoþdoddhhiĳllnnœttsee''ß----'''' ''');
    folded := replace(replace(replace(replace(replace(folded, 'æ', 'ae'), 'œ', 'oe'), 'ĳ', 'ij'), 'ß', 'ss'), 'þ', 'th');
  end if;
  if octet_length(folded) = char_length(folded) then return folded; end if;
  if folded ~ '[\u0370-\u0372\u0376\u037f\u0391-\u03a9\u03c2]' then
    folded := translate(folded,
      'ͰͲͶͿΑΕΗΙΟΥΩΒΓΔΖΘΚΛΜΝΞΠΡΣΤΦΧΨς',
      'ͱͳͷϳαεηιουωβγδζθκλμνξπρστφχψσ');
  end if;
  if folded ~ '[\u0402-\u040b\u040f-\u042f\u0452-\u045b\u045f\u0490\u0491]' then
    folded := translate(folded,
      'ЕЂГЄЅІЈЉЊЋКИУЏАБВДЖЗЛМНОПРСТФХЦЧШЩЪЫЬЭЮЯђєѕіјљњћџҐґ',
      'едгезиилнткиучабвджзлмнопрстфхцчшщъыьэюядезиилнтчгг');
  end if;
  if folded ~ '[\u0531-\u0556]' then
    folded := translate(folded,
      'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
      'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ');
  end if;
  if folded ~ '[\u0460-\u0474\u0478-\u0480\u048a-\u048e\u0492-\u04c0\u04c3-\u04cd\u04d4\u04d8\u04d9\u04e0\u04e8\u04e9\u04f6\u04fa-\u052e]' then
    folded := translate(folded,
      'ѠѢѣѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҒғҔҖҘҙҚқҜҞҠҡҢңҤҦҨҪҫҬҮүҰұҲҳҴҶҷҸҺһҼҾӀӃӅӇӉӋӍӔӘәӠӨөӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮ',
      'ѡееѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏггҕҗззккҝҟккннҥҧҩссҭууууххҵччҹххҽҿӏӄӆӈӊӌӎӕааӡооӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯ');
  end if;
  if folded ~ '[\u0138-\u0292\u03cf-\u03ff\u10a0-\u10cd\u13a0-\u13f5\u1c89-\u1cbf\u1efa-\u1efe\u2132-\u2183\u24b6-\u24cf\u2c00-\u2cf2\ua640-\ua69a\ua722-\ua7f5\uff21-\uff3a\U00010400-\U00010427\U000104b0-\U000104d3\U00010570-\U00010595\U00010c80-\U00010cb2\U00010d50-\U00010d65\U000118a0-\U000118bf\U00016e40-\U00016eb8\U0001e900-\U0001e921]' then
    folded := translate(folded,
      'ĸĿƀƁƂƄƆƇƉƊƋƎƐƑƒƓƔƖƗƘƙƜƝƟƢƤƦƧƩƬƮƱƲƳƴƵƶƷƸƼǄǅǇǈǊǋǝǤǥʒǱǲǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎɓɔɖɗɛɣɨɫɬɲʃʉʋϏϘϚϜϞϠϢϤϦϨϪϬϮϴϷϹϺϽϾϿႠႡႢႣႤႥ'
      'ႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫ'
      'ᏬᏭᏮᏯᏰᏱᏲᏳᏴᏵᲉᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿỺỼỾℲⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅬⅭⅮⅯↃⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏⰀⰁⰂⰃⰄⰅ'
      'ⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲ'
      'ꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞪꞫꞬꞭꞮꞰꞱꞲꞳꞴꞶꞸꞺ'
      'ꞼꞾꟀꟂꟄꟅꟆꟇꟉꟋꟌ꟎Ꟑ꟒꟔ꟖꟘꟚꟜꟵＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥𐐦𐐧𐒰𐒱𐒲𐒳𐒴𐒵𐒶𐒷𐒸𐒹𐒺𐒻𐒼𐒽𐒾𐒿𐓀𐓁𐓂𐓃𐓄𐓅𐓆𐓇'
      '𐓈𐓉𐓊𐓋𐓌𐓍𐓎𐓏𐓐𐓑𐓒𐓓𐕰𐕱𐕲𐕳𐕴𐕵𐕶𐕷𐕸𐕹𐕺𐕼𐕽𐕾𐕿𐖀𐖁𐖂𐖃𐖄𐖅𐖆𐖇𐖈𐖉𐖊𐖌𐖍𐖎𐖏𐖐𐖑𐖒𐖔𐖕𐲀𐲁𐲂𐲃𐲄𐲅𐲆𐲇𐲈𐲉𐲊𐲋𐲌𐲍𐲎𐲏𐲐𐲑𐲒𐲓𐲔𐲕𐲖𐲗𐲘𐲙𐲚𐲛𐲜𐲝𐲞𐲟𐲠𐲡𐲢𐲣𐲤𐲥𐲦𐲧𐲨𐲩𐲪𐲫𐲬𐲭𐲮𐲯𐲰𐲱𐲲𐵐𐵑𐵒𐵓𐵔𐵕𐵖𐵗𐵘𐵙𐵚𐵛'
      '𐵜𐵝𐵞𐵟𐵠𐵡𐵢𐵣𐵤𐵥𑢠𑢡𑢢𑢣𑢤𑢥𑢦𑢧𑢨𑢩𑢪𑢫𑢬𑢭𑢮𑢯𑢰𑢱𑢲𑢳𑢴𑢵𑢶𑢷𑢸𑢹𑢺𑢻𑢼𑢽𑢾𑢿𖹀𖹁𖹂𖹃𖹄𖹅𖹆𖹇𖹈𖹉𖹊𖹋𖹌𖹍𖹎𖹏𖹐𖹑𖹒𖹓𖹔𖹕𖹖𖹗𖹘𖹙𖹚𖹛𖹜𖹝𖹞𖹟𖺠𖺡𖺢𖺣𖺤𖺥𖺦𖺧𖺨𖺩𖺪𖺫𖺬𖺭𖺮𖺯𖺰𖺱𖺲𖺳𖺴𖺵𖺶𖺷𖺸𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊'
      '𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡',
      'kŀbbƃƅoƈddƌeeffɠgɩikkɯnɵƣƥʀƨsƭʈʊvyyzzzƹƽǆǆǉǉǌǌeggzǳǳƕƿȝƞȣȥⱥȼƚⱦɂbuʌɇɉɋɍɏboddegillnsuvϗϙϛϝϟϡϣϥϧϩϫϭϯθϸϲϻͻͼͽⴀⴁⴂⴃⴄⴅ'
      'ⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻ'
      'ꮼꮽꮾꮿᏸᏹᏺᏻᏼᏽᲊაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿỻỽỿⅎⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻⅼⅽⅾⅿↄⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩⰰⰱⰲⰳⰴⰵ'
      'ⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱟⱡlᵽɽⱨⱪⱬɑɱɐɒⱳⱶȿɀⲁⲃⲅⲇⲉⲋⲍⲏⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳ'
      'ꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꚙꚛꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞗꞙꞛꞝꞟꞡꞣꞥꞧꞩɦɜɡlɪʞʇʝꭓꞵꞷꞹꞻ'
      'ꞽꞿꟁꟃꞔʂᶎꟈꟊɤꟍ꟏ꟑꟓꟕꟗꟙꟛƛꟶａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍𐑎𐑏𐓘𐓙𐓚𐓛𐓜𐓝𐓞𐓟𐓠𐓡𐓢𐓣𐓤𐓥𐓦𐓧𐓨𐓩𐓪𐓫𐓬𐓭𐓮𐓯'
      '𐓰𐓱𐓲𐓳𐓴𐓵𐓶𐓷𐓸𐓹𐓺𐓻𐖗𐖘𐖙𐖚𐖛𐖜𐖝𐖞𐖟𐖠𐖡𐖣𐖤𐖥𐖦𐖧𐖨𐖩𐖪𐖫𐖬𐖭𐖮𐖯𐖰𐖱𐖳𐖴𐖵𐖶𐖷𐖸𐖹𐖻𐖼𐳀𐳁𐳂𐳃𐳄𐳅𐳆𐳇𐳈𐳉𐳊𐳋𐳌𐳍𐳎𐳏𐳐𐳑𐳒𐳓𐳔𐳕𐳖𐳗𐳘𐳙𐳚𐳛𐳜𐳝𐳞𐳟𐳠𐳡𐳢𐳣𐳤𐳥𐳦𐳧𐳨𐳩𐳪𐳫𐳬𐳭𐳮𐳯𐳰𐳱𐳲𐵰𐵱𐵲𐵳𐵴𐵵𐵶𐵷𐵸𐵹𐵺𐵻'
      '𐵼𐵽𐵾𐵿𐶀𐶁𐶂𐶃𐶄𐶅𑣀𑣁𑣂𑣃𑣄𑣅𑣆𑣇𑣈𑣉𑣊𑣋𑣌𑣍𑣎𑣏𑣐𑣑𑣒𑣓𑣔𑣕𑣖𑣗𑣘𑣙𑣚𑣛𑣜𑣝𑣞𑣟𖹠𖹡𖹢𖹣𖹤𖹥𖹦𖹧𖹨𖹩𖹪𖹫𖹬𖹭𖹮𖹯𖹰𖹱𖹲𖹳𖹴𖹵𖹶𖹷𖹸𖹹𖹺𖹻𖹼𖹽𖹾𖹿𖺻𖺼𖺽𖺾𖺿𖻀𖻁𖻂𖻃𖻄𖻅𖻆𖻇𖻈𖻉𖻊𖻋𖻌𖻍𖻎𖻏𖻐𖻑𖻒𖻓𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬'
      '𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀𞥁𞥂𞥃');
  end if;
  return folded;
end $function$;

-- function: gatehouse.own_givers()
CREATE OR REPLACE FUNCTION gatehouse.own_givers()
 RETURNS TABLE(node character varying, own text)
 LANGUAGE sql
 STABLE
AS $function$
  with recursive giving(node, own) as (
    select e.source, substr(e.target, 12) || ' ' || r from gatehouse.access_edge e cross join unnest(e.rights) r
    where e.target >= 'sGATEHOUSE_' and e.target < 'sGATEHOUSE`' and e.recorded_to is null and (e.end_date is null or e.end_date > now())
    union
    select e.source, g.own from giving g join gatehouse.access_edge e on e.target = g.node
    where e.recorded_to is null and (e.end_date is null or e.end_date > now()))
  select node, own from giving
$function$;

-- function: gatehouse.refuse_grant(what text)
CREATE OR REPLACE FUNCTION gatehouse.refuse_grant(what text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'This would give, or take away, rights in Gatehouse that you do not have yourself (%).', what
    using errcode = 'insufficient_privilege', constraint = 'own_access';
end $function$;

-- function: gatehouse.sms_number(country character varying, area character varying, number character varying)
CREATE OR REPLACE FUNCTION gatehouse.sms_number(country character varying, area character varying, number character varying)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case
    when plain ~ '^\+[1-9][0-9]{6,14}$' then plain
    when regexp_replace(country, '\D', '', 'g') ~ '[1-9]' and plain ~ '^[0-9]+$' then '+' || ltrim(regexp_replace(country, '\D', '', 'g'), '0') || ltrim(regexp_replace(coalesce(area, ''), '\D', '', 'g'), '0')
      || case when coalesce(area, '') = '' then ltrim(plain, '0') else plain end
  end from (select regexp_replace(number, '[\s().\u00a0/-]', '', 'g') as plain) n
$function$;

-- function: gatehouse.wake_recovery()
CREATE OR REPLACE FUNCTION gatehouse.wake_recovery()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if to_regprocedure('graphile_worker.add_job(text, json, text, timestamptz, integer, text, integer, text[], text)') is not null then
    perform graphile_worker.add_job('recover-accounts', max_attempts => 1);
  end if;
  return null;
end $function$;

-- function: gatehouse.wake_sender()
CREATE OR REPLACE FUNCTION gatehouse.wake_sender()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if to_regprocedure('graphile_worker.add_job(text, json, text, timestamptz, integer, text, integer, text[], text)') is not null then
    perform graphile_worker.add_job('send-messages', max_attempts => 1);
  end if;
  return null;
end $function$;

-- function: public.refuse_overlap()
CREATE OR REPLACE FUNCTION public.refuse_overlap()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  first_column constant text := tg_argv[0];
  second_column constant text := tg_argv[1];
  anchor text;
  overlapping text;
begin
  anchor := case first_column when 'user_id' then 'users' when 'company_id' then 'company' when 'role_id' then 'role'
    when 'grp_id' then 'grp' else 'res' end;
  if (select count(*) <= 100 from changed) then
    execute format('select 1 from public.%I where %I in (select %I from changed) order by %I for no key update',
      anchor, first_column, first_column, first_column);
  end if;
  execute format(
    'select c.membership_id from changed c join public.%1$I o on o.%2$I = c.%2$I and o.%3$I = c.%3$I
       and o.membership_id <> c.membership_id
       and coalesce(o.start_date, ''-infinity'') < coalesce(c.end_date, ''infinity'')
       and coalesce(c.start_date, ''-infinity'') < coalesce(o.end_date, ''infinity'') limit 1',
    tg_table_name, first_column, second_column) into overlapping;
  if overlapping is not null then
    raise exception using errcode = 'exclusion_violation', schema = tg_table_schema, table = tg_table_name,
      constraint = tg_table_name || '_period',
      message = format('the period of %s %s overlaps another one of the same pair', tg_table_name, overlapping);
  end if;
  return null;
end $function$;

-- table: efs.account_mapping
create table efs.account_mapping (
  population character varying(10) not null,
  portal_id integer,
  rules jsonb not null,
  updated_at timestamp with time zone not null,
  updated_by character varying(255) not null,
  constraint account_mapping_key UNIQUE NULLS NOT DISTINCT (portal_id, population),
  constraint account_mapping_population CHECK (((population)::text = ANY (ARRAY[('panelist'::character varying)::text, ('admin'::character varying)::text]))),
  constraint account_mapping_portal CHECK ((((population)::text = 'admin'::text) = (portal_id IS NULL)))
);

-- table: efs.adopted_row
create table efs.adopted_row (
  table_name character varying(64) not null,
  row_id integer not null,
  target_id integer not null,
  digest character varying(32) collate "C" not null,
  plan_id character varying(32) not null,
  constraint adopted_row_pkey PRIMARY KEY (table_name, row_id)
);

-- table: efs.iam_error_log
create table efs.iam_error_log (
  id integer generated by default as identity not null,
  created_at timestamp with time zone default now() not null,
  message text,
  status_code smallint default 0 not null,
  trace text,
  error_code character varying(36) default ''::character varying not null,
  constraint iam_error_log_pkey PRIMARY KEY (id)
);

-- table: efs.iam_portal_settings
create table efs.iam_portal_settings (
  id integer generated by default as identity not null,
  portal_id integer not null,
  key character varying(50),
  value character varying(255),
  constraint iam_portal_settings_key UNIQUE (portal_id, key),
  constraint iam_portal_settings_pkey PRIMARY KEY (id)
);

-- table: efs.iam_portal_user_group_unassignment_queue
create table efs.iam_portal_user_group_unassignment_queue (
  id integer generated by default as identity not null,
  user_id integer,
  uuid character varying(20) collate "C",
  email character varying(255),
  created_at timestamp with time zone default now(),
  updated_at timestamp with time zone default now(),
  person_id character varying(32),
  portals integer[] default '{}'::integer[] not null,
  plan_id character varying(32),
  generation integer default 1 not null,
  attempts integer default 0 not null,
  started_at timestamp with time zone,
  next_attempt_at timestamp with time zone,
  last_error character varying(500),
  dead_at timestamp with time zone,
  sent jsonb,
  any_portal boolean default false not null,
  constraint iam_portal_user_group_unassignment_queue_user_key UNIQUE (user_id),
  constraint iam_portal_user_group_unassignment_queue_pkey PRIMARY KEY (id)
);

-- table: efs.iam_portal_user_reference
create table efs.iam_portal_user_reference (
  id integer generated by default as identity not null,
  portal_id integer,
  user_id integer,
  uuid character varying(20) collate "C",
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  status smallint,
  has_data_changes smallint default 0,
  changes integer default 0 not null,
  constraint iam_portal_user_reference_key UNIQUE (portal_id, user_id),
  constraint iam_portal_user_reference_pkey PRIMARY KEY (id),
  constraint iam_portal_user_reference_has_data_changes_check CHECK ((has_data_changes = ANY (ARRAY[0, 1])))
);

-- table: efs.iam_token_data
create table efs.iam_token_data (
  session_id character varying(50) collate "C" not null,
  idp_response text,
  expires_at timestamp with time zone,
  constraint iam_token_data_pkey PRIMARY KEY (session_id)
);

-- table: efs.iam_user_reference
create table efs.iam_user_reference (
  id integer generated by default as identity not null,
  user_id integer,
  uuid character varying(20) collate "C",
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  status smallint,
  has_data_changes smallint default 0 not null,
  changes integer default 0 not null,
  constraint iam_user_reference_key UNIQUE (user_id),
  constraint iam_user_reference_pkey PRIMARY KEY (id),
  constraint iam_user_reference_has_data_changes_check CHECK ((has_data_changes = ANY (ARRAY[0, 1])))
);

-- table: efs.iam_user_unassignment_queue
create table efs.iam_user_unassignment_queue (
  id integer generated by default as identity not null,
  user_id integer,
  uuid character varying(20) collate "C",
  email character varying(255),
  created_at timestamp with time zone default now(),
  updated_at timestamp with time zone default now(),
  person_id character varying(32),
  generation integer default 1 not null,
  attempts integer default 0 not null,
  started_at timestamp with time zone,
  next_attempt_at timestamp with time zone,
  last_error character varying(500),
  dead_at timestamp with time zone,
  sent jsonb,
  constraint iam_user_unassignment_queue_user_key UNIQUE (user_id),
  constraint iam_user_unassignment_queue_pkey PRIMARY KEY (id)
);

-- table: efs.panelists
create table efs.panelists (
  uid integer generated by default as identity not null,
  person_id character varying(32) not null,
  created_at timestamp with time zone default now() not null,
  constraint efs_panelists_person_key UNIQUE (person_id),
  constraint panelists_pkey PRIMARY KEY (uid)
);

-- table: efs.portal
create table efs.portal (
  portal_id integer generated by default as identity not null,
  name character varying(100) not null,
  description character varying(255),
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  version integer default 1 not null,
  constraint portal_name_key UNIQUE (name),
  constraint portal_pkey PRIMARY KEY (portal_id)
);

-- table: efs.portal_panelist
create table efs.portal_panelist (
  portal_id integer not null,
  user_id integer not null,
  created_at timestamp with time zone default now() not null,
  linked boolean default false not null,
  constraint portal_panelist_pkey PRIMARY KEY (portal_id, user_id)
);

-- table: efs.portal_secret
create table efs.portal_secret (
  portal_id integer not null,
  secret_encrypted bytea not null,
  created_at timestamp with time zone not null,
  constraint portal_secret_pkey PRIMARY KEY (portal_id)
);

-- table: efs.portal_session
create table efs.portal_session (
  token_key character varying(50) collate "C" not null,
  user_id character varying(32) not null,
  session_id character varying(32) not null,
  portal_id integer not null,
  uid integer not null,
  uuid character varying(20) collate "C" not null,
  created_at timestamp with time zone not null,
  tokens_expire_at timestamp with time zone not null,
  refreshed integer default 0 not null,
  refreshing_until timestamp with time zone,
  constraint portal_session_session_key UNIQUE (user_id, session_id),
  constraint portal_session_pkey PRIMARY KEY (token_key)
);

-- table: efs.token_revocation
create table efs.token_revocation (
  token_key character varying(50) collate "C" not null,
  portal_id integer not null,
  idp_response text,
  attempts integer default 0 not null,
  due_at timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  generation bigint generated by default as identity not null,
  constraint token_revocation_pkey PRIMARY KEY (token_key)
);

-- table: efs.users
create table efs.users (
  uid integer generated by default as identity not null,
  person_id character varying(32) not null,
  created_at timestamp with time zone default now() not null,
  constraint efs_users_person_key UNIQUE (person_id),
  constraint users_pkey PRIMARY KEY (uid)
);

-- table: gatehouse.access_edge
create table gatehouse.access_edge (
  kind character varying(2) not null,
  membership_id character varying(32) not null,
  source character varying(33) collate "C" not null,
  target character varying(33) collate "C" not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  rights character varying(32)[] default '{}'::character varying[] not null,
  description character varying(255),
  create_date timestamp with time zone,
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone not null,
  recorded_to timestamp with time zone
);

-- table: gatehouse.access_node
create table gatehouse.access_node (
  node character varying(33) collate "C" not null,
  name character varying(255),
  active boolean not null,
  everyone boolean not null,
  recorded_from timestamp with time zone not null,
  recorded_to timestamp with time zone
);

-- table: gatehouse.audit_block
create table gatehouse.audit_block (
  block_no bigint not null,
  first_epoch integer not null,
  first_xid xid8 not null,
  first_event_id character varying(32) collate "C" not null,
  last_epoch integer not null,
  last_xid xid8 not null,
  last_event_id character varying(32) collate "C" not null,
  event_count integer not null,
  event_ids bytea,
  leaves bytea,
  content_hash bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  key_id character varying(64) not null,
  signature bytea not null,
  sealed_at timestamp(3) with time zone not null,
  dropped_at timestamp(3) with time zone,
  constraint audit_block_pkey PRIMARY KEY (block_no)
);

-- table: gatehouse.audit_epoch
create table gatehouse.audit_epoch (
  epoch integer not null,
  cluster text not null,
  started_at timestamp(3) with time zone not null,
  constraint audit_epoch_pkey PRIMARY KEY (epoch)
);

-- table: gatehouse.audit_event
create table gatehouse.audit_event (
  event_id character varying(32) collate "C" not null,
  epoch integer default gatehouse.current_audit_epoch() not null,
  xid xid8 default pg_current_xact_id() not null,
  at timestamp(3) with time zone not null,
  actor_id character varying(32) collate "C",
  source character varying(20) not null,
  action character varying(100) not null,
  target_type character varying(40) not null,
  target_id character varying(255) collate "C" not null,
  result character varying(60) not null,
  correlation_id character varying(255) collate "C",
  origin json,
  origin_salt bytea,
  origin_digest bytea,
  changes json,
  changes_salt bytea,
  changes_digest bytea,
  digest bytea not null,
  erased_at timestamp(3) with time zone,
  constraint audit_event_pkey PRIMARY KEY (event_id),
  constraint audit_event_digest_length CHECK ((octet_length(digest) = 32)),
  constraint audit_event_id_form CHECK (((event_id)::text ~ '^[0-9a-f]{32}$'::text))
);

-- table: gatehouse.data_key
create table gatehouse.data_key (
  name character varying(40) not null,
  key_encrypted bytea not null,
  created_at timestamp with time zone not null,
  constraint data_key_pkey PRIMARY KEY (name)
);

-- table: gatehouse.delegation
create table gatehouse.delegation (
  delegation_id character varying(32) not null,
  user_id character varying(32) not null,
  kind character varying(20) not null,
  company_id character varying(32),
  grp_id character varying(32),
  with_descendants boolean default false not null,
  create_date timestamp with time zone not null,
  created_by character varying(32),
  constraint delegation_key UNIQUE NULLS NOT DISTINCT (user_id, kind, company_id, grp_id),
  constraint delegation_pkey PRIMARY KEY (delegation_id),
  constraint delegation_kind CHECK (((kind)::text = ANY (ARRAY[('ORGANIZATION'::character varying)::text, ('GROUP'::character varying)::text, ('REPORTS'::character varying)::text]))),
  constraint delegation_target CHECK (((((kind)::text = 'ORGANIZATION'::text) = (company_id IS NOT NULL)) AND (((kind)::text = 'GROUP'::text) = (grp_id IS NOT NULL))))
);

-- table: gatehouse.event_consumer
create table gatehouse.event_consumer (
  name character varying(100) not null,
  epoch integer not null,
  xid xid8 not null,
  event_id character varying(32) collate "C" not null,
  updated_at timestamp(3) with time zone not null,
  constraint event_consumer_pkey PRIMARY KEY (name)
);

-- table: gatehouse.factor_challenge
create table gatehouse.factor_challenge (
  mark bytea not null,
  kind character varying(20) not null,
  user_id character varying(32),
  param_id character varying(32),
  code_hash bytea,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint factor_challenge_pkey PRIMARY KEY (mark),
  constraint factor_challenge_kind CHECK (((kind)::text = ANY (ARRAY[('PASSKEY'::character varying)::text, ('ENROL'::character varying)::text, ('CODE'::character varying)::text])))
);

-- table: gatehouse.former_right
create table gatehouse.former_right (
  access_right_id character varying(32) not null,
  constraint former_right_pkey PRIMARY KEY (access_right_id)
);

-- table: gatehouse.idempotency_key
create table gatehouse.idempotency_key (
  principal character varying(255) not null,
  key_hash bytea not null,
  method character varying(10) not null,
  path text not null,
  body_hash bytea not null,
  status smallint,
  response_headers jsonb,
  response text,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_key_pkey PRIMARY KEY (principal, key_hash)
);

-- table: gatehouse.membership_history
create table gatehouse.membership_history (
  kind character varying(2) not null,
  membership_id character varying(32) not null,
  user_id character varying(32) not null,
  target character varying(33) collate "C" not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  rights character varying(32)[] default '{}'::character varying[] not null,
  description character varying(255),
  create_date timestamp with time zone,
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone not null,
  recorded_to timestamp with time zone not null,
  constraint membership_history_pkey PRIMARY KEY (kind, membership_id, recorded_to)
);

-- table: gatehouse.message
create table gatehouse.message (
  message_id character varying(32) not null,
  template character varying(40) not null,
  channel character varying(10) not null,
  user_id character varying(32),
  recipient character varying(320) not null,
  locale character varying(35) not null,
  content jsonb not null,
  secrets_encrypted bytea,
  status character varying(10) not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  last_error character varying(500),
  awaited boolean default false not null,
  constraint message_pkey PRIMARY KEY (message_id),
  constraint message_channel CHECK (((channel)::text = ANY (ARRAY[('EMAIL'::character varying)::text, ('SMS'::character varying)::text]))),
  constraint message_secrets CHECK ((((status)::text = 'QUEUED'::text) OR (secrets_encrypted IS NULL))),
  constraint message_status CHECK (((status)::text = ANY (ARRAY[('QUEUED'::character varying)::text, ('SENT'::character varying)::text, ('DEAD'::character varying)::text])))
);

-- table: gatehouse.migration
create table gatehouse.migration (
  name text not null,
  applied_at timestamp with time zone default now() not null,
  checksum text not null,
  constraint migration_pkey PRIMARY KEY (name)
);

-- table: gatehouse.oidc_artifact
create table gatehouse.oidc_artifact (
  artifact_hash bytea not null,
  kind character varying(30) not null,
  grant_hash bytea,
  uid_hash bytea,
  user_id character varying(32),
  client_id character varying(32),
  session_id character varying(32),
  scope text,
  audience text,
  thumbprint character varying(64),
  payload bytea not null,
  consumed_at timestamp with time zone,
  create_date timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint oidc_artifact_pkey PRIMARY KEY (artifact_hash)
);

-- table: gatehouse.oidc_client
create table gatehouse.oidc_client (
  client_id character varying(32) not null,
  name character varying(100) not null,
  description character varying(255),
  is_active character(1) default 'Y'::bpchar not null,
  application_type character varying(20) not null,
  authentication character varying(30) not null,
  grant_types text[] not null,
  redirect_uris text[] not null,
  post_logout_redirect_uris text[] not null,
  scopes text[] not null,
  subject_type character varying(20) not null,
  first_party character(1) default 'N'::bpchar not null,
  least_level numeric(5,1) default 0 not null,
  user_id character varying(32),
  public_keys jsonb,
  id_token_algorithm character varying(20) not null,
  require_pushed character(1) default 'N'::bpchar not null,
  require_dpop character(1) default 'N'::bpchar not null,
  backchannel_logout_uri character varying(2000),
  introspects character(1) default 'N'::bpchar not null,
  version integer default 1 not null,
  create_date timestamp with time zone not null,
  created_by character varying(32),
  last_update timestamp with time zone not null,
  site_id character varying(32),
  claims jsonb,
  constraint oidc_client_name_key UNIQUE (name),
  constraint oidc_client_pkey PRIMARY KEY (client_id),
  constraint oidc_client_application_type CHECK (((application_type)::text = ANY (ARRAY[('web'::character varying)::text, ('native'::character varying)::text]))),
  constraint oidc_client_authentication CHECK (((authentication)::text = ANY (ARRAY[('client_secret_basic'::character varying)::text, ('client_secret_post'::character varying)::text, ('private_key_jwt'::character varying)::text, ('none'::character varying)::text]))),
  constraint oidc_client_first_party_check CHECK ((first_party = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint oidc_client_introspects_check CHECK ((introspects = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint oidc_client_is_active_check CHECK ((is_active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint oidc_client_require_dpop_check CHECK ((require_dpop = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint oidc_client_require_pushed_check CHECK ((require_pushed = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint oidc_client_subject_type CHECK (((subject_type)::text = ANY (ARRAY[('public'::character varying)::text, ('pairwise'::character varying)::text])))
);

-- table: gatehouse.oidc_client_secret
create table gatehouse.oidc_client_secret (
  secret_id character varying(32) not null,
  client_id character varying(32) not null,
  secret_hash bytea not null,
  create_date timestamp with time zone not null,
  created_by character varying(32),
  expires_at timestamp with time zone,
  constraint oidc_client_secret_hash_key UNIQUE (secret_hash),
  constraint oidc_client_secret_pkey PRIMARY KEY (secret_id)
);

-- table: gatehouse.oidc_consent
create table gatehouse.oidc_consent (
  user_id character varying(32) not null,
  client_id character varying(32) not null,
  scopes text[] not null,
  create_date timestamp with time zone not null,
  last_update timestamp with time zone not null,
  constraint oidc_consent_pkey PRIMARY KEY (user_id, client_id)
);

-- table: gatehouse.oidc_logout
create table gatehouse.oidc_logout (
  client_id character varying(32) not null,
  sid character varying(100) not null,
  user_id character varying(32) not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint oidc_logout_pkey PRIMARY KEY (client_id, sid)
);

-- table: gatehouse.plan
create table gatehouse.plan (
  plan_id character varying(32) not null,
  kind character varying(20) not null,
  status character varying(20) default 'planning'::character varying not null,
  title character varying(255) not null,
  options jsonb default '{}'::jsonb not null,
  counts jsonb default '{}'::jsonb not null,
  steps integer default 0 not null,
  applied_through integer default 0 not null,
  failed integer default 0 not null,
  stop_reason text,
  created_at timestamp with time zone not null,
  created_by character varying(255) not null,
  applied_at timestamp with time zone,
  applied_by character varying(255),
  correlation_id character varying(64),
  actor_id character varying(32),
  release_reason character varying(1000),
  released_at timestamp with time zone,
  released_by character varying(255),
  constraint plan_pkey PRIMARY KEY (plan_id),
  constraint plan_status CHECK (((status)::text = ANY (ARRAY[('planning'::character varying)::text, ('planned'::character varying)::text, ('stopped'::character varying)::text, ('applying'::character varying)::text, ('applied'::character varying)::text, ('cancelled'::character varying)::text, ('undone'::character varying)::text])))
);

-- table: gatehouse.plan_key
create table gatehouse.plan_key (
  plan_id character varying(32) not null,
  resource character varying(40) not null,
  key_hash character varying(32) not null,
  target_id character varying(64) not null,
  line integer not null
);

-- table: gatehouse.plan_read
create table gatehouse.plan_read (
  plan_id character varying(32) not null,
  resource character varying(40) not null,
  target_id character varying(64) not null,
  version integer not null,
  is_referred boolean default false not null,
  constraint plan_read_pkey PRIMARY KEY (plan_id, resource, target_id)
);

-- table: gatehouse.plan_step
create table gatehouse.plan_step (
  plan_id character varying(32) not null,
  step_no integer not null,
  action character varying(20) not null,
  resource character varying(40) not null,
  target_id character varying(64),
  source character varying(255),
  line integer,
  label character varying(255),
  changes jsonb,
  problems jsonb,
  secret bytea,
  status character varying(10) default 'planned'::character varying not null,
  result jsonb,
  constraint plan_step_pkey PRIMARY KEY (plan_id, step_no),
  constraint plan_step_status CHECK (((status)::text = ANY (ARRAY[('planned'::character varying)::text, ('sent'::character varying)::text, ('done'::character varying)::text, ('failed'::character varying)::text, ('undone'::character varying)::text])))
);

-- table: gatehouse.portal_sign_in
create table gatehouse.portal_sign_in (
  state_hash bytea not null,
  browser_hash bytea not null,
  portal_id integer not null,
  sealed bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint portal_sign_in_pkey PRIMARY KEY (state_hash)
);

-- table: gatehouse.recovery_code
create table gatehouse.recovery_code (
  param_id character varying(32) not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  constraint recovery_code_pkey PRIMARY KEY (param_id, code_hash)
);

-- table: gatehouse.recovery_request
create table gatehouse.recovery_request (
  request_id character varying(32) not null,
  kind character varying(20) not null,
  name character varying(320) not null,
  ip character varying(60),
  created_at timestamp with time zone not null,
  constraint recovery_request_pkey PRIMARY KEY (request_id),
  constraint recovery_request_kind CHECK (((kind)::text = ANY (ARRAY[('PASSWORD'::character varying)::text, ('PASSWORD_BY_SMS'::character varying)::text, ('UNLOCK'::character varying)::text, ('USER_NAME'::character varying)::text])))
);

-- table: gatehouse.remembered_device
create table gatehouse.remembered_device (
  device_id character varying(32) not null,
  user_id character varying(32) not null,
  mark bytea not null,
  device character varying(100),
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ip_address character varying(60),
  constraint remembered_device_key UNIQUE (user_id, mark),
  constraint remembered_device_pkey PRIMARY KEY (device_id)
);

-- table: gatehouse.remote_event
create table gatehouse.remote_event (
  event_id character varying(64) not null,
  came_at timestamp with time zone default clock_timestamp() not null,
  constraint remote_event_pkey PRIMARY KEY (event_id)
);

-- table: gatehouse.setting
create table gatehouse.setting (
  name character varying(100) not null,
  value jsonb not null,
  updated_at timestamp with time zone default now() not null,
  updated_by character varying(255),
  constraint setting_pkey PRIMARY KEY (name)
);

-- table: gatehouse.sign_in_place
create table gatehouse.sign_in_place (
  user_id character varying(32) not null,
  kind character varying(10) not null,
  mark bytea not null,
  last_seen timestamp with time zone not null,
  constraint sign_in_place_pkey PRIMARY KEY (user_id, kind, mark),
  constraint sign_in_place_kind CHECK (((kind)::text = ANY (ARRAY[('DEVICE'::character varying)::text, ('NETWORK'::character varying)::text])))
);

-- table: gatehouse.sign_in_throttle
create table gatehouse.sign_in_throttle (
  kind character varying(10) not null,
  mark bytea not null,
  began_at timestamp with time zone not null,
  attempts integer not null,
  constraint sign_in_throttle_pkey PRIMARY KEY (kind, mark),
  constraint sign_in_throttle_kind CHECK (((kind)::text = ANY (ARRAY[('ADDRESS'::character varying)::text, ('ACCOUNT'::character varying)::text])))
);

-- table: gatehouse.signing_key
create table gatehouse.signing_key (
  key_id character varying(64) not null,
  purpose character varying(40) not null,
  algorithm character varying(20) default 'EdDSA'::character varying not null,
  public_key text not null,
  private_key_encrypted bytea not null,
  created_at timestamp with time zone default now() not null,
  retired_at timestamp with time zone,
  constraint signing_key_pkey PRIMARY KEY (key_id)
);

-- table: gatehouse.sync_hint
create table gatehouse.sync_hint (
  uuid character varying(20) collate "C" not null,
  place bigint generated always as identity not null,
  noted_at timestamp with time zone default clock_timestamp() not null,
  looked integer[] default '{}'::integer[] not null,
  constraint sync_hint_pkey PRIMARY KEY (uuid)
);

-- table: gatehouse.sync_lease
create table gatehouse.sync_lease (
  name character varying(20) not null,
  token bigint not null,
  constraint sync_lease_pkey PRIMARY KEY (name)
);

-- table: gatehouse.sync_run
create table gatehouse.sync_run (
  run_id character varying(32) not null,
  token bigint generated always as identity not null,
  kind character varying(20) not null,
  portal_id integer,
  plan_id character varying(32),
  status character varying(20) default 'running'::character varying not null,
  step character varying(40) default 'starting'::character varying not null,
  done integer default 0 not null,
  total integer,
  requests integer default 0 not null,
  rates jsonb default '{}'::jsonb not null,
  result jsonb default '{}'::jsonb not null,
  reason text,
  started_at timestamp with time zone default clock_timestamp() not null,
  heartbeat_at timestamp with time zone default clock_timestamp() not null,
  lease_until timestamp with time zone not null,
  ended_at timestamp with time zone,
  started_by character varying(255) not null,
  source character varying(10) not null,
  correlation_id character varying(64),
  constraint sync_run_token_key UNIQUE (token),
  constraint sync_run_pkey PRIMARY KEY (run_id),
  constraint sync_run_status CHECK (((status)::text = ANY (ARRAY[('running'::character varying)::text, ('done'::character varying)::text, ('failed'::character varying)::text, ('stopped'::character varying)::text, ('skipped'::character varying)::text, ('interrupted'::character varying)::text])))
);

-- table: gatehouse.user_status_history
create table gatehouse.user_status_history (
  user_id character varying(32) not null,
  status character varying(40) not null,
  secondary_status character varying(40),
  recorded_to timestamp with time zone not null,
  create_date timestamp with time zone,
  constraint user_status_history_pkey PRIMARY KEY (user_id, recorded_to)
);

-- table: public.access_rights
create table public.access_rights (
  access_right_id character varying(32) not null,
  name character varying(100) not null,
  metadate_type_id_1 character varying(32),
  metadate_type_id_2 character varying(32),
  description character varying(255),
  managed_sys_id character varying(32),
  create_date timestamp with time zone,
  created_by character varying(32),
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  version integer default 1 not null,
  search_text text default ''::text not null,
  is_system character(1) default 'N'::bpchar not null,
  constraint access_rights_name_key UNIQUE (name),
  constraint access_rights_pkey PRIMARY KEY (access_right_id),
  constraint access_rights_is_system_check CHECK ((is_system = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.address
create table public.address (
  address_id character varying(32) not null,
  name character varying(100),
  country character varying(100),
  bldg_num character varying(100),
  street_direction character varying(20),
  suite character varying(20),
  address1 character varying(400),
  address2 character varying(400),
  address3 character varying(400),
  address4 character varying(400),
  address5 character varying(400),
  address6 character varying(400),
  address7 character varying(400),
  city character varying(100),
  state character varying(100),
  postal_cd character varying(100),
  is_default character(1) default 'N'::bpchar not null,
  description character varying(100),
  active character(1) default 'Y'::bpchar not null,
  parent_id character varying(32) not null,
  last_update timestamp with time zone,
  create_date timestamp with time zone,
  type_id character varying(32),
  copy_from_location_id character varying(32),
  published character(1) default 'N'::bpchar not null,
  constraint address_pkey PRIMARY KEY (address_id),
  constraint address_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint address_is_default_check CHECK ((is_default = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint address_published_check CHECK ((published = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.auth_level
create table public.auth_level (
  auth_level_id character varying(32) not null,
  name character varying(100) not null,
  level integer not null,
  requires_authentication character(1) default 'Y'::bpchar not null,
  constraint auth_level_level_key UNIQUE (level),
  constraint auth_level_name_key UNIQUE (name),
  constraint auth_level_pkey PRIMARY KEY (auth_level_id),
  constraint auth_level_requires_authentication_check CHECK ((requires_authentication = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.auth_level_attribute
create table public.auth_level_attribute (
  auth_level_attribute_id character varying(32) not null,
  auth_level_grouping_id character varying(32) not null,
  type_id character varying(32),
  name character varying(100) not null,
  value text,
  constraint auth_level_attribute_name_key UNIQUE (auth_level_grouping_id, name),
  constraint auth_level_attribute_pkey PRIMARY KEY (auth_level_attribute_id)
);

-- table: public.auth_level_grouping
create table public.auth_level_grouping (
  auth_level_grouping_id character varying(32) not null,
  auth_level_id character varying(32) not null,
  name character varying(100) not null,
  constraint auth_level_grouping_name_key UNIQUE (name),
  constraint auth_level_grouping_pkey PRIMARY KEY (auth_level_grouping_id)
);

-- table: public.auth_state
create table public.auth_state (
  user_id character varying(32) not null,
  auth_state numeric(5,1) default 0 not null,
  last_login timestamp with time zone,
  ip_address character varying(60),
  session_id character varying(32) not null,
  content_provider_id character varying(32),
  is_new_flags integer default 0 not null,
  expires_at timestamp with time zone not null,
  last_seen timestamp with time zone not null,
  next_step character varying(30),
  device character varying(100),
  user_agent character varying(400),
  proved_at timestamp with time zone,
  idle_minutes integer,
  proved_by text[] default '{}'::text[] not null,
  proved_level numeric(5,1),
  constraint auth_state_session_key UNIQUE (session_id),
  constraint auth_state_pkey PRIMARY KEY (user_id, session_id)
);

-- table: public.auth_state_auth_param_xref
create table public.auth_state_auth_param_xref (
  xref_id character varying(32) not null,
  user_id character varying(32) not null,
  session_id character varying(32) not null,
  param_id character varying(32) not null,
  constraint auth_state_auth_param_xref_key UNIQUE (user_id, session_id, param_id),
  constraint auth_state_auth_param_xref_pkey PRIMARY KEY (xref_id)
);

-- table: public.company
create table public.company (
  company_id character varying(32) not null,
  company_name character varying(200) not null,
  lst_update timestamp with time zone,
  lst_updated_by character varying(32),
  parent_id character varying(32),
  status character varying(20) default 'ACTIVE'::character varying not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  alias character varying(200),
  description character varying(512),
  domain_name character varying(250),
  ldap_str character varying(255),
  classification character varying(40),
  org_type_id character varying(32),
  is_selectable character(1) default 'Y'::bpchar not null,
  type_id character varying(32),
  policy_id character varying(32),
  certifier_id character varying(32),
  search_text text default ''::text not null,
  version integer default 1 not null,
  constraint company_pkey PRIMARY KEY (company_id),
  constraint company_is_selectable_check CHECK ((is_selectable = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.company_attribute
create table public.company_attribute (
  company_attr_id character varying(32) not null,
  company_id character varying(32) not null,
  name character varying(100) not null,
  metadata_id character varying(32),
  constraint company_attribute_name_key UNIQUE (company_id, name),
  constraint company_attribute_pkey PRIMARY KEY (company_attr_id)
);

-- table: public.company_attribute_values
create table public.company_attribute_values (
  company_attribute_id character varying(32) not null,
  attr_value text,
  ordinal integer default 0 not null,
  constraint company_attribute_values_pkey PRIMARY KEY (company_attribute_id, ordinal)
);

-- table: public.company_to_company_membership
create table public.company_to_company_membership (
  company_id character varying(32) not null,
  member_company_id character varying(32) not null,
  create_date timestamp with time zone,
  update_date timestamp with time zone,
  created_by character varying(32),
  updated_by character varying(32),
  membership_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  granted_by character varying(255),
  constraint company_to_company_membership_start_key UNIQUE NULLS NOT DISTINCT (company_id, member_company_id, start_date),
  constraint company_to_company_membership_pkey PRIMARY KEY (membership_id),
  constraint company_to_company_membership_dates CHECK ((start_date < end_date)),
  constraint company_to_company_membership_self CHECK (((company_id)::text <> (member_company_id)::text))
);

-- table: public.content_provider
create table public.content_provider (
  content_provider_id character varying(32) not null,
  content_provider_name character varying(100) not null,
  domain_pattern character varying(100) not null,
  is_ssl character(1),
  is_public character(1) default 'N'::bpchar not null,
  resource_id character varying(32),
  managed_sys_id character varying(32),
  ui_theme_id character varying(32),
  show_on_app_page character(1) default 'Y'::bpchar not null,
  login_url character varying(300),
  postback_url_param_name character varying(50),
  min_auth_level character varying(32),
  locale character varying(35),
  version integer default 1 not null,
  constraint content_provider_name_key UNIQUE (content_provider_name),
  constraint content_provider_pattern_key UNIQUE NULLS NOT DISTINCT (domain_pattern, is_ssl),
  constraint content_provider_pkey PRIMARY KEY (content_provider_id),
  constraint content_provider_is_public_check CHECK ((is_public = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint content_provider_is_ssl_check CHECK ((is_ssl = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint content_provider_show_on_app_page_check CHECK ((show_on_app_page = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.email_address
create table public.email_address (
  email_id character varying(32) not null,
  name character varying(100),
  description character varying(100),
  email_address character varying(320) not null,
  is_default character(1) default 'N'::bpchar not null,
  active character(1) default 'Y'::bpchar not null,
  parent_id character varying(32) not null,
  last_update timestamp with time zone,
  create_date timestamp with time zone,
  type_id character varying(32),
  published character(1) default 'N'::bpchar not null,
  constraint email_address_pkey PRIMARY KEY (email_id),
  constraint email_address_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint email_address_is_default_check CHECK ((is_default = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint email_address_published_check CHECK ((published = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.group_organization
create table public.group_organization (
  membership_id character varying(32) not null,
  grp_id character varying(32) not null,
  company_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint group_organization_start_key UNIQUE NULLS NOT DISTINCT (grp_id, company_id, start_date),
  constraint group_organization_pkey PRIMARY KEY (membership_id),
  constraint group_organization_dates CHECK ((start_date < end_date))
);

-- table: public.grp
create table public.grp (
  grp_id character varying(32) not null,
  grp_name character varying(255) not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  group_desc character varying(512),
  status character varying(20) default 'ACTIVE'::character varying not null,
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  managed_sys_id character varying(32),
  type_id character varying(32),
  grp_classification character varying(32),
  ad_grp_type character varying(32),
  ad_grp_scope character varying(32),
  grp_risk character varying(32),
  max_user_number integer,
  membership_duration_seconds bigint,
  policy_id character varying(32),
  assign_to_all character(1) default 'N'::bpchar not null,
  is_visible character(1) default 'Y'::bpchar not null,
  participant_certification character(1) default 'Y'::bpchar not null,
  admin_resource_id character varying(32),
  graph_id character varying(100),
  version integer default 1 not null,
  search_text text default ''::text not null,
  constraint grp_name_key UNIQUE NULLS NOT DISTINCT (grp_name, managed_sys_id),
  constraint grp_pkey PRIMARY KEY (grp_id),
  constraint grp_assign_to_all_check CHECK ((assign_to_all = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint grp_duration CHECK ((membership_duration_seconds > 0)),
  constraint grp_is_visible_check CHECK ((is_visible = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint grp_max_user_number CHECK ((max_user_number >= 0)),
  constraint grp_participant_certification_check CHECK ((participant_certification = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint grp_status CHECK (((status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('DELETED'::character varying)::text, ('PENDING_APPROVAL'::character varying)::text])))
);

-- table: public.grp_grp_membership_rights
create table public.grp_grp_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint grp_grp_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.grp_org_membership_rights
create table public.grp_org_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint grp_org_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.grp_role
create table public.grp_role (
  membership_id character varying(32) not null,
  role_id character varying(32) not null,
  grp_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint grp_role_start_key UNIQUE NULLS NOT DISTINCT (role_id, grp_id, start_date),
  constraint grp_role_pkey PRIMARY KEY (membership_id),
  constraint grp_role_dates CHECK ((start_date < end_date))
);

-- table: public.grp_role_membership_rights
create table public.grp_role_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint grp_role_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.grp_to_grp_membership
create table public.grp_to_grp_membership (
  membership_id character varying(32) not null,
  grp_id character varying(32) not null,
  member_grp_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint grp_to_grp_membership_start_key UNIQUE NULLS NOT DISTINCT (grp_id, member_grp_id, start_date),
  constraint grp_to_grp_membership_pkey PRIMARY KEY (membership_id),
  constraint grp_to_grp_membership_dates CHECK ((start_date < end_date)),
  constraint grp_to_grp_membership_self CHECK (((grp_id)::text <> (member_grp_id)::text))
);

-- table: public.identity_quest_grp
create table public.identity_quest_grp (
  identity_quest_grp_id character varying(32) not null,
  name character varying(60) not null,
  status character varying(20) default 'ACTIVE'::character varying not null,
  company_owner_id character varying(32),
  version integer default 1 not null,
  constraint identity_quest_grp_name_key UNIQUE (name),
  constraint identity_quest_grp_pkey PRIMARY KEY (identity_quest_grp_id)
);

-- table: public.identity_question
create table public.identity_question (
  identity_question_id character varying(32) not null,
  identity_quest_grp_id character varying(32) not null,
  active character(1) default 'Y'::bpchar not null,
  question_text character varying(2000) not null,
  display_order integer default 0 not null,
  version integer default 1 not null,
  constraint identity_question_pkey PRIMARY KEY (identity_question_id),
  constraint identity_question_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.it_policy
create table public.it_policy (
  it_policy_id character varying(32) not null,
  approve_type character varying(20) default 'ONCE'::character varying not null,
  active character(1) default 'N'::bpchar not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  update_date timestamp with time zone,
  updated_by character varying(32),
  policy_content text,
  confirmation character varying(255),
  version integer default 1 not null,
  constraint it_policy_pkey PRIMARY KEY (it_policy_id),
  constraint it_policy_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint it_policy_approve_type CHECK (((approve_type)::text = ANY (ARRAY[('ONCE'::character varying)::text, ('ANNUALLY'::character varying)::text])))
);

-- table: public.it_policy_version
create table public.it_policy_version (
  version_id character varying(32) not null,
  it_policy_id character varying(32) not null,
  name character varying(128) not null,
  content text,
  create_date timestamp with time zone,
  active character(1) default 'N'::bpchar not null,
  content_provider_id character varying(32),
  version integer default 1 not null,
  constraint it_policy_version_name_key UNIQUE (it_policy_id, name),
  constraint it_policy_version_pkey PRIMARY KEY (version_id),
  constraint it_policy_version_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.location
create table public.location (
  location_id character varying(32) not null,
  name character varying(100) not null,
  location_cd character varying(50),
  company_id character varying(32),
  country character varying(100),
  bldg_num character varying(100),
  street_direction character varying(20),
  suite character varying(20),
  address1 character varying(400),
  address2 character varying(400),
  address3 character varying(400),
  address4 character varying(400),
  address5 character varying(400),
  address6 character varying(400),
  address7 character varying(400),
  city character varying(100),
  state character varying(100),
  postal_cd character varying(100),
  description character varying(255),
  active character(1) default 'Y'::bpchar not null,
  constraint location_pkey PRIMARY KEY (location_id),
  constraint location_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.login
create table public.login (
  login character varying(220) not null,
  managed_sys_id character varying(32) not null,
  identity_type character varying(20),
  user_id character varying(32) not null,
  password character varying(255),
  pwd_changed timestamp with time zone,
  pwd_exp timestamp with time zone,
  grace_period timestamp with time zone,
  create_date timestamp with time zone,
  created_by character varying(32),
  auth_fail_count integer default 0,
  last_auth_attempt timestamp with time zone,
  last_login timestamp with time zone,
  last_login_ip character varying(60),
  prev_login timestamp with time zone,
  prev_login_ip character varying(60),
  pwd_change_count integer default 0,
  pswd_reset_token character varying(80),
  pswd_reset_token_exp timestamp with time zone,
  login_id character varying(32) not null,
  last_update timestamp with time zone,
  lowercase_login character varying(220) generated always as (lower((login)::text)) stored not null,
  prov_status character varying(20),
  challenge_response_fail_count integer default 0,
  sms_reset_token character varying(10),
  sms_reset_token_exp timestamp with time zone,
  sms_code_expiration timestamp with time zone,
  topt_active character(1) default 'N'::bpchar,
  is_active character(1) default 'Y'::bpchar not null,
  first_time_login character(1) default 'Y'::bpchar,
  reset_pwd character varying(32),
  last_otp_access timestamp with time zone,
  otp_fail_count integer default 0,
  otp_active character(1) default 'N'::bpchar,
  status character varying(20) default 'ACTIVE'::character varying not null,
  lock_marker character varying(20) default 'NOT_LOCKED'::character varying,
  auth_type character varying(255),
  sms_reset_fail_count integer default 0 not null,
  pwd_exp_told timestamp with time zone,
  pswd_reset_token_made timestamp with time zone,
  sms_reset_token_made timestamp with time zone,
  wrong_in_a_row integer default 0 not null,
  pwd_closed timestamp with time zone,
  constraint login_name_key UNIQUE (lowercase_login, managed_sys_id),
  constraint login_pkey PRIMARY KEY (login_id),
  constraint login_first_time_login_check CHECK ((first_time_login = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint login_is_active_check CHECK ((is_active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint login_lock_marker CHECK (((lock_marker)::text = ANY (ARRAY[('NOT_LOCKED'::character varying)::text, ('LOCKED'::character varying)::text, ('LOCKED_ADMIN'::character varying)::text]))),
  constraint login_otp_active_check CHECK ((otp_active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint login_prov_status CHECK (((prov_status)::text = ANY (ARRAY[('CREATED'::character varying)::text, ('FAIL_CREATE'::character varying)::text, ('PENDING_CREATE'::character varying)::text, ('UPDATED'::character varying)::text, ('FAIL_UPDATE'::character varying)::text, ('PENDING_UPDATE'::character varying)::text, ('DISABLED'::character varying)::text, ('FAIL_DISABLE'::character varying)::text, ('PENDING_DISABLE'::character varying)::text, ('ENABLED'::character varying)::text, ('FAIL_ENABLE'::character varying)::text, ('PENDING_ENABLE'::character varying)::text, ('DELETED'::character varying)::text, ('FAIL_DELETE'::character varying)::text, ('PENDING_DELETE'::character varying)::text]))),
  constraint login_status CHECK (((status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('INACTIVE'::character varying)::text, ('SUSPENDED'::character varying)::text]))),
  constraint login_topt_active_check CHECK ((topt_active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.login_attribute
create table public.login_attribute (
  login_attr_id character varying(32) not null,
  name character varying(100) not null,
  value character varying(4000),
  metadata_id character varying(32),
  login_id character varying(32) not null,
  constraint login_attribute_name_key UNIQUE (login_id, name),
  constraint login_attribute_pkey PRIMARY KEY (login_attr_id)
);

-- table: public.login_attribute_values
create table public.login_attribute_values (
  login_attribute_id character varying(32) not null,
  attr_value text,
  ordinal integer default 0 not null,
  constraint login_attribute_values_pkey PRIMARY KEY (login_attribute_id, ordinal)
);

-- table: public.managed_sys
create table public.managed_sys (
  managed_sys_id character varying(32) not null,
  name character varying(40) not null,
  description character varying(255),
  status character varying(20) default 'ACTIVE'::character varying not null,
  connector_id character varying(32),
  host_url character varying(255),
  port integer,
  comm_protocol character varying(20),
  user_id character varying(150),
  pswd character varying(512),
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  resource_id character varying(32),
  primary_repository character(1) default 'N'::bpchar not null,
  skip_group_prov character(1) default 'Y'::bpchar not null,
  change_end_user character(1) default 'Y'::bpchar not null,
  search_scope integer default 2 not null,
  constraint managed_sys_name_key UNIQUE (name),
  constraint managed_sys_pkey PRIMARY KEY (managed_sys_id),
  constraint managed_sys_change_end_user_check CHECK ((change_end_user = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint managed_sys_comm_protocol CHECK (((comm_protocol)::text = ANY (ARRAY[('CLEAR'::character varying)::text, ('SSL'::character varying)::text]))),
  constraint managed_sys_dates CHECK ((start_date < end_date)),
  constraint managed_sys_port CHECK (((port >= 1) AND (port <= 65535))),
  constraint managed_sys_primary_repository_check CHECK ((primary_repository = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint managed_sys_skip_group_prov_check CHECK ((skip_group_prov = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint managed_sys_status CHECK (((status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('INACTIVE'::character varying)::text])))
);

-- table: public.md_element_valid_values
create table public.md_element_valid_values (
  id character varying(32) not null,
  metadata_element_id character varying(32) not null,
  ui_value character varying(200) not null,
  display_order integer default 0 not null,
  constraint md_element_valid_values_key UNIQUE (metadata_element_id, ui_value),
  constraint md_element_valid_values_pkey PRIMARY KEY (id)
);

-- table: public.metadata_element
create table public.metadata_element (
  metadata_id character varying(32) not null,
  type_id character varying(32) not null,
  attribute_name character varying(100) not null,
  description character varying(255),
  data_type character varying(20) default 'STRING'::character varying not null,
  auditable character(1) default 'Y'::bpchar not null,
  required character(1) default 'N'::bpchar not null,
  self_editable character(1) default 'N'::bpchar not null,
  is_public character(1) default 'Y'::bpchar not null,
  resource_id character varying(32),
  validator character varying(150),
  static_default_value character varying(4000),
  display_name character varying(255),
  multi_valued character(1) default 'N'::bpchar not null,
  is_sensitive character(1) default 'N'::bpchar not null,
  max_length integer,
  display_order integer default 0 not null,
  version integer default 1 not null,
  constraint metadata_element_name_key UNIQUE (type_id, attribute_name),
  constraint metadata_element_pkey PRIMARY KEY (metadata_id),
  constraint metadata_element_auditable_check CHECK ((auditable = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_element_data_type CHECK (((data_type)::text = ANY (ARRAY[('STRING'::character varying)::text, ('INTEGER'::character varying)::text, ('DECIMAL'::character varying)::text, ('BOOLEAN'::character varying)::text, ('DATE'::character varying)::text, ('DATETIME'::character varying)::text]))),
  constraint metadata_element_is_public_check CHECK ((is_public = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_element_is_sensitive_check CHECK ((is_sensitive = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_element_max_length CHECK ((max_length > 0)),
  constraint metadata_element_multi_valued_check CHECK ((multi_valued = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_element_required_check CHECK ((required = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_element_self_editable_check CHECK ((self_editable = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.metadata_type
create table public.metadata_type (
  type_id character varying(32) not null,
  description character varying(255),
  active character(1) default 'Y'::bpchar not null,
  sync_managed_sys character(1) default 'N'::bpchar not null,
  "grouping" character varying(100) not null,
  is_binary character(1) default 'N'::bpchar not null,
  is_sensitive character(1) default 'N'::bpchar not null,
  display_name character varying(255),
  display_order integer default 0 not null,
  is_system character(1) default 'N'::bpchar not null,
  version integer default 1 not null,
  constraint metadata_type_pkey PRIMARY KEY (type_id),
  constraint metadata_type_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_type_is_binary_check CHECK ((is_binary = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_type_is_sensitive_check CHECK ((is_sensitive = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_type_is_system_check CHECK ((is_system = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint metadata_type_sync_managed_sys_check CHECK ((sync_managed_sys = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.org_structure
create table public.org_structure (
  org_structure_id character varying(32) not null,
  supervisor_id character varying(32) not null,
  staff_id character varying(32) not null,
  is_primary_super character(1) default 'N'::bpchar not null,
  create_date timestamp with time zone,
  constraint org_structure_key UNIQUE (staff_id, supervisor_id),
  constraint org_structure_pkey PRIMARY KEY (org_structure_id),
  constraint org_structure_is_primary_super_check CHECK ((is_primary_super = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint org_structure_self CHECK (((staff_id)::text <> (supervisor_id)::text))
);

-- table: public.org_to_org_membership_rights
create table public.org_to_org_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint org_to_org_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.org_type_valid_membership
create table public.org_type_valid_membership (
  org_type_id character varying(32) not null,
  member_org_type_id character varying(32) not null,
  constraint org_type_valid_membership_pkey PRIMARY KEY (org_type_id, member_org_type_id)
);

-- table: public.organization_type
create table public.organization_type (
  org_type_id character varying(32) not null,
  name character varying(100) not null,
  description character varying(100),
  version integer default 1 not null,
  constraint organization_type_name_key UNIQUE (name),
  constraint organization_type_pkey PRIMARY KEY (org_type_id)
);

-- table: public.phone
create table public.phone (
  phone_id character varying(32) not null,
  name character varying(40),
  area_cd character varying(20),
  country_cd character varying(20),
  description character varying(100),
  phone_nbr character varying(50),
  phone_ext character varying(20),
  is_default character(1) default 'N'::bpchar not null,
  active character(1) default 'Y'::bpchar not null,
  parent_id character varying(32) not null,
  last_update timestamp with time zone,
  create_date timestamp with time zone,
  type_id character varying(32),
  published character(1) default 'N'::bpchar not null,
  is_for_sms character(1) default 'N'::bpchar not null,
  constraint phone_pkey PRIMARY KEY (phone_id),
  constraint phone_active_check CHECK ((active = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint phone_is_default_check CHECK ((is_default = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint phone_is_for_sms_check CHECK ((is_for_sms = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint phone_published_check CHECK ((published = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.policy
create table public.policy (
  policy_id character varying(32) not null,
  policy_def_id character varying(32) not null,
  name character varying(60) not null,
  description character varying(255),
  status smallint default 1 not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  priority integer default 0 not null,
  version integer default 1 not null,
  constraint policy_name_key UNIQUE (name),
  constraint policy_pkey PRIMARY KEY (policy_id),
  constraint policy_status CHECK ((status = ANY (ARRAY[0, 1])))
);

-- table: public.policy_attribute
create table public.policy_attribute (
  policy_attr_id character varying(32) not null,
  def_param_id character varying(32) not null,
  policy_id character varying(32) not null,
  value1 character varying(4000),
  value2 character varying(4000),
  rule_text text,
  required character(1) default 'Y'::bpchar not null,
  constraint policy_attribute_param_key UNIQUE (policy_id, def_param_id),
  constraint policy_attribute_pkey PRIMARY KEY (policy_attr_id),
  constraint policy_attribute_required_check CHECK ((required = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.policy_def
create table public.policy_def (
  policy_def_id character varying(32) not null,
  name character varying(60) not null,
  description character varying(255),
  constraint policy_def_name_key UNIQUE (name),
  constraint policy_def_pkey PRIMARY KEY (policy_def_id)
);

-- table: public.policy_def_param
create table public.policy_def_param (
  def_param_id character varying(32) not null,
  policy_def_id character varying(32) not null,
  name character varying(60) not null,
  description character varying(255),
  operation character varying(20) default 'String'::character varying not null,
  value1 character varying(255),
  value2 character varying(255),
  param_group character varying(20),
  policy_param_handler character varying(255),
  constraint policy_def_param_name_key UNIQUE (policy_def_id, name),
  constraint policy_def_param_pkey PRIMARY KEY (def_param_id),
  constraint policy_def_param_group CHECK (((param_group)::text = ANY (ARRAY[('PSWD_COMPOSITION'::character varying)::text, ('PSWD_CHANGE_RULE'::character varying)::text, ('FORGET_PSWD'::character varying)::text, ('AUTHENTICATION'::character varying)::text]))),
  constraint policy_def_param_operation CHECK (((operation)::text = ANY (ARRAY[('String'::character varying)::text, ('RANGE'::character varying)::text, ('boolean'::character varying)::text, ('select'::character varying)::text])))
);

-- table: public.policy_object_assoc
create table public.policy_object_assoc (
  policy_object_id character varying(32) not null,
  policy_id character varying(32) not null,
  association_level character varying(20) not null,
  association_value character varying(32) not null,
  constraint policy_object_assoc_key UNIQUE (policy_id, association_level, association_value),
  constraint policy_object_assoc_pkey PRIMARY KEY (policy_object_id),
  constraint policy_object_assoc_level CHECK (((association_level)::text = ANY (ARRAY[('GLOBAL'::character varying)::text, ('MANAGED_SYSTEM'::character varying)::text, ('USER_TYPE'::character varying)::text, ('ORGANIZATION'::character varying)::text, ('ROLE'::character varying)::text, ('GROUP'::character varying)::text])))
);

-- table: public.pwd_history
create table public.pwd_history (
  pwd_history_id character varying(32) not null,
  login_id character varying(32) not null,
  date_created timestamp with time zone not null,
  password character varying(255) not null,
  constraint pwd_history_pkey PRIMARY KEY (pwd_history_id)
);

-- table: public.res
create table public.res (
  resource_id character varying(32) not null,
  resource_type_id character varying(32) not null,
  name character varying(255) not null,
  description character varying(512),
  display_order integer,
  url character varying(255),
  is_public character(1) default 'N'::bpchar not null,
  risk character varying(10),
  coorelated_name character varying(250),
  admin_resource_id character varying(32),
  type_id character varying(32),
  min_auth_level character varying(32),
  graph_id character varying(100),
  create_date timestamp with time zone,
  created_by character varying(32),
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  version integer default 1 not null,
  search_text text default ''::text not null,
  is_system character(1) default 'N'::bpchar not null,
  constraint res_name_key UNIQUE (name),
  constraint res_pkey PRIMARY KEY (resource_id),
  constraint res_is_public_check CHECK ((is_public = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint res_is_system_check CHECK ((is_system = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint res_risk CHECK (((risk)::text = ANY (ARRAY[('HIGH'::character varying)::text, ('MEDIUM'::character varying)::text, ('LOW'::character varying)::text]))),
  constraint res_self CHECK (((admin_resource_id)::text <> (resource_id)::text))
);

-- table: public.res_grp_membership_rights
create table public.res_grp_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint res_grp_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.res_org_membership
create table public.res_org_membership (
  membership_id character varying(32) not null,
  resource_id character varying(32) not null,
  company_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint res_org_membership_start_key UNIQUE NULLS NOT DISTINCT (resource_id, company_id, start_date),
  constraint res_org_membership_pkey PRIMARY KEY (membership_id),
  constraint res_org_membership_dates CHECK ((start_date < end_date))
);

-- table: public.res_org_membership_rights
create table public.res_org_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint res_org_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.res_res_membership_rights
create table public.res_res_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint res_res_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.res_role_membership_rights
create table public.res_role_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint res_role_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.res_to_res_membership
create table public.res_to_res_membership (
  membership_id character varying(32) not null,
  resource_id character varying(32) not null,
  member_resource_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint res_to_res_membership_start_key UNIQUE NULLS NOT DISTINCT (resource_id, member_resource_id, start_date),
  constraint res_to_res_membership_pkey PRIMARY KEY (membership_id),
  constraint res_to_res_membership_dates CHECK ((start_date < end_date)),
  constraint res_to_res_membership_self CHECK (((resource_id)::text <> (member_resource_id)::text))
);

-- table: public.resource_group
create table public.resource_group (
  membership_id character varying(32) not null,
  resource_id character varying(32) not null,
  grp_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint resource_group_start_key UNIQUE NULLS NOT DISTINCT (resource_id, grp_id, start_date),
  constraint resource_group_pkey PRIMARY KEY (membership_id),
  constraint resource_group_dates CHECK ((start_date < end_date))
);

-- table: public.resource_role
create table public.resource_role (
  membership_id character varying(32) not null,
  resource_id character varying(32) not null,
  role_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint resource_role_start_key UNIQUE NULLS NOT DISTINCT (resource_id, role_id, start_date),
  constraint resource_role_pkey PRIMARY KEY (membership_id),
  constraint resource_role_dates CHECK ((start_date < end_date))
);

-- table: public.resource_type
create table public.resource_type (
  resource_type_id character varying(32) not null,
  description character varying(255),
  provision_resource character(1) default 'N'::bpchar not null,
  process_name character varying(80),
  supports_hierarchy character(1) default 'Y'::bpchar not null,
  searchable character(1) default 'Y'::bpchar not null,
  url character varying(255),
  image_type character varying(50),
  constraint resource_type_pkey PRIMARY KEY (resource_type_id),
  constraint resource_type_provision_resource_check CHECK ((provision_resource = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint resource_type_searchable_check CHECK ((searchable = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint resource_type_supports_hierarchy_check CHECK ((supports_hierarchy = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.resource_user
create table public.resource_user (
  user_id character varying(32) not null,
  resource_id character varying(32) not null,
  membership_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  create_date timestamp with time zone,
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone default now() not null,
  constraint resource_user_start_key UNIQUE NULLS NOT DISTINCT (user_id, resource_id, start_date),
  constraint resource_user_pkey PRIMARY KEY (membership_id),
  constraint resource_user_dates CHECK ((start_date < end_date))
);

-- table: public.role
create table public.role (
  role_id character varying(32) not null,
  role_name character varying(80) not null,
  description character varying(255),
  status character varying(20) default 'ACTIVE'::character varying not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  managed_sys_id character varying(32),
  type_id character varying(32),
  admin_resource_id character varying(32),
  policy_id character varying(32),
  max_user_number integer,
  membership_duration_seconds bigint,
  graph_id character varying(100),
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  version integer default 1 not null,
  search_text text default ''::text not null,
  is_system character(1) default 'N'::bpchar not null,
  constraint role_name_key UNIQUE (role_name),
  constraint role_pkey PRIMARY KEY (role_id),
  constraint role_duration CHECK ((membership_duration_seconds > 0)),
  constraint role_is_system_check CHECK ((is_system = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint role_max_user_number CHECK ((max_user_number >= 0)),
  constraint role_status CHECK (((status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('DELETED'::character varying)::text, ('PENDING_APPROVAL'::character varying)::text])))
);

-- table: public.role_org_membership
create table public.role_org_membership (
  membership_id character varying(32) not null,
  role_id character varying(32) not null,
  company_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint role_org_membership_start_key UNIQUE NULLS NOT DISTINCT (role_id, company_id, start_date),
  constraint role_org_membership_pkey PRIMARY KEY (membership_id),
  constraint role_org_membership_dates CHECK ((start_date < end_date))
);

-- table: public.role_org_membership_rights
create table public.role_org_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint role_org_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.role_role_membership_rights
create table public.role_role_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint role_role_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.role_to_role_membership
create table public.role_to_role_membership (
  membership_id character varying(32) not null,
  role_id character varying(32) not null,
  member_role_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  create_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  constraint role_to_role_membership_start_key UNIQUE NULLS NOT DISTINCT (role_id, member_role_id, start_date),
  constraint role_to_role_membership_pkey PRIMARY KEY (membership_id),
  constraint role_to_role_membership_dates CHECK ((start_date < end_date)),
  constraint role_to_role_membership_self CHECK (((role_id)::text <> (member_role_id)::text))
);

-- table: public.user_affiliation
create table public.user_affiliation (
  company_id character varying(32) not null,
  user_id character varying(32) not null,
  create_date timestamp with time zone,
  metadata_type_id character varying(32),
  membership_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone default now() not null,
  constraint user_affiliation_start_key UNIQUE NULLS NOT DISTINCT (user_id, company_id, start_date),
  constraint user_affiliation_pkey PRIMARY KEY (membership_id),
  constraint user_affiliation_dates CHECK ((start_date < end_date))
);

-- table: public.user_affiliation_rights
create table public.user_affiliation_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint user_affiliation_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.user_attribute_values
create table public.user_attribute_values (
  user_attribute_id character varying(32) not null,
  attr_value text,
  ordinal integer default 0 not null,
  constraint user_attribute_values_pkey PRIMARY KEY (user_attribute_id, ordinal)
);

-- table: public.user_attributes
create table public.user_attributes (
  id character varying(32) not null,
  user_id character varying(32) not null,
  metadata_id character varying(32),
  name character varying(100) not null,
  constraint user_attributes_name_key UNIQUE (user_id, name),
  constraint user_attributes_pkey PRIMARY KEY (id)
);

-- table: public.user_auth_param
create table public.user_auth_param (
  param_id character varying(32) not null,
  user_id character varying(32) not null,
  type character varying(50) not null,
  param_value character varying(1400),
  confirmed character(1) default 'N'::bpchar not null,
  confirmed_type character varying(25),
  name character varying(60),
  secret_encrypted bytea,
  public_key bytea,
  counter bigint,
  transports character varying(100),
  created_at timestamp with time zone,
  last_used_at timestamp with time zone,
  marked_number boolean default false not null,
  constraint user_auth_param_pkey PRIMARY KEY (param_id),
  constraint user_auth_param_confirmed_check CHECK ((confirmed = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.user_grp
create table public.user_grp (
  user_id character varying(32) not null,
  grp_id character varying(32) not null,
  membership_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  status character varying(15) default 'NOT_REMINDED'::character varying not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone default now() not null,
  constraint user_grp_start_key UNIQUE NULLS NOT DISTINCT (user_id, grp_id, start_date),
  constraint user_grp_pkey PRIMARY KEY (membership_id),
  constraint user_grp_dates CHECK ((start_date < end_date)),
  constraint user_grp_status CHECK (((status)::text = ANY (ARRAY[('NOT_REMINDED'::character varying)::text, ('REMINDED'::character varying)::text])))
);

-- table: public.user_grp_membership_rights
create table public.user_grp_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint user_grp_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.user_identity_ans
create table public.user_identity_ans (
  identity_ans_id character varying(32) not null,
  identity_question_id character varying(32),
  user_id character varying(32) not null,
  question_answer character varying(2000) not null,
  is_encrypted character varying(1) default 'Y'::character varying not null,
  question_text character varying(2000),
  constraint user_identity_ans_question_key UNIQUE (user_id, identity_question_id),
  constraint user_identity_ans_pkey PRIMARY KEY (identity_ans_id),
  constraint user_identity_ans_is_encrypted_check CHECK (((is_encrypted)::text = ANY (ARRAY[('Y'::character varying)::text, ('N'::character varying)::text]))),
  constraint user_identity_ans_question CHECK (((identity_question_id IS NOT NULL) OR (question_text IS NOT NULL)))
);

-- table: public.user_it_policy_history
create table public.user_it_policy_history (
  id character varying(32) not null,
  user_id character varying(32) not null,
  version_id character varying(32),
  submit_date timestamp with time zone not null,
  accepted character(1) not null,
  name character varying(128),
  content_provider_id character varying(32),
  constraint user_it_policy_history_pkey PRIMARY KEY (id),
  constraint user_it_policy_history_accepted_check CHECK ((accepted = ANY (ARRAY['Y'::bpchar, 'N'::bpchar])))
);

-- table: public.user_key
create table public.user_key (
  user_key_id character varying(32) not null,
  user_id character varying(32) not null,
  name character varying(40) not null,
  key_value character varying(2048),
  key_type character varying(20),
  key_hash bytea,
  scopes character varying(100),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  create_date timestamp with time zone,
  created_by character varying(32),
  fingerprint character varying(60),
  constraint user_key_hash_key UNIQUE (key_hash),
  constraint user_key_name_key UNIQUE (user_id, name),
  constraint user_key_pkey PRIMARY KEY (user_key_id),
  constraint user_key_held CHECK (((key_hash IS NULL) OR (key_value IS NULL))),
  constraint user_key_type CHECK (((key_type)::text = ANY (ARRAY[('SSH'::character varying)::text, ('API'::character varying)::text, ('ENCRYPTION'::character varying)::text])))
);

-- table: public.user_note
create table public.user_note (
  user_note_id character varying(32) not null,
  user_id character varying(32) not null,
  note_type character varying(20),
  description character varying(2000),
  create_date timestamp with time zone,
  created_by character varying(32),
  constraint user_note_pkey PRIMARY KEY (user_note_id)
);

-- table: public.user_res_membership_rights
create table public.user_res_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint user_res_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.user_role
create table public.user_role (
  user_id character varying(32) not null,
  role_id character varying(32) not null,
  membership_id character varying(32) not null,
  start_date timestamp with time zone,
  end_date timestamp with time zone,
  description character varying(255),
  edge_id character varying(40),
  status character varying(15) default 'NOT_REMINDED'::character varying not null,
  create_date timestamp with time zone,
  created_by character varying(32),
  granted_by character varying(255),
  recorded_from timestamp with time zone default now() not null,
  constraint user_role_start_key UNIQUE NULLS NOT DISTINCT (user_id, role_id, start_date),
  constraint user_role_pkey PRIMARY KEY (membership_id),
  constraint user_role_dates CHECK ((start_date < end_date)),
  constraint user_role_status CHECK (((status)::text = ANY (ARRAY[('NOT_REMINDED'::character varying)::text, ('REMINDED'::character varying)::text])))
);

-- table: public.user_role_membership_rights
create table public.user_role_membership_rights (
  membership_id character varying(32) not null,
  access_right_id character varying(32) not null,
  edge_id character varying(40),
  constraint user_role_membership_rights_pkey PRIMARY KEY (membership_id, access_right_id)
);

-- table: public.user_to_user_membership
create table public.user_to_user_membership (
  membership_id character varying(32) not null,
  primary_user_id character varying(32) not null,
  related_user_id character varying(32) not null,
  type_id character varying(32),
  description character varying(255),
  constraint user_to_user_membership_key UNIQUE NULLS NOT DISTINCT (primary_user_id, related_user_id, type_id),
  constraint user_to_user_membership_pkey PRIMARY KEY (membership_id),
  constraint user_to_user_membership_self CHECK (((primary_user_id)::text <> (related_user_id)::text))
);

-- table: public.users
create table public.users (
  user_id character varying(32) not null,
  first_name character varying(100),
  last_name character varying(100),
  middle_init character varying(50),
  type_id character varying(32),
  classification character varying(100),
  title character varying(100),
  mail_code character varying(100),
  cost_center character varying(100),
  status character varying(40) default 'PENDING_INITIAL_LOGIN'::character varying not null,
  secondary_status character varying(40),
  birthdate timestamp with time zone,
  sex character(1),
  create_date timestamp with time zone,
  created_by character varying(32),
  last_update timestamp with time zone,
  last_updated_by character varying(32),
  prefix character varying(20),
  suffix character varying(20),
  user_type_ind character varying(20),
  employee_id character varying(100),
  employee_type character varying(32),
  location_cd character varying(50),
  location_name character varying(100),
  company_owner_id character varying(32),
  job_code character varying(32),
  alternate_id character varying(32),
  start_date date,
  last_date date,
  maiden_name character varying(40),
  nickname character varying(100),
  password_theme character varying(20),
  user_owner_id character varying(32),
  date_password_changed timestamp with time zone,
  date_challenge_resp_changed timestamp with time zone,
  system_flag character varying(1) default 'N'::character varying,
  date_it_policy_approved timestamp with time zone,
  claim_date date,
  lastname_prefix character varying(10),
  sub_type_id character varying(32),
  partner_name character varying(60),
  prefix_partner_name character varying(10),
  alternate_start_date timestamp with time zone,
  alternate_end_date timestamp with time zone,
  secret_word character varying(255),
  secret_fail_count integer default 0,
  position_status character varying(40),
  previous_position character varying(100),
  is_visible character(1) default 'Y'::bpchar not null,
  cert_delegate_end_date timestamp with time zone,
  cert_delegate_start_date timestamp with time zone,
  cert_delegate_id character varying(32),
  graph_id character varying(100),
  user_handle bytea,
  conversion_date timestamp with time zone,
  user_name character varying(220),
  display_name character varying(400),
  sort_name character varying(400),
  primary_email character varying(320),
  search_text text default ''::text not null,
  version integer default 1 not null,
  preferred_language character varying(35),
  policies_asked_since timestamp with time zone,
  constraint users_pkey PRIMARY KEY (user_id),
  constraint users_alternate_window CHECK (((alternate_start_date < alternate_end_date) AND ((alternate_id)::text <> (user_id)::text))),
  constraint users_cert_delegate_window CHECK (((cert_delegate_start_date < cert_delegate_end_date) AND ((cert_delegate_id)::text <> (user_id)::text))),
  constraint users_dates CHECK ((start_date <= last_date)),
  constraint users_is_visible_check CHECK ((is_visible = ANY (ARRAY['Y'::bpchar, 'N'::bpchar]))),
  constraint users_secondary_status CHECK (((secondary_status)::text = ANY (ARRAY[('LOCKED'::character varying)::text, ('LOCKED_ADMIN'::character varying)::text, ('DISABLED'::character varying)::text]))),
  constraint users_sex CHECK ((sex = ANY (ARRAY['M'::bpchar, 'F'::bpchar]))),
  constraint users_status CHECK (((status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('INACTIVE'::character varying)::text, ('PENDING_START_DATE'::character varying)::text, ('PENDING_APPROVAL'::character varying)::text, ('APPROVAL_DECLINED'::character varying)::text, ('PENDING_USER_VALIDATION'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text, ('TERMINATED'::character varying)::text, ('DELETED'::character varying)::text, ('LEAVE_OF_ABSENCE'::character varying)::text, ('USER_LEAVE_WITH_PAY'::character varying)::text, ('LEAVE'::character varying)::text, ('RETIRED'::character varying)::text, ('DECEASED'::character varying)::text]))),
  constraint users_system_flag_check CHECK (((system_flag)::text = ANY (ARRAY[('Y'::character varying)::text, ('N'::character varying)::text])))
);

-- index: efs.iam_error_log_code
CREATE INDEX iam_error_log_code ON efs.iam_error_log USING btree (error_code, status_code, id);

-- index: efs.iam_error_log_created
CREATE INDEX iam_error_log_created ON efs.iam_error_log USING btree (created_at, id);

-- index: efs.iam_portal_settings_client_id
CREATE UNIQUE INDEX iam_portal_settings_client_id ON efs.iam_portal_settings USING btree (value) WHERE ((key)::text = 'client_id'::text);

-- index: efs.iam_portal_user_group_unassignment_queue_due
CREATE INDEX iam_portal_user_group_unassignment_queue_due ON efs.iam_portal_user_group_unassignment_queue USING btree (next_attempt_at NULLS FIRST, id) WHERE (dead_at IS NULL);

-- index: efs.iam_portal_user_group_unassignment_queue_uuid
CREATE INDEX iam_portal_user_group_unassignment_queue_uuid ON efs.iam_portal_user_group_unassignment_queue USING btree (uuid);

-- index: efs.iam_portal_user_reference_changes
CREATE INDEX iam_portal_user_reference_changes ON efs.iam_portal_user_reference USING btree (portal_id, user_id) WHERE (has_data_changes = 1);

-- index: efs.iam_portal_user_reference_status
CREATE INDEX iam_portal_user_reference_status ON efs.iam_portal_user_reference USING btree (portal_id, status);

-- index: efs.iam_portal_user_reference_user
CREATE INDEX iam_portal_user_reference_user ON efs.iam_portal_user_reference USING btree (user_id);

-- index: efs.iam_portal_user_reference_uuid
CREATE INDEX iam_portal_user_reference_uuid ON efs.iam_portal_user_reference USING btree (uuid);

-- index: efs.iam_token_data_expires
CREATE INDEX iam_token_data_expires ON efs.iam_token_data USING btree (expires_at) WHERE (expires_at IS NOT NULL);

-- index: efs.iam_user_reference_changes
CREATE INDEX iam_user_reference_changes ON efs.iam_user_reference USING btree (user_id) WHERE (has_data_changes = 1);

-- index: efs.iam_user_reference_uuid
CREATE INDEX iam_user_reference_uuid ON efs.iam_user_reference USING btree (uuid);

-- index: efs.iam_user_unassignment_queue_due
CREATE INDEX iam_user_unassignment_queue_due ON efs.iam_user_unassignment_queue USING btree (next_attempt_at NULLS FIRST, id) WHERE (dead_at IS NULL);

-- index: efs.portal_panelist_unlinked
CREATE INDEX portal_panelist_unlinked ON efs.portal_panelist USING btree (portal_id, user_id) WHERE (NOT linked);

-- index: efs.portal_panelist_user
CREATE INDEX portal_panelist_user ON efs.portal_panelist USING btree (user_id);

-- index: efs.portal_session_member
CREATE INDEX portal_session_member ON efs.portal_session USING btree (portal_id, uid);

-- index: efs.token_revocation_due
CREATE INDEX token_revocation_due ON efs.token_revocation USING btree (due_at);

-- index: efs.token_revocation_portal
CREATE INDEX token_revocation_portal ON efs.token_revocation USING btree (portal_id, due_at);

-- index: gatehouse.access_edge_membership
CREATE UNIQUE INDEX access_edge_membership ON gatehouse.access_edge USING btree (membership_id, kind) WHERE (recorded_to IS NULL);

-- index: gatehouse.access_edge_past_source
CREATE INDEX access_edge_past_source ON gatehouse.access_edge USING btree (source, target, recorded_to) WHERE (recorded_to IS NOT NULL);

-- index: gatehouse.access_edge_past_target
CREATE INDEX access_edge_past_target ON gatehouse.access_edge USING btree (target, source, recorded_to) WHERE (recorded_to IS NOT NULL);

-- index: gatehouse.access_edge_source
CREATE INDEX access_edge_source ON gatehouse.access_edge USING btree (source, target) WHERE (recorded_to IS NULL);

-- index: gatehouse.access_edge_target
CREATE INDEX access_edge_target ON gatehouse.access_edge USING btree (target, source) WHERE (recorded_to IS NULL);

-- index: gatehouse.access_node_everyone
CREATE INDEX access_node_everyone ON gatehouse.access_node USING btree (node) WHERE (everyone AND (recorded_to IS NULL));

-- index: gatehouse.access_node_inactive
CREATE INDEX access_node_inactive ON gatehouse.access_node USING btree (node) WHERE ((NOT active) AND (recorded_to IS NULL));

-- index: gatehouse.access_node_live
CREATE UNIQUE INDEX access_node_live ON gatehouse.access_node USING btree (node) INCLUDE (active, everyone) WHERE (recorded_to IS NULL);

-- index: gatehouse.access_node_name
CREATE INDEX access_node_name ON gatehouse.access_node USING btree (lower((name)::text), node);

-- index: gatehouse.access_node_past
CREATE INDEX access_node_past ON gatehouse.access_node USING btree (node, recorded_to) WHERE (recorded_to IS NOT NULL);

-- index: gatehouse.audit_block_sealed_at
CREATE INDEX audit_block_sealed_at ON gatehouse.audit_block USING btree (sealed_at);

-- index: gatehouse.audit_event_actor
CREATE INDEX audit_event_actor ON gatehouse.audit_event USING btree (actor_id, at, event_id) WHERE (actor_id IS NOT NULL);

-- index: gatehouse.audit_event_at
CREATE INDEX audit_event_at ON gatehouse.audit_event USING btree (at, event_id);

-- index: gatehouse.audit_event_correlation
CREATE INDEX audit_event_correlation ON gatehouse.audit_event USING btree (correlation_id, at, event_id) WHERE (correlation_id IS NOT NULL);

-- index: gatehouse.audit_event_ip
CREATE INDEX audit_event_ip ON gatehouse.audit_event USING btree (lower("left"((origin ->> 'ip'::text), 64)) COLLATE "C", at, event_id) WHERE ((origin ->> 'ip'::text) IS NOT NULL);

-- index: gatehouse.audit_event_position
CREATE UNIQUE INDEX audit_event_position ON gatehouse.audit_event USING btree (epoch, xid, event_id);

-- index: gatehouse.audit_event_principal
CREATE INDEX audit_event_principal ON gatehouse.audit_event USING btree (lower("left"((origin ->> 'principal'::text), 255)) COLLATE "C", at, event_id) WHERE ((origin ->> 'principal'::text) IS NOT NULL);

-- index: gatehouse.audit_event_removal
CREATE INDEX audit_event_removal ON gatehouse.audit_event USING btree (action, target_id) WHERE ((action)::text = ANY (ARRAY[('audit.erase'::character varying)::text, ('user.erase'::character varying)::text, ('audit.drop'::character varying)::text]));

-- index: gatehouse.audit_event_target
CREATE INDEX audit_event_target ON gatehouse.audit_event USING btree (target_id, at, event_id);

-- index: gatehouse.delegation_company
CREATE INDEX delegation_company ON gatehouse.delegation USING btree (company_id);

-- index: gatehouse.delegation_grp
CREATE INDEX delegation_grp ON gatehouse.delegation USING btree (grp_id);

-- index: gatehouse.factor_challenge_expires
CREATE INDEX factor_challenge_expires ON gatehouse.factor_challenge USING btree (expires_at);

-- index: gatehouse.factor_challenge_param
CREATE INDEX factor_challenge_param ON gatehouse.factor_challenge USING btree (param_id);

-- index: gatehouse.factor_challenge_user
CREATE INDEX factor_challenge_user ON gatehouse.factor_challenge USING btree (user_id);

-- index: gatehouse.idempotency_key_created
CREATE INDEX idempotency_key_created ON gatehouse.idempotency_key USING btree (created_at);

-- index: gatehouse.membership_history_target
CREATE INDEX membership_history_target ON gatehouse.membership_history USING btree (target, user_id, recorded_to);

-- index: gatehouse.membership_history_user
CREATE INDEX membership_history_user ON gatehouse.membership_history USING btree (user_id, recorded_to);

-- index: gatehouse.message_awaited
CREATE INDEX message_awaited ON gatehouse.message USING btree (channel, due_at, message_id) WHERE (((status)::text = 'QUEUED'::text) AND awaited);

-- index: gatehouse.message_created
CREATE INDEX message_created ON gatehouse.message USING btree (created_at);

-- index: gatehouse.message_due
CREATE INDEX message_due ON gatehouse.message USING btree (channel, due_at, message_id) WHERE ((status)::text = 'QUEUED'::text);

-- index: gatehouse.message_expires
CREATE INDEX message_expires ON gatehouse.message USING btree (expires_at) WHERE ((status)::text = 'QUEUED'::text);

-- index: gatehouse.message_user
CREATE INDEX message_user ON gatehouse.message USING btree (user_id);

-- index: gatehouse.oidc_artifact_client
CREATE INDEX oidc_artifact_client ON gatehouse.oidc_artifact USING btree (client_id) WHERE (client_id IS NOT NULL);

-- index: gatehouse.oidc_artifact_ended
CREATE INDEX oidc_artifact_ended ON gatehouse.oidc_artifact USING btree (artifact_hash) WHERE (((kind)::text = 'Session'::text) AND (user_id IS NOT NULL) AND (session_id IS NULL));

-- index: gatehouse.oidc_artifact_expiry
CREATE INDEX oidc_artifact_expiry ON gatehouse.oidc_artifact USING btree (expires_at);

-- index: gatehouse.oidc_artifact_grant
CREATE INDEX oidc_artifact_grant ON gatehouse.oidc_artifact USING btree (grant_hash) WHERE (grant_hash IS NOT NULL);

-- index: gatehouse.oidc_artifact_uid
CREATE INDEX oidc_artifact_uid ON gatehouse.oidc_artifact USING btree (uid_hash) WHERE (uid_hash IS NOT NULL);

-- index: gatehouse.oidc_artifact_user
CREATE INDEX oidc_artifact_user ON gatehouse.oidc_artifact USING btree (user_id, session_id);

-- index: gatehouse.oidc_client_secret_client
CREATE INDEX oidc_client_secret_client ON gatehouse.oidc_client_secret USING btree (client_id);

-- index: gatehouse.oidc_client_site
CREATE INDEX oidc_client_site ON gatehouse.oidc_client USING btree (site_id);

-- index: gatehouse.oidc_client_user
CREATE INDEX oidc_client_user ON gatehouse.oidc_client USING btree (user_id) WHERE (user_id IS NOT NULL);

-- index: gatehouse.oidc_consent_client
CREATE INDEX oidc_consent_client ON gatehouse.oidc_consent USING btree (client_id);

-- index: gatehouse.oidc_logout_client
CREATE INDEX oidc_logout_client ON gatehouse.oidc_logout USING btree (client_id, due_at);

-- index: gatehouse.oidc_logout_due
CREATE INDEX oidc_logout_due ON gatehouse.oidc_logout USING btree (due_at);

-- index: gatehouse.plan_created
CREATE INDEX plan_created ON gatehouse.plan USING btree (created_at, plan_id);

-- index: gatehouse.plan_key_lookup
CREATE INDEX plan_key_lookup ON gatehouse.plan_key USING btree (plan_id, resource, key_hash);

-- index: gatehouse.plan_step_action
CREATE INDEX plan_step_action ON gatehouse.plan_step USING btree (plan_id, action, step_no) WHERE ((action)::text = ANY (ARRAY[('update'::character varying)::text, ('conflict'::character varying)::text, ('error'::character varying)::text, ('waiting'::character varying)::text, ('skipped'::character varying)::text]));

-- index: gatehouse.plan_step_failed
CREATE INDEX plan_step_failed ON gatehouse.plan_step USING btree (plan_id, step_no) WHERE ((status)::text = 'failed'::text);

-- index: gatehouse.plan_step_refused
CREATE INDEX plan_step_refused ON gatehouse.plan_step USING btree (plan_id) WHERE (problems IS NOT NULL);

-- index: gatehouse.plan_step_sent
CREATE INDEX plan_step_sent ON gatehouse.plan_step USING btree (plan_id, step_no) WHERE ((status)::text = 'sent'::text);

-- index: gatehouse.plan_step_target
CREATE INDEX plan_step_target ON gatehouse.plan_step USING btree (target_id) WHERE (target_id IS NOT NULL);

-- index: gatehouse.portal_sign_in_expires
CREATE INDEX portal_sign_in_expires ON gatehouse.portal_sign_in USING btree (expires_at);

-- index: gatehouse.portal_sign_in_portal
CREATE INDEX portal_sign_in_portal ON gatehouse.portal_sign_in USING btree (portal_id);

-- index: gatehouse.remembered_device_expires
CREATE INDEX remembered_device_expires ON gatehouse.remembered_device USING btree (expires_at);

-- index: gatehouse.remote_event_came
CREATE INDEX remote_event_came ON gatehouse.remote_event USING btree (came_at);

-- index: gatehouse.sign_in_place_seen
CREATE INDEX sign_in_place_seen ON gatehouse.sign_in_place USING btree (last_seen);

-- index: gatehouse.sign_in_throttle_began
CREATE INDEX sign_in_throttle_began ON gatehouse.sign_in_throttle USING btree (began_at);

-- index: gatehouse.signing_key_current
CREATE UNIQUE INDEX signing_key_current ON gatehouse.signing_key USING btree (purpose) WHERE (retired_at IS NULL);

-- index: gatehouse.sync_run_kind
CREATE INDEX sync_run_kind ON gatehouse.sync_run USING btree (kind, portal_id, started_at);

-- index: gatehouse.sync_run_one
CREATE UNIQUE INDEX sync_run_one ON gatehouse.sync_run USING btree (status) WHERE ((status)::text = 'running'::text);

-- index: gatehouse.sync_run_started
CREATE INDEX sync_run_started ON gatehouse.sync_run USING btree (started_at, run_id);

-- index: public.access_rights_by_name
CREATE INDEX access_rights_by_name ON public.access_rights USING btree (COALESCE(gatehouse.name_order((name)::text), chr(1114111)) COLLATE "C", access_right_id);

-- index: public.access_rights_search_text
CREATE INDEX access_rights_search_text ON public.access_rights USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.address_default_key
CREATE UNIQUE INDEX address_default_key ON public.address USING btree (parent_id) WHERE (is_default = 'Y'::bpchar);

-- index: public.address_location
CREATE INDEX address_location ON public.address USING btree (copy_from_location_id) WHERE (copy_from_location_id IS NOT NULL);

-- index: public.address_parent
CREATE INDEX address_parent ON public.address USING btree (parent_id);

-- index: public.auth_state_auth_param_xref_param
CREATE INDEX auth_state_auth_param_xref_param ON public.auth_state_auth_param_xref USING btree (param_id);

-- index: public.auth_state_expires
CREATE INDEX auth_state_expires ON public.auth_state USING btree (expires_at);

-- index: public.company_attribute_undeclared
CREATE INDEX company_attribute_undeclared ON public.company_attribute USING btree (lower((name)::text)) WHERE (metadata_id IS NULL);

-- index: public.company_by_create_date
CREATE INDEX company_by_create_date ON public.company USING btree (COALESCE(create_date, 'infinity'::timestamp with time zone), company_id);

-- index: public.company_by_lst_update
CREATE INDEX company_by_lst_update ON public.company USING btree (COALESCE(lst_update, 'infinity'::timestamp with time zone), company_id);

-- index: public.company_by_name
CREATE INDEX company_by_name ON public.company USING btree (COALESCE(gatehouse.name_order((company_name)::text), chr(1114111)) COLLATE "C", company_id);

-- index: public.company_certifier
CREATE INDEX company_certifier ON public.company USING btree (certifier_id) WHERE (certifier_id IS NOT NULL);

-- index: public.company_domain
CREATE INDEX company_domain ON public.company USING btree (lower((domain_name)::text) COLLATE "C") WHERE (domain_name IS NOT NULL);

-- index: public.company_parent
CREATE INDEX company_parent ON public.company USING btree (parent_id) WHERE (parent_id IS NOT NULL);

-- index: public.company_policy
CREATE INDEX company_policy ON public.company USING btree (policy_id) WHERE (policy_id IS NOT NULL);

-- index: public.company_search_text
CREATE INDEX company_search_text ON public.company USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.company_to_company_membership_end
CREATE INDEX company_to_company_membership_end ON public.company_to_company_membership USING btree (end_date) WHERE (end_date IS NOT NULL);

-- index: public.company_to_company_membership_member
CREATE INDEX company_to_company_membership_member ON public.company_to_company_membership USING btree (member_company_id);

-- index: public.company_to_company_membership_start
CREATE INDEX company_to_company_membership_start ON public.company_to_company_membership USING btree (start_date) WHERE (start_date IS NOT NULL);

-- index: public.email_address_default_key
CREATE UNIQUE INDEX email_address_default_key ON public.email_address USING btree (parent_id) WHERE (is_default = 'Y'::bpchar);

-- index: public.email_address_parent
CREATE INDEX email_address_parent ON public.email_address USING btree (parent_id);

-- index: public.email_address_value
CREATE INDEX email_address_value ON public.email_address USING btree (lower((email_address)::text) COLLATE "C", parent_id);

-- index: public.group_organization_company
CREATE INDEX group_organization_company ON public.group_organization USING btree (company_id);

-- index: public.grp_by_name
CREATE INDEX grp_by_name ON public.grp USING btree (COALESCE(gatehouse.name_order((grp_name)::text), chr(1114111)) COLLATE "C", grp_id);

-- index: public.grp_policy
CREATE INDEX grp_policy ON public.grp USING btree (policy_id) WHERE (policy_id IS NOT NULL);

-- index: public.grp_role_grp
CREATE INDEX grp_role_grp ON public.grp_role USING btree (grp_id);

-- index: public.grp_search_text
CREATE INDEX grp_search_text ON public.grp USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.grp_to_grp_membership_member_grp
CREATE INDEX grp_to_grp_membership_member_grp ON public.grp_to_grp_membership USING btree (member_grp_id);

-- index: public.identity_question_group
CREATE INDEX identity_question_group ON public.identity_question USING btree (identity_quest_grp_id);

-- index: public.it_policy_version_active_key
CREATE UNIQUE INDEX it_policy_version_active_key ON public.it_policy_version USING btree (it_policy_id, content_provider_id) NULLS NOT DISTINCT WHERE (active = 'Y'::bpchar);

-- index: public.location_company
CREATE INDEX location_company ON public.location USING btree (company_id);

-- index: public.login_attribute_undeclared
CREATE INDEX login_attribute_undeclared ON public.login_attribute USING btree (lower((name)::text)) WHERE (metadata_id IS NULL);

-- index: public.login_locked
CREATE INDEX login_locked ON public.login USING btree (login_id) WHERE ((lock_marker)::text = 'LOCKED'::text);

-- index: public.login_name_unlike_nfc
CREATE INDEX login_name_unlike_nfc ON public.login USING btree (lower(NORMALIZE(login, NFC)), managed_sys_id) WHERE (NOT (login IS NFC NORMALIZED));

-- index: public.login_primary_key
CREATE UNIQUE INDEX login_primary_key ON public.login USING btree (user_id) WHERE ((managed_sys_id)::text = '0'::text);

-- index: public.login_pwd_exp
CREATE INDEX login_pwd_exp ON public.login USING btree (pwd_exp, login_id) WHERE (((managed_sys_id)::text = '0'::text) AND (pwd_exp IS NOT NULL));

-- index: public.login_reset_token_key
CREATE UNIQUE INDEX login_reset_token_key ON public.login USING btree (pswd_reset_token) WHERE (pswd_reset_token IS NOT NULL);

-- index: public.login_user
CREATE INDEX login_user ON public.login USING btree (user_id);

-- index: public.metadata_type_grouping
CREATE INDEX metadata_type_grouping ON public.metadata_type USING btree ("grouping");

-- index: public.org_structure_primary_key
CREATE UNIQUE INDEX org_structure_primary_key ON public.org_structure USING btree (staff_id) WHERE (is_primary_super = 'Y'::bpchar);

-- index: public.org_structure_supervisor
CREATE INDEX org_structure_supervisor ON public.org_structure USING btree (supervisor_id);

-- index: public.phone_default_key
CREATE UNIQUE INDEX phone_default_key ON public.phone USING btree (parent_id) WHERE (is_default = 'Y'::bpchar);

-- index: public.phone_number
CREATE INDEX phone_number ON public.phone USING btree (area_cd, phone_nbr);

-- index: public.phone_parent
CREATE INDEX phone_parent ON public.phone USING btree (parent_id);

-- index: public.pwd_history_login
CREATE INDEX pwd_history_login ON public.pwd_history USING btree (login_id, date_created);

-- index: public.res_by_name
CREATE INDEX res_by_name ON public.res USING btree (COALESCE(gatehouse.name_order((name)::text), chr(1114111)) COLLATE "C", resource_id);

-- index: public.res_org_membership_company
CREATE INDEX res_org_membership_company ON public.res_org_membership USING btree (company_id);

-- index: public.res_search_text
CREATE INDEX res_search_text ON public.res USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.res_to_res_membership_member_resource
CREATE INDEX res_to_res_membership_member_resource ON public.res_to_res_membership USING btree (member_resource_id);

-- index: public.res_type
CREATE INDEX res_type ON public.res USING btree (resource_type_id, resource_id);

-- index: public.resource_group_grp
CREATE INDEX resource_group_grp ON public.resource_group USING btree (grp_id);

-- index: public.resource_role_role
CREATE INDEX resource_role_role ON public.resource_role USING btree (role_id);

-- index: public.resource_user_end
CREATE INDEX resource_user_end ON public.resource_user USING btree (end_date) WHERE (end_date IS NOT NULL);

-- index: public.resource_user_ending
CREATE INDEX resource_user_ending ON public.resource_user USING btree (recorded_from) WHERE (end_date IS NOT NULL);

-- index: public.resource_user_resource
CREATE INDEX resource_user_resource ON public.resource_user USING btree (resource_id, user_id);

-- index: public.role_by_name
CREATE INDEX role_by_name ON public.role USING btree (COALESCE(gatehouse.name_order((role_name)::text), chr(1114111)) COLLATE "C", role_id);

-- index: public.role_org_membership_company
CREATE INDEX role_org_membership_company ON public.role_org_membership USING btree (company_id);

-- index: public.role_policy
CREATE INDEX role_policy ON public.role USING btree (policy_id) WHERE (policy_id IS NOT NULL);

-- index: public.role_search_text
CREATE INDEX role_search_text ON public.role USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.role_to_role_membership_member_role
CREATE INDEX role_to_role_membership_member_role ON public.role_to_role_membership USING btree (member_role_id);

-- index: public.user_affiliation_company
CREATE INDEX user_affiliation_company ON public.user_affiliation USING btree (company_id, user_id);

-- index: public.user_affiliation_end
CREATE INDEX user_affiliation_end ON public.user_affiliation USING btree (end_date) WHERE (end_date IS NOT NULL);

-- index: public.user_affiliation_ending
CREATE INDEX user_affiliation_ending ON public.user_affiliation USING btree (recorded_from) WHERE (end_date IS NOT NULL);

-- index: public.user_attribute_values_value
CREATE INDEX user_attribute_values_value ON public.user_attribute_values USING btree (lower("left"(attr_value, 256)) COLLATE "C", user_attribute_id);

-- index: public.user_attributes_undeclared
CREATE INDEX user_attributes_undeclared ON public.user_attributes USING btree (lower((name)::text)) WHERE (metadata_id IS NULL);

-- index: public.user_auth_param_credential_key
CREATE UNIQUE INDEX user_auth_param_credential_key ON public.user_auth_param USING btree (param_value) WHERE ((type)::text = 'WEBAUTHN'::text);

-- index: public.user_auth_param_recovery_key
CREATE UNIQUE INDEX user_auth_param_recovery_key ON public.user_auth_param USING btree (user_id) WHERE ((type)::text = 'RECOVERY_CODES'::text);

-- index: public.user_auth_param_user
CREATE INDEX user_auth_param_user ON public.user_auth_param USING btree (user_id);

-- index: public.user_grp_end
CREATE INDEX user_grp_end ON public.user_grp USING btree (end_date) WHERE (end_date IS NOT NULL);

-- index: public.user_grp_ending
CREATE INDEX user_grp_ending ON public.user_grp USING btree (recorded_from) WHERE (end_date IS NOT NULL);

-- index: public.user_grp_grp
CREATE INDEX user_grp_grp ON public.user_grp USING btree (grp_id, user_id);

-- index: public.user_grp_reminded
CREATE INDEX user_grp_reminded ON public.user_grp USING btree (end_date) WHERE ((status)::text = 'REMINDED'::text);

-- index: public.user_it_policy_history_last
CREATE INDEX user_it_policy_history_last ON public.user_it_policy_history USING btree (user_id, version_id, submit_date DESC, id DESC);

-- index: public.user_it_policy_history_version
CREATE INDEX user_it_policy_history_version ON public.user_it_policy_history USING btree (version_id);

-- index: public.user_note_user
CREATE INDEX user_note_user ON public.user_note USING btree (user_id);

-- index: public.user_role_end
CREATE INDEX user_role_end ON public.user_role USING btree (end_date) WHERE (end_date IS NOT NULL);

-- index: public.user_role_ending
CREATE INDEX user_role_ending ON public.user_role USING btree (recorded_from) WHERE (end_date IS NOT NULL);

-- index: public.user_role_reminded
CREATE INDEX user_role_reminded ON public.user_role USING btree (end_date) WHERE ((status)::text = 'REMINDED'::text);

-- index: public.user_role_role
CREATE INDEX user_role_role ON public.user_role USING btree (role_id, user_id);

-- index: public.user_to_user_membership_related
CREATE INDEX user_to_user_membership_related ON public.user_to_user_membership USING btree (related_user_id);

-- index: public.users_alternate
CREATE INDEX users_alternate ON public.users USING btree (alternate_id) WHERE (alternate_id IS NOT NULL);

-- index: public.users_by_create_date
CREATE INDEX users_by_create_date ON public.users USING btree (COALESCE(create_date, 'infinity'::timestamp with time zone), user_id);

-- index: public.users_by_employee_id
CREATE INDEX users_by_employee_id ON public.users USING btree (COALESCE(lower((employee_id)::text), chr(1114111)) COLLATE "C", user_id);

-- index: public.users_by_first_name
CREATE INDEX users_by_first_name ON public.users USING btree (COALESCE(gatehouse.name_order((first_name)::text), chr(1114111)) COLLATE "C", user_id);

-- index: public.users_by_last_date
CREATE INDEX users_by_last_date ON public.users USING btree (COALESCE(last_date, 'infinity'::date), user_id);

-- index: public.users_by_last_name
CREATE INDEX users_by_last_name ON public.users USING btree (COALESCE(gatehouse.name_order((last_name)::text), chr(1114111)) COLLATE "C", user_id) INCLUDE (last_name, status, secondary_status, company_owner_id, is_visible, user_name, sort_name);

-- index: public.users_by_last_update
CREATE INDEX users_by_last_update ON public.users USING btree (COALESCE(last_update, 'infinity'::timestamp with time zone), user_id);

-- index: public.users_by_sort_name
CREATE INDEX users_by_sort_name ON public.users USING btree (COALESCE(gatehouse.name_order((sort_name)::text), chr(1114111)) COLLATE "C", user_id) INCLUDE (sort_name, search_text, is_visible);

-- index: public.users_by_start_date
CREATE INDEX users_by_start_date ON public.users USING btree (COALESCE(start_date, 'infinity'::date), user_id) INCLUDE (start_date, status, is_visible);

-- index: public.users_by_user_name
CREATE INDEX users_by_user_name ON public.users USING btree (COALESCE(lower((user_name)::text), chr(1114111)) COLLATE "C", user_id);

-- index: public.users_cert_delegate
CREATE INDEX users_cert_delegate ON public.users USING btree (cert_delegate_id) WHERE (cert_delegate_id IS NOT NULL);

-- index: public.users_company_owner
CREATE INDEX users_company_owner ON public.users USING btree (company_owner_id, user_id);

-- index: public.users_found
CREATE INDEX users_found ON public.users USING btree (hashtext((user_id)::text), user_id) INCLUDE (search_text) WHERE (is_visible = 'Y'::bpchar);

-- index: public.users_owner
CREATE INDEX users_owner ON public.users USING btree (user_owner_id) WHERE (user_owner_id IS NOT NULL);

-- index: public.users_search_text
CREATE INDEX users_search_text ON public.users USING gin (replace(search_text, ' '::text, '7'::text) public.gin_trgm_ops) WITH (fastupdate=off);

-- index: public.users_search_words
CREATE INDEX users_search_words ON public.users USING gin (array_to_tsvector(array_remove(string_to_array(search_text, ' '::text), ''::text))) WITH (fastupdate=off);

-- index: public.users_status
CREATE INDEX users_status ON public.users USING btree (status, user_id);

-- index: public.users_type
CREATE INDEX users_type ON public.users USING btree (type_id, user_id);

-- index: public.users_user_handle_key
CREATE UNIQUE INDEX users_user_handle_key ON public.users USING btree (user_handle) WHERE (user_handle IS NOT NULL);

-- foreign key: efs.account_mapping.account_mapping_portal_id_fkey
alter table efs.account_mapping add constraint account_mapping_portal_id_fkey FOREIGN KEY (portal_id) REFERENCES efs.portal(portal_id) ON DELETE CASCADE;

-- foreign key: efs.iam_portal_user_reference.user_id_panelists_uid_idx
alter table efs.iam_portal_user_reference add constraint user_id_panelists_uid_idx FOREIGN KEY (user_id) REFERENCES efs.panelists(uid) ON UPDATE CASCADE ON DELETE CASCADE;

-- foreign key: efs.iam_user_reference.user_id_users_uid_idx
alter table efs.iam_user_reference add constraint user_id_users_uid_idx FOREIGN KEY (user_id) REFERENCES efs.users(uid) ON UPDATE CASCADE ON DELETE CASCADE;

-- foreign key: efs.panelists.panelists_person_id_fkey
alter table efs.panelists add constraint panelists_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: efs.portal_panelist.portal_panelist_portal_id_fkey
alter table efs.portal_panelist add constraint portal_panelist_portal_id_fkey FOREIGN KEY (portal_id) REFERENCES efs.portal(portal_id) ON DELETE CASCADE;

-- foreign key: efs.portal_panelist.portal_panelist_user_id_fkey
alter table efs.portal_panelist add constraint portal_panelist_user_id_fkey FOREIGN KEY (user_id) REFERENCES efs.panelists(uid) ON UPDATE CASCADE ON DELETE CASCADE;

-- foreign key: efs.portal_secret.portal_secret_portal_id_fkey
alter table efs.portal_secret add constraint portal_secret_portal_id_fkey FOREIGN KEY (portal_id) REFERENCES efs.portal(portal_id) ON DELETE CASCADE;

-- foreign key: efs.portal_session.portal_session_portal_id_fkey
alter table efs.portal_session add constraint portal_session_portal_id_fkey FOREIGN KEY (portal_id) REFERENCES efs.portal(portal_id) ON DELETE CASCADE;

-- foreign key: efs.portal_session.portal_session_session_fkey
alter table efs.portal_session add constraint portal_session_session_fkey FOREIGN KEY (user_id, session_id) REFERENCES public.auth_state(user_id, session_id) ON UPDATE CASCADE ON DELETE CASCADE;

-- foreign key: efs.users.users_person_id_fkey
alter table efs.users add constraint users_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.audit_block.audit_block_key_id_fkey
alter table gatehouse.audit_block add constraint audit_block_key_id_fkey FOREIGN KEY (key_id) REFERENCES gatehouse.signing_key(key_id);

-- foreign key: gatehouse.delegation.delegation_company_id_fkey
alter table gatehouse.delegation add constraint delegation_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id);

-- foreign key: gatehouse.delegation.delegation_grp_id_fkey
alter table gatehouse.delegation add constraint delegation_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id);

-- foreign key: gatehouse.delegation.delegation_user_id_fkey
alter table gatehouse.delegation add constraint delegation_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.factor_challenge.factor_challenge_param_id_fkey
alter table gatehouse.factor_challenge add constraint factor_challenge_param_id_fkey FOREIGN KEY (param_id) REFERENCES public.user_auth_param(param_id) ON DELETE CASCADE;

-- foreign key: gatehouse.factor_challenge.factor_challenge_user_id_fkey
alter table gatehouse.factor_challenge add constraint factor_challenge_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.message.message_user_id_fkey
alter table gatehouse.message add constraint message_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_artifact.oidc_artifact_client_id_fkey
alter table gatehouse.oidc_artifact add constraint oidc_artifact_client_id_fkey FOREIGN KEY (client_id) REFERENCES gatehouse.oidc_client(client_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_artifact.oidc_artifact_session_fkey
alter table gatehouse.oidc_artifact add constraint oidc_artifact_session_fkey FOREIGN KEY (user_id, session_id) REFERENCES public.auth_state(user_id, session_id) ON UPDATE CASCADE ON DELETE SET NULL (session_id);

-- foreign key: gatehouse.oidc_artifact.oidc_artifact_user_id_fkey
alter table gatehouse.oidc_artifact add constraint oidc_artifact_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_client.oidc_client_site_id_fkey
alter table gatehouse.oidc_client add constraint oidc_client_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.content_provider(content_provider_id);

-- foreign key: gatehouse.oidc_client.oidc_client_user_id_fkey
alter table gatehouse.oidc_client add constraint oidc_client_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE SET NULL;

-- foreign key: gatehouse.oidc_client_secret.oidc_client_secret_client_id_fkey
alter table gatehouse.oidc_client_secret add constraint oidc_client_secret_client_id_fkey FOREIGN KEY (client_id) REFERENCES gatehouse.oidc_client(client_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_consent.oidc_consent_client_id_fkey
alter table gatehouse.oidc_consent add constraint oidc_consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES gatehouse.oidc_client(client_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_consent.oidc_consent_user_id_fkey
alter table gatehouse.oidc_consent add constraint oidc_consent_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.oidc_logout.oidc_logout_client_id_fkey
alter table gatehouse.oidc_logout add constraint oidc_logout_client_id_fkey FOREIGN KEY (client_id) REFERENCES gatehouse.oidc_client(client_id) ON DELETE CASCADE;

-- foreign key: gatehouse.plan_key.plan_key_plan_id_fkey
alter table gatehouse.plan_key add constraint plan_key_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES gatehouse.plan(plan_id) ON DELETE CASCADE;

-- foreign key: gatehouse.plan_read.plan_read_plan_id_fkey
alter table gatehouse.plan_read add constraint plan_read_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES gatehouse.plan(plan_id) ON DELETE CASCADE;

-- foreign key: gatehouse.plan_step.plan_step_plan_id_fkey
alter table gatehouse.plan_step add constraint plan_step_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES gatehouse.plan(plan_id) ON DELETE CASCADE;

-- foreign key: gatehouse.portal_sign_in.portal_sign_in_portal_id_fkey
alter table gatehouse.portal_sign_in add constraint portal_sign_in_portal_id_fkey FOREIGN KEY (portal_id) REFERENCES efs.portal(portal_id) ON DELETE CASCADE;

-- foreign key: gatehouse.recovery_code.recovery_code_param_id_fkey
alter table gatehouse.recovery_code add constraint recovery_code_param_id_fkey FOREIGN KEY (param_id) REFERENCES public.user_auth_param(param_id) ON DELETE CASCADE;

-- foreign key: gatehouse.remembered_device.remembered_device_user_id_fkey
alter table gatehouse.remembered_device add constraint remembered_device_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: gatehouse.sign_in_place.sign_in_place_user_id_fkey
alter table gatehouse.sign_in_place add constraint sign_in_place_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.access_rights.access_rights_managed_sys_id_fkey
alter table public.access_rights add constraint access_rights_managed_sys_id_fkey FOREIGN KEY (managed_sys_id) REFERENCES public.managed_sys(managed_sys_id) ON DELETE SET NULL;

-- foreign key: public.access_rights.access_rights_metadate_type_id_1_fkey
alter table public.access_rights add constraint access_rights_metadate_type_id_1_fkey FOREIGN KEY (metadate_type_id_1) REFERENCES public.metadata_type(type_id);

-- foreign key: public.access_rights.access_rights_metadate_type_id_2_fkey
alter table public.access_rights add constraint access_rights_metadate_type_id_2_fkey FOREIGN KEY (metadate_type_id_2) REFERENCES public.metadata_type(type_id);

-- foreign key: public.address.address_copy_from_location_id_fkey
alter table public.address add constraint address_copy_from_location_id_fkey FOREIGN KEY (copy_from_location_id) REFERENCES public.location(location_id) ON DELETE SET NULL;

-- foreign key: public.address.address_parent_id_fkey
alter table public.address add constraint address_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.address.address_type_id_fkey
alter table public.address add constraint address_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.auth_level_attribute.auth_level_attribute_auth_level_grouping_id_fkey
alter table public.auth_level_attribute add constraint auth_level_attribute_auth_level_grouping_id_fkey FOREIGN KEY (auth_level_grouping_id) REFERENCES public.auth_level_grouping(auth_level_grouping_id) ON DELETE CASCADE;

-- foreign key: public.auth_level_attribute.auth_level_attribute_type_id_fkey
alter table public.auth_level_attribute add constraint auth_level_attribute_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.auth_level_grouping.auth_level_grouping_auth_level_id_fkey
alter table public.auth_level_grouping add constraint auth_level_grouping_auth_level_id_fkey FOREIGN KEY (auth_level_id) REFERENCES public.auth_level(auth_level_id);

-- foreign key: public.auth_state.auth_state_content_provider_id_fkey
alter table public.auth_state add constraint auth_state_content_provider_id_fkey FOREIGN KEY (content_provider_id) REFERENCES public.content_provider(content_provider_id) ON DELETE SET NULL;

-- foreign key: public.auth_state.auth_state_user_id_fkey
alter table public.auth_state add constraint auth_state_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.auth_state_auth_param_xref.auth_state_auth_param_xref_param_id_fkey
alter table public.auth_state_auth_param_xref add constraint auth_state_auth_param_xref_param_id_fkey FOREIGN KEY (param_id) REFERENCES public.user_auth_param(param_id) ON DELETE CASCADE;

-- foreign key: public.auth_state_auth_param_xref.auth_state_auth_param_xref_session_fkey
alter table public.auth_state_auth_param_xref add constraint auth_state_auth_param_xref_session_fkey FOREIGN KEY (user_id, session_id) REFERENCES public.auth_state(user_id, session_id) ON UPDATE CASCADE ON DELETE CASCADE;

-- foreign key: public.company.company_certifier_id_fkey
alter table public.company add constraint company_certifier_id_fkey FOREIGN KEY (certifier_id) REFERENCES public.users(user_id) ON DELETE SET NULL;

-- foreign key: public.company.company_org_type_id_fkey
alter table public.company add constraint company_org_type_id_fkey FOREIGN KEY (org_type_id) REFERENCES public.organization_type(org_type_id);

-- foreign key: public.company.company_parent_id_fkey
alter table public.company add constraint company_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.company(company_id);

-- foreign key: public.company.company_policy_id_fkey
alter table public.company add constraint company_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.policy(policy_id);

-- foreign key: public.company.company_type_id_fkey
alter table public.company add constraint company_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.company_attribute.company_attribute_company_id_fkey
alter table public.company_attribute add constraint company_attribute_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.company_attribute.company_attribute_metadata_id_fkey
alter table public.company_attribute add constraint company_attribute_metadata_id_fkey FOREIGN KEY (metadata_id) REFERENCES public.metadata_element(metadata_id);

-- foreign key: public.company_attribute_values.company_attribute_values_company_attribute_id_fkey
alter table public.company_attribute_values add constraint company_attribute_values_company_attribute_id_fkey FOREIGN KEY (company_attribute_id) REFERENCES public.company_attribute(company_attr_id) ON DELETE CASCADE;

-- foreign key: public.company_to_company_membership.company_to_company_membership_company_id_fkey
alter table public.company_to_company_membership add constraint company_to_company_membership_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id);

-- foreign key: public.company_to_company_membership.company_to_company_membership_member_company_id_fkey
alter table public.company_to_company_membership add constraint company_to_company_membership_member_company_id_fkey FOREIGN KEY (member_company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.content_provider.content_provider_managed_sys_id_fkey
alter table public.content_provider add constraint content_provider_managed_sys_id_fkey FOREIGN KEY (managed_sys_id) REFERENCES public.managed_sys(managed_sys_id);

-- foreign key: public.content_provider.content_provider_min_auth_level_fkey
alter table public.content_provider add constraint content_provider_min_auth_level_fkey FOREIGN KEY (min_auth_level) REFERENCES public.auth_level(auth_level_id);

-- foreign key: public.content_provider.content_provider_resource_id_fkey
alter table public.content_provider add constraint content_provider_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.email_address.email_address_parent_id_fkey
alter table public.email_address add constraint email_address_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.email_address.email_address_type_id_fkey
alter table public.email_address add constraint email_address_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.group_organization.group_organization_company_id_fkey
alter table public.group_organization add constraint group_organization_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.group_organization.group_organization_grp_id_fkey
alter table public.group_organization add constraint group_organization_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id) ON DELETE CASCADE;

-- foreign key: public.grp.grp_ad_grp_scope_fkey
alter table public.grp add constraint grp_ad_grp_scope_fkey FOREIGN KEY (ad_grp_scope) REFERENCES public.metadata_type(type_id);

-- foreign key: public.grp.grp_ad_grp_type_fkey
alter table public.grp add constraint grp_ad_grp_type_fkey FOREIGN KEY (ad_grp_type) REFERENCES public.metadata_type(type_id);

-- foreign key: public.grp.grp_admin_resource_id_fkey
alter table public.grp add constraint grp_admin_resource_id_fkey FOREIGN KEY (admin_resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.grp.grp_grp_classification_fkey
alter table public.grp add constraint grp_grp_classification_fkey FOREIGN KEY (grp_classification) REFERENCES public.metadata_type(type_id);

-- foreign key: public.grp.grp_grp_risk_fkey
alter table public.grp add constraint grp_grp_risk_fkey FOREIGN KEY (grp_risk) REFERENCES public.metadata_type(type_id);

-- foreign key: public.grp.grp_managed_sys_id_fkey
alter table public.grp add constraint grp_managed_sys_id_fkey FOREIGN KEY (managed_sys_id) REFERENCES public.managed_sys(managed_sys_id);

-- foreign key: public.grp.grp_policy_id_fkey
alter table public.grp add constraint grp_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.policy(policy_id);

-- foreign key: public.grp.grp_type_id_fkey
alter table public.grp add constraint grp_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.grp_grp_membership_rights.grp_grp_membership_rights_access_right_id_fkey
alter table public.grp_grp_membership_rights add constraint grp_grp_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.grp_grp_membership_rights.grp_grp_membership_rights_membership_id_fkey
alter table public.grp_grp_membership_rights add constraint grp_grp_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.grp_to_grp_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.grp_org_membership_rights.grp_org_membership_rights_access_right_id_fkey
alter table public.grp_org_membership_rights add constraint grp_org_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.grp_org_membership_rights.grp_org_membership_rights_membership_id_fkey
alter table public.grp_org_membership_rights add constraint grp_org_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.group_organization(membership_id) ON DELETE CASCADE;

-- foreign key: public.grp_role.grp_role_grp_id_fkey
alter table public.grp_role add constraint grp_role_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id) ON DELETE CASCADE;

-- foreign key: public.grp_role.grp_role_role_id_fkey
alter table public.grp_role add constraint grp_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

-- foreign key: public.grp_role_membership_rights.grp_role_membership_rights_access_right_id_fkey
alter table public.grp_role_membership_rights add constraint grp_role_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.grp_role_membership_rights.grp_role_membership_rights_membership_id_fkey
alter table public.grp_role_membership_rights add constraint grp_role_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.grp_role(membership_id) ON DELETE CASCADE;

-- foreign key: public.grp_to_grp_membership.grp_to_grp_membership_grp_id_fkey
alter table public.grp_to_grp_membership add constraint grp_to_grp_membership_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id) ON DELETE CASCADE;

-- foreign key: public.grp_to_grp_membership.grp_to_grp_membership_member_grp_id_fkey
alter table public.grp_to_grp_membership add constraint grp_to_grp_membership_member_grp_id_fkey FOREIGN KEY (member_grp_id) REFERENCES public.grp(grp_id) ON DELETE CASCADE;

-- foreign key: public.identity_quest_grp.identity_quest_grp_company_owner_id_fkey
alter table public.identity_quest_grp add constraint identity_quest_grp_company_owner_id_fkey FOREIGN KEY (company_owner_id) REFERENCES public.company(company_id) ON DELETE SET NULL;

-- foreign key: public.identity_question.identity_question_identity_quest_grp_id_fkey
alter table public.identity_question add constraint identity_question_identity_quest_grp_id_fkey FOREIGN KEY (identity_quest_grp_id) REFERENCES public.identity_quest_grp(identity_quest_grp_id);

-- foreign key: public.it_policy_version.it_policy_version_content_provider_id_fkey
alter table public.it_policy_version add constraint it_policy_version_content_provider_id_fkey FOREIGN KEY (content_provider_id) REFERENCES public.content_provider(content_provider_id) ON DELETE SET NULL;

-- foreign key: public.it_policy_version.it_policy_version_it_policy_id_fkey
alter table public.it_policy_version add constraint it_policy_version_it_policy_id_fkey FOREIGN KEY (it_policy_id) REFERENCES public.it_policy(it_policy_id);

-- foreign key: public.location.location_company_id_fkey
alter table public.location add constraint location_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.login.login_managed_sys_id_fkey
alter table public.login add constraint login_managed_sys_id_fkey FOREIGN KEY (managed_sys_id) REFERENCES public.managed_sys(managed_sys_id);

-- foreign key: public.login.login_user_id_fkey
alter table public.login add constraint login_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.login_attribute.login_attribute_login_id_fkey
alter table public.login_attribute add constraint login_attribute_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(login_id) ON DELETE CASCADE;

-- foreign key: public.login_attribute.login_attribute_metadata_id_fkey
alter table public.login_attribute add constraint login_attribute_metadata_id_fkey FOREIGN KEY (metadata_id) REFERENCES public.metadata_element(metadata_id);

-- foreign key: public.login_attribute_values.login_attribute_values_login_attribute_id_fkey
alter table public.login_attribute_values add constraint login_attribute_values_login_attribute_id_fkey FOREIGN KEY (login_attribute_id) REFERENCES public.login_attribute(login_attr_id) ON DELETE CASCADE;

-- foreign key: public.managed_sys.managed_sys_resource_id_fkey
alter table public.managed_sys add constraint managed_sys_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.md_element_valid_values.md_element_valid_values_metadata_element_id_fkey
alter table public.md_element_valid_values add constraint md_element_valid_values_metadata_element_id_fkey FOREIGN KEY (metadata_element_id) REFERENCES public.metadata_element(metadata_id) ON DELETE CASCADE;

-- foreign key: public.metadata_element.metadata_element_resource_id_fkey
alter table public.metadata_element add constraint metadata_element_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.metadata_element.metadata_element_type_id_fkey
alter table public.metadata_element add constraint metadata_element_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.org_structure.org_structure_staff_id_fkey
alter table public.org_structure add constraint org_structure_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.org_structure.org_structure_supervisor_id_fkey
alter table public.org_structure add constraint org_structure_supervisor_id_fkey FOREIGN KEY (supervisor_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.org_to_org_membership_rights.org_to_org_membership_rights_access_right_id_fkey
alter table public.org_to_org_membership_rights add constraint org_to_org_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.org_to_org_membership_rights.org_to_org_membership_rights_membership_id_fkey
alter table public.org_to_org_membership_rights add constraint org_to_org_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.company_to_company_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.org_type_valid_membership.org_type_valid_membership_member_org_type_id_fkey
alter table public.org_type_valid_membership add constraint org_type_valid_membership_member_org_type_id_fkey FOREIGN KEY (member_org_type_id) REFERENCES public.organization_type(org_type_id) ON DELETE CASCADE;

-- foreign key: public.org_type_valid_membership.org_type_valid_membership_org_type_id_fkey
alter table public.org_type_valid_membership add constraint org_type_valid_membership_org_type_id_fkey FOREIGN KEY (org_type_id) REFERENCES public.organization_type(org_type_id) ON DELETE CASCADE;

-- foreign key: public.phone.phone_parent_id_fkey
alter table public.phone add constraint phone_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.phone.phone_type_id_fkey
alter table public.phone add constraint phone_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.policy.policy_policy_def_id_fkey
alter table public.policy add constraint policy_policy_def_id_fkey FOREIGN KEY (policy_def_id) REFERENCES public.policy_def(policy_def_id);

-- foreign key: public.policy_attribute.policy_attribute_def_param_id_fkey
alter table public.policy_attribute add constraint policy_attribute_def_param_id_fkey FOREIGN KEY (def_param_id) REFERENCES public.policy_def_param(def_param_id);

-- foreign key: public.policy_attribute.policy_attribute_policy_id_fkey
alter table public.policy_attribute add constraint policy_attribute_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.policy(policy_id) ON DELETE CASCADE;

-- foreign key: public.policy_def_param.policy_def_param_policy_def_id_fkey
alter table public.policy_def_param add constraint policy_def_param_policy_def_id_fkey FOREIGN KEY (policy_def_id) REFERENCES public.policy_def(policy_def_id) ON DELETE CASCADE;

-- foreign key: public.policy_object_assoc.policy_object_assoc_policy_id_fkey
alter table public.policy_object_assoc add constraint policy_object_assoc_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.policy(policy_id) ON DELETE CASCADE;

-- foreign key: public.pwd_history.pwd_history_login_id_fkey
alter table public.pwd_history add constraint pwd_history_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(login_id) ON DELETE CASCADE;

-- foreign key: public.res.res_admin_resource_id_fkey
alter table public.res add constraint res_admin_resource_id_fkey FOREIGN KEY (admin_resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.res.res_min_auth_level_fkey
alter table public.res add constraint res_min_auth_level_fkey FOREIGN KEY (min_auth_level) REFERENCES public.auth_level(auth_level_id);

-- foreign key: public.res.res_resource_type_id_fkey
alter table public.res add constraint res_resource_type_id_fkey FOREIGN KEY (resource_type_id) REFERENCES public.resource_type(resource_type_id);

-- foreign key: public.res.res_type_id_fkey
alter table public.res add constraint res_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.res_grp_membership_rights.res_grp_membership_rights_access_right_id_fkey
alter table public.res_grp_membership_rights add constraint res_grp_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.res_grp_membership_rights.res_grp_membership_rights_membership_id_fkey
alter table public.res_grp_membership_rights add constraint res_grp_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.resource_group(membership_id) ON DELETE CASCADE;

-- foreign key: public.res_org_membership.res_org_membership_company_id_fkey
alter table public.res_org_membership add constraint res_org_membership_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.res_org_membership.res_org_membership_resource_id_fkey
alter table public.res_org_membership add constraint res_org_membership_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE CASCADE;

-- foreign key: public.res_org_membership_rights.res_org_membership_rights_access_right_id_fkey
alter table public.res_org_membership_rights add constraint res_org_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.res_org_membership_rights.res_org_membership_rights_membership_id_fkey
alter table public.res_org_membership_rights add constraint res_org_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.res_org_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.res_res_membership_rights.res_res_membership_rights_access_right_id_fkey
alter table public.res_res_membership_rights add constraint res_res_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.res_res_membership_rights.res_res_membership_rights_membership_id_fkey
alter table public.res_res_membership_rights add constraint res_res_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.res_to_res_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.res_role_membership_rights.res_role_membership_rights_access_right_id_fkey
alter table public.res_role_membership_rights add constraint res_role_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.res_role_membership_rights.res_role_membership_rights_membership_id_fkey
alter table public.res_role_membership_rights add constraint res_role_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.resource_role(membership_id) ON DELETE CASCADE;

-- foreign key: public.res_to_res_membership.res_to_res_membership_member_resource_id_fkey
alter table public.res_to_res_membership add constraint res_to_res_membership_member_resource_id_fkey FOREIGN KEY (member_resource_id) REFERENCES public.res(resource_id) ON DELETE CASCADE;

-- foreign key: public.res_to_res_membership.res_to_res_membership_resource_id_fkey
alter table public.res_to_res_membership add constraint res_to_res_membership_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE CASCADE;

-- foreign key: public.resource_group.resource_group_grp_id_fkey
alter table public.resource_group add constraint resource_group_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id) ON DELETE CASCADE;

-- foreign key: public.resource_group.resource_group_resource_id_fkey
alter table public.resource_group add constraint resource_group_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE CASCADE;

-- foreign key: public.resource_role.resource_role_resource_id_fkey
alter table public.resource_role add constraint resource_role_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id) ON DELETE CASCADE;

-- foreign key: public.resource_role.resource_role_role_id_fkey
alter table public.resource_role add constraint resource_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

-- foreign key: public.resource_user.resource_user_resource_id_fkey
alter table public.resource_user add constraint resource_user_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES public.res(resource_id);

-- foreign key: public.resource_user.resource_user_user_id_fkey
alter table public.resource_user add constraint resource_user_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.role.role_admin_resource_id_fkey
alter table public.role add constraint role_admin_resource_id_fkey FOREIGN KEY (admin_resource_id) REFERENCES public.res(resource_id) ON DELETE SET NULL;

-- foreign key: public.role.role_managed_sys_id_fkey
alter table public.role add constraint role_managed_sys_id_fkey FOREIGN KEY (managed_sys_id) REFERENCES public.managed_sys(managed_sys_id);

-- foreign key: public.role.role_policy_id_fkey
alter table public.role add constraint role_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.policy(policy_id);

-- foreign key: public.role.role_type_id_fkey
alter table public.role add constraint role_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.role_org_membership.role_org_membership_company_id_fkey
alter table public.role_org_membership add constraint role_org_membership_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id) ON DELETE CASCADE;

-- foreign key: public.role_org_membership.role_org_membership_role_id_fkey
alter table public.role_org_membership add constraint role_org_membership_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

-- foreign key: public.role_org_membership_rights.role_org_membership_rights_access_right_id_fkey
alter table public.role_org_membership_rights add constraint role_org_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.role_org_membership_rights.role_org_membership_rights_membership_id_fkey
alter table public.role_org_membership_rights add constraint role_org_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.role_org_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.role_role_membership_rights.role_role_membership_rights_access_right_id_fkey
alter table public.role_role_membership_rights add constraint role_role_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.role_role_membership_rights.role_role_membership_rights_membership_id_fkey
alter table public.role_role_membership_rights add constraint role_role_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.role_to_role_membership(membership_id) ON DELETE CASCADE;

-- foreign key: public.role_to_role_membership.role_to_role_membership_member_role_id_fkey
alter table public.role_to_role_membership add constraint role_to_role_membership_member_role_id_fkey FOREIGN KEY (member_role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

-- foreign key: public.role_to_role_membership.role_to_role_membership_role_id_fkey
alter table public.role_to_role_membership add constraint role_to_role_membership_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id) ON DELETE CASCADE;

-- foreign key: public.user_affiliation.user_affiliation_company_id_fkey
alter table public.user_affiliation add constraint user_affiliation_company_id_fkey FOREIGN KEY (company_id) REFERENCES public.company(company_id);

-- foreign key: public.user_affiliation.user_affiliation_metadata_type_id_fkey
alter table public.user_affiliation add constraint user_affiliation_metadata_type_id_fkey FOREIGN KEY (metadata_type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.user_affiliation.user_affiliation_user_id_fkey
alter table public.user_affiliation add constraint user_affiliation_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_affiliation_rights.user_affiliation_rights_access_right_id_fkey
alter table public.user_affiliation_rights add constraint user_affiliation_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.user_affiliation_rights.user_affiliation_rights_membership_id_fkey
alter table public.user_affiliation_rights add constraint user_affiliation_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.user_affiliation(membership_id) ON DELETE CASCADE;

-- foreign key: public.user_attribute_values.user_attribute_values_user_attribute_id_fkey
alter table public.user_attribute_values add constraint user_attribute_values_user_attribute_id_fkey FOREIGN KEY (user_attribute_id) REFERENCES public.user_attributes(id) ON DELETE CASCADE;

-- foreign key: public.user_attributes.user_attributes_metadata_id_fkey
alter table public.user_attributes add constraint user_attributes_metadata_id_fkey FOREIGN KEY (metadata_id) REFERENCES public.metadata_element(metadata_id);

-- foreign key: public.user_attributes.user_attributes_user_id_fkey
alter table public.user_attributes add constraint user_attributes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_auth_param.user_auth_param_user_id_fkey
alter table public.user_auth_param add constraint user_auth_param_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_grp.user_grp_grp_id_fkey
alter table public.user_grp add constraint user_grp_grp_id_fkey FOREIGN KEY (grp_id) REFERENCES public.grp(grp_id);

-- foreign key: public.user_grp.user_grp_user_id_fkey
alter table public.user_grp add constraint user_grp_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_grp_membership_rights.user_grp_membership_rights_access_right_id_fkey
alter table public.user_grp_membership_rights add constraint user_grp_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.user_grp_membership_rights.user_grp_membership_rights_membership_id_fkey
alter table public.user_grp_membership_rights add constraint user_grp_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.user_grp(membership_id) ON DELETE CASCADE;

-- foreign key: public.user_identity_ans.user_identity_ans_identity_question_id_fkey
alter table public.user_identity_ans add constraint user_identity_ans_identity_question_id_fkey FOREIGN KEY (identity_question_id) REFERENCES public.identity_question(identity_question_id);

-- foreign key: public.user_identity_ans.user_identity_ans_user_id_fkey
alter table public.user_identity_ans add constraint user_identity_ans_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_it_policy_history.user_it_policy_history_content_provider_id_fkey
alter table public.user_it_policy_history add constraint user_it_policy_history_content_provider_id_fkey FOREIGN KEY (content_provider_id) REFERENCES public.content_provider(content_provider_id) ON DELETE SET NULL;

-- foreign key: public.user_it_policy_history.user_it_policy_history_user_id_fkey
alter table public.user_it_policy_history add constraint user_it_policy_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_it_policy_history.user_it_policy_history_version_id_fkey
alter table public.user_it_policy_history add constraint user_it_policy_history_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.it_policy_version(version_id);

-- foreign key: public.user_key.user_key_user_id_fkey
alter table public.user_key add constraint user_key_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_note.user_note_user_id_fkey
alter table public.user_note add constraint user_note_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_res_membership_rights.user_res_membership_rights_access_right_id_fkey
alter table public.user_res_membership_rights add constraint user_res_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.user_res_membership_rights.user_res_membership_rights_membership_id_fkey
alter table public.user_res_membership_rights add constraint user_res_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.resource_user(membership_id) ON DELETE CASCADE;

-- foreign key: public.user_role.user_role_role_id_fkey
alter table public.user_role add constraint user_role_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.role(role_id);

-- foreign key: public.user_role.user_role_user_id_fkey
alter table public.user_role add constraint user_role_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_role_membership_rights.user_role_membership_rights_access_right_id_fkey
alter table public.user_role_membership_rights add constraint user_role_membership_rights_access_right_id_fkey FOREIGN KEY (access_right_id) REFERENCES public.access_rights(access_right_id);

-- foreign key: public.user_role_membership_rights.user_role_membership_rights_membership_id_fkey
alter table public.user_role_membership_rights add constraint user_role_membership_rights_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES public.user_role(membership_id) ON DELETE CASCADE;

-- foreign key: public.user_to_user_membership.user_to_user_membership_primary_user_id_fkey
alter table public.user_to_user_membership add constraint user_to_user_membership_primary_user_id_fkey FOREIGN KEY (primary_user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_to_user_membership.user_to_user_membership_related_user_id_fkey
alter table public.user_to_user_membership add constraint user_to_user_membership_related_user_id_fkey FOREIGN KEY (related_user_id) REFERENCES public.users(user_id) ON DELETE CASCADE;

-- foreign key: public.user_to_user_membership.user_to_user_membership_type_id_fkey
alter table public.user_to_user_membership add constraint user_to_user_membership_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.users.users_alternate_id_fkey
alter table public.users add constraint users_alternate_id_fkey FOREIGN KEY (alternate_id) REFERENCES public.users(user_id) ON DELETE SET NULL;

-- foreign key: public.users.users_cert_delegate_id_fkey
alter table public.users add constraint users_cert_delegate_id_fkey FOREIGN KEY (cert_delegate_id) REFERENCES public.users(user_id) ON DELETE SET NULL;

-- foreign key: public.users.users_company_owner_id_fkey
alter table public.users add constraint users_company_owner_id_fkey FOREIGN KEY (company_owner_id) REFERENCES public.company(company_id);

-- foreign key: public.users.users_employee_type_fkey
alter table public.users add constraint users_employee_type_fkey FOREIGN KEY (employee_type) REFERENCES public.metadata_type(type_id);

-- foreign key: public.users.users_job_code_fkey
alter table public.users add constraint users_job_code_fkey FOREIGN KEY (job_code) REFERENCES public.metadata_type(type_id);

-- foreign key: public.users.users_sub_type_id_fkey
alter table public.users add constraint users_sub_type_id_fkey FOREIGN KEY (sub_type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.users.users_type_id_fkey
alter table public.users add constraint users_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.metadata_type(type_id);

-- foreign key: public.users.users_user_owner_id_fkey
alter table public.users add constraint users_user_owner_id_fkey FOREIGN KEY (user_owner_id) REFERENCES public.users(user_id) ON DELETE SET NULL;

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_closed
CREATE TRIGGER iam_portal_user_reference_closed AFTER UPDATE OF status, uuid ON efs.iam_portal_user_reference FOR EACH ROW WHEN (((COALESCE((new.status)::integer, 1) <> 1) OR ((new.uuid)::text IS DISTINCT FROM (old.uuid)::text))) EXECUTE FUNCTION efs.end_portal_sessions();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_gone
CREATE TRIGGER iam_portal_user_reference_gone AFTER DELETE ON efs.iam_portal_user_reference FOR EACH ROW EXECUTE FUNCTION efs.end_portal_sessions();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_linked
CREATE TRIGGER iam_portal_user_reference_linked AFTER INSERT ON efs.iam_portal_user_reference REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION efs.note_new_links();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_moved
CREATE TRIGGER iam_portal_user_reference_moved AFTER UPDATE OF portal_id, user_id ON efs.iam_portal_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND (old.user_id IS NOT NULL) AND ((old.portal_id IS DISTINCT FROM new.portal_id) OR (new.user_id IS NULL)))) EXECUTE FUNCTION efs.queue_panelist_unassignment();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_queue
CREATE TRIGGER iam_portal_user_reference_queue BEFORE DELETE ON efs.iam_portal_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND (old.user_id IS NOT NULL))) EXECUTE FUNCTION efs.queue_panelist_unassignment();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_replaced
CREATE TRIGGER iam_portal_user_reference_replaced AFTER UPDATE OF uuid ON efs.iam_portal_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND ((old.uuid)::text IS DISTINCT FROM (new.uuid)::text) AND (old.user_id IS NOT NULL) AND (new.user_id IS NOT NULL) AND (NOT (old.portal_id IS DISTINCT FROM new.portal_id)) AND (current_setting('gatehouse.sync'::text, true) IS DISTINCT FROM 'on'::text))) EXECUTE FUNCTION efs.queue_panelist_unassignment();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_truncate
CREATE TRIGGER iam_portal_user_reference_truncate BEFORE TRUNCATE ON efs.iam_portal_user_reference FOR EACH STATEMENT EXECUTE FUNCTION efs.delete_before_truncate();

-- trigger: efs.iam_portal_user_reference.iam_portal_user_reference_unlinked
CREATE TRIGGER iam_portal_user_reference_unlinked AFTER DELETE ON efs.iam_portal_user_reference REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION efs.note_lost_links();

-- trigger: efs.iam_user_reference.iam_user_reference_moved
CREATE TRIGGER iam_user_reference_moved AFTER UPDATE OF user_id ON efs.iam_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND (old.user_id IS NOT NULL) AND (new.user_id IS NULL))) EXECUTE FUNCTION efs.queue_user_unassignment();

-- trigger: efs.iam_user_reference.iam_user_reference_queue
CREATE TRIGGER iam_user_reference_queue BEFORE DELETE ON efs.iam_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND (old.user_id IS NOT NULL))) EXECUTE FUNCTION efs.queue_user_unassignment();

-- trigger: efs.iam_user_reference.iam_user_reference_replaced
CREATE TRIGGER iam_user_reference_replaced AFTER UPDATE OF uuid ON efs.iam_user_reference FOR EACH ROW WHEN (((old.uuid IS NOT NULL) AND ((old.uuid)::text IS DISTINCT FROM (new.uuid)::text) AND (old.user_id IS NOT NULL) AND (new.user_id IS NOT NULL) AND (current_setting('gatehouse.sync'::text, true) IS DISTINCT FROM 'on'::text))) EXECUTE FUNCTION efs.queue_user_unassignment();

-- trigger: efs.iam_user_reference.iam_user_reference_truncate
CREATE TRIGGER iam_user_reference_truncate BEFORE TRUNCATE ON efs.iam_user_reference FOR EACH STATEMENT EXECUTE FUNCTION efs.delete_before_truncate();

-- trigger: efs.panelists.panelists_leave
CREATE TRIGGER panelists_leave BEFORE DELETE ON efs.panelists FOR EACH ROW EXECUTE FUNCTION efs.panelist_leaves();

-- trigger: efs.portal_panelist.portal_panelist_linked
CREATE TRIGGER portal_panelist_linked BEFORE INSERT ON efs.portal_panelist FOR EACH ROW EXECUTE FUNCTION efs.note_linked_member();

-- trigger: efs.portal_panelist.portal_panelist_moved
CREATE TRIGGER portal_panelist_moved AFTER UPDATE OF portal_id ON efs.portal_panelist FOR EACH ROW WHEN ((old.portal_id <> new.portal_id)) EXECUTE FUNCTION efs.remove_reference();

-- trigger: efs.portal_panelist.portal_panelist_reference
CREATE TRIGGER portal_panelist_reference AFTER DELETE ON efs.portal_panelist FOR EACH ROW EXECUTE FUNCTION efs.remove_reference();

-- trigger: efs.portal_panelist.portal_panelist_truncate
CREATE TRIGGER portal_panelist_truncate BEFORE TRUNCATE ON efs.portal_panelist FOR EACH STATEMENT EXECUTE FUNCTION efs.delete_before_truncate();

-- trigger: efs.portal_session.portal_session_token_data
CREATE TRIGGER portal_session_token_data AFTER DELETE ON efs.portal_session FOR EACH ROW EXECUTE FUNCTION efs.remove_token_data();

-- trigger: efs.users.users_leave
CREATE TRIGGER users_leave BEFORE DELETE ON efs.users FOR EACH ROW EXECUTE FUNCTION efs.user_leaves();

-- trigger: gatehouse.delegation.delegation_keeps_super_admin
CREATE CONSTRAINT TRIGGER delegation_keeps_super_admin AFTER INSERT OR UPDATE OF user_id ON gatehouse.delegation DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_super_admin_whole();

-- trigger: gatehouse.message.message_queued
CREATE TRIGGER message_queued AFTER INSERT ON gatehouse.message FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.wake_sender();

-- trigger: gatehouse.recovery_request.recovery_requested
CREATE TRIGGER recovery_requested AFTER INSERT ON gatehouse.recovery_request FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.wake_recovery();

-- trigger: public.access_rights.access_rights_keep_former
CREATE TRIGGER access_rights_keep_former AFTER DELETE OR UPDATE OF access_right_id ON public.access_rights FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_former_right();

-- trigger: public.company.company_guard
CREATE TRIGGER company_guard AFTER UPDATE OF status ON public.company FOR EACH ROW WHEN (((current_setting('gatehouse.rights'::text, true) <> ''::text) AND ((old.status)::text IS DISTINCT FROM (new.status)::text))) EXECUTE FUNCTION gatehouse.guard_node('o', 'company_id');

-- trigger: public.company.company_mirror
CREATE TRIGGER company_mirror AFTER INSERT OR DELETE ON public.company FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_node('o', 'company_id', 'company_name');

-- trigger: public.company.company_mirror_update
CREATE TRIGGER company_mirror_update AFTER UPDATE OF company_name, status ON public.company FOR EACH ROW WHEN ((((old.company_name)::text IS DISTINCT FROM (new.company_name)::text) OR ((old.status)::text IS DISTINCT FROM (new.status)::text))) EXECUTE FUNCTION gatehouse.mirror_node('o', 'company_id', 'company_name');

-- trigger: public.company_to_company_membership.company_to_company_membership_guard
CREATE TRIGGER company_to_company_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.company_to_company_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('o', 'company_id', 'org_to_org_membership_rights');

-- trigger: public.company_to_company_membership.company_to_company_membership_mirror
CREATE TRIGGER company_to_company_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.company_to_company_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('oo', 'member_company_id', 'company_id', 'org_to_org_membership_rights');

-- trigger: public.company_to_company_membership.company_to_company_membership_period_insert
CREATE TRIGGER company_to_company_membership_period_insert AFTER INSERT ON public.company_to_company_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('company_id', 'member_company_id');

-- trigger: public.company_to_company_membership.company_to_company_membership_period_update
CREATE TRIGGER company_to_company_membership_period_update AFTER UPDATE ON public.company_to_company_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('company_id', 'member_company_id');

-- trigger: public.email_address.address_changed_drops_proof
CREATE CONSTRAINT TRIGGER address_changed_drops_proof AFTER UPDATE OF email_address, active, parent_id ON public.email_address DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.active = 'Y'::bpchar) AND ((new.active <> 'Y'::bpchar) OR ((new.parent_id)::text <> (old.parent_id)::text) OR (lower(((new.email_address)::text COLLATE "C")) <> lower(((old.email_address)::text COLLATE "C")))))) EXECUTE FUNCTION gatehouse.drop_address();

-- trigger: public.email_address.address_gone_drops_proof
CREATE CONSTRAINT TRIGGER address_gone_drops_proof AFTER DELETE ON public.email_address DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.active = 'Y'::bpchar)) EXECUTE FUNCTION gatehouse.drop_address();

-- trigger: public.group_organization.group_organization_guard
CREATE TRIGGER group_organization_guard AFTER INSERT OR DELETE OR UPDATE ON public.group_organization FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('g', 'grp_id', 'grp_org_membership_rights');

-- trigger: public.group_organization.group_organization_mirror
CREATE TRIGGER group_organization_mirror AFTER INSERT OR DELETE OR UPDATE ON public.group_organization FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('og', 'company_id', 'grp_id', 'grp_org_membership_rights');

-- trigger: public.group_organization.group_organization_period_insert
CREATE TRIGGER group_organization_period_insert AFTER INSERT ON public.group_organization REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('grp_id', 'company_id');

-- trigger: public.group_organization.group_organization_period_update
CREATE TRIGGER group_organization_period_update AFTER UPDATE ON public.group_organization REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('grp_id', 'company_id');

-- trigger: public.grp.grp_guard
CREATE TRIGGER grp_guard AFTER UPDATE OF status, assign_to_all, max_user_number, membership_duration_seconds ON public.grp FOR EACH ROW WHEN (((current_setting('gatehouse.rights'::text, true) <> ''::text) AND (((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.assign_to_all IS DISTINCT FROM new.assign_to_all) OR (old.max_user_number IS DISTINCT FROM new.max_user_number) OR (old.membership_duration_seconds IS DISTINCT FROM new.membership_duration_seconds)))) EXECUTE FUNCTION gatehouse.guard_node('g', 'grp_id');

-- trigger: public.grp.grp_mirror
CREATE TRIGGER grp_mirror AFTER INSERT OR DELETE ON public.grp FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_node('g', 'grp_id', 'grp_name');

-- trigger: public.grp.grp_mirror_update
CREATE TRIGGER grp_mirror_update AFTER UPDATE OF grp_name, status, assign_to_all ON public.grp FOR EACH ROW WHEN ((((old.grp_name)::text IS DISTINCT FROM (new.grp_name)::text) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.assign_to_all IS DISTINCT FROM new.assign_to_all))) EXECUTE FUNCTION gatehouse.mirror_node('g', 'grp_id', 'grp_name');

-- trigger: public.grp_grp_membership_rights.grp_grp_membership_rights_mirror_delete
CREATE TRIGGER grp_grp_membership_rights_mirror_delete AFTER DELETE ON public.grp_grp_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gg');

-- trigger: public.grp_grp_membership_rights.grp_grp_membership_rights_mirror_insert
CREATE TRIGGER grp_grp_membership_rights_mirror_insert AFTER INSERT ON public.grp_grp_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gg');

-- trigger: public.grp_org_membership_rights.grp_org_membership_rights_mirror_delete
CREATE TRIGGER grp_org_membership_rights_mirror_delete AFTER DELETE ON public.grp_org_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('og');

-- trigger: public.grp_org_membership_rights.grp_org_membership_rights_mirror_insert
CREATE TRIGGER grp_org_membership_rights_mirror_insert AFTER INSERT ON public.grp_org_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('og');

-- trigger: public.grp_role.grp_role_guard
CREATE TRIGGER grp_role_guard AFTER INSERT OR DELETE OR UPDATE ON public.grp_role FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('r', 'role_id', 'grp_role_membership_rights');

-- trigger: public.grp_role.grp_role_mirror
CREATE TRIGGER grp_role_mirror AFTER INSERT OR DELETE OR UPDATE ON public.grp_role FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('gr', 'grp_id', 'role_id', 'grp_role_membership_rights');

-- trigger: public.grp_role.grp_role_period_insert
CREATE TRIGGER grp_role_period_insert AFTER INSERT ON public.grp_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'grp_id');

-- trigger: public.grp_role.grp_role_period_update
CREATE TRIGGER grp_role_period_update AFTER UPDATE ON public.grp_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'grp_id');

-- trigger: public.grp_role_membership_rights.grp_role_membership_rights_mirror_delete
CREATE TRIGGER grp_role_membership_rights_mirror_delete AFTER DELETE ON public.grp_role_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gr');

-- trigger: public.grp_role_membership_rights.grp_role_membership_rights_mirror_insert
CREATE TRIGGER grp_role_membership_rights_mirror_insert AFTER INSERT ON public.grp_role_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gr');

-- trigger: public.grp_to_grp_membership.grp_to_grp_membership_guard
CREATE TRIGGER grp_to_grp_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.grp_to_grp_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('g', 'grp_id', 'grp_grp_membership_rights');

-- trigger: public.grp_to_grp_membership.grp_to_grp_membership_mirror
CREATE TRIGGER grp_to_grp_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.grp_to_grp_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('gg', 'member_grp_id', 'grp_id', 'grp_grp_membership_rights');

-- trigger: public.grp_to_grp_membership.grp_to_grp_membership_period_insert
CREATE TRIGGER grp_to_grp_membership_period_insert AFTER INSERT ON public.grp_to_grp_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('grp_id', 'member_grp_id');

-- trigger: public.grp_to_grp_membership.grp_to_grp_membership_period_update
CREATE TRIGGER grp_to_grp_membership_period_update AFTER UPDATE ON public.grp_to_grp_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('grp_id', 'member_grp_id');

-- trigger: public.login.login_auth_type_end_sessions
CREATE TRIGGER login_auth_type_end_sessions AFTER UPDATE OF auth_type ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((old.auth_type IS NULL) OR ((old.auth_type)::text ~* '^\s*(password)?\s*$'::text)) AND (NOT ((new.auth_type IS NULL) OR ((new.auth_type)::text ~* '^\s*(password)?\s*$'::text))))) EXECUTE FUNCTION gatehouse.end_password_sessions();

-- trigger: public.login.login_closed_end_recovery
CREATE TRIGGER login_closed_end_recovery BEFORE UPDATE OF status, is_active, lock_marker, user_id, managed_sys_id, auth_type ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((((old.status)::text = 'ACTIVE'::text) AND ((new.status)::text <> 'ACTIVE'::text)) OR ((old.is_active = 'Y'::bpchar) AND (new.is_active <> 'Y'::bpchar)) OR (((old.lock_marker)::text IS DISTINCT FROM (new.lock_marker)::text) AND ((new.lock_marker)::text = 'LOCKED_ADMIN'::text)) OR ((old.user_id)::text <> (new.user_id)::text) OR ((new.managed_sys_id)::text <> '0'::text) OR (((old.auth_type IS NULL) OR ((old.auth_type)::text ~* '^\s*(password)?\s*$'::text)) AND (NOT ((new.auth_type IS NULL) OR ((new.auth_type)::text ~* '^\s*(password)?\s*$'::text))))))) EXECUTE FUNCTION gatehouse.end_recovery();

-- trigger: public.login.login_end_offline_access
CREATE TRIGGER login_end_offline_access AFTER UPDATE OF status, is_active, user_id, managed_sys_id ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((((old.status)::text = 'ACTIVE'::text) AND ((new.status)::text <> 'ACTIVE'::text)) OR ((old.is_active = 'Y'::bpchar) AND (new.is_active <> 'Y'::bpchar)) OR ((old.user_id)::text <> (new.user_id)::text) OR ((new.managed_sys_id)::text <> '0'::text)))) EXECUTE FUNCTION gatehouse.end_offline_access();

-- trigger: public.login.login_end_sessions
CREATE TRIGGER login_end_sessions AFTER UPDATE OF status, is_active, lock_marker, user_id ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((((old.status)::text = 'ACTIVE'::text) AND ((new.status)::text <> 'ACTIVE'::text)) OR ((old.is_active = 'Y'::bpchar) AND (new.is_active <> 'Y'::bpchar)) OR (((old.lock_marker)::text IS DISTINCT FROM (new.lock_marker)::text) AND ((new.lock_marker)::text = 'LOCKED_ADMIN'::text)) OR ((old.user_id)::text <> (new.user_id)::text)))) EXECUTE FUNCTION gatehouse.end_sessions();

-- trigger: public.login.login_gone_end_offline_access
CREATE TRIGGER login_gone_end_offline_access AFTER DELETE ON public.login FOR EACH ROW WHEN (((old.managed_sys_id)::text = '0'::text)) EXECUTE FUNCTION gatehouse.end_offline_access();

-- trigger: public.login.login_gone_end_sessions
CREATE TRIGGER login_gone_end_sessions AFTER DELETE ON public.login FOR EACH ROW WHEN (((old.managed_sys_id)::text = '0'::text)) EXECUTE FUNCTION gatehouse.end_sessions();

-- trigger: public.login.login_gone_forget_devices
CREATE TRIGGER login_gone_forget_devices AFTER DELETE ON public.login FOR EACH ROW WHEN (((old.managed_sys_id)::text = '0'::text)) EXECUTE FUNCTION gatehouse.forget_devices();

-- trigger: public.login.login_gone_keeps_super_admin
CREATE CONSTRAINT TRIGGER login_gone_keeps_super_admin AFTER DELETE ON public.login DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND (old.is_active = 'Y'::bpchar) AND ((old.status)::text = 'ACTIVE'::text))) EXECUTE FUNCTION gatehouse.keep_super_admin_login();

-- trigger: public.login.login_keeps_name
CREATE TRIGGER login_keeps_name AFTER INSERT ON public.login FOR EACH ROW WHEN ((octet_length((new.login)::text) <> char_length((new.login)::text))) EXECUTE FUNCTION gatehouse.keep_login_name();

-- trigger: public.login.login_keeps_super_admin
CREATE CONSTRAINT TRIGGER login_keeps_super_admin AFTER UPDATE OF is_active, status, managed_sys_id, user_id ON public.login DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND (old.is_active = 'Y'::bpchar) AND ((old.status)::text = 'ACTIVE'::text) AND ((new.is_active IS DISTINCT FROM 'Y'::bpchar) OR ((new.status)::text IS DISTINCT FROM 'ACTIVE'::text) OR ((new.managed_sys_id)::text <> '0'::text) OR ((new.user_id)::text <> (old.user_id)::text)))) EXECUTE FUNCTION gatehouse.keep_super_admin_login();

-- trigger: public.login.login_moved_end_sessions
CREATE TRIGGER login_moved_end_sessions AFTER UPDATE OF managed_sys_id ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((new.managed_sys_id)::text <> '0'::text))) EXECUTE FUNCTION gatehouse.end_sessions();

-- trigger: public.login.login_password_end_offline_access
CREATE TRIGGER login_password_end_offline_access AFTER UPDATE OF password ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((old.password)::text IS DISTINCT FROM (new.password)::text) AND (COALESCE(current_setting('gatehouse.rehash'::text, true), ''::text) <> 'true'::text) AND (COALESCE(current_setting('gatehouse.session'::text, true), ''::text) = ''::text))) EXECUTE FUNCTION gatehouse.end_offline_access();

-- trigger: public.login.login_password_end_recovery
CREATE TRIGGER login_password_end_recovery BEFORE UPDATE OF password ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((old.password)::text IS DISTINCT FROM (new.password)::text) AND (COALESCE(current_setting('gatehouse.rehash'::text, true), ''::text) <> 'true'::text))) EXECUTE FUNCTION gatehouse.end_recovery();

-- trigger: public.login.login_password_end_sessions
CREATE TRIGGER login_password_end_sessions AFTER UPDATE OF password ON public.login FOR EACH ROW WHEN ((((old.managed_sys_id)::text = '0'::text) AND ((old.password)::text IS DISTINCT FROM (new.password)::text) AND (COALESCE(current_setting('gatehouse.rehash'::text, true), ''::text) <> 'true'::text))) EXECUTE FUNCTION gatehouse.end_sessions();

-- trigger: public.login.login_renamed_keeps_name
CREATE TRIGGER login_renamed_keeps_name AFTER UPDATE OF login, managed_sys_id ON public.login FOR EACH ROW WHEN (((((new.login)::text <> (old.login)::text) OR ((new.managed_sys_id)::text <> (old.managed_sys_id)::text)) AND (octet_length((new.login)::text) <> char_length((new.login)::text)))) EXECUTE FUNCTION gatehouse.keep_login_name();

-- trigger: public.org_to_org_membership_rights.org_to_org_membership_rights_mirror_delete
CREATE TRIGGER org_to_org_membership_rights_mirror_delete AFTER DELETE ON public.org_to_org_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('oo');

-- trigger: public.org_to_org_membership_rights.org_to_org_membership_rights_mirror_insert
CREATE TRIGGER org_to_org_membership_rights_mirror_insert AFTER INSERT ON public.org_to_org_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('oo');

-- trigger: public.phone.phone_changed_drops_number
CREATE CONSTRAINT TRIGGER phone_changed_drops_number AFTER UPDATE OF country_cd, area_cd, phone_nbr, active, is_for_sms ON public.phone DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.is_for_sms = 'Y'::bpchar) AND (old.active = 'Y'::bpchar))) EXECUTE FUNCTION gatehouse.drop_number();

-- trigger: public.phone.phone_gone_drops_number
CREATE CONSTRAINT TRIGGER phone_gone_drops_number AFTER DELETE ON public.phone DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.is_for_sms = 'Y'::bpchar)) EXECUTE FUNCTION gatehouse.drop_number();

-- trigger: public.res.res_guard
CREATE TRIGGER res_guard AFTER UPDATE OF is_public ON public.res FOR EACH ROW WHEN (((current_setting('gatehouse.rights'::text, true) <> ''::text) AND (old.is_public IS DISTINCT FROM new.is_public))) EXECUTE FUNCTION gatehouse.guard_node('s', 'resource_id');

-- trigger: public.res.res_mirror
CREATE TRIGGER res_mirror AFTER INSERT OR DELETE ON public.res FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_node('s', 'resource_id', 'name');

-- trigger: public.res.res_mirror_update
CREATE TRIGGER res_mirror_update AFTER UPDATE OF name, is_public ON public.res FOR EACH ROW WHEN ((((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.is_public IS DISTINCT FROM new.is_public))) EXECUTE FUNCTION gatehouse.mirror_node('s', 'resource_id', 'name');

-- trigger: public.res_grp_membership_rights.res_grp_membership_rights_guard
CREATE TRIGGER res_grp_membership_rights_guard AFTER INSERT OR DELETE ON public.res_grp_membership_rights FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_rights('resource_group');

-- trigger: public.res_grp_membership_rights.res_grp_membership_rights_mirror_delete
CREATE TRIGGER res_grp_membership_rights_mirror_delete AFTER DELETE ON public.res_grp_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gs');

-- trigger: public.res_grp_membership_rights.res_grp_membership_rights_mirror_insert
CREATE TRIGGER res_grp_membership_rights_mirror_insert AFTER INSERT ON public.res_grp_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('gs');

-- trigger: public.res_org_membership.res_org_membership_guard
CREATE TRIGGER res_org_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.res_org_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('s', 'resource_id', 'res_org_membership_rights');

-- trigger: public.res_org_membership.res_org_membership_mirror
CREATE TRIGGER res_org_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.res_org_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('os', 'company_id', 'resource_id', 'res_org_membership_rights');

-- trigger: public.res_org_membership.res_org_membership_period_insert
CREATE TRIGGER res_org_membership_period_insert AFTER INSERT ON public.res_org_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'company_id');

-- trigger: public.res_org_membership.res_org_membership_period_update
CREATE TRIGGER res_org_membership_period_update AFTER UPDATE ON public.res_org_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'company_id');

-- trigger: public.res_org_membership_rights.res_org_membership_rights_guard
CREATE TRIGGER res_org_membership_rights_guard AFTER INSERT OR DELETE ON public.res_org_membership_rights FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_rights('res_org_membership');

-- trigger: public.res_org_membership_rights.res_org_membership_rights_mirror_delete
CREATE TRIGGER res_org_membership_rights_mirror_delete AFTER DELETE ON public.res_org_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('os');

-- trigger: public.res_org_membership_rights.res_org_membership_rights_mirror_insert
CREATE TRIGGER res_org_membership_rights_mirror_insert AFTER INSERT ON public.res_org_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('os');

-- trigger: public.res_res_membership_rights.res_res_membership_rights_guard
CREATE TRIGGER res_res_membership_rights_guard AFTER INSERT OR DELETE ON public.res_res_membership_rights FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_rights('res_to_res_membership');

-- trigger: public.res_res_membership_rights.res_res_membership_rights_mirror_delete
CREATE TRIGGER res_res_membership_rights_mirror_delete AFTER DELETE ON public.res_res_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('ss');

-- trigger: public.res_res_membership_rights.res_res_membership_rights_mirror_insert
CREATE TRIGGER res_res_membership_rights_mirror_insert AFTER INSERT ON public.res_res_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('ss');

-- trigger: public.res_role_membership_rights.res_role_membership_rights_guard
CREATE TRIGGER res_role_membership_rights_guard AFTER INSERT OR DELETE ON public.res_role_membership_rights FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_rights('resource_role');

-- trigger: public.res_role_membership_rights.res_role_membership_rights_mirror_delete
CREATE TRIGGER res_role_membership_rights_mirror_delete AFTER DELETE ON public.res_role_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('rs');

-- trigger: public.res_role_membership_rights.res_role_membership_rights_mirror_insert
CREATE TRIGGER res_role_membership_rights_mirror_insert AFTER INSERT ON public.res_role_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('rs');

-- trigger: public.res_to_res_membership.res_to_res_membership_guard
CREATE TRIGGER res_to_res_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.res_to_res_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('s', 'resource_id', 'res_res_membership_rights');

-- trigger: public.res_to_res_membership.res_to_res_membership_mirror
CREATE TRIGGER res_to_res_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.res_to_res_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('ss', 'member_resource_id', 'resource_id', 'res_res_membership_rights');

-- trigger: public.res_to_res_membership.res_to_res_membership_period_insert
CREATE TRIGGER res_to_res_membership_period_insert AFTER INSERT ON public.res_to_res_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'member_resource_id');

-- trigger: public.res_to_res_membership.res_to_res_membership_period_update
CREATE TRIGGER res_to_res_membership_period_update AFTER UPDATE ON public.res_to_res_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'member_resource_id');

-- trigger: public.resource_group.resource_group_guard
CREATE TRIGGER resource_group_guard AFTER INSERT OR DELETE OR UPDATE ON public.resource_group FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('s', 'resource_id', 'res_grp_membership_rights');

-- trigger: public.resource_group.resource_group_mirror
CREATE TRIGGER resource_group_mirror AFTER INSERT OR DELETE OR UPDATE ON public.resource_group FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('gs', 'grp_id', 'resource_id', 'res_grp_membership_rights');

-- trigger: public.resource_group.resource_group_period_insert
CREATE TRIGGER resource_group_period_insert AFTER INSERT ON public.resource_group REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'grp_id');

-- trigger: public.resource_group.resource_group_period_update
CREATE TRIGGER resource_group_period_update AFTER UPDATE ON public.resource_group REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'grp_id');

-- trigger: public.resource_role.resource_role_guard
CREATE TRIGGER resource_role_guard AFTER INSERT OR DELETE OR UPDATE ON public.resource_role FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('s', 'resource_id', 'res_role_membership_rights');

-- trigger: public.resource_role.resource_role_mirror
CREATE TRIGGER resource_role_mirror AFTER INSERT OR DELETE OR UPDATE ON public.resource_role FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('rs', 'role_id', 'resource_id', 'res_role_membership_rights');

-- trigger: public.resource_role.resource_role_period_insert
CREATE TRIGGER resource_role_period_insert AFTER INSERT ON public.resource_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'role_id');

-- trigger: public.resource_role.resource_role_period_update
CREATE TRIGGER resource_role_period_update AFTER UPDATE ON public.resource_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('resource_id', 'role_id');

-- trigger: public.resource_user.resource_user_guard
CREATE TRIGGER resource_user_guard AFTER INSERT OR DELETE OR UPDATE ON public.resource_user FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('s', 'resource_id', 'user_res_membership_rights');

-- trigger: public.resource_user.resource_user_history
CREATE TRIGGER resource_user_history BEFORE DELETE OR UPDATE ON public.resource_user FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_membership('us', 'resource_id', 'user_res_membership_rights');

-- trigger: public.resource_user.resource_user_period_insert
CREATE TRIGGER resource_user_period_insert AFTER INSERT ON public.resource_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'resource_id');

-- trigger: public.resource_user.resource_user_period_update
CREATE TRIGGER resource_user_period_update AFTER UPDATE ON public.resource_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'resource_id');

-- trigger: public.role.role_guard
CREATE TRIGGER role_guard AFTER UPDATE OF status, max_user_number, membership_duration_seconds ON public.role FOR EACH ROW WHEN (((current_setting('gatehouse.rights'::text, true) <> ''::text) AND (((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.max_user_number IS DISTINCT FROM new.max_user_number) OR (old.membership_duration_seconds IS DISTINCT FROM new.membership_duration_seconds)))) EXECUTE FUNCTION gatehouse.guard_node('r', 'role_id');

-- trigger: public.role.role_keeps_super_admin
CREATE CONSTRAINT TRIGGER role_keeps_super_admin AFTER UPDATE OF status ON public.role DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN ((((old.role_id)::text = 'GATEHOUSE_SUPER_ADMIN'::text) AND ((new.status)::text IS DISTINCT FROM 'ACTIVE'::text) AND ((old.status)::text = 'ACTIVE'::text))) EXECUTE FUNCTION gatehouse.keep_super_admin_role();

-- trigger: public.role.role_mirror
CREATE TRIGGER role_mirror AFTER INSERT OR DELETE ON public.role FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_node('r', 'role_id', 'role_name');

-- trigger: public.role.role_mirror_update
CREATE TRIGGER role_mirror_update AFTER UPDATE OF role_name, status ON public.role FOR EACH ROW WHEN ((((old.role_name)::text IS DISTINCT FROM (new.role_name)::text) OR ((old.status)::text IS DISTINCT FROM (new.status)::text))) EXECUTE FUNCTION gatehouse.mirror_node('r', 'role_id', 'role_name');

-- trigger: public.role_org_membership.role_org_membership_guard
CREATE TRIGGER role_org_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.role_org_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('r', 'role_id', 'role_org_membership_rights');

-- trigger: public.role_org_membership.role_org_membership_mirror
CREATE TRIGGER role_org_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.role_org_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('or', 'company_id', 'role_id', 'role_org_membership_rights');

-- trigger: public.role_org_membership.role_org_membership_period_insert
CREATE TRIGGER role_org_membership_period_insert AFTER INSERT ON public.role_org_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'company_id');

-- trigger: public.role_org_membership.role_org_membership_period_update
CREATE TRIGGER role_org_membership_period_update AFTER UPDATE ON public.role_org_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'company_id');

-- trigger: public.role_org_membership_rights.role_org_membership_rights_mirror_delete
CREATE TRIGGER role_org_membership_rights_mirror_delete AFTER DELETE ON public.role_org_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('or');

-- trigger: public.role_org_membership_rights.role_org_membership_rights_mirror_insert
CREATE TRIGGER role_org_membership_rights_mirror_insert AFTER INSERT ON public.role_org_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('or');

-- trigger: public.role_role_membership_rights.role_role_membership_rights_mirror_delete
CREATE TRIGGER role_role_membership_rights_mirror_delete AFTER DELETE ON public.role_role_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('rr');

-- trigger: public.role_role_membership_rights.role_role_membership_rights_mirror_insert
CREATE TRIGGER role_role_membership_rights_mirror_insert AFTER INSERT ON public.role_role_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.mirror_rights('rr');

-- trigger: public.role_to_role_membership.role_to_role_membership_guard
CREATE TRIGGER role_to_role_membership_guard AFTER INSERT OR DELETE OR UPDATE ON public.role_to_role_membership FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('r', 'role_id', 'role_role_membership_rights');

-- trigger: public.role_to_role_membership.role_to_role_membership_mirror
CREATE TRIGGER role_to_role_membership_mirror AFTER INSERT OR DELETE OR UPDATE ON public.role_to_role_membership FOR EACH ROW EXECUTE FUNCTION gatehouse.mirror_edge('rr', 'member_role_id', 'role_id', 'role_role_membership_rights');

-- trigger: public.role_to_role_membership.role_to_role_membership_period_insert
CREATE TRIGGER role_to_role_membership_period_insert AFTER INSERT ON public.role_to_role_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'member_role_id');

-- trigger: public.role_to_role_membership.role_to_role_membership_period_update
CREATE TRIGGER role_to_role_membership_period_update AFTER UPDATE ON public.role_to_role_membership REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('role_id', 'member_role_id');

-- trigger: public.user_affiliation.user_affiliation_guard
CREATE TRIGGER user_affiliation_guard AFTER INSERT OR DELETE OR UPDATE ON public.user_affiliation FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('o', 'company_id', 'user_affiliation_rights');

-- trigger: public.user_affiliation.user_affiliation_history
CREATE TRIGGER user_affiliation_history BEFORE DELETE OR UPDATE ON public.user_affiliation FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_membership('uo', 'company_id', 'user_affiliation_rights');

-- trigger: public.user_affiliation.user_affiliation_period_insert
CREATE TRIGGER user_affiliation_period_insert AFTER INSERT ON public.user_affiliation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'company_id');

-- trigger: public.user_affiliation.user_affiliation_period_update
CREATE TRIGGER user_affiliation_period_update AFTER UPDATE ON public.user_affiliation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'company_id');

-- trigger: public.user_affiliation_rights.user_affiliation_rights_history_delete
CREATE TRIGGER user_affiliation_rights_history_delete AFTER DELETE ON public.user_affiliation_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('uo', 'company_id', 'user_affiliation');

-- trigger: public.user_affiliation_rights.user_affiliation_rights_history_insert
CREATE TRIGGER user_affiliation_rights_history_insert AFTER INSERT ON public.user_affiliation_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('uo', 'company_id', 'user_affiliation');

-- trigger: public.user_auth_param.number_gone_ends_codes
CREATE TRIGGER number_gone_ends_codes AFTER DELETE ON public.user_auth_param FOR EACH ROW WHEN ((((old.type)::text = 'SMS'::text) AND (old.confirmed = 'Y'::bpchar))) EXECUTE FUNCTION gatehouse.end_codes();

-- trigger: public.user_grp.user_grp_guard
CREATE TRIGGER user_grp_guard AFTER INSERT OR DELETE OR UPDATE ON public.user_grp FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('g', 'grp_id', 'user_grp_membership_rights');

-- trigger: public.user_grp.user_grp_history
CREATE TRIGGER user_grp_history BEFORE DELETE OR UPDATE ON public.user_grp FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_membership('ug', 'grp_id', 'user_grp_membership_rights');

-- trigger: public.user_grp.user_grp_period_insert
CREATE TRIGGER user_grp_period_insert AFTER INSERT ON public.user_grp REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'grp_id');

-- trigger: public.user_grp.user_grp_period_update
CREATE TRIGGER user_grp_period_update AFTER UPDATE ON public.user_grp REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'grp_id');

-- trigger: public.user_grp_membership_rights.user_grp_membership_rights_history_delete
CREATE TRIGGER user_grp_membership_rights_history_delete AFTER DELETE ON public.user_grp_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('ug', 'grp_id', 'user_grp');

-- trigger: public.user_grp_membership_rights.user_grp_membership_rights_history_insert
CREATE TRIGGER user_grp_membership_rights_history_insert AFTER INSERT ON public.user_grp_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('ug', 'grp_id', 'user_grp');

-- trigger: public.user_res_membership_rights.user_res_membership_rights_guard
CREATE TRIGGER user_res_membership_rights_guard AFTER INSERT OR DELETE ON public.user_res_membership_rights FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_rights('resource_user');

-- trigger: public.user_res_membership_rights.user_res_membership_rights_history_delete
CREATE TRIGGER user_res_membership_rights_history_delete AFTER DELETE ON public.user_res_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('us', 'resource_id', 'resource_user');

-- trigger: public.user_res_membership_rights.user_res_membership_rights_history_insert
CREATE TRIGGER user_res_membership_rights_history_insert AFTER INSERT ON public.user_res_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('us', 'resource_id', 'resource_user');

-- trigger: public.user_role.user_role_guard
CREATE TRIGGER user_role_guard AFTER INSERT OR DELETE OR UPDATE ON public.user_role FOR EACH ROW WHEN ((current_setting('gatehouse.rights'::text, true) <> ''::text)) EXECUTE FUNCTION gatehouse.guard_edge('r', 'role_id', 'user_role_membership_rights');

-- trigger: public.user_role.user_role_history
CREATE TRIGGER user_role_history BEFORE DELETE OR UPDATE ON public.user_role FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_membership('ur', 'role_id', 'user_role_membership_rights');

-- trigger: public.user_role.user_role_keeps_super_admin
CREATE CONSTRAINT TRIGGER user_role_keeps_super_admin AFTER DELETE OR UPDATE ON public.user_role DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN ((((old.role_id)::text = 'GATEHOUSE_SUPER_ADMIN'::text) AND ((old.end_date IS NULL) OR (old.end_date > now())))) EXECUTE FUNCTION gatehouse.keep_super_admin();

-- trigger: public.user_role.user_role_period_insert
CREATE TRIGGER user_role_period_insert AFTER INSERT ON public.user_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'role_id');

-- trigger: public.user_role.user_role_period_update
CREATE TRIGGER user_role_period_update AFTER UPDATE ON public.user_role REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_overlap('user_id', 'role_id');

-- trigger: public.user_role_membership_rights.user_role_membership_rights_history_delete
CREATE TRIGGER user_role_membership_rights_history_delete AFTER DELETE ON public.user_role_membership_rights REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('ur', 'role_id', 'user_role');

-- trigger: public.user_role_membership_rights.user_role_membership_rights_history_insert
CREATE TRIGGER user_role_membership_rights_history_insert AFTER INSERT ON public.user_role_membership_rights REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION gatehouse.keep_membership_rights('ur', 'role_id', 'user_role');

-- trigger: public.users.users_email_end_links
CREATE TRIGGER users_email_end_links AFTER UPDATE OF primary_email ON public.users FOR EACH ROW WHEN (((old.primary_email IS NOT NULL) AND (lower((old.primary_email)::text) IS DISTINCT FROM lower((new.primary_email)::text)))) EXECUTE FUNCTION gatehouse.end_links();

-- trigger: public.users.users_end_sessions
CREATE TRIGGER users_end_sessions AFTER UPDATE OF status, secondary_status ON public.users FOR EACH ROW WHEN ((((old.status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text])) AND ((old.secondary_status IS NULL) OR ((old.secondary_status)::text = 'LOCKED'::text)) AND (NOT (((new.status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text])) AND ((new.secondary_status IS NULL) OR ((new.secondary_status)::text = 'LOCKED'::text)))))) EXECUTE FUNCTION gatehouse.end_sessions();

-- trigger: public.users.users_keep_super_admin
CREATE CONSTRAINT TRIGGER users_keep_super_admin AFTER UPDATE OF status, secondary_status ON public.users DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN ((((old.status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text])) AND ((old.secondary_status IS NULL) OR ((old.secondary_status)::text = 'LOCKED'::text)) AND (((new.status)::text <> ALL (ARRAY[('ACTIVE'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text])) OR ((new.secondary_status)::text = ANY (ARRAY[('DISABLED'::character varying)::text, ('LOCKED_ADMIN'::character varying)::text]))))) EXECUTE FUNCTION gatehouse.keep_super_admin_status();

-- trigger: public.users.users_last_date_keeps_super_admin
CREATE CONSTRAINT TRIGGER users_last_date_keeps_super_admin AFTER UPDATE OF last_date ON public.users DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (((new.last_date IS NOT NULL) AND ((old.last_date IS NULL) OR (new.last_date < old.last_date)) AND ((old.status)::text = ANY (ARRAY[('ACTIVE'::character varying)::text, ('PENDING_INITIAL_LOGIN'::character varying)::text])) AND ((old.secondary_status IS NULL) OR ((old.secondary_status)::text = 'LOCKED'::text)))) EXECUTE FUNCTION gatehouse.keep_super_admin_status();

-- trigger: public.users.users_leave_efs
CREATE TRIGGER users_leave_efs BEFORE DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION efs.person_leaves();

-- trigger: public.users.users_status_history
CREATE TRIGGER users_status_history AFTER UPDATE OF status, secondary_status ON public.users FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) OR ((old.secondary_status)::text IS DISTINCT FROM (new.secondary_status)::text))) EXECUTE FUNCTION gatehouse.keep_status();

-- trigger: public.users.users_status_history_end
CREATE TRIGGER users_status_history_end AFTER DELETE ON public.users FOR EACH ROW EXECUTE FUNCTION gatehouse.keep_status();

-- comment: efs.account_mapping
comment on table efs.account_mapping is 'Which attribute of a person goes into which field of their account; without a row, the standard.';
comment on column efs.account_mapping.population is 'Whose accounts: panelist or admin.';
comment on column efs.account_mapping.portal_id is 'The portal; null for administrators, who have none.';
comment on column efs.account_mapping.rules is 'The rules, one a field.';
comment on column efs.account_mapping.updated_at is 'When it was last changed.';
comment on column efs.account_mapping.updated_by is 'Who changed it.';

-- comment: efs.adopted_row
comment on table efs.adopted_row is 'What has been taken over from EFS, row by row.';
comment on column efs.adopted_row.table_name is 'The table in EFS.';
comment on column efs.adopted_row.row_id is 'The row''s number there.';
comment on column efs.adopted_row.target_id is 'The number of the row that stands for it here.';
comment on column efs.adopted_row.digest is 'A digest of the row as it was taken over.';
comment on column efs.adopted_row.plan_id is 'The plan that did it.';

-- comment: efs.iam_error_log
comment on table efs.iam_error_log is 'Every error that Okta answered with.';
comment on column efs.iam_error_log.id is 'Counts the errors.';
comment on column efs.iam_error_log.created_at is 'When it came.';
comment on column efs.iam_error_log.message is 'What Okta said.';
comment on column efs.iam_error_log.status_code is 'The HTTP status; 0 when there was no answer.';
comment on column efs.iam_error_log.trace is 'What was asked and what came back, without secrets.';
comment on column efs.iam_error_log.error_code is 'Okta''s code (E0000001 and the like), cut to fit.';

-- comment: efs.iam_portal_settings
comment on table efs.iam_portal_settings is 'Settings of a portal, above all the client it has in Okta.';
comment on column efs.iam_portal_settings.id is 'Counts the settings.';
comment on column efs.iam_portal_settings.portal_id is 'The portal.';
comment on column efs.iam_portal_settings.key is 'Which setting.';
comment on column efs.iam_portal_settings.value is 'Its value.';

-- comment: efs.iam_portal_user_group_unassignment_queue
comment on table efs.iam_portal_user_group_unassignment_queue is 'Panelists who are gone here and whose accounts must still leave the portal''s group in Okta.';
comment on column efs.iam_portal_user_group_unassignment_queue.id is 'Counts the entries.';
comment on column efs.iam_portal_user_group_unassignment_queue.user_id is 'The number the panelist had.';
comment on column efs.iam_portal_user_group_unassignment_queue.uuid is 'The account''s id in Okta.';
comment on column efs.iam_portal_user_group_unassignment_queue.email is 'The address the panelist had, to recognise them by.';
comment on column efs.iam_portal_user_group_unassignment_queue.created_at is 'When the entry was made.';
comment on column efs.iam_portal_user_group_unassignment_queue.updated_at is 'When it was last tried.';
comment on column efs.iam_portal_user_group_unassignment_queue.person_id is 'Whose account it is.';
comment on column efs.iam_portal_user_group_unassignment_queue.portals is 'The portals whose references vanished; empty where nobody knows, as in rows taken over.';
comment on column efs.iam_portal_user_group_unassignment_queue.plan_id is 'The mass delete that queued it, if one did: only the worker takes it up then.';
comment on column efs.iam_portal_user_group_unassignment_queue.generation is 'Counts how often it was queued: working it off closes only what it has seen.';
comment on column efs.iam_portal_user_group_unassignment_queue.attempts is 'How often working it off has failed.';
comment on column efs.iam_portal_user_group_unassignment_queue.started_at is 'When it was first begun with; from then on the account may have changed.';
comment on column efs.iam_portal_user_group_unassignment_queue.next_attempt_at is 'When it is tried again.';
comment on column efs.iam_portal_user_group_unassignment_queue.last_error is 'Why the last attempt failed.';
comment on column efs.iam_portal_user_group_unassignment_queue.dead_at is 'When it was given up, until somebody has it tried again.';
comment on column efs.iam_portal_user_group_unassignment_queue.sent is 'What was last begun with in Okta and is not written down yet: after a crash, whoever goes on says so.';
comment on column efs.iam_portal_user_group_unassignment_queue.any_portal is 'It was queued without its portals being known before it was queued with them: it stands for all, and no undo removes it.';

-- comment: efs.iam_portal_user_reference
comment on table efs.iam_portal_user_reference is 'The link between a panelist of a portal and the account in Okta. Only what Okta confirmed stands here.';
comment on column efs.iam_portal_user_reference.id is 'Counts the links.';
comment on column efs.iam_portal_user_reference.portal_id is 'The portal.';
comment on column efs.iam_portal_user_reference.user_id is 'The panelist.';
comment on column efs.iam_portal_user_reference.uuid is 'The account''s id in Okta.';
comment on column efs.iam_portal_user_reference.created_at is 'When the link was made.';
comment on column efs.iam_portal_user_reference.updated_at is 'When it was last changed; the writer''s duty.';
comment on column efs.iam_portal_user_reference.status is 'How the link stands: 1 assigned, 2 unassigned, 3 suspended, 4 deactivated; null counts as assigned.';
comment on column efs.iam_portal_user_reference.has_data_changes is '1 while the directory knows something that Okta does not.';
comment on column efs.iam_portal_user_reference.changes is 'Counts those marks, so that a push clears only what it has seen.';

-- comment: efs.iam_token_data
comment on table efs.iam_token_data is 'What the identity provider answered at sign-in, by session.';
comment on column efs.iam_token_data.session_id is 'The session.';
comment on column efs.iam_token_data.idp_response is 'The answer, with the tokens in it; encrypted, and bound to the session.';
comment on column efs.iam_token_data.expires_at is 'When it is of no use any more; null for rows that were brought along.';

-- comment: efs.iam_user_reference
comment on table efs.iam_user_reference is 'The link between an administrator of EFS and the account in Okta.';
comment on column efs.iam_user_reference.id is 'Counts the links.';
comment on column efs.iam_user_reference.user_id is 'The administrator.';
comment on column efs.iam_user_reference.uuid is 'The account''s id in Okta.';
comment on column efs.iam_user_reference.created_at is 'When the link was made.';
comment on column efs.iam_user_reference.updated_at is 'When it was last changed; the writer''s duty.';
comment on column efs.iam_user_reference.status is 'How the link stands; the numbers of iam_portal_user_reference.';
comment on column efs.iam_user_reference.has_data_changes is '1 while the directory knows something that Okta does not.';
comment on column efs.iam_user_reference.changes is 'Counts those marks, so that a push clears only what it has seen.';

-- comment: efs.iam_user_unassignment_queue
comment on table efs.iam_user_unassignment_queue is 'The same for administrators of EFS, who are numbered apart.';
comment on column efs.iam_user_unassignment_queue.id is 'Counts the entries.';
comment on column efs.iam_user_unassignment_queue.user_id is 'The number the administrator had.';
comment on column efs.iam_user_unassignment_queue.uuid is 'The account''s id in Okta.';
comment on column efs.iam_user_unassignment_queue.email is 'The address the administrator had, to recognise them by.';
comment on column efs.iam_user_unassignment_queue.created_at is 'When the entry was made.';
comment on column efs.iam_user_unassignment_queue.updated_at is 'When it was last tried.';
comment on column efs.iam_user_unassignment_queue.person_id is 'Whose account it is.';
comment on column efs.iam_user_unassignment_queue.generation is 'Counts how often it was queued: working it off closes only what it has seen.';
comment on column efs.iam_user_unassignment_queue.attempts is 'How often working it off has failed.';
comment on column efs.iam_user_unassignment_queue.started_at is 'When it was first begun with; from then on the account may have changed.';
comment on column efs.iam_user_unassignment_queue.next_attempt_at is 'When it is tried again.';
comment on column efs.iam_user_unassignment_queue.last_error is 'Why the last attempt failed.';
comment on column efs.iam_user_unassignment_queue.dead_at is 'When it was given up, until somebody has it tried again.';
comment on column efs.iam_user_unassignment_queue.sent is 'What was last begun with in Okta and is not written down yet: after a crash, whoever goes on says so.';

-- comment: efs.panelists
comment on table efs.panelists is 'A person who takes part through portals.';
comment on column efs.panelists.uid is 'Their number in EFS.';
comment on column efs.panelists.person_id is 'The same person in the directory.';
comment on column efs.panelists.created_at is 'When they were added.';

-- comment: efs.portal
comment on table efs.portal is 'A portal: a site of EFS that panelists sign in to.';
comment on column efs.portal.portal_id is 'Its number in EFS.';
comment on column efs.portal.name is 'What people call it.';
comment on column efs.portal.description is 'What it is for.';
comment on column efs.portal.created_at is 'When it was added.';
comment on column efs.portal.updated_at is 'When it was last changed.';
comment on column efs.portal.version is 'Counts the changes; its ETag.';

-- comment: efs.portal_panelist
comment on table efs.portal_panelist is 'Who belongs to a portal, whether Okta knows it yet or not.';
comment on column efs.portal_panelist.portal_id is 'The portal.';
comment on column efs.portal_panelist.user_id is 'The panelist.';
comment on column efs.portal_panelist.created_at is 'Since when.';
comment on column efs.portal_panelist.linked is 'Whether iam_portal_user_reference has a row for them; triggers keep it.';

-- comment: efs.portal_secret
comment on table efs.portal_secret is 'The client secret of a portal in Okta, where its client has one.';
comment on column efs.portal_secret.portal_id is 'The portal.';
comment on column efs.portal_secret.secret_encrypted is 'The secret, encrypted with the master key.';
comment on column efs.portal_secret.created_at is 'When it was set.';

-- comment: efs.portal_session
comment on table efs.portal_session is 'A session that was opened by signing in to a portal through Okta.';
comment on column efs.portal_session.token_key is 'The name its tokens are kept under: SESSION_ID of IAM_TOKEN_DATA, or in memcached.';
comment on column efs.portal_session.user_id is 'The person.';
comment on column efs.portal_session.session_id is 'The session.';
comment on column efs.portal_session.portal_id is 'The portal.';
comment on column efs.portal_session.uid is 'The panelist.';
comment on column efs.portal_session.uuid is 'The account in Okta.';
comment on column efs.portal_session.created_at is 'When it was opened.';
comment on column efs.portal_session.tokens_expire_at is 'When the access token ends.';
comment on column efs.portal_session.refreshed is 'How often the tokens were refreshed.';
comment on column efs.portal_session.refreshing_until is 'Until when one request refreshes them and the others wait; null when none does.';

-- comment: efs.token_revocation
comment on table efs.token_revocation is 'Tokens of a session that has ended, until the issuer has been told.';
comment on column efs.token_revocation.token_key is 'The name they were kept under.';
comment on column efs.token_revocation.portal_id is 'The portal signed in to.';
comment on column efs.token_revocation.idp_response is 'The answer with the tokens in it, encrypted; null while memcached has it.';
comment on column efs.token_revocation.attempts is 'How often the issuer could not be told.';
comment on column efs.token_revocation.due_at is 'When it is tried next.';
comment on column efs.token_revocation.created_at is 'When the session ended.';
comment on column efs.token_revocation.generation is 'Grows each time they are let go, over all of them: what was asked about one letting go says nothing of the next.';

-- comment: efs.users
comment on table efs.users is 'A person who administers EFS.';
comment on column efs.users.uid is 'Their number in EFS.';
comment on column efs.users.person_id is 'The same person in the directory.';
comment on column efs.users.created_at is 'When they were added.';

-- comment: gatehouse.access_edge
comment on table gatehouse.access_edge is 'What passes from one thing to another, as one table: whoever has the source has the target.';
comment on column gatehouse.access_edge.kind is 'The letters of source and target: g group, r role, s resource, o organisation.';
comment on column gatehouse.access_edge.membership_id is 'The edge in its own table.';
comment on column gatehouse.access_edge.source is 'The letter and the id of what gives.';
comment on column gatehouse.access_edge.target is 'The letter and the id of what is given.';
comment on column gatehouse.access_edge.start_date is 'When it begins; null means it always has.';
comment on column gatehouse.access_edge.end_date is 'When it ends, that instant excluded; null means never.';
comment on column gatehouse.access_edge.rights is 'The rights it carries.';
comment on column gatehouse.access_edge.description is 'A note, or the request that granted it.';
comment on column gatehouse.access_edge.create_date is 'When it was made.';
comment on column gatehouse.access_edge.created_by is 'Who made it, when that was a person.';
comment on column gatehouse.access_edge.granted_by is 'What whoever made it showed.';
comment on column gatehouse.access_edge.recorded_from is 'Since when the database has known it so.';
comment on column gatehouse.access_edge.recorded_to is 'Until when; null while it stands.';

-- comment: gatehouse.access_node
comment on table gatehouse.access_node is 'Groups, roles, resources and organisations, as far as a walk asks about them.';
comment on column gatehouse.access_node.node is 'The letter and the id.';
comment on column gatehouse.access_node.name is 'What people call it.';
comment on column gatehouse.access_node.active is 'Whether it passes anything on.';
comment on column gatehouse.access_node.everyone is 'Whether everybody has it without being given it.';
comment on column gatehouse.access_node.recorded_from is 'Since when the database has known it so.';
comment on column gatehouse.access_node.recorded_to is 'Until when; null while it stands.';

-- comment: gatehouse.audit_block
comment on table gatehouse.audit_block is 'A sealed stretch of events: their digests hashed together, chained to the block before, and signed.';
comment on column gatehouse.audit_block.block_no is 'Counts the blocks, from 1.';
comment on column gatehouse.audit_block.first_epoch is 'Position of the first event: epoch.';
comment on column gatehouse.audit_block.first_xid is 'Position of the first event: transaction.';
comment on column gatehouse.audit_block.first_event_id is 'Position of the first event: its id.';
comment on column gatehouse.audit_block.last_epoch is 'Position of the last event: epoch.';
comment on column gatehouse.audit_block.last_xid is 'Position of the last event: transaction.';
comment on column gatehouse.audit_block.last_event_id is 'Position of the last event: its id.';
comment on column gatehouse.audit_block.event_count is 'How many events it seals.';
comment on column gatehouse.audit_block.event_ids is 'Their ids, 16 bytes each, in order; null once they were dropped.';
comment on column gatehouse.audit_block.leaves is 'Their digests, 32 bytes each, in order; null once they were dropped.';
comment on column gatehouse.audit_block.content_hash is 'Hash of what it seals.';
comment on column gatehouse.audit_block.prev_hash is 'The hash of the block before.';
comment on column gatehouse.audit_block.hash is 'Hash of the block; what the next one repeats.';
comment on column gatehouse.audit_block.key_id is 'The key that signed it.';
comment on column gatehouse.audit_block.signature is 'The signature of the hash.';
comment on column gatehouse.audit_block.sealed_at is 'When it was sealed.';
comment on column gatehouse.audit_block.dropped_at is 'When its events were dropped after their time.';

-- comment: gatehouse.audit_epoch
comment on table gatehouse.audit_epoch is 'The database clusters this audit has lived in, one after the other.';
comment on column gatehouse.audit_epoch.epoch is 'Counts them.';
comment on column gatehouse.audit_epoch.cluster is 'PostgreSQL''s identifier of the cluster.';
comment on column gatehouse.audit_epoch.started_at is 'When the audit came to live there.';

-- comment: gatehouse.audit_event
comment on table gatehouse.audit_event is 'What was done: one event a verb call and target, written in the transaction that did it. Later consumers read the same events.';
comment on column gatehouse.audit_event.event_id is 'Names the event.';
comment on column gatehouse.audit_event.epoch is 'The database cluster it was written in; transaction ids mean something only there.';
comment on column gatehouse.audit_event.xid is 'The transaction that wrote it.';
comment on column gatehouse.audit_event.at is 'When.';
comment on column gatehouse.audit_event.actor_id is 'The person who acted; null for the server itself and for keys without one.';
comment on column gatehouse.audit_event.source is 'By which door: REST, CLI, JOB, SYNC, IMPORT, SYSTEM.';
comment on column gatehouse.audit_event.action is 'What was done: user.create and the like.';
comment on column gatehouse.audit_event.target_type is 'To what sort of thing.';
comment on column gatehouse.audit_event.target_id is 'To which one.';
comment on column gatehouse.audit_event.result is 'SUCCESS, or why not.';
comment on column gatehouse.audit_event.correlation_id is 'Ties together what one request or run did.';
comment on column gatehouse.audit_event.origin is 'From where: principal, address. Erasable.';
comment on column gatehouse.audit_event.origin_salt is 'Chance that keeps origin_digest from telling what origin was.';
comment on column gatehouse.audit_event.origin_digest is 'Hash of origin and its salt; it stays when origin is erased.';
comment on column gatehouse.audit_event.changes is 'Field by field, before and after, without secrets. Erasable.';
comment on column gatehouse.audit_event.changes_salt is 'Chance that keeps changes_digest from telling what changes were.';
comment on column gatehouse.audit_event.changes_digest is 'Hash of changes and their salt; it stays when they are erased.';
comment on column gatehouse.audit_event.digest is 'Hash of the event, made from the digests of its parts.';
comment on column gatehouse.audit_event.erased_at is 'When its personal parts were erased.';

-- comment: gatehouse.data_key
comment on table gatehouse.data_key is 'Keys of ours that encrypt or derive.';
comment on column gatehouse.data_key.name is 'What it is for.';
comment on column gatehouse.data_key.key_encrypted is 'The key, encrypted with the master key.';
comment on column gatehouse.data_key.created_at is 'When it was made.';

-- comment: gatehouse.delegation
comment on table gatehouse.delegation is 'Whom an administrator may administer; nobody without a row is restricted. Kinds narrow each other down, rows of one kind add up.';
comment on column gatehouse.delegation.delegation_id is 'Names the row.';
comment on column gatehouse.delegation.user_id is 'The administrator.';
comment on column gatehouse.delegation.kind is 'ORGANIZATION, GROUP or REPORTS: the people of an organisation, of a group, or whom the administrator supervises.';
comment on column gatehouse.delegation.company_id is 'The organisation.';
comment on column gatehouse.delegation.grp_id is 'The group.';
comment on column gatehouse.delegation.with_descendants is 'Whether organisations, groups or reports below count as well.';
comment on column gatehouse.delegation.create_date is 'When it was made.';
comment on column gatehouse.delegation.created_by is 'Who made it, when that was a person.';

-- comment: gatehouse.event_consumer
comment on table gatehouse.event_consumer is 'How far each consumer of the events has come.';
comment on column gatehouse.event_consumer.name is 'Which consumer.';
comment on column gatehouse.event_consumer.epoch is 'Position of the last event it has worked off: epoch.';
comment on column gatehouse.event_consumer.xid is 'Position of the last event it has worked off: transaction.';
comment on column gatehouse.event_consumer.event_id is 'Position of the last event it has worked off: its id.';
comment on column gatehouse.event_consumer.updated_at is 'When it last moved.';

-- comment: gatehouse.factor_challenge
comment on table gatehouse.factor_challenge is 'What was asked of a browser or sent to a person and waits for its one answer.';
comment on column gatehouse.factor_challenge.mark is 'SHA-256 of what was asked and of whom.';
comment on column gatehouse.factor_challenge.kind is 'PASSKEY to sign with one, ENROL to make one, CODE for a code that was sent.';
comment on column gatehouse.factor_challenge.user_id is 'The person, where it is known.';
comment on column gatehouse.factor_challenge.param_id is 'The factor, for a code.';
comment on column gatehouse.factor_challenge.code_hash is 'SHA-256 of the factor and the code.';
comment on column gatehouse.factor_challenge.created_at is 'When it was asked.';
comment on column gatehouse.factor_challenge.expires_at is 'When no answer counts any more.';

-- comment: gatehouse.former_right
comment on table gatehouse.former_right is 'Rights that are deleted, and can still be asked about as of before.';
comment on column gatehouse.former_right.access_right_id is 'The id it had.';

-- comment: gatehouse.idempotency_key
comment on table gatehouse.idempotency_key is 'Answers of requests that came with an Idempotency-Key, to give again instead of doing the work twice.';
comment on column gatehouse.idempotency_key.principal is 'Who sent the request.';
comment on column gatehouse.idempotency_key.key_hash is 'SHA-256 of the key.';
comment on column gatehouse.idempotency_key.method is 'The request''s method.';
comment on column gatehouse.idempotency_key.path is 'The request''s path and query.';
comment on column gatehouse.idempotency_key.body_hash is 'SHA-256 of the body: another body under the same key is refused.';
comment on column gatehouse.idempotency_key.status is 'The answer''s HTTP status; null while the work is being done.';
comment on column gatehouse.idempotency_key.response_headers is 'The answer''s headers that belong to it: ETag, Location.';
comment on column gatehouse.idempotency_key.response is 'The answer''s body.';
comment on column gatehouse.idempotency_key.created_at is 'When the request came; 24 hours later the row goes.';

-- comment: gatehouse.membership_history
comment on table gatehouse.membership_history is 'Memberships of people that were removed, or stood otherwise before.';
comment on column gatehouse.membership_history.kind is 'u for the person and the letter of what they had.';
comment on column gatehouse.membership_history.membership_id is 'The membership.';
comment on column gatehouse.membership_history.user_id is 'The person; the row stays when they are deleted, and goes when they are erased.';
comment on column gatehouse.membership_history.target is 'The letter and the id of what they had.';
comment on column gatehouse.membership_history.start_date is 'When it begins; null means it always has.';
comment on column gatehouse.membership_history.end_date is 'When it ends, that instant excluded; null means never.';
comment on column gatehouse.membership_history.rights is 'The rights it carries.';
comment on column gatehouse.membership_history.description is 'A note, or the request that granted it.';
comment on column gatehouse.membership_history.create_date is 'When it was made.';
comment on column gatehouse.membership_history.created_by is 'Who made it, when that was a person.';
comment on column gatehouse.membership_history.granted_by is 'What whoever made it showed.';
comment on column gatehouse.membership_history.recorded_from is 'Since when the database has known it so.';
comment on column gatehouse.membership_history.recorded_to is 'Until when the database knew it so.';

-- comment: gatehouse.message
comment on table gatehouse.message is 'Mail and SMS: those that wait to be sent, those that were, and those that could not be.';
comment on column gatehouse.message.message_id is 'Names the message; its Message-ID is made of it.';
comment on column gatehouse.message.template is 'Which message it is.';
comment on column gatehouse.message.channel is 'EMAIL or SMS.';
comment on column gatehouse.message.user_id is 'Whom it is for, when that is a person known here.';
comment on column gatehouse.message.recipient is 'The address or number it goes to.';
comment on column gatehouse.message.locale is 'The language it is written in.';
comment on column gatehouse.message.content is 'What is put into the template; nothing secret.';
comment on column gatehouse.message.secrets_encrypted is 'What of it is secret, such as a link, encrypted with the master key; gone once the message is sent or given up.';
comment on column gatehouse.message.status is 'QUEUED, SENT or DEAD.';
comment on column gatehouse.message.attempts is 'How often sending was tried.';
comment on column gatehouse.message.due_at is 'When it is tried next; while it is being sent, when another worker may.';
comment on column gatehouse.message.expires_at is 'When it is of no use any more and is given up.';
comment on column gatehouse.message.created_at is 'When it was written.';
comment on column gatehouse.message.sent_at is 'When it was handed over.';
comment on column gatehouse.message.last_error is 'Why the last attempt failed.';
comment on column gatehouse.message.awaited is 'Somebody has asked for it and waits: it goes before notices.';

-- comment: gatehouse.migration
comment on table gatehouse.migration is 'The migrations applied to this database.';
comment on column gatehouse.migration.name is 'The file''s name.';
comment on column gatehouse.migration.applied_at is 'When it was applied.';
comment on column gatehouse.migration.checksum is 'SHA-256 of the file, in hex: an applied file may not change.';

-- comment: gatehouse.oidc_artifact
comment on table gatehouse.oidc_artifact is 'What the protocol keeps between requests: codes, tokens, grants, sessions, interactions. Nothing in it can be used by who reads it.';
comment on column gatehouse.oidc_artifact.artifact_hash is 'SHA-256 of the kind and of what the holder shows.';
comment on column gatehouse.oidc_artifact.kind is 'AccessToken, RefreshToken, AuthorizationCode, Grant, Session and so on.';
comment on column gatehouse.oidc_artifact.grant_hash is 'The grant it comes from: what is revoked together.';
comment on column gatehouse.oidc_artifact.uid_hash is 'For sessions: SHA-256 of the name by which tokens refer to it.';
comment on column gatehouse.oidc_artifact.user_id is 'The person it is about.';
comment on column gatehouse.oidc_artifact.client_id is 'The client it was made for.';
comment on column gatehouse.oidc_artifact.session_id is 'For sessions: the sign-in that it rests on; null once that has ended.';
comment on column gatehouse.oidc_artifact.scope is 'For tokens: what they allow.';
comment on column gatehouse.oidc_artifact.audience is 'For tokens: the resource they are for.';
comment on column gatehouse.oidc_artifact.thumbprint is 'For tokens: the key that they are bound to (DPoP).';
comment on column gatehouse.oidc_artifact.payload is 'The rest, encrypted.';
comment on column gatehouse.oidc_artifact.consumed_at is 'When a code or a refresh token was used; a second time revokes its grant.';
comment on column gatehouse.oidc_artifact.create_date is 'When it was written: what was written in the future counts for nothing.';
comment on column gatehouse.oidc_artifact.expires_at is 'When it ceases to be valid.';

-- comment: gatehouse.oidc_client
comment on table gatehouse.oidc_client is 'An application that signs people in here, or acts on its own as a service account.';
comment on column gatehouse.oidc_client.client_id is 'Names the client; it shows it to us.';
comment on column gatehouse.oidc_client.name is 'What people see when it asks for something.';
comment on column gatehouse.oidc_client.description is 'What it is for.';
comment on column gatehouse.oidc_client.is_active is 'N stops it, and every token it has, at once.';
comment on column gatehouse.oidc_client.application_type is 'web, or native for programs on a device.';
comment on column gatehouse.oidc_client.authentication is 'How it proves who it is: client_secret_basic, client_secret_post, private_key_jwt, none.';
comment on column gatehouse.oidc_client.grant_types is 'How it may come to tokens: authorization_code, refresh_token, client_credentials.';
comment on column gatehouse.oidc_client.redirect_uris is 'Where people may be sent with a code, letter by letter.';
comment on column gatehouse.oidc_client.post_logout_redirect_uris is 'Where people may be sent after signing out.';
comment on column gatehouse.oidc_client.scopes is 'The scopes it may ask for.';
comment on column gatehouse.oidc_client.subject_type is 'public: it learns the ids of people; pairwise: an id of its own for each.';
comment on column gatehouse.oidc_client.first_party is 'Y for our own applications, which people are not asked to consent to.';
comment on column gatehouse.oidc_client.least_level is 'How strongly people must have signed in, at least.';
comment on column gatehouse.oidc_client.user_id is 'The service account that it acts as by client credentials.';
comment on column gatehouse.oidc_client.public_keys is 'Its public keys, as a JWK set.';
comment on column gatehouse.oidc_client.id_token_algorithm is 'How ID tokens for it are signed: RS256 or ES256.';
comment on column gatehouse.oidc_client.require_pushed is 'Y takes its requests only pushed (PAR).';
comment on column gatehouse.oidc_client.require_dpop is 'Y binds every token to a key of its own (DPoP).';
comment on column gatehouse.oidc_client.backchannel_logout_uri is 'Where it is told that a session has ended.';
comment on column gatehouse.oidc_client.introspects is 'Y for servers of resources, which may ask about tokens of other clients.';
comment on column gatehouse.oidc_client.version is 'Counts the changes; the ETag.';
comment on column gatehouse.oidc_client.create_date is 'When it was made.';
comment on column gatehouse.oidc_client.created_by is 'Who made it, when that was a person.';
comment on column gatehouse.oidc_client.last_update is 'When it was last changed.';
comment on column gatehouse.oidc_client.site_id is 'The site it belongs to: its least level and its usage policies count for who goes on to it.';
comment on column gatehouse.oidc_client.claims is 'What it learns of people beside the claims of its scopes: by the name of the claim, what that is made of.';

-- comment: gatehouse.oidc_client_secret
comment on table gatehouse.oidc_client_secret is 'A secret of a client: as a hash, which is enough to know it again.';
comment on column gatehouse.oidc_client_secret.secret_id is 'Names the secret.';
comment on column gatehouse.oidc_client_secret.client_id is 'Whose it is.';
comment on column gatehouse.oidc_client_secret.secret_hash is 'Its SHA-256.';
comment on column gatehouse.oidc_client_secret.create_date is 'When it was made.';
comment on column gatehouse.oidc_client_secret.created_by is 'Who made it, when that was a person.';
comment on column gatehouse.oidc_client_secret.expires_at is 'When it ceases to work; null until another has taken its place.';

-- comment: gatehouse.oidc_consent
comment on table gatehouse.oidc_consent is 'What a person has allowed an application to know and do.';
comment on column gatehouse.oidc_consent.user_id is 'The person.';
comment on column gatehouse.oidc_consent.client_id is 'The application.';
comment on column gatehouse.oidc_consent.scopes is 'The scopes allowed.';
comment on column gatehouse.oidc_consent.create_date is 'When the person first consented.';
comment on column gatehouse.oidc_consent.last_update is 'When they last did.';

-- comment: gatehouse.oidc_logout
comment on table gatehouse.oidc_logout is 'A client that has still to be told that a session has ended.';
comment on column gatehouse.oidc_logout.client_id is 'The client.';
comment on column gatehouse.oidc_logout.sid is 'The name by which the client knows the session.';
comment on column gatehouse.oidc_logout.user_id is 'Whose session it was.';
comment on column gatehouse.oidc_logout.attempts is 'How often it could not be told.';
comment on column gatehouse.oidc_logout.due_at is 'When it is tried next.';
comment on column gatehouse.oidc_logout.created_at is 'When the session ended.';

-- comment: gatehouse.plan
comment on table gatehouse.plan is 'What an import, a bulk operation, a merge or a sync would do, worked out before anything is done.';
comment on column gatehouse.plan.plan_id is 'Names the plan.';
comment on column gatehouse.plan.kind is 'What sort of plan: import, bulk, sync, merge, mass-delete.';
comment on column gatehouse.plan.status is 'How far it is: planning, planned, stopped, applying, applied, cancelled, undone.';
comment on column gatehouse.plan.title is 'What people see.';
comment on column gatehouse.plan.options is 'What it was asked to do.';
comment on column gatehouse.plan.counts is 'How many steps of each action.';
comment on column gatehouse.plan.steps is 'How many steps.';
comment on column gatehouse.plan.applied_through is 'The last step that has been applied.';
comment on column gatehouse.plan.failed is 'How many steps failed.';
comment on column gatehouse.plan.stop_reason is 'Why it was stopped.';
comment on column gatehouse.plan.created_at is 'When it was asked for.';
comment on column gatehouse.plan.created_by is 'Who asked for it.';
comment on column gatehouse.plan.applied_at is 'When it was applied.';
comment on column gatehouse.plan.applied_by is 'Who applied it.';
comment on column gatehouse.plan.correlation_id is 'Ties its audit events together.';
comment on column gatehouse.plan.actor_id is 'The person who asked for it, when it was one.';
comment on column gatehouse.plan.release_reason is 'Why it was let go although a guard had stopped it.';
comment on column gatehouse.plan.released_at is 'When it was let go.';
comment on column gatehouse.plan.released_by is 'Who let it go.';

-- comment: gatehouse.plan_key
comment on table gatehouse.plan_key is 'How later rows of a plan find a record that an earlier row makes.';
comment on column gatehouse.plan_key.plan_id is 'The plan.';
comment on column gatehouse.plan_key.resource is 'What sort of record.';
comment on column gatehouse.plan_key.key_hash is 'A digest of attribute and value.';
comment on column gatehouse.plan_key.target_id is 'Which record.';
comment on column gatehouse.plan_key.line is 'The line that makes it.';

-- comment: gatehouse.plan_read
comment on table gatehouse.plan_read is 'A record that a plan has looked at, and the version it saw: applying refuses when it has changed since.';
comment on column gatehouse.plan_read.plan_id is 'The plan.';
comment on column gatehouse.plan_read.resource is 'What sort of record.';
comment on column gatehouse.plan_read.target_id is 'Which one.';
comment on column gatehouse.plan_read.version is 'The version it had.';
comment on column gatehouse.plan_read.is_referred is 'Whether steps of the plan name the record: it counts until the plan is at its end.';

-- comment: gatehouse.plan_step
comment on table gatehouse.plan_step is 'One step of a plan: what happens to one record.';
comment on column gatehouse.plan_step.plan_id is 'The plan.';
comment on column gatehouse.plan_step.step_no is 'Its place in the plan.';
comment on column gatehouse.plan_step.action is 'What it does: create, update, unchanged, conflict, error, waiting, skipped and the like.';
comment on column gatehouse.plan_step.resource is 'To what sort of record.';
comment on column gatehouse.plan_step.target_id is 'To which one.';
comment on column gatehouse.plan_step.source is 'The file it came from.';
comment on column gatehouse.plan_step.line is 'The line in it.';
comment on column gatehouse.plan_step.label is 'How a reader knows the record.';
comment on column gatehouse.plan_step.changes is 'What it changes.';
comment on column gatehouse.plan_step.problems is 'What stands against it.';
comment on column gatehouse.plan_step.secret is 'Password hashes it brings, or the rows that undoing puts back; shown nowhere.';
comment on column gatehouse.plan_step.status is 'planned, sent, done, failed, undone.';
comment on column gatehouse.plan_step.result is 'What came of it, and what undoing needs.';

-- comment: gatehouse.portal_sign_in
comment on table gatehouse.portal_sign_in is 'A sign-in to a portal that is under way at Okta.';
comment on column gatehouse.portal_sign_in.state_hash is 'SHA-256 of the state that Okta sends back.';
comment on column gatehouse.portal_sign_in.browser_hash is 'SHA-256 of what the browser keeps meanwhile.';
comment on column gatehouse.portal_sign_in.portal_id is 'The portal.';
comment on column gatehouse.portal_sign_in.sealed is 'Nonce, PKCE verifier and where to go afterwards, encrypted.';
comment on column gatehouse.portal_sign_in.created_at is 'When it began.';
comment on column gatehouse.portal_sign_in.expires_at is 'Until when Okta may send the person back.';

-- comment: gatehouse.recovery_code
comment on table gatehouse.recovery_code is 'Recovery codes, which stand in for another factor, each once.';
comment on column gatehouse.recovery_code.param_id is 'The set it belongs to.';
comment on column gatehouse.recovery_code.code_hash is 'SHA-256 of the set and the code.';
comment on column gatehouse.recovery_code.used_at is 'When it was used; null while it works.';

-- comment: gatehouse.recovery_request
comment on table gatehouse.recovery_request is 'What somebody who is not signed in has asked for; a job looks whether there is such a person, and the row goes.';
comment on column gatehouse.recovery_request.request_id is 'Names it.';
comment on column gatehouse.recovery_request.kind is 'PASSWORD, PASSWORD_BY_SMS, UNLOCK or USER_NAME.';
comment on column gatehouse.recovery_request.name is 'The user name or address that was typed.';
comment on column gatehouse.recovery_request.ip is 'From which address.';
comment on column gatehouse.recovery_request.created_at is 'When.';

-- comment: gatehouse.remembered_device
comment on table gatehouse.remembered_device is 'Browsers that are not asked for a second factor for a while.';
comment on column gatehouse.remembered_device.device_id is 'Names it.';
comment on column gatehouse.remembered_device.user_id is 'Whose it is.';
comment on column gatehouse.remembered_device.mark is 'SHA-256 of the person and of what the browser keeps.';
comment on column gatehouse.remembered_device.device is 'The program and system, in words.';
comment on column gatehouse.remembered_device.created_at is 'Since when.';
comment on column gatehouse.remembered_device.expires_at is 'Until when.';
comment on column gatehouse.remembered_device.ip_address is 'The address it was remembered from.';

-- comment: gatehouse.remote_event
comment on table gatehouse.remote_event is 'An event of Okta that has been taken: log and hooks tell each more than once.';
comment on column gatehouse.remote_event.event_id is 'Its id over there.';
comment on column gatehouse.remote_event.came_at is 'When it first came.';

-- comment: gatehouse.setting
comment on table gatehouse.setting is 'Settings that live with the data rather than with the process.';
comment on column gatehouse.setting.name is 'Which setting.';
comment on column gatehouse.setting.value is 'Its value.';
comment on column gatehouse.setting.updated_at is 'When it was last changed.';
comment on column gatehouse.setting.updated_by is 'Who changed it.';

-- comment: gatehouse.sign_in_place
comment on table gatehouse.sign_in_place is 'Devices and networks that a person has signed in from, by which new ones are noticed.';
comment on column gatehouse.sign_in_place.user_id is 'The person.';
comment on column gatehouse.sign_in_place.kind is 'DEVICE or NETWORK.';
comment on column gatehouse.sign_in_place.mark is 'SHA-256 of the id of the person with what the browser keeps, or with the network.';
comment on column gatehouse.sign_in_place.last_seen is 'When they last signed in from there, to the day.';

-- comment: gatehouse.sign_in_throttle
comment on table gatehouse.sign_in_throttle is 'Attempts to sign in, counted for a while by address and by user name; known names and unknown ones alike.';
comment on column gatehouse.sign_in_throttle.kind is 'What is counted: ADDRESS or ACCOUNT.';
comment on column gatehouse.sign_in_throttle.mark is 'SHA-256 of the address or the user name.';
comment on column gatehouse.sign_in_throttle.began_at is 'When counting began; the count starts anew after a while.';
comment on column gatehouse.sign_in_throttle.attempts is 'Attempts since, without those that succeeded.';

-- comment: gatehouse.signing_key
comment on table gatehouse.signing_key is 'Keys that sign what others must be able to verify.';
comment on column gatehouse.signing_key.key_id is 'Names the key, inside what it signed too.';
comment on column gatehouse.signing_key.purpose is 'What it signs.';
comment on column gatehouse.signing_key.algorithm is 'The JOSE name of its algorithm.';
comment on column gatehouse.signing_key.public_key is 'The public half, as a JWK.';
comment on column gatehouse.signing_key.private_key_encrypted is 'The private half, encrypted with the master key.';
comment on column gatehouse.signing_key.created_at is 'When it was made.';
comment on column gatehouse.signing_key.retired_at is 'When it stopped signing; it verifies on.';

-- comment: gatehouse.sync_hint
comment on table gatehouse.sync_hint is 'An account that Okta says has changed, and that the next run looks at.';
comment on column gatehouse.sync_hint.uuid is 'The account.';
comment on column gatehouse.sync_hint.place is 'Counts the hints.';
comment on column gatehouse.sync_hint.noted_at is 'When the last one came.';
comment on column gatehouse.sync_hint.looked is 'The portals whose runs have looked since.';

-- comment: gatehouse.sync_lease
comment on table gatehouse.sync_lease is 'The run that may write: a transaction of any other is refused.';
comment on column gatehouse.sync_lease.name is 'The connected system.';
comment on column gatehouse.sync_lease.token is 'The token of the run; 0 while none is at work.';

-- comment: gatehouse.sync_run
comment on table gatehouse.sync_run is 'A run of the sync: whoever began it, where it stands, and how it ended.';
comment on column gatehouse.sync_run.run_id is 'Names the run.';
comment on column gatehouse.sync_run.token is 'Its number among all runs: only the one in sync_lease may write.';
comment on column gatehouse.sync_run.kind is 'delta, full, reconcile, plan, apply, undo or drain.';
comment on column gatehouse.sync_run.portal_id is 'The portal, where it is about one.';
comment on column gatehouse.sync_run.plan_id is 'The plan that it made or applied.';
comment on column gatehouse.sync_run.status is 'running, done, failed, stopped, skipped or interrupted.';
comment on column gatehouse.sync_run.step is 'What it is at, or was at last.';
comment on column gatehouse.sync_run.done is 'How far it has come in that step.';
comment on column gatehouse.sync_run.total is 'How far it has to go, where that is known.';
comment on column gatehouse.sync_run.requests is 'Requests sent to the other side.';
comment on column gatehouse.sync_run.rates is 'Requests of the last minute by bucket, with the limit and what we allow ourselves of it.';
comment on column gatehouse.sync_run.result is 'What came of it, in figures.';
comment on column gatehouse.sync_run.reason is 'Why it failed, was stopped, skipped or interrupted.';
comment on column gatehouse.sync_run.started_at is 'When it began.';
comment on column gatehouse.sync_run.heartbeat_at is 'When it last told how far it is.';
comment on column gatehouse.sync_run.lease_until is 'Until when it is believed to live without a further sign.';
comment on column gatehouse.sync_run.ended_at is 'When it ended.';
comment on column gatehouse.sync_run.started_by is 'Who started it.';
comment on column gatehouse.sync_run.source is 'By which door.';
comment on column gatehouse.sync_run.correlation_id is 'Ties its audit events together.';

-- comment: gatehouse.user_status_history
comment on table gatehouse.user_status_history is 'How people stood before their status changed.';
comment on column gatehouse.user_status_history.user_id is 'The person.';
comment on column gatehouse.user_status_history.status is 'The status they had.';
comment on column gatehouse.user_status_history.secondary_status is 'The account status they had.';
comment on column gatehouse.user_status_history.recorded_to is 'Until when the database knew it so.';
comment on column gatehouse.user_status_history.create_date is 'Since when the person was here; null for changes from before this was kept.';

-- comment: public.access_rights
comment on table public.access_rights is 'A right: a tag on a membership that says what the person may do there.';
comment on column public.access_rights.access_right_id is 'Names the right.';
comment on column public.access_rights.name is 'What people call it.';
comment on column public.access_rights.metadate_type_id_1 is 'A type by which rights are grouped; the odd spelling is the published one.';
comment on column public.access_rights.metadate_type_id_2 is 'A second such type.';
comment on column public.access_rights.description is 'What it allows.';
comment on column public.access_rights.managed_sys_id is 'The system it means something in; null means everywhere.';
comment on column public.access_rights.create_date is 'When it was made.';
comment on column public.access_rights.created_by is 'Who made it.';
comment on column public.access_rights.last_update is 'When it was last changed.';
comment on column public.access_rights.last_updated_by is 'Who changed it last.';
comment on column public.access_rights.version is 'Counts the changes; its ETag.';
comment on column public.access_rights.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.access_rights.is_system is 'Y for rights the server itself relies on; they cannot be deleted.';

-- comment: public.address
comment on table public.address is 'A postal address of a person. The published model prints this table twice; it is one.';
comment on column public.address.address_id is 'Names the address.';
comment on column public.address.name is 'A label for it.';
comment on column public.address.country is 'Country.';
comment on column public.address.bldg_num is 'Number of the building.';
comment on column public.address.street_direction is 'Part of a street by compass: N, SW.';
comment on column public.address.suite is 'Suite or apartment.';
comment on column public.address.address1 is 'First free line.';
comment on column public.address.address2 is 'Second free line.';
comment on column public.address.address3 is 'Third free line.';
comment on column public.address.address4 is 'Fourth free line.';
comment on column public.address.address5 is 'Fifth free line.';
comment on column public.address.address6 is 'Sixth free line.';
comment on column public.address.address7 is 'Seventh free line.';
comment on column public.address.city is 'City.';
comment on column public.address.state is 'State or province.';
comment on column public.address.postal_cd is 'Postal code.';
comment on column public.address.is_default is 'Y for the one address used when nothing else is said.';
comment on column public.address.description is 'What it is for.';
comment on column public.address.active is 'N once it is no longer used.';
comment on column public.address.parent_id is 'Whose it is.';
comment on column public.address.last_update is 'When it was last changed.';
comment on column public.address.create_date is 'When it was added.';
comment on column public.address.type_id is 'Office, home and so on (grouping ADDRESS).';
comment on column public.address.copy_from_location_id is 'The location that this address was copied from.';
comment on column public.address.published is 'Y when other people may see it.';

-- comment: public.auth_level
comment on table public.auth_level is 'How strong a way of signing in is.';
comment on column public.auth_level.auth_level_id is 'Names the level.';
comment on column public.auth_level.name is 'What people call it.';
comment on column public.auth_level.level is 'Its strength; higher is stronger.';
comment on column public.auth_level.requires_authentication is 'N for the level of someone who has not signed in.';

-- comment: public.auth_level_attribute
comment on table public.auth_level_attribute is 'A setting in such a set.';
comment on column public.auth_level_attribute.auth_level_attribute_id is 'Names the setting.';
comment on column public.auth_level_attribute.auth_level_grouping_id is 'The set.';
comment on column public.auth_level_attribute.type_id is 'What kind of setting it is.';
comment on column public.auth_level_attribute.name is 'Its name.';
comment on column public.auth_level_attribute.value is 'Its value.';

-- comment: public.auth_level_grouping
comment on table public.auth_level_grouping is 'A named set of settings for one level.';
comment on column public.auth_level_grouping.auth_level_grouping_id is 'Names the set.';
comment on column public.auth_level_grouping.auth_level_id is 'The level it belongs to.';
comment on column public.auth_level_grouping.name is 'What people call it.';

-- comment: public.auth_state
comment on table public.auth_state is 'A session: that a person is signed in, where and how strongly. A person may have several.';
comment on column public.auth_state.user_id is 'Who is signed in.';
comment on column public.auth_state.auth_state is 'How strongly: 0 is signed out, 1 a password, 1.5 with a code by SMS, 2 with a second factor, 3 with a passkey.';
comment on column public.auth_state.last_login is 'When the session began.';
comment on column public.auth_state.ip_address is 'From which address. The published 30 characters cannot hold an IPv6 address in full.';
comment on column public.auth_state.session_id is 'Names the session: the hash of what the browser holds.';
comment on column public.auth_state.content_provider_id is 'The site signed in through.';
comment on column public.auth_state.is_new_flags is 'Bits: 1 the device is new for this person, 2 the network is.';
comment on column public.auth_state.expires_at is 'When it ends, however much it is used.';
comment on column public.auth_state.last_seen is 'When it was last used, to the minute: left alone it ends sooner.';
comment on column public.auth_state.next_step is 'What the person has still to do before they are in; null once they are.';
comment on column public.auth_state.device is 'The program and system it was begun from, in words.';
comment on column public.auth_state.user_agent is 'The same as the browser said it.';
comment on column public.auth_state.proved_at is 'When something was last proved in it.';
comment on column public.auth_state.idle_minutes is 'Minutes unused after which it ends, by the policy that its person had; null where that says nothing.';
comment on column public.auth_state.proved_by is 'By what: PASSWORD, PORTAL where Okta vouches, and kinds of factors.';
comment on column public.auth_state.proved_level is 'What the newest proof reached, as in AUTH_STATE; null where that counts as much as the session.';

-- comment: public.auth_state_auth_param_xref
comment on table public.auth_state_auth_param_xref is 'Which means of proof served in which session.';
comment on column public.auth_state_auth_param_xref.xref_id is 'Names the entry.';
comment on column public.auth_state_auth_param_xref.user_id is 'Whose session.';
comment on column public.auth_state_auth_param_xref.session_id is 'The session.';
comment on column public.auth_state_auth_param_xref.param_id is 'The means used.';

-- comment: public.company
comment on table public.company is 'An organisation of any kind: the whole, a subsidiary, a division, a department, a committee.';
comment on column public.company.company_id is 'Names the organisation.';
comment on column public.company.company_name is 'Its full name. Two may have the same.';
comment on column public.company.lst_update is 'When it was last changed.';
comment on column public.company.lst_updated_by is 'Who changed it last.';
comment on column public.company.parent_id is 'The first of its parents that are in force; follows company_to_company_membership, which is the truth, and its dates within an hour.';
comment on column public.company.status is 'Whether it exists today: ACTIVE, INACTIVE.';
comment on column public.company.create_date is 'When the record was made.';
comment on column public.company.created_by is 'Who made it.';
comment on column public.company.alias is 'A shorter or other name.';
comment on column public.company.description is 'What it is.';
comment on column public.company.domain_name is 'The e-mail domain whose people are proposed for it.';
comment on column public.company.ldap_str is 'The distinguished name of its branch in an LDAP directory.';
comment on column public.company.classification is 'A word of one''s own choosing.';
comment on column public.company.org_type_id is 'What sort of unit it is; decides what may stand below it.';
comment on column public.company.is_selectable is 'N keeps people from choosing it in forms.';
comment on column public.company.type_id is 'Decides which custom attributes it may carry (grouping ORG_TYPE).';
comment on column public.company.policy_id is 'The password policy of its people.';
comment on column public.company.certifier_id is 'Who reviews the access of its people.';
comment on column public.company.search_text is 'Derived: name, alias and domain in the form that searches look in.';
comment on column public.company.version is 'Counts the changes of the record; its ETag.';

-- comment: public.company_attribute
comment on table public.company_attribute is 'A custom attribute that an organisation carries.';
comment on column public.company_attribute.company_attr_id is 'Names the attribute of this organisation.';
comment on column public.company_attribute.company_id is 'Whose it is.';
comment on column public.company_attribute.name is 'Its name, one of a kind for the organisation.';
comment on column public.company_attribute.metadata_id is 'The declaration it follows.';

-- comment: public.company_attribute_values
comment on table public.company_attribute_values is 'The values of an organisation''s custom attribute, in order.';
comment on column public.company_attribute_values.company_attribute_id is 'The attribute.';
comment on column public.company_attribute_values.attr_value is 'One value.';
comment on column public.company_attribute_values.ordinal is 'Its place among the values, from 0.';

-- comment: public.company_to_company_membership
comment on table public.company_to_company_membership is 'The hierarchy: which organisation stands below which, and when. One may have several parents; circles are refused.';
comment on column public.company_to_company_membership.company_id is 'The organisation above.';
comment on column public.company_to_company_membership.member_company_id is 'The organisation below.';
comment on column public.company_to_company_membership.create_date is 'When the edge was made.';
comment on column public.company_to_company_membership.update_date is 'When it was last changed.';
comment on column public.company_to_company_membership.created_by is 'Who made it.';
comment on column public.company_to_company_membership.updated_by is 'Who changed it last.';
comment on column public.company_to_company_membership.membership_id is 'Names the membership.';
comment on column public.company_to_company_membership.start_date is 'When it begins; null means it always has.';
comment on column public.company_to_company_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.company_to_company_membership.description is 'A note, or the request that granted it.';
comment on column public.company_to_company_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.company_to_company_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.content_provider
comment on table public.content_provider is 'A site that people sign in to by this server.';
comment on column public.content_provider.content_provider_id is 'Names the site.';
comment on column public.content_provider.content_provider_name is 'What people call it.';
comment on column public.content_provider.domain_pattern is 'The host names that belong to it; * is any.';
comment on column public.content_provider.is_ssl is 'Y for https only, N for http only, null for both.';
comment on column public.content_provider.is_public is 'Y when it may be opened without signing in.';
comment on column public.content_provider.resource_id is 'The resource whose holders may use the site.';
comment on column public.content_provider.managed_sys_id is 'The system whose accounts sign in there.';
comment on column public.content_provider.ui_theme_id is 'How its pages look.';
comment on column public.content_provider.show_on_app_page is 'Y when it appears among a person''s applications.';
comment on column public.content_provider.login_url is 'Where its own sign-in page is.';
comment on column public.content_provider.postback_url_param_name is 'The parameter in which it expects the way back.';
comment on column public.content_provider.min_auth_level is 'How strongly one must have signed in to use it.';
comment on column public.content_provider.locale is 'The language of its pages for who has chosen none.';
comment on column public.content_provider.version is 'Counts the changes of the record; its ETag.';

-- comment: public.email_address
comment on table public.email_address is 'An e-mail address of a person.';
comment on column public.email_address.email_id is 'Names the address.';
comment on column public.email_address.name is 'A label for it.';
comment on column public.email_address.description is 'What it is for.';
comment on column public.email_address.email_address is 'The address itself.';
comment on column public.email_address.is_default is 'Y for the one address used when nothing else is said.';
comment on column public.email_address.active is 'N once it is no longer used.';
comment on column public.email_address.parent_id is 'Whose it is.';
comment on column public.email_address.last_update is 'When it was last changed.';
comment on column public.email_address.create_date is 'When it was added.';
comment on column public.email_address.type_id is 'Work, home and so on (grouping EMAIL).';
comment on column public.email_address.published is 'Y when other people may see it.';

-- comment: public.group_organization
comment on table public.group_organization is 'That the people of an organisation are in a group.';
comment on column public.group_organization.membership_id is 'Names the edge.';
comment on column public.group_organization.grp_id is 'The group.';
comment on column public.group_organization.company_id is 'The organisation.';
comment on column public.group_organization.start_date is 'When it begins; null means it always has.';
comment on column public.group_organization.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.group_organization.create_date is 'When it was made.';
comment on column public.group_organization.description is 'A note, or the request that granted it.';
comment on column public.group_organization.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.group_organization.created_by is 'Who made it, when that was a person.';
comment on column public.group_organization.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.grp
comment on table public.grp is 'A group of people.';
comment on column public.grp.grp_id is 'Names the group.';
comment on column public.grp.grp_name is 'What people call it; one of a kind within its system.';
comment on column public.grp.create_date is 'When it was made.';
comment on column public.grp.created_by is 'Who made it.';
comment on column public.grp.group_desc is 'What it is for.';
comment on column public.grp.status is 'ACTIVE, PENDING_APPROVAL or DELETED.';
comment on column public.grp.last_update is 'When it was last changed.';
comment on column public.grp.last_updated_by is 'Who changed it last.';
comment on column public.grp.managed_sys_id is 'The system it comes from; null for our own.';
comment on column public.grp.type_id is 'What kind of group (grouping GROUP_TYPE).';
comment on column public.grp.grp_classification is 'Security group, distribution list (grouping GROUP_CLASSIFICATION).';
comment on column public.grp.ad_grp_type is 'Its type in Active Directory (grouping AD_GROUP_TYPE).';
comment on column public.grp.ad_grp_scope is 'Its scope in Active Directory (grouping AD_GROUP_SCOPE).';
comment on column public.grp.grp_risk is 'How much harm wrong membership does (grouping RISK).';
comment on column public.grp.max_user_number is 'How many people may be in it at a time; null means any number.';
comment on column public.grp.membership_duration_seconds is 'How long a membership lasts when no end is given.';
comment on column public.grp.policy_id is 'The password policy of its members.';
comment on column public.grp.assign_to_all is 'Y when everyone is a member without being put in.';
comment on column public.grp.is_visible is 'N hides it from ordinary searches.';
comment on column public.grp.participant_certification is 'N leaves its members out of access reviews.';
comment on column public.grp.admin_resource_id is 'The resource whose holders administer it.';
comment on column public.grp.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.grp.version is 'Counts the changes; its ETag.';
comment on column public.grp.search_text is 'Derived: the name and description in the form that searches look in.';

-- comment: public.grp_grp_membership_rights
comment on table public.grp_grp_membership_rights is 'Rights carried from group to group.';
comment on column public.grp_grp_membership_rights.membership_id is 'The membership.';
comment on column public.grp_grp_membership_rights.access_right_id is 'The right.';
comment on column public.grp_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.grp_org_membership_rights
comment on table public.grp_org_membership_rights is 'Rights carried from an organisation to a group.';
comment on column public.grp_org_membership_rights.membership_id is 'The membership.';
comment on column public.grp_org_membership_rights.access_right_id is 'The right.';
comment on column public.grp_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.grp_role
comment on table public.grp_role is 'That the members of a group have a role.';
comment on column public.grp_role.membership_id is 'Names the edge.';
comment on column public.grp_role.role_id is 'The role.';
comment on column public.grp_role.grp_id is 'The group.';
comment on column public.grp_role.start_date is 'When it begins; null means it always has.';
comment on column public.grp_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.grp_role.create_date is 'When it was made.';
comment on column public.grp_role.description is 'A note, or the request that granted it.';
comment on column public.grp_role.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.grp_role.created_by is 'Who made it, when that was a person.';
comment on column public.grp_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.grp_role_membership_rights
comment on table public.grp_role_membership_rights is 'Rights carried from a group to a role.';
comment on column public.grp_role_membership_rights.membership_id is 'The membership.';
comment on column public.grp_role_membership_rights.access_right_id is 'The right.';
comment on column public.grp_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.grp_to_grp_membership
comment on table public.grp_to_grp_membership is 'That a group has another below it: members of the one below count as members of the one above.';
comment on column public.grp_to_grp_membership.membership_id is 'Names the edge.';
comment on column public.grp_to_grp_membership.grp_id is 'The group above.';
comment on column public.grp_to_grp_membership.member_grp_id is 'The group below, which inherits.';
comment on column public.grp_to_grp_membership.start_date is 'When it begins; null means it always has.';
comment on column public.grp_to_grp_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.grp_to_grp_membership.create_date is 'When it was made.';
comment on column public.grp_to_grp_membership.description is 'A note, or the request that granted it.';
comment on column public.grp_to_grp_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.grp_to_grp_membership.created_by is 'Who made it, when that was a person.';
comment on column public.grp_to_grp_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.identity_quest_grp
comment on table public.identity_quest_grp is 'A set of security questions offered together.';
comment on column public.identity_quest_grp.identity_quest_grp_id is 'Names the set.';
comment on column public.identity_quest_grp.name is 'What administrators call it.';
comment on column public.identity_quest_grp.status is 'ACTIVE while it is offered.';
comment on column public.identity_quest_grp.company_owner_id is 'The organisation whose people it is for; null means everyone.';
comment on column public.identity_quest_grp.version is 'Counts the changes; its ETag.';

-- comment: public.identity_question
comment on table public.identity_question is 'A security question to choose.';
comment on column public.identity_question.identity_question_id is 'Names the question.';
comment on column public.identity_question.identity_quest_grp_id is 'The set it belongs to.';
comment on column public.identity_question.active is 'N once it is no longer offered; answers given stay valid.';
comment on column public.identity_question.question_text is 'The question.';
comment on column public.identity_question.display_order is 'Its place in the list.';
comment on column public.identity_question.version is 'Counts the changes; its ETag.';

-- comment: public.it_policy
comment on table public.it_policy is 'A usage policy that people must accept.';
comment on column public.it_policy.it_policy_id is 'Names the policy.';
comment on column public.it_policy.approve_type is 'ONCE, or ANNUALLY when it must be accepted again each year.';
comment on column public.it_policy.active is 'Y while it is asked for.';
comment on column public.it_policy.create_date is 'When it was put into force; acceptance before that no longer counts.';
comment on column public.it_policy.created_by is 'Who put it into force.';
comment on column public.it_policy.update_date is 'When its text was last changed.';
comment on column public.it_policy.updated_by is 'Who changed it.';
comment on column public.it_policy.policy_content is 'Its text.';
comment on column public.it_policy.confirmation is 'What the person confirms by clicking.';
comment on column public.it_policy.version is 'Counts the changes of the record; its ETag.';

-- comment: public.it_policy_version
comment on table public.it_policy_version is 'A text that the policy had.';
comment on column public.it_policy_version.version_id is 'Names the version.';
comment on column public.it_policy_version.it_policy_id is 'The policy.';
comment on column public.it_policy_version.name is 'What the version is called.';
comment on column public.it_policy_version.content is 'Its text.';
comment on column public.it_policy_version.create_date is 'When it was made.';
comment on column public.it_policy_version.active is 'Y for the one that is asked for now.';
comment on column public.it_policy_version.content_provider_id is 'The site it is asked for on; null means all.';
comment on column public.it_policy_version.version is 'Counts the changes of the record; its ETag.';

-- comment: public.location
comment on table public.location is 'A place of an organisation that people''s addresses can be copied from.';
comment on column public.location.location_id is 'Names the place.';
comment on column public.location.name is 'What people call it.';
comment on column public.location.location_cd is 'Its code; the one that users.location_cd repeats.';
comment on column public.location.company_id is 'Whose place it is.';
comment on column public.location.country is 'Country.';
comment on column public.location.bldg_num is 'Number of the building.';
comment on column public.location.street_direction is 'Part of a street by compass.';
comment on column public.location.suite is 'Suite.';
comment on column public.location.address1 is 'First free line.';
comment on column public.location.address2 is 'Second free line.';
comment on column public.location.address3 is 'Third free line.';
comment on column public.location.address4 is 'Fourth free line.';
comment on column public.location.address5 is 'Fifth free line.';
comment on column public.location.address6 is 'Sixth free line.';
comment on column public.location.address7 is 'Seventh free line.';
comment on column public.location.city is 'City.';
comment on column public.location.state is 'State or province.';
comment on column public.location.postal_cd is 'Postal code.';
comment on column public.location.description is 'What is there.';
comment on column public.location.active is 'N once it is closed.';

-- comment: public.login
comment on table public.login is 'An account of a person in one managed system. The one in system 0 is how the person signs in here; the others are accounts elsewhere.';
comment on column public.login.login is 'The name of the account, as it was typed.';
comment on column public.login.managed_sys_id is 'The system that has the account.';
comment on column public.login.identity_type is 'What the account is for, such as primary or service account; free text.';
comment on column public.login.user_id is 'Whose account it is.';
comment on column public.login.password is 'Hash of the password (argon2id, or what a directory brought along); never in the clear, never reversible.';
comment on column public.login.pwd_changed is 'When the password last changed.';
comment on column public.login.pwd_exp is 'When the password expires; null means never.';
comment on column public.login.grace_period is 'Until when an expired password still works, with a warning.';
comment on column public.login.create_date is 'When the account was made known.';
comment on column public.login.created_by is 'Who made it known.';
comment on column public.login.auth_fail_count is 'Wrong passwords in a row; null counts as 0.';
comment on column public.login.last_auth_attempt is 'When someone last tried to sign in.';
comment on column public.login.last_login is 'When signing in last succeeded.';
comment on column public.login.last_login_ip is 'From which address that was.';
comment on column public.login.prev_login is 'When it succeeded the time before.';
comment on column public.login.prev_login_ip is 'From which address that was.';
comment on column public.login.pwd_change_count is 'How often the person changed the password today; null counts as 0.';
comment on column public.login.pswd_reset_token is 'Hash of the token in a recovery mail; null when none is out.';
comment on column public.login.pswd_reset_token_exp is 'When that token dies.';
comment on column public.login.login_id is 'Names the account; what other tables point to.';
comment on column public.login.last_update is 'When the row was last changed.';
comment on column public.login.lowercase_login is 'Made by the database: the name without case. What uniqueness looks at.';
comment on column public.login.prov_status is 'How far the last operation on the remote account got: done (CREATED), waiting (PENDING_CREATE) or failed (FAIL_CREATE), and so for update, disable, enable, delete.';
comment on column public.login.challenge_response_fail_count is 'Wrong answers to security questions in a row, by rounds; at five no more are looked at until the person sets new ones. Null counts as 0.';
comment on column public.login.sms_reset_token is 'The beginning of the hash of a recovery code sent by SMS; null when none is out.';
comment on column public.login.sms_reset_token_exp is 'When that code dies.';
comment on column public.login.sms_code_expiration is 'When a sign-in code sent by SMS dies.';
comment on column public.login.topt_active is 'Y when a time-based code (TOTP; the published name has its letters swapped) is enrolled.';
comment on column public.login.is_active is 'N keeps the login from being used, whatever its status.';
comment on column public.login.first_time_login is 'Y until the first successful sign-in.';
comment on column public.login.reset_pwd is 'Set when the password must be changed at the next sign-in; names the reset.';
comment on column public.login.last_otp_access is 'When a one-time code last succeeded.';
comment on column public.login.otp_fail_count is 'Wrong one-time codes in a row; null counts as 0.';
comment on column public.login.otp_active is 'Y when one-time codes are enrolled.';
comment on column public.login.status is 'Whether the account is in use: ACTIVE, INACTIVE, SUSPENDED.';
comment on column public.login.lock_marker is 'Whether the login is locked, and by whom: NOT_LOCKED (or null), LOCKED, LOCKED_ADMIN.';
comment on column public.login.auth_type is 'How the account authenticates. Of the login here: PASSWORD, or nothing, by a password; anything else (OKTA, PASSKEY, LDAP, SAML, …) has none here, and no password is taken, checked for Okta or recovered: its person comes through Okta or by a passkey.';
comment on column public.login.sms_reset_fail_count is 'Wrong answers to codes that were sent by SMS to recover the password, in a row: another code begins no count anew, a password that is set or a sign-in does.';
comment on column public.login.pwd_exp_told is 'The expiry that the person has been written to about.';
comment on column public.login.pswd_reset_token_made is 'When that token was made.';
comment on column public.login.sms_reset_token_made is 'When that code was made.';
comment on column public.login.wrong_in_a_row is 'Wrong passwords in a row, over all locks that opened by themselves; a right one or a way back in begins it anew.';
comment on column public.login.pwd_closed is 'When the password was closed, after a hundred wrong ones in a row: none is looked at until it is set anew or unlocked. Null while it is open.';

-- comment: public.login_attribute
comment on table public.login_attribute is 'A custom attribute of an account. A single short value stands in the row.';
comment on column public.login_attribute.login_attr_id is 'Names the attribute of this account.';
comment on column public.login_attribute.name is 'Its name, one of a kind for the account.';
comment on column public.login_attribute.value is 'The value, when there is one and it fits.';
comment on column public.login_attribute.metadata_id is 'The declaration it follows.';
comment on column public.login_attribute.login_id is 'Whose it is.';

-- comment: public.login_attribute_values
comment on table public.login_attribute_values is 'Values of an account''s attribute that do not fit into the row: long ones, or several.';
comment on column public.login_attribute_values.login_attribute_id is 'The attribute.';
comment on column public.login_attribute_values.attr_value is 'One value.';
comment on column public.login_attribute_values.ordinal is 'Its place among the values, from 0.';

-- comment: public.managed_sys
comment on table public.managed_sys is 'A system in which people have accounts; 0 is this server.';
comment on column public.managed_sys.managed_sys_id is 'Names the system.';
comment on column public.managed_sys.name is 'What people call it.';
comment on column public.managed_sys.description is 'What it is for.';
comment on column public.managed_sys.status is 'ACTIVE while accounts in it are managed.';
comment on column public.managed_sys.connector_id is 'What speaks to it.';
comment on column public.managed_sys.host_url is 'Where it is.';
comment on column public.managed_sys.port is 'On which port.';
comment on column public.managed_sys.comm_protocol is 'CLEAR or SSL.';
comment on column public.managed_sys.user_id is 'The name this server signs in with there.';
comment on column public.managed_sys.pswd is 'The password it uses there, encrypted with the master key.';
comment on column public.managed_sys.start_date is 'From when it is managed.';
comment on column public.managed_sys.end_date is 'Until when it is managed.';
comment on column public.managed_sys.resource_id is 'The resource that stands for an account in it: who has the one gets the other.';
comment on column public.managed_sys.primary_repository is 'Y for the system that holds the passwords people sign in with.';
comment on column public.managed_sys.skip_group_prov is 'Y when groups are not kept there.';
comment on column public.managed_sys.change_end_user is 'Y when people may change their password there from here.';
comment on column public.managed_sys.search_scope is 'How deep to search (LDAP): 0 the entry, 1 one level, 2 all below.';

-- comment: public.md_element_valid_values
comment on table public.md_element_valid_values is 'The only values that a declared attribute takes; none means any.';
comment on column public.md_element_valid_values.id is 'Names the value.';
comment on column public.md_element_valid_values.metadata_element_id is 'The declaration.';
comment on column public.md_element_valid_values.ui_value is 'The value, as stored and shown.';
comment on column public.md_element_valid_values.display_order is 'Its place in the list.';

-- comment: public.metadata_element
comment on table public.metadata_element is 'A declared custom attribute: its name, what values it takes, who may change it.';
comment on column public.metadata_element.metadata_id is 'Names the declaration.';
comment on column public.metadata_element.type_id is 'The records it applies to: those of this type. The general types (DEFAULT_USER, DEFAULT_LOGIN, DEFAULT_ORGANIZATION) mean every record of that sort.';
comment on column public.metadata_element.attribute_name is 'The name under which records carry it.';
comment on column public.metadata_element.description is 'What it is for.';
comment on column public.metadata_element.data_type is 'STRING, INTEGER, DECIMAL, BOOLEAN, DATE or DATETIME.';
comment on column public.metadata_element.auditable is 'Y when its values may stand in the audit.';
comment on column public.metadata_element.required is 'Y when a record may not be without it.';
comment on column public.metadata_element.self_editable is 'Y when people may change it on their own record.';
comment on column public.metadata_element.is_public is 'N limits it to the holders of resource_id.';
comment on column public.metadata_element.resource_id is 'Who may see and change it when it is not public.';
comment on column public.metadata_element.validator is 'A regular expression that a whole value must match.';
comment on column public.metadata_element.static_default_value is 'The value a new record gets when it brings none.';
comment on column public.metadata_element.display_name is 'What people see.';
comment on column public.metadata_element.multi_valued is 'Y when a record may have several values.';
comment on column public.metadata_element.is_sensitive is 'Y keeps its values out of answers to ordinary readers, and out of logs and audit.';
comment on column public.metadata_element.max_length is 'The most characters a value may have; null means no limit of its own.';
comment on column public.metadata_element.display_order is 'Its place in forms.';
comment on column public.metadata_element.version is 'Counts the changes; its ETag.';

-- comment: public.metadata_type
comment on table public.metadata_type is 'The words that records are sorted by: kinds of people, e-mail addresses, jobs, statuses, each in its grouping.';
comment on column public.metadata_type.type_id is 'Names the word; what other tables hold.';
comment on column public.metadata_type.description is 'What is meant by it.';
comment on column public.metadata_type.active is 'N once it is no longer offered.';
comment on column public.metadata_type.sync_managed_sys is 'Y when things of this type are passed on to managed systems.';
comment on column public.metadata_type."grouping" is 'Which list it belongs to: USER_OBJECT_TYPE, EMAIL, JOB_CODE and so on.';
comment on column public.metadata_type.is_binary is 'Y when values of this type are bytes.';
comment on column public.metadata_type.is_sensitive is 'Y when values of this type are kept from ordinary readers.';
comment on column public.metadata_type.display_name is 'What people see.';
comment on column public.metadata_type.display_order is 'Its place in lists.';
comment on column public.metadata_type.is_system is 'Y when the server depends on it; such a word cannot be deleted.';
comment on column public.metadata_type.version is 'Counts the changes; its ETag.';

-- comment: public.org_structure
comment on table public.org_structure is 'Who leads whom: a person may have several supervisors, one of them primary.';
comment on column public.org_structure.org_structure_id is 'Names the pair.';
comment on column public.org_structure.supervisor_id is 'The one who leads.';
comment on column public.org_structure.staff_id is 'The one who is led.';
comment on column public.org_structure.is_primary_super is 'Y for the one supervisor who counts when only one can.';
comment on column public.org_structure.create_date is 'When the pair was made.';

-- comment: public.org_to_org_membership_rights
comment on table public.org_to_org_membership_rights is 'Rights that an edge of the hierarchy carries.';
comment on column public.org_to_org_membership_rights.membership_id is 'The membership.';
comment on column public.org_to_org_membership_rights.access_right_id is 'The right.';
comment on column public.org_to_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.org_type_valid_membership
comment on table public.org_type_valid_membership is 'Which sort of unit may stand directly below which.';
comment on column public.org_type_valid_membership.org_type_id is 'The sort above.';
comment on column public.org_type_valid_membership.member_org_type_id is 'The sort that may stand below it.';

-- comment: public.organization_type
comment on table public.organization_type is 'The sorts of unit there are.';
comment on column public.organization_type.org_type_id is 'Names the sort.';
comment on column public.organization_type.name is 'What people call it.';
comment on column public.organization_type.description is 'What is meant by it.';
comment on column public.organization_type.version is 'Counts the changes; its ETag.';

-- comment: public.phone
comment on table public.phone is 'A phone number of a person.';
comment on column public.phone.phone_id is 'Names the number.';
comment on column public.phone.name is 'A label for it.';
comment on column public.phone.area_cd is 'Area code.';
comment on column public.phone.country_cd is 'Dialling code of the country.';
comment on column public.phone.description is 'What it is for.';
comment on column public.phone.phone_nbr is 'The number; everything, when the codes are not given apart.';
comment on column public.phone.phone_ext is 'Extension.';
comment on column public.phone.is_default is 'Y for the one number used when nothing else is said.';
comment on column public.phone.active is 'N once it is no longer used.';
comment on column public.phone.parent_id is 'Whose it is.';
comment on column public.phone.last_update is 'When it was last changed.';
comment on column public.phone.create_date is 'When it was added.';
comment on column public.phone.type_id is 'Office, mobile, home and so on (grouping PHONE).';
comment on column public.phone.published is 'Y when other people may see it.';
comment on column public.phone.is_for_sms is 'Y when codes may be sent there by SMS.';

-- comment: public.policy
comment on table public.policy is 'A policy: rules of one sort with their values, for those it is bound to.';
comment on column public.policy.policy_id is 'Names the policy.';
comment on column public.policy.policy_def_id is 'What sort it is.';
comment on column public.policy.name is 'What people call it.';
comment on column public.policy.description is 'What it is for.';
comment on column public.policy.status is '1 while it holds, 0 when switched off.';
comment on column public.policy.create_date is 'When it was made.';
comment on column public.policy.created_by is 'Who made it.';
comment on column public.policy.last_update is 'When it was last changed.';
comment on column public.policy.last_updated_by is 'Who changed it last.';
comment on column public.policy.priority is 'Of several that apply, the highest wins.';
comment on column public.policy.version is 'Counts the changes; its ETag.';

-- comment: public.policy_attribute
comment on table public.policy_attribute is 'The value of one rule in one policy; no row means the rule is off.';
comment on column public.policy_attribute.policy_attr_id is 'Names the value.';
comment on column public.policy_attribute.def_param_id is 'The rule.';
comment on column public.policy_attribute.policy_id is 'The policy.';
comment on column public.policy_attribute.value1 is 'The value, or lower bound.';
comment on column public.policy_attribute.value2 is 'Upper bound.';
comment on column public.policy_attribute.rule_text is 'A rule written out, where values do not suffice.';
comment on column public.policy_attribute.required is 'N when it is recommended but not enforced.';

-- comment: public.policy_def
comment on table public.policy_def is 'The sorts of policy there are.';
comment on column public.policy_def.policy_def_id is 'Names the sort.';
comment on column public.policy_def.name is 'What people call it.';
comment on column public.policy_def.description is 'What it governs.';

-- comment: public.policy_def_param
comment on table public.policy_def_param is 'A rule that policies of one sort can set.';
comment on column public.policy_def_param.def_param_id is 'Names the rule.';
comment on column public.policy_def_param.policy_def_id is 'The sort of policy.';
comment on column public.policy_def_param.name is 'Its short name, as other systems know it.';
comment on column public.policy_def_param.description is 'What it demands.';
comment on column public.policy_def_param.operation is 'What shape its value has: String, RANGE (two bounds), boolean, select.';
comment on column public.policy_def_param.value1 is 'Proposed value, or lower bound.';
comment on column public.policy_def_param.value2 is 'Proposed upper bound.';
comment on column public.policy_def_param.param_group is 'Where forms show it.';
comment on column public.policy_def_param.policy_param_handler is 'What checks it, where that is not built in.';

-- comment: public.policy_object_assoc
comment on table public.policy_object_assoc is 'Whom a policy is for.';
comment on column public.policy_object_assoc.policy_object_id is 'Names the binding.';
comment on column public.policy_object_assoc.policy_id is 'The policy.';
comment on column public.policy_object_assoc.association_level is 'On what it is bound: everyone (GLOBAL), a system, a type of person, an organisation, a role, a group.';
comment on column public.policy_object_assoc.association_value is 'The id of that thing; GLOBAL for everyone.';

-- comment: public.pwd_history
comment on table public.pwd_history is 'The hashes of passwords an account has had, so that they are not used again.';
comment on column public.pwd_history.pwd_history_id is 'Names the entry.';
comment on column public.pwd_history.login_id is 'Whose password it was.';
comment on column public.pwd_history.date_created is 'When it was set.';
comment on column public.pwd_history.password is 'Its hash.';

-- comment: public.res
comment on table public.res is 'A resource: anything that access is given to.';
comment on column public.res.resource_id is 'Names the resource.';
comment on column public.res.resource_type_id is 'What sort it is.';
comment on column public.res.name is 'What people call it; one of a kind.';
comment on column public.res.description is 'What it is.';
comment on column public.res.display_order is 'Its place in menus.';
comment on column public.res.url is 'Where it is.';
comment on column public.res.is_public is 'Y when everyone has it without being given it. The default is N.';
comment on column public.res.risk is 'How much harm wrong access does: LOW, MEDIUM, HIGH.';
comment on column public.res.coorelated_name is 'Its name in the system it belongs to; the odd spelling is the published one.';
comment on column public.res.admin_resource_id is 'The resource whose holders administer this one.';
comment on column public.res.type_id is 'Decides which attributes it carries (grouping RESOURCE_TYPE).';
comment on column public.res.min_auth_level is 'How strongly one must have signed in to use it.';
comment on column public.res.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.res.create_date is 'When it was made.';
comment on column public.res.created_by is 'Who made it.';
comment on column public.res.last_update is 'When it was last changed.';
comment on column public.res.last_updated_by is 'Who changed it last.';
comment on column public.res.version is 'Counts the changes; its ETag.';
comment on column public.res.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.res.is_system is 'Y for resources the server itself relies on; they cannot be deleted.';

-- comment: public.res_grp_membership_rights
comment on table public.res_grp_membership_rights is 'Rights carried from a group to a resource.';
comment on column public.res_grp_membership_rights.membership_id is 'The membership.';
comment on column public.res_grp_membership_rights.access_right_id is 'The right.';
comment on column public.res_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.res_org_membership
comment on table public.res_org_membership is 'That the people of an organisation have a resource.';
comment on column public.res_org_membership.membership_id is 'Names the edge.';
comment on column public.res_org_membership.resource_id is 'The resource.';
comment on column public.res_org_membership.company_id is 'The organisation.';
comment on column public.res_org_membership.start_date is 'When it begins; null means it always has.';
comment on column public.res_org_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.res_org_membership.create_date is 'When it was made.';
comment on column public.res_org_membership.description is 'A note, or the request that granted it.';
comment on column public.res_org_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.res_org_membership.created_by is 'Who made it, when that was a person.';
comment on column public.res_org_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.res_org_membership_rights
comment on table public.res_org_membership_rights is 'Rights carried from an organisation to a resource.';
comment on column public.res_org_membership_rights.membership_id is 'The membership.';
comment on column public.res_org_membership_rights.access_right_id is 'The right.';
comment on column public.res_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.res_res_membership_rights
comment on table public.res_res_membership_rights is 'Rights carried from resource to resource.';
comment on column public.res_res_membership_rights.membership_id is 'The membership.';
comment on column public.res_res_membership_rights.access_right_id is 'The right.';
comment on column public.res_res_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.res_role_membership_rights
comment on table public.res_role_membership_rights is 'Rights carried from a role to a resource.';
comment on column public.res_role_membership_rights.membership_id is 'The membership.';
comment on column public.res_role_membership_rights.access_right_id is 'The right.';
comment on column public.res_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.res_to_res_membership
comment on table public.res_to_res_membership is 'That a resource has another below it, as a menu has entries.';
comment on column public.res_to_res_membership.membership_id is 'Names the edge.';
comment on column public.res_to_res_membership.resource_id is 'The resource above.';
comment on column public.res_to_res_membership.member_resource_id is 'The resource below.';
comment on column public.res_to_res_membership.start_date is 'When it begins; null means it always has.';
comment on column public.res_to_res_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.res_to_res_membership.create_date is 'When it was made.';
comment on column public.res_to_res_membership.description is 'A note, or the request that granted it.';
comment on column public.res_to_res_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.res_to_res_membership.created_by is 'Who made it, when that was a person.';
comment on column public.res_to_res_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.resource_group
comment on table public.resource_group is 'That the members of a group have a resource.';
comment on column public.resource_group.membership_id is 'Names the edge.';
comment on column public.resource_group.resource_id is 'The resource.';
comment on column public.resource_group.grp_id is 'The group.';
comment on column public.resource_group.start_date is 'When it begins; null means it always has.';
comment on column public.resource_group.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_group.create_date is 'When it was made.';
comment on column public.resource_group.description is 'A note, or the request that granted it.';
comment on column public.resource_group.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.resource_group.created_by is 'Who made it, when that was a person.';
comment on column public.resource_group.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.resource_role
comment on table public.resource_role is 'That those who have a role have a resource.';
comment on column public.resource_role.membership_id is 'Names the edge.';
comment on column public.resource_role.resource_id is 'The resource.';
comment on column public.resource_role.role_id is 'The role.';
comment on column public.resource_role.start_date is 'When it begins; null means it always has.';
comment on column public.resource_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_role.create_date is 'When it was made.';
comment on column public.resource_role.description is 'A note, or the request that granted it.';
comment on column public.resource_role.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.resource_role.created_by is 'Who made it, when that was a person.';
comment on column public.resource_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.resource_type
comment on table public.resource_type is 'The sorts of resource there are.';
comment on column public.resource_type.resource_type_id is 'Names the sort.';
comment on column public.resource_type.description is 'What is meant by it.';
comment on column public.resource_type.provision_resource is 'Y when holding one means having an account somewhere.';
comment on column public.resource_type.process_name is 'The process that grants it.';
comment on column public.resource_type.supports_hierarchy is 'Y when such resources may stand below each other.';
comment on column public.resource_type.searchable is 'Y when they appear in searches.';
comment on column public.resource_type.url is 'Where they are found.';
comment on column public.resource_type.image_type is 'The picture shown for them.';

-- comment: public.resource_user
comment on table public.resource_user is 'That a person has a resource directly, from when to when.';
comment on column public.resource_user.user_id is 'The person.';
comment on column public.resource_user.resource_id is 'The resource.';
comment on column public.resource_user.membership_id is 'Names the membership.';
comment on column public.resource_user.start_date is 'When it begins; null means it always has.';
comment on column public.resource_user.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.resource_user.description is 'A note, or the request that granted it.';
comment on column public.resource_user.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.resource_user.create_date is 'When it was recorded.';
comment on column public.resource_user.created_by is 'Who made it, when that was a person.';
comment on column public.resource_user.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.resource_user.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';

-- comment: public.role
comment on table public.role is 'A role: a bundle of access named after a task.';
comment on column public.role.role_id is 'Names the role.';
comment on column public.role.role_name is 'What people call it; one of a kind.';
comment on column public.role.description is 'What it is for.';
comment on column public.role.status is 'ACTIVE, PENDING_APPROVAL or DELETED.';
comment on column public.role.create_date is 'When it was made.';
comment on column public.role.created_by is 'Who made it.';
comment on column public.role.managed_sys_id is 'The system it comes from; null for our own.';
comment on column public.role.type_id is 'What kind of role (grouping ROLE_TYPE).';
comment on column public.role.admin_resource_id is 'The resource whose holders administer it.';
comment on column public.role.policy_id is 'The password policy of those who have it.';
comment on column public.role.max_user_number is 'How many people may have it at a time; null means any number.';
comment on column public.role.membership_duration_seconds is 'How long a membership lasts when no end is given.';
comment on column public.role.graph_id is 'Id of its vertex in drawings of the access graph.';
comment on column public.role.last_update is 'When it was last changed.';
comment on column public.role.last_updated_by is 'Who changed it last.';
comment on column public.role.version is 'Counts the changes; its ETag.';
comment on column public.role.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.role.is_system is 'Y for roles the server itself relies on; they cannot be deleted.';

-- comment: public.role_org_membership
comment on table public.role_org_membership is 'That the people of an organisation have a role.';
comment on column public.role_org_membership.membership_id is 'Names the edge.';
comment on column public.role_org_membership.role_id is 'The role.';
comment on column public.role_org_membership.company_id is 'The organisation.';
comment on column public.role_org_membership.start_date is 'When it begins; null means it always has.';
comment on column public.role_org_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.role_org_membership.create_date is 'When it was made.';
comment on column public.role_org_membership.description is 'A note, or the request that granted it.';
comment on column public.role_org_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.role_org_membership.created_by is 'Who made it, when that was a person.';
comment on column public.role_org_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.role_org_membership_rights
comment on table public.role_org_membership_rights is 'Rights carried from an organisation to a role.';
comment on column public.role_org_membership_rights.membership_id is 'The membership.';
comment on column public.role_org_membership_rights.access_right_id is 'The right.';
comment on column public.role_org_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.role_role_membership_rights
comment on table public.role_role_membership_rights is 'Rights carried from role to role.';
comment on column public.role_role_membership_rights.membership_id is 'The membership.';
comment on column public.role_role_membership_rights.access_right_id is 'The right.';
comment on column public.role_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.role_to_role_membership
comment on table public.role_to_role_membership is 'That a role has another below it: who has the one below has what the one above gives.';
comment on column public.role_to_role_membership.membership_id is 'Names the edge.';
comment on column public.role_to_role_membership.role_id is 'The role above.';
comment on column public.role_to_role_membership.member_role_id is 'The role below, which inherits.';
comment on column public.role_to_role_membership.start_date is 'When it begins; null means it always has.';
comment on column public.role_to_role_membership.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.role_to_role_membership.create_date is 'When it was made.';
comment on column public.role_to_role_membership.description is 'A note, or the request that granted it.';
comment on column public.role_to_role_membership.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.role_to_role_membership.created_by is 'Who made it, when that was a person.';
comment on column public.role_to_role_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';

-- comment: public.user_affiliation
comment on table public.user_affiliation is 'That a person belongs to an organisation, from when to when and as what.';
comment on column public.user_affiliation.company_id is 'The organisation.';
comment on column public.user_affiliation.user_id is 'The person.';
comment on column public.user_affiliation.create_date is 'When it was recorded.';
comment on column public.user_affiliation.metadata_type_id is 'As what (grouping AFFILIATION_TYPE).';
comment on column public.user_affiliation.membership_id is 'Names the membership.';
comment on column public.user_affiliation.start_date is 'When it begins; null means it always has.';
comment on column public.user_affiliation.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_affiliation.description is 'A note, or the request that granted it.';
comment on column public.user_affiliation.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.user_affiliation.created_by is 'Who made it, when that was a person.';
comment on column public.user_affiliation.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_affiliation.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';

-- comment: public.user_affiliation_rights
comment on table public.user_affiliation_rights is 'Rights that an affiliation carries.';
comment on column public.user_affiliation_rights.membership_id is 'The membership.';
comment on column public.user_affiliation_rights.access_right_id is 'The right.';
comment on column public.user_affiliation_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.user_attribute_values
comment on table public.user_attribute_values is 'The values of a person''s custom attribute: none, one or several, in order.';
comment on column public.user_attribute_values.user_attribute_id is 'The attribute.';
comment on column public.user_attribute_values.attr_value is 'One value, as text.';
comment on column public.user_attribute_values.ordinal is 'Its place among the values, from 0.';

-- comment: public.user_attributes
comment on table public.user_attributes is 'A custom attribute that a person carries: which one. Its values stand in user_attribute_values.';
comment on column public.user_attributes.id is 'Names the attribute of this person.';
comment on column public.user_attributes.user_id is 'Whose it is.';
comment on column public.user_attributes.metadata_id is 'The declaration it follows; null for an attribute nobody declared.';
comment on column public.user_attributes.name is 'Its name, one of a kind for the person.';

-- comment: public.user_auth_param
comment on table public.user_auth_param is 'A further means of proving who one is: an enrolled factor, or an address that has been verified.';
comment on column public.user_auth_param.param_id is 'Names the factor.';
comment on column public.user_auth_param.user_id is 'Whose it is.';
comment on column public.user_auth_param.type is 'Which kind: TOTP, WEBAUTHN, SMS, EMAIL and so on.';
comment on column public.user_auth_param.param_value is 'What it needs: a credential''s id, a number, an address. The published 255 characters cannot hold the id of every passkey.';
comment on column public.user_auth_param.confirmed is 'Y once the person has proved to have it.';
comment on column public.user_auth_param.confirmed_type is 'How they proved it.';
comment on column public.user_auth_param.name is 'What the person calls it.';
comment on column public.user_auth_param.secret_encrypted is 'The secret of a TOTP, encrypted with the master key.';
comment on column public.user_auth_param.public_key is 'The public key of a passkey, as COSE has it.';
comment on column public.user_auth_param.counter is 'The step of the last TOTP that was taken, or what a passkey last counted: nothing up to it is taken again. Of a number, 1 once it has recovered the password: beside another factor it serves as none until that one is proved.';
comment on column public.user_auth_param.transports is 'How a passkey can be reached: usb, nfc, ble, internal, hybrid.';
comment on column public.user_auth_param.created_at is 'When it was begun.';
comment on column public.user_auth_param.last_used_at is 'When it was last proved.';
comment on column public.user_auth_param.marked_number is 'Of a factor by SMS: whether confirming it marked the person''s telephone number as one for codes, so that removing it takes the mark away.';

-- comment: public.user_grp
comment on table public.user_grp is 'That a person is in a group, from when to when.';
comment on column public.user_grp.user_id is 'The person.';
comment on column public.user_grp.grp_id is 'The group.';
comment on column public.user_grp.membership_id is 'Names the membership.';
comment on column public.user_grp.start_date is 'When it begins; null means it always has.';
comment on column public.user_grp.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_grp.description is 'A note, or the request that granted it.';
comment on column public.user_grp.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.user_grp.status is 'Whether the person has been reminded that it ends: NOT_REMINDED, REMINDED.';
comment on column public.user_grp.create_date is 'When it was made.';
comment on column public.user_grp.created_by is 'Who made it, when that was a person.';
comment on column public.user_grp.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_grp.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';

-- comment: public.user_grp_membership_rights
comment on table public.user_grp_membership_rights is 'Rights that a person''s being in a group carries.';
comment on column public.user_grp_membership_rights.membership_id is 'The membership.';
comment on column public.user_grp_membership_rights.access_right_id is 'The right.';
comment on column public.user_grp_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.user_identity_ans
comment on table public.user_identity_ans is 'A person''s answer to a security question.';
comment on column public.user_identity_ans.identity_ans_id is 'Names the answer.';
comment on column public.user_identity_ans.identity_question_id is 'The question chosen from the list; null when the person wrote one.';
comment on column public.user_identity_ans.user_id is 'Whose answer it is.';
comment on column public.user_identity_ans.question_answer is 'The answer, protected like a password: case and spaces do not count.';
comment on column public.user_identity_ans.is_encrypted is 'N only for old answers that came in unprotected.';
comment on column public.user_identity_ans.question_text is 'The question the person wrote.';

-- comment: public.user_it_policy_history
comment on table public.user_it_policy_history is 'That a person accepted or declined a usage policy.';
comment on column public.user_it_policy_history.id is 'Names the decision.';
comment on column public.user_it_policy_history.user_id is 'Who decided.';
comment on column public.user_it_policy_history.version_id is 'On which version.';
comment on column public.user_it_policy_history.submit_date is 'When.';
comment on column public.user_it_policy_history.accepted is 'Y or N.';
comment on column public.user_it_policy_history.name is 'The version''s name at that time.';
comment on column public.user_it_policy_history.content_provider_id is 'On which site.';

-- comment: public.user_key
comment on table public.user_key is 'Keys of a person: public keys as they are, API keys of this server as a hash only.';
comment on column public.user_key.user_key_id is 'Names the key.';
comment on column public.user_key.user_id is 'Whose it is.';
comment on column public.user_key.name is 'What the person calls it, one of a kind for the person.';
comment on column public.user_key.key_value is 'A public key; null for API keys.';
comment on column public.user_key.key_type is 'SSH, API, or ENCRYPTION for what older systems kept here.';
comment on column public.user_key.key_hash is 'SHA-256 of an API key: enough to know it again, not to use it.';
comment on column public.user_key.scopes is 'What an API key may do, separated by spaces: read, write, admin.';
comment on column public.user_key.expires_at is 'When it ceases to work; null means never.';
comment on column public.user_key.last_used_at is 'When it was last used, to the hour.';
comment on column public.user_key.create_date is 'When it was added.';
comment on column public.user_key.created_by is 'Who added it.';
comment on column public.user_key.fingerprint is 'Derived: SHA-256 of a public key, as ssh-keygen shows it.';

-- comment: public.user_note
comment on table public.user_note is 'A remark about a person.';
comment on column public.user_note.user_note_id is 'Names the note.';
comment on column public.user_note.user_id is 'Whom it is about.';
comment on column public.user_note.note_type is 'What kind of remark; free text (General, Warning).';
comment on column public.user_note.description is 'The remark.';
comment on column public.user_note.create_date is 'When it was written.';
comment on column public.user_note.created_by is 'Who wrote it.';

-- comment: public.user_res_membership_rights
comment on table public.user_res_membership_rights is 'Rights that a person''s having a resource carries.';
comment on column public.user_res_membership_rights.membership_id is 'The membership.';
comment on column public.user_res_membership_rights.access_right_id is 'The right.';
comment on column public.user_res_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.user_role
comment on table public.user_role is 'That a person has a role, from when to when.';
comment on column public.user_role.user_id is 'The person.';
comment on column public.user_role.role_id is 'The role.';
comment on column public.user_role.membership_id is 'Names the membership.';
comment on column public.user_role.start_date is 'When it begins; null means it always has.';
comment on column public.user_role.end_date is 'When it ends, that instant excluded; null means never.';
comment on column public.user_role.description is 'A note, or the request that granted it.';
comment on column public.user_role.edge_id is 'Id of the edge in drawings of the access graph.';
comment on column public.user_role.status is 'Whether the person has been reminded that it ends: NOT_REMINDED, REMINDED.';
comment on column public.user_role.create_date is 'When it was made.';
comment on column public.user_role.created_by is 'Who made it, when that was a person.';
comment on column public.user_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_role.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';

-- comment: public.user_role_membership_rights
comment on table public.user_role_membership_rights is 'Rights that a person''s having a role carries.';
comment on column public.user_role_membership_rights.membership_id is 'The membership.';
comment on column public.user_role_membership_rights.access_right_id is 'The right.';
comment on column public.user_role_membership_rights.edge_id is 'Id of the edge in drawings of the access graph.';

-- comment: public.user_to_user_membership
comment on table public.user_to_user_membership is 'Records that belong together, seen from the main one: an employee and their administrator''s account, or family.';
comment on column public.user_to_user_membership.membership_id is 'Names the link.';
comment on column public.user_to_user_membership.primary_user_id is 'The main record.';
comment on column public.user_to_user_membership.related_user_id is 'The record that follows it; termination of the main one reaches it too.';
comment on column public.user_to_user_membership.type_id is 'What the relation is (grouping RELATED_USER).';
comment on column public.user_to_user_membership.description is 'A note on the relation.';

-- comment: public.users
comment on table public.users is 'The person: one row for everyone the directory knows, whatever they may do. Everything else about a person hangs on this row.';
comment on column public.users.user_id is 'Names the person everywhere; never reused.';
comment on column public.users.first_name is 'Given name.';
comment on column public.users.last_name is 'Family name, without its prefix.';
comment on column public.users.middle_init is 'Middle name, or its initial.';
comment on column public.users.type_id is 'What kind of person this is (grouping USER_OBJECT_TYPE); decides which custom attributes a record may carry and which password policy holds.';
comment on column public.users.classification is 'A word of the organisation''s own choosing to sort people by.';
comment on column public.users.title is 'Job title as one would print it.';
comment on column public.users.mail_code is 'Internal mail stop.';
comment on column public.users.cost_center is 'Where the costs of this person are booked.';
comment on column public.users.status is 'Where the person stands in their life here, from waiting to begin to gone; the lifecycle operations move it.';
comment on column public.users.secondary_status is 'What stands against signing in at the moment: LOCKED (wrong passwords or codes; closes signing in by password only), LOCKED_ADMIN, DISABLED; null when nothing does.';
comment on column public.users.birthdate is 'Day of birth, kept as midnight UTC; shown as a plain date.';
comment on column public.users.sex is 'M or F; null when unknown or not said.';
comment on column public.users.create_date is 'When the record was made.';
comment on column public.users.created_by is 'Who made it.';
comment on column public.users.last_update is 'When it was last changed.';
comment on column public.users.last_updated_by is 'Who changed it last.';
comment on column public.users.prefix is 'What stands before the name: Dr., Prof.';
comment on column public.users.suffix is 'What stands after the name: Jr., III.';
comment on column public.users.user_type_ind is 'An indicator that is older than type_id; free text.';
comment on column public.users.employee_id is 'The number by which human resources know the person. Several records may share one.';
comment on column public.users.employee_type is 'Kind of employment (grouping USER_TYPE).';
comment on column public.users.location_cd is 'Code of the place of work.';
comment on column public.users.location_name is 'Name of the place of work.';
comment on column public.users.company_owner_id is 'The organisation that answers for this record.';
comment on column public.users.job_code is 'The classified job (grouping JOB_CODE).';
comment on column public.users.alternate_id is 'Who acts for this person while they are out of office.';
comment on column public.users.start_date is 'First day of employment; a person who waits for it becomes active on that day.';
comment on column public.users.last_date is 'Last day of employment; the nightly job terminates the person afterwards.';
comment on column public.users.maiden_name is 'Family name at birth.';
comment on column public.users.nickname is 'The name the person would rather be called.';
comment on column public.users.password_theme is 'Deprecated. Kept readable, never written.';
comment on column public.users.user_owner_id is 'Deprecated. Once the owner of a record; kept readable, never written.';
comment on column public.users.date_password_changed is 'When the password of the person''s own login last changed.';
comment on column public.users.date_challenge_resp_changed is 'When the answers to the security questions last changed.';
comment on column public.users.system_flag is 'Y for records of the server itself, which cannot be deleted; null counts as N.';
comment on column public.users.date_it_policy_approved is 'When the usage policy was last accepted; a reset clears it.';
comment on column public.users.claim_date is 'Deprecated. When an account made in advance was claimed.';
comment on column public.users.lastname_prefix is 'Particle of the family name ("van der"): shown before it, ignored in sorting.';
comment on column public.users.sub_type_id is 'A finer kind within the type (grouping USER_OBJECT_TYPE).';
comment on column public.users.partner_name is 'Family name of the partner, shown after a hyphen.';
comment on column public.users.prefix_partner_name is 'Particle of the partner''s family name.';
comment on column public.users.alternate_start_date is 'From when alternate_id acts.';
comment on column public.users.alternate_end_date is 'Until when alternate_id acts; that instant no longer belongs to it.';
comment on column public.users.secret_word is 'A word the help desk asks for on the phone; kept as a hash.';
comment on column public.users.secret_fail_count is 'How often in a row the secret word was wrong; null counts as 0.';
comment on column public.users.position_status is 'How far a change of position has got: UNCHANGED, FIELD_CHANGED, SUPERVISOR_CHANGED, IN_REVIEW, REVIEWED.';
comment on column public.users.previous_position is 'The position before the last change.';
comment on column public.users.is_visible is 'N hides the person from ordinary searches.';
comment on column public.users.cert_delegate_end_date is 'Until when cert_delegate_id reviews; that instant no longer belongs to it.';
comment on column public.users.cert_delegate_start_date is 'From when cert_delegate_id reviews.';
comment on column public.users.cert_delegate_id is 'Who does this person''s access reviews in the window.';
comment on column public.users.graph_id is 'Id of the person''s vertex in drawings of the access graph.';
comment on column public.users.user_handle is 'Opaque handle under which WebAuthn authenticators know the person.';
comment on column public.users.conversion_date is 'When the person was last converted from one type to another.';
comment on column public.users.user_name is 'Derived: the login of managed system 0, to sort and show without a join.';
comment on column public.users.display_name is 'Derived: the name in one line, as one writes it.';
comment on column public.users.sort_name is 'Derived: the name as an index lists it, family name first, particle last.';
comment on column public.users.primary_email is 'Derived: the default e-mail address, while it is in use.';
comment on column public.users.search_text is 'Derived: names, logins and e-mail addresses without case, accents and apostrophes, a space before each word; what q and contains-filters look in.';
comment on column public.users.version is 'Counts the changes of the record; its ETag.';
comment on column public.users.preferred_language is 'The language the person is written to in.';
comment on column public.users.policies_asked_since is 'When the account was last reset: usage policies accepted before are asked for again. Null: never.';
