/** The first start makes one administrator with a one-time password, which is shown once and kept as a hash. */
import { hash } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'
import { recordEvents } from '../audit/record.ts'
import { claimFirstAdministrator, setInitialPassword } from '../store/first-administrator.ts'

export interface FirstAdministrator {
  userName: string
  password: string
}

const userName = 'admin'

/**
 * Makes the administrator when the installation has never had one; undefined otherwise. `create` makes the person.
 * Two servers that start at once make one administrator.
 */
export async function firstAdministrator(ctx: Context, create: (document: unknown) => Promise<{ id?: unknown }>): Promise<FirstAdministrator | undefined> {
  if (!(await claimFirstAdministrator(ctx.db, ctx.now()))) return undefined
  const password = randomBytes(15).toString('base64url')
  const person = await create({ userName, name: { familyName: 'Administrator' }, isVisible: true })
  const hashed = await hash(password, { memoryCost: 19456, timeCost: 2, parallelism: 1 })
  await ctx.db.transaction(async (tx) => {
    await setInitialPassword(tx, person.id as string, hashed, ctx.now())
    await recordEvents(tx, ctx, [{ action: 'user.password.initial', targetType: 'User', targetId: person.id as string, result: 'SUCCESS' }])
  })
  return { userName, password }
}
