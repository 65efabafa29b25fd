/** What values of declared attributes may be: JSON's own numbers and truth values where the type is theirs, and another data type only over values of it. */
import { describe, expect, test } from 'vitest'
import { against, apply, jsonl, plan, stepsOf } from './import-harness.ts'
import { testServer } from './rest-server.ts'
import { userKind } from '../src/directory/user-record.ts'
import { prepareRecords } from '../src/records/prepare-records.ts'
import { writePrepared, writeRecords } from '../src/records/write-records.ts'

const { ask, ctx } = await testServer()

let counter = 0
const next = () => `value${++counter}`
const places = {
  DEFAULT_USER: (attributes: object) => ask('POST', '/users', { userName: next(), attributes }),
  DEFAULT_ORGANIZATION: (attributes: object) => ask('POST', '/organizations', { name: 'Org', attributes }),
  DEFAULT_LOGIN: async (attributes: object) => {
    const { status, body } = await ask('POST', '/users', { userName: next(), logins: [{ login: next(), managedSystem: 'OKTA', attributes }] })
    const logins = status === 201 ? (await ask('GET', `/users/${body.id}/logins`)).body.items : []
    return { status, body: { ...body, ...logins.find((one: { managedSystem: string }) => one.managedSystem === 'OKTA') } }
  },
}
type TypeId = keyof typeof places
const typeIds = Object.keys(places) as TypeId[]
async function element(dataType: string, more: object = {}) {
  const { status, body } = await ask('POST', '/metadata/elements', { name: next(), dataType, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string; name: string }
}
const { DEFAULT_USER: person } = places

describe('JSON numbers and truth values', () => {
  test.each(typeIds)('are taken of %s where the declared type is theirs, and kept as the texts they are', async (typeId) => {
    for (const [dataType, given, kept] of [
      ['INTEGER', 5, '5'], ['INTEGER', -12, '-12'], ['INTEGER', -0, '0'], ['INTEGER', 9007199254740991, '9007199254740991'],
      ['DECIMAL', 1.5, '1.5'], ['DECIMAL', 2, '2'], ['DECIMAL', 1.5e-7, '0.00000015'], ['BOOLEAN', true, 'true'], ['BOOLEAN', false, 'false'],
    ] as const) {
      const { name } = await element(dataType, { typeId })
      const { status, body } = await places[typeId]({ [name]: given })
      expect([dataType, given, status, body.attributes?.[name]]).toEqual([dataType, given, 201, kept])
    }
  })

  test('are taken in lists, alone where a list is meant, and among texts', async () => {
    const { name } = await element('INTEGER', { multiValued: true })
    expect((await person({ [name]: [1, '02', 3] })).body.attributes[name]).toEqual(['1', '2', '3'])
    const { body } = await person({ [name]: 4 })
    expect(body.attributes[name]).toEqual(['4'])
    const at = `/users/${body.id}/attributes`
    expect((await ask('PATCH', at, { [name]: [5, 6] })).body[name]).toEqual(['5', '6'])
    expect((await ask('PUT', at, { [name]: 7 })).body[name]).toEqual(['7'])
    expect(await ask('PATCH', at, { [name]: [1, 2.5] })).toMatchObject({ status: 400, body: { problems: [{ path: `attributes.${name}[1]`, message: 'must be a whole number' }] } })
  })

  test('that say what is there already change nothing', async () => {
    const { name } = await element('INTEGER')
    const { body } = await person({ [name]: 5 })
    expect(await ask('PATCH', `/users/${body.id}`, { attributes: { [name]: 5 } })).toMatchObject({ body: { meta: { version: 1 } } })
  })

  test.each([
    ['INTEGER', 1.5, 'must be a whole number'],
    ['INTEGER', 2 ** 53, 'has more digits than a JSON number surely keeps; write it as a text'],
    ['INTEGER', 1e300, 'has more digits than a JSON number surely keeps; write it as a text'],
    ['INTEGER', '1e3', 'must be a whole number of at most 18 digits'],
    ['INTEGER', true, 'must be a text: it is declared as INTEGER, which true and false are not'],
    ['DECIMAL', 0.1234567890123456, 'has more digits than a JSON number surely keeps; write it as a text'],
    ['DECIMAL', 1e21, 'has more digits than a JSON number surely keeps; write it as a text'],
    ['DECIMAL', 1e-19, 'has more digits than a JSON number surely keeps; write it as a text'],
    ['BOOLEAN', 1, 'must be a text: it is declared as BOOLEAN, which a number is not'],
    ['STRING', 5, 'must be a text: it is declared as STRING, which a number is not'],
    ['DATE', 20240229, 'must be a text: it is declared as DATE, which a number is not'],
  ])('of %s: %j is refused, and told why', async (dataType, value, message) => {
    const { name } = await element(dataType)
    expect(await person({ [name]: value })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: `attributes.${name}`, message }] } })
  })

  test('of an attribute that is not there are told that first', async () => {
    const { name } = await element('INTEGER')
    expect(await person({ undeclaredThing: 5 })).toMatchObject({ status: 400, body: { code: 'unknown_attribute', problems: [{ path: 'attributes.undeclaredThing' }] } })
    expect(await person({ [name.toUpperCase()]: 5 })).toMatchObject({ status: 400, body: { code: 'unknown_attribute', problems: [{ message: `is declared as ${name}: write it so` }] } })
  })

  test('come by JSON Lines, and by the attributes that a conversion brings, too', async () => {
    const [number, truth] = [await element('INTEGER'), await element('BOOLEAN')]
    const { id } = await plan(ctx, jsonl({ userName: 'from.file', attributes: { [number.name]: 5, [truth.name]: true } }, { userName: 'wrong.file', attributes: { [number.name]: 1.5 } }))
    const steps = await stepsOf(ctx.db, id)
    expect(steps.map(({ action }) => action)).toEqual(['create', 'error'])
    expect(against(steps[1])).toContain('must be a whole number')
    const undeclared = await plan(ctx, jsonl({ userName: 'numbered', attributes: { shelfNumber: 5 } }))
    expect((await stepsOf(ctx.db, undeclared.id)).map((step) => [step.action, step.resource, against(step)])).toEqual([['error', 'User', expect.stringContaining('is not declared for this type of record; declare it')]])
    await apply(ctx, id)
    const { body } = await ask('GET', `/users?filter=${encodeURIComponent('userName eq "from.file"')}`)
    expect(body.items[0].attributes).toEqual({ [number.name]: '5', [truth.name]: 'true' })
    expect(await ask('POST', `/users/${body.items[0].id}/convert`, { typeId: 'EXTERNAL_USER', attributes: { [number.name]: 6 } })).toMatchObject({ status: 200, body: { attributes: { [number.name]: '6' } } })
  })
})

