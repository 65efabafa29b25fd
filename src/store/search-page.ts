/**
 * A page of what a search finds, when nobody can say beforehand whether it finds ten people or every one: estimates miss
 * what stands together, such as family names in the order of names, or a domain in the order of ids. So the way is
 * chosen by looking, each step bounded and dearer than the one before:
 *
 *     glance at the first rows ──▶ look up a few thousand at most ──▶ walk some thousand rows ──▶ look all of them up
 *     fills a page of the common    sorts what there are of the rare     …of those in between      …of those far down
 */
import type { Database } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'
import { wordTest, type ChooseWords, type Word } from './search-sql.ts'

type Reader = Pick<Database, 'query'>

/** The order of a list over the alias t, and the condition that a row lies behind the cursor. */
export interface RowOrder {
  table: string
  idColumn: string
  /** The sort key's expression; undefined when the id alone orders. */
  key: string | undefined
  direction: 'asc' | 'desc'
  after: string
  /** Those of `after`, $1 and on. Parameters of conditions come behind them. */
  params: unknown[]
}

export interface PageRow {
  id: string
  /** The sort key as text. */
  key: string | null
}

export interface Search {
  /** The condition for rows that are read anyway. */
  plain: SqlCondition
  /** What it may look up in the index. */
  words: Word[]
  /** The condition with the words that are chosen looked up in the index. */
  narrow: (choose: ChooseWords) => SqlCondition
}

/** The first `limit` rows in their order that meet the search. */
export async function searchPage(db: Reader, order: RowOrder, search: Search, limit: number): Promise<PageRow[]> {
  const near = await glance(db, order, search, limit)
  if (near.complete) return near.found
  if (near.promising > 0) {
    const walked = await walk(db, order, search.plain, limit, near.promising)
    if (walked.length === limit) return walked
  }
  const narrow = search.narrow((words) => rare(words, near.common))
  const few = await lookUp(db, order, narrow, limit, Math.min(10_000, limit * 100))
  if (few) return few
  const walked = await walk(db, order, search.plain, limit, Math.min(50_000, limit * 150))
  return walked.length === limit ? walked : (await lookUp(db, order, narrow, limit))!
}

/** Words that everybody has are better judged by the row than looked up; if there are no others, the index is still the best. */
function rare(words: Word[], common: ReadonlySet<string>): Word[] {
  const others = words.filter(({ lexemes }) => !common.has(lexemes))
  return others.length > 0 ? others : words
}

interface Glance {
  found: PageRow[]
  /** Whether these are the page. */
  complete: boolean
  /** So many rows should fill the page, twice over; 0 when too few of the first ones match to say. */
  promising: number
  /** Words that one row in sixteen has, by their lexemes. */
  common: Set<string>
}

async function glance(db: Reader, order: RowOrder, { plain, words }: Search, limit: number): Promise<Glance> {
  const rows = Math.min(2000, limit * 8)
  const params = [...order.params, ...plain.params]
  const parameter = (value: unknown) => `$${params.push(value)}`
  const counts = words.map((word) => `count(*) filter (where ${wordTest(word, parameter)})`)
  const sql = `with near as materialized (${ordered(order, rows)})
    select count(*)::int as rows, array[${counts.join(', ')}]::int[] as counts, (
      select json_agg(json_build_object('id', page.id, 'key', page.key)) from (${among('near', order, plain, limit)}) page
    ) as found from near t`
  const [near] = await db.query<{ rows: number; counts: number[]; found: PageRow[] | null }>(sql, params)
  const found = near!.found ?? []
  const common = words.filter((_, index) => near!.counts[index]! * 16 > near!.rows)
  const promising = found.length < 4 ? 0 : Math.ceil((2 * limit * near!.rows) / found.length)
  return { promising, found, complete: found.length === limit || near!.rows < rows, common: new Set(common.map(({ lexemes }) => lexemes)) }
}

/** All rows that match, sorted, up to the limit; undefined when there are more than `most`. */
async function lookUp(db: Reader, order: RowOrder, condition: SqlCondition, limit: number, most?: number): Promise<PageRow[] | undefined> {
  const { table, idColumn, key, direction, after } = order
  const sql = `with found as materialized (
      select t.${idColumn} as id, ${key ?? 'null'} as key from ${table} t where ${condition.sql} and ${after} ${most === undefined ? '' : `limit ${most + 1}`}
    ) select id, key::text as key, (select count(*)::int from found) as of from found order by ${key ? `found.key ${direction}, ` : ''}id ${direction} limit ${limit}`
  const rows = await db.query<PageRow & { of: number }>(sql, [...order.params, ...condition.params])
  return most !== undefined && rows.length > 0 && rows[0]!.of > most ? undefined : rows
}

/** Those who match among the next so many rows. */
async function walk(db: Reader, order: RowOrder, condition: SqlCondition, limit: number, rows: number): Promise<PageRow[]> {
  return db.query<PageRow>(among(`(${ordered(order, rows)})`, order, condition, limit), [...order.params, ...condition.params])
}

/** The next rows, whoever they are. */
function ordered({ table, idColumn, key, direction, after }: RowOrder, rows: number): string {
  const by = key ? `${key} ${direction}, ` : ''
  return `select t.*, ${key ?? 'null'} as sort_key from ${table} t where ${after} order by ${by}t.${idColumn} ${direction} limit ${rows}`
}

function among(source: string, { idColumn, key, direction }: RowOrder, condition: SqlCondition, limit: number): string {
  const by = key ? `t.sort_key ${direction}, ` : ''
  return `select t.${idColumn} as id, t.sort_key::text as key from ${source} t where ${condition.sql} order by ${by}t.${idColumn} ${direction} limit ${limit}`
}
