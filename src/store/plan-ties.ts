/**
 * SQL that judges what the plan of an import would tie people to, once all its rows are in it: circles of supervisors and of related
 * accounts, and accounts of two people (decision 0049). As `plan-settle.ts` does it for organisations: over all steps at once, in
 * the database, in the transaction of the settling. What stands in the directory already is not judged.
 */
import type { Transaction } from './database.ts'
import { rowThatWaited } from './plan-settle.ts'

/** Refuses steps that close a circle, or that give an account a second owner; their number. Nobody's name stands in a reason: they may be erased. */
export async function refuseTies(tx: Transaction, planId: string): Promise<number> {
  await tx.execute('create temp table settle_tie (step_no int, path text, own text, target text, is_added boolean) on commit drop')
  await tx.execute(
    `insert into settle_tie
     select coalesce(b.step_no, s.step_no), t.path, s.target_id, t.target, s.action = 'update' or s.target_id = t.target
     from gatehouse.plan_step s
     cross join lateral (
       select 'supervisors' as path, e.value #>> '{}' as target
       from (select jsonb_path_query(s.changes, '$.document.supervisors[*].supervisor') union all select jsonb_path_query(s.changes, '$.patch.supervisors[*].supervisor')) e(value)
       union all
       select 'relations', e.value #>> '{}'
       from (select jsonb_path_query(s.changes, '$.document.relations[*] ? (@.type != "FAMILY").user') union all select jsonb_path_query(s.changes, '$.patch.relations[*] ? (@.type != "FAMILY").user')) e(value)) t
     ${rowThatWaited}
     where s.plan_id = $1 and s.resource = 'User' and s.action in ('create', 'update')
       and not exists (select from ${standing} o where o.path = t.path and o.own = s.target_id and o.target = t.target)`, [planId])
  await tx.execute('create index on settle_tie (own)')
  await tx.execute('analyze settle_tie')
  return await refuseCircles(tx, planId) + await refuseSecondOwners(tx, planId)
}

/** The ties between people in the directory. */
const standing = `(select 'supervisors' as path, staff_id as own, supervisor_id as target from public.org_structure
  union all select 'relations', primary_user_id, related_user_id from public.user_to_user_membership where type_id is distinct from 'FAMILY')`

/** In every circle stands a tie that was added to somebody who is there already, or that their row had to wait for. */
function refuseCircles(tx: Transaction, planId: string): Promise<number> {
  return tx.execute(
    `with recursive up(step_no, path, own, node) as (
       select step_no, path, own, target from settle_tie where is_added
       union
       select u.step_no, u.path, u.own, a.target from up u cross join lateral (
         select t.target from settle_tie t where t.own = u.node and t.path = u.path
         union all select o.target from ${standing} o where o.own = u.node and o.path = u.path) a
       where u.node <> u.own),
     wrong as (select distinct on (step_no) step_no, path from up where node = own order by step_no, path)
     update gatehouse.plan_step s set action = 'error', changes = s.changes || '{"refused": true}',
       problems = jsonb_build_array(jsonb_build_object('path', w.path, 'message',
         case w.path when 'supervisors' then 'lead in a circle: somebody would supervise themselves through others' else 'lead in a circle: somebody would be an account of their own through others' end))
     from wrong w where s.plan_id = $1 and s.step_no = w.step_no`, [planId])
}

/** Of rows that claim one account the first has it, unless somebody of the directory has. */
function refuseSecondOwners(tx: Transaction, planId: string): Promise<number> {
  return tx.execute(
    `with first as materialized (select distinct on (target) target, own from settle_tie where path = 'relations' order by target, step_no),
     wrong as (
       select distinct t.step_no from settle_tie t join first f on f.target = t.target where t.path = 'relations' and (
         f.own <> t.own or exists (select from public.user_to_user_membership m where m.related_user_id = t.target and m.primary_user_id <> t.own and m.type_id is distinct from 'FAMILY')))
     update gatehouse.plan_step s set action = 'error', changes = s.changes || '{"refused": true}',
       problems = '[{"path": "relations", "message": "names an account of somebody else, who has it already or by an earlier row; an account ends with one person"}]'
     from wrong w where s.plan_id = $1 and s.step_no = w.step_no and s.action <> 'error'`, [planId])
}
