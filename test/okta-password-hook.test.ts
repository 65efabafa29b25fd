/** Okta's password import hook: people sign in there with the password that they have here; nobody else learns anything. */
import { hash as bcrypt } from '@node-rs/bcrypt'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { connectOkta } from '../src/connectors/okta/create-connector.ts'
import { readConfig } from '../src/config.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { setPassword } from '../src/signin/password-change.ts'
import { Database } from '../src/store/database.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { syncPortal } from '../src/sync/run.ts'
import { undoStep } from '../src/sync/undo-step.ts'
import { createTwin } from '../twin/server.ts'
import type { Wire } from './twin-harness.ts'
import { givePassword, password, personWithPassword, resultsOf } from './browser.ts'
import { testServer } from './rest-server.ts'

const secret = 'Bearer the-hook-secret-of-the-tests'
const world = await testServer({ OKTA_PASSWORD_HOOK_SECRET: secret, AUTH_FAILURES_PER_MINUTE: '20', SIGN_IN_ATTEMPTS_PER_ADDRESS: '5', SIGN_IN_ATTEMPTS_PER_ACCOUNT: '20' })
const { ctx, server } = world

const linkedPortal = await createPortal(ctx, { name: 'Linked' })

/** A person with a password who has an account of a name in Okta, as a sync has confirmed it. */
async function person(userName: string, account = userName): Promise<string> {
  const id = await personWithPassword(world, userName)
  const uid = (await addPortalUsers(ctx, linkedPortal.id, [id]))[0]!.uid
  await ctx.db.execute(`insert into login (login_id, login, user_id, managed_sys_id, status, is_active, prov_status) values ($1, $2, $3, 'OKTA', 'ACTIVE', 'Y', 'CREATED')`, [`okta-${userName}`, account, id])
  await ctx.db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values ($1, $2, $3, 1)', [linkedPortal.id, uid, `00u${String(uid).padStart(17, '0')}`])
  return id
}

const path = '/api/v1/okta/password-import'
const question = (username: unknown, given: unknown, ipAddress = '203.0.113.7') => ({
  eventId: '3a4b', eventTime: '2026-01-01T00:00:00.000Z', eventType: 'com.okta.user.credential.password.import', eventTypeVersion: '1.0', contentType: 'application/json', cloudEventVersion: '0.1', source: 'https://example.okta.com/api/v1/inlineHooks/cal1',
  data: { context: { request: { id: 'r', method: 'POST', url: { value: '/api/v1/authn' }, ipAddress } }, action: { credential: 'UNVERIFIED' }, credential: { username, password: given } },
})
const post = (body: unknown, authorization: string | undefined = secret) => server.inject({ method: 'POST', url: path, headers: { host: 'localhost', 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) }, payload: typeof body === 'string' ? body : JSON.stringify(body) })
const verdict = async (username: string, given = password, address?: string) => {
  const reply = await post(question(username, given, address))
  expect(reply.statusCode).toBe(200)
  const { commands } = reply.json() as { commands: { type: string; value: { credential: string } }[] }
  expect(Object.keys(reply.json())).toEqual(['commands'])
  expect(commands).toHaveLength(1)
  expect(commands[0]!.type).toBe('com.okta.action.update')
  return commands[0]!.value.credential
}

