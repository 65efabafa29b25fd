/** The first start makes one administrator with a one-time password, which is shown once and kept as a hash. */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'
import type { Transaction } from '../store/database.ts'
import { recordEvents } from '../audit/record.ts'
import { ownId } from '../model/own-access.ts'
import { insertOwnRole } from '../store/own-access.ts'
import { claimFirstAdministrator, setInitialPassword } from '../store/first-administrator.ts'
import { costOf, hashPassword } from './password-hash.ts'

export interface FirstAdministrator {
  userName: string
  password: string
}

const userName = 'admin'
const superRole = ownId('SUPER_ADMIN')

/**
 * Makes the administrator when the installation has never had one; undefined otherwise. `create` makes the person in the
 * given transaction. All or nothing: a start that fails leaves it to the next one, and two servers that start at once
 * make one administrator.
 */
export async function firstAdministrator(ctx: Context, create: (tx: Transaction, document: unknown) => Promise<{ id?: unknown }>): Promise<FirstAdministrator | undefined> {
  const password = randomBytes(15).toString('base64url')
  const hashed = await hashPassword(password, costOf(ctx.config))
  return ctx.db.transaction(async (tx) => {
    if (!(await claimFirstAdministrator(tx, ctx.now()))) return undefined
    const id = (await create(tx, { userName, name: { familyName: 'Administrator' } })).id as string
    await setInitialPassword(tx, id, hashed, ctx.now())
    const membership = ctx.newId()
    await insertOwnRole(tx, { id: membership, userId: id, roleId: superRole, at: ctx.now(), grantedBy: ctx.actor.principal })
    const granted = { path: `roles[${membership}]`, after: { role: superRole } }
    await recordEvents(tx, ctx, [
      { action: 'user.password.initial', targetType: 'User', targetId: id, result: 'SUCCESS' },
      { action: 'user.roles.add', targetType: 'User', targetId: id, changes: [granted] },
    ])
    return { userName, password }
  })
}
