/** Signing in with a password: who is let in, what strangers are told, what the audit knows, how guessing ends. */
import { describe, expect, test } from 'vitest'
import { buildServer } from '../src/main.ts'
import { unlockPeople } from '../src/signin/locks.ts'
import { hashAtOwnPace, hashPassword, mostHashing, withRoomToHash } from '../src/signin/password-hash.ts'
import { sweepThrottle } from '../src/signin/throttle.ts'
import { browser, password, personWithPassword, resultsOf } from './browser.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

// A clock of the tests, near the real one: events of one millisecond keep their order by their ids.
let ahead = 0
const clock = () => new Date(Date.now() + ahead)
const minutes = (n: number) => n * 60_000

const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' }, clock)
const { ctx, ask, server } = shared
const person = (name: string, further?: object) => personWithPassword(shared, name, further)
const fresh = (options?: Parameters<typeof browser>[1]) => browser(server, options)
const loginOf = async (id: string) => (await ctx.db.first(`select * from login where user_id = $1 and managed_sys_id = '0'`, [id])) as Record<string, string | number | null>
const sessionsOf = async (id: string) => (await ctx.db.query('select * from auth_state where user_id = $1', [id])) as Record<string, unknown>[]

describe('with the right password', () => {
  test('gives a session, and notes when and from where, and the time before', async () => {
    const id = await person('ada')
    const one = fresh({ address: '192.0.2.10' })
    const reply = await one.signIn('ada')
    expect(reply).toMatchObject({ status: 200, body: { next: 'done', level: 1, userId: id, newDevice: true, newNetwork: true } })
    expect((await one.ask('GET', '/me')).body).toMatchObject({ id, userName: 'ada' })
    expect((await fresh({ address: '192.0.2.11' }).signIn('ADA')).status).toBe(200)
    expect(await loginOf(id)).toMatchObject({ last_login_ip: '192.0.2.11', prev_login_ip: '192.0.2.10', auth_fail_count: 0, first_time_login: 'N', last_login: expect.any(String), prev_login: expect.any(String) })
    expect(await resultsOf(ctx, id)).toEqual([['SUCCESS', 3], ['SUCCESS', 1]])
  })

  test('keeps of the token nothing but half of its hash', async () => {
    const id = await person('bea')
    const one = fresh()
    const reply = await one.signIn('bea')
    const token = one.cookies.get('gatehouse')!
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const { createHash } = await import('node:crypto')
    const [session] = await sessionsOf(id)
    expect(session).toMatchObject({ session_id: createHash('sha256').update(token).digest('hex').slice(0, 32), auth_state: 1, device: 'Firefox on Linux' })
    expect(JSON.stringify(reply.body)).not.toContain(token)
    expect(JSON.stringify(await ctx.db.query('select * from gatehouse.audit_event'))).not.toContain(token)
    expect(String(reply.headers['set-cookie'])).toMatch(/gatehouse=[^;]+; Path=\/; HttpOnly; SameSite=Lax,/)
  })

  test('makes who waited for their first sign-in active, and the hash as strong as it is configured', async () => {
    const id = await person('cal', { status: 'PENDING_INITIAL_LOGIN' })
    expect((await loginOf(id)).password).toContain('m=1024')
    const one = fresh()
    expect((await one.signIn('cal')).body.next).toBe('done')
    expect((await one.ask('GET', '/me')).body).toMatchObject({ status: 'ACTIVE', active: true })
    expect((await loginOf(id)).password).not.toContain('m=1024')
    expect(await sessionsOf(id)).toHaveLength(1)
    expect((await one.signIn('cal')).status).toBe(200)
  })

  test('knows devices and networks again', async () => {
    await person('dot')
    const [laptop, phone] = [fresh({ address: '198.51.100.7' }), fresh({ address: '198.51.100.200' })]
    expect((await laptop.signIn('dot')).body).toMatchObject({ newDevice: true, newNetwork: true })
    expect((await laptop.signIn('dot')).body).toMatchObject({ newDevice: false, newNetwork: false })
    expect((await phone.signIn('dot')).body).toMatchObject({ newDevice: true, newNetwork: false })
  })

  test('takes a new token whatever the browser brought: a session cannot be planted', async () => {
    const id = await person('eli')
    const planted = fresh()
    planted.cookies.set('gatehouse', 'A'.repeat(43))
    await planted.signIn('eli')
    expect(planted.cookies.get('gatehouse')).not.toBe('A'.repeat(43))
    const old = planted.cookies.get('gatehouse')!
    await planted.signIn('eli')
    expect(await sessionsOf(id)).toHaveLength(1)
    const thief = fresh()
    thief.cookies.set('gatehouse', old)
    expect((await thief.ask('GET', '/me')).status).toBe(401)
  })

  test('the oldest session gives way when there are too many', async () => {
    const own = await testServer({ SESSIONS_PER_PERSON: '2' })
    const id = await personWithPassword(own, 'flo')
    const browsers = [browser(own.server), browser(own.server), browser(own.server)]
    for (const one of browsers) expect((await one.signIn('flo')).status).toBe(200)
    expect(await Promise.all(browsers.map(async (one) => (await one.ask('GET', '/me')).status))).toEqual([401, 200, 200])
    // The session of the browser that signs in anew gives way itself, and nobody else's.
    expect((await browsers[1]!.signIn('flo')).status).toBe(200)
    expect(await Promise.all(browsers.map(async (one) => (await one.ask('GET', '/me')).status))).toEqual([401, 200, 200])
    await Promise.all(Array.from({ length: 6 }, () => browser(own.server).signIn('flo')))
    expect(await own.ctx.db.query('select from auth_state where user_id = $1', [id])).toHaveLength(2)
  })
})

