/** Whatever comes in is kept as it is or refused with a reason; nothing that comes in breaks the server. */
import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { setValueAt, valueAt, type Attribute, type Document, type Resource } from '../src/model/attribute.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { hostileStrings, listed, vectors } from './hostile-strings.ts'
import { testServer } from './rest-server.ts'
import { readTarGz } from './tar.ts'

const { ask, ctx } = await testServer()

let counter = 0
let company = ''
let other = ''
beforeAll(async () => {
  company = (await ask('POST', '/organizations', { name: 'Company' })).body.id
  other = (await ask('POST', '/users', { userName: 'other' })).body.id
  for (const typeId of ['DEFAULT_USER', 'DEFAULT_LOGIN', 'DEFAULT_ORGANIZATION']) await ask('POST', '/metadata/elements', { name: 'any', typeId })
})

/** Attributes of free text that a caller may write. */
const texts = (attributes: readonly Attribute[]) => attributes.filter((one) => one.type === 'string' && one.mutability === 'readWrite' && !one.canonical && !one.expression)

/** What entries need beside their texts; keys hold public keys, which have a form of their own. */
const needed: Record<string, () => Document> = {
  emails: () => ({}), phoneNumbers: () => ({}), addresses: () => ({}), notes: () => ({}),
  logins: () => ({ managedSystem: 'OKTA' }), relations: () => ({ user: other, type: 'FAMILY' }), affiliations: () => ({ organization: company }), parents: () => ({ organization: company }), locations: () => ({}),
}

interface Place {
  path: string
  attribute: Partial<Pick<Attribute, 'length' | 'required' | 'form' | 'searched'>>
  set: (document: Document, text: string) => void
}

/** Every place of a record that takes free text, each as a path, with its attribute. */
function places(resource: Resource): Place[] {
  const own = texts(resource.attributes).map((attribute) => ({ path: attribute.path, attribute, set: (document: Document, text: string) => setValueAt(document, attribute.path, text) }))
  const entries = resource.collections.filter(({ path }) => needed[path]).flatMap((collection) => texts(collection.attributes).map((attribute) => ({
    path: `${collection.path}[0].${attribute.path}`, attribute, set: (document: Document, text: string) => setValueAt(entryOf(document, collection.path), attribute.path, text),
  })))
  return [...own, ...entries, { path: 'attributes.any', attribute: {}, set: (document, text) => setValueAt(document, 'attributes.any', text) }]
}

function entryOf(document: Document, path: string): Document {
  document[path] ??= [needed[path]!()]
  return (document[path] as Document[])[0]!
}

function isLanguage(text: string): boolean {
  try {
    return /^[A-Za-z]{2,3}([-_]|$)/.test(text) && new Intl.Locale(text.replaceAll('_', '-')).language !== ''
  } catch {
    return false
  }
}

