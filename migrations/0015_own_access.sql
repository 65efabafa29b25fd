-- Administering Gatehouse is access like any other: resources for its own operations, rights on them, roles that carry
-- them (decisions/0017). The same lists stand in src/model/own-access.ts; a test holds the two equal.

alter table public.role add column is_system char(1) not null default 'N' check (is_system in ('Y', 'N'));
alter table public.res add column is_system char(1) not null default 'N' check (is_system in ('Y', 'N'));
alter table public.access_rights add column is_system char(1) not null default 'N' check (is_system in ('Y', 'N'));

insert into public.resource_type (resource_type_id, description, provision_resource, supports_hierarchy)
  values ('GATEHOUSE', 'What this server itself does', 'N', 'Y') on conflict (resource_type_id) do nothing;

-- A right of this id may be there already and means the same; where only the name is taken, ours stands beside it.
insert into public.access_rights (access_right_id, name, description, create_date, search_text)
  select v.id, case when exists (select from public.access_rights a where a.name = v.name and a.access_right_id <> v.id) then 'Gatehouse: ' || lower(v.name) else v.name end,
    v.description, now(), ' ' || lower(v.name)
  from (values
    ('READ', 'Read', 'May see it.'),
    ('CREATE', 'Create', 'May make new ones.'),
    ('UPDATE', 'Update', 'May change it.'),
    ('DELETE', 'Delete', 'May remove it for good.'),
    ('RESET', 'Reset', 'May help somebody to sign in again: reset, lock, unlock, enable, disable.'),
    ('GRANT', 'Grant', 'May give it to people and take it away.')) v(id, name, description)
  on conflict (access_right_id) do nothing;
update public.access_rights set is_system = 'Y' where access_right_id in ('READ', 'CREATE', 'UPDATE', 'DELETE', 'RESET', 'GRANT');

insert into public.res (resource_id, resource_type_id, name, description, is_system, create_date, search_text)
  select 'GATEHOUSE_' || v.id, 'GATEHOUSE', v.name, v.description, 'Y', now(), ' ' || replace(lower(v.name), ':', '')
  from (values
    ('PEOPLE', 'Gatehouse: people', 'People and what belongs to each.'),
    ('SENSITIVE', 'Gatehouse: sensitive data', 'Personal attributes of people, and custom attributes declared sensitive.'),
    ('ORGANIZATIONS', 'Gatehouse: organisations', 'Organisations and how they stand above one another.'),
    ('METADATA', 'Gatehouse: metadata', 'Kinds of things, and the custom attributes that administrators declare.'),
    ('ACCESS', 'Gatehouse: access', 'Groups, roles, resources and rights, who has them, and who administers whom.'),
    ('PLANS', 'Gatehouse: plans', 'Plans: bulk operations, merges, imports and syncs.'),
    ('PORTALS', 'Gatehouse: portals', 'Portals, their people, and their accounts in Okta.'),
    ('AUDIT', 'Gatehouse: audit', 'What was changed, and by whom; to delete is to erase a person from it.'),
    ('KEYS', 'Gatehouse: API keys', 'Bearer keys for programs.'),
    ('SYSTEM', 'Gatehouse: system', 'The server itself: its settings and its guards.')) v(id, name, description);

insert into public.role (role_id, role_name, description, is_system, create_date, search_text)
  select 'GATEHOUSE_' || v.id, v.name, v.description, 'Y', now(), ' ' || lower(v.name)
  from (values
    ('SUPER_ADMIN', 'Gatehouse super administrator', 'May do everything.'),
    ('SECURITY_ADMIN', 'Gatehouse security administrator', 'Groups, roles, resources and who has them; API keys; the audit.'),
    ('HELP_DESK', 'Gatehouse help desk', 'Finds people and helps them to sign in again.'),
    ('HUMAN_RESOURCES', 'Gatehouse human resources', 'People, their sensitive data and their organisations.'),
    ('AUDITOR', 'Gatehouse auditor', 'Sees everything but sensitive data, and changes nothing.'),
    ('PORTAL_OPERATOR', 'Gatehouse portal operator', 'Portals, their people, and keeping them in step with Okta.'),
    ('END_USER', 'Gatehouse end user', 'Administers nothing.'),
    ('API_WRITER', 'Gatehouse API writer', 'What a key with the scope write could do before there were roles.'),
    ('API_READER', 'Gatehouse API reader', 'What a key with the scope read could do before there were roles.')) v(id, name, description);

