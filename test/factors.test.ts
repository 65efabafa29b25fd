/** Second factors: enrolling, proving, what is refused, levels, remembered devices, stepping up, the help desk. */
import { describe, expect, test } from 'vitest'
import { factorsOfSession } from '../src/store/factors.ts'
import { sessionIdOf } from '../src/model/session.ts'
import { tellPeople } from '../src/notify/tell-people.ts'
import { totpStep } from '../src/signin/totp.ts'
import { administrator } from './administrators.ts'
import { settle } from './audit-context.ts'
import { password, personWithPassword, resultsOf } from './browser.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ctx, ask, fresh, signedIn, withTotp, codeOf, sentTo, later } = shared
const row = async (sql: string, id: string) => (await ctx.db.first(sql, [id])) as Record<string, unknown>
const sessionOf = (one: { cookies: Map<string, string> }) => sessionIdOf(one.cookies.get('gatehouse')!)

describe('TOTP', () => {
  // RFC 6238, appendix B (SHA-1), the last six of the eight digits.
  const vectors: [number, string][] = [[59, '287082'], [1111111109, '081804'], [1111111111, '050471'], [1234567890, '005924'], [2000000000, '279037'], [20000000000, '353130']]
  test.each(vectors)('is that of RFC 6238 at second %i', (seconds, code) => {
    const secret = Buffer.from('12345678901234567890')
    const at = new Date(seconds * 1000)
    const step = Math.floor(seconds / 30)
    expect(totpStep(secret, code, at, null)).toBe(step)
    expect(totpStep(secret, ` ${code.slice(0, 3)} ${code.slice(3)} `, at, step - 1)).toBe(step)
    expect(totpStep(secret, code, at, step)).toBeUndefined()
    expect([-30, 30].map((drift) => totpStep(secret, code, new Date((seconds + drift) * 1000), null))).toEqual([step, step])
    expect([-60, 60].map((drift) => totpStep(secret, code, new Date((seconds + drift) * 1000), null))).toEqual([undefined, undefined])
  })

  test('is asked for once it is confirmed, and reaches level 2', async () => {
    const one = await signedIn('ada')
    const begun = await one.ask('POST', '/me/factors', { type: 'TOTP', name: 'phone' })
    expect(begun).toMatchObject({ status: 201, body: { type: 'TOTP', name: 'phone', confirmed: false, uri: expect.stringMatching(/^otpauth:\/\/totp\/Gatehouse:ada\?.*secret=[A-Z2-7]{32}/) } })
    expect((await fresh().signIn('ada')).body.next).toBe('done')
    const { id, secret } = await withTotp(one)
    expect((await one.ask('GET', '/me/factors')).body.items).toEqual([{ id, type: 'TOTP', name: 'phone', confirmed: true, created: expect.any(String) }])
    expect(await row(`select topt_active, otp_active from login where user_id = $1`, one.id)).toEqual({ topt_active: 'Y', otp_active: 'Y' })
    const two = fresh()
    expect((await two.signIn('ada')).body).toMatchObject({ next: 'factor', level: 1, factors: [{ id, type: 'TOTP', name: 'phone' }] })
    expect((await two.ask('GET', '/me')).body.code).toBe('sign_in_incomplete')
    const before = two.cookies.get('gatehouse')
    expect(await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, 1) })).toMatchObject({ status: 200, body: { next: 'done', level: 2 } })
    expect(two.cookies.get('gatehouse')).not.toBe(before)
    expect(await factorsOfSession(ctx.db, one.id, sessionOf(two))).toEqual([id])
    expect((await two.ask('GET', '/me')).status).toBe(200)
    expect((await resultsOf(ctx, one.id)).slice(-2)).toEqual([['FACTOR_NEEDED', 206], ['SUCCESS', 1]])
  })

  test('a code works once, in parallel too, and its secret is nowhere in the clear', async () => {
    const one = await signedIn('bea')
    const { id, secret } = await withTotp(one)
    const browsers = [fresh(), fresh()]
    for (const two of browsers) await two.signIn('bea')
    const code = codeOf(secret, 1)
    const replies = await Promise.all(browsers.map((two) => two.ask('POST', '/sign-in/factor', { factor: id, code })))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 403])
    expect(replies.find(({ status }) => status === 403)!.body.code).toBe('factor_refused')
    const tables = ['user_auth_param', 'gatehouse.audit_event', 'gatehouse.message', 'gatehouse.idempotency_key']
    const dump = (await Promise.all(tables.map((table) => ctx.db.query(`select row_to_json(t)::text as row from ${table} t`)))).flat()
    const hex = (await import('otpauth')).Secret.fromBase32(secret).hex.toLowerCase()
    expect(JSON.stringify(dump).includes(secret) || JSON.stringify(dump).includes(hex)).toBe(false)
  })

  test('guessing locks, however many come at once, and the time of the lock does not begin the count anew', async () => {
    const one = await signedIn('cal')
    const { id } = await withTotp(one)
    const two = fresh()
    await two.signIn('cal')
    const replies = await Promise.all(Array.from({ length: 12 }, (_, n) => two.ask('POST', '/sign-in/factor', { factor: id, code: String(n).padStart(6, '0') })))
    expect(replies.filter(({ status }) => status === 200)).toEqual([])
    expect((await resultsOf(ctx, one.id)).filter(([result]) => result === 'FACTOR_WRONG')).toHaveLength(3)
    expect(await row('select lock_marker, otp_fail_count from login where user_id = $1', one.id)).toEqual({ lock_marker: 'LOCKED', otp_fail_count: 3 })
    expect([(await two.ask('GET', '/sign-in')).status, (await one.ask('GET', '/me')).status, (await fresh().signIn('cal')).status]).toEqual([401, 200, 401])
    later(31)
    const three = fresh()
    expect((await three.signIn('cal')).body.next).toBe('factor')
    await three.ask('POST', '/sign-in/factor', { factor: id, code: '000000' })
    expect((await three.ask('GET', '/sign-in')).status).toBe(401)
  })

  test('of another person, or one not confirmed, proves nothing', async () => {
    const [one, other] = [await signedIn('dot'), await signedIn('eli')]
    await withTotp(one)
    const theirs = await withTotp(other)
    const two = fresh()
    await two.signIn('dot')
    expect((await two.ask('POST', '/sign-in/factor', { factor: theirs.id, code: codeOf(theirs.secret, 1) })).body.code).toBe('factor_refused')
    for (const body of [{}, { factor: theirs.id }, { factor: theirs.id, code: 1 }, { factor: theirs.id, code: '1', assertion: {} }, { factor: theirs.id, code: '1', level: 9 }, { factor: theirs.id, code: '1', remember: 'yes' }, []]) {
      expect((await two.ask('POST', '/sign-in/factor', body)).status).toBe(400)
    }
  })
})

