/** Routes of the questions of access: may they, what do they have, who has it, why, why not, what if. */
import { accessOf, allPeopleOf, askedMoment, checkMany, mayAccess, peopleOf, thingLetter, thingTypes, type PeopleQuery } from '../access/effective.ts'
import { why, whyNot } from '../access/explain.ts'
import { whatIf } from '../access/what-if.ts'
import { nodeTypes, type NodeType } from '../model/access-edges.ts'
import { isObject } from '../model/attribute.ts'
import type { Check } from '../store/access-of-person.ts'
import type { ThingLetter } from '../store/access-walk.ts'
import { guarded, pageParameters, type Call, type QueryParameter, type Route, type UnguardedRoute } from './route.ts'

const tag = 'Access'
const at: QueryParameter = { name: 'at', type: 'string', doc: 'The instant that is asked about, or a date for its beginning in UTC; absent means now. A past one is answered as it was answered then.' }
const resource: QueryParameter = { name: 'resource', type: 'string', required: true, doc: 'The resource, or what else is asked about, by id or by name.' }
const type: QueryParameter = { name: 'type', type: 'string', values: thingTypes, doc: 'The kind of thing that `resource` names; Resource when absent.' }
const right: QueryParameter = { name: 'right', type: 'string', doc: 'The id of a right that the last edge into it must carry; absent means that any access will do.' }
const question = [resource, type, right, at]

const textOf = (query: Call['query'], name: string) => query[name] as string | undefined

/** The question of a call, as the verbs take it. */
function checkOf({ params, query }: Call): Check {
  const asked = textOf(query, 'right')
  return { user: params.id!, resource: query.resource as string, letter: thingLetter(query.type) ?? 's', ...(asked === undefined ? {} : { right: asked }) }
}

const people: readonly QueryParameter[] = [right, at, ...pageParameters, { name: 'total', type: 'boolean', doc: 'Whether to count everybody.' }]

function peopleQuery({ query }: Call): PeopleQuery {
  const [asked, moment, cursor] = [textOf(query, 'right'), textOf(query, 'at'), textOf(query, 'cursor')]
  return {
    count: (query.count as number | undefined) ?? 100, total: query.total === true,
    ...(asked === undefined ? {} : { right: asked }), ...(moment === undefined ? {} : { at: moment }), ...(cursor === undefined ? {} : { cursor }),
  }
}

/** Who has a group, role, resource or organisation. Everybody at once, as lines, for whoever accepts application/x-ndjson. */
function peopleRoute(letter: ThingLetter, segment: string): UnguardedRoute {
  return {
    method: 'GET', path: `/${segment}/:id/people`, scope: 'read', tag, heavy: 1, operation: `list${nodeTypes[letter]}People`, query: people, answer: { component: 'AccessHolder', list: true }, reach: 'query',
    summary: `Lists the people who have the ${nodeTypes[letter]}, directly or through something else; as application/x-ndjson, all of them.`,
    handle: async (call) => {
      const query = peopleQuery(call)
      if (call.accept !== 'application/x-ndjson') return { body: await peopleOf(call.ctx, letter, call.params.id!, query) }
      return { stream: await allPeopleOf(call.ctx, letter, call.params.id!, query) }
    },
  }
}

/** So many checks in one request take no longer than a page of a list. */
const fewChecks = 50

/** A question, though it comes by POST. */
const needs = [{ resource: 'access', right: 'READ' }] as const

export const accessQuestionRoutes: readonly Route[] = guarded('access', [
  { method: 'GET', path: '/users/:id/access', scope: 'read', tag, operation: 'listUserAccess', summary: 'Lists every group, organisation, role and resource that a person has, with rights, direct or inherited.',
    query: [{ name: 'type', type: 'string', values: thingTypes, doc: 'Only this kind of thing.' }, at,
      { name: 'count', type: 'integer', min: 1, max: 10_000, doc: 'Things a page; default 1000.' }, pageParameters.find(({ name }) => name === 'cursor')!],
    answer: { component: 'AccessList' },
    handle: async ({ ctx, params, query }) => {
      const [type, cursor] = [query.type as NodeType | undefined, textOf(query, 'cursor')]
      const page = { count: (query.count as number | undefined) ?? 1000, ...(type === undefined ? {} : { type }), ...(cursor === undefined ? {} : { cursor }) }
      return { body: await accessOf(ctx, params.id!, askedMoment(ctx, textOf(query, 'at')), page) }
    } },
  { method: 'GET', path: '/users/:id/access/check', scope: 'read', tag, operation: 'checkAccess', summary: 'Says whether a person has a resource, role, group or organisation, with a right when one is named.', query: question, answer: { component: 'AccessCheck' },
    handle: async (call) => ({ body: { allowed: await mayAccess(call.ctx, checkOf(call), askedMoment(call.ctx, textOf(call.query, 'at'))) } }) },
  { method: 'GET', path: '/users/:id/access/why', scope: 'read', tag, operation: 'explainAccess', summary: 'Says why a person has a resource, role, group or organisation: every path that gives it, edge by edge, 100 at most.', query: question, answer: { component: 'AccessExplanation' },
    handle: async (call) => ({ body: await why(call.ctx, checkOf(call), askedMoment(call.ctx, textOf(call.query, 'at'))) }) },
  { method: 'GET', path: '/users/:id/access/why-not', scope: 'read', tag, heavy: 1, operation: 'explainRefusal', summary: 'Says why a person does not have a resource, role, group or organisation: the nearest paths, ten at most, and what is missing on each.', query: question, answer: { component: 'AccessExplanation' },
    handle: async (call) => ({ body: await whyNot(call.ctx, checkOf(call), askedMoment(call.ctx, textOf(call.query, 'at'))) }) },
  { method: 'POST', path: '/access/check', scope: 'read', needs, reach: 'query', tag, reading: true, heavy: ({ body }) => (isObject(body) && Array.isArray(body.checks) && body.checks.length > fewChecks ? 1 : 0), operation: 'checkAccesses', summary: 'Answers up to 1,000 checks at once, in their order.', body: { component: 'AccessChecks' }, answer: { component: 'AccessCheckAnswers' },
    handle: async ({ ctx, body }) => ({ body: { results: await checkMany(ctx, body) } }) },
  { method: 'POST', path: '/access/what-if', scope: 'read', needs, tag, heavy: 2, operation: 'foreseeAccess', summary: 'Says who would gain and lose what if changes were made; nothing is changed.', body: { component: 'AccessChanges' }, answer: { component: 'AccessEffect' },
    handle: async ({ ctx, body }) => ({ body: await whatIf(ctx, body) }) },
  peopleRoute('s', 'resources'), peopleRoute('g', 'groups'), peopleRoute('r', 'roles'), peopleRoute('o', 'organizations'),
])
