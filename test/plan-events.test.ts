/** A plan in the audit: making, applying, undoing and cancelling it are events of their own, and all that comes of it is found by its correlation id. */
import { expect, test } from 'vitest'
import { runBulk } from '../src/directory/bulk.ts'
import { eraseUser } from '../src/directory/erase.ts'
import type { Document } from '../src/model/attribute.ts'
import { applyPlan, cancelPlan, giveUpBroken, type StepRunner } from '../src/plans/apply.ts'
import { makePlan } from '../src/plans/make.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { readPlan } from '../src/store/plans.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

let counter = 0
async function crew(size: number, more: object = {}) {
  const title = `Events ${++counter}`
  const ids: string[] = []
  for (let i = 0; i < size; i++) ids.push(await makePerson(shared, `event-${counter}-${i}`, { title, ...more }))
  return { ids, filter: `title eq "${title}"` }
}
const post = async (path: string, body: object = {}): Promise<Document> => (await ask('POST', path, body)).body
/** The events under the plan's correlation id, the oldest first. */
async function eventsOf(plan: Document): Promise<Document[]> {
  const { correlationId } = (await ask('GET', `/plans/${plan.id}`)).body
  return (await ask('GET', `/audit?correlationId=${correlationId}&sortBy=at&sortOrder=ascending`)).body.items
}
const actions = async (plan: Document) => (await eventsOf(plan)).map(({ action, targetId }) => (targetId === plan.id ? action : `${action} of another`)).sort()
const statuses = async (plan: Document) => (await ask('GET', `/plans/${plan.id}/steps`)).body.items.map(({ status }: Document) => status)

test('a bulk plan: made and applied, each with its event, and those of the people under the same id', async () => {
  const { filter } = await crew(2)
  const plan = await post('/plans', { kind: 'bulk', operation: 'disable', filter })
  expect(await actions(plan)).toEqual(['plan.create'])
  await post(`/plans/${plan.id}/apply`)
  expect(await actions(plan)).toEqual(['plan.apply', 'plan.create', 'user.disable of another', 'user.disable of another'])
  const applied = (await eventsOf(plan)).find(({ action }) => action === 'plan.apply')
  expect(applied).toMatchObject({ targetType: 'Plan', targetId: plan.id, result: 'SUCCESS', changes: [{ path: 'status', before: 'planned', after: 'applying' }, { path: 'request', after: expect.any(String) }] })
})

test('an apply in which every step fails leaves a trace', async () => {
  const { filter } = await crew(2, { startDate: '2026-01-01' })
  const plan = await post('/plans', { kind: 'bulk', operation: 'terminate', filter, options: { lastDate: '2025-12-31' } })
  expect(await post(`/plans/${plan.id}/apply`)).toMatchObject({ status: 'applied', failed: 2 })
  expect(await actions(plan)).toEqual(['plan.apply', 'plan.create'])
  expect(await statuses(plan)).toEqual(['failed', 'failed'])
})

test('an apply that is refused whole writes nothing, nor its event', async () => {
  const { filter, ids } = await crew(1)
  const plan = await post('/plans', { kind: 'bulk', operation: 'disable', filter })
  await ask('PATCH', `/users/${ids[0]}`, { nickName: 'N' })
  expect(await post(`/plans/${plan.id}/apply`)).toMatchObject({ code: 'plan_stale' })
  expect(await actions(plan)).toEqual(['plan.create'])
  await post(`/plans/${plan.id}/cancel`)
  expect(await actions(plan)).toEqual(['plan.cancel', 'plan.create'])
})

test('a plan that was killed and went on: its steps are done as far as it is, and both applies are told', async () => {
  const { filter, ids } = await crew(5)
  const plan = await post('/plans', { kind: 'bulk', operation: 'disable', filter })
  let batches = 0
  const dying: StepRunner = (...args) => {
    if (batches++ > 0) throw new Error('killed')
    return runBulk(...args)
  }
  await expect(applyPlan(ctx, plan.id as string, dying, { batch: 2 })).rejects.toThrow('killed')
  expect(await statuses(plan)).toEqual(['done', 'done', 'planned', 'planned', 'planned'])
  expect((await ask('GET', `/plans/${plan.id}/steps?filter=${encodeURIComponent('status eq "done"')}&total=true`)).body.total).toBe(2)
  await post(`/plans/${plan.id}/apply`)
  expect(await statuses(plan)).toEqual(Array(5).fill('done'))
  expect((await eventsOf(plan)).filter(({ action }) => action === 'plan.apply').map(({ changes }) => (changes as Document[]).find(({ path }) => path === 'appliedThrough')?.after)).toEqual([undefined, 2])
  expect((await actions(plan)).filter((one) => one === 'user.disable of another')).toHaveLength(5)
  await eraseUser(ctx, ids[0]!)
  expect(await statuses(plan)).toEqual(Array(5).fill('done'))
})

