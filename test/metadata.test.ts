/** Metadata: types of things, and attributes that administrators declare for people, their logins and organisations. */
import { describe, expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

let counter = 0
const next = () => `meta${++counter}`
const person = (more: Record<string, unknown> = {}) => ask('POST', '/users', { userName: next(), ...more })
async function element(more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/metadata/elements', { name: next(), ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string; name: string }
}
const refusedAt = (path: string, code = 'invalid_value') => ({ status: 400, body: { code, problems: [{ path }] } })

/** Where custom attributes can stand: how to make a record with them, and how to change them there. */
const places = [
  {
    what: 'a person', typeId: 'DEFAULT_USER', at: '',
    make: (attributes?: object) => person({ attributes }),
    change: (id: string, attributes: object) => ask('PATCH', `/users/${id}`, { attributes }),
    read: async (id: string) => (await ask('GET', `/users/${id}`)).body.attributes,
  },
  {
    what: 'an organisation', typeId: 'DEFAULT_ORGANIZATION', at: '',
    make: (attributes?: object) => ask('POST', '/organizations', { name: 'Org', attributes }),
    change: (id: string, attributes: object) => ask('PATCH', `/organizations/${id}`, { attributes }),
    read: async (id: string) => (await ask('GET', `/organizations/${id}`)).body.attributes,
  },
  {
    what: 'a login', typeId: 'DEFAULT_LOGIN', at: 'logins[1].',
    make: async (attributes?: object) => {
      const { status, body } = await person({ logins: [{ login: next(), managedSystem: '0' }, { login: next(), managedSystem: 'OKTA', attributes }] })
      return { status, body: status === 201 ? { ...body, attributes: await loginAttributes(body.id) } : body }
    },
    change: async (id: string, attributes: object) => ask('PATCH', `/users/${id}/logins/${(await okta(id)).id}`, { attributes }),
    read: (id: string) => loginAttributes(id),
  },
] as const

const okta = async (id: string) => (await ask('GET', `/users/${id}/logins`)).body.items.find((one: { managedSystem: string }) => one.managedSystem === 'OKTA')
const loginAttributes = async (id: string) => (await okta(id)).attributes

describe.each(places)('$what', ({ typeId, at, make, change, read }) => {
  test('carries what is declared, and nothing else', async () => {
    const { name } = await element({ typeId })
    const { status, body } = await make({ [name]: 'Größe 43' })
    expect(status).toBe(201)
    expect(body.attributes).toMatchObject({ [name]: 'Größe 43' })
    expect(await read(body.id)).toMatchObject({ [name]: 'Größe 43' })
    expect((await change(body.id, { [name]: 'x'.repeat(5000) })).status).toBe(200)
    expect((await read(body.id))[name]).toBe('x'.repeat(5000))
    expect((await change(body.id, { [name]: null })).status).toBe(200)
    expect((await read(body.id)) ?? {}).not.toHaveProperty(name)
    expect(await make({ undeclared: '1' })).toMatchObject(refusedAt(`${at}attributes.undeclared`, 'unknown_attribute'))
    expect(await make({ constructor: '1' })).toMatchObject(refusedAt(`${at}attributes.constructor`, 'unknown_attribute'))
  })

  test('has several values where that is declared, in their order', async () => {
    const [one, many] = [await element({ typeId }), await element({ typeId, multiValued: true })]
    expect(await make({ [one.name]: ['a', 'b'] })).toMatchObject(refusedAt(`${at}attributes.${one.name}`))
    const { body } = await make({ [many.name]: ['b', 'a', 'b'], [one.name]: 'z' })
    expect(await read(body.id)).toMatchObject({ [many.name]: ['b', 'a', 'b'], [one.name]: 'z' })
    await change(body.id, { [many.name]: ['c'] })
    expect(await read(body.id)).toMatchObject({ [many.name]: ['c'] })
    await change(body.id, { [many.name]: 'd' })
    expect(await read(body.id)).toMatchObject({ [many.name]: ['d'] })
    expect((await change(body.id, { [many.name]: [] })).status).toBe(200)
    expect(await read(body.id)).not.toHaveProperty(many.name)
  })

  test('has what is required, and takes what is given by default', async () => {
    const required = await element({ typeId, required: true, defaultValue: 'std' })
    const { body } = await make()
    expect(body.attributes).toMatchObject({ [required.name]: 'std' })
    expect(await change(body.id, { [required.name]: null })).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
    expect(await change(body.id, { [required.name]: '' })).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
    await ask('PATCH', `/metadata/elements/${required.id}`, { defaultValue: null })
    const refused = await make()
    expect(refused).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
    expect(refused.body.problems).toContainEqual({ path: `${at}attributes.${required.name}`, message: 'is required' })
    await ask('PATCH', `/metadata/elements/${required.id}`, { required: false })
    expect((await make()).status).toBe(201)
  })

  test('has no blank list where a list is required', async () => {
    const { id, name } = await element({ typeId, multiValued: true })
    const { status, body } = await make({ [name]: ['one'] })
    expect(status).toBe(201)
    await ask('PATCH', `/metadata/elements/${id}`, { required: true })
    const refused = { status: 400, body: { code: 'required_attribute', problems: expect.arrayContaining([{ path: `${at}attributes.${name}`, message: 'is required' }]) } }
    for (const blank of [[''], [], ['', ' '], '']) expect(await make({ [name]: blank }), JSON.stringify(blank)).toMatchObject(refused)
    expect(await change(body.id, { [name]: [''] })).toMatchObject(refused)
    await ask('PATCH', `/metadata/elements/${id}`, { required: false })
  })

  test.each([
    ['INTEGER', ['0', '-12', '999999999999999999'], ['1.5', '', 'x', '1e3', ' 1']],
    ['DECIMAL', ['0', '-1.5', '10.000'], ['1.', '.5', '1,5', 'NaN']],
    ['BOOLEAN', ['true', 'false'], ['TRUE', '1', 'yes']],
    ['DATE', ['2024-02-29'], ['2023-02-29', '2024-2-1', '2024-02-29T00:00:00Z']],
    ['DATETIME', ['2024-02-29T12:00:00Z'], ['2024-02-30T12:00:00Z', '2024-02-29', 'now']],
  ])('holds a %s as declared', async (dataType, right, wrong) => {
    const { name } = await element({ typeId, dataType })
    const { body } = await make()
    for (const value of right) expect((await change(body.id, { [name]: value })).status, value).toBe(200)
    for (const value of wrong) expect((await change(body.id, { [name]: value })).status, value).toBe(400)
    for (const value of [{}, [[]], ['INTEGER', 'DECIMAL'].includes(dataType) ? true : 5]) expect((await change(body.id, { [name]: value })).status).toBe(400)
  })

  test('obeys valid values, the longest length, and a pattern over the whole value', async () => {
    const size = await element({ typeId, validValues: ['S', 'M', 'L'] })
    const short = await element({ typeId, maxLength: 2 })
    const plate = await element({ typeId, validator: '[a-z]+|\\d{3}' })
    const { body } = await make()
    const outcomes = async (name: string, values: string[]) => {
      const results = []
      for (const value of values) results.push((await change(body.id, { [name]: value })).status)
      return results
    }
    expect(await outcomes(size.name, ['M', 'XL', 's'])).toEqual([200, 400, 400])
    expect(await outcomes(short.name, ['𝒜𝒜', 'abc'])).toEqual([200, 400])
    expect(await outcomes(plate.name, ['abc', '123', '1234', 'abc1', 'abc\n', '1ab'])).toEqual([200, 200, 400, 400, 400, 400])
    expect(await change(body.id, { [plate.name]: '!' })).toMatchObject({ body: { problems: [{ path: expect.stringContaining(`attributes.${plate.name}`), message: expect.stringContaining('[a-z]+') }] } })
  })

  test('tells the audit no sensitive value, and nothing of what is not audited', async () => {
    const [secret, quiet] = [await element({ typeId, sensitive: true }), await element({ typeId, auditable: false })]
    const { body } = await make({ [secret.name]: 'SECRET-1', [quiet.name]: 'QUIET-1' })
    await change(body.id, { [secret.name]: 'SECRET-2', [quiet.name]: 'QUIET-2' })
    expect((await ask('DELETE', `/${typeId === 'DEFAULT_ORGANIZATION' ? 'organizations' : 'users'}/${body.id}`)).status).toBe(204)
    const events = await ctx.db.query<{ changes: string }>('select changes::text from gatehouse.audit_event where target_id = $1 order by event_id', [body.id])
    const told = JSON.stringify(events)
    expect(events).toHaveLength(3)
    expect(told).not.toMatch(/SECRET|QUIET/)
    expect(events[1]!.changes).toContain(`attributes.${secret.name}"}`)
    expect(told).not.toContain(quiet.name)
  })
})

describe.each([['users', 'DEFAULT_USER'], ['organizations', 'DEFAULT_ORGANIZATION']])('/%s/{id}/attributes', (segment, typeId) => {
  test('reads, changes and replaces them', async () => {
    const [one, two] = [await element({ typeId }), await element({ typeId })]
    const { body } = segment === 'users' ? await person() : await ask('POST', '/organizations', { name: 'Org' })
    const at = `/${segment}/${body.id}/attributes`
    expect(await ask('GET', at)).toMatchObject({ status: 200, body: {}, headers: { etag: 'W/"1"' } })
    expect(await ask('PATCH', at, { [one.name]: 'a' })).toMatchObject({ status: 200, body: { [one.name]: 'a' }, headers: { etag: 'W/"2"' } })
    expect((await ask('PATCH', at, { [two.name]: 'b' })).body).toEqual({ [one.name]: 'a', [two.name]: 'b' })
    expect((await ask('PATCH', at, { [one.name]: null })).body).toEqual({ [two.name]: 'b' })
    expect((await ask('PUT', at, { [one.name]: 'c' }, { 'if-match': 'W/"1"' })).status).toBe(412)
    expect((await ask('PUT', at, { [one.name]: 'c' })).body).toEqual({ [one.name]: 'c' })
    expect((await ask('GET', at)).body).toEqual({ [one.name]: 'c' })
    expect(await ask('PUT', at, { [one.name]: 5 })).toMatchObject(refusedAt(`attributes.${one.name}`))
    expect(await ask('PUT', at, [])).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
    expect((await ask('PUT', at, {})).body).toEqual({})
    expect((await ask('GET', `/${segment}/none/attributes`)).status).toBe(404)
  })
})

describe('types of people', () => {
  test('have attributes of their own, which win over those of all', async () => {
    await ask('POST', '/metadata/types', { id: 'PILOT', grouping: 'USER_OBJECT_TYPE' })
    const own = await element({ typeId: 'PILOT', required: true })
    const both = next()
    await element({ name: both, maxLength: 3 })
    await element({ name: both, typeId: 'PILOT', maxLength: 6 })
    expect(await person({ attributes: { [own.name]: 'x' } })).toMatchObject(refusedAt(`attributes.${own.name}`, 'unknown_attribute'))
    expect(await person({ typeId: 'PILOT' })).toMatchObject(refusedAt(`attributes.${own.name}`, 'required_attribute'))
    expect(await person({ attributes: { [both]: '1234' } })).toMatchObject(refusedAt(`attributes.${both}`))
    const { body } = await person({ typeId: 'PILOT', attributes: { [own.name]: 'x', [both]: '1234' } })
    expect(body.attributes).toEqual({ [own.name]: 'x', [both]: '1234' })
    expect((await person({ subTypeId: 'PILOT', attributes: { [own.name]: 'y' } })).status).toBe(201)
    // What someone had as a pilot they keep when converted; new values are refused.
    expect(await ask('POST', `/users/${body.id}/convert`, { typeId: 'EXTERNAL_USER' })).toMatchObject({ status: 200, body: { attributes: { [own.name]: 'x' } } })
    expect(await ask('PATCH', `/users/${body.id}`, { title: 'T' })).toMatchObject({ status: 200 })
    expect(await ask('PATCH', `/users/${body.id}`, { attributes: { [own.name]: 'z' } })).toMatchObject({ status: 400, body: { code: 'unknown_attribute' } })
  })
})

describe('a declaration', () => {
  test('is made, read, listed, changed and removed', async () => {
    const given = {
      name: next(), typeId: 'INTERNAL_USER', displayName: 'Label', description: 'D', dataType: 'STRING', required: false, multiValued: true, selfEditable: true,
      sensitive: false, isPublic: false, auditable: true, validator: '[a-c]+', defaultValue: 'a', maxLength: 3, displayOrder: 7, validValues: ['b', 'a'],
    }
    const made = await ask('POST', '/metadata/elements', given)
    expect(made).toMatchObject({ status: 201, body: given })
    const at = `/metadata/elements/${made.body.id}`
    expect((await ask('GET', at)).body).toEqual(made.body)
    expect((await ask('GET', '/metadata/elements?typeId=INTERNAL_USER')).body.items).toEqual([made.body])
    expect((await ask('PATCH', at, { validValues: ['c', 'a'], description: null })).body).toMatchObject({ validValues: ['c', 'a'] })
    expect((await ask('GET', at)).body).not.toHaveProperty('description')
    expect((await ask('DELETE', at)).status).toBe(204)
    expect((await ask('GET', at)).status).toBe(404)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [made.body.id])
    expect(events.map((one) => one.action)).toEqual(['metadata.element.create', 'metadata.element.update', 'metadata.element.delete'])
  })

  test.each([
    ['no name', { name: undefined }, 'required_attribute', 'name'],
    ['a name that filters cannot say', { name: 'shoe size' }, 'invalid_value', 'name'],
    ['a name that is part of every object', { name: 'constructor' }, 'invalid_value', 'name'],
    ['a type that is not there', { typeId: 'NOTHING' }, 'invalid_reference', 'typeId'],
    ['a data type that is not there', { dataType: 'COLOUR' }, 'invalid_value', 'dataType'],
    ['a pattern that is none', { validator: '[a-' }, 'invalid_value', undefined],
    ['a pattern that escapes its bounds', { validator: 'a)|(?:b' }, 'invalid_value', undefined],
    ['an over-long pattern', { validator: 'a'.repeat(151) }, 'invalid_value', 'validator'],
    ['a default of another form', { dataType: 'INTEGER', defaultValue: 'x' }, 'invalid_value', 'defaultValue'],
    ['a default that is not valid', { validValues: ['a'], defaultValue: 'b' }, 'invalid_value', 'defaultValue'],
    ['a default that the pattern refuses', { validator: 'a+', defaultValue: 'b' }, 'invalid_value', 'defaultValue'],
    ['a valid value that is too long', { validValues: ['a', 'bcd'], maxLength: 2 }, 'invalid_value', 'validValues[1]'],
    ['a length of nothing', { maxLength: 0 }, 'invalid_value', 'maxLength'],
    ['an unknown property', { colour: 'red' }, 'unknown_attribute', 'colour'],
  ])('with %s is refused', async (_what, more, code, path) => {
    const reply = await ask('POST', '/metadata/elements', { name: next(), ...more })
    expect(reply).toMatchObject({ status: 400, body: { code } })
    if (path !== undefined) expect(reply.body.problems[0].path).toBe(path)
  })

  test('stands once for a type', async () => {
    const { name } = await element()
    expect(await ask('POST', '/metadata/elements', { name })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect((await ask('POST', '/metadata/elements', { name, typeId: 'EXTERNAL_USER' })).status).toBe(201)
  })

  test('has a name that differs from others of the same sort by more than the case of its letters', async () => {
    const name = `Dept${next()}`
    const first = await element({ name })
    const refused = { status: 409, body: { code: 'already_exists', problems: [{ path: 'name', message: `is declared as ${name} already; names are the same whatever the case of their letters` }] } }
    expect(await ask('POST', '/metadata/elements', { name: name.toLowerCase() })).toMatchObject(refused)
    expect(await ask('POST', '/metadata/elements', { name: name.toUpperCase(), typeId: 'EXTERNAL_USER' })).toMatchObject(refused)
    const other = await element()
    expect(await ask('PATCH', `/metadata/elements/${other.id}`, { name: name.toLowerCase() })).toMatchObject(refused)
    // Of another sort of record, or its own name, it may.
    await element({ name: name.toLowerCase(), typeId: 'DEFAULT_ORGANIZATION' })
    expect((await ask('PATCH', `/metadata/elements/${first.id}`, { name: name.toLowerCase() })).status).toBe(200)
    expect(await person({ attributes: { [name]: 'x' } })).toMatchObject({ status: 400, body: { problems: [{ message: `is declared as ${name.toLowerCase()}: write it so` }] } })
  })

  test('stands at a type that records can have', async () => {
    expect(await ask('POST', '/metadata/elements', { name: next(), typeId: 'FULL-TIME' })).toMatchObject(refusedAt('typeId'))
    const { id } = await element()
    expect(await ask('PATCH', `/metadata/elements/${id}`, { typeId: 'FULL-TIME' })).toMatchObject(refusedAt('typeId'))
  })

  test('is neither removed nor turned into another while records have values', async () => {
    const used = await element()
    const { body } = await person({ attributes: { [used.name]: 'x' } })
    const at = `/metadata/elements/${used.id}`
    for (const change of [{ name: next() }, { typeId: 'EXTERNAL_USER' }, { multiValued: true }]) {
      expect(await ask('PATCH', at, change)).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
    }
    expect(await ask('DELETE', at)).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
    await ask('PATCH', `/users/${body.id}`, { attributes: null })
    expect((await ask('DELETE', at)).status).toBe(204)
    expect(await ask('PATCH', `/users/${body.id}`, { attributes: { [used.name]: 'x' } })).toMatchObject({ status: 400 })
  })

  test('made stricter leaves records alone until the value is next changed', async () => {
    const { id, name } = await element()
    const { body } = await person({ attributes: { [name]: 'free text' } })
    await ask('PATCH', `/metadata/elements/${id}`, { validator: '\\d+' })
    expect((await ask('PATCH', `/users/${body.id}`, { title: 'T' })).status).toBe(200)
    expect((await ask('PATCH', `/users/${body.id}`, { attributes: { [name]: 'other text' } })).status).toBe(400)
    expect((await ask('PATCH', `/users/${body.id}`, { attributes: { [name]: '7' } })).status).toBe(200)
  })

  test('with a pattern that others cannot bear does not hang', async () => {
    const nested = await element({ validator: '(a+)+(b+)+((a|b)+)+c' })
    expect((await person({ attributes: { [nested.name]: 'a'.repeat(20_000) } })).status).toBe(400)
    const back = await element({ validator: '(.*)(.*)(.*)(.*)\\1\\2\\3\\4(.*)(.*)\\5\\6x' })
    const reply = await person({ attributes: { [back.name]: 'ab'.repeat(3000) } })
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
    // The limit was for that question alone.
    expect(await ctx.db.transaction((tx) => tx.first('show statement_timeout'))).toEqual({ statement_timeout: '1min' })
  })
})

describe('metadata types', () => {
  test('are made, read, listed by grouping, changed and removed', async () => {
    const made = await ask('POST', '/metadata/types', { id: 'CHALET', grouping: 'ADDRESS', displayName: 'Chalet', displayOrder: 99, isSensitive: true })
    expect(made).toMatchObject({ status: 201, body: { id: 'CHALET', active: true, isSensitive: true, isSystem: false } })
    expect((await ask('GET', '/metadata/types?grouping=ADDRESS')).body.items.at(-1)).toEqual(made.body)
    expect((await ask('PATCH', '/metadata/types/CHALET', { displayName: 'Hut', active: false })).body).toMatchObject({ displayName: 'Hut', active: false })
    expect(await ask('PATCH', '/metadata/types/CHALET', { grouping: 'PHONE' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
    expect((await ask('DELETE', '/metadata/types/CHALET')).status).toBe(204)
    expect((await ask('GET', '/metadata/types/CHALET')).status).toBe(404)
  })

  test('are one of a kind, in use or of the system, and then stay', async () => {
    await ask('POST', '/metadata/types', { id: 'YURT', grouping: 'ADDRESS' })
    expect(await ask('POST', '/metadata/types', { id: 'YURT', grouping: 'PHONE' })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    const { body } = await person({ addresses: [{ type: 'YURT', locality: 'Ulan Bator' }] })
    expect(await ask('DELETE', '/metadata/types/YURT')).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
    expect(await ask('DELETE', '/metadata/types/DEFAULT_USER')).toMatchObject({ status: 409, body: { code: 'system_record' } })
    await ask('DELETE', `/users/${body.id}`)
    expect((await ask('DELETE', '/metadata/types/YURT')).status).toBe(204)
  })

  test('out of use stay with those who have them, and are taken by no one else', async () => {
    await ask('POST', '/metadata/types', { id: 'TENT', grouping: 'ADDRESS' })
    const { body } = await person({ addresses: [{ type: 'TENT', locality: 'Meadow' }] })
    await ask('PATCH', '/metadata/types/TENT', { active: false })
    expect((await ask('PATCH', `/users/${body.id}`, { title: 'T' })).status).toBe(200)
    expect((await ask('PATCH', `/users/${body.id}/addresses/${body.addresses[0].id}`, { locality: 'Hill' })).status).toBe(200)
    expect(await ask('POST', `/users/${body.id}/addresses`, { type: 'TENT' })).toMatchObject({ status: 400, body: { code: 'invalid_reference' } })
    expect(await person({ addresses: [{ type: 'TENT' }] })).toMatchObject({ status: 400, body: { code: 'invalid_reference' } })
  })
})

describe('another type', () => {
  test('asks for what it requires, and fills in what it says', async () => {
    const [needed, filled] = [await element({ typeId: 'INTERNAL_USER', required: true }), await element({ typeId: 'INTERNAL_USER', defaultValue: 'here' })]
    const { id } = (await person()).body
    const refused = refusedAt(`attributes.${needed.name}`, 'required_attribute')
    expect(await ask('POST', `/users/${id}/convert`, { typeId: 'INTERNAL_USER' })).toMatchObject(refused)
    expect(await ask('PATCH', `/users/${id}`, { typeId: 'INTERNAL_USER' })).toMatchObject(refused)
    const converted = await ask('PATCH', `/users/${id}`, { typeId: 'INTERNAL_USER', attributes: { [needed.name]: '1' } })
    expect(converted.body.attributes).toMatchObject({ [needed.name]: '1', [filled.name]: 'here' })
    // The same by the operation, for one or for many.
    const [one, two] = [(await person()).body, (await person()).body]
    for (const [attributes, code] of [[[needed.name], 'invalid_value'], [{ [needed.name]: '1', unheard: 'x' }, 'unknown_attribute'], [{ [needed.name]: null }, 'required_attribute'], [{ [needed.name]: {} }, 'invalid_value']] as const) {
      expect(await ask('POST', `/users/${one.id}/convert`, { typeId: 'INTERNAL_USER', attributes })).toMatchObject({ status: 400, body: { code } })
    }
    expect(await ask('POST', `/users/${one.id}/convert`, { typeId: 'INTERNAL_USER', attributes: { [needed.name]: '2' } }))
      .toMatchObject({ status: 200, body: { typeId: 'INTERNAL_USER', attributes: { [needed.name]: '2', [filled.name]: 'here' } } })
    const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'convert', filter: `id eq "${two.id}"`, options: { typeId: 'INTERNAL_USER', attributes: { [needed.name]: '3' } } })).body
    expect((await ask('GET', `/plans/${plan.id}/steps`)).body.items[0].changes).toContainEqual({ path: `attributes.${needed.name}`, after: '3' })
    expect((await ask('POST', `/plans/${plan.id}/apply`)).body.status).toBe('applied')
    expect((await ask('GET', `/users/${two.id}`)).body).toMatchObject({ typeId: 'INTERNAL_USER', attributes: { [needed.name]: '3' } })
    await ask('DELETE', `/metadata/elements/${needed.id}`)
  })
})

describe('a filter on a declared attribute', () => {
  const found = async (filter: string) => {
    const { status, body } = await ask('GET', `/users?filter=${encodeURIComponent(filter)}&attributes=userName`)
    return status === 200 ? body.items.map(({ userName }: { userName: string }) => userName) : [status, body.code]
  }
  const having = async (name: string, value: string) => (await person({ attributes: { [name]: value } })).body.userName as string

  test('compares instants as instants, however they were written', async () => {
    const { name } = await element({ dataType: 'DATETIME' })
    const eve = await having(name, '2024-01-01T01:00:00+02:00')
    for (const [question, met] of [['lt "2024-01-01T00:00:00Z"', true], ['gt "2024-01-01T00:00:00Z"', false], ['eq "2023-12-31T23:00:00Z"', true], ['ge "2024-01-01"', false], ['lt "2024-01-01"', true]] as const) {
      expect([question, await found(`attributes.${name} ${question}`)]).toEqual([question, met ? [eve] : []])
    }
    expect(await found(`attributes.${name} gt "garbage"`)).toEqual([400, 'invalid_filter'])
  })

  test('compares numbers as numbers, however they were written', async () => {
    const { name } = await element({ dataType: 'DECIMAL' })
    const [ten, nine] = [await having(name, '10.0'), await having(name, '09.50')]
    expect(await found(`attributes.${name} eq 10`)).toEqual([ten])
    expect(await found(`attributes.${name} eq "10.00"`)).toEqual([ten])
    expect(await found(`attributes.${name} eq 9.5`)).toEqual([nine])
    expect(await found(`attributes.${name} gt "9"`)).toEqual(expect.arrayContaining([ten, nine]))
    expect(await found(`attributes.${name} gt "9.7"`)).toEqual([ten])
    expect(await found(`attributes.${name} gt "many"`)).toEqual([400, 'invalid_filter'])
  })

  test.each([['INTEGER', '007', 'eq 7'], ['BOOLEAN', 'true', 'eq true'], ['BOOLEAN', 'true', 'eq "TRUE"'], ['DATE', '2024-02-29', 'ge "2024-02-29"']])('%s %s is found by %s', async (dataType, value, question) => {
    const { name } = await element({ dataType })
    expect(await found(`attributes.${name} ${question}`)).toEqual([])
    expect(await found(`attributes.${name} ${question} or userName eq "${await having(name, value)}"`)).toHaveLength(1)
    expect(await found(`attributes.${name} ${question}`)).toHaveLength(1)
  })

  test.each([['BOOLEAN', 'eq "maybe"'], ['BOOLEAN', 'gt true'], ['DATE', 'lt "2024-02-31"'], ['INTEGER', 'eq true']])('%s does not take %s', async (dataType, question) => {
    const { name } = await element({ dataType })
    expect(await found(`attributes.${name} ${question}`)).toEqual([400, 'invalid_filter'])
  })

  test('finds values by the form they are kept in, where the administrator says what that is, and those of before', async () => {
    const { name } = await element({ dataType: 'INTEGER', validator: String.raw`\d{3}` })
    const one = await having(name, '001')
    expect(await found(`attributes.${name} eq "001"`)).toEqual([one])
    expect(await found(`attributes.${name} ne "001" and attributes.${name} pr`)).toEqual([])
    const { name: old } = await element({ dataType: 'DATETIME' })
    const two = await having(old, '2026-01-01T00:00:00.000Z')
    await ctx.db.execute(`update user_attribute_values v set attr_value = '2026-01-01T01:00:00+01:00' from user_attributes a where a.id = v.user_attribute_id and a.name = $1`, [old])
    expect(await found(`attributes.${old} eq "2026-01-01T01:00:00+01:00"`)).toEqual([two])
  })

  test('takes numbers of eighteen digits as they are', async () => {
    const { name } = await element({ dataType: 'INTEGER' })
    const one = await having(name, '123456789012345678')
    expect(await found(`attributes.${name} gt "123456789012345677"`)).toEqual([one])
    expect(await found(`attributes.${name} gt "123456789012345678"`)).toEqual([])
    // Of a number without quotes the last digits would be lost, and a neighbour found.
    expect(await found(`attributes.${name} eq 123456789012345678`)).toEqual([400, 'invalid_filter'])
    expect(await found(`attributes.${name} eq "123456789012345678"`)).toEqual([one])
    for (const size of ['1e21', '"1000000000000000000000"']) {
      const { body } = await ask('GET', `/users?filter=${encodeURIComponent(`attributes.${name} eq ${size}`)}`)
      expect(body.detail).toBe(`filter: attributes.${name}: takes a number of at most 18 digits on either side of the point; no value has more.`)
    }
  })

  test('takes small numbers as they are written, and refuses smaller ones than are kept', async () => {
    const { name } = await element({ dataType: 'DECIMAL' })
    const one = await having(name, '0.00000015')
    for (const question of ['eq 0.00000015', 'eq 1.5e-7', 'eq "0.00000015"', 'lt 0.0000002', 'gt 1e-7']) expect([question, await found(`attributes.${name} ${question}`)]).toEqual([question, [one]])
    expect(await found(`attributes.${name} gt 1e-19`)).toEqual([400, 'invalid_filter'])
  })

  test('that nobody declared is refused, so that a slip of the pen in a negation does not mean everybody', async () => {
    for (const question of ['eq "Sales"', 'ne "Sales"', 'pr', 'eq null']) {
      expect(await found(`attributes.departmnet ${question}`)).toEqual([400, 'invalid_filter'])
      expect(await found(`not (attributes.departmnet ${question})`)).toEqual([400, 'invalid_filter'])
    }
    expect(await ask('POST', '/plans', { kind: 'bulk', operation: 'terminate', filter: 'attributes.departmnet ne "Sales"' })).toMatchObject({ status: 400, body: { code: 'invalid_filter' } })
    const organisations = await element({ typeId: 'DEFAULT_ORGANIZATION' })
    expect(await found(`attributes.${organisations.name} pr`)).toEqual([400, 'invalid_filter'])
  })

  test('that nobody declared and somebody has all the same is taken as a text', async () => {
    const { id } = (await person()).body
    await ctx.db.execute(`insert into user_attributes (id, user_id, name) values ('stray', $1, 'strayName')`, [id])
    await ctx.db.execute(`insert into user_attribute_values (user_attribute_id, attr_value, ordinal) values ('stray', 'here', 0)`)
    expect(await found('attributes.strayname eq "here"')).toHaveLength(1)
  })

  test('is asked of logins, too', async () => {
    const { name } = await element({ typeId: 'DEFAULT_LOGIN', dataType: 'INTEGER' })
    const { userName } = (await person({ logins: [{ login: next(), managedSystem: 'OKTA', attributes: { [name]: '0042' } }] })).body
    expect(await found(`logins[attributes.${name} eq 42]`)).toEqual([userName])
    expect(await found('logins[attributes.nothing eq 42]')).toEqual([400, 'invalid_filter'])
  })
})
