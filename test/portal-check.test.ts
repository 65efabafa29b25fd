/** A portal held against the double: client, group, addresses, issuer, schema; and the same over REST. */
import { expect, test } from 'vitest'
import { setMapping } from '../src/portals/mapping.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal, updatePortalSettings } from '../src/portals/portals.ts'
import { setPortalSecret } from '../src/portals/portal-secret.ts'
import { checkPortalSetup } from '../src/sync/check-portal.ts'
import { testMasterKey } from './master-key.ts'
import { syncWorld, type SyncWorld } from './sync-harness.ts'

const seed = (clientId?: string) => ({
  groups: [{ id: '00gPanelPanelPanel00', name: 'panel', members: [] }],
  apps: [
    ...Array.from({ length: 30 }, (_, index) => ({ label: `Other ${index}` })),
    { id: '0oaPortalPortalPort0', label: 'Portal', ...(clientId ? { clientId } : {}), groupIds: ['00gPanelPanelPanel00'], settings: { oauthClient: { application_type: 'web', redirect_uris: ['https://panel.example/back', 'https://panel.example/fr/back'] } } },
  ],
})

const check = async (world: SyncWorld, token?: string) => (await checkPortalSetup(world.ctx.db, world.run({ token }).connector, world.portalId)).map(({ subject, result, message }) => `${result} ${subject}: ${message}`)
const wrong = async (world: SyncWorld, token?: string) => (await check(world, token)).filter((line) => line.startsWith('problem'))

test.for([['0oaPortalPortalPort0', undefined], ['portal-7', 'portal-7']] as const)('a portal whose client is %s is good on both sides', async ([clientId, given]) => {
  const world = await syncWorld({ client_id: clientId, redirect_uri: 'https://panel.example/back https://panel.example/fr/back' }, { seed: seed(given) })
  const lines = await check(world)
  expect(lines.filter((line) => line.startsWith('problem'))).toEqual([])
  expect(lines).toContain('good client: the client is that of the app "Portal" (0oaPortalPortalPort0)')
  expect(lines).toContain('good client: the group "panel" has the app')
  expect(lines).toContain('good client: the redirect addresses are those of the app')
  expect(lines).toContain('note issuer: no issuer is set: people sign in at OKTA_ORG_URL itself')
  expect(lines.some((line) => line.startsWith('note client: no secret is set'))).toBe(true)
  await updatePortalSettings(world.ctx, world.portalId, { redirect_uri: null })
  await setPortalSecret(world.ctx, testMasterKey(), world.portalId, 'a-secret-of-the-client')
  const without = await check(world)
  expect(without).toContain('good client: the client has a secret here')
  expect(without).toContain(`note client: no redirect_uri is set: people come back to PUBLIC_URL/api/v1/portals/${world.portalId}/callback, which the app must list`)
  expect(without.join('\n')).not.toContain('cannot be signed in with')
  expect(lines).toContain('good group: the group "panel" is 00gPanelPanelPanel00')
  expect(lines.some((line) => line.startsWith('note schema: gatehouseId is not declared yet'))).toBe(true)
  expect(world.writes()).toEqual([])
})

test('what is wrong is named, one by one', async () => {
  const world = await syncWorld({ client_id: 'nobody-knows' }, { seed: seed() })
  expect(await wrong(world)).toEqual(['problem client: there is no app with the client_id nobody-knows'])
  await updatePortalSettings(world.ctx, world.portalId, { client_id: '0oaPortalPortalPort0', access_group: 'readers', redirect_uri: 'https://panel.example/back https://evil.example/' })
  expect(await wrong(world)).toEqual(['problem client: the group "readers" is not assigned to the app "Portal": its members could not sign in', 'problem client: the app does not know the redirect address https://evil.example/'])
  await world.twin.inject({ method: 'POST', url: '/api/v1/apps/0oaPortalPortalPort0/lifecycle/deactivate', headers: { authorization: 'SSWS sync-test-token' } })
  expect((await wrong(world))[0]).toBe('problem client: the app "Portal" (0oaPortalPortalPort0) is not active')
  expect((await wrong(world, 'wrong')).map((line) => line.split(':')[0])).toEqual(['problem schema', 'problem group', 'problem client'])
})

test('an issuer has to answer for itself', async () => {
  const world = await syncWorld({}, { seed: seed() })
  const url = world.url
  const says = async (issuer: string) => {
    await updatePortalSettings(world.ctx, world.portalId, { issuer })
    return (await check(world)).find((line) => line.includes('issuer:'))
  }
  expect(await says(url)).toBe(`good issuer: ${url} answers`)
  expect(await says(`${url}/oauth2/default`)).toBe(`good issuer: ${url}/oauth2/default answers`)
  expect(await says(`${url}/oauth2/none`)).toMatch(/^problem issuer: .*answers with 404$/)
  expect(await says(`${url}/`)).toMatch(/^problem issuer: .*says that the issuer is http/)
  expect(await says('http://127.0.0.1:9')).toMatch(/^problem issuer: .*gives no answer that can be read/)
  const address = (issuer: string) => `${issuer}/.well-known/openid-configuration`
  const logged = async (issuer: string) => {
    const run = world.run()
    await run.connector.issuerProblem(issuer)
    await run.errorLog.flush()
    // What the checks above met is written beside this, and may come behind it.
    return world.ctx.db.first(`select message, status_code, error_code, trace::jsonb as trace from efs.iam_error_log where trace::jsonb ->> 'request' = $1 order by id desc limit 1`, [`GET ${address(issuer)}`])
  }
  expect(await logged(`${url}/oauth2/none`)).toMatchObject({
    message: expect.stringContaining('answers with 404'), status_code: 404, error_code: 'unexpected_answer', trace: { request: `GET ${address(`${url}/oauth2/none`)}`, requestId: expect.any(String) } })
  expect(await logged('http://127.0.0.1:9')).toMatchObject({ status_code: 0, error_code: 'network', trace: { request: `GET ${address('http://127.0.0.1:9')}`, requestId: null } })
})

test('mappings of two portals that differ for people in both are pointed out', async () => {
  const world = await syncWorld({}, { seed: seed() })
  const [ada] = await world.members('Ada Byron')
  const other = await createPortal(world.ctx, { name: 'Other' })
  await addPortalUsers(world.ctx, other.id, [ada!.id])
  await setMapping(world.ctx, other.id, { login: 'userName', email: { email: 'primaryEmail' }, title: { constant: 'T' } })
  expect(await check(world)).toContain(`note mapping: 1 person is in portal ${other.id} too, whose mapping fills login, title otherwise: that of portal ${world.portalId} counts`)
})
