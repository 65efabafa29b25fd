/** The Okta double's groups, memberships and apps. */
import { describe, expect, it, test } from 'vitest'
import { everyPage, harness } from './twin-harness.ts'
import type { Harness, Wire } from './twin-harness.ts'

async function group(h: Harness, name: string): Promise<Wire> {
  return (await h.call('POST', '/api/v1/groups', { profile: { name } })).body
}

const names = (body: Wire): string[] => body.map((each: Wire) => each.profile.name)

describe('groups', () => {
  it('are made, read, replaced and deleted', async () => {
    const h = harness()
    const made = await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers', description: 'Those who read' } })
    expect(made.status).toBe(200)
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^00g\w{17}$/), type: 'OKTA_GROUP', objectClass: ['okta:user_group'],
      created: '2026-01-01T00:00:00.000Z', lastMembershipUpdated: '2026-01-01T00:00:00.000Z',
      profile: { name: 'Readers', description: 'Those who read' },
    })
    const url = `/api/v1/groups/${made.body.id}`
    await h.wait(1)
    const put = await h.call('PUT', url, { profile: { name: 'Writers' } })
    expect(put.body).toMatchObject({
      profile: { name: 'Writers', description: null }, lastUpdated: '2026-01-01T00:00:01.000Z',
      lastMembershipUpdated: '2026-01-01T00:00:00.000Z',
    })
    expect((await h.call('GET', url)).body).toEqual(put.body)
    expect((await h.call('DELETE', url)).status).toBe(204)
    expect((await h.call('GET', url)).body.errorCode).toBe('E0000007')
  })

  it.each([
    [{}], [{ name: '' }], [{ name: '  ' }], [{ name: 7 }], [{ name: 'x'.repeat(256) }], [{ name: '👑' }],
    [{ name: 'x', description: 'x'.repeat(1025) }],
  ])('refuse the profile %j', async (profile) => {
    expect((await harness().call('POST', '/api/v1/groups', { profile })).body.errorCode).toBe('E0000001')
  })

  it('have names of their own; the code of a taken one is an option', async () => {
    const h = harness()
    await group(h, 'Readers')
    const taken = await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })
    expect([taken.status, taken.body.errorCode]).toEqual([400, 'E0000001'])
    await h.call('PUT', '/_twin/options', { duplicateGroup: 'E0000055' })
    const other = await h.call('POST', '/api/v1/groups', { profile: { name: 'Readers' } })
    expect([other.status, other.body.errorCode]).toEqual([409, 'E0000055'])
  })

  it('are listed by page, q, filter and search', async () => {
    const h = harness()
    for (const name of ['Readers', 'Writers', 'Real people']) await group(h, name)
    const pages = await everyPage(h.call, '/api/v1/groups?limit=3')
    expect(pages.map(names)).toEqual([['Everyone', 'Readers', 'Writers'], ['Real people']])
    expect(names((await h.call('GET', '/api/v1/groups?q=rea')).body)).toEqual(['Readers', 'Real people'])
    const by = async (kind: string, expression: string) => {
      return (await h.call('GET', `/api/v1/groups?${kind}=${encodeURIComponent(expression)}`)).body
    }
    expect(names(await by('filter', 'type eq "BUILT_IN"'))).toEqual(['Everyone'])
    expect(names(await by('search', 'profile.name eq "writers"'))).toEqual(['Writers'])
    expect(names(await by('filter', 'lastMembershipUpdated gt "2026-01-01T00:00:00.000Z"'))).toEqual([])
    expect((await by('filter', 'profile.name eq "Writers"')).errorCode).toBe('E0000031')
  })
})

