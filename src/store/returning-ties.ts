/**
 * Ties between people that an undo brings back, held against the rules of user-circles.ts: somebody may have got a supervisor meanwhile who
 * stands below them, or an account another person.
 */
import { supervisors } from '../model/user-links.ts'
import type { Row, Transaction } from './database.ts'
import { keptOf, keptTies, type KeptRows } from './kept-rows.ts'
import { claimedAccount, closesTie, lockTies, type PersonEdge, type Tie } from './user-circles.ts'

/** A tie that must not come back, and why. */
export interface StandingTie {
  tie: Tie
  /** The entry that it was of `own`: its row. */
  entry: string
  /** What of the entry names the other one: `supervisor`. */
  member: string
  own: string
  target: string
  why: string
}

interface Returning extends PersonEdge {
  entry: string
}

type KeptTie = (typeof keptTies)[number]

/** Kept entries of one kind, each once: with two people who come back together both have it. Family are other people, and end nobody. */
function returningOf({ collection, attribute }: KeptTie, people: readonly KeptRows[]): Returning[] {
  const rows = people.flatMap((kept) => keptOf(kept, collection.table)).filter(({ type_id: type }) => type !== 'FAMILY')
  return [...new Map(rows.map((row: Row): [string, Returning] => {
    const entry = row[collection.idColumn] as string
    return [entry, { entry, own: row[collection.parentColumn] as string, target: row[attribute.column] as string, fresh: true }]
  })).values()]
}

/** Those of people's kept ties that close a circle, or would make an account somebody else's too, once the people are back. To be asked before they are put back. */
export async function tiesAgainst(tx: Transaction, people: readonly KeptRows[]): Promise<StandingTie[]> {
  const coming = new Set(people.flatMap((kept) => keptOf(kept, 'users')).map(({ user_id: id }) => id as string))
  const found: StandingTie[] = []
  const kinds = keptTies.map((kind) => ({ kind, edges: returningOf(kind, people) }))
  // Before the lock of ties, as every verb holds the records that it writes: two who wait for each other would have to begin again.
  await tx.execute('select from users where user_id = any($1) order by user_id for no key update', [kinds.flatMap(({ edges }) => edges.map(({ own }) => own))])
  for (const { kind, edges } of kinds) {
    const there = new Set([...coming, ...await those(tx, edges.flatMap(({ own, target }) => [own, target]))])
    const returning = edges.filter(({ own, target }) => there.has(own) && there.has(target))
    // What has to stay away is rather theirs than an entry of somebody who has been here all the time.
    const [theirs, others] = [returning.filter(({ own }) => coming.has(own)), returning.filter(({ own }) => !coming.has(own))]
    found.push(...await standingAgainst(tx, kind, [...theirs, ...others], []))
  }
  return found
}

/**
 * The same of who is back after a merge. The ties that moved are no others than before; and what the survivor has of the kind stood beside
 * that of the duplicate.
 */
export async function tiesAgainstDuplicate(tx: Transaction, kept: KeptRows, survivor: string): Promise<StandingTie[]> {
  const found: StandingTie[] = []
  for (const one of keptTies) found.push(...await standingAgainst(tx, one, await stillThere(tx, one, returningOf(one, [kept])), [survivor]))
  return found
}

async function stillThere(tx: Transaction, { collection: { table, idColumn } }: KeptTie, edges: readonly Returning[]): Promise<Returning[]> {
  if (edges.length === 0) return []
  const rows = await tx.query<{ id: string }>(`select ${idColumn} as id from ${table} where ${idColumn} = any($1)`, [edges.map(({ entry }) => entry)])
  const there = new Set(rows.map(({ id }) => id))
  return edges.filter(({ entry }) => there.has(entry))
}

/** Entries that say who is somebody's primary supervisor, where another one is by now: only one can be. */
export async function primariesAgainst(tx: Transaction, people: readonly KeptRows[]): Promise<StandingTie[]> {
  const rows = people.flatMap((kept) => keptOf(kept, supervisors.table)).filter((row) => row.is_primary_super === 'Y')
  if (rows.length === 0) return []
  const taken = await tx.query<{ own: string; other: string }>(`select staff_id as own, supervisor_id as other from org_structure where is_primary_super = 'Y' and staff_id = any($1)`, [rows.map((row) => row.staff_id)])
  const others = new Map(taken.map(({ own, other }) => [own, other]))
  return rows.filter((row) => others.has(row.staff_id as string)).map((row): StandingTie => {
    const [entry, own, target] = [row.org_structure_id as string, row.staff_id as string, row.supervisor_id as string]
    return { tie: 'supervisors', entry, member: 'primary', own, target, why: `${others.get(own)} is the primary supervisor of ${own} by now` }
  })
}

/** Whichever has to be left out so that the others can come back. Holds the lock of ties from here on. */
async function standingAgainst(tx: Transaction, { collection, attribute }: KeptTie, returning: readonly Returning[], besides: readonly string[]): Promise<StandingTie[]> {
  const tie = collection.path as Tie
  const found: StandingTie[] = []
  if (returning.length === 0) return found
  await lockTies(tx)
  for (let rest = returning; ;) {
    const circle = await closesTie(tx, tie, rest, [])
    const one = circle ?? (tie === 'relations' ? await claimedAccount(tx, rest, besides) : undefined)
    if (!one) return found
    const isOne = ({ own, target }: PersonEdge) => own === one.own && target === one.target
    for (const { entry, own, target } of rest.filter(isOne)) found.push({ tie, member: attribute.path, entry, own, target, why: whyNot(tie, one, circle !== undefined) })
    rest = rest.filter((edge) => !isOne(edge))
  }
}

function whyNot(tie: Tie, { own, target }: Pick<PersonEdge, 'own' | 'target'>, isCircle: boolean): string {
  if (!isCircle) return `${target} is an account of somebody else by now`
  return tie === 'supervisors' ? `${own} supervises ${target} by now, by themselves or through others` : `${own} is an account of ${target} by now, directly or through others`
}

async function those(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  return (await tx.query<{ id: string }>('select user_id as id from users where user_id = any($1)', [[...new Set(ids)]])).map(({ id }) => id)
}

/** Kept rows without some entries, and without saying of some that they are primary. */
export const withoutEntries = (kept: KeptRows, away: ReadonlySet<string>, beside: ReadonlySet<string>): KeptRows => kept.map((one) => {
  const collection = keptTies.find((tie) => tie.collection.table === one.table)?.collection
  if (!collection) return one
  const idOf = (row: Row) => row[collection.idColumn] as string
  return { ...one, rows: one.rows.filter((row) => !away.has(idOf(row))).map((row) => (beside.has(idOf(row)) ? { ...row, is_primary_super: 'N' } : row)) }
})
