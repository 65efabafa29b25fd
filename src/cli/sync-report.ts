/** What a plan or a run did, in words for a terminal. */
import { counted, phraseOf } from '../model/counted.ts'
import { harmless } from '../model/harmless.ts'
import type { Plan } from '../store/plans.ts'
import type { ApplyReport } from '../sync/apply.ts'
import type { ActionKind, Counts } from '../sync/steps.ts'
import { applyLine, nextLines, releaseLine } from './plan-ways.ts'

/** Of each kind of action: what it is done to, and what is to be done and has been done with that. */
const words: Record<ActionKind, readonly [what: string, planned: string, done: string]> = {
  declareFields: ['fields', 'to declare in the user schema', 'declared in the user schema'],
  createGroup: ['groups', 'to create', 'created'],
  create: ['accounts', 'to create', 'created'],
  hookPassword: ['accounts', 'to ask for the password here', 'set to ask for the password here'],
  adopt: ['accounts', 'to adopt', 'adopted'],
  update: ['accounts', 'to update', 'updated'],
  activate: ['accounts', 'to activate', 'activated'],
  unsuspend: ['accounts', 'to unsuspend', 'unsuspended'],
  suspend: ['accounts', 'to suspend', 'suspended'],
  deactivate: ['accounts', 'to deactivate', 'deactivated'],
  delete: ['accounts', 'to delete', 'deleted'],
  groupAdd: ['group memberships', 'to add', 'added'],
  groupRemove: ['group memberships', 'to remove', 'removed'],
  unlink: ['links to vanished accounts', 'to remove', 'removed'],
  settle: ['marks', 'to clear, as nothing differs', 'cleared, as nothing differed'],
  report: ['differences and strange accounts', 'to look at; nothing is done about them', 'to look at; nothing was done about them'],
  takeOver: ['people', 'to take values over for, from their accounts or back', 'whose values were taken over, from their accounts or back'],
  blocked: ['people and accounts', 'blocked, waiting for a decision', 'blocked, waiting for a decision'],
}

/** One line a kind of action, of what is planned or has been done. */
export function countLines(counts: Counts, tense: 'planned' | 'done' = 'planned'): string[] {
  return Object.entries(words).flatMap(([kind, [what, planned, done]]) => {
    const count = counts[kind as ActionKind]
    return count ? [`${String(count).padStart(8)}  ${phraseOf(count, what)} ${tense === 'planned' ? planned : done}`] : []
  })
}

/** A plan in words, with what may be done next. */
export function describePlan(plan: Plan): string {
  const counts = plan.counts as Counts
  const lines = countLines(counts)
  const doing = lines.length > countLines({ blocked: counts.blocked, report: counts.report }).length
  const next = [
    ...(counts.blocked ? [`Why some are blocked: npx gatehouse plan steps ${plan.id}`] : []),
    ...(plan.status === 'stopped' ? [`Stopped: ${plan.stopReason}`, ...nextLines(plan)] : []),
    ...(plan.status === 'planned' && doing ? [applyLine(plan)] : []),
  ]
  return [`Plan ${plan.id}: ${plan.title}`, ...(lines.length > 0 ? lines : ['          nothing to do']), ...next].join('\n')
}

export function describeRun(report: ApplyReport): string {
  const steps = counted(report.steps, 'step')
  if (report.guarded) return `Plan ${report.planId}: none of its ${steps} done.\nStopped: ${report.stopped}\n${releaseLine(report.planId)}`
  const { failed, blocked, stale } = report
  const undone = [...(failed ? [`${failed} failed`] : []), ...(blocked ? [`${blocked} blocked`] : []), ...(stale ? [`${stale} changed meanwhile and left`] : [])]
  const lines = [
    `Plan ${report.planId}: of ${steps}, ${undone.join(', ') || (report.steps === 0 ? 'nothing to do' : report.stopped === null ? 'all done' : 'not all done')}.`,
    ...countLines(report.done, 'done'),
    ...report.failures.map(({ label, action, status, code, message }) => {
      return `  ${harmless(label)}: ${action}: ${harmless(message)}${status > 0 ? ` (${status} ${harmless(code)})` : ''}`
    }),
  ]
  if (report.stopped !== null) lines.push(`Stopped: ${harmless(report.stopped)}. What was not done stays marked for the next run.`)
  return lines.join('\n')
}

/** 0 all done, 1 some items failed, 2 stopped. */
export function exitCodeOfRun(report: ApplyReport): 0 | 1 | 2 {
  if (report.stopped !== null) return 2
  return report.failed + report.blocked + report.stale > 0 ? 1 : 0
}
