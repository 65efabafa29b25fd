/** `gatehouse portals mass-delete` and the drain as processes: killed at any moment, two at once, and what they print. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { Database } from '../src/store/database.ts'
import { seededRandom } from '../twin/random.ts'
import { createTwin, type Twin } from '../twin/server.ts'
import { connectionOf, migratedDatabase, open } from './database.ts'
import { memoryFolder } from './memory-folder.ts'
import { removeFolders, running, type Running } from './server-process.ts'

const folder = memoryFolder('gatehouse-mass-')
afterAll(() => removeFolders(folder))
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

interface World {
  db: Database
  twin: Twin
  env: Record<string, string>
}

const accountOf = (n: number) => `00u${String(n).padStart(17, '0')}`

/** A portal with so many people, linked to accounts of the double that are in its group. */
async function world(count: number): Promise<World> {
  const options = await migratedDatabase()
  const db = open({ ...options, poolSize: 2 })
  const people = Array.from({ length: count }, (_, index) => index + 1)
  const groupId = '00gPanel000000000000'
  const twin = createTwin({
    token: 'a-token-of-processes',
    seed: {
      schema: { gatehouseId: { title: 'Gatehouse', type: 'string' } }, groups: [{ id: groupId, profile: { name: 'gatehouse-portal-1' } }],
      users: people.map((n) => ({ id: accountOf(n), status: 'ACTIVE', groupIds: [groupId], profile: { login: `p${n}@example.com`, email: `p${n}@example.com`, firstName: 'P', lastName: `Nr ${n}`, gatehouseId: `mass${n}` } })),
    },
  })
  const url = await twin.listen(0)
  afterAll(() => twin.close())
  await db.execute(`insert into efs.portal (portal_id, name) values (1, 'Panel')`)
  await db.execute(`insert into efs.iam_portal_settings (portal_id, key, value) values (1, 'limit_mass_delete', 'none'), (1, 'limit_deactivate', 'none')`)
  await db.execute(`insert into public.users (user_id, last_name, user_name, type_id, status, primary_email)
    select 'mass' || n, 'Mass', 'p' || n, 'DEFAULT_USER', 'ACTIVE', 'p' || n || '@example.com' from generate_series(1, $1) n`, [count])
  await db.execute(`insert into public.email_address (email_id, parent_id, email_address, is_default) select 'mail' || n, 'mass' || n, 'p' || n || '@example.com', 'Y' from generate_series(1, $1) n`, [count])
  await db.execute(`with p as (insert into efs.panelists (uid, person_id) select n, 'mass' || n from generate_series(1, $1) n returning uid),
      m as (insert into efs.portal_panelist (portal_id, user_id) select 1, uid from p)
    insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) select 1, uid, '00u' || lpad(uid::text, 17, '0'), 1 from p`, [count])
  return { db, twin, env: { DATABASE_URL: connectionOf(options), GATEHOUSE_DATA: folder, OKTA_ORG_URL: url, OKTA_API_TOKEN: 'a-token-of-processes', OKTA_RATE_SHARE_PERCENT: '100' } }
}

const gatehouse = ({ env }: World, args: readonly string[], input?: string): Running => running(args, env, { cwd: folder, ...(input === undefined ? {} : { input }) })

const run = (one: World, ...args: string[]) => gatehouse(one, args).ended
const count = async (db: Database, sql: string) => (await db.first<{ n: number }>(`select count(*)::int as n from ${sql}`))!.n
const queue = 'efs.iam_portal_user_group_unassignment_queue'
const open_ = ({ twin }: World) => [...twin.org.users.values()].filter((user) => user.status !== 'DEPROVISIONED').length
const inGroup = ({ twin }: World) => twin.org.members.get('00gPanel000000000000')?.size ?? 0

