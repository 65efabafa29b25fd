/** The verbs on passwords. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { readOwnPassword, writePassword } from '../store/first-password.ts'
import { hashCost } from './hash-cost.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { policyOf } from './password-policy.ts'

/** A person changes their own. Errors: `invalid_value` for the current one and for what the policy refuses. */
export async function changeOwnPassword(ctx: Context, userId: string, { current, next }: { current: string; next: string }): Promise<void> {
  const stored = await readOwnPassword(ctx.db, userId)
  const { ok } = await verifyPassword(stored, current, hashCost(ctx.config))
  if (!ok) throw new GatehouseError('invalid_value', 'current: is not the password.', { problems: [{ path: 'current', message: 'is not the password' }] })
  await write(ctx, userId, next, false, 'user.password.change')
}

/** Somebody else sets it. */
export async function setPassword(ctx: Context, userId: string, { next, forceChange }: { next: string; forceChange: boolean }): Promise<void> {
  await write(ctx, userId, next, forceChange, 'user.password.set')
}

async function write(ctx: Context, userId: string, next: string, forceChange: boolean, action: string): Promise<void> {
  const { minLength } = await policyOf(ctx.db, userId)
  if ([...next].length < minLength) throw new GatehouseError('invalid_value', `next: must have at least ${minLength} characters.`, { problems: [{ path: 'next', message: `must have at least ${minLength} characters` }] })
  const hashed = await hashPassword(next, hashCost(ctx.config))
  await ctx.db.transaction(async (tx) => {
    await writePassword(tx, userId, hashed, forceChange, ctx.now())
    await recordEvents(tx, ctx, [{ action, targetType: 'User', targetId: userId }])
  })
}
