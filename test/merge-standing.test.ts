/** Two records of one person of whom one has left: who is here is never merged into who is gone. */
import { expect, test } from 'vitest'
import { endPeople } from '../src/directory/nightly.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

let counter = 0
async function person(status?: string, more: object = {}): Promise<string> {
  const { body } = await ask('POST', '/users', { userName: `standing${++counter}`, ...more })
  if (status !== undefined) await ctx.db.execute('update users set status = $2 where user_id = $1', [body.id, status])
  return body.id
}

async function merge(survivor: string, duplicate: string, take: string[] = []) {
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate, take })
  const [step] = (await ask('GET', `/plans/${plan.id}/steps`)).body.items
  return { counts: plan.counts, step, applied: (await ask('POST', `/plans/${plan.id}/apply`)).body }
}

test.each([['TERMINATED', /Swap the two, or rehire the survivor first;/], ['RETIRED', /or rehire/], ['DELETED', /or rehire/], ['DECEASED', /Swap the two; then/]])(
  'a survivor who is %s is a conflict, and nothing is applied', async (status, message) => {
    const [survivor, duplicate] = [await person(status), await person('ACTIVE')]
    const { counts, step } = await merge(survivor, duplicate)
    expect(counts).toEqual({ conflict: 1 })
    expect(step).toMatchObject({ action: 'conflict', problems: [{ message: expect.stringMatching(message) }], changes: { statuses: { survivor: { status }, duplicate: { status: 'ACTIVE' } } } })
    expect((await ask('GET', `/users/${duplicate}`)).status).toBe(200)
    expect((await ask('GET', `/users/${survivor}`)).body.status).toBe(status)
    // The other way round nothing stands against it.
    expect(await merge(duplicate, survivor)).toMatchObject({ counts: { update: 1, delete: 1 }, applied: { status: 'applied', failed: 0 } })
  })

test('two who have left become one', async () => {
  const [survivor, duplicate] = [await person('RETIRED'), await person('TERMINATED')]
  expect(await merge(survivor, duplicate)).toMatchObject({ counts: { update: 1, delete: 1 }, applied: { status: 'applied', failed: 0 } })
})

test('both statuses stand in every plan, with what keeps somebody from signing in', async () => {
  const [survivor, duplicate] = [await person(), await person('ACTIVE')]
  await ask('POST', `/users/${duplicate}/disable`)
  const { step } = await merge(survivor, duplicate)
  expect(step.changes.statuses).toEqual({ survivor: { status: 'PENDING_INITIAL_LOGIN' }, duplicate: { status: 'ACTIVE', secondaryStatus: 'DISABLED' } })
})

test('who is here is not ended by the last date of a record that was, nor sent to wait for a first day', async () => {
  const [survivor, left, coming] = [await person('ACTIVE'), await person('TERMINATED', { lastDate: '2020-03-31' }), await person('PENDING_START_DATE', { startDate: '2999-01-01' })]
  for (const [duplicate, date] of [[left, { path: 'lastDate', value: '2020-03-31' }], [coming, { path: 'startDate', value: '2999-01-01' }]] as const) {
    const { step, applied } = await merge(survivor, duplicate)
    expect(step.changes).toMatchObject({ fields: [], notTaken: expect.arrayContaining([date]) })
    expect(applied).toMatchObject({ status: 'applied', failed: 0 })
  }
  await endPeople(ctx)
  const { body } = await ask('GET', `/users/${survivor}`)
  expect(body.status).toBe('ACTIVE')
  for (const path of ['startDate', 'lastDate']) expect(body).not.toHaveProperty(path)
})

test.each([
  ['lastDate', 'TERMINATED', '2020-03-31', /would be terminated by the last date 2020-03-31 of the duplicate\. Leave lastDate out of `take`/],
  ['startDate', 'PENDING_START_DATE', '2999-01-01', /is here before the start date 2999-01-01 of the duplicate\. Leave startDate out of `take`/],
])('taken all the same, such a %s is a conflict', async (path, status, date, message) => {
  const [survivor, duplicate] = [await person('ACTIVE'), await person(status, { [path]: date })]
  const { counts, step } = await merge(survivor, duplicate, [path])
  expect(counts).toEqual({ conflict: 1 })
  expect(step.problems).toEqual([{ message: expect.stringMatching(message) }])
  expect((await ask('GET', `/users/${duplicate}`)).status).toBe(200)
})

test('dates that contradict nothing are taken by name', async () => {
  const [survivor, duplicate] = [await person('ACTIVE'), await person('ACTIVE', { startDate: '2020-01-01', lastDate: '2999-01-01' })]
  expect((await merge(survivor, duplicate, ['startDate', 'lastDate'])).applied).toMatchObject({ failed: 0 })
  expect((await ask('GET', `/users/${survivor}`)).body).toMatchObject({ status: 'ACTIVE', startDate: '2020-01-01', lastDate: '2999-01-01' })
})