describe('recovery codes', () => {
  test('stand in for a factor, each once, and go with it; each use is told', async () => {
    const one = await signedIn('fay', { emails: [{ value: 'fay@example.com', primary: true }] })
    await tellPeople(ctx)
    expect((await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).status).toBe(409)
    const totp = await withTotp(one)
    const { body: { id, codes } } = await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
    expect(new Set(codes as string[]).size).toBe(10)
    expect((codes as string[]).filter((code) => !/^[a-hj-km-np-z2-9]{4}(?:-[a-hj-km-np-z2-9]{4}){5}$/.test(code))).toEqual([])
    expect(JSON.stringify(await ctx.db.query('select row_to_json(t)::text as row from gatehouse.recovery_code t'))).not.toContain(codes[0])
    const enter = async (code: string) => {
      const two = fresh()
      await two.signIn('fay')
      return (await two.ask('POST', '/sign-in/factor', { factor: id, code })).status
    }
    expect([await enter((codes[0] as string).toUpperCase().replaceAll('-', ' ')), await enter(codes[0]), await enter(codes[1])]).toEqual([200, 403, 200])
    await settle(ctx.db)
    await tellPeople(ctx)
    const told = (await sentTo('fay@example.com')).filter(({ template }) => template === 'recovery-code-used')
    expect(told.map(({ left }) => left).toSorted()).toEqual(['8', '9'])
    expect((await one.ask('GET', '/me/factors')).body.items.find((item: { type: string }) => item.type === 'RECOVERY_CODES')).toMatchObject({ left: 8 })
    const again = await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
    expect([again.status, await enter(codes[2])]).toEqual([201, 403])
    expect((await one.ask('DELETE', `/me/factors/${totp.id}`)).status).toBe(204)
    expect((await one.ask('GET', '/me/factors')).body.items).toEqual([])
  })

  test('of an earlier release, which were shorter, go on working', async () => {
    const one = await signedIn('flo')
    await withTotp(one)
    const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
    await ctx.db.execute(`insert into gatehouse.recovery_code (param_id, code_hash) values ($1::text, sha256(convert_to($1::text, 'UTF8') || '\\x00'::bytea || 'abcdefghjkmnpqrs'::bytea))`, [id])
    const two = fresh()
    await two.signIn('flo')
    expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: 'abcd-efgh-jkmn-pqrs' })).body).toMatchObject({ next: 'done', level: 2 })
  })
})

