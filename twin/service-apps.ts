/**
 * Service apps: the keys they sign with (`/apps/{id}/credentials/jwks`, up to 50), the scopes of the management API that
 * an administrator granted them (`/apps/{id}/grants`), and their administrator roles (`/oauth2/v1/clients/{id}/roles`).
 */
import { createPublicKey } from 'node:crypto'
import type { JsonWebKey as NodeJsonWebKey } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { clientSettings, findClient, requireApp } from './apps.ts'
import { isRecord } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { baseUrl } from './paging.ts'
import { isManagementScope } from './scopes.ts'
import type { OktaApp, Org } from './state.ts'

interface ById {
  Params: { id: string }
}

interface OfPart {
  Params: { id: string; part: string }
}

type Key = Record<string, unknown>

const mostKeys = 50

/** The keys that an app lists. */
export function appKeys(app: OktaApp): Key[] {
  const jwks = clientSettings(app)['jwks']
  const keys = isRecord(jwks) ? jwks['keys'] : undefined
  return Array.isArray(keys) ? keys.filter(isRecord) : []
}

/** Registers them on `app`. */
export function serviceAppRoutes(app: FastifyInstance, org: Org): void {
  keyRoutes(app, org)
  grantRoutes(app, org)
  roleRoutes(app, org)
}

function keyRoutes(app: FastifyInstance, org: Org): void {
  const root = '/api/v1/apps/:id/credentials/jwks'

  app.get<ById>(root, (request, reply) => reply.send(appKeys(requireApp(org, request.params.id)).map(shown)))

  app.post<ById>(root, (request, reply) => {
    const owner = requireApp(org, request.params.id)
    const keys = appKeys(owner)
    const key = readKey(org, request.body)
    if (keys.length >= mostKeys) throw validationError([`jwks: At most ${mostKeys} keys`])
    if (keys.some(({ kid }) => kid === key['kid'])) throw validationError(['kid: A key with this kid is there already'])
    putKeys(org, owner, [...keys, key])
    return reply.code(201).send(shown(key))
  })

  app.delete<OfPart>(`${root}/:part`, (request, reply) => {
    const owner = requireApp(org, request.params.id)
    const key = requireKey(owner, request.params.part)
    if (key['status'] !== 'INACTIVE') throw new OktaError('E0000001', 'keyId', ['keyId: An active key cannot be deleted'])
    putKeys(org, owner, appKeys(owner).filter((other) => other !== key))
    return reply.code(204).send()
  })

  for (const [operation, status] of [['activate', 'ACTIVE'], ['deactivate', 'INACTIVE']] as const) {
    app.post<OfPart>(`${root}/:part/lifecycle/${operation}`, (request, reply) => {
      const owner = requireApp(org, request.params.id)
      const key = requireKey(owner, request.params.part)
      const changed = { ...key, status, lastUpdated: org.timestamp() }
      putKeys(org, owner, appKeys(owner).map((other) => (other === key ? changed : other)))
      return reply.send(shown(changed))
    })
  }
}

function shown(key: Key): Key {
  return { status: 'ACTIVE', ...key }
}

function requireKey(app: OktaApp, id: string): Key {
  const key = appKeys(app).find((each) => each['id'] === id || each['kid'] === id)
  if (!key) throw notFound(id, 'OAuth2ClientJsonWebKey')
  return key
}

function readKey(org: Org, body: unknown): Key {
  if (!isRecord(body)) throw new OktaError('E0000003')
  if ('d' in body) throw validationError(['d: A private key must not be sent'])
  if (typeof body['kid'] !== 'string' || body['kid'] === '') throw validationError(['kid: The field cannot be left blank'])
  try {
    createPublicKey({ key: body as NodeJsonWebKey, format: 'jwk' })
  } catch {
    throw validationError(['kty: Is not a public key'])
  }
  const now = org.timestamp()
  return { ...body, id: org.newId('pks'), status: body['status'] === 'INACTIVE' ? 'INACTIVE' : 'ACTIVE', created: now, lastUpdated: now }
}

