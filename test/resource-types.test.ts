/** Sorts of resources: administered like other small records, and held to where resources of them may stand. */
import { expect, test } from 'vitest'
import { administrator } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const path = '/metadata/resource-types'

const resource = async (name: string, resourceType: string) => (await ask('POST', '/resources', { name, resourceType })).body.id as string

test('one is made, listed, read, patched, replaced and removed, each with its event', async () => {
  const made = await ask('POST', path, { id: 'DOOR', description: 'A door' })
  expect(made).toMatchObject({ status: 201, headers: { location: expect.stringContaining(`/api/v1${path}/DOOR`) }, body: { id: 'DOOR', description: 'A door', supportsHierarchy: true, provisionResource: false, searchable: true } })
  expect((await ask('POST', path, { id: 'DOOR' })).body.code).toBe('already_exists')
  expect((await ask('GET', path)).body.items.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['ADMIN_RESOURCE', 'DOOR', 'WEBSERVICE']))
  expect((await ask('PATCH', `${path}/DOOR`, { url: '/doors' })).body).toMatchObject({ description: 'A door', url: '/doors' })
  expect((await ask('PUT', `${path}/DOOR`, { description: 'A gate', supportsHierarchy: false })).body).toEqual({ id: 'DOOR', description: 'A gate', supportsHierarchy: false, provisionResource: false, searchable: true })
  expect((await ask('DELETE', `${path}/DOOR`)).status).toBe(204)
  expect((await ask('GET', `${path}/DOOR`)).body.code).toBe('not_found')
  const events = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_type = 'ResourceType' and target_id = 'DOOR' order by event_id`)
  expect(events.map(({ action }) => action)).toEqual(['resource.type.create', 'resource.type.update', 'resource.type.update', 'resource.type.delete'])
})

test('a change holds against what was read', async () => {
  const { headers } = await ask('POST', path, { id: 'WINDOW' })
  const tag = String(headers.etag)
  expect((await ask('GET', `${path}/WINDOW`, undefined, { 'if-none-match': tag })).status).toBe(304)
  const replies = await Promise.all(['a', 'b'].map((description) => ask('PATCH', `${path}/WINDOW`, { description }, { 'if-match': tag })))
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412])
  const now = String((await ask('GET', `${path}/WINDOW`)).headers.etag)
  expect(now).not.toBe(tag)
  expect((await ask('DELETE', `${path}/WINDOW`, undefined, { 'if-match': tag })).status).toBe(412)
  expect((await ask('DELETE', `${path}/WINDOW`, undefined, { 'if-match': now })).status).toBe(204)
})

test('one that resources have stays, and an unknown one is told where to look', async () => {
  await ask('POST', path, { id: 'SAFE' })
  const safe = await resource('Safe', 'SAFE')
  expect(await ask('DELETE', `${path}/SAFE`)).toMatchObject({ status: 409, body: { code: 'still_referenced', detail: 'There are resources of this type.' } })
  await ask('DELETE', `/resources/${safe}`)
  expect((await ask('DELETE', `${path}/SAFE`)).status).toBe(204)
  const { body } = await ask('POST', '/resources', { name: 'Vault', resourceType: 'SAFE' })
  expect(body).toMatchObject({ code: 'invalid_reference', problems: [{ path: 'resourceType', message: expect.stringMatching(/no ResourceType with the id SAFE; GET \/api\/v1\/metadata\/resource-types lists .*WEBSERVICE/) }] })
})

test('without hierarchy resources stand below none, and it cannot be taken while some do', async () => {
  await ask('POST', path, { id: 'SHELF' })
  await ask('POST', path, { id: 'CELLAR', supportsHierarchy: false })
  const [low, high, deep] = [await resource('Low shelf', 'SHELF'), await resource('High shelf', 'SHELF'), await resource('Cellar', 'CELLAR')]
  expect((await ask('PUT', `/resources/${low}/parents/${high}`)).status).toBe(201)
  expect((await ask('PUT', `/resources/${deep}/parents/${high}`)).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('does not stand below others') })
  expect((await ask('PATCH', `${path}/SHELF`, { supportsHierarchy: false })).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('Low shelf stands below High shelf') })
  expect((await ask('PATCH', `/resources/${low}`, { resourceType: 'CELLAR' })).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('Low shelf stands below High shelf') })
  expect((await ask('PATCH', `/resources/${high}`, { resourceType: 'CELLAR' })).status).toBe(200)
  await ask('DELETE', `/resources/${low}/parents/${high}`)
  expect((await ask('PATCH', `${path}/SHELF`, { supportsHierarchy: false })).status).toBe(200)
  expect((await ask('PATCH', `${path}/CELLAR`, { supportsHierarchy: true })).status).toBe(200)
  expect((await ask('PUT', `/resources/${deep}/parents/${high}`)).status).toBe(201)
})

test('who may see metadata sees them, and who may not change it changes none', async () => {
  const { ask: asked } = await administrator(shared, 'auditor', 'AUDITOR')
  expect((await asked('GET', path)).status).toBe(200)
  expect((await asked('PATCH', `${path}/WEBSERVICE`, { supportsHierarchy: false })).body.code).toBe('forbidden')
})
