/**
 * What the provider asks a person: to sign in, as whom to go on, to consent. Pages (of the console) show it; this answers what is asked
 * and takes the answer. A page belongs to the browser in which the request began, by the provider's cookie; what is
 * posted has to come from our own pages, by the header Origin.
 *
 *     /oidc/auth ─▶ /oidc/interaction/:uid ─▶ page ─▶ POST /api/v1/interactions/:uid/… ─▶ /oidc/auth/:uid ─▶ client
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errors, type Grant, type InteractionResults } from 'oidc-provider'
import { GatehouseError } from '../errors.ts'
import { sourcesOf } from '../model/account-mapping.ts'
import { sourceLabel } from '../model/account-sources.ts'
import { scopeDoc, scopesOfClaims } from '../model/oidc-scopes.ts'
import { giveConsent } from '../signin/oidc-consents.ts'
import { artifactHash } from '../store/oidc-artifacts.ts'
import { themeOfArtifact } from '../store/site-records.ts'
import { hasPoliciesDue, levelNeeded, ownOf } from './policy.ts'
import type { Built } from './build-provider.ts'
import { saveGrant } from './grants.ts'
import { acrOf, contextOf, methodsOf, seconds, type SignedIn } from './provider-context.ts'

type Interaction = Awaited<ReturnType<Built['provider']['interactionDetails']>>

interface Exchange {
  built: Built
  uid: string
  request: IncomingMessage
  response: ServerResponse
  /** Where the person is, as far as a trusted proxy says. */
  ip: string
  /** As whom the page offered to go on, or else whose page it is, where it says so. */
  user?: string | undefined
}

const gone = () => new GatehouseError('not_found', 'This question has been answered, has taken too long, or was put to another browser: begin again at the application.')

function sayGone(error: unknown): never {
  throw error instanceof errors.SessionNotFound ? gone() : error
}

/** Where the browser goes on with an answer. Errors: `not_found` when the question, or the session in which it was put, has ended meanwhile. */
const answered = ({ built: { provider }, request, response }: Exchange, result: InteractionResults, mergeWithLastSubmission = false): Promise<string> =>
  provider.interactionResult(request, response, result, { mergeWithLastSubmission }).catch(sayGone)

/** The interaction of this browser. Errors: `not_found` when it is over, or another browser's. */
async function interactionOf({ built, uid, request, response }: Exchange): Promise<Interaction> {
  const found = await built.provider.interactionDetails(request, response).catch(sayGone)
  if (found.uid !== uid) throw gone()
  return found
}

type Asking = NonNullable<Awaited<ReturnType<Built['provider']['Client']['find']>>>

/** Who asks. Errors: `not_found` when that is no application any more, or one that is stopped. */
async function clientOf({ built: { provider } }: Exchange, { params }: Interaction): Promise<Asking> {
  const client = await provider.Client.find(params.client_id as string)
  if (!client) throw gone()
  return client
}

/** What a sign-in can answer; anything else (another person is wanted) needs a new one. */
const answerable = new Set(['login_prompt', 'no_session', 'sign_in', 'max_age', 'level', 'site_policies'])

/** Whether somebody has to prove anew who they are: what they have proved is older than the request allows. */
function wantsAnew({ state }: Built, { prompt, params, iat, lastSubmission }: Interaction, signedIn: SignedIn): boolean {
  // Who signed in to be chosen has signed in for what is asked after that as well.
  const since = Math.min(iat, (lastSubmission?.select_account as { since?: number } | undefined)?.since ?? iat)
  const at = seconds(signedIn.authTime)
  if (at >= since) return false
  const asked = prompt.reasons.includes('login_prompt') || prompt.reasons.some((reason) => !answerable.has(reason))
  return asked || (params.max_age !== undefined && seconds(state.base.now()) - at > Number(params.max_age))
}