describe('before the right password', () => {
  test('every refusal is the same, and the audit knows which it was', async () => {
    const cases: [string, string | undefined, string, [string, number]][] = [
      ['r-wrong', undefined, 'wrong', ['INVALID_PASSWORD', 101]],
      ['r-none', `update login set password = null where user_id = '$'`, password, ['INVALID_PASSWORD', 101]],
      ['r-disabled', `update users set secondary_status = 'DISABLED' where user_id = '$'`, 'wrong', ['INVALID_PASSWORD', 101]],
      ['r-closed', `update users set status = 'TERMINATED' where user_id = '$'`, 'wrong', ['INVALID_PASSWORD', 101]],
      ['r-admin', `update users set secondary_status = 'LOCKED_ADMIN' where user_id = '$'`, 'wrong', ['INVALID_PASSWORD', 101]],
      ['r-locked', `update login set lock_marker = 'LOCKED', last_auth_attempt = now() where user_id = '$'`, password, ['LOGIN_LOCKED', 103]],
      ['r-guessed', `update login set auth_fail_count = 1000, last_auth_attempt = now() where user_id = '$'`, password, ['LOGIN_LOCKED', 103]],
    ]
    const seen: unknown[] = []
    for (const [name, sql, given, result] of cases) {
      const id = await person(name)
      if (sql !== undefined) await ctx.db.execute(sql.replace('$', id))
      const { status, body, headers } = await fresh().signIn(name, given)
      seen.push([status, { ...body, requestId: '' }, Object.keys(headers).filter((one) => one !== 'date').toSorted()])
      expect([name, await resultsOf(ctx, id)]).toEqual([name, [result]])
    }
    const unknown = await fresh().signIn('nobody has this name', password)
    seen.push([unknown.status, { ...unknown.body, requestId: '' }, Object.keys(unknown.headers).filter((one) => one !== 'date').toSorted()])
    expect(await resultsOf(ctx, 'nobody')).toEqual([['INVALID_LOGIN', 100]])
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(unknown).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } })
    expect(unknown.headers).not.toHaveProperty('set-cookie')
  })

  test('neither the password nor a name that nobody has is kept anywhere', async () => {
    await fresh().signIn('my-secret-typed-as-a-name', 'another-secret-of-mine')
    const dump = async (table: string) => JSON.stringify(await ctx.db.query(`select * from ${table}`))
    const all = (await Promise.all(['gatehouse.audit_event', 'gatehouse.sign_in_throttle', 'gatehouse.idempotency_key'].map(dump))).join('')
    expect(all).not.toMatch(/my-secret-typed|another-secret/)
  })

  test.each([[{}], [{ userName: 'ada' }], [{ userName: 'ada', password: 1 }], [{ userName: ['ada'], password }], [{ userName: 'a'.repeat(221), password }], [{ userName: 'ada', password: 'x'.repeat(1025) }], [{ userName: 'a\u0000', password }], [{ userName: 'ada', password, level: 9 }], [[]], [null]])('a body of another shape is refused as such: %j', async (body) => {
    expect((await fresh().ask('POST', '/sign-in', body)).status).toBe(400)
  })
})

