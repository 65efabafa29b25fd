/** Questions about the past: things by the names that they had then, whatever they are called now, or whether they are there at all. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { namedIdAt } from '../src/cli/find-by-name.ts'
import { momentOf } from '../src/store/access-walk.ts'
import { administrator, makePerson } from './administrators.ts'
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

test('lists of members and holders tell of a past moment what stood then, with those who are gone since', async () => {
  const [group, role, thing, company] = [await made('/groups', { displayName: 'Past group' }), await made('/roles', { name: 'Past role' }), await resource('Past resource'), await made('/organizations', { name: 'Past company' })]
  const restricted = await administrator(shared, 'restricted', 'SECURITY_ADMIN')
  await ask('POST', `/users/${restricted.id}/delegations`, { kind: 'REPORTS' })
  const gone = await makePerson(shared, 'gone since')
  for (const [path, body] of [
    [`/groups/${group}/members/${user}`, { rights: ['READ'], description: 'first' }], [`/groups/${group}/members/${gone}`, {}], [`/roles/${role}/members/${user}`, {}],
    [`/organizations/${company}/members/${user}`, {}], [`/groups/${group}/roles/${role}`, { rights: ['READ'] }], [`/roles/${role}/resources/${thing}`, {}],
  ] as const) expect((await ask('PUT', path, body)).status).toBe(201)
  const then = await moment()
  await ask('PUT', `/groups/${group}/members/${user}`, { rights: ['UPDATE'], description: 'second', end: '2020-01-01T00:00:00Z' })
  await ask('DELETE', `/roles/${role}/members/${user}`)
  await ask('DELETE', `/organizations/${company}/members/${user}`)
  await ask('DELETE', `/groups/${group}/roles/${role}`)
  await ask('PATCH', `/groups/${group}`, { displayName: 'Renamed group' })
  await ask('DELETE', `/users/${gone}`)
  const items = async (path: string, asked = ask) => ((await asked('GET', `${path}at=${then}`)).body.items as { id: string; rights?: string[]; description?: string; source: { id: string; name?: string }; target: { id: string; name?: string } }[])
  const ends = async (path: string, asked = ask) => (await items(path, asked)).map(({ source, target }) => [source.id, target.id])
  expect(await items(`/groups/${group}/members?`)).toMatchObject([{ source: { id: user, name: 'ann Tester' }, target: { name: 'Past group' }, rights: ['READ'], description: 'first' }, { source: { type: 'User', id: gone } }])
  expect((await ask('GET', `/groups/${group}/members?total=true&at=${then}`)).body.total).toBe(2)
  expect(await ends(`/groups/${group}/members?q=ann&`)).toEqual([[user, group]])
  expect(await ends(`/groups/${group}/members?filter=${encodeURIComponent('not (title eq "x")')}&`)).toEqual([[user, group]])
  const first = (await ask('GET', `/groups/${group}/members?count=1&at=${then}`)).body
  expect((await ask('GET', `/groups/${group}/members?count=1&at=${then}&cursor=${first.next}`)).body.items).toMatchObject([{ source: { id: gone } }])
  expect(await ends(`/users/${user}/groups?`)).toEqual([[user, group]])
  expect(await ends(`/users/${gone}/groups?`)).toEqual([[gone, group]])
  expect(await ends(`/users/${user}/roles?`)).toEqual([[user, role]])
  expect(await ends(`/organizations/${company}/members?`)).toEqual([[user, company]])
  expect(await items(`/groups/${group}/roles?`)).toMatchObject([{ source: { name: 'Past group' }, target: { id: role, name: 'Past role' }, rights: ['READ'] }])
  expect(await items(`/roles/${role}/holders?`)).toMatchObject([{ source: { type: 'Group', id: group, name: 'Past group' }, target: { id: role } }])
  await ask('DELETE', `/groups/${group}/members/${user}`)
  await ask('DELETE', `/groups/${group}`)
  expect(await ends(`/groups/${group}/members?`)).toEqual([[user, group], [gone, group]])
  expect((await ask('GET', `/groups/${group}/members`)).status).toBe(404)
  expect((await ask('GET', `/groups/${group}/members?at=2020-01-01`)).body.detail).toContain('at that time')
  // Who is restricted sees of those of the past whom they may see now, and nobody who is gone.
  expect(await ends(`/groups/${group}/members?`, restricted.ask)).toEqual([])
  await ask('POST', `/users/${user}/supervisors`, { supervisor: restricted.id })
  expect(await ends(`/groups/${group}/members?`, restricted.ask)).toEqual([[user, group]])
})
