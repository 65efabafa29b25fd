/** What the pages ask of a browser and leave in it: fields that hide and take what is pasted, and nothing kept but the language and how far one had scrolled. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, signedInPage, visitor, withoutChromium } from './chromium.ts'
import { testMasterKey } from './master-key.ts'
import { heading } from './pages-steps.ts'

const masterKey = testMasterKey()
const shared = await listeningServer({}, undefined, masterKey)
const { ctx, url } = shared


interface Kept {
  local: Record<string, string>
  session: Record<string, string>
  databases: unknown[]
  caches: unknown[]
}

/** All that a page can keep in a browser beside its cookies. How far windows had been scrolled is numbers, and checked to be. */
async function keptBy(page: Page): Promise<Kept> {
  const { session, ...kept } = await allKeptBy(page)
  const [scrolled, others] = [true, false].map((wanted) => Object.entries(session).filter(([name]) => name.startsWith('tsr-scroll-restoration') === wanted))
  for (const [, value] of scrolled!) expect(value).toMatch(/^\{(?:,?"\w{1,16}":\{(?:,?"window":\{"scrollX":\d+,"scrollY":\d+\})?\})*\}$/)
  return { ...kept, session: Object.fromEntries(others!) }
}

const allKeptBy = (page: Page): Promise<Kept> => page.evaluate(async () => {
  const { localStorage, sessionStorage, indexedDB, caches } = globalThis as unknown as { localStorage: Record<string, string>; sessionStorage: Record<string, string>; indexedDB: { databases: () => Promise<unknown[]> }; caches: { keys: () => Promise<unknown[]> } }
  return { local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(), caches: await caches.keys() }
})

describe('what a browser keeps', { timeout: 120_000 }, () => {
  test('is the language that was chosen, and how far it had scrolled, signed in and signed out', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ada', { emails: [{ value: 'ada@example.com', primary: true }] })
    const page = await visitor()
    await page.goto(url)
    expect(await keptBy(page)).toEqual({ local: {}, session: {}, databases: [], caches: [] })
    await page.getByLabel('Language').selectOption('de')
    await page.getByLabel('Benutzername').fill('ada')
    await page.getByLabel('Passwort', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
    const language = { local: { 'gatehouse-language': 'de' }, session: {}, databases: [], caches: [] }
    for (const [path, name] of [['/', 'Profil'], ['/keys', 'Schlüssel'], ['/sessions', 'Sitzungen']] as const) {
      if (path !== '/') await page.goto(url + path)
      await heading(page, name)
      expect(await keptBy(page), path).toEqual(language)
    }
    await page.getByRole('button', { name: 'Abmelden' }).click()
    await page.getByText('Sie haben sich abgemeldet.').waitFor()
    expect(await keptBy(page)).toEqual(language)
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['gatehouse-device'])
  })
})

describe('a password field', { timeout: 120_000 }, () => {
  /** Pastes into each field as people do, after looking at what a manager of passwords goes by. */
  async function pasted(page: Page, fields: Record<string, string>): Promise<void> {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    for (const [label, autocomplete] of Object.entries(fields)) {
      const field = page.getByLabel(label, { exact: true })
      expect([await field.getAttribute('type'), await field.getAttribute('autocomplete'), await field.getAttribute('maxlength')], label).toEqual(['password', autocomplete, '1024'])
      const text = `pasted into ${label}, ‘with’ spaces`
      await page.evaluate((one) => (globalThis as unknown as { navigator: { clipboard: { writeText: (text: string) => Promise<void> } } }).navigator.clipboard.writeText(one), text)
      await field.focus()
      await page.keyboard.press('Control+V')
      expect(await field.inputValue()).toBe(text)
      const show = page.locator('.mantine-PasswordInput-root', { has: field }).getByRole('button')
      await show.click()
      expect(await field.getAttribute('type')).toBe('text')
      await show.click()
      expect(await field.getAttribute('type')).toBe('password')
    }
  }

  test('hides, shows on demand, takes what is pasted and says what it is for: signing in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(url)
    expect(await page.getByLabel('User name').getAttribute('autocomplete')).toBe('username')
    await pasted(page, { Password: 'current-password' })
  })

  test('hides, shows on demand, takes what is pasted and says what it is for: another password', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'bea')
    const page = await signedInPage(url, 'bea')
    await page.goto(`${url}/password`)
    await heading(page, 'Password')
    await pasted(page, { 'Current password': 'current-password', 'New password': 'new-password' })
  })

  test('hides, shows on demand, takes what is pasted and says what it is for: a forgotten one', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'cal', { emails: [{ value: 'cal@example.com', primary: true }] })
    expect((await shared.ask('POST', '/recovery/password', { userName: 'cal' }, { authorization: '', origin: url, 'sec-fetch-site': 'same-origin' })).status).toBe(202)
    await recoverAccounts(ctx, masterKey)
    const [mail] = await waitingMessages(ctx.db, ctx.now().toISOString(), 200)
    const page = await visitor()
    await page.goto(secretsOf(mail!, masterKey).link!)
    await pasted(page, { 'New password': 'new-password' })
  })
})
