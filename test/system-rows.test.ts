/** The rows that every installation has: what the doctor expects is what migrations make, and what no verb takes away. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lookOver } from '../src/cli/doctor.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { logins } from '../src/model/user-links.ts'
import type { Finding } from '../src/store/doctor.ts'
import { examineSystemRows, readSystemRows, renderSystemRows, systemTables } from '../src/store/system-rows.ts'
import { testContext } from './context.ts'
import { testDatabase } from './database.ts'
import { testServer } from './rest-server.ts'

const fresh = await testDatabase()
const rows = await readSystemRows(fresh)

test('system-rows.jsonl is what the migrations make, and a fresh database has all of it', async () => {
  const committed = readFileSync(new URL('../system-rows.jsonl', import.meta.url), 'utf8')
  expect(committed, 'run "node tools/dump-schema.ts" after adding a migration').toBe(renderSystemRows(rows))
  expect(rows.length).toBeGreaterThan(100)
  for (const { table } of systemTables) expect(rows.some((row) => row.table === table), table).toBe(true)
  expect(await examineSystemRows(fresh)).toEqual([])
})

const texts = (findings: readonly Finding[]) => findings.map(({ severity, where, what, advice }) => `${severity}: ${where} ${what} ${advice}`)

test('each one that is gone is named, with the SQL that brings it back', async () => {
  const { db, config } = await testContext()
  await db.transaction(async (tx) => {
    await tx.execute('set local session_replication_role = replica')
    for (const { table } of systemTables) await tx.execute(`delete from ${table}`)
    await tx.execute('delete from resource_role; delete from res_role_membership_rights; delete from gatehouse.access_edge; delete from gatehouse.access_node')
  })
  const findings = await examineSystemRows(db)
  expect(texts(findings)).toContainEqual(expect.stringMatching(/^error: row 0 of public\.managed_sys is missing.*Run: insert into public\.managed_sys/))
  expect(texts(findings)).toContainEqual(expect.stringMatching(/^error: role GATEHOUSE_SUPER_ADMIN is without READ, CREATE, UPDATE, DELETE, RESET on GATEHOUSE_PEOPLE/))
  expect(findings.filter(({ what }) => what.startsWith('is missing'))).toHaveLength(rows.length)
  expect(texts((await lookOver({ db, config })).flatMap((check) => check.findings)).filter((text) => text.includes('public.managed_sys'))).toHaveLength(2)
  for (const { advice } of findings) await db.execute(advice.replace(/^Run: /, ''))
  expect(texts(await examineSystemRows(db))).toEqual([])
  expect(await readSystemRows(db)).toEqual(rows)
})

const damages = [
  [`update auth_level set level = 9 where auth_level_id = 'PASSKEY_AUTH'`, /row PASSKEY_AUTH of public\.auth_level has been changed.*"level" = 9\. Run: update public\.auth_level set "level" = 3 where auth_level_id = 'PASSKEY_AUTH'/],
  [`update metadata_type set "grouping" = 'ADDRESS' where type_id = 'LEAVE'`, /of public\.metadata_type has been changed.*set "grouping" = 'USER' where/],
  [`update role set is_system = 'N' where role_id = 'GATEHOUSE_AUDITOR'`, /row GATEHOUSE_AUDITOR of public\.role .*set "is_system" = 'Y'/],
  [`update managed_sys set status = 'INACTIVE' where managed_sys_id = '0'`, /row 0 of public\.managed_sys .*set "status" = 'ACTIVE'/],
  [`update managed_sys set end_date = now() where managed_sys_id = 'OKTA'`, /row OKTA of public\.managed_sys .*set "end_date" = null/],
  [`update users set status = 'INACTIVE', system_flag = null where user_id = '3000'`, /row 3000 of public\.users .*"system_flag" = null.*"status" = 'ACTIVE', "system_flag" = 'Y'/],
  [`update policy set status = 0 where policy_id = '4000'`, /row 4000 of public\.policy .*"status" = 1/],
  [`update resource_role set end_date = now() + interval '1 day' where role_id = 'GATEHOUSE_SUPER_ADMIN' and resource_id = 'GATEHOUSE_KEYS'`, /role GATEHOUSE_SUPER_ADMIN is without READ, CREATE, DELETE on GATEHOUSE_KEYS, or not for good/],
] as const

test.each(damages)('a change behind the verbs is told and mended: %s', async (damage, told) => {
  const db = await testDatabase()
  await db.transaction(async (tx) => {
    await tx.execute('set local session_replication_role = replica')
    await tx.execute(damage)
  })
  const findings = await examineSystemRows(db)
  expect(texts(findings)).toEqual([expect.stringMatching(told)])
  await db.execute(findings[0]!.advice.replace(/^Run: /, ''))
  expect(await examineSystemRows(db)).toEqual([])
})

/** Where the API deletes the rows of a table. Of what has no place here, no verb deletes anything. */
const places: Record<string, (row: Record<string, unknown>) => string> = {
  'public.metadata_type': (row) => `/metadata/types/${row.type_id}`,
  'public.access_rights': (row) => `/rights/${row.access_right_id}`,
  'public.resource_type': (row) => `/metadata/resource-types/${row.resource_type_id}`,
  'public.managed_sys': (row) => `/managed-systems/${row.managed_sys_id}`,
  'public.role': (row) => `/roles/${row.role_id}`,
  'public.res': (row) => `/resources/${row.resource_id}`,
  'public.policy': (row) => `/${row.policy_def_id === '100' ? 'password' : 'sign-in'}-policies/${row.policy_id}`,
  'public.users': (row) => `/users/${row.user_id}`,
  'public.organization_type': (row) => `/metadata/organization-types/${row.org_type_id}`,
  'public.content_provider': (row) => `/content-providers/${row.content_provider_id}`,
  'public.identity_question': (row) => `/security-questions/${row.identity_question_id}`,
  'public.identity_quest_grp': (row) => `/question-groups/${row.identity_quest_grp_id}`,
}
/** What goes or changes with a row above, or is kept by triggers from one; and what the doctor holds by other means. */
const besides = ['gatehouse.access_edge', 'gatehouse.access_node', 'gatehouse.migration', 'public.org_type_valid_membership', 'public.policy_attribute', 'public.resource_role', 'public.res_role_membership_rights']

