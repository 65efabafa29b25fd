/**
 * What an attempt costs, whoever it is about: the same statements to the database and as many argon2id. Counted and not timed:
 * a difference here is one that a stranger could measure.
 */
import type * as Argon2 from '@node-rs/argon2'
import pg from 'pg'
import { beforeAll, describe, expect, test, vi } from 'vitest'

const { hashes } = vi.hoisted(() => ({ hashes: [] as string[] }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof Argon2>()
  const verify: typeof real.verify = (hashed, ...rest) => (hashes.push('verify'), real.verify(hashed, ...rest))
  const hash: typeof real.hash = (...given) => (hashes.push('hash'), real.hash(...given))
  return { ...real, verify, hash }
})
const { browser, password, personWithPassword, resultsOf } = await import('./browser.ts')
const { factorServer } = await import('./factor-people.ts')

const statements: string[] = []
const real = pg.Client.prototype.query
vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
  const [first] = given as [string | { text?: string }]
  statements.push((typeof first === 'string' ? first : (first.text ?? '')).replaceAll(/\s+/g, ' ').slice(0, 60))
  return (real as (...all: unknown[]) => unknown).apply(this, given)
} as typeof real)

const shared = await factorServer()
const { ctx, server, signedIn, withTotp, sentTo } = shared
const next = 'another horse, another battery'

/** What one request makes the server do, and its answer without what is of the request alone. */
async function costOf(path: string, body: object): Promise<unknown> {
  const one = browser(server)
  statements.splice(0)
  hashes.splice(0)
  const { status, body: said } = await one.ask('POST', path, body)
  return { status, said: { ...(said as object), requestId: '' }, statements: [...statements], hashes: [...hashes] }
}

const people: [name: string, sql: string | undefined][] = [
  ['s-wrong', undefined],
  ['s-none', `update login set password = null where user_id = '$'`],
  ['s-disabled', `update users set secondary_status = 'DISABLED' where user_id = '$'`],
  ['s-closed', `update users set status = 'TERMINATED' where user_id = '$'`],
  ['s-admin', `update users set secondary_status = 'LOCKED_ADMIN' where user_id = '$'`],
  ['s-locked', `update login set lock_marker = 'LOCKED', last_auth_attempt = now() where user_id = '$'`],
  ['s-guessed', `update login set auth_fail_count = 1000, last_auth_attempt = now() where user_id = '$'`],
  ['s-hundred', `update login set wrong_in_a_row = 100, pwd_closed = now() where user_id = '$'`],
  ['s-hundred-none', `update login set wrong_in_a_row = 100, password = null where user_id = '$'`],
  ['s-elsewhere', `update login set auth_type = 'OKTA' where user_id = '$'`],
]

beforeAll(async () => {
  for (const [name, sql] of people) {
    const id = await personWithPassword(shared, name)
    // Hashed as today from here on.
    await browser(server).signIn(name)
    if (sql !== undefined) await ctx.db.execute(sql.replace('$', id))
  }
  // What is done once only is done.
  for (let n = 0; n < 2; n++) {
    await costOf('/sign-in', { userName: 'warm', password: 'wrong' })
    await costOf('/recovery/password/complete', { userName: 'warm', code: '12345678', next })
  }
})

