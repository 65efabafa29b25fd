/** Statements that travel together: whatever becomes of one of them, the caller hears it, once, and the server lives. */
import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database, Transaction } from '../src/store/database.ts'
import { migratedDatabase, open } from './database.ts'

const options = await migratedDatabase()
const db = open({ ...options, poolSize: 3 })
const admin = open({ ...options, poolSize: 1 })

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
process.on('unhandledRejection', note)
afterAll(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

beforeAll(() => db.execute('create table public.travelled (id text primary key)'))

const add = 'insert into public.travelled (id) values ($1)'
const there = async (id: string) => (await db.first('select from public.travelled where id = $1', [id])) !== undefined
const raise = (code: string) => `do $$ begin raise exception 'on purpose' using errcode = '${code}'; end $$`

/** A transaction that is begun anew when told to; how often it was, and what became of it. */
async function attempted(of: Database, work: (tx: Transaction) => Promise<unknown>): Promise<{ attempts: number; error: unknown }> {
  let attempts = 0
  const error: unknown = await of.transaction((tx) => {
    attempts++
    return work(tx)
  }).then(() => undefined, (failure: unknown) => failure)
  return { attempts, error }
}

describe('what is sent along', () => {
  test('is written with the commit, in order', async () => {
    await db.transaction(async (tx) => {
      tx.later(add, ['a'])
      tx.later(`update public.travelled set id = 'b' where id = 'a'`)
    })
    expect([await there('a'), await there('b')]).toEqual([false, true])
  })

  test('leaves together with all that is sent before the answer is waited for, in one write', async () => {
    const writes = vi.spyOn(Socket.prototype as unknown as { _writev: () => void }, '_writev')
    const one = 'select $1::integer'
    await db.transaction(async (tx) => {
      tx.later(one, [1])
      await Promise.all([tx.query(one, [2]), Promise.resolve().then(() => tx.query(one, [3]))])
      expect(writes).toHaveBeenCalledTimes(1)
      tx.later(one, [4])
    })
    expect(writes).toHaveBeenCalledTimes(2)
    writes.mockRestore()
  })

  test.each<[string, (tx: Transaction) => Promise<unknown>]>([
    ['alone', async (tx) => tx.later(add, ['b'])],
    ['before others of its kind', async (tx) => [tx.later(add, ['b']), tx.later(add, ['c'])]],
    ['before one that is waited for', async (tx) => [tx.later(add, ['b']), await tx.query('select 1')]],
    ['before several that are waited for side by side', async (tx) => [tx.later(add, ['b']), await Promise.all([tx.query('select 1'), tx.query('select 2', [], 'a_second')])]],
    ['in a savepoint', (tx) => tx.savepoint(async () => tx.later(add, ['b']))],
  ])('fails the transaction with its own error: %s', async (_, work) => {
    const { attempts, error } = await attempted(db, async (tx) => {
      await tx.execute(add, ['z'])
      await work(tx)
    })
    expect({ attempts, error }).toEqual({ attempts: 1, error: expect.objectContaining({ code: 'already_exists' }) })
    expect([await there('c'), await there('z')]).toEqual([false, false])
  })

  test('is tried again with the transaction where that helps', async () => {
    const beside = (tx: Transaction) => [tx.later(raise('40P01')), Promise.all([tx.query('select 1'), tx.query('select 2')])] as const
    expect((await attempted(db, (tx) => beside(tx)[1])).attempts).toBe(3)
    expect((await attempted(db, async (tx) => tx.later(raise('40001')))).attempts).toBe(3)
  })

  test('and fails in a savepoint fails nothing else', async () => {
    await db.transaction(async (tx) => {
      const failed = tx.savepoint(async () => {
        tx.later(add, ['b'])
        throw new Error('of its own')
      })
      await expect(failed).rejects.toThrow('of its own')
      await expect(tx.savepoint(async () => tx.later(add, ['b']))).rejects.toMatchObject({ code: 'already_exists' })
      tx.later(add, ['d'])
    })
    expect(await there('d')).toBe(true)
  })
})

test.each<[string, (tx: Transaction) => Promise<unknown>]>([
  ['statement', (tx) => tx.execute(add, ['b'])],
  ['COPY', (tx) => tx.copyIn('copy public.travelled (id) from stdin', ['b\n'])],
])('work that passes over the failure of a %s has not succeeded', async (_, fail) => {
  const { error } = await attempted(db, async (tx) => {
    await tx.execute(add, ['e'])
    await fail(tx).catch(() => {})
  })
  expect(error).toMatchObject({ code: 'already_exists' })
  expect(await there('e')).toBe(false)
})

test.each<[string, (tx: Transaction) => Promise<unknown>]>([
  ['sent along', async (tx) => tx.later('select pg_sleep(20)')],
  ['waited for', (tx) => tx.query('select pg_sleep(20)')],
  ['in a savepoint', (tx) => tx.savepoint(async () => tx.later('select pg_sleep(20)'))],
])('a connection that is lost meanwhile is news for the caller alone: %s', async (_, work) => {
  const { error } = await attempted(db, async (tx) => {
    const { pid } = (await tx.first<{ pid: number }>('select pg_backend_pid() as pid'))!
    setTimeout(() => void admin.execute('select pg_terminate_backend($1)', [pid]), 200)
    await work(tx)
  })
  expect(error).toMatchObject({ code: 'unavailable' })
  expect(await db.query('select 1 as n')).toEqual([{ n: 1 }])
})
