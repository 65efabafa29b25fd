/** Whoever terminates a person ends their related accounts too, as far as they could by themselves; the others stay open and are counted. */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { administrator, giveRole, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'
import { ownId } from '../src/model/own-access.ts'
import type { Transaction } from '../src/store/database.ts'
import { insertOwnRole } from '../src/store/own-access.ts'
import { lockPerson } from '../src/store/user-rows.ts'

const shared = await testServer()
const { ask, ctx } = shared

let hr: { id: string; ask: Ask }
beforeAll(async () => {
  await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)
  hr = await administrator(shared, 'hr-of-north', 'HUMAN_RESOURCES')
  expect((await ask('POST', `/users/${hr.id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
})

const statusOf = async (id: string) => (await ask('GET', `/users/${id}`)).body.status
const eventOf = async (id: string) => (await ask('GET', `/audit?targetId=${id}&filter=${encodeURIComponent('action eq "user.terminate"')}`)).body.items[0]

let counter = 0
/** A person of North with accounts in another place or the same, and one that the first of those names in turn. */
async function related(count: number, place = 'north') {
  const name = `related-${++counter}`
  const nested = await makePerson(shared, `${name}-nested`, { affiliations: [{ organization: place }] })
  const accounts: string[] = []
  for (let index = 0; index < count; index++) {
    accounts.push(await makePerson(shared, `${name}-${index}`, { affiliations: [{ organization: place }], relations: index === 0 ? [{ user: nested, type: 'TEST_ACCOUNT' }] : [] }))
  }
  const id = await makePerson(shared, name, { affiliations: [{ organization: 'north' }], relations: accounts.map((user) => ({ user, type: 'ADMIN_ACCOUNT' })) })
  return { id, accounts, nested }
}

describe('by somebody restricted', () => {
  test('nobody outside their reach ends, whoever related them, and they relate nobody whom they may not administer', async () => {
    const { id, accounts: [account] } = await related(1, 'south')
    const reply = await hr.ask('POST', `/users/${id}/terminate`, { includeRelated: true, removeAccess: true })
    expect([reply.status, reply.body.status, await statusOf(account!)]).toEqual([200, 'TERMINATED', 'PENDING_INITIAL_LOGIN'])
    const event = await eventOf(id)
    expect(event.changes).toContainEqual({ path: 'relatedLeftOpen', after: 1 })
    expect(JSON.stringify(event)).not.toContain(account)
    const [mine, family] = [await makePerson(shared, 'bait', { affiliations: [{ organization: 'north' }] }), await makePerson(shared, 'family', { affiliations: [{ organization: 'north' }], relations: [{ user: account, type: 'FAMILY' }] })]
    // The same answer as for somebody whom there is not.
    const problems = async (method: string, path: string, body: object) => {
      const { status, body: told } = await hr.ask(method, path, body)
      return [status, told.code, JSON.stringify(told.problems).replaceAll(account!, 'ID').replaceAll('nobody', 'ID')]
    }
    for (const [method, path, body] of [
      ['POST', `/users/${mine}/relations`, (user: string) => ({ user, type: 'TEST_ACCOUNT' })], ['PATCH', `/users/${mine}`, (user: string) => ({ relations: [{ user, type: 'TEST_ACCOUNT' }] })],
      ['POST', '/users', (user: string) => ({ userName: 'bait2', affiliations: [{ organization: 'north' }], relations: [{ user, type: 'ADMIN_ACCOUNT' }] })],
      // Whatever else is refused in the same request.
      ['PATCH', `/users/${mine}`, (user: string) => ({ relations: [{ user, type: 'TEST_ACCOUNT' }], affiliations: [{ organization: 'south' }] })],
    ] as const) {
      const [one, other] = [await problems(method, path, body(account!)), await problems(method, path, body('nobody'))]
      expect(one, path).toEqual(other)
      expect(one.slice(0, 2), path).toEqual([400, 'invalid_reference'])
    }
    // Nor do they make of one that does not end with the person one that does.
    expect((await hr.ask('PATCH', `/users/${family}`, { relations: [{ user: account, type: 'TEST_ACCOUNT' }] })).status).toBe(400)
    expect((await hr.ask('PATCH', `/users/${family}`, { title: 'Dr' })).status).toBe(200)
  })

  test('accounts that they could end by themselves end with the person, told with who acted and whom they follow', async () => {
    const { id, accounts: [account], nested } = await related(1)
    const reply = await hr.ask('POST', `/users/${id}/terminate`)
    expect([reply.status, reply.body.status]).toEqual([200, 'TERMINATED'])
    expect([await statusOf(account!), await statusOf(nested)]).toEqual(['TERMINATED', 'TERMINATED'])
    expect(await eventOf(account!)).toMatchObject({ actorId: hr.id, changes: expect.arrayContaining([{ path: 'followed', after: id }]) })
    expect(await eventOf(nested)).toMatchObject({ actorId: hr.id, changes: expect.arrayContaining([{ path: 'followed', after: account }]) })
    expect((await eventOf(id)).changes.map(({ path }: { path: string }) => path)).not.toContain('relatedLeftOpen')
  })

  test.each([[{}], [{ removeAccess: true }]])('one that administers stays open, and the event says how many: %j', async (body) => {
    const { id, accounts, nested } = await related(3)
    await giveRole(ctx, accounts[1]!, 'AUDITOR')
    await giveRole(ctx, nested, 'HELP_DESK')
    const reply = await hr.ask('POST', `/users/${id}/terminate`, body)
    expect([reply.status, reply.body.status]).toEqual([200, 'TERMINATED'])
    expect(await Promise.all([...accounts, nested].map(statusOf))).toEqual(['TERMINATED', 'PENDING_INITIAL_LOGIN', 'TERMINATED', 'PENDING_INITIAL_LOGIN'])
    for (const [target, other] of [[id, accounts[1]], [accounts[0]!, nested]]) {
      const event = await eventOf(target!)
      expect(event.changes).toContainEqual({ path: 'relatedLeftOpen', after: 1 })
      expect(JSON.stringify(event)).not.toContain(other)
    }
    expect((await ask('GET', `/users/${accounts[1]}/roles`)).body.items).toMatchObject([{ target: { id: 'GATEHOUSE_AUDITOR' } }])
  })

  test('one that administered stays open where access is removed, and ends where it only ends', async () => {
    for (const [removeAccess, status] of [[true, 'PENDING_INITIAL_LOGIN'], [false, 'TERMINATED']] as const) {
      const { id, accounts: [account] } = await related(1)
      await giveRole(ctx, account!, 'AUDITOR')
      await ctx.db.execute(`update user_role set start_date = '2020-01-01', end_date = '2021-01-01' where user_id = $1`, [account])
      expect((await hr.ask('POST', `/users/${id}/terminate`, { removeAccess })).status).toBe(200)
      expect([removeAccess, await statusOf(account!)]).toEqual([removeAccess, status])
    }
  })

  test('so do they by a plan', async () => {
    const { id, accounts } = await related(2)
    await giveRole(ctx, accounts[1]!, 'AUDITOR')
    const plan = (await hr.ask('POST', '/plans', { kind: 'bulk', operation: 'terminate', filter: `id eq "${id}"` })).body
    expect((await hr.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
    expect(await Promise.all([id, ...accounts].map(statusOf))).toEqual(['TERMINATED', 'TERMINATED', 'PENDING_INITIAL_LOGIN'])
    const steps = await hr.ask('GET', `/plans/${plan.id}/steps`)
    expect(JSON.stringify(steps.body)).not.toMatch(new RegExp(accounts.join('|')))
  })
})

test('a plan tells beforehand how many end with each, and how many stay open', async () => {
  const { id, accounts, nested } = await related(3)
  const second = await related(1, 'south')
  const none = await related(0)
  await giveRole(ctx, accounts[1]!, 'AUDITOR')
  const made = async (asked: Ask, operation: string, options: object) => {
    const { body } = await asked('POST', '/plans', { kind: 'bulk', operation, filter: [id, second.id, none.id].map((one) => `id eq "${one}"`).join(' or '), options })
    const { items } = (await asked('GET', `/plans/${body.id}/steps`)).body
    const shown = (target: string) => items.find(({ targetId }: { targetId: string }) => targetId === target).changes.filter(({ path }: { path: string }) => path.startsWith('related'))
    expect(JSON.stringify([body, items])).not.toMatch(new RegExp([...accounts, ...second.accounts, nested].join('|')))
    return { id: body.id, counts: body.counts, changes: [id, second.id, none.id].map(shown) }
  }
  const [ended, left] = ['relatedEnded', 'relatedLeftOpen'].map((path) => (after: number) => ({ path, after }))
  expect(await made(ask, 'retire', {})).toMatchObject({ counts: { update: 3, relatedEnded: 6 }, changes: [[ended!(4)], [ended!(2)], []] })
  for (const [operation, options] of [['terminate', { includeRelated: false }], ['disable', {}]] as const) {
    expect(await made(ask, operation, options)).toMatchObject({ counts: { update: 3 }, changes: [[], [], []] })
  }
  const plan = await made(hr.ask, 'terminate', {})
  // What is related to an account that stays open stays too, and is not counted.
  expect(plan).toMatchObject({ counts: { update: 3, relatedEnded: 3, relatedLeftOpen: 2 }, changes: [[ended!(3), left!(1)], [left!(1)], []] })
  expect((await hr.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  expect(await Promise.all([...accounts, nested, ...second.accounts, second.nested].map(statusOf))).toEqual([
    'TERMINATED', 'PENDING_INITIAL_LOGIN', 'TERMINATED', 'TERMINATED', 'PENDING_INITIAL_LOGIN', 'PENDING_INITIAL_LOGIN',
  ])
})

test('by somebody with fewer rights than the account, it stays; by somebody with all of them, it ends', async () => {
  const clerk = await administrator(shared, 'hr-of-all', 'HUMAN_RESOURCES')
  for (const [asked, status] of [[clerk.ask, 'PENDING_INITIAL_LOGIN'], [ask, 'TERMINATED']] as const) {
    const { id, accounts: [account] } = await related(1)
    await giveRole(ctx, account!, 'SECURITY_ADMIN')
    expect((await asked('POST', `/users/${id}/terminate`)).status).toBe(200)
    expect(await statusOf(account!)).toBe(status)
  }
})

test('an account of two people who are terminated together ends once', async () => {
  const { id, accounts: [account] } = await related(1)
  const other = await makePerson(shared, 'related-other', { affiliations: [{ organization: 'north' }] })
  // As older versions let it.
  await shared.ctx.db.execute(`insert into user_to_user_membership (membership_id, primary_user_id, related_user_id, type_id) values ('two-people', $1, $2, 'ADMIN_ACCOUNT')`, [other, account])
  const plan = (await hr.ask('POST', '/plans', { kind: 'bulk', operation: 'terminate', filter: `id eq "${id}" or id eq "${other}"` })).body
  expect((await hr.ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  expect((await ask('GET', `/audit?targetId=${account}&filter=${encodeURIComponent('action eq "user.terminate"')}`)).body.items).toHaveLength(1)
})

test.each([
  ['moved away', async (tx: Transaction, id: string) => {
    await lockPerson(tx, id)
    await tx.execute(`update user_affiliation set company_id = 'south' where user_id = $1`, [id])
  }],
  ['given a role', (tx: Transaction, id: string) => insertOwnRole(tx, { id: ctx.newId(), userId: id, roleId: ownId('AUDITOR'), at: ctx.now(), grantedBy: 'test' })],
] as const)('an account that is %s at that moment stays open, and is counted', async (_what, change) => {
  const { id, accounts: [account] } = await related(1)
  const waits = async () => (await ctx.db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0
  const reply = await ctx.db.transaction(async (tx) => {
    await change(tx, account!)
    const asked = hr.ask('POST', `/users/${id}/terminate`)
    while (!(await waits())) await setTimeout(5)
    // Handed out of the transaction, which ends before it does.
    return { asked }
  })
  expect((await reply.asked).status).toBe(200)
  expect([await statusOf(id), await statusOf(account!)]).toEqual(['TERMINATED', 'PENDING_INITIAL_LOGIN'])
  expect((await eventOf(id)).changes).toContainEqual({ path: 'relatedLeftOpen', after: 1 })
})
