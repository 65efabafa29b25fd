/** Carrying out the steps of `gatehouse efs adopt`: people as an import does, everything else by the verbs on EFS. */
import { adoptLinks, adoptMappedSettings, adoptPeople, adoptPlainRows, adoptPortals, adoptSettings, type LinkChange, type PersonChange, type RowChange } from '../portals/adopt.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { adoptedTables } from '../model/adopted-rows.ts'
import type { StepRunner } from '../plans/apply.ts'
import type { Transaction } from '../store/database.ts'
import type { Plan, PlanStep } from '../store/plans.ts'
import { runImport } from './apply-import.ts'

type Version = { resource: string; id: string; version: number }
type Writer = (tx: Transaction, ctx: Context, planId: string, changes: readonly unknown[]) => Promise<void>

const writers: Readonly<Record<string, Writer>> = {
  Portal: (tx, ctx, _, changes) => adoptPortals(tx, ctx, changes as { id: number; name: string }[]),
  [adoptedTables.settings.resource]: (tx, ctx, planId, changes) => adoptSettings(tx, ctx, planId, changes as RowChange[]),
  MappedSetting: (tx, ctx, _, changes) => adoptMappedSettings(tx, ctx, changes as Parameters<typeof adoptMappedSettings>[2]),
  [adoptedTables.users.resource]: (tx, ctx, planId, changes) => adoptPeople(tx, ctx, planId, 'users', changes as PersonChange[]),
  [adoptedTables.panelists.resource]: (tx, ctx, planId, changes) => adoptPeople(tx, ctx, planId, 'panelists', changes as PersonChange[]),
  [adoptedTables.administratorLinks.resource]: (tx, ctx, planId, changes) => adoptLinks(tx, ctx, planId, 'users', changes as LinkChange[]),
  [adoptedTables.panelistLinks.resource]: (tx, ctx, planId, changes) => adoptLinks(tx, ctx, planId, 'panelists', changes as LinkChange[]),
  [adoptedTables.queue.resource]: (tx, _, planId, changes) => adoptPlainRows(tx, planId, adoptedTables.queue, changes as RowChange[]),
  [adoptedTables.errors.resource]: (tx, _, planId, changes) => adoptPlainRows(tx, planId, adoptedTables.errors, changes as RowChange[]),
}

export const runAdoption: StepRunner = async (tx: Transaction, ctx: Context, plan: Plan, steps: readonly PlanStep[]): Promise<Version[]> => {
  if (ctx.authority?.reach) throw new GatehouseError('forbidden', 'Whoever asks may administer some people only, and moving in brings everybody.')
  const versions: Version[] = []
  for (const group of neighbours(steps)) {
    const write = writers[group[0]!.resource]
    if (write) await write(tx, ctx, plan.id, group.map((step) => step.changes))
    else versions.push(...await runImport(tx, ctx, plan, group))
  }
  return versions
}

function neighbours(steps: readonly PlanStep[]): PlanStep[][] {
  const groups: PlanStep[][] = []
  for (const step of steps) {
    const last = groups.at(-1)
    const same = last !== undefined && (last[0]!.resource === step.resource || (!writers[step.resource] && !writers[last[0]!.resource]))
    if (same) last.push(step)
    else groups.push([step])
  }
  return groups
}
