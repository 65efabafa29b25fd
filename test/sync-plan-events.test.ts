/** Sync plans in the audit: made, applied, undone, cancelled like those of other kinds; nothing of runs that do nothing. */
import { expect, test, vi } from 'vitest'
import { searchEvents } from '../src/audit/search.ts'
import type { Context } from '../src/context.ts'
import { patchUser } from '../src/directory/users.ts'
import { pushWaiting } from '../src/jobs/sync-jobs.ts'
import { cancelPlan } from '../src/plans/apply.ts'
import { releasePlan } from '../src/plans/release.ts'
import { updatePortalSettings } from '../src/portals/portals.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { applySync, planSync, syncPortal, undoSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 120_000 })

const ofPlans = async (world: SyncWorld, more = '') => (await searchEvents(world.ctx.db, { filter: `action sw "plan."${more}`, sortBy: 'at', sortOrder: 'ascending', count: 100 })).items
const actions = async (world: SyncWorld, planId: string) => (await ofPlans(world, ` and targetId eq "${planId}"`)).map(({ action }) => action)
/** The world as another request or process sees it. */
const asked = (world: SyncWorld, correlationId: string) => ({ ...world.run(), ctx: { ...world.ctx, actor: { ...world.ctx.actor, correlationId } } satisfies Context })
const refuse = (world: SyncWorld, login: string) => world.twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: `/api/v1/users/${world.account(login)!.id}` })

test('a plan is made, applied by another request and undone, and all of it is found by the id of its making', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  const plan = await planSync(asked(world, 'the-making'), world.portalId)
  expect(await actions(world, plan.id)).toEqual(['plan.create'])
  await applySync(asked(world, 'the-applying'), plan.id)
  const { items } = await searchEvents(world.ctx.db, { filter: 'correlationId eq "the-making"', sortBy: 'at', sortOrder: 'ascending', count: 100 })
  expect(items.map(({ action }) => action).sort()).toEqual(['account.create', 'account.createGroup', 'account.declareFields', 'account.groupAdd', 'plan.apply', 'plan.create'])
  expect(items.find(({ action }) => action === 'plan.apply')).toMatchObject({ targetType: 'Plan', targetId: plan.id, changes: [{ path: 'status', before: 'planned', after: 'applying' }, { path: 'request', after: 'the-applying' }] })
  const { planId: undo } = await undoSync(asked(world, 'the-undoing'), plan.id)
  expect(await actions(world, plan.id)).toEqual(['plan.create', 'plan.apply', 'plan.undo'])
  expect(await actions(world, undo)).toEqual(['plan.create', 'plan.apply'])
  expect((await ofPlans(world, ' and action eq "plan.undo"'))[0]).toMatchObject({ correlationId: 'the-making', changes: [{ path: 'status', before: 'applied', after: 'undone' }, { path: 'request', after: 'the-undoing' }] })
})

test('a plan that is given up, and one that a guard stops and somebody releases', async () => {
  const world = await syncWorld({ limit_create: '0' })
  await world.members('Ada Byron')
  const plan = await planSync(world.run(), world.portalId)
  expect(plan.status).toBe('stopped')
  await releasePlan(world.ctx, plan.id, { reason: 'meant' })
  await applySync(world.run(), plan.id)
  expect(await actions(world, plan.id)).toEqual(['plan.create', 'plan.release', 'plan.apply'])
  await world.members('Grace Hopper')
  const other = await planSync(world.run(), world.portalId)
  await cancelPlan(world.ctx, other.id)
  expect(await actions(world, other.id)).toEqual(['plan.create', 'plan.cancel'])
})

test('the scheduler: what a run does is told, what it does not do is not, run after run', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  const deltas = async (times: number) => {
    for (let i = 0; i < times; i++) await pushWaiting(world.ctx, () => world.run())
    return (await ofPlans(world)).length
  }
  expect(await deltas(2)).toBe(2)
  const events = await ofPlans(world)
  expect(events.map(({ action }) => action)).toEqual(['plan.create', 'plan.apply'])
  // Refused by Okta, again and again: that stands in the runs.
  const fault = refuse(world, 'ada.byron@example.com')
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  expect(await deltas(3)).toBe(2)
  expect((await world.ctx.db.first<{ count: number }>(`select count(*)::int as count from gatehouse.plan where failed = 1`))!.count).toBe(3)
  world.twin.faults.remove(fault.id)
  expect(await deltas(2)).toBe(4)
  // Blocked: somebody has to decide.
  await world.twin.inject({ method: 'POST', url: `/api/v1/users/${world.account('ada.byron@example.com')!.id}/lifecycle/deactivate`, headers: { authorization: 'SSWS sync-test-token' } })
  await patchUser(world.ctx, ada!.id as string, { title: 'Lady' })
  expect(await deltas(3)).toBe(4)
  await reconcileOrg(world.run())
  expect((await ofPlans(world)).length).toBe(4)
  // What a guard stops is told at once: somebody will release it, or give it up.
  await updatePortalSettings(world.ctx, world.portalId, { limit_create: '0' })
  await world.members('Grace Hopper')
  expect(await deltas(3)).toBe(5)
})

test('what somebody asks for is told also where every step fails, and not where there is nothing to do', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  const { planId: empty } = await world.sync('full')
  expect(await actions(world, empty)).toEqual([])
  refuse(world, 'ada.byron@example.com')
  await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
  const { planId, failed } = await syncPortal(world.run(), world.portalId)
  expect(failed).toBe(1)
  expect(await actions(world, planId)).toEqual(['plan.create', 'plan.apply'])
})
