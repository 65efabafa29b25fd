/** Passkeys: made, signed with alone or beside a password, and every near-miss refused. */
import { describe, expect, test } from 'vitest'
import { tellPeople } from '../src/notify/tell-people.ts'
import { settle } from './audit-context.ts'
import { Authenticator, type Settings } from './authenticator.ts'
import { resultsOf, type Browser } from './browser.ts'
import { factorServer } from './factor-people.ts'

const { ctx, ask, fresh, signedIn, sentTo, later } = await factorServer()

async function withPasskey(one: Browser, settings?: Settings) {
  const device = new Authenticator()
  const options = (await one.ask('POST', '/me/factors/passkey-options')).body
  const reply = await one.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: device.create(options, settings) })
  return { device, options, reply }
}

async function enter(device: Authenticator, settings: Settings & { handle?: string } = {}, one = fresh()) {
  const options = (await one.ask('POST', '/sign-in/passkey-options')).body
  const assertion = device.get(options, settings)
  return { one, options, assertion, reply: await one.ask('POST', '/sign-in/passkey', { assertion }) }
}

describe('making one', () => {
  test('gives the person a handle that tells nothing, and the session its level', async () => {
    const one = await signedIn('ada')
    const before = one.cookies.get('gatehouse')
    const { reply, options } = await withPasskey(one)
    expect(reply).toMatchObject({ status: 201, body: { type: 'WEBAUTHN', name: 'laptop', confirmed: true } })
    expect(options).toMatchObject({ rp: { id: 'localhost', name: 'Gatehouse' }, user: { name: 'ada' }, authenticatorSelection: { residentKey: 'required', userVerification: 'required' }, attestation: 'none' })
    expect(one.cookies.get('gatehouse')).not.toBe(before)
    expect((await one.ask('GET', '/sign-in')).body.level).toBe(3)
    const { handle, transports } = (await ctx.db.first<{ handle: Buffer; transports: string }>('select u.user_handle as handle, p.transports from users u join user_auth_param p using (user_id) where user_id = $1', [one.id]))!
    expect([handle.length, handle.toString('base64url'), transports]).toEqual([32, options.user.id, 'internal hybrid'])
    expect((await one.ask('POST', '/me/factors/passkey-options')).body).toMatchObject({ user: { id: options.user.id }, excludeCredentials: [{ type: 'public-key' }] })
  })

  const wrong: [string, Settings][] = [['of another page', { origin: 'https://evil.example' }], ['of another name', { rpId: 'evil.example' }], ['without knowing its owner', { verified: false }], ['of another kind', { type: 'webauthn.get' }]]
  test.each(wrong)('%s is refused', async (name, settings) => {
    const one = await signedIn(`bad ${name}`)
    expect((await withPasskey(one, settings)).reply.body.code).toBe('factor_refused')
    expect((await one.ask('GET', '/me/factors')).body.items).toEqual([])
  })

  test('needs a fresh proof and an answer in this session, once and in time', async () => {
    const [one, other] = [await signedIn('bea'), await signedIn('bo')]
    const device = new Authenticator()
    const ofOne = (await one.ask('POST', '/me/factors/passkey-options')).body
    const made = (who: Browser, credential: object) => who.ask('POST', '/me/factors', { type: 'WEBAUTHN', credential })
    expect((await made(other, device.create(ofOne))).status).toBe(403)
    expect((await made(one, device.create(ofOne))).status).toBe(201)
    // The session has a new name: ask anew.
    expect((await made(one, new Authenticator().create(ofOne))).status).toBe(403)
    const ofOther = (await other.ask('POST', '/me/factors/passkey-options')).body
    expect(await made(other, device.create(ofOther))).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    later(11)
    expect((await other.ask('POST', '/me/factors/passkey-options')).body.code).toBe('step_up_required')
    for (const credential of [{}, { id: 1, response: 'x' }, { id: 'x', rawId: 'x', type: 'public-key', response: { clientDataJSON: 'bm90IGpzb24', attestationObject: 'x' } }]) {
      const three = await signedIn(`odd${JSON.stringify(credential).length}`)
      expect((await made(three, credential)).status).toBe(403)
    }
  })
})

