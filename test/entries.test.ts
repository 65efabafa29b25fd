/** What hangs below a person: contacts, notes, logins, relations, supervisors, affiliations, each at its own address. */
import { beforeAll, describe, expect, test } from 'vitest'
import { user } from '../src/model/user.ts'
import { ed25519Key } from './public-keys.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

let counter = 0
async function person(more: Record<string, unknown> = {}) {
  const { status, body } = await ask('POST', '/users', { userName: `entries${++counter}`, ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id as string
}

const items = async (id: string, segment: string) => (await ask('GET', `/users/${id}/${segment}`)).body.items as Record<string, unknown>[]
const primaries = async (id: string, segment: string) => (await items(id, segment)).map((one) => one.primary)

const organizations: string[] = []
const people: string[] = []
beforeAll(async () => {
  for (const name of ['Org 0', 'Org 1']) organizations.push((await ask('POST', '/organizations', { name })).body.id)
  for (let i = 0; i < 4; i++) people.push(await person())
})

/** Per address: an entry with every attribute a caller may set, a change, and one that is refused with the path at fault. */
const kinds = [
  { segment: 'emails', entry: { value: 'Ann@Example.org', type: 'WORK_EMAIL', name: 'desk', description: 'd', primary: true, active: false, published: true },
    change: { value: 'b@example.org' }, wrong: { type: 'WORK_EMAIL' }, path: 'value' },
  { segment: 'phones', entry: { value: '5550100', type: 'CELL_PHONE', name: 'mobile', countryCd: '+49', areaCd: '030', phoneExt: '12', isForSms: true, description: 'd', primary: true, active: false, published: true },
    change: { areaCd: '040' }, wrong: { value: '1'.repeat(51) }, path: 'value' },
  { segment: 'addresses', entry: {
      type: 'HOME_ADDRESS', name: 'home', country: 'DE', locality: 'Köln', region: 'NW', postalCode: '50667', bldgNum: '7', streetDirection: 'N', suite: '3',
      address1: '1', address2: '2', address3: '3', address4: '4', address5: '5', address6: '6', address7: '7', description: 'd', primary: true, active: false, published: true,
    }, change: { locality: 'Bonn' }, wrong: { type: 'HOME_EMAIL' }, path: 'addresses[0].type' },
  { segment: 'notes', entry: { type: 'Warning', description: 'Careful.' }, change: { description: 'All is well.' }, wrong: { description: 'x'.repeat(2001) }, path: 'description' },
  { segment: 'logins', entry: { login: () => `ann${++counter}`, managedSystem: 'OKTA', identityType: 'SERVICE', status: 'SUSPENDED', authType: 'SAML', isActive: false },
    change: { status: 'ACTIVE' }, wrong: { login: 'x', managedSystem: 'nowhere' }, path: 'logins.managedSystem' },
  { segment: 'relations', entry: { user: () => people[0], type: 'ADMIN_ACCOUNT', description: 'd' }, change: { type: 'TEST_ACCOUNT' }, wrong: { user: 'nobody', type: 'ADMIN_ACCOUNT' }, path: 'relations.user' },
  { segment: 'supervisors', entry: { supervisor: () => people[1], primary: true }, change: { supervisor: () => people[2] }, wrong: { supervisor: 'nobody' }, path: 'supervisors.supervisor' },
  { segment: 'affiliations', entry: { organization: () => organizations[0], type: 'PRIMARY_AFFILIATION', start: '2020-01-01T00:00:00.000Z', end: '2021-01-01T00:00:00.000Z', description: 'd', rights: ['ADMIN_ACCESS', 'OWNER_ACCESS'] },
    change: { rights: ['IS_CERTIFIED'] }, wrong: { organization: () => organizations[0], rights: ['NOTHING'] }, path: 'affiliations.rights' },
] as const

const filled = (given: object) => Object.fromEntries(Object.entries(given).map(([key, value]) => [key, typeof value === 'function' ? value() : value]))

describe.each(kinds)('$segment', ({ segment, entry, change, wrong, path }) => {
  test('are made, read, changed, replaced and removed', async () => {
    const id = await person()
    const at = `/users/${id}/${segment}`
    const given = filled(entry)
    const added = await ask('POST', at, given)
    expect(added).toMatchObject({ status: 201, body: given, headers: { etag: 'W/"2"' } })
    expect(added.headers.location).toMatch(new RegExp(`${at}/${added.body.id}$`))
    const one = `${at}/${added.body.id}`
    expect((await ask('GET', one)).body).toEqual(added.body)
    expect(await items(id, segment)).toContainEqual(added.body)
    expect(await ask('PATCH', one, filled(change), { 'if-match': 'W/"1"' })).toMatchObject({ status: 412 })
    const changed = await ask('PATCH', one, filled(change), { 'if-match': 'W/"2"' })
    expect(changed).toMatchObject({ status: 200, body: { ...given, ...filled(change), id: added.body.id } })
    expect(await ask('PUT', one, changed.body)).toMatchObject({ status: 200, headers: { etag: 'W/"3"' }, body: changed.body })
    expect((await ask('PUT', one, given)).body).toMatchObject(given)
    expect((await ask('DELETE', one)).status).toBe(204)
    expect((await items(id, segment)).map((entry) => entry.id)).not.toContain(added.body.id)
  })

  test('are refused when wrong, with the place', async () => {
    expect(await ask('POST', `/users/${await person()}/${segment}`, filled(wrong))).toMatchObject({ status: 400, body: { problems: [{ path }] } })
  })

  test('are not found where they are not', async () => {
    const id = await person()
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : filled(entry)
      expect(await ask(method, `/users/${id}/${segment}/none`, body)).toMatchObject({ status: 404, body: { code: 'not_found' } })
      expect((await ask(method, `/users/nobody/${segment}/none`, body)).status).toBe(404)
    }
    const { body } = await ask('POST', `/users/${people[3]}/${segment}`, filled(entry))
    expect((await ask('PATCH', `/users/${id}/${segment}/${body.id}`, {})).status).toBe(404)
    expect((await ask('DELETE', `/users/${people[3]}/${segment}/${body.id}`)).status).toBe(204)
  })

  test('take no unknown attribute, no id of the caller, and no end of them', async () => {
    const id = await person()
    expect(await ask('POST', `/users/${id}/${segment}`, { ...filled(entry), shoe: 1 })).toMatchObject({ status: 400, body: { code: 'unknown_attribute', problems: [{ path: 'shoe' }] } })
    expect(await ask('POST', `/users/${id}/${segment}`, { ...filled(entry), id: 'mine' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
    expect(await ask('POST', `/users/${id}/${segment}`, '[]')).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
    const collection = user.collections.find((one) => one.segment === segment)!
    const many = Array.from({ length: collection.limit + 1 }, () => filled(entry))
    expect(await ask('PATCH', `/users/${id}`, { [collection.path]: many })).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: collection.path }] } })
  })

  test('each change is one event, with the field that changed', async () => {
    const id = await person()
    const { body } = await ask('POST', `/users/${id}/${segment}`, filled(entry))
    await ask('PATCH', `/users/${id}/${segment}/${body.id}`, filled(change))
    await ask('DELETE', `/users/${id}/${segment}/${body.id}`)
    const events = await ctx.db.query<{ action: string; changes: string }>('select action, changes::text from gatehouse.audit_event where target_id = $1 order by event_id', [id])
    expect(events.map((one) => one.action)).toEqual(['user.create', `user.${segment}.add`, `user.${segment}.update`, `user.${segment}.remove`])
    const [field] = Object.keys(change)
    expect(JSON.parse(events[2]!.changes).map((one: { path: string }) => one.path)).toContainEqual(expect.stringMatching(new RegExp(`\\[${body.id}\\]\\.${field}$`)))
  })
})