describe('memberships', () => {
  it('are made and ended any number of times, and only a change moves lastMembershipUpdated', async () => {
    const h = harness()
    const { id } = await group(h, 'Readers')
    const user = await h.user('ada@example.com')
    const url = `/api/v1/groups/${id}/users/${user.id}`
    const changed = async () => (await h.call('GET', `/api/v1/groups/${id}`)).body.lastMembershipUpdated.slice(17, 19)
    const steps = [['PUT', '01'], ['PUT', '01'], ['DELETE', '03'], ['DELETE', '03']] as const
    for (const [method, expected] of steps) {
      await h.wait(1)
      expect((await h.call(method, url)).status).toBe(204)
      expect(await changed()).toBe(expected)
    }
  })

  it('show from both sides, with the whole user', async () => {
    const h = harness()
    const { id } = await group(h, 'Readers')
    const users = [await h.user('a.one@example.com'), await h.user('b.two@example.com'), await h.user('c@example.com')]
    for (const user of users.toReversed()) await h.call('PUT', `/api/v1/groups/${id}/users/${user.id}`)
    const pages = await everyPage(h.call, `/api/v1/groups/${id}/users?limit=2`)
    expect(pages.flat().map((user) => user.profile.login)).toEqual(
      ['c@example.com', 'b.two@example.com', 'a.one@example.com'],
    )
    const groups = await everyPage(h.call, `/api/v1/users/${users[0].id}/groups?limit=1`)
    expect(groups.map(names)).toEqual([['Everyone'], ['Readers']])
  })

  it('Everyone has all users, gets them by itself, and cannot be touched', async () => {
    const h = harness()
    const everyone = h.twin.org.everyone
    await h.wait(5)
    const user = await h.user('ada@example.com')
    expect((await h.call('GET', `/api/v1/groups/${everyone}/users`)).body).toMatchObject([{ id: user.id }])
    expect((await h.call('GET', `/api/v1/groups/${everyone}`)).body).toMatchObject({
      type: 'BUILT_IN', lastMembershipUpdated: '2026-01-01T00:00:05.000Z',
    })
    const attempts = [
      ['PUT', `/users/${user.id}`], ['DELETE', `/users/${user.id}`], ['DELETE', ''], ['PUT', ''],
    ] as const
    for (const [method, rest] of attempts) {
      const body = { profile: { name: 'Nobody' } }
      const answer = await h.call(method, `/api/v1/groups/${everyone}${rest}`, body)
      expect([answer.status, answer.body.errorCode]).toEqual([501, 'E0000060'])
    }
  })

  it('stay through suspension and deactivation and end with deletion, of the user or the group', async () => {
    const h = harness()
    const { id } = await group(h, 'Readers')
    const user = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    const members = async () => (await h.call('GET', `/api/v1/groups/${id}/users`)).body.length
    await h.call('PUT', `/api/v1/groups/${id}/users/${user.id}`)
    await h.call('POST', `/api/v1/users/${user.id}/lifecycle/suspend`)
    expect(await members()).toBe(1)
    await h.call('DELETE', `/api/v1/users/${user.id}`)
    expect(await members()).toBe(1)
    await h.call('DELETE', `/api/v1/users/${user.id}`)
    expect(await members()).toBe(0)
    const other = await h.user('b.two@example.com')
    await h.call('PUT', `/api/v1/groups/${id}/users/${other.id}`)
    await h.call('DELETE', `/api/v1/groups/${id}`)
    expect(names((await h.call('GET', `/api/v1/users/${other.id}/groups`)).body)).toEqual(['Everyone'])
  })

  it('need a group and a user that exist', async () => {
    const h = harness()
    const { id } = await group(h, 'Readers')
    const user = await h.user('ada@example.com')
    for (const url of [`/api/v1/groups/00gnone/users/${user.id}`, `/api/v1/groups/${id}/users/00unone`]) {
      for (const method of ['PUT', 'DELETE']) expect((await h.call(method, url)).status).toBe(404)
    }
    expect((await h.call('GET', '/api/v1/groups/00gnone/users')).status).toBe(404)
  })
})

