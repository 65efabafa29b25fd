/** Two records of one person become one: what either had, now or at any other instant, the survivor has, and no more. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { memberships } from '../src/model/access-edges.ts'
import { mergePeriods, type MergePeriod } from '../src/model/merge-periods.ts'
import { ownId } from '../src/model/own-access.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()
const { db } = ctx

describe('periods of two who become one', () => {
  const at = (day: number) => `2024-01-${String(day).padStart(2, '0')}`
  /** Periods of one person, which do not overlap. */
  const periods = (who: string) => fc.tuple(fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 6 }), fc.boolean(), fc.boolean(), fc.array(fc.subarray(['A', 'B', 'C']), { minLength: 8, maxLength: 8 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
    .map(([days, always, open, rights, there]): MergePeriod[] => {
      const cuts = [...(always ? [null] : []), ...days.sort((a, b) => a - b).map(at), ...(open ? [null] : [])]
      return cuts.slice(1).map((end, i) => ({ id: `${who}${i}`, start: cuts[i]!, end, rights: rights[i]! })).filter((_, i) => there[i])
    })
  const having = (some: readonly MergePeriod[], instant: string) => some.filter(({ start, end }) => (start === null || start <= instant) && (end === null || instant < end))
  const instants = ['2023', ...Array.from({ length: 30 }, (_, day) => `${at(day + 1)}T12`), ...Array.from({ length: 28 }, (_, day) => at(day + 1)), '2025']

  test('give at every instant what the two gave together, once', () => {
    fc.assert(fc.property(periods('s'), periods('d'), (own, others) => {
      const { pieces, covered } = mergePeriods(own, others)
      for (const instant of instants) {
        const [before, after] = [[...having(own, instant), ...having(others, instant)], having(pieces, instant)]
        expect(after.length).toBe(Math.min(1, before.length))
        expect(new Set(after.flatMap(({ rights }) => rights))).toEqual(new Set(before.flatMap(({ rights }) => rights)))
      }
      // No row of the survivor's goes, and each begins when it did.
      for (const { id, start } of own) expect(pieces.find((piece) => piece.id === id)).toMatchObject({ start })
      expect(covered).toEqual(others.map(({ id }) => id).filter((id) => !pieces.some((piece) => piece.id === id)))
    }), { numRuns: 300 })
  })
})

const things: Record<string, string> = {}
beforeAll(async () => {
  for (const [segment, path, named] of [['groups', '/groups', 'displayName'], ['roles', '/roles', 'name'], ['resources', '/resources', 'name'], ['affiliations', '/organizations', 'name']] as const) {
    const { status, body } = await ask('POST', path, { [named]: `Thing of ${segment}`, ...(segment === 'resources' ? { resourceType: 'NO-PROVISION-APP' } : {}) })
    expect(status, JSON.stringify(body)).toBe(201)
    things[segment] = body.id
  }
})

let counter = 0
const person = async () => (await ask('POST', '/users', { userName: `access${++counter}` })).body.id as string
const doors: Record<string, string> = { groups: 'groups', roles: 'roles', resources: 'resources', affiliations: 'organizations' }
const segments = Object.keys(doors)
async function give(segment: string, to: string, terms: object) {
  const { status, body } = await ask('PUT', `/${doors[segment]}/${things[segment]}/members/${to}`, terms)
  expect(status, JSON.stringify(body)).toBeLessThan(300)
}
/** Of affiliations the list knows no instant: what is over by then is left out here. */
async function periodsOf(segment: string, id: string, at?: string) {
  const { items } = (await ask('GET', `/users/${id}/${segment}`)).body
  return items.filter(({ end }: MergePeriod) => at === undefined || !end || end > at)
    .map(({ start, end, rights }: MergePeriod) => ({ ...(start ? { start } : {}), ...(end ? { end } : {}), ...(rights?.length ? { rights } : {}) }))
}
async function plan(survivor: string, duplicate: string) {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  const [step] = (await ask('GET', `/plans/${body.id}/steps`)).body.items
  const linksOf = (segment: string) => step.changes.links.find((one: { table: string }) => one.table === memberships.find((kind) => kind.segment === segment)!.table)
  return { id: body.id as string, linksOf, apply: async () => (await ask('POST', `/plans/${body.id}/apply`)).body, undo: () => ask('POST', `/plans/${body.id}/undo`) }
}
/** Every membership of these people with its rights, as it stands in the tables. */
async function rowsOf(...ids: string[]) {
  const rows = []
  for (const { table, rightsTable } of memberships) {
    rows.push(...await db.query(
      `select $2 as "table", to_jsonb(m) - 'recorded_from' as row, (select jsonb_agg(to_jsonb(r) order by access_right_id) from ${rightsTable} r where r.membership_id = m.membership_id) as rights
       from ${table} m where user_id = any($1) order by membership_id`, [ids, table]))
  }
  return rows
}

const [ended, cut, open] = ['2024-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z']