describe.each([
  ['emails', (n: number) => ({ value: `p${n}@example.org` })],
  ['phones', (n: number) => ({ value: `555${n}` })],
  ['addresses', (n: number) => ({ address1: `Street ${n}` })],
  ['supervisors', (n: number) => ({ supervisor: people[n] })],
] as const)('of %s one is primary', (segment, make) => {
  test('the first by itself, another when told so', async () => {
    const id = await person()
    const added = []
    for (let n = 0; n < 3; n++) added.push((await ask('POST', `/users/${id}/${segment}`, make(n))).body.id as string)
    expect(await primaries(id, segment)).toEqual([true, false, false])
    expect((await ask('PATCH', `/users/${id}/${segment}/${added[2]}`, { primary: true })).body.primary).toBe(true)
    expect(await primaries(id, segment)).toEqual([false, false, true])
    expect((await ask('PUT', `/users/${id}/${segment}/${added[1]}`, { ...make(1), primary: true })).body.primary).toBe(true)
    expect(await primaries(id, segment)).toEqual([false, true, false])
  })

  test('the next when the primary one goes, and whichever is added last of all does not take its place', async () => {
    const id = await person()
    const [first] = [(await ask('POST', `/users/${id}/${segment}`, make(0))).body.id, await ask('POST', `/users/${id}/${segment}`, make(1))]
    await ask('DELETE', `/users/${id}/${segment}/${first}`)
    expect(await primaries(id, segment)).toEqual([true])
    await ask('POST', `/users/${id}/${segment}`, make(2))
    expect(await primaries(id, segment)).toEqual([true, false])
  })

  test('however many writers add one at the same time', async () => {
    const id = await person()
    const replies = await Promise.all([0, 1, 2, 3].map((n) => ask('POST', `/users/${id}/${segment}`, { ...make(n), primary: true })))
    expect(replies.map((one) => one.status)).toEqual([201, 201, 201, 201])
    expect((await primaries(id, segment)).filter((one) => one === true)).toHaveLength(1)
  })
})

