/** Administrators who may administer some people only: lists, reads, writes, plans, counts and the audit keep to those. */
import { beforeAll, describe, expect, test } from 'vitest'
import { administrator, giveRole, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, ask } = shared

//   north ◀─ shop      south        supervisors: lead ◀─ alan ◀─ beth      group desk: alan, dora
//   anna, cleo  alan, beth  dora
const people: Record<string, string> = {}
const homes: Record<string, string> = { anna: 'north', cleo: 'north', alan: 'shop', beth: 'shop', dora: 'south' }

async function restricted(name: string, role: string, ...delegations: object[]): Promise<{ id: string; ask: Ask }> {
  const one = await administrator(shared, name, role)
  for (const delegation of delegations) expect(await ask('POST', `/users/${one.id}/delegations`, delegation)).toMatchObject({ status: 201 })
  return one
}

/** The names among ours that a list of people tells. */
async function namesSeen(asked: Ask, query = ''): Promise<string[]> {
  const { body } = await asked('GET', `/users?sortBy=userName${query}`)
  return body.items.map((one: { userName: string }) => one.userName).filter((name: string) => name in homes)
}

beforeAll(async () => {
  await ctx.db.execute(`
    insert into company (company_id, company_name) values ('north', 'North'), ('shop', 'Shop'), ('south', 'South');
    insert into company_to_company_membership (membership_id, company_id, member_company_id) values ('oo', 'north', 'shop');
    insert into grp (grp_id, grp_name) values ('desk', 'Desk'), ('low-desk', 'Low desk');
    insert into grp_to_grp_membership (membership_id, grp_id, member_grp_id) values ('gg', 'desk', 'low-desk')`)
  for (const [name, organization] of Object.entries(homes)) people[name] = await makePerson(shared, name, { affiliations: [{ organization }] })
  await ctx.db.execute(`insert into user_grp (user_id, grp_id, membership_id) values ('${people.alan}', 'desk', 'g1'), ('${people.dora}', 'low-desk', 'g2')`)
  await ask('POST', `/users/${people.beth}/supervisors`, { supervisor: people.alan })
})

