/** The controls of what only users, browsers and administrators' consoles do: statuses, passwords, tokens; and of hooks. */
import type { FastifyInstance } from 'fastify'
import { checkPassword, isRecord } from './credentials.ts'
import { OktaError, validationError } from './errors.ts'
import { emit, userActor, userTarget } from './events/emit.ts'
import type { EventType } from './events/event-types.ts'
import { userStatuses } from './lifecycle.ts'
import type { UserStatus } from './lifecycle.ts'
import { makeSessionToken } from './oauth/authn.ts'
import { rotateKeys } from './oauth/keys.ts'
import { requireServer } from './oauth/servers.ts'
import { setSessionCookie, startSession } from './oauth/sessions.ts'
import { baseUrl } from './paging.ts'
import { saveUser } from './state.ts'
import type { Org } from './state.ts'
import { userJson } from './user-view.ts'
import { requireUser } from './user-writes.ts'

/** What the System Log says when a user comes into a status by their own doing. */
const told: Partial<Record<UserStatus, EventType>> = {
  LOCKED_OUT: 'user.account.lock', RECOVERY: 'user.account.reset_password', SUSPENDED: 'user.lifecycle.suspend',
  DEPROVISIONED: 'user.lifecycle.deactivate',
}

/** Registers them on `app`. */
export function peopleControls(app: FastifyInstance, org: Org, tokens: Set<string>): void {
  app.put<{ Params: { id: string } }>('/_twin/users/:id/status', (request, reply) => {
    const user = requireUser(org, request.params.id)
    const status = isRecord(request.body) ? request.body['status'] : undefined
    if (!(userStatuses as readonly unknown[]).includes(status)) throw validationError(['status: Is not a status'])
    const now = org.timestamp()
    const version = user.version + 1
    const changed = { ...user, status: status as UserStatus, statusChanged: now, lastUpdated: now, version }
    const event = told[changed.status]
    if (event) emit(org, event, { targets: [userTarget(user)], actor: userActor(user) })
    return reply.send(userJson(org, saveUser(org, changed), baseUrl(request)))
  })

  app.post<{ Params: { id: string } }>('/_twin/users/:id/check-password', (request, reply) => {
    const { password } = requireUser(org, request.params.id).credentials
    const value = isRecord(request.body) ? String(request.body['password'] ?? '') : ''
    return reply.send({ matches: password ? (checkPassword(password, value) ?? null) : false })
  })

  app.post('/_twin/sign-in', (request, reply) => {
    const user = requireUser(org, isRecord(request.body) ? String(request.body['login'] ?? '') : '')
    const session = startSession(org, user)
    const sessionToken = makeSessionToken(org, user)
    return reply.send({ sessionId: session.id, cookie: setSessionCookie(session.id).split(';', 1)[0], sessionToken })
  })

  app.post('/_twin/keys/rotate', (request, reply) => {
    const server = requireServer(org, isRecord(request.body) ? String(request.body['server'] ?? 'org') : 'org')
    rotateKeys(org, server)
    return reply.send(server.keys.map(({ kid, status }) => ({ kid, status })))
  })

  app.get('/_twin/hook-deliveries', (_, reply) => reply.send(org.hooks.deliveries))

  app.post('/_twin/tokens', (request, reply) => {
    tokens.add(readToken(request.body))
    return reply.code(204).send()
  })

  app.delete('/_twin/tokens', (request, reply) => {
    if (!tokens.delete(readToken(request.body))) throw new OktaError('E0000007', 'token')
    return reply.code(204).send()
  })
}

function readToken(body: unknown): string {
  const token = isRecord(body) ? body['token'] : undefined
  if (typeof token !== 'string' || !/^\S{1,200}$/.test(token)) throw validationError(['token: Has to be text without spaces'])
  return token
}
