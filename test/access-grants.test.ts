/** Giving one thing to everyone a filter finds, and taking it from them: planned person by person, applied exactly so. */
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const { db } = ctx

let counter = 0
/** People whom only their job title ties together. */
async function crew(size: number, more: (index: number) => Document = () => ({})) {
  const title = `Crew ${++counter}`
  const ids: string[] = []
  for (let i = 0; i < size; i++) ids.push((await ask('POST', '/users', { userName: `grant${++counter}`, title, status: 'ACTIVE', ...more(i) })).body.id)
  return { filter: `title eq "${title}"`, ids }
}
const make = async (path: string, body: Document) => (await ask('POST', `/${path}`, body)).body.id as string
const plan = async (operation: string, filter: string, options: Document) => {
  const { status, body } = await ask('POST', '/plans', { kind: 'bulk', operation, filter, options })
  expect(status, JSON.stringify(body)).toBe(201)
  return body as { id: string; counts: object; steps: number }
}
const steps = async (id: string) => (await ask('GET', `/plans/${id}/steps`)).body.items as Document[]
const apply = async (id: string) => (await ask('POST', `/plans/${id}/apply`)).body as Document
const members = async (path: string) => ((await ask('GET', `${path}/members`)).body.items as { source: { id: string } }[]).map((one) => one.source.id)
await make('rights', { id: 'EDIT', name: 'Edit' })