/** Whether the sign-in of the browser is what the interaction wants. */
async function answers({ built }: Exchange, interaction: Interaction, signedIn: SignedIn | undefined): Promise<boolean> {
  const { provider, state } = built
  const { prompt, params, iat } = interaction
  if (!signedIn) return false
  // Who has signed in since has chosen; anybody else is asked.
  if (prompt.name === 'select_account') return seconds(signedIn.authTime) >= iat
  const client = await provider.Client.find(params.client_id as string)
  if (signedIn.level < (await levelNeeded(state, client, params.acr_values as string | undefined, signedIn.userId))) return false
  if (await hasPoliciesDue(state, signedIn.userId, client)) return false
  return !wantsAnew(built, interaction, signedIn)
}

/** What the provider is told: that somebody has chosen, and since when that was asked, which it is told again with what comes after; or who has signed in and how. */
function loginOf({ state }: Built, { prompt, iat, lastSubmission }: Interaction, { userId, level, authTime, methods }: SignedIn): InteractionResults {
  if (prompt.name === 'select_account') return { select_account: { since: iat } }
  const login = { accountId: userId, ts: seconds(authTime), acr: acrOf(state.levels, level), amr: methodsOf(methods) }
  return { login, ...(lastSubmission?.select_account === undefined ? {} : { select_account: lastSubmission.select_account }) } as InteractionResults
}

/** Somebody else may answer: the question belongs to the browser from here on, and no more to the session in which it was put. */
async function freeOfSession(interaction: Interaction): Promise<void> {
  if (interaction.session?.uid === undefined) return
  delete (interaction.session as { uid?: string }).uid
  await interaction.persist()
}

/** Where the browser goes on: to the provider when nothing is to be asked, or else to the page that asks. */
export async function openInteraction(exchange: Exchange): Promise<string> {
  const { built, uid, request, response } = exchange
  const { provider, state } = built
  const interaction = await interactionOf(exchange)
  const signedIn = await state.signedIn(request)
  if (interaction.prompt.name !== 'consent' && (await answers(exchange, interaction, signedIn))) {
    return answered(exchange, loginOf(built, interaction, signedIn!))
  }
  // Who declines a usage policy of the site, or leaves a step undone, has no session any more and goes back to the application still.
  if (interaction.prompt.name !== 'consent') await freeOfSession(interaction)
  if (interaction.prompt.name === 'consent') {
    const client = await clientOf(exchange, interaction)
    if (ownOf(client).first_party) return trusted(exchange, interaction, client)
  }
  const page = interaction.prompt.name === 'consent' ? '/consent' : '/sign-in'
  // The same cookie for the page and those of recovery that it leads to, whose theme it opens, and for the address that the page
  // will ask at; the provider's own is for this address only. Of several questions at once the page knows the last.
  const secure = state.publicUrl.startsWith('https:')
  const { cookies } = provider.createContext(request, response)
  Object.assign(cookies, { secure })
  for (const path of [page, ...recoveryPaths, `/api/v1/interactions/${uid}`]) cookies.set(cookieName(built), uid, { httpOnly: true, sameSite: 'lax', signed: true, secure, path, maxAge: 30 * 60_000 })
  const query = new URLSearchParams({ interaction: uid, return: `/oidc/interaction/${uid}` })
  return `${page}?${query}`
}

const recoveryPaths = ['/recover', '/recover-by-sms', '/unlock', '/user-name'] as const

const cookieName = ({ provider }: Built) => (provider as unknown as { cookieName: (type: string) => string }).cookieName('interaction')

/** The theme of the site whose application asks; none to another browser, whose question is not looked up. */
export async function themeAsked({ built, uid, request, response }: Exchange): Promise<string | undefined> {
  if (built.provider.createContext(request, response).cookies.get(cookieName(built), { signed: true }) !== uid) return undefined
  const { db, now } = built.state.base
  return themeOfArtifact(db, artifactHash('Interaction', uid), now().toISOString())
}

