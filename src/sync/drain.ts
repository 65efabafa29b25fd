/**
 * The worker of the unassignment queues: each account leaves the groups of the portals whose references vanished, then
 * the policy decides what becomes of it, unless somebody still needs it (`planQueued`). For an account of a portal that
 * deactivates that is three calls in two of Okta's buckets: read it, out of the group, deactivate.
 *
 *     queued ─begin→ begun ─all done→ (gone from the queue)
 *                      └─failed→ waiting ─its pause over→ begun … ─attempts used up→ dead ─retry→ queued
 *
 * What is about to be done stands with the entry before anything is asked of Okta, and the entry is closed in one
 * transaction with its audit events; every call is safe to repeat, so a worker killed in between is followed by another
 * that tells what may have been done and does the rest. Works under the lock of sync runs, in slices, so that those get
 * their turn.
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { pauseAfter, queuePopulations, type QueuePopulation } from '../model/queue-states.ts'
import { readPortalSettings } from '../store/portals.ts'
import { dueEntries, keepSent, noteQueueFailure, type HeldPortals, type QueueRow } from '../store/unassignment-queue.ts'
import { alone } from './alone.ts'
import { concurrently } from './concurrently.ts'
import { RemoteError, type Connector, type RemoteAccount } from './connector.ts'
import type { ErrorLog } from './error-log.ts'
import { heldQueue } from './held-queue.ts'
import { perform } from './perform.ts'
import { planQueued, type PortalGroup } from './plan.ts'
import { portalGroups } from './portal-groups.ts'
import { queuedAccounts } from './queued-accounts.ts'
import { announceSending, beginWith, isSent, recordStep } from './record.ts'
import { rulesOf, type AllRules } from './rules.ts'
import { createSilence, isKeyRefused, type Silence } from './silence.ts'
import { countActions, type Counts, type SyncStep } from './steps.ts'

export interface Draining {
  ctx: Context
  connector: Connector
  errorLog: ErrorLog
  /** Accounts under way at a time; default 8. The rate budget paces them. */
  atOnce?: number
  /** Asked before each account: true ends the slice. */
  until?: () => boolean
}

export interface DrainReport {
  /** Accounts that are dealt with. */
  drained: number
  failed: number
  /** Of those that failed, given up. */
  dead: number
  /** Actions carried out, by kind. */
  done: Counts
  /** Why some were left alone, though their turn has come. */
  held: string | null
  /** Why it ended before its time. */
  stopped: string | null
  /** Whether something is left whose turn has come. */
  more: boolean
}

const entriesPerPage = 200

interface Slice extends Draining {
  rules: AllRules
  groups: ReadonlyMap<string, PortalGroup>
  report: DrainReport
  held: HeldPortals
  /** Whether anybody has been answered: a failure says something about an account only then. */
  answered: boolean
  silence: Silence
}

/** Works off what is due. Errors: `conflict` while another run works; RemoteError when not even the groups can be read. */
export async function drainQueue(draining: Draining): Promise<DrainReport> {
  return alone(draining.ctx, { kind: 'drain' }, async (turn) => {
    const ctx: Context = { ...turn.ctx, actor: { ...draining.ctx.actor, source: 'SYNC' } }
    turn.progress('draining')
    const report: DrainReport = { drained: 0, failed: 0, dead: 0, done: {}, held: null, stopped: null, more: false }
    const slice: Slice = { ...draining, ctx, report, held: [], answered: false, silence: createSilence('accounts'), groups: new Map(), rules: rulesOf(new Map()) }
    try {
      const held = await heldQueue(ctx)
      report.held = held?.reason ?? null
      slice.held = held?.portals ?? []
      for (const population of queuePopulations) await drainPopulation(slice, population)
    } finally {
      await draining.errorLog.flush()
    }
    turn.note({ ...report })
    if (report.stopped !== null) turn.stopped(report.stopped)
    return report
  })
}

async function drainPopulation(slice: Slice, population: QueuePopulation): Promise<void> {
  const { ctx, report } = slice
  const isOver = () => report.stopped !== null || slice.until?.() === true
  // One that fails is not tried again in the same slice, whatever the clock says.
  const tried = new Set<string>()
  const keyOf = (row: QueueRow) => `${row.id} ${row.generation}`
  for (;;) {
    const due = await dueEntries(ctx.db, population, entriesPerPage, slice.held)
    const rows = due.filter((row) => !tried.has(keyOf(row)))
    if (rows.length === 0) return
    if (isOver()) {
      report.more = true
      return
    }
    if (slice.groups.size === 0) await prepare(slice)
    await concurrently(rows, slice.atOnce ?? 8, async (row) => {
      if (isOver()) return
      tried.add(keyOf(row))
      await drainOne(slice, row)
    })
  }
}

async function prepare(slice: Slice): Promise<void> {
  const portals = await readPortalSettings(slice.ctx.db)
  slice.rules = rulesOf(portals)
  slice.groups = await portalGroups(slice.connector, portals)
}

