/**
 * `gatehouse sync --apply` as a process that is killed at a random call to Okta, time after time, while people come, go
 * and change. A short run by itself; the long one is
 *
 *     SYNC_KILL_ROUNDS=50 SYNC_KILL_PEOPLE=5000 SYNC_KILL_SEED=7 npm test -- sync-kills
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { bulkRequest, planBulk, runBulk } from '../src/directory/bulk.ts'
import { createUser, patchUser } from '../src/directory/users.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { addPortalUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { root } from '../tools/house-rules.ts'
import { seededRandom } from '../twin/random.ts'
import { createTwin } from '../twin/server.ts'
import { testContext } from './context.ts'
import { connectionOf, migratedDatabase } from './database.ts'
import { importFolder } from './import-harness.ts'
import { cleanEnv, pinnedNode } from './server-process.ts'

const { SYNC_KILL_ROUNDS = 3, SYNC_KILL_PEOPLE = 60, SYNC_KILL_SEED = 20261126 } = process.env
const [rounds, size, seed] = [Number(SYNC_KILL_ROUNDS), Number(SYNC_KILL_PEOPLE), Number(SYNC_KILL_SEED)]
const dice = seededRandom(seed)
const token = 'sync-kills-token'
const database = await migratedDatabase()
const ctx = await testContext({}, undefined, database)
const twin = createTwin({ token, random: seededRandom(seed + 1), recordedCalls: 400_000 })
const env = { DATABASE_URL: connectionOf(database), GATEHOUSE_DATA: importFolder(), OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: token, OKTA_RATE_SHARE_PERCENT: '100', PLAN_LIMITS: '' }
afterAll(() => twin.close())

/** The command, killed when the double has been called so often; its exit code, or the signal. */
async function sync(portalId: number, mode: string[], killAt = Infinity): Promise<{ code: number | null; said: string }> {
  const began = twin.calls.total()
  const child = spawn(pinnedNode, [join(root, 'bin/gatehouse.js'), 'sync', '--portal', String(portalId), '--apply', ...mode], { cwd: env.GATEHOUSE_DATA, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += piece))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  let over = false
  void ended.then(() => (over = true))
  while (!over && twin.calls.total() - began < killAt) await sleep(1)
  if (!over) child.kill('SIGKILL')
  return { code: await ended, said }
}

interface Member { id: string; login: string }

async function everybody(): Promise<Member[]> {
  const people: Member[] = []
  for (let n = 0; n < size; n++) {
    const login = `person${n}@kills.example`
    const { id } = await createUser(ctx, { userName: login, title: 'Kills', name: { givenName: `Given${n}`, familyName: `Family${n}` }, emails: [{ value: login, primary: true }] })
    people.push({ id: id as string, login })
  }
  return people
}

async function bulk(operation: string, people: readonly Member[]): Promise<void> {
  if (people.length === 0) return
  for (const one of people) await patchUser(ctx, one.id, { costCenter: operation })
  const plan = await planBulk(ctx, bulkRequest({ kind: 'bulk', operation, filter: `costCenter eq "${operation}"` }))
  await applyPlan(ctx, plan.id, runBulk)
  for (const one of people) await patchUser(ctx, one.id, { costCenter: null })
}

const some = (people: readonly Member[], share: number) => people.filter(() => dice() < share)

/** People change, leave, come back, are disabled and enabled. */
async function change(portalId: number, people: readonly Member[], round: number): Promise<void> {
  for (const one of some(people, 0.05)) await patchUser(ctx, one.id, { title: `Round ${round}` })
  const inside = new Set((await ctx.db.query<{ person_id: string }>('select p.person_id from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id')).map((row) => row.person_id))
  const leaving = some(people.filter(({ id }) => inside.has(id)), 0.05)
  const coming = some(people.filter(({ id }) => !inside.has(id)), 0.5)
  if (leaving.length > 0) await removePortalUsers(ctx, portalId, leaving.map(({ id }) => id))
  if (coming.length > 0) await addPortalUsers(ctx, portalId, coming.map(({ id }) => id))
  const disabled = new Set((await ctx.db.query<{ user_id: string }>(`select user_id from users where secondary_status = 'DISABLED'`)).map((row) => row.user_id))
  await bulk('enable', some(people.filter(({ id }) => disabled.has(id)), 0.5))
  await bulk('disable', some(people.filter(({ id }) => !disabled.has(id)), 0.03))
}

