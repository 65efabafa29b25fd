/** The Okta double's users: create, read, update, replace, credentials, schema, limits, tags. */
import { describe, expect, it } from 'vitest'
import { harness, password } from './twin-harness.ts'
import type { Wire } from './twin-harness.ts'

const profile = { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' }

function causes(body: Wire): string[] {
  return body.errorCauses.map((cause: Wire) => cause.errorSummary)
}

describe('creating users', () => {
  it('answers 200 with an id of 20 characters, mixed case, and ISO dates with milliseconds', async () => {
    const { call } = harness()
    const { status, body, headers } = await call('POST', '/api/v1/users?activate=false', { profile })
    expect(status).toBe(200)
    expect(body.id).toMatch(/^00u\w{17}$/)
    expect(body.id).toMatch(/[a-z].*[A-Z]|[A-Z].*[a-z]/)
    expect(body.created).toBe('2026-01-01T00:00:00.000Z')
    expect(body).toMatchObject({
      status: 'STAGED', activated: null, statusChanged: null, lastLogin: null, passwordChanged: null, profile,
      credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
    })
    expect(body._links.self.href).toMatch(new RegExp(`/api/v1/users/${body.id}$`))
    expect(headers['x-okta-request-id']).toMatch(/^\w{27}$/)
    expect(headers['etag']).toMatch(/^W\/"/)
  })

  it.each([
    ['no activation', 'activate=false', {}, 'STAGED'],
    ['no password', '', {}, 'PROVISIONED'],
    ['a password', 'activate=true', { credentials: { password: { value: password } } }, 'ACTIVE'],
    ['a password, not activated', 'activate=false', { credentials: { password: { value: password } } }, 'STAGED'],
    ['a password to change', 'nextLogin=changePassword', { credentials: { password: { value: password } } },
      'PASSWORD_EXPIRED'],
    ['a federated user', 'provider=true', { credentials: { provider: { type: 'FEDERATION', name: 'FEDERATION' } } },
      'ACTIVE'],
    ['a federated user, not activated', 'provider=true&activate=false',
      { credentials: { provider: { type: 'SOCIAL' } } }, 'STAGED'],
  ])('with %s', async (_, query, credentials, expected) => {
    const { call } = harness()
    const answer = await call('POST', `/api/v1/users?${query}`, { profile, ...credentials })
    expect(answer.body.status).toBe(expected)
  })

  it('to change a password there has to be one, and an activation', async () => {
    const { call } = harness()
    const url = '/api/v1/users?nextLogin=changePassword'
    expect((await call('POST', url, { profile })).body.errorCode).toBe('E0000124')
    const body = { profile, credentials: { password: { value: password } } }
    expect((await call('POST', `${url}&activate=false`, body)).body.errorCode).toBe('E0000125')
  })

  it('refuses a password for a federated user', async () => {
    const { call } = harness()
    const credentials = { provider: { type: 'FEDERATION', name: 'FEDERATION' }, password: { value: password } }
    expect((await call('POST', '/api/v1/users', { profile, credentials })).body.errorCode).toBe('E0000001')
  })

  it('joins the groups named, at most twenty, never Everyone', async () => {
    const { call, twin } = harness()
    const group = await call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })
    const groupIds = [group.body.id]
    const many = await call('POST', '/api/v1/users', { profile, groupIds: Array(21).fill(groupIds[0]) })
    expect([many.status, many.body.errorCode]).toEqual([400, 'E0000093'])
    const everyone = await call('POST', '/api/v1/users', { profile, groupIds: [twin.org.everyone] })
    expect([everyone.status, everyone.body.errorCode]).toEqual([501, 'E0000060'])
    const unknown = await call('POST', '/api/v1/users', { profile, groupIds: ['00gnone'] })
    expect(unknown.status).toBe(404)
    const { body } = await call('POST', '/api/v1/users', { profile, groupIds })
    const groups = await call('GET', `/api/v1/users/${body.id}/groups`)
    expect(groups.body.map((each: Wire) => each.profile.name)).toEqual(['Everyone', 'Readers'])
  })

  it('a login is taken whatever its case or accents, and told by the cause', async () => {
    const { call, user } = harness()
    await user('jose@example.com')
    for (const login of ['JOSE@example.com', 'josé@example.com']) {
      const answer = await call('POST', '/api/v1/users', { profile: { ...profile, login } })
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
      expect(answer.body.errorSummary).toBe('Api validation failed: login')
      expect(causes(answer.body)).toEqual([
        'login: An object with this field already exists in the current organization',
      ])
    }
  })

  it('a login stays taken while deactivated and is free once deleted', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    await call('DELETE', `/api/v1/users/${id}`)
    expect((await call('POST', '/api/v1/users', { profile })).status).toBe(400)
    await call('DELETE', `/api/v1/users/${id}`)
    expect((await call('GET', `/api/v1/users/${id}`)).body.errorCode).toBe('E0000007')
    expect((await call('POST', '/api/v1/users', { profile })).status).toBe(200)
  })
})

