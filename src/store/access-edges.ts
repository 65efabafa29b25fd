/** SQL on edges of access, for every kind alike: the tables and columns come from model/access-edges.ts. */
import type { EdgeKind, Letter } from '../model/access-edges.ts'
import type { Edge, EdgeChange } from '../model/edge-terms.ts'
import type { RowChange } from '../model/rows.ts'
import type { Database, Row, Transaction } from './database.ts'
import { writeChanges } from './records.ts'

type Reader = Pick<Database, 'query'>

/** A node as far as the rules about edges ask. */
export interface Thing {
  id: string
  name: string | null
  status: string
  /** The most people that may have it, and how long one has it when no end is given. */
  most: number | null
  seconds: number | null
  /** False for a resource whose type knows no hierarchy. */
  nests: boolean
}

interface ThingTable {
  table: string
  id: string
  name: string
  columns: string
}

const things: Record<Letter, ThingTable> = {
  u: { table: 'users', id: 'user_id', name: 't.display_name', columns: `t.status, null::int as most, null::bigint as seconds, true as nests` },
  g: { table: 'grp', id: 'grp_id', name: 't.grp_name', columns: 't.status, t.max_user_number as most, t.membership_duration_seconds as seconds, true as nests' },
  r: { table: 'role', id: 'role_id', name: 't.role_name', columns: 't.status, t.max_user_number as most, t.membership_duration_seconds as seconds, true as nests' },
  s: { table: 'res', id: 'resource_id', name: 't.name', columns: `'ACTIVE' as status, null::int as most, null::bigint as seconds,
      (select y.supports_hierarchy = 'Y' from resource_type y where y.resource_type_id = t.resource_type_id) as nests` },
  o: { table: 'company', id: 'company_id', name: 't.company_name', columns: `coalesce(t.status, 'ACTIVE') as status, null::int as most, null::bigint as seconds, true as nests` },
}

/** How firmly nodes are held until the transaction ends: against change, or against everybody who holds them so too. */
export type Hold = 'share' | 'no key update'