/** Why a place must refuse a text; undefined when it must keep it. Said here once more, apart from the code it tests. */
function reason(text: string, { length, required, form }: Pick<Attribute, 'length' | 'required' | 'form'>): string | undefined {
  if (text.includes('\u0000')) return 'U+0000'
  if (!text.isWellFormed()) return 'half a surrogate pair'
  if (length !== undefined && [...text].length > length) return 'too long'
  if (required && text.trim() === '') return 'empty'
  if (form === 'language') return isLanguage(text) ? undefined : 'no language'
  if (form === 'login') return /^\s|\s$|[^\S ]| {2}|[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u.test(text) ? 'looks like another name' : undefined
  if (form === 'domain') return text.split('.').some((one) => one === '' || one.length > 63 || /[^\p{L}\p{M}\p{N}_-]|^[\p{M}_-]|[_-]$/u.test(one)) ? 'no domain' : undefined
  return form === 'email' && !/^[^\s\u0000-\u001f\u007f-\u009f@]{1,64}@[^\s\u0000-\u001f\u007f-\u009f@]{1,255}$/.test(text) ? 'no address' : undefined
}

/** The required texts of the record itself are filled when the string cannot stand there. */
const filled = (resource: Resource, document: Document): Document => (resource === user ? { ...document, userName: document.userName ?? `hostile${++counter}` } : { ...document, name: document.name ?? 'Name' })

async function checkString(resource: Resource, text: string): Promise<void> {
  const all = places(resource)
  const whole: Document = {}
  all.forEach(({ set }) => set(whole, text))
  const refused = all.filter(({ attribute }) => reason(text, attribute) !== undefined).map(({ path }) => path)
  if (refused.length > 0) {
    const { status, body } = await ask('POST', `/${resource.segment}`, whole)
    expect(status, text).toBe(400)
    expect(body.problems.map((one: { path: string }) => one.path).sort(), text).toEqual(refused.sort())
    expect(body.problems.every((one: { message: string }) => one.message.length > 5)).toBe(true)
  }
  const kept: Document = {}
  const held = all.filter(({ attribute }) => reason(text, attribute) === undefined)
  held.forEach(({ set }) => set(kept, text))
  for (const collection of resource.collections) {
    const entry = (kept[collection.path] as Document[] | undefined)?.[0]
    if (entry && collection.attributes.some((one) => one.required && valueAt(entry, one.path) === undefined)) delete kept[collection.path]
  }
  await checkKept(resource, text, filled(resource, kept))
}

async function checkKept(resource: Resource, text: string, wanted: Document): Promise<void> {
  let document = wanted
  let made = await ask('POST', `/${resource.segment}`, document)
  // Two strings that differ only in case are one name.
  if (made.body.code === 'already_exists') {
    document = { ...wanted, userName: `hostile${++counter}`, logins: undefined }
    made = await ask('POST', `/${resource.segment}`, document)
  }
  expect(made.status, `${JSON.stringify(text)}: ${JSON.stringify(made.body)}`).toBe(201)
  const names = [...new Set(places(resource).map(({ path }) => path.split(/[.[]/)[0]!)), 'meta']
  const read = await ask('GET', `/${resource.segment}/${made.body.id}?attributes=${names.join(',')}`)
  const { logins, ...rest } = document as { logins?: Document[] } & Document
  const { userName } = rest as { userName?: string }
  expect(read.body).toMatchObject({ ...JSON.parse(JSON.stringify(rest)), ...(userName === undefined ? {} : { userName: userName.normalize('NFC') }) })
  if (logins) expect(read.body.logins).toContainEqual(expect.objectContaining({ ...logins[0], login: (logins[0]!.login as string).normalize('NFC') }))
  const path = resource === user ? 'title' : 'description'
  if (document[path] === undefined) return
  const found = await ask('GET', `/${resource.segment}?filter=${encodeURIComponent(`${path} eq ${JSON.stringify(text)} and id eq "${made.body.id}"`)}`)
  expect(found.body.items?.length, `${JSON.stringify(text)}: ${JSON.stringify(found.body)}`).toBe(1)
  expect((await ask('GET', `/${resource.segment}?count=1&q=${encodeURIComponent(text)}`)).status).toBeOneOf([200, 400])
}

describe.each([['people', user], ['organisations', organization]] as const)('%s', (_what, resource) => {
  const source = listed ? 'the big list of naughty strings' : 'a small list of hostile strings (the big list is not at hand)'
  test(`keep or refuse every string of ${source} in every text`, async () => {
    const queue = [...new Set(hostileStrings)]
    const worker = async () => {
      for (let text = queue.pop(); text !== undefined; text = queue.pop()) await checkString(resource, text)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }, 60_000)

  test('hold every text up to its length in characters, and not one more', async () => {
    const limited = places(resource).filter(({ attribute }) => attribute.length !== undefined)
    // What searches find stands in an index together, and four bytes a letter are too many for it.
    const longestOf = ({ length, searched, form }: Place['attribute']) => (form === 'email' ? `${'l'.repeat(64)}@${'d'.repeat(255)}` : form === 'language' ? 'de-x-abcdefgh-abcdefgh-abcdefgh-abc' : form === 'domain' ? `${'ж'.repeat(49)}.`.repeat(5).replace(/.$/, 'ж') : (searched ? 'ж' : '𝒜').repeat(length!))
    const longest: Document = {}
    limited.forEach(({ set, attribute }) => set(longest, longestOf(attribute)))
    const made = await ask('POST', `/${resource.segment}`, longest)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const longer: Document = {}
    limited.forEach(({ set, attribute }) => set(longer, 'x'.repeat(attribute.length! + 1)))
    const { status, body } = await ask('POST', `/${resource.segment}`, longer)
    expect([status, body.code]).toEqual([400, 'invalid_value'])
    expect(body.problems.map((one: { path: string }) => one.path).sort()).toEqual(limited.map(({ path }) => path).sort())
  })

  test.each([['a number', 5, ['integer', 'decimal']], ['true', true, ['boolean']], ['a list', [], []], ['an object', {}, []]] as const)('take %s only where it belongs', async (_kind, value, types) => {
    const document: Document = filled(resource, {})
    const writable = resource.attributes.filter((one) => one.mutability === 'readWrite')
    writable.forEach(({ path }) => setValueAt(document, path, value))
    const { status, body } = await ask('POST', `/${resource.segment}`, document)
    const wrong = writable.filter(({ type }) => !(types as readonly string[]).includes(type)).map(({ path }) => path)
    expect(status).toBe(400)
    // `active` is judged on its own, before the rest.
    const told = body.problems.map((one: { path: string }) => one.path)
    if (told.length > 1) expect(told.sort()).toEqual(wrong.filter((path) => path !== 'active').sort())
    else expect(told).toEqual(['active'])
  })

  test('take null for nothing, except where something is required', async () => {
    const nulls: Document = {}
    resource.attributes.forEach(({ path }) => setValueAt(nulls, path, null))
    const required = resource.attributes.find((one) => one.required)!.path
    expect(await ask('POST', `/${resource.segment}`, nulls)).toMatchObject({ status: 400, body: { code: 'required_attribute', problems: [{ path: required, message: 'must not be null' }] } })
    const { [required]: _, ...rest } = nulls
    const made = await ask('POST', `/${resource.segment}`, filled(resource, rest))
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect((await ask('PATCH', `/${resource.segment}/${made.body.id}`, { [required]: null })).body.code).toBe('required_attribute')
  })

  test('take no value for what is read-only', async () => {
    const sample: Record<string, unknown> = { string: 'x', reference: 'x', boolean: true, integer: 7, date: '2020-01-01', dateTime: '2020-01-01T00:00:00Z', binary: 'AA==' }
    const fixed = resource.attributes.filter((one) => one.mutability === 'readOnly' && !one.path.startsWith('meta.'))
    const document = filled(resource, {})
    fixed.forEach(({ path, type }) => setValueAt(document, path, sample[type]))
    const { status, body } = await ask('POST', `/${resource.segment}`, document)
    expect([status, body.code]).toEqual([400, 'read_only_attribute'])
    expect(body.problems.map((one: { path: string }) => one.path).sort()).toEqual(fixed.map(({ path }) => path).sort())
  })

  test('refer to something that is there, and the refusal speaks of the attribute', async () => {
    const referring = resource.attributes.filter((one) => one.references && one.mutability === 'readWrite')
    for (const { path } of referring) {
      const { status, body } = await ask('POST', `/${resource.segment}`, filled(resource, { [path]: 'nowhere' }))
      expect([status, body.code, body.problems[0].path]).toEqual([400, 'invalid_reference', path])
      expect(JSON.stringify(body)).not.toMatch(/fkey|users|company_/)
    }
    for (const collection of resource.collections) {
      for (const { path, side } of collection.attributes.filter((one) => one.references && one.mutability === 'readWrite')) {
        const entry = { ...Object.fromEntries(collection.attributes.filter((one) => one.required && one.type === 'string').map((one) => [one.path, one.form === 'email' ? 'x@y' : 'x'])), ...needed[collection.path]?.(), [path]: side ? ['nowhere'] : 'nowhere' }
        const { status, body } = await ask('POST', `/${resource.segment}`, filled(resource, { [collection.path]: [entry] }))
        expect([status, body.code], `${collection.path}.${path}: ${JSON.stringify(body)}`).toEqual([400, 'invalid_reference'])
        expect(body.problems[0].path.replace(/\[\d\]/, '')).toBe(`${collection.path}.${path}`)
        expect(JSON.stringify(body)).not.toMatch(/fkey/)
      }
    }
  })
})

describe('bodies', () => {
  const suite = join(vectors, 'JSONTestSuite-test_parsing.tar.gz')
  const files = existsSync(suite) ? [...readTarGz(readFileSync(suite))].map(({ name, content }) => ({ name: name.split('/').pop()!, content })) : []
  const own = ['', ' ', '{', '[1,]', '{"a":1,}', '{\'a\':1}', '{"a":01}', '{"a":+1}', '{"a":.5}', '{"a":NaN}', '"\u0001"', '"\\x"', '[1]]', '// x\n{}', '['.repeat(100_000), '{"a":"\\uD800', 'nul']
  const invalid = [...own.map((text, index) => ({ name: `of ours, ${index + 1}`, content: Buffer.from(text) })), ...files.filter(({ name }) => name.startsWith('n_'))]

  test(files.length > 0 ? 'of JSONTestSuite that are not JSON are refused' : 'that are not JSON are refused (JSONTestSuite is not at hand)', async () => {
    if (files.length > 0) expect(invalid.length).toBeGreaterThan(150)
    for (const { name, content } of invalid) {
      const { status, body } = await ask('POST', '/users', content)
      expect(`${name} ${status} ${body.code}`).toBe(`${name} 400 invalid_json`)
    }
  })

  test('of JSONTestSuite that are JSON, or may be, are judged by what they say', async ({ skip }) => {
    skip(files.length === 0, 'JSONTestSuite is not beside the checkout (../shared/data/vectors)')
    for (const { name, content } of files.filter((one) => !one.name.startsWith('n_'))) {
      const { status, body } = await ask('POST', '/users', content)
      expect(status, name).toBe(400)
      // A name that stands twice is JSON, and what it means nobody knows.
      if (name.startsWith('y_') && !name.includes('duplicated_key')) expect(`${name} ${body.code}`).not.toBe(`${name} invalid_json`)
    }
  })

  test('that are not UTF-8 are refused', async () => {
    for (const bytes of ['7b22757365724e616d65223a22ff227d', '7b22757365724e616d65223a22c328227d', '7b22757365724e616d65223a22eda080227d', 'fffe7b007d00']) {
      expect(await ask('POST', '/users', Buffer.from(bytes, 'hex'))).toMatchObject({ status: 400, body: { code: 'invalid_json' } })
    }
  })

  test('with one very long text are judged like any other', async () => {
    for (const text of ['x'.repeat(900_000), '\\"'.repeat(400_000), '\\\\'.repeat(400_000)]) {
      expect(await ask('POST', '/users', `{"userName":"${text}"}`)).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'userName' }] } })
    }
    expect(await ask('POST', '/users', `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join()}}`)).toMatchObject({ status: 400, body: { code: 'unknown_attribute' } })
  })

  test.each([
    ['a name twice', '{"userName":"a","title":"x","title":"y"}', 'invalid_json'],
    ['a name twice, written differently', '{"userName":"a","\\u0075serName":"b"}', 'invalid_json'],
    ['__proto__', '{"userName":"proto","__proto__":{"systemFlag":true}}', 'unknown_attribute'],
    ['__proto__ in the name', '{"userName":"proto","name":{"__proto__":{"x":1}}}', 'unknown_attribute'],
    ['__proto__ among custom attributes', '{"userName":"proto","attributes":{"__proto__":"x"}}', 'unknown_attribute'],
    ['constructor', '{"userName":"proto","constructor":{"prototype":{}}}', 'unknown_attribute'],
    ['names in another case', '{"username":"proto"}', 'unknown_attribute'],
  ])('with %s are refused', async (_what, body, code) => {
    expect(await ask('POST', '/users', body)).toMatchObject({ status: 400, body: { code } })
    expect(({} as Document).systemFlag).toBeUndefined()
  })

  test.each(['2023-02-29', '1900-02-29', '2024-04-31', '2024-13-01', '2024-00-10', '0000-01-01', '2024-1-1', '20240101', '2024-01-01T00:00:00Z', '', 'infinity', 'now'])('with the date %j are refused', async (startDate) => {
    expect(await ask('POST', '/users', { userName: 'dates', startDate })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'startDate' }] } })
  })

  test.each(['2024-02-30T00:00:00Z', '2024-01-01T24:00:00Z', '2024-01-01T23:60:00Z', '2024-01-01T00:00:00', '2024-01-01', '2024-01-01T00:00:00+24:00', '2024-01-01T00:00:00+01:60', 'infinity'])('with the instant %j are refused', async (alternateStartDate) => {
    expect(await ask('POST', '/users', { userName: 'instants', alternateStartDate })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'alternateStartDate' }] } })
  })

  test('that name an entry twice, or one of somebody else, are refused', async () => {
    const { body } = await ask('POST', '/users', { userName: `entries${++counter}`, emails: [{ value: 'a@example.org' }] })
    const [email] = body.emails
    expect(await ask('PATCH', `/users/${body.id}`, { emails: [email, { ...email, primary: false }] })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'emails[1].id' }] } })
    expect(await ask('PATCH', `/users/${other}`, { emails: [email] })).toMatchObject({ status: 400, body: { code: 'invalid_reference', problems: [{ path: 'emails[0].id' }] } })
  })
})

