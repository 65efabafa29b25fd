/** Findings about access over a graph that has one of each kind, and things beside them that are in order. */
import { describe, expect, test } from 'vitest'
import { findings } from '../src/access/findings.ts'
import type { Finding } from '../src/model/access-findings.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

//  ann ─▶ g1 ─▶ r1 ─▶ r2 ─[READ]▶ s1 ─▶ s2        r3 (nobody has it) ─▶ s3        r4 (ann has it) gives nothing
await ctx.db.execute(`
  insert into users (user_id, first_name, last_name, status) values ('ann', 'Ann', 'A', 'ACTIVE'), ('bob', 'Bob', 'B', 'ACTIVE'), ('eve', 'Eve', 'E', 'TERMINATED');
  insert into access_rights (access_right_id, name) values ('SIGN', 'Sign');
  insert into grp (grp_id, grp_name, assign_to_all) values ('g1', 'G1', 'N'), ('g2', 'G2', 'N'), ('g3', 'G3', 'N'), ('g9', 'All', 'Y');
  insert into role (role_id, role_name, status) values ('r1', 'R1', 'ACTIVE'), ('r2', 'R2', 'ACTIVE'), ('r3', 'Unused', 'ACTIVE'), ('r4', 'Empty', 'ACTIVE'), ('r5', 'Gone', 'DELETED'), ('r6', 'Of all', 'ACTIVE');
  insert into res (resource_id, resource_type_id, name, is_public) values ('s1', 'WEBSERVICE', 's1', 'N'), ('s2', 'WEBSERVICE', 's2', 'N'), ('s3', 'WEBSERVICE', 'Unreachable', 'N'), ('s4', 'WEBSERVICE', 'Public', 'Y'), ('s5', 'WEBSERVICE', 's5', 'N');
  insert into user_grp (user_id, grp_id, membership_id) values ('ann', 'g1', 'm1'), ('bob', 'g1', 'm2'), ('ann', 'g2', 'm3'), ('bob', 'g2', 'm4'), ('ann', 'g3', 'm5');
  insert into user_role (user_id, role_id, membership_id) values ('ann', 'r4', 'm6'), ('ann', 'r2', 'm7'), ('eve', 'r3', 'm8'), ('bob', 'r4', 'm9');
  insert into company (company_id, company_name) values ('c1', 'Where eve was');
  insert into user_affiliation (user_id, company_id, membership_id) values ('eve', 'c1', 'was');
  insert into resource_user (user_id, resource_id, membership_id) values ('ann', 's1', 'd1'), ('bob', 's1', 'd2'), ('bob', 's2', 'd3'), ('bob', 's4', 'd4'), ('bob', 's5', 'd5');
  insert into user_res_membership_rights (membership_id, access_right_id) values ('d1', 'READ'), ('d2', 'SIGN');
  insert into grp_role (membership_id, role_id, grp_id) values ('e1', 'r1', 'g1'), ('e2', 'r2', 'g1'), ('e9', 'r6', 'g9');
  insert into role_to_role_membership (membership_id, role_id, member_role_id) values ('e3', 'r2', 'r1');
  insert into resource_role (membership_id, resource_id, role_id) values ('e4', 's1', 'r2'), ('e5', 's3', 'r3'), ('e6', 's1', 'r1'), ('e7', 's2', 'r2'), ('e8', 's4', 'r6');
  insert into res_role_membership_rights (membership_id, access_right_id) values ('e4', 'READ'), ('e6', 'SIGN');
  insert into res_to_res_membership (membership_id, resource_id, member_resource_id) values ('e10', 's2', 's1');
`)

async function all(kind: string, count = 100): Promise<Finding[]> {
  const found: Finding[] = []
  for (let cursor: string | undefined; ;) {
    const page = await findings(ctx, { kind, count, cursor })
    found.push(...page.items)
    if (page.next === undefined) return found
    cursor = page.next
  }
}