/** Nodes of one letter by id, held in id order when asked. */
export async function readThings(db: Reader, letter: Letter, ids: readonly string[], hold?: Hold): Promise<Map<string, Thing>> {
  const { table, id, name, columns } = things[letter]
  const sql = `select t.${id} as id, ${name} as name, ${columns} from ${table} t where t.${id} = any($1) order by t.${id}${hold ? ` for ${hold} of t` : ''}`
  const rows = await db.query<Thing>(sql, [[...new Set(ids)]], `edge_ends_${letter}_${hold?.[0] ?? ''}`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** One writer at a time changes a hierarchy: two halves of a circle must not be written side by side. */
export async function lockEdges(tx: Transaction, { kind }: EdgeKind): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse hierarchy ' || $1))`, [kind])
}

export const edgeColumns = ({ sourceColumn, targetColumn, rightsTable }: EdgeKind) =>
  `m.membership_id as id, m.${sourceColumn} as source, m.${targetColumn} as target, m.start_date as start, m.end_date as "end", m.description,
   m.create_date as created, m.created_by as "createdBy", m.granted_by as "grantedBy",
   coalesce((select json_agg(r.access_right_id order by r.access_right_id collate "C") from ${rightsTable} r where r.membership_id = m.membership_id), '[]') as rights`

/** An edge and what the end that was not asked for is called. */
export interface NamedEdge extends Edge {
  name?: string
}

export const edgeOf = (row: Row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as NamedEdge

/** Where nodes of a letter stand, and what they are called, over the alias t. */
export function endName(letter: Letter): { table: string; idColumn: string; name: string } {
  const { table, id, name } = things[letter]
  return { table, idColumn: id, name }
}

/** All periods of these pairs, in the order of their starts. */
export async function edgesBetween(db: Reader, kind: EdgeKind, sources: readonly string[], targets: readonly string[]): Promise<Edge[]> {
  const rows = await db.query<Row>(
    `select ${edgeColumns(kind)} from ${kind.table} m where (m.${kind.sourceColumn}, m.${kind.targetColumn}) in (select * from unnest($1::text[], $2::text[]))
     order by m.start_date nulls first`, [sources, targets], `edges_between_${kind.kind}`)
  return rows.map(edgeOf)
}

/** Every pair of one kind of hierarchy, each once. */
export async function hierarchyPairs(db: Reader, { table, sourceColumn, targetColumn }: EdgeKind): Promise<{ source: string; target: string }[]> {
  return db.query(`select distinct ${sourceColumn} as source, ${targetColumn} as target from ${table}`)
}

/** Which of these rights there are. */
export async function knownRights(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.query<{ id: string }>('select access_right_id as id from access_rights where access_right_id = any($1) for key share', [[...new Set(ids)]], 'known_rights')
  return new Set(rows.map(({ id }) => id))
}

/** People who have the target now or later, all in all and those of them who are among `some`. */
export async function countPeople(db: Reader, { table, sourceColumn, targetColumn }: EdgeKind, target: string, now: Date, some: readonly string[]): Promise<{ all: number; among: Set<string> }> {
  const open = `m.${targetColumn} = $1 and coalesce(m.end_date, 'infinity') > $2`
  const [row] = await db.query<{ all: number }>(`select count(distinct m.${sourceColumn})::int as all from ${table} m where ${open}`, [target, now])
  const among = await db.query<{ id: string }>(`select distinct m.${sourceColumn} as id from ${table} m where ${open} and m.${sourceColumn} = any($3)`, [target, now, some])
  return { all: row!.all, among: new Set(among.map(({ id }) => id)) }
}

/** The first of these nodes that stands below itself by the edges that were written, whatever their dates: a circle in the past is one. */
export async function findCircle(db: Reader, { table, sourceColumn, targetColumn }: EdgeKind, edges: readonly { source: string; target: string }[]): Promise<string | undefined> {
  const rows = await db.query<{ source: string }>(
    `with recursive above as (
       select e.source, e.target from unnest($1::text[], $2::text[]) as e(source, target)
       union select x.source, m.${targetColumn} from above x join ${table} m on m.${sourceColumn} = x.target where x.target <> x.source)
     select source from above where source = target limit 1`, [edges.map((one) => one.source), edges.map((one) => one.target)])
  return rows[0]?.source
}

/** Writes changes of one kind: a statement a table and kind of change, however many they are. */
export async function writeEdges(tx: Transaction, kind: EdgeKind, changes: readonly EdgeChange[]): Promise<void> {
  const rows = changes.flatMap(({ before, after }) => [...rowChange(kind, before, after), ...rightChanges(kind, before, after)])
  await writeChanges(tx, [kind.table, kind.rightsTable], rows)
}

function rowChange(kind: EdgeKind, before: Edge | undefined, after: Edge | undefined): RowChange[] {
  const base = { table: kind.table, key: ['membership_id'] }
  if (!after) return [{ ...base, operation: 'delete', row: { membership_id: before!.id } }]
  const row = {
    membership_id: after.id, end_date: after.end ?? null, description: after.description ?? null,
    create_date: after.created ?? null, created_by: after.createdBy ?? null, granted_by: after.grantedBy ?? null,
  }
  if (before) return [{ ...base, operation: 'update', row }]
  return [{ ...base, operation: 'insert', row: { ...row, [kind.sourceColumn]: after.source, [kind.targetColumn]: after.target, start_date: after.start ?? null } }]
}

/** Rights of an edge that goes follow it by their foreign key. */
function rightChanges({ rightsTable }: EdgeKind, before: Edge | undefined, after: Edge | undefined): RowChange[] {
  if (!after) return []
  const [old, now] = [before?.rights ?? [], after.rights]
  const change = (operation: 'insert' | 'delete') => (right: string): RowChange =>
    ({ table: rightsTable, operation, key: ['membership_id', 'access_right_id'], row: { membership_id: after.id, access_right_id: right } })
  return [...old.filter((one) => !now.includes(one)).map(change('delete')), ...now.filter((one) => !old.includes(one)).map(change('insert'))]
}

/** The versions of nodes, as a plan notes them. */
export async function readVersions(db: Reader, letter: Letter, ids: readonly string[]): Promise<{ id: string; version: number }[]> {
  const { table, id } = things[letter]
  return db.query(`select ${id} as id, version from ${table} where ${id} = any($1)`, [ids], `versions_${letter}`)
}