describe('SMS and e-mail', () => {
  test('a code goes to a confirmed number, for one session, once, and reaches level 1.5', async () => {
    const one = await signedIn('gil')
    const number = '+491700000001'
    const begun = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+49 170 0000001' })
    expect(begun).toMatchObject({ status: 201, body: { type: 'SMS', confirmed: false, hint: '…001' } })
    const [address] = await sentTo(number)
    expect(address).toMatchObject({ template: 'address-code', channel: 'SMS', code: expect.stringMatching(/^\d{8}$/) })
    expect((await fresh().signIn('gil')).body.next).toBe('done')
    expect((await one.ask('POST', `/me/factors/${begun.body.id}/confirm`, { code: address!.code })).status).toBe(200)
    const [two, three] = [fresh(), fresh()]
    for (const each of [two, three]) expect((await each.signIn('gil')).body).toMatchObject({ next: 'factor', factors: [{ id: begun.body.id, hint: '…001' }] })
    expect((await two.ask('POST', '/sign-in/factor/code', { factor: begun.body.id })).status).toBe(202)
    const [sent] = await sentTo(number)
    expect(sent).toMatchObject({ template: 'sign-in-code' })
    const answer = { factor: begun.body.id, code: sent!.code }
    expect((await three.ask('POST', '/sign-in/factor', answer)).status).toBe(403)
    expect(await two.ask('POST', '/sign-in/factor', answer)).toMatchObject({ status: 200, body: { next: 'done', level: 1.5 } })
    expect((await two.ask('POST', '/me/step-up', answer)).status).toBe(403)
    expect(JSON.stringify(await ctx.db.query('select row_to_json(t)::text as row from gatehouse.factor_challenge t'))).not.toContain(sent!.code)
  })

  test('codes lapse, and are not sent without end', async () => {
    const one = await signedIn('hal')
    const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000002' })
    const [first] = await sentTo('+491700000002')
    later(11)
    expect((await one.ask('POST', '/me/step-up', { password })).status).toBe(200)
    expect((await one.ask('POST', `/me/factors/${id}/confirm`, { code: first!.code })).status).toBe(403)
    const statuses = []
    for (let n = 0; n < 5; n++) statuses.push((await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000002' })).status)
    expect(statuses).toEqual([201, 201, 201, 201, 429])
  })

  test('what is mistyped is not counted among what is sent', async () => {
    const one = await signedIn('hue', { emails: [{ value: 'hue@example.com', primary: true }] })
    const mistyped = [['SMS', '0170 1'], ['SMS', '+49 170 12a'], ['SMS', '+0'], ['EMAIL', 'hu@example.com'], ['EMAIL', 'hue'], ['EMAIL', 'hue@example.con']].map(([type, value]) => ({ type, value }))
    for (const wrong of mistyped) expect([wrong, (await one.ask('POST', '/me/factors', wrong)).status]).toEqual([wrong, 400])
    expect((await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000008' })).status).toBe(201)
  })

  test('e-mail confirms an address of one\'s own and is no second factor', async () => {
    const one = await signedIn('ivy', { emails: [{ value: 'ivy@example.com', primary: true }] })
    expect((await one.ask('POST', '/me/factors', { type: 'EMAIL', value: 'other@example.com' })).status).toBe(400)
    const { body: { id } } = await one.ask('POST', '/me/factors', { type: 'EMAIL', value: 'ivy@example.com' })
    const sent = (await sentTo('ivy@example.com')).find(({ template }) => template === 'address-code')
    expect(await one.ask('POST', `/me/factors/${id}/confirm`, { code: sent!.code })).toMatchObject({ status: 200, body: { level: 1 } })
    // What is confirmed already is not begun again, and nothing is sent.
    const before = (await sentTo('ivy@example.com')).length
    expect((await one.ask('POST', '/me/factors', { type: 'EMAIL', value: 'ivy@example.com' })).body.code).toBe('conflict')
    expect([(await one.ask('GET', '/me/factors')).body.items.length, (await sentTo('ivy@example.com')).length]).toEqual([1, before])
    expect((await fresh().signIn('ivy')).body.next).toBe('done')
  })
})

describe('fresh proofs', () => {
  test('a password is noted with what the session reaches by it: of two that come at once, one is', async () => {
    const one = await signedIn('once')
    const asked = await ctx.db.transaction(async (tx) => {
      // Both are known by their session before either is through.
      await tx.execute('select from users where user_id = $1 for update', [one.id])
      const both = [1, 2].map(() => one.ask('POST', '/me/step-up', { password }))
      await expect.poll(async () => (await ctx.db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length).toBe(2)
      return both
    })
    const both = await Promise.all(asked)
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
    expect(await ctx.db.query(`select result from gatehouse.audit_event where target_id = $1 and action = 'user.password.prove'`, [one.id])).toEqual([{ result: 'SUCCESS' }])
  })

  test('adding and removing need one, of the strongest kind that the person has', async () => {
    const one = await signedIn('jan')
    later(11)
    expect((await one.ask('POST', '/me/factors', { type: 'TOTP' })).body.code).toBe('step_up_required')
    expect((await one.ask('POST', '/me/step-up', { password: 'wrong' })).status).toBe(401)
    const [before, session] = [one.cookies.get('gatehouse'), sessionOf(one)]
    expect((await one.ask('POST', '/me/step-up', { password })).body).toMatchObject({ next: 'done', level: 1 })
    expect(await row(`select changes::text as changes from gatehouse.audit_event where target_id = $1 and action = 'user.password.prove'`, one.id)).toEqual({ changes: JSON.stringify([{ path: `sessions[${session}].proved`, after: { type: 'PASSWORD', level: 1 } }]) })
    expect(one.cookies.get('gatehouse')).not.toBe(before)
    const { id, secret } = await withTotp(one)
    later(11)
    expect((await one.ask('DELETE', `/me/factors/${id}`)).body.code).toBe('step_up_required')
    expect((await one.ask('POST', '/me/step-up', { password })).body.code).toBe('step_up_required')
    expect((await one.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret) })).body).toMatchObject({ level: 2 })
    expect((await one.ask('PATCH', `/me/factors/${id}`, { name: 'my phone' })).body).toMatchObject({ name: 'my phone' })
    expect((await one.ask('DELETE', `/me/factors/${id}`)).status).toBe(204)
    expect((await one.ask('DELETE', `/me/factors/${id}`)).status).toBe(404)
    const events = await ctx.db.query<{ action: string; changes: { path: string }[] }>(`select action, changes from gatehouse.audit_event where target_id = $1 and action like 'user.factor.%' order by event_id`, [one.id])
    expect(events.map(({ action, changes }) => `${action} ${changes[0]!.path.replace(id, 'ID')}`)).toEqual([
      'user.factor.add factors[ID]', 'user.factor.prove factors[ID].proved', 'user.factor.rename factors[ID].name', 'user.factor.remove factors[ID]',
    ])
  })

  test('of a weaker kind are none for who has a stronger one, however much the session has reached', async () => {
    const one = await signedIn('jil')
    const { body: { id: sms } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000009' })
    await one.ask('POST', `/me/factors/${sms}/confirm`, { code: (await sentTo('+491700000009'))[0]!.code })
    const { id, secret } = await withTotp(one)
    later(11)
    expect((await one.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(202)
    expect((await one.ask('POST', '/me/step-up', { factor: sms, code: (await sentTo('+491700000009'))[0]!.code })).body).toMatchObject({ next: 'done', level: 2 })
    const tries = [['POST', '/me/factors/passkey-options'], ['POST', '/me/keys', { type: 'API', name: 'mine', scopes: ['read'] }], ['DELETE', `/me/factors/${id}`]] as const
    for (const [method, path, body] of tries) expect((await one.ask(method, path, body)).body.code).toBe('step_up_required')
    expect((await one.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret) })).status).toBe(200)
    // Another number that is confirmed meanwhile takes nothing from it.
    const { body: { id: another } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000011' })
    expect((await one.ask('POST', `/me/factors/${another}/confirm`, { code: (await sentTo('+491700000011'))[0]!.code })).status).toBe(200)
    expect((await one.ask('DELETE', `/me/factors/${id}`)).status).toBe(204)
  })

  test('of which there is none uses up no sending', async () => {
    const one = await signedIn('jed')
    const { body: { id: sms } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000012' })
    await one.ask('POST', `/me/factors/${sms}/confirm`, { code: (await sentTo('+491700000012'))[0]!.code })
    for (let n = 0; n < 6; n++) expect((await one.ask('POST', '/sign-in/factor/code', { factor: 'none' })).status).toBe(404)
    expect((await one.ask('POST', '/sign-in/factor/code', { factor: sms })).status).toBe(202)
  })

  test('by SMS is not enough to add what a site demands, for who has an app', async () => {
    const one = await signedIn('jon')
    const { body: { id: sms } } = await one.ask('POST', '/me/factors', { type: 'SMS', value: '+491700000010' })
    await one.ask('POST', `/me/factors/${sms}/confirm`, { code: (await sentTo('+491700000010'))[0]!.code })
    const { id, secret } = await withTotp(one)
    const { body: site } = await ask('POST', '/content-providers', { name: 'Strong room', domainPattern: 'room.example.com', minAuthLevel: 'PASSKEY_AUTH' })
    later(16)
    await one.ask('POST', '/sign-in/factor/code', { factor: sms })
    await one.ask('POST', '/me/step-up', { factor: sms, code: (await sentTo('+491700000010'))[0]!.code })
    expect((await one.ask('POST', '/sign-in/site', { site: site.id })).body.code).toBe('step_up_required')
    await one.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret) })
    expect((await one.ask('POST', '/sign-in/site', { site: site.id })).body.next).toBe('enrol_factor')
  })

  test('one\'s factors are nobody else\'s', async () => {
    const [one, other] = [await signedIn('joy'), await signedIn('kim')]
    const { id } = await withTotp(one)
    for (const [method, body] of [['DELETE', undefined], ['PATCH', { name: 'x' }]] as const) expect((await other.ask(method, `/me/factors/${id}`, body)).status).toBe(404)
    expect((await other.ask('POST', `/me/factors/${id}/confirm`, { code: '000000' })).status).toBe(404)
  })
})

describe('remembered devices', () => {
  test('are not asked again for a while, and can be forgotten; another browser is asked', async () => {
    const one = await signedIn('lea')
    const { id, secret } = await withTotp(one)
    const laptop = fresh()
    await laptop.signIn('lea')
    expect((await laptop.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, 1), remember: true })).body.next).toBe('done')
    expect((await laptop.signIn('lea')).body).toMatchObject({ next: 'done', level: 1 })
    expect((await fresh().signIn('lea')).body.next).toBe('factor')
    // What is remembered is no proof: the session must not touch factors.
    expect((await laptop.ask('DELETE', `/me/factors/${id}`)).body.code).toBe('step_up_required')
    const { items } = (await laptop.ask('GET', '/me/devices')).body
    expect(items).toEqual([{ id: expect.any(String), device: 'Firefox on Linux', ip: '127.0.0.1', created: expect.any(String), expires: expect.any(String) }])
    expect(JSON.stringify(await ctx.db.query('select row_to_json(t)::text as row from gatehouse.remembered_device t'))).not.toContain(laptop.cookies.get('gatehouse-device'))
    expect((await laptop.ask('DELETE', `/me/devices/${items[0].id}`)).status).toBe(204)
    expect((await laptop.signIn('lea')).body.next).toBe('factor')
  })

  test('lapse, and go with the password and with any change of factors', async () => {
    const one = await signedIn('mia')
    const { id, secret } = await withTotp(one)
    const next = async (two = laptop) => (await two.signIn('mia')).body.next
    const laptop = fresh()
    const remember = async (step: number) => {
      await laptop.signIn('mia')
      expect((await laptop.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, step), remember: true })).status).toBe(200)
    }
    await remember(1)
    later(29 * 24 * 60)
    expect(await next()).toBe('done')
    later(2 * 24 * 60)
    expect(await next()).toBe('factor')
    await remember(0)
    await laptop.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
    expect(await next()).toBe('factor')
    await remember(1)
    expect(await next()).toBe('done')
    await ctx.db.execute(`update login set password = password || '' , pwd_changed = now() where user_id = $1`, [one.id])
    expect(await next()).toBe('done')
    await ctx.db.execute(`update login set password = null where user_id = $1`, [one.id])
    expect(await ctx.db.query('select from gatehouse.remembered_device where user_id = $1', [one.id])).toEqual([])
  })
})

