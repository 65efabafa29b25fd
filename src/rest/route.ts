/** What a route of the REST door is: one row of a list from which the server, OpenAPI and the docs are all made. */
import type { Scope } from '../access/api-keys.ts'
import type { Guarded, ReachRule } from '../access/authorize.ts'
import type { Refusal } from '../audit/refusals.ts'
import { publicUrl } from '../config.ts'
import { GatehouseError } from '../errors.ts'
import type { Authority, Context } from '../context.ts'
import type { Attribute } from '../model/attribute.ts'
import { textFault } from '../model/text.ts'
import { checkInstant } from '../model/values.ts'
import type { OwnResource, OwnRight } from '../model/own-access.ts'
import type { Visit } from '../signin/sessions-open.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { CookieChange } from './cookies.ts'

export type { Scope }

export interface QueryParameter {
  name: string
  type: 'string' | 'integer' | 'boolean' | 'dateTime'
  min?: number
  max?: number
  values?: readonly string[]
  required?: boolean
  doc: string
}

/** What a body or an answer looks like: a component of the OpenAPI document, alone or as a list. */
export interface Shape {
  component: string
  list?: boolean
  /** What a list tells beside its entries. */
  besides?: Attribute
}

export interface Call {
  ctx: Context
  params: Record<string, string>
  query: Record<string, string | number | boolean | undefined>
  body: unknown
  /** Versions from If-Match; undefined when any will do. */
  versions: readonly number[] | undefined
  scopes: readonly Scope[]
  /** What the caller may do by now; undefined when nothing any more. */
  authorityNow: () => Promise<Authority | undefined>
  /** The session that the call was made with, when it was one. */
  session?: SessionRow
  /** What the browser brought along; for routes about signing in and about oneself. */
  visit?: Visit
  /** What stood in Authorization, for routes that anybody may call and that look at it themselves. */
  shown?: string
  /** The media type that the caller asks for, in their header Accept; other than JSON only where a route offers it. */
  accept?: string
  /** The header Accept-Language. */
  languages?: string
}

export interface Answer {
  status?: number
  body?: unknown
  /** The record's version, for the ETag. */
  version?: number
  location?: string
  headers?: Record<string, string>
  /** What the browser is to keep, or to forget. */
  cookies?: readonly CookieChange[]
  /** The body holds a secret that is shown once: it is not kept for repetitions. */
  secret?: boolean
  /** A page instead, for whoever comes with a browser. */
  html?: string
  /** A body that is streamed instead. */
  stream?: AsyncIterable<string>
  /** What was refused though the answer does not say so; the audit is told. */
  refused?: Pick<Refusal, 'code' | 'principal' | 'ip'>
}

export interface Route extends Guarded {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1, with `:name` parameters. */
  path: string
  tag: string
  operation: string
  summary: string
  query?: readonly QueryParameter[]
  /** What `sortBy` may name, where the answer's attribute list does not tell. */
  sortable?: readonly string[]
  body?: Shape
  bodyRequired?: boolean
  answer?: Shape
  /** The status of success; default 200. */
  status?: number
  /** There is no version to hold a change against; If-Match is refused. */
  unversioned?: boolean
  /** A question that comes by POST: the database works on it no longer than on a GET. */
  reading?: boolean
  /** How many of the places for heavy questions it takes (limits.ts); absent: none, as for almost all. */
  heavy?: number | ((call: Call) => number)
  /** The body holds a password: an Idempotency-Key is not taken, since a quick hash of the body would be kept with it. */
  secretBody?: boolean
  /** It tells row by row which texts of its body cannot be used, so that the others still count. */
  judgesTexts?: boolean
  /** Browsers come by a link or a redirect from elsewhere, with whatever else that adds to the query. GET alone. */
  navigated?: boolean
  /** Answers 201 instead of 200 when it made something. */
  upserts?: boolean
  /** Answers 202 instead of 200 where there is much to do, which then goes on behind the request. */
  defers?: boolean
  /** Statuses of refusals that come beside those of every route like it (openapi.ts). */
  refuses?: readonly number[]
  handle: (call: Call) => Promise<Answer>
}

const rightByMethod = { GET: 'READ', POST: 'CREATE', PUT: 'UPDATE', PATCH: 'UPDATE', DELETE: 'DELETE' } as const satisfies Record<Route['method'], OwnRight>

const versioned = [
  /^\/me$/, /^\/(users|organizations|groups|roles|resources|rights)\/:id/, /^\/portals\/:id(\/settings)?$/,
  /^\/(metadata\/[\w-]+|managed-systems|password-policies|sign-in-policies|oidc\/clients|content-providers|it-policies|it-policy-versions)\/:id$/,
]
const withoutVersion = /\/(merge|sessions|sessions\/:sessionId|delegations|delegations\/:delegationId)$/

