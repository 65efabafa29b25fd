/** The OpenAPI document says what the server does: every route, every attribute, and nothing that points nowhere. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { errorTable } from '../src/errors.ts'
import { allRoutes } from '../src/main.ts'
import type { Attribute, Document } from '../src/model/attribute.ts'
import { eventAttributes } from '../src/audit/event-resource.ts'
import { sessionAttributes } from '../src/model/listings.ts'
import { metadataElement, metadataType } from '../src/model/metadata-records.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { entryComponent, patchSchema, type Schema } from '../src/rest/openapi-attributes.ts'
import { openApi, type Operation, type Parameter } from '../src/rest/openapi.ts'
import { takesVersions, type Route } from '../src/rest/route.ts'
import { createServer, takesIdempotencyKey } from '../src/rest/server.ts'
import { addDocs } from '../src/rest/docs-page.ts'
import { testContext } from './context.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

const routes = allRoutes(testMasterKey())
const document = openApi(routes, { version: '1.2.3', publicUrl: 'https://people.example.com/' })
const { schemas } = document.components

const pathOf = (route: Route) => route.path.replaceAll(/:(\w+)/g, '{$1}')
const operationFor = (route: Route): Operation => document.paths[pathOf(route)]![route.method.toLowerCase()]!
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))

/** Every object within a value, with where it stands. */
function* objectsIn(value: unknown, at = '#'): Generator<[string, Document]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, value as Document]
  for (const [key, inner] of Object.entries(value)) yield* objectsIn(inner, `${at}/${key}`)
}

function target(reference: string): unknown {
  return reference.split('/').slice(1).reduce<unknown>((at, key) => (at as Document | undefined)?.[key], document)
}

describe('the document', () => {
  test('has the frame of OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.info).toMatchObject({ title: 'Gatehouse', version: '1.2.3', license: { identifier: 'Apache-2.0' } })
    expect(document.servers).toEqual([{ url: 'https://people.example.com/api/v1' }])
    expect(document.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' })
    expect(document.security).toEqual([{ apiKey: [] }, { session: [] }])
    expect(document.components.securitySchemes.session).toMatchObject({ type: 'apiKey', in: 'cookie' })
    expect(document.paths['/sign-in']!.post!.security).toEqual([])
    expect(document.paths['/me']!.get!.security).toEqual([{ session: [] }])
  })

  test('refers to nothing that is not there', () => {
    const references = [...objectsIn(document)].filter(([, one]) => typeof one.$ref === 'string')
    expect(references.length).toBeGreaterThan(500)
    expect(references.filter(([, one]) => target(one.$ref as string) === undefined)).toEqual([])
  })

  test('has every route once, under its own name, with a tag that is explained', () => {
    for (const route of routes) {
      expect(operationFor(route)).toMatchObject({ operationId: route.operation, tags: [route.tag] })
      // Whoever needs no rights of a key is not told of a scope: security says who may call.
      expect(operationFor(route)['x-required-scope'], route.operation).toBe(route.caller === undefined ? route.scope : undefined)
    }
    expect(operations).toHaveLength(routes.length)
    expect(new Set(operations.map((one) => one.operationId)).size).toBe(routes.length)
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...new Set(routes.map(({ tag }) => tag))].toSorted())
    expect(document.tags.filter(({ name, description }) => description === name)).toEqual([])
  })

  test('declares the parameters of every path, and those of the query with their limits', () => {
    for (const route of routes) {
      const parameters = operationFor(route).parameters.map((one) => ('$ref' in one ? target(one.$ref) : one) as Parameter)
      const named = (place: string) => parameters.filter((one) => one.in === place).map(({ name }) => name)
      expect(named('path')).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name))
      expect(named('query')).toEqual((route.query ?? []).map(({ name }) => name))
      if (route.method === 'GET') expect(named('header')).toContain('If-None-Match')
      else expect(named('header').includes('Idempotency-Key')).toBe(takesIdempotencyKey(route))
      expect(parameters.every(({ description, schema }) => description !== '' && schema.type !== undefined)).toBe(true)
    }
    const list = document.paths['/users']!.get!.parameters as Parameter[]
    expect(list.find(({ name }) => name === 'count')!.schema).toEqual({ type: 'integer', minimum: 1, maximum: 1000 })
    expect(list.find(({ name }) => name === 'sortBy')!.schema.enum).toContain('name.familyName')
  })

  test('has a body where the server reads one, and an answer where it gives one', () => {
    for (const route of routes) {
      const operation = operationFor(route)
      expect(operation.requestBody?.required).toBe(route.body ? route.bodyRequired !== false : undefined)
      const success = operation.responses[String(route.status ?? 200)] as { content?: object } | undefined
      expect(success?.content !== undefined).toBe(route.answer !== undefined)
      expect(Object.keys(success?.content ?? {})).toEqual(route.answer ? ['application/json'] : [])
    }
    expect(Object.keys(document.paths['/users/{id}']!.patch!.requestBody!.content)).toEqual(['application/merge-patch+json', 'application/json'])
  })

  test('answers refusals with problem details that name every code', () => {
    const named = Object.values(document.components.responses).map(({ description }) => description).join(' ')
    expect(Object.keys(errorTable).filter((code) => !named.includes(`\`${code}\``))).toEqual([])
    for (const operation of operations) {
      const refusals = Object.keys(operation.responses).filter((status) => Number(status) >= 400)
      expect(refusals).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']))
      for (const status of refusals) expect(operation.responses[status]).toEqual({ $ref: `#/components/responses/Problem${status}` })
    }
    expect(document.components.responses.Problem412!.content).toHaveProperty(['application/problem+json'])
  })
})

