/** Somebody who is erased while an undo brings them back does not stay: one of the two waits for the other. */
import { expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { makePerson } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ MASS_DELETE_UNDO_HOURS: '48' })
const { ask, ctx } = shared

let counter = 0
const person = (more: object = {}) => makePerson(shared, `erased-${++counter}`, more)

/** Runs work while somebody is held by a transaction of another one. */
async function whileHeld(id: string, work: () => Promise<void>): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.execute('select from users where user_id = $1 for update', [id])
    await work()
  })
}

/** How many sessions of the database wait for a lock. */
const waiting = async () => (await ctx.db.first<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))!.n
async function untilWaiting(count: number): Promise<void> {
  for (let n = 0; n < 200 && (await waiting()) < count; n++) await sleep(25)
  expect(await waiting()).toBe(count)
}

async function undoAndEraseBesides(plan: string, erased: string, held: string): Promise<void> {
  let undone: ReturnType<typeof ask> | undefined
  let gone: ReturnType<typeof ask> | undefined
  await whileHeld(held, async () => {
    undone = ask('POST', `/plans/${plan}/undo`)
    await untilWaiting(1)
    gone = ask('POST', `/users/${erased}/erase`)
    await untilWaiting(2)
  })
  expect((await undone!).body).toMatchObject({ status: 'undone' })
  expect((await gone!).status).toBe(204)
}

test('by an undo of a mass delete', async () => {
  const supervisor = await person()
  const erased = await person({ supervisors: [{ supervisor }], emails: [{ value: 'to.be.erased@example.com', primary: true }] })
  const { id } = await createPortal(ctx, { name: 'Erased meanwhile', settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })
  await addPortalUsers(ctx, id, [erased])
  const { body: plan } = await ask('POST', `/portals/${id}/mass-delete`, { ids: [erased], deletePersons: true })
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  await undoAndEraseBesides(plan.id, erased, supervisor)
  expect((await ask('GET', `/users/${erased}`)).status).toBe(404)
  expect((await ctx.db.query(`select from email_address where email_address = 'to.be.erased@example.com'`)).length).toBe(0)
  expect((await ask('POST', `/plans/${plan.id}/undo`)).status).toBe(409)
})

test('by an undo of a merge', async () => {
  const [survivor, supervisor] = [await person(), await person()]
  const erased = await person({ supervisors: [{ supervisor }] })
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate: erased })
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied' })
  await undoAndEraseBesides(plan.id, erased, survivor)
  expect((await ask('GET', `/users/${erased}`)).status).toBe(404)
  expect((await ask('GET', `/users/${survivor}`)).status).toBe(200)
})

test('of a survivor, whose merge is held before they are: neither waits for what the other has', async () => {
  const [survivor, duplicate] = [await person(), await person()]
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied' })
  let undone: ReturnType<typeof ask> | undefined
  let gone: ReturnType<typeof ask> | undefined
  await whileHeld(survivor, async () => {
    gone = ask('POST', `/users/${survivor}/erase`)
    await untilWaiting(1)
    expect(await ctx.db.transaction((tx) => tx.query('select from gatehouse.plan where plan_id = $1 for update skip locked', [plan.id]))).toEqual([])
    undone = ask('POST', `/plans/${plan.id}/undo`)
    await untilWaiting(2)
  })
  expect([(await gone!).status, (await undone!).body.code]).toEqual([204, 'plan_state'])
  expect([(await ask('GET', `/users/${survivor}`)).status, (await ask('GET', `/users/${duplicate}`)).status]).toEqual([404, 404])
})

test('an erasure that came first leaves the undo nothing of them, and the others come back', async () => {
  const [erased, other] = [await person(), await person()]
  const { id } = await createPortal(ctx, { name: 'Erased before', settings: { limit_mass_delete: 'none', limit_deactivate: 'none' } })
  await addPortalUsers(ctx, id, [erased, other])
  const { body: plan } = await ask('POST', `/portals/${id}/mass-delete`, { ids: [erased, other], deletePersons: true })
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  let undone: ReturnType<typeof ask> | undefined
  // An erasure holds what is kept of them, and is not through yet.
  await ctx.db.transaction(async (tx) => {
    await tx.execute(`update gatehouse.plan_step set secret = null where plan_id = $1 and target_id = $2`, [plan.id, erased])
    undone = ask('POST', `/plans/${plan.id}/undo`)
    await untilWaiting(1)
  })
  expect((await undone!).body).toMatchObject({ status: 'undone', failed: 0 })
  expect((await ask('GET', `/users/${erased}`)).status).toBe(404)
  expect((await ask('GET', `/users/${other}`)).status).toBe(200)
})