const cases: [string, string[]][] = [
  ['unused-role', ['Role:r3']],
  ['empty-role', ['Role:r4']],
  ['unreachable-resource', ['Resource:s3']],
  ['gone-membership', ['User:eve m8 Role:r3']],
  // Of d1 the last edges into s1 carry READ; d2 and its SIGN come by r1; bob has s2 by his groups, s4 is public, s5 only he has.
  ['redundant-grant', ['User:ann d1 Resource:s1', 'User:ann m7 Role:r2', 'User:bob d2 Resource:s1', 'User:bob d3 Resource:s2', 'User:bob d4 Resource:s4']],
  // g1 comes to r2 by r1; r2 to s2 by s1. r1's own edge to s1 carries another right than r2's.
  ['redundant-edge', ['Group:g1 e2 Role:r2', 'Role:r2 e7 Resource:s2']],
  ['same-membership', ['Group:g1 Group:g1 Group:g2']],
]

describe.each(cases)('%s', (kind, expected) => {
  test.each([1, 100])('is found, in pages of %i', async (count) => {
    const found = await all(kind, count)
    expect(found.map(({ node, membershipId, related }) => [node, membershipId, ...related].filter((part) => part !== undefined).join(' '))).toEqual(expected)
    for (const one of found) expect([one.kind, one.reason.endsWith('.')]).toEqual([kind, true])
  })
})

test('what is mended is found no more', async () => {
  await ctx.db.execute(`update users set status = 'ACTIVE' where user_id = 'eve'`)
  expect([await all('unused-role'), await all('unreachable-resource'), await all('gone-membership')]).toEqual([[], [], []])
  await ctx.db.execute(`update users set status = 'TERMINATED' where user_id = 'eve'; update user_grp set end_date = now() where membership_id = 'm4'`)
  expect((await all('same-membership')).map(({ related }) => related)).toEqual([['Group:g2', 'Group:g3']])
})

test('whoever has far more than their peers stands out, with the figures', async () => {
  await ctx.db.execute(`
    insert into company (company_id, company_name) values ('o1', 'Mill'), ('o2', 'Small');
    insert into users (user_id, first_name, last_name, status, title) select 'p' || n, 'P', n::text, 'ACTIVE', case when n % 2 = 0 then 'Miller' else 'MILLER' end from generate_series(1, 8) n;
    insert into users (user_id, last_name, status, title) values ('q1', 'Q', 'ACTIVE', 'Miller');
    insert into user_affiliation (user_id, company_id, membership_id) select 'p' || n, 'o1', 'a' || n from generate_series(1, 8) n;
    insert into user_affiliation (user_id, company_id, membership_id) values ('q1', 'o2', 'a9');
    insert into res (resource_id, resource_type_id, name) select 'x' || n, 'WEBSERVICE', 'x' || n from generate_series(1, 20) n;
    insert into resource_user (user_id, resource_id, membership_id) select 'p' || p, 'x' || n, 'y' || p || '-' || n from generate_series(1, 7) p, generate_series(1, 3) n;
    insert into resource_user (user_id, resource_id, membership_id) select p, 'x' || n, p || '-' || n from unnest(array['p8', 'q1']) p, generate_series(1, 20) n`)
  const [one, ...others] = await all('outlier')
  expect(others).toEqual([])
  expect(one).toMatchObject({ node: 'User:p8', name: 'P 8', related: ['Organization:o1'] })
  expect(one!.reason).toContain('Has 20 single grants; the 8 people of the same job in Organization:o1 (Mill) have 3 in the middle')
})

test('the door lists them, and knows no other kinds', async () => {
  expect(await ask('GET', '/access/findings?kind=same-membership&count=1')).toMatchObject({ status: 200, body: { items: [{ node: 'Group:g2', name: 'G2' }] } })
  expect(await ask('GET', '/access/findings?kind=odd')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  expect(await ask('GET', '/access/findings')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
})
