/** What rows of an import only name, a supervisor or an organisation, has to be at its applying what the plan took it for. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Context } from '../src/context.ts'
import { createOrganization, patchOrganization } from '../src/directory/organizations.ts'
import { deleteUser } from '../src/directory/delete-users.ts'
import { createUser, patchUser } from '../src/directory/users.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import { readPlan } from '../src/store/plans.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { apply, applyFirst, csv, fileOf, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
let ids: { boss: string; other: string; org: string }
beforeEach(async () => {
  ctx = await testContext()
  const id = async (made: Promise<{ id?: unknown }>) => (await made).id as string
  ids = {
    boss: await id(createUser(ctx, { userName: 'bossA', employeeNumber: 'E100' })), other: await id(createUser(ctx, { userName: 'bossB', employeeNumber: 'E200' })),
    org: await id(createOrganization(ctx, { name: 'SwapOrg' })),
  }
})

const people: Mapping = {
  format: 'csv',
  records: [{ resource: 'User', correlate: ['userName'], set: {
    userName: 'u', 'supervisors[0].supervisor': { column: 's', by: 'employeeNumber' }, 'affiliations[0].organization': { column: 'o', by: 'name' },
  } }],
}
const ties: Mapping = { format: 'csv', records: [{ resource: 'Affiliation', user: { column: 'u', by: 'userName' }, organization: { column: 'o', by: 'name' } }] }
const stale = (what: string, id: string) => ({ code: 'plan_stale', message: expect.stringContaining(`${what} ${id} has changed since the plan was made; nothing was written`) as string })

describe('a plan is refused whole', () => {
  test('when who is named has handed their number on, or is gone', async () => {
    const swapped = await plan(ctx, csv('u,s,o', 'swp1,E100,'), people)
    const gone = await plan(ctx, csv('u,s,o', 'swp2,E200,', 'swp3,,'), people)
    await patchUser(ctx, ids.boss, { employeeNumber: 'E999' })
    await expect(apply(ctx, swapped.id)).rejects.toMatchObject(stale('User', ids.boss))
    await deleteUser(ctx, ids.other)
    await expect(apply(ctx, gone.id)).rejects.toMatchObject(stale('User', ids.other))
    expect(await ctx.db.query(`select from users where user_name like 'swp%'`)).toEqual([])
  })

  test('when an organisation has another name, by whichever row it was named', async () => {
    const [inPerson, alone, byId] = [await plan(ctx, csv('u,s,o', 'swp1,,SwapOrg'), people), await plan(ctx, csv('u,o', 'bossA,SwapOrg'), ties), await plan(ctx, jsonl({ userName: 'swp2', affiliations: [{ organization: ids.org }] }))]
    await patchOrganization(ctx, ids.org, { name: 'Old' })
    for (const { id } of [inPerson, alone, byId]) await expect(apply(ctx, id)).rejects.toMatchObject(stale('Organization', ids.org))
  })

  test('when a right that rows name has changed', async () => {
    await ctx.db.execute(`insert into access_rights (access_right_id, name) values ('SIGN', 'Sign')`)
    const mapping: Mapping = { ...ties, records: [{ ...ties.records[0]!, set: { rights: { column: 'r', by: 'name' } } }] }
    const made = await plan(ctx, csv('u,o,r', 'bossA,SwapOrg,Sign'), mapping)
    await ctx.db.execute(`update access_rights set name = 'Other', version = version + 1 where access_right_id = 'SIGN'`)
    await expect(apply(ctx, made.id)).rejects.toMatchObject(stale('Right', 'SIGN'))
  })

  test('when members of a group of an LDIF are somebody else by now', async () => {
    const made = await plan(ctx, fileOf('g.ldif', 'dn: cn=crew,dc=x\nobjectClass: groupOfNames\ncn: crew\nmember: uid=bossA,dc=x\n'))
    await patchUser(ctx, ids.boss, { userName: 'somebody' })
    await expect(apply(ctx, made.id)).rejects.toMatchObject(stale('User', ids.boss))
  })
})

describe('a plan is not refused', () => {
  test('for what it does itself to those it names, nor for whom refused rows name', async () => {
    // The boss is changed by a row before those that name them, and one who comes later is named ahead.
    const file = jsonl(
      { userName: 'bossA', title: 'Chief' }, { userName: 'one', supervisors: [{ supervisor: ids.boss }], affiliations: [{ organization: ids.org }] },
      { userName: 'ahead', supervisors: [{ supervisor: 'f'.repeat(32) }] }, { id: 'f'.repeat(32), userName: 'late', supervisors: [{ supervisor: ids.boss }] },
      { userName: 'wrong', bogus: 1, supervisors: [{ supervisor: ids.other }] })
    const made = await plan(ctx, file)
    expect(made.counts).toEqual({ create: 3, update: 2, error: 1 })
    await patchUser(ctx, ids.other, { title: 'Nobody minds' })
    // Stopped after each step, it goes on.
    while ((await readPlan(ctx.db, made.id)).status !== 'applied') {
      let written = 0
      const once = Object.assign(async (...args: Parameters<typeof runImport>) => {
        if (written++ > 0) throw new Error('stop')
        return runImport(...args)
      }, { moved: runImport.moved, whole: runImport.whole })
      await applyPlan(ctx, made.id, once, { batch: 1 }).catch((error: Error) => expect(error.message).toBe('stop'))
    }
    expect(await stepsOf(ctx.db, made.id).then((steps) => steps.map(({ action, status }) => `${action} ${status}`))).toEqual(['update done', 'create done', 'create done', 'create done', 'error planned', 'update done'])
  })

  test('but one that goes on is, when who is named has been changed by others since', async () => {
    const made = await plan(ctx, jsonl({ userName: 'bossA', title: 'Chief' }, { userName: 'one', supervisors: [{ supervisor: ids.boss }] }))
    await applyFirst(ctx, made.id)
    await patchUser(ctx, ids.boss, { employeeNumber: 'E999' })
    await expect(apply(ctx, made.id)).rejects.toMatchObject({ code: 'plan_stale' })
  })
})

test('what thousands of rows name is read once', async () => {
  const statements: string[] = []
  const query = ctx.db.query.bind(ctx.db)
  const counted = vi.spyOn(ctx.db, 'query').mockImplementation((sql, ...more) => {
    statements.push(sql)
    return query(sql, ...more)
  })
  const made = await plan(ctx, csv('u,s,o', ...Array.from({ length: 1600 }, (_, at) => `many${at},E100,SwapOrg`)), people)
  counted.mockRestore()
  expect(statements.filter((one) => one.includes('coalesce(t.version, 0)')).length).toBe(2)
  expect(await ctx.db.query('select resource, is_referred from gatehouse.plan_read where plan_id = $1 order by resource', [made.id])).toEqual([{ resource: 'Organization', is_referred: true }, { resource: 'User', is_referred: true }])
})