const publicKey = ed25519Key('laptop')

describe('lists in a document', () => {
  const lists = () => ({
    emails: [{ value: 'a@example.org' }], phoneNumbers: [{ value: '1' }], addresses: [{ locality: 'Bern' }], notes: [{ description: 'n' }], keys: [{ name: 'laptop', value: publicKey }],
    affiliations: [{ organization: organizations[0] }], supervisors: [{ supervisor: people[0] }], relations: [{ user: people[0], type: 'FAMILY' }],
  })
  const shown = async (id: string) => (await ask('GET', `/users/${id}?attributes=${Object.keys(lists()).join()}`)).body as Record<string, unknown>

  test('are emptied by null and by an empty list, and left alone when not named', async () => {
    for (const empty of [null, []]) {
      const id = await person(lists())
      for (const path of Object.keys(lists())) {
        const before = await shown(id)
        expect((await ask('PATCH', `/users/${id}`, { [path]: empty })).status).toBe(200)
        const { [path]: _, ...rest } = before
        expect(await shown(id)).toEqual(rest)
      }
    }
  })

  test('go with a replacement that does not name them, unless they are shown on request alone', async () => {
    const id = await person(lists())
    expect((await ask('PUT', `/users/${id}`, { userName: `entries${counter}` })).status).toBe(200)
    expect(Object.keys(await shown(id)).sort()).toEqual(['affiliations', 'id', 'keys', 'notes', 'relations', 'supervisors'])
    expect((await ask('PUT', `/users/${id}`, { userName: `entries${counter}`, notes: [] })).status).toBe(200)
    expect(Object.keys(await shown(id))).not.toContain('notes')
  })
})

