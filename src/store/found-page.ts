/**
 * A page of what a search finds that asks for no order. Whoever searches looks for names and addresses, and those stand
 * together in every order that means something: relatives by name, colleagues by id. Walking along such an order may pass
 * everybody before the first one comes, and looking up all of them takes long when there are many. So a search has an
 * order of its own, a shuffle (the hash of the id): in it they lie evenly, and the planner's arithmetic holds. Of the
 * common it walks along the index, which holds the search text too, until the page is full; the rare it looks up by trigrams.
 *
 * What else the filter asks is asked on the walk: the index holds every column that a filter on searched attributes can name.
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
export async function foundPage(db: Pick<Database, 'query'>, { table, idColumn, search, full }: FoundQuery, after: Found | undefined, limit: number): Promise<Found[]> {
  const params = [...search.params, ...(full?.params ?? [])]
  const place = (value: unknown) => `$${params.push(value)}`
  const [key, id] = [shuffled(`t.${idColumn}`), `t.${idColumn}`]
  const behind = after ? ` and (${key}, ${id}) > (${place(after.key)}::integer, ${place(after.id)})` : ''
  // As a case, which the planner takes for one in two: multiplied with the share of the search it would believe in far fewer than there are.
  const met = full ? ` and case when ${full.sql} then true else false end` : ''
  const size = place(limit)
  return db.query<Found>(
    `with hit as materialized (
       select ${key} as key, ${id} as id from ${table} t where ${search.sql} and t.is_visible = 'Y'${met}${behind} order by ${key}, ${id} limit ${size}::int * ${caution}
     ) select hit.key::text as key, hit.id from hit limit ${size}::int`, params)
}

/**
 * A row passed on the walk costs a fifth of one looked up; the planner, which takes every page read for one from a disk,
 * believes a thirtieth. So it plans for a page so many times as long. The CTE is read no further than the page needs, in its own order.
 */
const caution = 6

/** The expression of the index `users_found`. */
const shuffled = (id: string) => `hashtext(${id})`
