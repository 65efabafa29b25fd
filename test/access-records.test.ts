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

describe.each([['groups', ['groups', 'organizations']], ['roles', ['groups', 'roles', 'organizations']], ['resources', ['groups', 'roles', 'resources', 'organizations']]])('%s', (path, holders) => {
  const bodies: Record<string, (name: string) => object> = { groups: (displayName) => ({ displayName }), roles: (name) => ({ name }), organizations: (name) => ({ name }), resources: (name) => ({ name, resourceType: 'WEBSERVICE' }), users: (userName) => ({ userName, status: 'ACTIVE' }) }
  let counter = 0
  const make = async (kind: string) => (await ask('POST', `/${kind}`, bodies[kind]!(`${path} ${kind} ${++counter}`))).body.id as string
  const ended = { end: '2021-01-01T00:00:00Z' }
  const ahead = { start: '2100-01-01T00:00:00Z' }

  test.each([...holders, 'users'])('are not deleted while %s have them, now or later, and are afterwards', async (holder) => {
    for (const terms of [{}, ahead]) {
      const [thing, other] = [await make(path), await make(holder)]
      const address = holder === 'users' ? `/${path}/${thing}/members/${other}` : `/${holder}/${other}/${holder === path ? 'parents' : path}/${thing}`
      expect((await ask('PUT', address, terms)).status).toBe(201)
      const noun = { groups: 'group', roles: 'role', resources: 'resource', organizations: 'organisation', users: 'person' }[holder]!
      expect((await ask('DELETE', `/${path}/${thing}`)).body).toMatchObject({ code: 'still_referenced', detail: expect.stringContaining(`still had by 1 ${noun},`) })
      expect((await ask('PUT', `${address}${terms === ahead ? `?start=${ahead.start}` : ''}`, terms === ahead ? { end: '2100-01-02T00:00:00Z' } : ended)).status).toBe(200)
      if (terms === ahead) await ask('DELETE', address)
      expect((await ask('DELETE', `/${path}/${thing}`)).status, address).toBe(204)
    }
  })

  test('take what they give along, and their event names it', async () => {
    const [thing, above, gone, person] = [await make(path), await make(path), await make('groups'), await make('users')]
    await ask('PUT', `/${path}/${thing}/parents/${above}`, { description: 'as ever' })
    await ask('PUT', `/groups/${gone}/${path === 'groups' ? 'parents' : path}/${thing}`, ended)
    await ask('PUT', `/${path}/${thing}/members/${person}`, ended)
    expect((await ask('DELETE', `/${path}/${thing}`)).status).toBe(204)
    const [event] = await ctx.db.query<{ changes: { path: string; before: unknown }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action like '%.delete'`, [thing])
    expect(event!.changes).toEqual(expect.arrayContaining([
      { path: `parents[${above}]`, before: { description: 'as ever' } }, { path: `groups[${gone}]`, before: { end: '2021-01-01T00:00:00.000Z' } }, { path: 'endedMemberships', before: 1 },
    ]))
    expect((await ctx.db.query('select from gatehouse.membership_history where user_id = $1', [person])).length).toBeGreaterThan(0)
  })
})

describe.each([['groups', 'displayName'], ['roles', 'name']])('names of %s', (path, name) => {
  const make = (called: string, more: object = {}) => ask('POST', `/${path}`, { [name]: called, ...more })
  test('that differ in case only are one name', async () => {
    const first = (await make('Étage R1')).body.id as string
    expect((await make('étage r1')).body).toMatchObject({ code: 'already_exists', problems: [{ path: name, message: expect.stringContaining('called Étage R1') }] })
    const other = (await make('Étage R2')).body.id as string
    expect((await ask('PATCH', `/${path}/${other}`, { [name]: 'ÉTAGE R1' })).body.code).toBe('already_exists')
    expect((await ask('PATCH', `/${path}/${first}`, { [name]: 'ÉTAGE R1' })).status).toBe(200)
    if (path === 'groups') expect((await make('étage r1', { managedSystem: '0' })).status).toBe(201)
    // Two from before may still be changed otherwise.
    await ctx.db.execute(path === 'groups' ? `update grp set grp_name = 'étage r1' where grp_id = $1` : `update role set role_name = 'étage r1' where role_id = $1`, [other])
    expect((await ask('PATCH', `/${path}/${other}`, { description: 'x' })).status).toBe(200)
  })

  test('are one for two writers at once', async () => {
    const replies = await Promise.all(['at once', 'At once', 'AT ONCE'].map((one) => make(one)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409])
  })
})