describe.each([['group', 'groups', { displayName: 'Bulk' }], ['role', 'roles', { name: 'Bulk' }], ['resource', 'resources', { name: 'Bulk', resourceType: 'NO-PROVISION-APP' }], ['organization', 'organizations', { name: 'Bulk' }]])('a %s', (kind, path, body) => {
  test('is given to everyone found, with what the plan showed, and taken from them again', async () => {
    const thing = await make(path, body)
    const { filter, ids } = await crew(4, (i) => ({ status: i === 3 ? 'TERMINATED' : 'ACTIVE' }))
    const terms = { start: '2026-01-01T00:00:00.000Z', end: '2100-01-01T00:00:00.000Z', rights: ['EDIT'], description: 'reorganisation' }
    await ask('PUT', `/${path}/${thing}/members/${ids[0]!}`, terms)
    await ask('PUT', `/${path}/${thing}/members/${ids[1]!}`, { start: terms.start })
    const { id, ...made } = await plan('assign', filter, { [kind]: thing, ...terms })
    expect(made).toMatchObject({ kind: 'grants', steps: 4, counts: { unchanged: 1, update: 1, create: 1, conflict: 1 } })
    const segment = kind === 'organization' ? 'affiliations' : path
    const at = `${segment}[${thing}]`
    expect(await steps(id)).toMatchObject([
      { action: 'unchanged', resource: 'Membership', targetId: ids[0] },
      { action: 'update', targetId: ids[1], changes: [{ path: at, before: { start: terms.start }, after: terms }] },
      { action: 'create', targetId: ids[2], changes: [{ path: at, after: terms }] },
      { action: 'conflict', targetId: ids[3], problems: [{ message: expect.stringContaining('TERMINATED') }] },
    ])
    expect(await members(`/${path}/${thing}`)).toHaveLength(2)
    expect(await apply(id)).toMatchObject({ status: 'applied', failed: 0 })
    expect((await ask('GET', `/${path}/${thing}/members`)).body.items).toEqual(ids.slice(0, 3).map((person) => expect.objectContaining({ source: expect.objectContaining({ id: person }), ...terms })))
    const events = await db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and correlation_id <> '' order by event_id`, [ids[2]])
    expect(events.map((one) => one.action)).toEqual(['user.create', `user.${segment}.add`])
    const back = await plan('unassign', filter, { [kind]: thing })
    expect(back.counts).toEqual({ delete: 3, unchanged: 1 })
    expect(await apply(back.id)).toMatchObject({ status: 'applied', failed: 0 })
    expect(await members(`/${path}/${thing}`)).toEqual([])
  })
})

test('what has several periods is taken by its start only', async () => {
  const role = await make('roles', { name: 'Several' })
  const { filter, ids } = await crew(1)
  for (const body of [{ end: '2020-01-01T00:00:00Z' }, { start: '2021-01-01T00:00:00Z' }]) await ask('PUT', `/roles/${role}/members/${ids[0]!}`, body)
  expect((await plan('unassign', filter, { role })).counts).toEqual({ conflict: 1 })
  const { id } = await plan('unassign', filter, { role, start: '2021-01-01T00:00:00Z' })
  await apply(id)
  expect((await ask('GET', `/roles/${role}/members`)).body.items).toMatchObject([{ end: '2020-01-01T00:00:00.000Z' }])
})

test('no more people are given it than it is for, in the plan and at its application', async () => {
  const role = await make('roles', { name: 'Scarce', maxUserNumber: 3 })
  const { filter, ids } = await crew(4)
  await ask('PUT', `/roles/${role}/members/${ids[3]!}`, {})
  const { id, counts } = await plan('assign', filter, { role })
  expect(counts).toEqual({ create: 2, conflict: 1, unchanged: 1 })
  const { ids: [other] } = await crew(1)
  await ask('PUT', `/roles/${role}/members/${other!}`, {})
  expect(await apply(id)).toMatchObject({ status: 'applied', failed: 1 })
  expect(await members(`/roles/${role}`)).toHaveLength(3)
  expect((await steps(id)).filter((one) => one.status === 'failed')).toMatchObject([{ result: { code: 'conflict', detail: expect.stringContaining('3 people') } }])
})

test('a plan is refused when the role or a person has changed since', async () => {
  const role = await make('roles', { name: 'Moving' })
  const { filter, ids } = await crew(2)
  const first = await plan('assign', filter, { role })
  await ask('PATCH', `/roles/${role}`, { description: 'Other.' })
  expect(await apply(first.id)).toMatchObject({ code: 'plan_stale', detail: expect.stringContaining('Role') })
  const second = await plan('assign', filter, { role })
  await ask('PATCH', `/users/${ids[0]!}`, { nickName: 'x' })
  expect(await apply(second.id)).toMatchObject({ code: 'plan_stale', detail: expect.stringContaining('User') })
  expect(await members(`/roles/${role}`)).toEqual([])
})

test('a plan is refused when a membership that it read is another by now, and gives back nothing that was cut', async () => {
  const role = await make('roles', { name: 'Cut' })
  const { filter, ids } = await crew(2)
  const member = `/roles/${role}/members/${ids[0]!}`
  await ask('PUT', member, { start: '2026-01-01T00:00:00Z', end: '2026-12-31T00:00:00Z' })
  const longer = await plan('assign', filter, { role, start: '2026-01-01T00:00:00Z', end: '2027-06-30T00:00:00Z' })
  await ask('PUT', member, { start: '2026-01-01T00:00:00Z', end: '2026-01-31T00:00:00Z' })
  expect(await apply(longer.id)).toMatchObject({ code: 'plan_stale', detail: expect.stringContaining(ids[0]!) })
  expect(await members(`/roles/${role}`)).toHaveLength(1)
  const away = await plan('unassign', filter, { role })
  await ask('PUT', member, { start: '2026-01-01T00:00:00Z', end: '2026-03-31T00:00:00Z' })
  expect(await apply(away.id)).toMatchObject({ code: 'plan_stale' })
  expect(await members(`/roles/${role}`)).toHaveLength(1)
  const again = await plan('unassign', filter, { role })
  expect(await apply(again.id)).toMatchObject({ status: 'applied', failed: 0 })
  expect(await members(`/roles/${role}`)).toEqual([])
})

test('what is asked wrongly is refused', async () => {
  const role = await make('roles', { name: 'Right' })
  const filter = 'userName sw "grant"'
  for (const [body, code] of [
    [{ filter, options: {} }, 'invalid_value'], [{ filter }, 'required_attribute'], [{ filter, options: { role, group: 'x' } }, 'invalid_value'], [{ filter, options: { role: 5 } }, 'invalid_value'],
    [{ filter, options: { role: 'none' } }, 'invalid_reference'], [{ filter, options: { role, rights: ['none'] } }, 'invalid_reference'], [{ filter, options: { role, colour: 'red' } }, 'unknown_attribute'],
    [{ options: { role } }, 'required_attribute'], [{ filter: ' ', options: { role } }, 'required_attribute'], [{ filter: 5, options: { role } }, 'invalid_value'], [{ filter: 'title', options: { role } }, 'invalid_filter'],
    [{ filter, options: { role, start: '2026-01-01T00:00:00Z', end: '2025-01-01T00:00:00Z' } }, 'invalid_value'], [{ filter, options: { role: 'a\u0000' } }, 'invalid_value'], [{ filter, colour: 'red', options: { role } }, 'unknown_attribute'],
  ] as const) {
    expect(await ask('POST', '/plans', { kind: 'bulk', operation: 'assign', ...body }), JSON.stringify(body)).toMatchObject({ status: 400, body: { code } })
  }
  expect((await ask('POST', '/plans', { kind: 'bulk', operation: 'unassign', filter, options: { role, end: '2026-01-01T00:00:00Z' } })).body.code).toBe('unknown_attribute')
})

test('ten thousand people are put into a group, each with an event', async () => {
  await db.execute(`insert into users (user_id, user_name, status, title) select 'many' || i, 'many' || i, 'ACTIVE', 'Many' from generate_series(1, 10000) i`)
  const group = await make('groups', { displayName: 'Many', maxUserNumber: 10_000 })
  const { id, counts } = await plan('assign', 'title eq "Many"', { group, description: 'all' })
  expect(counts).toEqual({ create: 10_000 })
  await apply(id)
  for (let waited = 0; waited < 1500 && (await ask('GET', `/plans/${id}`)).body.status !== 'applied'; waited++) await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await ask('GET', `/groups/${group}/members?count=1&total=true`)).body.total).toBe(10_000)
  expect((await db.first<{ count: number }>(`select count(*)::int as count from gatehouse.audit_event where action = 'user.groups.add' and target_id like 'many%'`))!.count).toBe(10_000)
}, 180_000)

test('an end that is said to be open stays open, planned and applied', async () => {
  const role = await make('roles', { name: 'For a minute', membershipDurationSeconds: 60 })
  const { filter, ids } = await crew(1)
  expect((await steps((await plan('assign', filter, { role })).id))[0]).toMatchObject({ changes: [{ after: { end: expect.any(String) } }] })
  const { id } = await plan('assign', filter, { role, end: null })
  expect((await steps(id))[0]).toMatchObject({ action: 'create', targetId: ids[0], changes: [{ after: {} }] })
  await apply(id)
  expect((await ask('GET', `/roles/${role}/members`)).body.items[0]).not.toHaveProperty('end')
})
