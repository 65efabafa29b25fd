/** The client secret of a portal in Okta: set, exchanged and removed here, encrypted, and never shown again. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import type { MasterKey } from '../store/master-key.ts'
import { deletePortalSecret, readPortalSecret, writePortalSecret } from '../store/portal-sign-in.ts'
import { lockedPortal, readPortalDocument } from './portals.ts'

const purpose = 'portal-secret'

/** Whether a portal's client has a secret, and since when. */
export interface PortalSecret {
  set: boolean
  created?: string
}

/** Errors: `not_found` for the portal. */
export async function readSecretState(db: Database, portalId: number): Promise<PortalSecret> {
  await readPortalDocument(db, portalId)
  const found = await readPortalSecret(db, portalId)
  return found ? { set: true, created: found.created } : { set: false }
}

/** Sets the secret, in the place of the one before. Errors: `not_found`, `invalid_value`, which does not repeat it. */
export async function setPortalSecret(ctx: Context, masterKey: MasterKey, portalId: number, secret: unknown): Promise<PortalSecret> {
  const fits = typeof secret === 'string' && /^[\x21-\x7e]{8,512}$/.test(secret)
  if (!fits) throw new GatehouseError('invalid_value', 'secret: must have 8 to 512 ASCII characters, none a space.', { problems: [{ path: 'secret', message: 'must have 8 to 512 ASCII characters, none a space' }] })
  await ctx.db.transaction(async (tx) => {
    await lockedPortal(tx, portalId)
    await writePortalSecret(tx, portalId, masterKey.encrypt(secret, purpose, String(portalId)), ctx.now())
    await recordEvents(tx, ctx, [{ action: 'portal.secret.set', targetType: 'Portal', targetId: String(portalId) }])
  })
  return { set: true, created: ctx.now().toISOString() }
}

/** Makes the client a public one, which shows no secret. Errors: `not_found`. */
export async function removePortalSecret(ctx: Context, portalId: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await lockedPortal(tx, portalId)
    if (!(await deletePortalSecret(tx, portalId))) throw new GatehouseError('not_found', `The portal ${portalId} has no secret.`)
    await recordEvents(tx, ctx, [{ action: 'portal.secret.remove', targetType: 'Portal', targetId: String(portalId) }])
  })
}
