/** ETag and If-Match on metadata types, declared attributes and types of organisations. */
import { describe, expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

const kinds = [
  ['/metadata/types', { id: 'ROBOT', grouping: 'USER_OBJECT_TYPE', displayName: 'Robot', displayOrder: 3 }, { displayName: 'Android' }, 'displayOrder'],
  ['/metadata/elements', { name: 'shoeSize', description: 'x', validValues: ['42', '43'] }, { displayName: 'Shoe size' }, 'description'],
  ['/metadata/organization-types', { id: 'FACULTY', name: 'Faculty', description: 'x', members: ['DEPARTMENT'] }, { name: 'School' }, 'description'],
] as const

describe.each(kinds)('%s', (path, body, patch, optional) => {
  test('is made, read, patched, replaced and removed at its version', async () => {
    const made = await ask('POST', path, body)
    expect(made).toMatchObject({ status: 201, headers: { etag: 'W/"1"', location: expect.stringContaining(`/api/v1${path}/${made.body.id}`) }, body })
    const at = `${path}/${made.body.id}`
    expect((await ask('GET', at)).headers.etag).toBe('W/"1"')
    expect((await ask('GET', at, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304)
    const patched = await ask('PATCH', at, patch, { 'if-match': 'W/"1"' })
    expect(patched).toMatchObject({ status: 200, headers: { etag: 'W/"2"' }, body: { ...body, ...patch } })
    for (const [method, given] of [['PATCH', patch], ['PUT', body], ['DELETE', undefined]] as const) {
      expect(await ask(method, at, given, { 'if-match': 'W/"1"' }), method).toMatchObject({ status: 412, body: { code: 'version_mismatch' } })
    }
    expect((await ask('GET', at)).body).toEqual(patched.body)
    const { [optional]: _, ...less } = { ...body, ...patch } as Record<string, unknown>
    const replaced = await ask('PUT', at, less, { 'if-match': '"2"' })
    expect(replaced).toMatchObject({ status: 200, headers: { etag: 'W/"3"' }, body: less })
    expect(replaced.body[optional]).toBeOneOf([undefined, 0])
    expect((await ask('PATCH', at, patch)).headers.etag).toBe('W/"4"')
    expect((await ask('DELETE', at, undefined, { 'if-match': '"4"' })).status).toBe(204)
    expect((await ask('GET', at)).status).toBe(404)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [made.body.id])
    expect(events.map(({ action }) => action.split('.').at(-1))).toEqual(['create', 'update', 'update', 'update', 'delete'])
  })

  test('is changed by one of two who read the same version', async () => {
    const { body: made } = await ask('POST', path, body)
    const replies = await Promise.all([1, 2, 3].map(() => ask('PATCH', `${path}/${made.id}`, patch, { 'if-match': '"1"' })))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 412, 412])
  })
})
