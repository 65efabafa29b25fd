/** How a plan goes on, is let go or given up: the commands for it, said alike wherever a plan is told of. */
import type { Context } from '../context.ts'
import { counted } from '../model/counted.ts'
import { decidedReason } from '../model/plan-limits.ts'
import { giveUpUnfinished } from '../plans/apply.ts'
import { massDeleteKind } from '../portals/mass-delete.ts'
import type { Plan } from '../store/plans.ts'
import { endTurns } from '../sync/alone.ts'
import { syncPlanKind } from '../sync/stored-plan.ts'
import { adoptionKind } from '../transfer/adopt-plan.ts'
import { breakable } from './run.ts'

/** Kinds that are applied by a command of their own, which tells more than `plan apply` does. */
const ownCommands: Readonly<Record<string, string>> = { import: 'import --apply', [adoptionKind]: 'efs adopt --apply', [syncPlanKind]: 'sync --apply' }

type Named = Pick<Plan, 'id' | 'kind'>

/** Applies it, or goes on with it. */
export const applyCommand = ({ id, kind }: Named): string => `npx gatehouse ${ownCommands[kind] ?? 'plan apply'} ${id}`
export const cancelCommand = ({ id }: Pick<Plan, 'id'>): string => `npx gatehouse plan cancel ${id}`
const releaseCommand = (planId: string, reason: string) => `npx gatehouse plan release ${planId} --reason '${reason}'`

export const applyLine = (plan: Named): string => `Apply it: ${applyCommand(plan)}`
/** How a plan is let go that a guard has stopped. */
export const releaseLine = (planId: string): string => `Release it: ${releaseCommand(planId, 'why this is right')}`
/** Both ways out for one that a guard has stopped, in a line. */
export const eitherWay = (planId: string): string => `${releaseCommand(planId, '…')}  or  ${cancelCommand({ id: planId })}`

/** The command that comes next, for whoever has seen the plan; none where there is nothing to do. */
export function nextLines({ id, kind, status, steps, counts, released, stopReason }: Plan): string[] {
  const isEmpty = steps - (counts.error ?? 0) - (counts.unchanged ?? 0) === 0
  const [goOn, giveUp] = [applyCommand({ id, kind }), cancelCommand({ id })]
  if (status === 'planned' && !isEmpty) return [applyLine({ id, kind })]
  if (status === 'planning') return [`If nobody is at work on it any more, it was broken off: give it up (${giveUp}) and plan again`]
  if (status === 'applying') return [`If nobody is at work on it any more, it was broken off. Go on with it: ${goOn}`, `Or give up the rest of it: ${giveUp}`]
  // What has stopped for another reason than a limit, a run that broke off say, is none of a release's.
  if (status === 'stopped' && released === undefined && stopReason !== undefined && decidedReason(stopReason) !== stopReason) {
    return [releaseLine(id), `Or give it up: ${giveUp}`]
  }
  return []
}

export type ShowProgress = (done: number, of: number) => void

const tellBrokenOff = (plan: Plan, done: number) => console.error(`Broken off: ${brokenOff(plan, done)}. Go on with: ${applyCommand(plan)}`)
const tellPlanBrokenOff = (again: string) => console.error(`Broken off while planning: the plan was not finished and is given up, and nothing else was written. Begin again with: ${again}`)

/** Applies a plan; a signal that ends the process is answered with how far it has come and how to go on. */
export async function tellWhenBrokenOff<T>(plan: Plan, apply: (show: ShowProgress) => Promise<T>, show: ShowProgress = () => {}): Promise<T> {
  let done = plan.appliedThrough
  return breakable({ tell: () => tellBrokenOff(plan, done), tidy: endTurns }, () => apply((now, of) => show((done = now), of)))
}

/** Makes a plan; a signal that ends the process gives it up, and is answered with the command that begins again. */
export function tellWhenPlanBrokenOff<T>(ctx: Context, again: string, plan: () => Promise<T>): Promise<T> {
  return breakable({ tell: () => tellPlanBrokenOff(again), tidy: () => tidy(ctx) }, plan)
}

/** Makes a plan and applies it in one go; a signal that ends the process is answered as for a plan that is made, and once it is (`made`), as for one that is applied. */
export function tellWhenRunBrokenOff<T>(ctx: Context, again: string, run: (made: (plan: Plan) => void) => Promise<T>): Promise<T> {
  let plan: Plan | undefined
  const tell = () => (plan ? tellBrokenOff(plan, plan.appliedThrough) : tellPlanBrokenOff(again))
  return breakable({ tell, tidy: () => tidy(ctx) }, () => run((made) => (plan = made)))
}

/** Whoever goes on at once would otherwise wait for a turn that nobody has any more. */
const tidy = (ctx: Context) => Promise.all([endTurns(), giveUpUnfinished(ctx)])

function brokenOff({ kind, steps }: Plan, done: number): string {
  // One transaction, so it is done whole or not at all, and only a look tells which.
  if (kind === massDeleteKind) return 'it is done whole or not at all'
  // Several steps at once, and counted by the page.
  if (kind === syncPlanKind) return `what is done of ${counted(steps, 'step')} stays done`
  if (done === 0) return `none of ${counted(steps, 'step')} is done`
  return `${done} of ${counted(steps, 'step')} ${done === 1 ? 'is done, and stays' : 'are done, and stay'} done`
}
