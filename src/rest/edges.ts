/** Routes of edges of access, made from the list of their kinds: who is in a thing, what a thing has, and what has it. */
import { putEdge, removeEdge } from '../access/edges.ts'
import { askedMoment } from '../access/effective.ts'
import type { Context } from '../context.ts'
import { asEdge, putAffiliation, removeAffiliation } from '../directory/affiliations.ts'
import { GatehouseError } from '../errors.ts'
import { edgeKinds, memberships, nodeOf, nodeSegments, nodeTypes, type EdgeKind, type Letter } from '../model/access-edges.ts'
import { isObject, type Document } from '../model/attribute.ts'
import { termsOf, type Edge } from '../model/edge-terms.ts'
import { user } from '../model/user.ts'
import { checkInstant } from '../model/values.ts'
import { checkQuery } from '../records/veil.ts'
import { readThings, type Thing } from '../store/access-edges.ts'
import type { Moment } from '../store/access-walk.ts'
import { readThen } from '../store/list-past-edges.ts'
import { reachScope } from '../store/reach.ts'
import { listEdges, listHolders, type EdgePage, type EdgeQuery } from '../store/list-edges.ts'
import { guarded, listParameters, type Answer, type Call, type QueryParameter, type Route, type UnguardedRoute } from './route.ts'

const parameter = (name: string) => listParameters.find((one) => one.name === name)!
const at: QueryParameter = { name: 'at', type: 'string', doc: 'Only those in force at this instant, or at the beginning of this date in UTC; a past one is answered as it was answered then. Without it, all periods that stand.' }
const startOf: QueryParameter = { name: 'start', type: 'dateTime', doc: 'The period that begins at this instant.' }
const pageOfEdges = [at, parameter('count'), parameter('cursor'), parameter('total')]
const pageOfMembers = [parameter('filter'), parameter('q'), ...pageOfEdges]

const shape = { component: 'Edge' }
const base = { tag: 'Access', unversioned: true } as const
const ones: Record<string, string> = { groups: 'Group', roles: 'Role', resources: 'Resource', parents: 'Parent' }
const article = (noun: string) => `${/^[AEIO]/.test(noun) ? 'an' : 'a'} ${noun}`

/** Giving and taking is granting, whatever the method. */
const grant = [{ resource: 'access', right: 'GRANT' }] as const

export const edgeRoutes: readonly Route[] = guarded('access', [
  ...memberships.flatMap(memberRoutes),
  ...edgeKinds.filter(({ source, kind }) => source !== 'u' && kind !== 'oo').flatMap(thingRoutes),
  ...(['g', 'r', 's'] as const).map(holderRoute),
], 'free')

/** People in one thing, and what a person is in. Affiliations are read at an address of their own. */
function memberRoutes(kind: EdgeKind): UnguardedRoute[] {
  const one = nodeTypes[kind.target]
  const path = `/${nodeSegments[kind.target]}/:id/members`
  const ends = ({ params }: Call) => ({ source: params.userId!, target: params.id! })
  // An affiliation is an entry of the person's document.
  const needs = kind.kind === 'uo' ? [{ resource: 'people', right: 'UPDATE' }] as const : grant
  const own: UnguardedRoute = { ...base, method: 'GET', path: `/users/:id/${kind.segment}`, scope: 'read', operation: `listUser${ones[kind.segment] ?? ''}s`,
    summary: `Lists the ${kind.segment} that were given to a person directly.`, query: pageOfEdges, answer: { ...shape, list: true }, handle: (call) => listFrom(call, kind, 'source') }
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${one}Members`, summary: `Lists the people who have ${article(one)} directly, hidden ones too; \`filter\` and \`q\` search among them.`,
      query: pageOfMembers, answer: { ...shape, list: true }, reach: 'query', heavy: ({ query }) => (query.at === undefined ? 0 : 1), handle: (call) => listFrom(call, kind, 'target') },
    { ...base, method: 'PUT', path: `${path}/:userId`, scope: 'write', operation: `put${one}Member`, summary: `Gives ${article(one)} to a person: makes the period with that start as the body says. 201 when it is new.`,
      query: [startOf], body: shape, bodyRequired: false, answer: shape, upserts: true, needs, handle: (call) => put(call, kind, ends(call)) },
    { ...base, method: 'DELETE', path: `${path}/:userId`, scope: 'write', operation: `remove${one}Member`, summary: 'Takes it from them: the period with that start, or the only one.',
      query: [startOf], status: 204, needs, handle: (call) => remove(call, kind, ends(call)) },
    ...(kind.kind === 'uo' ? [] : [own]),
  ]
}

