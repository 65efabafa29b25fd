/**
 * Requests that change something by virtue of a cookie have to come from our own pages, and sign-in over an address on
 * which nobody listens in. Browsers say where a request comes from (Fetch Metadata, Origin) and pages cannot forge it.
 */
import type { FastifyRequest } from 'fastify'
import { publicUrl, type Config } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import { pageHeader } from '../model/page-header.ts'
import { isSecure } from './cookies.ts'

type Settings = Pick<Config, 'PUBLIC_URL' | 'PORT'>

/**
 * Errors: `cross_site` for a request whose headers say that it comes from elsewhere, and, where a cookie vouches for the
 * caller, for one that does not say at all.
 */
export function refuseCrossSite(config: Settings, request: Pick<FastifyRequest, 'headers'>, byCookie: boolean): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const own = new URL(publicUrl(config)).origin
  const refuse = (reason: string) => new GatehouseError('cross_site', `${reason} Requests that change something with a session come from pages at ${own} (PUBLIC_URL); programs send the header Origin: ${own}, or use an API key.`)
  if (site !== undefined && site !== 'same-origin') throw refuse(`The browser calls this request ${String(site).slice(0, 20)}.`)
  if (origin !== undefined && origin !== own) throw refuse(`The request comes from ${origin.slice(0, 100)}.`)
  if (byCookie && origin === undefined && site === undefined) throw refuse('The request does not say where it comes from.')
}

/**
 * A page that stayed open while somebody else signed in next to it must not act as them. Errors: `another_signed_in` for a
 * request whose page says that it is not this person's.
 */
export function refusePageOfAnother({ headers }: Pick<FastifyRequest, 'headers'>, userId: string | null | undefined): void {
  const whose = headers[pageHeader]
  if (whose !== undefined && userId != null && whose !== userId) throw new GatehouseError('another_signed_in')
}

const local = /^(?:localhost|[\w.-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Errors: `insecure_address` when passwords would cross a network in the clear. */
export function refuseInsecure(request: Pick<FastifyRequest, 'protocol' | 'host'>): void {
  const name = request.host.replace(/:\d*$/, '')
  if (isSecure(request) || local.test(name)) return
  throw new GatehouseError('insecure_address', `Signing in over plain http at ${name.slice(0, 100)} would show the password to everybody on the way. Use https; behind a proxy that speaks https, name it in TRUST_PROXY and let it send X-Forwarded-Proto.`)
}
