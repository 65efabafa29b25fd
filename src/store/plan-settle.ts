/**
 * SQL that settles the plan of an import once all its rows are in it: whether organisations can stand where rows put them,
 * and what falls with a step that is refused so late. Everything happens in the database, whose memory is not ours, in some
 * dozens of statements, each over all steps at once and of a cost that grows as they do; how many there are does not depend on how
 * many steps, save that each level of what rows made only for one another (`once`) costs one more. All of it in one transaction,
 * for the tables on the way end with it.
 */
import type { Transaction } from './database.ts'

/** Over a step `s`: as `b` the step of the row that waited for it, for which one at the end of the plan speaks. */
export const rowThatWaited = `left join lateral (select b.step_no from gatehouse.plan_step b where s.changes ? 'forward' and b.plan_id = s.plan_id and b.target_id = s.target_id and b.resource = s.resource and b.changes ? 'late' limit 1) b on true`

/** Refuses steps that would put an organisation below itself, or below one that may not be above it; their number. */
export async function refusePlaces(tx: Transaction, planId: string): Promise<number> {
  await tx.execute('create temp table settle_type (id text, step_no int, type text, is_changed boolean) on commit drop')
  await tx.execute('create temp table settle_place (step_no int, child text, parent text, is_added boolean) on commit drop')
  await tx.execute(
    `insert into settle_type
     select s.target_id as id, s.step_no, coalesce(s.changes #>> '{document,organizationType}', s.changes #>> '{patch,organizationType}') as type,
       s.action = 'update' and (s.changes #>> '{patch,organizationType}') is distinct from c.org_type_id as is_changed
     from gatehouse.plan_step s left join public.company c on c.company_id = s.target_id
     where s.plan_id = $1 and s.resource = 'Organization' and (s.action = 'create' or (s.action = 'update' and s.changes #> '{patch}' ? 'organizationType'))`, [planId])
  await tx.execute(
    `insert into settle_place
     select coalesce(b.step_no, s.step_no) as step_no, s.target_id as child, e.value #>> '{}' as parent, s.action = 'update' or s.target_id = e.value #>> '{}' as is_added
     from gatehouse.plan_step s
     cross join lateral (select jsonb_path_query(s.changes, '$.document.parents[*].organization') union all select jsonb_path_query(s.changes, '$.patch.parents[*].organization')) e(value)
     ${rowThatWaited}
     where s.plan_id = $1 and s.resource = 'Organization' and s.action in ('create', 'update')
       and not exists (select from public.company_to_company_membership m where m.member_company_id = s.target_id and m.company_id = e.value #>> '{}')`, [planId])
  await tx.execute('create index on settle_type (id)')
  await tx.execute('create index on settle_place (child)')
  await tx.execute('analyze settle_type')
  await tx.execute('analyze settle_place')
  return await refuseCircles(tx, planId) + await refuseNestings(tx, planId)
}

/** In every circle stands a place that was added to a record which is there already, or that its row had to wait for. */
function refuseCircles(tx: Transaction, planId: string): Promise<number> {
  return tx.execute(
    `with recursive up(step_no, child, parent, node) as (
       select step_no, child, parent, parent from settle_place where is_added
       union
       select u.step_no, u.child, u.parent, a.parent from up u cross join lateral (
         select p.parent from settle_place p where p.child = u.node
         union all select m.company_id from public.company_to_company_membership m where m.member_company_id = u.node) a
       where u.node <> u.child),
     wrong as (select distinct on (step_no) step_no, child, parent from up where node = child order by step_no, parent)
     update gatehouse.plan_step s set action = 'error', changes = s.changes || '{"refused": true}',
       problems = jsonb_build_array(jsonb_build_object('path', 'parents', 'value', w.parent, 'message', w.parent || ' would stand below ' || w.child || ' too; an organisation cannot stand below itself'))
     from wrong w where s.plan_id = $1 and s.step_no = w.step_no`, [planId])
}

