/**
 * When a person has to be asked something: to sign in (again, or more strongly), or to consent. The provider's own rules,
 * and four of ours: the sign-in must still be there, it must reach the level, the usage policies for all sites, of our own and of the
 * application's be accepted, and our own applications are trusted.
 */
import { interactionPolicy, type Grant, type KoaContextWithOIDC } from 'oidc-provider'
import { identityScopes, protocolClaims, scopesOfClaims } from '../model/oidc-scopes.ts'
import { policiesDueHere } from '../signin/it-policies.ts'
import { levelDemandedHere } from '../signin/sign-in-steps.ts'
import { readConsent } from '../store/oidc-consents.ts'
import type { OwnMetadata } from './client-metadata.ts'
import { saveGrant } from './grants.ts'
import { leastLevel, type DoorState } from './provider-context.ts'

const { Check, Prompt, base } = interactionPolicy

/** Our part of a client's metadata. */
export const ownOf = (client: unknown): OwnMetadata => client as OwnMetadata

export function createPolicy(door: DoorState): ReturnType<typeof base> {
  const policy = base()
  const login = policy.get('login')!
  const needed = async ({ oidc, req }: KoaContextWithOIDC) => levelNeeded(door, oidc.client, oidc.params?.acr_values as string | undefined, (await door.signedIn(req))?.userId)
  login.checks.add(new Check('sign_in', 'the sign-in has ended', async (ctx) => {
    const signedIn = await door.signedIn(ctx.req)
    const { accountId } = ctx.oidc.session!
    return accountId !== undefined && (signedIn?.userId !== accountId || ctx.oidc.account === undefined)
  }))
  login.checks.add(new Check('level', 'the sign-in is not strong enough', 'unmet_authentication_requirements', async (ctx) => {
    const signedIn = await door.signedIn(ctx.req)
    return signedIn !== undefined && signedIn.level < (await needed(ctx))
  }, async (ctx) => ({ leastLevel: await needed(ctx) })))
  login.checks.add(new Check('site_policies', 'usage policies have to be accepted', async (ctx) => {
    const signedIn = await door.signedIn(ctx.req)
    return signedIn !== undefined && (await hasPoliciesDue(door, signedIn.userId, ctx.oidc.client))
  }))
  // Whom to go on as comes before what they have to prove.
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  const consent = policy.get('consent')!
  // A program on a device cannot prove who it is: each time somebody has to be there and say yes, unless it is ours.
  const native = consent.checks.get('native_client_prompt')!
  consent.checks.remove('native_client_prompt')
  consent.checks.add(new Check(native.reason, native.description!, native.error!, (ctx) => !ownOf(ctx.oidc.client).first_party && native.check(ctx)), 0)
  return policy
}

/** The level that a request wants, and what is demanded of its person here by now: a session that began before that was raised has less. */
export async function levelNeeded({ levels, base }: Pick<DoorState, 'base' | 'levels'>, client: unknown, acrValues: string | undefined, userId: string | undefined): Promise<number> {
  const asked = leastLevel(levels, ownOf(client).least_level, acrValues)
  return userId === undefined ? asked : Math.max(asked, await levelDemandedHere(base, userId))
}

/** Whether somebody has still to decide on usage policies: for all sites or of our own, which an open session may not have been asked yet, or of the application's. */
export async function hasPoliciesDue({ base }: Pick<DoorState, 'base'>, userId: string, client: unknown): Promise<boolean> {
  return (await policiesDueHere(base, userId, ownOf(client).site_id ?? null)).length > 0
}

/** What of a request is asked for: scopes of identity, single claims, and scopes at our own API by its address. */
export function askedOf(ctx: KoaContextWithOIDC): { identity: string[]; claims: string[]; api: Map<string, string[]> } {
  const scopes = [...ctx.oidc.requestParamScopes]
  const claims = [...ctx.oidc.requestParamClaims].filter((claim) => !protocolClaims.includes(claim))
  const servers = Object.entries(ctx.oidc.resourceServers ?? {})
  return {
    identity: scopes.filter((scope) => scope in identityScopes),
    claims,
    api: new Map(servers.map(([address, server]) => [address, scopes.filter((scope) => server.scopes.has(scope))])),
  }
}

/** Gives a grant all that is asked for; whether that was anything new. */
export function grantAsked(grant: Grant, { identity, claims, api }: ReturnType<typeof askedOf>): boolean {
  const before = JSON.stringify([grant.openid, grant.resources])
  if (claims.length > 0) grant.addOIDCClaims(claims)
  if (identity.length > 0) grant.addOIDCScope(identity.join(' '))
  for (const [address, scopes] of api) if (scopes.length > 0) grant.addResourceScope(address, scopes.join(' '))
  return JSON.stringify([grant.openid, grant.resources]) !== before
}

/**
 * The grant that an authorization goes on with: the one just consented to, or the session's, widened by what needs no
 * question (the client is ours, or the person has allowed it all before). Not widened is it when the client is changed meanwhile: then somebody is asked.
 */
export async function loadGrant(door: DoorState, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc
  const grantId = result?.consent?.grantId ?? session!.grantIdFor(client!.clientId)
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  if (result?.consent?.grantId !== undefined || !account) return found
  const asked = askedOf(ctx)
  const all = [...asked.identity, ...scopesOfClaims(asked.claims), ...[...asked.api.values()].flat()]
  const allowed = ownOf(client).first_party ? all : ((await readConsent(door.base.db, account.accountId, client!.clientId))?.scopes ?? [])
  if (!all.every((scope) => allowed.includes(scope))) return found
  const grant = found ?? new provider.Grant({ accountId: account.accountId, clientId: client!.clientId })
  if (!grantAsked(grant, asked) || (await saveGrant(door, grant, client, ownOf(client).first_party ? undefined : all))) return grant
  return grantId === undefined ? undefined : provider.Grant.find(grantId)
}
