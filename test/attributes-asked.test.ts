/** `attributes=` with a part of something: RFC 7644 §3.9 lets each be asked for by itself, whatever record it is of. */
import { describe, expect, test } from 'vitest'
import { group, resource as resourceNoun, right, role } from '../src/model/access-records.ts'
import { isObject, valueAt, type Attribute, type Document, type Resource } from '../src/model/attribute.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { testServer } from './rest-server.ts'

const { ask } = await testServer()

const element = { name: 'hostShell', typeId: 'DEFAULT_LOGIN' }
const bodies: [Resource, Document][] = [
  [user, {
    userName: 'whole', name: { givenName: 'Ada', familyName: 'Lovelace' }, title: 'Countess', startDate: '2020-01-01', emails: [{ value: 'ada@example.com' }], phoneNumbers: [{ value: '+49 30 901820' }],
    addresses: [{ locality: 'London', country: 'GB' }], logins: [{ login: 'whole', managedSystem: '0', attributes: { hostShell: '/bin/sh' } }],
  }],
  [organization, { name: 'Whole', description: 'One', locations: [{ name: 'Here', locality: 'Paris' }] }],
  [group, { displayName: 'Whole' }], [role, { name: 'Whole' }], [resourceNoun, { name: 'Whole', resourceType: 'NO-PROVISION-APP' }], [right, { name: 'WHOLE' }],
]

/** Each path of a document that holds something, those of a list's entries as of one. */
function held(attributes: readonly Attribute[], document: Document, head = ''): string[] {
  return attributes.flatMap(({ path }) => (valueAt(document, path) === undefined ? [] : [`${head}${path}`]))
}

test('an attribute of logins to ask for', async () => {
  expect((await ask('POST', '/metadata/elements', element)).status).toBe(201)
})

describe.each(bodies.map(([noun, body]) => [noun.name, noun, body] as const))('%s', (_, noun, body) => {
  test('answers each part that it has to whoever asks for that part alone', async () => {
    const made = await ask('POST', `/${noun.segment}`, body)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const at = `/${noun.segment}/${made.body.id}`
    const heads = [...new Set([...noun.attributes.filter(({ returned }) => returned !== 'never').map(({ path }) => path.split('.')[0]!), ...noun.collections.map(({ path }) => path), 'meta'])]
    const whole = (await ask('GET', `${at}?attributes=${heads.join()}`)).body as Document
    const always = new Set(['id', ...noun.attributes.filter(({ returned }) => returned === 'always').map(({ path }) => path)])
    const parts = [
      ...held(noun.attributes, whole), 'meta.resourceType', 'meta.location',
      ...noun.collections.flatMap(({ path, attributes }) => ((whole[path] as Document[] | undefined)?.[0] ? held(attributes, (whole[path] as Document[])[0]!, `${path}.`) : [])),
    ]
    expect(parts).toEqual(expect.arrayContaining(['meta.created', 'meta.lastModified', 'meta.version']))
    for (const part of parts) {
      const [head, ...rest] = part.split('.')
      // Entries of lists are promised with what they cannot be without.
      const besides = rest.length === 0 ? [] : (noun.collections.find(({ path }) => path === head)?.attributes ?? []).filter(({ required }) => required).map(({ path }) => path)
      const asked = [part, ...besides.map((path) => `${head}.${path}`)].join()
      for (const typed of [asked, asked.toUpperCase()]) {
        const { status, body: shown } = await ask('GET', `${at}?attributes=${typed}`)
        expect(status, typed).toBe(200)
        expect(Object.keys(shown).filter((key) => !always.has(key)), typed).toEqual(always.has(head!) ? [] : [head])
        const [of, full] = [shown[head!], whole[head!]].map((value) => (Array.isArray(value) ? value[0] : value)) as [unknown, unknown]
        if (rest.length === 0) expect(of, typed).toEqual(full)
        else expect(Object.keys(of as object).filter((key) => key !== 'id' || rest[0] === 'id').sort(), typed).toEqual([...new Set([rest[0], ...besides])].sort())
        if (rest.length > 0 && isObject(of) && isObject(full)) expect(of[rest[0]!], typed).toEqual(full[rest[0]!])
      }
    }
    const { items } = (await ask('GET', `/${noun.segment}?attributes=id,meta.lastModified&filter=${encodeURIComponent(`id eq "${made.body.id}"`)}`)).body
    expect(items).toEqual([expect.objectContaining({ id: made.body.id, meta: { lastModified: (whole.meta as Document).lastModified } })])
  })
})

test('custom attributes of logins by themselves', async () => {
  const { items } = (await ask('GET', `/users?attributes=logins.attributes,logins.login,logins.managedSystem&filter=${encodeURIComponent('userName eq "whole"')}`)).body
  expect(items[0].logins).toEqual([{ id: expect.any(String), login: 'whole', managedSystem: '0', attributes: { hostShell: '/bin/sh' } }])
  expect((await ask('GET', '/users?attributes=emails.attributes')).status).toBe(400)
  expect((await ask('GET', '/users?attributes=meta.shoe')).status).toBe(400)
})
