/** Portals over REST: replaced, removed while nobody is in them, and the runs of their sync. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

test('a portal is replaced as a whole', async () => {
  const made = await ask('POST', '/portals', { name: 'One', description: 'x', settings: { client_id: '0oaClient1', issuer: 'https://org.example' } })
  expect(made.headers.location).toMatch(new RegExp(`/api/v1/portals/${made.body.id}$`))
  const at = `/portals/${made.body.id}`
  expect((await ask('PUT', at, { name: 'Uno' }, { 'if-match': '"7"' })).status).toBe(412)
  expect(await ask('PUT', at, { name: 'Uno', settings: { client_id: '0oaClient2' } }, { 'if-match': '"1"' })).toMatchObject({ status: 200, headers: { etag: 'W/"2"' } })
  const { body } = await ask('GET', at)
  expect(body).toMatchObject({ name: 'Uno', settings: { client_id: '0oaClient2' } })
  expect([body.description, body.settings.issuer]).toEqual([undefined, undefined])
  expect(await ask('PUT', at, { description: 'x' })).toMatchObject({ status: 400, body: { code: 'required_attribute' } })
})

test('a portal is removed once nobody is in it', async () => {
  const person = (await ask('POST', '/users', { userName: 'ada' })).body.id as string
  const { id } = (await ask('POST', '/portals', { name: 'Two', settings: { client_id: '0oaClient3' } })).body
  await ask('POST', `/portals/${id}/users`, [person])
  expect(await ask('DELETE', `/portals/${id}`)).toMatchObject({ status: 409, body: { code: 'still_referenced' } })
  await ask('DELETE', `/portals/${id}/users/${person}`)
  expect((await ask('DELETE', `/portals/${id}`, undefined, { 'if-match': '"9"' })).status).toBe(412)
  expect((await ask('DELETE', `/portals/${id}`, undefined, { 'if-match': '"1"' })).status).toBe(204)
  expect((await ask('GET', `/portals/${id}`)).status).toBe(404)
  expect(await ctx.db.query('select from efs.iam_portal_settings where portal_id = $1', [id])).toEqual([])
  const events = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_type = 'Portal' and target_id = $1 order by event_id`, [String(id)])
  expect(events.map(({ action }) => action)).toEqual(['portal.create', 'portal.delete'])
  expect((await ask('POST', '/portals', { name: 'Two', settings: { client_id: '0oaClient3' } })).status).toBe(201)
})

test('administrators of EFS are added, listed with their links and removed; whoever has gone is queued', async () => {
  const [ada, bob] = [(await ask('POST', '/users', { userName: 'ada.admin', name: { givenName: 'Ada', familyName: 'Byron' } })).body.id as string, (await ask('POST', '/users', { userName: 'bob.admin' })).body.id as string]
  const at = '/portals/admins/users'
  expect(await ask('POST', at, [ada, bob])).toMatchObject({ status: 200, body: { items: [{ personId: ada }, { personId: bob }] } })
  expect((await ask('POST', at, [ada])).body.items).toEqual([])
  expect(await ask('POST', at, ['nobody'])).toMatchObject({ status: 400, body: { code: 'invalid_reference' } })
  await ctx.db.execute(`insert into efs.iam_user_reference (user_id, uuid, created_at, updated_at, status, has_data_changes) select uid, '00uAda', now(), now(), 1, 1 from efs.users where person_id = $1`, [ada])
  const { items } = (await ask('GET', at)).body
  expect(items).toMatchObject([{ personId: ada, displayName: 'Ada Byron', uuid: '00uAda', hasDataChanges: true }, { personId: bob }])
  expect(items[1].uuid).toBeUndefined()
  expect((await ask('GET', `${at}?filter=uuid+eq+"00uAda"`)).body.items).toHaveLength(1)
  expect((await ask('DELETE', `${at}/${ada}`)).status).toBe(204)
  expect(await ask('DELETE', `${at}/${ada}`)).toMatchObject({ status: 404 })
  expect((await ask('GET', '/portals/admin-unassignment-queue')).body.items).toMatchObject([{ uuid: '00uAda', personId: ada, state: 'queued' }])
  const events = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action like 'efsAdmin%' order by event_id`, [ada])
  expect(events.map(({ action }) => action)).toEqual(['efsAdmin.add', 'efsAdmin.remove'])
})

test('the mapping of a portal, and of administrators, is set and taken back; every fault is named', async () => {
  expect((await ask('POST', '/metadata/elements', { name: 'department' })).status).toBe(201)
  const { id } = (await ask('POST', '/portals', { name: 'Mapped' })).body
  for (const at of [`/portals/${id}/mapping`, '/portals/admins/mapping']) {
    const standard = await ask('GET', at)
    expect(standard).toMatchObject({ status: 200, body: { own: false, fields: { lastName: 'name.familyName' } } })
    const fields = { login: 'userName', email: 'primaryEmail', department: { upper: 'attributes.department' } }
    expect(await ask('PUT', at, { fields })).toMatchObject({ status: 200, body: { own: true, fields, marked: 0 } })
    expect((await ask('GET', at)).body).toEqual({ own: true, fields })
    expect(await ask('PUT', at, { fields: { login: 'userName', x: { lower: 'titel' } } })).toMatchObject({ status: 400, body: { code: 'invalid_mapping', problems: [{ path: 'x.lower' }, { path: 'email' }] } })
    for (const body of [[], {}, { fields: [] }]) expect(await ask('PUT', at, body)).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
    expect(await ask('PUT', at, { fields, all: true })).toMatchObject({ status: 400, body: { code: 'unknown_attribute' } })
    expect((await ask('DELETE', at)).body).toEqual({ ...standard.body, marked: 0 })
  }
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, { join: new Array<string>(9).fill('title') }]))
  expect((await ask('PUT', `/portals/${id}/mapping`, { fields: { login: 'userName', email: 'primaryEmail', ...many } })).body).toMatchObject({ code: 'invalid_mapping', problems: [{ message: expect.stringContaining('500 parts') }] })
  for (const missing of ['999999', 'x']) expect((await ask('GET', `/portals/${missing}/mapping`)).status).toBe(404)
  expect(await ask('POST', `/portals/${id}/check`)).toMatchObject({ status: 409 })
})

test('a stopped plan is released over REST, with a reason', async () => {
  await ctx.db.execute(`insert into gatehouse.plan (plan_id, kind, status, title, steps, stop_reason, created_at, created_by) values ('s1', 'mass-delete', 'stopped', 'x', 9, 'too many', now(), 'x')`)
  expect(await ask('POST', '/plans/s1/release')).toMatchObject({ status: 400 })
  expect(await ask('POST', '/plans/s1/release', { reason: '' })).toMatchObject({ status: 400, body: { code: 'required_attribute', problems: [{ path: 'reason' }] } })
  expect(await ask('POST', '/plans/s1/release', { reason: 'the panel is closed', by: 'Ada Byron' })).toMatchObject({ status: 200, body: { status: 'planned', stopReason: 'too many', releaseReason: 'the panel is closed', releasedBy: expect.stringContaining('Ada Byron') } })
  expect(await ask('POST', '/plans/s1/release', { reason: 'again' })).toMatchObject({ status: 409, body: { code: 'plan_state' } })
  expect((await ask('GET', '/plans?filter=status+eq+"planned"')).body.items[0]).toMatchObject({ id: 's1', releaseReason: 'the panel is closed', released: expect.any(String) })
})

test('an API key is read without its token, where it was made to stand', async () => {
  const person = (await ask('POST', '/users', { userName: 'bob' })).body.id as string
  const made = await ask('POST', '/keys', { userId: person, name: 'robot', scopes: ['read', 'write'] })
  expect(made.headers.location).toMatch(new RegExp(`/api/v1/keys/${made.body.id}$`))
  expect((await ask('GET', `/keys/${made.body.id}`)).body).toEqual({ id: made.body.id, userId: person, name: 'robot', scopes: ['read', 'write'], created: expect.any(String) })
  expect((await ask('GET', '/keys/none')).status).toBe(404)
})