function refuseNestings(tx: Transaction, planId: string): Promise<number> {
  return tx.execute(
    `with edges as (
       select step_no, child, parent from settle_place
       union all select t.step_no, m.member_company_id, m.company_id from settle_type t join public.company_to_company_membership m on m.company_id = t.id where t.is_changed
       union all select t.step_no, m.member_company_id, m.company_id from settle_type t join public.company_to_company_membership m on m.member_company_id = t.id where t.is_changed),
     typed as (
       select e.step_no, e.parent, case when c.id is null then oc.org_type_id else c.type end as child_type, case when p.id is null then op.org_type_id else p.type end as parent_type
       from edges e left join settle_type c on c.id = e.child left join settle_type p on p.id = e.parent
       left join public.company oc on oc.company_id = e.child left join public.company op on op.company_id = e.parent),
     wrong as (
       select distinct on (step_no) * from typed t where child_type is not null and parent_type is not null
         and not exists (select from public.org_type_valid_membership v where v.org_type_id = t.parent_type and v.member_org_type_id = t.child_type) order by step_no, parent)
     update gatehouse.plan_step s set action = 'error', changes = s.changes || '{"refused": true}',
       problems = jsonb_build_array(jsonb_build_object('path', 'parents', 'value', w.parent, 'message', w.child_type || ' cannot stand below ' || w.parent_type || '; see the allowed nesting of organisation types'))
     from wrong w where s.plan_id = $1 and s.step_no = w.step_no and s.action <> 'error'`, [planId])
}

/** Where what a step writes may name records. */
export interface ReferencePlaces {
  /** As JSON paths. */
  paths: readonly string[]
  /** As people call them: `supervisors.supervisor`. */
  names: readonly string[]
  /** What records are called, as opposed to what ties them together. */
  kinds: readonly string[]
}

/** Refuses what falls with the steps that `refuseSteps` and `refusePlaces` have refused: all that refers to what they would have made, and the rest of their rows. */
export async function refuseFallen(tx: Transaction, planId: string, places: ReferencePlaces): Promise<void> {
  await tx.execute('create temp table settle_step (step_no int primary key, line int, source text, resource text, target text, makes text, is_base boolean, is_forward boolean, is_once boolean, was_refused boolean, is_refused boolean, is_leaned boolean) on commit drop')
  await tx.execute(
    `insert into settle_step
     select step_no, coalesce(line, 0), coalesce(source, ''), resource, target_id, case when changes ? 'document' and resource = any($2) then target_id end,
       changes ? 'late', changes ? 'forward', changes ? 'once', action = 'error', action = 'error', false
     from gatehouse.plan_step where plan_id = $1 and changes is not null and (action in ('create', 'update', 'unchanged') or (action = 'error' and changes ? 'refused'))`, [planId, places.kinds])
  await tx.execute('create index on settle_step (line, source)')
  await tx.execute('create index on settle_step (target)')
  await tx.execute('create index on settle_step (makes) where makes is not null')
  await tx.execute('analyze settle_step')
  await tx.execute('create temp table settle_lean (step_no int, on_id text, path text) on commit drop')
  await tx.execute(
    `insert into settle_lean
     select s.step_no, r.id, r.path from gatehouse.plan_step s join settle_step o on o.step_no = s.step_no
     cross join lateral (select coalesce(s.changes -> 'document', s.changes -> 'patch', s.changes -> 'entry', s.changes) as said offset 0) d
     cross join lateral (
       select v.value #>> '{}' as id, p.name as path from unnest($2::text[], $3::jsonpath[]) p(name, path) cross join lateral jsonb_path_query(d.said, p.path) v(value)
       where d.said ? split_part(p.name, '.', 1)
       union all select s.target_id, null where o.makes is null) r
     where s.plan_id = $1 and exists (select from settle_step c where c.makes = r.id and c.step_no <> s.step_no)`, [planId, places.names, places.paths])
  await tx.execute('create index on settle_lean (on_id)')
  await tx.execute('create index on settle_lean (step_no)')
  await tx.execute('update settle_step x set is_leaned = true from (select distinct on_id from settle_lean) l where x.makes = l.on_id')
  await tx.execute('analyze settle_lean')
  await tx.execute('analyze settle_step')
  // Each level costs a look at the whole plan. What lies deeper than anybody nests stays, which harms nothing: it is made and nobody wants it.
  await spread(tx)
  for (let level = 0; level < mostLevels && await dropUnwanted(tx, planId) > 0; level++) await spread(tx)
  await writeRefusals(tx, planId)
}