/** Records with a version, and everything below them; the others may have an ETag, but no version to hold a change against. */
export function takesVersions({ method, path, unversioned }: Pick<Route, 'method' | 'path' | 'unversioned'>): boolean {
  return method !== 'GET' && !unversioned && !withoutVersion.test(path) && versioned.some((one) => one.test(path))
}

/** The parameter of a route's path that names the person it is about. */
export function personParameter({ path }: Pick<Route, 'path'>): 'id' | 'userId' | undefined {
  return /^\/users\/:id(\/|$)/.test(path) ? 'id' : path.includes('/:userId') ? 'userId' : undefined
}

/**
 * Routes on one of our own resources: each needs the right of its method, unless it says what else. About one person,
 * they keep to the reach by their path; `reads` is the rule of those that read and are not.
 */
export type UnguardedRoute = Omit<Route, 'needs'> & Partial<Pick<Route, 'needs'>>

export function guarded(resource: OwnResource, routes: readonly UnguardedRoute[], reads?: ReachRule): Route[] {
  return routes.map((route) => {
    const reach = route.reach ?? (personParameter(route) ? 'path' : route.method === 'GET' ? reads : undefined)
    return { ...route, needs: route.needs ?? [{ resource, right: rightByMethod[route.method] }], ...(reach ? { reach } : {}) }
  })
}

/** The address of a record, for Location: `/metadata/types` and its id. */
export function urlOf({ config }: Pick<Context, 'config'>, path: string, id: unknown): string {
  return `${publicUrl(config)}/api/v1${path}/${encodeURIComponent(String(id))}`
}

export const listParameters: readonly QueryParameter[] = [
  { name: 'filter', type: 'string', doc: 'A SCIM filter (RFC 7644 §3.4.2.2): `name.familyName sw "M" and active eq true`.' },
  { name: 'q', type: 'string', doc: 'Type-ahead: every word must begin a word of a name, login or e-mail address.' },
  { name: 'sortBy', type: 'string', doc: 'A sortable attribute. Names stand by their letters, without case and accents: Ä beside A; other texts by code points without case. Without it the order is the server\'s choice, the same on every page.' },
  { name: 'sortOrder', type: 'string', values: ['ascending', 'descending'], doc: 'ascending (default) or descending.' },
  { name: 'attributes', type: 'string', doc: 'Attributes to answer with, comma separated; others are left out.' },
  { name: 'count', type: 'integer', min: 1, max: 1000, doc: 'Records a page; default 100.' },
  { name: 'cursor', type: 'string', doc: 'Where the page begins: `next` of the page before.' },
  { name: 'total', type: 'boolean', doc: 'Whether to count all matches.' },
]

export const pageParameters = listParameters.filter(({ name }) => name === 'count' || name === 'cursor')
export const attributesParameter = listParameters.find(({ name }) => name === 'attributes')!

/** The query of a request held against a route's parameters. Errors: `invalid_parameter`, naming it. */
export function readQuery(given: Record<string, unknown>, parameters: readonly QueryParameter[]): Call['query'] {
  const query: Call['query'] = {}
  for (const name of Object.keys(given)) {
    if (!parameters.some((one) => one.name === name)) {
      const known = parameters.map((one) => one.name).join(', ') || 'none'
      throw new GatehouseError('invalid_parameter', `${name}: is not a parameter here; known are: ${known}.`)
    }
  }
  for (const parameter of parameters) {
    const value = given[parameter.name]
    if (value === undefined) {
      if (parameter.required) throw new GatehouseError('invalid_parameter', `${parameter.name}: is required.`)
    } else query[parameter.name] = readParameter(parameter, value)
  }
  return query
}

function readParameter(parameter: QueryParameter, value: unknown): string | number | boolean {
  const refuse = (message: string) => new GatehouseError('invalid_parameter', `${parameter.name}: ${message}.`)
  if (typeof value !== 'string') throw refuse('may be given only once')
  if (textFault(value) !== undefined) throw refuse('holds a character that cannot be used')
  if (parameter.type === 'boolean') {
    if (value !== 'true' && value !== 'false') throw refuse('must be true or false')
    return value === 'true'
  }
  if (parameter.type === 'integer') {
    const { min = 0, max = 2_147_483_647 } = parameter
    const number = Number(value)
    if (!/^\d{1,10}$/.test(value) || number < min || number > max) throw refuse(`must be a whole number from ${min} to ${max}`)
    return number
  }
  if (parameter.type === 'dateTime') {
    // An offset's plus sign arrives as a space from whoever does not encode it.
    const text = value.replace(/ (?=\d\d:\d\d$)/, '+')
    const checked = checkInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text)
    if ('message' in checked) throw refuse(checked.message)
    return checked.value as string
  }
  if (parameter.values && !parameter.values.includes(value)) throw refuse(`must be one of ${parameter.values.join(', ')}`)
  return value
}
