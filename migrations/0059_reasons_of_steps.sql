-- What refused steps were refused for may name somebody, whether a step has a target of its own or not: who is erased is looked for in all.
drop index gatehouse.plan_step_refused;
create index plan_step_refused on gatehouse.plan_step (plan_id) where problems is not null;

-- By which name a row looked for somebody that a later row brings: needed until the plan is made, and nobody's to keep after that.
update gatehouse.plan_step s set changes = jsonb_set(s.changes, '{late}', '{}') from gatehouse.plan p
  where p.plan_id = s.plan_id and p.status <> 'planning' and s.changes ? 'late';
