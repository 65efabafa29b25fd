/**
 * A portal's client at its authorization server in Okta, by openid-client: found out once in a while from the portal's settings and the
 * server's own description. Requests are bounded in time and size.
 */
import type { Configuration } from 'openid-client'
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import { isSafeAddress } from '../model/portal-sign-in.ts'
import { portalSettings, redirectAddressesOf } from '../model/portal-settings.ts'
import type { MasterKey } from '../store/master-key.ts'
import { readPortalSecret } from '../store/portal-sign-in.ts'
import { readPortal, readPortalSettings } from '../store/portals.ts'
import { logProviderError } from './portal-errors.ts'

// Loaded when the first person comes.
export const openIdClient = () => import('openid-client')

export interface PortalClient {
  portalId: number
  issuer: string
  clientId: string
  secret: string | undefined
  redirectUri: string
  postLogoutRedirectUri: string | undefined
  scopes: string
}

export const secretPurpose = 'portal-secret'

/**
 * The client of a portal. Errors: `not_found` for the portal; `conflict`, saying which setting is missing or cannot be used: an
 * administrator's to mend.
 */
export async function readPortalClient(ctx: Context, masterKey: MasterKey, portalId: number): Promise<PortalClient> {
  if (!(await readPortal(ctx.db, portalId))) throw new GatehouseError('not_found', `There is no portal ${portalId}.`)
  const settings = (await readPortalSettings(ctx.db, [portalId])).get(portalId) ?? {}
  const own = `${publicUrl(ctx.config)}/api/v1/portals/${portalId}/callback`
  const { client_id: clientId, issuer = ctx.config.OKTA_ORG_URL, post_logout_redirect_uri: postLogoutRedirectUri } = settings
  // The first of several is ours; the others are for whoever else signs people in with this client.
  const redirectUri = redirectAddressesOf(settings)[0] ?? own
  const unready = (what: string) => new GatehouseError('conflict', `Nobody can sign in to the portal ${portalId} through Okta: ${what}.`)
  if (clientId === undefined) throw unready('its setting client_id is not set')
  if (issuer === undefined) throw unready('its setting issuer is not set, nor OKTA_ORG_URL')
  if (!isSafeAddress(issuer)) throw unready('its setting issuer must be an https address')
  if (!isSafeAddress(redirectUri)) throw unready('its setting redirect_uri must be an https address, since a code would cross the network in the clear')
  // The cookie that ties the trip to the browser comes back to the host that set it, and to no other.
  if (new URL(redirectUri).origin !== new URL(own).origin) throw unready(`its setting redirect_uri must lie at ${new URL(own).origin} (PUBLIC_URL)`)
  const kept = await readPortalSecret(ctx.db, portalId)
  const secret = kept && masterKey.decrypt(kept.secret, secretPurpose, String(portalId)).toString()
  return { portalId, issuer, clientId, secret, redirectUri, postLogoutRedirectUri, scopes: settings.scopes ?? portalSettings.scopes.default }
}

const keptMs = 600_000
const mostKept = 200
const timeoutSeconds = 8
const longestAnswer = 2_000_000
const clockToleranceSeconds = 30

const known = new Map<string, { configuration: Promise<Configuration>; until: number }>()

/** What openid-client needs to know. Errors: `remote_error` when the server cannot be asked, which the error log then says. */
export async function configurationOf(ctx: Pick<Context, 'db' | 'now'>, client: PortalClient): Promise<Configuration> {
  const name = JSON.stringify([client.issuer, client.clientId, client.secret])
  const now = ctx.now().getTime()
  const kept = known.get(name)
  if (kept && now < kept.until) return kept.configuration
  if (known.size >= mostKept) known.clear()
  const configuration = discover(client).catch(async (error: unknown) => {
    known.delete(name)
    await logProviderError(ctx, client, error, 'discovery')
    throw new GatehouseError('remote_error', `The authorization server ${client.issuer} cannot be asked how people sign in there.`, { cause: error })
  })
  known.set(name, { configuration, until: now + keptMs })
  return configuration
}

async function discover({ issuer, clientId, secret }: PortalClient): Promise<Configuration> {
  const oidc = await openIdClient()
  const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret)
  const metadata = { client_id: clientId, id_token_signed_response_alg: 'RS256', [oidc.clockTolerance]: clockToleranceSeconds }
  const plain = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []
  const configuration = await oidc.discovery(new URL(issuer), clientId, metadata, authentication, { execute: [oidc.enableNonRepudiationChecks, ...plain], timeout: timeoutSeconds, [oidc.customFetch]: boundedFetch })
  const { authorization_endpoint: address = '', end_session_endpoint: end } = configuration.serverMetadata()
  if (![address, end ?? address].every(isSafeAddress)) throw new Error('the server describes an address that people cannot be sent to safely')
  return configuration
}

/** An answer that does not end, or leads elsewhere, is none. */
async function boundedFetch(address: string, options: RequestInit): Promise<Response> {
  const response = await fetch(address, { ...options, redirect: 'manual' })
  let size = 0
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > longestAnswer) throw new Error(`the answer of ${new URL(address).host} is longer than ${longestAnswer} bytes`)
    chunks.push(chunk)
  }
  const { status, headers } = response
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, headers })
}
