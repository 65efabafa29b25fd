/**
 * Authorization servers: the org's own (its issuer is the org's address) and custom ones, of which `default` is there from
 * the start. Each has its discovery document, its keys, its scopes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from '../credentials.ts'
import { notFound, OktaError, validationError } from '../errors.ts'
import { baseUrl } from '../paging.ts'
import { isManagementScope } from '../scopes.ts'
import type { Org } from '../state.ts'
import { keyJson, keysOf, rotateKeys } from './keys.ts'
import type { AuthorizationServer } from './store.ts'

export const openIdScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups']

/** The org's own server (`org`) or a custom one; E0000007 when there is none. */
export function requireServer(org: Org, id: string): AuthorizationServer {
  const known = org.oauth.servers.get(id)
  if (known) return known
  if (id !== 'org' && id !== 'default') throw notFound(id, 'AuthorizationServer')
  const server = id === 'org' ? newServer(org, 'org', 'Org authorization server', []) : newServer(org, 'default', 'default', ['api://default'])
  org.oauth.servers.set(id, server)
  return server
}

function newServer(org: Org, id: string, name: string, audiences: string[]): AuthorizationServer {
  const now = org.timestamp()
  return { id, name, description: '', audiences, status: 'ACTIVE', created: now, lastUpdated: now, scopes: new Map(), keys: [] }
}

/** The server of an OAuth request, by the part of its path between `/oauth2/` and `/v1/`. */
export function serverOf(org: Org, request: FastifyRequest): AuthorizationServer {
  const { server } = request.params as { server?: string }
  const found = requireServer(org, server ?? 'org')
  if (found.status !== 'ACTIVE' || server === 'org') throw notFound(server ?? 'org', 'AuthorizationServer')
  return found
}

export function issuerOf(server: AuthorizationServer, request: FastifyRequest): string {
  return server.id === 'org' ? baseUrl(request) : `${baseUrl(request)}/oauth2/${server.id}`
}

/** Where a server's endpoints are. */
export function endpointsOf(server: AuthorizationServer, request: FastifyRequest): string {
  return `${baseUrl(request)}/oauth2/${server.id === 'org' ? '' : `${server.id}/`}v1`
}

/** Whether a scope may be asked for at all; a service app's grants are looked at elsewhere. */
export function hasScope(server: AuthorizationServer, scope: string): boolean {
  return openIdScopes.includes(scope) || server.scopes.has(scope) || (server.id === 'org' && isManagementScope(scope))
}

/** The paths of an endpoint of every server. */
export function pathsOf(name: string): string[] {
  return [`/oauth2/v1/${name}`, `/oauth2/:server/v1/${name}`]
}

/** Registers discovery, keys and the management of servers on `app`. */
export function serverRoutes(app: FastifyInstance, org: Org): void {
  const discover = (request: FastifyRequest, reply: FastifyReply) =>
    reply.header('cache-control', 'max-age=86400, must-revalidate').send(discoveryJson(serverOf(org, request), request))
  for (const document of ['openid-configuration', 'oauth-authorization-server']) {
    app.get(`/.well-known/${document}`, discover)
    app.get(`/oauth2/:server/.well-known/${document}`, discover)
  }
  for (const path of pathsOf('keys')) {
    app.get(path, (request, reply) => {
      const keys = keysOf(org, serverOf(org, request)).map((key) => keyJson(key, false))
      return reply.header('cache-control', 'max-age=3600, must-revalidate').send({ keys })
    })
  }
  managementRoutes(app, org)
}

function discoveryJson(server: AuthorizationServer, request: FastifyRequest): Record<string, unknown> {
  const endpoints = endpointsOf(server, request)
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']
  return {
    issuer: issuerOf(server, request),
    authorization_endpoint: `${endpoints}/authorize`,
    token_endpoint: `${endpoints}/token`,
    userinfo_endpoint: `${endpoints}/userinfo`,
    jwks_uri: `${endpoints}/keys`,
    introspection_endpoint: `${endpoints}/introspect`,
    revocation_endpoint: `${endpoints}/revoke`,
    end_session_endpoint: `${endpoints}/logout`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: [...openIdScopes, ...server.scopes.keys()],
    claims_supported: ['iss', 'ver', 'sub', 'aud', 'iat', 'exp', 'jti', 'auth_time', 'amr', 'idp', 'nonce', 'name', 'given_name', 'family_name', 'email', 'preferred_username', 'groups', 'at_hash'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
    dpop_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
  }
}

interface ById {
  Params: { id: string }
}

const mostServers = 100

function managementRoutes(app: FastifyInstance, org: Org): void {
  const root = '/api/v1/authorizationServers'
  const custom = (id: string) => {
    if (id === 'org') throw notFound(id, 'AuthorizationServer')
    return requireServer(org, id)
  }

  app.get(root, (request, reply) => {
    requireServer(org, 'default')
    return reply.send([...org.oauth.servers.values()].filter(({ id }) => id !== 'org').map((server) => serverJson(server, request)))
  })

  app.post(root, (request, reply) => {
    if (!isRecord(request.body)) throw new OktaError('E0000003')
    const { name, audiences, description } = request.body
    if (typeof name !== 'string' || name === '') throw validationError(['name: The field cannot be left blank'])
    if (!Array.isArray(audiences) || audiences.length !== 1) throw validationError(['audiences: Has to hold exactly one'])
    if (org.oauth.servers.size >= mostServers) throw validationError([`authorizationServers: At most ${mostServers}`])
    const server = { ...newServer(org, org.newId('aus'), name, audiences.map(String)), description: String(description ?? '') }
    org.oauth.servers.set(server.id, server)
    return reply.code(201).send(serverJson(server, request))
  })

  app.get<ById>(`${root}/:id`, (request, reply) => reply.send(serverJson(custom(request.params.id), request)))

  app.get<ById>(`${root}/:id/credentials/keys`, (request, reply) => reply.send(keysOf(org, custom(request.params.id)).map((key) => keyJson(key, true))))

  app.post<ById>(`${root}/:id/credentials/lifecycle/keyRotate`, (request, reply) => {
    const server = custom(request.params.id)
    rotateKeys(org, server)
    return reply.send(server.keys.map((key) => keyJson(key, true)))
  })

  app.get<ById>(`${root}/:id/scopes`, (request, reply) => reply.send([...custom(request.params.id).scopes.values()]))

  app.post<ById>(`${root}/:id/scopes`, (request, reply) => {
    const { scopes } = custom(request.params.id)
    const { name, description } = isRecord(request.body) ? request.body : {}
    if (typeof name !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(name) || name.startsWith('okta.')) throw validationError(['name: Is not a scope'])
    if (scopes.has(name) || scopes.size >= 500) throw validationError(['name: The scope is there already, or there are too many'])
    const scope = { id: org.newId('scp'), name, description: String(description ?? '') }
    scopes.set(name, scope)
    return reply.code(201).send(scope)
  })
}

function serverJson(server: AuthorizationServer, request: FastifyRequest): Record<string, unknown> {
  const { id, name, description, audiences, status, created, lastUpdated } = server
  const self = `${baseUrl(request)}/api/v1/authorizationServers/${id}`
  return { id, name, description, audiences, issuer: issuerOf(server, request), issuerMode: 'ORG_URL', status, created, lastUpdated, credentials: { signing: { rotationMode: 'MANUAL', use: 'sig' } }, _links: { self: { href: self } } }
}
