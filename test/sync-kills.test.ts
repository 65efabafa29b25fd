/**
 * `gatehouse sync --apply` as a process that is killed at a random call to Okta, time after time, while people come, go
 * and change. A short run by itself; the long one is
 *
 *     SYNC_KILL_ROUNDS=50 SYNC_KILL_PEOPLE=5000 SYNC_KILL_SEED=7 npm test -- sync-kills
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { bulkRequest, planBulk, runBulk } from '../src/directory/bulk.ts'
import { createUser, patchUser } from '../src/directory/users.ts'
import { limitedOperations } from '../src/model/plan-limits.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { addAdminUsers, addPortalUsers, removeAdminUsers, removePortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { seededRandom } from '../twin/random.ts'
import { createTwin } from '../twin/server.ts'
import { testContext } from './context.ts'
import { connectionOf, migratedDatabase } from './database.ts'
import { importFolder } from './import-harness.ts'
import { running } from './server-process.ts'

const { SYNC_KILL_ROUNDS = 3, SYNC_KILL_PEOPLE = 60, SYNC_KILL_SEED = 20261126 } = process.env
const [rounds, size, seed] = [Number(SYNC_KILL_ROUNDS), Number(SYNC_KILL_PEOPLE), Number(SYNC_KILL_SEED)]
const dice = seededRandom(seed)
const token = 'sync-kills-token'
/** What is struck is a run at work, not the guard's before it. */
const noLimits = Object.values(limitedOperations).map(({ setting }) => `${setting}=none`).join(';')
const database = await migratedDatabase()
const ctx = await testContext({}, undefined, database)
const twin = createTwin({ token, random: seededRandom(seed + 1), recordedCalls: 400_000 })
const env = { DATABASE_URL: connectionOf(database), GATEHOUSE_DATA: importFolder(), OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: token, OKTA_RATE_SHARE_PERCENT: '100', PLAN_LIMITS: noLimits }
afterAll(() => twin.close())

type Watch = (kill: () => void, isOver: () => boolean) => Promise<void>

const whenCalled = (times: number): Watch => async (kill, isOver) => {
  const began = twin.calls.total()
  while (!isOver() && twin.calls.total() - began < times) await sleep(1)
  kill()
}

/** The command, and whoever may kill it; its exit code, or null when it was killed. */
async function sync(portalId: number, mode: string[] = [], watch?: Watch): Promise<{ code: number | null; said: string }> {
  const { kill, over, ended } = running(['sync', '--portal', String(portalId), '--apply', ...mode], env, { cwd: env.GATEHOUSE_DATA })
  await watch?.(kill, over)
  return ended
}

interface Member { id: string; login: string }

async function person(n: number): Promise<Member> {
  const login = `person${n}@kills.example`
  const { id } = await createUser(ctx, { userName: login, title: 'Kills', name: { givenName: `Given${n}`, familyName: `Family${n}` }, emails: [{ value: login, primary: true }] })
  return { id: id as string, login }
}

