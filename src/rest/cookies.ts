/**
 * The cookies: the session, by what a browser is known again, and what ties a sign-in elsewhere to it. Over https their names begin with `__Host-`, which
 * browsers accept only from the very host, over https, for the whole of it, so that no neighbour can plant one. Over
 * plain http, which is served to localhost alone, browsers refuse that prefix and the names go without.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { awayMinutes } from '../model/portal-sign-in.ts'
import type { Visit } from '../signin/sessions-open.ts'

const names = { session: 'gatehouse', device: 'gatehouse-device', binding: 'gatehouse-away' } as const
type CookieName = keyof typeof names

export interface CookieChange {
  name: CookieName
  /** Undefined makes the browser forget it. */
  value: string | undefined
}

/** Behind a trusted proxy what it says counts (TRUST_PROXY); without one, nothing that a header says. */
export const isSecure = (request: Pick<FastifyRequest, 'protocol'>): boolean => request.protocol === 'https'

const fullName = (name: CookieName, secure: boolean) => (secure ? `__Host-${names[name]}` : names[name])

/** Those that outlive the browser's own session, in seconds. */
const lives: Partial<Record<CookieName, number>> = { device: 400 * 86_400, binding: 60 * awayMinutes }
/** The most of a Cookie header that is read. */
const mostRead = 8192

/** What the browser holds under a name; the first one counts, and an empty one is none. */
export function cookieOf(request: FastifyRequest, name: CookieName): string | undefined {
  return readCookie(request.headers.cookie, name, isSecure(request))
}

/** The same from the header alone. */
export function readCookie(header: string | undefined, name: CookieName, secure: boolean): string | undefined {
  if (header === undefined || header.length > mostRead) return undefined
  const start = `${fullName(name, secure)}=`
  const found = header.split(';').map((one) => one.trim()).find((one) => one.startsWith(start))?.slice(start.length)
  return found === '' ? undefined : found
}

export function visitOf(request: FastifyRequest): Visit {
  return { userAgent: request.headers['user-agent'], device: cookieOf(request, 'device'), session: cookieOf(request, 'session'), binding: cookieOf(request, 'binding'), own: request.headers['sec-fetch-site'] === 'same-origin' }
}

/**
 * The session goes with the browser's own session; its limits are the server's. Lax: a link from elsewhere arrives signed
 * in, a form or script from elsewhere does not.
 */
export function setCookies(request: FastifyRequest, reply: FastifyReply, changes: readonly CookieChange[]): void {
  const secure = isSecure(request)
  for (const { name, value } of changes) {
    const life = value === undefined ? '; Max-Age=0' : lives[name] === undefined ? '' : `; Max-Age=${lives[name]}`
    reply.header('set-cookie', `${fullName(name, secure)}=${value ?? ''}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}${life}`)
  }
}
