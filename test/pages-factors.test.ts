/** Factors by the pages, in Chromium: enrolled, asked for when signing in, remembered, removed with a fresh proof; and passkeys alone. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browser, password, personWithPassword } from './browser.ts'
import { chromiumPath, flawsOf, listeningServer, signedInPage, visitor, withAuthenticator, withoutChromium } from './chromium.ts'
import { codeOf as codeAt, heading, press, signIn } from './pages-steps.ts'
import { readQrCode } from './qr-reader.ts'

// Sessions outlive the leaps that codes and proofs are given here; browsers do not see this clock.
let ahead = 0
const now = () => new Date(Date.now() + ahead)
const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000', HELP_DESK_CONTACT: 'desk@example.com' }, now)
const { ctx, url, ask } = shared
const later = (minutes: number) => void (ahead += minutes * 60_000)
const codeOf = (secret: string) => codeAt(secret, now())

const factorsOf = async (id: string) => (await ask('GET', `/users/${id}/factors`)).body.items as { type: string; name: string; confirmed: boolean }[]

async function atFactors(name: string, prepare: (page: Page) => Promise<void> = async () => {}): Promise<{ page: Page; id: string }> {
  const id = await personWithPassword(shared, name)
  const page = await signedInPage(url, name)
  await prepare(page)
  await page.getByRole('link', { name: 'Second factors' }).click()
  await heading(page, 'Second factors')
  return { page, id }
}

async function addApp(page: Page, name: string): Promise<string> {
  await page.getByLabel(/^Name/).fill(name)
  await press(page, 'Add')
  await heading(page, 'Set up the app')
  const secret = new URL((await page.getByRole('link', { name: 'Open in the app' }).getAttribute('href'))!).searchParams.get('secret')!
  expect((await page.locator('code').innerText()).replaceAll(' ', '')).toBe(secret)
  await page.getByLabel('Code').fill('000000')
  await press(page, 'Confirm')
  await page.getByRole('alert').getByText('is not right').waitFor()
  await page.getByLabel('Code').fill(codeOf(secret))
  await press(page, 'Confirm')
  await page.getByText('The factor is added.').waitFor()
  return secret
}

/** The modules of the QR code on a page, as the browser fills them, and its colours. */
async function pictureOf(page: Page) {
  await page.getByRole('img', { name: 'The key for your authenticator app, as a picture to scan' }).waitFor()
  return page.evaluate<{ modules: boolean[][]; width: number; height: number; dark: string; light: string }>(`(${looking})(document.querySelector('svg.qr-code'))`)
}

// As text: the browser's own names are not known to tests.
const looking = `(svg) => {
  const [path, rect] = [svg.querySelector('path'), svg.querySelector('rect')]
  const places = Array.from({ length: svg.viewBox.baseVal.width }, (_, at) => at + 0.5)
  const { width, height } = svg.getBoundingClientRect()
  return { modules: places.map((y) => places.map((x) => path.isPointInFill(new DOMPoint(x, y)))), width, height, dark: getComputedStyle(path).fill, light: getComputedStyle(rect).fill }
}`

