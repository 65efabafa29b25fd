/** References to records that stood later in the import: set by steps of their own, once every record has its place. */
import type { Document } from '../model/attribute.ts'
import { forgetLate, lateSteps, refuseSteps } from '../store/plan-late.ts'
import { findPlanKeys } from '../store/plans.ts'
import { noSuch, type RowProblem } from './draft.ts'
import type { Kind } from './importable.ts'
import type { Reference } from './map-record.ts'
import { refusedKey, storePlanned, type Late, type NewStep, type Planned, type Planning } from './planning.ts'
import { keepReferred, referredVersions } from './referred-records.ts'
import { keyText, lookUp, resolveReferences } from './resolve-rows.ts'
import { settlePlan } from './settle-plan.ts'

const page = 500

/** Adds the steps; a row whose reference leads nowhere becomes an error instead, and whatever falls with it. */
export async function planLateReferences(planning: Planning): Promise<void> {
  const { ctx, planId } = planning
  const last = planning.steps
  let isWhole = true
  for (let after = 0; ;) {
    const found = await lateSteps<Late>(ctx.db, planId, after, last, page)
    if (found.length === 0) break
    after = found.at(-1)!.step
    const rows = found.map(({ resource, late }) => ({ kind: 'record' as const, line: 0, resource: resource as Kind, document: late.document, correlate: [], references: late.references }))
    const lookup = await lookUp(ctx.db, planId, rows)
    const versions = await referredVersions(planning, lookup, rows)
    const planned: Planned = { steps: [], keys: [], reads: new Map() }
    const set: typeof rows = []
    const lost: { step: number; reference: Reference }[] = []
    for (const [at, { step, resource, targetId, label, source, line, late }] of found.entries()) {
      const patch: Document = structuredClone(late.document)
      const open = resolveReferences(patch, late.references, ({ resource: kind, by, value }) =>
        lookup.existing(kind, { path: by, value })[0] ?? lookup.planned(kind, { path: by, value })?.targetId)
      if (open[0]) lost.push({ step, reference: open[0] })
      else {
        planned.steps.push(lateStep({ resource, targetId, label, source, line }, patch))
        set.push(rows[at]!)
      }
    }
    planned.referred = keepReferred(planning, lookup, versions, set)
    if (lost.length > 0) isWhole = false
    const refused = await reasonsFor(planning, lost)
    await ctx.db.transaction(async (tx) => {
      await refuseSteps(tx, planId, refused)
      await storePlanned(tx, planning, undefined, planned)
      await forgetLate(tx, planId, found.map(({ step }) => step))
    })
  }
  await settlePlan(planning, last, isWhole)
}

/** A record that the import brings and refuses is not nowhere. */
async function reasonsFor({ ctx, planId }: Planning, lost: readonly { step: number; reference: Reference }[]): Promise<{ step: number; problem: RowProblem }[]> {
  const refused = new Map<string, { line: number }>()
  for (const [resource, own] of Map.groupBy(lost, ({ reference }) => reference.resource)) {
    const found = await findPlanKeys(ctx.db, planId, refusedKey(resource), own.map(({ reference }) => keyOf(reference)))
    for (const [key, one] of found) refused.set(`${resource} ${key}`, one)
  }
  return lost.map(({ step, reference }) => {
    const { resource, by, value, column, path } = reference
    const there = refused.get(`${resource} ${keyOf(reference)}`)
    const problem = there ? { column, path, value, message: `the row with the ${resource} whose ${by} is "${value}" is refused itself: line ${there.line}` }
      : noSuch(reference, 'neither in the directory nor in the import')
    return { step, problem }
  })
}

const keyOf = ({ by, value }: Reference) => keyText({ path: by, value })

function lateStep(base: Pick<NewStep, 'resource' | 'targetId' | 'label' | 'source' | 'line'>, patch: Document): NewStep {
  const fields = Object.entries(patch).map(([path, after]) => ({ path, after }))
  return { ...base, action: 'update', changes: { patch, fields, forward: true } }
}
