/**
 * `GET` and `POST /api/v1/meta/schemas/user/default`: the user schema, where a custom attribute has to be declared
 * before a profile may carry it. POST merges: it adds or changes custom properties, null removes one; of the base
 * attributes only the pattern of `login`, whether names are required, and permissions may change.
 */
import type { FastifyInstance } from 'fastify'
import { isRecord } from './credentials.ts'
import { notFound, OktaError, validationError } from './errors.ts'
import { baseUrl } from './paging.ts'
import { isLoginPattern, uniqueKey } from './profile.ts'
import type { PropertyType, SchemaProperty, UserSchema } from './profile.ts'
import type { Org } from './state.ts'

interface ById {
  Params: { id: string }
}

const types: readonly string[] = ['string', 'boolean', 'number', 'integer', 'array']
const keptText = ['title', 'description', 'format', 'mutability', 'scope', 'unique'] as const
const keptNumbers = ['minLength', 'maxLength', 'minimum', 'maximum'] as const

/** Registers the user schema endpoints on `app`. */
export function schemaRoutes(app: FastifyInstance, org: Org): void {
  app.get<ById>('/api/v1/meta/schemas/user/:id', (request, reply) => {
    requireSchema(org, request.params.id)
    return reply.send(schemaJson(org.schema, baseUrl(request)))
  })

  app.post<ById>('/api/v1/meta/schemas/user/:id', (request, reply) => {
    requireSchema(org, request.params.id)
    changeSchema(org, request.body)
    return reply.send(schemaJson(org.schema, baseUrl(request)))
  })
}

function requireSchema(org: Org, id: string): void {
  if (id !== 'default' && id !== org.schema.id) throw notFound(id, 'UserSchema')
}

function schemaJson(schema: UserSchema, base: string): Record<string, unknown> {
  const part = (name: string, properties: Map<string, SchemaProperty>) => ({
    id: `#${name}`,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...properties].filter(([, property]) => property.required).map(([key]) => key),
  })
  return {
    id: `${base}/meta/schemas/user/${schema.id}`,
    $schema: 'http://json-schema.org/draft-04/schema#',
    name: 'user',
    title: 'User',
    created: schema.created,
    lastUpdated: schema.lastUpdated,
    definitions: { base: part('base', schema.base), custom: part('custom', schema.custom) },
    type: 'object',
    properties: { profile: { allOf: [{ $ref: '#/definitions/custom' }, { $ref: '#/definitions/base' }] } },
    _links: { self: { href: `${base}/api/v1/meta/schemas/user/${schema.id}`, method: 'GET' } },
  }
}

/** Applies the body of a POST; nothing is changed unless all of it is good. */
export function changeSchema(org: Org, body: unknown): void {
  const definitions = isRecord(body) ? body['definitions'] : undefined
  if (!isRecord(definitions)) throw new OktaError('E0000003')
  const problems: string[] = []
  const custom = new Map(org.schema.custom)
  for (const [name, property] of propertiesOf(definitions['custom'])) {
    if (property === null) custom.delete(name)
    else changeCustom(org, custom, name, property, problems)
  }
  const base = new Map(org.schema.base)
  for (const [name, property] of propertiesOf(definitions['base'])) changeBase(base, name, property, problems)
  if (problems.length > 0) throw validationError(problems)
  org.schema = { ...org.schema, base, custom, lastUpdated: org.timestamp() }
  indexUniques(org)
}

function propertiesOf(part: unknown): [string, unknown][] {
  const properties = isRecord(part) ? part['properties'] : undefined
  return isRecord(properties) ? Object.entries(properties) : []
}

function changeCustom(
  org: Org, custom: Map<string, SchemaProperty>, name: string, input: unknown, problems: string[],
): void {
  const before = custom.get(name)
  if (!/^[A-Za-z_]\w{0,254}$/.test(name)) problems.push(`${name}: The name of a property is letters, digits and _`)
  else if (org.schema.base.has(name)) problems.push(`${name}: A base property has this name`)
  else if (!isRecord(input)) problems.push(`${name}: Must be an object`)
  else {
    const property = readProperty(name, input, before, problems)
    if (before && before.type !== property.type) problems.push(`${name}: The type of a property cannot be changed`)
    custom.set(name, property)
  }
}

function readProperty(
  name: string, input: Record<string, unknown>, before: SchemaProperty | undefined, problems: string[],
): SchemaProperty {
  const type = input['type'] ?? before?.type
  if (!types.includes(String(type))) problems.push(`${name}: The type is not supported`)
  const standard = { title: name, mutability: 'READ_WRITE', scope: 'NONE' }
  const property: SchemaProperty = { ...standard, ...before, type: type as PropertyType }
  for (const key of keptText) if (typeof input[key] === 'string') property[key] = input[key]
  for (const key of keptNumbers) if (typeof input[key] === 'number') property[key] = input[key]
  if (typeof input['required'] === 'boolean') property.required = input['required']
  if (Array.isArray(input['enum'])) property.enum = input['enum'] as string[]
  if (input['permissions'] !== undefined) property.permissions = input['permissions']
  const items = isRecord(input['items']) ? input['items']['type'] : undefined
  if (typeof items === 'string' && types.includes(items) && items !== 'array') {
    property.items = { type: items as Exclude<PropertyType, 'array'> }
  }
  return property
}

function changeBase(base: Map<string, SchemaProperty>, name: string, input: unknown, problems: string[]): void {
  const before = base.get(name)
  if (!before || !isRecord(input)) {
    problems.push(`${name}: Is not a base property`)
    return
  }
  const property = { ...before }
  if (name === 'login' && 'pattern' in input) {
    const { pattern } = input
    if (pattern === null) delete property.pattern
    else if (typeof pattern === 'string' && isLoginPattern(pattern)) property.pattern = pattern
    else problems.push('login: The pattern has to be .+ or one class of characters such as [a-z0-9]+')
  }
  const nullable = name === 'firstName' || name === 'lastName'
  if (nullable && typeof input['required'] === 'boolean') property.required = input['required']
  if (input['permissions'] !== undefined) property.permissions = input['permissions']
  base.set(name, property)
}

/** Keeps `org.uniques` to the attributes that are unique now; the first holder of a value keeps it. */
function indexUniques(org: Org): void {
  for (const [name, property] of org.schema.custom) {
    if (property.unique !== 'UNIQUE_VALIDATED' || org.uniques.has(name)) continue
    const values = new Map<string, string>()
    for (const user of org.users.values()) {
      const key = uniqueKey(name, user.profile[name])
      if (key !== undefined && !values.has(key)) values.set(key, user.id)
    }
    org.uniques.set(name, values)
  }
  for (const name of org.uniques.keys()) {
    if (name !== 'login' && org.schema.custom.get(name)?.unique !== 'UNIQUE_VALIDATED') org.uniques.delete(name)
  }
}
