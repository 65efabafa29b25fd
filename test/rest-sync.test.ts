/** What REST does with Okta itself, against the double: checking a portal, applying, undoing, and a guard in the way. */
import { afterAll, expect, test } from 'vitest'
import { connectOkta } from '../src/connectors/okta/create-connector.ts'
import { createErrorLog } from '../src/sync/error-log.ts'
import { planSync, type SyncRun } from '../src/sync/run.ts'
import { createTwin } from '../twin/server.ts'
import { testServer } from './rest-server.ts'

const twin = createTwin({ token: 'rest-token' })
afterAll(() => twin.close())
const { ask, ctx } = await testServer({ OKTA_ORG_URL: await twin.listen(0), OKTA_API_TOKEN: 'rest-token', OKTA_RATE_SHARE_PERCENT: '100', PLAN_LIMITS: 'limit_group_add=12; limit_deactivate=1' })

function run(): SyncRun {
  const errorLog = createErrorLog(ctx.db, ctx.now)
  return { ctx, connector: connectOkta(ctx.config, (error, attempt) => errorLog.note(error, attempt)), errorLog }
}

const userOf = async (login: string) => {
  const reply = await twin.inject({ method: 'GET', url: `/api/v1/users/${login}`, headers: { authorization: 'SSWS rest-token' } })
  return reply.json() as { status: string }
}

test('a plan is applied, its undo stopped by the installation\'s limit, released and applied', async () => {
  const { id } = (await ask('POST', '/portals', { name: 'Panel', settings: { access_group: 'panel' } })).body
  const people: string[] = []
  for (const name of ['ada', 'bob']) people.push((await ask('POST', '/users', { userName: `${name}@example.com`, name: { givenName: name, familyName: 'Doe' }, emails: [{ value: `${name}@example.com` }] })).body.id)
  await ask('POST', `/portals/${id}/users`, people)
  const findings = (await ask('POST', `/portals/${id}/check`)).body.items
  expect(findings).toContainEqual(expect.objectContaining({ subject: 'schema', result: 'note', declare: { gatehouseId: expect.objectContaining({ type: 'string', maxLength: 32 }) } }))
  const plan = await planSync(run(), id)
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0 })
  expect((await userOf('ada@example.com')).status).toBe('PROVISIONED')
  const refused = await ask('POST', `/plans/${plan.id}/undo`)
  expect(refused).toMatchObject({ status: 409, body: { code: 'plan_state', detail: expect.stringContaining('2 accounts to deactivate, and the limit is 1') } })
  const undo = (await ask('GET', '/plans?kind=sync&status=stopped')).body.items[0]
  expect(undo).toMatchObject({ status: 'stopped', options: { undoes: plan.id }, counts: { deactivate: 2, groupRemove: 2 } })
  expect((await ask('POST', `/plans/${undo.id}/release`, { reason: 'the wrong people' })).status).toBe(200)
  expect((await ask('POST', `/plans/${undo.id}/apply`)).body).toMatchObject({ status: 'applied', failed: 0, releaseReason: 'the wrong people' })
  expect((await ask('GET', `/plans/${plan.id}`)).body).toMatchObject({ status: 'undone' })
  expect((await userOf('ada@example.com')).status).toBe('DEPROVISIONED')
  expect(await ask('POST', `/plans/${undo.id}/undo`)).toMatchObject({ status: 409, body: { code: 'plan_state' } })
})
