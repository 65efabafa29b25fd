-- What was left: sessions that end by the policy of their person, reminders of passwords that expire, tokens that are revoked at Okta
-- whatever ended their session, logouts that clients are told of again, and names that go with an erased person
-- (decisions/0040, 0033, 0030, 0010).

alter table public.auth_state add column idle_minutes integer;
alter table public.login add column pwd_exp_told timestamptz;
create index login_pwd_exp on public.login (pwd_exp, login_id) where managed_sys_id = '0' and pwd_exp is not null;

-- Tokens of a session that has ended, until the issuer has been told: a portal that is gone keeps nobody from ending one.
create table efs.token_revocation (
  token_key    varchar(50) collate "C" primary key,
  portal_id    integer     not null,
  idp_response text,
  attempts     integer     not null default 0,
  due_at       timestamptz not null default now(),
  created_at   timestamptz not null default now()
);
create index token_revocation_due on efs.token_revocation (due_at);

create function efs.let_tokens_go(key varchar, portal integer) returns void language sql as $$
  with gone as (delete from efs.iam_token_data where session_id = key returning idp_response)
  insert into efs.token_revocation as r (token_key, portal_id, idp_response) values (key, portal, (select idp_response from gone))
  on conflict (token_key) do update set idp_response = coalesce(excluded.idp_response, r.idp_response), due_at = now(), attempts = 0;
$$;

create or replace function efs.remove_token_data() returns trigger language plpgsql as $$
begin
  perform efs.let_tokens_go(old.token_key, old.portal_id);
  return null;
end $$;

-- A client that has still to be told that a session has ended.
create table gatehouse.oidc_logout (
  client_id  varchar(32)  not null references gatehouse.oidc_client on delete cascade,
  sid        varchar(100) not null,
  user_id    varchar(32)  not null,
  attempts   integer      not null default 0,
  due_at     timestamptz  not null,
  created_at timestamptz  not null,
  primary key (client_id, sid)
);
create index oidc_logout_due on gatehouse.oidc_logout (due_at);

-- Who made an edge is no part of what it gives: blanking their name is no change that history keeps.
create or replace function gatehouse.keep_membership() returns trigger language plpgsql as $$
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
end $$;

create or replace function gatehouse.mirror_edge() returns trigger language plpgsql as $$
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
end $$;

comment on column public.auth_state.idle_minutes is 'Minutes unused after which it ends, by the policy that its person had; null where that says nothing.';
comment on column public.login.pwd_exp_told is 'The expiry that the person has been written to about.';
comment on table efs.token_revocation is 'Tokens of a session that has ended, until the issuer has been told.';
comment on column efs.token_revocation.token_key is 'The name they were kept under.';
comment on column efs.token_revocation.portal_id is 'The portal signed in to.';
comment on column efs.token_revocation.idp_response is 'The answer with the tokens in it, encrypted; null while memcached has it.';
comment on column efs.token_revocation.attempts is 'How often the issuer could not be told.';
comment on column efs.token_revocation.due_at is 'When it is tried next.';
comment on column efs.token_revocation.created_at is 'When the session ended.';
comment on table gatehouse.oidc_logout is 'A client that has still to be told that a session has ended.';
comment on column gatehouse.oidc_logout.client_id is 'The client.';
comment on column gatehouse.oidc_logout.sid is 'The name by which the client knows the session.';
comment on column gatehouse.oidc_logout.user_id is 'Whose session it was.';
comment on column gatehouse.oidc_logout.attempts is 'How often it could not be told.';
comment on column gatehouse.oidc_logout.due_at is 'When it is tried next.';
comment on column gatehouse.oidc_logout.created_at is 'When the session ended.';
