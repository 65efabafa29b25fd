/** What a plan or a run did, in words for a terminal. */
import { harmless } from '../model/harmless.ts'
import type { Plan } from '../store/plans.ts'
import type { ApplyReport } from './apply.ts'
import { remoteWrites, type ActionKind, type Counts } from './steps.ts'

const words: Record<ActionKind, string> = {
  declareFields: 'fields to declare in the user schema',
  createGroup: 'groups to create',
  create: 'accounts to create',
  hookPassword: 'accounts to ask for the password here',
  adopt: 'accounts to adopt',
  update: 'accounts to update',
  activate: 'accounts to activate',
  unsuspend: 'accounts to unsuspend',
  suspend: 'accounts to suspend',
  deactivate: 'accounts to deactivate',
  delete: 'accounts to delete',
  groupAdd: 'group memberships to add',
  groupRemove: 'group memberships to remove',
  unlink: 'links to vanished accounts to remove',
  settle: 'marks to clear, as nothing differs',
  report: 'differences and strange accounts to look at; nothing is done about them',
  takeOver: 'people to take values over for, from their accounts or back',
  blocked: 'blocked, waiting for a decision',
}

/** One line a kind of action. */
export function countLines(counts: Counts): string[] {
  return Object.entries(words).flatMap(([kind, what]) => {
    const count = counts[kind as ActionKind]
    return count ? [`${String(count).padStart(8)}  ${what}`] : []
  })
}

export function describePlan(plan: Plan): string {
  const lines = countLines(plan.counts as Counts)
  const title = `Plan ${plan.id}: ${plan.title}`
  const stop = plan.status === 'stopped' ? [`Stopped: ${plan.stopReason}`, releasing(plan.id)] : []
  return [title, ...(lines.length > 0 ? lines : ['          nothing to do']), ...stop].join('\n')
}

function releasing(planId: string): string {
  return `Release it: npx gatehouse plan release ${planId} --reason 'why this is right'`
}

/** The report of a run whose plan a guard has stopped before its first write. */
export function stoppedReport(plan: Plan): ApplyReport {
  return { planId: plan.id, steps: plan.steps, done: {}, failed: 0, blocked: 0, stale: 0, failures: [], stopped: plan.stopReason ?? 'stopped', guarded: true }
}

export function describeRun(report: ApplyReport): string {
  if (report.guarded) return `Plan ${report.planId}: ${report.steps} steps, none of them done.\nStopped: ${report.stopped}\n${releasing(report.planId)}`
  const writes = remoteWrites(report.done)
  const lines = [
    `Plan ${report.planId}: ${report.steps} steps, ${writes} writes in the connected system, ${report.failed} failed, `
      + `${report.blocked} blocked, ${report.stale} changed meanwhile`,
    ...report.failures.map(({ label, action, status, code, message }) => {
      return `  ${harmless(label)}: ${action}: ${harmless(message)}${status > 0 ? ` (${status} ${harmless(code)})` : ''}`
    }),
  ]
  if (report.stopped !== null) lines.push(`Stopped: ${harmless(report.stopped)}. What was not done stays marked for the next run.`)
  return lines.join('\n')
}

/** 0 all done, 1 some items failed, 2 stopped. */
export function exitCodeOf(report: ApplyReport): 0 | 1 | 2 {
  if (report.stopped !== null) return 2
  return report.failed + report.blocked + report.stale > 0 ? 1 : 0
}
