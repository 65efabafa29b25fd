/** Tells people once, some days before (`warningDays.min` of their policy), that their password will expire. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { isTemporary } from '../model/password-state.ts'
import { expiringPasswords, longestNotice, markExpiryTold, type ExpiringPassword } from '../store/password-expiry.ts'
import { policyOf } from './password-policy.ts'

const batch = 500
const dayMs = 86_400_000

/** How many were told. The event is what becomes a message; safe on several servers. */
export async function tellOfExpiry(ctx: Context): Promise<number> {
  const days = await longestNotice(ctx.db)
  if (days === 0) return 0
  const until = new Date(ctx.now().getTime() + days * dayMs)
  let told = 0
  for (let after: ExpiringPassword | undefined; ;) {
    const found = await expiringPasswords(ctx.db, ctx.now(), until, after, batch)
    for (const one of found) if (await tell(ctx, one)) told++
    after = found.at(-1)
    if (found.length < batch) return told
  }
}

async function tell(ctx: Context, one: ExpiringPassword): Promise<boolean> {
  // One that somebody else set for a day or two has to be changed at once, which the sign-in says.
  if (isTemporary(one)) return false
  const { expiry: { noticeDays } } = await policyOf(ctx.db, one.userId, ctx.now())
  if (new Date(one.expires).getTime() > ctx.now().getTime() + noticeDays * dayMs) return false
  return ctx.db.transaction(async (tx) => {
    if (!(await markExpiryTold(tx, one))) return false
    await recordEvents(tx, ctx, [{ action: 'user.password.reminder', targetType: 'User', targetId: one.userId, changes: [{ path: 'passwordExpires', after: one.expires }] }])
    return true
  })
}
