/** The help desk sees what became of a person's mail and SMS, and nothing of what stands in them. */
import { expect, test } from 'vitest'
import { enqueueMessage } from '../src/store/messages.ts'
import { administrator, askAs, giveRole, makePerson } from './administrators.ts'
import { factorServer } from './factor-people.ts'

const shared = await factorServer()
const { ask, ctx, sentTo } = shared
await ctx.db.execute(`insert into company (company_id, company_name) values ('north', 'North'), ('south', 'South')`)
const at = (name: string, organization: string) => makePerson(shared, name, { status: 'ACTIVE', affiliations: [{ organization }], emails: [{ value: `${name}@example.com`, primary: true }] })
const [nora, sven] = [await at('nora', 'north'), await at('sven', 'south')]

test('state, times and recipient of the person\'s own messages, in pages, with the scope of reading', async () => {
  const desk = await administrator(shared, 'desk', 'HELP_DESK')
  const reading = await askAs(shared, desk.id, 'read')
  for (const id of [nora, sven]) expect((await desk.ask('POST', `/users/${id}/invite`)).status).toBe(202)
  const link = (await sentTo('nora@example.com'))[0]!.link!
  const token = new URL(link).hash.slice(1)
  await ctx.db.execute(`update gatehouse.message set status = 'DEAD', secrets_encrypted = null, attempts = 1, last_error = $2 where user_id = $1`, [nora, `EMESSAGE 550 5.7.1 <nora@example.com>: blocked ${link} (${token}), 481516, 4815 1623`])
  const code = await ctx.db.transaction((tx) => enqueueMessage(tx, ctx, { template: 'sign-in-code', channel: 'SMS', to: '+491701234567', userId: nora, values: { code: '271828', minutes: '10' } }, shared.masterKey))
  const { status, body } = await reading('GET', `/users/${nora}/messages`)
  expect(status).toBe(200)
  const times = { created: expect.any(String), due: expect.any(String), expires: expect.any(String) }
  expect(body.items).toEqual([
    { id: code, template: 'sign-in-code', channel: 'SMS', userId: nora, recipient: '+491701234567', locale: 'en', status: 'QUEUED', attempts: 0, ...times },
    { id: expect.any(String), template: 'invitation', channel: 'EMAIL', userId: nora, recipient: 'nora@example.com', locale: 'en', status: 'DEAD', attempts: 1, lastError: 'EMESSAGE 550 5.7.1 <nora@example.com>: blocked … (…), …, …', ...times },
  ])
  for (const secret of [token, '271828', '481516', '1623']) expect(JSON.stringify(body)).not.toContain(secret)
  expect((await reading('GET', `/users/${nora}/messages?filter=${encodeURIComponent(`lastError co "${token}"`)}`)).body.code).toBe('invalid_filter')
  const first = (await reading('GET', `/users/${nora}/messages?count=1`)).body
  expect([first.items, (await reading('GET', `/users/${nora}/messages?count=1&cursor=${first.next}`)).body.items].flat()).toEqual(body.items)
  expect((await reading('GET', '/messages')).status).toBe(403)
})

test('of people within reach only, and for nobody without the right', async () => {
  const { id, ask: desk } = await administrator(shared, 'north-desk', 'HELP_DESK')
  expect((await ask('POST', `/users/${id}/delegations`, { kind: 'ORGANIZATION', target: 'north' })).status).toBe(201)
  expect((await desk('GET', `/users/${nora}/messages`)).status).toBe(200)
  expect((await desk('GET', `/users/${sven}/messages`)).status).toBe(404)
  expect((await ask('GET', '/users/nobody/messages')).status).toBe(404)
  const reader = await makePerson(shared, 'reader')
  await giveRole(ctx, reader, 'API_READER')
  expect((await (await askAs(shared, reader))('GET', `/users/${nora}/messages`)).status).toBe(403)
})