describe('a refused attempt costs what one at a name that nobody has does', () => {
  test.each(people)('%s', async (userName) => {
    const nobody = await costOf('/sign-in', { userName: `not-${userName}`, password: 'wrong' })
    expect(nobody).toMatchObject({ status: 401, hashes: ['verify'] })
    expect(await costOf('/sign-in', { userName, password: 'wrong' })).toEqual(nobody)
  })

  test.each(people)('%s, with a code by SMS', async (userName) => {
    const nobody = await costOf('/recovery/password/complete', { userName: `not-${userName}`, code: '12345678', next })
    expect(nobody).toMatchObject({ status: 403, hashes: [] })
    expect(await costOf('/recovery/password/complete', { userName, code: '12345678', next })).toEqual(nobody)
  })

  test.each(people)('%s, when a recovery is asked for', async (userName) => {
    for (const [path, more] of [['password', {}], ['password', { channel: 'SMS' }], ['unlock', {}]] as const) {
      const nobody = await costOf(`/recovery/${path}`, { userName: `not-${userName}`, ...more })
      expect(nobody).toMatchObject({ status: 202, hashes: [] })
      expect(await costOf(`/recovery/${path}`, { userName, ...more })).toEqual(nobody)
    }
  })

  test('with a code out, and a wrong one', async () => {
    const one = await signedIn('s-sent', { emails: [{ value: 'sent@example.com', primary: true }] })
    const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000600' })
    expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: (await sentTo('+491700000600'))[0]!.code })).status).toBe(200)
    await withTotp(one)
    const { recoverAccounts } = await import('../src/signin/recovery.ts')
    await costOf('/recovery/password', { userName: 's-sent', channel: 'SMS' })
    await recoverAccounts(ctx, shared.masterKey)
    const sent = (await sentTo('+491700000600')).find(({ template }) => template === 'reset-code')
    const wrong = String((Number(sent!.code) + 1) % 100_000_000).padStart(8, '0')
    const nobody = await costOf('/recovery/password/complete', { userName: 'not-sent', code: wrong, next })
    for (let n = 0; n < 4; n++) expect(await costOf('/recovery/password/complete', { userName: 's-sent', code: wrong, next })).toEqual(nobody)
  })

  test('a link of nobody costs the same whatever its letters are', async () => {
    const cost = async (path: string, token: string) => costOf(path, path.includes('unlock') ? { token } : { token, next })
    for (const path of ['/recovery/password/complete', '/recovery/unlock/complete']) expect(await cost(path, 'A'.repeat(43))).toEqual(await cost(path, 'B'.repeat(43)))
  })
})

test('a login that authenticates otherwise has no password here: refused as a wrong one, told to the audit, and not recovered', async () => {
  const id = await personWithPassword(shared, 'ot-okta', { emails: [{ value: 'ot-okta@example.com', primary: true }] })
  const one = browser(server)
  expect((await one.signIn('ot-okta')).body.next).toBe('done')
  await ctx.db.execute(`update login set auth_type = 'OKTA' where user_id = $1`, [id])
  expect((await browser(server).signIn('ot-okta')).body.code).toBe('sign_in_refused')
  expect((await resultsOf(ctx, id)).at(-1)).toEqual(['NOT_BY_PASSWORD', 211])
  expect((await one.ask('POST', '/me/password', { current: password, next })).body.code).toBe('unauthenticated')
  const { recoverAccounts } = await import('../src/signin/recovery.ts')
  await browser(server).ask('POST', '/recovery/password', { userName: 'ot-okta' })
  await recoverAccounts(ctx, shared.masterKey)
  expect((await sentTo('ot-okta@example.com')).filter(({ template }) => template === 'password-reset')).toEqual([])
  expect((await shared.ask('POST', `/users/${id}/recover`)).status).toBe(409)
  for (const authType of ['PASSWORD', 'password', '', null]) {
    await ctx.db.execute('update login set auth_type = $2 where user_id = $1', [id, authType])
    expect((await browser(server).signIn('ot-okta')).body.next).toBe('done')
  }
})

test('what is written at every attempt stands in no index, so that the row is written where it stands', async () => {
  const written = ['auth_fail_count', 'wrong_in_a_row', 'last_auth_attempt', 'last_login', 'last_login_ip', 'prev_login', 'prev_login_ip', 'first_time_login']
  const indexed = await ctx.db.query<{ name: string }>(
    `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and pg_get_indexdef(i.indexrelid) ~ ('\\m' || a.attname || '\\M') where i.indrelid = 'login'::regclass`)
  expect(indexed.map(({ name }) => name).filter((name) => written.includes(name))).toEqual([])
  expect(indexed.map(({ name }) => name)).toContain('lock_marker')
})

test('where somebody signs in from is noted to the day', async () => {
  await personWithPassword(shared, 's-daily')
  const one = browser(server)
  const seen = async () => (await ctx.db.query<{ at: string }>(`select distinct p.last_seen as at from gatehouse.sign_in_place p join users u using (user_id) where u.user_name = 's-daily'`)).map(({ at }) => at)
  await one.signIn('s-daily')
  const [first] = await seen()
  await one.signIn('s-daily')
  expect(await seen()).toEqual([first])
  for (const moved of ['-1 day', '2 days']) {
    await ctx.db.execute(`update gatehouse.sign_in_place set last_seen = now() + $1::interval`, [moved])
    expect(await one.signIn('s-daily')).toMatchObject({ status: 200, body: { newDevice: false, newNetwork: false } })
    expect(Math.abs(Date.parse((await seen())[0]!) - Date.now()), moved).toBeLessThan(60_000)
  }
})