const mostLevels = 50

/** Only who is leaned on asks who leans: where all lean on one, every such question is a look at the whole table. */
async function spread(tx: Transaction): Promise<void> {
  await tx.execute(
    `with recursive fallen(step_no) as (
       select step_no from settle_step where is_refused
       union
       select n.step_no from fallen f join settle_step o on o.step_no = f.step_no cross join lateral (
         select x.step_no from settle_step x where o.line > 0 and x.line = o.line and x.source = o.source and not x.is_once
         union all select l.step_no from settle_lean l where o.is_leaned and l.on_id = o.makes
         union all select x.step_no from settle_step x where (o.is_base or o.is_forward) and x.target = o.target and ((o.is_base and x.is_forward) or (o.is_forward and x.is_base))) n)
     update settle_step x set is_refused = true from fallen f where x.step_no = f.step_no and not x.is_refused`)
}

/** Under which name a plan keeps the rows that want what an earlier row makes, and say nothing else of it. */
export const wantedKey = 'wanted'

/** The key of such a row: files of one import have the same lines. */
export const wantedBy = (line: number, source: string | undefined): string => `${line} ${source ?? ''}`

/** What `keyHash` makes of that. */
const wantedHash = `left(encode(decode(md5(y.line || ' ' || y.source), 'hex'), 'base64'), 16)`

/** What the first of many rows has made for all of them stays while one of the others wants it. */
function dropUnwanted(tx: Transaction, planId: string): Promise<number> {
  return tx.execute(
    `update settle_step x set is_refused = true
     where x.is_once and not x.is_refused and x.line > 0
       and exists (select from settle_step o where o.line = x.line and o.source = x.source and o.is_refused)
       and not exists (select from settle_lean l join settle_step y on y.step_no = l.step_no where l.on_id = x.target and not y.is_refused and (y.line, y.source) <> (x.line, x.source))
       and not exists (select from gatehouse.plan_key k where k.plan_id = $1 and k.resource = '${wantedKey}' and k.target_id = x.target
         and not exists (select from settle_step y where y.line = k.line and y.is_refused and ${wantedHash} = k.key_hash))`, [planId])
}


/**
 * Says why each step is refused. A record that is not made is no target: only so is the step found when somebody of that name is
 * erased (`blank-plans.ts`), and for the same sake nobody's name stands in the reason of another's step. All reasons are gathered
 * at once, by joins that indexes or hashes serve: looked for step by step they would cost the square of the steps.
 */
async function writeRefusals(tx: Transaction, planId: string): Promise<void> {
  await gatherReasons(tx, planId)
  await tx.execute(
    `update gatehouse.plan_step s set action = 'error', changes = null, secret = null, target_id = case when m.makes is null then s.target_id end,
       problems = case when x.was_refused then s.problems
         when r.step_no is not null then jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('path', r.path, 'message', r.message)))
         when w.line is not null then jsonb_build_array(jsonb_build_object('message', 'the ' || w.resource || ' of the same row is refused' || coalesce(': ' || w.message, '')))
         else '[{"message": "what it belongs to is refused"}]' end
     from settle_step x left join settle_reason r on r.step_no = x.step_no left join settle_row w on w.line = x.line and w.source = x.source
       left join (select distinct makes from settle_step where makes is not null) m on m.makes = x.target
     where x.is_refused and s.plan_id = $1 and s.step_no = x.step_no`, [planId])
  await tx.execute(
    `update gatehouse.plan_key k set resource = 'refused ' || k.resource from settle_step x
     where x.is_refused and x.makes = k.target_id and k.resource = x.resource and k.plan_id = $1`, [planId])
}

