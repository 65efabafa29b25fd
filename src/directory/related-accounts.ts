/** Which related accounts follow people who end or are deactivated, and which stay open: as it is done, and beforehand, for a plan. */
import type { Authority, Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { rules, type Operation } from '../model/lifecycle.ts'
import { givenRights } from '../records/guard.ts'
import type { Database, Transaction } from '../store/database.ts'
import { peopleBeyond } from '../store/own-access.ts'
import { outsideReach } from '../store/reach.ts'
import { holdOpen, openRelated, relatedBelow } from '../store/user-rows.ts'

export type Related = Awaited<ReturnType<typeof openRelated>>

/** How accounts follow, and whether what they have is removed. */
export interface Following {
  operation: 'terminate' | 'deactivate'
  removes: boolean
}

/** By what accounts follow whom, whoever is deleted among them: of what belongs to nobody any more the rights end too. */
const followedBy: Partial<Record<Operation | 'delete', Following['operation']>> = { terminate: 'terminate', retire: 'terminate', decease: 'terminate', deactivate: 'deactivate', delete: 'terminate' }

export const followingOf = (operation: Operation | 'delete'): Following['operation'] | undefined => followedBy[operation]

/** The statuses of accounts that still have something to follow to. */
const openTo = ({ operation }: Following): readonly string[] => rules[operation].from!

/** Those of some accounts that somebody could not end by themselves: outside of their reach, or with rights that they have not; had, where what they had is removed. */
async function beyondOf(db: Pick<Database, 'query'>, authority: Authority | undefined, ids: readonly string[], removes: boolean): Promise<Set<string>> {
  const rights = givenRights(authority)
  if (rights === undefined || ids.length === 0) return new Set()
  const outside = authority?.reach ? await outsideReach(db, authority.reach, ids) : []
  return new Set([...outside, ...await peopleBeyond(db, ids, rights, removes)])
}

/**
 * The accounts that end with these people. Those that whoever acts could not end by themselves stay open: how many they are is noted
 * with the person, and not which, who may be nobody the actor may know of.
 */
export async function relatedThatFollow(tx: Transaction, authority: Authority | undefined, ids: readonly string[], following: Following, taken: Map<string, FieldChange[]>): Promise<Related> {
  const related = await openRelated(tx, ids, openTo(following))
  if (related.length === 0) return related
  // Held before it is asked, so that nobody moves away, or is given rights, between the answer and their end.
  const held = await holdOpen(tx, related.map(({ id }) => id), openTo(following))
  const open = new Set(held)
  const beyond = await beyondOf(tx, authority, held, following.removes)
  for (const [primary, left] of Map.groupBy(related.filter(({ id }) => beyond.has(id)), (one) => one.primary)) {
    taken.set(primary, [...taken.get(primary) ?? [], { path: 'relatedLeftOpen', after: left.length }])
  }
  return related.filter(({ id }) => open.has(id) && !beyond.has(id))
}

/** How many accounts would end with each of these people, and how many stay open, however far down; for those with none, nothing. */
export async function countRelated({ db, authority }: Pick<Context, 'db' | 'authority'>, ids: readonly string[], following: Following): Promise<Map<string, FieldChange[]>> {
  const links = (await relatedBelow(db, ids)).filter(({ status }) => status !== null && openTo(following).includes(status))
  const beyond = await beyondOf(db, authority, [...new Set(links.map(({ id }) => id))], following.removes)
  const below = Map.groupBy(links, ({ primary }) => primary)
  return new Map(ids.filter((id) => below.has(id)).map((id) => [id, counted(id, below, beyond)]))
}

function counted(person: string, below: Map<string, { id: string }[]>, beyond: ReadonlySet<string>): FieldChange[] {
  const seen = new Set([person])
  let left = 0
  // The set grows while it is walked: what ends takes along what is related to it.
  for (const one of seen) {
    if (beyond.has(one) && one !== person) left++
    else for (const { id } of below.get(one) ?? []) seen.add(id)
  }
  const ended = seen.size - 1 - left
  return [...(ended > 0 ? [{ path: 'relatedEnded', after: ended }] : []), ...(left > 0 ? [{ path: 'relatedLeftOpen', after: left }] : [])]
}
