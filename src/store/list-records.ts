/**
 * Lists of records: a filter, a search, a sort order and a keyset cursor become one statement on an index. Pages
 * neither skip nor repeat a record while others are added and deleted, and page 1,000 costs what page 1 costs.
 */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Attribute, Resource } from '../model/attribute.ts'
import { mentions, parseFilter } from '../model/filter.ts'
import type { Database } from './database.ts'
import { compileFilter, compileSearch } from './filter-sql.ts'

type Reader = Pick<Database, 'query'>

export interface ListQuery {
  /** SCIM filter (RFC 7644 §3.4.2.2). */
  filter?: string
  /** Type-ahead over names, logins and e-mail: every word must begin some word of the record. */
  q?: string
  sortBy?: string
  sortOrder?: 'ascending' | 'descending'
  /** Records a page, 1 to 1000. */
  count: number
  cursor?: string
  /** Whether to count all matches as well. */
  total?: boolean
  /** A further condition of the caller's, over the alias t, its parameters numbered from `first`. */
  scope?: (first: number) => { sql: string; params: unknown[] }
}

export interface IdPage {
  ids: string[]
  /** Where the next page begins; absent on the last. */
  next?: string
  total?: number
}

interface SortKey {
  expression: string
  type: 'text' | 'timestamptz' | 'date'
}

/** The ids of one page. Errors: `invalid_filter`, `invalid_sort`, `invalid_cursor`. */
export async function listIds(db: Reader, resource: Resource, query: ListQuery): Promise<IdPage> {
  const key = sortKey(resource, query.sortBy)
  const descending = query.sortOrder === 'descending'
  const { conditions, params } = conditionsOf(resource, query)
  const where = [...conditions]
  const pageParams = [...params]
  const mark = fingerprint(query)
  if (query.cursor !== undefined) {
    const [keyText, id] = readCursor(query.cursor, mark)
    const operator = descending ? '<' : '>'
    const row = key ? `(${key.expression}, t.${resource.idColumn})` : `t.${resource.idColumn}`
    pageParams.push(id)
    const idParam = `$${pageParams.length}`
    if (key) pageParams.push(keyText)
    where.push(key ? `${row} ${operator} ($${pageParams.length}::${key.type}, ${idParam})` : `${row} ${operator} ${idParam}`)
  }
  const direction = descending ? 'desc' : 'asc'
  const order = [...(key ? [`${key.expression} ${direction}`] : []), `t.${resource.idColumn} ${direction}`].join(', ')
  pageParams.push(query.count + 1)
  const place = `$${pageParams.length}`
  const page = (limit: string) => `select t.${resource.idColumn} as id, ${key ? `(${key.expression})::text` : 'null'} as key from ${resource.table} t
     where ${where.join(' and ')} order by ${order} limit ${limit}`
  const sql = where.some((one) => one.includes('search_text like')) ? cautious(page, place) : page(place)
  const rows = await db.query<{ id: string; key: string | null }>(sql, pageParams).catch((error: unknown) => {
    throw query.cursor !== undefined && isWrongData(error) ? foreignCursor() : error
  })
  const last = rows.length > query.count ? rows[query.count - 1]! : undefined
  return {
    ids: rows.slice(0, query.count).map((row) => row.id),
    ...(last ? { next: writeCursor(mark, last.key, last.id) } : {}),
    ...(query.total ? { total: await countMatches(db, resource, query) } : {}),
  }
}

/**
 * A page of what a search finds. The planner takes those who match to be spread evenly over the sort order, and would
 * rather walk along it than look all of them up in the trigram index; but names and domains stand together, and the walk
 * may pass a million others first. So it plans for a page forty times as long, which it takes for the walk only when some
 * one in a hundred matches. The CTE is read no further than the page needs, in its own order.
 */
function cautious(page: (limit: string) => string, limit: string): string {
  return `with page as materialized (${page(`${limit}::int * 40`)}) select id, key from page limit ${limit}::int`
}

/** How many records match. */
export async function countMatches(db: Reader, resource: Resource, query: Omit<ListQuery, 'count'>): Promise<number> {
  const { conditions, params } = conditionsOf(resource, query)
  const [row] = await db.query<{ total: number }>(`select count(*)::int as total from ${resource.table} t where ${conditions.join(' and ')}`, params)
  return row!.total
}