describe('apps', () => {
  const app = { name: 'oidc_client', label: 'Portal', signOnMode: 'OPENID_CONNECT' }

  it('get their id as client_id, or one given, and are found by it', async () => {
    const { call } = harness()
    const made = await call('POST', '/api/v1/apps', app)
    expect(made.body).toMatchObject({ id: expect.stringMatching(/^0oa\w{17}$/), label: 'Portal', status: 'ACTIVE' })
    expect(made.body.credentials.oauthClient.client_id).toBe(made.body.id)
    const client = { credentials: { oauthClient: { client_id: 'portal-7' } } }
    const named = await call('POST', '/api/v1/apps', { ...app, ...client })
    const found = await call('GET', '/oauth2/v1/clients/portal-7')
    expect(found.body).toMatchObject({ client_id: 'portal-7', client_name: 'Portal' })
    expect((await call('GET', '/oauth2/v1/clients/nothing')).status).toBe(404)
    expect((await call('POST', '/api/v1/apps', { ...app, ...client })).body.errorCode).toBe('E0000001')
    const list = await call('GET', '/api/v1/apps')
    expect(list.body.map((each: Wire) => each.id)).toEqual([made.body.id, named.body.id])
    const filter = (text: string) => call('GET', `/api/v1/apps?filter=${encodeURIComponent(text)}`)
    expect((await filter('status eq "INACTIVE"')).body).toEqual([])
    expect((await filter('credentials.oauthClient.client_id eq "portal-7"')).body.errorCode).toBe('E0000031')
  })

  it('are deleted only when inactive', async () => {
    const { call } = harness()
    const { id } = (await call('POST', '/api/v1/apps', app)).body
    const refused = await call('DELETE', `/api/v1/apps/${id}`)
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'E0000056'])
    await call('POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    expect((await call('DELETE', `/api/v1/apps/${id}`)).status).toBe(204)
    expect((await call('GET', `/api/v1/apps/${id}`)).status).toBe(404)
  })

  it('a group gives its members the app with scope GROUP; deactivation takes it', async () => {
    const h = harness()
    const { id } = (await h.call('POST', '/api/v1/apps', app)).body
    const readers = await group(h, 'Readers')
    const [ada, bob] = [await h.user('ada@example.com'), await h.user('bob@example.com')]
    await h.call('PUT', `/api/v1/groups/${readers.id}/users/${ada.id}`)
    expect((await h.call('PUT', `/api/v1/apps/${id}/groups/${readers.id}`)).body).toMatchObject({ id: readers.id })
    const users = () => h.call('GET', `/api/v1/apps/${id}/users`)
    expect((await users()).body).toMatchObject([{ id: ada.id, scope: 'GROUP', status: 'ACTIVE' }])
    expect((await h.call('GET', `/api/v1/users/${ada.id}/appLinks`)).body).toMatchObject([{ appInstanceId: id }])
    await h.call('POST', `/api/v1/apps/${id}/users`, { id: bob.id })
    expect((await h.call('GET', `/api/v1/apps/${id}/users/${bob.id}`)).body.scope).toBe('USER')
    for (const user of [ada, bob]) await h.call('POST', `/api/v1/users/${user.id}/lifecycle/deactivate`)
    expect((await users()).body).toEqual([])
    expect((await h.call('DELETE', `/api/v1/apps/${id}/groups/${readers.id}`)).status).toBe(204)
    expect((await h.call('GET', `/api/v1/apps/${id}/groups/${readers.id}`)).status).toBe(404)
  })

  it('a deleted user leaves no assignment behind, however they came to be deactivated', async () => {
    const h = harness()
    const { id } = (await h.call('POST', '/api/v1/apps', app)).body
    const user = await h.user('ada@example.com')
    await h.call('POST', `/api/v1/apps/${id}/users`, { id: user.id })
    await h.force(user.id, 'DEPROVISIONED')
    await h.call('DELETE', `/api/v1/users/${user.id}`)
    expect((await h.call('GET', '/_twin/state')).body.apps).toMatchObject([{ id, userIds: [] }])
  })

  it('direct assignment: not of suspended users, not twice, and gone for good by DELETE', async () => {
    const h = harness()
    const { id } = (await h.call('POST', '/api/v1/apps', app)).body
    const user = await h.user('ada@example.com', { password: 'Correct-Horse-7' })
    const assign = () => h.call('POST', `/api/v1/apps/${id}/users`, { id: user.id })
    await h.call('POST', `/api/v1/users/${user.id}/lifecycle/suspend`)
    expect((await assign()).body.errorCode).toBe('E0000117')
    await h.call('POST', `/api/v1/users/${user.id}/lifecycle/unsuspend`)
    expect((await assign()).status).toBe(200)
    const again = await assign()
    expect([again.status, again.body.errorCode]).toEqual([409, 'E0000062'])
    await h.call('PUT', '/_twin/options', { repeatedAssignment: 'accept' })
    expect((await assign()).status).toBe(200)
    const url = `/api/v1/apps/${id}/users/${user.id}`
    expect((await h.call('PUT', url, {})).body.errorCode).toBe('E0000022')
    expect((await h.call('DELETE', url)).status).toBe(204)
    expect((await h.call('DELETE', url)).status).toBe(404)
  })
})

