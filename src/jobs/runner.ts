/**
 * Background work, on graphile-worker in the same database: safe on several servers, each task once. Schedules run in
 * UTC; what depends on the day asks for "today" in the configured zone, and so runs every hour.
 */
import { Logger, parseCronItems, run, type Runner, type TaskList } from 'graphile-worker'
import pg from 'pg'
import type { DatabaseOptions } from '../store/database.ts'

export interface Job {
  name: string
  /** When it runs by itself, as cron says it, in UTC. */
  schedule: string
  work: () => Promise<unknown>
}

/** Starts the worker with its schedules. `log` is told of failures; a failed task is tried again by the worker. */
export async function startJobs(database: DatabaseOptions, jobs: readonly Job[], log: (message: string, error: unknown) => void): Promise<{ stop: () => Promise<void> }> {
  const { connectionString, host, user, password, database: name } = database
  const pool = new pg.Pool({ ...(connectionString === undefined ? { host, user, password, database: name } : { connectionString }), max: 3, application_name: 'gatehouse-jobs' })
  const lost = (error: Error) => log('the job queue lost a connection', error)
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  const taskList: TaskList = Object.fromEntries(jobs.map((job) => [job.name, async () => {
    await job.work().catch((error: unknown) => {
      log(`the job ${job.name} failed`, error)
      throw error
    })
  }]))
  const runner: Runner = await run({
    pgPool: pool,
    concurrency: 2,
    noHandleSignals: true,
    noPreparedStatements: database.namedStatements === false,
    taskList,
    parsedCronItems: parseCronItems(jobs.map((job) => ({ task: job.name, match: job.schedule, identifier: job.name, options: { maxAttempts: 3, backfillPeriod: 0 } }))),
    logger: quiet,
  })
  return {
    async stop() {
      await runner.stop()
      await pool.end()
    },
  }
}


const quiet = new Logger(() => () => {})