async function everybody(): Promise<Member[]> {
  const people: Member[] = []
  for (let n = 0; n < size; n++) people.push(await person(n))
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

const portals = ['kills', 'more'] as const
type Portal = { id: number; group: string }

const ids = async (sql: string, values: unknown[] = []) => new Set((await ctx.db.query<{ id: string }>(sql, values)).map(({ id }) => id))
const membersOf = (portalId: number) => ids('select p.person_id as id from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id where m.portal_id = $1', [portalId])
const administrators = () => ids('select person_id as id from efs.users')

/** Of people who are somewhere some leave, and of the others some come. */
async function move(people: readonly Member[], inside: ReadonlySet<string>, come: (people: string[]) => Promise<unknown>, leave: (people: string[]) => Promise<unknown>): Promise<void> {
  const leaving = some(people.filter(({ id }) => inside.has(id)), 0.05)
  const coming = some(people.filter(({ id }) => !inside.has(id)), 0.5)
  if (leaving.length > 0) await leave(leaving.map(({ id }) => id))
  if (coming.length > 0) await come(coming.map(({ id }) => id))
}

/** People change, leave, come back, are disabled and enabled. */
async function change(all: readonly Portal[], people: readonly Member[], round: number): Promise<void> {
  for (const one of some(people, 0.05)) await patchUser(ctx, one.id, { title: `Round ${round}` })
  for (const { id } of all) await move(people, await membersOf(id), (those) => addPortalUsers(ctx, id, those), (those) => removePortalUsers(ctx, id, those))
  await move(people.slice(0, size / 10), await administrators(), (those) => addAdminUsers(ctx, those), (those) => removeAdminUsers(ctx, those))
  const disabled = await ids(`select user_id as id from users where secondary_status = 'DISABLED'`)
  await bulk('enable', some(people.filter(({ id }) => disabled.has(id)), 0.5))
  await bulk('disable', some(people.filter(({ id }) => !disabled.has(id)), 0.03))
}

/** Both sides agree, nothing is left under way, and what was written there stands in the audit. */
async function agree(all: readonly Portal[], people: readonly Member[]): Promise<void> {
  const accounts = [...twin.org.users.values()]
  const disabled = await ids(`select user_id as id from users where secondary_status = 'DISABLED'`)
  const wanted = await administrators()
  for (const { id: portalId, group: name } of all) {
    const members = await membersOf(portalId)
    for (const id of members) wanted.add(id)
    const group = [...twin.org.groups.values()].find(({ profile }) => profile.name === name)!
    const inGroup = [...twin.org.members.get(group.id)!.values()].map(({ id }) => twin.org.users.get(id)!.profile['login']).sort()
    expect(inGroup, name).toEqual(people.filter(({ id }) => members.has(id) && !disabled.has(id)).map(({ login }) => login).sort())
  }
  for (const id of disabled) wanted.delete(id)
  const owners = accounts.map(({ profile }) => profile['gatehouseId'])
  expect(new Set(owners).size, 'no account twice').toBe(owners.length)
  const links = await ctx.db.query<{ person_id: string; uuid: string; marked: number }>(
    `select p.person_id, r.uuid, r.has_data_changes as marked from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id
     union all select u.person_id, r.uuid, r.has_data_changes from efs.iam_user_reference r join efs.users u on u.uid = r.user_id`)
  for (const { person_id, uuid, marked } of links) {
    expect([twin.org.users.get(uuid)?.profile['gatehouseId'], marked]).toEqual([person_id, 0])
  }
  const usable = accounts.filter(({ status }) => status !== 'DEPROVISIONED' && status !== 'SUSPENDED').map(({ profile }) => profile['gatehouseId'] as string)
  expect(usable.filter((id) => !wanted.has(id)), 'nobody is active whose source is gone').toEqual([])
  expect([...wanted].filter((id) => !usable.includes(id)), 'everybody has an account who should').toEqual([])
  expect(await ctx.db.query(`select status from gatehouse.plan where kind = 'sync' and status in ('planning', 'applying')`), 'no plan is left under way').toEqual([])
  expect(await ctx.db.query(`select run_id from gatehouse.sync_run where status = 'running'`), 'no run is left running').toEqual([])
  const linked = new Set(links.map(({ uuid }) => uuid))
  expect(accounts.filter(({ id, profile }) => usable.includes(profile['gatehouseId'] as string) && !linked.has(id)).map(({ profile }) => profile['login']), 'no account without a link').toEqual([])
  expect(await ctx.db.query('select 1 from efs.iam_portal_user_group_unassignment_queue union all select 1 from efs.iam_user_unassignment_queue')).toEqual([])
}

/** Every write over there has its event: one that was recorded, or one that says it may have been. (To activate is part of creating.) */
async function accounted(writes: number): Promise<void> {
  const { told, unanswered } = (await ctx.db.first<{ told: number; unanswered: number }>(
    `select count(*)::int as told, count(*) filter (where result = 'unanswered')::int as unanswered from gatehouse.audit_event
     where action like 'account.%' and action not in ('account.adopt', 'account.activate')`))!
  expect(told).toBeGreaterThanOrEqual(writes)
  expect(told - writes).toBeLessThanOrEqual(unanswered)
}

const everyWrite = () => twin.calls.list().filter(({ method }) => method !== 'GET')
let writes = 0

async function makePortals(): Promise<Portal[]> {
  const made: Portal[] = []
  for (const name of portals) made.push({ id: (await createPortal(ctx, { name, settings: { access_group: name, deprovisioning_policy: 'deactivate', activation: 'silent' } })).id, group: name })
  return made
}

/** A run of every portal puts right what a killed one left; another one has nothing to write. Gives the calls of the first. */
async function settle(all: readonly Portal[], people: readonly Member[], mode: string[] = []): Promise<number> {
  // The minute that a run is believed to live without a sign of life.
  await ctx.db.execute(`update gatehouse.sync_run set lease_until = now() where status = 'running'`)
  const began = twin.calls.total()
  for (const { id } of all) {
    const again = await sync(id, mode)
    expect(again.code, again.said).toBe(0)
  }
  const calls = twin.calls.total() - began
  writes += everyWrite().filter(({ path }) => !path.endsWith('/activate')).length
  await agree(all, people)
  await accounted(writes)
  twin.calls.clear()
  for (const { id } of all) expect((await sync(id)).code).toBe(0)
  expect(everyWrite(), 'a further run writes nothing').toEqual([])
  return calls
}

const all = await makePortals()
const people = await everybody()

test(`killed ${rounds} times with ${size} people (seed ${seed}), both sides agree in the end`, { timeout: 7_200_000 }, async () => {
  const [first, second] = all as [Portal, Portal]
  await addPortalUsers(ctx, first.id, people.map(({ id }) => id))
  await addPortalUsers(ctx, second.id, some(people, 0.3).map(({ id }) => id))
  await addAdminUsers(ctx, people.slice(0, size / 20).map(({ id }) => id))
  const killed: number[] = []
  let calls = size * 3
  for (let round = 0; round < rounds; round++) {
    const mode = round > 0 && dice() < 0.5 ? ['--full'] : []
    // Of the calls of all portals: a run of one has fewer, and mostly ends before later ones.
    const killAt = 1 + Math.floor(dice() * dice() * calls * 0.6)
    twin.calls.clear()
    const struck = (await sync(dice() < 0.7 ? first.id : second.id, mode, whenCalled(killAt))).code === null
    if (struck) killed.push(killAt)
    calls = Math.max(20, await settle(all, people, mode))
    await change(all, people, round)
    if (rounds > 10) console.log(`round ${round + 1}: killed at call ${killAt}${struck ? '' : ' (too late)'}, ${calls} calls afterwards`)
  }
  expect(killed.length, 'most kills struck a run').toBeGreaterThan(rounds / 3)
  await settle(all, people)
})

/** Kills the command when a write has been answered and what it did waits to be committed. */
const beforeCommit: Watch = async (kill, isOver) => {
  while (!isOver() && !twin.faults.list().some(({ hits }) => hits > 0)) await sleep(5)
  await ctx.db.transaction(async (tx) => {
    await tx.execute('lock table gatehouse.audit_event in share mode')
    while (!isOver() && !(await tx.first(`select 1 from pg_locks where relation = 'gatehouse.audit_event'::regclass and not granted`))) await sleep(5)
    expect(everyWrite().some(({ status }) => status! < 300), 'a write was answered').toBe(true)
    kill()
  })
}

const early = (n: number) => people[n]!.id
test.each<[string, () => Promise<unknown>]>([
  ['somebody is changed', () => patchUser(ctx, early(1), { title: 'Between' })],
  ['somebody comes', async () => {
    people.push(await person(size))
    await addPortalUsers(ctx, all[0]!.id, [early(size)])
  }],
  ['somebody leaves', async () => {
    for (const { id } of all) await removePortalUsers(ctx, id, [early(size)])
  }],
  ['somebody is back', () => addPortalUsers(ctx, all[0]!.id, [early(size)])],
  ['somebody is disabled', () => bulk('disable', [people[size]!])],
])('killed between the answer and the commit when %s', async (_what, happens) => {
  await happens()
  twin.calls.clear()
  for (const method of ['POST', 'PUT', 'DELETE']) twin.faults.add({ kind: 'slow', method, delayMs: 300 })
  const { code, said } = await sync(all[0]!.id, [], beforeCommit)
  twin.faults.clear()
  expect(code, said).toBeNull()
  await settle(all, people)
})
