-- Access becomes live: who granted each edge and since when it stands; what stood before is kept, by the database and
-- not by good will, so that a question about a past moment has the answer that was true then (decisions/0015).

-- ── Groups, roles, resources and rights are records like people: searched, sorted, versioned ────────

alter table public.role add column search_text text not null default '';
alter table public.grp add column search_text text not null default '';
alter table public.res add column search_text text not null default '';
alter table public.access_rights
  add column create_date timestamptz,
  add column created_by varchar(32),
  add column last_update timestamptz,
  add column last_updated_by varchar(32),
  add column version integer not null default 1,
  add column search_text text not null default '';
update public.access_rights set search_text = ' ' || lower(name);

create index role_by_name on public.role ((coalesce(lower(role_name), chr(1114111)) collate "C"), role_id);
create index grp_by_name on public.grp ((coalesce(lower(grp_name), chr(1114111)) collate "C"), grp_id);
create index res_by_name on public.res ((coalesce(lower(name), chr(1114111)) collate "C"), resource_id);
create index access_rights_by_name on public.access_rights ((coalesce(lower(name), chr(1114111)) collate "C"), access_right_id);
create index res_type on public.res (resource_type_id, resource_id);

-- ── Who granted an edge, and since when it stands as it is ────────
-- RECORDED_FROM is the moment from which this version of the row counts. Rows that were there before this migration
-- count as having stood always.

do $$
declare
  t text;