test('steps that have nothing to do are not done', async () => {
  const { filter, ids } = await crew(2)
  await post(`/users/${ids[0]}/disable`)
  const plan = await post('/plans', { kind: 'bulk', operation: 'disable', filter })
  await post(`/plans/${plan.id}/apply`)
  expect((await ask('GET', `/plans/${plan.id}/steps`)).body.items.map(({ action, status }: Document) => [action, status]).sort()).toEqual([['unchanged', 'planned'], ['update', 'done']])
})

test('a merge and its undoing', async () => {
  const { ids: [survivor, duplicate] } = await crew(2)
  await ask('PATCH', `/users/${duplicate}`, { nickName: 'N' })
  const plan = await post(`/users/${survivor}/merge`, { duplicate })
  await post(`/plans/${plan.id}/apply`)
  expect(await post(`/plans/${plan.id}/undo`)).toMatchObject({ status: 'undone' })
  expect(await actions(plan)).toEqual(['plan.apply', 'plan.create', 'plan.undo', 'user.merge of another', 'user.merge.undo of another', 'user.merged of another', 'user.merged.undo of another'])
  expect((await eventsOf(plan)).find(({ action }) => action === 'plan.undo')).toMatchObject({ changes: [{ path: 'status', before: 'applied', after: 'undone' }, { path: 'request' }] })
})

test('a mass delete and its undoing', async () => {
  const { ids } = await crew(2)
  const portal = (await createPortal(ctx, { name: `Events ${counter}` })).id
  await addPortalUsers(ctx, portal, ids)
  const plan = await post(`/portals/${portal}/mass-delete`, { filter: 'userName pr' })
  if (plan.status === 'stopped') await post(`/plans/${plan.id}/release`, { reason: 'meant' })
  expect(await post(`/plans/${plan.id}/apply`)).toMatchObject({ status: 'applied' })
  expect(await statuses(plan)).toEqual(['done', 'done'])
  expect(await post(`/plans/${plan.id}/undo`)).toMatchObject({ status: 'undone' })
  expect((await actions(plan)).filter((one) => one !== 'plan.release')).toEqual(['plan.apply', 'plan.create', 'plan.undo', ...Array(2).fill('portal.removeUser of another'), ...Array(2).fill('portal.removeUser.undo of another')])
})

const head = { kind: 'bulk', title: 'Half made', options: {} }

test('a plan that is cancelled while it is being made stays cancelled, however far it comes', async () => {
  let id = ''
  const making = makePlan(ctx, head, async (planId) => {
    await cancelPlan(ctx, (id = planId))
    return { counts: { update: 1 }, steps: 1 }
  })
  await expect(making).rejects.toMatchObject({ code: 'plan_state', message: expect.stringContaining('cancelled meanwhile') })
  expect((await readPlan(ctx.db, id)).status).toBe('cancelled')
})

test('what was left half made is given up after a day, with an event; what is being made is left alone', async () => {
  const { promise: broken, resolve: go } = Promise.withResolvers<never>()
  const ids: string[] = []
  const making = [0, 1].map(() => makePlan(ctx, head, (planId) => {
    ids.push(planId)
    return broken
  }).catch(() => {}))
  while (ids.length < 2) await new Promise(setImmediate)
  await ctx.db.execute(`update gatehouse.plan set created_at = created_at - interval '25 hours' where plan_id = $1`, [ids[0]])
  const dayAgo = new Date(Date.now() - 86_400_000)
  expect(await giveUpBroken(ctx, dayAgo)).toBe(1)
  expect(await giveUpBroken(ctx, dayAgo)).toBe(0)
  expect(await Promise.all(ids.map(async (id) => (await readPlan(ctx.db, id)).status))).toEqual(['cancelled', 'planning'])
  expect(await ctx.db.query('select action from gatehouse.audit_event where target_id = $1 order by event_id', [ids[0]])).toEqual([{ action: 'plan.create' }, { action: 'plan.cancel' }])
  go(Promise.reject(new Error('broken')) as never)
  await Promise.all(making)
})
