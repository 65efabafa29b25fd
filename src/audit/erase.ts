/**
 * A person's right to be forgotten, in the audit: what events tell about them and from where they acted is blanked for
 * good, with the salts, and one event says so. Headers stay: that something was done, when, by whose id, to whose id.
 */
import type { Context } from '../context.ts'
import { eraseChanges, eraseMerges, eraseOrigins } from '../store/audit-events.ts'
import type { Transaction } from '../store/database.ts'
import { recordEvents } from './record.ts'

export interface ErasedTarget {
  targetType: string
  targetId: string
}

/**
 * Erases a person's data from the audit, in the caller's transaction; how many events lost something. `others` are
 * further records that are this person's alone (an account of theirs elsewhere, say) and have events of their own. Whoever this
 * person was once merged into gets an event too, which says whose data their own events lost: without it the chain would be broken.
 */
export async function erasePerson(
  tx: Transaction,
  ctx: Context,
  userId: string,
  others: readonly ErasedTarget[] = [],
): Promise<number> {
  const now = ctx.now()
  const targets = [{ targetType: 'User', targetId: userId }, ...others]
  const survivors = await eraseMerges(tx, userId, now)
  let erased = (await eraseOrigins(tx, userId, now)) + survivors.length
  for (const { targetType, targetId } of targets) erased += await eraseChanges(tx, targetType, targetId, now)
  // Who erases themselves must not leave their name and address behind with the very event that tells of it.
  const isOwn = ctx.actor.userId === userId
  const actor = isOwn ? { ...ctx.actor, ip: null, principal: '' } : ctx.actor
  await recordEvents(
    tx,
    { ...ctx, actor },
    [
      ...[...new Set(survivors)].map((id) => ({ action: 'audit.erase', targetType: 'User', targetId: id, changes: [{ path: 'mergedFrom', after: userId }] })),
      ...targets.map((target) => ({ action: 'audit.erase', ...target })),
    ],
  )
  return erased
}
