/** Where tokens are kept: the database and a real memcached, by the same rules; and what happens when memcached goes. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { MasterKey } from '../src/store/master-key.ts'
import { closeMemcached } from '../src/store/token-memcached.ts'
import { longestName, mostBytes, openTokenStore, type TokenStore } from '../src/store/token-store.ts'
import { testContext } from './context.ts'
import { testMasterKey } from './master-key.ts'
import { memcachedMissing, startMemcached, tellMemcached, type Memcached } from './memcached.ts'
import { portalWorld } from './portal-world.ts'

const ctx = await testContext()
const key = testMasterKey()
let ahead = 0
const now = () => new Date(Date.now() + ahead)
const soon = () => new Date(Date.now() + 60_000)

const memcached: Memcached | undefined = memcachedMissing ? undefined : await startMemcached()
afterAll(async () => {
  await closeMemcached()
  await memcached?.kill()
})

/** What a store takes away of a text that fills it to the brim: the envelope, quotes and a name. */
const brim = mostBytes - 37 - '{"t":""}'.length

function contract(open: (opening?: MasterKey) => TokenStore): void {
  test('keeps, replaces and forgets', async () => {
    const store = open()
    expect(await store.find('a')).toBeUndefined()
    await store.keep('a', { id_token: 'eyJ\0\r\nü€𝄞' }, soon())
    expect(await store.find('a')).toEqual({ id_token: 'eyJ\0\r\nü€𝄞' })
    await store.keep('a', { n: 2 }, soon())
    expect(await store.find('a')).toEqual({ n: 2 })
    await store.forget('a')
    await store.forget('a')
    expect(await store.find('a')).toBeUndefined()
  })

  test('takes a million bytes and refuses one more, and names beyond 250 bytes; it works on afterwards', async () => {
    const store = open()
    await store.keep('brim', { t: 'x'.repeat(brim) }, soon())
    expect(JSON.stringify(await store.find('brim'))).toHaveLength(mostBytes - 37)
    await expect(store.keep('brim', { t: 'x'.repeat(brim + 1) }, soon())).rejects.toMatchObject({ code: 'invalid_value' })
    for (const name of ['', 'x'.repeat(longestName + 1), 'a b', 'a\r\nflush_all', 'ä']) {
      await expect(store.keep(name, {}, soon())).rejects.toMatchObject({ code: 'invalid_value' })
      await expect(store.find(name)).rejects.toMatchObject({ code: 'invalid_value' })
    }
    expect(await store.find('none')).toBeUndefined()
  })

  test('what is of another key is nothing', async () => {
    await open().keep('k', { n: 1 }, soon())
    expect(await open(testMasterKey()).find('k')).toBeUndefined()
    expect(await open().find('k')).toEqual({ n: 1 })
  })
}

describe('in the database', () => {
  contract((opening = key) => openTokenStore({ TOKEN_STORE: 'database' }, ctx.db, opening, now))

  test('names have at most 50 bytes, nothing can be read, and what has expired is gone', async () => {
    const store = openTokenStore({ TOKEN_STORE: 'database' }, ctx.db, key, now)
    await store.keep('x'.repeat(50), { access_token: 'sekrit' }, soon())
    const row = await ctx.db.first<{ value: string }>('select idp_response as value from efs.iam_token_data where session_id = $1', ['x'.repeat(50)])
    expect(Buffer.from(row!.value, 'base64').includes('sekrit')).toBe(false)
    ahead = 61_000
    expect(await store.find('x'.repeat(50))).toBeUndefined()
    ahead = 0
  })
})

describe('in memcached', () => {
  const store = (opening = key) => openTokenStore({ TOKEN_STORE: memcached!.address }, ctx.db, opening, now)
  beforeEach(({ skip }) => {
    skip(memcachedMissing !== '', memcachedMissing)
  })
  contract(store)

  test('nothing can be read there, and the value of one is nobody\'s under the name of another', async () => {
    await store().keep('one', { access_token: 'sekrit' }, soon())
    await store().keep('two', { n: 2 }, soon())
    const heard = await tellMemcached(memcached!.port, 'get one\r\n', /END\r\n$/)
    expect(heard).toMatch(/^VALUE one /)
    expect(heard).not.toMatch(/sekrit|access_token/)
    const [, flags, size] = /^VALUE one (\d+) (\d+)\r\n/.exec(heard)!
    const value = Buffer.from(heard, 'latin1').subarray(heard.indexOf('\r\n') + 2, heard.indexOf('\r\n') + 2 + Number(size))
    await tellMemcached(memcached!.port, Buffer.concat([Buffer.from(`set two ${flags} 60 ${size}\r\n`), value, Buffer.from('\r\n')]), /STORED/)
    expect(await store().find('two')).toBeUndefined()
    await tellMemcached(memcached!.port, 'set one 0 60 7\r\nrubbish\r\n', /STORED/)
    expect(await store().find('one')).toBeUndefined()
  })

  test('it is gone: what is looked for is not there, what is to be kept says so; back again, it works', async () => {
    await store().keep('before', { n: 1 }, soon())
    await memcached!.kill()
    expect(await store().find('before')).toBeUndefined()
    await expect(store().keep('during', {}, soon())).rejects.toMatchObject({ code: 'tokens_unavailable', status: 503 })
    await store().forget('before')
    await memcached!.start()
    expect(await store().find('before')).toBeUndefined()
    await store().keep('after', { n: 3 }, soon())
    expect(await store().find('after')).toEqual({ n: 3 })
  })
})

describe('people whose tokens are in memcached', () => {
  beforeEach(({ skip }) => {
    skip(memcachedMissing !== '', memcachedMissing)
  })

  test('sign in, refresh and go; when it has gone or forgotten, they sign in again, and nothing answers 500', async () => {
    const world = await portalWorld({ TOKEN_STORE: memcached!.address })
    await world.member('mem')
    const one = world.browser()
    expect((await world.signIn('mem', one)).status).toBe(303)
    expect(await world.ctx.db.query('select from efs.iam_token_data')).toEqual([])
    expect((await one.ask('POST', '/portals/1/session/refresh')).status).toBe(200)
    await memcached!.kill()
    // Whoever is in stays in for what needs no tokens.
    expect((await one.ask('GET', '/me')).status).toBe(200)
    const reply = await world.signIn('mem')
    expect([reply.status, reply.body.code]).toEqual([503, 'tokens_unavailable'])
    expect((await one.ask('POST', '/portals/1/session/refresh')).body.code).toBe('unauthenticated')
    expect((await one.ask('GET', '/me')).status).toBe(401)
    await memcached!.start()
    const again = world.browser()
    expect((await world.signIn('mem', again)).status).toBe(303)
    await memcached!.kill()
    await memcached!.start()
    expect([(await again.ask('GET', '/portals/1/session')).status, (await again.ask('GET', '/me')).status]).toEqual([401, 401])
    const last = world.browser()
    await world.signIn('mem', last)
    await memcached!.kill()
    expect((await last.ask('POST', '/portals/1/sign-out')).body).toEqual({})
    await memcached!.start()
  }, 30_000)
})
