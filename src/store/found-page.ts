/**
 * A page of what a search finds that asks for no order. Whoever searches looks for names and addresses, and those stand
 * together in every order that means something: relatives by name, colleagues by id. Walking along such an order may pass
 * everybody before the first one comes, and looking up all of them takes long when there are many. So a search has an
 * order of its own, a shuffle (the hash of the id): in it they lie evenly, and the planner's arithmetic holds. Of the
 * common it walks along the index, which holds the search text too, until the page is full; the rare it looks up by trigrams.
 *
 * The search text alone decides in the index; what else a filter asks is asked of one after another that it has found, until
 * the page is full.
 */
import type { Database } from './database.ts'
import type { SqlCondition } from './filter-sql.ts'

export interface Found {
  id: string
  /** The place in the shuffle. */
  key: string
}

export interface FoundQuery {
  table: string
  idColumn: string
  /** The condition on the search text, its parameters numbered from 1. */
  search: SqlCondition
  /** The whole condition, numbered behind those of `search`; undefined when the search is all there is. */
  full: SqlCondition | undefined
}

/** The first `limit` behind `after` in the shuffle. */
export async function foundPage(db: Pick<Database, 'query'>, query: FoundQuery, after: Found | undefined, limit: number): Promise<Found[]> {
  const found: Found[] = []
  let last = after
  for (let reach = limit * caution * (query.full ? 2 : 1); ; reach *= 4) {
    const rows = await look(db, query, last, limit - found.length, reach)
    found.push(...rows.filter(({ end }) => !end).map(({ id, key }) => ({ id, key })))
    last = rows.find(({ end }) => end)
    if (found.length === limit || !last) return found
  }
}

/**
 * Those who meet the filter among the first `reach` that the search finds; when they do not fill the page, also where it ends, if
 * there was so much to look at. CTEs are read no further than somebody asks, in their own order.
 */
async function look(db: Pick<Database, 'query'>, { table, idColumn, search, full }: FoundQuery, after: Found | undefined, limit: number, reach: number): Promise<(Found & { end: boolean })[]> {
  const params = [...search.params, ...(full?.params ?? [])]
  const place = (value: unknown) => `$${params.push(value)}`
  const [key, id] = [shuffled(`t.${idColumn}`), `t.${idColumn}`]
  const behind = after ? ` and (${key}, ${id}) > (${place(after.key)}::integer, ${place(after.id)})` : ''
  const met = full ? ` where exists (select from ${table} t where t.${idColumn} = hit.id and ${full.sql} offset 0)` : ''
  const [far, most] = [`${place(reach)}::int`, `${place(limit)}::int`]
  return db.query<Found & { end: boolean }>(
    `with hit as materialized (
       select ${key} as key, ${id} as id from ${table} t where ${search.sql} and t.is_visible = 'Y'${behind} order by ${key}, ${id} limit ${far}
     ), page as materialized (select hit.key, hit.id from hit${met} limit ${most})
     select page.key::text as key, page.id, false as end from page
     union all (select hit.key::text, hit.id, true from hit where (select count(*) from page) < ${most} offset ${far} - 1 limit 1)`, params)
}

/**
 * A row passed on the walk costs a fifth of one looked up; the planner, which takes every page read for one from a disk,
 * believes a thirtieth. So it plans for a page so many times as long.
 */
const caution = 6

/** The expression of the index `users_found`. */
const shuffled = (id: string) => `hashtext(${id})`