describe('the login that signs in here', () => {
  test('is the user name, in both directions', async () => {
    const id = await person({ userName: 'both.ways' })
    const [own] = await items(id, 'logins')
    expect((await ask('PATCH', `/users/${id}/logins/${own!.id}`, { login: 'Other.Way' })).status).toBe(200)
    expect((await ask('GET', `/users/${id}`)).body.userName).toBe('Other.Way')
    await ask('PATCH', `/users/${id}`, { userName: 'And.Back' })
    expect(await items(id, 'logins')).toMatchObject([{ login: 'And.Back', managedSystem: '0' }])
    expect((await ask('GET', `/users?filter=${encodeURIComponent('userName eq "and.back"')}`)).body.items).toHaveLength(1)
  })

  test('is one alone, and stays', async () => {
    const id = await person()
    const [own] = await items(id, 'logins')
    expect(await ask('POST', `/users/${id}/logins`, { login: 'second', managedSystem: '0' })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect(await ask('DELETE', `/users/${id}/logins/${own!.id}`)).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(await ask('PATCH', `/users/${id}/logins/${own!.id}`, { managedSystem: 'OKTA' })).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect((await ask('PATCH', `/users/${id}`, { logins: [] })).status).toBe(409)
  })

  test('is nobody else\'s, whatever the case, in its managed system', async () => {
    const [one, two] = [await person(), await person()]
    await ask('POST', `/users/${one}/logins`, { login: 'same', managedSystem: 'OKTA' })
    expect(await ask('POST', `/users/${two}/logins`, { login: 'SAME', managedSystem: 'OKTA' })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect((await ask('PATCH', `/users/${two}`, { userName: 'same' })).status).toBe(200)
  })

  test('is the same login when a list names it without its id', async () => {
    const id = await person({ logins: [{ login: 'named', managedSystem: '0', authType: 'LDAP' }] })
    const [own] = await items(id, 'logins')
    expect(own).toMatchObject({ login: `entries${counter}`, authType: 'LDAP', identityType: 'PRIMARY', firstTimeLogin: true, lockMarker: 'NOT_LOCKED' })
    await ctx.db.execute(`update login set password = '{SSHA}aGFzaA==', auth_fail_count = 2, pwd_change_count = 3 where user_id = $1`, [id])
    const renamed = await ask('PATCH', `/users/${id}`, { logins: [{ login: 'Re.Named', managedSystem: '0' }] })
    expect(renamed).toMatchObject({ status: 200, body: { userName: 'Re.Named' } })
    expect(await items(id, 'logins')).toMatchObject([{ id: own!.id, login: 'Re.Named', authType: 'LDAP' }])
    expect(await ctx.db.first('select password, auth_fail_count as failures, pwd_change_count as changes from login where user_id = $1', [id])).toEqual({ password: '{SSHA}aGFzaA==', failures: 2, changes: 3 })
    const other = (await ask('POST', `/users/${id}/logins`, { login: 'o', managedSystem: 'OKTA' })).body
    expect(await ask('PATCH', `/users/${id}`, { logins: [{ ...other, managedSystem: '0' }] })).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('takes no password, and shows none', async () => {
    const id = await person()
    const [own] = await items(id, 'logins')
    expect(await ask('PATCH', `/users/${id}/logins/${own!.id}`, { password: 'Blue Moon 7' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute', problems: [{ path: 'password' }] } })
    await ctx.db.execute(`update login set password = '{SSHA}aGFzaA==' where user_id = $1`, [id])
    expect((await ask('PATCH', `/users/${id}/logins/${own!.id}`, { authType: 'LDAP' })).body).not.toHaveProperty('password')
    expect(JSON.stringify([await items(id, 'logins'), (await ask('GET', `/users/${id}?attributes=logins`)).body])).not.toContain('SSHA')
    expect(await ctx.db.first('select password from login where user_id = $1', [id])).toEqual({ password: '{SSHA}aGFzaA==' })
  })
})

describe('affiliations', () => {
  const year = (n: number) => `${n}-01-01T00:00:00.000Z`

  test('of one pair follow each other and do not overlap', async () => {
    const id = await person()
    const at = `/users/${id}/affiliations`
    const add = (start: string | undefined, end: string | undefined, organization = organizations[0]) => ask('POST', at, { organization, start, end })
    const first = await add(year(2020), year(2021))
    expect((await add(year(2021), undefined)).status).toBe(201)
    expect((await add(undefined, year(2020))).status).toBe(201)
    expect((await add(year(2020), year(2021), organizations[1])).status).toBe(201)
    for (const [start, end] of [[undefined, undefined], [year(2019), year(2022)], [year(2030), undefined], [undefined, year(2000)], ['2020-12-31T23:59:59.999Z', year(2021)]]) {
      expect(await add(start, end)).toMatchObject({ status: 409, body: { code: 'period_overlap' } })
    }
    expect(await ask('PATCH', `${at}/${first.body.id}`, { end: '2021-01-01T00:00:00.001Z' })).toMatchObject({ status: 409, body: { code: 'period_overlap' } })
    expect((await ask('PATCH', `${at}/${first.body.id}`, { organization: organizations[1], start: year(2021), end: null })).status).toBe(200)
    expect(await add(year(2020), year(2020))).toMatchObject({ status: 400, body: { problems: [{ path: 'end' }] } })
    expect(await add('2020-01-01', undefined)).toMatchObject({ status: 400, body: { problems: [{ path: 'start' }] } })
  })

  test('of one pair do not overlap when two writers add them', async () => {
    const id = await person()
    const replies = await Promise.all([1, 2, 3].map(() => ask('POST', `/users/${id}/affiliations`, { organization: organizations[0] })))
    expect(replies.map((one) => one.status).sort()).toEqual([201, 409, 409])
  })

  test('keep an instant to the millisecond, whatever its offset', async () => {
    const id = await person({ affiliations: [{ organization: organizations[0], start: '2024-02-29T23:30:00.1234+05:30' }] })
    expect(await items(id, 'affiliations')).toMatchObject([{ start: '2024-02-29T18:00:00.123Z' }])
  })

  test('carry rights, each once', async () => {
    const id = await person({ affiliations: [{ organization: organizations[0], rights: ['ADMIN_ACCESS', 'ADMIN_ACCESS'] }] })
    const [entry] = await items(id, 'affiliations')
    expect(entry!.rights).toEqual(['ADMIN_ACCESS'])
    const changed = await ask('PATCH', `/users/${id}/affiliations/${entry!.id}`, { rights: null })
    expect(changed.body).not.toHaveProperty('rights')
    expect(await ctx.db.query('select 1 from user_affiliation_rights where membership_id = $1', [entry!.id])).toEqual([])
  })

  test('are shown on request', async () => {
    const id = await person({ affiliations: [{ organization: organizations[0] }] })
    expect((await ask('GET', `/users/${id}`)).body).not.toHaveProperty('affiliations')
    expect((await ask('GET', `/users/${id}?attributes=affiliations.organization`)).body.affiliations).toEqual([{ id: expect.any(String), organization: organizations[0] }])
  })
})

describe('an address copied from a location', () => {
  const place = { country: 'CH', locality: 'Bern', postalCode: '3000', address1: 'Bundesplatz 3', suite: '7' }
  const location = async (more: object = {}) => (await ask('POST', `/organizations/${organizations[0]}/locations`, { name: 'Head office', locationCd: 'HQ', ...place, ...more })).body.id as string
  const address = async (id: string) => (await items(id, 'addresses'))[0]

  test('is a copy, and stays as it is when the location changes or goes', async () => {
    const from = await location()
    const id = await person({ addresses: [{ copyFromLocationId: from, type: 'OFFICE_ADDRESS' }] })
    expect(await address(id)).toMatchObject({ ...place, copyFromLocationId: from, type: 'OFFICE_ADDRESS', primary: true })
    await ask('PATCH', `/organizations/${organizations[0]}/locations/${from}`, { locality: 'Thun' })
    await ask('PATCH', `/users/${id}`, { title: 'T' })
    expect(await address(id)).toMatchObject(place)
    await ask('DELETE', `/organizations/${organizations[0]}/locations/${from}`)
    expect(await address(id)).toMatchObject(place)
    expect(await address(id)).not.toHaveProperty('copyFromLocationId')
  })

  test('keeps the lines it is given, and gets those of another location when told so', async () => {
    const [one, two] = [await location(), await location({ locality: 'Genève', suite: undefined })]
    const id = await person({ addresses: [{ copyFromLocationId: one, locality: 'Own' }] })
    expect(await address(id)).not.toHaveProperty('country')
    const at = `/users/${id}/addresses/${(await address(id))!.id}`
    expect((await ask('PATCH', at, { copyFromLocationId: two })).body).toMatchObject({ locality: 'Genève', country: 'CH' })
    const back = (await ask('PATCH', at, { copyFromLocationId: one, address1: 'Side door' })).body
    expect(back).toMatchObject({ locality: 'Bern', suite: '7', address1: 'Side door' })
    expect((await ask('PATCH', at, { copyFromLocationId: two })).body).not.toHaveProperty('suite')
    expect((await ask('PATCH', at, { copyFromLocationId: null })).body).toMatchObject({ locality: 'Genève' })
  })
})

describe('people among themselves', () => {
  test.each([['supervisors', { supervisor: 'self' }], ['relations', { user: 'self', type: 'ADMIN_ACCOUNT' }]])('%s never lead to oneself', async (segment, entry) => {
    const id = await person()
    const own = Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, value === 'self' ? id : value]))
    expect(await ask('POST', `/users/${id}/${segment}`, own)).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: segment }] } })
  })

  test.each([['supervisors', () => ({ supervisor: people[0] })], ['relations', () => ({ user: people[0], type: 'TEST_ACCOUNT' })]])('%s stand once', async (segment, entry) => {
    const id = await person()
    expect((await ask('POST', `/users/${id}/${segment}`, entry())).status).toBe(201)
    expect(await ask('POST', `/users/${id}/${segment}`, entry())).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  })

  test('a supervisor who is removed is nobody\'s supervisor', async () => {
    const boss = await person()
    const id = await person({ supervisors: [{ supervisor: boss }] })
    await ask('DELETE', `/users/${boss}`)
    expect(await items(id, 'supervisors')).toEqual([])
  })
})

