/** Access tokens at our own REST door: client credentials of service accounts, tokens of people, bound tokens, pushed requests. */
import { generateKeyPair, exportJWK, SignJWT, calculateJwkThumbprint } from 'jose'
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { ownId } from '../src/model/own-access.ts'
import { patchUser } from '../src/directory/users.ts'
import { sweepArtifacts } from '../src/store/oidc-artifacts.ts'
import { patchClient, rotateSecret } from '../src/signin/oidc-clients.ts'
import { giveRole } from './administrators.ts'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn, type Application } from './oidc-harness.ts'

let aheadMs = 0
const { ctx, url } = await oidcServer({}, { now: () => new Date(Date.now() + aheadMs) })
const ada = await person(ctx, 'ada')
const api = `${url}/api/v1`

async function service(name: string, role: string, more: object = {}): Promise<Application> {
  const userId = await person(ctx, name.toLowerCase().replaceAll(' ', '-'))
  await giveRole(ctx, userId, role)
  return application(ctx, name, { grantTypes: ['client_credentials'], userId, scopes: ['read', 'write'], ...more })
}

const credentials = async (app: Application, scope = 'read write') => (await client.clientCredentialsGrant(await relyingParty(url, app), { scope })).access_token

const ask = async (token: string, path: string, init: RequestInit = {}) => {
  const response = await fetch(`${api}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...(init.body ? { 'content-type': 'application/json' } : {}), ...(init.headers as object) } })
  return response.status
}
const patch = (token: string) => ask(token, `/users/${ada}`, { method: 'PATCH', body: JSON.stringify({ title: 'x' }) })

describe('client credentials', () => {
  test('act as the service account, with its rights, within the scopes', async () => {
    const app = await service('Writer', 'API_WRITER')
    expect(await ask(await credentials(app), `/users/${ada}`)).toBe(200)
    expect(await patch(await credentials(app))).toBe(200)
    expect(await patch(await credentials(app, 'read'))).toBe(403)
    expect(await ask(await credentials(app), '/keys')).toBe(403)
    const reader = await service('Reader', 'API_READER')
    expect(await patch(await credentials(reader))).toBe(403)
    const event = await ctx.db.first<{ actor: string }>(`select actor_id as actor from gatehouse.audit_event where action = 'user.update' and target_id = $1 order by event_id desc limit 1`, [ada])
    expect(event!.actor).toBe(app.userId)
  })

  test('give no more than the client may have, and nothing without a scope', async () => {
    const app = await service('Narrow', 'SUPER_ADMIN', { scopes: ['read'] })
    const token = await credentials(app, 'read')
    expect(await ask(token, `/users/${ada}`)).toBe(200)
    expect(await patch(token)).toBe(403)
    const config = await relyingParty(url, app)
    for (const scope of ['read write admin', 'write', 'openid', 'read openid', 'profile', 'offline_access', 'nonsense']) {
      for (const resource of [{}, { resource: api }] as Record<string, string>[]) await expect(client.clientCredentialsGrant(config, { scope, ...resource }), scope).rejects.toMatchObject({ error: 'invalid_scope', status: 400 })
    }
    // What has no value counts as absent.
    await expect(client.clientCredentialsGrant(config, { scope: 'openid', resource: '' })).rejects.toMatchObject({ error: 'invalid_scope' })
    expect((await client.clientCredentialsGrant(config, { scope: 'read', resource: api })).scope).toBe('read')
    const bare = (await client.clientCredentialsGrant(await relyingParty(url, app))).access_token
    expect([401, 403]).toContain(await ask(bare, `/users/${ada}`))
    await expect(client.clientCredentialsGrant(await relyingParty(url, app), { scope: 'read', resource: 'https://elsewhere.example.com' })).rejects.toMatchObject({ error: 'invalid_target' })
  })

  test('end at once: with the role, the person, the client', async () => {
    const app = await service('Ending', 'API_READER')
    const token = await credentials(app)
    await ctx.db.execute('delete from user_role where user_id = $1', [app.userId])
    expect(await ask(token, `/users/${ada}`)).toBe(403)
    await giveRole(ctx, app.userId as string, 'API_READER')
    expect(await ask(token, `/users/${ada}`)).toBe(200)
    await patchClient(ctx, app.id, { description: 'still on' })
    expect(await ask(token, `/users/${ada}`)).toBe(200)
    await patchUser(ctx, app.userId as string, { active: false })
    expect(await ask(token, `/users/${ada}`)).toBe(401)
    await patchUser(ctx, app.userId as string, { active: true })
    expect(await ask(token, `/users/${ada}`)).toBe(200)
    await patchClient(ctx, app.id, { active: false })
    expect(await ask(token, `/users/${ada}`)).toBe(401)
  })

  test('are refused while the service account is disabled, so that none comes to life with it, and each is in the audit', async () => {
    const app = await service('Halted', 'API_READER')
    await patchUser(ctx, app.userId as string, { active: false })
    await expect(credentials(app, 'read')).rejects.toMatchObject({ status: 400, error: 'unauthorized_client' })
    expect(await ctx.db.query(`select from gatehouse.oidc_artifact where client_id = $1 and kind = 'ClientCredentials'`, [app.id])).toEqual([])
    await patchUser(ctx, app.userId as string, { active: true })
    expect(await ask(await credentials(app, 'read'), `/users/${ada}`)).toBe(200)
    const events = await ctx.db.query<{ result: string; actor: string; changes: string; origin: string }>(`select result, actor_id as actor, changes::text as changes, origin::text as origin from gatehouse.audit_event where action = 'client.token.issue' and target_id = $1 order by event_id`, [app.id])
    expect(events.map(({ result, actor }) => [result, actor])).toEqual([['unauthorized_client', app.userId], ['SUCCESS', app.userId]])
    expect(JSON.parse(events[1]!.changes)).toEqual([{ path: 'scopes', after: ['read'] }])
    expect(JSON.parse(events[1]!.origin)).toEqual({ ip: '127.0.0.1', principal: 'client Halted' })
  })

  test('a wrong secret, no secret, another\'s secret: the same answer', async () => {
    const [app, other] = [await service('Guessed', 'API_READER'), await service('Neighbour', 'API_READER')]
    for (const secret of ['wrong', other.secret!, `${app.secret}x`, app.secret!.slice(0, -1)]) {
      await expect(client.clientCredentialsGrant(await relyingParty(url, app, client.ClientSecretBasic(secret)), { scope: 'read' })).rejects.toMatchObject({ status: 401 })
    }
    const unsent = await fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: app.id, scope: 'read' }) })
    expect([unsent.status, ((await unsent.json()) as { error: string }).error]).toEqual([401, 'invalid_client'])
  })

  test('a secret that was exchanged works on for as long as was said', async () => {
    const app = await service('Exchanged', 'API_READER')
    const next = await rotateSecret(ctx, app.id, 1)
    for (const secret of [app.secret!, next.secret]) expect(await credentials({ ...app, secret })).toBeTruthy()
    const last = await rotateSecret(ctx, app.id, 0)
    for (const secret of [app.secret!, next.secret]) await expect(credentials({ ...app, secret })).rejects.toMatchObject({ status: 401 })
    expect(await credentials({ ...app, secret: last.secret })).toBeTruthy()
  })

  test('private_key_jwt: each assertion once, and only by the client\'s key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const app = await service('Keyed', 'API_READER', { authentication: 'private_key_jwt', keys: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'k1' }] } })
    expect(app.secret).toBeUndefined()
    expect(await ask(await client.clientCredentialsGrant(await relyingParty(url, app, client.PrivateKeyJwt({ key: privateKey, kid: 'k1' })), { scope: 'read' }).then((one) => one.access_token), `/users/${ada}`)).toBe(200)
    const stranger = await generateKeyPair('ES256')
    await expect(client.clientCredentialsGrant(await relyingParty(url, app, client.PrivateKeyJwt({ key: stranger.privateKey, kid: 'k1' })), { scope: 'read' })).rejects.toMatchObject({ error: 'invalid_client' })
    const assertion = await new SignJWT({ jti: 'one' }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setIssuer(app.id).setSubject(app.id).setAudience(`${url}/oidc`).setIssuedAt().setExpirationTime('1m').sign(privateKey)
    const body = { grant_type: 'client_credentials', scope: 'read', client_assertion: assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
    const send = () => fetch(`${url}/oidc/token`, { method: 'POST', body: new URLSearchParams(body) }).then((response) => response.status)
    const statuses = [await send(), await send(), ...(await Promise.all([send(), send()]))]
    expect(statuses[0]).toBe(200)
    expect(statuses.slice(1).every((status) => status === 400 || status === 401)).toBe(true)
  })
})

describe('tokens of people', () => {
  test.each([
    ['without naming the API', ['openid', 'read'], false, 'openid', 401],
    ['by an application that may not have them', ['openid'], false, 'openid', 401],
    ['by such an application that names the API', ['openid'], true, '', 403],
  ] as const)('have no scopes of the API that were asked for %s', async (label, scopes, named, granted, status) => {
    const app = await application(ctx, label, { firstParty: true, scopes })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    const { address, checks } = await request(config, { scope: 'openid read', ...(named ? { resource: api } : {}) })
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks, named ? { resource: api } : {})
    expect(tokens.scope ?? '').toBe(granted)
    expect(await ask(tokens.access_token, `/users/${ada}`)).toBe(status)
  })

  test('act with the person\'s rights, for the API only when asked for it', async () => {
    const boss = await person(ctx, 'boss')
    await giveRole(ctx, boss, 'HUMAN_RESOURCES')
    const app = await application(ctx, 'Console', { firstParty: true, scopes: ['openid', 'read', 'write'] })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    const { token, sessionId } = await signIn(ctx, boss)
    browser.setSession(token)
    const { address, checks } = await request(config, { scope: 'openid read write', resource: api })
    const landed = await authorize(browser, address)
    const tokens = await client.authorizationCodeGrant(config, landed, checks, { resource: api })
    expect(tokens.scope).toBe('read write')
    expect(await patch(tokens.access_token)).toBe(200)
    expect(await ask(tokens.access_token, '/oidc/clients')).toBe(403)
    await expect(client.fetchUserInfo(config, tokens.access_token, boss)).rejects.toThrow()
    await ctx.db.execute('delete from user_role where user_id = $1 and role_id = $2', [boss, ownId('HUMAN_RESOURCES')])
    expect(await patch(tokens.access_token)).toBe(403)
    await ctx.db.execute('delete from auth_state where session_id = $1', [sessionId])
    expect(await ask(tokens.access_token, `/users/${ada}`)).toBe(401)
    const { address: plain, checks: kept } = await request(config, { scope: 'openid' })
    browser.setSession((await signIn(ctx, boss)).token)
    const identity = await client.authorizationCodeGrant(config, await authorize(browser, plain), kept)
    expect(await ask(identity.access_token, `/users/${ada}`)).toBe(401)
  })
})

describe('DPoP', () => {
  async function bound(name: string, more: object = {}) {
    const app = await service(name, 'API_READER', more)
    const config = await relyingParty(url, app)
    const keys = await client.randomDPoPKeyPair('ES256', { extractable: true })
    const dpop = client.getDPoPHandle(config, keys)
    const { access_token: token, token_type: type } = await client.clientCredentialsGrant(config, { scope: 'read' }, { DPoP: dpop })
    return { app, config, keys, dpop, token, type }
  }

  async function proof(keys: Awaited<ReturnType<typeof client.randomDPoPKeyPair>>, claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
    const jwk = await exportJWK(keys.publicKey)
    return new SignJWT({ jti: String(Math.random()), iat: Math.floor(Date.now() / 1000), ...claims }).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header }).sign(keys.privateKey)
  }

  test('a bound token works with its key, and not as a bearer token', async () => {
    const { config, dpop, token, type, keys } = await bound('Bound')
    expect(type).toBe('dpop')
    expect((await client.tokenIntrospection(config, token)).cnf).toEqual({ jkt: await calculateJwkThumbprint(await exportJWK(keys.publicKey)) })
    const answer = await client.fetchProtectedResource(config, token, new URL(`${api}/users/${ada}?attributes=userName`), 'GET', undefined, undefined, { DPoP: dpop })
    expect(answer.status).toBe(200)
    expect(await ask(token, `/users/${ada}`)).toBe(401)
  })

  test('a proof is for one request, one token, one time', async () => {
    const { token, keys } = await bound('Proved')
    const htu = `${api}/users/${ada}`
    const ath = createHash('sha256').update(token).digest('base64url')
    const send = (dpop: string) => ask(token, `/users/${ada}`, { headers: { authorization: `DPoP ${token}`, dpop } })
    const good = await proof(keys, { htm: 'GET', htu, ath })
    expect(await send(good)).toBe(200)
    expect(await send(good)).toBe(401)
    const twice = await proof(keys, { htm: 'GET', htu, ath })
    expect((await Promise.all([send(twice), send(twice), send(twice)])).toSorted()).toEqual([200, 401, 401])
    const stranger = await client.randomDPoPKeyPair('ES256', { extractable: true })
    const bad = [
      proof(keys, { htm: 'POST', htu, ath }), proof(keys, { htm: 'GET', htu: `${api}/users/other`, ath }), proof(keys, { htm: 'GET', htu: htu.replace('localhost', 'evil'), ath }),
      proof(keys, { htm: 'GET', htu, ath: 'x' }), proof(keys, { htm: 'GET', htu }), proof(keys, { htm: 'GET', htu, ath, iat: Math.floor(Date.now() / 1000) - 3600 }),
      proof(stranger, { htm: 'GET', htu, ath }), proof(keys, { htm: 'GET', htu, ath }, { typ: 'JWT' }), Promise.resolve('rubbish'), Promise.resolve(''),
    ]
    for (const one of bad) expect(await send(await one)).toBe(401)
  })

  describe('where tokens are given', () => {
    const doors = [['token', { grant_type: 'client_credentials', scope: 'read' }, 200, 'invalid_grant'], ['request', { response_type: 'code', redirect_uri: callback, scope: 'openid', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }, 201, 'invalid_request'], ['me', undefined, 200, 'invalid_token']] as const
    const made = application(ctx, 'Timed', { grantTypes: ['authorization_code', 'client_credentials'], userId: ada, redirectUris: [callback], scopes: ['openid', 'read'], firstParty: true })
    const keys = client.randomDPoPKeyPair('ES256', { extractable: true })

    /** A token for the userinfo endpoint that is bound to the key. */
    async function identity(): Promise<string> {
      const config = await relyingParty(url, await made)
      const browser = new Browser(url)
      browser.setSession((await signIn(ctx, ada)).token)
      const { address, checks } = await request(config, { scope: 'openid' })
      return (await client.authorizationCodeGrant(config, await authorize(browser, address), checks, undefined, { DPoP: client.getDPoPHandle(config, await keys) })).access_token
    }

    async function sender([door, form]: (typeof doors)[number]): Promise<{ make: (seconds: number) => Promise<string>; send: (dpop: string) => Promise<[number, string?]> }> {
      const app = await made
      const token = door === 'me' ? await identity() : undefined
      const [method, authorization] = token === undefined ? ['POST', `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`] : ['GET', `DPoP ${token}`]
      const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') }
      return {
        make: async (seconds) => proof(await keys, { htm: method, htu: `${url}/oidc/${door}`, iat: Math.floor(ctx.now().getTime() / 1000) + seconds, ...ath }),
        send: async (dpop) => {
          const answer = await fetch(`${url}/oidc/${door}`, { method, headers: { authorization, dpop }, ...(form ? { body: new URLSearchParams({ client_id: app.id, ...form }) } : {}) })
          const { error } = (await answer.json()) as { error?: string }
          return error === undefined ? [answer.status] : [answer.status, error]
        },
      }
    }

    test.each(doors)('/oidc/%s takes a proof of a minute either way', async (...door) => {
      const { make, send } = await sender(door as unknown as (typeof doors)[number])
      for (const seconds of [-57, 0, 57]) expect(await send(await make(seconds)), `${seconds}`).toEqual([door[2]])
      for (const seconds of [-280, -63, 63, 280, 290]) expect(await send(await make(seconds)), `${seconds}`).toEqual([door[0] === 'me' ? 401 : 400, 'invalid_dpop_proof'])
    })

    test.each(doors)('/oidc/%s takes it once, also when what is remembered of it is gone', async (...door) => {
      const { make, send } = await sender(door as unknown as (typeof doors)[number])
      const ahead = await make(57)
      const before = aheadMs
      expect(await send(ahead)).toEqual([door[2]])
      const refused = door[0] === 'me' ? 401 : 400
      for (const [seconds, error] of [[0, door[3]], [100, door[3]], [119, 'invalid_dpop_proof'], [301, 'invalid_dpop_proof'], [400, 'invalid_dpop_proof']] as const) {
        aheadMs = before + seconds * 1000
        await sweepArtifacts(ctx.db, ctx.now().toISOString())
        expect(await send(ahead), `after ${seconds} seconds`).toEqual([refused, error])
      }
      aheadMs = before
    })
  })

  test('a client that has to bind its tokens gets none without', async () => {
    const { app, config } = await bound('Strict', { requireDpop: true })
    await expect(client.clientCredentialsGrant(config, { scope: 'read' })).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(app.requireDpop).toBe(true)
  })
})

describe('pushed requests', () => {
  test('carry the request, once, and are all that is taken where the client says so', async () => {
    const app = await application(ctx, 'Pushing', { firstParty: true, requirePushed: true })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    expect((await browser.follow((await request(config)).address)).at.searchParams.get('error')).toBe('invalid_request')
    const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
    const pushed = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: callback, scope: 'openid', state: checks.expectedState, code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256',
    })
    expect([...pushed.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri'])
    const tokens = await client.authorizationCodeGrant(config, await authorize(browser, pushed), checks)
    expect(tokens.claims()!.sub).toBe(ada)
    const again = await browser.follow(pushed)
    expect(again.at.origin === 'https://app.example.com' ? again.at.searchParams.get('code') : null).toBeNull()
  })
})