describe('what the API says', async () => {
  const { ask, ctx } = await testServer()

  test('no table with rows is forgotten', async () => {
    const tables = await fresh.query<{ name: string }>(`select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('public', 'efs', 'gatehouse') and c.relkind = 'r' order by 1`)
    const filled: string[] = []
    for (const { name } of tables) if (await fresh.first(`select from ${name} limit 1`)) filled.push(name)
    expect(filled).toEqual([...new Set([...systemTables.map(({ table }) => table), ...Object.keys(places), ...besides])].toSorted())
  })

  test('changes that verbs allow are no findings', async () => {
    for (const [path, patch] of [
      ['/roles/GATEHOUSE_AUDITOR', { name: 'Revision', description: 'Other words' }], ['/resources/GATEHOUSE_PEOPLE', { name: 'People of ours' }], ['/rights/READ', { name: 'Lesen' }],
      ['/managed-systems/0', { name: 'House', hostUrl: 'house.example' }], ['/metadata/types/ACTIVE', { displayName: 'Aktiv', active: false }], ['/password-policies/4000', { name: 'Ours', priority: 3 }],
    ] as const) {
      const reply = await ask('PATCH', path, patch)
      expect(reply.status, `${path} ${JSON.stringify(reply.body)}`).toBe(200)
    }
    expect(await examineSystemRows(ctx.db)).toEqual([])
  })

  test('it deletes no row that is expected, and every other', async () => {
    const expected = new Set(rows.map(({ table, row }) => places[table]?.(row)))
    const wrong: string[] = []
    for (const [table, pathOf] of Object.entries(places).toReversed()) {
      for (const { row } of await fresh.query<{ row: Record<string, unknown> }>(`select to_jsonb(t) as row from ${table} t`)) {
        const { status, body } = await ask('DELETE', pathOf(row))
        // What is in use now may be free elsewhere, but for what rows that stay refer to.
        if (expected.has(pathOf(row)) ? status === 204 : status !== 204 && body.code !== 'still_referenced') wrong.push(`${pathOf(row)}: ${status} ${body?.code}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('the types that the code names are among them', () => {
    for (const { custom } of [user, organization, logins]) expect(rows.some(({ row }) => row.type_id === custom!.everyType), custom!.everyType).toBe(true)
  })
})