begin
  foreach t in array array['user_role', 'user_grp', 'resource_user', 'user_affiliation', 'company_to_company_membership',
      'role_to_role_membership', 'grp_to_grp_membership', 'res_to_res_membership', 'grp_role', 'resource_role',
      'resource_group', 'role_org_membership', 'group_organization', 'res_org_membership'] loop
    execute format('alter table public.%I add column if not exists create_date timestamptz,
      add column if not exists created_by varchar(32), add column granted_by varchar(255)', t);
  end loop;
  foreach t in array array['user_role', 'user_grp', 'resource_user', 'user_affiliation'] loop
    execute format('alter table public.%I add column recorded_from timestamptz not null default ''-infinity''', t);
    execute format('alter table public.%I alter column recorded_from set default now()', t);
  end loop;
end $$;

-- ── What people had: memberships that were ended early, changed or removed ────────

create table gatehouse.membership_history (
  kind          varchar(2)   not null,
  membership_id varchar(32)  not null,
  user_id       varchar(32)  not null,
  target        varchar(33)  collate "C" not null,
  start_date    timestamptz,
  end_date      timestamptz,
  rights        varchar(32)[] not null default '{}',
  description   varchar(255),
  create_date   timestamptz,
  created_by    varchar(32),
  granted_by    varchar(255),
  recorded_from timestamptz  not null,
  recorded_to   timestamptz  not null,
  primary key (kind, membership_id, recorded_to)
);
create index membership_history_user on gatehouse.membership_history (user_id, recorded_to);
create index membership_history_target on gatehouse.membership_history (target, user_id, recorded_to);

create table gatehouse.user_status_history (
  user_id          varchar(32) not null,
  status           varchar(40) not null,
  secondary_status varchar(40),
  recorded_to      timestamptz not null,
  primary key (user_id, recorded_to)
);

-- Arguments: the kind of edge, the column of what the person has, the table of its rights. A version that this very
-- transaction made was never seen by anybody and is not kept; reminders and drawings make no version.
create function gatehouse.keep_membership() returns trigger language plpgsql as $$
declare
  rights varchar(32)[];
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(old) - array['status', 'edge_id', 'recorded_from'] = to_jsonb(new) - array['status', 'edge_id', 'recorded_from'] then
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
end $$;

create trigger user_role_history before update or delete on public.user_role
  for each row execute function gatehouse.keep_membership('ur', 'role_id', 'user_role_membership_rights');
create trigger user_grp_history before update or delete on public.user_grp
  for each row execute function gatehouse.keep_membership('ug', 'grp_id', 'user_grp_membership_rights');
create trigger resource_user_history before update or delete on public.resource_user
  for each row execute function gatehouse.keep_membership('us', 'resource_id', 'user_res_membership_rights');
create trigger user_affiliation_history before update or delete on public.user_affiliation
  for each row execute function gatehouse.keep_membership('uo', 'company_id', 'user_affiliation_rights');

-- Rights of a membership alone have changed: the membership as it was is kept with the rights it had.
create function gatehouse.keep_membership_rights() returns trigger language plpgsql as $$
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
end $$;

-- ── What passes from one thing to another: one table that a walk follows, now and as of then ────────
-- Made from the tables of edges and of groups, roles, resources and organisations by the triggers below, so that no
-- writer can forget it. SOURCE and TARGET are a letter (g, r, s for a resource, o) and an id; whoever has the source has
-- the target. RECORDED_TO is null while a row stands.

create table gatehouse.access_edge (
  kind          varchar(2)   not null,
  membership_id varchar(32)  not null,
  source        varchar(33)  collate "C" not null,
  target        varchar(33)  collate "C" not null,
  start_date    timestamptz,
  end_date      timestamptz,
  rights        varchar(32)[] not null default '{}',
  description   varchar(255),
  create_date   timestamptz,
  created_by    varchar(32),
  granted_by    varchar(255),
  recorded_from timestamptz  not null,
  recorded_to   timestamptz
);
create unique index access_edge_membership on gatehouse.access_edge (membership_id, kind) where recorded_to is null;
create index access_edge_source on gatehouse.access_edge (source, target) where recorded_to is null;
create index access_edge_target on gatehouse.access_edge (target, source) where recorded_to is null;
create index access_edge_past_source on gatehouse.access_edge (source, target, recorded_to) where recorded_to is not null;
create index access_edge_past_target on gatehouse.access_edge (target, source, recorded_to) where recorded_to is not null;

create table gatehouse.access_node (
  node          varchar(33)  collate "C" not null,
  name          varchar(255),
  active        boolean      not null,
  everyone      boolean      not null,
  recorded_from timestamptz  not null,
  recorded_to   timestamptz
);
create unique index access_node_live on gatehouse.access_node (node) include (active, everyone) where recorded_to is null;
create index access_node_everyone on gatehouse.access_node (node) where everyone and recorded_to is null;
create index access_node_past on gatehouse.access_node (node, recorded_to) where recorded_to is not null;

-- Arguments: the kind, the column of the source, the column of the target, the table of rights.
create function gatehouse.mirror_edge() returns trigger language plpgsql as $$
declare
  edge jsonb;
  had varchar(32)[];
begin
  if tg_op <> 'INSERT' then
    if tg_op = 'UPDATE' and to_jsonb(old) - 'edge_id' = to_jsonb(new) - 'edge_id' then
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
end $$;

-- Rights of edges have changed: their rows are closed and opened again with the rights as they are.
-- Argument: the kind.
create function gatehouse.mirror_rights() returns trigger language plpgsql as $$
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
end $$;

-- Arguments: the letter, the column of the id, the column of the name, and the columns that say active and everyone.
create function gatehouse.mirror_node() returns trigger language plpgsql as $$
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
end $$;
create trigger user_role_membership_rights_history_insert after insert on public.user_role_membership_rights
  referencing new table as changed for each statement execute function gatehouse.keep_membership_rights('ur', 'role_id', 'user_role');
create trigger user_role_membership_rights_history_delete after delete on public.user_role_membership_rights
  referencing old table as changed for each statement execute function gatehouse.keep_membership_rights('ur', 'role_id', 'user_role');
create trigger user_grp_membership_rights_history_insert after insert on public.user_grp_membership_rights
  referencing new table as changed for each statement execute function gatehouse.keep_membership_rights('ug', 'grp_id', 'user_grp');
create trigger user_grp_membership_rights_history_delete after delete on public.user_grp_membership_rights
  referencing old table as changed for each statement execute function gatehouse.keep_membership_rights('ug', 'grp_id', 'user_grp');
create trigger user_res_membership_rights_history_insert after insert on public.user_res_membership_rights
  referencing new table as changed for each statement execute function gatehouse.keep_membership_rights('us', 'resource_id', 'resource_user');
create trigger user_res_membership_rights_history_delete after delete on public.user_res_membership_rights
  referencing old table as changed for each statement execute function gatehouse.keep_membership_rights('us', 'resource_id', 'resource_user');
create trigger user_affiliation_rights_history_insert after insert on public.user_affiliation_rights
  referencing new table as changed for each statement execute function gatehouse.keep_membership_rights('uo', 'company_id', 'user_affiliation');
create trigger user_affiliation_rights_history_delete after delete on public.user_affiliation_rights
  referencing old table as changed for each statement execute function gatehouse.keep_membership_rights('uo', 'company_id', 'user_affiliation');

create trigger company_to_company_membership_mirror after insert or update or delete on public.company_to_company_membership
  for each row execute function gatehouse.mirror_edge('oo', 'member_company_id', 'company_id', 'org_to_org_membership_rights');
create trigger org_to_org_membership_rights_mirror_insert after insert on public.org_to_org_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('oo');
create trigger org_to_org_membership_rights_mirror_delete after delete on public.org_to_org_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('oo');
create trigger role_to_role_membership_mirror after insert or update or delete on public.role_to_role_membership
  for each row execute function gatehouse.mirror_edge('rr', 'member_role_id', 'role_id', 'role_role_membership_rights');
create trigger role_role_membership_rights_mirror_insert after insert on public.role_role_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('rr');
create trigger role_role_membership_rights_mirror_delete after delete on public.role_role_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('rr');
create trigger grp_to_grp_membership_mirror after insert or update or delete on public.grp_to_grp_membership
  for each row execute function gatehouse.mirror_edge('gg', 'member_grp_id', 'grp_id', 'grp_grp_membership_rights');
create trigger grp_grp_membership_rights_mirror_insert after insert on public.grp_grp_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('gg');
create trigger grp_grp_membership_rights_mirror_delete after delete on public.grp_grp_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('gg');
create trigger res_to_res_membership_mirror after insert or update or delete on public.res_to_res_membership
  for each row execute function gatehouse.mirror_edge('ss', 'member_resource_id', 'resource_id', 'res_res_membership_rights');
create trigger res_res_membership_rights_mirror_insert after insert on public.res_res_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('ss');
create trigger res_res_membership_rights_mirror_delete after delete on public.res_res_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('ss');
create trigger grp_role_mirror after insert or update or delete on public.grp_role
  for each row execute function gatehouse.mirror_edge('gr', 'grp_id', 'role_id', 'grp_role_membership_rights');
create trigger grp_role_membership_rights_mirror_insert after insert on public.grp_role_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('gr');
create trigger grp_role_membership_rights_mirror_delete after delete on public.grp_role_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('gr');
create trigger resource_role_mirror after insert or update or delete on public.resource_role
  for each row execute function gatehouse.mirror_edge('rs', 'role_id', 'resource_id', 'res_role_membership_rights');
create trigger res_role_membership_rights_mirror_insert after insert on public.res_role_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('rs');
create trigger res_role_membership_rights_mirror_delete after delete on public.res_role_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('rs');
create trigger resource_group_mirror after insert or update or delete on public.resource_group
  for each row execute function gatehouse.mirror_edge('gs', 'grp_id', 'resource_id', 'res_grp_membership_rights');
create trigger res_grp_membership_rights_mirror_insert after insert on public.res_grp_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('gs');
create trigger res_grp_membership_rights_mirror_delete after delete on public.res_grp_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('gs');
create trigger role_org_membership_mirror after insert or update or delete on public.role_org_membership
  for each row execute function gatehouse.mirror_edge('or', 'company_id', 'role_id', 'role_org_membership_rights');
create trigger role_org_membership_rights_mirror_insert after insert on public.role_org_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('or');
create trigger role_org_membership_rights_mirror_delete after delete on public.role_org_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('or');
create trigger group_organization_mirror after insert or update or delete on public.group_organization
  for each row execute function gatehouse.mirror_edge('og', 'company_id', 'grp_id', 'grp_org_membership_rights');
create trigger grp_org_membership_rights_mirror_insert after insert on public.grp_org_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('og');
create trigger grp_org_membership_rights_mirror_delete after delete on public.grp_org_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('og');
create trigger res_org_membership_mirror after insert or update or delete on public.res_org_membership
  for each row execute function gatehouse.mirror_edge('os', 'company_id', 'resource_id', 'res_org_membership_rights');
create trigger res_org_membership_rights_mirror_insert after insert on public.res_org_membership_rights
  referencing new table as changed for each statement execute function gatehouse.mirror_rights('os');
create trigger res_org_membership_rights_mirror_delete after delete on public.res_org_membership_rights
  referencing old table as changed for each statement execute function gatehouse.mirror_rights('os');

create trigger grp_mirror after insert or delete on public.grp
  for each row execute function gatehouse.mirror_node('g', 'grp_id', 'grp_name');
create trigger grp_mirror_update after update of grp_name, status, assign_to_all on public.grp
  for each row when (old.grp_name is distinct from new.grp_name or old.status is distinct from new.status or old.assign_to_all is distinct from new.assign_to_all)
  execute function gatehouse.mirror_node('g', 'grp_id', 'grp_name');
create trigger role_mirror after insert or delete on public.role
  for each row execute function gatehouse.mirror_node('r', 'role_id', 'role_name');
create trigger role_mirror_update after update of role_name, status on public.role
  for each row when (old.role_name is distinct from new.role_name or old.status is distinct from new.status)
  execute function gatehouse.mirror_node('r', 'role_id', 'role_name');
create trigger res_mirror after insert or delete on public.res
  for each row execute function gatehouse.mirror_node('s', 'resource_id', 'name');
create trigger res_mirror_update after update of name, is_public on public.res
  for each row when (old.name is distinct from new.name or old.is_public is distinct from new.is_public)
  execute function gatehouse.mirror_node('s', 'resource_id', 'name');
create trigger company_mirror after insert or delete on public.company
  for each row execute function gatehouse.mirror_node('o', 'company_id', 'company_name');
create trigger company_mirror_update after update of company_name, status on public.company
  for each row when (old.company_name is distinct from new.company_name or old.status is distinct from new.status)
  execute function gatehouse.mirror_node('o', 'company_id', 'company_name');

-- ── How a person's status was ────────

create function gatehouse.keep_status() returns trigger language plpgsql as $$
begin
  insert into gatehouse.user_status_history values (old.user_id, old.status, old.secondary_status, now())
    on conflict (user_id, recorded_to) do nothing;
  return null;
end $$;

create trigger users_status_history after update of status, secondary_status on public.users
  for each row when (old.status is distinct from new.status or old.secondary_status is distinct from new.secondary_status)
  execute function gatehouse.keep_status();
create trigger users_status_history_end after delete on public.users
  for each row execute function gatehouse.keep_status();

-- ── What stands already ────────

insert into gatehouse.access_node select 'g' || grp_id, grp_name, status = 'ACTIVE', assign_to_all = 'Y', '-infinity', null from public.grp;
insert into gatehouse.access_node select 'r' || role_id, role_name, status = 'ACTIVE', false, '-infinity', null from public.role;
insert into gatehouse.access_node select 's' || resource_id, name, true, is_public = 'Y', '-infinity', null from public.res;
insert into gatehouse.access_node select 'o' || company_id, company_name, coalesce(status, 'ACTIVE') = 'ACTIVE', false, '-infinity', null from public.company;
insert into gatehouse.access_edge select 'oo', m.membership_id, 'o' || m.member_company_id, 'o' || m.company_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.org_to_org_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.company_to_company_membership m;
insert into gatehouse.access_edge select 'rr', m.membership_id, 'r' || m.member_role_id, 'r' || m.role_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.role_role_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.role_to_role_membership m;
insert into gatehouse.access_edge select 'gg', m.membership_id, 'g' || m.member_grp_id, 'g' || m.grp_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.grp_grp_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.grp_to_grp_membership m;
insert into gatehouse.access_edge select 'ss', m.membership_id, 's' || m.member_resource_id, 's' || m.resource_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.res_res_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.res_to_res_membership m;
insert into gatehouse.access_edge select 'gr', m.membership_id, 'g' || m.grp_id, 'r' || m.role_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.grp_role_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.grp_role m;
insert into gatehouse.access_edge select 'rs', m.membership_id, 'r' || m.role_id, 's' || m.resource_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.res_role_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.resource_role m;
insert into gatehouse.access_edge select 'gs', m.membership_id, 'g' || m.grp_id, 's' || m.resource_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.res_grp_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.resource_group m;
insert into gatehouse.access_edge select 'or', m.membership_id, 'o' || m.company_id, 'r' || m.role_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.role_org_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.role_org_membership m;
insert into gatehouse.access_edge select 'og', m.membership_id, 'o' || m.company_id, 'g' || m.grp_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.grp_org_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.group_organization m;
insert into gatehouse.access_edge select 'os', m.membership_id, 'o' || m.company_id, 's' || m.resource_id, m.start_date, m.end_date,
  (select coalesce(array_agg(x.access_right_id order by x.access_right_id), '{}') from public.res_org_membership_rights x where x.membership_id = m.membership_id),
  m.description, m.create_date, m.created_by, m.granted_by, '-infinity', null from public.res_org_membership m;

-- ── What the new columns are for ────────

comment on column public.company_to_company_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_affiliation.created_by is 'Who made it, when that was a person.';
comment on column public.user_affiliation.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_affiliation.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';
comment on column public.access_rights.create_date is 'When it was made.';
comment on column public.access_rights.created_by is 'Who made it.';
comment on column public.access_rights.last_update is 'When it was last changed.';
comment on column public.access_rights.last_updated_by is 'Who changed it last.';
comment on column public.access_rights.version is 'Counts the changes; its ETag.';
comment on column public.access_rights.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.res.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.role.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.grp.search_text is 'Derived: the name and description in the form that searches look in.';
comment on column public.user_role.create_date is 'When it was made.';
comment on column public.user_role.created_by is 'Who made it, when that was a person.';
comment on column public.user_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_role.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';
comment on column public.user_grp.create_date is 'When it was made.';
comment on column public.user_grp.created_by is 'Who made it, when that was a person.';
comment on column public.user_grp.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.user_grp.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';
comment on column public.resource_user.created_by is 'Who made it, when that was a person.';
comment on column public.resource_user.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.resource_user.recorded_from is 'Since when the row stands as it is; what stood before is kept in gatehouse.membership_history.';
comment on column public.role_to_role_membership.created_by is 'Who made it, when that was a person.';
comment on column public.role_to_role_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.grp_to_grp_membership.created_by is 'Who made it, when that was a person.';
comment on column public.grp_to_grp_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.res_to_res_membership.created_by is 'Who made it, when that was a person.';
comment on column public.res_to_res_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.grp_role.created_by is 'Who made it, when that was a person.';
comment on column public.grp_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.resource_role.created_by is 'Who made it, when that was a person.';
comment on column public.resource_role.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.resource_group.created_by is 'Who made it, when that was a person.';
comment on column public.resource_group.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.role_org_membership.created_by is 'Who made it, when that was a person.';
comment on column public.role_org_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.group_organization.created_by is 'Who made it, when that was a person.';
comment on column public.group_organization.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
comment on column public.res_org_membership.created_by is 'Who made it, when that was a person.';
comment on column public.res_org_membership.granted_by is 'What whoever made it showed: a login, the name of a key, a job.';
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
comment on table gatehouse.access_node is 'Groups, roles, resources and organisations, as far as a walk asks about them.';
comment on column gatehouse.access_node.node is 'The letter and the id.';
comment on column gatehouse.access_node.name is 'What people call it.';
comment on column gatehouse.access_node.active is 'Whether it passes anything on.';
comment on column gatehouse.access_node.everyone is 'Whether everybody has it without being given it.';
comment on column gatehouse.access_node.recorded_from is 'Since when the database has known it so.';
comment on column gatehouse.access_node.recorded_to is 'Until when; null while it stands.';
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
comment on table gatehouse.user_status_history is 'How people stood before their status changed.';
comment on column gatehouse.user_status_history.user_id is 'The person.';
comment on column gatehouse.user_status_history.status is 'The status they had.';
comment on column gatehouse.user_status_history.secondary_status is 'The account status they had.';
comment on column gatehouse.user_status_history.recorded_to is 'Until when the database knew it so.';
