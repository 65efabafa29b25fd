/**
 * Runs of the sync and the right to write. One run at a time holds the lease; its number, the fencing token, is higher
 * than that of every run before. Whoever is not heard of until `lease_until` counts as dead and can be replaced, and from
 * then on can commit nothing: each transaction of a run holds the row of `sync_lease` shared and checks its token there,
 * and a successor needs that row alone.
 *
 *     running ──▶ done · failed · stopped          skipped: another one was at work
 *        └──── no heartbeat ──▶ interrupted
 *
 * Times are the database's own, so that servers whose clocks disagree agree here. Nothing depends on a connection.
 */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { syncRunAttributes } from '../model/listings.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

type Writer = Pick<Database, 'execute'>

export interface NewRun {
  id: string
  kind: string
  portalId: number | null
  planId: string | null
  startedBy: string
  source: string
  correlationId: string
}

/** Where a run stands, as its heartbeat tells it. */
export interface RunProgress {
  step: string
  done: number
  total: number | null
  requests: number
  rates: Record<string, unknown>
  planId: string | null
}

export interface Holder {
  kind: string
  portalId: number | null
  step: string
  started: string
  startedBy: string
  /** For how long its turn goes on when nothing is heard of it any more, in milliseconds. */
  leftMs: number
}

export type Claim = { token: number; holder?: undefined } | { token?: undefined; holder: Holder }

const leaseName = 'okta'
const holderSql = `select kind, portal_id as "portalId", step, started_at as started, started_by as "startedBy",
  (extract(epoch from lease_until - clock_timestamp()) * 1000)::int as "leftMs"
  from gatehouse.sync_run where status = 'running' and lease_until > clock_timestamp()`

/** Who is at work, if anybody is. */
export function findHolder(db: Pick<Database, 'first'>): Promise<Holder | undefined> {
  return db.first<Holder>(holderSql)
}

/** Begins a run, unless another one is alive; one that has died is closed. */
export async function claimRun(db: Database, run: NewRun, leaseMs: number): Promise<Claim> {
  return db.transaction(async (tx) => {
    // Waits for what the predecessor is just committing; an open transaction of one that sleeps ends by its own limit.
    await tx.execute('select from gatehouse.sync_lease where name = $1 for update', [leaseName])
    const holder = await tx.first<Holder>(holderSql)
    if (holder) return { holder }
    await closeDeadRuns(tx)
    const row = await tx.first<{ token: number }>(
      `insert into gatehouse.sync_run (run_id, kind, portal_id, plan_id, started_by, source, correlation_id, lease_until)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 millisecond') returning token`,
      [run.id, run.kind, run.portalId, run.planId, run.startedBy.slice(0, 255), run.source, run.correlationId, leaseMs])
    await tx.execute('update gatehouse.sync_lease set token = $2 where name = $1', [leaseName, row!.token])
    return { token: row!.token }
  })
}

/** Tells that the run lives, and where it stands. False when it has been replaced. */
export async function renewRun(db: Writer, token: number, leaseMs: number, at: RunProgress): Promise<boolean> {
  const renewed = await db.execute(
    `update gatehouse.sync_run set heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + $2 * interval '1 millisecond',
       step = $3, done = $4, total = $5, requests = $6, rates = $7, plan_id = coalesce($8, plan_id)
     where token = $1 and status = 'running'`,
    [token, leaseMs, at.step, at.done, at.total, at.requests, JSON.stringify(at.rates), at.planId])
  return renewed > 0
}

const transactionIdleMs = '30000'

/**
 * Makes a transaction one of this run: it can only commit while nobody has replaced the run, and a worker that falls
 * asleep in the middle of it does not keep the lease from its successor. Errors: `conflict`.
 */
export async function fence(tx: Transaction, token: number): Promise<void> {
  const row = await tx.first(
    `select set_config('idle_in_transaction_session_timeout', $3, true) from gatehouse.sync_lease where name = $1 and token = $2 for share`,
    [leaseName, token, transactionIdleMs], 'sync_fence')
  if (!row) throw lostTurn()
}

export const lostTurn = () => new GatehouseError('conflict', 'This sync run was not heard of for too long, and its turn is over: what it has not done stays for the next one.')

export interface RunEnd {
  status: 'done' | 'failed' | 'stopped' | 'interrupted'
  reason: string | null
  result: Record<string, unknown>
}

/** The end of a run that still holds the lease; one that has been replaced stays `interrupted`. */
export async function endRun(db: Database, token: number, at: RunProgress, end: RunEnd): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute('update gatehouse.sync_lease set token = 0 where name = $1 and token = $2', [leaseName, token])
    await tx.execute(
      `update gatehouse.sync_run set status = $2, reason = $3, result = $4, step = $5, done = $6, total = $7, requests = $8, rates = $9,
         plan_id = coalesce($10, plan_id), ended_at = clock_timestamp(), heartbeat_at = clock_timestamp()
       where token = $1 and status = 'running'`,
      [token, end.status, end.reason?.slice(0, 2000), JSON.stringify(end.result), at.step, at.done, at.total, at.requests, JSON.stringify(at.rates), at.planId])
  })
}

/** Notes a run that did not begin, and why. */
export async function noteSkipped(db: Writer, run: NewRun, reason: string): Promise<void> {
  await db.execute(
    `insert into gatehouse.sync_run (run_id, kind, portal_id, plan_id, started_by, source, correlation_id, lease_until, status, step, reason, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), 'skipped', 'skipped', $8, clock_timestamp())`,
    [run.id, run.kind, run.portalId, run.planId, run.startedBy.slice(0, 255), run.source, run.correlationId, reason.slice(0, 2000)])
}

/** Runs that have died become `interrupted`: asked before any answer about runs, so that none is ever left running. */
export async function closeDeadRuns(db: Writer): Promise<number> {
  return db.execute(
    `update gatehouse.sync_run set status = 'interrupted', ended_at = heartbeat_at,
       reason = 'The run was not heard of any more: its process, or its way to the database, had died. The next one takes up what it left.'
     where status = 'running' and lease_until <= clock_timestamp()`)
}

export function findRun(db: Pick<Database, 'first'>, id: string): Promise<Row | undefined> {
  return db.first<Row>('select * from gatehouse.sync_run where run_id = $1', [id])
}

/** Removes what is told of old runs. */
export async function sweepRuns(db: Writer, before: Date): Promise<number> {
  return db.execute(`delete from gatehouse.sync_run where started_at < $1 and status <> 'running'`, [before])
}

/** Runs, the newest first. */
export const runListing: Listing = {
  name: 'OktaRun', table: 'gatehouse.sync_run', idColumn: 'run_id', attributes: syncRunAttributes, collections: [], order: ['started'], descending: true,
}

export function runOfRow(row: Row): Document {
  const { rates, result } = row
  return { ...documentOfRow(runListing, row), rates, result }
}
