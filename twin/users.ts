/** The routes under `/api/v1/users`. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { groupJson } from './groups.ts'
import { OktaError } from './errors.ts'
import { emit, userTarget } from './events/emit.ts'
import { lifecycleOperations } from './lifecycle.ts'
import type { LifecycleOperation } from './lifecycle.ts'
import { endSessions, revokeTokens } from './oauth/sessions.ts'
import { baseUrl, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import type { OktaGroup, OktaUser, Org } from './state.ts'
import { listUsers } from './user-list.ts'
import type { ListQuery } from './user-list.ts'
import { projectFields, userEtag, userJson } from './user-view.ts'
import { deleteUser, runLifecycle } from './user-lifecycle.ts'
import type { LifecycleQuery } from './user-lifecycle.ts'
import { checkIfMatch, createUser, requireUser, updateUser } from './user-writes.ts'

interface ById {
  Params: { id: string }
}

interface CreateQuery {
  activate?: string
  nextLogin?: string
}

/** Registers the user endpoints on `app`. */
export function userRoutes(app: FastifyInstance, org: Org): void {
  const show = (request: FastifyRequest, user: OktaUser) => userJson(org, user, baseUrl(request))

  app.get<{ Querystring: ListQuery }>('/api/v1/users', (request, reply) => {
    const users = listUsers(org, request.query, request, reply).map((user) => show(request, user))
    const { fields } = request.query
    return reply.send(fields ? users.map((user) => projectFields(user, fields)) : users)
  })

  app.post<{ Querystring: CreateQuery }>('/api/v1/users', (request, reply) => {
    const activate = request.query.activate !== 'false'
    const expirePassword = request.query.nextLogin === 'changePassword'
    const user = createUser(org, request.body, { activate, expirePassword })
    return reply.header('etag', userEtag(user)).send(show(request, user))
  })

  app.get<ById>('/api/v1/users/:id', (request, reply) => {
    const user = requireUser(org, request.params.id)
    return reply.header('etag', userEtag(user)).send(show(request, user))
  })

  for (const [method, replace] of [['POST', false], ['PUT', true]] as const) {
    app.route<ById>({
      method,
      url: '/api/v1/users/:id',
      handler(request, reply) {
        const before = requireUser(org, request.params.id)
        checkIfMatch(before, request.headers['if-match'])
        const user = updateUser(org, before, request.body, replace)
        return reply.header('etag', userEtag(user)).send(show(request, user))
      },
    })
  }

  app.delete<ById>('/api/v1/users/:id', (request, reply) => {
    deleteUser(org, requireUser(org, request.params.id))
    return reply.code(204).send()
  })

  app.delete<ById & { Querystring: { oauthTokens?: string } }>('/api/v1/users/:id/sessions', (request, reply) => {
    const user = requireUser(org, request.params.id)
    endSessions(org, user.id)
    if (request.query.oauthTokens === 'true') revokeTokens(org, ({ userId }) => userId === user.id)
    emit(org, 'user.session.clear', { targets: [userTarget(user)] })
    return reply.code(204).send()
  })

  app.post<{ Params: { id: string; operation: string }; Querystring: LifecycleQuery }>(
    '/api/v1/users/:id/lifecycle/:operation',
    (request, reply) => {
      const operation = readOperation(request.params.operation)
      const before = requireUser(org, request.params.id)
      const { user, answer } = runLifecycle(org, before, operation, request.query, baseUrl(request))
      return reply.send(answer ?? show(request, user))
    },
  )

  userGroupsRoute(app, org)
}

function userGroupsRoute(app: FastifyInstance, org: Org): void {
  app.get<ById & { Querystring: { limit?: string; after?: string } }>('/api/v1/users/:id/groups', (request, reply) => {
    const user = requireUser(org, request.params.id)
    const limit = readLimit(request.query.limit, { normal: 200, most: 200 })
    const page = takePage(groupsOf(org, user, readPosition(request.query.after)), limit, () => true)
    setLinks(request, reply, limit, page.next)
    return reply.send(page.items.map((group) => groupJson(group, baseUrl(request))))
  })
}

/** Everyone and the user's own groups, in the order the groups were made. */
function groupsOf(org: Org, user: OktaUser, after: number): [number, OktaGroup][] {
  return [org.everyone, ...(org.memberships.get(user.id) ?? [])]
    .map((id): [number, OktaGroup] => [org.groups.position(id), org.groups.get(id)!])
    .filter(([position]) => position > after)
    .toSorted(([left], [right]) => left - right)
}

function readOperation(name: string): Exclude<LifecycleOperation, 'delete'> {
  if (name === 'delete' || !(lifecycleOperations as readonly string[]).includes(name)) throw new OktaError('E0000008')
  return name as Exclude<LifecycleOperation, 'delete'>
}
