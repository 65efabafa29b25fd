/**
 * Lists of records: a filter, a search, a sort order and a keyset cursor become one statement on an index. Pages
 * neither skip nor repeat a record while others are added and deleted, and page 1,000 costs what page 1 costs.
 */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Resource } from '../model/attribute.ts'
import { mentions, parseFilter, type Filter } from '../model/filter.ts'
import { foreignCursor, isWrongData, markOf, readCursor, writeCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { compileFilter, compileSearch, searchOfFilter, wordsOfSearch, type SqlCondition } from './filter-sql.ts'
import { foundPage, type FoundQuery } from './found-page.ts'
import { withDeclared } from './metadata.ts'
import { textOrder } from './text-order.ts'

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
  /** Hidden people too, who stay out of ordinary searches. */
  includeHidden?: boolean
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

/**
 * The ids of one page. Without an order, what is searched for comes shuffled, and everything else by its id.
 * Errors: `invalid_filter`, `invalid_sort`, `invalid_cursor`.
 */
export async function listIds(db: Reader, asked: Resource, query: ListQuery): Promise<IdPage> {
  const resource = await withDeclared(db, asked, query.filter)
  const { byLetters } = sortedBy(resource, query.sortBy) ?? {}
  const mark = markOf([query.filter ?? '', query.q ?? '', query.sortBy?.toLowerCase() ?? '', query.sortOrder ?? 'ascending', ...(byLetters ? ['by letters'] : [])])
  const search = searchOf(resource, query)
  const limit = query.count + 1
  const rows = await (search ? shuffledPage(db, search, query, mark, limit) : orderedPage(db, resource, query, mark, limit)).catch((error: unknown) => {
    throw query.cursor !== undefined && isWrongData(error) ? foreignCursor() : error
  })
  const last = rows.length === limit ? rows[query.count - 1]! : undefined
  return {
    ids: rows.slice(0, query.count).map((row) => row.id),
    ...(last ? { next: writeCursor(mark, last.key === null ? [last.id] : [last.key, last.id]) } : {}),
    ...(query.total ? { total: await countMatches(db, resource, query) } : {}),
  }
}

interface PageRow {
  id: string
  /** The sort key as text; null when the id alone orders. */
  key: string | null
}

async function shuffledPage(db: Reader, search: FoundQuery, { cursor }: ListQuery, mark: string, limit: number): Promise<PageRow[]> {
  const [key, id] = cursor === undefined ? [] : readCursor(cursor, mark, 2)
  return foundPage(db, search, key === undefined ? undefined : { key, id: id! }, limit)
}

async function orderedPage(db: Reader, resource: Resource, query: ListQuery, mark: string, limit: number): Promise<PageRow[]> {
  const key = sortKey(resource, query.sortBy)
  const { conditions: where, params } = conditionsOf(resource, query)
  const place = (value: unknown) => `$${params.push(value)}`
  const direction = query.sortOrder === 'descending' ? 'desc' : 'asc'
  const id = `t.${resource.idColumn}`
  if (query.cursor !== undefined) {
    const after = readCursor(query.cursor, mark, key ? 2 : 1)
    const places = key ? `${place(after[0])}::${key.type}, ${place(after[1])}` : place(after[0])
    where.push(`(${key ? `${key.expression}, ` : ''}${id}) ${direction === 'desc' ? '<' : '>'} (${places})`)
  }
  const order = `${key ? `${key.expression} ${direction}, ` : ''}${id} ${direction}`
  const page = (size: string) => `select ${id} as id, ${key ? `(${key.expression})::text` : 'null'} as key from ${resource.table} t
     where ${where.join(' and ')} order by ${order} limit ${size}`
  const size = place(limit)
  return db.query<PageRow>(where.some((one) => one.includes(' like ')) ? cautious(page, size) : page(size), params)
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
export async function countMatches(db: Reader, asked: Resource, query: Omit<ListQuery, 'count'>): Promise<number> {
  const resource = await withDeclared(db, asked, query.filter)
  const { conditions, params } = conditionsOf(resource, query)
  const [row] = await db.query<{ total: number }>(`select count(*)::int as total from ${resource.table} t where ${conditions.join(' and ')}`, params)
  return row!.total
}

/** How many hidden people match, but are left out of what was found: those whom `includeHidden` would bring. */
export async function countHidden(db: Reader, asked: Resource, query: Omit<ListQuery, 'count'>, found: number): Promise<number> {
  return query.includeHidden ? 0 : Math.max(0, (await countMatches(db, asked, { ...query, includeHidden: true })) - found)
}

/** All ids that match, in id order, for operations over a filter. */
export async function allIds(db: Reader, asked: Resource, query: Pick<ListQuery, 'filter' | 'q'>, limit: number): Promise<string[]> {
  const resource = await withDeclared(db, asked, query.filter)
  const { conditions, params } = conditionsOf(resource, query)
  const rows = await db.query<{ id: string }>(
    `select t.${resource.idColumn} as id from ${resource.table} t where ${conditions.join(' and ')} order by 1 limit $${params.length + 1}`, [...params, limit])
  return rows.map((row) => row.id)
}

function conditionsOf(resource: Resource, query: Pick<ListQuery, 'filter' | 'q' | 'scope' | 'includeHidden'>): { conditions: string[]; params: unknown[] } {
  const conditions: string[] = []
  const params: unknown[] = []
  const add = (part: SqlCondition | undefined) => {
    if (!part) return
    conditions.push(`(${part.sql})`)
    params.push(...part.params)
  }
  const filter = filterOf(query)
  if (filter) add(compileFilter(filter, resource, params.length + 1))
  if (query.q !== undefined) add(compileSearch(query.q, params.length + 1))
  add(query.scope?.(params.length + 1))
  // Hidden people stay out of ordinary searches; a filter that names isVisible decides for itself.
  const hides = !query.includeHidden && resource.attributes.some((one) => one.path === 'isVisible')
  if (hides && !(filter && mentions(filter, 'isVisible'))) conditions.push(`t.is_visible = 'Y'`)
  return { conditions: conditions.length > 0 ? conditions : ['true'], params }
}

const filterOf = ({ filter }: Pick<ListQuery, 'filter'>): Filter | undefined => (filter === undefined || filter.trim() === '' ? undefined : parseFilter(filter))

/** The list as a search of visible people, when it asks for no order, and for nothing that another index might find sooner. */
function searchOf(resource: Resource, query: ListQuery): FoundQuery | undefined {
  const filter = filterOf(query)
  const otherwise = query.sortBy !== undefined || query.sortOrder === 'descending' || query.scope !== undefined || query.includeHidden || (filter && mentions(filter, 'isVisible'))
  if (!resource.shuffled || otherwise) return undefined
  const asked = filter ? searchOfFilter(filter, resource, 1) : { sql: 'true', params: [] }
  if (!asked) return undefined
  const typed = query.q?.trim() ? compileSearch(query.q, asked.params.length + 1) : { sql: 'true', params: [] }
  const search = { sql: `${asked.sql} and ${typed.sql}`, params: [...asked.params, ...typed.params] }
  if (search.params.length === 0) return undefined
  const full = filter && ((first: number) => compileFilter(filter, resource, first))
  return { table: resource.table, idColumn: resource.idColumn, search, words: wordsOfSearch(query.q ?? ''), full }
}

function sortKey(resource: Resource, sortBy: string | undefined): SortKey | undefined {
  if (sortBy === undefined) return undefined
  const attribute = sortedBy(resource, sortBy)
  if (!attribute?.sortable) {
    const sortable = resource.attributes.filter((one) => one.sortable).map((one) => one.path)
    throw new GatehouseError('invalid_sort', `sortBy: ${sortBy} cannot be sorted by; choose one of ${sortable.join(', ')}.`)
  }
  return attribute.column === resource.idColumn ? undefined : { expression: sortExpression(attribute), type: sortType(attribute) }
}

const sortedBy = ({ attributes }: Resource, sortBy: string | undefined): Attribute | undefined => attributes.find((one) => one.path.toLowerCase() === sortBy?.trim().toLowerCase())

/** The expression of the index that serves sorting: the empty come last in ascending order (RFC 7644 §3.4.2.3). */
function sortExpression(attribute: Attribute): string {
  const column = `t.${attribute.column}`
  if (attribute.type === 'date' || attribute.type === 'dateTime') return `coalesce(${column}, 'infinity')`
  return textOrder(attribute, column)
}

function sortType(attribute: Attribute): SortKey['type'] {
  return attribute.type === 'date' ? 'date' : attribute.type === 'dateTime' ? 'timestamptz' : 'text'
}
