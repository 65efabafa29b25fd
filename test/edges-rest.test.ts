/** Edges of access over REST: members, what things have, what has them; paged, dated, and refused when wrong. */
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { testServer } from './rest-server.ts'
import { hostileStrings } from './hostile-strings.ts'

const { ask, ctx } = await testServer()
const { db } = ctx

/** An edge as answers show it. */
interface Shown {
  grouping?: string
  id?: string
  source: { type: string; id: string; name?: string }
  target: { type: string; id: string }
}

let counter = 0
const make = async (path: string, more: Document = {}) => {
  const names: Record<string, Document> = { users: { userName: `er${++counter}`, status: 'ACTIVE' }, groups: { displayName: `G${counter}` }, roles: { name: `R${counter}` }, resources: { name: `S${counter}`, resourceType: 'NO-PROVISION-APP' }, organizations: { name: `O${counter}` } }
  const { status, body } = await ask('POST', `/${path}`, { ...names[path], ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id as string
}
await ask('POST', '/rights', { id: 'EDIT', name: 'Edit' })
const items = async (path: string) => (await ask('GET', path)).body.items as (Document & Shown)[]
/** Noon some days from now. */
const ahead = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T12:00:00.000Z`
const start = '2026-01-01T00:00:00.000Z'

describe.each([['groups', 'groups'], ['roles', 'roles'], ['resources', 'resources'], ['organizations', 'affiliations']])('members of %s', (path, segment) => {
  test('are put, seen from both ends, and removed', async () => {
    const [thing, person] = [await make(path), await make('users', { name: { givenName: 'Ada', familyName: 'Lovelace' } })]
    const address = `/${path}/${thing}/members/${person}`
    const put = await ask('PUT', address, { start, end: '2027-01-01T00:00:00Z', rights: ['EDIT'], description: 'request 7' })
    expect(put).toMatchObject({ status: 201, body: { source: { type: 'User', id: person, name: 'Ada Lovelace' }, target: { id: thing }, start, end: '2027-01-01T00:00:00.000Z', rights: ['EDIT'], description: 'request 7' } })
    expect(put.headers.etag).toMatch(/^W\/"/)
    const again = await ask('PUT', `${address}?start=${start}`, put.body)
    expect(again).toMatchObject({ status: 200, body: put.body })
    expect(again.headers.etag).toBe(put.headers.etag)
    expect(await items(`/${path}/${thing}/members`)).toMatchObject([{ id: put.body.id, rights: ['EDIT'], source: { name: 'Ada Lovelace' } }])
    const own = await items(`/users/${person}/${segment}`)
    expect(own).toHaveLength(1)
    expect(own[0]).toMatchObject({ id: put.body.id, start })
    expect((await ask('PUT', address, {})).body).toMatchObject({ code: 'period_overlap' })
    expect((await ask('PUT', address, { end: start })).status).toBe(201)
    expect((await ask('DELETE', address)).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining(start) })
    expect((await ask('DELETE', `${address}?start=2026-01-01T01:00:00+01:00`)).status).toBe(204)
    expect((await ask('DELETE', address)).status).toBe(204)
    expect((await ask('DELETE', address)).status).toBe(204)
    expect(await items(`/${path}/${thing}/members`)).toEqual([])
    const events = await db.query<{ action: string }>(`select action from gatehouse.audit_event where target_type = 'User' and target_id = $1 order by event_id`, [person])
    expect(events.map(({ action }) => action.split('.').slice(1).join('.'))).toEqual(['create', `${segment}.add`, `${segment}.add`, `${segment}.remove`, `${segment}.remove`])
  })

  test('are listed by page, at a moment, by filter and by search', async () => {
    const thing = await make(path)
    const people: string[] = []
    for (let i = 0; i < 5; i++) {
      people.push(await make('users', { title: i < 2 ? 'Baker' : 'Smith', name: { familyName: i === 4 ? 'Zobel' : 'Amsel' }, ...(i === 3 ? { isVisible: false } : {}) }))
      await ask('PUT', `/${path}/${thing}/members/${people[i]!}`, i === 0 ? { end: '2026-01-01T00:00:00Z' } : { start })
    }
    await ask('PUT', `/${path}/${thing}/members/${people[0]!}`, { start: '2026-06-01T00:00:00Z' })
    const seen: string[] = []
    for (let cursor = '', pages = 0; pages < 9; pages++) {
      const { body } = await ask('GET', `/${path}/${thing}/members?count=2&total=true${cursor}`)
      expect(body.total).toBe(6)
      seen.push(...body.items.map((one: Shown) => one.source.id))
      if (body.next === undefined) break
      cursor = `&cursor=${body.next}`
    }
    expect(seen).toEqual([people[0], ...people])
    const found = async (query: string) => (await items(`/${path}/${thing}/members?${query}`)).map((one: Shown) => people.indexOf(one.source.id))
    expect(await found(`at=${ahead(1)}`)).toEqual([0, 1, 2, 3, 4])
    await ask('PUT', `/${path}/${thing}/members/${people[1]!}?start=${start}`, { start, end: ahead(2) })
    expect(await found(`at=${ahead(2).slice(0, 10)}`)).toEqual([0, 1, 2, 3, 4])
    expect(await found(`at=${ahead(2)}`)).toEqual([0, 2, 3, 4])
    expect((await ask('GET', `/${path}/${thing}/members?at=2026-13-01`)).body.code).toBe('invalid_parameter')
    expect(await found(`filter=${encodeURIComponent('title eq "baker"')}`)).toEqual([0, 0, 1])
    expect(await found('q=zob')).toEqual([4])
    const { next } = (await ask('GET', `/${path}/${thing}/members?count=2&q=ams`)).body
    expect((await ask('GET', `/${path}/${thing}/members?count=2&cursor=${next}`)).body.code).toBe('invalid_cursor')
    expect((await ask('GET', `/${path}/${thing}/members?filter=title`)).body.code).toBe('invalid_filter')
  })

  test('are refused when wrong, and nothing is left behind', async () => {
    const [thing, person] = [await make(path), await make('users')]
    const address = `/${path}/${thing}/members/${person}`
    expect((await ask('PUT', `/${path}/none/members/${person}`, {})).status).toBe(404)
    expect((await ask('PUT', `/${path}/${thing}/members/none`, {})).status).toBe(404)
    expect((await ask('DELETE', `/${path}/${thing}/members/none`)).status).toBe(404)
    expect((await ask('DELETE', `/${path}/none/members/${person}`)).status).toBe(404)
    expect((await ask('GET', `/${path}/none/members`)).status).toBe(404)
    expect((await ask('PUT', address, { rights: ['NONE'] })).body).toMatchObject({ code: 'invalid_reference', problems: [{ path: expect.stringContaining('rights') }] })
    expect((await ask('PUT', `${address}?start=${start}`, { start: '2026-02-01T00:00:00Z' })).body.code).toBe('invalid_parameter')
    expect((await ask('PUT', `${address}?start=tomorrow`, {})).body.code).toBe('invalid_parameter')
    expect((await ask('PUT', address, {}, { 'if-match': '"1"' })).status).toBe(412)
    expect((await ask('DELETE', address, undefined, { 'if-match': '"1"' })).status).toBe(412)
    for (const body of ['[]', '"x"', '5', 'null', '{', '{"end":5}', '{"rights":{}}', '{"rights":[null]}', '{"colour":"red"}']) {
      expect((await ask('PUT', address, body)).status, body).toBe(400)
    }
    expect(await items(`/${path}/${thing}/members`)).toEqual([])
  })
})

test('strange texts come back as they went in, or are refused', async () => {
  const [thing, person] = [await make('groups'), await make('users')]
  const address = `/groups/${thing}/members/${person}`
  for (const text of hostileStrings.filter((_, index) => index % 4 === 0)) {
    const { status, body } = await ask('PUT', address, { description: text })
    expect([200, 201, 400], `${JSON.stringify(text)} ${JSON.stringify(body)}`).toContain(status)
    if (status !== 400) expect(body.description ?? '').toBe(text)
    expect((await ask('GET', `/groups/${thing}/members?cursor=${encodeURIComponent(Buffer.from(JSON.stringify(['x', text, text])).toString('base64url'))}`)).status).toBe(400)
  }
})

test('what a thing has, and what has it, are listed from both ends', async () => {
  const [group, above, role, resource, company] = [await make('groups'), await make('groups'), await make('roles'), await make('resources'), await make('organizations')]
  for (const address of [`/groups/${group}/parents/${above}`, `/groups/${group}/roles/${role}`, `/groups/${group}/resources/${resource}`, `/roles/${role}/resources/${resource}`, `/organizations/${company}/roles/${role}`]) {
    expect(await ask('PUT', address, { rights: ['EDIT'] }), address).toMatchObject({ status: 201, body: { rights: ['EDIT'], grantedBy: 'GATEHOUSE_API_KEY' } })
  }
  expect(await items(`/groups/${group}/roles`)).toMatchObject([{ source: { type: 'Group', id: group }, target: { type: 'Role', id: role }, rights: ['EDIT'] }])
  expect((await items(`/roles/${role}/holders`)).map((one: Shown) => [one.source.type, one.source.id, one.target.id])).toEqual([['Group', group, role], ['Organization', company, role]])
  expect((await items(`/groups/${above}/holders`)).map((one: Shown) => one.source.name)).toEqual([(await ask('GET', `/groups/${group}`)).body.displayName])
  const first = (await ask('GET', `/resources/${resource}/holders?count=1&total=true`)).body
  expect(first).toMatchObject({ total: 2, items: [{ source: { type: 'Group' } }] })
  expect(await items(`/resources/${resource}/holders?count=1&cursor=${first.next}`)).toMatchObject([{ source: { type: 'Role' } }])
  expect(await items(`/resources/${resource}/holders?at=${ahead(1)}`)).toHaveLength(2)
  expect((await ask('PUT', `/groups/${above}/parents/${group}`, {})).body.code).toBe('circular_dependency')
  expect((await ask('DELETE', `/groups/${group}/roles/${role}`)).status).toBe(204)
  expect((await items(`/roles/${role}/holders`)).map((one: Shown) => one.source.type)).toEqual(['Organization'])
  const [event] = await db.query(`select action, target_type from gatehouse.audit_event where target_id = $1 and action like 'group.roles.remove'`, [group])
  expect(event).toEqual({ action: 'group.roles.remove', target_type: 'Group' })
})

test('an affiliation keeps its type, raises the version of the person, and says who gave it', async () => {
  const [company, person] = [await make('organizations'), await make('users')]
  await ask('PUT', `/organizations/${company}/members/${person}`, { description: 'a' })
  const [entry] = await items(`/users/${person}/affiliations`)
  const type = (await ask('GET', '/metadata/types')).body.items.find((one: Shown) => one.grouping === 'AFFILIATION_TYPE').id
  await ask('PATCH', `/users/${person}/affiliations/${String(entry!.id)}`, { type })
  const { version } = (await ask('GET', `/users/${person}`)).body.meta
  expect((await ask('PUT', `/organizations/${company}/members/${person}`, { description: 'b' })).status).toBe(200)
  expect(await items(`/users/${person}/affiliations`)).toMatchObject([{ id: entry!.id, type, description: 'b' }])
  expect((await ask('GET', `/users/${person}`)).body.meta.version).toBe(version + 1)
  expect(await db.query('select granted_by from user_affiliation where user_id = $1', [person])).toEqual([{ granted_by: 'GATEHOUSE_API_KEY' }])
  expect((await ask('GET', `/users/${person}?attributes=affiliations.grantedBy,affiliations`)).body.affiliations[0]).toMatchObject({ grantedBy: 'GATEHOUSE_API_KEY' })
  await ask('POST', `/users/${person}/terminate`)
  expect((await ask('PUT', `/organizations/${await make('organizations')}/members/${person}`, {})).body.code).toBe('conflict')
})

test('a membership does not raise the version of the person', async () => {
  const [role, person] = [await make('roles'), await make('users')]
  const before = (await ask('GET', `/users/${person}`)).body.meta.version
  await ask('PUT', `/roles/${role}/members/${person}`, {})
  expect((await ask('GET', `/users/${person}`)).body.meta.version).toBe(before)
})

test('a request sent again under its key is answered as before', async () => {
  const [role, person] = [await make('roles'), await make('users')]
  const send = () => ask('PUT', `/roles/${role}/members/${person}`, {}, { 'idempotency-key': 'once' })
  expect((await send()).status).toBe(201)
  expect(await send()).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } })
})
