/** A status in a file is reached by an operation of the lifecycle, with all that it does besides, or it is a conflict. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createUser, readUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { operationTo, rules } from '../src/model/lifecycle.ts'
import { statuses } from '../src/model/user-statuses.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { importNeeds } from '../src/rest/plans.ts'
import { testContext } from './context.ts'
import { against, apply, csv, imported, plan, stepsOf } from './import-harness.ts'

const clock = new Date('2026-06-15T12:00:00.000Z')
let ctx: Context
beforeAll(async () => {
  ctx = await testContext({}, () => clock)
  await ctx.db.execute(`insert into role (role_id, role_name) values ('R1', 'Role one')`)
  await ctx.db.execute(`insert into grp (grp_id, grp_name) values ('G1', 'Group one')`)
  await ctx.db.execute(`insert into res (resource_id, name, resource_type_id) values ('RES1', 'Resource one', 'NO-PROVISION-APP')`)
})

const mapping: Mapping = {
  format: 'csv',
  records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'login', status: 'status', secondaryStatus: 'account', title: 'title', lastDate: 'last' } }],
}
const head = 'login,status,account,title,last'

let counter = 0
async function person(more: Document): Promise<{ id: string; userName: string }> {
  const { id, userName } = await createUser(ctx, { userName: `row${++counter}`, ...more })
  return { id: id as string, userName: userName as string }
}

async function access(id: string): Promise<void> {
  await ctx.db.execute(`insert into user_role (user_id, role_id, membership_id) values ($1, 'R1', $2)`, [id, ctx.newId()])
  await ctx.db.execute(`insert into user_grp (user_id, grp_id, membership_id) values ($1, 'G1', $2)`, [id, ctx.newId()])
  await ctx.db.execute(`insert into resource_user (user_id, resource_id, membership_id) values ($1, 'RES1', $2)`, [id, ctx.newId()])
}

const endsOf = (id: string) => ctx.db.query<{ end: string | null }>(
  `select end_date as end from user_role where user_id = $1 union all select end_date from user_grp where user_id = $1 union all select end_date from resource_user where user_id = $1`, [id])

const actionsOf = async (id: string) => (await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where target_id = $1 and action <> 'user.create' order by event_id`, [id])).map(({ action }) => action)

describe('a status in a file', () => {
  test('TERMINATED ends roles, groups, resources, sessions and the related account', async () => {
    const admin = await person({ status: 'ACTIVE' })
    const one = await person({ status: 'ACTIVE', relations: [{ user: admin.id, type: 'ADMIN_ACCOUNT' }] })
    const other = await person({ status: 'ACTIVE' })
    for (const { id } of [one, admin, other]) await access(id)
    await ctx.db.execute(`insert into auth_state (user_id, session_id, auth_state, expires_at, last_seen) values ($1, $2, 1, now() + interval '1 hour', now())`, [one.id, ctx.newId()])
    const done = await imported(ctx, csv(head, `${one.userName},TERMINATED,,Late,2026-06-14`, `${other.userName},ACTIVE,,Here,`), mapping)
    expect([done.status, done.failed]).toEqual(['applied', 0])
    const ended = [{ end: clock.toISOString() }, { end: clock.toISOString() }, { end: clock.toISOString() }]
    expect(await endsOf(one.id)).toEqual(ended)
    expect(await endsOf(admin.id)).toEqual(ended)
    expect(await endsOf(other.id)).toEqual([{ end: null }, { end: null }, { end: null }])
    expect(await readUser(ctx.db, one.id)).toMatchObject({ status: 'TERMINATED', active: false, title: 'Late', lastDate: '2026-06-14' })
    expect(await readUser(ctx.db, admin.id)).toMatchObject({ status: 'TERMINATED' })
    expect(await readUser(ctx.db, other.id)).toMatchObject({ status: 'ACTIVE', title: 'Here' })
    expect(await ctx.db.query('select from auth_state where user_id = $1', [one.id])).toEqual([])
    expect([await actionsOf(one.id), await actionsOf(admin.id), await actionsOf(other.id)]).toEqual([['user.terminate'], ['user.terminate'], ['user.update']])
  })

  test('that no operation reaches is a conflict, and nothing is written', async () => {
    const dead = await person({ status: 'DECEASED' })
    const here = await person({ status: 'ACTIVE' })
    const disabled = await person({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
    const { id, counts } = await plan(ctx, csv(head, `${dead.userName},ACTIVE,,,`, `${here.userName},PENDING_APPROVAL,,,`, `${disabled.userName},,LOCKED_ADMIN,,`, `${here.userName}x,ACTIVE,,,`), mapping)
    expect(counts).toEqual({ conflict: 3, create: 1 })
    const found = await stepsOf(ctx.db, id)
    expect(against(found[0])).toContain('from DECEASED to ACTIVE')
    expect(against(found[1])).toContain('from ACTIVE to PENDING_APPROVAL')
    expect(against(found[2])).toContain('disabled already')
    await apply(ctx, id)
    expect(await readUser(ctx.db, dead.id)).toMatchObject({ status: 'DECEASED' })
  })

  test('TERMINATED and disabled at once, as the nightly job leaves people, and back without the old last date', async () => {
    const one = await person({ status: 'ACTIVE', lastDate: '2026-06-01' })
    await imported(ctx, csv(head, `${one.userName},TERMINATED,DISABLED,,`), mapping)
    expect(await readUser(ctx.db, one.id)).toMatchObject({ status: 'TERMINATED', secondaryStatus: 'DISABLED', lastDate: '2026-06-01' })
    await imported(ctx, csv(head, `${one.userName},ACTIVE,,,`), mapping)
    const back = await readUser(ctx.db, one.id)
    expect(back).toMatchObject({ status: 'ACTIVE', active: true })
    expect(back).not.toHaveProperty('lastDate')
    expect(await actionsOf(one.id)).toEqual(['user.terminate', 'user.rehire'])
  })

  test('TERMINATED with a last day ahead sets that day alone, and is nothing new the second time', async () => {
    const [one, other, away] = [await person({ status: 'ACTIVE' }), await person({ status: 'ACTIVE' }), await person({ status: 'LEAVE_OF_ABSENCE' })]
    await access(one.id)
    const file = csv(head, `${one.userName},TERMINATED,,Still here,2026-06-16`, `${other.userName},TERMINATED,DISABLED,,2026-12-31`, `${away.userName},TERMINATED,,,2026-12-31`)
    expect(await imported(ctx, file, mapping)).toMatchObject({ status: 'applied', failed: 0 })
    expect(await readUser(ctx.db, one.id)).toMatchObject({ status: 'ACTIVE', active: true, title: 'Still here', lastDate: '2026-06-16' })
    expect(await readUser(ctx.db, other.id)).toMatchObject({ status: 'ACTIVE', active: true, lastDate: '2026-12-31' })
    expect(await readUser(ctx.db, away.id)).toMatchObject({ status: 'LEAVE_OF_ABSENCE', lastDate: '2026-12-31' })
    expect((await endsOf(one.id)).map(({ end }) => end)).toEqual([null, null, null])
    expect([await actionsOf(one.id), await actionsOf(other.id)]).toEqual([['user.update'], ['user.update']])
    expect((await plan(ctx, file, mapping)).counts).toEqual({ unchanged: 3 })
  })

  test('RETIRED with a last day ahead is refused in words that serve for a file', async () => {
    const one = await person({ status: 'ACTIVE' })
    const { id } = await plan(ctx, csv(head, `${one.userName},RETIRED,,,2026-06-16`), mapping)
    expect(against((await stepsOf(ctx.db, id))[0])).toContain('a row without the status')
  })

  test('of the account locks and disables as the operations do', async () => {
    const [lock, disable] = [await person({ status: 'ACTIVE' }), await person({ status: 'ACTIVE' })]
    await imported(ctx, csv(head, `${lock.userName},,LOCKED_ADMIN,,`, `${disable.userName},ACTIVE,DISABLED,,`), mapping)
    expect(await ctx.db.first('select lock_marker as lock from login where user_id = $1', [lock.id])).toEqual({ lock: 'LOCKED_ADMIN' })
    expect([await actionsOf(lock.id), await actionsOf(disable.id)]).toEqual([['user.lock'], ['user.disable']])
    expect(await readUser(ctx.db, disable.id)).toMatchObject({ status: 'ACTIVE', secondaryStatus: 'DISABLED' })
  })

  test('needs the right to reset as well: a row can lift a lock', () => {
    expect(importNeeds({})).toContainEqual({ resource: 'people', right: 'RESET' })
  })

  test.each(statuses.flatMap((from) => statuses.filter((to) => to !== from).map((to) => [from, to] as const)))('%s → %s names an operation that is allowed there, or none', (from, to) => {
    const operation = operationTo(from, to)
    if (operation === undefined) return
    expect(rules[operation].from ?? [from]).toContain(from)
    expect(rules[operation].done ?? []).not.toContain(from)
  })
})
