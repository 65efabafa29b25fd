/**
 * The OpenAPI 3.1 document, made from the lists the server itself runs on: routes, attributes, errors. What it says of an
 * operation is what `server.ts` does around every route.
 */
import { errorTable } from '../errors.ts'
import { group, resource, right, role } from '../model/access-records.ts'
import type { Resource } from '../model/attribute.ts'
import { organization } from '../model/organization.ts'
import { rightKey } from '../model/own-access.ts'
import { user } from '../model/user.ts'
import { allComponents, listSchema } from './openapi-components.ts'
import { entryComponent, patchSchema, refTo, type Schema } from './openapi-attributes.ts'
import { takesVersions, type QueryParameter, type Route, type Shape } from './route.ts'
import { apiPrefix, takesIdempotencyKey } from './server.ts'

export interface Reference {
  $ref: string
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description: string
  schema: Schema
}

export interface Header {
  description: string
  schema: Schema
}

type Content = Record<string, { schema: Schema }>

export interface Response {
  description: string
  headers?: Record<string, Reference>
  content?: Content
}

export interface Operation {
  operationId: string
  summary: string
  tags: string[]
  /** Of those who come with a key or session and need rights; who else may call, `security` says. */
  'x-required-scope'?: string
  'x-required-rights'?: string[]
  security?: Record<string, string[]>[]
  parameters: (Parameter | Reference)[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, Response | Reference>
}

export interface OpenApiDocument {
  openapi: '3.1.0'
  jsonSchemaDialect: string
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  security: Record<string, string[]>[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    parameters: Record<string, Parameter>
    headers: Record<string, Header>
    responses: Record<string, Response>
    securitySchemes: Record<string, { type: string; scheme?: string; in?: string; name?: string; description: string }>
  }
}

const tagDocs: Record<string, string> = {
  People: 'People, and what belongs to each: addresses, logins, affiliations, notes.',
  Lifecycle: 'What happens in a person\'s life here: activate, disable, terminate, rehire.',
  Organisations: 'Companies and every other organisation, and how they stand above one another.',
  Access: 'Groups, roles, resources and rights, who has them, and why.',
  Metadata: 'Kinds of things, and the custom attributes administrators declare.',
  Policies: 'What passwords must be, how long they live, and when logins are locked.',
  Plans: 'What an import, a bulk operation, a merge or a sync would do: look first, then apply exactly that.',
  Portals: 'Portals, their people, and how their accounts in Okta stand.',
  Audit: 'Everything that was changed, and the proof that nobody has touched the record of it.',
  'API keys': 'Bearer keys for programs.',
  Recovery: 'Getting back in: a forgotten password or user name, a locked account.',
  'Signing in': 'A password, what comes after it, and the session that it opens.',
  'My account': 'What people see and change of themselves, whatever their rights.',
  'Sites and policies': 'The sites people sign in to, the usage policies they accept there, and who has not.',
  Messages: 'Mail and SMS: what waits, what was sent, what could not be.',
  OpenID: 'Applications that sign people in by OpenID Connect, and what people allowed them.',
}

const description = `People, organisations and portals of one installation.

Requests carry an API key, \`Authorization: Bearer gh_…\`, or the cookie of somebody who is signed in (a session has every scope). Each operation names the scope the key needs (admin implies write, write implies read) and the rights its person needs in Gatehouse; what is about oneself needs the cookie, and signing in and recovery need neither. What a page asks with the cookie may name in the header \`Gatehouse-User\` whose page it is, by their id: it is refused with \`another_signed_in\` when somebody else has signed in meanwhile.

Refusals are problem details (RFC 9457) with a stable \`code\`. PATCH is JSON Merge Patch (RFC 7396). Every answer has an ETag; \`If-Match\` keeps a change from overwriting somebody else's. A request with an \`Idempotency-Key\` may be sent again for 24 hours without being carried out twice.

Lists go on at \`next\`. Attributes that are shown on request only appear when \`attributes=\` names them; it leaves out all others, required ones too.`

const parameters: Record<string, Parameter> = {
  IfMatch: {
    name: 'If-Match', in: 'header', schema: { type: 'string' },
    description: 'The ETag the record must still have, or a list of them; otherwise the answer is 412.',
  },
  IfNoneMatch: {
    name: 'If-None-Match', in: 'header', schema: { type: 'string' },
    description: 'The ETag of the answer one has already: if it still holds, the answer is 304 without a body.',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 },
    description: 'A name for this request, one of a kind: sent again within 24 hours it is answered as before and not carried out again.',
  },
}