describe('what a profile may hold', () => {
  it.each<[string, object, string]>([
    ['no first name', { firstName: null }, 'firstName'],
    ['an empty last name', { lastName: '' }, 'lastName'],
    ['no login', { login: undefined }, 'login'],
    ['a login of four characters', { login: 'a@b.' }, 'login'],
    ['a login that is no address', { login: 'adabyron' }, 'login'],
    ['a login of 101 characters', { login: `${'a'.repeat(89)}@example.com` }, 'login'],
    ['an e-mail without a domain', { email: 'ada@localhost' }, 'email'],
    ['a first name of 51 characters', { firstName: 'a'.repeat(51) }, 'firstName'],
    ['a second e-mail that is none', { secondEmail: 'nobody' }, 'secondEmail'],
    ['a phone of 101 characters', { mobilePhone: '1'.repeat(101) }, 'mobilePhone'],
    ['a country of three letters', { countryCode: 'DEU' }, 'countryCode'],
    ['a number for text', { title: 7 }, 'title'],
    ['a character of four bytes', { title: 'Countess 👑' }, 'title'],
    ['an undeclared attribute', { efsUid: '7' }, 'efsUid'],
    ['a prototype', JSON.parse('{"__proto__": "x"}') as object, '__proto__'],
  ])('refuses %s', async (_, change, field) => {
    const { call, twin } = harness()
    const merged: Record<string, unknown> = Object.assign(Object.create(null), profile)
    for (const [name, value] of Object.entries(change)) Object.defineProperty(merged, name, { value, enumerable: true })
    const answer = await call('POST', '/api/v1/users', { profile: merged })
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
    expect(causes(answer.body)[0]).toMatch(new RegExp(`^${field}: `))
    expect(twin.org.users.size).toBe(0)
  })

  it('takes the longest of everything, and characters of three bytes', async () => {
    const { call } = harness()
    const longest = {
      login: `${'a'.repeat(88)}@example.com`, firstName: '語'.repeat(50), lastName: 'ß'.repeat(50),
      mobilePhone: '1'.repeat(100), countryCode: 'DE',
    }
    expect((await call('POST', '/api/v1/users', { profile: { ...profile, ...longest } })).status).toBe(200)
  })

  it('needs a profile, and well-formed JSON', async () => {
    const { call } = harness()
    expect((await call('POST', '/api/v1/users', {})).body.errorCode).toBe('E0000001')
    for (const body of ['{"profile":', '', '[]', '"x"', '['.repeat(5000)]) {
      const answer = await call('POST', '/api/v1/users', body)
      expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000003'])
    }
    const deep = `{"profile":{"x":${'['.repeat(5000)}${']'.repeat(5000)}}}`
    expect((await call('POST', '/api/v1/users', deep)).body.errorCode).toBe('E0000003')
    const large = await call('POST', '/api/v1/users', { profile: { title: 'x'.repeat(2_000_000) } })
    expect([large.status, large.body.errorCode]).toEqual([400, 'E0000003'])
    const form = await call('POST', '/api/v1/users', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })
    expect([form.status, form.body.errorCode]).toEqual([400, 'E0000021'])
  })
})

