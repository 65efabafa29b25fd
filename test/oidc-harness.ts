/**
 * The OpenID provider in a test: a real server on a port, or several on one database, with rows of AUTH_STATE
 * and cookies that the test makes; and openid-client as the application, which checks every signature.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import * as client from 'openid-client'
import { afterAll } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Document } from '../src/model/attribute.ts'
import { buildServer, signedInBy, themesOf } from '../src/main.ts'
import { createOpenIdProvider, type OpenIdProvider } from '../src/oidc/provider.ts'
import { createUser } from '../src/directory/users.ts'
import { createClient } from '../src/signin/oidc-clients.ts'
import type { Database } from '../src/store/database.ts'
import type { MasterKey } from '../src/store/master-key.ts'
import { testContext } from './context.ts'
import { testMasterKey } from './master-key.ts'
import { testKey } from './rest-server.ts'

export const callback = 'https://app.example.com/callback'
// Over http at localhost, where the cookie has no prefix.
const cookieName = 'gatehouse'
const digest = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 32)

export interface OidcServer {
  ctx: Context
  server: FastifyInstance
  openId: OpenIdProvider
  masterKey: MasterKey
  url: string
  stop: () => Promise<void>
}

/** A server on a port of its own; several share the database and the address of the first, as behind a balancer. */
export async function oidcServer(env: Record<string, string> = {}, { shared, db, now }: { shared?: OidcServer; db?: Database; now?: () => Date } = {}): Promise<OidcServer> {
  const settings = { GATEHOUSE_API_KEY: testKey, AUTH_FAILURES_PER_MINUTE: '100000', ...env }
  const own = shared ? { ...shared.ctx, config: { ...shared.ctx.config } } : await testContext(settings, now)
  const ctx = db ? { ...own, db } : own
  const masterKey = shared?.masterKey ?? testMasterKey()
  const openId = createOpenIdProvider({ base: ctx, masterKey, sessionOf: signedInBy(ctx), themeAt: themesOf(ctx), log: (error, message) => process.env.OIDC_LOG && console.error(message, error) })
  const server = buildServer(ctx, masterKey, openId)
  const url = (await server.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')
  if (!shared && env.PUBLIC_URL === undefined) Object.assign(ctx.config, { PUBLIC_URL: url })
  const stop = async () => void (await server.close())
  afterAll(stop)
  return { ctx, server, openId, masterKey, url, stop }
}

/** Makes a person. */
export async function person(ctx: Context, userName: string, more: Document = {}): Promise<string> {
  return (await createUser(ctx, { userName, name: { givenName: userName, familyName: 'Lovelace' }, emails: [{ value: `${userName}@example.com`, primary: true }], ...more })).id as string
}

/** A row of AUTH_STATE for a person, and the token that names it. */
export async function signIn(ctx: Context, userId: string, { level = 1, at = new Date() } = {}): Promise<{ token: string; sessionId: string }> {
  const token = randomBytes(32).toString('base64url')
  await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, is_new_flags, expires_at, last_seen, proved_at, proved_by) values ($1, $2, $3, $4, 0, now() + interval '1 hour', now(), $4, $5)`, [userId, digest(token), level, at, level > 1 ? ['PASSWORD', 'TOTP'] : ['PASSWORD']])
  return { token, sessionId: digest(token) }
}

/** A browser: it keeps cookies by path, and follows redirects within our own server. */
export class Browser {
  private readonly jar = new Map<string, { value: string; path: string }>()
  readonly visited: string[] = []
  private readonly origin: string

  constructor(origin: string) {
    this.origin = origin
  }

  setSession(token: string | undefined): void {
    if (token === undefined) this.jar.delete(`${cookieName} /`)
    else this.jar.set(`${cookieName} /`, { value: token, path: '/' })
  }

  names(): string[] {
    return [...this.jar.keys()].map((key) => key.split(' ')[0]!)
  }

  private header(path: string): Record<string, string> {
    const fits = [...this.jar].filter(([, one]) => path === one.path || one.path === '/' || path.startsWith(`${one.path}/`))
    return fits.length === 0 ? {} : { cookie: fits.map(([key, { value }]) => `${key.split(' ')[0]}=${value}`).join('; ') }
  }

  async fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.origin)
    this.visited.push(url.href)
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { ...this.header(url.pathname), ...(init.headers as Record<string, string>) } })
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const name = pair.slice(0, pair.indexOf('='))
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.jar.delete(`${name} ${path}`)
      else this.jar.set(`${name} ${path}`, { value: pair.slice(name.length + 1), path })
    }
    return response
  }

  /** Follows redirects until something else comes: a page, or an address of another origin or of the console. */
  async follow(address: string | URL, most = 10): Promise<{ response: Response; at: URL }> {
    let at = new URL(address, this.origin)
    for (let hops = 0; hops < most; hops++) {
      const response = await this.fetch(at)
      const location = response.headers.get('location')
      if (location === null) return { response, at }
      at = new URL(location, at)
      if (at.origin !== this.origin || /^\/(sign-in|consent)/.test(at.pathname)) return { response, at }
    }
    throw new Error(`too many redirects: ${this.visited.join(' → ')}`)
  }

  /** Posts to an interaction as our own page would. */
  async answer(uid: string, what: 'login' | 'consent' | 'abort', headers: Record<string, string> = {}, body: Document = {}): Promise<{ status: number; body: { redirectTo: string } }> {
    const response = await this.fetch(`/api/v1/interactions/${uid}/${what}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: this.origin, ...headers }, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as { redirectTo: string } }
  }
}

