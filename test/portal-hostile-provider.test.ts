/** An authorization server that lies: nothing it can say of a person is believed when any part of it is wrong. */
import { createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { sessionIdOf } from '../src/model/session.ts'
import { addPortalUsers } from '../src/portals/portal-users.ts'
import { createPortal } from '../src/portals/portals.ts'
import { browser } from './browser.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask, server } = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const [own, foreign] = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('rsa', { modulusLength: 2048 })]
const subject = '00uLiarLiarPantsgH5d'

type Answering = (response: ServerResponse, make: (claims?: JWTPayload, key?: KeyObject, header?: object) => Promise<string>) => Promise<unknown>

let nonce = ''
let token: Answering
let described = ''
const liar = createServer((request: IncomingMessage, response: ServerResponse) => {
  const json = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  if (request.url === '/keys') return json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] })
  if (request.url === '/token') return void token(response, claimsToken)
  return json({ issuer: request.url!.startsWith('/other') ? described : issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256', 'none', 'HS256'] })
})
await new Promise<void>((resolve) => void liar.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
afterAll(() => void liar.close())

const seconds = () => Math.floor(Date.now() / 1000)
const good = () => ({ iss: issuer, aud: 'portal-1', sub: subject, nonce, iat: seconds(), exp: seconds() + 300, at_hash: createHash('sha256').update('access').digest().subarray(0, 16).toString('base64url') })
const claimsToken = (claims: JWTPayload = {}, key: KeyObject = own.privateKey, header: object = {}) =>
  new SignJWT(Object.fromEntries(Object.entries({ ...good(), ...claims }).filter(([, value]) => value !== null))).setProtectedHeader({ alg: 'RS256', kid: 'k', ...header }).sign(key)
const answers = (response: ServerResponse, body: object, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const withToken = (id_token: string) => ({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token })

await createPortal(ctx, { id: 1, name: 'One', settings: { client_id: 'portal-1', issuer } })
const { body: person } = await ask('POST', '/users', { userName: 'ada@example.com', name: { givenName: 'Ada', familyName: 'Byron' }, status: 'ACTIVE' })
const [member] = await addPortalUsers(ctx, 1, [person.id])
await ctx.db.execute('insert into efs.iam_portal_user_reference (portal_id, user_id, uuid, status) values (1, $1, $2, 1)', [member!.uid, subject])

async function trip(more: Record<string, string> = {}) {
  const one = browser(server)
  const begun = new URL(String((await one.ask('GET', '/portals/1/sign-in')).headers['location']))
  nonce = begun.searchParams.get('nonce')!
  const query = new URLSearchParams({ code: 'c', state: begun.searchParams.get('state')!, ...more })
  const reply = await one.ask('GET', `/portals/1/callback?${query}`)
  return { reply, one }
}

beforeEach(() => {
  token = async (response, make) => answers(response, withToken(await make()))
})

test('what is right is believed: otherwise the rest of this shows nothing', async () => {
  const { reply, one } = await trip()
  expect(reply.status).toBe(303)
  expect((await one.ask('GET', '/me')).body.id).toBe(person.id)
})

test.each<[string, Answering]>([
  ['another issuer', async (response, make) => answers(response, withToken(await make({ iss: 'https://evil.example' })))],
  ['another audience', async (response, make) => answers(response, withToken(await make({ aud: 'portal-2' })))],
  ['several audiences without an authorized party', async (response, make) => answers(response, withToken(await make({ aud: ['portal-1', 'portal-2'] })))],
  ['another authorized party', async (response, make) => answers(response, withToken(await make({ azp: 'portal-2' } as JWTPayload)))],
  ['another nonce', async (response, make) => answers(response, withToken(await make({ nonce: 'another' } as JWTPayload)))],
  ['no nonce', async (response, make) => answers(response, withToken(await make({ nonce: null } as unknown as JWTPayload)))],
  ['an end that is past', async (response, make) => answers(response, withToken(await make({ exp: seconds() - 120 })))],
  ['no end', async (response, make) => answers(response, withToken(await make({ exp: null } as unknown as JWTPayload)))],
  ['a time of proof in words', async (response, make) => answers(response, withToken(await make({ auth_time: 'now' })))],
  ['no subject', async (response, make) => answers(response, withToken(await make({ sub: null } as unknown as JWTPayload)))],
  ['a subject too long for an account', async (response, make) => answers(response, withToken(await make({ sub: `${subject}x` })))],
  ['the hash of another access token', async (response, make) => answers(response, withToken(await make({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } as JWTPayload)))],
  ['a signature of another key', async (response, make) => answers(response, withToken(await make({}, foreign.privateKey)))],
  ['a key that is not published', async (response, make) => answers(response, withToken(await make({}, foreign.privateKey, { kid: 'other' })))],
  ['no signature', async (response) => answers(response, withToken(new UnsecuredJWT(good()).encode()))],
  ['a signature with the public key as a secret', async (response) => {
    const [head, body] = [{ alg: 'HS256', kid: 'k' }, good()].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const secret = own.publicKey.export({ format: 'pem', type: 'spki' })
    return answers(response, withToken(`${head}.${body}.${createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')}`))
  }],
  ['no ID token', async (response) => answers(response, { access_token: 'access', token_type: 'Bearer' })],
  ['a refusal', async (response) => answers(response, { error: 'invalid_grant', error_description: 'no' }, 400)],
  ['HTML', async (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello')],
  ['an answer without an end', async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => !response.destroyed && response.write(Buffer.alloc(262_144, 32), () => setImmediate(more))
    return more()
  }],
  ['a redirect', async (response) => response.writeHead(307, { location: `${issuer}/elsewhere` }).end()],
])('%s signs in nobody', async (_name, answering) => {
  token = answering
  const { reply, one } = await trip()
  expect(reply.status).toBeGreaterThanOrEqual(400)
  expect(reply.status).not.toBe(500)
  expect(JSON.stringify(reply.body)).not.toMatch(/eyJ/)
  expect(one.cookies.has('gatehouse')).toBe(false)
  expect((await one.ask('GET', '/me')).status).toBe(401)
})

test.each<[string, JWTPayload, number | null]>([
  ['an hour ago', { auth_time: seconds() - 3600 }, 3600], ['just now', { auth_time: seconds() }, 0], ['in the future: now', { auth_time: seconds() + 3600 }, 0],
  ['not at all', {}, null],
])('who was asked to prove who they are %s has proved it then, and the session has level 1', async (_name, claims, ago) => {
  token = async (response, make) => answers(response, withToken(await make({ ...claims, acr: 'phr', amr: ['mfa', 'hwk'] })))
  const { one } = await trip()
  expect((await one.ask('GET', '/sign-in')).body).toMatchObject({ next: 'done', level: 1 })
  const { proved } = (await ctx.db.first<{ proved: string | null }>('select proved_at as proved from auth_state where session_id = $1', [sessionIdOf(one.cookies.get('gatehouse')!)]))!
  expect(proved === null ? null : Math.abs(Date.now() - ago! * 1000 - Date.parse(proved)) < 30_000).toBe(ago === null ? null : true)
  expect((await one.ask('POST', '/me/keys', { type: 'API', name: `key ${_name}`, scopes: ['read'] })).status).toBe(ago === 0 ? 201 : 403)
})

const twoHours = 7200
test.each([[twoHours, 303], [-twoHours, 403]])('a clock over there that is %i seconds off: %i, and the session goes by ours', async (off, status) => {
  token = async (response, make) => answers(response, withToken(await make({ iat: seconds() + off, exp: seconds() + off + 300, auth_time: seconds() + off })))
  const { reply, one } = await trip()
  expect(reply.status).toBe(status)
  if (status === 303) {
    const session = await ctx.db.first<{ seen: string; proved: string }>('select last_seen as seen, proved_at as proved from auth_state where session_id = $1', [sessionIdOf(one.cookies.get('gatehouse')!)])
    for (const at of Object.values(session!)) expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(30_000)
  } else {
    expect((await ctx.db.first<{ reason: string }>(`select trace::jsonb->>'reason' as reason from efs.iam_error_log order by id desc limit 1`))!.reason).toMatch(/exp/)
  }
})

test('the answer of another issuer is not taken for this one\'s', async () => {
  expect((await trip({ iss: 'https://evil.example' })).reply.body.code).toBe('portal_sign_in_refused')
})

test('tokens larger than a store takes let nobody in, and are said to be', async () => {
  token = async (response, make) => answers(response, { ...withToken(await make()), scope: 'x'.repeat(1_100_000) })
  const { reply } = await trip()
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid_value'])
  expect(await ctx.db.first('select from efs.iam_token_data where length(idp_response) > 1000000')).toBeUndefined()
})

test('a server that describes itself as another one is not believed, nor asked again as that', async () => {
  for (const name of [issuer, `${issuer}/other/`, 'https://evil.example']) {
    described = name
    await createPortal(ctx, { id: 10 + name.length, name, settings: { client_id: `client-${name.length}`, issuer: `${issuer}/other` } })
    expect(await ask('GET', `/portals/${10 + name.length}/sign-in`)).toMatchObject({ status: 502, body: { code: 'remote_error' } })
  }
  described = `${issuer}/other`
  await createPortal(ctx, { id: 9, name: 'right', settings: { client_id: 'client-right', issuer: `${issuer}/other` } })
  expect((await ask('GET', '/portals/9/sign-in')).status).toBe(303)
})