/** All ids that match, in id order, for operations over a filter. */
export async function allIds(db: Reader, resource: Resource, query: Pick<ListQuery, 'filter' | 'q'>, limit: number): Promise<string[]> {
  const { conditions, params } = conditionsOf(resource, query)
  const rows = await db.query<{ id: string }>(
    `select t.${resource.idColumn} as id from ${resource.table} t where ${conditions.join(' and ')} order by 1 limit $${params.length + 1}`, [...params, limit])
  return rows.map((row) => row.id)
}

function conditionsOf(resource: Resource, query: Pick<ListQuery, 'filter' | 'q' | 'scope'>): { conditions: string[]; params: unknown[] } {
  const conditions: string[] = []
  const params: unknown[] = []
  const add = (part: { sql: string; params: unknown[] } | undefined) => {
    if (!part) return
    conditions.push(`(${part.sql})`)
    params.push(...part.params)
  }
  const filter = query.filter === undefined || query.filter.trim() === '' ? undefined : parseFilter(query.filter)
  if (filter) add(compileFilter(filter, resource, params.length + 1))
  if (query.q !== undefined) add(compileSearch(query.q, params.length + 1))
  add(query.scope?.(params.length + 1))
  // Hidden people stay out of ordinary searches; a filter that names isVisible decides for itself.
  const hides = resource.attributes.some((one) => one.path === 'isVisible') && !(filter && mentions(filter, 'isVisible'))
  if (hides) conditions.push(`t.is_visible = 'Y'`)
  return { conditions: conditions.length > 0 ? conditions : ['true'], params }
}

function sortKey(resource: Resource, sortBy: string | undefined): SortKey | undefined {
  if (sortBy === undefined) return undefined
  const attribute = resource.attributes.find((one) => one.path.toLowerCase() === sortBy.trim().toLowerCase())
  if (!attribute?.sortable) {
    const sortable = resource.attributes.filter((one) => one.sortable).map((one) => one.path)
    throw new GatehouseError('invalid_sort', `sortBy: ${sortBy} cannot be sorted by; choose one of ${sortable.join(', ')}.`)
  }
  return attribute.column === resource.idColumn ? undefined : { expression: sortExpression(attribute), type: sortType(attribute) }
}

/** The expression of the index that serves sorting: the empty come last in ascending order (RFC 7644 §3.4.2.3). */
function sortExpression(attribute: Attribute): string {
  const column = `t.${attribute.column}`
  if (attribute.type === 'date' || attribute.type === 'dateTime') return `coalesce(${column}, 'infinity')`
  return `coalesce(lower(${column}), chr(1114111)) collate "C"`
}

function sortType(attribute: Attribute): SortKey['type'] {
  return attribute.type === 'date' ? 'date' : attribute.type === 'dateTime' ? 'timestamptz' : 'text'
}

/** A cursor belongs to one filter and order: with another it would skip or repeat. */
function fingerprint(query: ListQuery): string {
  const parts = [query.filter ?? '', query.q ?? '', query.sortBy?.toLowerCase() ?? '', query.sortOrder ?? 'ascending']
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 11)
}

function writeCursor(mark: string, key: string | null, id: string): string {
  return Buffer.from(JSON.stringify([mark, key, id])).toString('base64url')
}

const foreignCursor = () => new GatehouseError('invalid_cursor', 'cursor: is not one of ours; take it from `next` of the page before.')

/** SQLSTATE class 22: a date that is none, U+0000; only a cursor of somebody else's making holds those. */
function isWrongData(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return [code, cause?.code].some((one) => one?.startsWith('22'))
}

function readCursor(cursor: string, mark: string): [string | null, string] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    parts = undefined
  }
  const valid = Array.isArray(parts) && parts.length === 3 && (typeof parts[1] === 'string' || parts[1] === null) && typeof parts[2] === 'string'
  if (!valid) throw foreignCursor()
  const [given, key, id] = parts as [string, string | null, string]
  if (given !== mark) throw new GatehouseError('invalid_cursor', 'cursor: belongs to another filter, search or order; repeat those of the page before.')
  return [key, id]
}