test('after the right password people are told the truth, and are not let in', async () => {
  const cases: [string, string, string, [string, number]][] = [
    ['t-disabled', `update users set secondary_status = 'DISABLED' where user_id = '$'`, 'account_disabled', ['LOGIN_DISABLED', 110]],
    ['t-login', `update login set status = 'SUSPENDED' where user_id = '$'`, 'account_disabled', ['LOGIN_DISABLED', 110]],
    ['t-usable', `update login set is_active = 'N' where user_id = '$'`, 'account_disabled', ['LOGIN_DISABLED', 110]],
    ['t-closed', `update users set status = 'TERMINATED' where user_id = '$'`, 'account_closed', ['INVALID_USER_STATUS', 104]],
    ['t-early', `update users set status = 'PENDING_START_DATE' where user_id = '$'`, 'account_closed', ['INVALID_USER_STATUS', 104]],
    ['t-admin', `update users set secondary_status = 'LOCKED_ADMIN' where user_id = '$'`, 'account_locked', ['LOGIN_LOCKED_ADMIN', 203]],
    ['t-marker', `update login set lock_marker = 'LOCKED_ADMIN' where user_id = '$'`, 'account_locked', ['LOGIN_LOCKED_ADMIN', 203]],
    // In order: status before account status.
    ['t-both', `update users set status = 'RETIRED', secondary_status = 'DISABLED' where user_id = '$'`, 'account_closed', ['INVALID_USER_STATUS', 104]],
  ]
  for (const [name, sql, code, result] of cases) {
    const id = await person(name)
    await ctx.db.execute(sql.replace('$', id))
    const reply = await fresh().signIn(name)
    expect([name, reply.status, reply.body.code]).toEqual([name, 403, code])
    expect(reply.headers).not.toHaveProperty('set-cookie')
    expect([await resultsOf(ctx, id), await sessionsOf(id)]).toEqual([[result], []])
  }
})

