/** Questions about the past: things by the names that they had then, whatever they are called now, or whether they are there at all. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { namedIdAt } from '../src/cli/find-by-name.ts'
import { momentOf } from '../src/store/access-walk.ts'
import { personWithPassword } from './browser.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ask, ctx } = shared

const made = async (path: string, body: object) => {
  const reply = await ask('POST', path, body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return reply.body.id as string
}
const resource = (name: string) => made('/resources', { name, resourceType: 'WEBSERVICE' })
/** The database's own moment: what comes after it is later. */
const moment = async () => {
  await sleep(5)
  const at = (await ctx.db.first<{ at: Date }>('select clock_timestamp() as at'))!.at
  await sleep(5)
  return new Date(at).toISOString()
}

const user = await personWithPassword(shared, 'ann')
const check = async (query: string) => {
  const { status, body } = await ask('GET', `/users/${user}/access/check?${query}`)
  return status === 200 ? body.allowed : body.code
}

test('a resource is the one that had the name then: deleted, renamed and replaced, or made later', async () => {
  const [payments, invoices] = [await resource('Payments'), await resource('Invoices')]
  await ask('PUT', `/resources/${payments}/members/${user}`, { rights: ['READ'] })
  const before = await moment()
  await ask('PATCH', `/resources/${payments}`, { name: 'Old payments' })
  await ask('PATCH', `/resources/${invoices}`, { name: 'Payments' })
  const between = await moment()
  await ask('DELETE', `/resources/${payments}`)
  await resource('Payroll')
  expect(await check('resource=Payments')).toBe(false)
  expect(await check(`resource=Payments&at=${before}`)).toBe(true)
  expect(await check(`resource=Payments&right=READ&at=${before}`)).toBe(true)
  expect(await check(`resource=Payments&at=${between}`)).toBe(false)
  expect(await check(`resource=${encodeURIComponent('Old payments')}&at=${between}`)).toBe(true)
  expect(await check(`resource=Payroll&at=${before}`)).toBe('not_found')
  const path = (await ask('GET', `/users/${user}/access/why?resource=Payments&at=${before}`)).body
  expect(path).toMatchObject({ allowed: true, resource: { name: 'Payments', id: payments } })
})

test('a right that is deleted since is asked about as of then, and a wrong one still refused', async () => {
  await made('/rights', { id: 'SEAL', name: 'Seal' })
  const ledger = await resource('Ledger')
  await ask('PUT', `/resources/${ledger}/members/${user}`, { rights: ['SEAL'] })
  const before = await moment()
  await ask('PUT', `/resources/${ledger}/members/${user}`, { rights: [] })
  expect((await ask('DELETE', '/rights/SEAL')).status).toBe(204)
  expect(await check('resource=Ledger&right=SEAL')).toBe('invalid_parameter')
  expect(await check(`resource=Ledger&right=SEAL&at=${before}`)).toBe(true)
  expect((await ask('GET', `/users/${user}/access/why?resource=Ledger&right=SEAL&at=${before}`)).body.allowed).toBe(true)
  expect(await check(`resource=Ledger&right=SEEL&at=${before}`)).toBe('invalid_parameter')
})

test('roles, groups and organisations are found on the command line by what they were called', async () => {
  const kinds = [['r', '/roles', 'name'], ['g', '/groups', 'displayName'], ['o', '/organizations', 'name']] as const
  const ids = await Promise.all(kinds.map(([, path, name]) => made(path, { [name]: 'Night shift' })))
  const before = await moment()
  for (const [at, [, path, name]] of kinds.entries()) await ask('PATCH', `${path}/${ids[at]}`, { [name]: 'Day shift' })
  const then = momentOf(ctx.now(), before)
  for (const [at, [letter]] of kinds.entries()) {
    expect(await namedIdAt(ctx, letter, 'night SHIFT', then)).toBe(ids[at])
    expect(await namedIdAt(ctx, letter, 'Day shift', then)).toBe('Day shift')
    expect(await namedIdAt(ctx, letter, 'day shift', momentOf(ctx.now(), undefined))).toBe(ids[at])
  }
})
