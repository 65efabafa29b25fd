/**
 * Background work, on graphile-worker in the same database: safe on several servers, each task once. Schedules run in
 * UTC; what depends on the day asks for "today" in the configured zone, and so runs every hour.
 */
import { Logger, parseCronItems, run, type Runner, type TaskList } from 'graphile-worker'
import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseOptions } from '../store/database.ts'

export interface Job {
  name: string
  /** When it runs by itself, as cron says it, in UTC. */
  schedule: string
  /** `stop` is aborted when the server stops: what takes longer ends early then. */
  work: (stop: AbortSignal) => Promise<unknown>
  /** Tried once only, and while it is under way at most one more waits: for work that is made up for the next time. */
  once?: true
}

/** Starts the worker with its schedules. `log` is told of failures; a failed task is tried again by the worker. */
export async function startJobs(database: DatabaseOptions, jobs: readonly Job[], log: (message: string, error: unknown) => void): Promise<{ stop: () => Promise<void> }> {
  const { connectionString, host, user, password, database: name } = database
  const address = connectionString === undefined ? { host, user, password, database: name } : { connectionString }
  const pool = new pg.Pool({ ...address, max: 3, connectionTimeoutMillis: 5_000, application_name: 'gatehouse-jobs' })
  const told = new AbortController()
  const lost = (error: Error) => log('the job queue lost a connection', error)
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.name, onceAtATime(async () => {
    await job.work(told.signal).catch((error: unknown) => {
      log(`the job ${job.name} failed`, error)
      throw error
    })
  })]))
  const start = (): Promise<Runner> => run({
    pgPool: pool,
    concurrency: 6,
    noHandleSignals: true,
    noPreparedStatements: database.namedStatements === false,
    // Nobody waits for a job to be noted as done; by itself, what stands against that would end the process. In batches it ends the worker.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    taskList,
    parsedCronItems: parseCronItems(jobs.map((job) => ({ task: job.name, match: job.schedule, identifier: job.name, options: { maxAttempts: job.once ? 1 : 3, backfillPeriod: 0, ...(job.once ? { jobKey: job.name, jobKeyMode: 'preserve_run_at' as const } : {}) } }))),
    logger: quiet,
  })
  const first = await start().catch((error: unknown) => pool.end().then(() => Promise.reject(error)))
  const ended = supervise(first, start, told.signal, log)
  return {
    async stop() {
      told.abort()
      await ended.finally(() => pool.end())
    },
  }
}

/**
 * A job that is woken while it works does not take a second worker: whoever works goes once more. A queue of
 * graphile-worker would do the same, and stay locked for hours after a server was killed.
 */
function onceAtATime(work: () => Promise<void>): () => Promise<void> {
  let working = false
  let again = false
  return async () => {
    again = true
    if (working) return
    working = true
    try {
      while (again) {
        again = false
        await work()
      }
    } finally {
      working = false
    }
  }
}

/** A worker gives up when the database goes away at the wrong moment: another one takes its place, until told to stop. */
async function supervise(first: Runner, start: () => Promise<Runner>, told: AbortSignal, log: (message: string, error: unknown) => void): Promise<void> {
  for (let runner: Runner | undefined = first; ;) {
    await (runner && untilEnd(runner, told))
    if (told.aborted) return
    log('the job queue ended; it starts again', undefined)
    await sleep(againMs, undefined, { signal: told }).catch(() => {})
    if (told.aborted) return
    runner = await start().catch((error: unknown) => void log('the job queue cannot start', error))
  }
}

async function untilEnd(runner: Runner, told: AbortSignal): Promise<void> {
  const stop = () => runner.stop().catch(() => {})
  const stopped = told.aborted ? stop() : new Promise<void>((resolve) => told.addEventListener('abort', () => void stop().then(resolve), { once: true }))
  await Promise.race([stopped, runner.promise.catch(() => {})])
  if (told.aborted) await stopped
}

const againMs = 2000
const quiet = new Logger(() => () => {})
