-- The OpenID provider (decisions/0033): its clients and their secrets, what people consented to, and what the protocol
-- keeps between two requests.

-- Keys that encrypt or derive things of ours. They are encrypted with the master key themselves, so that rotating that
-- one re-encrypts a row here and not every session and token.
create table gatehouse.data_key (
  name          varchar(40) primary key,
  key_encrypted bytea       not null,
  created_at    timestamptz not null
);

create table gatehouse.oidc_client (
  client_id                 varchar(32)  primary key,
  name                      varchar(100) not null constraint oidc_client_name_key unique,
  description               varchar(255),
  is_active                 char(1)      not null default 'Y' check (is_active in ('Y', 'N')),
  application_type          varchar(20)  not null constraint oidc_client_application_type check (application_type in ('web', 'native')),
  authentication            varchar(30)  not null constraint oidc_client_authentication
    check (authentication in ('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none')),
  grant_types               text[]       not null,
  redirect_uris             text[]       not null,
  post_logout_redirect_uris text[]       not null,
  scopes                    text[]       not null,
  subject_type              varchar(20)  not null constraint oidc_client_subject_type check (subject_type in ('public', 'pairwise')),
  first_party               char(1)      not null default 'N' check (first_party in ('Y', 'N')),
  least_level               numeric(5,1) not null default 0,
  user_id                   varchar(32)  references public.users on delete set null,
  public_keys               jsonb,
  id_token_algorithm        varchar(20)  not null,
  require_pushed            char(1)      not null default 'N' check (require_pushed in ('Y', 'N')),
  require_dpop              char(1)      not null default 'N' check (require_dpop in ('Y', 'N')),
  backchannel_logout_uri    varchar(2000),
  introspects               char(1)      not null default 'N' check (introspects in ('Y', 'N')),
  version                   integer      not null default 1,
  create_date               timestamptz  not null,
  created_by                varchar(32),
  last_update               timestamptz  not null
);
create index oidc_client_user on gatehouse.oidc_client (user_id) where user_id is not null;

-- Secrets are 256 random bits: their SHA-256 is enough to know them again, and quick. Several at once while one is
-- exchanged for another.
create table gatehouse.oidc_client_secret (
  secret_id   varchar(32) primary key,
  client_id   varchar(32) not null references gatehouse.oidc_client on delete cascade,
  secret_hash bytea       not null constraint oidc_client_secret_hash_key unique,
  create_date timestamptz not null,
  created_by  varchar(32),
  expires_at  timestamptz
);
create index oidc_client_secret_client on gatehouse.oidc_client_secret (client_id);

create table gatehouse.oidc_consent (
  user_id     varchar(32) not null references public.users on delete cascade,
  client_id   varchar(32) not null references gatehouse.oidc_client on delete cascade,
  scopes      text[]      not null,
  create_date timestamptz not null,
  last_update timestamptz not null,
  primary key (user_id, client_id)
);
create index oidc_consent_client on gatehouse.oidc_consent (client_id);

-- Codes, tokens, grants, sessions of the provider, interactions: under the hash of what their holder shows. The columns
-- are what questions are asked by; the rest is encrypted. A row whose session has ended keeps none (SESSION_ID null),
-- which is how the provider learns of it.
create table gatehouse.oidc_artifact (
  artifact_hash bytea        primary key,
  kind          varchar(30)  not null,
  grant_hash    bytea,
  uid_hash      bytea,
  user_id       varchar(32)  references public.users on delete cascade,
  client_id     varchar(32)  references gatehouse.oidc_client on delete cascade,
  session_id    varchar(32),
  scope         text,
  audience      text,
  thumbprint    varchar(64),
  payload       bytea        not null,
  consumed_at   timestamptz,
  create_date   timestamptz  not null,
  expires_at    timestamptz  not null,
  constraint oidc_artifact_session_fkey foreign key (user_id, session_id) references public.auth_state (user_id, session_id)
    on update cascade on delete set null (session_id)
);
create index oidc_artifact_grant on gatehouse.oidc_artifact (grant_hash) where grant_hash is not null;
create index oidc_artifact_uid on gatehouse.oidc_artifact (uid_hash) where uid_hash is not null;
create index oidc_artifact_user on gatehouse.oidc_artifact (user_id, session_id);
create index oidc_artifact_client on gatehouse.oidc_artifact (client_id) where client_id is not null;
create index oidc_artifact_ended on gatehouse.oidc_artifact (artifact_hash) where kind = 'Session' and user_id is not null and session_id is null;
create index oidc_artifact_expiry on gatehouse.oidc_artifact (expires_at);

-- ── Administering clients is a right of its own ────────

insert into public.res (resource_id, resource_type_id, name, description, is_system, create_date, search_text)
  values ('GATEHOUSE_CLIENTS', 'GATEHOUSE', 'Gatehouse: OpenID clients', 'Applications that sign people in by OpenID, and their secrets.', 'Y', now(), ' gatehouse openid clients');

create temporary table own_grant (role_id text, resource_id text, rights text);
insert into own_grant values
  ('GATEHOUSE_SUPER_ADMIN', 'GATEHOUSE_CLIENTS', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_SECURITY_ADMIN', 'GATEHOUSE_CLIENTS', 'READ CREATE UPDATE DELETE'),
  ('GATEHOUSE_AUDITOR', 'GATEHOUSE_CLIENTS', 'READ');
insert into public.resource_role (membership_id, resource_id, role_id, create_date, granted_by)
  select md5(role_id || ' ' || resource_id), resource_id, role_id, now(), 'Gatehouse' from own_grant;
insert into public.res_role_membership_rights (membership_id, access_right_id)
  select md5(g.role_id || ' ' || g.resource_id), r from own_grant g cross join unnest(string_to_array(g.rights, ' ')) r;
drop table own_grant;

-- ── What the new tables are for ────────

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

comment on table gatehouse.oidc_client_secret is 'A secret of a client: as a hash, which is enough to know it again.';
comment on column gatehouse.oidc_client_secret.secret_id is 'Names the secret.';
comment on column gatehouse.oidc_client_secret.client_id is 'Whose it is.';
comment on column gatehouse.oidc_client_secret.secret_hash is 'Its SHA-256.';
comment on column gatehouse.oidc_client_secret.create_date is 'When it was made.';
comment on column gatehouse.oidc_client_secret.created_by is 'Who made it, when that was a person.';
comment on column gatehouse.oidc_client_secret.expires_at is 'When it ceases to work; null until another has taken its place.';

comment on table gatehouse.oidc_consent is 'What a person has allowed an application to know and do.';
comment on column gatehouse.oidc_consent.user_id is 'The person.';
comment on column gatehouse.oidc_consent.client_id is 'The application.';
comment on column gatehouse.oidc_consent.scopes is 'The scopes allowed.';
comment on column gatehouse.oidc_consent.create_date is 'When the person first consented.';
comment on column gatehouse.oidc_consent.last_update is 'When they last did.';

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
comment on column gatehouse.oidc_artifact.create_date is 'When it was made.';
comment on column gatehouse.oidc_artifact.expires_at is 'When it ceases to be valid.';

comment on table gatehouse.data_key is 'Keys of ours that encrypt or derive.';
comment on column gatehouse.data_key.name is 'What it is for.';
comment on column gatehouse.data_key.key_encrypted is 'The key, encrypted with the master key.';
comment on column gatehouse.data_key.created_at is 'When it was made.';
