/** Two panelists become one person: in the portals of both, with the accounts of both, and what is given up is said before. */
import { expect, test, vi } from 'vitest'
import { planMerge, runMerge } from '../src/directory/merge.ts'
import { undoMerge } from '../src/directory/merge-undo.ts'
import type { Document } from '../src/model/attribute.ts'
import { linkStatus } from '../src/model/link-statuses.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { addAdminUsers, addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { listSteps } from '../src/store/plans.ts'
import { drainQueue } from '../src/sync/drain.ts'
import { syncPortal } from '../src/sync/run.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 60_000 })

interface Couple {
  world: SyncWorld
  second: number
  ada: Document & { id: string }
  byron: Document & { id: string }
  syncBoth: () => Promise<void>
  /** The accounts that the links of a person name. */
  accounts: (person: { id: string }) => Promise<string[]>
  merge: (survivor: { id: string }, duplicate: { id: string }) => Promise<{ id: string; links: Record<string, unknown>; accounts: unknown; apply: () => Promise<unknown> }>
}

/** Two records of one person, each in portals, with an account each. */
async function couple(portals: { ada: (1 | 2)[]; byron: (1 | 2)[] }): Promise<Couple> {
  const settings = { activation: 'silent', deprovisioning_policy: 'deactivate' }
  const world = await syncWorld(settings)
  const { ctx } = world
  const second = (await createPortal(ctx, { name: 'Second', settings: { access_group: 'second', ...settings } })).id
  const numbers = { 1: world.portalId, 2: second }
  const people = { ada: await world.person('Ada Byron'), byron: await world.person('Augusta King') }
  for (const name of ['ada', 'byron'] as const) for (const portal of portals[name]) await addPortalUsers(ctx, numbers[portal], [people[name].id as string])
  const syncBoth = async () => {
    for (const portal of [world.portalId, second]) expect(await syncPortal(world.run(), portal, 'full')).toMatchObject({ failed: 0, blocked: 0, stopped: null })
  }
  await syncBoth()
  return {
    world, second, ...(people as Pick<Couple, 'ada' | 'byron'>), syncBoth,
    accounts: async ({ id }) => (await world.references()).filter((one) => one.person_id === id).map(({ uuid }) => uuid),
    async merge(survivor, duplicate) {
      const { id } = await planMerge(ctx, { survivor: survivor.id, duplicate: duplicate.id, take: [] })
      const [step] = await listSteps(ctx.db, id, { count: 1 })
      const changes = step!.changes as { links: { table: string }[]; accounts: unknown }
      return { id, links: Object.fromEntries(changes.links.map((link) => [link.table, link])), accounts: changes.accounts, apply: () => applyPlan(ctx, id, runMerge) }
    },
  }
}

const moving = ['recorded_from', 'last_update', 'version', 'changes', 'has_data_changes', 'updated_at', 'lst_update', 'lst_updated_by', 'last_updated_by']
/** What ties people to EFS and to Okta, row by row, without what counts changes. */
async function rowsOf({ ctx: { db } }: SyncWorld) {
  const found = []
  for (const table of ['efs.panelists', 'efs.users', 'efs.portal_panelist', 'efs.iam_portal_user_reference', 'efs.iam_user_reference', 'login', 'efs.iam_portal_user_group_unassignment_queue', 'efs.iam_user_unassignment_queue']) {
    const rows = await db.query<{ row: Document }>(`select to_jsonb(t) as row from ${table} t`)
    found.push(...rows.map(({ row }) => JSON.stringify([table, Object.fromEntries(Object.entries(row).filter(([column]) => !moving.includes(column)))])))
  }
  return found.sort()
}
const places = ({ ctx: { db } }: SyncWorld, { id }: { id: string }) =>
  db.query('select m.portal_id, m.linked from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id where p.person_id = $1 order by 1', [id])
const queued = ({ ctx: { db } }: SyncWorld) => db.query('select uuid, portals from efs.iam_portal_user_group_unassignment_queue order by id')
const statusOf = (world: SyncWorld, uuid: string) => world.twin.org.users.get(uuid)!.status

for (const [survives, goes] of [['ada', 'byron'], ['byron', 'ada']] as const) {
  test(`${goes}, who is in another portal, takes it along to ${survives}, and the plan names the account that is given up for it`, async () => {
    const couplet = await couple({ ada: [1], byron: [2] })
    const { world, second, accounts, merge, syncBoth } = couplet
    const [survivor, duplicate] = [couplet[survives], couplet[goes]]
    const [[kept], [given]] = [await accounts(survivor), await accounts(duplicate)]
    const before = await rowsOf(world)
    const { id, links, accounts: told, apply } = await merge(survivor, duplicate)
    const portal = goes === 'byron' ? { portal: second, name: 'Second' } : { portal: world.portalId, name: 'Panel' }
    expect(links['efs.portal_panelist']).toMatchObject({ moves: 1, stays: 0, moving: [portal] })
    expect(links['efs.iam_portal_user_reference']).toMatchObject({ moves: 0, stays: 1, staying: [{ portal: portal.portal, account: given }] })
    expect(links['login']).toMatchObject({ moves: 0, stays: 2 })
    expect(told).toEqual({ linked: [kept], unassigned: [given] })
    expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
    expect(await places(world, survivor)).toEqual([{ portal_id: world.portalId, linked: goes === 'byron' }, { portal_id: second, linked: goes === 'ada' }])
    expect(await queued(world)).toEqual([{ uuid: given, portals: [portal.portal] }])
    await undoMerge(world.ctx, id)
    expect(await rowsOf(world)).toEqual(before)
    await syncBoth()
    // And once more, to its end: one person, one account, in the groups of both portals.
    await (await merge(survivor, duplicate)).apply()
    await drainQueue(world.run())
    await syncBoth()
    expect([kept, given].map((uuid) => statusOf(world, uuid!))).toEqual(['PROVISIONED', 'DEPROVISIONED'])
    const login = String(world.twin.org.users.get(kept!)!.profile['login'])
    expect([world.inGroup('panel'), world.inGroup('second')]).toEqual([[login], [login]])
    expect(await accounts(survivor)).toEqual([kept, kept])
    expect(await queued(world)).toEqual([])
  })
}

