/** The walk over a small graph that one can draw, at several moments. The property test holds it to a second implementation. */
import { expect, test } from 'vitest'
import { checkSql, momentOf } from '../src/store/access-walk.ts'
import { testContext } from './context.ts'

const { db } = await testContext()

//  ann ─▶ g1 ─▶ g2 ─▶ r1 ─▶ r2 ─[READ]▶ s1 ─[SIGN]▶ s2      bob ─▶ o1 ─▶ o2 ─▶ r1      everyone ─▶ g3 ─▶ s3
await db.execute(`
  insert into users (user_id, last_name, status) values ('ann', 'A', 'ACTIVE'), ('bob', 'B', 'ACTIVE'), ('eve', 'E', 'TERMINATED');
  insert into grp (grp_id, grp_name, assign_to_all) values ('g1', 'g1', 'N'), ('g2', 'g2', 'N'), ('g3', 'g3', 'Y');
  insert into role (role_id, role_name) values ('r1', 'r1'), ('r2', 'r2');
  insert into company (company_id, company_name) values ('o1', 'o1'), ('o2', 'o2');
  insert into res (resource_id, resource_type_id, name) values ('s1', 'WEBSERVICE', 's1'), ('s2', 'WEBSERVICE', 's2'), ('s3', 'WEBSERVICE', 's3');
  insert into access_rights (access_right_id, name) values ('SIGN', 'Sign');
  insert into user_grp (user_id, grp_id, membership_id) values ('ann', 'g1', 'm1'), ('eve', 'g1', 'm2');
  insert into user_affiliation (user_id, company_id, membership_id) values ('bob', 'o1', 'm3');
  insert into grp_to_grp_membership (membership_id, grp_id, member_grp_id) values ('e1', 'g2', 'g1');
  insert into grp_role (membership_id, role_id, grp_id) values ('e2', 'r1', 'g2');
  insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('e3', 'r2', 'r1');
  insert into resource_role (membership_id, resource_id, role_id) values ('e4', 's1', 'r2');
  insert into res_role_membership_rights (membership_id, access_right_id) values ('e4', 'READ');
  insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('e5', 's2', 's1');
  insert into res_res_membership_rights (membership_id, access_right_id) values ('e5', 'SIGN');
  insert into company_to_company_membership (membership_id, company_id, member_company_id) values ('e6', 'o2', 'o1');
  insert into role_org_membership (membership_id, role_id, company_id) values ('e7', 'r1', 'o2');
  insert into resource_group (membership_id, resource_id, grp_id) values ('e8', 's3', 'g3');
`)

async function allowed(user: string, resource: string, right: string | null = null, at?: string): Promise<boolean> {
  const moment = momentOf(new Date(), at)
  const row = await db.first<{ allowed: boolean }>(checkSql(moment.past), [user, resource, right, moment.at])
  return row!.allowed
}

/** The database's clock, between two changes: instants of the API go to the millisecond. */
async function databaseTime(): Promise<string> {
  await db.execute('select pg_sleep(0.002)')
  const row = await db.first<{ now: string }>('select clock_timestamp()::text as now')
  await db.execute('select pg_sleep(0.002)')
  return row!.now
}

test('access comes by every kind of edge', async () => {
  expect(await Promise.all([allowed('ann', 's1'), allowed('bob', 's1'), allowed('ann', 's2'), allowed('ann', 's3'), allowed('eve', 's1'), allowed('eve', 's3')]))
    .toEqual([true, true, true, true, false, false])
})

test('a right counts on the last edge into the resource', async () => {
  expect(await Promise.all([allowed('ann', 's1', 'READ'), allowed('ann', 's1', 'SIGN'), allowed('ann', 's2', 'SIGN'), allowed('ann', 's2', 'READ'), allowed('ann', 's3', 'READ')]))
    .toEqual([true, false, true, false, false])
})

test('a thing that more give than are looked at one by one answers the same', async () => {
  await db.execute(`
    insert into res (resource_id, resource_type_id, name) values ('s4', 'WEBSERVICE', 's4'), ('s5', 'WEBSERVICE', 's5');
    insert into grp (grp_id, grp_name) select 'many' || n, 'many' || n from generate_series(1, 150) n;
    insert into user_grp (user_id, grp_id, membership_id) values ('bob', 'many77', 'm4');
    insert into resource_group (membership_id, resource_id, grp_id) select 'x' || n, 's4', 'many' || n from generate_series(1, 150) n;
    insert into res_grp_membership_rights (membership_id, access_right_id) values ('x77', 'READ'), ('x78', 'SIGN');
    insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('x', 's5', 's4')`)
  const then = await databaseTime()
  expect(await Promise.all([allowed('bob', 's4'), allowed('ann', 's4'), allowed('bob', 's4', 'READ'), allowed('bob', 's4', 'SIGN'), allowed('bob', 's5'), allowed('ann', 's5')]))
    .toEqual([true, false, true, false, true, false])
  await db.execute(`update grp set status = 'DELETED' where grp_id = 'many77'`)
  expect(await Promise.all([allowed('bob', 's4'), allowed('bob', 's4', null, then), allowed('ann', 's4', null, then), allowed('bob', 's5', null, then)])).toEqual([false, true, false, true])
})

test('what was, stays answered after an edge is removed, a right withdrawn, a role retired, a person blocked, a thing deleted', async () => {
  const changes = [
    `delete from user_grp where membership_id = 'm1'`,
    `insert into user_grp (user_id, grp_id, membership_id) values ('ann', 'g1', 'm9')`,
    `delete from res_role_membership_rights where membership_id = 'e4'`,
    `insert into res_role_membership_rights (membership_id, access_right_id) values ('e4', 'READ')`,
    `update role set status = 'DELETED' where role_id = 'r2'`,
    `update role set status = 'ACTIVE' where role_id = 'r2'`,
    `update users set secondary_status = 'DISABLED' where user_id = 'ann'`,
    `update users set secondary_status = null where user_id = 'ann'`,
    `update grp_role set end_date = now() where membership_id = 'e2'`,
    `update grp_role set end_date = null where membership_id = 'e2'`,
    `delete from role where role_id = 'r2'`,
  ]
  const moments: string[] = [await databaseTime()]
  for (const change of changes) {
    await db.execute(change)
    moments.push(await databaseTime())
  }
  const answers = await Promise.all(moments.map((at) => allowed('ann', 's1', 'READ', at)))
  expect(answers).toEqual([true, false, true, false, true, false, true, false, true, false, true, false])
  expect(await allowed('ann', 's1', 'READ')).toBe(false)
})

test('a future moment goes by the dates', async () => {
  await db.execute(`update user_grp set end_date = now() + interval '1 day' where membership_id = 'm9'; insert into resource_group (membership_id, resource_id, grp_id) values ('e9', 's1', 'g2')`)
  const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString()
  expect([await allowed('ann', 's1'), await allowed('ann', 's1', null, inTwoDays)]).toEqual([true, false])
})
