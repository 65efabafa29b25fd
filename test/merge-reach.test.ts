/** Two administrators become one person: nothing that moves acts on more people than it did. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ownId } from '../src/model/own-access.ts'
import { administrator, askAs, giveRole, makePerson, type Ask } from './administrators.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

const people: Record<string, string> = {}
beforeAll(async () => {
  await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)
  for (const [name, organization] of [['nora', 'north'], ['sven', 'south']] as const) people[name] = await makePerson(shared, name, { affiliations: [{ organization }] })
})

const delegate = async (id: string, target: string) => expect((await ask('POST', `/users/${id}/delegations`, { kind: 'ORGANIZATION', target })).status).toBe(201)
const reach = async (asked: Ask) => Promise.all(['nora', 'sven'].map(async (name) => (await asked('GET', `/users/${people[name]}`)).status))
const targetsOf = async (id: string) => (await ask('GET', `/users/${id}/delegations`)).body.items.map((one: { target: string }) => one.target)

let counter = 0
/** Somebody with roles, restricted to organisations, and their key. */
async function somebody(roles: string[], targets: string[]) {
  const one = await administrator(shared, `merged-${++counter}`, ...roles)
  for (const target of targets) await delegate(one.id, target)
  return one
}

async function merge(survivor: string, duplicate: string) {
  const { body: plan } = await ask('POST', '/plans', { kind: 'merge', survivor, duplicate })
  const [step] = (await ask('GET', `/plans/${plan.id}/steps`)).body.items
  return { id: plan.id as string, counts: plan.counts, step, applied: await ask('POST', `/plans/${plan.id}/apply`) }
}

describe('a restricted administrator merged away', () => {
  test('restricts a survivor who administered nothing, and the plan shows it', async () => {
    const [survivor, duplicate] = [await somebody([], []), await somebody(['HELP_DESK'], ['north'])]
    const { id, step, applied } = await merge(survivor.id, duplicate.id)
    expect(step).toMatchObject({ action: 'update', changes: { delegations: [{ after: { kind: 'ORGANIZATION', target: 'north', withDescendants: true } }] } })
    expect(step.changes.links).toContainEqual({ table: 'gatehouse.delegation', column: 'user_id', moves: 1, stays: 0 })
    expect(applied.body).toMatchObject({ status: 'applied', failed: 0 })
    expect([await reach(survivor.ask), await reach(duplicate.ask), await targetsOf(survivor.id)]).toEqual([[200, 404], [401, 401], ['north']])
    const [event] = (await ask('GET', `/audit?targetId=${survivor.id}&filter=${encodeURIComponent('action eq "user.merge"')}`)).body.items
    expect(event.changes).toContainEqual(step.changes.delegations[0])
    expect((await ask('POST', `/plans/${id}/undo`)).status).toBe(200)
    expect([await reach(survivor.ask), await reach(duplicate.ask), await targetsOf(survivor.id), await targetsOf(duplicate.id)]).toEqual([[403, 403], [200, 404], [], ['north']])
  })

  test.each<[string, string[], string[]]>([
    ['has rights over everybody', ['HUMAN_RESOURCES'], []],
    ['is restricted otherwise', ['HELP_DESK'], ['south']],
    ['is restricted otherwise and administers nothing', [], ['south']],
  ])('is a conflict when the survivor %s', async (_what, roles, targets) => {
    const [survivor, duplicate] = [await somebody(roles, targets), await somebody(['HELP_DESK'], ['north'])]
    const before = [await reach(survivor.ask), await reach(duplicate.ask)]
    const { id, counts, step, applied } = await merge(survivor.id, duplicate.id)
    expect(counts).toEqual({ conflict: 1 })
    expect(step).toMatchObject({ action: 'conflict', problems: [{ message: expect.stringMatching(/Give both the same delegations/) }] })
    expect(applied.body).toMatchObject({ status: 'applied' })
    expect((await ask('GET', `/users/${duplicate.id}`)).status).toBe(200)
    expect([await reach(survivor.ask), await reach(duplicate.ask)]).toEqual(before)
    expect((await ask('POST', `/plans/${id}/undo`)).body.code).toBe('plan_state')
  })

  test('with the same restrictions joins them', async () => {
    const [survivor, duplicate] = [await somebody(['AUDITOR'], ['north']), await somebody(['HELP_DESK'], ['north'])]
    expect((await merge(survivor.id, duplicate.id)).applied.body).toMatchObject({ failed: 0 })
    expect([await reach(survivor.ask), await targetsOf(survivor.id)]).toEqual([[200, 404], ['north']])
  })

  test('leaves a survivor alone to whom nothing moves that is restricted', async () => {
    const survivor = await somebody(['HELP_DESK'], [])
    const duplicate = await makePerson(shared, 'merged-idle')
    await delegate(duplicate, 'north')
    expect((await merge(survivor.id, duplicate)).applied.body).toMatchObject({ failed: 0 })
    expect([await reach(survivor.ask), await targetsOf(survivor.id)]).toEqual([[200, 200], []])
  })

  test('is held to what both have when the plan is applied', async () => {
    const [survivor, duplicate] = [await makePerson(shared, 'merged-late'), await somebody(['HELP_DESK'], [])]
    const { body: plan } = await ask('POST', '/plans', { kind: 'merge', survivor, duplicate: duplicate.id })
    await delegate(survivor, 'south')
    await delegate(duplicate.id, 'north')
    expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 1 })
    expect((await ask('GET', `/plans/${plan.id}/steps`)).body.items[0]).toMatchObject({ status: 'failed', result: { code: 'conflict' } })
    expect(await reach(duplicate.ask)).toEqual([200, 404])
  })
})

test('an unrestricted administrator merged away acts within the restrictions of the survivor', async () => {
  const [survivor, duplicate] = [await somebody(['AUDITOR'], ['south']), await somebody(['HELP_DESK'], [])]
  expect((await merge(survivor.id, duplicate.id)).applied.body).toMatchObject({ failed: 0 })
  expect(await reach(survivor.ask)).toEqual([404, 200])
})

test('rights that begin later and keys of later on count as well', async () => {
  const survivor = await makePerson(shared, 'merged-future')
  await ask('PUT', `/roles/${ownId('AUDITOR')}/members/${survivor}`, { start: '2099-01-01T00:00:00Z' })
  const duplicate = await somebody(['HELP_DESK'], ['north'])
  expect((await merge(survivor, duplicate.id)).counts).toEqual({ conflict: 1 })
})

test('a merge is not undone once it was decided anew whom the survivor may administer', async () => {
  const [survivor, duplicate] = [await makePerson(shared, 'merged-free'), await somebody(['HELP_DESK'], ['north'])]
  const { id } = await merge(survivor, duplicate.id)
  const [own] = (await ask('GET', `/users/${survivor}/delegations`)).body.items
  expect((await ask('DELETE', `/users/${survivor}/delegations/${own.id}`)).status).toBe(204)
  expect(await ask('POST', `/plans/${id}/undo`)).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('delegations of the survivor') } })
  await giveRole(ctx, survivor, 'AUDITOR')
  expect((await (await askAs(shared, survivor))('GET', `/users/${people.sven}`)).status).toBe(200)
})
