/** Mining what stands in the database: what counts as a grant, what is refused, and real grants pair by pair. */
import { describe, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { miningRequest } from '../src/access/mining-request.ts'
import { proposeRoles, type Proposal } from '../src/access/mining.ts'
import { testContext } from './context.ts'
import { grantSet, grantSetsAreThere, loadGrantSet, personId, thingId } from './grant-sets.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()
await ctx.db.execute(`
  insert into users (user_id, last_name, status, title) select 'u' || n, 'U', 'ACTIVE', case when n <= 4 then 'Clerk' else 'Judge' end from generate_series(1, 8) n;
  insert into users (user_id, last_name, status) values ('gone', 'G', 'TERMINATED');
  insert into access_rights (access_right_id, name) values ('SIGN', 'Sign');
  insert into res (resource_id, resource_type_id, name) select 's' || n, 'WEBSERVICE', 's' || n from generate_series(1, 6) n;
  insert into role (role_id, role_name) values ('base', 'Base');
  -- Clerks have s1 to s3, judges s2 to s5, all with the right to read s2; one judge may sign it.
  insert into resource_user (membership_id, user_id, resource_id) select 'c' || u || n, 'u' || u, 's' || n from generate_series(1, 4) u, generate_series(1, 3) n;
  insert into resource_user (membership_id, user_id, resource_id) select 'j' || u || n, 'u' || u, 's' || n from generate_series(5, 8) u, generate_series(2, 5) n;
  insert into user_res_membership_rights (membership_id, access_right_id) select membership_id, 'READ' from resource_user where resource_id = 's2' and user_id <> 'u8';
  insert into user_res_membership_rights (membership_id, access_right_id) values ('j82', 'SIGN');
  insert into resource_user (membership_id, user_id, resource_id, end_date) values ('dated', 'u1', 's6', now() + interval '1 day'), ('ended', 'u2', 's6', now() - interval '1 day');
  insert into resource_user (membership_id, user_id, resource_id) values ('gone', 'gone', 's6');
  insert into user_role (membership_id, user_id, role_id) select 'b' || n, 'u' || n, 'base' from generate_series(1, 8) n;
`)

const grantsOf = ({ roles, left }: Proposal) => new Set([
  ...roles.flatMap(({ people, holds }) => people.flatMap((person) => holds.map(({ node, rights }) => [person, node, ...rights].join(' ')))),
  ...left.map(({ userId, node, rights }) => [userId, node, ...rights].join(' ')),
])

test('roles give exactly what stands in force without an end, rights included', async () => {
  const found = await proposeRoles(ctx, miningRequest({}))
  const expected = await ctx.db.query<{ grant: string }>(`
    select concat_ws(' ', m.user_id, 'Resource:' || m.resource_id, r.access_right_id) as grant from resource_user m left join user_res_membership_rights r using (membership_id)
    where m.end_date is null and m.user_id <> 'gone'`)
  expect(grantsOf(found)).toEqual(new Set(expected.map((row) => row.grant)))
  expect(found).toMatchObject({ grants: 28, people: 8, things: 6, dated: 1, left: [], coverage: 1, complete: true, atLeast: 3 })
  expect(found.roles).toHaveLength(3)
  expect(found.saved).toBe(28 - found.assignments - found.contents)
  expect(found.saved).toBeGreaterThan(0)
})

test('a filter says whose, sources say what, and small roles are left out', async () => {
  expect(await proposeRoles(ctx, miningRequest({ filter: 'title eq "Clerk"' }))).toMatchObject({ grants: 12, people: 4, assignments: 4, contents: 3, saved: 5, roles: [{ people: ['u1', 'u2', 'u3', 'u4'] }] })
  const both = await proposeRoles(ctx, miningRequest({ sources: ['resources', 'roles'] }))
  expect([both.grants, new Set(both.roles.flatMap(({ holds }) => holds).filter(({ node }) => node === 'Role:base').map(({ name }) => name))]).toEqual([36, new Set(['Base'])])
  const large = await proposeRoles(ctx, miningRequest({ leastPeople: 2 }))
  expect(large.left).toContainEqual({ userId: 'u8', node: 'Resource:s2', rights: ['SIGN'] })
  expect(large.coverage).toBeCloseTo((28 - large.left.length) / 28)
  expect(grantsOf(large)).toEqual(grantsOf(await proposeRoles(ctx, miningRequest({}))))
})

test('the door answers proposals and refuses what it does not know', async () => {
  const { status, body } = await ask('POST', '/access/mining', { minimise: 'complexity', seconds: 5 })
  expect([status, body.grants, body.complete]).toEqual([200, 28, true])
  for (const wrong of [{ colour: 'red' }, { seconds: 61 }, { seed: 1.5 }, { sources: [] }, { sources: ['groups'] }, { minimise: 'time' }, { filter: ' ' }, { filter: '(' }, []]) {
    expect((await ask('POST', '/access/mining', wrong)).status).toBe(400)
  }
})

test('one at a time', async () => {
  const replies = await Promise.all([ask('POST', '/access/mining', {}), ask('POST', '/access/mining', {})])
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 429])
  expect((await ask('POST', '/access/mining', {})).status).toBe(200)
})