describe('levels that are demanded', () => {
  const demand = async (rules: object, appliesTo: object[]) => expect((await ask('POST', '/sign-in-policies', { name: `P${Math.random()}`, priority: 5, rules: { failures: 10, unlockMinutes: 30, ...rules }, appliesTo })).status).toBe(201)
  async function role(id: string): Promise<object[]> {
    const { body } = await ask('POST', '/roles', { name: `R${Math.random()}` })
    await ask('PUT', `/roles/${body.id}/members/${id}`, {})
    return [{ level: 'ROLE', id: body.id }]
  }

  test('who has no factor has to enrol one before anything else', async () => {
    const id = await personWithPassword(shared, 'nat')
    await demand({ leastLevel: 2 }, await role(id))
    const one = fresh()
    expect((await one.signIn('nat')).body).toMatchObject({ next: 'enrol_factor', level: 1 })
    expect((await one.ask('GET', '/me/factors')).body.code).toBe('sign_in_incomplete')
    const { id: factor, secret } = await withTotp(one, '/sign-in/factors')
    expect((await one.ask('GET', '/me')).status).toBe(200)
    const two = fresh()
    await two.signIn('nat')
    for (const path of ['/me/factors', '/sign-in/factors']) expect((await two.ask('POST', path, { type: 'TOTP' })).body.code).toBe('sign_in_incomplete')
    expect((await two.ask('POST', '/sign-in/factor', { factor, code: codeOf(secret, 1), remember: true })).body).toMatchObject({ next: 'done', level: 2 })
    // No remembered device lifts what is demanded.
    expect((await two.signIn('nat')).body.next).toBe('factor')
    expect((await resultsOf(ctx, id)).map(([result]) => result)).toEqual(['FACTOR_TO_ENROL', 'SUCCESS', 'FACTOR_NEEDED', 'SUCCESS', 'FACTOR_NEEDED'])
  })

  test('nothing is demanded by what has ended by the clock of the server, whatever that of the database says', async () => {
    const id = await personWithPassword(shared, 'nan')
    const [{ id: given }] = (await role(id)) as [{ id: string }]
    await demand({ leastLevel: 2 }, [{ level: 'ROLE', id: given }])
    const end = new Date(shared.now().getTime() + 3_600_000).toISOString()
    expect((await ask('PUT', `/roles/${given}/members/${id}`, { end })).status).toBe(200)
    expect((await fresh().signIn('nan')).body.next).toBe('enrol_factor')
    later(61)
    expect((await fresh().signIn('nan')).body.next).toBe('done')
  })

  test('who has less than is demanded proves what they have, and enrols more', async () => {
    const one = await signedIn('ola')
    const { id, secret } = await withTotp(one)
    await demand({ leastLevel: 3 }, await role(one.id))
    const two = fresh()
    expect((await two.signIn('ola')).body.next).toBe('factor')
    expect((await two.ask('POST', '/sign-in/factor', { factor: id, code: codeOf(secret, 1) })).body).toMatchObject({ next: 'enrol_factor', level: 2 })
  })

  test('a site states the least it wants', async () => {
    const { body: site } = await ask('POST', '/content-providers', { name: 'Vault', domainPattern: 'vault.example.com', minAuthLevel: 'TWO_FACTOR_AUTH' })
    await personWithPassword(shared, 'pia')
    expect((await fresh().signIn('pia')).body.next).toBe('done')
    expect((await fresh().ask('POST', '/sign-in', { userName: 'pia', password, site: site.id })).body.next).toBe('enrol_factor')
    expect((await fresh().ask('POST', '/sign-in', { userName: 'pia', password, site: 'nowhere' })).body.code).toBe('invalid_reference')
  })
})

