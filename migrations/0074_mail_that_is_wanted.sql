-- An address that is no longer used is nobody's primary one: nothing goes to it, and the links that went to it die with it, by the trigger
-- of migration 0045, as with any other change of the address (decisions/0057). Each of them has a new version, and is marked for the next sync.
with cleared as (
  update public.users u set primary_email = null, version = u.version + 1, last_update = now()
    where u.primary_email is not null and exists (
      select from public.email_address e where e.parent_id = u.user_id and e.is_default = 'Y' and e.active = 'N' and e.email_address = u.primary_email)
    returning u.user_id),
administrators as (
  update efs.iam_user_reference r set has_data_changes = 1, changes = r.changes + 1, updated_at = now()
    from efs.users a join cleared c on c.user_id = a.person_id where a.uid = r.user_id)
update efs.iam_portal_user_reference r set has_data_changes = 1, changes = r.changes + 1, updated_at = now()
  from efs.panelists p join cleared c on c.user_id = p.person_id where p.uid = r.user_id;
comment on column public.users.primary_email is 'Derived: the default e-mail address, while it is in use.';

-- Links, codes and user names that somebody waits for go before notices, however many of those wait (decisions/0032). Both orders of taking
-- have their index.
alter table gatehouse.message add column awaited boolean not null default false;
comment on column gatehouse.message.awaited is 'Somebody has asked for it and waits: it goes before notices.';
update gatehouse.message set awaited = true
  where status = 'QUEUED' and template in ('password-reset', 'account-unlock', 'sign-in-code', 'reset-code', 'address-code', 'user-name');
create index message_awaited on gatehouse.message (channel, due_at, message_id) where status = 'QUEUED' and awaited;