describe('addresses and headers', () => {
  test.each(['%00', '%ED%A0%80', '%E0%A4%A', '%', 'a%2Fb', '..%2f..', 'x'.repeat(199), 'x'.repeat(5000), '%27%3Bdrop%20table%20users', '💥'])('the odd id %# is nobody\'s', async (id) => {
    for (const path of [`/users/${id}`, `/users/${id}/emails/${id}`, `/organizations/${id}/children`, `/plans/${id}`]) expect((await ask('GET', path)).status, path).toBeOneOf([400, 404, 414])
  })

  test('a parameter may be hostile', async () => {
    for (const value of ['%00', '%ED%A0%80', '%F4%8F%BF%BF', '%5C', '%25%25', "'", '(((((', '%22']) {
      for (const name of ['filter', 'q', 'sortBy', 'attributes', 'cursor', 'count', 'total']) expect((await ask('GET', `/users?${name}=${value}`)).status, `${name}=${value}`).toBeOneOf([200, 400])
    }
    expect((await ask('GET', '/users?q=a&q=b')).body.code).toBe('invalid_parameter')
  })

  test.each(['W/"x"', '""', 'nonsense', 'W/"99999999999999999999"', '"-1"'])('If-Match: %s matches nothing', async (tag) => {
    expect(await ask('PATCH', `/users/${other}`, { title: 'T' }, { 'if-match': tag })).toMatchObject({ status: 412 })
  })

  test('an idempotency key has an end', async () => {
    expect(await ask('POST', '/users', { userName: 'x' }, { 'idempotency-key': 'k'.repeat(256) })).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  })
})

