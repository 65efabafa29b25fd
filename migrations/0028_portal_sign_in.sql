-- Signing in to portals through Okta (decisions/0040): sign-ins under way, sessions that came of them, and what they rest on.

alter table efs.iam_token_data add column expires_at timestamptz;
create index iam_token_data_expires on efs.iam_token_data (expires_at) where expires_at is not null;

-- What a confidential client shows Okta; encrypted with the master key.
create table efs.portal_secret (
  portal_id        integer     primary key references efs.portal on delete cascade,
  secret_encrypted bytea       not null,
  created_at       timestamptz not null
);

-- Somebody is at Okta and will be back. Found by hashes of what only their browser holds; the rest is encrypted.
create table gatehouse.portal_sign_in (
  state_hash   bytea       primary key,
  browser_hash bytea       not null,
  portal_id    integer     not null references efs.portal on delete cascade,
  sealed       bytea       not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null
);
create index portal_sign_in_expires on gatehouse.portal_sign_in (expires_at);
create index portal_sign_in_portal on gatehouse.portal_sign_in (portal_id);

-- A session that was opened through a portal, and the name its tokens are kept under: that one stays when the session is renewed.
create table efs.portal_session (
  token_key        varchar(50) collate "C" primary key,
  user_id          varchar(32) not null,
  session_id       varchar(32) not null,
  portal_id        integer     not null references efs.portal on delete cascade,
  uid              integer     not null,
  uuid             varchar(20) collate "C" not null,
  created_at       timestamptz not null,
  tokens_expire_at timestamptz not null,
  refreshed        integer     not null default 0,
  refreshing_until timestamptz,
  constraint portal_session_session_key unique (user_id, session_id),
  constraint portal_session_session_fkey foreign key (user_id, session_id) references public.auth_state (user_id, session_id)
    on update cascade on delete cascade
);
create index portal_session_member on efs.portal_session (portal_id, uid);

-- Tokens go with the session, whatever ends it.
create function efs.remove_token_data() returns trigger language plpgsql as $$
begin
  delete from efs.iam_token_data where session_id = old.token_key;
  return null;
end $$;
create trigger portal_session_token_data after delete on efs.portal_session
  for each row execute function efs.remove_token_data();

-- And the session with what let its person in: their membership, their account, or its place in the portal's group.
create function efs.end_portal_sessions() returns trigger language plpgsql as $$
begin
  delete from public.auth_state s using efs.portal_session p
    where p.portal_id = old.portal_id and p.uid = old.user_id and s.user_id = p.user_id and s.session_id = p.session_id;
  return null;
end $$;
create trigger iam_portal_user_reference_gone after delete on efs.iam_portal_user_reference
  for each row execute function efs.end_portal_sessions();
create trigger iam_portal_user_reference_closed after update of status, uuid on efs.iam_portal_user_reference
  for each row when (coalesce(new.status, 1) <> 1 or new.uuid is distinct from old.uuid) execute function efs.end_portal_sessions();

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

comment on table efs.portal_secret is 'The client secret of a portal in Okta, where its client has one.';
comment on column efs.portal_secret.portal_id is 'The portal.';
comment on column efs.portal_secret.secret_encrypted is 'The secret, encrypted with the master key.';
comment on column efs.portal_secret.created_at is 'When it was set.';

comment on table gatehouse.portal_sign_in is 'A sign-in to a portal that is under way at Okta.';
comment on column gatehouse.portal_sign_in.state_hash is 'SHA-256 of the state that Okta sends back.';
comment on column gatehouse.portal_sign_in.browser_hash is 'SHA-256 of what the browser keeps meanwhile.';
comment on column gatehouse.portal_sign_in.portal_id is 'The portal.';
comment on column gatehouse.portal_sign_in.sealed is 'Nonce, PKCE verifier and where to go afterwards, encrypted.';
comment on column gatehouse.portal_sign_in.created_at is 'When it began.';
comment on column gatehouse.portal_sign_in.expires_at is 'Until when Okta may send the person back.';

comment on column efs.iam_token_data.idp_response is 'The answer, with the tokens in it; encrypted, and bound to the session.';
comment on column efs.iam_token_data.expires_at is 'When it is of no use any more; null for rows that were brought along.';