describe('keys and notes', () => {
  test('public keys are part of the person, API keys only by their name', async () => {
    const id = await person({ keys: [{ name: 'laptop', value: publicKey }] })
    await ask('POST', '/keys', { userId: id, name: 'robot', scopes: ['read'] })
    const { keys } = (await ask('GET', `/users/${id}?attributes=keys`)).body
    expect(keys).toMatchObject([{ name: 'laptop', type: 'SSH', value: publicKey }, { name: 'robot', type: 'API', scopes: 'read' }])
    expect(keys[1]).not.toHaveProperty('value')
    expect(await ask('PATCH', `/users/${id}`, { keys: [...keys, { name: 'robot', value: publicKey }] })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  })

  test('an API key is never made as an entry', async () => {
    const id = await person()
    for (const key of [{ name: 'k', type: 'API', value: publicKey }, { name: 'k', type: 'API', scopes: 'admin' }, { name: 'k', value: publicKey, scopes: 'admin' }]) {
      expect((await ask('PATCH', `/users/${id}`, { keys: [key] })).status).toBeOneOf([400, 409])
      expect((await ask('POST', `/users/${id}/keys`, key)).status).toBeOneOf([400, 409])
    }
    expect(await items(id, 'keys')).toEqual([])
  })

  test('notes say when they were written and cannot claim another day', async () => {
    const id = await person()
    const { body } = await ask('POST', `/users/${id}/notes`, { description: 'First.' })
    expect(body.created).toMatch(/^20\d\d-.*Z$/)
    expect(await ask('PATCH', `/users/${id}/notes/${body.id}`, { created: '2001-01-01T00:00:00Z' })).toMatchObject({ status: 400, body: { code: 'read_only_attribute' } })
  })
})

describe('what is kept as an e-mail address', () => {
  const longest = `${'l'.repeat(64)}@${'d'.repeat(255)}`

  test.each([
    'a@b', 'ada.byron+list@example.com', "o'neill@example.com", 'root@localhost', 'jürgen@müller.example', 'ada@[192.0.2.1]', '"ada"@example.com', longest,
  ])('takes %s', async (value) => {
    const { body } = await ask('POST', '/users', { userName: `entries${++counter}` })
    expect(await ask('POST', `/users/${body.id}/emails`, { value })).toMatchObject({ status: 201, body: { value } })
  })

  test.each([
    'not-an-address', '@example.com', 'ada@', '@', 'ada@@example.com', 'ada@example.com,grace@example.com', ' ada@example.com', 'ada @example.com', 'ada@example.com\n', 'ada\u00a0@example.com',
    'a\u0007@example.com', 'a\u2028@example.com', `l${longest.slice(0, -1)}`, 'é'.repeat(33) + '@example.com',
  ])('refuses %j, and says why', async (value) => {
    const refusal = { status: 400, body: { code: 'invalid_value', problems: [{ message: expect.stringContaining('e-mail address') }] } }
    expect(await ask('POST', '/users', { userName: `entries${++counter}`, emails: [{ value }] })).toMatchObject({ ...refusal, body: { ...refusal.body, detail: expect.stringContaining('emails[0].value: ') } })
    const { body } = await ask('POST', '/users', { userName: `entries${++counter}`, emails: [{ value: 'a@b' }] })
    expect(await ask('POST', `/users/${body.id}/emails`, { value })).toMatchObject(refusal)
    expect(await ask('PATCH', `/users/${body.id}/emails/${body.emails[0].id}`, { value })).toMatchObject(refusal)
  })

  test('one from before the rule keeps nobody from changing the rest, until it is changed itself', async () => {
    const { body: { id, emails: [{ id: emailId }] } } = await ask('POST', '/users', { userName: `entries${++counter}`, emails: [{ value: 'a@b' }] })
    await ctx.db.execute(`update email_address set email_address = 'old desk' where email_id = $1`, [emailId])
    expect((await ask('PATCH', `/users/${id}`, { title: 'T' })).status).toBe(200)
    expect((await ask('PATCH', `/users/${id}/emails/${emailId}`, { description: 'D' })).status).toBe(200)
    const { body } = await ask('GET', `/users/${id}`)
    expect(body.emails[0]).toMatchObject({ value: 'old desk', description: 'D' })
    expect((await ask('PUT', `/users/${id}`, { ...body, title: 'U' })).status).toBe(200)
    expect((await ask('PATCH', `/users/${id}/emails/${emailId}`, { value: 'new desk' })).status).toBe(400)
  })
})
