/** What others change while a bulk plan is applied is never written over: before its first write the plan is refused whole, afterwards the step fails. */
import { describe, expect, test } from 'vitest'
import { planBulk, bulkRequest, runBulk } from '../src/directory/bulk.ts'
import { user } from '../src/model/user.ts'
import { applyPlan, type StepRunner } from '../src/plans/apply.ts'
import { lockRecords } from '../src/records/write-records.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const { db } = ctx

let counter = 0
async function crew(size: number) {
  const title = `Meanwhile ${++counter}`
  const ids: string[] = []
  for (let i = 0; i < size; i++) ids.push(await makePerson(shared, `${counter}-${i}`, { title }))
  return { ids: ids.sort(), filter: `title eq "${title}"` }
}
const plan = async (operation: string, filter: string, options?: object) => (await ask('POST', '/plans', { kind: 'bulk', operation, filter, options })).body.id as string
const apply = (id: string) => ask('POST', `/plans/${id}/apply`)
const steps = async (id: string) => (await ask('GET', `/plans/${id}/steps`)).body.items

/** Applies a plan while another transaction, which has changed somebody of it, is not through yet. */
async function appliedBeside(planId: string, personId: string) {
  let applied: ReturnType<typeof apply> | undefined
  await db.transaction(async (tx) => {
    await lockRecords(tx, user, [personId])
    await tx.execute(`update users set nickname = 'Meanwhile', version = version + 1 where user_id = $1`, [personId])
    applied = apply(planId)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await db.query(waits)).length, { timeout: 10_000 }).toBe(1)
  })
  return applied!
}

describe('before the first write', () => {
  test.each(['delete', 'disable'])('a plan to %s somebody who is being changed is refused whole', async (operation) => {
    const { ids, filter } = await crew(3)
    const id = await plan(operation, filter)
    expect(await appliedBeside(id, ids[1]!)).toMatchObject({ status: 409, body: { code: 'plan_stale', problems: [{ path: `User ${ids[1]}` }], detail: expect.stringContaining('nothing was written') } })
    expect((await ask('GET', `/plans/${id}`)).body).toMatchObject({ status: 'planned', appliedThrough: 0 })
    expect(await db.query(`select nickname from users where user_id = any($1) and secondary_status is null order by user_id`, [ids])).toEqual([{ nickname: null }, { nickname: 'Meanwhile' }, { nickname: null }])
  })

  test('a plan to give a group to somebody who is being changed is refused whole', async () => {
    const { ids, filter } = await crew(2)
    const group = (await ask('POST', '/groups', { displayName: `Group ${++counter}` })).body.id
    const id = await plan('assign', filter, { group })
    expect(await appliedBeside(id, ids[0]!)).toMatchObject({ status: 409, body: { code: 'plan_stale' } })
    expect((await ask('GET', `/groups/${group}/members`)).body.items).toEqual([])
  })

  test('a patch and a plan to delete at the same time: the one or the other', async () => {
    for (let round = 0; round < 10; round++) {
      const { ids: [person], filter } = await crew(1)
      const id = await plan('delete', filter)
      const [patched, applied] = await Promise.all([ask('PATCH', `/users/${person}`, { nickName: 'N' }), apply(id)])
      expect([patched.status, applied.status]).toBeOneOf([[200, 409], [404, 200]])
      expect((await ask('GET', `/users/${person}`)).status).toBe(patched.status)
    }
  })

  test('two plans over the same people at the same time: one of them is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const { filter } = await crew(2)
      const plans = [await plan('lock', filter), await plan('disable', filter)]
      expect((await Promise.all(plans.map(apply))).map(({ status }) => status).sort()).toEqual([200, 409])
    }
  })
})

describe('after the first batch', () => {
  test('a step whose record has changed fails, and the others are done', async () => {
    const { ids, filter } = await crew(6)
    const { id } = await planBulk(ctx, bulkRequest({ operation: 'disable', filter }))
    let changed = false
    const meddled: StepRunner = Object.assign(async (...args: Parameters<StepRunner>) => {
      const written = await runBulk(...args)
      // In a transaction of its own, behind the look at everything and before the look at the next batch.
      if (!changed) await ask('PATCH', `/users/${ids[3]}`, { nickName: 'N' })
      changed = true
      return written
    }, { people: true as const })
    expect(await applyPlan(ctx, id, meddled, { batch: 2 })).toMatchObject({ status: 'applied', failed: 1, appliedThrough: 6 })
    const made = await steps(id)
    expect(made.map(({ status }: { status: string }) => status)).toEqual(made.map(({ targetId }: { targetId: string }) => (targetId === ids[3] ? 'failed' : 'done')))
    expect(made.find(({ targetId }: { targetId: string }) => targetId === ids[3])).toMatchObject({ result: { code: 'plan_stale', detail: expect.stringContaining(ids[3]!) } })
    expect((await ask('GET', `/users/${ids[3]}`)).body).toMatchObject({ nickName: 'N', active: true })
  })

  test('what the plan itself has changed of people whose turn comes later is no change of others', async () => {
    const { ids, filter } = await crew(4)
    await ask('PATCH', `/users/${ids[3]}`, { supervisors: [{ supervisor: ids[0] }], alternateId: ids[0] })
    await ask('PATCH', `/users/${ids[1]}`, { relations: [{ user: ids[2], type: 'ADMIN_ACCOUNT' }] })
    for (const operation of ['terminate', 'delete']) {
      const { id } = await planBulk(ctx, bulkRequest({ operation, filter }))
      expect(await applyPlan(ctx, id, runBulk, { batch: 1 })).toMatchObject({ status: 'applied', failed: 0 })
    }
    expect(await db.query('select 1 from users where user_id = any($1)', [ids])).toEqual([])
  })
})
