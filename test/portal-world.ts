/** A portal whose people sign in through the double: a server, an org with the portal's client, a person linked to an account. */
import { afterAll } from 'vitest'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { createTwin, type Twin, type TwinOptions } from '../twin/server.ts'
import { browser, origin, type Browser } from './browser.ts'
import { testMasterKey } from './master-key.ts'
import { testServer, type Reply, type TestServer } from './rest-server.ts'
import { password as oktaPassword, type Wire } from './twin-harness.ts'

export interface PortalWorld extends TestServer {
  twin: Twin
  issuer: string
  portalId: number
  masterKey: ReturnType<typeof testMasterKey>
  /** A person here, linked to an account there that may use the portal; ids of both. */
  member: (name: string, more?: object) => Promise<{ personId: string; uuid: string; uid: number }>
  /** Begins in a browser, signs in at Okta as somebody, and comes back: what our callback answers. */
  signIn: (name: string, by?: Browser, portalId?: number, headers?: Record<string, string>) => Promise<Reply>
  /** The address at Okta, and the one it sends back to. */
  away: (name: string, by: Browser, portalId?: number, headers?: Record<string, string>) => Promise<{ there: URL; back: URL }>
  back: (by: Browser, address: URL) => Promise<Reply>
  browser: () => Browser
}

const group = '00gSeedReaders0gH5d7'

export async function portalWorld(env: Record<string, string> = {}, more: TwinOptions & { settings?: Record<string, string>; now?: () => Date; client?: object } = {}): Promise<PortalWorld> {
  const masterKey = testMasterKey()
  const callback = `${origin}/api/v1/portals/1/callback`
  const app = (label: string, clientId: string, n: number) => ({
    label, clientId, groupIds: [group], credentials: { oauthClient: { client_secret: 'portal-secret', token_endpoint_auth_method: 'client_secret_basic' } },
    settings: { oauthClient: { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [callback.replace('/1/', `/${n}/`)], post_logout_redirect_uris: [`${origin}/bye`], application_type: 'web', refresh_token: { rotation_type: 'ROTATE', leeway: 0 }, ...more.client } },
  })
  const twin = createTwin({ token: 't', ...more, seed: { groups: [{ id: group, name: 'Readers' }], apps: [app('Portal', 'portal-1', 1), app('Other portal', 'portal-2', 2)] } })
  const issuer = await twin.listen(0)
  afterAll(() => twin.close())
  const world = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000', OKTA_ORG_URL: issuer, ...env }, more.now, undefined, masterKey)
  const { ctx, ask, server } = world
  for (const id of [1, 2]) {
    await createPortal(ctx, { id, name: `Portal ${id}`, settings: { client_id: `portal-${id}`, scopes: 'openid profile email offline_access', post_logout_redirect_uri: `${origin}/bye`, ...more.settings } })
    await ask('PUT', `/portals/${id}/secret`, { secret: 'portal-secret' })
  }
  const control = async (method: string, path: string, body: object) => (await fetch(new URL(path, issuer), { method, headers: { authorization: 'SSWS t', 'content-type': 'application/json' }, body: JSON.stringify(body) })).json() as Promise<Wire>

  async function member(name: string, given: object = {}) {
    const login = `${name}@example.com`
    const { id: uuid } = await control('POST', '/api/v1/users', { profile: { login, email: login, firstName: name, lastName: 'Byron' }, credentials: { password: { value: oktaPassword } }, groupIds: [group] })
    const { body } = await ask('POST', '/users', { userName: login, name: { givenName: name, familyName: 'Byron' }, status: 'ACTIVE', ...given })
    if (body.id === undefined) throw new Error(JSON.stringify(body))
    const [{ uid } = { uid: 0 }] = await addPortalUsers(ctx, 1, [body.id])
    await ctx.db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values (1, $1, $2, 1)', [uid, uuid])
    return { personId: body.id as string, uuid: uuid as string, uid }
  }

  const away: PortalWorld['away'] = async (name, by, portalId = 1, headers = { origin: '', 'sec-fetch-site': 'none' }) => {
    const begun = await by.ask('GET', `/portals/${portalId}/sign-in`, undefined, headers)
    if (begun.status !== 303) throw new Error(JSON.stringify(begun.body))
    const there = new URL(String(begun.headers['location']))
    const { cookie } = await control('POST', '/_twin/sign-in', { login: `${name}@example.com` })
    const answer = await fetch(there, { redirect: 'manual', headers: { cookie } })
    return { there, back: new URL(answer.headers.get('location') ?? 'http://localhost/none', issuer) }
  }
  const back: PortalWorld['back'] = (by, address) => by.ask('GET', `${address.pathname.replace('/api/v1', '')}${address.search}`, undefined, { origin: '', 'sec-fetch-site': 'cross-site' })
  return {
    ...world, twin, issuer, portalId: 1, masterKey, member, away, back, browser: () => browser(server),
    signIn: async (name, by = browser(server), portalId = 1, headers) => back(by, (await away(name, by, portalId, headers)).back),
  }
}
