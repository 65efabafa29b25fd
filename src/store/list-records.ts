/**
 * Lists of records: a filter, a search, a sort order and a keyset cursor become one statement on an index. Pages
 * neither skip nor repeat a record while others are added and deleted, and page 1,000 costs what page 1 costs.
 */
import { createHash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Attribute, Resource } from '../model/attribute.ts'
import { mentions, parseFilter } from '../model/filter.ts'
import type { Database } from './database.ts'
import { compileFilter, compileSearch, type SqlCondition } from './filter-sql.ts'
import { searchPage, type PageRow, type RowOrder } from './search-page.ts'
import { everyWord, type ChooseWords, type Word } from './search-sql.ts'

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
  const mark = fingerprint(query)
  const rows = await pageOf(db, resource, query, rowOrder(resource, query, mark)).catch((error: unknown) => {
    throw query.cursor !== undefined && isWrongData(error) ? foreignCursor() : error
  })
  const last = rows.length > query.count ? rows[query.count - 1]! : undefined
  return {
    ids: rows.slice(0, query.count).map((row) => row.id),
    ...(last ? { next: writeCursor(mark, last.key, last.id) } : {}),
    ...(query.total ? { total: await countMatches(db, resource, query) } : {}),
  }
}

/** The rows of a page and the one behind it. */
async function pageOf(db: Reader, resource: Resource, query: ListQuery, order: RowOrder): Promise<PageRow[]> {
  const [limit, first] = [query.count + 1, order.params.length + 1]
  const words: Word[] = []
  const narrow = (choose: ChooseWords) => conditionOf(resource, query, first, choose)
  const plain = narrow(null)
  const whole = narrow((some) => {
    words.push(...some)
    return some
  })
  if (whole.sql !== plain.sql) return searchPage(db, order, { plain, words, narrow }, limit)
  const { table, idColumn, key, direction, after } = order
  return db.query<PageRow>(
    `select t.${idColumn} as id, (${key ?? 'null'})::text as key from ${table} t where ${plain.sql} and ${after}
     order by ${key ? `${key} ${direction}, ` : ''}t.${idColumn} ${direction} limit ${limit}`, [...order.params, ...plain.params])
}

/** The order of a list, and where the page begins in it. */
function rowOrder(resource: Resource, { sortBy, sortOrder, cursor }: ListQuery, mark: string): RowOrder {
  const { table, idColumn } = resource
  const key = sortKey(resource, sortBy)
  const direction = sortOrder === 'descending' ? 'desc' : 'asc'
  const order = { table, idColumn, key: key?.expression, direction } as const
  if (cursor === undefined) return { ...order, after: 'true', params: [] }
  const [keyText, id] = readCursor(cursor, mark)
  const operator = direction === 'desc' ? '<' : '>'
  if (!key) return { ...order, after: `t.${idColumn} ${operator} $1`, params: [id] }
  return { ...order, after: `(${key.expression}, t.${idColumn}) ${operator} ($1::${key.type}, $2)`, params: [keyText, id] }
}

/** How many records match. */
export async function countMatches(db: Reader, resource: Resource, query: Omit<ListQuery, 'count'>): Promise<number> {
  const { sql, params } = conditionOf(resource, query, 1, everyWord)
  const [row] = await db.query<{ total: number }>(`select count(*)::int as total from ${resource.table} t where ${sql}`, params)
  return row!.total
}

/** All ids that match, in id order, for operations over a filter. */
export async function allIds(db: Reader, resource: Resource, query: Pick<ListQuery, 'filter' | 'q'>, limit: number): Promise<string[]> {
  const { sql, params } = conditionOf(resource, query, 1, everyWord)
  const rows = await db.query<{ id: string }>(
    `select t.${resource.idColumn} as id from ${resource.table} t where ${sql} order by 1 limit $${params.length + 1}`, [...params, limit])
  return rows.map((row) => row.id)
}

function conditionOf(resource: Resource, query: Pick<ListQuery, 'filter' | 'q' | 'scope'>, first: number, choose: ChooseWords): SqlCondition {
  const conditions: string[] = []
  const params: unknown[] = []
  const add = (part: SqlCondition | undefined) => {
    if (!part) return
    conditions.push(`(${part.sql})`)
    params.push(...part.params)
  }
  const filter = query.filter === undefined || query.filter.trim() === '' ? undefined : parseFilter(query.filter)
  if (filter) add(compileFilter(filter, resource, params.length + first, choose))
  if (query.q !== undefined) add(compileSearch(query.q, params.length + first, choose))
  add(query.scope?.(params.length + first))
  // Hidden people stay out of ordinary searches; a filter that names isVisible decides for itself.
  const hides = resource.attributes.some((one) => one.path === 'isVisible') && !(filter && mentions(filter, 'isVisible'))
  if (hides) conditions.push(`t.is_visible = 'Y'`)
  return { sql: conditions.join(' and ') || 'true', params }
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