const headers: Record<string, Header> = {
  ETag: { description: 'The version of what was answered.', schema: { type: 'string' } },
  Location: { description: 'The address of what was made.', schema: { type: 'string', format: 'uri' } },
  RequestId: { description: 'Names the request in the log of the server.', schema: { type: 'string' } },
  IdempotencyReplayed: { description: 'true when this is the answer to an earlier request with the same Idempotency-Key.', schema: { type: 'string', enum: ['true'] } },
}

/** The document for these routes, served under `publicUrl`. */
export function openApi(routes: readonly Route[], { version, publicUrl }: { version: string; publicUrl: string }): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const tags = [...new Set(routes.map(({ tag }) => tag))]
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
    info: { title: 'Gatehouse', version, description, license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: `${publicUrl.replace(/\/$/, '')}${apiPrefix}` }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: tags.map((name) => ({ name, description: tagDocs[name] ?? name })),
    paths,
    components: {
      schemas: { ...answerComponents(), ...bodyComponents(routes), ...patchComponents(routes) },
      parameters,
      headers,
      responses: problemResponses(),
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, made by `gatehouse keys create` or `POST /keys`.' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-gatehouse', description: 'The session that signing in opens; on plain http at localhost the cookie is called gatehouse. What changes something has to come from our own pages.' } },
    },
  }
}

function operationOf(route: Route): Operation {
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [route.tag],
    ...(route.caller === undefined ? { 'x-required-scope': route.scope, 'x-required-rights': route.needs.map(rightKey) } : { security: route.caller === 'everyone' ? [] : [{ session: [] }] }),
    parameters: [...pathParameters(route), ...(route.query ?? []).map((one) => queryParameter(one, route)), ...headerParameters(route)],
    ...(route.body ? { requestBody: { required: route.bodyRequired !== false, content: bodyContent(route, route.body) } } : {}),
    responses: { ...successOf(route), ...problemsOf(route) },
  }
}

function pathParameters(route: Route): Parameter[] {
  const docs: Record<string, string> = { id: 'The id of the record.', entryId: 'The id of the entry.', userId: 'The id of the person.', sessionId: 'The id of the session.', keyId: 'The id of the key.', targetId: 'The id of what it has.' }
  return [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => (
    { name: name!, in: 'path', required: true, description: docs[name!] ?? `The ${name}.`, schema: { type: 'string', maxLength: 200 } }
  ))
}

function queryParameter(parameter: QueryParameter, route: Route): Parameter {
  const { name, type, doc, min, max, values, required } = parameter
  const allowed = name === 'sortBy' ? sortable(route) : values
  const form: Schema = type === 'dateTime' ? { type: 'string', format: 'date-time' } : { type }
  const limits = { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }), ...(allowed ? { enum: allowed } : {}) }
  return { name, in: 'query', ...(required ? { required } : {}), description: doc, schema: { ...form, ...limits } }
}

const resources: Record<string, Resource> = { User: user, Organization: organization, Group: group, Role: role, Resource: resource, Right: right }

function sortable(route: Route): readonly string[] | undefined {
  if (route.sortable) return route.sortable
  const own = resources[route.answer?.component ?? '']
  return own?.attributes.filter((one) => one.sortable).map(({ path }) => path)
}

function headerParameters(route: Route): Reference[] {
  const names = route.method === 'GET' ? ['IfNoneMatch'] : [...(takesVersions(route) ? ['IfMatch'] : []), ...(takesIdempotencyKey(route) ? ['IdempotencyKey'] : [])]
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }))
}

function bodyContent({ method }: Route, { component }: Shape): Content {
  if (method !== 'PATCH') return { 'application/json': { schema: refTo(hasBody(component) ? `${component}Body` : component) } }
  const schema = refTo(`${component}Patch`)
  return { 'application/merge-patch+json': { schema }, 'application/json': { schema } }
}

/** The entries of records, which stand in them and at addresses of their own. */
const entries = new Set(Object.values(resources).flatMap((own) => own.collections.map((collection) => entryComponent(own, collection))))

/** Of these, what is written has to hold more than what is answered. */
const hasBody = (component: string): boolean => component in resources || entries.has(component)