/** What is asked, for a page to show. */
export async function readInteraction(exchange: Exchange): Promise<Record<string, unknown>> {
  const { built, request } = exchange
  const { provider, state } = built
  const interaction = await interactionOf(exchange)
  const { prompt, params, uid } = interaction
  const client = await provider.Client.find(params.client_id as string)
  const signedIn = await state.signedIn(request)
  const { site_id: site } = ownOf(client)
  return {
    id: uid,
    prompt: prompt.name,
    reasons: prompt.reasons,
    client: { id: client!.clientId, name: client!.clientName, firstParty: ownOf(client).first_party },
    scopes: (await missingOf(exchange, interaction)).map((name) => ({ name, description: scopeDoc(name), ...(name === 'profile' ? { also: sourcesOf(ownOf(client).own_claims).map(sourceLabel) } : {}) })),
    leastLevel: await levelNeeded(state, client, params.acr_values as string | undefined, signedIn?.userId),
    signedIn: signedIn !== undefined,
    anew: prompt.name === 'login' && signedIn !== undefined && wantsAnew(built, interaction, signedIn),
    ...(site === undefined ? {} : { site }),
    policiesDue: signedIn !== undefined && (await hasPoliciesDue(state, signedIn.userId, client)),
    satisfied: prompt.name !== 'consent' && (await answers(exchange, interaction, signedIn)),
    ...(typeof params.login_hint === 'string' && params.login_hint.length <= 220 ? { loginHint: params.login_hint } : {}),
    ...(typeof params.ui_locales === 'string' ? { locales: params.ui_locales.slice(0, 100) } : {}),
  }
}

interface ConsentDetails {
  missingOIDCScope?: string[]
  missingOIDCClaims?: string[]
  missingResourceScopes?: Record<string, string[]>
}

async function missingOf({ built: { provider } }: Exchange, { prompt, params, grantId }: Interaction): Promise<string[]> {
  if (prompt.name !== 'consent') return []
  const { missingOIDCScope = [], missingOIDCClaims = [], missingResourceScopes = {} } = prompt.details as ConsentDetails
  // Single claims are shown, and remembered, as the scopes that give them.
  const missing = [...new Set([...missingOIDCScope, ...scopesOfClaims(missingOIDCClaims)]), ...Object.values(missingResourceScopes).flat()]
  // Asked again for what was allowed before, a person sees all of it.
  return missing.length > 0 || grantId === undefined ? missing : askedIn(await provider.Grant.find(grantId), params)
}

/** The scopes of a request that a grant has, each once: anybody can make a link with others in it, which are nobody's. */
function askedIn(grant: Grant | undefined, { scope }: Interaction['params']): string[] {
  const had = new Set([grant?.getOIDCScope() ?? '', ...Object.values(grant?.resources ?? {})].flatMap((one) => one.split(' ')))
  return [...new Set(String(scope ?? '').split(' '))].filter((one) => one !== '' && had.has(one))
}

/** Somebody else may have signed in meanwhile in another tab. Errors: `another_signed_in`. */
function refuseOther({ user }: Exchange, signedIn: SignedIn | undefined): void {
  if (user !== undefined && signedIn !== undefined && signedIn.userId !== user) throw new GatehouseError('another_signed_in')
}

/** Goes on with the sign-in of this browser, or as the person whose it is. Errors: `conflict` when it is not what is asked for, `another_signed_in`. */
export async function acceptLogin(exchange: Exchange): Promise<string> {
  const { built, request } = exchange
  const interaction = await interactionOf(exchange)
  const signedIn = await built.state.signedIn(request)
  if (interaction.prompt.name === 'consent') throw new GatehouseError('conflict', 'Nobody is asked to sign in here.')
  refuseOther(exchange, signedIn)
  const chosen = interaction.prompt.name === 'select_account' && signedIn !== undefined
  if (!chosen && !(await answers(exchange, interaction, signedIn))) throw new GatehouseError('conflict', 'Sign in first, as strongly as is asked for.')
  return answered(exchange, loginOf(built, interaction, signedIn!))
}

