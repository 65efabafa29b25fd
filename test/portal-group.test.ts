/** A portal's group that Okta lets nobody be put into, Everyone or one that an application has brought: found before anything is done, and a way out of it. */
import { expect, test, vi } from 'vitest'
import { checkPortalSetup } from '../src/sync/check-portal.ts'
import { lookOver } from '../src/cli/doctor.ts'
import { updatePortalSettings } from '../src/portals/portals.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { planReconcile } from '../src/sync/reconcile.ts'
import { planSync } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 120_000 })
const seed = { groups: [{ id: '00gDirectoryDirector', type: 'APP_GROUP', name: 'Directory', members: [] }] }
const why = {
  Everyone: 'the group "Everyone" (setting access_group) is of the type BUILT_IN: Okta itself says who is in it',
  Directory: 'the group "Directory" (setting access_group) is of the type APP_GROUP: the application that it was imported from says who is in it',
}
const cases = [['Everyone', why.Everyone], ['Directory', why.Directory], ['00gDirectoryDirector', why.Directory.replace('"Directory"', '"00gDirectoryDirector"')]] as const

test.for(cases)('%s: no plan, no write, and every place says which setting it is', async ([group, expected]) => {
  const world = await syncWorld({ access_group: group }, { seed })
  await world.members('Ada Byron')
  const refusal = { code: 'invalid_value', message: expect.stringContaining(`Portal ${world.portalId}: ${expected}`), problems: [{ path: 'settings.access_group', message: expect.stringContaining(`npx gatehouse portal set ${world.portalId} access_group=NAME`) }] }
  await expect(planSync(world.run(), world.portalId)).rejects.toMatchObject(refusal)
  await expect(planSync(world.run(), world.portalId, 'full')).rejects.toMatchObject(refusal)
  await expect(planReconcile(world.run())).rejects.toMatchObject(refusal)
  await expect(world.sync()).rejects.toMatchObject(refusal)
  expect(world.writes()).toEqual([])
  const findings = await checkPortalSetup(world.ctx.db, world.run().connector, world.portalId)
  expect(findings.filter(({ subject }) => subject === 'group')).toMatchObject([{ result: 'problem', message: expect.stringContaining(expected) }])
  const { findings: [told] } = (await lookOver(world.ctx)).find(({ subject }) => subject === 'last sync runs')!
  expect(told).toMatchObject({ severity: 'warning', what: expect.stringContaining(expected) })
  await updatePortalSettings(world.ctx, world.portalId, { access_group: 'panel' })
  expect(await world.sync()).toMatchObject({ failed: 0, done: { create: 1, groupAdd: 1 } })
})

/** EFS may bring links into such a group; here its name goes to another one. */
async function takenOver(world: SyncWorld): Promise<void> {
  const old = [...world.twin.org.groups.values()].find(({ profile }) => profile.name === 'panel')
  world.twin.org.groups.put({ ...old!, type: 'APP_GROUP' })
}

test('who leaves such a portal does not wait for ever to be taken out of the group, and the setting can be changed then', async () => {
  const world = await syncWorld()
  const [ada] = await world.members('Ada Byron')
  await world.sync()
  await takenOver(world)
  await expect(updatePortalSettings(world.ctx, world.portalId, { access_group: 'other' })).rejects.toMatchObject({ code: 'conflict' })
  await world.leave(ada!)
  expect(await drainQueue(world.run())).toMatchObject({ drained: 1, failed: 0, done: { deactivate: 1 } })
  await updatePortalSettings(world.ctx, world.portalId, { access_group: 'other' })
  expect((await world.sync()).failed).toBe(0)
})
