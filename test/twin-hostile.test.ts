/** Whatever is sent to the Okta double, it answers as Okta would: never a 500, never a hanging request. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { basic, oauthHarness } from './twin-oauth-harness.ts'

const id = '00gSeedReaders0gH5d7'
const routes = [
  'POST /api/v1/users', 'POST /api/v1/users/ada', 'PUT /api/v1/users/ada', 'POST /api/v1/users/ada/lifecycle/suspend', 'POST /api/v1/groups', `PUT /api/v1/groups/${id}`,
  'POST /api/v1/groups/rules', 'POST /api/v1/apps', 'PUT /api/v1/apps/APP', 'POST /api/v1/apps/APP/users', `PUT /api/v1/apps/APP/groups/${id}`, 'POST /api/v1/apps/APP/users/ada',
  'POST /api/v1/apps/APP/credentials/jwks', 'POST /api/v1/apps/APP/grants', 'POST /oauth2/v1/clients/portal-1/roles', 'POST /api/v1/meta/schemas/user/default',
  'POST /api/v1/eventHooks', 'POST /api/v1/inlineHooks', 'POST /api/v1/authn', 'POST /api/v1/sessions', 'POST /api/v1/authorizationServers',
  'POST /api/v1/authorizationServers/default/scopes', 'POST /oauth2/v1/token', 'POST /oauth2/v1/introspect', 'POST /oauth2/v1/revoke', 'POST /oauth2/v1/userinfo', 'POST /oauth2/v1/authorize',
  'POST /oauth2/v1/logout', 'POST /login/login.htm', 'POST /_twin/seed', 'POST /_twin/faults', 'PUT /_twin/limits', 'PUT /_twin/options', 'POST /_twin/clock', 'POST /_twin/sign-in',
  'POST /_twin/tokens', 'PUT /_twin/users/ada/status', 'POST /_twin/users/ada/check-password',
]

const odd = [null, 7, '', [], {}, [null], { a: null }]
const names = [
  'profile', 'credentials', 'groupIds', 'type', 'label', 'settings', 'name', 'channel', 'events', 'conditions', 'actions', 'id', 'scopeId', 'kid', 'audiences', 'definitions', 'username',
  'password', 'sessionToken', 'users', 'groups', 'apps', 'memberships', 'schema', 'kind', 'faults', 'buckets', 'published', 'plan', 'tokenShare', 'speed', 'now', 'login', 'token', 'status',
]

let warned = 0
beforeEach(() => {
  warned = 0
  vi.spyOn(process, 'emitWarning').mockImplementation(() => void (warned += 1))
})
afterEach(() => vi.restoreAllMocks())

it.each(routes)('%s', async (route) => {
  const h = oauthHarness()
  const app = [...h.twin.org.apps.values()][0]!.id
  const [method = '', path = ''] = route.replace('APP', app).split(' ')
  const bodies: unknown[] = [...odd, ...names.flatMap((name) => odd.map((value) => ({ label: 'x', name: 'x', profile: {}, [name]: value })))]
  for (const body of bodies) {
    const { status } = await h.call(method, path, JSON.stringify(body))
    if (status >= 500 && status !== 501) expect([route, body, status]).toBe('an answer as Okta gives')
    if (path === '/_twin/limits') h.twin.limits.options.buckets = {}
  }
  expect(warned).toBe(0)
})

it.each(['token', 'introspect', 'revoke', 'authorize', 'logout'])('odd parameters at %s', async (name) => {
  const h = oauthHarness()
  const values = ['', ' ', 'x'.repeat(5000), '\u0000', '%', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', '__proto__', 'https://', '-1']
  const fields = ['grant_type', 'code', 'redirect_uri', 'client_id', 'client_assertion', 'token', 'refresh_token', 'scope', 'state', 'max_age', 'prompt', 'id_token_hint', 'post_logout_redirect_uri', 'code_challenge', 'response_mode', 'sessionToken', 'constructor']
  const type = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', response_type: 'code', state: 's', scope: 'openid' }
  for (const field of fields) {
    for (const value of values) {
      for (const headers of [basic, {}]) {
        const { status } = await h.form(`/oauth2/v1/${name}`, { ...type, client_id: 'portal-1', redirect_uri: 'https://portal.example/callback', [field]: value }, headers)
        if (status >= 500) expect([name, field, value, status]).toBe('an answer as Okta gives')
      }
    }
  }
  expect(warned).toBe(0)
})

it.each(['Bearer', 'DPoP', 'SSWS', 'Basic', 'Bearer a b', 'DPoP x', '\u00e4'])('the header %j', async (authorization) => {
  const h = oauthHarness()
  for (const path of ['/api/v1/users', '/oauth2/v1/userinfo', '/oauth2/v1/clients/portal-1', '/api/v1/logs']) {
    const { status } = await h.call('GET', path, undefined, { authorization, dpop: 'x', cookie: 'idx=;;idx=\u00e4' })
    expect([401, 403]).toContain(status)
  }
})
