-- A step of a sync is marked before its first request goes out, so that whoever comes after a run that died knows what may
-- have been done over there without being written down.
alter table gatehouse.plan_step drop constraint plan_step_status;
alter table gatehouse.plan_step add constraint plan_step_status check (status in ('planned', 'sent', 'done', 'failed', 'undone'));
create index plan_step_sent on gatehouse.plan_step (plan_id, step_no) where status = 'sent';
comment on column gatehouse.plan_step.status is 'planned, sent, done, failed, undone.';
