/** The verbs on consents: what people have allowed applications to know and do. Revoking one ends what came of it at once. */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { guardPeople } from '../records/guard.ts'
import type { Transaction } from '../store/database.ts'
import { deleteArtifactsOf } from '../store/oidc-artifacts.ts'
import type { ClientAsRead } from '../store/oidc-clients.ts'
import { addConsent, deleteConsent, noteTrusted, readConsent } from '../store/oidc-consents.ts'

/** Notes that a person allows a client these scopes, beside those it has. Nothing is noted of a client that has changed since they were asked: they are asked again. */
export async function giveConsent(ctx: Context, userId: string, client: ClientAsRead, scopes: readonly string[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    if (await addConsent(tx, userId, client, scopes, ctx.now().toISOString())) await recordScopes(tx, ctx, userId, client, scopes)
  })
}

/** Notes what one of our own has of a person without having asked, in the transaction that gives it. */
export async function noteTrust(tx: Transaction, ctx: Context, userId: string, client: ClientAsRead, scopes: readonly string[]): Promise<void> {
  if (await noteTrusted(tx, userId, client, scopes, ctx.now().toISOString())) await recordScopes(tx, ctx, userId, client, scopes)
}

async function recordScopes(tx: Transaction, ctx: Context, userId: string, { id }: ClientAsRead, scopes: readonly string[]): Promise<void> {
  await recordEvents(tx, ctx, [{ action: 'user.consents.add', targetType: 'User', targetId: userId, changes: [{ path: `consents[${id}]`, after: { scopes } }] }])
}

/** Takes a consent back: the client's grants and tokens for this person end with it. Errors: `not_found`, `forbidden`. */
export async function revokeConsent(ctx: Context, userId: string, clientId: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await guardPeople(tx, ctx, [userId])
    const before = await readConsent(tx, userId, clientId)
    // In this order: a grant that is just being made because of the consent holds that, and is there once it is let go.
    await deleteConsent(tx, userId, clientId)
    const ended = await deleteArtifactsOf(tx, userId, clientId)
    if (!before && ended === 0) throw new GatehouseError('not_found', `This person has given no consent to the client ${clientId}.`)
    await recordEvents(tx, ctx, [{
      action: 'user.consents.remove', targetType: 'User', targetId: userId, changes: [{ path: `consents[${clientId}]`, before: { scopes: before?.scopes ?? [] } }],
    }])
  })
}
