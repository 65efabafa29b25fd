/** gatehouse sync status, sync runs and okta errors: how the sync stands, what it did, and what came back from Okta. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { counted } from '../model/counted.ts'
import type { Document } from '../model/attribute.ts'
import { harmless } from '../model/harmless.ts'
import { queuePopulations, type QueuePopulation } from '../model/queue-states.ts'
import { listRows } from '../store/list-rows.ts'
import { countErrors, remoteErrorListing, remoteErrorOfRow } from '../store/remote-errors.ts'
import type { QueueCounts } from '../store/unassignment-queue.ts'
import { closeDeadRuns, runListing, runOfRow } from '../store/sync-runs.ts'
import { syncStatus, type SyncStatus } from '../sync/status.ts'
import { namePeople } from './name-people.ts'
import { eitherWay } from './plan-ways.ts'
import { waitingLines } from './plans.ts'
import { bar, print, readInstant, readWhole, table, withDatabase } from './run.ts'

export function addSyncStatusCommands(okta: Command, sync: Command): void {
  sync.command('status').description('Tells how the sync stands: what is at work, how far and how fast, what waits, what failed and when it is tried again.')
    .option('--watch', 'looks again every second, until interrupted').option('--json', 'answer for machines')
    .action(({ watch, json }: { watch?: boolean; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      do {
        const status = await syncStatus(ctx)
        const named = { ...status, failed: await namePeople(ctx, status.failed) }
        if (watch && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
        print(json, status, () => statusLines(named, ctx.config))
        if (watch) await sleep(1_000)
      } while (watch)
    }))
  sync.command('runs').description('Lists the last runs, the newest first.').option('--count <n>', 'how many', readWhole(1, 1000), 20).option('--json', 'answer for machines')
    .action(({ count, json }: { count: number; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const runs = await lastRuns(ctx, count)
      print(json, runs, () => table(['began', 'kind', 'portal', 'status', 'took', 'requests', 'plan', 'outcome'], runs.map(runCells)))
    }))
  okta.command('errors').description('Lists errors received from Okta, the newest first, or counts them.')
    .option('--status <n>', 'only errors with this HTTP status; 0 where no answer came', readWhole(0, 999)).option('--code <code>', 'only errors with this code')
    .option('--since <instant>', 'only errors from then on', readInstant).option('--limit <n>', 'how many to list', readWhole(1, 1000), 50)
    .option('--count', 'counts them by status and code instead').option('--json', 'answer for machines')
    .action((options: ErrorOptions) => withDatabase((_opened, ctx) => showErrors(ctx, options)))
}

async function lastRuns({ db }: Context, count: number): Promise<Document[]> {
  await closeDeadRuns(db)
  return (await listRows(db, runListing, { count })).rows.map(runOfRow)
}

interface ErrorOptions {
  status?: number
  code?: string
  since?: string
  limit: number
  count?: boolean
  json?: boolean
}

async function showErrors({ db }: Context, { status, code, since, limit, count, json }: ErrorOptions): Promise<void> {
  if (count) {
    const counts = await countErrors(db, { status, errorCode: code, since })
    print(json, counts, () => table(['count', 'status', 'code', 'first', 'last'], counts.map((one) => [one.count, one.statusCode, harmless(one.errorCode), one.first, one.last])))
    return
  }
  const scope = since === undefined ? undefined : (first: number) => ({ sql: `t.created_at >= $${first}`, params: [since] })
  const { rows } = await listRows(db, remoteErrorListing, { count: limit, where: { status_code: status, error_code: code }, scope })
  const errors = rows.map(remoteErrorOfRow)
  print(json, errors, () => table(['when', 'status', 'code', 'request', 'message'], errors.map((one) => [
    one.created, one.statusCode, harmless(one.errorCode), harmless((one.trace as { request?: unknown } | null)?.request), shortened(one.message, 200),
  ])))
}

function runCells({ started, ended, kind, portalId, status, requests, planId, reason, result }: Document): unknown[] {
  const took = ended === undefined ? '' : `${((Date.parse(String(ended)) - Date.parse(String(started))) / 1000).toFixed(1)} s`
  return [started, kind, portalId, status, took, requests, planId, shortened(reason ?? outcome(result as RunResult), 120)]
}

/** One line, cut between words, and with a sign that it was. */
function shortened(text: unknown, most: number): string {
  const line = harmless(text)
  return line.length <= most ? line : `${line.slice(0, most).replace(/\s+\S*$/, '')} …`
}

interface RunResult {
  steps?: number
  done?: Record<string, number>
  planned?: Record<string, number>
  failed?: number
  blocked?: number
}

function outcome({ steps, done, planned, failed, blocked }: RunResult): string {
  if (steps === 0) return 'nothing to do'
  const counts = Object.entries(done ?? planned ?? {}).map(([kind, count]) => `${count} ${kind}`)
  return [...counts, ...(failed ? [`${failed} failed`] : []), ...(blocked ? [`${blocked} blocked`] : [])].join(', ')
}

interface BucketRate {
  lastMinute: number
  allowance?: number
}