/** What a group, role, resource or organisation has. */
function thingRoutes(kind: EdgeKind): UnguardedRoute[] {
  const from = nodeTypes[kind.source]
  const path = `/${nodeSegments[kind.source]}/:id/${kind.segment}`
  const name = from + ones[kind.segment]!
  const ends = ({ params }: Call) => ({ source: params.id!, target: params.targetId! })
  return [
    { ...base, method: 'GET', path, scope: 'read', operation: `list${name}s`, summary: `Lists the ${kind.segment} of ${article(from)}: who has it has them.`,
      query: pageOfEdges, answer: { ...shape, list: true }, handle: (call) => listFrom(call, kind, 'source') },
    { ...base, method: 'PUT', path: `${path}/:targetId`, scope: 'write', operation: `put${name}`, summary: `Gives one of them to ${article(from)}: makes the period with that start as the body says. 201 when it is new.`,
      query: [startOf], body: shape, bodyRequired: false, answer: shape, upserts: true, needs: grant, handle: (call) => put(call, kind, ends(call)) },
    { ...base, method: 'DELETE', path: `${path}/:targetId`, scope: 'write', operation: `remove${name}`, summary: 'Takes it away: the period with that start, or the only one.',
      query: [startOf], status: 204, needs: grant, handle: (call) => remove(call, kind, ends(call)) },
  ]
}

function holderRoute(letter: Letter): UnguardedRoute {
  const one = nodeTypes[letter]
  return { ...base, method: 'GET', path: `/${nodeSegments[letter]}/:id/holders`, scope: 'read', operation: `list${one}Holders`, summary: `Lists what has ${article(one)} directly, other than people: groups, roles, organisations, resources.`,
    query: pageOfEdges, answer: { ...shape, list: true },
    handle: async ({ ctx, params, query }) => {
      const asked = edgeQuery(ctx, query)
      const own = await thing(ctx, letter, params.id!, asked.moment)
      const found = await listHolders(ctx.db, letter, own.id, asked)
      return page(found, (edge) => shown(edge, { ...nodeOf(edge.source), ...(edge.name === undefined ? {} : { name: edge.name }) }, nodeShown(letter, own)))
    } }
}

async function listFrom({ ctx, params, query }: Call, kind: EdgeKind, end: 'source' | 'target'): Promise<Answer> {
  const asked = edgeQuery(ctx, query)
  const own = await thing(ctx, kind[end], params.id!, asked.moment)
  const people = kind.source === 'u' && end === 'target'
  if (people) await checkQuery(ctx, user, query as { filter?: string })
  const found = await listEdges(ctx.db, kind, end, own.id, { ...asked, scope: people ? reachScope(ctx.authority?.reach) : undefined })
  const self = nodeShown(kind[end], own)
  return page(found, (edge) => {
    const other = { type: nodeTypes[end === 'source' ? kind.target : kind.source], id: end === 'source' ? edge.target : edge.source, ...(edge.name === undefined ? {} : { name: edge.name }) }
    return end === 'source' ? shown(edge, self, other) : shown(edge, other, self)
  })
}

