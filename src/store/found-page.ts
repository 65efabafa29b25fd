/**
 * A page of what a search finds that asks for no order. Whoever searches looks for names and addresses, and those stand
 * together in every order that means something: relatives by name, colleagues by id. Walking along such an order may pass
 * everybody before the first one comes, and looking up all of them takes long when there are many. So a search has an
 * order of its own, a shuffle (the hash of the id): in it they lie evenly, and the planner's arithmetic holds. Of the
 * common it walks along the index, which holds the search text too, until the page is full; the rare it looks up by trigrams.
 *
 * The search text alone decides in the index; what else a filter asks is asked of one after another that it has found, until
 * the page is full.
 *
 * What is mostly typed are names, which few have, and whole words or their beginnings. The longer the lists of trigrams grow, the
 * more it costs to find few by them, while an index of the words costs what is found, and the planner need not think about it: to hold
 * a pattern against the thousand texts of its statistics takes longer. The beginning of the shuffle is a sample that tells who is rare.
 */
import type { Database } from './database.ts'
import type { SearchedWord, SqlCondition } from './filter-sql.ts'

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
  /** The words that it asks for, beside other parts of it. */
  words: readonly SearchedWord[]
  /** The whole condition, its parameters numbered from `first`; undefined when the search is all there is. */
  full: ((first: number) => SqlCondition) | undefined
}

/** The first `limit` behind `after` in the shuffle. */
export async function foundPage(db: Pick<Database, 'query'>, query: FoundQuery, after: Found | undefined, limit: number): Promise<Found[]> {
  const rare = await rareWords(db, query)
  if (rare.length > 0) return byWords(db, query, rare, after, limit)
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
  const asked = full?.(search.params.length + 1)
  const params = [...search.params, ...(asked?.params ?? [])]
  const place = (value: unknown) => `$${params.push(value)}`
  const [key, id] = [shuffled(`t.${idColumn}`), `t.${idColumn}`]
  const behind = after ? ` and (${key}, ${id}) > (${place(after.key)}::integer, ${place(after.id)})` : ''
  const met = thatMeet(asked, table, idColumn)
  const [far, most] = [`${place(reach)}::int`, `${place(limit)}::int`]
  return db.query<Found & { end: boolean }>(
    `with hit as materialized (
       select ${key} as key, ${id} as id from ${table} t where ${search.sql} and t.is_visible = 'Y'${behind} order by ${key}, ${id} limit ${far}
     ), page as materialized (select hit.key, hit.id from hit${met} limit ${most})
     select page.key::text as key, page.id, false as end from page
     union all (select hit.key::text, hit.id, true from hit where (select count(*) from page) < ${most} offset ${far} - 1 limit 1)`, params)
}

/** Of `hit` those who meet the whole filter as well; asked one by one. */
const thatMeet = (asked: SqlCondition | undefined, table: string, idColumn: string): string =>
  (asked ? ` where exists (select from ${table} t where t.${idColumn} = hit.id and ${asked.sql} offset 0)` : '')

/**
 * A row passed on the walk costs a fifth of one looked up; the planner, which takes every page read for one from a disk,
 * believes a thirtieth. So it plans for a page so many times as long.
 */
const caution = 6

/** So many at the beginning of the shuffle tell who is rare. */
const sample = 400

/** The most that have a word, as a share of all, for whom the index of words is asked: it gathers all of them before it says one. */
const common = 0.03

/** To read a row of a person costs so many entries of the index of words. */
const rowInEntries = 10

/** The words to look up by, when nobody in the sample has all of them. None where there are enough to be met on a walk, or no word is rare. */
async function rareWords(db: Pick<Database, 'query'>, { table, idColumn, words }: FoundQuery): Promise<SearchedWord[]> {
  if (words.length === 0) return []
  const params: unknown[] = []
  const has = words.map((word) => hasWord(word, params))
  const [seen] = await db.query<{ all: number; each: number[] }>(
    `with sample as materialized (
       select t.search_text from ${table} t where t.is_visible = 'Y' order by ${shuffled(`t.${idColumn}`)}, t.${idColumn} limit ${sample}
     ) select count(*) filter (where ${has.join(' and ')})::int as all, array[${has.map((one) => `count(*) filter (where ${one})`).join(', ')}]::int[] as each from sample t`, params)
  return seen === undefined || seen.all > 0 ? [] : worthLookingUp(words.map((word, index) => ({ word, share: (seen.each[index]! + 0.5) / sample })))
}

/**
 * The rarest word, and as many of the others as are worth it. The index goes through all entries of each word that it is asked for, since a
 * word is the beginning of one; whom it finds by too few words is read and held against the rest. Words that nobody in the sample has
 * are the rarer the more they look like a number or the longer they are.
 */
function worthLookingUp(words: { word: SearchedWord; share: number }[]): SearchedWord[] {
  const looks = ({ query }: SearchedWord) => (/[0-9]/.test(query) ? 1000 : 0) + query.length
  const [rarest, ...others] = words.sort((a, b) => a.share - b.share || looks(b.word) - looks(a.word))
  if (!rarest || rarest.share > common) return []
  const chosen = [rarest.word]
  let found = rarest.share
  for (const { word, share } of others) {
    if (found * rowInEntries < share) break
    chosen.push(word)
    found *= share
  }
  return chosen
}

/** In a subquery of its own, where the planner does not look into the pattern. */
const hasWord = ({ patterns }: SearchedWord, params: unknown[]): string =>
  `(${patterns.map((pattern) => `t.search_text like (select $${params.push(pattern)}::text)`).join(' or ')})`

/** The same page, of the few who have rare words: all of them are looked up and put in order. */
async function byWords(db: Pick<Database, 'query'>, { table, idColumn, full, words }: FoundQuery, rare: readonly SearchedWord[], after: Found | undefined, limit: number): Promise<Found[]> {
  const params: unknown[] = [rare.map(({ query }) => query).join(' & ')]
  const others = words.filter((word) => !rare.includes(word)).map((word) => hasWord(word, params))
  const behind = after ? [`(t.key, t.id) > ($${params.push(after.key)}::integer, $${params.push(after.id)})`] : []
  const most = `$${params.push(limit)}::int`
  const asked = full?.(params.length + 1)
  const met = thatMeet(asked, table, idColumn)
  return db.query<Found>(
    `with found as materialized (
       select ${shuffled(`t.${idColumn}`)} as key, t.${idColumn} as id, t.search_text from ${table} t where ${wordsOfRow} @@ (select $1::tsquery) and t.is_visible = 'Y'
     ), hit as materialized (
       select t.key, t.id from found t where ${[...others, ...behind].join(' and ') || 'true'} order by t.key, t.id
     ) select hit.key::text as key, hit.id from hit${met} limit ${most}`, [...params, ...(asked?.params ?? [])])
}

/** The expression of the index `users_search_words`. */
const wordsOfRow = `array_to_tsvector(array_remove(string_to_array(t.search_text, ' '), ''))`

/** The expression of the index `users_found`. */
const shuffled = (id: string) => `hashtext(${id})`
