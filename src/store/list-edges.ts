/** Lists of edges of access: who has a thing, and what somebody or something has, page by page in the order of the other end. */
import { nodeKey, type EdgeKind, type Letter } from '../model/access-edges.ts'
import type { Edge } from '../model/edge-terms.ts'
import { parseFilter } from '../model/filter.ts'
import { user } from '../model/user.ts'
import type { Moment } from './access-walk.ts'
import { edgeColumns, edgeOf, endName, type NamedEdge } from './access-edges.ts'
import { markOf, readCursor, writeCursor } from './cursor.ts'
import type { Database, Row } from './database.ts'
import { compileFilter, compileSearch, type SqlCondition } from './filter-sql.ts'
import { pastEdgesSql, pastHoldersSql, pastNameSql } from './list-past-edges.ts'
import { withDeclared } from './metadata.ts'

type Reader = Pick<Database, 'query'>

export interface EdgeQuery {
  count: number
  cursor?: string
  total?: boolean
  /** Only edges in force then; of a past moment those that the database knew then. */
  moment?: Moment
  /** Of people only. */
  filter?: string
  q?: string
  /** A further condition of the caller's on people, over the alias t. */
  scope?: (first: number) => SqlCondition
}

export interface EdgePage {
  edges: NamedEdge[]
  next?: string
  total?: number
}

/** The edges of one kind that have this node at one end. Errors: `invalid_filter`, `invalid_cursor`. */
export async function listEdges(db: Reader, kind: EdgeKind, end: 'source' | 'target', id: string, query: EdgeQuery): Promise<EdgePage> {
  const [own, other] = end === 'source' ? [kind.sourceColumn, kind.targetColumn] : [kind.targetColumn, kind.sourceColumn]
  const [letter, far] = end === 'source' ? [kind.target, 'target'] as const : [kind.source, 'source'] as const
  const { table, idColumn, name } = endName(letter)
  const params: unknown[] = [id]
  const past = query.moment?.past === true
  const conditions = past ? ['true'] : [`m.${own} = $1`, ...inForce(query.moment, params)]
  const add = (part: SqlCondition) => {
    conditions.push(`(${part.sql})`)
    params.push(...part.params)
  }
  if (query.filter !== undefined && query.filter.trim() !== '') add(compileFilter(parseFilter(query.filter), await withDeclared(db, user, query.filter), params.length + 1))
  if (query.q !== undefined) add(compileSearch(query.q, params.length + 1))
  if (query.scope) add(query.scope(params.length + 1))
  // Who is gone since was one of them; to a filter they are nobody any more, and to whom reach restricts.
  const selected = conditions.length > 1
  const then = past ? `$${params.push(query.moment!.at)}::timestamptz` : ''
  const named = letter === 'u' ? `${selected ? 'join' : 'left join'} users t on t.user_id = m.source` : pastNameSql(`'${letter}' || m.${far}`, then)
  const rows = past ? `(${pastEdgesSql(kind, end, then)}) m ${named}` : `${kind.table} m join ${table} t on t.${idColumn} = m.${other}`
  const from = `from ${rows} where ${conditions.join(' and ')}`
  const counted = query.total ? await db.query<{ total: number }>(`select count(*)::int as total ${from}`, params) : []
  const mark = markOf([kind.kind, end, id, query.moment?.at ?? '', query.filter ?? '', query.q ?? ''])
  const select = `select ${past ? 'm.*' : edgeColumns(kind)}, ${past && letter !== 'u' ? 't.name' : name} as name ${from}`
  const order: [string, string] = past ? [`m.${far}`, 'm.id'] : [`m.${other}`, 'm.membership_id']
  return { ...(await page(db, select, params, order, far, mark, query)), ...counted[0] }
}

/** What gives a group, a role or a resource to others directly: every edge into it but those from people. */
export async function listHolders(db: Reader, letter: Letter, id: string, query: EdgeQuery): Promise<EdgePage> {
  const params: unknown[] = [nodeKey(letter, id)]
  const mark = markOf(['holders', letter, id, query.moment?.at ?? ''])
  if (query.moment?.past) {
    const then = `$${params.push(query.moment.at)}::timestamptz`
    const rows = `from (${pastHoldersSql(then)}) m ${pastNameSql('m.source', then)} where true`
    const found = query.total ? await db.query<{ total: number }>(`select count(*)::int as total ${rows}`, params) : []
    return { ...(await page(db, `select m.*, t.name ${rows}`, params, ['m.source', 'm.id'], 'source', mark, query)), ...found[0] }
  }
  const conditions = ['m.target = $1', 'm.recorded_to is null', ...inForce(query.moment, params)]
  const from = `from gatehouse.access_edge m left join gatehouse.access_node t on t.node = m.source and t.recorded_to is null where ${conditions.join(' and ')}`
  const counted = query.total ? await db.query<{ total: number }>(`select count(*)::int as total ${from}`, params) : []
  const select = `select m.membership_id as id, m.source, $1::text as target, m.start_date as start, m.end_date as "end", m.description, to_json(m.rights) as rights,
    m.create_date as created, m.created_by as "createdBy", m.granted_by as "grantedBy", t.name ${from}`
  return { ...(await page(db, select, params, ['m.source', 'm.membership_id'], 'source', mark, query)), ...counted[0] }
}

function inForce(moment: Moment | undefined, params: unknown[]): string[] {
  if (moment === undefined) return []
  const place = `$${params.push(moment.at)}`
  return [`coalesce(m.start_date, '-infinity') <= ${place} and coalesce(m.end_date, 'infinity') > ${place}`]
}

async function page(db: Reader, select: string, given: readonly unknown[], order: [string, string], other: 'source' | 'target', mark: string, { count, cursor }: EdgeQuery): Promise<EdgePage> {
  const params = [...given]
  const seen = cursor === undefined ? [] : readCursor(cursor, mark, 2).map((key) => `$${params.push(key)}`)
  const after = seen.length === 0 ? '' : ` and (${order.join(', ')}) > (${seen.join(', ')})`
  const rows = await db.query<Row>(`${select}${after} order by ${order.join(', ')} limit $${params.push(count + 1)}`, params)
  const edges = rows.slice(0, count).map((row): NamedEdge => edgeOf(row))
  const last: Edge | undefined = rows.length > count ? edges.at(-1) : undefined
  return { edges, ...(last ? { next: writeCursor(mark, [last[other], last.id]) } : {}) }
}
