/** SQL on groups, roles, resources and rights beyond what every record has. */
import { edgeKinds, memberships, nodeKey, nodeSegments, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Resource } from '../model/attribute.ts'
import type { Edge } from '../model/edge-terms.ts'
import { edgeColumns, edgeOf } from './access-edges.ts'
import type { Row, Transaction } from './database.ts'
import { textOrder } from './text-order.ts'

/** The letter of a thing that edges lead to; undefined for rights, which are on edges. */
export const letterOf = ({ segment }: Resource): Letter | undefined => (Object.keys(nodeSegments) as Letter[]).find((one) => nodeSegments[one] === segment)

/** How many people, groups and others have a thing directly, by an edge that has not ended. */
export async function countHolders(tx: Transaction, letter: Letter, id: string, now: Date): Promise<Map<Letter, number>> {
  const open = (row: string) => `(${row}.end_date is null or ${row}.end_date > $2)`
  const { table, targetColumn } = memberships.find(({ target }) => target === letter)!
  const rows = await tx.query<{ letter: Letter; holders: number }>(
    `select 'u' as letter, count(distinct m.user_id)::int as holders from ${table} m where m.${targetColumn} = $1 and ${open('m')} having count(*) > 0
     union all select left(e.source, 1), count(distinct e.source)::int from gatehouse.access_edge e where e.target = $3 and e.recorded_to is null and ${open('e')} group by 1`,
    [id, now, nodeKey(letter, id)])
  return new Map(rows.map((row) => [row.letter, row.holders]))
}

/** Every edge between a thing and another, whatever its dates. */
export async function edgesOf(tx: Transaction, letter: Letter, id: string): Promise<{ kind: EdgeKind; edge: Edge }[]> {
  const found: { kind: EdgeKind; edge: Edge }[] = []
  for (const kind of edgeKinds.filter((one) => one.source !== 'u')) {
    const columns = [...(kind.source === letter ? [kind.sourceColumn] : []), ...(kind.target === letter ? [kind.targetColumn] : [])]
    if (columns.length === 0) continue
    const rows = await tx.query<Row>(`select ${edgeColumns(kind)} from ${kind.table} m where $1 in (${columns.map((column) => `m.${column}`).join(', ')}) order by m.membership_id`, [id])
    found.push(...rows.map((row) => ({ kind, edge: edgeOf(row) })))
  }
  return found
}

/** Removes the memberships of a thing that are over; how many there were. */
export async function dropEnded(tx: Transaction, letter: Letter, id: string, now: Date): Promise<number> {
  const { table, targetColumn } = memberships.find(({ target }) => target === letter)!
  return tx.execute(`delete from ${table} where ${targetColumn} = $1 and end_date <= $2`, [id, now])
}

interface NameTwin {
  name: string
  other: string
}

/** One of these records whose name another has too, but for the case of letters; of groups, another of the same managed system. */
export async function nameTwin(tx: Transaction, { table, idColumn, attributes }: Resource, path: string, ids: readonly string[]): Promise<NameTwin | undefined> {
  const attribute = attributes.find((one) => one.path === path)!
  const { column } = attribute
  // Two who name alike at once are one after the other, in one order of names; the second sees the first.
  await tx.execute(`select pg_advisory_xact_lock(n.lock) from (select distinct hashtext($1 || ' ' || coalesce(lower(t.${column}), '')) as lock from ${table} t where t.${idColumn} = any($2) order by 1) n`, [table, ids])
  const place = (row: string) => textOrder(attribute, `${row}.${column}`)
  const sameSystem = table === 'grp' ? 'and o.managed_sys_id is not distinct from t.managed_sys_id' : ''
  return tx.first<NameTwin>(
    `select t.${column} as name, o.${column} as other from ${table} t cross join lateral (
       select o.${column} from ${table} o where ${place('o')} = ${place('t')} and lower(o.${column}) = lower(t.${column}) and o.${idColumn} <> t.${idColumn} ${sameSystem} limit 1 offset 0) o
     where t.${idColumn} = any($1) limit 1`, [ids])
}

/** Deletes the row; its edges to other things go with it. Errors: `still_referenced` by the constraint. */
export async function deleteAccessRecord(tx: Transaction, { table, idColumn }: Resource, id: string): Promise<void> {
  await tx.execute(`delete from ${table} where ${idColumn} = $1`, [id])
}
