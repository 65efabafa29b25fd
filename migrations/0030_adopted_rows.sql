-- What has been taken over from a running EFS, row by row: so that doing it again changes nothing, even where the sync
-- or the retention has moved on since, and so that both sides can be compared.

create table efs.adopted_row (
  table_name varchar(64) not null,
  row_id     integer     not null,
  -- The row here: its id, or a person's uid.
  target_id  integer     not null,
  -- 128 bits over the row's columns as they were taken over.
  digest     varchar(32) not null collate "C",
  plan_id    varchar(32) not null,
  primary key (table_name, row_id)
);

comment on table efs.adopted_row is 'What has been taken over from EFS, row by row.';
comment on column efs.adopted_row.table_name is 'The table in EFS.';
comment on column efs.adopted_row.row_id is 'The row''s number there.';
comment on column efs.adopted_row.target_id is 'The number of the row that stands for it here.';
comment on column efs.adopted_row.digest is 'A digest of the row as it was taken over.';
comment on column efs.adopted_row.plan_id is 'The plan that did it.';
