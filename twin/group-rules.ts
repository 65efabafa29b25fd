/**
 * Group rules, `/api/v1/groups/rules`: made INACTIVE, switched on and off. An active one puts users into its groups as
 * they change; the expressions understood are comparisons of `user.attribute` with a text, joined by `and`/`or` (`&&`,
 * `||`, without parentheses). Others are refused at creation, so that no rule looks active and does nothing.
 */
import type { FastifyInstance } from 'fastify'
import { isRecord } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { joinGroup, leaveGroup } from './membership-writes.ts'
import { baseUrl, readLimit, readPosition, setLinks, takePage } from './paging.ts'
import { userValue } from './state.ts'
import type { GroupRule, OktaUser, Org } from './state.ts'

interface ById {
  Params: { id: string }
}

const root = '/api/v1/groups/rules'
const mostRules = 2000

/** Registers group rules on `app`. */
export function groupRuleRoutes(app: FastifyInstance, org: Org): void {
  app.get<{ Querystring: { limit?: string; after?: string } }>(root, (request, reply) => {
    const limit = readLimit(request.query.limit, { normal: 50, most: 200 })
    const page = takePage(org.rules.after(readPosition(request.query.after)), limit, () => true)
    setLinks(request, reply, limit, page.next)
    return reply.send(page.items.map((rule) => ruleJson(rule, baseUrl(request))))
  })

  app.post(root, (request, reply) => {
    if (org.rules.size >= mostRules) throw validationError([`rules: At most ${mostRules}`])
    const now = org.timestamp()
    const rule: GroupRule = { ...readRule(org, request.body), id: org.newId('0pr'), status: 'INACTIVE', created: now, lastUpdated: now }
    org.rules.put(rule)
    return reply.send(ruleJson(rule, baseUrl(request)))
  })

  app.get<ById>(`${root}/:id`, (request, reply) => reply.send(ruleJson(requireRule(org, request.params.id), baseUrl(request))))

  app.put<ById>(`${root}/:id`, (request, reply) => {
    const before = requireRule(org, request.params.id)
    if (before.status === 'ACTIVE') throw validationError(['status: An active rule cannot be changed'])
    const rule = { ...before, ...readRule(org, request.body), lastUpdated: org.timestamp() }
    org.rules.put(rule)
    return reply.send(ruleJson(rule, baseUrl(request)))
  })

  app.delete<ById & { Querystring: { removeUsers?: string } }>(`${root}/:id`, (request, reply) => {
    const rule = requireRule(org, request.params.id)
    if (request.query.removeUsers === 'true') {
      for (const user of org.users.values()) if (concerns(rule, user)) for (const groupId of rule.groupIds) leaveGroup(org, groupId, user)
    }
    org.rules.delete(rule.id)
    return reply.code(202).send()
  })

  for (const [operation, status] of [['activate', 'ACTIVE'], ['deactivate', 'INACTIVE']] as const) {
    app.post<ById>(`${root}/:id/lifecycle/${operation}`, (request, reply) => {
      const rule = { ...requireRule(org, request.params.id), status, lastUpdated: org.timestamp() }
      org.rules.put(rule)
      if (status === 'ACTIVE') for (const user of org.users.values()) applyRule(org, rule, user)
      return reply.code(204).send()
    })
  }
}

/** Puts a user into the groups of the rules that are active; called when a user was made or changed. */
export function applyRules(org: Org, user: OktaUser): void {
  for (const rule of org.rules.values()) if (rule.status === 'ACTIVE') applyRule(org, rule, user)
}

function applyRule(org: Org, rule: GroupRule, user: OktaUser): void {
  if (!concerns(rule, user)) return
  for (const groupId of rule.groupIds) if (org.groups.has(groupId)) joinGroup(org, groupId, user)
}

function concerns(rule: GroupRule, user: OktaUser): boolean {
  return !rule.excluded.includes(user.id) && user.status !== 'DEPROVISIONED' && parse(rule.expression)!(user)
}

type Test = (user: OktaUser) => boolean

const comparison = /^\s*user\.(\w+)\s*(==|!=)\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*$/

/** `or` of `and`s of comparisons; null for anything else. */
function parse(expression: string): Test | null {
  const alternatives = expression.split(/\|\||\bor\b/i).map((part) => part.split(/&&|\band\b/i).map(parseComparison))
  if (alternatives.flat().includes(null)) return null
  return (user) => alternatives.some((terms) => terms.every((term) => term!(user)))
}

function parseComparison(text: string): Test | null {
  const [, name, operator, double, single] = comparison.exec(text) ?? []
  if (name === undefined) return null
  const wanted = (double ?? single ?? '').toLowerCase()
  return (user) => (String(userValue(user, `profile.${name}`) ?? '').toLowerCase() === wanted) === (operator === '==')
}

function readRule(org: Org, body: unknown): Pick<GroupRule, 'name' | 'expression' | 'groupIds' | 'excluded'> {
  if (!isRecord(body)) throw new OktaError('E0000003')
  const name = body['name']
  const expression = at(body, 'conditions', 'expression', 'value')
  const groupIds = at(body, 'actions', 'assignUserToGroups', 'groupIds')
  const excluded = at(body, 'conditions', 'people', 'users', 'exclude') ?? []
  const problems: string[] = []
  if (typeof name !== 'string' || name === '' || name.length > 50) problems.push('name: Must be between 1 and 50 characters')
  if (typeof expression !== 'string' || expression.length > 1000 || !parse(expression)) problems.push('conditions.expression: This double understands user.attribute == "text", with and, or')
  if (!Array.isArray(groupIds) || groupIds.length === 0 || groupIds.length > 100) problems.push('groupIds: The field cannot be left blank')
  else if (groupIds.some((id) => org.groups.get(String(id))?.type !== 'OKTA_GROUP')) problems.push('groupIds: Is not a group that users can be assigned to')
  if (!Array.isArray(excluded) || excluded.length > 1000) problems.push('exclude: Must be an array')
  if (problems.length > 0) throw validationError(problems)
  return { name: name as string, expression: expression as string, groupIds: (groupIds as unknown[]).map(String), excluded: (excluded as unknown[]).map(String) }
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value)
}

function requireRule(org: Org, id: string): GroupRule {
  const rule = org.rules.get(id)
  if (!rule) throw notFound(id, 'GroupRule')
  return rule
}

function ruleJson(rule: GroupRule, base: string): Record<string, unknown> {
  const { id, name, status, created, lastUpdated, expression, groupIds, excluded } = rule
  return {
    type: 'group_rule', id, status, name, created, lastUpdated, allGroupsValid: true,
    conditions: { people: { users: { exclude: excluded }, groups: { exclude: [] } }, expression: { value: expression, type: 'urn:okta:expression:1.0' } },
    actions: { assignUserToGroups: { groupIds } },
    _links: { self: { href: `${base}${root}/${id}` } },
  }
}
