/** What single callers add to their transactions holds in whatever order it was added, and for transactions side by side. */
import { expect, test } from 'vitest'
import type { Database, Transaction } from '../src/store/database.ts'
import { emptyDatabase, open } from './database.ts'

const db = open({ ...(await emptyDatabase()), poolSize: 5 })
await db.execute('create table noted (what text primary key)')

const views: Record<string, (base: Database, log: string[]) => Database> = {
  'first commit': (base, log) => base.withFirstCommit(async () => void log.push('first')),
  rights: (base) => base.withActorRights(['PEOPLE READ']),
  session: (base) => base.withSession('abc1'),
  fence: (base, log) => base.withFence(async () => void log.push('fence')),
  limit: (base) => base.withLimit(1000),
}

function orders<T>(items: readonly T[]): T[][] {
  return items.length === 0 ? [[]] : items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

test('every order', async () => {
  for (const order of orders(Object.keys(views))) {
    const log: string[] = []
    const view = order.reduce((base, name) => views[name]!(base, log), db)
    const look = (tx: Transaction) => tx.first<{ session: string; rights: string }>(`select current_setting('gatehouse.session', true) as session, current_setting('gatehouse.rights', true) as rights`)
    expect(await view.transaction(look), order.join()).toEqual({ session: 'abc1', rights: 'PEOPLE READ' })
    expect(log, order.join()).toEqual(['fence', 'first'])
    await view.transaction(look)
    await view.execute('select 1')
    expect(log, order.join()).toEqual(['fence', 'first', 'fence', 'fence'])
  }
})

test('of transactions side by side one alone takes the work along, and the next one when that fails', async () => {
  const note = async (tx: Transaction) => void (await tx.execute(`insert into noted values ('key')`))
  const once = db.withFirstCommit(note)
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let begun = 0
  await Promise.all([1, 2, 3].map(() => once.transaction(async () => {
    if (++begun === 3) resolve()
    await all
  })))
  expect(await db.query('select from noted')).toHaveLength(1)
  await db.execute('delete from noted')
  let tries = 0
  const second = db.withFirstCommit(async (tx) => {
    if (++tries === 1) throw new Error('no')
    await note(tx)
  })
  const results = await Promise.allSettled([1, 2].map(() => second.transaction(async () => {})))
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect([tries, (await db.query('select from noted')).length]).toEqual([2, 1])
  await expect(second.transaction(() => Promise.reject(new Error('work')))).rejects.toThrow('work')
  await second.transaction(async () => {})
  expect(tries).toBe(2)
})
