/** What the doctor finds beside the schema: the master key, what a guard holds, what failed, who is blocked, whom nobody asks. */
import { describe, expect, test, vi } from 'vitest'
import { checkLines, lookOver } from '../src/cli/doctor.ts'
import { patchUser } from '../src/directory/users.ts'
import { finishPlan, insertPlan } from '../src/store/plans.ts'
import { newMasterKey } from '../src/store/master-key.ts'
import { openMasterKey } from '../src/store/open-master-key.ts'
import { cancelPlan } from '../src/plans/apply.ts'
import { addPortalUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { updatePortalSettings } from '../src/portals/portals.ts'
import { enqueueMessage } from '../src/store/messages.ts'
import { planSync, syncPortal } from '../src/sync/run.ts'
import { testContext } from './context.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

vi.setConfig({ testTimeout: 120_000 })
const withOkta = { OKTA_ORG_URL: 'https://example.okta.com', OKTA_API_TOKEN: 'a token' }

/** What was found, by subject; the servers of tests do without fsync, which the doctor rightly says. */
async function found({ db, config }: Pick<SyncWorld['ctx'], 'db' | 'config'>, more: object = withOkta): Promise<Record<string, string[]>> {
  const checks = await lookOver({ db, config: { ...config, ...more } })
  for (const { findings } of checks.slice(3)) for (const { severity } of findings) expect(severity).not.toBe('error')
  return Object.fromEntries(checks.map(({ subject, findings }) => [
    subject, findings.filter(({ where }) => !/fsync|full_page_writes/.test(where)).map((one) => `${one.severity}: ${one.where} ${one.what} ${one.advice}`),
  ]))
}

const nothing = { 'database': [], 'rows that come with Gatehouse': [], 'master key': [], 'plans': [], 'queues of accounts to unassign': [], 'last sync runs': [], 'connection to Okta': [], 'mail and SMS': [] }

test('a good state has no findings, and it is said what was looked at', async () => {
  const world = await syncWorld()
  await world.members('Ada Byron')
  await world.sync()
  expect(await found(world.ctx, {})).toEqual(nothing)
  const lines = checkLines((await lookOver(world.ctx)).map((one) => ({ ...one, findings: [] })))
  for (const subject of Object.keys(nothing)) expect(lines.filter((line) => line.startsWith(subject))).toHaveLength(1)
  expect(lines.at(-1)).toBe('All is well.')
})

test('a database that is wrong is no place to ask for more', async () => {
  const { db, config } = await testContext()
  await db.execute('drop table gatehouse.message cascade; drop table efs.iam_user_unassignment_queue cascade')
  const checks = await lookOver({ db, config })
  expect(checks[0]!.findings).toContainEqual(expect.objectContaining({ severity: 'error', where: 'table gatehouse.message' }))
  expect(checks.slice(1).every(({ looked, findings }) => !looked && findings.length === 0)).toBe(true)
  expect(checkLines(checks).find((line) => line.startsWith('mail and SMS'))).toContain('not looked at')
})

test('a master key that is missing, or another, is told with the one that is needed', async () => {
  const { db, config } = await testContext()
  const { id } = await openMasterKey(db, { ...config, GATEHOUSE_MASTER_KEY: newMasterKey() })
  expect((await found({ db, config }, { GATEHOUSE_DATA: '/nowhere' }))['master key']).toEqual([expect.stringMatching(`^error: .*missing.*${id}`)])
  expect((await found({ db, config }, { GATEHOUSE_MASTER_KEY: newMasterKey() }))['master key']).toEqual([expect.stringMatching(`^error: .*wrong one.*${id}`)])
})

describe('the sync', () => {
  test('queues and plans that a guard holds are told, until somebody decides', async () => {
    const world = await syncWorld({ limit_deactivate: '0' })
    const [ada] = await world.members('Ada Byron')
    await world.sync()
    await removePortalUsers(world.ctx, world.portalId, [ada!.id as string])
    expect(await found(world.ctx)).toEqual({ ...nothing, 'queues of accounts to unassign': [expect.stringMatching(/^warning: .*1 account to deactivate, and the limit is 0.*sync --portal/)] })
    const plan = await planSync(world.run(), world.portalId)
    expect(await found(world.ctx)).toMatchObject({ 'plans': [expect.stringMatching(`^warning: plan ${plan.id} .*portal ${world.portalId}.* limit is 0.*plan release ${plan.id}`)], 'last sync runs': [] })
    await cancelPlan(world.ctx, plan.id)
    await updatePortalSettings(world.ctx, world.portalId, { limit_deactivate: '5' })
    expect(await found(world.ctx)).toEqual(nothing)
  })

  test('a stopped plan of another kind is told as well', async () => {
    const { ctx } = await syncWorld()
    await ctx.db.transaction((tx) => insertPlan(tx, { id: 'held', kind: 'mass-delete', title: 'Take 9 out', createdBy: 'ada', correlationId: 'c', now: ctx.now() }))
    await finishPlan(ctx.db, 'held', {}, 9, '9 people, and the limit is 5')
    expect((await found(ctx)).plans).toEqual([expect.stringMatching(/^warning: plan held \(Take 9 out\).*limit is 5.*plan release held/)])
  })

  test('who is blocked, until they are well; a plan that was only made hides it not', async () => {
    const world = await syncWorld()
    const ada = await world.person('Ada Byron', { userName: 'ada', emails: [] })
    await world.members('Grace Hopper')
    await addPortalUsers(world.ctx, world.portalId, [ada.id])
    expect(await world.sync()).toMatchObject({ blocked: 1, failed: 0 })
    const blocked = [expect.stringMatching(new RegExp(`^warning: last run of the sync of portal ${world.portalId} .*1 person blocked.*plan steps \\w+ --action blocked`))]
    expect(await found(world.ctx)).toEqual({ ...nothing, 'last sync runs': blocked })
    await planSync(world.run(), world.portalId)
    expect((await found(world.ctx))['last sync runs']).toEqual(blocked)
    await patchUser(world.ctx, ada.id as string, { emails: [{ value: 'ada@example.com', primary: true }] })
    await world.sync()
    expect(await found(world.ctx)).toEqual(nothing)
  })

  test('a run that failed, and one whose process has died', async () => {
    const world = await syncWorld()
    await world.members('Ada Byron')
    await expect(syncPortal(world.run({ token: 'another' }), world.portalId)).rejects.toThrow()
    expect((await found(world.ctx))['last sync runs']).toEqual([expect.stringMatching(/^warning: .*\(delta, .*was a failure: .*okta errors/)])
    await world.sync()
    expect((await found(world.ctx))['last sync runs']).toEqual([])
    await world.ctx.db.execute(`update gatehouse.sync_run set status = 'running', ended_at = null, lease_until = now() - interval '1 second' where status = 'done'`)
    expect((await found(world.ctx))['last sync runs']).toEqual([expect.stringMatching(/was interrupted/)])
    // Looking changes nothing.
    expect(await world.ctx.db.first(`select count(*)::int as n from gatehouse.sync_run where status = 'running'`)).toEqual({ n: 1 })
  })

  test('entries of the queues that failed, and those that were given up', async () => {
    const world = await syncWorld()
    await world.ctx.db.execute(`insert into efs.iam_user_unassignment_queue (user_id, uuid, attempts, dead_at) values (7, '00u7', 9, now());
      insert into efs.iam_portal_user_group_unassignment_queue (user_id, uuid, attempts, next_attempt_at) values (8, '00u8', 1, now() + interval '1 hour')`)
    expect((await found(world.ctx))['queues of accounts to unassign']).toEqual([
      expect.stringMatching(/^note: .*panelists.* 1 entry has failed; the next attempt is at/),
      expect.stringMatching(/^warning: .*administrators.* 1 entry was given up.*queue retry --admins --all/),
    ])
  })

  test('whoever waits for an Okta that is not set, or not wholly', async () => {
    const world = await syncWorld()
    const [ada] = await world.members('Ada Byron')
    expect((await found(world.ctx, {}))['connection to Okta']).toEqual([expect.stringMatching(/^note: .*not set \(OKTA_ORG_URL\).*1 member without an account/)])
    await world.sync()
    await patchUser(world.ctx, ada!.id as string, { title: 'Countess' })
    expect((await found(world.ctx, {}))['connection to Okta']).toEqual([expect.stringMatching(/^warning: .*not set \(OKTA_ORG_URL\).*1 account with changes/)])
    expect((await found(world.ctx, { OKTA_ORG_URL: withOkta.OKTA_ORG_URL }))['connection to Okta']).toEqual([expect.stringMatching(/^warning: .*nothing to show/)])
    expect((await found(world.ctx))['connection to Okta']).toEqual([])
  })
})

test('messages that were given up', async () => {
  const { db, config, now, newId } = await testContext()
  await db.transaction((tx) => enqueueMessage(tx, { now, newId, config }, { template: 'user-name', to: 'no address', values: { userNames: 'ada' } }))
  expect((await found({ db, config }))['mail and SMS']).toEqual([expect.stringMatching(/^warning: .*1 time.*messages list/)])
})
