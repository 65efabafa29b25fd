/**
 * Usage policies: what a person has to decide on before they are signed in, and their decision. Declining is recorded and
 * signs nobody in; that is the sign-in's to do.
 */
import { recordEvents } from '../audit/record.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { policiesDueOf, policyDue, type AskedVersion } from '../model/it-policy.ts'
import { guardPeople } from '../records/guard.ts'
import type { Database, Transaction } from '../store/database.ts'
import { askedVersion, askedVersions, insertDecision } from '../store/it-policies.ts'
import { lockPerson } from '../store/user-rows.ts'
import { ownHost, sitesOf } from './sites.ts'

/** The versions that a person has to decide on before they go on to some sites (to none in particular where there is none), in order. */
export async function policiesDue(db: Pick<Database, 'query'>, userId: string, sites: readonly string[], now: Date): Promise<AskedVersion[]> {
  return policiesDueOf(await askedVersions(db, userId, { sites }, now), sites, now)
}

/** The same for whom this address signs in, to a site or to none: the versions for all sites, of our own site, and of that one. */
export async function policiesDueHere(ctx: Pick<Context, 'db' | 'config' | 'now'>, userId: string, siteId: string | null): Promise<AskedVersion[]> {
  const named = siteId === null ? [] : [siteId]
  const now = ctx.now()
  const [{ ids }, asked] = await Promise.all([sitesOf(ctx.db, ctx, siteId), askedVersions(ctx.db, userId, { sites: named, host: ownHost(ctx) }, now)])
  return policiesDueOf(asked, ids, now)
}

/**
 * Records that a person accepted or declined a version, on which site. Accepting what they have accepted already changes
 * nothing. Errors: `not_found` for the person, or a version that is not asked for now.
 */
export async function decidePolicy(ctx: Context, userId: string, versionId: string, accepted: boolean, contentProviderId: string | null = null): Promise<void> {
  await ctx.db.transaction((tx) => decideWith(tx, ctx, userId, versionId, accepted, contentProviderId))
}

/** The same in the transaction of what comes of it. */
export async function decideWith(tx: Transaction, ctx: Context, userId: string, versionId: string, accepted: boolean, contentProviderId: string | null): Promise<void> {
  if (!(await lockPerson(tx, userId))) throw new GatehouseError('not_found', `There is no user with the id ${userId}.`)
  await guardPeople(tx, ctx, [userId])
  const now = ctx.now()
  const asked = await askedVersion(tx, userId, versionId, now)
  if (!asked) throw new GatehouseError('not_found', `The version ${versionId} is not asked for now.`)
  if (accepted && !policyDue(asked, now)) return
  // By a server whose clock is minutes ahead it was put into force, or asked for anew, only in a while: decided before that, it would be asked for again and again.
  const at = new Date(Math.max(now.getTime(), asked.countsFrom === null ? 0 : Date.parse(asked.countsFrom))).toISOString()
  await insertDecision(tx, { id: ctx.newId(), userId, versionId, at, accepted, name: asked.name, contentProviderId: contentProviderId ?? asked.contentProviderId })
  const after = { accepted, name: asked.name }
  await recordEvents(tx, ctx, [{ action: accepted ? 'user.it-policy.accept' : 'user.it-policy.decline', targetType: 'User', targetId: userId, changes: [{ path: `itPolicies[${versionId}]`, after }] }])
}