describe('guessing', () => {
  const limit = 10

  test('locks the login and the person at the limit, and the right password is not looked at then', async () => {
    const id = await person('gus')
    const one = fresh()
    await one.signIn('gus')
    for (let n = 1; n <= limit; n++) expect((await fresh().signIn(n % 2 ? 'gus' : 'GUS', 'wrong')).status).toBe(401)
    expect((await fresh().signIn('gUs')).status).toBe(401)
    expect((await resultsOf(ctx, id)).slice(-2)).toEqual([['LOGIN_LOCKED', 103], ['LOGIN_LOCKED', 103]])
    expect(await loginOf(id)).toMatchObject({ lock_marker: 'LOCKED', auth_fail_count: limit })
    expect((await ask('GET', `/users/${id}`)).body).toMatchObject({ active: false, secondaryStatus: 'LOCKED' })
    expect((await one.ask('GET', '/me')).status).toBe(200)
    expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'user.lock' and target_id = $1`, [id])).toHaveLength(1)
  })

  test('in parallel, on two servers, gets no further than one after the other', async () => {
    const id = await person('hal')
    const second = buildServer(ctx, testMasterKey())
    const replies = await Promise.all(Array.from({ length: 40 }, (_, n) => browser(n % 2 ? server : second, { address: `203.0.113.${n}` }).signIn(n % 3 ? 'hal' : 'Hal', n === 39 ? password : 'wrong')))
    await second.close()
    const results = (await resultsOf(ctx, id)).map(([result]) => result)
    const looked = results.filter((result) => result === 'INVALID_PASSWORD' || result === 'SUCCESS').length
    // The one that reached the limit says LOGIN_LOCKED as well; the right password starts the count anew when it came in time.
    expect(looked).toBeLessThanOrEqual(replies.some(({ status }) => status === 200) ? 2 * limit : limit)
    expect(results.length).toBe(40)
  })

  test('a wrong password that was looked at counts, however many come at once', async () => {
    const id = await person('ida')
    await Promise.all(Array.from({ length: 30 }, () => fresh().signIn('ida', 'wrong')))
    const results = (await resultsOf(ctx, id)).map(([result]) => result)
    expect(results.filter((one) => one === 'INVALID_PASSWORD')).toHaveLength(limit - 1)
    expect((await fresh().signIn('ida')).status).toBe(401)
  })

  test('opens again by itself, by signing in or by the job; not before, and never what an administrator locked', async () => {
    ahead = 0
    const [early, late, admin] = [await person('jan'), await person('job'), await person('jil')]
    for (const name of ['jan', 'job']) for (let n = 0; n < limit; n++) await fresh().signIn(name, 'wrong')
    await ask('POST', `/users/${admin}/lock`)
    ahead += minutes(29)
    await unlockPeople(ctx)
    expect([(await fresh().signIn('jan')).status, (await loginOf(late)).lock_marker]).toEqual([401, 'LOCKED'])
    ahead += minutes(2)
    expect((await fresh().signIn('jan')).status).toBe(200)
    expect(await unlockPeople(ctx)).toBeGreaterThanOrEqual(1)
    expect(await loginOf(late)).toMatchObject({ lock_marker: 'NOT_LOCKED', auth_fail_count: 0 })
    expect((await ask('GET', `/users/${late}`)).body).toMatchObject({ active: true })
    expect((await ask('GET', `/users/${early}`)).body).toMatchObject({ active: true })
    ahead += minutes(24 * 60)
    await unlockPeople(ctx)
    expect(await fresh().signIn('jil')).toMatchObject({ status: 403, body: { code: 'account_locked' } })
    expect((await ask('GET', `/users/${admin}`)).body).toMatchObject({ secondaryStatus: 'LOCKED_ADMIN' })
    ahead = 0
  })

  test('an administrator\'s lock stays one, however much is guessed', async () => {
    const id = await person('kim')
    await ask('POST', `/users/${id}/lock`)
    for (let n = 0; n < limit + 2; n++) await fresh().signIn('kim', 'wrong')
    expect(await loginOf(id)).toMatchObject({ lock_marker: 'LOCKED_ADMIN' })
    // Nor is it a way to guess on: the right password is not looked at either.
    expect((await fresh().signIn('kim')).status).toBe(401)
  })

  test.each([[{}], [{ failures: 0, unlockMinutes: 0 }], [{ failures: 0, unlockMinutes: 30 }]])('never locks where the policy says so: %j', async (rules) => {
    const id = await person(`none${Object.keys(rules).length}${'unlockMinutes' in rules ? rules.unlockMinutes : ''}`)
    const { body: { id: role } } = await ask('POST', '/roles', { name: `Never ${JSON.stringify(rules)}` })
    await ask('PUT', `/roles/${role}/members/${id}`, {})
    expect((await ask('POST', '/sign-in-policies', { name: `Never ${JSON.stringify(rules)}`, priority: 5, rules: { ...rules, leastLevel: 1 }, appliesTo: [{ level: 'ROLE', id: role }] })).status).toBe(201)
    const { login } = await loginOf(id)
    expect((await fresh().signIn(String(login))).status).toBe(200)
    for (let n = 0; n < 12; n++) expect((await fresh().signIn(String(login), 'a wrong one')).status).toBe(401)
    expect((await fresh().signIn(String(login))).status).toBe(200)
  })

  test('from one address ends with 429, whatever a header says, and signing in does not use it up', async () => {
    const own = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '5' })
    await personWithPassword(own, 'lea')
    const at = (address: string, headers?: Record<string, string>) => browser(own.server, { address }).ask('POST', '/sign-in', { userName: `nobody${Math.random()}`, password: 'x' }, headers)
    for (let n = 0; n < 8; n++) expect((await browser(own.server, { address: '192.0.2.1' }).signIn('lea')).status).toBe(200)
    const statuses = []
    for (let n = 0; n < 7; n++) statuses.push((await at('192.0.2.1', { 'x-forwarded-for': `198.51.100.${n}` })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect((await at('192.0.2.2')).status).toBe(401)
    expect((await browser(own.server, { address: '192.0.2.1' }).signIn('lea')).status).toBe(429)
  })

  test('beyond the limit of an address fills no table and blocks no name', async () => {
    const own = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '3', SIGN_IN_ATTEMPTS_PER_ACCOUNT: '4' })
    await personWithPassword(own, 'nia')
    const from = browser(own.server, { address: '192.0.2.1' })
    for (let n = 0; n < 12; n++) await from.signIn(n < 6 ? 'nia' : `made-up-${n}`, 'wrong')
    expect(await own.ctx.db.query('select kind, attempts from gatehouse.sign_in_throttle order by kind')).toEqual([{ kind: 'ACCOUNT', attempts: 3 }, { kind: 'ADDRESS', attempts: 12 }])
    expect((await browser(own.server, { address: '192.0.2.2' }).signIn('nia')).status).toBe(200)
    // The audit hears of it at once, whence it came, and how many more there were; ways besides signing in count as well.
    expect((await from.ask('POST', '/recovery/password', { userName: 'nia' })).status).toBe(429)
    await own.server.close()
    expect(await own.ctx.db.query(
      `select origin::jsonb->>'ip' as ip, result, target_id as target, changes::jsonb->0->'after' as more from gatehouse.audit_event where action = 'request.refuse' order by event_id`)).toEqual([
      { ip: '192.0.2.1', result: 'too_many_requests', target: 'signIn', more: null },
      { ip: '192.0.2.1', result: 'too_many_requests', target: 'many', more: { count: 9, operations: ['signIn', 'recoverPassword'] } },
    ])
  })

  test('behind a trusted proxy each address behind it is its own', async () => {
    const own = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '2', TRUST_PROXY: '10.0.0.1' })
    const at = (from: string, proxy = '10.0.0.1') => browser(own.server, { address: proxy }).ask('POST', '/sign-in', { userName: 'nobody', password: 'x' }, { 'x-forwarded-for': from })
    expect([(await at('192.0.2.1')).status, (await at('192.0.2.1')).status, (await at('192.0.2.1')).status, (await at('192.0.2.9')).status]).toEqual([401, 401, 429, 401])
    expect([(await at('1.1.1.1', '10.9.9.9')).status, (await at('2.2.2.2', '10.9.9.9')).status, (await at('3.3.3.3', '10.9.9.9')).status]).toEqual([401, 401, 429])
  })

  test('at one name ends whether anybody has it or not, with the same answer; counts are swept when their time is over', async () => {
    let late = 0
    const own = await testServer({ SIGN_IN_ATTEMPTS_PER_ACCOUNT: '3' }, () => new Date(Date.now() + late))
    const id = await personWithPassword(own, 'mia')
    for (const name of ['mia', 'not-mia']) for (let n = 0; n < 4; n++) expect((await browser(own.server).signIn(name, 'wrong')).status).toBe(401)
    expect((await browser(own.server).signIn('mia')).status).toBe(401)
    expect((await resultsOf(own.ctx, id)).map(([, code]) => code)).toEqual([101, 101, 101, 204, 204])
    expect((await resultsOf(own.ctx, 'nobody')).map(([, code]) => code)).toEqual([100, 100, 100, 204])
    late = minutes(16)
    expect((await browser(own.server).signIn('mia')).status).toBe(200)
    const holder = own.ctx.db.transaction(async (tx) => {
      await tx.query(`select * from gatehouse.sign_in_throttle where kind = 'ACCOUNT' for update`)
      late = minutes(60)
      await sweepThrottle(own.ctx)
      return tx.query('select kind from gatehouse.sign_in_throttle')
    })
    // What somebody holds is left for the next time, and nobody waited.
    expect((await holder).map(({ kind }) => kind)).toEqual(['ACCOUNT'])
  })
})

test('when as many passwords are looked at as one server takes on, the next one is told to come again, and nothing is counted', async () => {
  const id = await person('olaf')
  let open = () => {}
  const gate = new Promise<void>((resolve) => void (open = resolve))
  const crowd = Array.from({ length: mostHashing }, () => withRoomToHash(() => gate))
  expect(await fresh().signIn('olaf', 'wrong')).toMatchObject({ status: 503, body: { code: 'busy' }, headers: { 'retry-after': '5' } })
  expect(await fresh().signIn('nobody-at-all')).toMatchObject({ status: 503, body: { code: 'busy' } })
  expect([(await loginOf(id)).auth_fail_count ?? 0, await resultsOf(ctx, id)]).toEqual([0, []])
  await expect(hashPassword('x', { memoryKiB: 1024, passes: 1, lanes: 1 })).rejects.toMatchObject({ code: 'busy' })
  // An import hashes at its own pace and does not fail by it.
  expect(await hashAtOwnPace(() => hashPassword('x', { memoryKiB: 1024, passes: 1, lanes: 1 }))).toMatch(/^\$argon2id/)
  open()
  await Promise.all(crowd)
  expect((await fresh().signIn('olaf')).status).toBe(200)
})

describe('the password that must be changed', () => {
  const next = 'another horse, another battery'

  test('is asked for after the right one, and until then the session can do nothing else', async () => {
    const id = await person('nat', { status: 'PENDING_INITIAL_LOGIN' })
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    const one = fresh()
    expect((await one.signIn('nat')).body).toMatchObject({ next: 'change_password', level: 1 })
    for (const [method, path] of [['GET', '/me'], ['GET', '/users'], ['GET', '/me/sessions'], ['POST', '/me/password'], ['GET', '/access/me']] as const) {
      expect(await one.ask(method, path, method === 'POST' ? { current: password, next } : undefined)).toMatchObject({ status: 403, body: { code: 'sign_in_incomplete' } })
    }
    expect((await one.ask('GET', '/sign-in')).body).toMatchObject({ next: 'change_password', reason: 'temporary', passwordLength: 15 })
    expect(await loginOf(id)).toMatchObject({ last_login: null, first_time_login: 'Y' })
    expect((await ask('GET', `/users/${id}`)).body.status).toBe('PENDING_INITIAL_LOGIN')
    expect((await one.ask('POST', '/sign-in/password', { current: 'wrong', next })).status).toBe(401)
    const before = one.cookies.get('gatehouse')
    expect((await one.ask('POST', '/sign-in/password', { current: password, next })).body).toMatchObject({ next: 'done', userId: id })
    expect(one.cookies.get('gatehouse')).not.toBe(before)
    expect((await one.ask('GET', '/me')).body).toMatchObject({ status: 'ACTIVE' })
    const thief = fresh()
    thief.cookies.set('gatehouse', before!)
    expect((await thief.ask('GET', '/me')).status).toBe(401)
    expect((await fresh().signIn('nat', next)).body.next).toBe('done')
    expect(await one.ask('POST', '/sign-in/password', { current: next, next: password })).toMatchObject({ status: 409 })
    expect(await resultsOf(ctx, id)).toEqual([['CHANGE_AFTER_RESET', 111], ['INVALID_PASSWORD', 101], ['SUCCESS', 3], ['SUCCESS', 1]])
  })

  test('is asked for when it has expired; while it works a little longer, people are told when', async () => {
    const [gone, grace] = [await person('ola'), await person('pia')]
    await ctx.db.execute(`update login set pwd_exp = now() - interval '2 days', grace_period = now() - interval '1 day' where user_id = $1`, [gone])
    await ctx.db.execute(`update login set pwd_exp = now() - interval '1 hour', grace_period = now() + interval '1 day', first_time_login = 'N' where user_id = $1`, [grace])
    expect((await fresh().signIn('ola')).body).toMatchObject({ next: 'change_password', reason: 'expired' })
    const one = fresh()
    const { body } = await one.signIn('pia')
    expect(body).toMatchObject({ next: 'done', passwordExpires: expect.any(String) })
    expect((await one.ask('GET', '/sign-in')).body).toMatchObject({ next: 'done', passwordExpires: body.passwordExpires })
    await ctx.db.execute('update login set pwd_exp = null, grace_period = null where user_id = $1', [grace])
    expect((await one.ask('GET', '/sign-in')).body).not.toHaveProperty('passwordExpires')
    expect([await resultsOf(ctx, gone), await resultsOf(ctx, grace)]).toEqual([[['PASSWORD_EXPIRED', 102]], [['SUCCESS', 2]]])
  })

  test('an unfinished sign-in does not last', async () => {
    const id = await person('qiu')
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    const one = fresh()
    await one.signIn('qiu')
    ahead = minutes(16)
    expect((await one.ask('GET', '/sign-in')).status).toBe(401)
    ahead = 0
  })
})

describe('when things go wrong', () => {
  test.each([
    ['disabled', `update users set secondary_status = 'DISABLED' where user_id = '$'`, 'account_disabled', ['LOGIN_DISABLED', 110]],
    ['given another password', `update login set password = '{SSHA}x' where user_id = '$'`, 'sign_in_refused', ['INVALID_PASSWORD', 101]],
  ] as const)('who is %s between their password and their session is not let in', async (how, sql, code, result) => {
    const name = `between-${how.split(' ')[0]}`
    const id = await person(name)
    let arriving: Promise<{ body: { code: string } }> | undefined
    await ctx.db.transaction(async (tx) => {
      await tx.execute('select from users where user_id = $1 for update', [id])
      arriving = fresh().signIn(name)
      // It has looked at the password, and waits for the person.
      const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      for (let n = 0; n < 200 && (await ctx.db.query(waits)).length === 0; n++) await new Promise((resolve) => setTimeout(resolve, 25))
      await tx.execute(sql.replace('$', id))
    })
    expect((await arriving!).body.code).toBe(code)
    expect([await resultsOf(ctx, id), await sessionsOf(id)]).toEqual([[result], []])
  })

  test('a database that goes away in the middle lets nobody in, and the next time it works', async () => {
    const own = await testServer()
    await personWithPassword(own, 'sam')
    let kill = true
    // Every connection is cut once the guess has been claimed: the password is known to be right by then.
    const db = Object.create(own.ctx.db) as typeof own.ctx.db
    db.transaction = async (work, begin) => {
      if (begin === undefined && kill) {
        kill = false
        await own.ctx.db.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
        return own.ctx.db.transaction(async (tx) => {
          const result = await work(tx)
          await tx.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
          return result
        })
      }
      return own.ctx.db.transaction(work, begin)
    }
    const broken = buildServer({ ...own.ctx, db }, testMasterKey())
    const one = browser(broken)
    expect(await one.signIn('sam')).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(one.cookies.size).toBe(0)
    expect(await own.ctx.db.query('select from auth_state')).toEqual([])
    expect((await browser(own.server).signIn('sam')).status).toBe(200)
    await broken.close()
  })

  test('a clock that goes back or ahead opens nothing', async () => {
    await person('tom')
    ahead = minutes(60 * 24)
    const future = fresh()
    await future.signIn('tom')
    ahead = 0
    // Begun tomorrow: nobody can say when it would end.
    expect((await future.ask('GET', '/me')).status).toBe(401)
    const one = fresh()
    await one.signIn('tom')
    expect((await one.ask('GET', '/me')).status).toBe(200)
    ahead = minutes(-2)
    expect((await one.ask('GET', '/me')).status).toBe(200)
    ahead = minutes(60 * 24)
    expect((await one.ask('GET', '/me')).status).toBe(401)
    ahead = 0
  })
})

test('the first administrator signs in with the one-time password, changes it, and administers', async () => {
  const { firstAdministrator } = await import('../src/signin/first-administrator.ts')
  const { newUser, writeUsers } = await import('../src/directory/users.ts')
  const own = await testServer()
  const made = (await firstAdministrator(own.ctx, async (tx, document) => (await writeUsers(tx, own.ctx, [{ action: 'user.create', after: await newUser(own.ctx, document) }]))[0]!))!
  const one = browser(own.server)
  expect((await one.signIn('admin', made.password)).body).toMatchObject({ next: 'change_password' })
  expect((await one.ask('GET', '/users')).status).toBe(403)
  expect((await one.ask('POST', '/sign-in/password', { current: made.password, next: password })).body).toMatchObject({ next: 'done' })
  expect((await one.ask('POST', '/users', { userName: 'made-by-session' })).status).toBe(201)
  expect((await one.ask('GET', '/audit')).body.items[0]).toMatchObject({ action: 'user.create', principal: 'admin' })
  expect((await browser(own.server).signIn('admin', made.password)).status).toBe(401)
})

test('the first administrator whose password is lost gets another one-time password on the machine; the lost one and its sessions end', async () => {
  const { firstAdministrator, renewFirstPassword } = await import('../src/signin/first-administrator.ts')
  const { newUser, writeUsers } = await import('../src/directory/users.ts')
  const own = await testServer()
  const cli = { ...own.ctx, actor: { ...own.ctx.actor, source: 'CLI' as const, principal: 'operator' } }
  await expect(renewFirstPassword(cli)).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('access grant') })
  const made = (await firstAdministrator(own.ctx, async (tx, document) => (await writeUsers(tx, own.ctx, [{ action: 'user.create', after: await newUser(own.ctx, document) }]))[0]!))!
  const one = browser(own.server)
  await one.signIn('admin', made.password)
  await own.ctx.db.execute(`update login set lock_marker = 'LOCKED', auth_fail_count = 9, wrong_in_a_row = 100, last_auth_attempt = now() where lowercase_login = 'admin'`)
  const renewed = await renewFirstPassword(cli)
  expect(renewed).toEqual({ userName: 'admin', password: expect.stringMatching(/^[\w-]{20}$/) })
  expect((await one.ask('GET', '/me')).status).toBe(401)
  expect((await browser(own.server).signIn('admin', made.password)).status).toBe(401)
  const two = browser(own.server)
  expect((await two.signIn('admin', renewed.password)).body).toMatchObject({ next: 'change_password' })
  expect((await two.ask('GET', '/users')).status).toBe(403)
  expect((await two.ask('POST', '/sign-in/password', { current: renewed.password, next: password })).body).toMatchObject({ next: 'done' })
  const events = await own.ctx.db.query<{ action: string; event: string }>(`select action, row_to_json(e)::text as event from gatehouse.audit_event e where source = 'CLI'`)
  expect(events.map(({ action }) => action)).toContain('user.password.temporary')
  expect(events.map(({ event }) => event).join()).not.toContain(renewed.password)
  await own.ctx.db.execute(`update login set auth_type = 'LDAP' where lowercase_login = 'admin'`)
  await expect(renewFirstPassword(cli)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('access grant') })
})
