/** What the server really answers is what the OpenAPI document promises: no member it does not name, no value it excludes. */
import { expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { answerFaults, document, faults } from './openapi-judge.ts'
import { testServer } from './rest-server.ts'

const user = { $ref: '#/components/schemas/User' }

test('the judge refuses what it should', () => {
  expect(faults({ id: '1', active: true }, user)).toEqual([])
  expect(faults({ userName: 'a' }, { $ref: '#/components/schemas/UserBody' })).toEqual([])
  expect(faults({ id: '1' }, { $ref: '#/components/schemas/UserBody' })).toEqual(['.userName: is missing'])
  // An answer may leave out of an entry what whoever makes one must give.
  expect(faults({ id: '1', emails: [{ active: true }] }, user)).toEqual([])
  expect(faults({ userName: 'a', emails: [{ active: true }] }, { $ref: '#/components/schemas/UserBody' })).toEqual(['.emails[0].value: is missing'])
  expect(faults({ emails: [{ active: true }] }, { $ref: '#/components/schemas/UserPatch' })).toEqual(['.emails[0].value: is missing'])
  expect(faults({ active: true }, { $ref: '#/components/schemas/UserEmailsBody' })).toEqual(['.value: is missing'])
  expect(faults({ id: '1', userName: 1 }, user)).toEqual(['.userName: 1 is no string'])
  expect(faults({}, user)).toEqual(['.id: is missing'])
  expect(faults({ id: '1', unheard: 1, sex: 'X', birthdate: '1815-12-99', emails: [{ value: 'a', x: 1 }] }, user)).toHaveLength(4)
  expect(faults({ anything: 1 }, { $ref: '#/components/schemas/PasskeyOptions' })).toEqual([])
  expect(faults({ scopes: ['root'], name: '', userId: 'a', expires: 'never' }, { $ref: '#/components/schemas/ApiKey' })).toHaveLength(3)
  const judge = (status: number, body: unknown, type = 'application/json; charset=utf-8') => answerFaults('GET', '/api/v1/users/:id', { status, type, body: body === undefined ? '' : JSON.stringify(body) })
  expect(judge(200, { id: '1' })).toEqual([])
  expect(judge(304, undefined, '')).toEqual([])
  expect(judge(200, { id: 1 })).toHaveLength(1)
  expect(judge(200, undefined)).toHaveLength(1)
  expect(judge(404, { id: '1' })).toHaveLength(1)
  expect(judge(418, {})).toEqual(['answered 418, which is not listed: {}'])
})

test('answers are as the document says', async () => {
  const { ask, faults: found } = await testServer()
  const judged = async (method: string, path: string, body?: unknown): Promise<Document> => (await ask(method, path, body)).body as Document
  const type = await judged('POST', '/metadata/types', { id: 'ROBOT', grouping: 'USER_OBJECT_TYPE', displayName: 'Robot' })
  await judged('POST', '/metadata/elements', { name: 'colour', typeId: 'DEFAULT_USER', multiValued: true, validValues: ['red', 'green'] })
  const company = await judged('POST', '/organizations', { name: 'Analytical Engines', domainName: 'example.com' })
  await judged('POST', '/organizations', { name: 'Mill', parents: [{ organization: company.id }] })
  const ada = await judged('POST', '/users', {
    userName: 'ada', name: { givenName: 'Ada', familyName: 'Lovelace' }, sex: 'F', birthdate: '1815-12-10', typeId: type.id,
    emails: [{ value: 'ada@example.com', primary: true }], phoneNumbers: [{ value: '1' }], addresses: [{ locality: 'London' }],
    affiliations: [{ organization: company.id }], notes: [{ description: 'x' }], attributes: { colour: ['red'] },
  })
  const double = await judged('POST', '/users', { userName: 'ada2', supervisors: [{ supervisor: ada.id, primary: true }] })
  const all = Object.keys(document.components.schemas.User!.properties!).filter((name) => name !== 'secretWord').join(',')
  await judged('GET', `/users/${String(ada.id)}?attributes=${all}`)
  await judged('GET', `/users/${String(ada.id)}`)
  await judged('GET', '/users?total=true&count=1')
  for (const path of ['/users', `/users/${String(ada.id)}`]) await judged('GET', `${path}?attributes=title`)
  for (const part of ['emails.active', 'emails', 'affiliations.primary,notes.id', 'name.givenName', 'meta.version', 'logins.locked']) await judged('GET', `/users/${String(ada.id)}?attributes=${part}`)
  // The person whom the system stands for has no login.
  await judged('GET', '/users/3000')
  await judged('GET', `/users/${String(ada.id)}/password-policy`)
  for (const segment of ['emails', 'phones', 'addresses', 'affiliations', 'logins', 'notes']) await judged('GET', `/users/${String(ada.id)}/${segment}`)
  await judged('POST', `/users/${String(ada.id)}/lock`)
  await judged('GET', `/organizations/${String(company.id)}`)
  await judged('GET', `/organizations/${String(company.id)}/children`)
  for (const email of ['x@example.com', 'x@example.org']) await judged('GET', `/organizations/proposal?email=${email}`)
  await judged('GET', '/metadata/types')
  await judged('GET', '/metadata/elements')
  const group = await judged('POST', '/groups', { displayName: 'Makers' })
  const role = await judged('POST', '/roles', { name: 'Maker' })
  const [members, roles] = [`/groups/${String(group.id)}/members`, `/groups/${String(group.id)}/roles`]
  for (let times = 0; times < 2; times++) await judged('PUT', `${members}/${String(ada.id)}`, { end: '2100-01-01T00:00:00Z', description: 'x' })
  await judged('PUT', `${roles}/${String(role.id)}`, {})
  for (const path of [`${members}?total=true`, roles, `/roles/${String(role.id)}/holders`, `/users/${String(ada.id)}/groups`]) await judged('GET', path)
  const portal = await judged('POST', '/portals', { name: 'Customers', description: 'x', settings: { client_id: 'client-1' } })
  await judged('POST', `/portals/${String(portal.id)}/users`, [ada.id])
  for (const path of ['', `/${String(portal.id)}`, `/${String(portal.id)}/settings`, `/${String(portal.id)}/users`]) await judged('GET', `/portals${path}`)
  await ask('DELETE', `/portals/${String(portal.id)}/users/${String(ada.id)}`)
  for (const path of ['/portals/unassignment-queue', '/okta/errors', '/okta/error-counts', '/okta/status', '/okta/runs']) await judged('GET', path)
  const bulk = await judged('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'userName sw "ada"' })
  await judged('GET', `/plans/${String(bulk.id)}/steps`)
  await judged('POST', `/plans/${String(bulk.id)}/apply`)
  const merge = await judged('POST', '/plans', { kind: 'merge', survivor: ada.id, duplicate: double.id })
  await judged('GET', `/plans/${String(merge.id)}/steps`)
  await judged('GET', '/plans')
  const reader = await judged('POST', '/roles', { name: 'Reader' })
  await judged('GET', `/access/graph/neighbourhood?node=Role:${String(reader.id)}`)
  await judged('GET', `/access/graph/path?from=User:${String(ada.id)}&to=Organization:${String(company.id)}`)
  await judged('POST', '/access/mining', {})
  await judged('GET', '/access/findings?kind=unused-role')
  const key = await judged('POST', '/keys', { userId: ada.id, name: 'robot', scopes: ['read', 'write'] })
  const keys = await judged('GET', '/keys')
  expect(keys.items).toEqual([expect.objectContaining({ id: key.id, name: 'robot', scopes: ['read', 'write'] })])
  const events = await judged('GET', '/audit?total=true')
  await judged('GET', `/audit/${String((events.items as Document[])[0]!.id)}`)
  await judged('GET', '/audit/verify')
  expect(found).toEqual([])
})

test('refusals are as the document says', async () => {
  const { ask, faults: found } = await testServer()
  const refusals = [
    await ask('GET', '/users/nobody'), await ask('POST', '/users', {}), await ask('GET', '/users?filter=('), await ask('POST', '/users', '{'),
    await ask('GET', '/users', undefined, { authorization: 'Bearer wrong' }),
  ]
  for (const { status, body, headers } of refusals) {
    expect(headers['content-type']).toContain('application/problem+json')
    expect(faults(body, { $ref: '#/components/schemas/Problem' })).toEqual([])
    expect((body as Document).status).toBe(status)
    expect(document.components.responses[`Problem${status}`]!.description).toContain(`\`${String((body as Document).code)}\``)
  }
  const [ada, group] = [(await ask('POST', '/users', { userName: 'ada' })).body.id, (await ask('POST', '/groups', { displayName: 'Makers' })).body.id]
  const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'disable', filter: 'userName eq "ada"' })).body.id
  const portal = (await ask('POST', '/portals', { name: 'Customers' })).body.id
  const further: [status: number, method: string, path: string, body?: object | string, headers?: Record<string, string>][] = [
    [412, 'PUT', `/groups/${group}/members/${ada}`, {}, { 'if-match': '"1"' }], [412, 'POST', `/plans/${plan}/undo`, undefined, { 'if-match': '"1"' }],
    [404, 'POST', '/plans', { kind: 'merge', survivor: ada, duplicate: 'nobody' }], [404, 'POST', '/password-policies/check', { password: 'x', userId: 'nobody' }],
    [404, 'GET', '/access/graph/neighbourhood?node=User:nobody'], [404, 'GET', '/access/graph/path?from=User:nobody&to=Role:nothing'], [409, 'GET', `/portals/${portal}/sign-in`], [415, 'POST', `/users/${ada}/lock`, 'x', { 'content-type': 'text/plain' }],
  ]
  for (const [status, method, path, body, headers] of further) expect([method, path, (await ask(method, path, body, headers)).status]).toEqual([method, path, status])
  expect(found).toEqual([])
})
