/**
 * Puts the OpenID door on the server: requests below /oidc go to the provider as they are; the questions it puts to
 * people, and their answers, are JSON below /api/v1/interactions.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusals } from '../audit/refusals.ts'
import { GatehouseError } from '../errors.ts'
import { isObject } from '../model/attribute.ts'
import { parseJson } from '../model/json.ts'
import { pageHeader } from '../model/page-header.ts'
import type { Built } from './build-provider.ts'
import { styleSource } from './pages.ts'
import { publicUrlOf, type OpenIdProvider } from './provider.ts'
import { longestRequest, origins, pushes, secretGuesses, type Door } from './provider-context.ts'

/** Counts wrong secrets by client and address. */
export interface Secrets {
  isOpen: (address: string, clientId: string, secret: string) => boolean
  note: (address: string, clientId: string, secret: string, right: boolean) => void
}

/** Counts the questions to people that begin at one address, and what strangers push there. */
export interface Questions {
  isOpen: (address: string) => boolean
  check: (address: string) => void
  count: (address: string) => void
  takeBack: (address: string) => void
}

const prefix = '/oidc'

/** What of the provider's is served, and has a name of its own in the audit. */
const endpoints = new Set([
  'token', 'request', 'token/introspection', 'token/revocation', 'me', 'auth', 'jwks', 'session/end', 'session/end/confirm', 'session/end/success',
  '.well-known/openid-configuration', '.well-known/oauth-authorization-server',
].map((one) => `${prefix}/${one}`))

/** Where an answered question leads back to. */
const isResumed = (path: string) => /^\/oidc\/auth\/[\w-]+$/.test(path)

// Loaded with the provider, when it is first asked for.
const interactions = () => import('./interactions.ts')

export function addOpenId(server: FastifyInstance, { base: { config } }: Pick<Door, 'base'>, oidc: OpenIdProvider, { secrets, questions, refusals }: { secrets: Secrets; questions: Questions; refusals: Refusals }): void {
  const note = (request: FastifyRequest, code: 'unauthenticated' | 'too_many_requests', operation: string) =>
    refusals.note({ code, userId: null, principal: 'nobody', ip: request.ip, operation, correlationId: request.id })
  void server.register(async (scope) => {
    // The provider reads bodies itself, up to 56 KiB.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.addHook('onError', async (request, _reply, error) => {
      if (error instanceof GatehouseError && error.code === 'too_many_requests') note(request, error.code, routeOf(request))
    })
    scope.get(`${prefix}/interaction/:uid`, async (request, reply) => {
      const built = await oidc.current()
      const { openInteraction } = await interactions()
      reply.header('location', await openInteraction(exchangeOf(built, request, reply)))
      return reply.code(303).send()
    })
    scope.all(`${prefix}/*`, async (request, reply) => {
      // Handing over takes the prefix away.
      const [path, route] = [pathOf(request), routeOf(request)]
      // The provider would take AUTH or auth/ for auth as well, and what is said of single paths here would not hold for those.
      if (!endpoints.has(path) && !isResumed(path)) throw new GatehouseError('not_found')
      refuseLong(request)
      const begins = path.startsWith(`${prefix}/auth`)
      const built = await oidc.current()
      // Counted before it is known to put a question, so that many at once are counted too.
      if (begins) {
        questions.check(request.ip)
        questions.count(request.ip)
      }
      secretGuesses.set(request.raw, { isOpen: (id, secret) => secrets.isOpen(request.ip, id, secret), note: (id, secret, right) => secrets.note(request.ip, id, secret, right) })
      pushes.set(request.raw, { admit: () => questions.isOpen(request.ip) && (questions.count(request.ip), true) })
      await handOver(built, request, reply).finally(() => {
        if (begins && !String(reply.raw.getHeader('location')).startsWith(`${prefix}/interaction/`)) questions.takeBack(request.ip)
      })
      const { statusCode } = reply.raw
      // Wrong access tokens are not counted: nobody guesses one, each costs one look, and others may be behind the same address.
      if (statusCode === 401 && ((request.headers.authorization ?? '') !== '' || request.method === 'POST')) note(request, 'unauthenticated', route)
      if (statusCode === 429) note(request, 'too_many_requests', route)
    })
    // RFC 8414 §3.1: the well-known part stands before the path of the issuer.
    scope.get(`/.well-known/oauth-authorization-server${prefix}`, async (request, reply) => {
      request.raw.url = `${prefix}/.well-known/oauth-authorization-server`
      await handOver(await oidc.current(), request, reply)
    })
  })
  void server.register(async (scope) => {
    scope.get('/api/v1/interactions/:uid', async (request, reply) => {
      const { readInteraction } = await interactions()
      return reply.send(await readInteraction(exchangeOf(await oidc.current(), request, reply)))
    })
    const answers = { login: 'acceptLogin', consent: 'acceptConsent', another: 'askForAnother', abort: 'abortInteraction' } as const
    for (const [name, verb] of Object.entries(answers)) {
      scope.post(`/api/v1/interactions/:uid/${name}`, async (request, reply) => {
        refuseForeign(request, publicUrlOf(config))
        const accept = (await interactions())[verb]
        return reply.send({ redirectTo: await accept({ ...exchangeOf(await oidc.current(), request, reply), user: userIn(request.body) ?? pageOf(request) }) })
      })
    }
  })
}

