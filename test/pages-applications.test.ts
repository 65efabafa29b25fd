/** Applications that send people to sign in, in Chromium: the page goes on to them, asks for consent, and for more when more is demanded. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, flawsOf, listeningServer, signedInElsewhere, signedInPage, visitor, withAuthenticator, withoutChromium } from './chromium.ts'
import { applicationsOf, codeOf, heading, press, signIn } from './pages-steps.ts'

let ahead = 0
const now = () => new Date(Date.now() + ahead)
const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' }, now)
const { ctx, url } = shared
const { application, request, answer } = applicationsOf(shared)

/** Sets an authenticator app up in the page that shows its picture, and keeps the recovery codes. */
async function setUpApp(page: Page): Promise<void> {
  await heading(page, 'Set up the app')
  const secret = (await page.locator('code.token').innerText()).replaceAll(' ', '')
  await page.getByLabel('Code').fill(codeOf(secret, now()))
  await press(page, 'Confirm')
  await press(page, 'Make recovery codes')
  await press(page, 'I have kept them')
}

describe('an application', { timeout: 120_000 }, () => {
  test('sends somebody to sign in, who goes on to it after consenting, and the next time at once', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ada')
    const id = await application('Notebook')
    const page = await visitor()
    await page.goto(request(id))
    await page.getByText('to go on to Notebook').waitFor()
    await signIn(page, 'ada')
    await heading(page, 'Allow Notebook?')
    await page.getByText('Your name, your language and how you are employed.').waitFor()
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
    await page.goto(request(id))
    expect(await answer(page)).toMatchObject({ code: expect.stringMatching(/./) })
    await page.goto(`${url}/applications`)
    await heading(page, 'Applications')
    await page.getByText('Your name, your language and how you are employed.').waitFor()
    await press(page, 'Take back what Notebook may')
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByText('It is taken back.').waitFor()
    await page.getByText('You have allowed no application anything.').waitFor()
    await page.goto(request(id))
    await heading(page, 'Allow Notebook?')
  })

  test('gets nothing from who denies it', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'bea')
    const page = await signedInPage(url, 'bea')
    await page.goto(request(await application('Curious')))
    await press(page, 'Deny')
    expect(await answer(page)).toMatchObject({ state: 'kept', error: 'access_denied' })
  })

  test('that wants a new sign-in has the person asked for one', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'dot')
    const page = await signedInPage(url, 'dot')
    await ctx.db.execute(`update auth_state set last_login = last_login - interval '5 minutes', proved_at = proved_at - interval '5 minutes' where user_id = $1`, [id])
    await page.goto(request(await application('Bank'), { prompt: 'login' }))
    await page.getByText('Bank wants you to sign in anew.').waitFor()
    await heading(page, 'Sign in')
    await signIn(page, 'dot')
    await heading(page, 'Allow Bank?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ code: expect.stringMatching(/./) })
  })

  test('that asks who it is to be has the person go on as they are, or somebody else sign in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ivy')
    await personWithPassword(shared, 'jo')
    const page = await signedInPage(url, 'ivy')
    await ctx.db.execute(`update auth_state set last_login = last_login - interval '5 minutes', proved_at = proved_at - interval '5 minutes'`)
    const id = await application('Shared desk')
    await page.goto(request(id, { prompt: 'select_account' }))
    await heading(page, 'Who do you want to go on as?')
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Go on as ivy Tester')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ code: expect.stringMatching(/./) })
    await page.goto(request(id, { prompt: 'select_account', login_hint: 'ivy' }))
    await press(page, 'Sign in as somebody else')
    expect(await page.getByLabel('User name').inputValue()).toBe('')
    await signIn(page, 'jo')
    await heading(page, 'Allow Shared desk?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
    await page.goto(url)
    await page.getByText('jo Tester').first().waitFor()
  })

  test('that wants a sign-in of the last minutes gets one, also from who has a factor', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'fay')
    const page = await signedInPage(url, 'fay')
    const elsewhere = await signedInElsewhere(shared, 'fay')
    const { id: factor, uri } = (await elsewhere.ask('POST', '/me/factors', { type: 'TOTP' })).body as { id: string; uri: string }
    const secret = new URL(uri).searchParams.get('secret')!
    expect((await elsewhere.ask('POST', `/me/factors/${factor}/confirm`, { code: codeOf(secret, now()) })).status).toBe(200)
    ahead += 60_000
    await ctx.db.execute(`update auth_state set proved_at = proved_at - interval '1 hour' where user_id = $1`, [id])
    await page.goto(request(await application('Vault'), { max_age: '600', acr_values: 'TWO_FACTOR_AUTH' }))
    await page.getByText('Vault asks for a stronger proof of who you are.').waitFor()
    await page.getByLabel('Code').fill(codeOf(secret, now()))
    await press(page, 'Go on')
    await heading(page, 'Allow Vault?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ code: expect.stringMatching(/./) })
  })

  test('that demands a level gets it from who has no factor yet and adds one there', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'gus')
    const page = await signedInPage(url, 'gus')
    // Long signed in, so that a fresh proof is asked for first.
    await ctx.db.execute(`update auth_state set proved_at = proved_at - interval '1 hour' where user_id = $1`, [id])
    await page.goto(request(await application('Treasury', { leastLevel: 2 })))
    await heading(page, 'Add a second factor')
    await page.getByText('Treasury asks for a stronger proof of who you are.').waitFor()
    // A code by SMS would not be enough.
    expect(await page.getByLabel('What it is').locator('option').allInnerTexts()).not.toContain('Codes by SMS')
    await press(page, 'Add')
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click()
    await setUpApp(page)
    await heading(page, 'Allow Treasury?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
  })

  test('that wants a sign-in anew and a second factor gets the sign-in first, from who has none', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'kit')
    const page = await signedInPage(url, 'kit')
    await ctx.db.execute(`update auth_state set last_login = last_login - interval '5 minutes', proved_at = proved_at - interval '5 minutes' where user_id = $1`, [id])
    await page.goto(request(await application('Safe'), { prompt: 'login', acr_values: 'TWO_FACTOR_AUTH' }))
    await page.getByText('Safe wants you to sign in anew.').waitFor()
    await signIn(page, 'kit')
    await heading(page, 'Add a second factor')
    await press(page, 'Add')
    await setUpApp(page)
    await heading(page, 'Allow Safe?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
  })

  test('that demands the strongest gets it by a passkey, made there', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'hal')
    const page = await signedInPage(url, 'hal')
    await withAuthenticator(page)
    await page.goto(request(await application('Mint', { leastLevel: 3 })))
    await heading(page, 'Add a second factor')
    expect(await page.getByLabel('What it is').locator('option').count()).toBe(1)
    await press(page, 'Add')
    await press(page, 'Not now')
    await heading(page, 'Allow Mint?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
  })

  test('that demands a level gets it from who has a factor, and nothing from who would rather go back', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await application('Payroll', { leastLevel: 2 })
    await personWithPassword(shared, 'cal')
    const page = await signedInPage(url, 'cal')
    await page.goto(request(id))
    await page.getByText('Payroll asks for a stronger proof of who you are.').waitFor()
    await page.getByText('None of your factors is strong enough').waitFor()
    await press(page, 'Back without signing in')
    expect(await answer(page)).toMatchObject({ error: 'access_denied' })
    // Enrolled elsewhere, so that this browser has shown a password only.
    const elsewhere = await signedInElsewhere(shared, 'cal')
    const { id: factor, uri } = (await elsewhere.ask('POST', '/me/factors', { type: 'TOTP' })).body as { id: string; uri: string }
    const secret = new URL(uri).searchParams.get('secret')!
    expect((await elsewhere.ask('POST', `/me/factors/${factor}/confirm`, { code: codeOf(secret, now()) })).status).toBe(200)
    ahead += 60_000
    await page.goto(request(id))
    await page.getByLabel('Code').fill(codeOf(secret, now()))
    await press(page, 'Go on')
    await heading(page, 'Allow Payroll?')
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ code: expect.stringMatching(/./) })
  })

  test('that names somebody and a language has the page begin with both, unless another language was chosen here', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'lou')
    const address = request(await application('Polyglot'), { login_hint: 'lou', ui_locales: 'fr-CH de-AT en' })
    const page = await visitor()
    await page.goto(address)
    await heading(page, 'Anmelden')
    expect(await page.getByLabel('Benutzername').inputValue()).toBe('lou')
    expect(await page.getByLabel('Passwort', { exact: true }).evaluate((field) => field.ownerDocument.activeElement === field)).toBe(true)
    expect(await flawsOf(page)).toEqual([])
    await page.getByRole('link', { name: 'Passwort vergessen' }).click()
    await page.locator('html[lang=de]').waitFor()
    await page.goto(url)
    await heading(page, 'Sign in')
    await page.getByLabel('Language').selectOption('en')
    await page.goto(address)
    await heading(page, 'Sign in')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await heading(page, 'Allow Polyglot?')
  })

  test('whose question is over says so before anybody types a password for it, in a browser without cookies too', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'kim')
    const id = await application('Forgetful')
    const page = await visitor()
    await page.goto(`${url}/sign-in?interaction=DEAD&return=/oidc/interaction/DEAD`)
    await heading(page, 'There is nothing to answer here')
    expect(await page.getByLabel('Password').count()).toBe(0)
    expect(await flawsOf(page)).toEqual([])
    await page.getByRole('link', { name: 'To my account' }).click()
    await heading(page, 'Sign in')
    // What keeps no cookies comes to the question as somebody else.
    const { headers } = await fetch(request(id), { redirect: 'manual' })
    await page.goto(url + headers.get('location')!)
    await heading(page, 'This sign-in cannot go on')
    await page.getByText('keeps no cookies').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await page.goto(request(id, { state: 's'.repeat(9000) }))
    await heading(page, 'The application has sent too much')
    await page.goto(request(id))
    await page.getByText('to go on to Forgetful').waitFor()
  })

  test('that asked too long ago is no longer answered, and an address without a question is my account', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'eli')
    const page = await signedInPage(url, 'eli')
    await page.goto(`${url}/consent?interaction=unknown`)
    await heading(page, 'There is nothing to answer here')
    await page.goto(`${url}/sign-in`)
    await heading(page, 'Profile')
    expect(new URL(page.url()).pathname).toBe('/')
  })

  test('of our own asks nothing, and is listed with its mark and taken back while it may act for who is away', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'mia')
    const page = await signedInPage(url, 'mia')
    const client = await application('House calendar', { firstParty: true, grantTypes: ['authorization_code', 'refresh_token'], scopes: ['openid', 'offline_access'] })
    await page.goto(request(client, { scope: 'openid offline_access', prompt: 'consent' }))
    await answer(page)
    // As if the code had been exchanged.
    await ctx.db.execute(`update gatehouse.oidc_artifact set kind = 'RefreshToken' where user_id = $1 and client_id = $2 and kind = 'AuthorizationCode'`, [id, client])
    await page.goto(`${url}/applications`)
    await page.getByText('It belongs to this house, so you were not asked.').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Take back what House calendar may')
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByText('You have allowed no application anything.').waitFor()
  })

  test('of no site has who is signed in asked for a usage policy for all sites, and goes on', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ned')
    const page = await signedInPage(url, 'ned')
    const client = await application('Siteless')
    const { body: { id: policyId } } = await shared.ask('POST', '/it-policies', { active: true })
    await shared.ask('POST', '/it-policy-versions', { policyId, name: 'Rules of all', content: 'Be kind.', active: true })
    try {
      // Nothing is asked beside what renames the session: it would come with the token of before.
      const beside: string[] = []
      page.on('request', (one) => void (one.url().endsWith('/me/factors') && beside.push(one.url())))
      await page.goto(request(client))
      await page.getByText('Rules of all').first().waitFor()
      expect(beside).toEqual([])
      // The answer to what is asked anew comes late: what was known before is not gone by meanwhile.
      const gone: string[] = []
      page.on('request', (one) => void (one.url().endsWith('/sign-in/site') && gone.push(one.url())))
      await page.route('**/api/v1/interactions/*', async (route) => {
        await sleep(500)
        await route.continue()
      })
      await press(page, 'Accept')
      await heading(page, 'Allow Siteless?')
      expect(gone).toEqual([])
    } finally {
      await shared.ask('PATCH', `/it-policies/${policyId}`, { active: false })
    }
  })
})
