/** What explanations tell of what is gone: edges between things, things themselves, and how an edge stood before it was changed. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Explanation } from '../src/access/explain.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx: { db } } = await testServer()

//  ann ─▶ Staff ─▶ Clerk ─▶ Ledger      and Ann has Paper herself
beforeAll(async () => {
  await db.execute(`
    insert into users (user_id, last_name, display_name, status) values ('ann', 'A', 'Ann A', 'ACTIVE'), ('bob', 'B', 'Bob B', 'ACTIVE');
    insert into res (resource_id, resource_type_id, name) values ('ledger', 'WEBSERVICE', 'Ledger'), ('paper', 'WEBSERVICE', 'Paper');
    insert into grp (grp_id, grp_name) values ('staff', 'Staff');
    insert into role (role_id, role_name) values ('clerk', 'Clerk'), ('spare', 'Spare')`)
})

const put = async (path: string, body: object = {}) => {
  const { status, body: said } = await ask('PUT', path, body)
  expect([200, 201], JSON.stringify(said)).toContain(status)
}
const explain = async (what: 'why' | 'why-not', query: string) => (await ask('GET', `/users/ann/access/${what}?${query}`)).body as Explanation
const messages = ({ paths }: Explanation) => paths.map((path) => path.flatMap(({ missing = [] }) => missing.map(({ message }) => message)))
const instant = async () => {
  await db.execute('select pg_sleep(0.01)')
  const { now } = (await db.first<{ now: string }>(`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`))!
  await db.execute('select pg_sleep(0.01)')
  return now
}

describe('why-not', () => {
  test('knows edges between things that were taken away, and things that were deleted', async () => {
    await put('/groups/staff/members/ann')
    await put('/groups/staff/roles/clerk')
    await put('/roles/clerk/resources/ledger')
    expect(await explain('why', 'resource=ledger')).toMatchObject({ allowed: true, paths: [[{}, {}, {}]] })
    expect((await ask('DELETE', '/groups/staff/roles/clerk')).status).toBe(204)
    expect(messages(await explain('why-not', 'resource=ledger'))[0]).toEqual([expect.stringMatching(/^Staff no longer has the Role Clerk: the role of the group was taken away on 20/)])
    const then = await instant()
    await put('/groups/staff/roles/clerk')
    expect(messages(await explain('why-not', `resource=ledger&at=${then}`))[0]).toEqual([expect.stringMatching(/^Staff no longer has the Role Clerk/)])
    await ask('DELETE', '/groups/staff/roles/clerk')
    expect((await ask('DELETE', '/roles/clerk/resources/ledger')).status).toBe(204)
    expect((await ask('DELETE', '/roles/clerk')).status).toBe(204)
    expect(messages(await explain('why-not', 'resource=ledger'))).toContainEqual(expect.arrayContaining([expect.stringMatching(/^The Role Clerk was deleted on 20/)]))
  })

  test('takes what is gone for nothing that one could be given', async () => {
    const { paths } = await explain('why-not', 'resource=ledger')
    const offered = paths.flatMap(([first]) => (first!.missing?.some(({ message }) => message.startsWith('Ann A does not have')) ? [first!.target.name] : []))
    expect(offered).toEqual(['Ledger'])
  })
})

describe('why', () => {
  test('says since when something is held, and how it was given before it was changed', async () => {
    await put('/resources/paper/members/ann', { end: '2030-01-01T00:00:00Z', description: 'REQ-1' })
    const first = (await explain('why', 'resource=paper')).paths[0]![0]!
    const then = await instant()
    await put('/resources/paper/members/ann', { end: '2031-01-01T00:00:00Z', description: 'REQ-2' })
    const [step] = (await explain('why', 'resource=paper')).paths[0]!
    expect(step).toMatchObject({ description: 'REQ-2', since: first.since, earlier: [{ description: 'REQ-1', end: '2030-01-01T00:00:00.000Z', created: first.created, until: expect.any(String) }] })
    expect(step!.since! < then).toBe(true)
    expect((await explain('why', `resource=paper&at=${then}`)).paths[0]![0]).toMatchObject({ description: 'REQ-1', since: first.since })
    await ask('DELETE', '/resources/paper/members/ann')
    const gap = await instant()
    await put('/resources/paper/members/ann', { description: 'REQ-3' })
    const [again] = (await explain('why', 'resource=paper')).paths[0]!
    expect(again!.since! > gap).toBe(true)
    expect(again!.earlier!.map(({ description }) => description)).toEqual(['REQ-2', 'REQ-1'])
  })

  test('periods that adjoin are held without a gap, and one that only comes later was not before', async () => {
    await db.execute(`insert into users (user_id, last_name, status) values ('cy', 'C', 'ACTIVE');
      insert into resource_user (user_id, resource_id, membership_id, start_date, end_date, recorded_from) values ('cy', 'paper', 'p1', '2026-01-15', '2026-03-01', '-infinity'), ('cy', 'paper', 'p2', '2026-03-01', '2040-01-01', '-infinity'), ('cy', 'paper', 'p3', '2041-01-01', null, '-infinity')`)
    const then = await instant()
    const [step] = ((await ask('GET', '/users/cy/access/why?resource=paper')).body as Explanation).paths[0]!
    expect(step).toMatchObject({ since: '2026-01-15T00:00:00.000Z', earlier: [{ start: '2026-01-15T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' }] })
    await db.execute(`delete from resource_user where membership_id = 'p3'`)
    expect(((await ask('GET', `/users/cy/access/why?resource=paper&at=${then}`)).body as Explanation).paths[0]![0]!.earlier).toHaveLength(1)
  })

  test('a right that was not there before counts from when it was', async () => {
    await put('/resources/paper/members/bob')
    const then = await instant()
    await put('/resources/paper/members/bob', { rights: ['READ'] })
    const steps = await Promise.all(['', '&right=READ'].map(async (right) => ((await ask('GET', `/users/bob/access/why?resource=paper${right}`)).body as Explanation).paths[0]![0]!))
    expect(steps.map(({ since }) => since! < then)).toEqual([true, false])
  })
})

describe('roles, groups and organisations', () => {
  test('are asked about like resources', async () => {
    await put('/groups/staff/roles/spare', { rights: ['READ'] })
    const check = async (query: string) => (await ask('GET', `/users/ann/access/check?${query}`)).body
    expect(await check('resource=spare&type=Role')).toEqual({ allowed: true })
    expect(await check('resource=SPARE&type=Role&right=READ')).toEqual({ allowed: true })
    expect(await check('resource=spare&type=Role&right=WRITE')).toMatchObject({ code: 'invalid_parameter' })
    expect(await check('resource=Staff&type=Group')).toEqual({ allowed: true })
    expect(await check('resource=nothing&type=Group')).toMatchObject({ code: 'not_found', detail: 'There is no Group with the id or the name nothing.' })
    expect(await explain('why', 'resource=Spare&type=Role')).toMatchObject({ allowed: true, resource: { type: 'Role', id: 'spare' }, paths: [[{ target: { type: 'Group' } }, { target: { type: 'Role' } }]] })
    await db.execute(`update grp set status = 'DELETED' where grp_id = 'staff'`)
    expect(await check('resource=spare&type=Role')).toEqual({ allowed: false })
    expect(await check('resource=staff&type=Group')).toEqual({ allowed: false })
    expect(messages(await explain('why-not', 'resource=spare&type=Role'))[0]).toEqual(['The Group Staff is not active.'])
    await db.execute(`update grp set status = 'ACTIVE' where grp_id = 'staff'`)
    const checks = [{ user: 'ann', resource: 'paper' }, { user: 'ann', resource: 'spare', type: 'Role' }, { user: 'bob', resource: 'spare', type: 'Role' }, { user: 'ann', resource: 'staff', type: 'Group' }, { user: 'ann', resource: 'none', type: 'Organization' }]
    expect((await ask('POST', '/access/check', { checks })).body).toEqual({ results: [{ allowed: true }, { allowed: true }, { allowed: false }, { allowed: true }, { allowed: false, unknown: ['resource'] }] })
    expect((await ask('POST', '/access/check', { checks: [{ user: 'ann', resource: 'x', type: 'User' }] })).body.code).toBe('invalid_body')
  })
})