/** The schema of a dotted path. */
function schemaAt(schema: Schema, path: string): Schema | undefined {
  return path.split('.').reduce<Schema | undefined>((at, key) => at?.properties?.[key], schema)
}

describe('attributes', () => {
  const lists: [string, readonly Attribute[]][] = [
    ['User', user.attributes], ['Organization', organization.attributes],
    ...[user, organization].flatMap((resource) => resource.collections.map((one): [string, readonly Attribute[]] => [entryComponent(resource, one), one.attributes])),
    ['Session', sessionAttributes], ['MetadataType', metadataType.attributes], ['MetadataElement', metadataElement.attributes], ['AuditEvent', eventAttributes],
  ]

  test.each(lists)('%s has each of its attributes as the list has it', (component, attributes) => {
    for (const attribute of attributes) {
      const schema = schemaAt(schemas[component]!, attribute.path)
      expect(schema, attribute.path).toBeDefined()
      expect(schema!.description).toBe(attribute.doc)
      expect(schema!.title).toBe(attribute.label)
      expect(schema!.readOnly ?? false).toBe(attribute.mutability === 'readOnly')
      expect(schema!.writeOnly ?? false).toBe(attribute.mutability === 'writeOnly')
      const value = attribute.side && !attribute.side.single ? schema!.items! : schema!
      expect(value.maxLength).toBe(attribute.length)
      expect(value.enum).toEqual(attribute.canonical)
      // What must be written need not be answered: `attributes=` leaves it out, and older records may lack it.
      if (attribute.required && !attribute.path.includes('.')) expect((schemas[`${component}Body`] ?? schemas[component]!).required).toContain(attribute.path)
    }
  })

  test('a record refers to its collections and bounds them', () => {
    for (const resource of [user, organization]) {
      for (const collection of resource.collections) {
        const property = schemas[resource.name]!.properties![collection.path]!
        expect(property).toMatchObject({ type: 'array', maxItems: collection.limit, items: { $ref: `#/components/schemas/${entryComponent(resource, collection)}` } })
      }
    }
  })

  test('a patch holds what can be changed, and null where a value may go', () => {
    const patch = schemas.UserPatch!
    expect(patch.required).toBeUndefined()
    expect(patch.properties!.id).toBeUndefined()
    expect(patch.properties!.status).toBeUndefined()
    expect(patch.properties!.userName!.type).toBe('string')
    expect(patch.properties!.title!.type).toEqual(['string', 'null'])
    expect(patch.properties!.sex!.enum).toEqual(['M', 'F', null])
    expect(patch.properties!.name!.properties!.familyName!.type).toEqual(['string', 'null'])
    expect(patch.properties!.name!.properties!.formatted).toBeUndefined()
    expect(patchSchema({ type: 'object', properties: { a: { type: 'integer', default: 1 } } }).properties).toEqual({ a: { type: ['integer', 'null'] } })
  })
})

