/** Whose row is it: people the directory knows, administrators who are panelists too, numbers and names that are taken. */
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createUser } from '../src/directory/users.ts'
import { checkEfsMapping, loadEfsMapping, type EfsMapping } from '../src/transfer/efs-mapping.ts'
import { adopted, complaints, efsServer, planFrom } from './adopt-harness.ts'
import { testContext } from './context.ts'
import { fileOf } from './import-harness.ts'
import { hasMariadb, withoutMariadb } from './mariadb.ts'

const server = efsServer()

async function people(ctx: Context): Promise<unknown[]> {
  return ctx.db.query(`select u.user_name as name, e.uid as admin, p.uid as panelist from users u left join efs.users e on e.person_id = u.user_id left join efs.panelists p on p.person_id = u.user_id
    where e.uid is not null or p.uid is not null order by coalesce(e.uid, 1000 + p.uid)`)
}

async function anna(name: string): Promise<void> {
  const efs = await server().efs(name)
  await efs.query(`insert into users values (7, 'anna', 'Anna', 'Adams', 'anna@example.com', 'P7', '2020-01-01 10:00:00');
    insert into panelists (uid, account, firstname, lastname, email, created_at) values (7, 'panel-anna', 'Anna', 'Adams', 'Anna@example.com', '2021-01-01 10:00:00'), (8, 'ben', 'Ben', 'Bär', 'ben@example.com', null)`)
}

describe('whose row it is', () => {
  test('a panelist with an administrator\'s address is the same person only when the mapping says so', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await anna('same')
    const apart = await testContext()
    await adopted(apart, server().url('same'))
    expect(await people(apart)).toEqual([{ name: 'anna', admin: 7, panelist: null }, { name: 'panel-anna', admin: null, panelist: 7 }, { name: 'ben', admin: null, panelist: 8 }])
    const together = await testContext()
    const mapping: EfsMapping = { samePerson: ['emails.value'] }
    const { verified } = await adopted(together, server().url('same'), mapping)
    expect(verified.agrees).toBe(true)
    expect(await people(together)).toEqual([{ name: 'anna', admin: 7, panelist: 7 }, { name: 'ben', admin: null, panelist: 8 }])
    expect((await planFrom(together, server().url('same'), mapping)).counts).toEqual({ unchanged: 3 })
    // Saying it later does not tear apart, or join, what has been taken over.
    expect((await planFrom(apart, server().url('same'), mapping)).counts).toEqual({ unchanged: 3 })
  })

  test('whatever keys administrators are looked for by, panelists who share an address with one are not lost', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await anna('shared')
    const rules: EfsMapping = { users: { correlate: ['employeeNumber'] }, panelists: { correlate: ['emails.value'] } }
    for (const samePerson of [[], ['emails.value']]) {
      const ctx = await testContext()
      const { plan, verified } = await adopted(ctx, server().url('shared'), { ...rules, samePerson })
      expect(plan).toMatchObject({ status: 'applied', failed: 0 })
      expect(verified.agrees).toBe(true)
      expect((await people(ctx)).length).toBe(samePerson.length === 0 ? 3 : 2)
    }
  })

  test('somebody the directory knows is found by the keys, and kept as they are unless the mapping says update', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await anna('known')
    for (const found of ['keep', 'update'] as const) {
      const ctx = await testContext()
      const before = await createUser(ctx, { userName: 'b.baer', name: { familyName: 'Baer' }, emails: [{ value: 'BEN@example.com', primary: true }] })
      await adopted(ctx, server().url('known'), { panelists: { correlate: ['emails.value'], found } })
      const row = await ctx.db.first('select u.user_id as id, u.user_name as name, u.last_name as last, u.version from efs.panelists p join users u on u.user_id = p.person_id where uid = 8')
      expect(row).toEqual(found === 'keep' ? { id: before.id, name: 'b.baer', last: 'Baer', version: 1 } : { id: before.id, name: 'ben', last: 'Bär', version: 2 })
    }
  })

  test('a number of somebody else, and somebody with another number, are conflicts', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await anna('clash')
    const ctx = await testContext()
    const [other, ben] = [await createUser(ctx, { userName: 'other' }), await createUser(ctx, { userName: 'x', emails: [{ value: 'ben@example.com', primary: true }] })]
    await ctx.db.execute('insert into efs.panelists (uid, person_id) values (7, $1), (3, $2)', [other.id, ben.id])
    const { plan } = await adopted(ctx, server().url('clash'))
    expect(await complaints(ctx, plan.id)).toEqual([
      `conflict panelists 7: uid 7 is the number of another panelist here: ${other.id}`,
      `conflict panelists 8: uid 8 is of ${ben.id}, who is panelist 3 here already`,
    ])
    expect(await people(ctx)).toEqual([{ name: 'anna', admin: 7, panelist: null }, { name: 'x', admin: null, panelist: 3 }, { name: 'other', admin: null, panelist: 7 }])
  })

  test('a client that another portal has here, and a name that is taken', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    const efs = await server().efs('portals')
    await efs.query(`insert into iam_portal_settings values (1, 5, 'client_id', '0oaTaken0000'), (2, 5, 'issuer', 'https://org.example'), (3, 6, 'client_id', '0oaFree00000')`)
    const ctx = await testContext()
    const { createPortal } = await import('../src/portals/portals.ts')
    await createPortal(ctx, { id: 4, name: 'Portal 5', settings: { client_id: '0oaTaken0000' } })
    const { plan } = await adopted(ctx, server().url('portals'), { portals: { 6: { name: 'Six', settings: { access_group: 'six', client_id: '0oaFree00000' } }, 9: {} } })
    expect(await complaints(ctx, plan.id)).toEqual(['conflict iam_portal_settings 1: value 0oaTaken0000 is the client of portal 4 too: no two portals share one'])
    expect(await ctx.db.query(`select p.portal_id as id, name, json_object_agg(key, value) filter (where key is not null) as settings from efs.portal p left join efs.iam_portal_settings s using (portal_id) group by 1, 2 order by 1`)).toEqual([
      { id: 4, name: 'Portal 5', settings: { client_id: '0oaTaken0000' } }, { id: 5, name: 'Portal 5 (EFS 5)', settings: { issuer: 'https://org.example' } },
      { id: 6, name: 'Six', settings: { client_id: '0oaFree00000', access_group: 'six' } }, { id: 9, name: 'Portal 9', settings: null },
    ])
  })
})

