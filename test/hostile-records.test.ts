/**
 * Every kind of record that can be made over REST, people and organisations aside (bad-input.test.ts): a text is kept as it is,
 * or refused with a reason at its path. The kinds and their texts come from the OpenAPI document, so that a new one is held as well.
 */
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { hostileStrings } from './hostile-strings.ts'
import { testServer } from './rest-server.ts'

interface Schema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  readOnly?: boolean
  enum?: unknown[]
  format?: string
  allOf?: Schema[]
}

const { ask } = await testServer()
const api = (await ask('GET', '/openapi.json')).body as { paths: Record<string, { post?: { requestBody?: { content: Record<string, { schema: Schema }> }; responses: Record<string, unknown> } }>; components: { schemas: Record<string, Schema> } }
const resolved = (schema: Schema): Schema => (schema.$ref === undefined ? schema : api.components.schemas[schema.$ref.split('/').at(-1)!]!)

const made = async (path: string, body: Document) => (await ask('POST', path, body)).body.id as string
const [policy, questions] = [await made('/it-policies', {}), await made('/question-groups', { name: 'Ours' })]
// Nobody has more than a hundred keys.
const owners = await Promise.all(Array.from({ length: 8 }, (_, at) => made('/users', { userName: `owner${at}` })))
let counter = 0
const soon = new Date(Date.now() + 86_400_000).toISOString()

/** What a record of the kind needs beside its texts. Names have to differ. */
const needed: Record<string, () => Document> = {
  '/groups': () => ({ displayName: `Group ${++counter}` }),
  '/roles': () => ({ name: `Role ${++counter}` }),
  '/resources': () => ({ name: `Resource ${++counter}`, resourceType: 'NO-PROVISION-APP' }),
  '/rights': () => ({ id: `RIGHT${++counter}`, name: `Right ${counter}` }),
  '/metadata/types': () => ({ id: `TYPE${++counter}`, grouping: 'USER_OBJECT_TYPE' }),
  '/metadata/elements': () => ({ name: `element${++counter}`, typeId: 'DEFAULT_USER' }),
  '/metadata/organization-types': () => ({ id: `OT${++counter}`, name: `Type ${counter}` }),
  '/metadata/resource-types': () => ({ id: `RT${++counter}` }),
  '/managed-systems': () => ({ id: `SYS${++counter}`, name: `System ${counter}` }),
  '/portals': () => ({ name: `Portal ${++counter}` }),
  '/keys': () => ({ name: `Key ${++counter}`, scopes: ['read'], userId: owners[counter % owners.length], expires: soon }),
  '/oidc/clients': () => ({ name: `Client ${++counter}`, redirectUris: ['https://app.example/callback'] }),
  '/content-providers': () => ({ name: `Site ${++counter}`, domainPattern: `site${counter}.example.com` }),
  '/it-policies': () => ({}),
  '/it-policy-versions': () => ({ policyId: policy, name: `Version ${++counter}`, content: 'Be kind.' }),
  '/question-groups': () => ({ name: `Questions ${++counter}` }),
  '/security-questions': () => ({ groupId: questions, text: `What was it, number ${++counter}?` }),
  '/password-policies': () => ({ name: `Password policy ${++counter}` }),
  '/sign-in-policies': () => ({ name: `Sign-in policy ${++counter}` }),
}

/** Made by doors of their own, not records of free text, or tested there. */
const others = ['/users', '/organizations', '/access/check', '/access/what-if', '/access/mining', '/plans', '/portals/admins/users', '/okta/password-import', '/password-policies/check']
const isDoor = (path: string) => path.includes('{') || /^\/(sign-in|sign-out|me|recovery)\b/.test(path) && path !== '/sign-in-policies'

test('every kind of record that can be made is here', () => {
  const kinds = Object.entries(api.paths).filter(([path, { post }]) => post?.requestBody !== undefined && !isDoor(path)).map(([path]) => path)
  expect(kinds.filter((path) => !others.includes(path)).toSorted()).toEqual(Object.keys(needed).toSorted())
})

/** Paths of free texts that a caller may give. */
function textsOf(schema: Schema): string[] {
  const { properties = {} } = resolved(schema)
  return Object.entries(properties).filter(([, one]) => {
    const { type, readOnly, format, enum: choices } = resolved(one)
    return [type].flat().includes('string') && !readOnly && choices === undefined && format === undefined
  }).map(([path]) => path)
}

const isAbout = (path: string, text: string) => text === path || text.startsWith(`${path}.`) || text.startsWith(`${path}[`)

describe.each(Object.keys(needed).map((path, at) => [path, at] as const))('%s', (path, at) => {
  const texts = textsOf(api.paths[path]!.post!.requestBody!.content['application/json']!.schema)

  async function check(text: string): Promise<void> {
    let held = texts
    for (let attempt = 0; ; attempt++) {
      const given = { ...needed[path]!(), ...Object.fromEntries(held.map((name) => [name, text])) }
      const { status, body } = await ask('POST', path, given)
      const what = `${JSON.stringify(text)}: ${status} ${JSON.stringify(body)}`
      if (status === 201) {
        const id = (body.id ?? body.clientId) as string | number
        const read = await ask('GET', `${path}/${encodeURIComponent(String(id))}`)
        expect(read.status, what).toBe(200)
        for (const name of held) expect(read.body[name] ?? '', `${name} ${what}`).toBe(text)
        return
      }
      // Names and numbers that are taken, which two of these strings can be when case is nothing.
      expect([400, 409], what).toContain(status)
      expect(body.code, what).toMatch(/^[a-z_]+$/)
      const refused = held.filter((name) => (body.problems as { path?: string; message: string }[] | undefined)?.some((one) => isAbout(name, one.path ?? '')))
      expect(status === 409 || refused.length > 0, what).toBe(true)
      held = held.filter((name) => (status === 409 ? !['id', 'name', 'displayName', 'text', 'domainPattern', 'version'].includes(name) : !refused.includes(name)))
      expect(attempt, what).toBeLessThan(texts.length + 2)
    }
  }

  test(`keeps or refuses ${texts.join(', ') || 'texts'}`, async () => {
    expect(texts.length).toBeGreaterThan(0)
    // A third of the strings each: every one meets at least five kinds.
    const queue = [...new Set(hostileStrings)].filter((_, index) => index % 3 === at % 3)
    const worker = async () => {
      for (let text = queue.pop(); text !== undefined; text = queue.pop()) await check(text)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }, 120_000)
})
