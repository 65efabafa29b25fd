/** gatehouse access, groups, roles, resources: by name, for people and for machines. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { command, dataFolder, removeFolders, startServer, type ServerProcess } from './server-process.ts'

const data = dataFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServer({ GATEHOUSE_DATA: data })
}, 60_000)
afterAll(async () => {
  await server?.stop('SIGTERM')
  removeFolders(data)
})

const gatehouse = (...args: string[]) => command(args, { GATEHOUSE_DATA: data })
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await gatehouse(...args, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Record<string, unknown>
}

test('things are made, listed and shown; access is given and taken by name', async () => {
  const group = await json('groups', 'create', '--name', 'Night shift', '--description', 'Who works at night')
  await json('roles', 'create', '--name', 'Guard')
  await json('resources', 'create', '--name', 'Gate', '--type', 'NO-PROVISION-APP')
  expect((await gatehouse('groups', 'list')).stdout).toMatch(/Night shift +ACTIVE +Who works at night/)
  const given = await json('access', 'grant', '--user', 'ADMIN', '--to-group', 'night shift', '--start', '2026-01-01', '--end', '2100-01-01', '--description', 'request 7')
  expect(given).toMatchObject({ target: group.id, start: '2026-01-01T00:00:00.000Z', end: '2100-01-01T00:00:00.000Z', description: 'request 7', grantedBy: 'operator', isNew: true })
  await json('groups', 'create', '--name', 'For an hour')
  await json('access', 'grant', '--user', 'admin', '--to-group', 'For an hour', '--end', '2100-01-01')
  expect(await json('access', 'grant', '--user', 'admin', '--to-group', 'For an hour', '--end', 'never')).not.toHaveProperty('end')
  expect((await gatehouse('access', 'grant', '--group', String(group.id), '--to-role', 'Guard')).stdout).toMatch(/^Made: role of the group, always\.$/m)
  expect(await json('access', 'grant', '--role', 'Guard', '--to-resource', 'Gate')).toMatchObject({ isNew: true })
  expect(await json('groups', 'show', 'Night shift')).toMatchObject({ id: group.id, people: 1 })
  expect(await json('access', 'revoke', '--user', 'admin', '--to-group', 'Night shift')).toEqual({ removed: true })
  expect((await gatehouse('access', 'revoke', '--user', 'admin', '--to-group', 'Night shift')).stdout).toMatch(/nothing to remove/)
  const plan = await json('access', 'grant', '--filter', 'userName eq "admin"', '--to-role', 'Guard', '--apply')
  expect(plan).toMatchObject({ kind: 'grants', status: 'applied', counts: { create: 1 } })
  expect(await json('roles', 'show', 'guard')).toMatchObject({ people: 1 })
}, 120_000)

test('access is asked about by the names it was given by', async () => {
  expect(await json('access', 'check', 'Admin', 'Gate')).toEqual({ allowed: true })
  expect((await json('access', 'list', 'admin', '--type', 'Role')).items).toContainEqual(expect.objectContaining({ type: 'Role', name: 'Guard', direct: true }))
  expect((await gatehouse('access', 'people', 'guard', '--type', 'Role')).stdout).toMatch(/^admin {2}Administrator$/m)
  expect(await json('access', 'what-if', '--delete', 'Role:Guard')).toMatchObject({ people: { losing: 1, gaining: 0 } })
  expect(await json('access', 'path', 'User:admin', 'Resource:Gate')).toMatchObject({ found: true, length: 2 })
  // What is answered was done; a script may ask for another code.
  expect(await json('access', 'check', 'admin', 'gATE')).toEqual({ allowed: true })
  expect((await gatehouse('access', 'people', 'gate')).stdout).toContain('admin')
  // Of two that differ in case, what is written exactly so is meant.
  await json('resources', 'create', '--name', 'GATE', '--type', 'NO-PROVISION-APP')
  expect([await json('access', 'check', 'admin', 'Gate'), await json('access', 'check', 'admin', 'GATE')]).toEqual([{ allowed: true }, { allowed: false }])
  expect((await gatehouse('access', 'check', 'admin', 'gate')).stderr).toContain('2 records of the kind Resource are called gate')
  await json('resources', 'create', '--name', 'Vault', '--type', 'NO-PROVISION-APP')
  expect(await gatehouse('access', 'check', 'admin', 'Vault')).toMatchObject({ code: 0, stdout: 'no\n' })
  expect(await gatehouse('access', 'check', 'admin', 'Vault', '--exit-code')).toMatchObject({ code: 1, stdout: 'no\n' })
  expect((await gatehouse('access', 'path', 'User:admin', 'Resource:Vault')).code).toBe(0)
  expect((await gatehouse('access', 'path', 'User:admin', 'Resource:Vault', '--exit-code')).code).toBe(1)
  expect(await gatehouse('access', 'list', 'nobody')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('There is no User with the user name or id nobody.') })
  expect((await gatehouse('access', 'people', 'Gate', '--at', '2020-03-03')).stderr).toContain('There is no Resource with the id or the name Gate at that time.')
  const file = join(data, 'changes.json')
  writeFileSync(file, JSON.stringify({ changes: [{ op: 'add', source: { type: 'User', id: 'admin' }, target: { type: 'Resource', id: 'Vault' } }] }))
  expect(await json('access', 'what-if', file)).toMatchObject({ people: { losing: 0, gaining: 1 } })
  writeFileSync(file, '[]')
  expect((await gatehouse('access', 'what-if', file)).code).toBe(2)
}, 120_000)

test('an administrator is restricted, and told to whom', async () => {
  await json('groups', 'create', '--name', 'Desk')
  // Somebody has to be left who may everything: a new person is restricted instead.
  writeFileSync(join(data, 'deputy.jsonl'), JSON.stringify({ userName: 'deputy', name: { familyName: 'Deputy' } }))
  await gatehouse('import', join(data, 'deputy.jsonl'), '--apply')
  expect((await gatehouse('delegations', 'add', 'admin', '--reports')).stderr).toMatch(/nobody who may administer everything/)
  expect((await gatehouse('delegations', 'list', 'admin')).stdout).toMatch(/^None/)
  const made = await json('delegations', 'add', 'DEPUTY', '--group', 'desk', '--alone')
  expect(made).toMatchObject({ kind: 'GROUP', withDescendants: false })
  expect((await gatehouse('delegations', 'add', 'deputy', '--reports')).stdout).toMatch(/^deputy may administer their own reports and whom those supervise;/)
  expect((await gatehouse('delegations', 'list', 'deputy')).stdout).toMatch(/the members of Desk alone/)
  const again = await gatehouse('delegations', 'add', 'deputy', '--group', 'Desk')
  expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/already/i)])
  expect((await gatehouse('delegations', 'add', 'deputy', '--group', 'Desk', '--reports')).code).toBe(2)
  expect(await json('delegations', 'remove', 'deputy', String(made.id))).toEqual({ id: made.id, removed: true, left: 1 })
  expect((await gatehouse('delegations', 'remove', 'deputy', String(made.id))).code).toBe(2)
}, 120_000)

test('types of resources are listed, and an unknown one says where', async () => {
  expect((await gatehouse('resources', 'types')).stdout).toMatch(/^WEBSERVICE +A web service +true/m)
  expect((await gatehouse('resources', 'create', '--name', 'X', '--type', 'DOOR')).stderr).toContain('no ResourceType with the id DOOR')
}, 120_000)

test('findings of which there are none are told so', async () => {
  expect((await gatehouse('access', 'findings', 'outlier')).stdout).toBe('Nothing found.\n')
  expect((await gatehouse('access', 'findings', 'outlier', '--json')).stdout).toBe('')
}, 120_000)

test('what is said wrongly is told in a line', async () => {
  for (const [args, message] of [
    [['--user', 'admin'], /exactly one of --to-group/], [['--to-role', 'Guard'], /exactly one of --user/], [['--user', 'nobody', '--to-role', 'Guard'], /no User with the name or id nobody/],
    [['--role', 'Guard', '--to-group', 'Night shift'], /A Role cannot have a Group/], [['--user', 'admin', '--to-role', 'Guard', '--right', 'NONE'], /no Right with the id NONE/],
  ] as const) {
    const { code, stdout, stderr } = await gatehouse('access', 'grant', ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  }
}, 120_000)