/** Both sides agree, nothing is left under way, and what was written there stands in the audit. */
async function agree(portalId: number): Promise<void> {
  const members = await ctx.db.query<{ person_id: string; login: string; wanted: boolean }>(
    `select p.person_id, u.user_name as login, u.secondary_status is null as wanted from efs.portal_panelist m
     join efs.panelists p on p.uid = m.user_id join public.users u on u.user_id = p.person_id where m.portal_id = $1`, [portalId])
  const accounts = [...twin.org.users.values()]
  const group = [...twin.org.groups.values()].find(({ profile }) => profile.name === 'kills')!
  const inGroup = [...twin.org.members.get(group.id)!.values()].map(({ id }) => twin.org.users.get(id)!.profile['login']).sort()
  expect(inGroup).toEqual(members.filter(({ wanted }) => wanted).map(({ login }) => login).sort())
  const owners = accounts.map(({ profile }) => profile['gatehouseId'])
  expect(new Set(owners).size, 'no account twice').toBe(owners.length)
  const links = await ctx.db.query<{ person_id: string; uuid: string; marked: number }>(
    'select p.person_id, r.uuid, r.has_data_changes as marked from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id')
  for (const { person_id, uuid, marked } of links) {
    expect([twin.org.users.get(uuid)?.profile['gatehouseId'], marked]).toEqual([person_id, 0])
  }
  const wanted = new Set(members.flatMap(({ wanted, person_id }) => (wanted ? [person_id] : [])))
  const usable = accounts.filter(({ status }) => status !== 'DEPROVISIONED' && status !== 'SUSPENDED').map(({ profile }) => profile['gatehouseId'] as string)
  expect(usable.filter((id) => !wanted.has(id)), 'nobody is active whose source is gone').toEqual([])
  expect(await ctx.db.query(`select status from gatehouse.plan where kind = 'sync' and status in ('planning', 'applying')`), 'no plan is left under way').toEqual([])
  expect(await ctx.db.query(`select run_id from gatehouse.sync_run where status = 'running'`), 'no run is left running').toEqual([])
  const linked = new Set(links.map(({ uuid }) => uuid))
  expect(accounts.filter(({ id, status }) => status !== 'DEPROVISIONED' && !linked.has(id)).map(({ profile }) => profile['login']), 'no account without a link').toEqual([])
  expect(await ctx.db.query('select 1 from efs.iam_portal_user_group_unassignment_queue')).toEqual([])
}

/** Every write over there has its event: one that was recorded, or one that says it may have been. (To activate is part of creating.) */
async function accounted(writes: number): Promise<void> {
  const { told, unanswered } = (await ctx.db.first<{ told: number; unanswered: number }>(
    `select count(*)::int as told, count(*) filter (where result = 'unanswered')::int as unanswered from gatehouse.audit_event
     where action like 'account.%' and action not in ('account.adopt', 'account.activate')`))!
  expect(told).toBeGreaterThanOrEqual(writes)
  expect(told - writes).toBeLessThanOrEqual(unanswered)
}

test(`killed ${rounds} times with ${size} people (seed ${seed}), both sides agree in the end`, { timeout: 7_200_000 }, async () => {
  const portal = await createPortal(ctx, { name: 'Kills', settings: { access_group: 'kills', deprovisioning_policy: 'deactivate', activation: 'silent' } })
  const people = await everybody()
  await addPortalUsers(ctx, portal.id, people.map(({ id }) => id))
  const killed: number[] = []
  let writes = 0
  let calls = size * 3
  for (let round = 0; round < rounds; round++) {
    const mode = round > 0 && dice() < 0.5 ? ['--full'] : []
    const killAt = 1 + Math.floor(dice() * calls)
    twin.calls.clear()
    const first = await sync(portal.id, mode, killAt)
    if (first.code === null) {
      killed.push(killAt)
      // The minute that a run is believed to live without a sign of life.
      await ctx.db.execute(`update gatehouse.sync_run set lease_until = now() where status = 'running'`)
    }
    const began = twin.calls.total()
    const second = await sync(portal.id, mode)
    expect(second.code, second.said).toBe(0)
    calls = Math.max(20, twin.calls.total() - began)
    writes += twin.calls.list().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/activate')).length
    await agree(portal.id)
    await accounted(writes)
    twin.calls.clear()
    expect((await sync(portal.id, [])).code).toBe(0)
    expect(twin.calls.list().filter(({ method }) => method !== 'GET'), 'a further run writes nothing').toEqual([])
    await change(portal.id, people, round)
    if (rounds > 10) console.log(`round ${round + 1}: killed at call ${killAt}${first.code === null ? '' : ' (too late)'}, ${calls} calls afterwards`)
  }
  expect(killed.length, 'most kills struck a run').toBeGreaterThan(rounds / 3)
})