/** @param config the settings of whoever asks: a server may have others */
export function statusLines(status: SyncStatus, config: Config): string[] {
  const { running, portals, waiting, failed, last, held } = status
  const holds = [...portals.flatMap((one) => (one.held ? [{ ...one.held, where: `portal ${one.id}` }] : [])), ...(held ? [{ ...held, where: 'everything' }] : [])]
  return [
    ...(running ? runningLines(running) : ['Nothing is at work.']),
    '', ...table(['portal', 'name', 'changed', 'new'], portals.map((one) => [one.id, harmless(one.name), one.changed, one.newcomers])),
    `Waiting besides: ${counted(waiting.administrators, 'administrator')}, ${counted(waiting.queued + waiting.queuedAdministrators, 'account')} to unassign, ${counted(waiting.hints, 'account that Okta says has changed', 'accounts that Okta says have changed')}.`,
    ...queuePopulations.flatMap((one) => queueLines(one, status.queues[one])),
    ...workerLines(status, config),
    ...(status.heldQueue === undefined ? [] : [`Held: the worker of the queues leaves accounts alone: ${harmless(status.heldQueue)}.`]),
    ...holds.map((one) => `Held: a guard has stopped plan ${one.planId} (${one.where}): ${harmless(one.reason)}\n  Look at it, then: ${eitherWay(one.planId)}`),
    ...(failed.length > 0 ? ['', `Failed last, and tried again ${status.nextRun ?? 'by the next run'}:`, ...failed.map((one) => `  ${harmless(one.label)}: ${harmless(one.result.action ?? one.action)}: ${harmless(one.result.message)}`)] : []),
    '', ...(last.length > 0 ? table(['began', 'kind', 'portal', 'status', 'took', 'requests', 'plan', 'outcome'], last.slice(0, 20).map(runCells)) : ['No run yet.']),
    '', ...scheduleLines(status, config),
  ]
}

/** Whether anybody works the queues off: what is in them otherwise stays, and nothing tells. */
function workerLines({ queues, last }: SyncStatus, { OKTA_ORG_URL }: Config): string[] {
  const lines = waitingLines({ queued: queues.panelist.queued + queues.admin.queued, waiting: queues.panelist.waiting + queues.admin.waiting })
  if (lines.length === 0) return []
  const drained = last.find(({ kind }) => kind === 'drain')
  return [
    ...lines, drained === undefined ? '  Nobody has worked the queue off yet.' : `  Last worked off: ${drained.started} (${drained.status}).`,
    ...(OKTA_ORG_URL === undefined ? ['  No org is set here (OKTA_ORG_URL): a server started with these settings leaves them where they are.'] : []),
  ]
}

/** What runs by itself, as the settings of this terminal say. */
function scheduleLines({ nextRun, nextReconcile: night }: SyncStatus, config: Config): string[] {
  const { OKTA_ORG_URL, SYNC_DELTA_MINUTES: delta, SYNC_RECONCILE_AT: at, SYNC_LOG_MINUTES: log } = config
  const set = [
    ...(delta > 0 ? [`  changes every ${counted(delta, 'minute')} (SYNC_DELTA_MINUTES)${nextRun ? `, next ${nextRun}` : ''}`] : []),
    ...(at === undefined ? [] : [`  a reconcile at ${at} UTC (SYNC_RECONCILE_AT)${night ? `, next ${night}` : ''}`]),
    ...(log > 0 ? [`  Okta's System Log every ${counted(log, 'minute')} (SYNC_LOG_MINUTES)`] : []),
  ]
  if (set.length === 0) return ['By itself, by the settings here: nothing (SYNC_DELTA_MINUTES, SYNC_RECONCILE_AT, SYNC_LOG_MINUTES). A server may have others.']
  return [`By itself, by the settings here${OKTA_ORG_URL === undefined ? ', but not without an org (OKTA_ORG_URL)' : ''}; a server may have others:`, ...set]
}

/** What of a queue has failed: it waits for its next attempt, or for somebody. */
function queueLines(population: QueuePopulation, { waiting, dead, next }: QueueCounts): string[] {
  if (waiting + dead === 0) return []
  const given = dead > 0 ? `, ${dead} given up: npx gatehouse portal queue list${population === 'admin' ? ' --admins' : ''} --filter 'state eq "dead"'` : ''
  return [`Accounts of ${population === 'admin' ? 'administrators' : 'panelists'} to unassign: ${waiting} failed and tried again${next === undefined ? '' : ` from ${next}`}${given}`]
}

function runningLines({ kind, portalId, step, done, total, started, startedBy, requests, rates }: Document): string[] {
  const far = total === undefined ? String(done) : `${bar(Number(done), Number(total))} ${done} of ${total}`
  const buckets = Object.entries((rates ?? {}) as Record<string, BucketRate>)
  return [
    `At work: ${kind}${portalId === undefined ? '' : ` of portal ${portalId}`}, begun ${started} by ${harmless(startedBy)}`,
    `  ${harmless(step)} ${far}, ${counted(Number(requests), 'request')}`,
    ...buckets.map(([bucket, { lastMinute, allowance }]) => `  ${bucket}: ${counted(lastMinute, 'request')} in the last minute${allowance === undefined ? '' : `, ${allowance} allowed (${Math.round((lastMinute / allowance) * 100)} %)`}`),
  ]
}
