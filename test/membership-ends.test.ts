/** Memberships end by their dates: reminded of before, told of once, whatever happens in between. */
import { describe, expect, test } from 'vitest'
import { createAccessRecord, groupKind, resourceKind, roleKind } from '../src/access/access-records.ts'
import { putEdge, removeEdge } from '../src/access/edges.ts'
import { tellOfEnds } from '../src/access/membership-ends.ts'
import { putAffiliation } from '../src/directory/affiliations.ts'
import { createOrganization } from '../src/directory/organizations.ts'
import { createUser } from '../src/directory/users.ts'
import type { Context } from '../src/context.ts'
import { testContext } from './context.ts'

let clock = new Date()
const hour = 3_600_000
const day = 24 * hour
const inMs = (ms: number) => new Date(clock.getTime() + ms).toISOString()
const ctx: Context = await testContext({}, () => clock)
const { db } = ctx

let counter = 0
const person = async () => (await createUser(ctx, { userName: `end${++counter}`, status: 'ACTIVE' })).id as string
const group = (await createAccessRecord(ctx, groupKind, { displayName: 'Group' })).id as string
const role = (await createAccessRecord(ctx, roleKind, { name: 'Role' })).id as string
const resource = (await createAccessRecord(ctx, resourceKind, { name: 'Resource', resourceType: 'NO-PROVISION-APP' })).id as string
const company = (await createOrganization(ctx, { name: 'Company' })).id as string
const told = (id: string) => db.query<{ action: string; changes: unknown }>(
  `select action, changes::json as changes from gatehouse.audit_event where target_id = $1 and action like 'membership.%' order by event_id`, [id])
const actions = async (id: string) => (await told(id)).map(({ action }) => action)
const status = async (id: string) => (await db.first<{ status: string }>('select status from user_role where user_id = $1', [id]))!.status

test('the first time tells of nothing that lies before', async () => {
  const id = await person()
  await putEdge(ctx, 'ur', id, role, { end: inMs(-day) })
  expect(await tellOfEnds(ctx)).toEqual({ reminded: 0, ended: 0 })
  expect(await actions(id)).toEqual([])
})

describe('an end', () => {
  test('of every kind is told once, within the minute, with what ended', async () => {
    const id = await person()
    const end = inMs(30_000)
    await putEdge(ctx, 'ug', id, group, { end, description: 'request 7' })
    await putEdge(ctx, 'ur', id, role, { end })
    await putEdge(ctx, 'us', id, resource, { end })
    await putAffiliation(ctx, id, company, { end })
    await tellOfEnds(ctx)
    expect((await actions(id)).filter((one) => one === 'membership.ended')).toEqual([])
    clock = new Date(clock.getTime() + 60_000)
    expect((await tellOfEnds(ctx)).ended).toBe(4)
    expect((await tellOfEnds(ctx)).ended).toBe(0)
    const ended = (await told(id)).filter(({ action }) => action === 'membership.ended').map(({ changes }) => (changes as unknown[])[0])
    expect(ended).toHaveLength(4)
    expect(ended).toEqual(expect.arrayContaining([
      { path: `groups[${group}]`, before: { end, description: 'request 7' } }, { path: `roles[${role}]`, before: { end } },
      { path: `resources[${resource}]`, before: { end } }, { path: `affiliations[${company}]`, before: { end } },
    ]))
  })

  test('in a time of standstill is told afterwards, and by one of two servers', async () => {
    const people = await Promise.all([person(), person(), person()])
    for (const [index, id] of people.entries()) await putEdge(ctx, 'us', id, resource, { end: inMs((index + 1) * hour) })
    clock = new Date(clock.getTime() + 3 * day)
    const [a, b] = await Promise.all([tellOfEnds(ctx), tellOfEnds(ctx)])
    expect(a.ended + b.ended).toBe(3)
    for (const id of people) expect(await actions(id)).toEqual(['membership.ended'])
  })

  test('that is set afterwards is told too, and another change of what has ended is not', async () => {
    const id = await person()
    await putEdge(ctx, 'us', id, resource, {})
    await tellOfEnds(ctx)
    await putEdge(ctx, 'us', id, resource, { end: inMs(-hour) })
    expect((await tellOfEnds(ctx)).ended).toBe(1)
    await putEdge(ctx, 'us', id, resource, { end: inMs(-hour), description: 'a note' })
    expect((await tellOfEnds(ctx)).ended).toBe(0)
    await putEdge(ctx, 'us', id, resource, { end: inMs(hour) })
    expect((await tellOfEnds(ctx)).ended).toBe(0)
    clock = new Date(clock.getTime() + 2 * hour)
    expect((await tellOfEnds(ctx)).ended).toBe(1)
    expect(await actions(id)).toEqual(['membership.ended', 'membership.ended'])
  })

  test('of a transaction that comes late is told when it has come', async () => {
    const id = await person()
    await db.transaction(async (tx) => {
      await tx.execute(`insert into user_role (user_id, role_id, membership_id, end_date) values ($1, $2, $3, $4)`, [id, role, ctx.newId(), inMs(-1000)])
      expect((await tellOfEnds(ctx)).ended).toBe(0)
    })
    expect((await tellOfEnds(ctx)).ended).toBe(1)
  })

  test('is not told when what told of it was rolled back', async () => {
    const id = await person()
    await putEdge(ctx, 'us', id, resource, { end: inMs(-hour) })
    const broken: Context = { ...ctx, newId: () => { throw new Error('killed') } }
    await expect(tellOfEnds(broken)).rejects.toThrow('killed')
    expect(await actions(id)).toEqual([])
    expect((await tellOfEnds(ctx)).ended).toBe(1)
  })

  test('that was taken away before is not told', async () => {
    const id = await person()
    await putEdge(ctx, 'us', id, resource, { end: inMs(hour) })
    await removeEdge(ctx, 'us', id, resource)
    clock = new Date(clock.getTime() + 2 * hour)
    expect((await tellOfEnds(ctx)).ended).toBe(0)
  })
})

