/** What one may not read, one can neither see, filter nor sort by, nor find in the audit or in plans; nor change unseen. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { user } from '../src/model/user.ts'
import { showsAccounts, veiled, veilFor } from '../src/model/veil.ts'
import { recordEvents } from '../src/audit/record.ts'
import { setMapping } from '../src/portals/mapping.ts'
import { forgetMetadata } from '../src/store/metadata.ts'
import { finishPlan, insertPlan, insertSteps } from '../src/store/plans.ts'
import { administrator, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared
let help: Ask
let hr: Ask
let security: Ask
let reader: Ask
let ada: string

const secrets = ['1815-12-10', 'AB123456', '192.0.2.77', 'vault-7']
const holdsNone = (body: unknown) => secrets.filter((secret) => JSON.stringify(body).includes(secret))

beforeAll(async () => {
  for (const element of [{ name: 'passportNumber', sensitive: true }, { name: 'badge' }, { name: 'vaultCode', typeId: 'DEFAULT_LOGIN', sensitive: true }, { name: 'bankAccount', typeId: 'DEFAULT_ORGANIZATION', sensitive: true }]) {
    expect((await ask('POST', '/metadata/elements', element)).status).toBe(201)
  }
  ada = await makePerson(shared, 'ada', { birthdate: '1815-12-10', sex: 'F', attributes: { passportNumber: 'AB123456', badge: '42' } })
  const [login] = (await ask('GET', `/users/${ada}/logins`)).body.items
  await ask('PATCH', `/users/${ada}/logins/${login.id}`, { attributes: { vaultCode: 'vault-7' } })
  await ctx.db.execute(`update login set last_login_ip = '192.0.2.77' where user_id = $1`, [ada])
  await ask('POST', '/organizations', { id: undefined, name: 'Engines', attributes: { bankAccount: 'AB123456' } })
  help = (await administrator(shared, 'helper', 'HELP_DESK', 'AUDITOR')).ask
  hr = (await administrator(shared, 'hr', 'HUMAN_RESOURCES')).ask
  security = (await administrator(shared, 'security', 'SECURITY_ADMIN')).ask
  reader = (await administrator(shared, 'reader', 'HELP_DESK')).ask
})

const everything = user.attributes.filter((one) => one.returned !== 'never').map((one) => one.path).concat('logins', 'logins.lastLoginIp', 'attributes').join(',')

describe('somebody without the right to sensitive data', () => {
  test.each(['/users/$', `/users/$?attributes=${everything}`, '/users?q=ada', `/users?q=ada&attributes=${everything}`, '/users/$/attributes', '/users/$/logins', '/organizations'])('is not shown any: %s', async (path) => {
    const place = path.replace('$', ada)
    const [seen, whole] = await Promise.all([help('GET', place), ask('GET', place)])
    expect(seen.status).toBe(200)
    expect(holdsNone(seen.body)).toEqual([])
    // It is there, for those who may.
    expect(holdsNone(whole.body).length).toBeGreaterThan(0)
  })

  test('is shown the rest', async () => {
    expect((await help('GET', `/users/${ada}`)).body).toMatchObject({ userName: 'ada', attributes: { badge: '42' } })
    expect((await hr('GET', `/users/${ada}`)).body).toMatchObject({ birthdate: '1815-12-10', sex: 'F', attributes: { passportNumber: 'AB123456' } })
  })

  test.each([
    'birthdate lt "1900-01-01"', 'not (birthdate pr)', 'userName eq "ada" and sex eq "F"', 'BIRTHDATE pr', 'urn:ietf:params:scim:schemas:core:2.0:User:birthdate pr',
    'attributes.passportNumber sw "A"', 'attributes.PASSPORTNUMBER pr', 'attributes pr', 'logins[lastLoginIp sw "192."]', 'logins.lastLoginIp pr', 'logins[attributes.vaultCode pr]',
    'userName eq "ada" or (id pr and sex pr)',
  ])('cannot filter by it: %s', async (filter) => {
    const query = `/users?filter=${encodeURIComponent(filter)}&total=true`
    expect((await help('GET', query)).body).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await hr('GET', query)).status).toBe(200)
    const plan = { kind: 'bulk', operation: 'lock', filter }
    expect((await security('POST', '/plans', plan)).body).toMatchObject({ code: 'forbidden' })
    // Who is found by it would say as much as what they are shown.
    expect((await help('POST', '/access/mining', { filter })).body).toMatchObject({ code: 'forbidden' })
    expect((await security('POST', '/plans', { kind: 'mining', filter })).body).toMatchObject({ code: 'forbidden' })
  })

  test('can filter by the rest', async () => {
    expect((await help('GET', `/users?filter=${encodeURIComponent('attributes.badge eq "42" and logins.login eq "ada"')}`)).body.items).toHaveLength(1)
    expect((await help('GET', `/organizations?filter=${encodeURIComponent('attributes.bankAccount pr')}`)).body.code).toBe('forbidden')
  })

  test('finds none in the audit', async () => {
    await ask('PATCH', `/users/${ada}`, { birthdate: '1815-12-10', sex: null, attributes: { passportNumber: 'AB1234567' } })
    await ask('PATCH', `/users/${ada}`, { birthdate: '1815-12-11', sex: 'F' })
    const gone = await makePerson(shared, 'gone', { birthdate: '1815-12-10' })
    await ask('DELETE', `/users/${gone}`)
    const [seen, whole] = await Promise.all([help('GET', '/audit?targetType=User'), ask('GET', '/audit?targetType=User')])
    expect(holdsNone(seen.body)).toEqual([])
    expect(holdsNone(whole.body)).toContain('1815-12-10')
    const event = seen.body.items.find((one: { changes?: { path: string }[] }) => one.changes?.some(({ path }) => path === 'birthdate'))
    // That it was changed, and by whom, is no secret.
    expect(event.changes).toContainEqual({ path: 'birthdate' })
    expect(holdsNone((await help('GET', `/audit/${event.id}`)).body)).toEqual([])
  })

  test('nor in plans', async () => {
    const twin = await makePerson(shared, 'ada-twin', { attributes: {} })
    const plan = (await ask('POST', '/plans', { kind: 'merge', survivor: twin, duplicate: ada })).body
    const [seen, whole] = await Promise.all([help('GET', `/plans/${plan.id}/steps`), ask('GET', `/plans/${plan.id}/steps`)])
    expect(seen.body.items).toHaveLength(1)
    expect(JSON.stringify(seen.body)).not.toMatch(/1815|AB123/)
    expect(JSON.stringify(whole.body)).toMatch(/1815/)
    expect((await security('POST', '/plans', { kind: 'merge', survivor: twin, duplicate: ada })).status).toBe(403)
  })
})

describe('somebody who may change people, but not that', () => {
  const before = async () => (await ask('GET', `/users/${ada}`)).body
  test.each<[string, string, object]>([
    ['PATCH', '', { birthdate: '2000-01-01' }], ['PATCH', '', { birthdate: null }], ['PATCH', '', { attributes: { passportNumber: 'X' } }], ['PATCH', '', { attributes: { passportNumber: null } }],
    ['PUT', '', { userName: 'ada', name: { familyName: 'ada' }, sex: 'M' }], ['PUT', '/attributes', { passportNumber: 'X' }], ['PATCH', '/attributes', { passportNumber: null }],
  ])('cannot name it: %s %s %j', async (method, path, body) => {
    const old = await before()
    expect((await security(method, `/users/${ada}${path}`, body)).body).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await before()).toEqual(old)
  })

  test('leaves it alone when replacing the rest', async () => {
    const old = await before()
    expect((await security('PUT', `/users/${ada}`, { userName: 'ada', name: { familyName: 'Lovelace' } })).status).toBe(200)
    const now = await before()
    expect(now).toMatchObject({ name: { familyName: 'Lovelace' }, birthdate: old.birthdate, sex: old.sex, attributes: { passportNumber: old.attributes.passportNumber } })
    expect(now.attributes).not.toHaveProperty('badge')
    expect((await security('PUT', `/users/${ada}/attributes`, { badge: '7' })).body).toEqual({ badge: '7' })
    expect((await before()).attributes).toEqual({ badge: '7', passportNumber: old.attributes.passportNumber })
  })

  test('nor of a login', async () => {
    const [login] = (await ask('GET', `/users/${ada}/logins`)).body.items
    expect((await security('PATCH', `/users/${ada}/logins/${login.id}`, { attributes: { vaultCode: 'X' } })).body.code).toBe('forbidden')
    expect((await security('PATCH', `/users/${ada}/logins/${login.id}`, { identityType: 'OTHER' })).status).toBe(200)
    expect((await ctx.db.query('select 1 from login_attribute where name = $1 and login_id = $2', ['vaultCode', login.id]))).toHaveLength(1)
  })
})

test('a mapping carries nothing of it to where it may be read: not by who may not read it, nor into steps and events', async () => {
  const { body: { id } } = await ask('POST', '/portals', { name: 'Panel' })
  const fields = { login: 'userName', email: 'primaryEmail', costCenter: { value: 'birthdate', conflict: 'report' }, division: { upper: 'attributes.passportNumber' }, title: 'title' }
  const limited = { ...ctx, authority: { rights: new Set(['portals UPDATE', 'system UPDATE']) } }
  await expect(setMapping(limited, id, fields)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(setMapping(limited, id, { ...fields, costCenter: 'costCenter', division: 'title' })).resolves.toMatchObject({ own: true })
  expect((await ask('PUT', `/portals/${id}/mapping`, { fields })).status).toBe(200)
  const now = new Date()
  await ctx.db.transaction((tx) => insertPlan(tx, { id: 'a-sync', kind: 'sync', title: 'Sync', options: {}, createdBy: 'test', correlationId: 'c', now }))
  const change = (field: string, before: string, after: string) => ({ field, before, after })
  const actions = [
    { kind: 'create', profile: { login: 'ada', costCenter: '1815-12-10', division: 'AB123456', title: 'Countess' }, reason: 'new' },
    { kind: 'update', fields: [change('costCenter', '', '1815-12-10'), change('title', '', 'Countess')], reason: 'differs' },
    { kind: 'report', field: 'costCenter', reason: 'costCenter is "1815-12-10" here and empty there' },
  ]
  await ctx.db.transaction((tx) => insertSteps(tx, 'a-sync', [{ step: 1, action: 'create', resource: 'User', targetId: ada, label: 'ada', changes: { actions }, problems: [{ path: 'account.costCenter', message: 'costCenter is "1815-12-10" here' }] }]))
  await finishPlan(ctx.db, 'a-sync', { create: 1 }, 1)
  await ctx.db.transaction((tx) => recordEvents(tx, ctx, [{ action: 'account.create', targetType: 'User', targetId: ada, changes: [{ path: 'account', after: { id: 'x', costCenter: '1815-12-10', title: 'Countess' } }, { path: 'account.division', before: 'AB123456' }] }]))
  for (const path of ['/plans/a-sync/steps', `/audit?filter=${encodeURIComponent(`action eq "account.create" and targetId eq "${ada}"`)}`]) {
    const [seen, whole] = await Promise.all([help('GET', path), ask('GET', path)])
    expect([path, seen.status]).toEqual([path, 200])
    expect(holdsNone(seen.body)).toEqual([])
    expect(JSON.stringify(seen.body)).toContain('Countess')
    expect(holdsNone(whole.body).length).toBeGreaterThan(0)
  }
})

test.each<[string, object]>([
  ['the profile of an account to be made', { changes: { actions: [{ kind: 'create', profile: { costCenter: 'X' } }] } }],
  ['a field of one to be changed', { changes: { actions: [{ kind: 'update', fields: [{ field: 'costCenter', before: 'X', after: 'Y' }] }] } }],
  ['a field that differs', { kind: 'report', field: 'costCenter', reason: 'is X here' }],
  ['a problem with a field', { problems: [{ path: 'account.costCenter', message: 'is X here' }] }],
  ['an account that was changed', { changes: [{ path: 'account', before: { costCenter: 'X' } }] }],
  ['an account that was made', { items: [{ changes: [{ path: 'account', after: { costCenter: 'X' } }] }] }],
])('is asked about wherever accounts show it, and nowhere else: %s', (_, value) => {
  const veil = veilFor({ types: new Map(), elements: [] }, new Set(), [{ target: 'costCenter', value: 'birthdate' }])
  expect(JSON.stringify(veiled(value, veil))).not.toContain('X')
  expect(showsAccounts(value)).toBe(true)
  expect(showsAccounts([{ id: '1', name: { familyName: 'X' }, emails: [{ value: 'x@y.z' }], attributes: { costCenter: 'X' }, path: 'costCenter' }])).toBe(false)
})

test('somebody who reads a person by their own key costs two statements: who they are, and the person', async () => {
  const { ask: lookup } = await administrator(shared, 'counting', 'HELP_DESK')
  // What is declared is kept for two seconds, from here on.
  forgetMetadata()
  await lookup('GET', `/users/${ada}`)
  const connect = vi.spyOn(ctx.db.pool, 'connect')
  expect((await lookup('GET', `/users/${ada}`)).status).toBe(200)
  expect(connect).toHaveBeenCalledTimes(2)
  connect.mockRestore()
})

test('who may declare attributes, but not read sensitive ones, does not lift the veil', async () => {
  const element = (await ask('GET', '/metadata/elements')).body.items.find((one: { name: string }) => one.name === 'passportNumber')
  const { id, ask: declarer } = await administrator(shared, 'declarer', 'HELP_DESK')
  await ctx.db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ('${id}', 'GATEHOUSE_METADATA', 'declarer');
    insert into user_res_membership_rights (membership_id, access_right_id) values ('declarer', 'UPDATE'), ('declarer', 'READ')`)
  expect((await declarer('PATCH', `/metadata/elements/${element.id}`, { sensitive: false })).body.code).toBe('forbidden')
  expect((await declarer('PATCH', `/metadata/elements/${element.id}`, { description: 'In the passport.' })).status).toBe(200)
  expect((await ask('PATCH', `/metadata/elements/${element.id}`, { sensitive: false })).status).toBe(200)
  expect((await reader('GET', `/users/${ada}`)).body.attributes).toHaveProperty('passportNumber')
})
