/**
 * The verbs on delegations: which people somebody who administers may administer. Without any it is everybody; the
 * kinds narrow each other down (in one of these organisations and in one of these groups), rows of one kind add up.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { user } from '../model/user.ts'
import { guardPeople } from '../records/guard.ts'
import { lockRecords } from '../records/write-records.ts'
import { delegationKinds, deleteDelegation, insertDelegation, type Delegation, type DelegationKind } from '../store/delegations.ts'
import type { Transaction } from '../store/database.ts'

const wrong = (path: string, message: string) => new GatehouseError('invalid_value', `${path}: ${message}.`, { problems: [{ path, message }] })

/** What a body says of a new delegation. Errors: `invalid_body`, `unknown_attribute`, `invalid_value`. */
function readDelegation(body: unknown): Pick<Delegation, 'kind' | 'target' | 'withDescendants'> {
  if (!isObject(body)) throw new GatehouseError('invalid_body', 'The body must be a JSON object with `kind` and `target`.')
  const { kind, target, withDescendants = true, ...rest } = body
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) throw new GatehouseError('unknown_attribute', `${unknown}: is not an attribute of a delegation.`)
  if (!delegationKinds.includes(kind as DelegationKind)) throw wrong('kind', `must be one of ${delegationKinds.join(', ')}`)
  if (kind === 'REPORTS' ? target !== undefined : typeof target !== 'string') throw wrong('target', kind === 'REPORTS' ? 'is not for REPORTS, which means one\'s own' : 'must be the id of the organisation or group')
  if (typeof withDescendants !== 'boolean') throw wrong('withDescendants', 'must be true or false')
  return { kind: kind as DelegationKind, ...(typeof target === 'string' ? { target } : {}), withDescendants }
}

/** Restricts an administrator to an organisation, a group or their own reports. Errors: `invalid_…`, `already_exists`, `forbidden`, `conflict` for the last who may administer everything. */
export async function addDelegation(ctx: Context, userId: string, body: unknown): Promise<Delegation> {
  const delegation: Delegation = {
    ...readDelegation(body), id: ctx.newId(), created: ctx.now().toISOString(), ...(ctx.actor.userId === null ? {} : { createdBy: ctx.actor.userId }),
  }
  await ctx.db.transaction(async (tx) => {
    await guardDelegation(tx, ctx, userId)
    await insertDelegation(tx, userId, delegation)
    await recorded(tx, ctx, userId, 'add', delegation)
  })
  return delegation
}

/** Takes a restriction away. Errors: `not_found`, `forbidden`. */
export async function removeDelegation(ctx: Context, userId: string, id: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await guardDelegation(tx, ctx, userId)
    await recorded(tx, ctx, userId, 'remove', await deleteDelegation(tx, userId, id))
  })
}

/** Who is restricted decides about nobody's restrictions, their own least of all. */
async function guardDelegation(tx: Transaction, ctx: Context, userId: string): Promise<void> {
  if (ctx.authority?.reach) throw new GatehouseError('forbidden', 'You may administer some people only, and so not decide whom others may administer.')
  await guardPeople(tx, ctx, [userId])
  await lockRecords(tx, user, [userId])
}

async function recorded(tx: Transaction, ctx: Context, userId: string, operation: 'add' | 'remove', { id, kind, target, withDescendants }: Delegation): Promise<void> {
  const value = { kind, ...(target === undefined ? {} : { target }), withDescendants }
  const change = { path: `delegations[${id}]`, ...(operation === 'add' ? { after: value } : { before: value }) }
  await recordEvents(tx, ctx, [{ action: `user.delegations.${operation}`, targetType: 'User', targetId: userId, changes: [change] }])
}
