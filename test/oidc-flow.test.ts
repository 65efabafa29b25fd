/** Signing in by OpenID Connect: openid-client as the application, with all its checks, against a server on a port. */
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { application, authorize, Browser, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'

const { ctx, url } = await oidcServer()
const ada = await person(ctx, 'ada', { phoneNumbers: [{ value: '123', countryCd: '44' }], addresses: [{ locality: 'London', address1: 'St James 1' }], title: 'Countess' })

async function browserOf(userId: string, options: Parameters<typeof signIn>[2] = {}): Promise<Browser> {
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, userId, options)).token)
  return browser
}

describe('authorization code with PKCE', () => {
  test('asks for consent once, gives claims of the directory, and remembers', async () => {
    const app = await application(ctx, 'Notebook')
    const config = await relyingParty(url, app)
    expect(config.serverMetadata()).toMatchObject({ issuer: `${url}/oidc`, code_challenge_methods_supported: ['S256'], acr_values_supported: ['PASSWORD_AUTH', 'CERT_AUTH', 'KERB_AUTH'] })
    const browser = await browserOf(ada)
    const { address, checks } = await request(config, { scope: 'openid profile email phone address' })
    const { at } = await browser.follow(address)
    expect(at.pathname).toBe('/consent')
    const uid = at.searchParams.get('interaction')!
    const asked = await (await browser.fetch(`/api/v1/interactions/${uid}`)).json()
    expect(asked).toMatchObject({ prompt: 'consent', client: { id: app.id, name: 'Notebook', firstParty: false } })
    expect(asked.scopes.map((one: { name: string }) => one.name)).toEqual(['openid', 'profile', 'email', 'phone', 'address'])
    const { status, body } = await browser.answer(uid, 'consent')
    expect(status).toBe(200)
    const landed = (await browser.follow(body.redirectTo)).at
    const tokens = await client.authorizationCodeGrant(config, landed, checks)
    expect(tokens.claims()).toMatchObject({ sub: ada, aud: app.id, iss: `${url}/oidc` })
    expect(await client.fetchUserInfo(config, tokens.access_token, ada)).toMatchObject({
      sub: ada, name: 'ada Lovelace', given_name: 'ada', preferred_username: 'ada', email: 'ada@example.com', phone_number: '+44 123', title: 'Countess',
      address: { locality: 'London', street_address: 'St James 1' },
    })
    const again = await request(config, { scope: 'openid email' })
    expect((await browser.follow(again.address)).at.origin).toBe('https://app.example.com')
    const elsewhere = await browserOf(ada)
    expect((await elsewhere.follow((await request(config)).address)).at.origin).toBe('https://app.example.com')
  })
})
