/** The verb on the unassignment queues: having accounts tried again that failed, or were given up. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { QueuePopulation } from '../model/queue-states.ts'
import { retryEntries } from '../store/unassignment-queue.ts'

/** Has an entry, or (null) every one that failed, tried again at once; how many. Errors: `not_found` for an entry that is not there. */
export async function retryQueued(ctx: Context, population: QueuePopulation, id: number | null): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    const retried = await retryEntries(tx, population, id, ctx.now().toISOString())
    if (id !== null && retried.length === 0) throw new GatehouseError('not_found', `There is no entry ${id} in this queue: it has been worked off, or never was.`)
    await recordEvents(tx, ctx, retried.map((entry) => (
      { action: 'unassignment.retry', targetType: 'Account', targetId: entry.uuid ?? String(entry.id), changes: [{ path: 'entry', after: entry.id }] })))
    return retried.length
  })
}