describe('custom attributes', () => {
  const declare = (properties: object) => ({ definitions: { custom: { properties } } })
  const schemaUrl = '/api/v1/meta/schemas/user/default'

  it('are declared first, then carried, checked, searched and removed', async () => {
    const { call, user } = harness()
    const declared = await call('POST', schemaUrl, declare({
      efsUid: { title: 'EFS uid', type: 'integer', minimum: 1 },
      colours: { title: 'Colours', type: 'array', items: { type: 'string' }, enum: ['red', 'blue'] },
    }))
    expect(declared.body.definitions.custom.properties.efsUid).toMatchObject({ title: 'EFS uid', type: 'integer' })
    const made = await user('ada@example.com', { profile: { efsUid: 7, colours: ['red'] } })
    expect(made.profile).toMatchObject({ efsUid: 7, colours: ['red'] })
    for (const wrong of [{ efsUid: 'x' }, { efsUid: 0 }, { efsUid: 1.5 }, { colours: 'red' }, { colours: ['green'] }]) {
      expect((await call('POST', `/api/v1/users/${made.id}`, { profile: wrong })).body.errorCode).toBe('E0000001')
    }
    const found = await call('GET', `/api/v1/users?search=${encodeURIComponent('profile.efsUid eq 7')}`)
    expect(found.body).toHaveLength(1)
    await call('POST', schemaUrl, declare({ efsUid: null }))
    expect((await call('GET', schemaUrl)).body.definitions.custom.properties.efsUid).toBeUndefined()
  })

  it('may be unique, also when that is said after users have values', async () => {
    const { call, user } = harness()
    await call('POST', schemaUrl, declare({ externalId: { title: 'External', type: 'string' } }))
    await user('ada@example.com', { profile: { externalId: 'e-1' } })
    await call('POST', schemaUrl, declare({ externalId: { unique: 'UNIQUE_VALIDATED' } }))
    const body = { profile: { ...profile, login: 'b.two@example.com', externalId: 'E-1' } }
    const answer = await call('POST', '/api/v1/users', body)
    expect(causes(answer.body)).toEqual([
      'externalId: An object with this field already exists in the current organization',
    ])
    expect((await call('POST', '/api/v1/users', { profile: { ...body.profile, externalId: 'e-2' } })).status).toBe(200)
  })

  it('cannot be named like a base attribute, change their type, or be of no type', async () => {
    const { call } = harness()
    await call('POST', schemaUrl, declare({ efsUid: { title: 'EFS uid', type: 'integer' } }))
    const wrong = [
      { title: { title: 'x', type: 'string' } }, { efsUid: { type: 'string' } }, { other: { title: 'x' } },
      { 'a-b': { title: 'x', type: 'string' } },
    ]
    for (const properties of wrong) expect((await call('POST', schemaUrl, declare(properties))).status).toBe(400)
    expect((await call('GET', '/api/v1/meta/schemas/user/osc-none')).status).toBe(404)
  })

  it('the base attributes: optional names and the pattern of a login', async () => {
    const { call } = harness()
    const base = { definitions: { base: { properties: { firstName: { required: false }, login: { pattern: '.+' } } } } }
    await call('POST', schemaUrl, base)
    const answer = await call('POST', '/api/v1/users', { profile: { ...profile, login: 'adabyron', firstName: null } })
    expect(answer.status).toBe(200)
    const evil = { definitions: { base: { properties: { login: { pattern: '(a+)+$' } } } } }
    expect((await call('POST', schemaUrl, evil)).status).toBe(400)
  })
})

