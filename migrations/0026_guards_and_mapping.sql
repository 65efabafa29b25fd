-- A plan that a guard has stopped is let go by somebody, for a reason, once.
alter table gatehouse.plan
  add column release_reason varchar(1000),
  add column released_at    timestamptz,
  add column released_by    varchar(255);

comment on column gatehouse.plan.release_reason is 'Why it was let go although a guard had stopped it.';
comment on column gatehouse.plan.released_at is 'When it was let go.';
comment on column gatehouse.plan.released_by is 'Who let it go.';

-- Which attribute of a person goes into which field of their account, where it is not the standard. A setting of a
-- portal, in a table of its own: the published settings hold 255 characters.
create table efs.account_mapping (
  population varchar(10) not null constraint account_mapping_population check (population in ('panelist', 'admin')),
  portal_id  integer references efs.portal (portal_id) on delete cascade,
  rules      jsonb       not null,
  updated_at timestamptz not null,
  updated_by varchar(255) not null,
  constraint account_mapping_key unique nulls not distinct (portal_id, population),
  constraint account_mapping_portal check ((population = 'admin') = (portal_id is null))
);

comment on table efs.account_mapping is 'Which attribute of a person goes into which field of their account; without a row, the standard.';
comment on column efs.account_mapping.population is 'Whose accounts: panelist or admin.';
comment on column efs.account_mapping.portal_id is 'The portal; null for administrators, who have none.';
comment on column efs.account_mapping.rules is 'The rules, one a field.';
comment on column efs.account_mapping.updated_at is 'When it was last changed.';
comment on column efs.account_mapping.updated_by is 'Who changed it.';