describe('alone', () => {
  test('signs in whom it belongs to, as two factors, without a name', async () => {
    const me = await signedIn('cal')
    const { device, reply: { body: { id } } } = await withPasskey(me)
    const { one, options, reply } = await enter(device)
    expect(options).not.toHaveProperty('user')
    expect(options).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
    expect(reply).toMatchObject({ status: 200, body: { next: 'done', level: 3, userId: me.id } })
    expect((await one.ask('GET', '/me')).body.userName).toBe('cal')
    const used = await ctx.db.query('select param_id from auth_state_auth_param_xref where user_id = $1', [me.id])
    expect(used).toEqual([{ param_id: id }, { param_id: id }])
    expect(await resultsOf(ctx, me.id)).toEqual([['SUCCESS', 3], ['SUCCESS', 1]])
    expect((await me.ask('GET', '/me/factors')).body.items[0].lastUsed).toEqual(expect.any(String))
  })

  const wrong: [string, Settings & { handle?: string }][] = [
    ['of another page', { origin: 'https://evil.example' }], ['of a near-miss of our page', { origin: 'http://localhost:8081' }], ['of another name', { rpId: 'evil.example' }], ['without knowing its owner', { verified: false }],
    ['whose count went back', { counter: 1 }], ['of another kind', { type: 'webauthn.create' }], ['with the handle of somebody else', { handle: 'AAAA' }],
  ]
  test('what is not right is one refusal, and the same as for nobody', async () => {
    const me = await signedIn('dot')
    const { device } = await withPasskey(me)
    expect((await enter(device)).reply.status).toBe(200)
    const seen: unknown[] = []
    for (const [, settings] of wrong) seen.push((await enter(device, settings)).reply)
    const stranger = new Authenticator()
    stranger.create({ challenge: '', user: { id: 'AAAA' } })
    seen.push((await enter(stranger)).reply)
    const texts = (seen as { status: number; body: object }[]).map(({ status, body }) => JSON.stringify([status, { ...body, requestId: '' }]))
    expect([...new Set(texts)]).toHaveLength(1)
    expect(seen[0]).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } })
    // Whoever has no more than the name of a passkey locks nobody out by it.
    expect((await enter(device)).reply.status).toBe(200)
    expect((await resultsOf(ctx, me.id)).filter(([result]) => result === 'FACTOR_WRONG')).toHaveLength(wrong.length - 1)
  })

  test('whose count went back may have been copied: the audit has a code for it, and its person is told', async () => {
    const me = await signedIn('deb', { emails: [{ value: 'deb@example.com', primary: true }] })
    await tellPeople(ctx)
    const { device, reply: { body: { id } } } = await withPasskey(me)
    expect((await enter(device)).reply.status).toBe(200)
    expect((await enter(device, { counter: 2 })).reply).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } })
    // Nobody without the key can have it said.
    const forger = new Authenticator()
    Object.assign(forger, { id: device.id, handle: (device as unknown as { handle: string }).handle })
    expect((await enter(forger, { counter: 1 })).reply.status).toBe(401)
    const one = fresh()
    await one.signIn('deb')
    const options = (await one.ask('POST', '/sign-in/factor/passkey-options')).body
    expect(await one.ask('POST', '/sign-in/factor', { factor: id, assertion: device.get(options, { counter: 1 }) })).toMatchObject({ status: 403, body: { code: 'factor_refused' } })
    expect((await resultsOf(ctx, me.id)).filter(([result]) => result !== 'SUCCESS')).toEqual([['PASSKEY_COPIED', 212], ['FACTOR_WRONG', 207], ['FACTOR_NEEDED', 206], ['PASSKEY_COPIED', 212]])
    await settle(ctx.db)
    await tellPeople(ctx)
    expect((await sentTo('deb@example.com')).filter(({ template }) => template === 'passkey-copied')).toMatchObject([{ name: 'laptop' }, { name: 'laptop' }])
  })

  test('an answer counts once, in the browser that was asked, and in time', async () => {
    const me = await signedIn('eli')
    const { device } = await withPasskey(me)
    const { assertion, one } = await enter(device)
    expect((await one.ask('POST', '/sign-in/passkey', { assertion })).status).toBe(401)
    const [asked, other] = [fresh(), fresh()]
    const options = (await asked.ask('POST', '/sign-in/passkey-options')).body
    await other.ask('POST', '/sign-in/passkey-options')
    const stolen = device.get(options)
    expect((await other.ask('POST', '/sign-in/passkey', { assertion: stolen })).status).toBe(401)
    expect((await asked.ask('POST', '/sign-in/passkey', { assertion: stolen })).status).toBe(200)
    const late = (await asked.ask('POST', '/sign-in/passkey-options')).body
    later(11)
    expect((await asked.ask('POST', '/sign-in/passkey', { assertion: device.get(late) })).status).toBe(401)
  })

  test('lets nobody in who may not, and tells them the truth', async () => {
    const me = await signedIn('fay')
    const { device } = await withPasskey(me)
    await ask('POST', `/users/${me.id}/disable`)
    expect((await enter(device)).reply).toMatchObject({ status: 403, body: { code: 'account_disabled', detail: 'The passkey is right, but the account is disabled. Ask your administrator.' } })
    await ask('POST', `/users/${me.id}/enable`)
    await ask('POST', `/users/${me.id}/lock`)
    expect((await enter(device)).reply).toMatchObject({ status: 403, body: { code: 'account_locked', detail: 'The passkey is right, but an administrator has locked the account. Ask them.' } })
    await ask('POST', `/users/${me.id}/unlock`)
    expect((await enter(device)).reply.status).toBe(200)
  })

  test('does not use up the attempts of an address when it succeeds', async () => {
    const own = await factorServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '4' })
    const me = await own.signedIn('joy')
    const { device } = await withPasskey(me)
    for (let n = 0; n < 4; n++) expect((await enter(device, {}, own.fresh())).reply.status).toBe(200)
    const statuses = []
    for (let n = 0; n < 3; n++) statuses.push((await enter(device, { verified: false }, own.fresh())).reply.status)
    expect(statuses).toEqual([401, 401, 429])
  })

  test('a password that has expired does not matter to it', async () => {
    const me = await signedIn('gil')
    const { device } = await withPasskey(me)
    await ctx.db.execute(`update login set pwd_exp = now() - interval '1 day' where user_id = $1`, [me.id])
    expect((await enter(device)).reply.body.next).toBe('done')
  })
})

