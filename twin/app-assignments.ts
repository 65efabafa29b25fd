/**
 * Who has an app: groups (`PUT /apps/{id}/groups/{groupId}`) and single users (`POST /apps/{id}/users`). A group's
 * members have the app with `scope: GROUP`; a direct assignment has `scope: USER` and wins over the group's.
 */
import type { FastifyInstance } from 'fastify'
import { scopeOf } from './app-scope.ts'
import { appJson, requireApp } from './apps.ts'
import { isRecord } from './credentials.ts'
import { notFound, OktaError } from './errors.ts'
import { appTarget, appUserTarget, emit, groupTarget, userTarget } from './events/emit.ts'
import { requireGroup } from './groups.ts'
import { baseUrl, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import type { OktaApp, OktaUser, Org } from './state.ts'
import { userJson } from './user-view.ts'
import { requireUser } from './user-writes.ts'

interface ById {
  Params: { id: string }
}

interface OfGroup {
  Params: { id: string; groupId: string }
}

interface OfUser {
  Params: { id: string; userId: string }
}

interface Paged {
  Querystring: { limit?: string; after?: string }
}

interface Listed {
  Querystring: Paged['Querystring'] & { expand?: string }
}

/** Registers the assignment endpoints on `server`. */
export function assignmentRoutes(server: FastifyInstance, org: Org): void {
  groupAssignments(server, org)
  userAssignments(server, org)

  server.get<ById>('/api/v1/users/:id/appLinks', (request, reply) => {
    const user = requireUser(org, request.params.id)
    const apps = [...org.apps.values()].filter((app) => app.status === 'ACTIVE' && scopeOf(org, app, user) !== null)
    return reply.send(apps.map((app) => linkJson(app, user)))
  })

  server.get<ById>('/api/v1/groups/:id/apps', (request, reply) => {
    const group = requireGroup(org, request.params.id)
    const apps = [...org.apps.values()].filter((app) => app.groups.has(group.id))
    return reply.send(apps.map((app) => appJson(app, baseUrl(request))))
  })
}

function linkJson(app: OktaApp, user: OktaUser): Record<string, unknown> {
  const { name, label } = app.document
  return { id: `${app.id}-${user.id}`, label, appName: name, appInstanceId: app.id, appAssignmentId: user.id }
}

function groupAssignments(server: FastifyInstance, org: Org): void {
  const url = '/api/v1/apps/:id/groups/:groupId'

  server.get<ById & Paged>('/api/v1/apps/:id/groups', (request, reply) => {
    const app = requireApp(org, request.params.id)
    const limit = readLimit(request.query.limit, { normal: 20, most: 200 })
    const after = readPosition(request.query.after)
    const rows = [...app.groups].map(([id, assignment], index): [number, object] => [index + 1, { id, ...assignment }])
    const page = takePage(rows.slice(after), limit, () => true)
    setLinks(request, reply, limit, page.next)
    return reply.send(page.items)
  })

  server.put<OfGroup>(url, (request, reply) => {
    const app = requireApp(org, request.params.id)
    const group = requireGroup(org, request.params.groupId)
    const body = isRecord(request.body) ? request.body : {}
    const priority = typeof body['priority'] === 'number' ? body['priority'] : app.groups.size
    const assignment = { lastUpdated: org.timestamp(), priority, profile: body['profile'] ?? {} }
    if (!app.groups.has(group.id)) emit(org, 'group.application_assignment.add', { targets: [groupTarget(group), appTarget(app)] })
    app.groups.set(group.id, assignment)
    return reply.send({ id: group.id, ...assignment })
  })

  server.get<OfGroup>(url, (request, reply) => {
    const assignment = requireApp(org, request.params.id).groups.get(request.params.groupId)
    if (!assignment) throw notFound(request.params.groupId, 'ApplicationGroupAssignment')
    return reply.send({ id: request.params.groupId, ...assignment })
  })

  server.delete<OfGroup>(url, (request, reply) => {
    const app = requireApp(org, request.params.id)
    const { groupId } = request.params
    if (!app.groups.delete(groupId)) throw notFound(groupId, 'ApplicationGroupAssignment')
    emit(org, 'group.application_assignment.remove', { targets: [groupTarget(org.groups.get(groupId)!), appTarget(app)] })
    return reply.code(204).send()
  })
}

function userAssignments(server: FastifyInstance, org: Org): void {
  server.get<ById & Listed>('/api/v1/apps/:id/users', (request, reply) => {
    const app = requireApp(org, request.params.id)
    const limit = readLimit(request.query.limit, { normal: 50, most: 500 })
    const source = org.users.after(readPosition(request.query.after))
    const page = takePage(source, limit, (user) => scopeOf(org, app, user) !== null)
    setLinks(request, reply, limit, page.next)
    const embed = request.query.expand === 'user'
    const more = (user: OktaUser) => (embed ? { _embedded: { user: userJson(org, user, baseUrl(request)) } } : {})
    return reply.send(page.items.map((user) => ({ ...appUserJson(org, app, user), ...more(user) })))
  })

  server.post<ById>('/api/v1/apps/:id/users', (request, reply) => {
    const app = requireApp(org, request.params.id)
    if (!isRecord(request.body)) throw new OktaError('E0000003')
    const user = requireUser(org, String(request.body['id'] ?? ''))
    assignUser(org, app, user, request.body)
    return reply.send(appUserJson(org, app, user))
  })

  server.get<OfUser>('/api/v1/apps/:id/users/:userId', (request, reply) => {
    const app = requireApp(org, request.params.id)
    const user = requireUser(org, request.params.userId)
    if (scopeOf(org, app, user) === null) throw notFound(user.id, 'AppUser')
    return reply.send(appUserJson(org, app, user))
  })

  server.post<OfUser>('/api/v1/apps/:id/users/:userId', (request, reply) => {
    const app = requireApp(org, request.params.id)
    const user = requireUser(org, request.params.userId)
    if (!isRecord(request.body)) throw new OktaError('E0000003')
    if (scopeOf(org, app, user) === null) throw notFound(user.id, 'AppUser')
    keepAssignment(org, app, user, request.body)
    emit(org, 'application.user_membership.update', { targets: targetsOf(app, user) })
    return reply.send(appUserJson(org, app, user))
  })

  server.delete<OfUser>('/api/v1/apps/:id/users/:userId', (request, reply) => {
    const app = requireApp(org, request.params.id)
    const user = requireUser(org, request.params.userId)
    if (!app.users.delete(user.id)) throw notFound(user.id, 'AppUser')
    if (scopeOf(org, app, user) === null) emit(org, 'application.user_membership.remove', { targets: targetsOf(app, user) })
    return reply.code(204).send()
  })
}

function targetsOf(app: OktaApp, user: OktaUser) {
  return [appUserTarget(user), appTarget(app), userTarget(user)]
}

function assignUser(org: Org, app: OktaApp, user: OktaUser, body: Record<string, unknown>): void {
  if (user.status === 'DEPROVISIONED' || user.status === 'SUSPENDED') throw new OktaError('E0000117')
  if (app.users.has(user.id) && org.options.repeatedAssignment === 'refuse') throw new OktaError('E0000062')
  const had = scopeOf(org, app, user) !== null
  keepAssignment(org, app, user, body)
  emit(org, `application.user_membership.${had ? 'update' : 'add'}`, { targets: targetsOf(app, user) })
}

function keepAssignment(org: Org, app: OktaApp, user: OktaUser, body: Record<string, unknown>): void {
  const before = app.users.get(user.id)
  const now = org.timestamp()
  const credentials = isRecord(body['credentials']) ? body['credentials'] : {}
  const userName = String(credentials['userName'] ?? before?.userName ?? user.profile['login'])
  const created = before?.created ?? now
  app.users.set(user.id, { created, lastUpdated: now, profile: body['profile'] ?? before?.profile ?? {}, userName })
}

function appUserJson(org: Org, app: OktaApp, user: OktaUser): Record<string, unknown> {
  const direct = app.users.get(user.id)
  const created = direct?.created ?? user.created
  return {
    id: user.id,
    externalId: null,
    created,
    lastUpdated: direct?.lastUpdated ?? created,
    scope: scopeOf(org, app, user),
    status: user.status === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE',
    statusChanged: created,
    passwordChanged: null,
    syncState: 'DISABLED',
    credentials: { userName: direct?.userName ?? user.profile['login'] },
    profile: direct?.profile ?? {},
  }
}
