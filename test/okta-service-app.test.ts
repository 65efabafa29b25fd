/** Acting in Okta as a service app: tokens by private_key_jwt, keys made and rotated here, proof of possession, one way at a time. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { clientJwks, clientKeys, generateClientKey, listClientKeys, rotateClientKey } from '../src/connectors/okta/client-keys.ts'
import { createOktaClient } from '../src/connectors/okta/client.ts'
import { connectOktaClient } from '../src/connectors/okta/create-connector.ts'
import type { OktaError } from '../src/connectors/okta/errors.ts'
import { createRateBudget } from '../src/connectors/okta/rate-budget.ts'
import { createServiceCredentials, type ClientKeys } from '../src/connectors/okta/service-token.ts'
import { readConfig } from '../src/config.ts'
import { createTwin, type TwinOptions } from '../twin/server.ts'
import { testContext } from './context.ts'
import { testMasterKey } from './master-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-okta-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const scopes = ['okta.users.manage', 'okta.groups.manage', 'okta.schemas.manage', 'okta.apps.read', 'okta.logs.read']
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })

type Jwk = Record<string, unknown>

function seed(keys: Jwk[], more: Jwk = {}) {
  return { apps: [{
    label: 'Sync', clientId: 'service-1', grants: scopes, roles: ['SUPER_ADMIN'], credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'], response_types: ['token'], jwks: { keys }, ...more } },
  }] }
}

async function org(keys: Jwk[], options: TwinOptions = {}, more: Jwk = {}) {
  let skew = 0
  const twin = createTwin({ tokens: [], seed: seed(keys, more), clock: () => new Date(Date.now() + skew), ...options })
  const orgUrl = await twin.listen(0)
  afterAll(() => twin.close())
  const tokens = () => twin.calls.list().filter(({ path }) => path === '/oauth2/v1/token')
  return { twin, orgUrl, tokens, pass: (ms: number) => void (skew += ms) }
}

const lone: ClientKeys = { read: async () => [{ keyId: 'one', algorithm: 'RS256', privateKey: rsa.privateKey }], taken: async () => {} }
const publicOne = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one' }

function client(orgUrl: string, keys: ClientKeys = lone, now: () => number = Date.now) {
  const errors: OktaError[] = []
  const options = { orgUrl, now, sleep: (ms: number) => new Promise<void>((wake) => setTimeout(wake, Math.min(ms, 5))), random: () => 0, onError: (error: OktaError) => errors.push(error) }
  const credentials = createServiceCredentials({ clientId: 'service-1', scopes, keys }, { ...options, budget: createRateBudget(50) })
  return { ...createOktaClient({ ...options, budget: createRateBudget(50), ...credentials }), errors }
}

const users = '/api/v1/users'

describe('a token', () => {
  test('is fetched by one at a time, kept, and renewed before its end', async () => {
    const { orgUrl, tokens } = await org([publicOne])
    let ahead = 0
    const { request, errors } = client(orgUrl, lone, () => Date.now() + ahead)
    await Promise.all(Array.from({ length: 8 }, () => request('GET', users)))
    expect(tokens()).toHaveLength(1)
    ahead = 54 * 60_000
    await request('GET', users)
    expect(tokens()).toHaveLength(1)
    ahead = 56 * 60_000
    await Promise.all([request('GET', users), request('GET', users)])
    expect(tokens()).toHaveLength(2)
    expect(errors).toEqual([])
  })

  test('that Okta refuses is renewed once, and the request goes on', async () => {
    const { twin, orgUrl, tokens } = await org([publicOne])
    const { request, errors } = client(orgUrl)
    await request('GET', users)
    twin.org.oauth.accessTokens.clear()
    await Promise.all([request('GET', users), request('GET', users), request('GET', users)])
    expect(tokens()).toHaveLength(2)
    expect(errors.every(({ status }) => status === 401)).toBe(true)
  })

  test('that is refused again and again is no endless loop', async () => {
    const { orgUrl, tokens, twin } = await org([publicOne])
    const { request } = client(orgUrl)
    twin.faults.add({ kind: 'status', status: 401, errorCode: 'E0000011', path: users })
    await expect(request('GET', users)).rejects.toMatchObject({ status: 401, code: 'E0000011' })
    expect(tokens()).toHaveLength(2)
  })

  test('is fetched through bad days, and with our clock two hours off', async () => {
    const { orgUrl, twin } = await org([publicOne])
    for (const kind of ['html', 'reset', 'lost-answer']) twin.faults.add({ kind, path: '/oauth2/v1/token', count: 1 })
    for (const hours of [-2, 0, 2]) {
      const { request } = client(orgUrl, lone, () => Date.now() + hours * 3_600_000)
      await request('GET', users)
    }
  })

  test('asks for the scopes that are set; a refusal says which way to look, and holds no secret', async () => {
    const { orgUrl, twin } = await org([publicOne])
    const { request } = client(orgUrl)
    await request('GET', users)
    expect(twin.calls.list()[0]!.body).toMatchObject({ scope: scopes.join(' ') })
    const stranger = client(orgUrl, { ...lone, read: async () => [{ keyId: 'one', algorithm: 'ES256', privateKey: ec.privateKey }] })
    const error = await stranger.request('GET', users).catch((one: unknown) => one) as OktaError
    expect(error).toMatchObject({ status: 401, code: 'invalid_client', request: 'POST /oauth2/v1/token' })
    expect(JSON.stringify([error.message, error.causes, error])).not.toMatch(/eyJ/)
  })
})

describe.each([['the app', {}, { dpop_bound_access_tokens: true }], ['the org', { options: { requireDpop: true } }, {}]] as const)('proof of possession, demanded by %s', (_who, options, more) => {
  test('is given: nonce, a proof for each request, and a new nonce when the old one is past its time', async () => {
    const { orgUrl, twin, tokens, pass } = await org([publicOne], options, more)
    const { request, errors } = client(orgUrl)
    await request('GET', users)
    await request('POST', users, { body: { profile: { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' } } })
    for await (const page of (client(orgUrl)).pages(users, { limit: '1' })) expect(page).toHaveLength(1)
    expect(errors.map(({ code }) => code)).toEqual(['invalid_dpop_proof', 'use_dpop_nonce'])
    expect(twin.calls.list().filter(({ path }) => path.startsWith('/api/')).every(({ scheme, status }) => scheme === 'DPoP' && status === 200)).toBe(true)
    const before = tokens().length
    twin.org.oauth.accessTokens.clear()
    pass(5 * 86_400_000)
    await request('GET', users)
    expect(tokens().length - before).toBeLessThanOrEqual(3)
  })
})

describe('keys made here', () => {
  test('are rotated with an overlap: the old one signs until Okta takes the new one, and is gone then', async () => {
    const masterKey = testMasterKey()
    const ctx = await testContext()
    const first = await generateClientKey(ctx, masterKey)
    await expect(generateClientKey(ctx, masterKey)).rejects.toMatchObject({ code: 'conflict' })
    const { orgUrl, twin } = await org((await clientJwks(ctx)).keys as Jwk[])
    const ask = () => client(orgUrl, clientKeys(ctx.config, { ctx, masterKey })).request('GET', users)
    await ask()
    const second = await rotateClientKey(ctx, masterKey)
    await expect(rotateClientKey(ctx, masterKey)).rejects.toMatchObject({ code: 'conflict' })
    await ask()
    expect((await listClientKeys(ctx)).map(({ keyId, state }) => [keyId, state])).toEqual([[first.keyId, 'signs'], [second.keyId, 'waiting']])
    const [, jwk] = (await clientJwks(ctx)).keys
    expect(jwk).toMatchObject({ kid: second.keyId, kty: 'RSA', use: 'sig', alg: 'RS256' })
    expect(jwk).not.toHaveProperty('d')
    const [app] = [...twin.org.apps.values()]
    const settings = app!.document['settings'] as { oauthClient: { jwks: { keys: Jwk[] } } }
    settings.oauthClient.jwks.keys.push({ ...jwk })
    await ask()
    expect((await listClientKeys(ctx)).map(({ keyId, state }) => [keyId, state])).toEqual([[first.keyId, 'retired'], [second.keyId, 'signs']])
    // Okta need not know the old one any longer.
    settings.oauthClient.jwks.keys.shift()
    await ask()
    const rows = await ctx.db.query<{ purpose: string; private_key_encrypted: Buffer; key_id: string }>(`select * from gatehouse.signing_key where purpose like 'okta%' order by created_at`)
    expect(masterKey.decrypt(rows[0]!.private_key_encrypted, 'signing-key', first.keyId)).toHaveLength(0)
    expect(rows[1]!.private_key_encrypted.includes('PRIVATE')).toBe(false)
    const actions = await ctx.db.query<{ action: string }>(`select action from gatehouse.audit_event where action like 'okta-key%' order by event_id`)
    expect(actions.map(({ action }) => action)).toEqual(['okta-key.generate', 'okta-key.rotate', 'okta-key.take'])
  })

  test('are needed: without any, the error says what to do', async () => {
    const ctx = await testContext({ OKTA_ORG_URL: 'http://localhost:1', OKTA_CLIENT_ID: 'service-1' })
    const connected = connectOktaClient(ctx.config, () => {}, { ctx, masterKey: testMasterKey() })
    await expect(connected.request('GET', users)).rejects.toMatchObject({ code: 'configuration', message: expect.stringMatching(/okta keys generate/) })
  })
})

describe('a key in a file', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const config = (path: string, more: Record<string, string> = {}) => readConfig({ OKTA_CLIENT_ID: 'service-1', OKTA_PRIVATE_KEY_FILE: path, ...more })

  test.each([
    ['a JWK', () => file('one.jwk', JSON.stringify({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'one' })), {}, publicOne],
    ['RSA in PEM', () => file('one.pem', rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string), { OKTA_PRIVATE_KEY_ID: 'one' }, publicOne],
    ['P-256 in PEM, the only key of the app', () => file('ec.pem', ec.privateKey.export({ format: 'pem', type: 'sec1' }) as string), {}, { ...ec.publicKey.export({ format: 'jwk' }), kid: 'two' }],
  ])('%s', async (_name, path, more, known) => {
    const { orgUrl } = await org([known])
    const connected = connectOktaClient(readConfig({ OKTA_ORG_URL: orgUrl, OKTA_CLIENT_ID: 'service-1', OKTA_PRIVATE_KEY_FILE: path(), ...more }), () => {})
    expect((await connected.request('GET', users)).body).toEqual([])
  })

  test.each([
    ['is not there', () => join(folder, 'none.pem'), /ENOENT/],
    ['is no key', () => file('text.pem', 'hunter2 hunter2'), /holds no private key/],
    ['is a public key', () => file('public.pem', rsa.publicKey.export({ format: 'pem', type: 'spki' }) as string), /holds no private key/],
    ['is too weak', () => file('weak.pem', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string), /2048/],
  ])('that %s is a configuration error which tells nothing of it', (_name, path, message) => {
    const refused = () => clientKeys(config(path()))
    expect(refused).toThrow(expect.objectContaining({ code: 'configuration', message: expect.stringMatching(message) }))
    expect(refused).not.toThrow(/hunter2/)
  })
})

test.each([
  [{ OKTA_API_TOKEN: 'sekrit-sekrit', OKTA_CLIENT_ID: 'service-1' }, /two ways/],
  [{ OKTA_PRIVATE_KEY_FILE: '/somewhere' }, /needs OKTA_CLIENT_ID/],
  [{ OKTA_CLIENT_ID: 'service-1', OKTA_PRIVATE_KEY_ID: 'one' }, /needs OKTA_PRIVATE_KEY_FILE/],
  [{ OKTA_SCOPES: 'openid' }, /OKTA_SCOPES/],
  [{ OKTA_ORG_URL: 'http://okta.example.com' }, /OKTA_ORG_URL/],
])('%j is one clear error, without any value', (env, message) => {
  expect(() => readConfig(env)).toThrow(message)
  expect(() => readConfig(env)).not.toThrow(/sekrit/)
})

test('neither way, or half of one, is one clear error too', () => {
  expect(() => connectOktaClient(readConfig({}), () => {})).toThrow(/OKTA_ORG_URL.*OKTA_API_TOKEN.*OKTA_CLIENT_ID/)
  expect(() => connectOktaClient(readConfig({ OKTA_ORG_URL: 'https://example.okta.com' }), () => {})).toThrow(/OKTA_API_TOKEN/)
  expect(() => connectOktaClient(readConfig({ OKTA_ORG_URL: 'https://example.okta.com', OKTA_CLIENT_ID: 'service-1' }), () => {})).toThrow(/OKTA_PRIVATE_KEY_FILE/)
})