-- Role, resource, rights. The id of the edge is made from the two, so that every installation has the same.
create temporary table own_grant (role_id text, resource_id text, rights text);
insert into own_grant values
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_PEOPLE', 'READ CREATE UPDATE DELETE RESET'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_SENSITIVE', 'READ UPDATE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_ORGANIZATIONS', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_METADATA', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_ACCESS', 'READ CREATE UPDATE DELETE GRANT'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_PLANS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_PORTALS', 'READ CREATE UPDATE DELETE GRANT'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_AUDIT', 'READ DELETE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_KEYS', 'READ CREATE DELETE'),
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_SYSTEM', 'READ UPDATE'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_PEOPLE', 'READ UPDATE RESET'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_ORGANIZATIONS', 'READ'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_ACCESS', 'READ CREATE UPDATE DELETE GRANT'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_PLANS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_PORTALS', 'READ'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_AUDIT', 'READ'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_KEYS', 'READ CREATE DELETE'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_SYSTEM', 'READ'),
  ('GATEHOUSE_HELP_DESK', 'GATEHOUSE_PEOPLE', 'READ RESET'),
  ('GATEHOUSE_HELP_DESK', 'GATEHOUSE_ORGANIZATIONS', 'READ'),
  ('GATEHOUSE_HELP_DESK', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_HELP_DESK', 'GATEHOUSE_ACCESS', 'READ'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_PEOPLE', 'READ CREATE UPDATE RESET'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_SENSITIVE', 'READ UPDATE'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_ORGANIZATIONS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_ACCESS', 'READ'),
  ('GATEHOUSE_HUMAN_RESOURCES', 'GATEHOUSE_PLANS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_PEOPLE', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_ORGANIZATIONS', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_ACCESS', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_PLANS', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_PORTALS', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_AUDIT', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_KEYS', 'READ'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_SYSTEM', 'READ'),
  ('GATEHOUSE_PORTAL_OPERATOR', 'GATEHOUSE_PEOPLE', 'READ'),
  ('GATEHOUSE_PORTAL_OPERATOR', 'GATEHOUSE_ORGANIZATIONS', 'READ'),
  ('GATEHOUSE_PORTAL_OPERATOR', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_PORTAL_OPERATOR', 'GATEHOUSE_PLANS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_PORTAL_OPERATOR', 'GATEHOUSE_PORTALS', 'READ CREATE UPDATE DELETE GRANT'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_PEOPLE', 'READ CREATE UPDATE DELETE RESET'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_SENSITIVE', 'READ UPDATE'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_ORGANIZATIONS', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_ACCESS', 'READ CREATE UPDATE DELETE GRANT'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_PLANS', 'READ CREATE UPDATE'),
  ('GATEHOUSE_API_WRITER', 'GATEHOUSE_PORTALS', 'READ GRANT'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_PEOPLE', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_SENSITIVE', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_ORGANIZATIONS', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_METADATA', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_ACCESS', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_PLANS', 'READ'),
  ('GATEHOUSE_API_READER', 'GATEHOUSE_PORTALS', 'READ');
insert into public.resource_role (membership_id, resource_id, role_id, create_date, granted_by)
  select md5(role_id || ' ' || resource_id), resource_id, role_id, now(), 'Gatehouse' from own_grant;
insert into public.res_role_membership_rights (membership_id, access_right_id)
  select md5(g.role_id || ' ' || g.resource_id), r from own_grant g cross join unnest(string_to_array(g.rights, ' ')) r;
drop table own_grant;

-- Whoever holds an API key today goes on being able to do what its scope let them do.
insert into public.user_role (user_id, role_id, membership_id, create_date, granted_by, description)
  select k.user_id, 'GATEHOUSE_' || k.role, md5(k.user_id || ' ' || k.role), now(), 'Gatehouse', 'Had an API key before there were roles.'
  from (select distinct on (user_id) user_id, case when scopes ~ 'admin' then 'SUPER_ADMIN' when scopes ~ 'write' then 'API_WRITER' else 'API_READER' end as role
    from public.user_key where key_hash is not null
    order by user_id, case when scopes ~ 'admin' then 0 when scopes ~ 'write' then 1 else 2 end) k;

-- The administrator of the first start, where no key has made them one above.
insert into public.user_role (user_id, role_id, membership_id, create_date, granted_by, description)
  select l.user_id, 'GATEHOUSE_SUPER_ADMIN', md5(l.user_id || ' SUPER_ADMIN'), now(), 'Gatehouse', 'Made at the first start.'
  from public.login l where l.managed_sys_id = '0' and l.lowercase_login = 'admin'
    and exists (select from gatehouse.setting where name = 'first_administrator')
    and not exists (select from public.user_role r where r.user_id = l.user_id and r.role_id = 'GATEHOUSE_SUPER_ADMIN');

-- ── Whom an administrator may administer: none of these rows means everybody ────────
-- The kinds narrow each other down, rows of one kind add up. What a row names cannot be deleted while it does: an
-- administrator whose last row went with it would administer everybody.

create table gatehouse.delegation (
  delegation_id    varchar(32)  primary key,
  user_id          varchar(32)  not null references public.users on delete cascade,
  kind             varchar(20)  not null constraint delegation_kind check (kind in ('ORGANIZATION', 'GROUP', 'REPORTS')),
  company_id       varchar(32)  references public.company,
  grp_id           varchar(32)  references public.grp,
  with_descendants boolean      not null default false,
  create_date      timestamptz  not null,
  created_by       varchar(32),
  constraint delegation_key unique nulls not distinct (user_id, kind, company_id, grp_id),
  constraint delegation_target check ((kind = 'ORGANIZATION') = (company_id is not null) and (kind = 'GROUP') = (grp_id is not null))
);
create index delegation_company on gatehouse.delegation (company_id);
create index delegation_grp on gatehouse.delegation (grp_id);

-- ── Nobody gives, or takes away, more than they have ────────
-- A transaction of somebody who does not have every right says which ones they have (`set local gatehouse.rights`, as
-- `PEOPLE READ,PLANS READ`). Held here, every way to an edge is held: verbs, merges, imports, cascades. Where nobody has
-- said so (the command line, jobs, holders of every right), the triggers do not even fire.

-- What leads to rights on our own resources: a node and a right (`PEOPLE READ`), whatever its status and however late
-- the edge begins: what is given ahead of time is given.
create function gatehouse.own_givers() returns table (node varchar, own text) language sql stable as $$
  with recursive giving(node, own) as (
    select e.source, substr(e.target, 12) || ' ' || r from gatehouse.access_edge e cross join unnest(e.rights) r
    where e.target >= 'sGATEHOUSE_' and e.target < 'sGATEHOUSE`' and e.recorded_to is null and (e.end_date is null or e.end_date > now())
    union
    select e.source, g.own from giving g join gatehouse.access_edge e on e.target = g.node
    where e.recorded_to is null and (e.end_date is null or e.end_date > now()))
  select node, own from giving
$$;

-- Nodes that give more than the actor of this transaction has; worked out once a transaction, which is safe: no edge that
-- came since leads to more than the actor has, or it would have been refused.
create function gatehouse.beyond_actor() returns text[] language plpgsql as $$
declare
  beyond text := current_setting('gatehouse.beyond', true);
begin
  if coalesce(beyond, '') = '' then
    select chr(31) || coalesce(string_agg(distinct node, chr(31)), '') into beyond from gatehouse.own_givers()
      where own <> all (string_to_array(current_setting('gatehouse.rights'), ','));
    perform set_config('gatehouse.beyond', beyond, true);
  end if;
  return string_to_array(beyond, chr(31));
end $$;

create function gatehouse.refuse_grant(what text) returns void language plpgsql as $$
begin
  raise exception 'This would give, or take away, rights in Gatehouse that you do not have yourself (%).', what
    using errcode = 'insufficient_privilege', constraint = 'own_access';
end $$;

-- Arguments: the letter of what the edge leads to, its column, and the table of rights.
create function gatehouse.guard_edge() returns trigger language plpgsql as $$
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
end $$;

-- Rights on our own resources. The edge may be gone by now: what it led to stands in the history. Argument: the table of
-- the edge, since ids are one of a kind within a table only.
create function gatehouse.guard_rights() returns trigger language plpgsql as $$
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
end $$;

-- A group, role or organisation begins to pass on, or ceases to, or everybody gets it. Arguments: the letter and the id's column.
create function gatehouse.guard_node() returns trigger language plpgsql as $$
begin
  if tg_argv[0] || (to_jsonb(new) ->> tg_argv[1]) = any(gatehouse.beyond_actor()) then
    perform gatehouse.refuse_grant(to_jsonb(new) ->> tg_argv[1]);
  end if;
  return null;
end $$;

do $$
declare
  kind text[];
begin
  foreach kind slice 1 in array array[
      ['user_grp', 'g', 'grp_id', 'user_grp_membership_rights'], ['user_role', 'r', 'role_id', 'user_role_membership_rights'],
      ['resource_user', 's', 'resource_id', 'user_res_membership_rights'], ['user_affiliation', 'o', 'company_id', 'user_affiliation_rights'],
      ['grp_to_grp_membership', 'g', 'grp_id', 'grp_grp_membership_rights'], ['grp_role', 'r', 'role_id', 'grp_role_membership_rights'],
      ['resource_group', 's', 'resource_id', 'res_grp_membership_rights'], ['role_to_role_membership', 'r', 'role_id', 'role_role_membership_rights'],
      ['resource_role', 's', 'resource_id', 'res_role_membership_rights'], ['res_to_res_membership', 's', 'resource_id', 'res_res_membership_rights'],
      ['group_organization', 'g', 'grp_id', 'grp_org_membership_rights'], ['role_org_membership', 'r', 'role_id', 'role_org_membership_rights'],
      ['res_org_membership', 's', 'resource_id', 'res_org_membership_rights'],
      ['company_to_company_membership', 'o', 'company_id', 'org_to_org_membership_rights']] loop
    execute format('create trigger %1$I after insert or update or delete on public.%2$I for each row
      when (current_setting(''gatehouse.rights'', true) <> '''') execute function gatehouse.guard_edge(%3$L, %4$L, %5$L)',
      kind[1] || '_guard', kind[1], kind[2], kind[3], kind[4]);
    if kind[2] = 's' then
      execute format('create trigger %1$I after insert or delete on public.%2$I for each row
        when (current_setting(''gatehouse.rights'', true) <> '''') execute function gatehouse.guard_rights(%3$L)', kind[4] || '_guard', kind[4], kind[1]);
    end if;
  end loop;
end $$;

create trigger grp_guard after update of status, assign_to_all on public.grp for each row
  when (current_setting('gatehouse.rights', true) <> '' and (old.status is distinct from new.status or old.assign_to_all is distinct from new.assign_to_all))
  execute function gatehouse.guard_node('g', 'grp_id');
create trigger role_guard after update of status on public.role for each row
  when (current_setting('gatehouse.rights', true) <> '' and old.status is distinct from new.status)
  execute function gatehouse.guard_node('r', 'role_id');
create trigger company_guard after update of status on public.company for each row
  when (current_setting('gatehouse.rights', true) <> '' and old.status is distinct from new.status)
  execute function gatehouse.guard_node('o', 'company_id');
create trigger res_guard after update of is_public on public.res for each row
  when (current_setting('gatehouse.rights', true) <> '' and old.is_public is distinct from new.is_public)
  execute function gatehouse.guard_node('s', 'resource_id');

-- Who is restricted sees the plans they made themselves.
alter table gatehouse.plan add column actor_id varchar(32);

-- ── What the new columns are for ────────

comment on table gatehouse.delegation is 'Whom an administrator may administer; nobody without a row is restricted. Kinds narrow each other down, rows of one kind add up.';
comment on column gatehouse.delegation.delegation_id is 'Names the row.';
comment on column gatehouse.delegation.user_id is 'The administrator.';
comment on column gatehouse.delegation.kind is 'ORGANIZATION, GROUP or REPORTS: the people of an organisation, of a group, or whom the administrator supervises.';
comment on column gatehouse.delegation.company_id is 'The organisation.';
comment on column gatehouse.delegation.grp_id is 'The group.';
comment on column gatehouse.delegation.with_descendants is 'Whether organisations, groups or reports below count as well.';
comment on column gatehouse.delegation.create_date is 'When it was made.';
comment on column gatehouse.delegation.created_by is 'Who made it, when that was a person.';
comment on column public.role.is_system is 'Y for roles the server itself relies on; they cannot be deleted.';
comment on column public.res.is_system is 'Y for resources the server itself relies on; they cannot be deleted.';
comment on column public.access_rights.is_system is 'Y for rights the server itself relies on; they cannot be deleted.';
comment on column gatehouse.plan.actor_id is 'The person who asked for it, when it was one.';