describe('a mapping', () => {
  test.each<[unknown, string]>([
    [[], 'mapping must be an object.'],
    [{ user: {} }, 'user is not known here. Known: description, users, panelists, samePerson, portals, statuses.'],
    [{ users: { set: { 'name.nothing': 'x' } } }, expect.stringContaining('users.set')],
    [{ panelists: { correlate: ['favourite'] } }, expect.stringContaining('panelists.correlate')],
    [{ panelists: { found: 'maybe' } }, 'panelists.found must be keep or update.'],
    [{ panelists: { skip: [{ reason: 'x' }] } }, expect.stringContaining('panelists.skip[0]')],
    [{ samePerson: ['nose'] }, expect.stringContaining('samePerson')],
    [{ statuses: { 0: 7 } }, 'statuses.0 must become 1 (assigned), 2 (unassigned), 3 (suspended) or 4 (deactivated).'],
    [{ portals: { x: {} } }, 'portals.x must be the number of a portal.'],
    [{ portals: { 3: { settings: { client_id: 'a b' } } } }, expect.stringContaining('portals.3.settings.client_id must be')],
  ])('%j is refused', (value, problem) => {
    expect(checkEfsMapping(value).map(({ path, message }) => `${path} ${message}`)[0]).toEqual(problem)
  })

  test('names columns and tables that there are', { timeout: 600_000 }, async ({ skip }) => {
    if (!hasMariadb) skip(withoutMariadb)
    await server().efs('columns')
    const ctx = await testContext()
    const url = server().url('columns')
    await expect(planFrom(ctx, url, { users: { set: { userName: 'loginname' } } })).rejects.toMatchObject({ code: 'invalid_mapping', message: expect.stringMatching(/^The table users has no column "loginname"\. It has uid, login,/) })
    await expect(planFrom(ctx, url, { panelists: { table: 'people' } })).rejects.toMatchObject({ code: 'invalid_mapping', message: 'The database has no table "people"; say in the mapping what it is called.' })
    expect((await ctx.db.query('select distinct status from gatehouse.plan'))).toEqual([{ status: 'cancelled' }])
    await expect(loadEfsMapping(fileOf('m.json', '{'))).rejects.toMatchObject({ code: 'invalid_mapping' })
  })
})
