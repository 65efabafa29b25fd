/**
 * Keeps two runs from touching the connected system at once, on however many servers. A run holds a lease that its
 * heartbeat renews; what it is given to write with commits only as long as it holds it (store/sync-runs.ts), and before
 * each request to the other side it is asked whether it still does. A process that sleeps past its lease, or has lost
 * its way to the database for as long, writes nothing more on either side.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { withoutViews, type Database } from '../store/database.ts'
import {
  claimRun, endRun, fence, findHolder, lostTurn, noteSkipped, renewRun, type Holder, type NewRun, type RunEnd, type RunProgress,
} from '../store/sync-runs.ts'
import { createMeter, type Meter } from './meter.ts'

export type RunKind = 'delta' | 'full' | 'reconcile' | 'plan' | 'apply' | 'undo' | 'drain'

export interface RunStart {
  kind: RunKind
  portalId?: number
  planId?: string
  /** How long to wait for one's turn while another run works; default: not at all. */
  waitMs?: number
  /** Writes down that it was skipped because another run was at work: for runs that nobody waits for. */
  noteSkip?: boolean
  /** Aborted when the process stops: a run that waits for its turn does not get it then. */
  stop?: AbortSignal
  /** How long a run is believed to live without a sign of life. */
  leaseMs?: number
}

/** What a run works with while it has its turn. */
export interface Turn {
  runId: string
  /** To be used for everything that the run writes. */
  ctx: Context
  /** Tells how far the run is. */
  progress(step: string, done?: number, total?: number): void
  /** The plan that it makes or applies. */
  plan(planId: string): void
  /** What is told of its end, beside what it returns. */
  note(result: Record<string, unknown>): void
  /** How it ended, when that is not `done`. */
  stopped(reason: string): void
}

const defaultLeaseMs = 60_000
const mostBeatMs = 2_000
const silentMs = 8_000
const processStopped = 'The process was stopped. The next run takes up what this one left.'
/** What runs of this process are to be told when it stops, and when each has given its turn back. */
const working = new Map<(reason: string) => void, Promise<void>>()

/** The process is about to stop: its runs end with the request that they are at, which is waited for; the next ones take up what they leave. */
export async function endTurns(): Promise<void> {
  for (const end of working.keys()) end(processStopped)
  await Promise.all(working.values())
}

const turns = new AsyncLocalStorage<{ assert: () => Promise<void>; ending: AbortSignal; meter: Meter }>()

/** To be awaited before each request to the other side. Errors: `conflict` when the run has lost its turn. */
export async function beforeRequest(bucket: string): Promise<void> {
  const turn = turns.getStore()
  if (!turn) return
  await turn.assert()
  turn.meter.count(bucket)
}

/**
 * Waits for so many milliseconds before a request to the other side. A run that is told to end meanwhile does so at once: a limit there
 * may be a minute away, and its turn would be nobody's for as long. Errors: those of `beforeRequest`.
 */
export async function pause(ms: number): Promise<void> {
  const turn = turns.getStore()
  await sleep(ms, undefined, { signal: turn?.ending }).catch(() => {})
  await turn?.assert()
}

/** To be told the limit of a bucket that an answer's headers name, and the part of it that we allow ourselves. */
export function noteLimit(bucket: string, limit: number, allowance: number): void {
  turns.getStore()?.meter.limit(bucket, limit, allowance)
}

/** One run at a time. Errors: `conflict` while another one works; whatever `work` throws. */
export async function alone<T>(ctx: Context, start: RunStart, work: (turn: Turn) => Promise<T>): Promise<T> {
  const run: NewRun = {
    id: ctx.newId(), kind: start.kind, portalId: start.portalId ?? null, planId: start.planId ?? null,
    startedBy: ctx.actor.principal, source: ctx.actor.source, correlationId: ctx.actor.correlationId,
  }
  const leaseMs = start.leaseMs ?? defaultLeaseMs
  const claimed = performance.now()
  const token = await takeTurn(withoutViews(ctx.db), run, start, leaseMs)
  const held = holdTurn(ctx, run, token, leaseMs, claimed)
  // Told while it was being let in.
  if (start.stop?.aborted) held.tell(processStopped)
  try {
    const result = await turns.run(held, () => work(held.turn))
    await held.end(null)
    return result
  } catch (error) {
    // What went wrong is the news; where even its note cannot be written, the lease runs out.
    await held.end(error).catch(() => {})
    throw error
  } finally {
    held.release()
  }
}

