/**
 * Keeping the audit for a set time: whole sealed blocks go, oldest first. Their signed headers stay, so the chain still
 * verifies from its beginning; and one event, sealed later, says up to which block it was.
 */
import type { Context } from '../context.ts'
import { emptyBlock, expiredBlocks } from '../store/audit-blocks.ts'
import { deleteEvents } from '../store/audit-events.ts'
import { slowestConsumer } from '../store/event-consumers.ts'
import { idsOf } from './block.ts'
import { recordEvents } from './record.ts'

export interface Dropped {
  blocks: number
  events: number
  /** The consumer that still needs events from before; they are kept for it. */
  heldBy?: string
}

/** The most blocks of one call: the next night takes the rest. */
const blockLimit = 10_000
const dayMs = 86_400_000

/** Drops events sealed more than `days` ago, block by block; safe to be killed at any point and called again. */
export async function dropOldEvents(ctx: Context, days: number): Promise<Dropped> {
  const before = new Date(ctx.now().getTime() - days * dayMs)
  const consumer = await slowestConsumer(ctx.db)
  const numbers = await expiredBlocks(ctx.db, before, consumer ?? null, blockLimit)
  const last = numbers.at(-1)
  const held = consumer && (await expiredBlocks(ctx.db, before, null, blockLimit)).length > numbers.length
  const dropped: Dropped = { blocks: 0, events: 0, ...(held ? { heldBy: consumer.name } : {}) }
  if (last === undefined) return dropped
  // The event comes first: should the server die halfway, what is gone by then is accounted for.
  await ctx.db.transaction((tx) =>
    recordEvents(tx, ctx, [{ action: 'audit.drop', targetType: 'AuditBlock', targetId: String(last) }]),
  )
  for (const blockNo of numbers) {
    dropped.events += await dropBlock(ctx, blockNo)
    dropped.blocks++
  }
  return dropped
}

/** How many events went; none when another server was first. */
async function dropBlock(ctx: Context, blockNo: number): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    const ids = await emptyBlock(tx, blockNo, ctx.now())
    return ids ? deleteEvents(tx, idsOf({ eventIds: ids })) : 0
  })
}
