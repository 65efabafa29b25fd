-- Mail and SMS wait here until a job has sent them, written in the transaction of what they tell of; usage policies are
-- asked for and answered; keys of people can be found by sshd (decisions/0032).

alter table public.users add column preferred_language varchar(35);

alter table public.user_key add column fingerprint varchar(60);
update public.user_key set fingerprint = 'SHA256:' || rtrim(encode(sha256(decode(split_part(key_value, ' ', 2), 'base64')), 'base64'), '=')
  where key_type = 'SSH' and key_value ~ '^[^ ]+ ([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?( |$)';

create table gatehouse.message (
  message_id        varchar(32)  primary key,
  template          varchar(40)  not null,
  channel           varchar(10)  not null constraint message_channel check (channel in ('EMAIL', 'SMS')),
  user_id           varchar(32)  references public.users on delete cascade,
  recipient         varchar(320) not null,
  locale            varchar(35)  not null,
  content           jsonb        not null,
  secrets_encrypted bytea,
  status            varchar(10)  not null constraint message_status check (status in ('QUEUED', 'SENT', 'DEAD')),
  attempts          integer      not null default 0,
  due_at            timestamptz  not null,
  expires_at        timestamptz  not null,
  created_at        timestamptz  not null,
  sent_at           timestamptz,
  last_error        varchar(500),
  -- Nothing secret outlives its sending.
  constraint message_secrets check (status = 'QUEUED' or secrets_encrypted is null)
);
create index message_due on gatehouse.message (channel, due_at, message_id) where status = 'QUEUED';
create index message_expires on gatehouse.message (expires_at) where status = 'QUEUED';
create index message_user on gatehouse.message (user_id);
create index message_created on gatehouse.message (created_at);

-- Wakes the sender as soon as the transaction is through. Before a server has ever run there is no job queue, and nobody
-- to wake; whoever starts one looks every minute anyway.
create function gatehouse.wake_sender() returns trigger language plpgsql as $$
begin
  if to_regprocedure('graphile_worker.add_job(text, json, text, timestamptz, integer, text, integer, text[], text)') is not null then
    perform graphile_worker.add_job('send-messages', max_attempts => 1);
  end if;
  return null;
end $$;
create trigger message_queued after insert on gatehouse.message for each statement execute function gatehouse.wake_sender();

-- Usage policies and the sites they are asked for on become records that are administered.
alter table public.content_provider add column min_auth_level varchar(32) references public.auth_level, add column locale varchar(35), add column version integer not null default 1;
alter table public.it_policy add column version integer not null default 1;
alter table public.it_policy_version add column version integer not null default 1;
create unique index it_policy_version_active_key on public.it_policy_version (it_policy_id, content_provider_id) nulls not distinct where active = 'Y';

-- The last decision of a person on a version, by one probe; it serves what the index on the person alone did.
create index user_it_policy_history_last on public.user_it_policy_history (user_id, version_id, submit_date desc, id desc);
drop index public.user_it_policy_history_user;
create index user_it_policy_history_version on public.user_it_policy_history (version_id);

comment on column public.users.preferred_language is 'The language the person is written to in.';
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
comment on column public.user_key.fingerprint is 'Derived: SHA-256 of a public key, as ssh-keygen shows it.';
comment on column public.content_provider.min_auth_level is 'How strongly one must have signed in to use it.';
comment on column public.content_provider.locale is 'The language of its pages for who has chosen none.';
comment on column public.content_provider.version is 'Counts the changes of the record; its ETag.';
comment on column public.it_policy.version is 'Counts the changes of the record; its ETag.';
comment on column public.it_policy_version.version_id is 'Names the version.';
comment on column public.it_policy_version.version is 'Counts the changes of the record; its ETag.';
