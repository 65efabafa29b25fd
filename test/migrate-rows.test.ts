/** Rows that were there before a migration: what it rewrites or mirrors, it rewrites and mirrors of them too. */
import { beforeAll, expect, test } from 'vitest'
import { edgeKinds } from '../src/model/access-edges.ts'
import type { Database } from '../src/store/database.ts'
import { migrate, readMigrations } from '../src/store/migrate.ts'
import { emptyDatabase, open } from './database.ts'

let db: Database

const before = (name: string) => readMigrations().map((one) => one.name).filter((one) => one < name)

beforeAll(async () => {
  db = open(await emptyDatabase())
  await migrate(db, { names: before('0012') })
  await db.execute(`
    insert into users (user_id, last_name, status) values ('ann', 'A', 'ACTIVE'), ('bob', 'B', 'ACTIVE');
    insert into grp (grp_id, grp_name, assign_to_all) values ('g1', 'One', 'N'), ('g2', 'Two', 'Y');
    insert into role (role_id, role_name, status) values ('r1', 'One', 'ACTIVE'), ('r2', 'Two', 'DELETED');
    insert into res (resource_id, resource_type_id, name, is_public, min_auth_level) values ('s1', 'WEBSERVICE', 'One', 'N', 'CERT_AUTH'), ('s2', 'WEBSERVICE', 'Two', 'Y', 'KERB_AUTH'), ('s3', 'WEBSERVICE', 'Three', 'N', 'PASSWORD_AUTH');
    insert into company (company_id, company_name) values ('o1', 'One'), ('o2', 'Two');
    insert into access_rights (access_right_id, name) values ('SIGN', 'Sign')`)
  for (const { kind, table, sourceColumn, targetColumn, rightsTable, source, target } of edgeKinds) {
    const from = source === 'u' ? 'ann' : `${source}1`
    const to = `${target}${source === target ? 2 : 1}`
    await db.execute(`insert into ${table} (membership_id, ${sourceColumn}, ${targetColumn}, start_date, end_date) values ($1, $2, $3, '2020-01-01T00:00:00Z', '2100-01-01T00:00:00Z')`, [`m-${kind}`, from, to])
    await db.execute(`insert into ${rightsTable} (membership_id, access_right_id) values ($1, 'SIGN')`, [`m-${kind}`])
  }
  await db.execute(`
    insert into login (login_id, login, managed_sys_id, user_id, challenge_response_fail_count) values ('l1', 'ann', '0', 'ann', 3), ('l2', 'bob', '0', 'bob', 0);
    insert into user_key (user_key_id, user_id, name, key_type, key_value) values ('k1', 'ann', 'laptop', 'SSH', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHKZ ann@laptop'), ('k2', 'ann', 'broken', 'SSH', 'no key');
    insert into efs.panelists (uid, person_id) values (1, 'ann'), (2, 'bob');
    insert into efs.portal (portal_id, name) values (1, 'Portal');
    insert into efs.portal_panelist (portal_id, user_id) values (1, 1), (1, 2);
    insert into efs.iam_portal_user_reference (portal_id, user_id, uuid) values (1, 1, '00u1');
    insert into efs.users (uid, person_id) values (1, 'ann'), (2, 'bob');
    insert into efs.iam_user_reference (user_id, uuid) values (1, '00a1'), (2, '00a2');
    insert into content_provider (content_provider_id, content_provider_name, domain_pattern) values ('c1', 'Site', 'site.example');
    insert into email_address (email_id, parent_id, email_address, is_default, active, published) values ('e1', 'ann', 'Ann@example.com', 'Y', 'N', 'N'), ('e2', 'ann', 'ann2@example.com', 'N', 'Y', 'N'), ('e3', 'bob', 'bob@example.com', 'Y', 'Y', 'N');
    update users set primary_email = case user_id when 'ann' then 'Ann@example.com' else 'bob@example.com' end where user_id in ('ann', 'bob')`)
  await db.execute(`update users set status = 'TERMINATED' where user_id = 'bob'`)
  await db.execute(`insert into user_auth_param (param_id, user_id, type, param_value, confirmed) values ('p1', 'ann', 'EMAIL', 'Ann@example.com', 'Y'), ('p2', 'ann', 'EMAIL', 'ANN2@example.com', 'Y'), ('p3', 'bob', 'EMAIL', 'gone@example.com', 'Y')`)
  const applied = await migrate(db, { names: before('0025') })
  expect(applied[0]).toMatch(/^0012/)
  // Sessions of before are no sessions any more (0019).
  await db.execute(`insert into auth_state (user_id, session_id, auth_state, last_login, expires_at, last_seen) values ('ann', 'session', 1, '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z')`)
  await db.execute(`insert into user_it_policy_history (id, user_id, submit_date, accepted) values ('h1', 'ann', '2026-01-01T00:00:00Z', 'Y'), ('h2', 'bob', '2026-01-01T00:00:00Z', 'Y')`)
  await db.execute(`update users set date_it_policy_approved = '2026-01-01T00:00:00Z' where user_id = 'bob'`)
  const late = '{"document": {}, "late": {"document": {}, "references": [{"by": "userName", "value": "bob"}]}}'
  await db.execute(`insert into gatehouse.plan (plan_id, kind, status, title, created_at, created_by) values ('made', 'import', 'applied', 'x', now(), ''), ('making', 'import', 'planning', 'x', now(), '')`)
  await db.execute(`insert into gatehouse.plan_step (plan_id, step_no, action, resource, changes) values ('made', 1, 'create', 'User', $1), ('making', 1, 'create', 'User', $1)`, [late])
  await migrate(db)
})