describe.each(segments)('%s', (segment) => {
  test('that the survivor has had and the duplicate has are had afterwards; the plan says since when, and undone all is as it was', async () => {
    const [survivor, duplicate] = [await person(), await person()]
    await give(segment, survivor, { start: ended, end: cut, description: 'first' })
    await give(segment, duplicate, { start: open, description: 'second' })
    const before = await rowsOf(survivor, duplicate)
    const { linksOf, apply, undo } = await plan(survivor, duplicate)
    const { target, name } = { target: things[segment], name: `Thing of ${segment}` }
    expect(linksOf(segment)).toEqual({ table: expect.any(String), column: 'user_id', moves: 1, stays: 0, moving: [{ target, name, start: cut, before: { start: open } }] })
    expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
    expect(await periodsOf(segment, survivor, '2026-08-01T00:00:00Z')).toEqual([{ start: cut }])
    expect(await periodsOf(segment, survivor)).toEqual([{ start: ended, end: cut }, { start: cut }])
    expect((await undo()).status).toBe(200)
    expect(await rowsOf(survivor, duplicate)).toEqual(before)
  })

  test('with other rights are had with those of both while both had them', async () => {
    const [survivor, duplicate] = [await person(), await person()]
    await give(segment, survivor, { start: ended, rights: ['READ'] })
    await give(segment, duplicate, { start: open, end: cut, rights: ['UPDATE'] })
    const before = await rowsOf(survivor, duplicate)
    const { linksOf, apply, undo } = await plan(survivor, duplicate)
    const after = [{ start: ended, end: open, rights: ['READ'] }, { start: open, end: cut, rights: ['READ', 'UPDATE'] }, { start: cut, rights: ['READ'] }]
    expect(linksOf(segment)).toMatchObject({ moves: 0, stays: 1, staying: [{ start: open, end: cut, rights: ['UPDATE'] }], changing: [{ before: { start: ended, rights: ['READ'] }, after }] })
    expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
    expect(await periodsOf(segment, survivor)).toEqual(after)
    expect((await undo()).status).toBe(200)
    expect(await rowsOf(survivor, duplicate)).toEqual(before)
  })
})

test('what stays behind is in the plan by its name and period', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  await give('groups', survivor, {})
  await give('groups', duplicate, { start: open, end: cut })
  const { linksOf } = await plan(survivor, duplicate)
  expect(linksOf('groups')).toEqual({ table: 'user_grp', column: 'user_id', moves: 0, stays: 1, staying: [{ target: things.groups, name: 'Thing of groups', start: open, end: cut }] })
})

test('instants between milliseconds meet', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  await db.execute(`insert into user_grp (user_id, grp_id, membership_id, start_date, end_date) values ($1, $3, $1, null, '2026-06-01 00:00:00.123456Z'), ($2, $3, $2, '2026-01-01Z', null)`, [survivor, duplicate, things.groups])
  const { apply } = await plan(survivor, duplicate)
  expect(await apply()).toMatchObject({ failed: 0 })
  expect(await db.query(`select start_date = '2026-06-01 00:00:00.123456Z' as meets from user_grp where user_id = $1 and end_date is null`, [survivor])).toEqual([{ meets: true }])
})

test('is refused whole when what either has, has changed since the plan was made', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  await give('groups', duplicate, { start: open })
  const { apply } = await plan(survivor, duplicate)
  await give('groups', survivor, { end: cut })
  expect(await apply()).toMatchObject({ code: 'plan_stale', problems: [{ path: `User ${duplicate}` }] })
  expect(await periodsOf('groups', duplicate)).toEqual([{ start: open }])
})

test('is not undone once what both had was taken from the survivor', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  await give('roles', survivor, {})
  await give('roles', duplicate, { start: open })
  const { apply, undo } = await plan(survivor, duplicate)
  expect(await apply()).toMatchObject({ failed: 0 })
  expect((await ask('DELETE', `/roles/${things.roles}/members/${survivor}`)).status).toBe(204)
  expect(await undo()).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringMatching(/has changed since the merge/) } })
  expect((await ask('GET', `/users/${duplicate}`)).status).toBe(404)
})

test('the only super administrator stays one while their period is divided', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const role = ownId('SUPER_ADMIN')
  expect(await db.query('select from user_role where role_id = $1', [role])).toEqual([])
  for (const [id, rights] of [[survivor, ['READ']], [duplicate, ['UPDATE']]] as const) {
    await ask('POST', `/users/${id}/activate`)
    await ask('PUT', `/roles/${role}/members/${id}`, { start: id === survivor ? ended : open, rights })
  }
  expect((await ask('POST', `/users/${duplicate}/disable`)).status).toBe(200)
  const { apply, undo } = await plan(survivor, duplicate)
  expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
  expect(await db.query(`select start_date from user_role where user_id = $1 and role_id = $2 order by 1`, [survivor, role])).toHaveLength(2)
  expect((await undo()).status).toBe(200)
})
