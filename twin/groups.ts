/**
 * Groups and memberships. OKTA_GROUP may be changed; Everyone is BUILT_IN, has every user as a member without anybody
 * adding them, and cannot be touched, nor can an APP_GROUP (of a seed), whose members an application has brought. Adding a
 * member twice or removing one who is not in answers 204 all the same.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRecord } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { emit, groupTarget } from './events/emit.ts'
import { joinGroup, leaveGroup } from './membership-writes.ts'
import { baseUrl, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import { hasWideCharacter } from './profile.ts'
import { matches, parseExpression } from './query.ts'
import type { Grammar } from './query.ts'
import { listedMembers } from './state.ts'
import type { OktaGroup, OktaUser, Org } from './state.ts'
import { userJson } from './user-view.ts'
import { requireUser } from './user-writes.ts'

interface ById {
  Params: { id: string }
}

interface ListQuery {
  q?: string
  search?: string
  filter?: string
  limit?: string
  after?: string
}

/** A group as Okta's JSON shows it. */
export function groupJson(group: OktaGroup, base: string): Record<string, unknown> {
  const self = `${base}/api/v1/groups/${group.id}`
  return {
    id: group.id,
    created: group.created,
    lastUpdated: group.lastUpdated,
    lastMembershipUpdated: group.lastMembershipUpdated,
    objectClass: ['okta:user_group'],
    type: group.type,
    profile: group.profile,
    _links: { self: { href: self }, users: { href: `${self}/users` }, apps: { href: `${self}/apps` } },
  }
}

/** The group of a path; E0000007 when there is none. */
export function requireGroup(org: Org, id: string): OktaGroup {
  const group = org.groups.get(id)
  if (!group) throw notFound(id, 'UserGroup')
  return group
}

/** Registers the group endpoints on `app`. */
export function groupRoutes(app: FastifyInstance, org: Org): void {
  app.get<{ Querystring: ListQuery }>('/api/v1/groups', (request, reply) => {
    const { query } = request
    const limit = readLimit(query.limit, { normal: 10000, most: 10000 })
    const page = takePage(org.groups.after(readPosition(query.after)), limit, groupTest(query))
    setLinks(request, reply, limit, page.next)
    return reply.send(page.items.map((group) => groupJson(group, baseUrl(request))))
  })

  app.post('/api/v1/groups', (request, reply) => {
    const profile = readProfile(org, request.body, null)
    const group = createGroup(org, org.newId('00g'), profile)
    emit(org, 'group.lifecycle.create', { targets: [groupTarget(group)] })
    return reply.send(groupJson(group, baseUrl(request)))
  })

  app.get<ById>('/api/v1/groups/:id', (request, reply) => {
    return reply.send(groupJson(requireGroup(org, request.params.id), baseUrl(request)))
  })

  app.put<ById>('/api/v1/groups/:id', (request, reply) => {
    const group = requireChangeable(org, request.params.id)
    const profile = readProfile(org, request.body, group.id)
    const changed = { ...group, profile, lastUpdated: org.timestamp() }
    org.groups.put(changed)
    emit(org, 'group.profile.update', { targets: [groupTarget(changed)] })
    return reply.send(groupJson(changed, baseUrl(request)))
  })

  app.delete<ById>('/api/v1/groups/:id', (request, reply) => {
    deleteGroup(org, requireChangeable(org, request.params.id))
    return reply.code(204).send()
  })

  memberRoutes(app, org)
}

function memberRoutes(app: FastifyInstance, org: Org): void {
  app.get<ById & { Querystring: ListQuery }>('/api/v1/groups/:id/users', (request, reply) => {
    const users = listMembers(org, requireGroup(org, request.params.id), request.query, request, reply)
    return reply.send(users.map((user) => userJson(org, user, baseUrl(request))))
  })

  const membership = '/api/v1/groups/:id/users/:userId'
  for (const [method, change] of [['PUT', joinGroup], ['DELETE', leaveGroup]] as const) {
    app.route<{ Params: { id: string; userId: string } }>({
      method,
      url: membership,
      handler(request, reply) {
        const group = requireChangeable(org, request.params.id)
        change(org, group.id, requireUser(org, request.params.userId))
        return reply.code(204).send()
      },
    })
  }
}