/**
 * What `attributes=` leaves out, and what a record of an older system may lack, no answer promises: of a record the id alone, and of its
 * entries nothing, as `attributes=emails.active` has them without their value.
 */
function answerComponents(): Record<string, Schema> {
  return Object.fromEntries(Object.entries(allComponents()).map(([name, { required, ...schema }]): [string, Schema] => {
    const kept = name in resources ? ['id'] : entries.has(name) ? undefined : required
    return [name, kept ? { ...schema, required: kept } : schema]
  }))
}

/** What POST and PUT take of such a record or entry: there, what is required must be. */
function bodyComponents(routes: readonly Route[]): Record<string, Schema> {
  const all = allComponents()
  const written = routes.flatMap(({ method, body }) => (method !== 'PATCH' && body && hasBody(body.component) ? [body.component] : []))
  const names = [...new Set([...written, ...written.flatMap((name) => resources[name]?.collections.map((collection) => entryComponent(resources[name]!, collection)) ?? [])])]
  return Object.fromEntries(names.map((name) => [`${name}Body`, { ...withBodies(all[name]!), description: `${all[name]!.description} As it is made or replaced: what is read-only may come along, and is ignored.` }]))
}

/** A record that is written, with its entries as they are written. */
function withBodies(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, Schema] => {
    const entry = property.items?.$ref?.split('/').at(-1)
    return [name, entry !== undefined && entries.has(entry) ? { ...property, items: refTo(`${entry}Body`) } : property]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

function patchComponents(routes: readonly Route[]): Record<string, Schema> {
  const all = allComponents()
  const patched = routes.filter(({ method, body }) => method === 'PATCH' && body).map(({ body }) => body!.component)
  return Object.fromEntries(patched.filter((name) => all[name]).map((name) => [`${name}Patch`, patchSchema(withBodies(all[name]!))]))
}

function successOf(route: Route): Record<string, Response> {
  const { answer, method, query = [] } = route
  const status = String(route.status ?? 200)
  const has = (name: string) => query.some((one) => one.name === name)
  const names = [...(answer ? ['ETag'] : []), ...(status === '201' ? ['Location'] : []), ...(takesIdempotencyKey(route) ? ['IdempotencyReplayed'] : [])]
  const headerRefs = Object.fromEntries([...names, 'RequestId'].map((name) => [headerNames[name]!, { $ref: `#/components/headers/${name}` }]))
  const schema = answer && (answer.list ? listSchema(answer.component, has('cursor'), has('total'), answer.besides) : refTo(answer.component))
  const success: Response = { description: status === '204' ? 'Done; there is nothing to say.' : 'Done.', headers: headerRefs, ...(schema ? { content: { 'application/json': { schema } } } : {}) }
  return { [status]: success, ...(route.upserts ? { 201: { ...success, description: 'Made.' } } : {}), ...(route.defers ? { 202: { ...success, description: 'Begun; it goes on behind the request.' } } : {}), ...(method === 'GET' ? { 304: { description: 'What If-None-Match named still holds.' } } : {}) }
}

const headerNames: Record<string, string> = { ETag: 'ETag', Location: 'Location', RequestId: 'X-Request-Id', IdempotencyReplayed: 'Idempotency-Replayed' }

function problemsOf(route: Route): Record<string, Reference> {
  const statuses = new Set([
    400, 401, 403,
    // Bodies name other records, too.
    ...(route.path.includes(':') || route.body ? [404] : []),
    ...(route.method === 'GET' && route.caller === 'everyone' ? [] : [409]),
    // Where there is no version, an If-Match is refused as well; and a body where none is wanted, when it is too large or of another type.
    ...(route.method === 'GET' ? [] : [412, 413, 415, 422]),
    429, 500, 503,
    ...(route.method === 'GET' ? [] : [507]),
    ...(route.refuses ?? []),
  ])
  return Object.fromEntries([...statuses].map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]))
}

/** One response a status, naming the codes it comes with. */
function problemResponses(): Record<string, Response> {
  const byStatus = Map.groupBy(Object.entries(errorTable), ([, { status }]) => status)
  return Object.fromEntries([...byStatus].map(([status, rows]) => [`Problem${status}`, {
    description: rows.map(([code, { title }]) => `\`${code}\`: ${title}`).join(' '),
    content: { 'application/problem+json': { schema: refTo('Problem') } },
  }]))
}
