-- A plan that a guard has stopped is let go by somebody, for a reason, once.
alter table gatehouse.plan
  add column release_reason varchar(1000),
  add column released_at    timestamptz,
  add column released_by    varchar(255);

comment on column gatehouse.plan.release_reason is 'Why it was let go although a guard had stopped it.';
comment on column gatehouse.plan.released_at is 'When it was let go.';
comment on column gatehouse.plan.released_by is 'Who let it go.';

-- A mapping and several redirect addresses are longer than 255.
alter table efs.iam_portal_settings alter column value type varchar(16384);
comment on column efs.iam_portal_settings.value is 'Its value. The published 255 characters cannot hold a mapping.';
