/** What others have under way while a merge is applied is neither overlooked nor lost: the merge waits, looks again, and is refused. */
import { expect, test } from 'vitest'
import { readTerms } from '../src/model/edge-terms.ts'
import { putEdges } from '../src/access/edges.ts'
import { writeUsers } from '../src/directory/users.ts'
import { user } from '../src/model/user.ts'
import { lockRecords } from '../src/records/write-records.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import type { Transaction } from '../src/store/database.ts'
import { insertMembers } from '../src/store/portals.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared
const { db } = ctx

/** Applies a merge while another transaction, which has done something, is not through yet. */
async function mergedBeside(something: (tx: Transaction, survivor: string, duplicate: string) => Promise<unknown>, before?: (duplicate: string) => Promise<unknown>) {
  const [survivor, duplicate] = [await makePerson(shared, ctx.newId()), await makePerson(shared, ctx.newId())]
  await before?.(duplicate)
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  let applied: ReturnType<typeof ask> | undefined
  await db.transaction(async (tx) => {
    await something(tx, survivor, duplicate)
    applied = ask('POST', `/plans/${plan.id}/apply`)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await db.query(waits)).length, { timeout: 10_000 }).toBe(1)
  })
  expect(await applied!).toMatchObject({ status: 409, body: { code: 'plan_stale', detail: expect.stringContaining('nothing was written') } })
  expect((await ask('GET', `/plans/${plan.id}`)).body).toMatchObject({ status: 'planned', appliedThrough: 0 })
  expect((await ask('GET', `/users/${duplicate}`)).status).toBe(200)
  return { survivor, duplicate }
}

test('a survivor who is terminated meanwhile', async () => {
  const { survivor } = await mergedBeside((tx, id) => tx.execute(`update users set status = 'TERMINATED', version = version + 1 where user_id = $1`, [id]))
  expect((await ask('GET', `/users/${survivor}`)).body.status).toBe('TERMINATED')
})

test('a membership that the duplicate is given meanwhile', async () => {
  const { body: group } = await ask('POST', '/groups', { displayName: 'Meanwhile' })
  const { duplicate } = await mergedBeside((tx, _survivor, source) => putEdges(tx, ctx, 'ug', [{ source, target: group.id, terms: readTerms({}) }]))
  expect((await ask('GET', `/users/${duplicate}/groups`)).body.items).toHaveLength(1)
})

test('a row that no verb holds the person for', async () => {
  const { duplicate } = await mergedBeside((tx, _survivor, id) => tx.execute(`insert into user_key (user_key_id, user_id, name, key_type, key_value) values ($1, $2, 'late', 'SSH', 'x')`, [ctx.newId(), id]))
  expect(await db.query('select name from user_key where user_id = $1', [duplicate])).toEqual([{ name: 'late' }])
})

test.each([[true], [false]])('a place in a portal, with a number in EFS before: %s', async (numbered) => {
  const [portal, other] = [(await createPortal(ctx, { name: ctx.newId() })).id, (await createPortal(ctx, { name: ctx.newId() })).id]
  const { duplicate } = await mergedBeside(
    (tx, _survivor, id) => insertMembers(tx, portal, [id], ctx.now().toISOString()), async (id) => numbered && addPortalUsers(ctx, other, [id]))
  const places = await db.query('select m.portal_id from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id where p.person_id = $1', [duplicate])
  expect(places).toHaveLength(numbered ? 2 : 1)
})

test('a supervision between others that would close a circle through the two', async () => {
  const [above, below] = [await makePerson(shared, 'above'), await makePerson(shared, 'below')]
  const [survivor, duplicate] = [await makePerson(shared, 'stays'), await makePerson(shared, 'goes')]
  // goes ─▶ above, below ─▶ stays: merged, above must not come under below.
  for (const [id, supervisor] of [[duplicate, above], [below, survivor]] as const) expect((await ask('POST', `/users/${id}/supervisors`, { supervisor })).status).toBe(201)
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  let applied: ReturnType<typeof ask> | undefined
  await db.transaction(async (tx) => {
    const before = (await lockRecords(tx, user, [above])).get(above)!
    await writeUsers(tx, ctx, [{ action: 'user.update', before, after: { ...before.document, supervisors: [{ supervisor: below }] } }])
    applied = ask('POST', `/plans/${plan.id}/apply`)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await db.query(waits)).length, { timeout: 10_000 }).toBe(1)
  })
  expect((await applied!).body).toMatchObject({ status: 'applied', failed: 1 })
  expect((await ask('GET', `/plans/${plan.id}/steps`)).body.items).toMatchObject([{ result: { code: 'conflict' } }])
})

test('a report of the duplicate who gets another supervisor: neither waits for the other for good', async () => {
  const [survivor, duplicate] = [await makePerson(shared, 'chief'), await makePerson(shared, 'chief too')]
  const [report, other] = [await makePerson(shared, 'report'), await makePerson(shared, 'other')]
  expect((await ask('POST', `/users/${report}/supervisors`, { supervisor: duplicate })).status).toBe(201)
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  let applied: ReturnType<typeof ask> | undefined
  await db.transaction(async (tx) => {
    const before = (await lockRecords(tx, user, [report])).get(report)!
    // The row goes, and before the tie to the other is looked at, the merge comes to it.
    await tx.execute('delete from org_structure where staff_id = $1', [report])
    applied ??= ask('POST', `/plans/${plan.id}/apply`)
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await db.query(waits)).length, { timeout: 10_000 }).toBe(1).catch(() => undefined)
    const { supervisors: _, ...document } = before.document
    await writeUsers(tx, ctx, [{ action: 'user.update', before: { ...before, document }, after: { ...document, supervisors: [{ supervisor: other }] } }])
  })
  expect((await applied!).body).toMatchObject({ code: 'plan_stale' })
  expect((await ask('GET', `/users/${report}/supervisors`)).body.items).toMatchObject([{ supervisor: other }])
})
