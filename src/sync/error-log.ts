/**
 * Every error received from the connected system goes to efs.iam_error_log, also those that a retry mends, with the step
 * it came in. The client that receives them knows no steps; the step travels with the asynchronous call.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { logRemoteErrors, type RemoteErrorRow } from '../store/remote-errors.ts'
import type { Database } from '../store/database.ts'
import type { RemoteError } from './connector.ts'

export interface ErrorLog {
  /** To be told of each error received and the attempt it belongs to. */
  note(error: RemoteError, attempt: number): void
  /** Errors noted while `work` runs carry this step. */
  within<T>(step: Record<string, unknown>, work: () => Promise<T>): Promise<T>
  /** Waits until everything noted so far stands in the table. */
  flush(): Promise<void>
}

export function createErrorLog(db: Pick<Database, 'execute'>, now: () => Date): ErrorLog {
  const steps = new AsyncLocalStorage<Record<string, unknown>>()
  let waiting: RemoteErrorRow[] = []
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    const rows = waiting
    waiting = []
    try {
      await logRemoteErrors(db, rows)
    } catch (error) {
      // Kept for the next attempt: a database that is away must not lose them.
      waiting = [...rows, ...waiting]
      throw error
    }
  }

  return {
    note(error, attempt) {
      const { request, requestId, causes } = error
      const trace = { request, requestId, attempt, ...(causes.length > 0 ? { causes } : {}), ...steps.getStore() }
      waiting.push({ at: now().toISOString(), message: error.message, status: error.status, code: error.code, trace })
      writing = writing.then(write).catch(() => {})
    },
    within: (step, work) => steps.run(step, work),
    async flush() {
      await writing
      await write()
    },
  }
}