describe('through Okta', async () => {
  const url = await server.listen({ port: 0, host: '127.0.0.1' })

  /** An org that asks this hook, a portal whose accounts are made with it, and somebody of it who has a password here. */
  async function hooked(userName: string, users: { status: string; login: string }[] = []) {
    const seed = { users: users.map(({ status, login }) => ({ status, profile: { login, email: login, firstName: 'A', lastName: 'B' } })) }
    const twin = createTwin({ token: 't', seed })
    const orgUrl = await twin.listen(0)
    afterAll(() => twin.close())
    const api = async (method: string, at: string, body?: object) => {
      const answer = await fetch(new URL(at, orgUrl), { method, headers: { authorization: 'SSWS t', 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) })
      return { status: answer.status, body: await answer.json() as Wire }
    }
    await api('POST', '/api/v1/inlineHooks', { name: 'Passwords', type: 'com.okta.user.credential.password.import', version: '1.0.0', channel: { type: 'HTTP', version: '1.0.0', config: { uri: url + path, authScheme: { type: 'HEADER', key: 'Authorization', value: secret } } } })
    const portal = await createPortal(ctx, { name: `Panel of ${userName}`, settings: { activation: 'hook' } })
    const email = `${userName}@example.com`
    const { body: one } = await world.ask('POST', '/users', { userName, name: { givenName: userName, familyName: 'Byron' }, status: 'ACTIVE', emails: [{ value: email, primary: true }] })
    await givePassword(ctx, one.id)
    await addPortalUsers(ctx, portal.id, [one.id])
    const errorLog = createErrorLog(ctx.db, ctx.now)
    const run = () => ({ ctx, errorLog, connector: connectOkta(readConfig({ OKTA_ORG_URL: orgUrl, OKTA_API_TOKEN: 't' }), (error, attempt) => errorLog.note(error, attempt)) })
    return {
      twin, api, run, id: one.id as string, sync: () => syncPortal(run(), portal.id),
      authn: (given: string) => api('POST', '/api/v1/authn', { username: email, password: given }),
      status: async () => (await api('GET', `/api/v1/users/${email}`)).body.status,
      activations: () => twin.calls.list().filter((call) => call.path.endsWith('/lifecycle/activate')).map((call) => new URLSearchParams(call.query).get('sendEmail')),
    }
  }

  test('an account made with the hook is signed in to with the password here, once asked for and known there from then on', async () => {
    const { sync, authn, id } = await hooked('ada')
    expect((await sync()).failed).toBe(0)
    expect((await authn('wrong password')).status).toBe(401)
    expect((await authn(password)).body.status).toBe('SUCCESS')
    const events = await ctx.db.query<{ result: string }>(`select result from gatehouse.audit_event where action = 'user.okta-password' and target_id = $1`, [id])
    expect(events).toEqual([{ result: 'SUCCESS' }])
    expect(await resultsOf(ctx, id)).toEqual([['INVALID_PASSWORD', 101]])
    expect((await authn(password)).body.status).toBe('SUCCESS')
    expect(await ctx.db.query(`select from gatehouse.audit_event where action = 'user.okta-password'`)).toHaveLength(1)
  })

  test('an account that was found staged is given the hook, and signed in to with the password here', async () => {
    const { sync, authn, activations, status } = await hooked('staged-one', [{ status: 'STAGED', login: 'staged-one@example.com' }])
    expect(await sync()).toMatchObject({ failed: 0, blocked: 0, done: { adopt: 1, hookPassword: 1, activate: 1 } })
    expect([activations(), await status()]).toEqual([['false'], 'ACTIVE'])
    expect((await authn('wrong password')).status).toBe(401)
    expect((await authn(password)).body.status).toBe('SUCCESS')
  })

  test('that the answer to its activation was lost does not hold it up', async () => {
    const { twin, run, authn, status } = await hooked('lost-one', [{ status: 'STAGED', login: 'lost-one@example.com' }])
    const { connector } = run()
    const account = [...twin.org.users.values()][0]!
    for (const _ of [1, 2]) {
      await connector.hookPassword(account.id)
      await connector.activate(account.id, false)
    }
    expect(await status()).toBe('ACTIVE')
    expect((await authn('wrong password')).status).toBe(401)
    twin.faults.add({ kind: 'status', status: 403, errorCode: 'E0000006', method: 'POST', path: '/api/v1/users/*' })
    await expect(connector.hookPassword(account.id)).rejects.toMatchObject({ status: 403 })
  })

  test('who comes back to an account that was deactivated gets Okta\'s mail: the password went, and no hook is taken for it', async () => {
    const { sync, api, activations, status, id, run } = await hooked('returner')
    expect((await sync()).failed).toBe(0)
    await world.ask('PATCH', `/users/${id}`, { active: false })
    const { planId } = await sync()
    expect(await status()).toBe('DEPROVISIONED')
    expect((await api('POST', '/api/v1/users/returner@example.com', { credentials: { password: { hook: { type: 'default' } } } })).status).toBe(403)
    await world.ask('PATCH', `/users/${id}`, { active: true })
    expect(await sync()).toMatchObject({ failed: 0, blocked: 0, done: { activate: 1 } })
    expect([activations(), await status()]).toEqual([['true'], 'PROVISIONED'])
    // So it is when the deactivation is taken back.
    const step = undoStep(
      { planId, number: 1, accountId: 'a', done: 1, step: { personId: id, version: 1, label: '', login: null, accountId: 'a', links: [], outcome: 4, queued: null, actions: [{ kind: 'deactivate', reason: '', from: 'active' }] } },
      { account: { id: 'a', state: 'deactivated', status: 'DEPROVISIONED', externalId: id, login: '', email: null, profile: {} }, version: 1, valueOf: () => null, activation: 'hook', differences: run().connector.differences },
    )
    expect(step!.actions).toMatchObject([{ kind: 'activate', activation: 'mail' }])
  })
})

