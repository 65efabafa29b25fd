/** Passkeys in a real Chromium with its virtual authenticator: what docs/how-to-factors.md says a page does. */
import { expect, test } from 'vitest'
import { password, personWithPassword } from './browser.ts'
import { chromium, openPage } from './chromium.ts'
import { testServer } from './rest-server.ts'

const post = `const post = async (path, body) => { const reply = await fetch('/api/v1' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }); const text = await reply.text(); return text === '' ? { status: reply.status } : JSON.parse(text) };`
const make = `const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post('/me/factors/passkey-options'));
  return post('/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: (await navigator.credentials.create({ publicKey })).toJSON() });`
const enter = `const asked = PublicKeyCredential.parseRequestOptionsFromJSON(await post('/sign-in/passkey-options'));
  return post('/sign-in/passkey', { assertion: (await navigator.credentials.get({ publicKey: asked })).toJSON() });`

test('a browser makes a passkey and signs in with it, alone and beside a password', { timeout: 120_000 }, async ({ skip }) => {
  if (chromium === undefined) skip('there is no Chromium; apt-get install chromium')
  const shared = await testServer()
  const { server, ctx } = shared
  const address = new URL(await server.listen({ host: '127.0.0.1', port: 0 }))
  const url = `http://localhost:${address.port}`
  Object.assign(ctx.config, { PUBLIC_URL: url })
  const id = await personWithPassword(shared, 'ada')
  const page = await openPage(`${url}/api/v1/docs`)
  try {
    await page.send('WebAuthn.enable')
    const { authenticatorId } = await page.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } }) as { authenticatorId: string }
    const signIn = `${post} return post('/sign-in', ${JSON.stringify({ userName: 'ada', password })});`
    expect(await page.run(signIn)).toMatchObject({ next: 'done', level: 1 })
    expect(await page.run(`${post} ${make}`)).toMatchObject({ type: 'WEBAUTHN', confirmed: true })
    expect(await page.send('WebAuthn.getCredentials', { authenticatorId })).toMatchObject({ credentials: [{ rpId: 'localhost', isResidentCredential: true }] })
    await page.run(`${post} return post('/sign-out');`)
    expect(await page.run(`${post} ${enter}`)).toMatchObject({ next: 'done', level: 3, userId: id })
    const state = await page.run(signIn) as { factors: { id: string }[] }
    expect(state).toMatchObject({ next: 'factor', factors: [{ type: 'WEBAUTHN' }] })
    const beside = `const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post('/sign-in/factor/passkey-options'));
      return post('/sign-in/factor', { factor: '${state.factors[0]!.id}', assertion: (await navigator.credentials.get({ publicKey })).toJSON() });`
    expect(await page.run(`${post} ${beside}`)).toMatchObject({ next: 'done', level: 3 })
    // The one that is there already is not made again on the same device.
    expect(await page.run(`${post} try { ${make} } catch (error) { return error.name }`)).toBe('InvalidStateError')
    // A device that does not know its owner does not sign in alone.
    await page.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    expect(await page.run(`${post} try { ${enter.replaceAll('return post', 'return await post')} } catch (error) { return error.name }`)).toBe('NotAllowedError')
  } finally {
    await page.close()
  }
})
