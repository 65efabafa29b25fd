/**
 * Holds what a server answers against the OpenAPI document: a status that is listed, and a body without a member that its schema does not
 * name, without a value that it excludes, with all that it requires. Stricter than a validator of JSON Schema, which takes any further member.
 */
import type { FastifyInstance } from 'fastify'
import { allRoutes } from '../src/main.ts'
import { isObject, type Document } from '../src/model/attribute.ts'
import { checkDate, checkInstant } from '../src/model/values.ts'
import type { Schema } from '../src/rest/openapi-attributes.ts'
import { openApi, type Reference, type Response } from '../src/rest/openapi.ts'
import { apiPrefix } from '../src/rest/server.ts'
import { testMasterKey } from './master-key.ts'

export const document = openApi(allRoutes(testMasterKey()), { version: '0', publicUrl: 'http://localhost' })

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
}

/** What of a value the schema does not allow. */
export function faults(value: unknown, given: Schema, at = ''): string[] {
  const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)!]! : given
  if (schema.oneOf) return schema.oneOf.some((one) => faults(value, one).length === 0) ? [] : [`${at}: fits none`]
  if (schema.type !== undefined && ![schema.type].flat().some((type) => types[type]!(value))) return [`${at}: ${JSON.stringify(value)} is no ${schema.type}`]
  const plain = plainFault(value, schema)
  if (plain !== undefined) return [`${at}: ${JSON.stringify(value)} ${plain}`]
  if (Array.isArray(value)) return value.flatMap((one, index) => faults(one, schema.items ?? {}, `${at}[${index}]`))
  return isObject(value) && (schema.properties || schema.additionalProperties) ? objectFaults(value, schema, at) : []
}

function plainFault(value: unknown, schema: Schema): string | undefined {
  const { minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity, minItems = 0, maxItems = Infinity } = schema
  if (schema.enum && !schema.enum.includes(value)) return 'is not in the list'
  if (schema.const !== undefined && schema.const !== value) return `is not ${JSON.stringify(schema.const)}`
  if (typeof value === 'number' && (value < minimum || value > maximum)) return 'is out of range'
  if (Array.isArray(value)) return value.length < minItems || value.length > maxItems ? 'has too many or too few items' : undefined
  if (typeof value !== 'string') return undefined
  const { length } = [...value]
  if (length < minLength || length > maxLength) return 'is too long or too short'
  const checked = schema.format === 'date-time' ? checkInstant(value) : schema.format === 'date' ? checkDate(value) : {}
  return 'message' in checked ? `is no ${schema.format}` : undefined
}

function objectFaults(value: Document, schema: Schema, at: string): string[] {
  const missing = (schema.required ?? []).filter((name) => value[name] === undefined).map((name) => `${at}.${name}: is missing`)
  return [...missing, ...Object.entries(value).flatMap(([name, inner]) => {
    const property = schema.properties?.[name] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
    if (schema.additionalProperties === true && !property) return []
    if (property) return property.writeOnly ? [`${at}.${name}: is only written`] : faults(inner, property, `${at}.${name}`)
    return [`${at}.${name}: is not in the schema`]
  })]
}

const responses = document.components.responses
const resolved = (one: Response | Reference): Response => ('$ref' in one ? responses[one.$ref.split('/').at(-1)!]! : one)

/** What of an answer is not as the document says. `route` is that of the server: `/api/v1/users/:id`. */
export function answerFaults(method: string, route: string, { status, type, body }: { status: number; type: string; body: string }): string[] {
  const operation = document.paths[route.slice(apiPrefix.length).replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  if (!operation) return []
  const listed = operation.responses[String(status)]
  if (!listed) return [`answered ${status}, which is not listed: ${body.slice(0, 300)}`]
  const { content } = resolved(listed)
  // Browsers get a page.
  if (type.startsWith('text/html')) return []
  const schema = content?.[type.split(';')[0]!]?.schema
  if (!schema) return body === '' && content === undefined ? [] : [`answered ${status} with ${type || 'nothing'}: ${body.slice(0, 300)}`]
  return body === '' ? [`answered ${status} without a body`] : faults(JSON.parse(body), schema)
}

/** Has every answer of a server judged before it is sent; `tell` gets what is wrong with it. */
export function judgeAnswers(server: FastifyInstance, tell: (fault: string) => void): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { url = '' } = request.routeOptions
    if (!url.startsWith(apiPrefix) || (payload !== null && payload !== undefined && typeof payload !== 'string' && !Buffer.isBuffer(payload))) return payload
    const answer = { status: reply.statusCode, type: String(reply.getHeader('content-type') ?? ''), body: payload === null || payload === undefined ? '' : String(payload) }
    for (const fault of answerFaults(request.method, url, answer)) tell(`${request.method} ${request.url} ${fault}`)
    return payload
  })
}
