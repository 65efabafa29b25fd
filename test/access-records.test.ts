/** Groups, roles, resources and rights over REST: they are records like people. */
import { describe, expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

const samples = [
  { path: 'groups', body: { displayName: 'Crème Brûlée Friends', description: 'Who likes it.' }, name: 'displayName', word: 'creme' },
  { path: 'roles', body: { name: 'Approver', maxUserNumber: 5 }, name: 'name', word: 'appro' },
  { path: 'resources', body: { name: 'Payroll', resourceType: 'NO-PROVISION-APP', risk: 'HIGH' }, name: 'name', word: 'payr' },
  { path: 'rights', body: { id: 'SIGN', name: 'Sign' }, name: 'name', word: 'sig' },
]

describe.each(samples)('$path', ({ path, body, name, word }) => {
  test('are made, found, changed under their version, and removed, each with one event', async () => {
    const made = await ask('POST', `/${path}`, body)
    expect(made).toMatchObject({ status: 201, body: { ...body, meta: { version: 1 } } })
    const { id } = made.body
    expect((await ask('GET', `/${path}?q=${word}&total=true`)).body).toMatchObject({ items: [{ id }], total: 1 })
    expect((await ask('GET', `/${path}?filter=${encodeURIComponent(`${name} eq "${String(Object.entries(body).find(([key]) => key === name)![1]).toUpperCase()}"`)}`)).body.items).toHaveLength(1)
    const changed = await ask('PATCH', `/${path}/${id}`, { description: 'Other.' }, { 'if-match': 'W/"1"' })
    expect(changed).toMatchObject({ status: 200, body: { description: 'Other.', meta: { version: 2 } } })
    expect((await ask('PATCH', `/${path}/${id}`, { description: 'Late.' }, { 'if-match': 'W/"1"' })).status).toBe(412)
    expect((await ask('PUT', `/${path}/${id}`, body)).body.description).toBe((body as { description?: string }).description)
    expect(await ask('POST', `/${path}`, { ...body, id: undefined })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect((await ask('DELETE', `/${path}/${id}`)).status).toBe(204)
    expect((await ask('GET', `/${path}/${id}`)).status).toBe(404)
    const events = await ctx.db.query<{ action: string }>('select action from gatehouse.audit_event where target_id = $1 order by event_id', [id])
    expect(events.map(({ action }) => action.split('.')[1])).toEqual(['create', 'update', 'replace', 'delete'])
  })

  test('refuse what they do not know, and what is too long, with its path', async () => {
    expect((await ask('POST', `/${path}`, { ...body, colour: 'red' })).body).toMatchObject({ code: 'unknown_attribute', problems: [{ path: 'colour' }] })
    expect((await ask('POST', `/${path}`, { ...body, attributes: { a: 'b' } })).status).toBe(400)
    expect((await ask('POST', `/${path}`, { ...body, [name]: 'x'.repeat(300) })).body).toMatchObject({ code: 'invalid_value', problems: [{ path: name }] })
    expect((await ask('POST', `/${path}`, { ...body, [name]: null })).status).toBe(400)
  })
})

test('a reference to nothing is named by its path', async () => {
  expect((await ask('POST', '/resources', { name: 'X', resourceType: 'NONE' })).body).toMatchObject({ code: 'invalid_reference', problems: [{ path: 'resourceType' }] })
  expect((await ask('POST', '/roles', { name: 'X', managedSystem: 'nope' })).body).toMatchObject({ code: 'invalid_reference', problems: [{ path: 'managedSystem' }] })
})

test('a number out of its range is told the range', async () => {
  for (const [attribute, value, message] of [
    ['maxUserNumber', 1e12, 'from 0 to 2147483647'], ['maxUserNumber', -1, 'from 0 to 2147483647'], ['maxUserNumber', 1.5, 'from 0 to 2147483647'], ['maxUserNumber', '5', 'not a text'],
    ['membershipDurationSeconds', 0, 'from 1 to 2147483647'],
  ] as const) {
    expect((await ask('POST', '/roles', { name: 'Ranged', [attribute]: value })).body, `${attribute} ${value}`).toMatchObject({ code: 'invalid_value', problems: [{ path: attribute, message: expect.stringContaining(`must be a whole number${message.startsWith('not') ? ',' : ''} ${message}`) }] })
  }
})
