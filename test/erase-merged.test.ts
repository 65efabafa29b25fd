/** Whoever is erased is erased with the records that were merged into theirs, and with the name that a filter told. */
import { expect, test } from 'vitest'
import { verifyAudit } from '../src/audit/verify.ts'
import { seal, testKey } from './audit-context.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

const made = async (userName: string, more: object = {}) => (await ask('POST', '/users', { userName, ...more })).body.id as string
async function merge(survivor: string, duplicate: string): Promise<string> {
  const { body } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  expect((await ask('POST', `/plans/${body.id}/apply`)).status).toBe(200)
  return body.id
}

const mergeOf = async (duplicate: string) => (await ctx.db.first<{ id: string }>(`select plan_id as id from gatehouse.plan where options->>'duplicate' = $1`, [duplicate]))!.id

/** The tables in which a text stands. */
async function whereIs(text: string): Promise<string[]> {
  const tables = await ctx.db.query<{ name: string }>(`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname in ('public', 'efs', 'gatehouse')`)
  const found: string[] = []
  for (const { name } of tables) if (await ctx.db.first(`select 1 from ${name} t where t::text ilike $1 limit 1`, [`%${text}%`])) found.push(name)
  return found
}

test('duplicates, and duplicates of duplicates, but none that stands on its own again', async () => {
  const [first, second, third, apart] = [await made('survivor'), await made('quuxone', { title: 'Quuxone', nickName: 'Quuxone' }), await made('quuxtwo', { title: 'Quuxtwo' }), await made('quuxthree')]
  await merge(second, third)
  await merge(first, second)
  // Cancelled, or left, between the merge and its end.
  await ctx.db.execute(`update gatehouse.plan set status = 'cancelled' where plan_id = $1`, [await mergeOf(second)])
  const undone = await merge(first, apart)
  expect((await ask('POST', `/plans/${undone}/undo`)).status).toBe(200)
  expect(await whereIs('quuxtwo')).toContain('audit_event')
  expect((await ask('POST', `/users/${first}/erase`)).status).toBe(204)
  expect([await whereIs('quuxone'), await whereIs('quuxtwo')]).toEqual([[], []])
  expect(await whereIs('quuxthree')).toEqual(expect.arrayContaining(['users', 'audit_event']))
})

test('what a merge took over and gave back, from the events of whoever had it meanwhile, also through another merge', async () => {
  const [first, second, third] = [await made('zork0'), await made('zork1'), await made('zork2', { costCenter: 'Zorkmid', emails: [{ value: 'zorkmid@x.example' }], employeeNumber: 'ZORKMID1' })]
  const inner = await merge(second, third)
  const outer = await merge(first, second)
  for (const plan of [outer, inner]) expect((await ask('POST', `/plans/${plan}/undo`)).status).toBe(200)
  await ask('PATCH', `/users/${second}`, { title: 'Keeper' })
  expect(await whereIs('zorkmid')).toEqual(expect.arrayContaining(['users', 'audit_event']))
  expect((await ask('POST', `/users/${third}/erase`)).status).toBe(204)
  expect(await whereIs('zorkmid')).toEqual([])
  // Nothing else of theirs is gone, and the chain knows why this is.
  expect(await whereIs('Keeper')).toEqual(expect.arrayContaining(['audit_event']))
  expect((await ctx.db.query(`select changes::text as changes from gatehouse.audit_event where action = 'audit.erase' and target_id = any($1)`, [[first, second]])))
    .toEqual([1, 2].map(() => ({ changes: JSON.stringify([{ path: 'mergedFrom', after: third }]) })))
  const key = testKey()
  await seal(ctx, key)
  expect(await verifyAudit(ctx.db, key)).toMatchObject({ ok: true, awaiting: [] })
})

test('the filter of a bulk plan that names a family, unless somebody else has the name', async () => {
  const planned = async (name: string) => (await ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: `name.familyName eq "${name}"` })).body.id as string
  const rare = await made('rare', { name: { familyName: 'Quuxington' } })
  const [common] = [await made('common', { name: { familyName: 'Quuxmann' } }), await made('other', { name: { familyName: 'Quuxmann' } })]
  const kept = await planned('Quuxmann')
  await planned('Quuxington')
  await ask('POST', `/users/${rare}/erase`)
  await ask('POST', `/users/${common}/erase`)
  expect(await whereIs('Quuxington')).toEqual([])
  expect((await ask('GET', `/plans/${kept}`)).body.title).toContain('Quuxmann')
})
