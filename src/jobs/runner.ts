/**
 * Background work, on graphile-worker in the same database: safe on several servers, each task once. Schedules run in
 * UTC; what depends on the day asks for "today" in the configured zone, and so runs every hour.
 */
import { Logger, parseCronItems, run, type Runner, type TaskList } from 'graphile-worker'
import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseOptions } from '../store/database.ts'
import { jobsName } from '../store/open.ts'

export interface Job {
  name: string
  /** When it runs by itself, as cron says it, in UTC. */
  schedule: string
  /** `stop` is aborted when the server stops: what takes longer ends early then. */
  work: (stop: AbortSignal) => Promise<unknown>
  /** Tried once only, and while it is under way at most one more waits: for work that is made up for the next time. */
  once?: true
}

export interface JobsSetting {
  /** Told of failures. */
  log: (message: string, error: unknown) => void
  now: () => Date
  /** How often to look whether the clock was set back; default half a minute. */
  watchMs?: number
}

/** Starts the worker with its schedules; it tries again what failed. */
export async function startJobs(database: DatabaseOptions, jobs: readonly Job[], setting: JobsSetting): Promise<{ stop: () => Promise<void> }> {
  const { log, now } = setting
  const { connectionString, host, user, password, database: name } = database
  const address = connectionString === undefined ? { host, user, password, database: name } : { connectionString }
  const pool = new pg.Pool({ ...address, max: 3, connectionTimeoutMillis: 5_000, application_name: jobsName })
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
  const begin = (): Promise<Runner> => run({
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
  const start = async () => {
    const runner = await begin()
    await forgetFuture(pool, now()).catch((error: unknown) => log('schedules may wait for a time that was never reached', error))
    return runner
  }
  const first = await start().catch((error: unknown) => pool.end().then(() => Promise.reject(error)))
  const ended = supervise({ ...setting, start, told: told.signal }, first)
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

/** A schedule goes by when it last ran: what lies ahead, by a clock that has been set back since, would keep it waiting for that. */
async function forgetFuture(pool: pg.Pool, now: Date): Promise<void> {
  await pool.query('update graphile_worker._private_known_crontabs set last_execution = null where last_execution > $1', [new Date(now.getTime() + minute)])
}

interface Supervision extends JobsSetting {
  start: () => Promise<Runner>
  told: AbortSignal
}

/**
 * A worker gives up when the database goes away at the wrong moment, and its schedules wait when the clock is set back: another one
 * takes its place, until told to stop.
 */
async function supervise({ start, told, log, now, watchMs = 30_000 }: Supervision, first: Runner): Promise<void> {
  for (let runner: Runner | undefined = first; ;) {
    const watch = runner && whenSetBack(now, watchMs, runner)
    await (runner && untilEnd(runner, told))
    clearInterval(watch)
    if (told.aborted) return
    log('the job queue ended; it starts again', undefined)
    await sleep(againMs, undefined, { signal: told }).catch(() => {})
    if (told.aborted) return
    runner = await start().catch((error: unknown) => void log('the job queue cannot start', error))
  }
}

/** Stops a worker once the clock has gone back by a minute or more, from wherever it had got to. */
function whenSetBack(now: () => Date, watchMs: number, runner: Runner): NodeJS.Timeout {
  const ahead = () => now().getTime() - performance.now()
  // The most it was ahead: schedules have come as far as that by now.
  let most = ahead()
  const watch = setInterval(() => {
    most = Math.max(most, ahead())
    if (ahead() > most - minute) return
    clearInterval(watch)
    void runner.stop().catch(() => {})
  }, watchMs)
  return watch
}

async function untilEnd(runner: Runner, told: AbortSignal): Promise<void> {
  const stop = () => runner.stop().catch(() => {})
  const stopped = told.aborted ? stop() : new Promise<void>((resolve) => told.addEventListener('abort', () => void stop().then(resolve), { once: true }))
  await Promise.race([stopped, runner.promise.catch(() => {})])
  if (told.aborted) await stopped
}

const againMs = 2000
const minute = 60_000
const quiet = new Logger(() => () => {})
