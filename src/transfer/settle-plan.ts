/**
 * The last look at the plan of an import: whether organisations can stand where its rows put them, and what falls with
 * rows that turned out wrong only once all were known. So a plan promises little that cannot be done: only when they are
 * written are circles of supervisors and of related accounts and second primaries judged (decision 0049), rights of
 * affiliations that are not there, and affiliations of two rows that overlap.
 */
import { closeRanks, refuseFallen, refusePlaces, type ReferencePlaces } from '../store/plan-settle.ts'
import { referencePaths } from './id-references.ts'
import { kinds } from './importable.ts'
import type { Planning } from './planning.ts'

/** `after` is the last step of the rows; `isWhole` says that none of them has been refused since. */
export async function settlePlan(planning: Planning, after: number, isWhole: boolean): Promise<void> {
  const { ctx, planId } = planning
  if (isWhole && !planning.nests) return
  await ctx.db.transaction(async (tx) => {
    await tx.execute(`set local statement_timeout = '1h'`)
    const misplaced = planning.nests ? await refusePlaces(tx, planId) : 0
    if (isWhole && misplaced === 0) return
    await refuseFallen(tx, planId, places)
    const { last, counts } = await closeRanks(tx, planId, after)
    planning.steps = last
    planning.counts = counts
  })
}

/** A record's own, those of an affiliation, and those of an edge. */
const named = [...referencePaths(), 'user', 'organization', 'source', 'target', 'terms.rights[*]']
const places: ReferencePlaces = { paths: named.map((path) => `$.${path}`), names: named.map((path) => path.replaceAll('[*]', '')), kinds }