test('are twenty at most, of whatever kind, and one that goes makes room', async () => {
  const one = await signedIn('max')
  const { id, secret } = await withTotp(one)
  await ctx.db.execute(`insert into user_auth_param (param_id, user_id, type, param_value, confirmed, confirmed_type, name, created_at) select 'pk' || n, $1, 'WEBAUTHN', 'pk' || n, 'Y', 'REGISTERED', 'key', now() from generate_series(1, 19) n`, [one.id])
  expect((await one.ask('GET', '/me/factors')).body.items).toHaveLength(20)
  await ctx.db.execute(`delete from user_auth_param where param_id = 'pk1'`)
  expect((await one.ask('POST', '/me/step-up', { factor: id, code: codeOf(secret, 1) })).status).toBe(200)
  expect((await one.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).status).toBe(201)
  for (const type of ['TOTP', 'RECOVERY_CODES']) expect((await one.ask('POST', '/me/factors', { type })).body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('20 factors') })
})

test('the help desk sees and removes factors, and those who may not do not', async () => {
  const one = await signedIn('quin')
  const { id } = await withTotp(one)
  const desk = await administrator(shared, 'desk', 'HELP_DESK')
  const auditor = await administrator(shared, 'auditor', 'AUDITOR')
  expect((await desk.ask('GET', `/users/${one.id}/factors`)).body.items).toEqual([{ id, type: 'TOTP', name: 'phone', confirmed: true, created: expect.any(String) }])
  expect([(await auditor.ask('GET', `/users/${one.id}/factors`)).status, (await auditor.ask('DELETE', `/users/${one.id}/factors`)).status]).toEqual([403, 403])
  const boss = await administrator(shared, 'boss', 'SUPER_ADMIN')
  expect((await desk.ask('DELETE', `/users/${boss.id}/factors`)).status).toBe(403)
  expect((await desk.ask('DELETE', `/users/${one.id}/factors/nothing`)).status).toBe(404)
  expect((await desk.ask('DELETE', `/users/${one.id}/factors`)).status).toBe(204)
  expect((await fresh().signIn('quin')).body.next).toBe('done')
})

