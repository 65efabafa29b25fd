/** The last date ends a person's related accounts too: none that whoever set the date, or related them, could not have ended themselves. */
import { beforeAll, describe, expect, test } from 'vitest'
import { administrator, giveRole, makePerson, type Ask } from './administrators.ts'
import { endPeople } from '../src/directory/nightly.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

let root: string
let clerk: Ask
let north: Ask
beforeAll(async () => {
  await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)
  root = (await administrator(shared, 'root', 'SUPER_ADMIN')).id
  clerk = (await administrator(shared, 'clerk', 'HUMAN_RESOURCES')).ask
  const restricted = await administrator(shared, 'clerk-of-north', 'HUMAN_RESOURCES')
  expect((await ask('POST', `/users/${restricted.id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
  north = restricted.ask
})

const past = '2020-01-01'
const statusOf = async (id: string) => (await ask('GET', `/users/${id}`)).body.status
const eventOf = async (id: string) => (await ask('GET', `/audit?targetId=${id}&filter=${encodeURIComponent('action eq "user.terminate"')}`)).body.items[0]

let counter = 0
const person = (place: string, accounts: string[] = [], more: object = {}) =>
  makePerson(shared, `dated-${++counter}`, { affiliations: [{ organization: place }], relations: accounts.map((user) => ({ user, type: 'ADMIN_ACCOUNT' })), ...more })

describe('who has rights that the actor has not', () => {
  test('is related to nobody, by whatever door, so that nobody ends them unknowingly', async () => {
    const bait = await person('north')
    const above = await person('north', [root])
    for (const [method, path, body] of [
      ['POST', '/users', { userName: 'bait', relations: [{ user: root, type: 'ADMIN_ACCOUNT' }] }],
      ['PATCH', `/users/${bait}`, { relations: [{ user: root, type: 'ADMIN_ACCOUNT' }] }],
      ['POST', `/users/${bait}/relations`, { user: root, type: 'TEST_ACCOUNT' }],
      // Nor somebody with whom they end.
      ['POST', `/users/${bait}/relations`, { user: above, type: 'TEST_ACCOUNT' }],
    ] as const) {
      const { status, body: told } = await clerk(method, path, body)
      expect([status, told.code], path).toEqual([403, 'forbidden'])
    }
    // Family are other people, and end with nobody; until they would.
    const family = await clerk('POST', `/users/${bait}/relations`, { user: root, type: 'FAMILY' })
    expect(family.status).toBe(201)
    expect((await clerk('PATCH', `/users/${bait}/relations/${family.body.id}`, { type: 'TEST_ACCOUNT' })).status).toBe(403)
    // With them the last who may administer everything would end.
    for (const [method, path] of [['DELETE', ''], ['POST', '/deactivate'], ['POST', '/terminate']] as const) expect((await ask(method, `/users/${above}${path}`)).body.code, path).toBe('conflict')
    expect((await ask('PATCH', `/users/${above}`, { relations: [] })).status).toBe(200)
    expect((await ask('DELETE', `/users/${above}`)).status).toBe(204)
    expect((await ask('POST', `/users/${bait}/relations`, { user: root, type: 'ADMIN_ACCOUNT' })).status).toBe(201)
    expect((await ask('PATCH', `/users/${bait}`, { relations: [] })).status).toBe(200)
    expect((await ask('DELETE', `/users/${bait}`)).status).toBe(204)
  })

  test('stays open when somebody they are related to ends by date, told by the event; the others end', async () => {
    const [nested, auditor] = [await person('north'), await person('north')]
    const account = await person('north', [nested])
    const id = await person('north', [account, auditor, root])
    await giveRole(ctx, auditor, 'AUDITOR')
    expect((await clerk('PATCH', `/users/${id}`, { lastDate: past })).status).toBe(200)
    expect(await endPeople(ctx)).toBe(1)
    expect(await Promise.all([id, account, nested, auditor, root].map(statusOf))).toEqual(['TERMINATED', 'TERMINATED', 'TERMINATED', 'PENDING_INITIAL_LOGIN', 'PENDING_INITIAL_LOGIN'])
    expect((await ask('GET', `/users/${account}`)).body.secondaryStatus).toBe('DISABLED')
    expect((await ask('GET', `/users/${root}/roles`)).body.items).toMatchObject([{ target: { id: 'GATEHOUSE_SUPER_ADMIN' } }])
    expect((await eventOf(id)).changes).toContainEqual({ path: 'relatedLeftOpen', after: 2 })
    expect((await eventOf(nested)).changes).toContainEqual({ path: 'followed', after: account })
  })
})

describe('by somebody restricted', () => {
  test('no date is set for who has an account outside their reach, however far down; others may set it', async () => {
    const strangers = [await person('south'), await person('south')] as const
    const between = await person('north', [strangers[1]])
    for (const [id, stranger] of [[await person('north', [strangers[0]]), strangers[0]], [await person('north', [between]), strangers[1]]] as const) {
      const refused = await north('PATCH', `/users/${id}`, { lastDate: past })
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
      expect(JSON.stringify(refused.body)).not.toContain(stranger)
      // What else they change of the person, and terminating them, is as it was.
      expect((await north('PATCH', `/users/${id}`, { title: 'Dr' })).status).toBe(200)
      expect((await north('POST', `/users/${id}/terminate`, { lastDate: past, includeRelated: false })).status).toBe(200)
      const rehired = await north('POST', `/users/${id}/rehire`, { lastDate: '2999-01-02' })
      expect([rehired.status, rehired.body.code]).toEqual([403, 'forbidden'])
      expect((await clerk('POST', `/users/${id}/rehire`, { lastDate: '2999-01-02' })).status).toBe(200)
      // As it stands they may send it back.
      expect((await north('PATCH', `/users/${id}`, { lastDate: '2999-01-02', title: 'Prof' })).status).toBe(200)
      expect((await clerk('PATCH', `/users/${id}`, { lastDate: past })).status).toBe(200)
    }
    expect(await endPeople(ctx)).toBe(2)
    expect(await Promise.all(strangers.map(statusOf))).toEqual(['TERMINATED', 'TERMINATED'])
  })

  test('nobody is related whose accounts are outside their reach', async () => {
    const [stranger, mine] = [await person('south'), await person('north', [], { lastDate: '2999-01-01' })]
    const between = await person('north', [stranger])
    const refused = await north('POST', `/users/${mine}/relations`, { user: between, type: 'TEST_ACCOUNT' })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    expect(JSON.stringify(refused.body)).not.toContain(stranger)
    expect((await north('POST', `/users/${mine}/relations`, { user: await person('north', [await person('north')]), type: 'TEST_ACCOUNT' })).status).toBe(201)
    expect((await north('PATCH', `/users/${mine}`, { lastDate: '2999-01-02' })).status).toBe(200)
  })

  test('nobody who administers anything is related, though within reach', async () => {
    const [mine, local] = [await person('north'), await person('north')]
    await giveRole(ctx, local, 'HELP_DESK')
    const refused = await north('POST', `/users/${mine}/relations`, { user: local, type: 'TEST_ACCOUNT' })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    expect((await clerk('POST', `/users/${mine}/relations`, { user: local, type: 'TEST_ACCOUNT' })).status).toBe(201)
    expect((await north('PATCH', `/users/${mine}`, { lastDate: past })).status).toBe(200)
    expect(await endPeople(ctx)).toBe(1)
    expect([await statusOf(mine), await statusOf(local)]).toEqual(['TERMINATED', 'PENDING_INITIAL_LOGIN'])
  })

  test('nobody takes over such accounts by a merge', async () => {
    const merger = await administrator(shared, 'merger-of-north', 'API_WRITER')
    expect((await ask('POST', `/users/${merger.id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
    for (const [place, failed] of [['south', 1], ['north', 0]] as const) {
      const account = await person(place)
      const [survivor, duplicate] = [await person('north', [], { lastDate: '2999-01-01' }), await person('north', [account])]
      const plan = (await merger.ask('POST', '/plans', { kind: 'merge', survivor, duplicate })).body
      expect((await merger.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed })
      expect((await ask('GET', `/users/${duplicate}`)).status).toBe(failed ? 200 : 404)
    }
    // Nor puts them behind somebody who ended with another all along.
    for (const [place, failed] of [['south', 1], ['north', 0]] as const) {
      const account = await person(place)
      const [survivor, duplicate] = [await person('north', [account]), await person('north')]
      await person('north', [duplicate], { lastDate: '2999-01-01' })
      const plan = (await merger.ask('POST', '/plans', { kind: 'merge', survivor, duplicate })).body
      expect((await merger.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed })
    }
  })
})
