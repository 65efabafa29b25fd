/** Keeps two runs from touching the connected system at once, on however many servers. */
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { lockSpace } from '../store/migrate.ts'

const syncLock = 11

/** One run at a time; the lock goes with its connection, so a run that dies leaves none behind. Errors: `conflict`. */
export async function alone<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    // The lock's own transaction is idle for as long as the run takes, which is not to end it.
    await tx.execute('set local idle_in_transaction_session_timeout = 0')
    const sql = 'select pg_try_advisory_xact_lock($1, $2) as taken'
    const row = await tx.first<{ taken: boolean }>(sql, [lockSpace, syncLock])
    if (!row?.taken) throw new GatehouseError('conflict', 'Another sync run is under way; wait until it has ended.')
    return work()
  })
}
