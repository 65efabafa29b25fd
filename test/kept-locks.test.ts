/** What an administrator has locked or disabled stays so until somebody lifts it who may: no day that comes does, nor the right UPDATE alone. */
import { beforeAll, describe, expect, test } from 'vitest'
import { administrator, makePerson, type Ask } from './administrators.ts'
import { startPeople } from '../src/directory/nightly.ts'
import { ownId } from '../src/model/own-access.ts'
import { testServer } from './rest-server.ts'

let clock = new Date('2026-06-15T12:00:00.000Z')
const shared = await testServer({}, () => clock)
const { ask, ctx } = shared

let editor: Ask
beforeAll(async () => {
  const { id, ask: asEditor } = await administrator(shared, 'editor')
  const role = (await ask('POST', '/roles', { name: 'Editor' })).body.id
  expect((await ask('PUT', `/roles/${role}/members/${id}`)).status).toBe(201)
  for (const [resource, rights] of [['people', ['READ', 'UPDATE']], ['plans', ['READ', 'CREATE', 'UPDATE']]] as const) {
    expect((await ask('PUT', `/roles/${role}/resources/${ownId(resource)}`, { rights })).status).toBe(201)
  }
  editor = asEditor
})

let counter = 0
const person = (more: object) => makePerson(shared, `kept-${++counter}`, more)
const standing = async (id: string) => {
  const { status, secondaryStatus, active, logins } = (await ask('GET', `/users/${id}?attributes=status,secondaryStatus,active,logins`)).body
  return [status, secondaryStatus, active, logins[0].lockMarker]
}
const lock = (id: string) => ask('POST', `/users/${id}/lock`)
const disable = (id: string) => ask('PATCH', `/users/${id}`, { active: false })

describe('a start day that comes', () => {
  test('makes the person active and lifts neither a lock nor a disabling', async () => {
    const [locked, disabled, free, back] = [await person({ startDate: '2026-06-16' }), await person({ startDate: '2026-06-16' }), await person({ startDate: '2026-06-16' }), await person({ status: 'TERMINATED' })]
    expect((await ask('POST', `/users/${back}/rehire`, { startDate: '2026-06-16' })).body.status).toBe('PENDING_START_DATE')
    for (const reply of [await lock(locked), await disable(disabled), await lock(back)]) expect(reply.status).toBe(200)
    clock = new Date('2026-06-16T12:00:00.000Z')
    expect(await startPeople(ctx)).toBe(4)
    expect(await standing(locked)).toEqual(['ACTIVE', 'LOCKED_ADMIN', false, 'LOCKED_ADMIN'])
    expect(await standing(disabled)).toEqual(['ACTIVE', 'DISABLED', false, 'NOT_LOCKED'])
    expect(await standing(free)).toEqual(['ACTIVE', undefined, true, 'NOT_LOCKED'])
    expect(await standing(back)).toEqual(['ACTIVE', 'LOCKED_ADMIN', false, 'LOCKED_ADMIN'])
  })
})

describe('the right UPDATE alone', () => {
  const refusal = { status: 403, body: { code: 'forbidden', detail: expect.stringContaining('RESET') } }

  test.each([
    ['activate', [], 'activate'],
    ['rehire', ['deactivate'], 'rehire'],
    ['activate', ['deactivate'], 'activate'],
  ] as const)('lifts neither a lock nor a disabling: %s after %j', async (_what, ways, last) => {
    for (const bar of [lock, disable]) {
      const id = await person({ status: 'ACTIVE' })
      await bar(id)
      const [, was] = await standing(id)
      for (const way of ways) expect((await editor('POST', `/users/${id}/${way}`)).status).toBe(200)
      expect(await editor('POST', `/users/${id}/${last}`)).toMatchObject(refusal)
      expect((await standing(id))[1]).toBe(was)
      expect((await ask('POST', `/users/${id}/${last}`)).body.secondaryStatus).toBeUndefined()
    }
    const open = await person({ status: 'ACTIVE' })
    for (const way of [...ways, last]) expect((await editor('POST', `/users/${open}/${way}`)).status, way).toBe(200)
  })

  test('lifts none by a plan, which tells so beforehand', async () => {
    const id = await person({ status: 'INACTIVE' })
    await lock(id)
    const request = { kind: 'bulk', operation: 'activate', filter: `id eq "${id}"` }
    const plan = (await editor('POST', '/plans', request)).body
    expect(plan.counts).toEqual({ conflict: 1 })
    // Nor one that somebody has planned who may.
    const other = (await ask('POST', '/plans', request)).body
    expect(other.counts).toEqual({ update: 1 })
    expect((await editor('POST', `/plans/${other.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 1 })
    expect((await standing(id)).slice(0, 2)).toEqual(['INACTIVE', 'LOCKED_ADMIN'])
  })

  test.each([['terminate', 'TERMINATED'], ['retire', 'RETIRED'], ['decease', 'DECEASED']])('ends whoever is locked or disabled, and their accounts, and lifts nothing: %s', async (operation, status) => {
    for (const bar of [lock, disable]) {
      const account = await person({ status: 'ACTIVE' })
      const id = await person({ status: 'ACTIVE', relations: [{ user: account, type: 'ADMIN_ACCOUNT' }] })
      await bar(account)
      await bar(id)
      const was = (await standing(id))[1]
      expect((await editor('POST', `/users/${id}/${operation}`)).status).toBe(200)
      expect((await standing(id)).slice(0, 2)).toEqual([status, was])
      expect((await standing(account)).slice(0, 2)).toEqual(['TERMINATED', was])
      expect(await editor('POST', `/users/${account}/rehire`)).toMatchObject(refusal)
    }
    const freed = await person({ status: 'ACTIVE' })
    await lock(freed)
    expect((await ask('POST', `/users/${freed}/${operation}`)).body).not.toHaveProperty('secondaryStatus')
  })
})