describe('factors', { timeout: 120_000 }, () => {
  test('who has to have one adds it on the way in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'fay')
    const role = (await ask('POST', '/roles', { name: 'STRONG' })).body.id as string
    expect((await ask('PUT', `/roles/${role}/members/${id}`, {})).status).toBeLessThan(300)
    expect((await ask('POST', '/sign-in-policies', { name: 'Strong', priority: 5, rules: { failures: 10, unlockMinutes: 30, leastLevel: 2 }, appliesTo: [{ level: 'ROLE', id: role }] })).status).toBe(201)
    const page = await visitor()
    await page.goto(url)
    await signIn(page, 'fay')
    await heading(page, 'Add a second factor')
    await press(page, 'Add')
    await heading(page, 'Set up the app')
    const secret = (await page.locator('code').innerText()).replaceAll(' ', '')
    await page.getByLabel('Code').fill(codeOf(secret))
    await press(page, 'Confirm')
    await heading(page, 'Make recovery codes?')
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Make recovery codes')
    await heading(page, 'Your recovery codes')
    const codes = await page.locator('code.token').allInnerTexts()
    expect(codes).toHaveLength(10)
    // Looking away, to where they are kept, loses none.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    await page.getByText(codes[9]!).waitFor()
    await press(page, 'I have kept them')
    await heading(page, 'Profile')
    expect((await factorsOf(id)).map(({ type }) => type)).toEqual(['TOTP', 'RECOVERY_CODES'])
  })

  test('who wants no recovery codes on the way in goes where they were going, in their language', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'joy')
    expect((await ask('PUT', `/roles/${(await ask('GET', '/roles?filter=name eq "STRONG"')).body.items[0].id}/members/${id}`, {})).status).toBeLessThan(300)
    const page = await visitor({ locale: 'de-DE' })
    await withAuthenticator(page)
    await page.goto(`${url}/keys`)
    await page.getByLabel('Benutzername').fill('joy')
    await page.getByLabel('Passwort', { exact: true }).fill(password)
    await press(page, 'Anmelden')
    await page.locator('select[name=type]').selectOption('WEBAUTHN')
    await press(page, 'Hinzufügen')
    await heading(page, 'Codes zur Wiederherstellung erzeugen?')
    await press(page, 'Jetzt nicht')
    await heading(page, 'Schlüssel')
    expect((await factorsOf(id)).map(({ type }) => type)).toEqual(['WEBAUTHN'])
  })

  test.each(['light', 'dark'] as const)('the key is a picture that an app can read, and a text, on a %s page', async (colorScheme) => {
    if (!chromiumPath) return
    const { page } = await atFactors(`scan-${colorScheme}`)
    await page.emulateMedia({ colorScheme })
    await page.getByLabel(/^Name/).fill('phone')
    await press(page, 'Add')
    await heading(page, 'Set up the app')
    const uri = (await page.getByRole('link', { name: 'Open in the app' }).getAttribute('href'))!
    const { modules, width, height, dark, light } = await pictureOf(page)
    expect(readQrCode(modules)).toBe(uri)
    expect([dark, light]).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)'])
    expect([width > 200, width]).toEqual([true, height])
    expect((await page.locator('code').innerText()).replaceAll(' ', '')).toBe(new URL(uri).searchParams.get('secret'))
    await page.close()
  })

  test('who chooses codes by SMS is told that they are weaker and what is better, before giving a number, in their language', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await atFactors('sue')
    expect(await page.getByText('whoever takes over your number').count()).toBe(0)
    await page.getByLabel('What it is').selectOption('SMS')
    await page.getByText('whoever takes over your number').waitFor()
    await page.getByText('An authenticator app or a passkey protects you better').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await page.getByLabel('What it is').selectOption('TOTP')
    expect(await page.getByText('whoever takes over your number').count()).toBe(0)
    await addApp(page, 'phone')
    await page.getByText('remove it at once, or tell your help desk. How to reach your help desk: desk@example.com').waitFor()
    await page.close()
    await personWithPassword(shared, 'uwe')
    const german = await visitor({ locale: 'de-DE' })
    await german.goto(`${url}/factors`)
    await german.getByLabel('Benutzername').fill('uwe')
    await german.getByLabel('Passwort', { exact: true }).fill(password)
    await german.getByRole('button', { name: 'Anmelden', exact: true }).click()
    await german.getByLabel('Was es ist').selectOption('SMS')
    await german.getByText('Eine Authenticator-App oder ein Passkey schützt Sie besser').waitFor()
  })

  test('an app is enrolled, asked for, remembered where one wants, named, and removed only after a fresh proof', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await atFactors('ada')
    await page.goto(`${url}/devices`)
    await page.getByText('You have no second factor, so none is asked for').waitFor()
    await page.locator('main').getByRole('link', { name: 'Add a factor' }).click()
    const secret = await addApp(page, 'phone')
    expect(await factorsOf(id)).toMatchObject([{ type: 'TOTP', name: 'phone', confirmed: true }])
    await press(page, 'Sign out')
    await signIn(page, 'ada')
    await heading(page, 'One more step')
    await page.getByText('Signed in as ada').waitFor()
    await page.getByText('I do not have it with me').click()
    await page.getByText('There are no recovery codes of yours').waitFor()
    await page.getByText('turn to your help desk').waitFor()
    await page.getByText('How to reach your help desk: desk@example.com').waitFor()
    await page.reload()
    await heading(page, 'One more step')
    await press(page, 'Go on')
    await page.getByRole('alert').getByRole('link', { name: 'Enter the code.' }).waitFor()
    later(1)
    await page.getByLabel('Code').fill(codeOf(secret))
    await page.getByLabel(/^Do not ask again/).check()
    await press(page, 'Go on')
    await heading(page, 'Second factors')
    await press(page, 'Sign out')
    await signIn(page, 'ada')
    await heading(page, 'Second factors')
    await page.getByRole('link', { name: 'Remembered devices' }).click()
    await heading(page, 'Remembered devices')
    await page.getByText('127.0.0.1').waitFor()
    await page.getByRole('button', { name: /^Forget .+ from / }).click()
    await page.getByText('The device is forgotten.').waitFor()
    await page.getByText('There is none').waitFor()
    await page.getByRole('link', { name: 'Second factors' }).click()
    await press(page, 'Rename phone')
    await page.locator('.items').getByLabel('Name', { exact: true }).fill('old phone')
    await press(page, 'Save')
    await page.getByRole('heading', { name: 'old phone' }).waitFor()
    await press(page, 'Remove old phone')
    await page.getByRole('dialog').getByText('old phone is your last second factor. Without it your password alone').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    const proof = page.getByRole('dialog', { name: 'Show that it is you' })
    await proof.getByLabel('Code').waitFor()
    expect(await factorsOf(id)).toHaveLength(1)
    later(1)
    await proof.getByLabel('Code').fill(codeOf(secret))
    await press(page, 'Go on')
    await page.getByText('The factor is removed.').waitFor()
    expect(await factorsOf(id)).toEqual([])
  })

  test('recovery codes are shown once, and one of them works in the place of the app', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await atFactors('bea')
    await addApp(page, 'phone')
    await page.getByRole('heading', { name: 'You have no recovery codes' }).waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Make recovery codes')
    await heading(page, 'Your recovery codes')
    const codes = await page.locator('code').allInnerTexts()
    expect(new Set(codes).size).toBe(10)
    const text = `${codes.join('\n')}\n`
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await press(page, 'Copy')
    await page.getByRole('status').getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text)
    const begun = page.waitForEvent('download')
    await press(page, 'Download')
    const file = await begun
    expect([file.suggestedFilename(), await readFile(await file.path(), 'utf8')]).toEqual(['gatehouse-recovery-codes.txt', text])
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'I have kept them')
    await page.getByText('Codes that are left').waitFor()
    expect(await page.locator('main').innerText()).not.toContain(codes[0])
    expect(await page.getByRole('heading', { name: 'You have no recovery codes' }).count()).toBe(0)
    await press(page, 'Remove phone')
    await page.getByRole('dialog').getByText('Your recovery codes go with it.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    // What is said of all of them stands apart from the last one's dates.
    const [facts, lost] = await Promise.all([page.locator('.card .facts').last().boundingBox(), page.getByText('Let nobody else use them').boundingBox()])
    expect(lost!.y - (facts!.y + facts!.height)).toBeGreaterThanOrEqual(12)
    await press(page, 'Sign out')
    await signIn(page, 'bea')
    await page.getByText('I do not have it with me').click()
    await page.getByText('choose them above: each lets you in once').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await page.getByLabel('How', { exact: true }).selectOption({ label: 'Recovery codes' })
    await page.getByLabel('Code', { exact: true }).fill(codes[3]!)
    await press(page, 'Go on')
    await heading(page, 'Second factors')
    await page.getByText('9', { exact: true }).waitFor()
  })

  test('an app that was begun and left says that it does not protect, and is begun again', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await atFactors('ned')
    await page.getByLabel(/^Name/).fill('phone')
    await press(page, 'Add')
    await heading(page, 'Set up the app')
    await page.reload()
    await heading(page, 'Second factors')
    await page.getByText('It does not protect you: its code was never entered.').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Begin again with phone')
    await heading(page, 'Set up the app')
    const secret = (await page.locator('code').innerText()).replaceAll(' ', '')
    await page.getByLabel('Code').fill(codeOf(secret))
    await press(page, 'Confirm')
    await page.getByText('The factor is added.').waitFor()
    expect(await factorsOf(id)).toMatchObject([{ type: 'TOTP', name: 'phone', confirmed: true }])
  })

  test('a number that has recovered a password says that it is set aside, and that it stays when the app goes', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await atFactors('ora', async () => {
      await ctx.db.execute(`insert into user_auth_param (param_id, user_id, type, param_value, confirmed, confirmed_type, name, counter, created_at)
        select left(kind || user_id, 32), user_id, kind, value, 'Y', 'CODE', kind, counter, now() from users, (values ('SMS', '+491700000099', 1), ('TOTP', null, null)) v(kind, value, counter) where user_name = 'ora'`)
    })
    await page.getByText('It has set a new password, and is not asked for until you have signed in with another factor.').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Remove TOTP')
    await page.getByText('You can no longer sign in with TOTP.').waitFor()
  })

  test('who has none proves by the password again before adding one', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await atFactors('cal')
    later(11)
    await press(page, 'Add')
    await page.getByRole('dialog', { name: 'Show that it is you' }).waitFor()
    await page.getByLabel('Password', { exact: true }).fill('not it at all')
    await press(page, 'Go on')
    await page.getByRole('alert').waitFor()
    expect(await factorsOf(id)).toEqual([])
    await page.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Go on')
    await heading(page, 'Set up the app')
  })

  test('of several passkeys on several devices the one that is here answers', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await atFactors('hal', withAuthenticator)
    const add = async (one: Page, name: string) => {
      await one.getByLabel('What it is').selectOption('WEBAUTHN')
      await one.getByLabel(/^Name/).fill(name)
      await press(one, 'Add')
      await one.getByRole('heading', { name }).waitFor()
    }
    await add(page, 'desk')
    // Another device, where the first passkey is not: what it adds is the second in the list.
    const other = await visitor()
    await withAuthenticator(other)
    await other.goto(`${url}/factors`)
    await ctx.db.execute(`update user_auth_param set confirmed = 'N' where name = 'desk'`)
    await signIn(other, 'hal')
    await heading(other, 'Second factors')
    await add(other, 'lap')
    await ctx.db.execute(`update user_auth_param set confirmed = 'Y' where name = 'desk'`)
    for (const one of [page, other]) {
      await press(one, 'Sign out')
      await signIn(one, 'hal')
      await heading(one, 'One more step')
      await press(one, 'Use the passkey')
      await heading(one, 'Second factors')
    }
  })

  test('a passkey is made, signs in alone, and is asked for beside a password', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await atFactors('dot', withAuthenticator)
    await page.getByLabel('What it is').selectOption('WEBAUTHN')
    await page.getByLabel(/^Name/).fill('laptop')
    await press(page, 'Add')
    await page.getByText('The factor is added.').waitFor()
    await page.getByRole('heading', { name: 'laptop' }).waitFor()
    expect(await factorsOf(id)).toMatchObject([{ type: 'WEBAUTHN', name: 'laptop' }])
    await page.getByLabel('What it is').selectOption('WEBAUTHN')
    await press(page, 'Add')
    await page.getByRole('alert').getByText('This device has a passkey for you already.').waitFor()
    await press(page, 'Sign out')
    await press(page, 'Use a passkey instead')
    await heading(page, 'Second factors')
    await press(page, 'Sign out')
    await signIn(page, 'dot')
    await heading(page, 'One more step')
    await press(page, 'Use the passkey')
    await heading(page, 'Second factors')
  })

  test('a device without a passkey is told of in words, and the password goes on working', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'eli')
    const page = await visitor({ locale: 'de-DE' })
    await withAuthenticator(page)
    await page.goto(url)
    await press(page, 'Stattdessen einen Passkey nehmen')
    await page.getByRole('alert').getByText('Das Gerät gab keinen Passkey').waitFor()
    await page.getByLabel('Benutzername').fill('eli')
    await page.getByLabel('Passwort', { exact: true }).fill(password)
    await press(page, 'Anmelden')
    await heading(page, 'Profil')
  })
})

