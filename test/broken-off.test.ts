/** Commands that apply a plan, ended by Ctrl-C while somebody else holds what they need: each says how far it has come, and how to go on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createAccessRecord, groupKind } from '../src/access/access-records.ts'
import { createUser } from '../src/directory/users.ts'
import { planMassDelete } from '../src/portals/mass-delete.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { finishPlan, insertPlan, insertSteps } from '../src/store/plans.ts'
import { adoptionKind } from '../src/transfer/adopt-plan.ts'
import { createTwin } from '../twin/server.ts'
import { contextOn } from './context.ts'
import { connectionOf, migratedDatabase, open } from './database.ts'
import { memoryFolder } from './memory-folder.ts'
import { removeFolders, running } from './server-process.ts'

const folder = memoryFolder('gatehouse-broken-')
afterAll(() => removeFolders(folder))
const options = await migratedDatabase()
const ctx = contextOn(open({ ...options, poolSize: 3 }))
const ada = (await createUser(ctx, { userName: 'ada', name: { givenName: 'Ada', familyName: 'Byron' } })).id as string

/** What a command says that is ended once it waits for what is held here. */
async function brokenOff(args: readonly string[], held: string, params: unknown[] = [], env: Record<string, string> = {}): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    await tx.execute(held, params)
    const run = running(args, { DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: folder, ...env }, { cwd: folder })
    while (!run.over() && !(await ctx.db.first("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))) await sleep(10)
    process.kill(run.pid, 'SIGINT')
    const { code, stderr } = await run.ended
    expect(code, stderr).toBe(130)
    return stderr
  })
}
const person = 'select from public.users where user_id = $1 for update'
const plan = 'select from gatehouse.plan where plan_id = $1 for update'
const steps = 'lock table gatehouse.plan_step in share mode'
const newest = async () => (await ctx.db.first<{ id: string }>('select plan_id as id from gatehouse.plan order by created_at desc limit 1'))!.id

test('access grant', { timeout: 60_000 }, async () => {
  await createAccessRecord(ctx, groupKind, { displayName: 'Readers' })
  const said = await brokenOff(['access', 'grant', '--filter', 'userName eq "ada"', '--to-group', 'Readers', '--apply'], person, [ada])
  expect(said).toBe(`Broken off: none of 1 step is done. Go on with: npx gatehouse plan apply ${await newest()}\n`)
})

test('portal mass-delete', { timeout: 60_000 }, async () => {
  const { id: portal } = await createPortal(ctx, { name: 'Panel' })
  await addPortalUsers(ctx, portal, [ada])
  const { id } = await planMassDelete(ctx, portal, { filter: 'userName pr', deletePersons: false })
  expect(await brokenOff(['portal', 'mass-delete', String(portal), '--apply', id], plan, [id])).toBe(`Broken off: it is done whole or not at all. Go on with: npx gatehouse plan apply ${id}\n`)
})

test('efs adopt', { timeout: 60_000 }, async () => {
  const id = 'an-adoption'
  await ctx.db.transaction(async (tx) => {
    await insertPlan(tx, { id, kind: adoptionKind, title: 'EFS', options: {}, createdBy: 'test', correlationId: 'c', now: ctx.now() })
    await insertSteps(tx, id, [1, 2].map((step) => ({ step, action: 'create', resource: 'User', label: `row ${step}`, changes: {} })))
    await finishPlan(tx, id, { create: 2 }, 2)
  })
  expect(await brokenOff(['efs', 'adopt', '--apply', id], plan, [id])).toBe(`Broken off: none of 2 steps is done. Go on with: npx gatehouse efs adopt --apply ${id}\n`)
})

/** Ended while Okta takes its time: the request comes to its end, and whoever goes on has the turn at once. */
async function slowlyBrokenOff(args: readonly string[], okta: Record<string, string>, twin: ReturnType<typeof createTwin>): Promise<void> {
  const env = { DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: folder, ...okta }
  const before = twin.calls.list().length
  twin.faults.add({ kind: 'slow', delayMs: 300, count: 1000 })
  const run = running(args, env, { cwd: folder })
  while (!run.over() && twin.calls.list().length < before + 2) await sleep(10)
  process.kill(run.pid, 'SIGINT')
  const ended = await run.ended
  expect(ended.stderr).toContain(`Go on with: npx gatehouse ${args.join(' ')}`)
  expect(ended.code).toBe(130)
  twin.faults.clear()
  expect(await running(args, env, { cwd: folder }).ended).toMatchObject({ code: 0, stderr: '' })
}

test('sync that plans and applies in one go', { timeout: 120_000 }, async () => {
  const twin = createTwin({ token: 'a-token-of-this-test', seed: { schema: { gatehouseId: { title: 'Gatehouse', type: 'string' } } } })
  const okta = { OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: 'a-token-of-this-test' }
  try {
    const { id: portal } = await createPortal(ctx, { name: 'In step' })
    const { id: bea } = await createUser(ctx, { userName: 'bea', name: { givenName: 'Bea', familyName: 'Webb' }, emails: [{ value: 'bea@example.com', primary: true }] })
    await addPortalUsers(ctx, portal, [bea as string])
    const args = ['sync', '--portal', String(portal), '--apply']
    expect(await brokenOff(args, steps, [], okta)).toBe(`Broken off while planning: the plan was not finished and is given up, and nothing else was written. Begin again with: npx gatehouse ${args.join(' ')}\n`)
    // Its turn is over when its lease is.
    await ctx.db.execute('update gatehouse.sync_run set lease_until = clock_timestamp()')
    const said = await brokenOff(args, person, [bea], okta)
    const id = await newest()
    expect(said).toMatch(new RegExp(`^Broken off: what is done of \\d+ steps? stays done\\. Go on with: npx gatehouse sync --apply ${id}\\n$`))
    await ctx.db.execute('update gatehouse.sync_run set lease_until = clock_timestamp()')
    await slowlyBrokenOff(['sync', '--apply', id], okta, twin)
  } finally {
    await twin.close()
  }
})
