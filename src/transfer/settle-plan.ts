/**
 * The last look at the plan of an import: whether organisations can stand where its rows put them, whether people can be tied to each
 * other as rows say, and what falls with rows that turned out wrong only once all were known.
 */
import { closeRanks, refuseFallen, refusePlaces, type ReferencePlaces } from '../store/plan-settle.ts'
import { refuseTies } from '../store/plan-ties.ts'
import { referencePaths } from './id-references.ts'
import { kinds } from './importable.ts'
import type { Planning } from './planning.ts'

/** `after` is the last step of the rows; `isWhole` says that none of them has been refused since. */
export async function settlePlan(planning: Planning, after: number, isWhole: boolean): Promise<void> {
  const { ctx, planId } = planning
  if (isWhole && !planning.nests && !planning.ties) return
  await ctx.db.transaction(async (tx) => {
    await tx.execute(`set local statement_timeout = '1h'`)
    const misplaced = planning.nests ? await refusePlaces(tx, planId) : 0
    const mistied = planning.ties ? await refuseTies(tx, planId) : 0
    if (isWhole && misplaced + mistied === 0) return
    await refuseFallen(tx, planId, places)
    const { last, counts } = await closeRanks(tx, planId, after)
    planning.steps = last
    planning.counts = counts
  })
}

/** A record's own, those of an affiliation, and those of an edge. */
const named = [...referencePaths(), 'source', 'target', 'terms.rights[*]']
const places: ReferencePlaces = { paths: named.map((path) => `$.${path}`), names: named.map((path) => path.replaceAll('[*]', '')), kinds }
