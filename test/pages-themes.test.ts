/** Themes, in Chromium: an application's pages look like its site, those that nobody sent the browser to like the host's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { createClient } from '../src/signin/oidc-clients.ts'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, visitor, withoutChromium } from './chromium.ts'
import { heading, press } from './pages-steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-themes-'))
afterAll(() => rmSync(folder, { recursive: true }))
const colours = { house: '#123456', plum: '#7a1f5c', moss: '#2f5d1a' } as const
for (const [name, colour] of Object.entries(colours)) writeFileSync(join(folder, `${name}.css`), `:root { --gatehouse-brand: ${colour}; }`)

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000', THEMES_FOLDER: folder })
const { ctx, ask, url } = shared
expect((await ask('PATCH', '/content-providers/DEFAULT_CP', { themeId: 'house' })).status).toBe(200)
const policyId = (await ask('POST', '/it-policies', { active: true })).body.id as string

/** Where an application of a site of its own sends people, and the site's usage policy. */
async function application(name: string, themeId?: string, policy?: string): Promise<string> {
  const { body: { id: siteId }, status } = await ask('POST', '/content-providers', { name: `Site of ${name}`, domainPattern: `${name.toLowerCase()}.example.test`, ...(themeId === undefined ? {} : { themeId }) })
  expect(status).toBe(201)
  if (policy !== undefined) expect((await ask('POST', '/it-policy-versions', { policyId, contentProviderId: siteId, name: policy, content: 'Be kind.', active: true })).status).toBe(201)
  const { id } = await createClient(ctx, { name, siteId, grantTypes: ['authorization_code'], scopes: ['openid'], redirectUris: [`${url}/health/live`] })
  return `${url}/oidc/auth?${new URLSearchParams({ client_id: String(id), redirect_uri: `${url}/health/live`, response_type: 'code', scope: 'openid', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 'kept' })}`
}

const brand = (page: Page) => page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--gatehouse-brand').trim()`)

describe('themes', { timeout: 120_000 }, () => {
  test('of the sites of two applications are on every page that these send people to', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ada')
    const page = await visitor()
    await page.goto(await application('Orchard', 'plum', 'Orchard rules'))
    await heading(page, 'Sign in')
    expect(await brand(page)).toBe(colours.plum)
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Sign in')
    await page.getByText('Orchard rules').first().waitFor()
    await page.reload()
    await page.getByText('Orchard rules').first().waitFor()
    expect([await brand(page), new URL(page.url()).pathname]).toEqual([colours.plum, '/sign-in'])
    await press(page, 'Accept')
    await heading(page, 'Allow Orchard?')
    expect([await brand(page), new URL(page.url()).pathname]).toEqual([colours.plum, '/consent'])
    await page.goto(await application('Meadow', 'moss'))
    await heading(page, 'Allow Meadow?')
    expect(await brand(page)).toBe(colours.moss)
    await page.goto(url)
    await heading(page, 'Profile')
    expect(await brand(page)).toBe(colours.house)
  })

  test('are on the pages that the provider makes itself', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    const lost = new URL(await application('Hedge', 'plum'))
    lost.searchParams.set('redirect_uri', 'https://elsewhere.example/')
    await page.goto(String(lost))
    await heading(page, 'This did not work')
    expect(await brand(page)).toBe(colours.plum)
    await page.route(`${url}/health/live`, (route) => route.fulfill({ status: 204 }))
    await page.goto(`${await application('Posts', 'plum')}&prompt=none&response_mode=form_post`, { waitUntil: 'commit' })
    await heading(page, 'Back to the application')
    expect(await brand(page)).toBe(colours.plum)
    await personWithPassword(shared, 'eve')
    await page.goto(url)
    await page.getByLabel('User name').fill('eve')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Sign in')
    await heading(page, 'Profile')
    await page.goto(`${url}/oidc/session/end`)
    await heading(page, 'Sign out')
    expect(await brand(page)).toBe(colours.house)
    const painted = await page.getByRole('button', { name: 'Sign out', exact: true }).evaluate((button) => (globalThis as unknown as { getComputedStyle: (of: unknown) => { backgroundColor: string } }).getComputedStyle(button).backgroundColor)
    expect(painted).toBe('rgb(18, 52, 86)')
  })

  test('stay on the way through recovery and back, and are not there without the application', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(await application('Vineyard', 'plum'))
    await page.getByRole('link', { name: 'Forgotten your password?' }).click()
    await heading(page, 'Forgotten password')
    const links = await page.locator('main a').evaluateAll((all) => all.map((one) => (one as unknown as { pathname: string }).pathname))
    expect(links.toSorted()).toEqual(['/recover-by-sms', '/sign-in', '/unlock', '/user-name'])
    for (const path of ['/recover', '/user-name', '/unlock', '/recover-by-sms']) {
      if (path !== '/recover') await page.locator(`main a[href^="${path}?"]`).click()
      await page.waitForURL((at) => at.pathname === path)
      expect(await brand(page), path).toBe(colours.plum)
      if (path !== '/recover') await page.goBack()
    }
    await page.getByRole('link', { name: 'Back to sign-in' }).click()
    await page.getByText('to go on to Vineyard').waitFor()
    expect(await brand(page)).toBe(colours.plum)
    await page.goto(`${url}/recover`)
    await heading(page, 'Forgotten password')
    expect([await brand(page), await page.locator('main a[href="/"]').count()]).toEqual([colours.house, 1])
  })

  test('of a site that has none, or one that is not there, are those of the host', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    for (const [name, theme] of [['Plain', undefined], ['Lost', 'missing']] as const) {
      await page.goto(await application(name, theme))
      await page.getByText(`to go on to ${name}`).waitFor()
      expect(await brand(page)).toBe(colours.house)
    }
  })

  test('tell nobody whose question it is that somebody else was asked', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const [own, other] = [await visitor(), await visitor()]
    await own.goto(await application('Secret', 'plum'))
    await heading(own, 'Sign in')
    expect(await brand(own)).toBe(colours.plum)
    const lookups = async (page: Page, address: string) => {
      const { first } = ctx.db
      let artifacts = 0
      ctx.db.first = (text: string, ...rest: unknown[]) => {
        if (text.includes('ui_theme_id as theme from gatehouse.oidc_artifact')) artifacts += 1
        return (first as (...all: unknown[]) => never).call(ctx.db, text, ...rest)
      }
      await page.goto(address).finally(() => (ctx.db.first = first))
      return [await brand(page), artifacts]
    }
    expect(await lookups(own, own.url())).toEqual([colours.plum, 1])
    // A browser with a question of its own, which is asked with the id of the first.
    await other.goto(await application('Open', 'moss'))
    await heading(other, 'Sign in')
    expect(await lookups(other, own.url())).toEqual([colours.house, 0])
    // The cookie copied without knowing how to sign it.
    const uid = new URL(own.url()).searchParams.get('interaction')!
    const cookies = (await other.context().cookies(`${url}/sign-in`)).filter(({ name, path }) => path === '/sign-in' && !name.endsWith('.sig'))
    expect(cookies).toHaveLength(1)
    await other.context().addCookies(cookies.map((one) => ({ ...one, value: uid })))
    expect(await lookups(other, own.url())).toEqual([colours.house, 0])
    for (const asked of ['unknown', '', `${uid}&interaction=${uid}`, 'x'.repeat(5000)]) expect((await lookups(other, `${url}/sign-in?interaction=${asked}`))[0]).toBe(colours.house)
  })
})