describe('another data type', () => {
  const become = (id: string, dataType: string) => ask('PATCH', `/metadata/elements/${id}`, { dataType })

  test.each([
    ['INTEGER', ['0', '-7', '123456789012345678'], ['abc', '007', '-0', '1.0', '', 'NaN', '1234567890123456789', '7\n']],
    ['DECIMAL', ['0', '-0.5', '10', '1.05'], ['-0', '1.50', '.5', '1.', '1e3', 'NaN', '1.']],
    ['BOOLEAN', ['true', 'false'], ['TRUE', '1', 'truely']],
    ['DATE', ['2024-02-29', '0001-01-31', '9999-12-31'], ['2023-02-29', '0000-01-01', '2024-13-01', '2024-04-31', '2024-01-00', '2024-01-01T00:00:00.000Z', 'abc', '7']],
    ['DATETIME', ['2024-02-29T23:59:59.999Z'], ['2023-02-29T00:00:00.000Z', '2024-02-29', '2024-02-29T24:00:00.000Z', '2024-02-29T10:00:00Z', '2024-02-29T10:00:00.000+01:00']],
  ])('%s is taken over values that are kept so, and over no others, however many', async (dataType, right, wrong) => {
    for (const [index, typeId] of typeIds.entries()) {
      const one = await element('STRING', { typeId, multiValued: index !== 2 })
      const add = async (values: string[]) => {
        for (const value of values) expect((await places[typeId]({ [one.name]: index === 2 ? value : [value] })).status, value).toBe(201)
      }
      await add(right)
      expect((await become(one.id, dataType)).body).toMatchObject({ dataType })
      expect((await become(one.id, 'STRING')).status).toBe(200)
      // Of several values none is empty.
      const others = index === 2 ? wrong : wrong.filter((value) => value !== '')
      await add(others)
      const message = expect.stringContaining(`${others.length} values of records are not such as ${dataType} values are kept (`)
      expect(await become(one.id, dataType)).toMatchObject({ status: 409, body: { code: 'still_referenced', problems: [{ path: 'dataType', message }] } })
      expect((await ask('GET', `/metadata/elements/${one.id}`)).body.dataType).toBe('STRING')
    }
  })

  test('leaves numbers the form that the administrator gives them', async () => {
    const { id, name } = await element('STRING', { validator: String.raw`\d{3}` })
    await person({ [name]: '007' })
    expect((await become(id, 'INTEGER')).status).toBe(200)
  })
})