describe('a plan of mined roles', () => {
  /** Who has what, with which rights, whichever way. */
  const access = async (own: Context) => {
    const rows = await own.db.query<{ grant: string }>(`
      select concat_ws(' ', g.user_id, g.resource_id, array(select x.access_right_id from res_role_membership_rights x where x.membership_id = g.m union select x.access_right_id from user_res_membership_rights x where x.membership_id = g.m)) as grant
      from (select user_id, resource_id, membership_id as m from resource_user union select a.user_id, r.resource_id, r.membership_id from user_role a join resource_role r using (role_id)) g`)
    return new Set(rows.map(({ grant }) => grant))
  }
  const count = async (own: Context, table: string) => (await own.db.first<{ count: number }>(`select count(*) from ${table}`))!.count

  test('gives everyone by roles exactly what they had, and undone everything is as it was', async () => {
    const before = await access(ctx)
    const grants = await count(ctx, 'resource_user')
    const made = await ask('POST', '/plans', { kind: 'mining' })
    expect(made).toMatchObject({ status: 201, body: { kind: 'mining', status: 'planned', counts: { create: 3, update: 8 } } })
    expect(await access(ctx)).toEqual(before)
    expect((await ask('POST', `/plans/${made.body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect(await access(ctx)).toEqual(before)
    // What has ended, will end, or is nobody's stays: three grants.
    expect(await count(ctx, 'resource_user')).toBe(3)
    expect((await ask('POST', `/plans/${made.body.id}/undo`)).body).toMatchObject({ status: 'undone' })
    expect(await access(ctx)).toEqual(before)
    expect([await count(ctx, 'resource_user'), await count(ctx, `role where role_name like 'Mined%'`)]).toEqual([grants, 0])
  })

  test('undone, gives nobody back what was taken from them since', async () => {
    const before = await access(ctx)
    const made = (await ask('POST', '/plans', { kind: 'mining' })).body
    expect((await ask('POST', `/plans/${made.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    // u1 loses every mined role, u2's end.
    const mined = `role_id in (select role_id from role where role_name like 'Mined%')`
    await ctx.db.execute(`delete from user_role where user_id = 'u1' and ${mined}; update user_role set end_date = now() where user_id = 'u2' and ${mined}`)
    expect((await ask('POST', `/plans/${made.id}/undo`)).body).toMatchObject({ status: 'undone' })
    expect(await access(ctx)).toEqual(new Set([...before].filter((grant) => !/^u[12] s[1-5]\b/.test(grant))))
    await ctx.db.execute(`insert into resource_user (membership_id, user_id, resource_id) select 'again' || u || n, 'u' || u, 's' || n from generate_series(1, 2) u, generate_series(1, 3) n;
      insert into user_res_membership_rights (membership_id, access_right_id) select membership_id, 'READ' from resource_user where membership_id in ('again12', 'again22')`)
    expect(await access(ctx)).toEqual(before)
  })

  test('undone, passes by whoever has been erased since', async () => {
    await ctx.db.execute(`insert into users (user_id, first_name, status) values ('erased', 'Erased', 'ACTIVE');
      insert into resource_user (membership_id, user_id, resource_id) select 'erased' || n, 'erased', 's' || n from generate_series(1, 3) n;
      insert into user_res_membership_rights (membership_id, access_right_id) select membership_id, 'READ' from resource_user where user_id = 'erased'`)
    const made = (await ask('POST', '/plans', { kind: 'mining' })).body
    expect((await ask('POST', `/plans/${made.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect((await ctx.db.query(`select from gatehouse.plan_step where plan_id = $1 and target_id = 'erased'`, [made.id]))).toHaveLength(1)
    expect((await ask('POST', '/users/erased/erase')).status).toBe(204)
    const before = await access(ctx)
    expect((await ask('POST', `/plans/${made.id}/undo`)).body).toMatchObject({ status: 'undone' })
    expect(await access(ctx)).toEqual(before)
  })

  test('leaves alone whoever has changed since', async () => {
    const before = await access(ctx)
    const made = await ask('POST', '/plans', { kind: 'mining' })
    await ctx.db.execute(`delete from resource_user where user_id = 'u1' and resource_id = 's1'`)
    expect((await ask('POST', `/plans/${made.body.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 1 })
    expect(await access(ctx)).toEqual(new Set([...before].filter((grant) => !grant.startsWith('u1 s1 '))))
  })
})

if (grantSetsAreThere) {
  // The least published numbers of roles; fewer assignments and contents together than the grants they replace.
  describe.each([['hc', 14], ['domino', 20]] as const)('%s', (set, roles) => {
    test(`${roles} roles reproduce every grant`, async () => {
      const own = await testContext()
      const grants = grantSet(set)
      await loadGrantSet(own, set)
      const found = await proposeRoles(own, miningRequest({}))
      expect([found.grants, found.roles.length, found.atLeast, found.left]).toEqual([grants.length, roles, roles, []])
      expect(grantsOf(found)).toEqual(new Set(grants.map(([person, thing]) => `${personId(set, person)} Resource:${thingId(set, thing)}`)))
      expect(found.saved).toBeGreaterThan(0)
    })
  })
}
