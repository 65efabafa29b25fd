/** What people see and change of themselves, and what they cannot. */
import { describe, expect, test } from 'vitest'
import { browser, password, personWithPassword } from './browser.ts'
import { giveRole } from './administrators.ts'
import { user } from '../src/model/user.ts'
import { ed25519Key } from './public-keys.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, ask, server } = shared

async function signedIn(name: string, further?: object) {
  const id = await personWithPassword(shared, name, further)
  const one = browser(server)
  expect((await one.signIn(name)).status).toBe(200)
  return Object.assign(one, { id })
}

describe('my record', () => {
  test('is whole to me, with what is hidden from others', async () => {
    const one = await signedIn('ada', { birthdate: '1990-01-02', phoneNumbers: [{ value: '123' }] })
    const reply = await one.ask('GET', '/me')
    expect(reply.body).toMatchObject({ id: one.id, userName: 'ada', birthdate: '1990-01-02', phoneNumbers: [{ value: '123' }] })
    expect(JSON.stringify((await one.ask('GET', '/me?attributes=logins,userName')).body)).not.toContain('argon2')
    expect((await one.ask('GET', '/me', undefined, { 'if-none-match': String(reply.headers.etag) })).status).toBe(304)
    expect((await one.ask('GET', `/users/${one.id}`)).status).toBe(403)
  })

  test('is mine to change where the lists say so', async () => {
    await ask('POST', '/metadata/elements', { name: 'shirtSize', selfEditable: true })
    const one = await signedIn('bea')
    const reply = await one.ask('PATCH', '/me', { nickName: 'Bee', phoneNumbers: [{ value: '99' }], addresses: [{ locality: 'Wien' }], attributes: { shirtSize: 'M' } })
    expect(reply).toMatchObject({ status: 200, body: { nickName: 'Bee', phoneNumbers: [{ value: '99' }], addresses: [{ locality: 'Wien' }], attributes: { shirtSize: 'M' } } })
    expect((await one.ask('PATCH', '/me', { nickName: null }, { 'if-match': '"999"' })).status).toBe(412)
    const [event] = (await ask('GET', `/audit?targetId=${one.id}&action=user.update`)).body.items
    expect(event).toMatchObject({ actorId: one.id, principal: 'bea' })
  })

  test('is in my language from the next mail on when I say which', async () => {
    const one = await signedIn('lang', { emails: [{ value: 'lang@example.com', primary: true }] })
    expect(await one.ask('PATCH', '/me', { preferredLanguage: 'de-AT' })).toMatchObject({ status: 200, body: { preferredLanguage: 'de-AT' } })
    expect((await browser(server, { address: '203.0.113.77' }).signIn('lang')).status).toBe(200)
    expect(await ctx.db.query('select template, locale, content ->> \'device\' as device from gatehouse.message where user_id = $1', [one.id])).toEqual([{ template: 'new-sign-in', locale: 'de-AT', device: 'Firefox unter Linux' }])
    expect((await one.ask('PATCH', '/me', { preferredLanguage: null })).body).not.toHaveProperty('preferredLanguage')
  })

  test('says which custom attributes are mine to change, of my type only, and not who else may see them', async () => {
    const typeId = 'GUEST'
    expect((await ask('POST', '/metadata/types', { id: typeId, grouping: 'USER_OBJECT_TYPE' })).status).toBe(201)
    for (const more of [{ name: 'hatSize', dataType: 'INTEGER', selfEditable: true, displayOrder: 2, validator: '[0-9]+' }, { name: 'dish', selfEditable: true, displayOrder: 1, displayName: 'Lunch', validValues: ['soup', 'salad'] }, { name: 'badge' }, { name: 'visitOf', typeId, selfEditable: true }]) {
      expect((await ask('POST', '/metadata/elements', more)).status).toBe(201)
    }
    const one = await signedIn('att')
    const { items } = (await one.ask('GET', '/me/attributes')).body as { items: { name: string }[] }
    const names = items.map(({ name }) => name)
    expect(names.filter((name) => name === 'dish' || name === 'hatSize')).toEqual(['dish', 'hatSize'])
    expect(items.find(({ name }) => name === 'dish')).toMatchObject({ displayName: 'Lunch', dataType: 'STRING', validValues: ['soup', 'salad'], required: false, multiValued: false })
    expect(items.find(({ name }) => name === 'hatSize')).not.toHaveProperty('validator')
    expect(names).not.toContain('badge')
    expect(names).not.toContain('visitOf')
    expect((await ask('PATCH', `/users/${one.id}`, { typeId })).status).toBe(200)
    expect(((await one.ask('GET', '/me/attributes')).body.items as { name: string }[]).map(({ name }) => name)).toContain('visitOf')
  })

  const foreign: [string, unknown][] = [
    ['userName', 'root'], ['status', 'ACTIVE'], ['active', true], ['secondaryStatus', null], ['title', 'Chief'], ['employeeNumber', '1'], ['typeId', 'INTERNAL_USER'],
    ['emails', [{ value: 'new@example.com' }]], ['logins', []], ['keys', []], ['affiliations', []], ['supervisors', []], ['relations', []], ['notes', []],
    ['name', { familyName: 'Other' }], ['systemFlag', true], ['isVisible', false], ['secretWord', 'x'], ['id', 'x'], ['meta', {}], ['birthdate', '2000-01-01'], ['attributes', null],
    ['alternateId', '0'.repeat(32)], ['certDelegateId', '3000'],
  ]
  test.each(foreign)('is not mine to change in %s', async (path, value) => {
    const one = await signedIn(`mass-${path.toLowerCase()}`)
    const before = (await one.ask('GET', '/me')).body
    const reply = await one.ask('PATCH', '/me', { nickName: 'x', [path]: value })
    expect(reply).toMatchObject({ status: 400, body: { code: 'read_only_attribute', problems: [{ path }] } })
    expect((await one.ask('GET', '/me')).body).toEqual(before)
  })

  test('names everything that is not mine at once, custom attributes too, and what does not exist as such', async () => {
    await ask('POST', '/metadata/elements', { name: 'clearance' })
    const one = await signedIn('cal')
    const reply = await one.ask('PATCH', '/me', { title: 'x', costCenter: 'y', attributes: { clearance: 'top', unheard: '1' } })
    expect((reply.body.problems as { path: string }[]).map(({ path }) => path)).toEqual(['title', 'costCenter', 'attributes.clearance', 'attributes.unheard'])
    expect((await one.ask('PATCH', '/me', { isAdmin: true })).body.code).toBe('unknown_attribute')
    expect((await one.ask('PATCH', '/me', '{"__proto__":{"status":"ACTIVE"}}')).status).toBe(400)
  })

  test('tells nobody who else is there, nor what organisations have', async () => {
    const one = await signedIn('spy')
    const answers = []
    for (const alternateId of ['3000', '0'.repeat(32)]) answers.push((await one.ask('PATCH', '/me', { alternateId })).body)
    expect(answers[0]).toMatchObject({ status: 400, code: 'read_only_attribute', detail: answers[1].detail, problems: answers[1].problems })
    expect([...user.attributes, ...user.collections.flatMap(({ attributes, selfEditable }) => (selfEditable ? attributes : []))].filter((each) => each.selfEditable && each.references === 'User')).toEqual([])
    const { id: organization } = (await ask('POST', '/organizations', { name: 'Acme' })).body
    const { id: there } = (await ask('POST', `/organizations/${organization}/locations`, { name: 'Office', locality: 'Bern' })).body
    for (const copyFromLocationId of [there, 'nowhere']) answers.push((await one.ask('PATCH', '/me', { addresses: [{ copyFromLocationId }] })).body)
    expect(answers[2]).toMatchObject({ status: 400, code: 'read_only_attribute', detail: answers[3].detail })
    // Addresses that others have copied may stay, and change in all else.
    expect((await ask('PATCH', `/users/${one.id}`, { addresses: [{ copyFromLocationId: there }] })).status).toBe(200)
    const [copied] = (await one.ask('GET', '/me')).body.addresses
    expect((await one.ask('PATCH', '/me', { addresses: [{ ...copied, suite: '7' }] })).status).toBe(200)
  })

  test('keeps the numbers that codes are sent to', async () => {
    const one = await signedIn('dot', { phoneNumbers: [{ value: '111', isForSms: true }] })
    const [known] = (await one.ask('GET', '/me')).body.phoneNumbers
    for (const phoneNumbers of [[{ ...known, value: '666' }], [], [known, { value: '666', isForSms: true }], [{ ...known, isForSms: false }]]) {
      expect((await one.ask('PATCH', '/me', { phoneNumbers })).body.code).toBe('read_only_attribute')
    }
    expect((await one.ask('PATCH', '/me', { phoneNumbers: [known, { value: '222' }] })).status).toBe(200)
  })
})

