/** Who asks, before anything is read of what they ask: by the key in Authorization, or else by the session cookie. */
import type { FastifyRequest } from 'fastify'
import { authenticateToken } from '../access/access-tokens.ts'
import { authenticate, type Identity } from '../access/api-keys.ts'
import { authenticateSession } from '../access/session-identity.ts'
import { publicUrl } from '../config.ts'
import type { Context } from '../context.ts'
import { GatehouseError } from '../errors.ts'
import type { SessionRow } from '../store/sessions.ts'
import { cookieOf } from './cookies.ts'
import { failureLimiter, requestLimiter } from './limits.ts'
import type { Route } from './route.ts'
import { refuseCrossSite, refuseInsecure, refusePageOfAnother } from './same-origin.ts'

export interface Caller extends Identity {
  session?: SessionRow
}

/** Somebody who is about to sign in. */
export const stranger: Caller = { userId: null, principal: 'sign-in', keyId: '', scopes: [], authority: { rights: new Set() } }

type Base = Omit<Context, 'actor' | 'authority'>

/**
 * Finds who asks. A key goes before a cookie, and what comes with a key needs no proof of where it comes from, since no
 * browser adds it by itself.
 * @param reading where somebody is looked up who only reads. Errors: `unauthenticated`, `too_many_requests`, `cross_site`, `another_signed_in`, `insecure_address`.
 */
export function identifier(base: Base, reading = base): (request: FastifyRequest, route: Pick<Route, 'method' | 'caller' | 'navigated' | 'reading'>) => Promise<Caller> {
  const [failures, requests] = [failureLimiter(base.config), requestLimiter(base.config)]
  return async (request, route) => {
    if (route.caller === 'everyone') {
      refuseInsecure(request)
      if (!route.navigated) refuseCrossSite(base.config, request, false)
      return stranger
    }
    const cookie = request.headers.authorization === undefined ? cookieOf(request, 'session') : undefined
    const asked = route.method === 'GET' || route.reading ? reading : base
    const identity = cookie === undefined ? await byKey(asked, request, failures) : await byCookie(asked, request, route, cookie)
    requests.count(identity.keyId)
    return identity
  }
}

/** From so many characters on the key of the setting is taken for a random one: as `openssl rand` makes it, not chosen. */
const randomLength = 32
/** What we give out has 256 random bits: an API key, an access token. */
const isOurs = (token: string): boolean => /^(?:gh_)?[\w-]{43}$/.test(token)

/**
 * Nobody guesses a key or token that we gave out: a wrong one costs one look, and others at its address may have a good one. Only a key of the
 * setting that is short enough to have been chosen is guessed at, by what does not look like one of ours: that alone is counted.
 */
const isGuess = ({ GATEHOUSE_API_KEY: configured }: Base['config'], token: string): boolean => configured !== undefined && configured.length < randomLength && !isOurs(token)

async function byKey(base: Base, request: FastifyRequest, failures: ReturnType<typeof failureLimiter>): Promise<Caller> {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ')
  const counts = isGuess(base.config, token)
  if (counts) failures.check(request.ip, token)
  const identity = await identityOf(base, request, scheme.toLowerCase(), token)
  if (!identity) {
    if (counts) failures.count(request.ip, token)
    throw new GatehouseError('unauthenticated', 'Sign in, or send a valid API key or access token in the header `Authorization: Bearer …`.')
  }
  if (counts) failures.accept(token)
  return identity
}

/** An API key, or else an access token of the OpenID provider. */
async function identityOf(base: Base, request: FastifyRequest, scheme: string, token: string): Promise<Identity | undefined> {
  if (token === '' || token.length > 512) return undefined
  const key = scheme === 'bearer' ? await authenticate(base, token) : undefined
  if (key || token.startsWith('gh_') || (scheme !== 'bearer' && scheme !== 'dpop')) return key
  const { method, headers, url } = request
  const address = `${publicUrl(base.config)}${url.split('?')[0]}`
  return authenticateToken(base, { scheme, token, request: { method, address, proof: headers.dpop === undefined ? '' : String(headers.dpop) } })
}

/** A token of 256 random bits is not guessed: a wrong one is one that has ended, and nobody has to wait for it. */
async function byCookie(base: Base, request: FastifyRequest, route: Pick<Route, 'method' | 'caller'>, cookie: string): Promise<Caller> {
  if (route.method !== 'GET') refuseCrossSite(base.config, request, true)
  const identity = await authenticateSession(base, cookie, route.caller === undefined)
  if (!identity) throw new GatehouseError('unauthenticated', 'The session has ended; sign in again.')
  refusePageOfAnother(request, identity.userId)
  return identity
}
