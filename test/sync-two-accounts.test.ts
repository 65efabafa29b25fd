/** A person linked to two accounts, as links that were taken over from elsewhere may say: shown, and decided over there. */
import { expect, test, vi } from 'vitest'
import { patchUser } from '../src/directory/users.ts'
import type { Document } from '../src/model/attribute.ts'
import { addAdminUsers, addPortalUsers } from '../src/portals/portal-users.ts'
import { reconcileOrg } from '../src/sync/reconcile.ts'
import { planSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Ada, administrator and panelist, with an account for each. */
async function twice(): Promise<{ world: SyncWorld; ada: Document; first: string; second: string }> {
  const world = await syncWorld({ activation: 'silent', deprovisioning_policy: 'deactivate' })
  const ada = await world.person('Ada Byron')
  await addAdminUsers(world.ctx, [ada.id])
  await addPortalUsers(world.ctx, world.portalId, [ada.id])
  await world.sync()
  const { body } = await world.client().request<{ id: string }>('POST', '/api/v1/users', { query: { activate: 'false' }, body: { profile: { login: 'ada.second@example.com', email: 'ada.second@example.com', firstName: 'Ada', lastName: 'Byron' } } })
  await world.client().request('POST', `/api/v1/users/${body.id}/lifecycle/activate`, { query: { sendEmail: 'false' } })
  const { uuid } = (await world.references())[0]!
  await world.ctx.db.transaction(async (tx) => {
    await tx.execute(`select set_config('gatehouse.sync', 'on', true)`)
    await tx.execute('update efs.iam_user_reference set uuid = $1', [body.id])
  })
  return { world, ada, first: uuid, second: body.id }
}

const links = async (world: SyncWorld) => [
  (await world.references())[0]?.uuid, (await world.ctx.db.first<{ uuid: string }>('select uuid from efs.iam_user_reference'))?.uuid,
]

for (const kind of ['full', 'reconcile'] as const) {
  const run = (world: SyncWorld) => (kind === 'full' ? world.sync('full') : reconcileOrg(world.run()))

  test(`is reported by a ${kind} run, which changes nothing`, async () => {
    const { world, first, second } = await twice()
    world.twin.calls.clear()
    const report = await run(world)
    expect(report).toMatchObject({ failed: 0, stopped: null, done: { report: 1 } })
    expect(world.writes()).toEqual([])
    expect(await links(world)).toEqual([first, second])
    const [step] = await world.ctx.db.query<{ changes: { actions: { reason: string }[] } }>('select changes from gatehouse.plan_step where plan_id = $1', [report.planId])
    expect(step!.changes.actions[0]!.reason).toMatch(/linked to a second account, 00u\w+: remove the one/)
  })

  test.for(['first', 'second'] as const)(`once the %s is removed over there, a ${kind} run links both to the other`, async (which) => {
    const { world, ...accounts } = await twice()
    const other = which === 'first' ? accounts.second : accounts.first
    await world.client().request('POST', `/api/v1/users/${accounts[which]}/lifecycle/deactivate`)
    // The login of an account that is only deactivated stays taken.
    if (which === 'first') await world.client().request('DELETE', `/api/v1/users/${accounts[which]}`)
    expect(await run(world)).toMatchObject({ failed: 0, blocked: 0, stopped: null })
    expect(await links(world)).toEqual([other, other])
    expect(world.twin.org.users.get(other)!.status).toBe('PROVISIONED')
    const { counts } = await planSync(world.run(), world.portalId, 'full')
    expect(counts).toEqual({})
  })
}

test('of who is not wanted any more both are closed', async () => {
  const { world, ada, first, second } = await twice()
  await patchUser(world.ctx, ada.id as string, { active: false })
  for (let round = 0; round < 3; round++) await world.sync('full')
  expect([first, second].map((id) => world.twin.org.users.get(id)!.status)).toEqual(['DEPROVISIONED', 'DEPROVISIONED'])
})