describe('beside a password', () => {
  test('takes the step, at level 3 or, where the device did not know its owner, 2', async () => {
    const me = await signedIn('hal')
    const { device, reply: { body: { id } } } = await withPasskey(me)
    for (const verified of [true, false]) {
      const one = fresh()
      expect((await one.signIn('hal')).body).toMatchObject({ next: 'factor', factors: [{ id, type: 'WEBAUTHN', name: 'laptop' }] })
      const options = (await one.ask('POST', '/sign-in/factor/passkey-options')).body
      expect(options).toMatchObject({ allowCredentials: [{ id: expect.any(String) }] })
      const assertion = device.get(options, { verified })
      expect((await one.ask('POST', '/sign-in/factor', { factor: id, assertion })).body).toMatchObject({ next: 'done', level: verified ? 3 : 2 })
      expect((await one.ask('POST', '/me/step-up', { factor: id, assertion })).body.code).toBe('factor_refused')
    }
  })

  test('an answer that nobody has touched the device for is none', async () => {
    const me = await signedIn('una')
    const { device, reply: { body: { id } } } = await withPasskey(me)
    const one = fresh()
    await one.signIn('una')
    for (const present of [false, true]) {
      const assertion = device.get((await one.ask('POST', '/sign-in/factor/passkey-options')).body, { present, verified: false })
      expect((await one.ask('POST', '/sign-in/factor', { factor: id, assertion })).status).toBe(present ? 200 : 403)
    }
  })

  test('one whose key is copied to other devices is taken, at the level of any other', async () => {
    const me = await signedIn('sid')
    const device = new Authenticator()
    expect((await me.ask('POST', '/me/factors', { type: 'WEBAUTHN', name: 'phone', credential: device.create((await me.ask('POST', '/me/factors/passkey-options')).body, { synced: true }) })).status).toBe(201)
    const one = fresh()
    const assertion = device.get((await one.ask('POST', '/sign-in/passkey-options')).body, { synced: true })
    expect((await one.ask('POST', '/sign-in/passkey', { assertion })).body).toMatchObject({ next: 'done', level: 3 })
  })

  test('an answer given elsewhere proves nothing here', async () => {
    const me = await signedIn('ivy')
    const { device, reply: { body: { id } } } = await withPasskey(me)
    const one = fresh()
    await one.signIn('ivy')
    const alone = (await one.ask('POST', '/sign-in/passkey-options')).body
    expect((await one.ask('POST', '/sign-in/factor', { factor: id, assertion: device.get(alone) })).status).toBe(403)
  })
})
