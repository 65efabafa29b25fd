/** Supervisors and related accounts: no circles, an account of one person alone, and from the account back to whose it is. */
import { expect, test } from 'vitest'
import { imported, jsonl } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

let counter = 0
const person = async (more: object = {}) => (await ask('POST', '/users', { userName: `tied${++counter}`, ...more })).body.id as string
const supervise = (id: string, supervisor: string) => ask('POST', `/users/${id}/supervisors`, { supervisor })
const relate = (id: string, user: string, type = 'ADMIN_ACCOUNT') => ask('POST', `/users/${id}/relations`, { user, type })

test.each([
  ['supervisors', supervise, (id: string) => ({ supervisors: [{ supervisor: id }] })],
  ['relations', relate, (id: string) => ({ relations: [{ user: id, type: 'TEST_ACCOUNT' }] })],
] as const)('%s lead in no circle, however long', async (path, tie, document) => {
  const [a, b, c] = [await person(), await person(), await person()]
  expect((await tie(a, b)).status).toBe(201)
  expect((await tie(b, c)).status).toBe(201)
  const refused = { status: 409, body: { code: 'circular_dependency', problems: [{ path }] } }
  expect(await tie(b, a)).toMatchObject(refused)
  expect(await tie(c, a)).toMatchObject(refused)
  expect(await ask('PATCH', `/users/${c}`, document(a))).toMatchObject(refused)
  // Two halves at once: one of them comes too late.
  const [d, e] = [await person(), await person()]
  expect((await Promise.all([tie(d, e), tie(e, d)])).map(({ status }) => status).sort()).toEqual([201, 409])
})

test('a circle from before keeps nobody from changing, and from leaving it', async () => {
  const [a, b, c] = [await person(), await person(), await person()]
  await ctx.db.execute(`insert into org_structure (org_structure_id, staff_id, supervisor_id, is_primary_super) values ('old1', $1, $2, 'Y'), ('old2', $2, $1, 'Y')`, [a, b])
  expect((await ask('PATCH', `/users/${a}`, { title: 'T' })).status).toBe(200)
  expect((await supervise(a, c)).status).toBe(201)
  expect((await supervise(c, b)).status).toBe(409)
  expect((await ask('DELETE', `/users/${a}/supervisors/old1`)).status).toBe(204)
})

test('an account is one person\'s alone; family is no account', async () => {
  const [bob, gina, account] = [await person(), await person(), await person()]
  expect((await relate(bob, account)).status).toBe(201)
  expect((await relate(bob, account, 'TEST_ACCOUNT')).status).toBe(201)
  expect(await relate(gina, account)).toMatchObject({ status: 409, body: { code: 'conflict', problems: [{ path: 'relations' }] } })
  expect((await relate(gina, account, 'FAMILY')).status).toBe(201)
  // From the account back to the person, who can be asked for; nobody sets it.
  const record = (await ask('GET', `/users/${account}?attributes=primaryAccount`)).body
  expect(record).toMatchObject({ primaryAccount: bob })
  expect((await ask('GET', `/users/${account}/relations`)).body).toEqual({ items: [], primaryAccount: bob })
  expect(Object.keys((await ask('GET', `/users/${bob}/relations`)).body)).toEqual(['items'])
  expect((await ask('GET', `/users/${account}`)).body).not.toHaveProperty('primaryAccount')
  expect((await ask('GET', `/users/${bob}?attributes=primaryAccount`)).body).not.toHaveProperty('primaryAccount')
  for (const [filter, found] of [[`primaryAccount eq "${bob}"`, [account]], [`primaryAccount eq "${gina}"`, []], [`primaryAccount pr and id eq "${bob}"`, []]] as const) {
    expect((await ask('GET', `/users?filter=${encodeURIComponent(filter)}`)).body.items.map(({ id }: { id: string }) => id), filter).toEqual(found)
  }
  expect(await ask('PATCH', `/users/${account}`, { primaryAccount: gina })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
  expect((await ask('PATCH', `/users/${account}`, { primaryAccount: bob, title: 'T' })).status).toBe(200)
  await imported(ctx, jsonl({ id: account, userName: record.userName, primaryAccount: gina, nickName: 'N' }))
  const { changes } = (await ask('GET', `/audit?targetId=${account}&count=1`)).body.items[0]
  expect(changes).toEqual([{ path: 'nickName', after: 'N' }])
  expect((await relate(account, bob, 'FAMILY')).status).toBe(201)
  const [first, second, both] = [await person(), await person(), await person()]
  expect((await Promise.all([relate(first, both), relate(second, both)])).map(({ status }) => status).sort()).toEqual([201, 409])
})

test('a merge makes neither', async () => {
  const conflictOf = async (survivor: string, duplicate: string) => {
    const { body } = await ask('POST', '/plans', { kind: 'merge', survivor, duplicate })
    return (await ask('GET', `/plans/${body.id}/steps`)).body.items[0].problems?.map(({ message }: { message: string }) => message).join() ?? ''
  }
  const [a, b, between] = [await person(), await person(), await person()]
  await supervise(a, between)
  await supervise(between, b)
  expect(await conflictOf(a, b)).toContain('supervise themselves')
  const [c, d, account] = [await person(), await person(), await person()]
  await relate(c, account)
  await relate(account, d)
  expect(await conflictOf(c, d)).toContain('account of their own')
  const [one, two] = [await person(), await person()]
  await relate(await person(), one)
  await relate(await person(), two)
  expect(await conflictOf(one, two)).toContain('account of somebody else')
  expect(await conflictOf(c, account)).toBe('')
})

test('a language is one', async () => {
  const id = await person({ preferredLanguage: 'zh-Hant-TW' })
  for (const wrong of ['klingon!!', 'a language', 'x', 'de-', '']) {
    expect(await ask('PATCH', `/users/${id}`, { preferredLanguage: wrong }), wrong).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'preferredLanguage' }] } })
  }
  await ctx.db.execute(`update users set preferred_language = 'klingon!!' where user_id = $1`, [id])
  expect((await ask('PATCH', `/users/${id}`, { preferredLanguage: 'klingon!!', title: 'T' })).status).toBe(200)
})

test('an elided particle stands close to its name, and both are found', async () => {
  const { body } = await ask('POST', '/users', { userName: 'elided', name: { givenName: 'Han', familyName: 'Solo' }, lastnamePrefix: 'd\'', partnerName: 'Enghien', prefixPartnerName: 'd’' })
  expect(body).toMatchObject({ displayName: 'Han d\'Solo-d’Enghien', sortName: 'Solo-d’Enghien, Han d\'' })
  for (const q of ['dsolo', 'd\'solo', 'solo', 'denghien']) expect((await ask('GET', `/users?q=${encodeURIComponent(q)}`)).body.items.map(({ id }: { id: string }) => id), q).toEqual([body.id])
})