async function takeTurn(db: Database, run: NewRun, start: RunStart, leaseMs: number): Promise<number> {
  const until = performance.now() + (start.waitMs ?? 0)
  for (;;) {
    if (start.stop?.aborted) throw new GatehouseError('conflict', processStopped)
    // Looked at without a lock first: who waits must not stand in the way of whoever works.
    const holder = (await findHolder(db)) ?? (await claim(db, run, leaseMs))
    if (typeof holder === 'number') return holder
    if (performance.now() >= until) {
      const reason = `Another sync run is under way: ${describeHolder(holder)}.`
      if (start.noteSkip) await noteSkipped(db, run, reason)
      throw new GatehouseError('conflict', `${reason} ${howToGoOn(holder, leaseMs)}`)
    }
    await sleep(Math.min(1_000, until - performance.now()), undefined, { signal: start.stop }).catch(() => {})
  }
}

async function claim(db: Database, run: NewRun, leaseMs: number): Promise<number | Holder> {
  const { token, holder } = await claimRun(db, run, leaseMs)
  return token ?? holder!
}

/** Who lives beats every two seconds. One that was killed keeps its turn until its lease is over. */
function howToGoOn({ leftMs }: Holder, leaseMs: number): string {
  if (leftMs > leaseMs - silentMs) return 'Wait until it has ended.'
  return `Nothing has been heard of it for a while. If its process has died, its turn ends in ${Math.ceil(leftMs / 1_000)} seconds, and a run then takes up what it left: try again then.`
}

export function describeHolder({ kind, portalId, step, started, startedBy }: Holder): string {
  return `${kind}${portalId === null ? '' : ` of portal ${portalId}`}, ${step}, begun ${started} by ${startedBy}`
}

function holdTurn(ctx: Context, run: NewRun, token: number, leaseMs: number, claimed: number) {
  const at: RunProgress = { step: 'starting', done: 0, total: null, requests: 0, rates: {}, planId: run.planId }
  const meter = createMeter()
  // Beside the work: a first commit that means something to the caller is one of the work.
  const plain = withoutViews(ctx.db)
  const clocks = createLease(leaseMs, claimed, () => ctx.now().getTime())
  let result: Record<string, unknown> = {}
  let stopReason: string | null = null
  let isOver = false
  let told: string | null = null
  const ending = new AbortController()
  const tell = (reason: string) => {
    told = reason
    ending.abort()
  }
  const { promise: released, resolve } = Promise.withResolvers<void>()
  working.set(tell, released)

  const now = (): RunProgress => ({ ...at, requests: meter.requests(), rates: meter.rates() })
  const renew = async () => {
    const asked = clocks.now()
    if (!(await renewRun(plain, token, leaseMs, now()))) {
      isOver = true
      throw lostTurn()
    }
    clocks.renewed(asked)
  }
  const beat = repeat(Math.min(mostBeatMs, leaseMs / 4), () => (isOver ? Promise.resolve() : renew()))
  const turn: Turn = {
    runId: run.id,
    ctx: { ...ctx, db: ctx.db.withFence((tx) => fence(tx, token)) },
    progress(step, done = 0, total) {
      Object.assign(at, { step: step.slice(0, 40), done, total: total ?? null })
    },
    plan: (planId) => void (at.planId = planId),
    note: (more) => void (result = { ...result, ...more }),
    stopped: (reason) => void (stopReason = reason),
  }
  return {
    turn,
    meter,
    tell,
    ending: ending.signal,
    async assert() {
      if (isOver) throw lostTurn()
      if (told !== null) throw new GatehouseError('conflict', told)
      // Too long since the last sign of life: only the database knows whether the turn is still ours.
      if (clocks.isDoubtful()) await renew()
    },
    async end(error: unknown) {
      beat.stop()
      await endRun(plain, token, now(), told === null || error === null ? endOf(error, stopReason, result) : { status: 'interrupted', reason: told, result })
    },
    release() {
      beat.stop()
      working.delete(tell)
      resolve()
    },
  }
}

function endOf(error: unknown, stopReason: string | null, result: Record<string, unknown>): RunEnd {
  if (error === null) return { status: stopReason === null ? 'done' : 'stopped', reason: stopReason, result }
  const reason = error instanceof GatehouseError ? error.message : 'Something went wrong on our side.'
  return { status: 'failed', reason, result }
}

/** How long ago the lease was renewed, by both clocks: one stands still while the machine sleeps, the other can be set. */
function createLease(leaseMs: number, claimed: number, wallClock: () => number) {
  const now = () => ({ steady: performance.now(), wall: wallClock() })
  let last = { steady: claimed, wall: wallClock() - (performance.now() - claimed) }
  return {
    now,
    renewed: (at: typeof last) => void (last = at),
    isDoubtful() {
      const { steady, wall } = now()
      return Math.max(steady - last.steady, Math.abs(wall - last.wall)) > leaseMs / 2
    },
  }
}

/** Does `work` again and again, one at a time; a beat that fails is made up for by the next one. */
function repeat(everyMs: number, work: () => Promise<void>): { stop: () => void } {
  const told = new AbortController()
  const beat = async () => {
    for (;;) {
      await sleep(everyMs, undefined, { signal: told.signal })
      await work().catch(() => {})
    }
  }
  beat().catch(() => {})
  return { stop: () => told.abort() }
}