/** The path letter by letter as it was asked for. */
const pathOf = ({ raw }: FastifyRequest) => raw.url!.split('?')[0]!

/** What was asked for, as the audit notes it: a route, and nothing of what a stranger has put into the address. */
function routeOf(request: FastifyRequest): string {
  const { method, routeOptions } = request
  if (routeOptions.url !== `${prefix}/*`) return `${method} ${routeOptions.url}`
  const path = pathOf(request)
  if (endpoints.has(path)) return `${method} ${path}`
  return `${method} ${prefix}/${isResumed(path) ? 'auth/:uid' : '*'}`
}

const exchangeOf = (built: Built, request: FastifyRequest, reply: FastifyReply) => (
  { built, uid: (request.params as { uid: string }).uid, request: request.raw, response: reply.raw, ip: request.ip })

/** As whom the page offered to go on. Errors: `invalid_json`. */
function userIn(body: unknown): string | undefined {
  const said = Buffer.isBuffer(body) && body.length > 0 ? parseJson(body) : undefined
  return isObject(said) && typeof said.user === 'string' ? said.user : undefined
}

/** Whose page it comes from, where that says so. */
const pageOf = ({ headers: { [pageHeader]: whose } }: FastifyRequest) => (typeof whose === 'string' ? whose : undefined)

/** For the page that a question is put on: the theme of the site whose application asks. */
export const askedTheme = (oidc: OpenIdProvider) => async (request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> => {
  const { interaction: uid } = request.query as { interaction?: unknown }
  if (typeof uid !== 'string' || request.headers.cookie === undefined) return undefined
  const { themeAsked } = await interactions()
  return themeAsked({ built: await oidc.current(), uid, request: request.raw, response: reply.raw, ip: request.ip })
}

/** Browsers say where a request comes from; what comes from elsewhere is not what the person wanted. Errors: `forbidden`. */
function refuseForeign({ headers }: FastifyRequest, publicUrl: string): void {
  const { origin, 'content-type': type, 'sec-fetch-site': site } = headers
  const foreign = origin !== new URL(publicUrl).origin || (site !== undefined && site !== 'same-origin')
  if (foreign || type?.split(';')[0]!.trim() !== 'application/json') throw new GatehouseError('forbidden', 'Answers to this are taken from our own pages only.')
}

/** Errors: `headers_too_large`. */
function refuseLong({ raw }: FastifyRequest): void {
  if (raw.url!.startsWith(`${prefix}/auth`) && raw.url!.length > longestRequest) throw new GatehouseError('headers_too_large', `A request to sign in may have at most ${longestRequest} characters.`)
}

const headers = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  // Where forms may go is not said: the provider sends some of them to clients.
  'content-security-policy': `default-src 'none'; script-src; style-src 'self' ${styleSource}; frame-ancestors 'none'; base-uri 'none'`,
} as const

/** The request as it came, answered by the provider as it likes. */
async function handOver({ handle, state }: Built, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = reply
  reply.hijack()
  for (const [name, value] of Object.entries({ ...headers, 'x-request-id': request.id })) raw.setHeader(name, value)
  if (state.publicUrl.startsWith('https:')) raw.setHeader('strict-transport-security', 'max-age=31536000')
  origins.set(request.raw, { ip: request.ip, requestId: request.id })
  await handle(underPublicUrl(request.raw, state.publicUrl), raw)
}

/**
 * The request as if it had come to PUBLIC_URL, whatever host it names and whatever a proxy says: the provider makes the
 * addresses in its answers from these.
 */
function underPublicUrl(request: FastifyRequest['raw'], publicUrl: string): FastifyRequest['raw'] {
  const { host, protocol } = new URL(publicUrl)
  Object.assign(request.headers, { host, 'x-forwarded-proto': protocol.slice(0, -1) })
  delete request.headers['x-forwarded-host']
  return Object.assign(request, { url: request.url!.slice(prefix.length), baseUrl: prefix })
}