test('edges between things are mirrored, each with its dates and rights, and stand since ever', async () => {
  const mirrored = await db.query<{ kind: string; id: string; source: string; target: string; start: string; end: string; rights: string[]; ever: boolean }>(
    `select kind, membership_id as id, source, target, start_date as start, end_date as "end", rights, recorded_from = '-infinity' and recorded_to is null as ever
     from gatehouse.access_edge where membership_id like 'm-%' order by kind collate "C"`)
  expect(mirrored).toEqual(edgeKinds.filter(({ source }) => source !== 'u').toSorted((a, b) => (a.kind < b.kind ? -1 : 1)).map(({ kind, source, target }) => ({
    kind, id: `m-${kind}`, source: `${source}${source}1`, target: `${target}${target}${source === target ? 2 : 1}`, start: '2020-01-01T00:00:00.000Z', end: '2100-01-01T00:00:00.000Z', rights: ['SIGN'], ever: true,
  })))
})

test('things are mirrored with whether they count and whether everybody has them', async () => {
  const nodes = await db.query<{ node: string; active: boolean; everyone: boolean }>(`select node, active, everyone from gatehouse.access_node where recorded_to is null and substr(node, 2) ~ '^[grso][123]$' order by node collate "C"`)
  expect(nodes.map(({ node, active, everyone }) => `${node} ${active} ${everyone}`)).toEqual([
    'gg1 true false', 'gg2 true true', 'oo1 true false', 'oo2 true false', 'rr1 true false', 'rr2 false false', 'ss1 true false', 'ss2 true true', 'ss3 true false',
  ])
})

test('memberships of people stand since ever, with their rights', async () => {
  for (const { table, rightsTable, kind, source } of edgeKinds) {
    if (source !== 'u') continue
    expect(await db.query(`select m.recorded_from = '-infinity' as ever, r.access_right_id as "right" from ${table} m join ${rightsTable} r using (membership_id) where m.membership_id = $1`, [`m-${kind}`])).toEqual([{ ever: true, right: 'SIGN' }])
  }
})

test('levels go by their right names, counts to where they belong, keys get a fingerprint, sessions a proof', async () => {
  expect(await db.query(`select resource_id as id, min_auth_level as level from res where resource_id in ('s1', 's2', 's3') order by 1`)).toEqual([
    { id: 's1', level: 'TWO_FACTOR_AUTH' }, { id: 's2', level: 'PASSKEY_AUTH' }, { id: 's3', level: 'PASSWORD_AUTH' },
  ])
  expect(await db.query('select login_id as id, sms_reset_fail_count as sms, challenge_response_fail_count as questions from login order by 1')).toEqual([{ id: 'l1', sms: 3, questions: 0 }, { id: 'l2', sms: 0, questions: 0 }])
  expect(await db.query('select user_key_id as id, fingerprint from user_key order by 1')).toEqual([{ id: 'k1', fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) }, { id: 'k2', fingerprint: null }])
  expect(await db.first('select proved_at as proved, proved_level as level from auth_state')).toEqual({ proved: '2026-01-01T00:00:00.000Z', level: 1 })
  expect(await db.query(`select user_id as id, policies_asked_since is not null as reset from users where user_id in ('ann', 'bob') order by 1`)).toEqual([{ id: 'ann', reset: true }, { id: 'bob', reset: false }])
})

test('an address that is not in use is nobody\'s primary one', async () => {
  expect(await db.query(`select user_id as id, primary_email as email from users where user_id in ('ann', 'bob') order by 1`)).toEqual([{ id: 'ann', email: null }, { id: 'bob', email: 'bob@example.com' }])
})

test('of an address that is not there any more, or not in use, nothing is proved', async () => {
  expect(await db.query('select param_id as id from user_auth_param order by 1')).toEqual([{ id: 'p2' }])
})

test('whose address it took has a new version, and waits for the next sync', async () => {
  expect(await db.query(`select user_id as id, version, last_update is not null as changed from users where user_id in ('ann', 'bob') order by 1`)).toEqual([{ id: 'ann', version: 2, changed: true }, { id: 'bob', version: 1, changed: false }])
  const marks = (table: string) => db.query(`select user_id as uid, has_data_changes as marked, changes from ${table} order by 1`)
  expect(await marks('efs.iam_portal_user_reference')).toEqual([{ uid: 1, marked: 1, changes: 1 }])
  expect(await marks('efs.iam_user_reference')).toEqual([{ uid: 1, marked: 1, changes: 1 }, { uid: 2, marked: 0, changes: 0 }])
})

test('members with an account are told from those who wait for one, and the shipped sign-in policy locks later', async () => {
  expect(await db.query('select user_id as member, linked from efs.portal_panelist order by 1')).toEqual([{ member: 1, linked: true }, { member: 2, linked: false }])
  expect(await db.query(`select policy_id as policy, value1 as failures from policy_attribute where def_param_id = 'A_FAILED_AUTH_COUNT' order by 1`)).toEqual([{ policy: '4001', failures: '10' }, { policy: 'CLASSIC_SIGN_IN', failures: '3' }])
})

test('steps keep by which names they looked for others only while their plan is made', async () => {
  expect(await db.query(`select plan_id as plan, changes->'late' as late from gatehouse.plan_step where plan_id in ('made', 'making') order by 1`)).toMatchObject([{ late: {} }, { late: { references: [{ value: 'bob' }] } }])
  expect(await db.first(`select changes->'late' as late from gatehouse.plan_step where plan_id = 'made'`)).toEqual({ late: {} })
})
