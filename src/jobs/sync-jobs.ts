/**
 * Runs of the sync that start by themselves. They run beside the other jobs, on a worker of their own, since one may
 * take hours. Where another run is at work a delta is skipped, and made up for by the next; the nightly reconcile waits
 * for its turn. Where a guard has stopped a plan, nothing runs until somebody has decided about it.
 */
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readPortalSettings } from '../store/portals.ts'
import { sweepErrors } from '../store/remote-errors.ts'
import { sweepEvents } from '../store/sync-hints.ts'
import { sweepEmptyPlans } from '../store/sync-plans.ts'
import { sweepRuns } from '../store/sync-runs.ts'
import { heldPlans, isAnythingWaiting } from '../store/sync-status.ts'
import type { RunStart } from '../sync/alone.ts'
import { pollLog } from '../sync/poll-log.ts'
import { reconcileOrg } from '../sync/reconcile.ts'
import { everyMinutes, nightly } from '../sync/schedule.ts'
import { syncPortal, type SyncRun } from '../sync/run.ts'
import type { Job } from './runner.ts'

/** How long a delta waits for its turn: longer than the worker of the queues keeps it at a time. */
const deltaPatienceMs = 30_000
/** How long the reconcile waits for its turn. */
const patienceMs = 2 * 3_600_000
/** Okta repeats an event within hours; the log goes back three months, but only from where we last were. */
const eventsKeptDays = 7

export interface SyncJobs {
  config: Config
  context: (principal: string) => Context
  /** A run with a fresh connection to Okta. */
  run: (ctx: Context) => SyncRun | Promise<SyncRun>
}

/** What runs by itself; nothing but sweeping where no Okta is set, or no schedule. */
export function syncJobs({ config, context, run }: SyncJobs): Job[] {
  const jobs: [name: string, schedule: string | null, work: (ctx: Context, stop: AbortSignal) => Promise<unknown>][] = config.OKTA_ORG_URL === undefined ? [] : [
    ['sync-delta', everyMinutes(config.SYNC_DELTA_MINUTES), (ctx, stop) => pushWaiting(ctx, run, { stop })],
    ['sync-reconcile', nightly(config.SYNC_RECONCILE_AT), (ctx, stop) => reconcileUnlessHeld(ctx, run, stop)],
    ['sync-log', everyMinutes(config.SYNC_LOG_MINUTES), async (ctx) => pollLog(await run(ctx))],
  ]
  const daysAgo = (ctx: Context, days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  return [
    ...jobs.flatMap(([name, schedule, work]): Job[] => (schedule === null ? [] : [{ name, schedule, once: true, work: (stop) => work(context(name), stop) }])),
    {
      name: 'sweep-okta', schedule: '35 2 * * *',
      async work() {
        const ctx = context('sweep-okta')
        await sweepErrors(ctx.db, daysAgo(ctx, config.OKTA_ERROR_RETENTION_DAYS))
        await sweepRuns(ctx.db, daysAgo(ctx, config.OKTA_ERROR_RETENTION_DAYS))
        await sweepEmptyPlans(ctx.db, daysAgo(ctx, config.OKTA_ERROR_RETENTION_DAYS))
        await sweepEvents(ctx.db, daysAgo(ctx, eventsKeptDays))
      },
    },
  ]
}

/** A delta run over each portal where something waits; one that fails does not keep the others from theirs, a process that stops does. */
export async function pushWaiting(ctx: Context, run: SyncJobs['run'], turn: Pick<RunStart, 'waitMs' | 'stop'> = {}): Promise<void> {
  const held = new Set((await heldPlans(ctx.db)).map(({ portalId }) => portalId))
  const failures: unknown[] = []
  for (const portalId of (await readPortalSettings(ctx.db)).keys()) {
    if (turn.stop?.aborted) break
    if (held.has(portalId) || !(await isAnythingWaiting(ctx.db, portalId))) continue
    try {
      await syncPortal({ ...(await run(ctx)), turn: { waitMs: deltaPatienceMs, noteSkip: true, ...turn } }, portalId)
    } catch (error) {
      // Skipped, or refused: it stands in the runs. Whatever else went wrong has to be seen.
      if (!(error instanceof GatehouseError && error.code === 'conflict')) failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

async function reconcileUnlessHeld(ctx: Context, run: SyncJobs['run'], stop: AbortSignal): Promise<void> {
  if ((await heldPlans(ctx.db)).some(({ portalId }) => portalId === null)) return
  await reconcileOrg({ ...(await run(ctx)), turn: { waitMs: patienceMs, noteSkip: true, stop } })
}