function edgeQuery(ctx: Context, query: Call['query']): EdgeQuery {
  const { count, cursor, total, filter, q } = query as { count?: number; cursor?: string; total?: boolean; filter?: string; q?: string }
  return { count: count ?? 100, cursor, total, ...(query.at === undefined ? {} : { moment: askedMoment(ctx, query.at as string) }), filter, q }
}

function page({ edges, next, total }: EdgePage, view: (edge: EdgePage['edges'][number]) => Document): Answer {
  return { body: { items: edges.map(view), ...(next === undefined ? {} : { next }), ...(total === undefined ? {} : { total }) } }
}

/** Somebody or something as they are, or as they were at a past moment. Errors: `not_found`. */
async function thing(ctx: Context, letter: Letter, id: string, moment?: Moment): Promise<Named> {
  const found = moment?.past ? await readThen(ctx.db, letter, id, moment.at) : (await readThings(ctx.db, letter, [id])).get(id)
  if (!found) throw new GatehouseError('not_found', `There is no ${nodeTypes[letter]} with the id ${id}${moment?.past ? ' at that time' : ''}.`)
  return found
}

type Named = Pick<Thing, 'id' | 'name'>

const nodeShown = (letter: Letter, { id, name }: Named): Document => ({ type: nodeTypes[letter], id, ...(name === null ? {} : { name }) })

/** An edge as an answer shows it. */
function shown({ id, created, createdBy, grantedBy, ...terms }: Edge, source: Document, target: Document): Document {
  return {
    id, source, target, ...termsOf(terms),
    ...(created === undefined ? {} : { created }), ...(createdBy === undefined ? {} : { createdBy }), ...(grantedBy === undefined ? {} : { grantedBy }),
  }
}

async function put(call: Call, kind: EdgeKind, { source, target }: { source: string; target: string }): Promise<Answer> {
  refuseVersions(call)
  const { ctx } = call
  const body = withStart(call)
  if (kind.kind === 'uo') {
    const { entry, created } = await putAffiliation(ctx, source, target, body)
    const [person, organization] = [await thing(ctx, 'u', source), await thing(ctx, 'o', target)]
    return { status: created ? 201 : 200, body: shown(asEdge(source, entry), nodeShown('u', person), nodeShown('o', organization)) }
  }
  const made = await putEdge(ctx, kind.kind, source, target, body)
  return { status: made.created ? 201 : 200, body: shown(made.edge, nodeShown(kind.source, made.source), nodeShown(kind.target, made.target)) }
}

async function remove(call: Call, kind: EdgeKind, { source, target }: { source: string; target: string }): Promise<Answer> {
  refuseVersions(call)
  const start = instantOf('start', call.query.start)
  if (kind.kind === 'uo') await removeAffiliation(call.ctx, source, target, start)
  else await removeEdge(call.ctx, kind.kind, source, target, start)
  return {}
}

/** The body with the start that the address names. Errors: `invalid_parameter` when the two differ. */
function withStart({ body, query }: Call): unknown {
  const start = instantOf('start', query.start)
  if (start === undefined || (body !== undefined && !isObject(body))) return body === undefined ? {} : body
  const own = checkInstant(body?.start)
  if (body?.start !== undefined && !('value' in own && own.value === start)) {
    throw new GatehouseError('invalid_parameter', 'start: the address and the body name different starts; to move a period, remove it and put another.')
  }
  return { ...body, start }
}

function instantOf(name: string, given: unknown): string | undefined {
  if (given === undefined) return undefined
  const checked = checkInstant(given)
  if ('message' in checked) throw new GatehouseError('invalid_parameter', `${name}: ${checked.message}.`)
  return checked.value as string
}

/** An edge has no version: whoever asks for one would lose a change that they meant to keep. */
function refuseVersions({ versions }: Call): void {
  if (versions) throw new GatehouseError('version_mismatch', 'An edge has no version to hold If-Match against; leave the header out.')
}
