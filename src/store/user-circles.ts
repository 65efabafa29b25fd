/** What ties people to each other upwards and downwards: circles of supervisors or of related accounts, and accounts of two people. */
import { firstOnCircle } from '../model/circles.ts'
import type { Database, Transaction } from './database.ts'

type Reader = Pick<Database, 'query'>

/** An edge as the record it belongs to holds it: a person and who supervises them, or a person and an account of theirs. */
export interface PersonEdge {
  own: string
  target: string
  /** New with this write: what stood before a rule stays. */
  fresh: boolean
}

const relation = { table: 'user_to_user_membership', own: 'primary_user_id', target: 'related_user_id', only: `and m.type_id is distinct from 'FAMILY'` }
const ties = { supervisors: { table: 'org_structure', own: 'staff_id', target: 'supervisor_id', only: '' }, relations: relation } as const
export type Tie = keyof typeof ties

/** One writer at a time adds such edges: two halves of a circle must not be written side by side. */
export async function lockTies(tx: Transaction): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse ties between people'))`)
}

/**
 * The first new edge that leads back to where it begins. Whoever stands behind the new edges is looked at once, and nobody else is.
 * @param written whose edges are written, before or after this: `edges` names all of theirs, and what the database has of them does not count
 */
export async function closesTie(db: Reader, tie: Tie, edges: readonly PersonEdge[], written: readonly string[]): Promise<PersonEdge | undefined> {
  const { table, own, target, only } = ties[tie]
  const [fresh, old] = [edges.filter((one) => one.fresh), edges.filter((one) => !one.fresh)]
  const stored = await db.query<{ own: string; target: string }>(
    `with recursive added as (select * from unnest($1::text[], $2::text[]) as e(own, target)),
      behind (id) as (
        select target from unnest($3::text[]) as e(target)
        union select e.id from behind b cross join lateral (
          select m.${target} as id from ${table} m where m.${own} = b.id ${only}
          union all select a.target from added a where a.own = b.id) e)
     select m.${own} as own, m.${target} as target from behind b join ${table} m on m.${own} = b.id where b.id <> all($4) ${only}`,
    [edges.map((one) => one.own), edges.map((one) => one.target), fresh.map((one) => one.target), written])
  return firstOnCircle(fresh, [...old, ...stored])
}

/** The first new edge to an account that is somebody else's already, or becomes somebody else's with the same write. */
export async function claimedAccount(db: Reader, edges: readonly PersonEdge[], written: readonly string[]): Promise<PersonEdge | undefined> {
  const fresh = edges.filter((one) => one.fresh)
  const first = new Map(edges.map(({ own, target }) => [target, own]))
  const claimed = fresh.find(({ own, target }) => first.get(target) !== own)
  if (claimed) return claimed
  const { table, own, target, only } = relation
  const [row] = await db.query<{ target: string }>(
    `select m.${target} as target from ${table} m join unnest($1::text[], $2::text[]) as e(own, target) on m.${target} = e.target and m.${own} <> e.own
     where m.${own} <> all($3) ${only} limit 1`, [fresh.map((one) => one.own), fresh.map((one) => one.target), written])
  return row && fresh.find((one) => one.target === row.target)
}

/** Whether two people, once they are one, would supervise themselves or be an account of their own, and whose account they would be: how many people. */
export async function tiesMerged(db: Reader, survivor: string, duplicate: string): Promise<{ circle?: Tie; primaries: number }> {
  const both = [survivor, duplicate]
  const found: { circle?: Tie; primaries: number } = { primaries: 0 }
  for (const [tie, { table, own, target, only }] of Object.entries(ties) as [Tie, (typeof ties)[Tie]][]) {
    const [closed] = await db.query(
      `with recursive reached (id) as (
         select m.${target} from ${table} m where m.${own} = any($1) and m.${target} <> all($1) ${only}
         union select m.${target} from reached r join ${table} m on m.${own} = r.id where r.id <> all($1) ${only})
       select from reached where id = any($1) limit 1`, [both])
    if (closed) found.circle = tie
  }
  const { table, own, target, only } = relation
  const rows = await db.query(`select distinct m.${own} from ${table} m where m.${target} = any($1) and m.${own} <> all($1) ${only}`, [both])
  found.primaries = rows.length
  return found
}
