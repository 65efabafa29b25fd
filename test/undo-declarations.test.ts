/** Undoing a merge or a mass delete brings back custom attributes; what has been declared anew since stands against it. */
import { expect, test, vi } from 'vitest'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { Transaction } from '../src/store/database.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ MASS_DELETE_UNDO_HOURS: '48' })
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `declared-${++counter}`, more)
const declare = async (more: object = {}) => {
  const name = `level${++counter}`
  const { status, body } = await ask('POST', '/metadata/elements', { name, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return { name, path: `/metadata/elements/${body.id}` }
}
const patch = async (path: string, body: object) => expect(await ask('PATCH', path, body)).toMatchObject({ status: 200 })

async function merged(duplicate: string): Promise<string> {
  const { body } = await ask('POST', `/users/${await person()}/merge`, { duplicate })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  // The survivor has the values now: without them the declaration is free to change.
  const { survivor } = body.options
  await ask('PUT', `/users/${survivor}/attributes`, {})
  return body.id
}

async function massDeleted(ids: readonly string[]): Promise<string> {
  const { id } = await createPortal(ctx, { name: `Declared ${++counter}`, settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })
  await addPortalUsers(ctx, id, [...ids])
  const { body } = await ask('POST', `/portals/${id}/mass-delete`, { ids, deletePersons: true })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied' })
  return body.id
}

const undo = (plan: string) => ask('POST', `/plans/${plan}/undo`)
const attributes = async (id: string) => (await ask('GET', `/users/${id}?attributes=attributes`)).body.attributes

const changes: [what: string, value: string, change: object, message: RegExp][] = [
  ['type', 'high', { dataType: 'INTEGER' }, /must be a whole number/],
  ['type, which keeps its values otherwise', '007', { dataType: 'INTEGER' }, /is not as values of the type INTEGER are kept/],
  ['list of valid values', 'high', { validValues: ['low', 'lower'] }, /must be one of low, lower/],
  ['form', 'high', { validator: '[0-9]+' }, /does not have the form \[0-9\]\+/],
  ['length', 'high', { maxLength: 2 }, /has more than 2 characters/],
  ['name', 'high', { name: 'otherwise' }, /is declared otherwise by now: as otherwise/],
]

test.each(changes)('once a declaration has another %s, undoing a merge is refused whole, and done when it is as it was', async (_what, value, change, message) => {
  const { name, path } = await declare()
  const duplicate = await person({ attributes: { [name]: value } })
  const plan = await merged(duplicate)
  const { body: before } = await ask('GET', path)
  await patch(path, change)
  expect(await undo(plan)).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringMatching(message), problems: [{ path: `attributes.${name}` }] } })
  expect((await ask('GET', `/users/${duplicate}`)).status).toBe(404)
  await patch(path, Object.fromEntries(Object.keys(change).map((key) => [key, before[key] ?? null])))
  expect(await undo(plan)).toMatchObject({ status: 200 })
  expect(await attributes(duplicate)).toEqual({ [name]: value })
})

test('a declaration that is gone, and one that is required by now, stand against undoing a merge', async () => {
  const [gone, kept] = [await declare(), await declare()]
  const duplicate = await person({ attributes: { [gone.name]: 'high' } })
  const plan = await merged(duplicate)
  expect((await ask('DELETE', gone.path)).status).toBe(204)
  await patch(kept.path, { required: true })
  const { body } = await undo(plan)
  expect(body).toMatchObject({ code: 'conflict', problems: [{ path: `attributes.${gone.name}`, message: 'is not declared any more' }, { path: `attributes.${kept.name}`, message: 'is required by now' }] })
  await patch(kept.path, { required: false })
})

test('undoing a mass delete brings back whom nothing stands against, and says why the others are not', async () => {
  const { name, path } = await declare()
  const [high, low] = [await person({ attributes: { [name]: 'high' } }), await person({ attributes: { [name]: 'low' } })]
  const plan = await massDeleted([high, low])
  await patch(path, { validValues: ['low'] })
  expect((await undo(plan)).body).toMatchObject({ status: 'undone', failed: 1 })
  expect((await ask('GET', `/plans/${plan}/steps?failed=true`)).body.items).toMatchObject([{ targetId: high, result: { code: 'conflict', detail: expect.stringContaining(`attributes.${name}: must be one of low`) } }])
  expect([await attributes(low), (await ask('GET', `/users/${high}`)).status]).toEqual([{ [name]: 'low' }, 404])
  await patch(path, { validValues: ['low', 'high'] })
  expect((await undo(plan)).body).toMatchObject({ status: 'undone' })
  expect(await attributes(high)).toEqual({ [name]: 'high' })
})

test('values that a declaration did not take before either come back: it has not changed since', async () => {
  const { name, path } = await declare()
  const old = await person({ attributes: { [name]: 'high' } })
  await patch(path, { validValues: ['low'], required: true })
  const plan = await massDeleted([old])
  expect((await undo(plan)).body).toMatchObject({ status: 'undone', failed: 0 })
  expect(await attributes(old)).toEqual({ [name]: 'high' })
  await patch(path, { required: false })
})

test('a declaration that changes while a mass delete is undone keeps nobody away: it is judged again, whole', async () => {
  const { name, path } = await declare()
  const ids = [await person({ attributes: { [name]: 'high' } }), await person({ attributes: { [name]: 'low' } })]
  const plan = await massDeleted(ids)
  // Once the declarations have been read, and before anybody is held against them.
  const query = Transaction.prototype.query
  let changed: Promise<void> | undefined
  const spied = vi.spyOn(Transaction.prototype, 'query').mockImplementation(async function (this: Transaction, sql: string, ...more: never[]) {
    if (sql.includes('secret is not null')) await (changed ??= patch(path, { displayName: 'Level' }))
    return query.call(this, sql, ...more)
  } as typeof query)
  const undone = await undo(plan).finally(() => spied.mockRestore())
  expect(changed).toBeDefined()
  expect(undone.body).toMatchObject({ status: 'undone', failed: 0 })
  expect(await Promise.all(ids.map(attributes))).toEqual([{ [name]: 'high' }, { [name]: 'low' }])
  // Told once, though it was tried twice.
  expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'user.delete.undo' and target_id = any($1)`, [ids])).toHaveLength(2)
})