function listMembers(
  org: Org, group: OktaGroup, query: ListQuery, request: FastifyRequest, reply: FastifyReply,
): OktaUser[] {
  const limit = readLimit(query.limit, { normal: 1000, most: 1000 })
  const after = readPosition(query.after)
  const members = group.id === org.everyone ? org.users.after(after) : listedMembers(org, group.id, after)
  const page = takePage<{ id: string }>(members, limit, () => true)
  setLinks(request, reply, limit, page.next)
  return page.items.map((member) => org.users.get(member.id)!)
}

/** Puts a new group. */
export function createGroup(org: Org, id: string, profile: OktaGroup['profile'], type: OktaGroup['type'] = 'OKTA_GROUP'): OktaGroup {
  const now = org.timestamp()
  const group: OktaGroup = {
    id, type, created: now, lastUpdated: now, lastMembershipUpdated: now, profile,
  }
  org.groups.put(group)
  return group
}

function deleteGroup(org: Org, group: OktaGroup): void {
  for (const member of org.members.get(group.id)?.values() ?? []) org.memberships.get(member.id)?.delete(group.id)
  org.members.delete(group.id)
  org.unlisted.delete(group.id)
  for (const app of org.apps.values()) app.groups.delete(group.id)
  org.groups.delete(group.id)
  emit(org, 'group.lifecycle.delete', { targets: [groupTarget(group)] })
}

function requireChangeable(org: Org, id: string): OktaGroup {
  const group = requireGroup(org, id)
  if (group.type !== 'OKTA_GROUP') throw new OktaError('E0000060')
  return group
}

/** A group's profile from a body; E0000001 for what is wrong with it. */
export function readProfile(org: Org, body: unknown, exceptId: string | null): OktaGroup['profile'] {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const profile = isRecord(body['profile']) ? body['profile'] : {}
  const { name, description = null } = profile
  const problems: string[] = []
  if (typeof name !== 'string' || name.trim() === '') problems.push('name: The field cannot be left blank')
  else if (name.length > 255) problems.push('name: The field is too long')
  if (description !== null && (typeof description !== 'string' || description.length > 1024)) {
    problems.push('description: The field is too long')
  }
  if (hasWideCharacter(`${String(name)}${String(description)}`)) {
    problems.push('name: Characters of four bytes in UTF-8 are not supported')
  }
  if (problems.length > 0) throw validationError(problems)
  refuseTakenName(org, name as string, exceptId)
  return { name: name as string, description: description as string | null }
}

function refuseTakenName(org: Org, name: string, exceptId: string | null): void {
  for (const group of org.groups.values()) {
    if (group.id === exceptId || group.profile.name !== name) continue
    if (org.options.duplicateGroup === 'E0000055') throw new OktaError('E0000055')
    throw validationError(['name: An object with this field already exists in the current organization'])
  }
}

const dates = ['lastUpdated', 'lastMembershipUpdated']

const filterGrammar: Grammar = {
  typeOf: (path) => (dates.includes(path) ? 'date' : ['id', 'type'].includes(path) ? 'text' : undefined),
  allows: (path, operator) => operator === 'eq' || (dates.includes(path) && operator !== 'sw' && operator !== 'pr'),
  caseSensitive: true,
  error: 'E0000031',
}

const searchGrammar: Grammar = {
  typeOf(path) {
    if (path === 'created' || dates.includes(path)) return 'date'
    return ['id', 'type', 'profile.name', 'profile.description'].includes(path) ? 'text' : undefined
  },
  allows: () => true,
  caseSensitive: false,
  error: 'E0000031',
}

/** What a group list keeps: `q` is the beginning of a name; `search` and `filter` are expressions. */
function groupTest(query: ListQuery): (group: OktaGroup) => boolean {
  if (query.search && query.filter) throw new OktaError('E0000033')
  const prefix = query.q?.toLowerCase() ?? ''
  const grammar = query.search ? searchGrammar : filterGrammar
  const text = query.search || query.filter
  const expression = text ? parseExpression(text, grammar) : null
  return (group) =>
    group.profile.name.toLowerCase().startsWith(prefix) &&
    (expression === null || matches(expression, (path) => groupValue(group, path), grammar.caseSensitive))
}

function groupValue(group: OktaGroup, path: string): unknown {
  if (path === 'profile.name') return group.profile.name
  if (path === 'profile.description') return group.profile.description
  return group[path as keyof OktaGroup]
}
