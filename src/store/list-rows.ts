/**
 * Lists of everything that is no person and no organisation: keyset pages over an attribute list, by the same filters.
 * These tables are small, or are read in the order of their key; other sort orders have no index of their own.
 */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Document, FilterTarget } from '../model/attribute.ts'
import { setValueAt } from '../model/attribute.ts'
import { parseFilter, type Filter } from '../model/filter.ts'
import { fromColumn } from '../model/rows.ts'
import { foreignCursor, isWrongData, markOf, readCursor, writeCursor } from './cursor.ts'
import type { Database, Row } from './database.ts'
import { compileFilter, type SqlCondition } from './filter-sql.ts'
import { textOrder } from './text-order.ts'

export interface Listing extends FilterTarget {
  /** The paths that lists are ordered by unless asked otherwise; the id comes last by itself. */
  order: readonly string[]
  descending?: boolean
}

export interface RowQuery {
  filter?: string
  sortBy?: string
  sortOrder?: 'ascending' | 'descending'
  /** Rows a page, 1 to 1000. */
  count: number
  cursor?: string
  total?: boolean
  /** Columns that must hold these values, beside the filter. */
  where?: Readonly<Record<string, unknown>>
  /** A further condition of the caller's, over the alias t, its parameters numbered from `first`. */
  scope?: (first: number) => SqlCondition
}

export interface RowPage {
  rows: Row[]
  next?: string
  total?: number
}

interface Key {
  expression: string
  type: string
  byLetters?: true
}

/** One page. Errors: `invalid_filter`, `invalid_sort`, `invalid_cursor`. */
export async function listRows(db: Pick<Database, 'query'>, listing: Listing, query: RowQuery): Promise<RowPage> {
  const keys = keysOf(listing, query.sortBy)
  const descending = query.sortOrder === undefined ? query.sortBy === undefined && listing.descending === true : query.sortOrder === 'descending'
  const mark = markOf([listing.name, query.filter ?? '', query.sortBy ?? '', descending, query.where ?? {}, ...(keys.some(({ byLetters }) => byLetters) ? ['by letters'] : [])])
  const { conditions, params } = conditionsOf(listing, query)
  const paged = [...params]
  const place = (value: unknown) => `$${paged.push(value)}`
  const after = query.cursor === undefined ? [] : readCursor(query.cursor, mark, keys.length)
  const seen = after.map((key, index) => `${place(key)}::text::${keys[index]!.type}`)
  const where = seen.length === 0 ? conditions : [...conditions, `(${keys.map(({ expression }) => expression).join(', ')}) ${descending ? '<' : '>'} (${seen.join(', ')})`]
  const order = keys.map(({ expression }) => `${expression} ${descending ? 'desc' : 'asc'}`)
  const marks = keys.map(({ expression }) => `(${expression})::text`)
  const rows = await db.query(
    `select t.*, array[${marks.join(', ')}] as list_key from ${listing.table} t where ${where.join(' and ')} order by ${order.join(', ')} limit ${place(query.count + 1)}`, paged,
  ).catch((error: unknown) => {
    throw query.cursor !== undefined && isWrongData(error) ? foreignCursor() : error
  })
  const last = rows.length > query.count ? rows[query.count - 1] : undefined
  return {
    rows: rows.slice(0, query.count),
    ...(last ? { next: writeCursor(mark, last.list_key as string[]) } : {}),
    ...(query.total ? { total: await countRows(db, listing, conditions, params) } : {}),
  }
}

/** All rows, page by page. Errors: `invalid_filter`, `invalid_sort`. */
export async function allRows(db: Pick<Database, 'query'>, listing: Listing, query: Omit<RowQuery, 'count' | 'cursor' | 'total'> = {}): Promise<Row[]> {
  const all: Row[] = []
  for (let cursor: string | undefined; ;) {
    const { rows, next } = await listRows(db, listing, { ...query, count: 1000, cursor })
    all.push(...rows)
    if (next === undefined) return all
    cursor = next
  }
}

async function countRows(db: Pick<Database, 'query'>, { table }: Listing, conditions: readonly string[], params: readonly unknown[]): Promise<number> {
  const [row] = await db.query<{ total: number }>(`select count(*)::int as total from ${table} t where ${conditions.join(' and ')}`, [...params])
  return row!.total
}

function conditionsOf(listing: Listing, { filter, where = {}, scope }: RowQuery): { conditions: string[]; params: unknown[] } {
  const params: unknown[] = []
  const conditions = Object.entries(where).filter(([, value]) => value !== undefined).map(([column, value]) => `t.${column} = $${params.push(value)}`)
  const parsed: Filter | undefined = filter === undefined || filter.trim() === '' ? undefined : parseFilter(filter)
  if (parsed) {
    const compiled = compileFilter(parsed, listing, params.length + 1)
    conditions.push(`(${compiled.sql})`)
    params.push(...compiled.params)
  }
  const scoped = scope?.(params.length + 1)
  if (scoped) {
    conditions.push(`(${scoped.sql})`)
    params.push(...scoped.params)
  }
  return { conditions: conditions.length > 0 ? conditions : ['true'], params }
}

/** What can be sorted by. */
export function sortable({ attributes }: Pick<Listing, 'attributes'>): string[] {
  return attributes.filter((one) => one.sortable).map(({ path }) => path)
}

function keysOf(listing: Listing, sortBy: string | undefined): Key[] {
  const named = (path: string) => listing.attributes.find((one) => one.path.toLowerCase() === path.trim().toLowerCase())
  if (sortBy !== undefined && !named(sortBy)?.sortable) {
    throw new GatehouseError('invalid_sort', `sortBy: ${sortBy} cannot be sorted by; choose one of ${sortable(listing).join(', ')}.`)
  }
  const chosen = (sortBy === undefined ? listing.order : [sortBy]).map((path) => named(path)!)
  const id = listing.attributes.find((one) => one.column === listing.idColumn)!
  return [...chosen.filter((one) => one !== id), id].map((one) => (one === id ? { expression: `t.${id.column}`, type: id.type === 'integer' ? 'integer' : 'text' } : keyOf(one)))
}

/** The empty come last in ascending order (RFC 7644 §3.4.2.3), in the expressions that filters use. */
function keyOf(attribute: Attribute): Key {
  const { column, type, byLetters } = attribute
  switch (type) {
    case 'dateTime':
      return { expression: `coalesce(t.${column}, 'infinity')`, type: 'timestamptz' }
    case 'integer':
      return { expression: `coalesce(t.${column}, 2147483647)`, type: 'integer' }
    default:
      return { expression: textOrder(attribute, `t.${column}`), type: 'text', byLetters }
  }
}

/** A row as a document: what its attribute list names and it has. */
export function documentOfRow({ attributes }: Pick<FilterTarget, 'attributes'>, row: Row): Document {
  const document: Document = {}
  for (const attribute of attributes) {
    const value = attribute.side ? undefined : fromColumn(attribute, row[attribute.column])
    if (value !== undefined) setValueAt(document, attribute.path, value)
  }
  return document
}