test('an account goes along to a survivor who has none, with its portal', async () => {
  const { world, second, ada, byron, accounts, merge, syncBoth } = await couple({ ada: [], byron: [1, 2] })
  const [brought] = await accounts(byron)
  await addPortalUsers(world.ctx, world.portalId, [ada.id])
  // The name that the account is about to get stands with one of Ada's logins already.
  await world.ctx.db.execute(`insert into login (login_id, login, managed_sys_id, user_id) values (repeat('f', 32), 'ada.byron@example.com', 'OKTA', $1)`, [ada.id])
  const before = await rowsOf(world)
  const { id, links, accounts: told, apply } = await merge(ada, byron)
  expect(links['efs.portal_panelist']).toMatchObject({ moves: 1, stays: 1, moving: [{ portal: second }], staying: [{ portal: world.portalId }] })
  expect(links['efs.iam_portal_user_reference']).toMatchObject({ moves: 2, stays: 0 })
  expect(links['login']).toMatchObject({ moves: 1, stays: 1 })
  expect(told).toEqual({ linked: [brought], unassigned: [] })
  expect(await apply()).toMatchObject({ failed: 0 })
  expect(await places(world, ada)).toEqual([{ portal_id: world.portalId, linked: true }, { portal_id: second, linked: true }])
  expect([await accounts(ada), await queued(world)]).toEqual([[brought, brought], []])
  await undoMerge(world.ctx, id)
  expect(await rowsOf(world)).toEqual(before)
  await (await merge(ada, byron)).apply()
  await syncBoth()
  expect(statusOf(world, brought!)).toBe('PROVISIONED')
  expect(world.inGroup('panel')).toEqual(world.inGroup('second'))
})

test('of two in one portal the survivor keeps theirs; the plan names the account that is given up, and undone it stays', async () => {
  const { world, ada, byron, accounts, merge, syncBoth } = await couple({ ada: [1], byron: [1] })
  const [[kept], [given]] = [await accounts(ada), await accounts(byron)]
  const before = await rowsOf(world)
  const { id, links, accounts: told, apply } = await merge(ada, byron)
  expect(links['efs.portal_panelist']).toMatchObject({ moves: 0, stays: 1, staying: [{ portal: world.portalId, name: 'Panel' }] })
  expect(links['efs.iam_portal_user_reference']).toMatchObject({ moves: 0, stays: 1, staying: [{ portal: world.portalId, account: given }] })
  expect(links['login']).toMatchObject({ moves: 0, stays: 2 })
  expect(told).toEqual({ linked: [kept], unassigned: [given] })
  expect(await apply()).toMatchObject({ status: 'applied', failed: 0 })
  expect(await queued(world)).toEqual([{ uuid: given, portals: [world.portalId] }])
  await undoMerge(world.ctx, id)
  expect(await rowsOf(world)).toEqual(before)
  await syncBoth()
  expect([kept, given].map((uuid) => statusOf(world, uuid!))).toEqual(['PROVISIONED', 'PROVISIONED'])
})

test('an account that was closed by the time of the undo comes back as one that we closed, and is opened again', async () => {
  const { world, ada, byron, accounts, merge, syncBoth } = await couple({ ada: [1], byron: [1] })
  const [[kept], [given]] = [await accounts(ada), await accounts(byron)]
  const { id, apply } = await merge(ada, byron)
  await apply()
  await drainQueue(world.run())
  expect([kept, given].map((uuid) => statusOf(world, uuid!))).toEqual(['PROVISIONED', 'DEPROVISIONED'])
  await undoMerge(world.ctx, id)
  expect(await world.references()).toContainEqual({ person_id: byron.id, uuid: given, status: linkStatus.DEACTIVATED, has_data_changes: 1 })
  await syncBoth()
  expect(statusOf(world, given!)).toBe('PROVISIONED')
  expect(world.inGroup('panel')).toHaveLength(2)
})

test('an administrator\'s account goes along to an administrator who has none yet', async () => {
  const { world, ada, byron, merge } = await couple({ ada: [], byron: [] })
  await addAdminUsers(world.ctx, [byron.id])
  await world.sync('full')
  await addAdminUsers(world.ctx, [ada.id])
  const before = await rowsOf(world)
  const { id, links, apply } = await merge(ada, byron)
  expect(links).toMatchObject({ 'efs.users': { moves: 0, stays: 1 }, 'efs.iam_user_reference': { moves: 1, stays: 0 } })
  expect(await apply()).toMatchObject({ failed: 0 })
  expect(await world.ctx.db.query('select e.person_id from efs.iam_user_reference r join efs.users e on e.uid = r.user_id')).toEqual([{ person_id: ada.id }])
  expect(await world.ctx.db.query('select from efs.iam_user_unassignment_queue')).toEqual([])
  await undoMerge(world.ctx, id)
  expect(await rowsOf(world)).toEqual(before)
})

test('is refused whole when either has joined a portal since', async () => {
  const { world, second, ada, byron, merge } = await couple({ ada: [1], byron: [2] })
  const { apply } = await merge(ada, byron)
  await addPortalUsers(world.ctx, second, [ada.id])
  await expect(apply()).rejects.toMatchObject({ code: 'plan_stale' })
})