describe('the kinds', () => {
  const organization = (target: string, withDescendants: boolean) => ({ kind: 'ORGANIZATION', target, withDescendants })
  const group = (target: string, withDescendants: boolean) => ({ kind: 'GROUP', target, withDescendants })
  test.each<[string, object[], string[]]>([
    ['none', [], ['alan', 'anna', 'beth', 'cleo', 'dora']],
    ['an organisation alone', [organization('north', false)], ['anna', 'cleo']],
    ['an organisation with those below', [organization('north', true)], ['alan', 'anna', 'beth', 'cleo']],
    ['two organisations', [organization('shop', false), organization('south', false)], ['alan', 'beth', 'dora']],
    ['a group alone', [group('desk', false)], ['alan']],
    ['a group with those below', [group('desk', true)], ['alan', 'dora']],
    ['an organisation and a group', [organization('north', true), group('desk', true)], ['alan']],
    ['one\'s own reports, of whom there are none', [{ kind: 'REPORTS' }], []],
  ])('%s', async (what, delegations, expected) => {
    const { ask: asked } = await restricted(`kind of ${what}`, 'HELP_DESK', ...delegations)
    expect(await namesSeen(asked)).toEqual(expected)
  })

  test.each([[true, ['alan', 'beth']], [false, ['alan']]])('one\'s own reports, and theirs: %s', async (withDescendants, expected) => {
    const { id, ask: asked } = await restricted(`lead ${withDescendants}`, 'HELP_DESK', { kind: 'REPORTS', withDescendants })
    expect((await ask('POST', `/users/${people.alan}/supervisors`, { supervisor: id })).status).toBe(201)
    expect(await namesSeen(asked)).toEqual(expected)
  })

  test('an affiliation that has ended is none', async () => {
    const { ask: asked } = await restricted('ended', 'HELP_DESK', organization('north', true))
    const gone = await makePerson(shared, 'gone', { affiliations: [{ organization: 'north', end: '2020-01-01T00:00:00Z' }] })
    expect((await asked('GET', `/users/${gone}`)).status).toBe(404)
  })

  test('what begins later counts: people are hired ahead, and put into groups', async () => {
    const { ask: asked } = await restricted('ahead', 'HUMAN_RESOURCES', organization('north', true))
    const start = new Date(Date.now() + 30 * 86_400_000).toISOString()
    const hire = (userName: string, affiliation: object) => asked('POST', '/users', { userName, name: { familyName: userName }, affiliations: [affiliation] })
    const { status, body } = await hire('hired-ahead', { organization: 'north', start })
    expect([status, body.code]).toEqual([201, undefined])
    expect((await asked('GET', `/users/${body.id}`)).status).toBe(200)
    expect((await asked('PATCH', `/users/${body.id}`, { title: 'Baker' })).status).toBe(200)
    expect((await asked('GET', '/users?q=hired-ahead')).body.items).toHaveLength(1)
    expect((await hire('hired-before', { organization: 'north', start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' })).body.code).toBe('forbidden')
    const { ask: ofGroup } = await restricted('group ahead', 'HELP_DESK', group('low-desk', false))
    expect((await ofGroup('GET', `/users/${body.id}`)).status).toBe(404)
    expect((await ask('PUT', `/groups/low-desk/members/${body.id}`, { start })).status).toBe(201)
    expect((await ofGroup('GET', `/users/${body.id}`)).status).toBe(200)
    expect((await ask('DELETE', `/groups/low-desk/members/${body.id}`)).status).toBe(204)
    expect((await ask('DELETE', `/users/${body.id}`)).status).toBe(204)
  })
})

describe('somebody restricted to North with what is below', () => {
  let north: Ask
  let northId: string
  beforeAll(async () => {
    ({ id: northId, ask: north } = await restricted('north-hr', 'HUMAN_RESOURCES', { kind: 'ORGANIZATION', target: 'north' }))
  })

  test('counts, searches and filters among those alone', async () => {
    expect((await north('GET', '/users?total=true&count=1')).body.total).toBe(4)
    expect((await north('GET', '/users?q=dora')).body.items).toEqual([])
    expect((await north('GET', `/users?filter=${encodeURIComponent('userName eq "dora"')}&total=true`)).body).toEqual({ items: [], total: 0 })
    expect((await north('GET', `/users?filter=${encodeURIComponent('userName eq "dora" or userName eq "beth" or id pr')}&count=2&sortBy=userName`)).body.items).toHaveLength(2)
  })

  test.each([
    ['GET', ''], ['GET', '/emails'], ['GET', '/attributes'], ['GET', '/keys'], ['PATCH', '', { title: 'x' }], ['PUT', '', { userName: 'dora' }], ['POST', '/emails', { value: 'x@example.com' }],
    ['POST', '/disable'], ['POST', '/merge', { duplicate: 'x' }], ['GET', '/delegations'],
  ])('finds nobody elsewhere: %s /users/dora%s', async (method, path, body?: object) => {
    const [there, absent] = await Promise.all([north(method, `/users/${people.dora}${path}`, body), north(method, `/users/${'0'.repeat(32)}${path}`, body)])
    expect([there.status, there.body.code, there.body.detail?.replace(people.dora, '')]).toEqual([404, absent.body.code, absent.body.detail?.replace('0'.repeat(32), '')])
  })

  test('writes among those', async () => {
    expect((await north('PATCH', `/users/${people.beth}`, { title: 'Baker' })).status).toBe(200)
    expect((await north('POST', `/users/${people.beth}/emails`, { value: 'beth@example.com' })).status).toBe(201)
  })

  test('makes people there, and neither elsewhere nor nowhere', async () => {
    const make = (userName: string, more: object) => north('POST', '/users', { userName, name: { familyName: userName }, ...more })
    expect((await make('made-here', { affiliations: [{ organization: 'shop' }] })).status).toBe(201)
    expect((await make('made-there', { affiliations: [{ organization: 'south' }] })).body.code).toBe('forbidden')
    expect((await make('made-both', { affiliations: [{ organization: 'shop' }, { organization: 'south' }] })).body.code).toBe('forbidden')
    expect((await make('made-nowhere', {})).body.code).toBe('forbidden')
    expect((await ask('GET', '/users?q=made&total=true')).body.total).toBe(1)
  })

  test('moves nobody out or away', async () => {
    expect((await north('POST', `/users/${people.cleo}/affiliations`, { organization: 'south' })).body.code).toBe('forbidden')
    const [own] = (await north('GET', `/users/${people.cleo}/affiliations`)).body.items
    expect((await north('DELETE', `/users/${people.cleo}/affiliations/${own.id}`)).body.code).toBe('forbidden')
    expect((await north('PATCH', `/users/${people.cleo}/affiliations/${own.id}`, { organization: 'shop' })).status).toBe(200)
  })

  test('plans for those alone, and sees no plans of others', async () => {
    const theirs = (await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'id pr' })).body
    const plan = (await north('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName sw "d" or userName sw "c"' })).body
    expect((await north('GET', `/plans/${plan.id}/steps`)).body.items.map((one: { targetId: string }) => one.targetId)).toEqual([people.cleo])
    expect((await north('GET', '/plans')).body.items.map((one: { id: string }) => one.id)).toEqual([plan.id])
    for (const path of ['', '/steps']) expect((await north('GET', `/plans/${theirs.id}${path}`)).status).toBe(404)
    for (const act of ['apply', 'cancel', 'undo']) expect((await north('POST', `/plans/${theirs.id}/${act}`)).status).toBe(404)
    expect((await north('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect((await ask('POST', `/users/${people.cleo}/unlock`)).status).toBe(200)
  })

  test('carries a plan out no further than they reach by then', async () => {
    const plan = (await north('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName eq "anna"' })).body
    await ctx.db.execute(`update user_affiliation set company_id = 'south' where user_id = $1`, [people.anna])
    expect((await north('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ failed: 1 })
    await ctx.db.execute(`update user_affiliation set company_id = 'north' where user_id = $1`, [people.anna])
    expect((await ask('GET', `/users/${people.anna}`)).body.active).toBe(true)
  })

  test('is let into nothing that concerns more than those', async () => {
    const closed: [string, string, object?][] = [
      ['POST', '/organizations', { name: 'X' }], ['PATCH', '/organizations/north', { name: 'X' }], ['GET', '/okta/errors'], ['GET', '/okta/error-counts'], ['GET', '/okta/status'], ['GET', '/okta/runs'], ['GET', '/portals/unassignment-queue'], ['POST', `/plans/${'0'.repeat(32)}/release`],
    ]
    await giveRole(ctx, northId, 'PORTAL_OPERATOR')
    for (const [method, path, body] of closed) expect([path, (await north(method, path, body)).status]).toEqual([path, 403])
    for (const path of ['/organizations', '/groups', '/roles', '/metadata/types', '/portals', '/access/me']) expect([path, (await north('GET', path)).status]).toEqual([path, 200])
  })

  test('sees the people of a portal who are theirs, and adds no others', async () => {
    const portal = (await ask('POST', '/portals', { name: 'Customers' })).body.id
    expect((await ask('POST', `/portals/${portal}/users`, [people.beth, people.dora])).status).toBe(200)
    expect((await north('GET', `/portals/${portal}/users`)).body.items.map((one: { personId: string }) => one.personId)).toEqual([people.beth])
    expect((await north('POST', `/portals/${portal}/users`, [people.anna, people.dora])).status).toBe(404)
    expect((await north('DELETE', `/portals/${portal}/users/${people.dora}`)).status).toBe(404)
    expect((await north('POST', `/portals/${portal}/users`, [people.anna])).status).toBe(200)
  })

  test('is told so', async () => {
    expect((await north('GET', '/access/me')).body.delegations).toEqual([expect.objectContaining({ kind: 'ORGANIZATION', target: 'north', withDescendants: true })])
  })
})

test('the audit shows what was done to those', async () => {
  const { ask: auditor } = await restricted('south-auditor', 'AUDITOR', { kind: 'ORGANIZATION', target: 'south' })
  await ask('PATCH', `/users/${people.dora}`, { title: 'Dean' })
  const { items, total } = (await auditor('GET', '/audit?total=true')).body
  expect(new Set(items.map((one: { targetId: string }) => one.targetId))).toEqual(new Set([people.dora]))
  expect(total).toBe(items.length)
  const [foreign] = (await ask('GET', `/audit?targetId=${people.beth}&count=1`)).body.items
  expect((await auditor('GET', `/audit/${foreign.id}`)).status).toBe(404)
  expect((await auditor('GET', `/audit/${items[0].id}`)).status).toBe(200)
  expect((await auditor('GET', '/audit/verify')).status).toBe(403)
})

test('members of things are told, given and counted among those', async () => {
  const { ask: asked } = await restricted('south-giver', 'SECURITY_ADMIN', { kind: 'ORGANIZATION', target: 'south' })
  for (const name of ['anna', 'dora']) expect((await ask('PUT', `/groups/desk/members/${people[name]}`, {})).status).toBe(201)
  const members = async (asking: Ask, query = '') => (await asking('GET', `/groups/desk/members?total=true${query}`)).body
  expect((await members(asked)).items.map((one: { source: { id: string } }) => one.source.id)).toEqual([people.dora])
  expect((await members(asked)).total).toBe(1)
  expect((await members(ask)).total).toBeGreaterThan(2)
  expect((await members(asked, `&filter=${encodeURIComponent('birthdate pr')}`)).code).toBe('forbidden')
  expect((await asked('PUT', `/groups/low-desk/members/${people.anna}`, {})).status).toBe(404)
  expect((await asked('DELETE', `/groups/desk/members/${people.anna}`)).status).toBe(404)
  expect((await asked('GET', `/users/${people.anna}/groups`)).status).toBe(404)
  expect((await asked('DELETE', `/groups/desk/members/${people.dora}`)).status).toBe(204)
  const plan = (await asked('POST', '/plans', { kind: 'bulk', operation: 'assign', filter: 'userName eq "anna" or userName eq "dora"', options: { group: 'desk' } })).body
  expect((await asked('GET', `/plans/${plan.id}/steps`)).body.items.map((one: { targetId: string }) => one.targetId)).toEqual([people.dora])
  expect((await asked('PUT', `/groups/desk/roles/GATEHOUSE_END_USER`, {})).status).toBe(403)
})

describe('who has what is told of those alone', () => {
  let asked: Ask
  const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id).sort()
  beforeAll(async () => {
    ({ ask: asked } = await restricted('north-asker', 'SECURITY_ADMIN', { kind: 'ORGANIZATION', target: 'north' }, { kind: 'ORGANIZATION', target: 'shop' }))
    await ctx.db.execute(`
      insert into res (resource_id, resource_type_id, name) values ('till', 'WEBSERVICE', 'Till'), ('web', 'WEBSERVICE', 'Web');
      update res set is_public = 'Y' where resource_id = 'web';
      insert into access_rights (access_right_id, name) values ('OPEN', 'Open');
      insert into role (role_id, role_name) values ('cashier', 'Cashier');
      insert into resource_role (membership_id, role_id, resource_id) values ('cashier-till', 'cashier', 'till');
      insert into user_role (membership_id, user_id, role_id) values ('cash-1', '${people.beth}', 'cashier'), ('cash-2', '${people.dora}', 'cashier');
      insert into resource_user (membership_id, user_id, resource_id) values ('till-1', '${people.anna}', 'till'), ('till-2', '${people.dora}', 'till');
      insert into user_res_membership_rights (membership_id, access_right_id) values ('till-1', 'OPEN'), ('till-2', 'OPEN')`)
  })

  test('people of a resource, a role, an organisation, a group and what everybody has', async () => {
    const [anna, alan, beth, dora] = [people.anna!, people.alan!, people.beth!, people.dora!]
    const each = async (path: string) => [ids(await asked('GET', path)), ids(await ask('GET', path))]
    expect(await each('/resources/till/people')).toEqual([[anna, beth].sort(), [anna, beth, dora].sort()])
    expect(await each('/resources/till/people?right=OPEN')).toEqual([[anna], [anna, dora].sort()])
    expect(await each('/roles/cashier/people')).toEqual([[beth], [beth, dora].sort()])
    expect(await each('/organizations/south/people')).toEqual([[], [dora]])
    const [inGroup, all] = await each('/groups/desk/people')
    expect([inGroup!.includes(alan), inGroup!.includes(dora), all!.includes(dora)]).toEqual([true, false, true])
    const everyone = ids(await asked('GET', '/resources/web/people'))
    expect([everyone.includes(anna), everyone.includes(dora)]).toEqual([true, false])
  })

  test('counts, pages, past moments and streams of them', async () => {
    const first = (await asked('GET', '/resources/till/people?count=1&total=true')).body
    expect([first.items.length, first.total]).toEqual([1, 2])
    const second = (await asked('GET', `/resources/till/people?count=1&cursor=${first.next}`)).body
    expect([second.items.length, second.next]).toEqual([1, undefined])
    expect((await asked('GET', '/resources/web/people?count=1&total=true')).body.total).toBeLessThan((await ask('GET', '/resources/web/people?count=1&total=true')).body.total)
    const past = new Date().toISOString()
    expect(ids(await asked('GET', `/roles/cashier/people?at=${past}`))).toEqual([people.beth])
    const lines = await asked('GET', '/resources/till/people', undefined, { accept: 'application/x-ndjson' })
    expect(String(lines.body).trim().split('\n').map((line) => JSON.parse(line).id).sort()).toEqual([people.anna, people.beth].sort())
  })

  test('checks of others are answered as those of nobody', async () => {
    const question = (user: string | undefined) => ({ user, resource: 'till' })
    const { body } = await asked('POST', '/access/check', { checks: [people.beth, people.dora, '0'.repeat(32), people.cleo].map(question) })
    expect(body.results).toEqual([{ allowed: true }, { allowed: false, unknown: ['user'] }, { allowed: false, unknown: ['user'] }, { allowed: false }])
    expect((await ask('POST', '/access/check', { checks: [question(people.dora)] })).body.results).toEqual([{ allowed: true }])
    for (const [method, path, sent] of [['POST', '/access/what-if', { changes: [] }], ['POST', '/access/mining', {}]] as const) expect([path, (await asked(method, path, sent)).status]).toEqual([path, 403])
  })
})

describe('people who are named by others', () => {
  test.each<[string, (id: string) => [string, string, object]]>([
    ['a supervisor', (id) => ['POST', `/users/${people.anna}/supervisors`, { supervisor: id }]],
    ['a supervisor in the whole record', (id) => ['PATCH', `/users/${people.anna}`, { supervisors: [{ supervisor: id }] }]],
    ['a delegate, beside a relation to the same', (id) => ['PATCH', `/users/${people.anna}`, { alternateId: id, relations: [{ user: id, type: 'FAMILY' }] }]],
    ['a delegate, beside an organisation that is not there', (id) => ['PATCH', `/users/${people.anna}`, { alternateId: id, affiliations: [{ organization: 'north' }, { organization: 'nope' }] }]],
    ['a delegate, beside a name that is taken', (id) => ['PATCH', `/users/${people.anna}`, { alternateId: id, userName: 'beth' }]],
    ['a supervisor of a new person', (id) => ['POST', '/users', { userName: 'named-by', name: { familyName: 'N' }, affiliations: [{ organization: 'north' }], supervisors: [{ supervisor: id }] }]],
    ['a related person', (id) => ['POST', `/users/${people.anna}/relations`, { user: id, type: 'FAMILY' }]],
    ['who stands in', (id) => ['PATCH', `/users/${people.anna}`, { alternateId: id }]],
    ['who reviews access instead', (id) => ['PATCH', `/users/${people.anna}`, { certDelegateId: id }]],
  ])('%s who is not to be known of is answered as nobody is', async (what, request) => {
    const { id: own, ask: asked } = await restricted(`naming ${what}`, 'HUMAN_RESOURCES', { kind: 'ORGANIZATION', target: 'north' })
    const answers = []
    for (const id of [people.dora!, '0'.repeat(32)]) {
      const { status, body } = await asked(...request(id))
      answers.push([status, body.code, body.detail.replaceAll(id, 'ID'), JSON.stringify(body.problems).replaceAll(id, 'ID')])
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]!.slice(0, 2)).toEqual([400, 'invalid_reference'])
    // Oneself one knows, and who is there already may stay.
    if (what === 'a supervisor') expect((await asked(...request(own))).status).toBe(201)
    await ask('PATCH', `/users/${people.anna}`, { alternateId: people.dora })
    expect((await asked('PATCH', `/users/${people.anna}`, { title: what })).status).toBe(200)
    await ask('PATCH', `/users/${people.anna}`, { alternateId: null })
  })
})

describe('delegations themselves', () => {
  test('are recorded, listed and taken away, and bite at once', async () => {
    const { id, ask: asked } = await administrator(shared, 'changing', 'HELP_DESK')
    expect((await asked('GET', `/users/${people.dora}`)).status).toBe(200)
    const { body, headers } = await ask('POST', `/users/${id}/delegations`, { kind: 'GROUP', target: 'desk', withDescendants: false })
    expect(headers.location).toMatch(new RegExp(`/users/${id}/delegations/${body.id}$`))
    expect((await asked('GET', `/users/${people.dora}`)).status).toBe(404)
    expect((await ask('GET', `/users/${id}/delegations`)).body.items).toEqual([body])
    expect((await ask('DELETE', `/users/${id}/delegations/${body.id}`)).status).toBe(204)
    expect((await asked('GET', `/users/${people.dora}`)).status).toBe(200)
    const events = (await ask('GET', `/audit?targetId=${id}&filter=${encodeURIComponent('action sw "user.delegations"')}`)).body.items
    expect(events.map((one: { action: string }) => one.action)).toEqual(['user.delegations.remove', 'user.delegations.add'])
  })

  test.each<[string, object, number, string]>([
    ['an unknown kind', { kind: 'PLANET', target: 'x' }, 400, 'invalid_value'],
    ['no target', { kind: 'GROUP' }, 400, 'invalid_value'],
    ['a target for reports', { kind: 'REPORTS', target: 'desk' }, 400, 'invalid_value'],
    ['an organisation that is not there', { kind: 'ORGANIZATION', target: 'nowhere' }, 400, 'invalid_reference'],
    ['something else', { kind: 'REPORTS', color: 'red' }, 400, 'unknown_attribute'],
  ])('refuse %s', async (_what, body, status, code) => {
    expect((await ask('POST', `/users/${people.anna}/delegations`, body)).body).toMatchObject({ status, code })
  })

  test('to nothing are refused in the words of the caller', async () => {
    const { body } = await ask('POST', `/users/${people.anna}/delegations`, { kind: 'GROUP', target: 'nowhere' })
    expect(body).toMatchObject({ code: 'invalid_reference', problems: [{ path: 'target' }] })
    expect(body.detail).not.toContain('fkey')
  })

  test('twice the same is refused, and who is restricted changes none', async () => {
    const { id, ask: asked } = await restricted('guarded', 'SECURITY_ADMIN', { kind: 'ORGANIZATION', target: 'south' })
    expect((await ask('POST', `/users/${id}/delegations`, { kind: 'ORGANIZATION', target: 'south' })).body.code).toBe('already_exists')
    expect((await asked('POST', `/users/${people.dora}/delegations`, { kind: 'REPORTS' })).body.code).toBe('forbidden')
    const [own] = (await ask('GET', `/users/${id}/delegations`)).body.items
    expect((await asked('DELETE', `/users/${id}/delegations/${own.id}`)).status).toBeOneOf([403, 404])
  })

  test('keep what they name from being deleted: without their last one they would mean everybody', async () => {
    await ctx.db.execute(`insert into company (company_id, company_name) values ('doomed', 'Doomed')`)
    const { id, ask: asked } = await restricted('doomed-hr', 'HUMAN_RESOURCES', { kind: 'ORGANIZATION', target: 'doomed' })
    expect((await ask('DELETE', '/organizations/doomed')).body.code).toBe('still_referenced')
    expect(await namesSeen(asked)).toEqual([])
    expect(id).toBeDefined()
  })

  test('who is restricted gives no rights in Gatehouse, and acts on nobody who has some', async () => {
    const { ask: asked } = await restricted('south-security', 'SECURITY_ADMIN', { kind: 'ORGANIZATION', target: 'south' })
    const helper = await makePerson(shared, 'south-helper', { affiliations: [{ organization: 'south' }] })
    expect((await asked('POST', `/users/${helper}/reset`)).status).toBe(200)
    await giveRole(ctx, helper, 'HELP_DESK')
    expect((await asked('POST', `/users/${helper}/reset`)).body.code).toBe('forbidden')
    expect((await asked('PATCH', `/users/${helper}`, { title: 'x' })).body.code).toBe('forbidden')
  })
})
