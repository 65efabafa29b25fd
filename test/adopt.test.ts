/** `gatehouse efs adopt`: a MariaDB with the printed tables moves in whole, once, and Okta is asked for nothing new. */
import { describe, expect, test } from 'vitest'
import { Transaction } from '../src/store/database.ts'
import { readPlan } from '../src/store/plans.ts'
import { planSync } from '../src/sync/run.ts'
import { verifyAdoption } from '../src/transfer/adopt-verify.ts'
import { adopted, applyAdoption, complaints, efsServer, planFrom } from './adopt-harness.ts'
import { testContext } from './context.ts'
import { accountId, fillEfs, panelistUid } from './efs-world.ts'
import { eventCount, stepsOf } from './import-harness.ts'
import { hasMariadb, withoutMariadb } from './mariadb.ts'
import { syncWorld } from './sync-harness.ts'

const server = efsServer()

describe('moving in', () => {
  test('everything comes along under its own numbers, and a second time nothing changes', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('whole')
    await fillEfs(efs, { administrators: 40, panelists: 1500, portals: 4, queued: 300, errors: 700 })
    const ctx = await testContext()
    const { plan, verified } = await adopted(ctx, server().url('whole'))
    expect(plan).toMatchObject({ status: 'applied', failed: 0, kind: 'efs-adopt' })
    expect(Object.keys(plan.counts)).toEqual(['create'])
    expect(verified).toMatchObject({ agrees: true, people: { compared: 1540, differing: [] } })

    for (const [table, columns] of Object.entries({
      iam_portal_settings: '`id`, `portal_id`, `key`, `value`',
      iam_portal_user_reference: "`id`, `portal_id`, `user_id`, cast(`uuid` as char) as uuid, `created_at`, `updated_at`, `status`, `has_data_changes`",
      iam_user_reference: '`id`, `user_id`, cast(`uuid` as char) as uuid, `created_at`, `updated_at`',
      iam_portal_user_group_unassignment_queue: '`id`, `user_id`, cast(`uuid` as char) as uuid, `email`, `created_at`, `updated_at`',
      iam_error_log: '`id`, `created_at`, `message`, `status_code`, `trace`, `error_code`',
      users: '`uid`, `created_at`', panelists: '`uid`, `created_at`',
    })) {
      const [there] = await efs.query(`select ${columns} from ${table} order by 1`)
      const here = await ctx.db.query(`select ${columns.replaceAll('`', '').replaceAll('cast(uuid as char) as uuid', 'uuid')} from efs.${table} order by 1`)
      // The server's zone is +02:00, and so is what the driver makes of its dates.
      const instants = (there as Record<string, unknown>[]).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? asWritten(value) : value])))
      expect(here, table).toEqual(instants)
    }
    expect(await ctx.db.first(`select p.uid, u.user_name as "userName", u.last_name as name, u.status, l.login, l.prov_status as prov from efs.panelists p join users u on u.user_id = p.person_id
      left join login l on l.user_id = u.user_id and l.managed_sys_id = 'OKTA' where p.uid = $1`, [panelistUid(7)]))
      .toEqual({ uid: panelistUid(7), userName: 'panelist7', name: 'Größe 7', status: 'ACTIVE', login: 'panelist7@panel.example', prov: 'UPDATED' })
    const memberships = await ctx.db.first<{ count: number }>('select count(*) as count from efs.portal_panelist')
    const links = await ctx.db.first<{ count: number }>('select count(*) as count from efs.iam_portal_user_reference')
    expect(memberships).toEqual(links)
    const twice = await ctx.db.query(`select target_id, action from gatehouse.audit_event where action like '%.adopt' or action = 'user.create' group by 1, 2, changes::text having count(*) > 1`)
    expect(twice).toEqual([])

    const events = await eventCount(ctx.db)
    const again = await adopted(ctx, server().url('whole'))
    expect(Object.keys(again.plan.counts)).toEqual(['unchanged'])
    expect(again.verified.agrees).toBe(true)
    expect(await eventCount(ctx.db)).toBe(events)
  })

  test('people, links and memberships that are gone here since do not come back, and those that changed there do', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('later')
    await fillEfs(efs, { panelists: 30, administrators: 2 })
    const ctx = await testContext()
    await adopted(ctx, server().url('later'))
    await ctx.db.execute('delete from efs.iam_portal_user_group_unassignment_queue where user_id = 900001')
    await ctx.db.execute('delete from users where user_id = (select person_id from efs.panelists where uid = $1)', [panelistUid(3)])
    await ctx.db.execute('update efs.iam_portal_user_reference set status = 2 where user_id = $1', [panelistUid(5)])
    await efs.query('update iam_portal_user_reference set has_data_changes = 1 where user_id in (?)', [[panelistUid(5), panelistUid(6)]])
    await efs.query(`insert into panelists (uid, account) values (5, 'new')`)
    await efs.query('insert into iam_portal_user_reference (portal_id, user_id, uuid) values (10, 5, ?)', [accountId(77)])
    const { plan, verified } = await adopted(ctx, server().url('later'))
    expect(plan.counts).toMatchObject({ create: 3, update: 1, conflict: 1 })
    expect(await complaints(ctx, plan.id)).toEqual([
      expect.stringMatching(/^skipped panelists 1009: uid was taken over before, and is gone here since$/),
      expect.stringMatching(/^error iam_portal_user_reference \d+: user_id panelist 1009 is not taken over$/),
      expect.stringMatching(/^conflict iam_portal_user_reference \d+: id it has changed in EFS since it was taken over, and has changed here$/),
    ])
    expect(verified.tables.find(({ table }) => table === 'iam_portal_user_group_unassignment_queue')).toMatchObject({ taken: 3, here: 2, agrees: false })
    expect(await ctx.db.first('select status, has_data_changes from efs.iam_portal_user_reference where user_id = $1', [panelistUid(6)])).toEqual({ status: 1, has_data_changes: 1 })
    expect(await ctx.db.query('select uid from efs.panelists where uid in (5, $1)', [panelistUid(3)])).toEqual([{ uid: 5 }])
  })

  test('Okta is asked for no new account afterwards, and only what was marked is updated', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('okta')
    await fillEfs(efs, { administrators: 3, panelists: 38, portals: 1 })
    // No one is without a link here: those would rightly be looked for.
    await efs.query('delete from panelists where uid not in (select user_id from iam_portal_user_reference)')
    const account = (id: string, name: string, lastName: string) => ({ id, status: 'ACTIVE', profile: { login: `${name}`, email: name, firstName: 'Pia', lastName } })
    const users = [
      ...Array.from({ length: 38 }, (_, at) => account(accountId(at), `panelist${at}@panel.example`, at % 10 === 0 ? 'Old' : `Größe ${at}`)),
      ...Array.from({ length: 3 }, (_, at) => account(accountId(1_000_000 + at), `admin${at}@efs.example`, `Löffler ${at}`)),
    ]
    const world = await syncWorld({}, { seed: { users, groups: [{ profile: { name: 'efs-portal-10' } }] } })
    await adopted(world.ctx, server().url('okta'))
    const plan = await planSync(world.run(), 10, 'delta')
    const steps = await stepsOf(world.ctx.db, plan.id)
    const actions = steps.flatMap((step) => ((step.changes as { actions?: { kind: string }[] }).actions ?? []).map(({ kind }) => kind))
    expect(actions).not.toContain('create')
    expect(actions).not.toContain('adopt')
    expect(actions.filter((kind) => kind === 'update')).toHaveLength(4)
    const full = await planSync(world.run(), 10, 'full')
    const all = (await stepsOf(world.ctx.db, full.id)).flatMap((step) => ((step.changes as { actions?: { kind: string }[] }).actions ?? []).map(({ kind }) => kind))
    expect(all).not.toContain('create')
    expect(all).not.toContain('adopt')
  })

  test('reading asks per chunk, not per row', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('asked')
    await fillEfs(efs, { administrators: 1, panelists: 1000 })
    const ctx = await testContext()
    const asked = async () => Number(((await efs.query(`show global status like 'Questions'`))[0] as { Value: string }[])[0]!.Value)
    const counter = counting(ctx.db)
    const before = await asked()
    const plan = await planFrom(ctx, server().url('asked'))
    expect(await asked() - before).toBeLessThan(60)
    expect(counter.count()).toBeLessThan(250)
    await applyAdoption(ctx, plan.id)
    counter.stop()
    expect(counter.count()).toBeLessThan(700)
    expect((await verifyAdoption(ctx, plan.id)).agrees).toBe(true)
    expect((await readPlan(ctx.db, plan.id)).steps).toBeGreaterThan(3000)
  })

  test('what others write while it is read is not seen', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('snapshot')
    await fillEfs(efs, { panelists: 10 })
    const ctx = await testContext()
    const { openSource } = await import('../src/connectors/efs/source.ts')
    const { readSourceAddress } = await import('../src/connectors/efs/source-address.ts')
    const { planAdoption } = await import('../src/transfer/adopt-plan.ts')
    const source = await openSource(readSourceAddress(server().url('snapshot')))
    await efs.query('delete from panelists; delete from iam_portal_settings; delete from iam_error_log')
    const plan = await planAdoption(ctx, source, 'snapshot')
    await source.close()
    expect(plan.options).toMatchObject({ tables: { panelists: { rows: 10, taken: 10 }, iam_error_log: { rows: 3 } } })
  })
})

/** The instant that the driver's Date, of a process in UTC, was written as on a clock two hours ahead. */
const asWritten = (date: Date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000 - 2 * 3_600_000).toISOString()

/** Counts statements to PostgreSQL, those within transactions too. */
function counting(db: object): { count: () => number; stop: () => void } {
  let count = 0
  type Running = { run: (...args: unknown[]) => unknown }
  const stops = [db, Transaction.prototype].map((one) => {
    const target = one as Running
    const own = Object.getOwnPropertyDescriptor(target, 'run')
    const { run } = target
    target.run = function counted(this: unknown, ...args: unknown[]) {
      count++
      return run.apply(this, args)
    }
    return () => (own ? Object.defineProperty(target, 'run', own) : delete (target as Partial<Running>).run)
  })
  return { count: () => count, stop: () => stops.forEach((stop) => stop()) }
}