describe(`killed (seed ${seed})`, () => {
  test('while it is applied: all of it or nothing', { timeout: 180_000 }, async () => {
    const random = seededRandom(seed)
    const one = await world(2500)
    const made = await run(one, 'portals', 'mass-delete', '1', '--filter', 'name.familyName eq "Mass"', '--delete-persons', '--plan', '--json')
    expect([made.code, made.stderr]).toEqual([0, ''])
    const { id, counts } = JSON.parse(made.stdout)
    expect(counts).toEqual({ delete: 2500, persons: 2500 })
    const writing = () => one.db.first(`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ~ 'plan_step s' and xact_start is not null`)
    for (let kills = 0; kills < 3; kills++) {
      const applying = gatehouse(one, ['plan', 'apply', id])
      while (!applying.over() && !(await writing())) await sleep(5)
      await sleep(random() * 800)
      applying.kill()
      await applying.ended
      // Its transaction ends with its connection.
      while (await writing()) await sleep(20)
      const state = [await count(one.db, 'efs.portal_panelist'), await count(one.db, 'efs.iam_portal_user_reference'), await count(one.db, `public.users where user_id like 'mass%'`), await count(one.db, queue)]
      expect([[2500, 2500, 2500, 0], [0, 0, 0, 2500]]).toContainEqual(state)
      if (state[0] === 0) break
    }
    await run(one, 'plan', 'apply', id)
    expect(await one.db.query('select status, failed from gatehouse.plan')).toEqual([{ status: 'applied', failed: 0 }])
    expect(await count(one.db, queue)).toBe(2500)
    expect(await count(one.db, `gatehouse.audit_event where action = 'user.delete'`)).toBe(2500)
    expect((await run(one, 'plan', 'undo', id)).code).toBe(0)
    expect([await count(one.db, 'efs.iam_portal_user_reference where status = 1'), await count(one.db, `public.users where user_id like 'mass%'`), await count(one.db, queue)]).toEqual([2500, 2500, 0])
  })

  test('while the queue is drained, again and again: both sides agree in the end, and nothing is lost', { timeout: 180_000 }, async () => {
    const random = seededRandom(seed + 1)
    const one = await world(60)
    expect((await run(one, 'portals', 'mass-delete', '1', '--filter', 'name.familyName eq "Mass"', '--apply')).code).toBe(0)
    one.twin.faults.add({ kind: 'slow', delayMs: 60 })
    let kills = 0
    for (; kills < 5 && open_(one) > 0; kills++) {
      const before = one.twin.calls.list().length
      const draining = gatehouse(one, ['portals', 'queue', 'drain'])
      const until = before + 5 + Math.floor(random() * 30)
      while (!draining.over() && one.twin.calls.list().length < until) await sleep(5)
      draining.kill()
      await draining.ended
      // The minute that a run is believed to live without a sign of life.
      await one.db.execute(`update gatehouse.sync_run set lease_until = now() where status = 'running'`)
      // Whoever is out of the queue is dealt with, and nobody has fallen out of it.
      const left = await one.db.query<{ uuid: string }>(`select uuid from ${queue}`)
      const waiting = new Set(left.map(({ uuid }) => uuid))
      for (const user of one.twin.org.users.values()) if (!waiting.has(user.id)) expect(user.status).toBe('DEPROVISIONED')
    }
    expect(kills).toBeGreaterThan(1)
    const last = await run(one, 'portals', 'queue', 'drain', '--json')
    expect(JSON.parse(last.stdout)).toMatchObject({ failed: 0, stopped: null, more: false })
    expect([open_(one), inGroup(one), await count(one.db, queue)]).toEqual([0, 0, 0])
    one.twin.calls.clear()
    await run(one, 'portals', 'queue', 'drain')
    expect(one.twin.calls.list()).toEqual([])
  })

  test('two at once: one waits for the other, and nobody is closed twice', { timeout: 120_000 }, async () => {
    const one = await world(40)
    await run(one, 'portals', 'mass-delete', '1', '--filter', 'name.familyName eq "Mass"', '--apply')
    const [first, second] = await Promise.all([run(one, 'portals', 'queue', 'drain', '--json'), run(one, 'portals', 'queue', 'drain', '--json')])
    expect([first.code, second.code]).toEqual([0, 0])
    expect(JSON.parse(first.stdout).drained + JSON.parse(second.stdout).drained).toBe(40)
    expect(one.twin.calls.list().filter((call) => call.path.endsWith('/deactivate'))).toHaveLength(40)
    expect([open_(one), inGroup(one), await count(one.db, queue)]).toEqual([0, 0, 0])
  })
})

