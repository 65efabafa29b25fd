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

test('an API key is read without its token, where it was made to stand', async () => {
  const person = (await ask('POST', '/users', { userName: 'bob' })).body.id as string
  const made = await ask('POST', '/keys', { userId: person, name: 'robot', scopes: ['read', 'write'] })
  expect(made.headers.location).toMatch(new RegExp(`/api/v1/keys/${made.body.id}$`))
  expect((await ask('GET', `/keys/${made.body.id}`)).body).toEqual({ id: made.body.id, userId: person, name: 'robot', scopes: ['read', 'write'], created: expect.any(String) })
  expect((await ask('GET', '/keys/none')).status).toBe(404)
})