async function drainOne(slice: Slice, row: QueueRow): Promise<void> {
  const { ctx, connector, errorLog } = slice
  const marks = { queue: row.population, entry: row.id, personId: row.person_id, accountId: row.uuid }
  try {
    const account = await errorLog.within(marks, () => (row.uuid === null ? Promise.resolve(null) : connector.read(row.uuid)))
    slice.answered = true
    // Only now: until the account is known nothing has been done to it.
    const begun = await beginWith(ctx, row)
    if (!begun) return
    const step = await errorLog.within(marks, () => planEntry(slice, begun, account))
    if (isSent(step)) await ctx.db.transaction((tx) => announceSending(tx, ctx, connector.systemId, begun, step))
    const performed = await errorLog.within(marks, () => perform(connector, step))
    const blocked = step.actions.find((action) => action.kind === 'blocked')
    const failure = performed.failed?.error.message ?? blocked?.reason
    await ctx.db.transaction(async (tx) => {
      await recordStep(tx, ctx, connector.systemId, step, performed)
      if (isSent(step)) await keepSent(tx, begun, null)
      if (failure !== undefined && !isKeyRefused(performed.failed?.error)) await fail(slice, tx, begun, failure)
    })
    countActions([{ actions: performed.done }], slice.report.done)
    if (failure !== undefined) return judge(slice, performed.failed?.error ?? null)
    slice.report.drained += 1
    slice.silence.judge(null)
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    if (!isKeyRefused(error)) await fail(slice, ctx.db, row, error.message)
    judge(slice, error)
  }
}

/** What is to be done about one account: which groups it has to leave is asked of Okta only where nobody here knows. */
async function planEntry(slice: Slice, row: QueueRow, account: RemoteAccount | null): Promise<SyncStep> {
  const { connector, rules } = slice
  const [queued] = await queuedAccounts(slice.ctx.db, [{ row, account, groups: [] }])
  const known = [...slice.groups.values()].filter(({ portalIds }) => portalIds.some((id) => row.portals.includes(id)))
  const step = planQueued({ ...queued!, groups: known }, rules)
  // One that stays open must be in no group by somebody's hand either; one that is closed reaches nothing.
  const closes = step.actions.some(({ kind }) => kind === 'deactivate' || kind === 'delete')
  if (!account || (closes && row.portals.length > 0)) return step
  const actual = (await connector.groupsOf(account.id)).flatMap((id) => slice.groups.get(id) ?? [])
  return planQueued({ ...queued!, groups: actual }, rules)
}

async function fail(slice: Slice, tx: Parameters<typeof noteQueueFailure>[0], row: QueueRow, message: string): Promise<void> {
  const attempts = row.attempts + (slice.answered ? 1 : 0)
  const isDead = attempts >= slice.ctx.config.UNASSIGNMENT_ATTEMPTS
  if (isDead) slice.report.dead += 1
  await noteQueueFailure(tx, row, { error: message, pauseMs: isDead ? null : pauseAfter(attempts), counts: slice.answered })
}

/** Decides whether going on makes sense. */
function judge({ report, silence }: Slice, error: RemoteError | null): void {
  report.failed += 1
  report.stopped ??= silence.judge(error)
}

export interface DrainTimes {
  /** How long one slice may hold the lock of sync runs. */
  sliceMs: number
  /** The pause between two slices, for a sync run to come in. */
  pauseMs: number
  /** How long to go on in all. */
  forMs: number
  sleep: (ms: number) => Promise<void>
  /** Milliseconds of a clock that nobody sets: one set back by hours must not keep sync runs out for as long. */
  now: () => number
  /** Told after each slice. */
  onSlice?: (report: DrainReport) => void
}

/**
 * Drains in slices until nothing is due, it is told to stop, or its time is over. A sync run under way is let finish.
 * Errors: those of `drainQueue` but `conflict`.
 */
export async function drainInSlices(draining: Draining, times: DrainTimes): Promise<DrainReport> {
  const total: DrainReport = { drained: 0, failed: 0, dead: 0, done: {}, held: null, stopped: null, more: true }
  const end = times.now() + times.forMs
  const isOver = () => draining.until?.() === true || times.now() >= end
  while (total.more && total.stopped === null && !isOver()) {
    const sliceEnd = Math.min(times.now() + times.sliceMs, end)
    const until = () => draining.until?.() === true || times.now() >= sliceEnd
    const report = await drainQueue({ ...draining, until }).catch((error: unknown) => {
      if (error instanceof GatehouseError && error.code === 'conflict') return undefined
      throw error
    })
    if (report) {
      add(total, report)
      times.onSlice?.(report)
    }
    if (total.more) await times.sleep(times.pauseMs)
  }
  return total
}

function add(total: DrainReport, report: DrainReport): void {
  total.drained += report.drained
  total.failed += report.failed
  total.dead += report.dead
  for (const [kind, count] of Object.entries(report.done) as [keyof Counts, number][]) total.done[kind] = (total.done[kind] ?? 0) + count
  total.held = report.held
  total.stopped = report.stopped
  total.more = report.more
}