test('If-Match is honoured wherever the document says so', async () => {
  const { ask } = await testServer()
  const person = (await ask('POST', '/users', { userName: 'ada' })).body.id as string
  const company = (await ask('POST', '/organizations', { name: 'Analytical Engines' })).body.id as string
  const portal = (await ask('POST', '/portals', { name: 'Customers' })).body.id as number
  const made = async (path: string, body: object) => (await ask('POST', path, body)).body.id as string
  const element = (await ask('POST', '/metadata/elements', { name: 'shoeSize' })).body.id as string
  const policy = await made('/it-policies', { active: true })
  const ids: [string, unknown][] = [
    ['/users', person], ['/organizations', company], ['/portals', portal], ['/metadata/types', 'CONTRACTOR'], ['/metadata/elements', element], ['/metadata/organization-types', 'DIVISION'], ['/metadata/resource-types', 'WEBSERVICE'], ['/managed-systems', 'OKTA'],
    ['/groups', await made('/groups', { displayName: 'Makers' })], ['/roles', await made('/roles', { name: 'Maker' })],
    ['/password-policies', '4000'], ['/sign-in-policies', '4001'],
    ['/oidc/clients', await made('/oidc/clients', { name: 'App', redirectUris: ['https://app.example/cb'] })], ['/content-providers', await made('/content-providers', { name: 'Site', domainPattern: 'app.example' })],
    ['/it-policies', policy], ['/it-policy-versions', await made('/it-policy-versions', { policyId: policy, name: 'First', content: 'Be kind.' })],
    ['/resources', await made('/resources', { name: 'Engine', resourceType: 'WEBSERVICE' })], ['/rights', await made('/rights', { name: 'Turn' })],
  ]
  const claimed = routes.filter((route) => takesVersions(route) && !route.path.includes(':entryId') && route.caller === undefined)
  const bodies: Record<string, unknown> = {
    UserEmails: { value: 'ada@example.com' }, UserPhoneNumbers: { value: '1' }, UserAddresses: { locality: 'London' }, UserNotes: { description: 'x' },
    UserAffiliations: { organization: company }, UserSupervisors: { supervisor: person }, UserRelations: { user: person, type: 'x' }, UserLogins: { login: 'x', managedSystem: '0' },
    OrganizationParents: { organization: company }, OrganizationLocations: { name: 'x' }, UserKeys: { name: 'x', value: 'ssh-ed25519 AAAA' }, User: { userName: 'ada' }, Organization: { name: 'Analytical Engines' }, Portal: { name: 'Members' }, MetadataType: { grouping: 'USER_OBJECT_TYPE' }, MetadataElement: { name: 'shoeSize' }, OrganizationType: { name: 'Division' }, ResourceType: { description: 'x' }, ManagedSystem: { name: 'x' }, Group: { displayName: 'Makers' }, Role: { name: 'Maker' }, Resource: { name: 'Engine', resourceType: 'WEBSERVICE' }, Right: { name: 'Turn' }, PasswordPolicy: { name: 'Strict' }, SignInPolicy: { name: 'Strict' }, Client: { name: 'App' }, ContentProvider: { name: 'Site' }, ItPolicy: { active: true }, ItPolicyVersion: { policyId: policy, name: 'First', content: 'Be kind.' }, CustomAttributes: {}, PortalSettings: { issuer: 'https://example.okta.com' },
  }
  expect(claimed.length).toBeGreaterThan(20)
  for (const route of claimed) {
    const id = ids.find(([path]) => route.path.startsWith(`${path}/`))![1]
    const body = route.body && route.bodyRequired !== false ? bodies[route.body.component] : undefined
    const reply = await ask(route.method, route.path.replace(':id', String(id)), body, { 'if-match': '"999"' })
    expect(`${route.operation} ${reply.status}`).toBe(`${route.operation} 412`)
  }
})

describe('the pages', () => {
  test('turn the rows of tables into paragraphs where four columns find no room', async () => {
    const css = readFileSync(new URL('../src/rest/docs-page.css', import.meta.url), 'utf8')
    expect(css).toMatch(/@media \(max-width: 40rem\) \{[^]*\.wide tr \{ display: block;/)
  })

  const served = async () => {
    const server = createServer(await testContext({ PUBLIC_URL: 'https://people.example.com' }))
    addDocs(server, routes, { config: (await testContext({ PUBLIC_URL: 'https://people.example.com' })).config })
    return (path: string) => server.inject({ method: 'GET', url: `/api/v1${path}` })
  }

  test('need no key, and stand under a policy that allows this server only', async () => {
    const get = await served()
    const types = { '/openapi.json': 'application/json', '/docs': 'text/html', '/docs/page.css': 'text/css', '/docs/page.js': 'text/javascript' }
    for (const [path, type] of Object.entries(types)) {
      const reply = await get(path)
      expect(reply.statusCode).toBe(200)
      expect(reply.headers['content-type']).toContain(type)
      expect(reply.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    }
    expect((await get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://people.example.com/api/v1' }] })
  })

  test('show every operation, schema and error code where links lead to', async () => {
    const page = (await (await served())('/docs')).body
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!)
    const expected = [...operations.map((one) => `op-${one.operationId}`), ...Object.keys(schemas).map((name) => `schema-${name}`), ...Object.keys(errorTable).map((code) => `error-${code}`)]
    expect(expected.filter((id) => !ids.includes(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })

  test('hold no script, style or resource from elsewhere, and a label for every field', async () => {
    const page = (await (await served())('/docs')).body
    expect(page).not.toMatch(/<script(?![^>]*\bsrc="\/)|<style|\sstyle=|\son\w+=|javascript:|(?:src|href)="(?:https?:)?\/\//)
    const fields = [...page.matchAll(/<(?:input|select|textarea) id="([^"]+)"/g)].map(([, id]) => id!)
    const labels = new Set([...page.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id!))
    expect(fields.length).toBeGreaterThan(100)
    expect(fields.filter((id) => !labels.has(id))).toEqual([])
  })
})