describe('a factor that is taken away', () => {
  const status = async (one: { ask: (method: string, path: string) => Promise<{ status: number }> }) => (await one.ask('GET', '/me')).status
  const removed = (id: string) => ctx.db.query<{ changes: { path: string }[] }>(`select changes from gatehouse.audit_event where target_id = $1 and action = 'user.factor.remove' order by event_id`, [id])

  /** Somebody with an app and recovery codes: where they enrolled, in by a password before that, by the app, by a recovery code. */
  async function signedInByAll(name: string) {
    const bare = await signedIn(name)
    const here = fresh()
    await here.signIn(name)
    const { id: totp, secret } = await withTotp(here)
    const { body: { id: codes, codes: [code] } } = await here.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })
    const enter = async (factor: string, answer: string) => {
      const one = fresh()
      await one.signIn(name)
      expect((await one.ask('POST', '/sign-in/factor', { factor, code: answer })).body.next).toBe('done')
      return one
    }
    const [byApp, byCode] = [await enter(totp, codeOf(secret, 1)), await enter(codes, code)]
    const all = [bare, here, byApp, byCode]
    return { id: bare.id, totp, codes, here, byApp, byCode, statuses: () => Promise.all(all.map(status)) }
  }

  test('by the help desk takes the sessions that it served in along, and says so', async () => {
    const { id, totp, byApp, here, statuses } = await signedInByAll('tess')
    const { id: other } = await signedIn('tim')
    const [session, first] = [sessionOf(byApp), sessionOf(here)]
    expect(await statuses()).toEqual([200, 200, 200, 200])
    expect((await ask('DELETE', `/users/${id}/factors/${totp}`)).status).toBe(204)
    // The recovery codes went with the last factor that they stood in for.
    expect(await statuses()).toEqual([200, 401, 401, 401])
    const [event] = await removed(id)
    expect(event!.changes.map(({ path }) => path)).toEqual(expect.arrayContaining([`factors[${totp}]`, `sessions[${session}]`, `sessions[${first}]`]))
    expect(await ctx.db.query('select from auth_state where user_id = $1', [other])).toHaveLength(1)
  })

  test('takes no session along that rests on another factor', async () => {
    const { id, codes, statuses } = await signedInByAll('tom')
    expect((await ask('DELETE', `/users/${id}/factors/${codes}`)).status).toBe(204)
    expect(await statuses()).toEqual([200, 200, 200, 401])
  })

  test('by its person takes the others along, not the session they are in; so does a new set of recovery codes', async () => {
    const { here, totp, statuses } = await signedInByAll('una')
    expect((await here.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).status).toBe(201)
    expect(await statuses()).toEqual([200, 200, 200, 401])
    expect((await here.ask('DELETE', `/me/factors/${totp}`)).status).toBe(204)
    expect(await statuses()).toEqual([200, 200, 401, 401])
  })

  test('takes sessions above the level that is left along, where nothing tells by what they were reached', async () => {
    const { id, totp, statuses } = await signedInByAll('uri')
    await ctx.db.execute('delete from auth_state_auth_param_xref where user_id = $1', [id])
    expect((await ask('DELETE', `/users/${id}/factors/${totp}`)).status).toBe(204)
    expect(await statuses()).toEqual([200, 401, 401, 401])
  })
})

