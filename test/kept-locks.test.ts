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
