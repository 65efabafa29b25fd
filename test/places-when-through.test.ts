/** Where somebody comes from is known once they are in, and not before; who stops at a step is told of. */
import { expect, test } from 'vitest'
import { networkOf } from '../src/model/network.ts'
import { markOf } from '../src/signin/sessions-open.ts'
import { knowsNetwork, notePlaces } from '../src/store/sign-in-places.ts'
import { Authenticator } from './authenticator.ts'
import type { Browser } from './browser.ts'
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

test('the message goes once a day for each browser and network, and not without end', async () => {
  const { name } = await person('tom')
  const one = fresh({ address: '203.0.113.9' })
  for (let n = 0; n < 3; n++) await one.signIn(name)
  expect(await told(name)).toEqual([['password-known', '203.0.113.9']])
  for (let n = 0; n < 9; n++) await fresh({ address: n % 2 ? '203.0.113.9' : `198.51.${n}.1` }).signIn(name)
  expect(await told(name)).toHaveLength(5)
  later(25 * 60)
  await one.signIn(name)
  expect(await told(name)).toHaveLength(6)
})

test('who goes on elsewhere takes back nothing of what is told of somebody else in their network', async () => {
  const { name, id, secret } = await person('vic')
  await fresh({ address: '203.0.113.9' }).signIn(name)
  later(5)
  const victim = fresh({ address: '203.0.113.77' })
  await victim.signIn(name)
  expect((await victim.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  expect(await told(name)).toEqual([['new-sign-in', '203.0.113.77'], ['password-known', '203.0.113.9']])
})

test('who has begun and given up is told of somebody else in their network all the same, also once their own message has gone', async () => {
  const { name } = await person('wes')
  await fresh({ address: '203.0.113.77' }).signIn(name)
  await ctx.db.execute(`update gatehouse.message set status = 'SENT' where recipient = 'wes@example.com'`)
  later(600)
  await fresh({ address: '203.0.113.9' }).signIn(name)
  expect(await told(name)).toEqual([['password-known', '203.0.113.9']])
})

test('who begins anew in the same browser and goes on is told of that alone, and does not put off what is told by beginning', async () => {
  const { name, user, id, secret } = await person('ned')
  const one = fresh({ address: '203.0.113.9' })
  const due = () => ctx.db.query(`select due_at from gatehouse.message where user_id = $1 and template = 'password-known'`, [user])
  await one.signIn(name)
  const first = await due()
  later(10)
  await one.signIn(name)
  expect(await due()).toEqual(first)
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  expect(await told(name)).toEqual([['new-sign-in', '203.0.113.9']])
})

test.each([
  ['ual', 'calls itself another one', async () => {}, ['new-sign-in']],
  ['cok', 'is not known again', async ({ cookies }) => void cookies.delete('gatehouse-device'), ['new-sign-in']],
  ['net', 'is known meanwhile, and its network', async ({ cookies }, user) => {
    const marks = { DEVICE: markOf(user, cookies.get('gatehouse-device')!), NETWORK: markOf(user, networkOf('203.0.113.9')) }
    await ctx.db.transaction(async (tx) => notePlaces(tx, user, marks, ctx.now()))
  }, []],
] as [string, string, (one: Browser, user: string) => Promise<void>, string[]][])('%s: where the browser %s, its session is the same, and what is told of it is taken back at its end', async (name, _, change, templates) => {
  const { user, id, secret } = await person(name)
  later(2)
  const one = fresh({ address: '203.0.113.9' })
  await one.signIn(name)
  expect(await told(name)).toEqual([['password-known', '203.0.113.9']])
  await change(one, user)
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) }, { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/130.0' })).body.next).toBe('done')
  expect((await told(name)).map(([template]) => template)).toEqual(templates)
})

test('who signs out at a step and begins anew in the same browser is told of that alone; another browser takes nothing back', async () => {
  const { name, id, secret } = await person('ida')
  const one = fresh({ address: '203.0.113.9' })
  await one.signIn(name)
  await one.ask('POST', '/sign-out')
  await fresh({ address: '203.0.113.9' }).signIn(name)
  later(1)
  await one.signIn(name)
  expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
  expect(await told(name)).toEqual([['new-sign-in', '203.0.113.9'], ['password-known', '203.0.113.9']])
})

test('what was told of an old password uses up nothing of what is told of the new one', async () => {
  const { name, user } = await person('leo')
  for (let n = 0; n < 7; n++) await fresh({ address: `198.51.${n}.1` }).signIn(name)
  expect(await told(name)).toHaveLength(5)
  later(1)
  await ctx.db.execute(`update login set pwd_changed = $2 where user_id = $1 and managed_sys_id = '0'`, [user, ctx.now()])
  later(1)
  await fresh({ address: '198.51.100.9' }).signIn(name)
  expect((await told(name))[0]).toEqual(['password-known', '198.51.100.9'])
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

/** A usage policy that is due while a test goes on. */
async function whilePolicyIsDue(test: (version: string) => Promise<void>): Promise<void> {
  const policyId = (await ask('POST', '/it-policies', { active: true })).body.id
  try {
    await test((await ask('POST', '/it-policy-versions', { policyId, name: 'v1', content: 'Text', active: true })).body.id)
  } finally {
    await ask('PATCH', `/it-policies/${policyId}`, { active: false })
  }
}

test('the message waits as long as its session may go on, from step to step', async () => {
  const { name, user, id, secret } = await person('kim')
  await whilePolicyIsDue(async (version) => {
    const one = fresh({ address: '203.0.113.9' })
    expect((await one.signIn(name)).body.next).toBe('accept_policy')
    later(14)
    expect((await one.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).body.next).toBe('factor')
    later(10)
    const waiting = () => ctx.db.query(`select m.due_at = s.expires_at as at_its_end, m.due_at > $2::timestamptz as waits from gatehouse.message m join auth_state s on s.session_id = m.content->>'session' where m.user_id = $1 and template = 'password-known'`, [user, ctx.now()])
    expect(await waiting()).toEqual([{ at_its_end: true, waits: true }])
    expect((await one.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret) })).body.next).toBe('done')
    expect(await told(name)).toEqual([['new-sign-in', '203.0.113.9']])
  })
})

test('who comes by a passkey and stops at a step is told of, and not of a password', async () => {
  const one = await signedIn('ada', { emails: [{ value: 'ada@example.com', primary: true }] })
  const device = new Authenticator()
  const credential = device.create((await one.ask('POST', '/me/factors/passkey-options')).body)
  expect((await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential })).status).toBe(201)
  await whilePolicyIsDue(async (version) => {
    const other = fresh({ address: '203.0.113.9' })
    const assertion = device.get((await other.ask('POST', '/sign-in/passkey-options')).body)
    expect((await other.ask('POST', '/sign-in/passkey', { assertion })).body.next).toBe('accept_policy')
    expect(await told('ada')).toEqual([['sign-in-unfinished', '203.0.113.9']])
    expect((await other.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).body.next).toBe('done')
    expect(await told('ada')).toEqual([['new-sign-in', '203.0.113.9']])
  })
})
