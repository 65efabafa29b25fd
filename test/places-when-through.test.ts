/** Where somebody comes from is known once they are in, and not by the password alone; who only has that is told of. */
import { expect, test } from 'vitest'
import { networkOf } from '../src/model/network.ts'
import { markOf } from '../src/signin/sessions-open.ts'
import { knowsNetwork } from '../src/store/sign-in-places.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = await factorServer()

async function person(name: string) {
  const one = await signedIn(name, { emails: [{ value: `${name}@example.com`, primary: true }] })
  return { name, user: one.id, ...await withTotp(one) }
}

const told = async (name: string) => (await sentTo(`${name}@example.com`)).map(({ template, address }) => [template, address])
const flagsAt = async (user: string, address: string) => (await ctx.db.query<{ flags: number }>('select is_new_flags as flags from auth_state where user_id = $1 and ip_address = $2 and next_step is null', [user, address])).map(({ flags }) => flags)
const isKnown = (user: string, address: string) => knowsNetwork(ctx.db, user, markOf(user, networkOf(address)))

test('the password alone makes nothing known; the factor does, and then the person is told', async () => {
  const { name, user, id, secret } = await person('wim')
  const address = '203.0.113.9'
  const one = fresh({ address })
  expect((await one.signIn(name)).body).toMatchObject({ next: 'factor', newDevice: true, newNetwork: true })
  expect(await isKnown(user, address)).toBe(false)
  expect(await told(name)).toEqual([['password-known', address]])
  later(20)
  expect((await one.signIn(name)).body).toMatchObject({ next: 'factor', newDevice: true, newNetwork: true })
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  expect(await flagsAt(user, address)).toEqual([3])
  expect(await isKnown(user, address)).toBe(true)
  expect((await told(name))[0]).toEqual(['new-sign-in', address])
  later(1)
  expect((await one.signIn(name)).body).toMatchObject({ newDevice: false, newNetwork: false })
})

test('who goes on to the end is told of that alone: the other message waits until the sign-in has lapsed', async () => {
  const { name, id, secret } = await person('ute')
  const one = fresh({ address: '203.0.113.7' })
  await one.signIn(name)
  expect(await ctx.db.query(`select extract(epoch from due_at - created_at)::int / 60 as minutes from gatehouse.message where recipient = 'ute@example.com'`)).toEqual([{ minutes: 15 }])
  later(1)
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  expect(await told(name)).toEqual([['new-sign-in', '203.0.113.7']])
})

test('the message goes once a day and network, and not without end', async () => {
  const { name } = await person('tom')
  for (let n = 0; n < 3; n++) await fresh({ address: '203.0.113.9' }).signIn(name)
  expect(await told(name)).toEqual([['password-known', '203.0.113.9']])
  for (let n = 0; n < 9; n++) await fresh({ address: `198.51.${n}.1` }).signIn(name)
  expect(await told(name)).toHaveLength(5)
  later(25 * 60)
  await fresh({ address: '203.0.113.9' }).signIn(name)
  expect(await told(name)).toHaveLength(6)
})

test('a browser that is new in a network that is not is told of too, and not noted', async () => {
  const { name, user } = await person('sol')
  expect((await fresh().signIn(name)).body).toMatchObject({ next: 'factor', newDevice: true, newNetwork: false })
  expect(await told(name)).toEqual([['password-known', '127.0.0.1']])
  const known = await ctx.db.query(`select kind from gatehouse.sign_in_place where user_id = $1 order by 1`, [user])
  expect(known).toEqual([{ kind: 'DEVICE' }, { kind: 'NETWORK' }])
})

test('through other steps too, places are noted at their end', async () => {
  const { id: user } = await signedIn('pol', { emails: [{ value: 'pol@example.com', primary: true }] })
  const policyId = (await ask('POST', '/it-policies', { active: true })).body.id
  const version = (await ask('POST', '/it-policy-versions', { policyId, name: 'v1', content: 'Text', active: true })).body.id
  const one = fresh({ address: '203.0.113.50' })
  expect((await one.signIn('pol')).body.next).toBe('accept_policy')
  expect(await isKnown(user, '203.0.113.50')).toBe(false)
  expect((await one.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).body.next).toBe('done')
  expect(await isKnown(user, '203.0.113.50')).toBe(true)
  expect(await flagsAt(user, '203.0.113.50')).toEqual([3])
  expect(await told('pol')).toEqual([['new-sign-in', '203.0.113.50']])
  await ask('PATCH', `/it-policies/${policyId}`, { active: false })
})
