-- What refused steps were refused for may name somebody, whether a step has a target of its own or not: who is erased is looked for in all.
drop index gatehouse.plan_step_refused;
create index plan_step_refused on gatehouse.plan_step (plan_id) where problems is not null;