describe('writers at the same time', () => {
  test('lose nothing when each changes something else', async () => {
    const { body } = await ask('POST', '/users', { userName: `writers${++counter}` })
    const changes: Document[] = [{ title: 'T' }, { nickName: 'N' }, { costCenter: 'C' }, { name: { givenName: 'G' } }, { name: { familyName: 'F' } }, { attributes: { any: 'A' } }, { mailCode: 'M' }]
    const adds = ['a', 'b', 'c', 'd', 'e'].map((name) => ask('POST', `/users/${body.id}/emails`, { value: `${name}@example.org` }))
    const replies = await Promise.all([...changes.map((change) => ask('PATCH', `/users/${body.id}`, change)), ...adds])
    expect(replies.map((one) => one.status)).toEqual([...changes.map(() => 200), ...adds.map(() => 201)])
    const read = (await ask('GET', `/users/${body.id}`)).body
    expect(read).toMatchObject({ title: 'T', nickName: 'N', costCenter: 'C', name: { givenName: 'G', familyName: 'F' }, attributes: { any: 'A' }, mailCode: 'M', displayName: 'G F', meta: { version: 13 } })
    expect(read.emails.map((one: Document) => one.value).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.org`))
  })

  test('one makes the person, and the others hear that the name is taken', async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, (_, i) => ask('POST', '/users', { userName: i % 2 ? 'SAME.name' : 'same.NAME' })))
    expect(replies.map((one) => one.status).sort()).toEqual([201, 409, 409, 409, 409])
    expect(replies.find((one) => one.status === 409)!.body).toMatchObject({ code: 'already_exists', problems: [{ path: 'userName' }] })
  })

  test('one removes, and the other finds nothing', async () => {
    const { body } = await ask('POST', '/users', { userName: `removed${++counter}` })
    const replies = await Promise.all([ask('DELETE', `/users/${body.id}`), ask('PATCH', `/users/${body.id}`, { title: 'T' }), ask('DELETE', `/users/${body.id}`)])
    expect(replies.map((one) => one.status).filter((status) => status === 204)).toHaveLength(1)
    expect(replies.every((one) => [200, 204, 404].includes(one.status))).toBe(true)
  })
})

/** Any text that a place may hold, of any characters. */
const textOf = (attribute: Pick<Attribute, 'length' | 'required'>) =>
  fc.string({ unit: 'binary', maxLength: Math.min(attribute.length ?? 50, 50) }).filter((text) => reason(text, attribute) === undefined)
/** One side of an address. */
const partOf = (maxLength: number) => fc.string({ unit: 'binary', minLength: 1, maxLength }).filter((text) => reason(`${text}@x`, { form: 'email' }) === undefined)
const dateOf = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })

function valueOf(attribute: Attribute): fc.Arbitrary<unknown> {
  if (attribute.canonical) return fc.constantFrom(...attribute.canonical)
  if (attribute.type === 'boolean') return fc.boolean()
  // Nobody is born yet on a day ahead.
  const days = attribute.path === 'birthdate' ? fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('2026-01-01T00:00:00Z'), noInvalidDate: true }) : dateOf
  if (attribute.type === 'date') return days.map((date) => date.toISOString().slice(0, 10))
  if (attribute.form === 'email') return fc.tuple(partOf(16), partOf(50)).map((parts) => parts.join('@'))
  if (attribute.form === 'language') return fc.constantFrom('de', 'en-GB', 'zh-Hant-TW', 'de_at')
  if (attribute.type === 'dateTime') return dateOf.map((date) => date.toISOString())
  return textOf(attribute)
}

/** A record, or an entry, with some of its attributes. Those that must fit together are left to tests of their own. */
function documentOf(attributes: readonly Attribute[]): fc.Arbitrary<Document> {
  const paired = /^(startDate|lastDate|alternate|certDelegate|start|end|primary$|active$)/
  const own = attributes.filter((one) => one.mutability === 'readWrite' && !one.references && !paired.test(one.path))
  const values = Object.fromEntries(own.map((one) => [one.path, valueOf(one)]))
  return fc.record(values, { requiredKeys: own.filter((one) => one.required).map((one) => one.path) }).map((flat) => {
    const document: Document = {}
    for (const [path, value] of Object.entries(flat)) setValueAt(document, path, value)
    return document
  })
}

describe('any person', () => {
  const listOf = (path: string, maxLength: number) => fc.array(documentOf(user.collections.find((one) => one.path === path)!.attributes), { maxLength })
  const person = fc.record({
    own: documentOf(user.attributes), emails: listOf('emails', 3), phoneNumbers: listOf('phoneNumbers', 3), addresses: listOf('addresses', 2), notes: listOf('notes', 2),
    attributes: fc.record({ any: textOf({}) }, { requiredKeys: [] }),
  })

  test('is read as written, and written back unchanged', async () => {
    const all = 'emails,phoneNumbers,addresses,notes,attributes,meta,name'
    const everything = [...user.attributes.filter((one) => one.returned !== 'never' && !one.path.includes('.')).map((one) => one.path), all].join()
    await fc.assert(fc.asyncProperty(person, async ({ own, ...rest }) => {
      const document = { ...own, ...rest, userName: `any${++counter}` }
      const made = await ask('POST', '/users', document)
      expect(made.status, JSON.stringify(made.body)).toBe(201)
      const read = await ask('GET', `/users/${made.body.id}?attributes=${everything}`)
      const given = JSON.parse(JSON.stringify(document)) as Document
      for (const [path, value] of Object.entries(given)) {
        const empty = (Array.isArray(value) && value.length === 0) || (path === 'attributes' && Object.keys(value as object).length === 0)
        if (empty) expect(read.body).not.toHaveProperty(path)
        else expect(read.body[path]).toEqual(Array.isArray(value) ? value.map((entry) => expect.objectContaining(entry)) : typeof value === 'object' ? expect.objectContaining(value) : value)
      }
      const back = await ask('PUT', `/users/${made.body.id}`, read.body)
      expect([back.status, back.headers.etag], JSON.stringify(back.body)).toEqual([200, 'W/"1"'])
      expect((await ask('GET', `/users/${made.body.id}?attributes=${everything}`)).body).toEqual(read.body)
    }), { numRuns: 60 })
  }, 60_000)
})

test('no request has broken anything', async () => {
  expect(await ctx.db.first(`select count(*)::int as lost from users u where u.system_flag <> 'Y'
    and not exists (select from gatehouse.audit_event e where e.target_id = u.user_id)`)).toEqual({ lost: 0 })
})
