/**
 * Pages of which other origins may ask the provider, and read its answers. What everybody may know is open to all; elsewhere
 * oidc-provider judges an origin once it knows the client, and lets all in before that: a preflight names no client, and neither
 * does a token that is none. There an origin has to be that of a redirect address of some client in use.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Database } from '../store/database.ts'
import { redirectUrisAt } from '../store/oidc-clients.ts'
import type { DoorState } from './provider-context.ts'

const openToAll = new Set(['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])

/** What an application in a browser needs. Asking about tokens is for servers. */
const openToClients = new Set(['/token', '/token/revocation', '/request', '/me'])

/** Whether some client in use has a redirect address of an origin, as browsers write it. */
export async function isOriginOfClient(db: Pick<Database, 'query' | 'first'>, origin: string): Promise<boolean> {
  return URL.canParse(origin) && isOriginOf(await redirectUrisAt(db, origin), origin)
}

/** Whether one of a client's addresses is of an origin. No page has the origin `null` to itself, and such is that of a scheme of a program's own. */
export const isOriginOf = (uris: readonly string[] | undefined, origin: string): boolean => origin !== 'null' && uris?.some((uri) => URL.parse(uri)?.origin === origin) === true

/** Goes on, but for preflights of origins that no client has, and takes back what lets such origins read an answer. */
export async function forOwnOrigins({ base: { db } }: Pick<DoorState, 'base'>, ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const origin = ctx.get('origin')
  if (origin === '' || openToAll.has(ctx.path)) return next()
  const isOurs = async () => openToClients.has(ctx.path) && isOriginOfClient(db, origin)
  if (ctx.method === 'OPTIONS' && !(await isOurs())) {
    ctx.vary('Origin')
    ctx.status = 204
    return
  }
  await next()
  if (ctx.method === 'OPTIONS' || ctx.response.get('access-control-allow-origin') === '') return
  const judged = ctx.oidc?.client !== undefined && openToClients.has(ctx.path)
  if (!judged && !(await isOurs())) for (const name of ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers']) ctx.remove(name)
}