describe('group rules', () => {
  const rule = (groupId: string, value: string) => ({
    name: 'Sales', type: 'group_rule', conditions: { expression: { value, type: 'urn:okta:expression:1.0' } }, actions: { assignUserToGroups: { groupIds: [groupId] } },
  })

  it('are made INACTIVE, put people into groups while ACTIVE, and take them out again when asked', async () => {
    const h = harness()
    const { id } = await group(h, 'Sales')
    const early = await h.user('ada@example.com', { profile: { department: 'Sales' } })
    const made = (await h.call('POST', '/api/v1/groups/rules', rule(id, 'user.department=="sales" and user.lastName == "Byron"'))).body
    expect(made).toMatchObject({ status: 'INACTIVE', type: 'group_rule', actions: { assignUserToGroups: { groupIds: [id] } } })
    const url = `/api/v1/groups/rules/${made.id}`
    const members = async () => (await h.call('GET', `/api/v1/groups/${id}/users`)).body.map((user: Wire) => user.profile.login)
    expect(await members()).toEqual([])
    expect((await h.call('POST', `${url}/lifecycle/activate`)).status).toBe(204)
    expect(await members()).toEqual([early.profile.login])
    await h.user('bob@example.com', { profile: { department: 'Sales' } })
    await h.user('eve@example.com', { profile: { department: 'Sales', lastName: 'Dole' } })
    expect(await members()).toEqual(['ada@example.com', 'bob@example.com'])
    expect((await h.call('PUT', url, rule(id, 'user.city=="x"'))).status).toBe(400)
    await h.call('POST', `${url}/lifecycle/deactivate`)
    expect((await h.call('DELETE', `${url}?removeUsers=true`)).status).toBe(202)
    expect(await members()).toEqual([])
    expect((await h.call('GET', url)).status).toBe(404)
  })

  it.each(['isMemberOfGroup("00g")', 'user.city', 'user.city=="a', ''])('%j is refused', async (value) => {
    const h = harness()
    const { id } = await group(h, 'Sales')
    expect((await h.call('POST', '/api/v1/groups/rules', rule(id, value))).body.errorCode).toBe('E0000001')
  })
})

it('PUT replaces an app\'s settings; its client keeps id and secret', async () => {
  const { call } = harness()
  const { id, credentials } = (await call('POST', '/api/v1/apps', { label: 'Portal' })).body
  const body = { label: 'Gate', credentials: { oauthClient: { client_id: 'another', pkce_required: true } }, settings: { oauthClient: { redirect_uris: ['https://gate.example/'] } } }
  const changed = (await call('PUT', `/api/v1/apps/${id}`, body)).body
  expect(changed).toMatchObject({ id, label: 'Gate', settings: body.settings, credentials: { oauthClient: { client_id: id, client_secret: credentials.oauthClient.client_secret, pkce_required: true } } })
  expect((await call('PUT', `/api/v1/apps/${id}`, {})).status).toBe(400)
})

test('a group that an application has brought has the members of its seed, and takes nobody', async () => {
  const h = harness({ seed: { users: [{ id: '00uAdaAdaAdaAdaAda00', profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } }], groups: [{ id: '00gDirectoryDirector', type: 'APP_GROUP', name: 'Directory', members: ['ada@example.com'] }] } })
  const url = '/api/v1/groups/00gDirectoryDirector'
  expect((await h.call('GET', url)).body).toMatchObject({ type: 'APP_GROUP', profile: { name: 'Directory' } })
  expect((await h.call('GET', `${url}/users`)).body).toMatchObject([{ id: '00uAdaAdaAdaAdaAda00' }])
  for (const method of ['PUT', 'DELETE']) {
    const answer = await h.call(method, `${url}/users/00uAdaAdaAdaAdaAda00`)
    expect([answer.status, answer.body.errorCode]).toEqual([501, 'E0000060'])
  }
})
