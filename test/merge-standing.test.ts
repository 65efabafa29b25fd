/** Two records of one person of whom one has left: who is here is never merged into who is gone. */
import { expect, test } from 'vitest'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

let counter = 0
async function person(status?: string): Promise<string> {
  const { body } = await ask('POST', '/users', { userName: `standing${++counter}` })
  if (status !== undefined) await ctx.db.execute('update users set status = $2 where user_id = $1', [body.id, status])
  return body.id
}

async function merge(survivor: string, duplicate: string) {
  const { body: plan } = await ask('POST', `/users/${survivor}/merge`, { duplicate })
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
