/** Managed systems: administered like other small records, and referred to by accounts; those of the server itself stay. */
import { expect, test } from 'vitest'
import { administrator } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const path = '/managed-systems'

test('one is made, listed, read, patched, replaced and removed, each with its event', async () => {
  const made = await ask('POST', path, { id: 'LINUX', name: 'Linux', port: 22 })
  expect(made).toMatchObject({ status: 201, headers: { location: expect.stringContaining(`/api/v1${path}/LINUX`) }, body: { id: 'LINUX', name: 'Linux', status: 'ACTIVE', port: 22, primaryRepository: false } })
  expect((await ask('POST', path, { id: 'LINUX', name: 'Other' })).body).toMatchObject({ code: 'already_exists', problems: [{ path: 'id' }] })
  expect((await ask('POST', path, { id: 'LINUX2', name: 'Linux' })).body).toMatchObject({ code: 'already_exists', problems: [{ path: 'name' }] })
  expect((await ask('GET', path)).body.items.map(({ id }: { id: string }) => id)).toEqual(['0', 'LINUX', 'OKTA'])
  expect((await ask('GET', `${path}?filter=${encodeURIComponent('name eq "Linux"')}`)).body.items).toMatchObject([{ id: 'LINUX' }])
  await ctx.db.execute(`update managed_sys set pswd = 'sealed' where managed_sys_id = 'LINUX'`)
  expect((await ask('PATCH', `${path}/LINUX`, { description: 'Shells', port: null })).body).toEqual({ id: 'LINUX', name: 'Linux', description: 'Shells', status: 'ACTIVE', primaryRepository: false })
  expect((await ask('PUT', `${path}/LINUX`, { name: 'Unix', status: 'INACTIVE' })).body).toEqual({ id: 'LINUX', name: 'Unix', status: 'INACTIVE', primaryRepository: false })
  expect(await ctx.db.first(`select pswd from managed_sys where managed_sys_id = 'LINUX'`)).toEqual({ pswd: 'sealed' })
  const { headers } = await ask('GET', `${path}/LINUX`)
  expect((await ask('PATCH', `${path}/LINUX`, { name: 'Unix' }, { 'if-match': String(headers.etag) })).status).toBe(200)
  expect((await ask('DELETE', `${path}/LINUX`, undefined, { 'if-match': '"1"' })).status).toBe(412)
  expect((await ask('DELETE', `${path}/LINUX`)).status).toBe(204)
  expect((await ask('GET', `${path}/LINUX`)).body.code).toBe('not_found')
  const events = await ctx.db.query<{ action: string; changes: string }>(`select action, changes::text as changes from gatehouse.audit_event where target_type = 'ManagedSystem' and target_id = 'LINUX' order by event_id`)
  expect(events.map(({ action }) => action)).toEqual(['managed.system.create', 'managed.system.update', 'managed.system.update', 'managed.system.delete'])
  expect(JSON.stringify(events)).not.toContain('sealed')
})

test.each([
  [{ id: 'X' }, 'required_attribute', 'name'],
  [{ id: 'X', name: 'X', port: 70_000 }, 'invalid_value', 'port'],
  [{ id: 'X', name: 'X', commProtocol: 'LOUD' }, 'invalid_value', 'commProtocol'],
  [{ id: 'X', name: 'X', resource: 'nothing' }, 'invalid_reference', 'resource'],
  [{ id: 'X', name: 'X', start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' }, 'invalid_value', 'end'],
  [{ id: 'X', name: 'X', password: 'x' }, 'unknown_attribute', 'password'],
  ...['..', 'a/b', '0 ', '<b>', '.a', 'a..b', ''].map((id): [object, string, string] => [{ id, name: 'X' }, 'invalid_value', 'id']),
])('%j is refused', async (body, code, at) => {
  expect(await ask('POST', path, body)).toMatchObject({ status: 400, body: { code, problems: [{ path: at }] } })
})

test('what refers to one keeps it, and those of the server stay', async () => {
  await ask('POST', path, { id: 'UNIX', name: 'Shells' })
  const { id } = (await ask('POST', '/users', { userName: 'ann' })).body
  const unknown = await ask('POST', `/users/${id}/logins`, { login: 'a', managedSystem: 'NOWHERE' })
  expect(unknown.body).toMatchObject({ code: 'invalid_reference', problems: [{ message: expect.stringContaining('/api/v1/managed-systems') }] })
  const login = await ask('POST', `/users/${id}/logins`, { login: 'ann', managedSystem: 'UNIX' })
  const group = await ask('POST', '/groups', { displayName: 'wheel', managedSystem: 'UNIX' })
  expect([login.status, group.status]).toEqual([201, 201])
  expect(await ask('DELETE', `${path}/UNIX`)).toMatchObject({ status: 409, body: { code: 'still_referenced', detail: 'There are logins, groups of this system; remove or move them first.' } })
  await ask('DELETE', `/users/${id}/logins/${login.body.id}`)
  await ask('DELETE', `/groups/${group.body.id}`)
  expect((await ask('DELETE', `${path}/UNIX`)).status).toBe(204)
  for (const own of ['0', 'OKTA']) {
    expect(await ask('DELETE', `${path}/${own}`)).toMatchObject({ status: 409, body: { code: 'system_record' } })
    expect(await ask('PATCH', `${path}/${own}`, { id: 'OTHER' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
  }
})

test('no two have ids that differ by case alone, also made at once; what manages accounts means nothing for those of the server', async () => {
  expect(await ask('POST', path, { id: 'okta', name: 'Another' })).toMatchObject({ status: 409, body: { code: 'already_exists', problems: [{ path: 'id', message: expect.stringContaining('OKTA') }] } })
  const both = await Promise.all([ask('POST', path, { id: 'Box-1.a', name: 'Box' }), ask('POST', path, { id: 'BOX-1.a', name: 'Other box' })])
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  for (const own of ['0', 'OKTA']) {
    const { body: before } = await ask('GET', `${path}/${own}`)
    expect(await ask('PATCH', `${path}/${own}`, { status: 'INACTIVE' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute', problems: [{ path: 'status' }] } })
    expect(await ask('PATCH', `${path}/${own}`, { end: '2020-01-01T00:00:00Z' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute', problems: [{ path: 'end' }] } })
    expect((await ask('PATCH', `${path}/${own}`, { description: 'Ours' })).body).toEqual({ ...before, description: 'Ours' })
  }
})

test('needs the rights to metadata', async () => {
  const helper = await administrator(shared, 'helper', 'HELP_DESK')
  expect((await helper.ask('POST', path, { id: 'X', name: 'X' })).status).toBe(403)
})
