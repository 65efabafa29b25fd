/** Getting back in by the pages, in Chromium: links asked for, mails as they would go out, and what their links open. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, signedInElsewhere, visitor, withoutChromium } from './chromium.ts'
import { testMasterKey } from './master-key.ts'

const masterKey = testMasterKey()
const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' }, undefined, masterKey)
const { ctx, url } = shared
const next = 'another horse, another battery'

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const person = (name: string) => personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }] })

/** The newest mail of a kind to somebody. */
async function mailTo(name: string, template: string): Promise<Record<string, string>> {
  await recoverAccounts(ctx, masterKey)
  const found = (await waitingMessages(ctx.db, new Date().toISOString(), 200)).find((one) => one.recipient === `${name}@example.com` && one.template === template)
  return { ...found!.content, ...secretsOf(found!, masterKey) } as Record<string, string>
}

async function at(path: string, title: string, options = {}): Promise<Page> {
  const page = await visitor(options)
  await page.goto(url + path)
  await heading(page, title)
  return page
}

describe('recovery', { timeout: 120_000 }, () => {
  test('a forgotten password: the link opens a page that tells all rules, sets the password, and works once', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await person('ada')
    const elsewhere = await signedInElsewhere(shared, 'ada')
    const page = await at('', 'Sign in')
    await page.getByRole('link', { name: 'Forgotten your password?' }).click()
    await heading(page, 'Forgotten password')
    await press(page, 'Send the link')
    await page.getByRole('alert').getByRole('link').waitFor()
    await page.getByLabel('User name or e-mail address').fill(' ADA ')
    await press(page, 'Send the link')
    await page.getByText('If there is such an account').waitFor()
    const { link } = await mailTo('ada', 'password-reset')
    await page.goto(link!)
    await heading(page, 'Choose a new password')
    await page.getByLabel('New password').fill('ada')
    await press(page, 'Set the password')
    await page.getByRole('alert').getByRole('link', { name: /at least \d+/ }).waitFor()
    await page.getByLabel('New password').fill(next)
    await press(page, 'Set the password')
    await page.getByText('Your new password is set.').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401)
    await page.getByRole('link', { name: 'To signing in' }).click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(next)
    await press(page, 'Sign in')
    await heading(page, 'Profile')
    await page.goto(link!)
    await page.getByLabel('New password').fill('yet another horse, another battery')
    await press(page, 'Set the password')
    await page.getByRole('alert').getByText('This link is wrong, too old, or was used before.').waitFor()
  })

  test('says the same of accounts that there are not', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await at('/recover', 'Passwort vergessen', { locale: 'de-DE' })
    await page.getByLabel('Benutzername oder E-Mail-Adresse').fill('nobody')
    await press(page, 'Link senden')
    await page.getByText('Wenn es dieses Konto gibt').waitFor()
  })

  test('a forgotten user name comes by mail', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await person('bea')
    const page = await at('/user-name', 'Forgotten user name')
    await page.getByLabel('Your e-mail').fill('bea@example.com')
    await press(page, 'Send the user name')
    await page.getByText('a mail is on its way').waitFor()
    expect((await mailTo('bea', 'user-name')).userNames).toBe('bea')
  })

  test('a link opens what wrong passwords have locked, at the press of a button', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('cal')
    const locked = async () => (await ctx.db.query(`select from users where user_id = $1 and secondary_status = 'LOCKED'`, [id])).length
    await ctx.db.execute(`update users set secondary_status = 'LOCKED' where user_id = $1`, [id])
    const page = await at('/unlock', 'Locked account')
    await page.getByLabel('User name or e-mail address').fill('cal')
    await press(page, 'Send the link')
    await page.getByText('a mail is on its way').waitFor()
    const { link } = await mailTo('cal', 'account-unlock')
    await page.goto(link!)
    await heading(page, 'Unlock the account')
    expect(await locked()).toBe(1)
    await press(page, 'Unlock')
    await page.getByText('The account is open again.').waitFor()
    expect(await locked()).toBe(0)
    expect((await signedInElsewhere(shared, 'cal', password)).cookies.size).toBeGreaterThan(0)
  })
})
