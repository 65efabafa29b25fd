/** Undoing a merge: the duplicate comes back, and the survivor loses what the merge gave them, and nothing that others have done since. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { setValueAt, valueAt, type Document } from '../model/attribute.ts'
import { documentOf } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { actOnPlan, ofPlan } from '../plans/events.ts'
import { regainReferences } from '../records/clear-references.ts'
import { refuseOutdated } from '../records/refuse-outdated.ts'
import { lockRecords, writeRecords } from '../records/write-records.ts'
import type { Transaction } from '../store/database.ts'
import { putBackRows } from '../store/kept-rows.ts'
import { laterMerge, readKept, takeBackLinks, type MovedLinks } from '../store/merge.ts'
import { refuseChangedPeriods } from '../store/merge-periods.ts'
import { withdrawAccounts } from '../store/merge-portals.ts'
import { loadMetadataAnew } from '../store/metadata.ts'
import { listSteps, markSteps, type Plan } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'
import { markDataChanges } from '../store/references.ts'
import { contacts, changedSince, mergedPaths, withoutGiven, type Given } from './merge-given.ts'
import { restrictionsOf, type MergeRequest } from './merge.ts'
import { userKind } from './user-record.ts'

/** What the step of a merge has kept. */
interface Kept extends Omit<MovedLinks, 'divided'>, Partial<Pick<MovedLinks, 'divided'>> {
  /** Absent in plans that an older version applied. */
  given?: Given
  /** The survivor as they were, in those plans. */
  survivor?: Document
  version: number
  restrictions?: string[]
}

/**
 * Brings the duplicate back as it was, and the survivor. Errors: `plan_state`; `conflict` when others have changed what the merge gave the
 * survivor, merged somebody else into them, decided anew whom they may administer,
 * changed what both had or where they are in EFS, or declared anew what the duplicate has.
 */
export async function undoMerge(asked: Context, planId: string): Promise<void> {
  await asked.db.transaction(async (tx) => {
    const plan = await actOnPlan(tx, asked, planId, 'plan.undo', ['applied'], 'undone')
    const ctx = ofPlan(asked, plan)
    const request = plan.options as unknown as MergeRequest
    const [step] = await listSteps(tx, planId, { count: 1 })
    if (step?.status !== 'done' || !step.result) throw new GatehouseError('plan_state', 'The merge was not carried out, or what it kept has been erased; there is nothing to undo.')
    const result = step.result as Kept
    const { moved, divided = [], places } = result
    const now = (await lockRecords(tx, user, [request.survivor])).get(request.survivor)!
    await refuseChanged(tx, plan, now.document, result)
    await refuseChangedPeriods(tx, request.survivor, divided)
    const kept = await readKept(tx, planId)
    await refuseOutdated(tx, await loadMetadataAnew(tx, ctx.db), [kept])
    const regained = await regainReferences(tx, ctx, [kept])
    await putBackRows(tx, kept)
    await withdrawAccounts(tx, request.duplicate, kept)
    await takeBackLinks(tx, request.survivor, request.duplicate, { moved, divided, places })
    const record = (await loadRecords(tx, user, [request.survivor])).get(request.survivor)!
    const before = { record, document: documentOf(user, record) }
    const after = result.given ? withoutGiven(before.document, result.given) : withoutMerged(before.document, result.survivor!)
    await writeRecords(tx, ctx, userKind, [{ action: 'user.merge.undo', before, after }])
    await markDataChanges(tx, [request.survivor, request.duplicate])
    await recordEvents(tx, ctx, [{ action: 'user.merged.undo', targetType: 'User', targetId: request.duplicate, result: 'SUCCESS', changes: [{ path: '', before: { survivor: request.survivor } }, ...regained.get(request.duplicate) ?? []] }])
    await markSteps(tx, planId, [{ step: 1, status: 'undone' }])
  })
}

async function refuseChanged(tx: Transaction, plan: Plan, survivor: Document, { given, version, restrictions }: Kept): Promise<void> {
  const id = survivor.id as string
  // What a later merge has put together with what this one gave cannot be told apart.
  const later = await laterMerge(tx, plan.id, id)
  if (later) throw new GatehouseError('conflict', `Since this merge ${later.duplicate} was merged into the survivor. Undo that first, the plan ${later.id}; then this one.`)
  if (!given && (survivor.meta as Document).version !== version) {
    throw new GatehouseError('conflict', 'The survivor has changed since the merge, which an older version of Gatehouse carried out: it has not kept by what to tell their changes from its own. Make a new record and give it what is its own by hand.')
  }
  const changed = given ? changedSince(survivor, given) : []
  if (changed.length > 0) {
    const problems = changed.map((path) => ({ path, message: 'has changed since the merge' }))
    throw new GatehouseError('conflict', `Since the merge others have changed ${changed.join(', ')} of the survivor, which undoing would write over. Remove it there, or put back what stood there before the merge; then undo it again.`, { problems })
  }
  if (restrictions && restrictions.join() !== (await restrictionsOf(tx, id)).join()) {
    throw new GatehouseError('conflict', 'The delegations of the survivor have changed since the merge: undone, rights would go back to the duplicate without them. Make a new record and give it what is its own by hand.')
  }
}

/** The same by the whole survivor as they were, who has not changed since. */
function withoutMerged(now: Document, before: Document): Document {
  const after = structuredClone(now)
  for (const path of [...mergedPaths(), 'conversionDate', 'attributes']) setValueAt(after, path, valueAt(before, path))
  for (const path of contacts) after[path] = ((now[path] ?? []) as Document[]).filter(({ id }) => ((before[path] ?? []) as Document[]).some((entry) => entry.id === id))
  return after
}
