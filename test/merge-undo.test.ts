/** Undoing a merge takes back what the merge did, and nothing that others have done since. */
import { expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { addPortalUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
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

test('gives back only what still names the survivor', async () => {
  const [survivor, duplicate, other] = [await person(), await person(), await person()]
  const named = () => person({ alternateId: duplicate, certDelegateId: duplicate, supervisors: [{ supervisor: duplicate }], relations: [{ user: duplicate, type: 'FAMILY' }] })
  const [changed, kept] = [await named(), await named()]
  const certified = async () => (await ask('POST', '/organizations', { name: `Certified ${++counter}`, certifierId: duplicate })).body.id
  const [organization, left] = [await certified(), await certified()]
  const tied = async (id: string) => {
    const { alternateId, certDelegateId, supervisors, relations } = (await ask('GET', `/users/${id}?attributes=alternateId,certDelegateId,supervisors,relations`)).body
    return [alternateId, certDelegateId, supervisors[0].supervisor, relations[0].user]
  }
  const undo = await merged(survivor, duplicate)
  expect(await tied(changed)).toEqual([survivor, survivor, survivor, survivor])
  const { supervisors: [supervisor], relations: [relation] } = (await ask('GET', `/users/${changed}?attributes=supervisors,relations`)).body
  const patch = { alternateId: other, certDelegateId: other, supervisors: [{ ...supervisor, supervisor: other }], relations: [{ ...relation, user: other }] }
  expect((await ask('PATCH', `/users/${changed}`, patch)).status).toBe(200)
  expect((await ask('PATCH', `/organizations/${organization}`, { certifierId: other })).status).toBe(200)
  const tags = async () => [(await ask('GET', `/users/${changed}`)).headers.etag, (await ask('GET', `/organizations/${organization}`)).headers.etag]
  const before = await tags()
  expect(await undo()).toMatchObject({ status: 200 })
  expect(await tied(changed)).toEqual([other, other, other, other])
  expect(await tied(kept)).toEqual([duplicate, duplicate, duplicate, duplicate])
  expect(await Promise.all([organization, left].map(async (id) => (await ask('GET', `/organizations/${id}`)).body.certifierId))).toEqual([other, duplicate])
  expect(await tags()).toEqual(before)
})

test('takes no place in a portal that the survivor got since, and says what to do', async () => {
  const portal = async () => (await createPortal(ctx, { name: `Undo portal ${++counter}` })).id
  const [first, second] = [await portal(), await portal()]
  const places = async (id: string) => (await db.query<{ portal: number }>(
    'select m.portal_id as portal from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id where p.person_id = $1 order by 1', [id])).map((row) => row.portal)
  const [survivor, duplicate] = [await person(), await person()]
  await addPortalUsers(ctx, first, [duplicate])
  const undo = await merged(survivor, duplicate)
  await addPortalUsers(ctx, second, [survivor])
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(`put into the portal ${second} (Undo portal`) } })
  expect(await places(survivor)).toEqual([first, second])
  await removePortalUsers(ctx, second, [survivor])
  expect(await undo()).toMatchObject({ status: 200 })
  expect([await places(survivor), await places(duplicate)]).toEqual([[], [first]])
})

test.each([
  ['groups', '/groups', { displayName: 'Gone' }], ['roles', '/roles', { name: 'Gone' }],
  ['resources', '/resources', { name: 'Gone', resourceType: 'NO-PROVISION-APP' }],
])('is a conflict once one of the %s that both had is gone', async (segment, path, thing) => {
  const { id } = (await ask('POST', path, thing)).body
  const [survivor, duplicate] = [await person(), await person()]
  for (const one of [survivor, duplicate]) await ask('PUT', `/${segment}/${id}/members/${one}`, {})
  const undo = await merged(survivor, duplicate)
  expect((await ask('DELETE', `/${segment}/${id}/members/${survivor}`)).status).toBe(204)
  expect((await ask('DELETE', `/${segment}/${id}`)).status).toBe(204)
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining(`Both had`) } })
})