test('a file is read row by row; what is unknown is told, what is stopped says how it goes on', { timeout: 120_000 }, async () => {
  const one = await world(30)
  const file = join(folder, 'leaving.txt')
  writeFileSync(file, '\uFEFF1\r\nmass2\r\np3\r\nP4@Example.com\r\n\r\n# not these\r\nnobody\r\n1\r\n')
  const planned = await run(one, 'portals', 'mass-delete', '1', '--file', file, '--plan')
  expect(planned.code).toBe(1)
  expect(planned.stdout).toMatch(/1 {2}error[\s\S]*4 {2}delete[\s\S]*1 row names nobody to take out: npx gatehouse plan steps (\S+) --action error\nApply it: npx gatehouse plan apply \1/)
  const [, id] = /plan apply (\S+)/.exec(planned.stdout)!
  expect((await run(one, 'plan', 'steps', id!, '--action', 'error')).stdout).toMatch(/nobody line 7\n\s+names nobody/)
  const applied = await run(one, 'portals', 'mass-delete', '1', '--apply', id!, '--json')
  expect([applied.code, JSON.parse(applied.stdout).status]).toEqual([1, 'applied'])
  expect((await run(one, 'plan', 'list')).stdout).toMatch(/^id +made +kind[\s\S]*20\d\d-/)
  const listed = JSON.parse((await run(one, 'portals', 'queue', '--json')).stdout)
  expect(listed).toMatchObject({ counts: { queued: 4, waiting: 0, dead: 0 }, items: [{ userId: 1, uuid: accountOf(1), email: 'p1@example.com', state: 'queued', attempts: 0 }, {}, {}, {}] })
  await one.db.execute(`update efs.iam_portal_settings set value = '3' where key = 'limit_mass_delete'`)
  const stopped = await gatehouse(one, ['portals', 'mass-delete', '1', '--file', '-', '--apply'], '10\n11\n12\n13\n').ended
  expect(stopped.code).toBe(2)
  expect(stopped.stdout).toMatch(/Stopped: 4 people to take out of a portal at once, and the limit is 3[\s\S]*Release it: npx gatehouse plan release \S+ --reason/)
  const held = /plan release (\S+)/.exec(stopped.stdout)![1]!
  const refused = await run(one, 'plan', 'apply', held)
  expect([refused.code, refused.stdout]).toEqual([2, expect.stringMatching(/Stopped: 4 people.*limit is 3[\s\S]*Release it: /)])
  expect((await run(one, 'plan', 'show', held)).stdout).toMatch(/Stopped: [\s\S]*Release it: [\s\S]*Or give it up: npx gatehouse plan cancel/)
  const released = (await run(one, 'plan', 'release', held, '--reason', 'The study is over')).stdout
  expect(released).toMatch(/Had been stopped: .*Nothing has been written\.\nReleased by .*: The study is over\nApply it: npx gatehouse plan apply/)
  expect((await run(one, 'plan', 'apply', held)).stdout).toContain('8 accounts wait to be unassigned in Okta: a server that runs with OKTA_ORG_URL does it every minute, or at once: npx gatehouse portal queue drain')
  expect((await run(one, 'plan', 'undo', held)).stdout).toContain('come back with the next sync: npx gatehouse sync --portal 1 --apply')
  const given = await gatehouse(one, ['portals', 'mass-delete', '1', '--file', '-', '--plan'], '10\n11\n12\n13\n').ended
  const cancelled = (await run(one, 'plan', 'cancel', /plan release (\S+)/.exec(given.stdout)![1]!)).stdout
  expect(cancelled).toMatch(/cancelled[\s\S]*Had been stopped: /)
  expect(cancelled).not.toMatch(/release/)
  const empty = await gatehouse(one, ['portals', 'mass-delete', '1', '--file', '-', '--plan'], '# nobody\n').ended
  expect(empty.stdout).not.toContain('Apply it')
  await one.db.execute(`update ${queue} set dead_at = now(), attempts = 12, last_error = 'refused' where user_id <= 2`)
  expect((await run(one, 'portals', 'queue')).stdout).toMatch(/2 not tried yet, 0 waiting for another attempt, 2 given up\n.*\n1 +1 .*dead +12 +refused/)
  expect((await run(one, 'portals', 'queue', 'retry')).code).toBe(2)
  expect((await run(one, 'portals', 'queue', 'retry', '--all')).stdout).toBe('2 accounts are tried again.\n')
  expect((await run(one, 'portals', 'queue', 'retry', '999')).code).toBe(2)
  for (const wrong of [['--plan'], ['--file', file], ['--file', file, '--filter', 'title pr', '--plan'], ['--file', join(folder, 'none'), '--plan']]) {
    expect((await run(one, 'portals', 'mass-delete', '1', ...wrong)).code, wrong.join(' ')).toBe(2)
  }
})