test('a sign-in from somewhere new is told, but for the first one', async () => {
  const id = await personWithPassword(shared, 'rob', { emails: [{ value: 'rob@example.com', primary: true }] })
  const laptop = fresh()
  await laptop.signIn('rob')
  expect(await sentTo('rob@example.com')).toEqual([])
  await laptop.signIn('rob')
  expect(await sentTo('rob@example.com')).toEqual([])
  await fresh({ address: '198.51.100.9' }).signIn('rob')
  expect(await sentTo('rob@example.com')).toEqual([{ template: 'new-sign-in', channel: 'EMAIL', at: expect.any(String), device: 'Firefox on Linux', address: '198.51.100.9' }])
  expect(id).toMatch(/^[0-9a-f]{32}$/)
})

test('usage policies are asked for until they are accepted; who declines is signed out', async () => {
  const policy = (await ask('POST', '/it-policies', { active: true, confirmation: 'I have read it.' })).body.id as string
  const version = (await ask('POST', '/it-policy-versions', { policyId: policy, name: 'Rules', content: 'Be kind.', active: true })).body.id as string
  const id = await personWithPassword(shared, 'sue')
  const one = fresh()
  expect((await one.signIn('sue')).body).toMatchObject({ next: 'accept_policy', policies: [{ id: version, name: 'Rules', content: 'Be kind.', confirmation: 'I have read it.' }] })
  expect((await one.ask('GET', '/me')).body.code).toBe('sign_in_incomplete')
  for (const body of [{}, { policy: version }, { policy: version, accepted: 'yes' }, { policy: version, accepted: true, userId: id }]) expect((await one.ask('POST', '/sign-in/policy', body)).status).toBe(400)
  expect((await one.ask('POST', '/sign-in/policy', { policy: version, accepted: false })).body.next).toBe('signed_out')
  expect((await one.ask('GET', '/sign-in')).status).toBe(401)
  await one.signIn('sue')
  expect((await one.ask('POST', '/sign-in/policy', { policy: 'another', accepted: true })).status).toBe(404)
  expect((await one.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).body.next).toBe('done')
  expect((await one.signIn('sue')).body.next).toBe('done')
  expect((await one.ask('POST', '/sign-in/policy', { policy: version, accepted: true })).status).toBe(409)
  expect(await resultsOf(ctx, id)).toEqual([['POLICY_NOT_ACCEPTED', 205], ['POLICY_DECLINED', 209], ['POLICY_NOT_ACCEPTED', 205], ['SUCCESS', 3], ['SUCCESS', 1]])
  expect((await ctx.db.query(`select from user_it_policy_history where user_id = $1`, [id]))).toHaveLength(2)
})