export type Application = Document & { id: string; secret?: string }

/** Registers an application. */
export async function application(ctx: Context, name: string, more: Document = {}): Promise<Application> {
  const grants = more.grantTypes ?? ['authorization_code', 'refresh_token']
  return (await createClient(ctx, {
    name, grantTypes: grants, scopes: ['openid', 'profile', 'email', 'phone', 'address', 'groups', 'roles', 'offline_access', 'read', 'write'],
    ...((grants as string[]).includes('authorization_code') ? { redirectUris: [callback], postLogoutRedirectUris: ['https://app.example.com/bye'] } : {}), ...more,
  })) as Application
}

/** The application's side: openid-client with all its checks, signatures of ID tokens included. */
export async function relyingParty(url: string, app: Application, authentication?: client.ClientAuth, metadata: Partial<client.ClientMetadata> = {}): Promise<client.Configuration> {
  const config = await client.discovery(new URL(`${url}/oidc`), app.id, { ...metadata, id_token_signed_response_alg: String(app.idTokenAlgorithm) },
    authentication ?? (app.secret === undefined ? client.None() : client.ClientSecretBasic(app.secret)), { execute: [client.allowInsecureRequests] })
  client.enableNonRepudiationChecks(config)
  return config
}

export interface Flow {
  checks: client.AuthorizationCodeGrantChecks
  address: URL
}

/** An authorization request, and what the application keeps to check the answer by. */
export async function request(config: client.Configuration, more: Record<string, string> = {}): Promise<Flow> {
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: callback, scope: 'openid profile email', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...more,
  })
  return { checks, address }
}

/** The whole way for a person who has signed in: to the callback, with consent given when it is asked for. */
export async function authorize(browser: Browser, address: URL | string): Promise<URL> {
  const { at, response } = await browser.follow(address)
  if (at.pathname === '/consent') {
    const { status, body } = await browser.answer(at.searchParams.get('interaction')!, 'consent')
    if (status !== 200) throw new Error(`consent was refused: ${JSON.stringify(body)}`)
    return (await browser.follow(body.redirectTo)).at
  }
  if (!at.href.startsWith('https://app.example.com')) throw new Error(`stopped at ${at.href}: ${response.status} ${await response.text()}`)
  return at
}
