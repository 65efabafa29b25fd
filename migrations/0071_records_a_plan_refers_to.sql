-- A row of an import may only name a record: a supervisor by their employee number. What a later row says of it is that record's
-- still, so that it counts until the plan is at its end, whatever the plan itself has done to the record meanwhile.
alter table gatehouse.plan_read add column is_referred boolean not null default false;
comment on column gatehouse.plan_read.is_referred is 'Whether steps of the plan name the record: it counts until the plan is at its end.';
