/** Answers that are not in the address: posted by a page of ours, or behind # in it. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as client from 'openid-client'
import { afterAll, describe, expect, test } from 'vitest'
import { personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, visitor, withoutChromium } from './chromium.ts'
import { application, authorize, Browser, callback, oidcServer, person, relyingParty, request, signIn } from './oidc-harness.ts'
import { applicationsOf, heading, press, signIn as enterPassword } from './pages-steps.ts'

const { ctx, url } = await oidcServer()
const ada = await person(ctx, 'ada')

async function browserOf(userId: string): Promise<Browser> {
  const browser = new Browser(url)
  browser.setSession((await signIn(ctx, userId)).token)
  return browser
}

/** Where a page posts to, and what. */
function formIn(html: string): { action: string; fields: Record<string, string> } {
  const plain = (text: string) => text.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(([, name, value]) => [plain(name!), plain(value!)])
  return { action: plain(/<form method="post" action="([^"]*)">/.exec(html)![1]!), fields: Object.fromEntries(fields) as Record<string, string> }
}

describe('response_mode=form_post', () => {
  test.each([['en', 'Back to the application', 'Go on'], ['de', 'Zurück zur Anwendung', 'Weiter']])('is a page of ours in %s, whose policy lets its script and no other run', async (language, title, go) => {
    const config = await relyingParty(url, await application(ctx, `Posted ${language}`, { firstParty: true }))
    const { address, checks } = await request(config, { response_mode: 'form_post' })
    const reply = await (await browserOf(ada)).fetch(address, { headers: { 'accept-language': language } })
    const html = await reply.text()
    expect([reply.status, reply.headers.get('cache-control'), reply.headers.get('location')]).toEqual([200, 'no-store', null])
    expect(html).toMatch(new RegExp(`^<!DOCTYPE html>\n<html lang="${language}">\n<head>.*<title>${title}</title>`))
    expect(html).toContain(`<button class="first" type="submit">${go}</button>`)
    const script = /<script>(.*?)<\/script>/s.exec(html)![1]!
    expect(reply.headers.get('content-security-policy')).toContain(`; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; style-src 'self'`)
    const { action, fields } = formIn(html)
    expect([action, Object.keys(fields).toSorted()]).toEqual([callback, ['code', 'iss', 'state']])
    const tokens = await client.authorizationCodeGrant(config, new URL(`${callback}?${new URLSearchParams(fields)}`), checks)
    expect(tokens.claims()!.sub).toBe(ada)
  })

  test('comes after consent as well, and lets nothing out of what it posts', async () => {
    const config = await relyingParty(url, await application(ctx, 'Asks'))
    const browser = await browserOf(ada)
    const state = `"><script>alert(1)</script>&'`
    const { address } = await request(config, { response_mode: 'form_post', state })
    const { at } = await browser.follow(address)
    expect(at.pathname).toBe('/consent')
    const { body } = await browser.answer(at.searchParams.get('interaction')!, 'consent')
    const html = await (await browser.follow(body.redirectTo)).response.text()
    expect(html).not.toContain('alert(1)</script>')
    expect(html.match(/<script>/g)).toHaveLength(1)
    expect(formIn(html).fields.state).toBe(state)
  })

  test('takes refusals to the application too, and none to an address that it has not', async () => {
    const config = await relyingParty(url, await application(ctx, 'Refused', { firstParty: true }))
    const reply = await new Browser(url).fetch((await request(config, { response_mode: 'form_post', prompt: 'none' })).address)
    const { action, fields } = formIn(await reply.text())
    expect([reply.status, action, fields.error]).toEqual([400, callback, 'login_required'])
    const { address } = await request(config, { response_mode: 'form_post', prompt: 'none' })
    address.searchParams.set('redirect_uri', 'https://evil.example.com/')
    const html = await (await fetch(address, { headers: { accept: 'text/html' } })).text()
    expect([html.includes('This did not work'), html.includes('<form')]).toEqual([true, false])
  })

  test('goes to the application by itself, and by the button where scripts do not run', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const got: Record<string, string>[] = []
    const take = async (asked: IncomingMessage, answer: ServerResponse) => {
      const body = await text(asked)
      if (asked.method === 'POST') got.push(Object.fromEntries(new URLSearchParams(body)))
      answer.setHeader('content-type', 'text/html').end('<!DOCTYPE html><html lang="en"><title>Arrived</title><main><h1>Arrived</h1></main></html>')
    }
    const app = createServer((asked, answer) => void take(asked, answer))
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    afterAll(() => app.closeAllConnections())
    afterAll(() => void app.close())
    const redirect = `http://localhost:${(app.address() as AddressInfo).port}/callback`
    const shared = await listeningServer()
    await personWithPassword(shared, 'eve')
    const { application: register, request: ask } = applicationsOf(shared)
    const id = await register('Posted', { firstParty: true, redirectUris: [redirect] })
    const address = ask(id, { redirect_uri: redirect, response_mode: 'form_post' })
    const page = await visitor()
    await page.goto(address)
    await enterPassword(page, 'eve')
    await heading(page, 'Arrived')
    expect(got).toEqual([{ code: expect.stringMatching(/./), state: 'kept', iss: `${shared.url}/oidc` }])
    const still = await page.context().browser()!.newContext({ javaScriptEnabled: false, locale: 'de-DE', storageState: await page.context().storageState() })
    const quiet = await still.newPage()
    await quiet.goto(address)
    await heading(quiet, 'Zurück zur Anwendung')
    expect(got).toHaveLength(1)
    await press(quiet, 'Weiter')
    await heading(quiet, 'Arrived')
    expect(got).toHaveLength(2)
  }, 120_000)
})

test('response_mode=fragment puts the answer behind #, and others are refused', async () => {
  const config = await relyingParty(url, await application(ctx, 'Fragment', { firstParty: true }))
  const { address, checks } = await request(config, { response_mode: 'fragment' })
  const landed = await authorize(await browserOf(ada), address)
  expect([landed.search, landed.hash.startsWith('#code=')]).toEqual(['', true])
  const tokens = await client.authorizationCodeGrant(config, new URL(`${callback}?${landed.hash.slice(1)}`), checks)
  expect(tokens.claims()!.sub).toBe(ada)
  for (const mode of ['web_message', 'jwt', 'form_post.jwt', 'Form_Post', '']) {
    const { at } = await (await browserOf(ada)).follow((await request(config, { response_mode: mode })).address)
    expect([mode, at.searchParams.get('error') ?? at.searchParams.has('code')]).toEqual([mode, mode === '' ? true : 'unsupported_response_mode'])
  }
  expect(((await (await fetch(`${url}/oidc/.well-known/openid-configuration`)).json()) as Record<string, unknown>).response_modes_supported).toEqual(['form_post', 'fragment', 'query'])
})