describe('reading', () => {
  it('finds by id, by login in any case, and by an unambiguous beginning of the login', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    for (const key of [id, 'ada@example.com', 'ADA%40EXAMPLE.COM', 'ada']) {
      expect((await call('GET', `/api/v1/users/${key}`)).body.id).toBe(id)
    }
    await user('ada@example.org')
    expect((await call('GET', '/api/v1/users/ada')).status).toBe(404)
    expect((await call('GET', `/api/v1/users/${id.toLowerCase()}`)).status).toBe(404)
  })

  it('an unknown one is 404 E0000007 in the error shape', async () => {
    const { call } = harness()
    const { status, body } = await call('GET', '/api/v1/users/00unobody')
    expect(status).toBe(404)
    expect(body).toEqual({
      errorCode: 'E0000007', errorSummary: 'Not found: Resource not found: 00unobody (User)', errorLink: 'E0000007',
      errorId: expect.stringMatching(/^oae\w{22}$/), errorCauses: [],
    })
  })
})

describe('updating', () => {
  it('POST changes what it names and null removes; PUT deletes what it does not name', async () => {
    const { call, user, wait } = harness()
    const { id } = await user('ada@example.com', { profile: { title: 'Countess', city: 'London' } })
    await wait(60)
    const posted = await call('POST', `/api/v1/users/${id}`, { profile: { title: null, lastName: 'Lovelace' } })
    const nulls = { mobilePhone: null, secondEmail: null }
    expect(posted.body.profile).toEqual({ ...profile, ...nulls, lastName: 'Lovelace', city: 'London' })
    expect(posted.body.lastUpdated).toBe('2026-01-01T00:01:00.000Z')
    const put = await call('PUT', `/api/v1/users/${id}`, { profile })
    expect(put.body.profile).toEqual({ ...profile, ...nulls })
    const { firstName: _, ...incomplete } = profile
    expect((await call('PUT', `/api/v1/users/${id}`, { profile: incomplete })).body.errorCode).toBe('E0000001')
  })

  it('keeps logins unique and frees the old one', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    await user('b.two@example.com')
    const taken = await call('POST', `/api/v1/users/${id}`, { profile: { login: 'B.Two@example.com' } })
    expect(taken.body.errorCode).toBe('E0000001')
    expect((await call('POST', `/api/v1/users/${id}`, { profile: { login: 'ADA@example.com' } })).status).toBe(200)
    expect((await call('POST', `/api/v1/users/${id}`, { profile: { login: 'c.three@example.com' } })).status).toBe(200)
    expect((await call('GET', '/api/v1/users/ada@example.com')).status).toBe(404)
    await user('ada@example.com')
  })

  it('If-Match: the tag of the last answer passes once, an old one is 412 E0000231', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    const url = `/api/v1/users/${id}`
    const etag = String((await call('GET', url)).headers['etag'])
    const first = await call('POST', url, { profile: { title: 'One' } }, { 'if-match': etag })
    expect(first.status).toBe(200)
    expect(first.headers['etag']).not.toBe(etag)
    for (const method of ['POST', 'PUT']) {
      const second = await call(method, url, { profile: { ...profile, title: 'Two' } }, { 'if-match': etag })
      expect([second.status, second.body.errorCode]).toEqual([412, 'E0000231'])
    }
    expect((await call('GET', url)).body.profile.title).toBe('One')
    expect((await call('POST', url, { profile: {} }, { 'if-match': '*' })).status).toBe(200)
  })

  it('a deactivated user is not touched unless the org says so', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    await call('DELETE', `/api/v1/users/${id}`)
    const body = { profile: { title: 'Countess' } }
    const refused = await call('POST', `/api/v1/users/${id}`, body)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000038'])
    await call('PUT', '/_twin/options', { editDeprovisioned: true })
    expect((await call('POST', `/api/v1/users/${id}`, body)).body.profile.title).toBe('Countess')
  })

  it('the user type can be named but not changed', async () => {
    const { call, user } = harness()
    const made = await user('ada@example.com')
    const url = `/api/v1/users/${made.id}`
    expect((await call('POST', url, { profile: {}, type: { id: made.type.id } })).status).toBe(200)
    expect((await call('POST', url, { profile: {}, type: { id: 'otyother' } })).status).toBe(400)
  })
})

