/** How the sync stands: what is at work, how far and how fast, what waits, what is held up, what failed and when it is tried again. */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { queuePopulations, type QueuePopulation } from '../model/queue-states.ts'
import { heldPlans, lastFailures, lastRuns, runningRun, waitingByPortal, waitingElsewhere, type FailedStep, type HeldPlan, type PortalWaiting, type Waiting } from '../store/sync-status.ts'
import { closeDeadRuns, runOfRow } from '../store/sync-runs.ts'
import { countQueue, type QueueCounts } from '../store/unassignment-queue.ts'
import { heldQueue } from './held-queue.ts'
import { nextDelta, nextReconcile } from './schedule.ts'

export interface SyncStatus {
  /** The run at work. */
  running?: Document
  portals: (PortalWaiting & { held?: HeldPlan })[]
  waiting: Waiting
  /** How the queues of accounts to unassign stand: not tried yet, failed and tried again, given up. */
  queues: Record<QueuePopulation, QueueCounts>
  /** Why the worker of the queues leaves alone what no plan has let go. */
  heldQueue?: string
  /** A reconcile that a guard has stopped. */
  held?: HeldPlan
  failed: FailedStep[]
  /** When what failed and what waits is taken up by itself; absent: only when somebody starts a run. */
  nextRun?: string
  nextReconcile?: string
  /** The last run of each kind and portal. */
  last: Document[]
}

const shownFailures = 20

export async function syncStatus({ db, config, now }: Pick<Context, 'db' | 'config' | 'now'>): Promise<SyncStatus> {
  await closeDeadRuns(db)
  const [running, portals, waiting, held, failed, last] = [
    await runningRun(db), await waitingByPortal(db), await waitingElsewhere(db), await heldPlans(db), await lastFailures(db, shownFailures), await lastRuns(db),
  ]
  const queues = await Promise.all(queuePopulations.map(async (one) => [one, await countQueue(db, one)] as const))
  const heldUp = await heldQueue({ db, config })
  const next = nextDelta(config, now())
  const night = nextReconcile(config, now())
  const heldOf = (id: number | null) => {
    const plan = held.find(({ portalId }) => portalId === id)
    return plan ? { held: plan } : {}
  }
  return {
    ...(running ? { running: runOfRow(running) } : {}),
    portals: portals.map((portal) => ({ ...portal, ...heldOf(portal.id) })),
    waiting,
    queues: Object.fromEntries(queues) as SyncStatus['queues'],
    ...(heldUp === null ? {} : { heldQueue: heldUp.reason }),
    ...heldOf(null),
    failed,
    ...(next ? { nextRun: next.toISOString() } : {}),
    ...(night ? { nextReconcile: night.toISOString() } : {}),
    last: last.map(runOfRow),
  }
}
