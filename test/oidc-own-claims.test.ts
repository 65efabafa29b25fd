/** Claims that an application has of its own: made of what the directory keeps, shown with consent, and no way around rights. */
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { createElement, patchElement } from '../src/directory/metadata.ts'
import type { Document } from '../src/model/attribute.ts'
import { patchClient } from '../src/signin/oidc-clients.ts'
import { administrator } from './administrators.ts'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn, type Application } from './oidc-harness.ts'
import { testServer } from './rest-server.ts'

const { ctx, url } = await oidcServer()
await createElement(ctx, { name: 'department' })
await createElement(ctx, { name: 'badge' })
const ada = await person(ctx, 'ada', { title: 'Countess', attributes: { department: 'Engines', badge: '17' }, phoneNumbers: [{ value: '123', countryCd: '44', type: 'CELL_PHONE' }] })

const claims = { department: 'attributes.department', 'https://example.com/mobile': 'phoneNumbers[type eq "CELL_PHONE"].formatted', called: { join: ['title', 'name.familyName'], with: ' ' }, visible: 'isVisible', nothing: 'costCenter' }

async function learned(app: Application, scope: string, more: Record<string, string> = {}): Promise<Document> {
  const config = await relyingParty(url, app)
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, ada)).token)
  const { address, checks } = await request(config, { scope, ...more })
  const tokens = await client.authorizationCodeGrant(config, await authorize(browser, address), checks)
  return client.fetchUserInfo(config, tokens.access_token, ada)
}