/** Allows the client what it asks for. Errors: `conflict` when nothing is asked, `another_signed_in`, `unauthenticated` when the person has signed out. */
export async function acceptConsent(exchange: Exchange): Promise<string> {
  const interaction = await interactionOf(exchange)
  if (interaction.prompt.name !== 'consent') throw new GatehouseError('conflict', 'Nobody is asked for consent here.')
  const { state } = exchange.built
  const accountId = interaction.session!.accountId
  const signedIn = await state.signedIn(exchange.request)
  refuseOther(exchange, signedIn)
  if (signedIn?.userId !== accountId) throw new GatehouseError('unauthenticated', 'Sign in again.')
  const client = await clientOf(exchange, interaction)
  // A change that widens what the answer would give takes the question away: what is there still was put by the client as it has been read now.
  await interactionOf(exchange)
  const missing = await missingOf(exchange, interaction)
  const next = await consented(exchange, interaction, client)
  if (next === undefined) return acceptConsent(exchange)
  const context = contextOf(state, accountId, 'consent', exchange.ip)
  await giveConsent(context, accountId, { id: client.clientId, version: ownOf(client).version }, missing)
  return next
}

/** One of our own is not asked about. */
async function trusted(exchange: Exchange, interaction: Interaction, client: Asking): Promise<string> {
  // When it has changed, what it is by now decides: it may be ours no more.
  return (await consented(exchange, interaction, client)) ?? `/oidc/interaction/${exchange.uid}`
}

/** Where the browser goes on with what is missing granted; undefined when the client has changed since it was read. */
async function consented(exchange: Exchange, { prompt, params, session, grantId }: Interaction, client: Asking): Promise<string | undefined> {
  const { provider, state } = exchange.built
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = found ?? new provider.Grant({ accountId: session!.accountId, clientId: params.client_id as string })
  const { missingOIDCScope = [], missingOIDCClaims = [], missingResourceScopes = {} } = prompt.details as ConsentDetails
  if (missingOIDCClaims.length > 0) grant.addOIDCClaims(missingOIDCClaims)
  if (missingOIDCScope.length > 0) grant.addOIDCScope(missingOIDCScope.join(' '))
  for (const [address, scopes] of Object.entries(missingResourceScopes)) grant.addResourceScope(address, scopes.join(' '))
  if (!(await saveGrant(state, grant, client))) return undefined
  return answered(exchange, { consent: { grantId: grant.jti } }, true).catch(async (error: unknown) => {
    // Nobody goes on with it.
    if (!found) await grant.destroy()
    throw error
  })
}

/**
 * Asks instead of for consent as whom to go on; consent is asked for after that, from whoever it is then. The page goes on at the same
 * question. Errors: `conflict` when consent is not what is asked for.
 */
export async function askForAnother(exchange: Exchange): Promise<string> {
  const { built: { state }, request, uid } = exchange
  const interaction = await interactionOf(exchange)
  if (interaction.prompt.name !== 'consent') throw new GatehouseError('conflict', 'Nobody is asked for consent here.')
  const signedIn = await state.signedIn(request)
  // Who is here signed in before this is asked, be it in the same second.
  const iat = Math.max(seconds(state.base.now()), signedIn === undefined ? 0 : seconds(signedIn.authTime) + 1)
  Object.assign(interaction, { prompt: { name: 'select_account', reasons: ['select_account_prompt'], details: {} }, iat })
  delete (interaction.session as { uid?: string } | undefined)?.uid
  await interaction.persist()
  return `/sign-in?${new URLSearchParams({ interaction: uid })}`
}

/** Sends the person back to the client without anything. */
export async function abortInteraction(exchange: Exchange): Promise<string> {
  await interactionOf(exchange)
  return answered(exchange, { error: 'access_denied', error_description: 'The person has refused.' })
}
