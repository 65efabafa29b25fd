/**
 * The scripted way to sign in: `POST /api/v1/authn` takes a login and a password and gives a session token, good for one
 * time and five minutes, which `authorize?sessionToken=` or `POST /api/v1/sessions` turns into a session.
 */
import type { FastifyInstance } from 'fastify'
import { isRecord } from '../credentials.ts'
import { notFound, OktaError } from '../errors.ts'
import { emit, userActor, userTarget } from '../events/emit.ts'
import { baseUrl } from '../paging.ts'
import { randomText } from '../random.ts'
import type { OktaUser, Org } from '../state.ts'
import { perUser } from './client-limits.ts'
import { expiryOf, findSession, startSession } from './sessions.ts'
import { signIn } from './sign-in.ts'
import type { Session } from './store.ts'

const sessionTokenMs = 300_000

interface ById {
  Params: { id: string }
}

/** Registers authentication and sessions on `app`. */
export function authnRoutes(app: FastifyInstance, org: Org): void {
  app.post('/api/v1/authn', async (request, reply) => {
    if (!isRecord(request.body)) throw new OktaError('E0000003')
    const { username, password } = request.body
    if (typeof username !== 'string' || typeof password !== 'string') throw new OktaError('E0000004')
    perUser(org, username)
    const outcome = await signIn(org, username, password)
    if ('user' in outcome) return reply.send(success(org, outcome.user))
    if (outcome.refused === 'expired') return reply.send({ status: 'PASSWORD_EXPIRED', stateToken: randomText(org.random, 40), expiresAt: in5Minutes(org) })
    throw new OktaError('E0000004')
  })

  app.post('/api/v1/sessions', (request, reply) => {
    const token = isRecord(request.body) ? String(request.body['sessionToken'] ?? '') : ''
    const user = takeSessionToken(org, token)
    if (!user) throw new OktaError('E0000004')
    return reply.send(sessionJson(org, startSession(org, user), user, baseUrl(request)))
  })

  app.get<ById>('/api/v1/sessions/:id', (request, reply) => {
    const found = findSession(org, request.params.id)
    if (!found) throw notFound(request.params.id, 'Session')
    return reply.send(sessionJson(org, found.session, found.user, baseUrl(request)))
  })

  app.delete<ById>('/api/v1/sessions/:id', (request, reply) => {
    const found = findSession(org, request.params.id)
    if (!found) throw notFound(request.params.id, 'Session')
    org.oauth.sessions.delete(found.session.id)
    emit(org, 'user.session.end', { actor: userActor(found.user), targets: [userTarget(found.user)] })
    return reply.code(204).send()
  })
}

function in5Minutes(org: Org): string {
  return new Date(org.now() + sessionTokenMs).toISOString()
}

function success(org: Org, user: OktaUser): Record<string, unknown> {
  const { login, firstName, lastName } = user.profile
  return {
    expiresAt: in5Minutes(org),
    status: 'SUCCESS',
    sessionToken: makeSessionToken(org, user),
    _embedded: { user: { id: user.id, passwordChanged: user.passwordChanged, profile: { login, firstName, lastName, locale: user.profile['locale'] ?? 'en', timeZone: 'America/Los_Angeles' } } },
  }
}

export function makeSessionToken(org: Org, user: OktaUser): string {
  const token = randomText(org.random, 40)
  org.oauth.sessionTokens.set(token, { userId: user.id, expires: org.now() + sessionTokenMs })
  return token
}

/** The user of a session token, which is spent by this. */
export function takeSessionToken(org: Org, token: string): OktaUser | null {
  const found = org.oauth.sessionTokens.get(token)
  org.oauth.sessionTokens.delete(token)
  const user = found && org.now() < found.expires ? org.users.get(found.userId) : undefined
  return user?.status === 'ACTIVE' ? user : null
}

function sessionJson(org: Org, session: Session, user: OktaUser, base: string): Record<string, unknown> {
  return {
    id: session.id,
    userId: user.id,
    login: user.profile['login'],
    createdAt: new Date(session.created).toISOString(),
    expiresAt: new Date(expiryOf(session)).toISOString(),
    status: 'ACTIVE',
    lastPasswordVerification: new Date(session.created).toISOString(),
    lastFactorVerification: null,
    amr: ['pwd'],
    idp: { id: '00oTwinIdentityGH5d7', type: 'OKTA' },
    mfaActive: false,
    _links: { self: { href: `${base}/api/v1/sessions/${session.id}` }, user: { href: `${base}/api/v1/users/${user.id}` } },
  }
}
