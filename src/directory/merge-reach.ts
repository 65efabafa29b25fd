/**
 * Whom somebody may administer once two people are one. Rights move to the survivor, and act there with the survivor's
 * restrictions: where the duplicate is restricted, these must not be fewer.
 */
import { listDelegations, type Delegation } from '../store/delegations.ts'
import type { Transaction } from '../store/database.ts'
import { peopleBeyond } from '../store/own-access.ts'

export interface MergedReach {
  /** Those that the survivor has not, and gets along with what they restrict. */
  moving: readonly Delegation[]
  /** Why the two cannot be merged as they are, and what to do. */
  conflict?: string
}

const otherwise = 'and what moves with the merge would act beyond that. Give both the same delegations, or take from the duplicate its rights in Gatehouse; then plan the merge again.'

/**
 * The duplicate's delegations move along to a survivor who administers nothing and is not restricted; those of a survivor
 * with the same hold as they are. Anything else with something to restrict is a conflict.
 */
export async function mergedReach(db: Pick<Transaction, 'query'>, survivor: string, duplicate: string): Promise<MergedReach> {
  const [kept, restricting] = [await listDelegations(db, survivor), await listDelegations(db, duplicate)]
  if (restricting.length === 0 || alike(kept, restricting)) return { moving: [] }
  const administer = await peopleBeyond(db, [survivor, duplicate], [])
  if (!administer.includes(duplicate)) return { moving: [] }
  if (kept.length > 0) return { moving: [], conflict: `The duplicate may administer some people only, the survivor others, ${otherwise}` }
  if (administer.includes(survivor)) return { moving: [], conflict: `The duplicate may administer some people only, the survivor has rights in Gatehouse over everybody, ${otherwise}` }
  return { moving: restricting }
}

function alike(some: readonly Delegation[], others: readonly Delegation[]): boolean {
  const [one, other] = [some, others].map((list) => list.map(({ kind, target, withDescendants }) => JSON.stringify([kind, target, withDescendants])).sort().join())
  return one === other
}

/** For the plan and the audit. */
export const delegationFields = (delegations: readonly Delegation[]): { path: string; after: object }[] =>
  delegations.map(({ id, kind, target, withDescendants }) => ({ path: `delegations[${id}]`, after: { kind, ...(target === undefined ? {} : { target }), withDescendants } }))
