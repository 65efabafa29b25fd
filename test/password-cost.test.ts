/** What an attempt costs: one argon2id at today's cost at least, whatever is stored. The real one runs, and is counted. */
import type * as Argon2 from '@node-rs/argon2'
import { beforeEach, expect, test, vi } from 'vitest'

const { calls } = vi.hoisted(() => ({ calls: [] as string[] }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof Argon2>()
  const verify: typeof real.verify = (hashed, ...rest) => {
    calls.push(String(hashed).split('$').slice(1, 4).join(' '))
    return real.verify(hashed, ...rest)
  }
  return { ...real, verify }
})
const { hashPassword, verifyPassword } = await import('../src/signin/password-hash.ts')

const cost = { memoryKiB: 19_456, passes: 2, lanes: 1 }
const today = 'argon2id v=19 m=19456,t=2,p=1'
beforeEach(() => calls.splice(0))

test.each<[string, string | null, string]>([
  ['no such person', null, 'x'],
  ['a broken hash', '{SSHA}', 'x'],
  ['a foreign hash', '{CRYPT}$1$abcdefgh$fzmjzFdo5nMtBG8gtud5e0', 'x'],
  ['a foreign hash and its password', '{CRYPT}$1$abcdefgh$fzmjzFdo5nMtBG8gtud5e0', 'Hello world!'],
  ['a hash beyond the limits', '$argon2id$v=19$m=999999999,t=1,p=1$c29tZXNhbHQ$KMXR/cXt8v5fHxs0dIZVHHs0WR1BSZGbHNJ0XMHAR2c', 'x'],
  ['a password beyond the longest', null, 'x'.repeat(5000)],
])('%s costs one', async (_name, stored, clear) => {
  await verifyPassword(stored, clear, cost)
  expect(calls).toEqual([today])
})

test('our own costs one, right or wrong, and not two', async () => {
  const stored = await hashPassword('right', cost)
  for (const clear of ['right', 'wrong']) await verifyPassword(stored, clear, cost)
  expect(calls).toEqual([today, today])
})

test('letters that are written in two forms cost two, whoever is asked about, however they were typed; the right one is found at the first', async () => {
  const stored = await hashPassword('Café', cost)
  for (const asked of [stored, null, '{SSHA}', '{CRYPT}$1$abcdefgh$fzmjzFdo5nMtBG8gtud5e0']) {
    for (const typed of ['Crème'.normalize('NFC'), 'Crème'.normalize('NFD')]) {
      calls.splice(0)
      await verifyPassword(asked, typed, cost)
      expect(calls).toEqual([today, today])
    }
  }
  calls.splice(0)
  await verifyPassword(stored, 'Café'.normalize('NFD'), cost)
  await verifyPassword(null, 'é'.repeat(2000), cost)
  expect(calls).toEqual([today, today])
})

test('a cheaper one costs as much as today\'s, and its own', async () => {
  const stored = await hashPassword('right', cost)
  await verifyPassword(stored, 'right', { ...cost, passes: 3 })
  expect(calls.toSorted()).toEqual([today, 'argon2id v=19 m=19456,t=3,p=1'])
})