describe('credentials', () => {
  it('a password is kept hashed only: in no answer, no state, no recording', async () => {
    const { call, user, twin } = harness()
    const { id } = await user('ada@example.com', { password })
    const everywhere = JSON.stringify([
      (await call('GET', `/api/v1/users/${id}`)).body, (await call('GET', '/_twin/state')).body,
      (await call('GET', '/_twin/calls')).body, twin.org.users.get(id),
    ])
    expect(everywhere).not.toContain(password)
    expect((await call('GET', `/api/v1/users/${id}`)).body.credentials.password).toEqual({})
    const check = (value: string) => call('POST', `/_twin/users/${id}/check-password`, { password: value })
    expect((await check(password)).body).toEqual({ matches: true })
    expect((await check('Wrong-Horse-7')).body).toEqual({ matches: false })
  })

  it.each(['short1A', 'nouppercase1', 'NOLOWERCASE1', 'NoDigitsHere', 'Byron-ada.byron-1'])(
    'refuses the password %s', async (value) => {
      const { call } = harness()
      const body = { profile: { ...profile, login: 'ada.byron@example.com' }, credentials: { password: { value } } }
      const answer = await call('POST', '/api/v1/users', body)
      expect(answer.body.errorCode).toBe('E0000001')
      expect(causes(answer.body)[0]).toMatch(/^password: Password requirements were not met/)
    },
  )

  const bcrypt = { algorithm: 'BCRYPT', workFactor: 10, salt: 'a'.repeat(22), value: 'b'.repeat(31) }
  const sha = {
    algorithm: 'SHA-256', salt: 'c2FsdA==', saltOrder: 'PREFIX', value: 'EwHUvZDqRdgFsL8t2m+oCyPk3K0QoUj1/1H/SKrFcVw=',
  }
  const pbkdf2 = {
    algorithm: 'PBKDF2', salt: 'c2FsdA==', iterationCount: 4096, keySize: 32, digestAlgorithm: 'SHA256_HMAC',
    value: 'abcd',
  }

  it.each([bcrypt, sha, pbkdf2])('takes a hash of $algorithm, and the provider reads IMPORT', async (hash) => {
    const { call } = harness()
    const answer = await call('POST', '/api/v1/users', { profile, credentials: { password: { hash } } })
    expect(answer.body).toMatchObject({ status: 'ACTIVE', credentials: { password: {}, provider: { type: 'IMPORT' } } })
  })

  it.each([
    { ...bcrypt, salt: 'a'.repeat(21) }, { ...bcrypt, workFactor: 21 }, { ...bcrypt, value: 'b' },
    { ...sha, algorithm: 'SHA-3' }, { ...sha, value: 'not base64!' }, { ...sha, saltOrder: 'MIDDLE' },
    { ...pbkdf2, iterationCount: 4095 }, { ...pbkdf2, keySize: undefined }, { ...pbkdf2, digestAlgorithm: 'MD5' },
  ])('refuses a hash of the wrong shape: %j', async (hash) => {
    const { call } = harness()
    const answer = await call('POST', '/api/v1/users', { profile, credentials: { password: { hash } } })
    expect([answer.status, answer.body.errorCode]).toEqual([400, 'E0000001'])
  })

  it('verifies an imported SHA-256 hash', async () => {
    const { createHash } = await import('node:crypto')
    const value = createHash('sha256').update('salt').update(password).digest('base64')
    const { call } = harness()
    const hash = { ...sha, value }
    const { body } = await call('POST', '/api/v1/users', { profile, credentials: { password: { hash } } })
    const check = await call('POST', `/_twin/users/${body.id}/check-password`, { password })
    expect(check.body).toEqual({ matches: true })
  })

  // Made by the C library's crypt; the last has more than the 72 bytes that count.
  it.each([
    ['abc', 6, 'If6bvum7DFjUnE9p2uDeDu', '0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
    ['Correct-Horse-7', 8, 'm0CrhHm10qJ3lXRY.5zDGO', 'J6aNM3/Wts2bLs1rVEsOUWOnm86Aimm'],
    [`ä${'x'.repeat(80)}`, 4, 'DCq7YPn5Rq63x1Lad4cll.', 'jyW8PfHltSwKM.93WyEMD2DDFjD5NLW'],
  ])('verifies the imported BCRYPT hash of %s', async (given, workFactor, salt, value) => {
    const { call } = harness()
    const { body } = await call('POST', '/api/v1/users', { profile, credentials: { password: { hash: { algorithm: 'BCRYPT', workFactor, salt, value } } } })
    const check = async (one: string) => (await call('POST', `/_twin/users/${body.id}/check-password`, { password: one })).body.matches
    expect([await check(given), await check(`y${given}`)]).toEqual([true, false])
  })

  it.each([{ hash: bcrypt }, { hook: { type: 'default' } }])('takes %o on update while STAGED only', async (imported) => {
    const { call, user } = harness()
    const staged = await user('ada@example.com', { activate: false })
    const body = { credentials: { password: imported } }
    expect((await call('POST', `/api/v1/users/${staged.id}`, body)).status).toBe(200)
    const active = await user('b.two@example.com', { password })
    expect((await call('POST', `/api/v1/users/${active.id}`, body)).body.errorCode).toBe('E0000001')
  })

  it('takes a password import hook and a recovery question, one kind of password at a time', async () => {
    const { call } = harness()
    const question = { question: 'Whose engine?', answer: 'Babbage' }
    const credentials = { password: { hook: { type: 'default' } }, recovery_question: question }
    const { body } = await call('POST', '/api/v1/users', { profile, credentials })
    expect(body.credentials).toEqual({
      password: {}, recovery_question: { question: 'Whose engine?' }, provider: { type: 'IMPORT', name: 'IMPORT' },
    })
    const both = { password: { value: password, hash: bcrypt } }
    const other = { ...profile, login: 'b.two@example.com' }
    expect((await call('POST', '/api/v1/users', { profile: other, credentials: both })).status).toBe(400)
  })
})

describe('the door', () => {
  it('no header is 403 E0000005, a wrong token or scheme 401 E0000011', async () => {
    const { call, twin } = harness()
    const bare = await twin.inject({ method: 'GET', url: '/api/v1/users' })
    expect([bare.statusCode, bare.json().errorCode]).toEqual([403, 'E0000005'])
    for (const authorization of ['SSWS wrong', 'Bearer test-token', 'SSWS', 'test-token']) {
      const answer = await call('GET', '/api/v1/users', undefined, { authorization })
      expect([answer.status, answer.body.errorCode]).toEqual([401, 'E0000011'])
    }
  })

  it('several tokens are let in', async () => {
    const { call } = harness({ tokens: ['one', 'two'] })
    for (const name of ['one', 'two', 'test-token']) {
      expect((await call('GET', '/api/v1/users', undefined, { authorization: `SSWS ${name}` })).status).toBe(200)
    }
  })

  it('unknown paths and methods have their own codes', async () => {
    const { call } = harness()
    const path = await call('GET', '/api/v1/nothing')
    expect([path.status, path.body.errorCode]).toEqual([404, 'E0000008'])
    const method = await call('PATCH', '/api/v1/users/00u1')
    expect([method.status, method.body.errorCode]).toEqual([405, 'E0000022'])
    const url = await call('GET', '/api/v1/users/%E0%A4%A')
    expect([url.status, url.body.errorCode]).toEqual([400, 'E0000003'])
  })

  it('clears sessions of a user', async () => {
    const { call, user } = harness()
    const { id } = await user('ada@example.com')
    expect((await call('DELETE', `/api/v1/users/${id}/sessions?oauthTokens=true`)).status).toBe(204)
  })
})
