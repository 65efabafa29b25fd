/** A clock that was ahead and is set back: schedules go on by the right time, and do not wait for the wrong one to come. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startJobs } from '../src/jobs/runner.ts'
import { testContext } from './context.ts'
import { whereIs } from './database.ts'

const twoHours = 7_200_000
const { db } = await testContext()
const options = whereIs(db)

const lastOf = async (name: string) => (await db.first<{ last: Date | null }>('select last_execution as last from graphile_worker._private_known_crontabs where identifier = $1', [name]))?.last
const setLast = (name: string, last: Date) => db.execute('update graphile_worker._private_known_crontabs set last_execution = $2 where identifier = $1', [name, last])

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let waited = 0; !(await what()); waited += 50) {
    if (waited > 30_000) throw new Error('it did not come about in half a minute')
    await sleep(50)
  }
}

test('set back while nobody ran: what is ahead is forgotten at the start, what lies behind is kept', async () => {
  const jobs = ['ahead', 'behind'].map((name) => ({ name, schedule: '0 0 1 1 *', work: async () => {} }))
  await (await startJobs(options, jobs, { log: () => {}, now: () => new Date() })).stop()
  const past = new Date(Date.now() - twoHours)
  await setLast('ahead', new Date(Date.now() + twoHours))
  await setLast('behind', past)
  await (await startJobs(options, jobs, { log: () => {}, now: () => new Date() })).stop()
  expect([await lastOf('ahead'), await lastOf('behind').then((last) => new Date(last!).getTime())]).toEqual([null, past.getTime()])
})

test('set back while the worker runs: it starts again by the right time, and works', async () => {
  const told: string[] = []
  let done = 0
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + twoHours, shouldAdvanceTime: true })
  const server = await startJobs(options, [{ name: 'late', schedule: '0 0 1 1 *', work: async () => void done++ }], { log: (message) => told.push(message), now: () => new Date(), watchMs: 20 })
  try {
    await setLast('late', new Date(Date.now() + 1_000))
    await sleep(100)
    // A second or so of difference is nothing.
    expect(told).toEqual([])
    vi.useRealTimers()
    await until(() => told.includes('the job queue ended; it starts again'))
    await until(async () => (await lastOf('late')) === null)
    await db.execute(`select graphile_worker.add_job('late')`)
    await until(() => done > 0)
  } finally {
    vi.useRealTimers()
    await server.stop()
  }
})

test('ahead and back while the worker runs: what it had come to meanwhile is forgotten', async () => {
  const told: string[] = []
  const setting = { log: (message: string) => told.push(message), now: () => new Date(), watchMs: 20 }
  const server = await startJobs(options, [{ name: 'round', schedule: '0 0 1 1 *', work: async () => {} }], setting)
  try {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + twoHours, shouldAdvanceTime: true })
    await setLast('round', new Date())
    await sleep(200)
    expect(told).toEqual([])
    vi.useRealTimers()
    await until(() => told.includes('the job queue ended; it starts again'))
    await until(async () => (await lastOf('round')) === null)
  } finally {
    vi.useRealTimers()
    await server.stop()
  }
})