describe('a usage policy', { timeout: 60_000 }, () => {
  test('is shown as text, accepted once, or declined and signed out', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'gil')
    const policyId = (await ask('POST', '/it-policies', { active: true, confirmation: 'I have read them.' })).body.id as string
    expect((await ask('POST', '/it-policy-versions', { policyId, name: 'House rules', content: 'Be kind.\n<b id="bold">Be brief.</b>', active: true })).status).toBe(201)
    const page = await visitor()
    await page.goto(url)
    await signIn(page, 'gil')
    await heading(page, 'Please read and accept')
    await page.getByText('<b id="bold">Be brief.</b>').waitFor()
    await page.getByText('I have read them.').waitFor()
    // One way out: that of the page itself.
    expect(await page.getByRole('button', { name: 'Sign out', exact: true }).count()).toBe(0)
    await page.getByText('Signed in as gil').waitFor()
    await press(page, 'Decline and sign out')
    await page.getByText('You have declined “House rules”.').waitFor()
    expect((await browser(shared.server, { host: new URL(url).host }).ask('GET', '/me')).status).toBe(401)
    await signIn(page, 'gil')
    await press(page, 'Accept')
    await heading(page, 'Profile')
    await press(page, 'Sign out')
    await signIn(page, 'gil')
    await heading(page, 'Profile')
    expect(await ctx.db.query('select from auth_state where user_id = $1', [id])).toHaveLength(1)
    expect((await ask('PATCH', `/it-policies/${policyId}`, { active: false })).status).toBe(200)
  })
})