describe('another data type, and a value that is written at the same moment', () => {
  /** Where a value of each sort of record is written; there is one already, so that no foreign key is looked at. */
  const held: Record<TypeId, (name: string) => Promise<string>> = {
    DEFAULT_USER: async (name) => `/users/${(await person({ [name]: '5' })).body.id}`,
    DEFAULT_ORGANIZATION: async (name) => `/organizations/${(await places.DEFAULT_ORGANIZATION({ [name]: '5' })).body.id}`,
    DEFAULT_LOGIN: async (name) => {
      const { body } = await ask('POST', '/users', { userName: next(), logins: [{ login: next(), managedSystem: 'OKTA', attributes: { [name]: '5' } }] })
      const { items } = (await ask('GET', `/users/${body.id}/logins`)).body
      return `/users/${body.id}/logins/${items.find((one: { managedSystem: string }) => one.managedSystem === 'OKTA').id}`
    },
  }
  type Asking = () => ReturnType<typeof ask>

  /** Both under way, one behind the other, until nothing keeps their events any more. */
  async function atOnce(first: Asking, second: Asking) {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
    const holding = ctx.db.transaction(async (tx) => {
      await tx.execute('lock table gatehouse.audit_event in share mode')
      lock()
      await released
    })
    await locked
    const replies: ReturnType<typeof ask>[] = []
    for (const each of [first, second]) {
      replies.push(each())
      await expect.poll(async () => (await ctx.db.query(`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)).length).toBe(replies.length)
    }
    release()
    await holding
    return (await Promise.all(replies)).map(({ status, body }) => [status, body.code])
  }

  test.each(typeIds)('of %s: whoever comes second is judged by what the first has left', async (typeId) => {
    for (const typeFirst of [false, true]) {
      const { id, name } = await element('STRING', { typeId })
      const at = await held[typeId](name)
      const write = () => ask('PATCH', at, { attributes: { [name]: 'abc' } })
      const retype = () => ask('PATCH', `/metadata/elements/${id}`, { dataType: 'INTEGER' })
      expect(await (typeFirst ? atOnce(retype, write) : atOnce(write, retype))).toEqual([[200, undefined], typeFirst ? [400, 'invalid_value'] : [409, 'still_referenced']])
      expect((await ask('GET', at)).body.attributes[name]).toBe(typeFirst ? '5' : 'abc')
    }
  })

  test('what was made ready before the change is refused after it, to be made anew', async () => {
    const { id, name } = await element('STRING')
    const made = { action: 'user.create', after: { id: ctx.newId(), userName: next(), attributes: { [name]: 'abc' } } }
    const prepared = await prepareRecords(ctx.db, ctx, userKind, [made])
    expect((await ask('PATCH', `/metadata/elements/${id}`, { dataType: 'INTEGER' })).status).toBe(200)
    await expect(ctx.db.transaction((tx) => writePrepared(tx, ctx, userKind, prepared))).rejects.toMatchObject({ code: 'conflict' })
    await expect(ctx.db.transaction((tx) => writeRecords(tx, ctx, userKind, [made]))).rejects.toMatchObject({ code: 'invalid_value' })
  })
})
