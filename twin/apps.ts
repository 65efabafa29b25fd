/**
 * Apps, as far as a sync needs them: create, read, list, switch on and off, delete, and the client behind a client_id.
 * Who has an app stands in `app-assignments.ts`.
 */
import type { FastifyInstance } from 'fastify'
import { isRecord } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { appTarget, emit } from './events/emit.ts'
import { revokeTokens } from './oauth/sessions.ts'
import { baseUrl, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import { matches, parseExpression } from './query.ts'
import type { Grammar } from './query.ts'
import { randomText } from './random.ts'
import type { OktaApp, Org } from './state.ts'

interface ById {
  Params: { id: string }
}

interface ListQuery {
  q?: string
  filter?: string
  limit?: string
  after?: string
}

/** The app of a path; E0000007 when there is none. */
export function requireApp(org: Org, id: string): OktaApp {
  const app = org.apps.get(id)
  if (!app) throw notFound(id, 'AppInstance')
  return app
}

/** An app as Okta's JSON shows it. */
export function appJson(app: OktaApp, base: string): Record<string, unknown> {
  const self = `${base}/api/v1/apps/${app.id}`
  return {
    id: app.id,
    ...app.document,
    status: app.status,
    created: app.created,
    lastUpdated: app.lastUpdated,
    _links: { self: { href: self }, users: { href: `${self}/users` }, groups: { href: `${self}/groups` } },
  }
}

/** Registers the app and client endpoints on `server`. */
export function appRoutes(server: FastifyInstance, org: Org): void {
  server.get<{ Querystring: ListQuery }>('/api/v1/apps', (request, reply) => {
    const { query } = request
    const limit = readLimit(query.limit, { normal: 20, most: 200 })
    const page = takePage(org.apps.after(readPosition(query.after)), limit, appTest(query))
    setLinks(request, reply, limit, page.next)
    return reply.send(page.items.map((app) => appJson(app, baseUrl(request))))
  })

  server.post<{ Querystring: { activate?: string } }>('/api/v1/apps', (request, reply) => {
    const app = createApp(org, request.body, request.query.activate !== 'false')
    emit(org, 'application.lifecycle.create', { targets: [appTarget(app)] })
    return reply.send(appJson(app, baseUrl(request)))
  })

  server.get<ById>('/api/v1/apps/:id', (request, reply) => {
    return reply.send(appJson(requireApp(org, request.params.id), baseUrl(request)))
  })

  server.put<ById>('/api/v1/apps/:id', (request, reply) => {
    const app = replaceApp(org, requireApp(org, request.params.id), request.body)
    emit(org, 'application.lifecycle.update', { targets: [appTarget(app)] })
    return reply.send(appJson(app, baseUrl(request)))
  })

  server.delete<ById>('/api/v1/apps/:id', (request, reply) => {
    const app = requireApp(org, request.params.id)
    if (app.status === 'ACTIVE') throw new OktaError('E0000056')
    org.apps.delete(app.id)
    forgetClient(org, app)
    emit(org, 'application.lifecycle.delete', { targets: [appTarget(app)] })
    return reply.code(204).send()
  })

  server.post<{ Params: { id: string; operation: string } }>(
    '/api/v1/apps/:id/lifecycle/:operation',
    (request, reply) => {
      const app = requireApp(org, request.params.id)
      const { operation } = request.params
      if (operation !== 'activate' && operation !== 'deactivate') throw new OktaError('E0000008')
      const status = operation === 'activate' ? 'ACTIVE' : 'INACTIVE'
      org.apps.put({ ...app, status, lastUpdated: org.timestamp() })
      emit(org, `application.lifecycle.${operation}`, { targets: [appTarget(app)] })
      return reply.send({})
    },
  )

  server.get<ById>('/oauth2/v1/clients/:id', (request, reply) => {
    const app = findClient(org, request.params.id)
    if (!app) throw notFound(request.params.id, 'PublicClientApp')
    return reply.send(clientJson(app))
  })
}

function clientJson(app: OktaApp): Record<string, unknown> {
  const [settings, client] = [clientSettings(app), clientCredentials(app)]
  return {
    client_id: app.clientId,
    client_name: app.document['label'],
    client_id_issued_at: Math.floor(Date.parse(app.created) / 1000),
    client_secret_expires_at: 0,
    application_type: settings['application_type'] ?? 'web',
    redirect_uris: settings['redirect_uris'] ?? [],
    response_types: settings['response_types'] ?? ['code'],
    grant_types: settings['grant_types'] ?? ['authorization_code'],
    token_endpoint_auth_method: client['token_endpoint_auth_method'],
  }
}

/** The app behind a client_id, on or off. */
export function findClient(org: Org, clientId: string): OktaApp | undefined {
  const own = org.apps.get(clientId)
  if (own?.clientId === clientId) return own
  for (const app of org.apps.values()) if (app.clientId === clientId) return app
  return undefined
}

function forgetClient(org: Org, app: OktaApp): void {
  org.oauth.grants.delete(app.id)
  org.oauth.roles.delete(app.id)
  revokeTokens(org, ({ clientId }) => clientId === app.clientId)
}

/** The part of an app's document that says how its client may behave. */
export function clientSettings(app: OktaApp): Record<string, unknown> {
  return part(part(app.document, 'settings'), 'oauthClient')
}

/** The part of an app's document that says how its client shows who it is. */
export function clientCredentials(app: OktaApp): Record<string, unknown> {
  return part(part(app.document, 'credentials'), 'oauthClient')
}

function part(document: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = document[name]
  return isRecord(value) ? value : {}
}

/** `PUT`: settings and credentials as the body says; the client's id and secret stay, whatever it says. */
function replaceApp(org: Org, app: OktaApp, body: unknown): OktaApp {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const label = readLabel(body['label'])
  const before = clientCredentials(app)
  const given = part(part(body, 'credentials'), 'oauthClient')
  const oauthClient = { ...before, ...given, client_id: app.clientId, client_secret: before['client_secret'] }
  const document = {
    ...app.document, label,
    credentials: { ...part(body, 'credentials'), oauthClient },
    settings: body['settings'] === undefined ? app.document['settings'] : part(body, 'settings'),
  }
  const changed = { ...app, document, lastUpdated: org.timestamp() }
  org.apps.put(changed)
  return changed
}

function readLabel(label: unknown): string {
  if (typeof label === 'string' && label !== '' && label.length <= 100) return label
  throw validationError(['label: Must be between 1 and 100 characters'])
}

/** `client_id` is the app's id unless the body names one (6–100 characters, unique, never changed). */
export function createApp(org: Org, body: unknown, activate: boolean, id = org.newId('0oa')): OktaApp {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const { name = 'oidc_client', signOnMode = 'OPENID_CONNECT' } = body
  const label = readLabel(body['label'])
  const client = part(part(body, 'credentials'), 'oauthClient')
  const clientId = readClientId(org, client['client_id'] ?? id)
  const method = client['token_endpoint_auth_method'] ?? 'client_secret_basic'
  const secret = String(method).startsWith('client_secret') ? { client_secret: randomText(org.random, 64) } : {}
  const defaults = { autoKeyRotation: true, token_endpoint_auth_method: method, ...secret }
  const oauthClient = { ...defaults, ...client, client_id: clientId }
  const now = org.timestamp()
  const app: OktaApp = {
    id, clientId, status: activate ? 'ACTIVE' : 'INACTIVE', created: now, lastUpdated: now,
    document: {
      name, label, signOnMode,
      credentials: { ...part(body, 'credentials'), oauthClient },
      settings: part(body, 'settings'),
    },
    groups: new Map(),
    users: new Map(),
  }
  org.apps.put(app)
  return app
}

function readClientId(org: Org, clientId: unknown): string {
  if (typeof clientId !== 'string' || clientId.length < 6 || clientId.length > 100) {
    throw validationError(['client_id: Must be between 6 and 100 characters'])
  }
  for (const app of org.apps.values()) {
    if (app.clientId === clientId) throw validationError(['client_id: The client id is already in use'])
  }
  return clientId
}

/** client_id is not among the attributes that `filter` knows: Okta cannot look an app up by it this way. */
const grammar: Grammar = {
  typeOf: (path) => (['id', 'status', 'name'].includes(path) ? 'text' : undefined),
  allows: (_, operator) => operator === 'eq',
  caseSensitive: true,
  error: 'E0000031',
}

function appTest(query: ListQuery): (app: OktaApp) => boolean {
  const expression = query.filter ? parseExpression(query.filter, grammar) : null
  const prefix = query.q?.toLowerCase() ?? ''
  return (app) => {
    const values: Record<string, unknown> = { id: app.id, status: app.status, name: app.document['name'] }
    const label = String(app.document['label']).toLowerCase()
    return label.startsWith(prefix) && (!expression || matches(expression, (path) => values[path], true))
  }
}
