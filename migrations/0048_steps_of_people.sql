-- Erasing somebody finds their steps by the person, and rows that were refused, which have none, among these alone.
create index plan_step_target on gatehouse.plan_step (target_id) where target_id is not null;
create index plan_step_refused on gatehouse.plan_step (plan_id) where target_id is null and problems is not null;