/** `settle_reason` is what a step itself refers to and is refused; `settle_row` what its whole row is refused for. */
async function gatherReasons(tx: Transaction, planId: string): Promise<void> {
  await tx.execute('analyze settle_step')
  await tx.execute('create temp table settle_reason (step_no int primary key, path text, message text) on commit drop')
  // A step at the end of the plan speaks for the row that waited for it.
  await tx.execute(
    `insert into settle_reason
     select distinct on (x.step_no) x.step_no, l.path,
       'the ' || o.resource || case when o.resource = 'User' then '' else ' "' || coalesce(c.label, c.target_id) || '"' end || coalesce(' of line ' || nullif(o.line, 0), '')
         || case when o.source in ('', x.source) then '' else ' of ' || o.source end || ' is refused itself'
     from (select step_no, step_no as by_step from settle_step where is_refused
       union all select b.step_no, f.step_no from settle_step b join settle_step f on f.target = b.target and f.is_forward where b.is_base and b.is_refused) t
     join settle_step x on x.step_no = t.step_no join settle_lean l on l.step_no = t.by_step
     join settle_step o on o.makes = l.on_id and o.is_refused and (o.line, o.source) <> (x.line, x.source)
     join gatehouse.plan_step c on c.plan_id = $1 and c.step_no = o.step_no
     order by x.step_no, o.step_no`, [planId])
  await tx.execute('analyze settle_reason')
  await tx.execute('create temp table settle_row (line int, source text, resource text, message text, primary key (line, source)) on commit drop')
  await tx.execute(
    `insert into settle_row
     select distinct on (x.line, x.source) x.line, x.source, x.resource, coalesce(c.problems #>> '{0,message}', r.message)
     from settle_step x join gatehouse.plan_step c on c.plan_id = $1 and c.step_no = x.step_no left join settle_reason r on r.step_no = x.step_no
     where x.line > 0 and x.is_refused and (x.was_refused or r.step_no is not null)
     order by x.line, x.source, x.was_refused desc, x.step_no`, [planId])
  await tx.execute('analyze settle_row')
}

/** Takes refused steps after one out, for the rows that they belong to have steps that say so; the number of the last step, and steps by action. */
export async function closeRanks(tx: Transaction, planId: string, after: number): Promise<{ last: number; counts: Record<string, number> }> {
  const gap = (await tx.first<{ gap: number | null }>(`select min(step_no) as gap from gatehouse.plan_step where plan_id = $1 and step_no > $2 and action = 'error'`, [planId, after]))?.gap
  if (typeof gap === 'number') await moveUp(tx, planId, gap)
  const rows = await tx.query<{ action: string; count: number }>('select action, count(*)::int as count from gatehouse.plan_step where plan_id = $1 group by action', [planId])
  return { last: rows.reduce((sum, { count }) => sum + count, 0), counts: Object.fromEntries(rows.map(({ action, count }) => [action, count])) }
}

async function moveUp(tx: Transaction, planId: string, gap: number): Promise<void> {
  await tx.execute('create temp table settle_tail (like gatehouse.plan_step) on commit drop')
  await tx.execute('insert into settle_tail select * from gatehouse.plan_step where plan_id = $1 and step_no >= $2', [planId, gap])
  await tx.execute('delete from gatehouse.plan_step where plan_id = $1 and step_no >= $2', [planId, gap])
  await tx.execute(
    `insert into gatehouse.plan_step (plan_id, step_no, action, resource, target_id, source, line, label, changes, problems, secret, status, result)
     select plan_id, $1::int - 1 + row_number() over (order by step_no), action, resource, target_id, source, line, label, changes, problems, secret, status, result from settle_tail where action <> 'error'`, [gap])
}