describe('what is verified', () => {
  test('not what is left of a password of who authenticates otherwise', async () => {
    await person('elias', 'elias@elsewhere.example')
    await ctx.db.execute(`update login set auth_type = 'OKTA' where lowercase_login = 'elias' and managed_sys_id = '0'`)
    expect(await verdict('elias@elsewhere.example', password, '203.0.113.99')).toBe('UNVERIFIED')
    await ctx.db.execute(`update login set auth_type = 'PASSWORD' where lowercase_login = 'elias' and managed_sys_id = '0'`)
    expect(await verdict('elias@elsewhere.example', password, '203.0.113.99')).toBe('VERIFIED')
  })

  test('the right password, by the name of the account there; nothing else', async () => {
    await person('grace', 'grace@elsewhere.example')
    expect(await verdict('grace@elsewhere.example')).toBe('VERIFIED')
    expect(await verdict('GRACE@elsewhere.example')).toBe('VERIFIED')
    // The name here may be that of somebody else's account there.
    expect(await verdict('grace')).toBe('UNVERIFIED')
    expect(await verdict('grace@elsewhere.example', 'wrong')).toBe('UNVERIFIED')
    expect(await verdict('grace', 'wrong')).toBe('UNVERIFIED')
    expect(await verdict('nobody-at-all')).toBe('UNVERIFIED')
  })

  test('not what a hash has known the beginning of only: Okta would keep it', async () => {
    const id = await person('bea')
    await ctx.db.execute(`update login set password = $2 where user_id = $1 and managed_sys_id = '0'`, [id, `{BCRYPT}${await bcrypt('A'.repeat(72) + 'the rest', 4)}`])
    expect([await verdict('bea', 'A'.repeat(72) + 'another rest'), await verdict('bea', 'A'.repeat(72) + 'the rest')]).toEqual(['UNVERIFIED', 'UNVERIFIED'])
    expect(await ctx.db.first(`select left(password, 8) as hash from login where user_id = $1 and managed_sys_id = '0'`, [id])).toEqual({ hash: '{BCRYPT}' })
  })

  test('not by a login that somebody wrote by hand, nor without a link to the account', async () => {
    const id = await personWithPassword(world, 'squatter')
    expect((await world.ask('POST', `/users/${id}/logins`, { managedSystem: 'OKTA', login: 'ceo@corp.example' })).status).toBe(201)
    expect(await verdict('ceo@corp.example', password, '203.0.113.80')).toBe('UNVERIFIED')
    await person('linked-one', 'own@corp.example')
    await ctx.db.execute(`update efs.iam_portal_user_reference set uuid = null where user_id = (select p.uid from efs.panelists p join users u on u.user_id = p.person_id where u.user_name = 'linked-one')`)
    expect(await verdict('own@corp.example', password, '203.0.113.81')).toBe('UNVERIFIED')
  })

  test('not by the name of an account that a sync has confirmed and somebody has changed since', async () => {
    const id = await person('renamer', 'renamer@corp.example')
    const items = (await world.ask('GET', `/users/${id}/logins`)).body.items as { id: string; managedSystem: string }[]
    const account = items.find(({ managedSystem }) => managedSystem === 'OKTA')!
    const refusal = { status: 409, body: { code: 'conflict' } }
    const at = `/users/${id}/logins/${account.id}`
    expect(await world.ask('PATCH', at, { login: 'chief@corp.example' })).toMatchObject(refusal)
    expect(await world.ask('PATCH', at, { managedSystem: '0' })).toMatchObject({ status: 409 })
    expect(await world.ask('PATCH', `/users/${id}`, { logins: items.map((one) => (one === account ? { ...one, login: 'chief@corp.example' } : one)) })).toMatchObject(refusal)
    expect(await verdict('chief@corp.example', password, '203.0.113.82')).toBe('UNVERIFIED')
    expect(await verdict('renamer@corp.example', password, '203.0.113.82')).toBe('VERIFIED')
    // The rest of it, and the name here, stay one's own to change.
    expect((await world.ask('PATCH', at, { identityType: 'SERVICE' })).status).toBe(200)
    expect((await world.ask('PATCH', `/users/${id}`, { userName: 'renamed' })).status).toBe(200)
    // Written anew it is a login that nobody has confirmed.
    expect((await world.ask('DELETE', at)).status).toBeLessThan(300)
    expect((await world.ask('POST', `/users/${id}/logins`, { managedSystem: 'OKTA', login: 'chief@corp.example' })).status).toBe(201)
    expect(await verdict('chief@corp.example', password, '203.0.113.83')).toBe('UNVERIFIED')
  })

  test.each([
    ['disabled', `update users set secondary_status = 'DISABLED' where user_id = $1`],
    ['terminated', `update users set status = 'TERMINATED' where user_id = $1`],
    ['locked', `update login set lock_marker = 'LOCKED_ADMIN' where user_id = $1`],
    ['with a password set by somebody else', `update login set reset_pwd = 'Y', pwd_exp = now() + interval '1 day' where user_id = $1`],
    ['with a password that has expired', `update login set pwd_exp = now() - interval '1 year', grace_period = null where user_id = $1`],
    ['without a password', `update login set password = null where user_id = $1`],
  ])('not of somebody %s', async (name, sql) => {
    const userName = `closed-${name.length}`
    const id = await person(userName)
    await ctx.db.execute(sql, [id])
    expect(await verdict(userName, password, `198.51.100.${name.length}`)).toBe('UNVERIFIED')
  })
})

