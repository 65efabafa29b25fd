/** Passkeys in a real Chromium with its virtual authenticator: what docs/how-to-factors.md says a page does. */
import { expect, test } from 'vitest'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, visitor, withoutChromium } from './chromium.ts'

const post = `const post = async (path, body) => { const reply = await fetch('/api/v1' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }); const text = await reply.text(); return text === '' ? { status: reply.status } : JSON.parse(text) };`
const make = `const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post('/me/factors/passkey-options'));
  return post('/me/factors', { type: 'WEBAUTHN', name: 'laptop', credential: (await navigator.credentials.create({ publicKey })).toJSON() });`
const enter = `const asked = PublicKeyCredential.parseRequestOptionsFromJSON(await post('/sign-in/passkey-options'));
  return post('/sign-in/passkey', { assertion: (await navigator.credentials.get({ publicKey: asked })).toJSON() });`

test('a browser makes a passkey and signs in with it, alone and beside a password', { timeout: 120_000 }, async ({ skip }) => {
  if (!chromiumPath) skip(withoutChromium)
  const shared = await listeningServer()
  const id = await personWithPassword(shared, 'ada')
  const page = await visitor()
  await page.goto(`${shared.url}/api/v1/docs`)
  const tools = await page.context().newCDPSession(page)
  const run = (body: string): Promise<unknown> => page.evaluate(`(async () => { ${body} })()`)
  await tools.send('WebAuthn.enable')
  const { authenticatorId } = await tools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
  const signIn = `${post} return post('/sign-in', ${JSON.stringify({ userName: 'ada', password })});`
  expect(await run(signIn)).toMatchObject({ next: 'done', level: 1 })
  expect(await run(`${post} ${make}`)).toMatchObject({ type: 'WEBAUTHN', confirmed: true })
  expect(await tools.send('WebAuthn.getCredentials', { authenticatorId })).toMatchObject({ credentials: [{ rpId: 'localhost', isResidentCredential: true }] })
  await run(`${post} return post('/sign-out');`)
  expect(await run(`${post} ${enter}`)).toMatchObject({ next: 'done', level: 3, userId: id })
  const state = await run(signIn) as { factors: { id: string }[] }
  expect(state).toMatchObject({ next: 'factor', factors: [{ type: 'WEBAUTHN' }] })
  const beside = `const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post('/sign-in/factor/passkey-options'));
    return post('/sign-in/factor', { factor: '${state.factors[0]!.id}', assertion: (await navigator.credentials.get({ publicKey })).toJSON() });`
  expect(await run(`${post} ${beside}`)).toMatchObject({ next: 'done', level: 3 })
  // The one that is there already is not made again on the same device.
  expect(await run(`${post} try { ${make} } catch (error) { return error.name }`)).toBe('InvalidStateError')
  // A device that does not know its owner does not sign in alone.
  await tools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  expect(await run(`${post} try { ${enter.replaceAll('return post', 'return await post')} } catch (error) { return error.name }`)).toBe('NotAllowedError')
})
