/** Two windows of one browser, in Chromium: what is left open when somebody else signs in next to it acts for nobody. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browser, password, personWithPassword } from './browser.ts'
import { chromiumPath, flawsOf, listeningServer, signedInPage, withoutChromium } from './chromium.ts'
import { heading, press } from './pages-steps.ts'

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, url } = shared
const next = 'another horse, another battery'


/** Has somebody else sign in in another window of the same browser. */
async function handOver(page: Page, userName: string): Promise<void> {
  const other = await page.context().newPage()
  await other.goto(url)
  await press(other, 'Sign out')
  await other.getByLabel('User name').fill(userName)
  await other.getByLabel('Password', { exact: true }).fill(password)
  await press(other, 'Sign in')
  await heading(other, 'Profile')
  await other.close()
}

describe('a page left open while somebody else signs in', { timeout: 120_000 }, () => {
  test('makes no key for them, says why, and is theirs from then on', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const [ada, bea] = [await personWithPassword(shared, 'ada'), await personWithPassword(shared, 'bea')]
    const page = await signedInPage(url, 'ada')
    await page.goto(`${url}/keys`)
    await heading(page, 'Keys')
    await handOver(page, 'bea')
    await page.getByText('ada Tester').waitFor()
    await page.locator('input[name=name]').first().fill('build')
    await press(page, 'Make the key')
    await page.getByText('Somebody else has signed in in this browser, in another window.').waitFor()
    await page.getByText('From here on you act as bea Tester.').waitFor()
    expect(await page.getByText('ada Tester').count()).toBe(0)
    expect(await page.locator('input[name=name]').first().inputValue()).toBe('')
    expect(await flawsOf(page)).toEqual([])
    expect(await ctx.db.query('select from user_key where user_id = any($1)', [[ada, bea]])).toEqual([])
    await page.locator('input[name=name]').first().fill('build')
    await press(page, 'Make the key')
    await page.locator('code.token').waitFor()
    expect(await ctx.db.query('select user_id as id from user_key where user_id = any($1)', [[ada, bea]])).toEqual([{ id: bea }])
  })

  test('changes no password of theirs, and signs nobody out', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'cal')
    await personWithPassword(shared, 'dot')
    const page = await signedInPage(url, 'cal', { locale: 'de-DE' })
    await page.goto(`${url}/password`)
    await heading(page, 'Passwort')
    await page.getByText('Mindestens 15 Zeichen.').waitFor()
    const other = await page.context().request.post(`${url}/api/v1/sign-in`, { data: { userName: 'dot', password }, headers: { origin: url } })
    expect(other.status()).toBe(200)
    await page.getByLabel('Bisheriges Passwort').fill(password)
    await page.getByLabel('Neues Passwort').fill(next)
    await press(page, 'Passwort ändern')
    await page.getByText('Ab jetzt handeln Sie als dot Tester.').waitFor()
    for (const name of ['cal', 'dot']) expect((await browser(shared.server, { host: new URL(url).host }).ask('POST', '/sign-in', { userName: name, password }, { origin: url })).status, name).toBe(200)
    await page.getByRole('button', { name: 'Abmelden' }).waitFor()
  })

  test('downloads nothing of theirs, and what is one\'s own once it is theirs', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'hal')
    const ivy = await personWithPassword(shared, 'ivy')
    const page = await signedInPage(url, 'hal')
    await page.goto(`${url}/data`)
    await heading(page, 'My data')
    await handOver(page, 'ivy')
    const downloads: string[] = []
    page.on('download', (download) => downloads.push(download.suggestedFilename()))
    await press(page, 'Download my data')
    await page.getByText('From here on you act as ivy Tester.').waitFor()
    expect(downloads).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download my data')])
    expect(download.suggestedFilename()).toBe('my-data.json')
    expect((JSON.parse(await readFile(await download.path(), 'utf8')) as { person: { id: string } }).person.id).toBe(ivy)
    await page.getByText('Your browser has the file.').waitFor()
    expect(await flawsOf(page)).toEqual([])
  })

  test('shows whose it is as soon as one comes back to it', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'eva')
    await personWithPassword(shared, 'fay')
    const page = await signedInPage(url, 'eva')
    await heading(page, 'Profile')
    await handOver(page, 'fay')
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    const notice = page.getByText('From here on you act as fay Tester.')
    await notice.waitFor()
    expect(await page.getByText('eva Tester').count()).toBe(0)
    await page.getByRole('link', { name: 'Password', exact: true }).click()
    await heading(page, 'Password')
    await notice.waitFor({ state: 'detached' })
  })

  test('says so until it is closed, by the keyboard too', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'jan')
    await personWithPassword(shared, 'kai')
    const page = await signedInPage(url, 'jan')
    await heading(page, 'Profile')
    await handOver(page, 'kai')
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    const notice = page.getByText('From here on you act as kai Tester.')
    await notice.waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Close')
    await page.keyboard.press('Enter')
    await notice.waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Profile')
    expect(await flawsOf(page)).toEqual([])
  })
})

describe('a request that says whose page it comes from', () => {
  test('is refused for somebody else with a code, reading too, and taken for them', async () => {
    const id = await personWithPassword(shared, 'gus')
    const one = browser(shared.server, { host: new URL(url).host })
    expect((await one.ask('POST', '/sign-in', { userName: 'gus', password }, { origin: url })).status).toBe(200)
    for (const [method, path] of [['GET', '/me'], ['DELETE', '/me/sessions'], ['POST', '/sign-out']] as const) {
      const { status, body } = await one.ask(method, path, undefined, { origin: url, 'gatehouse-user': 'f'.repeat(32) })
      expect([status, body.code], path).toEqual([409, 'another_signed_in'])
    }
    expect((await one.ask('GET', '/me', undefined, { 'gatehouse-user': id })).status).toBe(200)
    expect((await one.ask('POST', '/sign-out', undefined, { origin: url, 'gatehouse-user': id })).status).toBe(204)
  })
})
