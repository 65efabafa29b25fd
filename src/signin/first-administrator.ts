/**
 * The first start makes one administrator with a one-time password, which is shown once and kept as a hash. Whoever holds
 * the database and the master key may make another: on the machine, by the command line, and by no door.
 */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'
import { today } from '../model/today.ts'
import { GatehouseError } from '../errors.ts'
import { recordEvents } from '../audit/record.ts'
import { ownId } from '../model/own-access.ts'
import type { Transaction } from '../store/database.ts'
import { claimFirstAdministrator, findFirstAdministrator, setInitialPassword } from '../store/first-administrator.ts'
import { lockLogin } from '../store/logins-sign-in.ts'
import { insertOwnRole } from '../store/own-access.ts'
import { unlock } from './locks.ts'
import { setPassword } from './password-change.ts'
import { costOf, hashPassword } from './password-hash.ts'
import { isRecoverable } from './sign-in-refusals.ts'

export interface FirstAdministrator {
  userName: string
  password: string
}

const userName = 'admin'
const superRole = ownId('SUPER_ADMIN')

const oneTimePassword = () => randomBytes(15).toString('base64url')

/**
 * Makes the administrator when the installation has never had one; undefined otherwise. `create` makes the person in the
 * given transaction. All or nothing: a start that fails leaves it to the next one, and two servers that start at once
 * make one administrator.
 */
export async function firstAdministrator(ctx: Context, create: (tx: Transaction, document: unknown) => Promise<{ id?: unknown }>): Promise<FirstAdministrator | undefined> {
  const password = oneTimePassword()
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

/**
 * Gives the first administrator a new one-time password. Their sessions end and a lock by failures opens; second factors
 * and what an administrator has locked stay. Errors: `not_found` when there is no such person any more, `conflict` when
 * they could not sign in with any password.
 */
export async function renewFirstPassword(ctx: Context): Promise<FirstAdministrator> {
  const id = await findFirstAdministrator(ctx.db, userName)
  if (id === undefined) {
    throw new GatehouseError('not_found', `Nobody whom the first start has made signs in as ${userName}. Give somebody else the role: npx gatehouse access grant --user NAME --to-role ${superRole}`)
  }
  const password = oneTimePassword()
  await setPassword(ctx, id, { next: password, forceChange: true }, async (tx) => {
    const login = await lockLogin(tx, id)
    if (!login || !isRecoverable(login, today(ctx))) {
      throw new GatehouseError('conflict', `${userName} cannot sign in by a password: the account is closed, disabled or locked by an administrator, or signs in elsewhere. Give somebody else the role: npx gatehouse access grant --user NAME --to-role ${superRole}`)
    }
    await unlock(tx, ctx, id)
  })
  return { userName, password }
}
