/** Looks at links are counted for themselves: people who open old ones behind one address keep nobody there from signing in. */
import { expect, test } from 'vitest'
import { personWithPassword } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '4' })
const { fresh } = shared
const look = async (address: string) => (await fresh({ address }).ask('POST', '/recovery/password/look', { token: 'A'.repeat(43) })).status

test('links that are not good any more count as no attempt to sign in, and have a limit all the same', async () => {
  await personWithPassword(shared, 'ada')
  const looks = []
  for (let n = 0; n < 6; n++) looks.push(await look('192.0.2.1'))
  expect(looks).toEqual([403, 403, 403, 403, 429, 429])
  expect((await fresh({ address: '192.0.2.1' }).signIn('ada')).body.next).toBe('done')
  // Nor do wrong passwords close a link.
  for (let n = 0; n < 5; n++) await fresh({ address: '192.0.2.2' }).signIn('nobody', 'wrong')
  expect([(await fresh({ address: '192.0.2.2' }).signIn('ada')).status, await look('192.0.2.2')]).toEqual([429, 403])
})
