/**
 * People show that an address of theirs is theirs, by a code that goes there. Underneath it is a factor of the kind EMAIL, begun and confirmed
 * as any (factors.ts): hashed, for one session, once, for ten minutes, wrong ones counted; here it is called by its address.
 *
 *     asked for ──▶ begun, for the address as it is written now ──code──▶ proved ──another value, removed, out of use──▶ no more
 *                     └──the same, or ten minutes, or another code asked for──▶ no more
 */
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { addressesOf, factorsOf, type OwnAddress } from '../store/factors.ts'
import type { MasterKey } from '../store/master-key.ts'
import type { SessionRow } from '../store/sessions.ts'
import { confirmEnrolment, enrolFactor, refuseStale } from './factors.ts'
import type { Visit } from './sessions-open.ts'
import type { SignedIn } from './sign-in.ts'

/** Errors: `not_found`; `conflict` for one that is not in use, or is proved. */
async function unproved(ctx: Context, userId: string, id: string): Promise<OwnAddress> {
  const found = (await addressesOf(ctx.db, userId)).find((one) => one.id === id)
  if (!found) throw new GatehouseError('not_found', `You have no e-mail address with the id ${id}.`)
  if (!found.active) throw new GatehouseError('conflict', 'The address is not in use.')
  if (found.proved) throw new GatehouseError('conflict', 'The address is proved already.')
  return found
}

/**
 * Sends a code to one of a person's own addresses; what was begun and not confirmed before is of no use any more. Errors: `step_up_required`,
 * `not_found`, `conflict`, `too_many_requests` for a person and for a mailbox.
 */
export async function sendAddressCode(ctx: Context, masterKey: MasterKey, session: SessionRow, id: string): Promise<void> {
  await refuseStale(ctx, session)
  const { value } = await unproved(ctx, session.userId, id)
  await enrolFactor(ctx, masterKey, session, { type: 'EMAIL', value })
}

/**
 * Takes the code that went to an address: it is proved. Errors: `step_up_required`, `not_found`, `conflict`, `factor_refused` for a code that is
 * wrong, used, too old, or went to what the address was before; `too_many_requests`, `unauthenticated` for a session that has ended.
 */
export async function proveAddress(ctx: Context, masterKey: MasterKey, session: SessionRow, id: string, code: string, visit?: Visit): Promise<SignedIn> {
  await refuseStale(ctx, session)
  const { value } = await unproved(ctx, session.userId, id)
  const begun = (await factorsOf(ctx.db, session.userId)).find((one) => one.type === 'EMAIL' && !one.confirmed && one.value === value)
  // Nothing is out that could be guessed at.
  if (!begun) throw new GatehouseError('factor_refused')
  return confirmEnrolment(ctx, masterKey, session, begun.id, code, visit)
}
