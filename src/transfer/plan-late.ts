/** References to records that stood later in the import: set by steps of their own, once every record has its place. */
import type { Document } from '../model/attribute.ts'
import { lateSteps, refuseSteps } from '../store/plan-late.ts'
import type { Kind } from './importable.ts'
import { storePlanned, type Late, type NewStep, type Planned, type Planning } from './planning.ts'
import { lookUp, resolveReferences } from './resolve-rows.ts'

const page = 500

/** Adds the steps; a row whose reference leads nowhere becomes an error instead. */
export async function planLateReferences(planning: Planning): Promise<void> {
  const { ctx, planId } = planning
  const last = planning.steps
  for (let after = 0; ;) {
    const found = await lateSteps<Late>(ctx.db, planId, after, last, page)
    if (found.length === 0) return
    after = found.at(-1)!.step
    const rows = found.map(({ resource, late }) => ({ kind: 'record' as const, line: 0, resource: resource as Kind, document: late.document, correlate: [], references: late.references }))
    const lookup = await lookUp(ctx.db, planId, rows)
    const planned: Planned = { steps: [], keys: [], reads: new Map() }
    const refused: { step: number; message: string }[] = []
    for (const { step, resource, targetId, label, source, line, action, late } of found) {
      const patch: Document = structuredClone(late.document)
      const open = resolveReferences(patch, late.references, ({ resource: kind, by, value }) =>
        lookup.existing(kind, { path: by, value })[0] ?? lookup.planned(kind, { path: by, value })?.targetId)
      if (open[0]) {
        refused.push({ step, message: `there is no ${open[0].resource} whose ${open[0].by} is "${open[0].value}", neither in the directory nor in the import` })
        planning.counts[action] = planning.counts[action]! - 1
        if (planning.counts[action] === 0) delete planning.counts[action]
        planning.counts.error = (planning.counts.error ?? 0) + 1
      } else planned.steps.push(lateStep({ resource, targetId, label, source, line }, patch))
    }
    await ctx.db.transaction(async (tx) => {
      await refuseSteps(tx, planId, refused)
      await storePlanned(tx, planning, undefined, planned)
    })
  }
}

function lateStep(base: Pick<NewStep, 'resource' | 'targetId' | 'label' | 'source' | 'line'>, patch: Document): NewStep {
  const fields = Object.entries(patch).map(([path, after]) => ({ path, after }))
  return { ...base, action: 'update', changes: { patch, fields, forward: true } }
}