function putKeys(org: Org, app: OktaApp, keys: Key[]): void {
  const { settings } = app.document as { settings?: Record<string, unknown> }
  const oauthClient = { ...clientSettings(app), jwks: { keys } }
  org.apps.put({ ...app, lastUpdated: org.timestamp(), document: { ...app.document, settings: { ...settings, oauthClient } } })
}

/** Grants a scope to an app; a second time changes nothing. */
export function grantScope(org: Org, app: OktaApp, scope: string): { id: string; scope: string; created: string } {
  if (!isManagementScope(scope)) throw validationError([`scopeId: ${scope} is not a scope of the management API`])
  const grants = org.oauth.grants.get(app.id) ?? new Map<string, { id: string; scope: string; created: string }>()
  const grant = grants.get(scope) ?? { id: org.newId('oag'), scope, created: org.timestamp() }
  org.oauth.grants.set(app.id, grants.set(scope, grant))
  return grant
}

/** Scopes that an app was granted. */
export function grantedScopes(org: Org, app: OktaApp): string[] {
  return [...(org.oauth.grants.get(app.id)?.keys() ?? [])]
}

function grantRoutes(app: FastifyInstance, org: Org): void {
  const root = '/api/v1/apps/:id/grants'
  const grantJson = (owner: OktaApp, grant: { id: string; scope: string; created: string }, issuer: string) => ({
    id: grant.id, status: 'ACTIVE', created: grant.created, lastUpdated: grant.created, scopeId: grant.scope, issuer, clientId: owner.clientId, source: 'ADMIN',
  })

  app.get<ById>(root, (request, reply) => {
    const owner = requireApp(org, request.params.id)
    return reply.send([...(org.oauth.grants.get(owner.id)?.values() ?? [])].map((grant) => grantJson(owner, grant, baseUrl(request))))
  })

  app.post<ById>(root, (request, reply) => {
    const owner = requireApp(org, request.params.id)
    const scope = isRecord(request.body) ? String(request.body['scopeId'] ?? '') : ''
    return reply.code(201).send(grantJson(owner, grantScope(org, owner, scope), baseUrl(request)))
  })

  app.delete<OfPart>(`${root}/:part`, (request, reply) => {
    const grants = org.oauth.grants.get(requireApp(org, request.params.id).id)
    const grant = [...(grants?.values() ?? [])].find(({ id }) => id === request.params.part)
    if (!grant) throw notFound(request.params.part, 'OAuth2ScopeConsentGrant')
    grants!.delete(grant.scope)
    return reply.code(204).send()
  })
}

/** Gives an app an administrator role. */
export function giveRole(org: Org, app: OktaApp, type: string): { id: string; type: string; created: string } {
  if (!/^[A-Z_]{3,50}$/.test(type)) throw validationError(['type: Is not a role'])
  const role = { id: org.newId('IRA'), type, created: org.timestamp() }
  org.oauth.roles.set(app.id, [...(org.oauth.roles.get(app.id) ?? []).slice(0, mostKeys), role])
  return role
}

function roleRoutes(app: FastifyInstance, org: Org): void {
  const root = '/oauth2/v1/clients/:id/roles'
  const owner = (id: string) => {
    const found = findClient(org, id)
    if (!found) throw notFound(id, 'PublicClientApp')
    return found
  }
  const roleJson = ({ id, type, created }: { id: string; type: string; created: string }) => ({ id, type, label: type, status: 'ACTIVE', created, lastUpdated: created, assignmentType: 'CLIENT' })

  app.get<ById>(root, (request, reply) => reply.send((org.oauth.roles.get(owner(request.params.id).id) ?? []).map(roleJson)))

  app.post<ById>(root, (request, reply) => {
    const type = isRecord(request.body) ? String(request.body['type'] ?? '') : ''
    return reply.code(201).send(roleJson(giveRole(org, owner(request.params.id), type)))
  })

  app.delete<OfPart>(`${root}/:part`, (request, reply) => {
    const { id } = owner(request.params.id)
    const roles = org.oauth.roles.get(id) ?? []
    if (!roles.some((role) => role.id === request.params.part)) throw notFound(request.params.part, 'Role')
    org.oauth.roles.set(id, roles.filter((role) => role.id !== request.params.part))
    return reply.code(204).send()
  })
}
