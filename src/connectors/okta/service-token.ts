/**
 * Access tokens of a service app (client credentials by `private_key_jwt`, RFC 7523), with proof of possession where the
 * org demands it (DPoP, RFC 9449). A token is kept until shortly before its end, fetched by one at a time, and thrown
 * away when Okta refuses it. Nothing of it is ever written down.
 *
 *     no token ──fetch──▶ held ──shortly before its end, or refused (401)──▶ no token
 *
 * Okta says what it wants of a proof step by step (a proof, then its nonce in it), and its clock by the Date header: ours
 * may be wrong by hours.
 */
import { generateKeyPairSync, randomUUID, createHash, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { createOktaClient, type HttpAnswer, type OktaClientOptions, type Shown } from './client.ts'
import { OktaError } from './errors.ts'

/** A private key that Okta may know the public half of. */
export interface ClientKey {
  keyId: string | undefined
  /** RS256 or ES256. */
  algorithm: string
  privateKey: KeyObject
}

export interface ClientKeys {
  /** Those to try, the one we would like Okta to take first. */
  read(): Promise<readonly ClientKey[]>
  /** Told which one Okta took. */
  taken(key: ClientKey): Promise<void>
}

export interface ServiceApp {
  clientId: string
  scopes: readonly string[]
  keys: ClientKeys
}

/** What the client needs that speaks in the name of the app. */
export type ServiceCredentials = Pick<Required<OktaClientOptions>, 'authorization' | 'onAnswer'>

const tokenPath = '/oauth2/v1/token'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const assertionSeconds = 300
/** A token is renewed so long before its end. */
const earlySeconds = 300
const skewNoticedMs = 5_000

interface Held {
  value: string
  type: 'Bearer' | 'DPoP'
  renewAt: number
}

interface TokenAnswer {
  access_token?: unknown
  token_type?: unknown
  expires_in?: unknown
}

/** @param options those of a client of its own; the budget too, since a request that waits for a token holds a place in the other */
export function createServiceCredentials(app: ServiceApp, options: Omit<OktaClientOptions, 'authorization' | 'onAnswer'>): ServiceCredentials {
  const proofs = createProofs(options.now)
  const endpoint = new URL(tokenPath, options.orgUrl)
  const client = createOktaClient({
    ...options,
    authorization: async (method, url): Promise<Shown> => (proofs.wanted ? { dpop: await proofs.make(method, url) } : {}),
    onAnswer: (answer) => proofs.learn(answer),
  })
  let held: Held | undefined
  let fetching: Promise<Held> | undefined

  async function askWith(key: ClientKey): Promise<Held> {
    const form = async () => ({ grant_type: 'client_credentials', scope: app.scopes.join(' '), client_assertion_type: assertionType, client_assertion: await assertionOf(app, key, endpoint, proofs.now()) })
    const { body } = await client.request<TokenAnswer | null>('POST', tokenPath, { form })
    const { access_token: value, token_type: type, expires_in: seconds } = body ?? {}
    if (typeof value !== 'string' || value === '' || !/^(bearer|dpop)$/i.test(String(type))) {
      throw new OktaError('the answer holds no access token', { status: 200, code: 'unexpected_answer', requestId: null, request: `POST ${tokenPath}` })
    }
    const lasts = typeof seconds === 'number' && seconds > 0 ? seconds : 3600
    return { value, type: /^dpop$/i.test(String(type)) ? 'DPoP' : 'Bearer', renewAt: options.now() + Math.max(lasts - earlySeconds, lasts / 2) * 1000 }
  }

  /** With the first key that Okta takes. */
  async function fetchToken(): Promise<Held> {
    const keys = await app.keys.read()
    for (const [index, key] of keys.entries()) {
      try {
        const fresh = await askWith(key)
        await app.keys.taken(key)
        return fresh
      } catch (error) {
        const isUnknown = error instanceof OktaError && error.code === 'invalid_client'
        if (!isUnknown || index === keys.length - 1) throw error
      }
    }
    throw new OktaError('there is no key to show who we are with', { status: 401, code: 'no_client_key', requestId: null, request: `POST ${tokenPath}` })
  }

  async function current(): Promise<Held> {
    if (held && options.now() < held.renewAt) return held
    fetching ??= fetchToken().finally(() => (fetching = undefined))
    return (held = await fetching)
  }

  return {
    async authorization(method, url) {
      const { type, value } = await current()
      const shown = { authorization: `${type} ${value}` }
      return type === 'Bearer' ? shown : { ...shown, dpop: await proofs.make(method, url, value) }
    },
    onAnswer(answer) {
      const again = proofs.learn(answer)
      if (answer.status !== 401) return again
      // Whoever is first to be refused throws the token away; the others were refused with the same one.
      const isCurrent = held !== undefined && (answer.shown as Record<string, string>).authorization === `${held.type} ${held.value}`
      if (isCurrent) held = undefined
      // Once: a second refusal is of a token that was made for the request.
      return again || answer.again === 0
    },
  }
}

function assertionOf({ clientId }: ServiceApp, { keyId, algorithm, privateKey }: ClientKey, endpoint: URL, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000)
  const claims = { iss: clientId, sub: clientId, aud: endpoint.href, iat: seconds, exp: seconds + assertionSeconds, jti: randomUUID() }
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, ...(keyId === undefined ? {} : { kid: keyId }) }).sign(privateKey)
}

/** Proofs of possession: whether Okta wants them, with which nonce, and what time it is there. */
function createProofs(clock: () => number) {
  let wanted = false
  let nonce: string | undefined
  let skewMs = 0
  let pair: { privateKey: KeyObject; jwk: object } | undefined

  const now = () => clock() + skewMs
  return {
    now,
    get wanted() {
      return wanted
    },
    /** A proof for one request; with the token it is shown with, when it is. */
    async make(method: string, url: URL, accessToken?: string): Promise<string> {
      pair ??= newPair()
      const ath = accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }
      const claims = { jti: randomUUID(), iat: Math.floor(now() / 1000), htm: method, htu: url.origin + url.pathname, ...ath, ...(nonce === undefined ? {} : { nonce }) }
      return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: pair.jwk }).sign(pair.privateKey)
    },
    /** Whether what was learned from an answer makes it worth asking once more. */
    learn({ status, code, headers }: HttpAnswer): boolean {
      const fresh = headers.get('dpop-nonce') ?? undefined
      const hasNewNonce = fresh !== undefined && fresh !== nonce
      if (hasNewNonce) nonce = fresh
      const there = Date.parse(headers.get('date') ?? '')
      const wasWrong = !Number.isNaN(there) && Math.abs(there - now()) > skewNoticedMs
      if (wasWrong) skewMs = there - clock()
      if (status < 400) return false
      const wantsProof = code === 'invalid_dpop_proof' && !wanted
      if (wantsProof || code === 'use_dpop_nonce') wanted = true
      return wantsProof || hasNewNonce || (wasWrong && /^invalid_(client|dpop_proof)$/.test(code))
    },
  }
}

function newPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) }
}