describe('claims of an application', () => {
  test('come with the scope profile and to nobody else, in their types', async () => {
    const app = await application(ctx, 'With claims', { claims })
    expect(app.claims).toEqual(claims)
    const told = await learned(app, 'openid profile')
    expect(told).toMatchObject({ department: 'Engines', 'https://example.com/mobile': '+44 123', called: 'Countess Lovelace', visible: true, title: 'Countess' })
    expect(told).not.toHaveProperty('nothing')
    expect(await learned(app, 'openid email')).not.toHaveProperty('department')
    expect(await learned(app, 'openid email', { claims: JSON.stringify({ userinfo: { department: null } }) })).not.toHaveProperty('department')
    const other = await application(ctx, 'Without claims')
    expect(await learned(other, 'openid profile', { claims: JSON.stringify({ userinfo: { department: { essential: true } } }) })).not.toHaveProperty('department')
    const discovery = (await (await fetch(`${url}/oidc/.well-known/openid-configuration`)).json()) as { claims_supported: string[] }
    expect(discovery.claims_supported).toEqual(expect.arrayContaining(['sub', 'email', 'locale', 'acr']))
    expect(discovery.claims_supported).not.toContain('department')
  })

  test('keep the form that the API has, and are the same in any order of their keys', async () => {
    const made = { born: 'birthdate', changed: 'conversionDate', main: 'emails[primary eq true].primary', short: { substring: 'title', start: 0, length: 3 } }
    const app = await application(ctx, 'Typed', { claims: made, firstParty: true })
    await ctx.db.execute(`update users set birthdate = '1815-12-10', conversion_date = '2026-01-02T03:04:05.678Z' where user_id = $1`, [ada])
    expect(await learned(app, 'openid profile')).toMatchObject({ born: '1815-12-10', changed: '2026-01-02T03:04:05.678Z', main: true, short: 'Cou' })
    const { version } = (await patchClient(ctx, app.id, { claims: { ...made, short: { length: 3, start: 0, substring: 'title' } } })).meta as { version: number }
    expect(version).toBe(1)
  })

  test('hold back an attribute that is to be hidden until they let go of it', async () => {
    const app = await application(ctx, 'Holds on', { claims: { badge: 'attributes.badge' } })
    const [{ id }] = (await ctx.db.query<{ id: string }>(`select metadata_id as id from metadata_element where attribute_name = 'badge'`)) as [{ id: string }]
    await expect(patchElement(ctx, id, { sensitive: true })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Holds on') })
    await expect(createElement(ctx, { name: 'Badge', typeId: 'EXTERNAL_USER', sensitive: true })).rejects.toMatchObject({ code: 'conflict' })
    await patchClient(ctx, app.id, { claims: null })
    await expect(patchElement(ctx, id, { sensitive: true })).resolves.toMatchObject({ document: { sensitive: true } })
  })

  test('are named where consent is asked for, and once more when they grow', async () => {
    const app = await application(ctx, 'Asks', { claims: { unit: 'attributes.department' } })
    const config = await relyingParty(url, app)
    const browser = new Browser(url)
    browser.setSession((await signIn(ctx, ada)).token)
    const asked = async () => {
      const { at } = await browser.follow((await request(config, { scope: 'openid profile' })).address)
      const uid = at.searchParams.get('interaction')
      return uid === null ? undefined : { uid, ...((await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()) as { scopes: Document[] }) }
    }
    const first = await asked()
    expect(first!.scopes).toContainEqual(expect.objectContaining({ name: 'profile', also: ['department'] }))
    await browser.follow((await browser.answer(first!.uid, 'consent')).body.redirectTo)
    expect(await asked()).toBeUndefined()
    await patchClient(ctx, app.id, { claims: { unit: null } })
    expect(await asked()).toBeUndefined()
    await patchClient(ctx, app.id, { claims: { job: 'title' } })
    expect((await asked())!.scopes).toContainEqual(expect.objectContaining({ name: 'profile', also: ['Job title'] }))
  })

  test.each<[string, Document]>([
    ['claims', { claims: 'x' }], ['claims', { claims: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`c${n}`, 'title'])) }], ['claims', { claims: { 'a b': 'title' } }], ['claims', { claims: { __proto__x: 'title' } }],
    ['claims.sub', { claims: { sub: 'userName' } }], ['claims.email_verified', { claims: { email_verified: 'isVisible' } }], ['claims.groups', { claims: { groups: 'title' } }], ['claims.nonce', { claims: { nonce: 'title' } }],
    ['claims.x', { claims: { x: 'password' } }], ['claims.x', { claims: { x: 'nobodyKnowsThis' } }], ['claims.x.first', { claims: { x: { first: [] } } }], ['claims.x', { claims: { x: 5 } }],
    ['claims', { claims: { x: 'title' }, scopes: ['openid'] }], ['claims', { claims: { constructor: 'title' } }], ['claims', { claims: { toString: 'title' } }],
  ])('are refused for %s: %j', async (path, more) => {
    await expect(application(ctx, `Bad ${JSON.stringify(more).slice(0, 60)}`, more)).rejects.toMatchObject({ code: 'invalid_value', problems: expect.arrayContaining([expect.objectContaining({ path })]) })
  })

  test('tell an application nothing that whoever sets them may not read', async () => {
    const server = await testServer()
    await createElement(server.ctx, { name: 'salary', sensitive: true })
    const security = await administrator(server, 'security', 'SECURITY_ADMIN')
    const body = { name: 'Payroll', redirectUris: ['https://app.example.com/cb'], scopes: ['openid', 'profile'], claims: { salary: 'attributes.salary' } }
    const mine = await security.ask('POST', '/oidc/clients', { ...body, name: 'Harmless', claims: { called: 'displayName' } })
    expect(mine.status).toBe(201)
    expect(await security.ask('POST', '/oidc/clients', body)).toMatchObject({ status: 403, body: { problems: [{ path: 'attributes.salary' }] } })
    expect((await security.ask('PATCH', `/oidc/clients/${mine.body.id}`, { claims: { born: 'birthdate' } })).status).toBe(403)
    // Nor what another server has hidden a moment ago, which is not known here yet.
    await createElement(server.ctx, { name: 'shoe' })
    expect((await security.ask('PATCH', `/oidc/clients/${mine.body.id}`, { claims: { shoe: 'attributes.shoe' } })).status).toBe(200)
    await server.ctx.db.execute(`update metadata_element set is_sensitive = 'Y' where attribute_name = 'shoe'`)
    expect(await security.ask('POST', '/oidc/clients', { ...body, name: 'Late', claims: { shoe: 'attributes.shoe' } })).toMatchObject({ status: 403, body: { problems: [{ path: 'attributes.shoe' }] } })
    const made = await server.ask('POST', '/oidc/clients', body)
    expect(made.status).toBe(201)
    // Nor by letters that the database takes for the same, nor before anybody has declared it.
    for (const source of ['attributes.S\u0130lary', 'attributes.notyet', 'attributes.\u017falary']) expect((await security.ask('POST', '/oidc/clients', { ...body, claims: { x: source } })).status).toBe(400)
    // Not by another way to the same application either.
    expect((await security.ask('PATCH', `/oidc/clients/${made.body.id}`, { redirectUris: ['https://evil.example.com/'] })).status).toBe(403)
    expect((await security.ask('POST', `/oidc/clients/${made.body.id}/secrets`, {})).status).toBe(403)
  })
})
