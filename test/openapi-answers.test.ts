/** What the server really answers is what the OpenAPI document promises: no member it does not name, no value it excludes. */
import { expect, test } from 'vitest'
import { allRoutes } from '../src/main.ts'
import { isObject, type Document } from '../src/model/attribute.ts'
import type { Schema } from '../src/rest/openapi-attributes.ts'
import { openApi, type Response } from '../src/rest/openapi.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const document = openApi(allRoutes(testMasterKey()), { version: '0', publicUrl: 'http://localhost' })

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
function faults(value: unknown, given: Schema, at = ''): string[] {
  const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)!]! : given
  if (schema.oneOf) return schema.oneOf.some((one) => faults(value, one).length === 0) ? [] : [`${at}: fits none`]
  if (schema.type !== undefined && ![schema.type].flat().some((type) => types[type]!(value))) return [`${at}: ${JSON.stringify(value)} is no ${schema.type}`]
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${JSON.stringify(value)} is not in the list`]
  if (schema.maxLength !== undefined && [...(value as string)].length > schema.maxLength) return [`${at}: is too long`]
  if (Array.isArray(value)) return value.flatMap((one, index) => faults(one, schema.items ?? {}, `${at}[${index}]`))
  return isObject(value) && (schema.properties || schema.additionalProperties) ? objectFaults(value, schema, at) : []
}

function objectFaults(value: Document, schema: Schema, at: string): string[] {
  const missing = (schema.required ?? []).filter((name) => value[name] === undefined).map((name) => `${at}.${name}: is missing`)
  return [...missing, ...Object.entries(value).flatMap(([name, inner]) => {
    const property = schema.properties?.[name] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
    return property ? faults(inner, property, `${at}.${name}`) : [`${at}.${name}: is not in the schema`]
  })]
}

test('the judge of this test refuses what it should', () => {
  const schema = { $ref: '#/components/schemas/User' }
  expect(faults({ userName: 'a', active: true }, schema)).toEqual([])
  expect(faults({ userName: 1 }, schema)).toEqual(['.userName: 1 is no string'])
  expect(faults({}, schema)).toEqual(['.userName: is missing'])
  expect(faults({ userName: 'a', unheard: 1, sex: 'X', emails: [{ value: 'a', x: 1 }] }, schema)).toHaveLength(3)
})

test('answers are as the document says', async () => {
  const { ask } = await testServer()
  const found: string[] = []
  /** Asks, holds the answer against the document, and gives the answer. */
  const judged = async (method: string, path: string, body?: unknown): Promise<Document> => {
    const reply = await ask(method, path, body)
    const template = Object.keys(document.paths).filter((one) => new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0]!))
      .toSorted((a, b) => a.split('{').length - b.split('{').length)[0]!
    const response = document.paths[template]![method.toLowerCase()]!.responses[String(reply.status)] as Response | undefined
    if (!response?.content) found.push(`${method} ${path}: answered ${reply.status} ${JSON.stringify(reply.body)}`)
    else found.push(...faults(reply.body, response.content['application/json']!.schema).map((fault) => `${method} ${path} ${fault}`))
    return reply.body as Document
  }
  const type = await judged('POST', '/metadata/types', { id: 'ROBOT', grouping: 'USER_OBJECT_TYPE', displayName: 'Robot' })
  await judged('POST', '/metadata/elements', { name: 'colour', typeId: 'DEFAULT_USER', multiValued: true, validValues: ['red', 'green'] })
  const company = await judged('POST', '/organizations', { name: 'Analytical Engines', domainName: 'example.com' })
  await judged('POST', '/organizations', { name: 'Mill', parents: [{ organization: company.id }] })
  const ada = await judged('POST', '/users', {
    userName: 'ada', name: { givenName: 'Ada', familyName: 'Lovelace' }, sex: 'F', birthdate: '1815-12-10', typeId: type.id,
    emails: [{ value: 'ada@example.com', primary: true }], phoneNumbers: [{ value: '1' }], addresses: [{ locality: 'London' }],
    affiliations: [{ organization: company.id }], notes: [{ description: 'x' }], attributes: { colour: ['red'] },
  })
  const double = await judged('POST', '/users', { userName: 'ada2', supervisors: [{ supervisor: ada.id, primary: true }] })
  const all = Object.keys(document.components.schemas.User!.properties!).filter((name) => name !== 'secretWord').join(',')
  await judged('GET', `/users/${String(ada.id)}?attributes=${all}`)
  await judged('GET', `/users/${String(ada.id)}`)
  await judged('GET', '/users?total=true&count=1')
  for (const segment of ['emails', 'phones', 'addresses', 'affiliations', 'logins', 'notes']) await judged('GET', `/users/${String(ada.id)}/${segment}`)
  await judged('POST', `/users/${String(ada.id)}/lock`)
  await judged('GET', `/organizations/${String(company.id)}`)
  await judged('GET', `/organizations/${String(company.id)}/children`)
  for (const email of ['x@example.com', 'x@example.org']) await judged('GET', `/organizations/proposal?email=${email}`)
  await judged('GET', '/metadata/types')
  await judged('GET', '/metadata/elements')
  const group = await judged('POST', '/groups', { displayName: 'Makers' })
  const role = await judged('POST', '/roles', { name: 'Maker' })
  const [members, roles] = [`/groups/${String(group.id)}/members`, `/groups/${String(group.id)}/roles`]
  for (let times = 0; times < 2; times++) await judged('PUT', `${members}/${String(ada.id)}`, { end: '2100-01-01T00:00:00Z', description: 'x' })
  await judged('PUT', `${roles}/${String(role.id)}`, {})
  for (const path of [`${members}?total=true`, roles, `/roles/${String(role.id)}/holders`, `/users/${String(ada.id)}/groups`]) await judged('GET', path)
  const portal = await judged('POST', '/portals', { name: 'Customers', description: 'x', settings: { client_id: 'client-1' } })
  await judged('POST', `/portals/${String(portal.id)}/users`, [ada.id])
  for (const path of ['', `/${String(portal.id)}`, `/${String(portal.id)}/settings`, `/${String(portal.id)}/users`]) await judged('GET', `/portals${path}`)
  await ask('DELETE', `/portals/${String(portal.id)}/users/${String(ada.id)}`)
  for (const path of ['/portals/unassignment-queue', '/okta/errors', '/okta/error-counts', '/okta/status', '/okta/runs']) await judged('GET', path)
  const bulk = await judged('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'userName sw "ada"' })
  await judged('GET', `/plans/${String(bulk.id)}/steps`)
  await judged('POST', `/plans/${String(bulk.id)}/apply`)
  const merge = await judged('POST', '/plans', { kind: 'merge', survivor: ada.id, duplicate: double.id })
  await judged('GET', `/plans/${String(merge.id)}/steps`)
  await judged('GET', '/plans')
  const reader = await judged('POST', '/roles', { name: 'Reader' })
  await judged('GET', `/access/graph/neighbourhood?node=Role:${String(reader.id)}`)
  await judged('GET', `/access/graph/path?from=User:${String(ada.id)}&to=Organization:${String(company.id)}`)
  await judged('POST', '/access/mining', {})
  await judged('GET', '/access/findings?kind=unused-role')
  const key = await judged('POST', '/keys', { userId: ada.id, name: 'robot', scopes: ['read', 'write'] })
  const keys = await judged('GET', '/keys')
  expect(keys.items).toEqual([expect.objectContaining({ id: key.id, name: 'robot', scopes: ['read', 'write'] })])
  const events = await judged('GET', '/audit?total=true')
  await judged('GET', `/audit/${String((events.items as Document[])[0]!.id)}`)
  await judged('GET', '/audit/verify')
  expect(found).toEqual([])
})

test('refusals are as the document says', async () => {
  const { ask } = await testServer()
  const refusals = [
    await ask('GET', '/users/nobody'), await ask('POST', '/users', {}), await ask('GET', '/users?filter=('), await ask('POST', '/users', '{'),
    await ask('GET', '/users', undefined, { authorization: 'Bearer wrong' }),
  ]
  for (const { status, body, headers } of refusals) {
    expect(headers['content-type']).toContain('application/problem+json')
    expect(faults(body, { $ref: '#/components/schemas/Problem' })).toEqual([])
    expect((body as Document).status).toBe(status)
    expect(document.components.responses[`Problem${status}`]!.description).toContain(`\`${String((body as Document).code)}\``)
  }
})