describe('my sessions', () => {
  test('are listed, with the one that asks marked, and ended one by one or all but this', async () => {
    const one = await signedIn('eve')
    const [phone, tablet] = [browser(server, { agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1' }), browser(server)]
    await phone.signIn('eve')
    await tablet.signIn('eve')
    const { items } = (await one.ask('GET', '/me/sessions')).body
    expect(items).toHaveLength(3)
    expect(items.filter((item: { current: boolean }) => item.current)).toHaveLength(1)
    const ofPhone = items.find((item: { device: string }) => item.device === 'Safari on iPhone')
    expect(ofPhone).toMatchObject({ ip: '127.0.0.1', level: 1, newDevice: true, newNetwork: false, current: false })
    expect((await one.ask('DELETE', `/me/sessions/${ofPhone.id}`)).status).toBe(204)
    expect([(await phone.ask('GET', '/me')).status, (await tablet.ask('GET', '/me')).status]).toEqual([401, 200])
    const other = await signedIn('fay')
    const [theirs] = (await other.ask('GET', '/me/sessions')).body.items
    expect((await one.ask('DELETE', `/me/sessions/${theirs.id}`)).status).toBe(404)
    expect((await one.ask('DELETE', '/me/sessions')).status).toBe(204)
    expect([(await one.ask('GET', '/me')).status, (await tablet.ask('GET', '/me')).status, (await other.ask('GET', '/me')).status]).toEqual([200, 401, 200])
  })
})

describe('my keys', () => {
  test('are not made by a session that proved who it is long ago', async () => {
    const one = await signedIn('keymaker')
    await ctx.db.execute(`update auth_state set proved_at = now() - interval '11 minutes' where user_id = $1`, [one.id])
    expect(await one.ask('POST', '/me/keys', { type: 'API', name: 'late', scopes: ['read'] })).toMatchObject({ status: 403, body: { code: 'step_up_required' } })
    expect((await one.ask('GET', '/me/keys')).body.items).toEqual([])
  })

  const ssh = ed25519Key()

  test('are made, listed without their tokens, and removed; they can do what I can', async () => {
    const one = await signedIn('gil')
    const api = await one.ask('POST', '/me/keys', { type: 'API', name: 'laptop', scopes: ['admin'] })
    expect(api).toMatchObject({ status: 201, body: { userId: one.id, token: expect.stringMatching(/^gh_/) }, headers: { location: expect.stringMatching(/\/me\/keys\/[0-9a-f]{32}$/) } })
    const withKey = (path: string) => ask('GET', path, undefined, { authorization: `Bearer ${api.body.token}` })
    expect((await withKey('/users')).status).toBe(403)
    const added = await one.ask('POST', '/me/keys', { type: 'SSH', name: 'work', value: ssh })
    expect(added).toMatchObject({ status: 201, body: { type: 'SSH', name: 'work', value: ssh } })
    const { items } = (await one.ask('GET', '/me/keys')).body
    expect(items.map(({ name }: { name: string }) => name).toSorted()).toEqual(['laptop', 'work'])
    expect(JSON.stringify(items)).not.toContain(api.body.token)
    for (const { id } of items) expect((await one.ask('DELETE', `/me/keys/${id}`)).status).toBe(204)
    expect((await one.ask('GET', '/me/keys')).body.items).toEqual([])
    expect((await withKey('/access/me')).status).toBe(401)
  })

  test('are a hundred at most', async () => {
    const one = await signedIn('keyring')
    const { userId } = (await one.ask('GET', '/sign-in')).body as { userId: string }
    await ctx.db.execute(`insert into user_key (user_key_id, user_id, name, key_type, key_hash, scopes, create_date) select md5($1 || n), $1, 'key ' || n, 'API', sha256(($1 || n)::bytea), 'read', now() from generate_series(1, 99) n`, [userId])
    const make = () => one.ask('POST', '/me/keys', { type: 'API', name: `made ${Math.random()}`, scopes: ['read'] })
    expect((await make()).status).toBe(201)
    expect(await make()).toMatchObject({ status: 400, body: { code: 'invalid_value' } })
  })

  test('are mine alone', async () => {
    const [one, other] = [await signedIn('hal'), await signedIn('ivy')]
    const theirs = (await other.ask('POST', '/me/keys', { type: 'API', name: 'theirs', scopes: ['read'] })).body.id
    expect((await one.ask('DELETE', `/me/keys/${theirs}`)).status).toBe(404)
    expect((await one.ask('POST', '/me/keys', { type: 'API', name: 'x', scopes: ['read'], userId: other.id })).body.code).toBe('unknown_attribute')
    for (const body of [{}, { type: 'X' }, { type: 'SSH', name: 'x', value: 'not a key' }, { type: 'API', name: 'x', scopes: ['root'] }, []]) expect((await one.ask('POST', '/me/keys', body)).status).toBe(400)
    expect((await one.ask('POST', '/me/keys', { type: 'API', name: 'old', scopes: ['read'], expires: '2001-01-01T00:00:00Z' })).status).toBe(400)
  })
})

test('what I have is told to me, without a right to ask about others', async () => {
  const one = await signedIn('joy')
  await giveRole(ctx, one.id, 'END_USER')
  expect((await one.ask('GET', '/me/access')).body.items.map(({ id }: { id: string }) => id)).toContain('GATEHOUSE_END_USER')
  expect((await one.ask('GET', `/users/${one.id}/access`)).status).toBe(403)
})

test('everything about me comes as one document, without what is secret or about others', async () => {
  const one = await signedIn('kay', { birthdate: '1980-05-05', secretWord: 'tulip' })
  await giveRole(ctx, one.id, 'END_USER')
  await one.ask('PATCH', '/me', { nickName: 'K' })
  await one.ask('POST', '/me/keys', { type: 'API', name: 'k', scopes: ['read'] })
  const reply = await one.ask('GET', '/me/export')
  expect(reply.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'content-disposition': 'attachment; filename="my-data.json"' })
  expect(reply.body).toMatchObject({
    person: { id: one.id, birthdate: '1980-05-05', nickName: 'K', logins: [{ login: 'kay' }], keys: [{ name: 'k' }] },
    sessions: [{ device: 'Firefox on Linux' }], policyDecisions: [], access: [{ id: 'GATEHOUSE_END_USER' }],
  })
  const actions = (events: { action: string }[]) => events.map(({ action }) => action)
  expect(actions(reply.body.eventsAboutMe)).toEqual(expect.arrayContaining(['user.create', 'user.sign-in', 'user.update', 'user.keys.add']))
  expect(actions(reply.body.eventsByMe)).not.toContain('user.create')
  expect(reply.body.eventsAboutMe.find(({ action }: { action: string }) => action === 'user.create')).not.toHaveProperty('principal')
  expect(JSON.stringify(reply.body)).not.toMatch(/argon2|tulip|\$m=|"password":/)
})

test('what I changed of others is theirs: my data says that I did, and not what', async () => {
  const one = await signedIn('lori')
  await giveRole(ctx, one.id, 'SUPER_ADMIN')
  const { body: { id } } = await one.ask('POST', '/users', { userName: 'somebody.else', name: { familyName: 'Else' }, birthdate: '1971-02-03' })
  const { body } = await one.ask('GET', '/me/export')
  const event = body.eventsByMe.find(({ targetId }: { targetId: string }) => targetId === id)
  expect(event).toMatchObject({ action: 'user.create' })
  expect(event).not.toHaveProperty('changes')
  expect(JSON.stringify(body)).not.toContain('1971-02-03')
})

test('changing my password asks for the one I have, and refuses what the policy refuses', async () => {
  const one = await signedIn('lou')
  expect(await one.ask('POST', '/me/password', { current: 'wrong', next: 'a newer horse, a newer battery' })).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } })
  expect((await one.ask('POST', '/me/password', { current: password, next: 'x' })).status).toBe(400)
  expect((await one.ask('POST', '/me/password', { next: 'a newer horse, a newer battery' })).status).toBe(400)
  expect((await one.ask('POST', '/me/password', { current: password, next: 'a newer horse, a newer battery', forceChange: false })).body.code).toBe('unknown_attribute')
  expect((await one.ask('GET', '/me')).status).toBe(200)
  expect((await one.ask('POST', '/me/password', { current: password, next: 'a newer horse, a newer battery' }, { 'idempotency-key': 'new-password' })).status).toBe(200)
  expect(await ctx.db.query(`select 1 from gatehouse.idempotency_key where path like '%password'`)).toEqual([])
  expect((await browser(server).signIn('lou')).status).toBe(401)
})

test('a key is not somebody who is signed in', async () => {
  for (const [method, path, body] of [['GET', '/me'], ['PATCH', '/me', {}], ['GET', '/me/export'], ['POST', '/sign-out'], ['GET', '/sign-in'], ['POST', '/me/password', {}]] as const) {
    expect(await ask(method, path, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  }
  expect((await browser(server).ask('GET', '/me')).status).toBe(401)
})
