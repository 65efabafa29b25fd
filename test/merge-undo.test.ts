/** Undoing a merge takes back what the merge did, and nothing that others have done since. */
import { expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { writeAccountLogin } from '../src/store/references.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const { db } = ctx

let counter = 0
const person = (more: object = {}) => makePerson(shared, `undo-${++counter}`, more)
const read = async (id: string) => (await ask('GET', `/users/${id}?attributes=title,emails,attributes,logins,keys`)).body as Document

async function merged(survivor: string, duplicate: string) {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  expect((await ask('POST', `/plans/${body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  return () => ask('POST', `/plans/${body.id}/undo`)
}

/** What a sync writes about the survivor's account. */
const confirm = (personId: string, login: string) => db.transaction((tx) => writeAccountLogin(
  tx, { loginId: ctx.newId(), personId, systemId: 'OKTA', login, provStatus: 'CREATED', active: true, agrees: true }, ctx.now().toISOString()))

test('leaves what changes without a version as it is by then: passwords, accounts, API keys', async () => {
  await ask('POST', '/metadata/elements', { name: 'badge' })
  const [survivor, duplicate] = [await person({ emails: [{ value: 'keeps@example.org' }] }), await person({ title: 'Head', emails: [{ value: 'gives@example.org' }], attributes: { badge: '7' } })]
  await confirm(survivor, 'old@example.org')
  const key = async (name: string) => (await ask('POST', '/keys', { userId: survivor, name, scopes: ['read'] })).body.id
  const revoked = await key('revoked')
  const before = await read(survivor)
  const undo = await merged(survivor, duplicate)
  expect(await read(survivor)).toMatchObject({ title: 'Head', attributes: { badge: '7' }, emails: [{}, { value: 'gives@example.org' }] })
  await setPassword(ctx, survivor, { next: 'Quite-a-long-Passphrase-7731', forceChange: false })
  await confirm(survivor, 'renamed@example.org')
  await ask('DELETE', `/keys/${revoked}`)
  await key('made')
  const logins = await db.query('select * from login where user_id = $1 order by login_id', [survivor])
  expect(await undo()).toMatchObject({ status: 200 })
  expect(await db.query('select * from login where user_id = $1 order by login_id', [survivor])).toEqual(logins)
  const after = await read(survivor)
  expect(after.keys).toMatchObject([{ name: 'made' }])
  expect(after).toEqual({ ...before, keys: after.keys, logins: after.logins, meta: after.meta })
  expect(await read(duplicate)).toMatchObject({ title: 'Head', attributes: { badge: '7' }, emails: [{ value: 'gives@example.org', primary: true }] })
})

test('leaves an account that a sync has made since', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const undo = await merged(survivor, duplicate)
  await confirm(survivor, 'new@example.org')
  expect(await undo()).toMatchObject({ status: 200 })
  expect(await db.query(`select login from login where user_id = $1 and managed_sys_id = 'OKTA'`, [survivor])).toEqual([{ login: 'new@example.org' }])
})