describe('a reminder', () => {
  test('comes once, 14 days before, and again when the end has moved away', async () => {
    const id = await person()
    await putEdge(ctx, 'ur', id, role, { end: inMs(15 * day) })
    await tellOfEnds(ctx)
    expect(await status(id)).toBe('NOT_REMINDED')
    clock = new Date(clock.getTime() + 2 * day)
    const [a, b] = await Promise.all([tellOfEnds(ctx), tellOfEnds(ctx)])
    expect(a.reminded + b.reminded).toBe(1)
    expect(await status(id)).toBe('REMINDED')
    expect(await told(id)).toEqual([{ action: 'membership.reminder', changes: [{ path: `roles[${role}]`, after: { end: inMs(13 * day), status: 'REMINDED' } }] }])
    await putEdge(ctx, 'ur', id, role, { end: inMs(30 * day) })
    await tellOfEnds(ctx)
    expect(await status(id)).toBe('NOT_REMINDED')
    clock = new Date(clock.getTime() + 20 * day)
    await tellOfEnds(ctx)
    expect(await status(id)).toBe('REMINDED')
    await putEdge(ctx, 'ur', id, role, {})
    await tellOfEnds(ctx)
    expect(await status(id)).toBe('NOT_REMINDED')
    expect(await actions(id)).toEqual(['membership.reminder', 'membership.reminder'])
  })

  test('makes no version of the membership, comes for groups, and not before the membership begins', async () => {
    const id = await person()
    await putEdge(ctx, 'ug', id, group, { end: inMs(day) })
    await putEdge(ctx, 'ur', id, role, { start: inMs(day), end: inMs(2 * day) })
    await tellOfEnds(ctx)
    expect(await actions(id)).toEqual(['membership.reminder'])
    expect(await db.query('select from gatehouse.membership_history where user_id = $1', [id])).toEqual([])
  })

  test('does not come when it is turned off', async () => {
    const off: Context = { ...ctx, config: { ...ctx.config, MEMBERSHIP_REMINDER_DAYS: 0 } }
    const id = await person()
    await putEdge(ctx, 'ur', id, role, { end: inMs(hour) })
    expect((await tellOfEnds(off)).reminded).toBe(0)
    expect(await status(id)).toBe('NOT_REMINDED')
  })
})