describe('guessing', () => {
  test('is limited by where the person is, as Okta says, and not by Okta\'s own address', async () => {
    await person('target')
    for (let n = 0; n < 6; n++) expect(await verdict(`guess-${n}`, 'x', '192.0.2.50')).toBe('UNVERIFIED')
    expect(await verdict('target', password, '192.0.2.50')).toBe('UNVERIFIED')
    expect(await verdict('target', password, '192.0.2.51')).toBe('VERIFIED')
    // Okta is answered as ever, and the audit is told once whence they come.
    await expect.poll(() => ctx.db.query(`select origin::jsonb as origin, result from gatehouse.audit_event where action = 'request.refuse' and target_id = 'verifyImportedPassword'`)).toEqual([
      { origin: { ip: '192.0.2.50', principal: 'okta password hook' }, result: 'too_many_requests' }])
  })

  test('locks the login as signing in would', async () => {
    const id = await person('guessed')
    for (let n = 0; n < 10; n++) await verdict('guessed', `wrong ${n}`, `192.0.2.${100 + n}`)
    expect(await verdict('guessed', password, '192.0.2.120')).toBe('UNVERIFIED')
    expect((await ctx.db.first<{ marker: string }>(`select lock_marker as marker from login where user_id = $1 and managed_sys_id = '0'`, [id]))!.marker).toBe('LOCKED')
  })

  test('at the secret of the hook gets nowhere, and says nothing of it', async () => {
    for (const authorization of ['', 'Bearer', `${secret}x`, secret.slice(0, -1), secret.toUpperCase(), 'Basic dGVzdDp0ZXN0']) {
      const reply = await post(question('grace', password), authorization)
      expect([reply.statusCode, reply.json().code]).toEqual([401, 'unauthenticated'])
      expect(reply.body).not.toContain('the-hook-secret')
    }
    for (let n = 0; n < 20; n++) await post('{}', `wrong ${n}`)
    expect((await post('{}', 'wrong again')).statusCode).toBe(429)
    // Okta itself, which has shown the right one, goes on.
    expect(await verdict('grace@elsewhere.example')).toBe('VERIFIED')
  })
})

test.each([
  ['no JSON', '{', 'invalid_json'], ['no object', [], 'invalid_body'], ['another hook', { ...question('grace', password), eventType: 'com.okta.oauth2.tokens.transform' }, 'invalid_body'],
  ['no password', question('grace', undefined), 'invalid_body'], ['a name that is none', question({ $ne: 1 }, password), 'invalid_body'], ['NUL', question('grace\0', password), 'invalid_body'],
  ['a password without end', question('grace', 'x'.repeat(2000)), 'invalid_body'],
])('%s is refused without repeating it', async (_name, body, code) => {
  const reply = await post(body)
  expect([reply.statusCode, reply.json().code]).toEqual([400, code])
  expect(reply.body).not.toMatch(/xxxx|battery/)
})

test('off unless it is set up', async () => {
  const plain = await testServer()
  const reply = await plain.server.inject({ method: 'POST', url: path, headers: { host: 'localhost', authorization: secret, 'content-type': 'application/json' }, payload: JSON.stringify(question('a', 'b')) })
  expect(reply.statusCode).toBe(404)
  expect(() => readConfig({ OKTA_PASSWORD_HOOK_SECRET: 'short' })).toThrow(/OKTA_PASSWORD_HOOK_SECRET/)
})

test('a password that is replaced while it is looked at is no longer theirs, and does not come back', async () => {
  const id = await person('overtaken')
  await ctx.db.execute(`update login set password = $2 where user_id = $1 and managed_sys_id = '0'`, [id, `{BCRYPT}${await bcrypt(password, 4)}`])
  const transaction = Database.prototype.transaction
  const spy = vi.spyOn(Database.prototype, 'transaction').mockImplementationOnce(async function (this: Database, ...all) {
    await setPassword(ctx, id, { next: 'the one that came meanwhile', forceChange: false })
    return transaction.apply(this, all)
  } as typeof transaction)
  expect(await verdict('overtaken', password, '203.0.113.99')).toBe('UNVERIFIED')
  spy.mockRestore()
  expect(await verdict('overtaken', 'the one that came meanwhile', '203.0.113.99')).toBe('VERIFIED')
  expect((await ctx.db.query<{ result: string }>(`select result from gatehouse.audit_event where target_id = $1 and action = 'user.okta-password' order by event_id`, [id])).map(({ result }) => result)).toEqual(['INVALID_PASSWORD', 'SUCCESS'])
})
