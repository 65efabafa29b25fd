/** Every page in both languages and both colour schemes: nothing for axe to find, nothing wider than a phone, no policy broken. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { de } from '../console/src/words/de.ts'
import { en } from '../console/src/words/en.ts'
import { createClient } from '../src/signin/oidc-clients.ts'
import { giveRole } from './administrators.ts'
import { password, personWithPassword } from './browser.ts'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { testMasterKey } from './master-key.ts'
import { chromiumPath, enter, flawsOf, listeningServer, signedInElsewhere, takeWrongs, visitor, withoutChromium } from './chromium.ts'

const masterKey = testMasterKey()
const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' }, undefined, masterKey)
const { ctx, ask, url } = shared
const id = await personWithPassword(shared, 'ada', {
  name: { givenName: 'Ada', familyName: 'Featherstonehaugh-Cholmondeley' }, title: 'Analyst', phoneNumbers: [{ value: '111', isForSms: true }, { value: '222' }], addresses: [{ locality: 'Wien' }],
  emails: [{ value: 'a.very.long.address.that.does.not.break.by.itself@department.of.analysis.example.com', primary: true }],
})
await giveRole(ctx, id, 'END_USER')
// A policy that warns, so that the warning is looked at too.
expect((await ask('PATCH', '/password-policies/CLASSIC', { rules: { securityQuestions: true }, priority: 10, appliesTo: [{ level: 'ROLE', id: 'GATEHOUSE_END_USER' }] })).status).toBe(200)
const due = await personWithPassword(shared, 'due')
await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [due])
await ctx.db.execute(`update login set pwd_exp = now() + interval '3 days' where user_id = $1`, [id])

// Somebody with factors, by two ways.
await personWithPassword(shared, 'two')
const elsewhere = await signedInElsewhere(shared, 'two')
const begun = (await elsewhere.ask('POST', '/me/factors', { type: 'TOTP', name: 'phone' })).body as { id: string; uri: string }
const code = new TOTP({ secret: Secret.fromBase32(new URL(begun.uri).searchParams.get('secret')!) }).generate()
expect((await elsewhere.ask('POST', `/me/factors/${begun.id}/confirm`, { code })).status).toBe(200)
const recoveryCodes = (await elsewhere.ask('POST', '/me/factors', { type: 'RECOVERY_CODES' })).body.codes as string[]
const client = await createClient(ctx, { name: 'Notebook', grantTypes: ['authorization_code'], scopes: ['openid', 'profile'], redirectUris: [`${url}/health/live`], leastLevel: 1 })
const strict = await createClient(ctx, { name: 'Payroll', grantTypes: ['authorization_code'], scopes: ['openid'], redirectUris: [`${url}/health/live`], leastLevel: 2 })
const request = (id: unknown) => `${url}/oidc/auth?${new URLSearchParams({ client_id: String(id), redirect_uri: `${url}/health/live`, response_type: 'code', scope: 'openid', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 'kept' })}`

// Lists of Ada that are not empty.
await ctx.db.execute(`insert into gatehouse.oidc_consent (user_id, client_id, scopes, create_date, last_update) select $1, unnest($2::text[]), '{openid,profile}', now() - interval '1 day', now()`, [id, [client.id, strict.id]])
await ctx.db.execute(`insert into gatehouse.remembered_device (device_id, user_id, mark, device, ip_address, created_at, expires_at) select md5(n::text), $1, sha256(n::text::bytea), 'Firefox on Linux', '192.0.2.' || n, now() - n * interval '1 hour', now() + interval '20 days' from generate_series(1, 2) n`, [id])
const policyId = (await ask('POST', '/it-policies', { active: false })).body.id as string
const versionId = (await ask('POST', '/it-policy-versions', { policyId, name: 'House rules', content: 'Be kind. '.repeat(400), active: true })).body.id as string
await ctx.db.execute(`insert into user_it_policy_history (id, user_id, version_id, submit_date, accepted, name) select md5(kind), $1, $2, now(), kind::char, 'House rules' from unnest('{Y,N}'::text[]) kind`, [id, versionId])

// Somebody who has to add a factor on the way in.
const must = await personWithPassword(shared, 'must')
const role = (await ask('POST', '/roles', { name: 'STRONG' })).body.id as string
expect((await ask('PUT', `/roles/${role}/members/${must}`, {})).status).toBeLessThan(300)
expect((await ask('POST', '/sign-in-policies', { name: 'Strong', priority: 5, rules: { failures: 10, unlockMinutes: 30, leastLevel: 2 }, appliesTo: [{ level: 'ROLE', id: role }] })).status).toBe(201)

// Somebody who has been invited, and whose link is looked at and never used.
const invited = (await ask('POST', '/users', { userName: 'invited', status: 'ACTIVE', emails: [{ value: 'invited@example.com', primary: true }] })).body.id as string
expect((await ask('POST', `/users/${invited}/invite`, {})).status).toBe(202)
const invitation = (await waitingMessages(ctx.db, new Date().toISOString(), 200)).find((one) => one.recipient === 'invited@example.com')!
const { hash } = new URL(secretsOf(invitation, masterKey).link!)

const looks = [
  { locale: 'en-GB', colorScheme: 'light', words: en, viewport: { width: 1280, height: 800 } },
  { locale: 'de-DE', colorScheme: 'dark', words: de, viewport: { width: 1280, height: 800 } },
  { locale: 'en-US', colorScheme: 'dark', words: en, viewport: { width: 320, height: 640 } },
  { locale: 'de-AT', colorScheme: 'light', words: de, viewport: { width: 320, height: 640 } },
] as const

/** A folder for a picture of each page in each look, for people to see what axe does not. */
const pictures = process.env['PAGE_PICTURES']
if (pictures) mkdirSync(pictures, { recursive: true })

/** The flaws of a page by its name, when it has any. */
async function look(flaws: Record<string, string[]>, name: string, page: Page): Promise<void> {
  if (pictures) await takePicture(pictures, name, page)
  const found = await flawsOf(page)
  if (found.length > 0) flaws[name] = found
}

/** Such as `sign-in-with-errors.de-dark-1280.png`: all of the page, or what lies under a question as the screen shows it. */
async function takePicture(folder: string, name: string, page: Page): Promise<void> {
  const look = (await page.evaluate(`[document.documentElement.lang, matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light', innerWidth]`)) as unknown[]
  const file = `${name.replaceAll(/[^A-Za-z]+/g, '-').replaceAll(/^-|-$/g, '')}.${look.join('-')}.png`
  await page.screenshot({ path: join(folder, file), fullPage: (await page.getByRole('dialog').count()) === 0 })
}

/** Pages that the provider makes itself, in the browser's language: where each is that one is not on already, its title, and the button that leads to the next. */
const providerPages = [
  [undefined, { en: 'Back to the application', de: 'Zurück zur Anwendung' }, undefined],
  ['/oidc/auth?client_id=unknown', { en: 'This did not work', de: 'Das ging nicht' }, undefined],
  ['/oidc/session/end', { en: 'Sign out', de: 'Abmelden' }, { en: 'Sign out', de: 'Abmelden' }],
  [undefined, { en: 'Signed out', de: 'Abgemeldet' }, undefined],
] as const

describe.each(looks)('in $locale, $colorScheme', { timeout: 180_000 }, ({ words, ...options }) => {
  const language = options.locale.slice(0, 2) as 'en' | 'de'
  // One browser for all tests of a look: to start one takes longer than to look.
  let kept: Page | undefined
  const nobody = async () => {
    kept ??= await visitor(options)
    await kept.context().clearCookies()
    return kept
  }
  /** By the navigation of my account, which is folded on a phone. */
  const goTo = async (page: Page, title: string, opened = async () => {}) => {
    const menu = page.getByRole('button', { name: words.account.menu(undefined) })
    expect(await menu.isVisible()).toBe(options.viewport.width < 768)
    if (await menu.isVisible()) {
      expect(await page.getByRole('link', { name: title, exact: true }).isVisible()).toBe(false)
      await menu.click()
      await opened()
    }
    await page.getByRole('link', { name: title, exact: true }).click()
  }
  const somebody = async (userName: string) => {
    kept ??= await visitor(options)
    await enter(kept, url, userName)
    return kept
  }
  afterAll(async () => kept?.context().close())

  test('signing in and changing the password have no flaws', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const flaws: Record<string, string[]> = {}
    const page = await nobody()
    await page.goto(url)
    await page.getByRole('heading', { name: words.signIn.title, level: 1 }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe(options.locale.slice(0, 2))
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(options.colorScheme)
    await look(flaws, 'sign-in', page)
    await page.getByRole('button', { name: words.signIn.submit }).click()
    await page.getByRole('alert').waitFor()
    await look(flaws, 'sign-in with errors', page)
    const step = await somebody('due')
    await step.getByRole('heading', { name: words.password.dueTitle }).waitFor()
    await look(flaws, 'step', step)
    await step.getByRole('button', { name: words.password.submit }).click()
    await step.getByRole('alert').waitFor()
    await look(flaws, 'step with errors', step)
    expect(flaws).toEqual({})
  })

  test('factors and recovery have no flaws', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const flaws: Record<string, string[]> = {}
    const page = await nobody()
    const heading = (name: string) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
    for (const [path, title] of [['/recover', words.recovery.password], ['/recover-by-sms', words.recovery.smsTitle], ['/user-name', words.recovery.userName], ['/unlock', words.recovery.unlock], [`/recover?1#${'x'.repeat(43)}`, words.recovery.newTitle], [`/unlock?1#${'x'.repeat(43)}`, words.recovery.unlockTitle], [`/recover?2${hash}`, words.recovery.firstTitle]] as const) {
      await page.goto(url + path)
      await heading(title)
      await look(flaws, path.replace(/\?1.*/, ' by a link').replace(/\?2.*/, ' by an invitation'), page)
    }
    await page.goto(`${url}/factors`)
    await page.getByLabel(words.signIn.userName).fill('two')
    await page.getByLabel(words.signIn.password, { exact: true }).fill(password)
    await page.getByRole('button', { name: words.signIn.submit, exact: true }).click()
    await heading(words.factors.prove)
    await page.getByRole('button', { name: words.factors.goOn }).click()
    await page.getByRole('alert').waitFor()
    await page.getByText(words.factors.without).click()
    await look(flaws, 'factor', page)
    await page.getByLabel(words.factors.way, { exact: true }).selectOption({ label: words.factors.kinds.RECOVERY_CODES })
    await page.getByLabel(words.factors.code, { exact: true }).fill(recoveryCodes.pop()!)
    await page.getByRole('button', { name: words.factors.goOn }).click()
    await heading(words.factors.title)
    await page.getByRole('button', { name: words.factors.renameOf('phone') }).click()
    await look(flaws, 'factors', page)
    await page.getByRole('button', { name: words.factors.addSubmit, exact: true }).click()
    await heading(words.factors.totpTitle)
    await look(flaws, 'an app', page)
    await page.reload()
    await page.getByText(words.factors.openHint).first().waitFor()
    await look(flaws, 'factors with an open one', page)
    await page.getByRole('button', { name: words.factors.removeOf('phone') }).click()
    await look(flaws, 'a question before a last factor', page)
    const step = await somebody('must')
    await step.getByRole('heading', { name: words.factors.enrolTitle, level: 1 }).waitFor()
    await look(flaws, 'a factor on the way in', step)
    expect(flaws).toEqual({})
  })

  test('policies and what applications ask have no flaws', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const flaws: Record<string, string[]> = {}
    const name = `reader-${options.locale}`.toLowerCase()
    await personWithPassword(shared, name)
    expect((await ask('PATCH', `/it-policies/${policyId}`, { active: true })).status).toBe(200)
    const page = await somebody(name)
    await page.getByRole('heading', { name: words.policy.title }).waitFor()
    await look(flaws, 'policy', page)
    await page.goto(request(client.id))
    await page.getByText(words.consent.to('Notebook')).waitFor()
    await page.getByRole('button', { name: words.policy.decline }).click()
    await page.getByText(words.signIn.declined('House rules')).waitFor()
    await look(flaws, 'declined', page)
    await enter(page, url, name)
    await page.getByRole('button', { name: words.policy.accept, exact: true }).click()
    await page.getByRole('heading', { name: words.profile.title, level: 1 }).waitFor()
    expect((await ask('PATCH', `/it-policies/${policyId}`, { active: false })).status).toBe(200)
    await page.goto(request(client.id))
    await page.getByRole('heading', { name: words.consent.title('Notebook') }).waitFor()
    await look(flaws, 'consent', page)
    await page.goto(request(strict.id))
    await page.getByText(words.consent.noWay).waitFor()
    await look(flaws, 'more', page)
    // Goes on by itself, and stays where that leads to nothing.
    await page.route(`${url}/health/live`, (route) => route.fulfill({ status: 204 }))
    await page.goto(`${request(strict.id)}&prompt=none&response_mode=form_post`, { waitUntil: 'commit' })
    for (const [path, title, press] of providerPages) {
      if (path !== undefined) await page.goto(url + path)
      await page.getByRole('heading', { name: title[language], level: 1, exact: true }).waitFor()
      expect([await page.locator('html').getAttribute('lang'), await page.title()]).toEqual([language, title[language]])
      await look(flaws, `the provider: ${title.en}`, page)
      if (press !== undefined) await page.getByRole('button', { name: press[language], exact: true }).click()
    }
    expect(flaws).toEqual({})
  })

  test('my account has no flaws', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const flaws: Record<string, string[]> = {}
    const page = await nobody()
    await page.goto(url)
    await page.getByLabel(words.signIn.userName).fill('ada')
    await page.getByLabel(words.signIn.password, { exact: true }).fill(password)
    await page.getByRole('button', { name: words.signIn.submit }).click()
    await page.getByRole('link', { name: words.password.change }).waitFor()
    for (const part of ['profile', 'password', 'factors', 'devices', 'sessions', 'keys', 'consents', 'decisions', 'access', 'data'] as const) {
      await goTo(page, words[part].title, async () => {
        // Open over the page it was opened on, and folded again where it leads.
        if (part === 'password') await look(flaws, 'the menu', page)
      })
      const heading = page.getByRole('heading', { name: words[part].title, level: 1, exact: true })
      await heading.waitFor()
      expect((await heading.boundingBox())!.y).toBeLessThan(options.viewport.height * 0.6)
      // What a page is about has come from the server.
      await page.locator('main .card').first().waitFor()
      if (part === 'consents' || part === 'devices' || part === 'decisions') expect(await page.locator('main .card li h2').count()).toBe(2)
      if (part === 'devices') expect(await page.locator('main .card li h2').allInnerTexts()).toEqual(Array(2).fill({ en: 'Firefox on Linux', de: 'Firefox unter Linux' }[language]))
      await look(flaws, part, page)
    }
    await page.goto(`${url}/questions`)
    await page.getByLabel(words.questions.answer).first().waitFor()
    expect(await page.locator('nav [aria-current]').allInnerTexts()).toEqual([words.password.title])
    await page.getByLabel(words.questions.question).last().selectOption('own')
    await page.getByRole('button', { name: words.questions.save }).click()
    await page.getByRole('alert').waitFor()
    await look(flaws, 'questions', page)
    await goTo(page, words.keys.title)
    await page.locator('input[name=name]').first().fill(options.locale)
    await ctx.db.execute(`update auth_state set proved_at = proved_at - interval '1 hour' where user_id = $1`, [id])
    await page.getByRole('button', { name: words.keys.make }).click()
    await page.getByRole('dialog').getByLabel(words.signIn.password, { exact: true }).fill(password)
    await look(flaws, 'a fresh proof', page)
    await page.getByRole('dialog').getByRole('button', { name: words.factors.goOn }).click()
    await page.locator('code').waitFor()
    await page.getByRole('button', { name: words.keys.removeOf(options.locale) }).click()
    await look(flaws, 'a key and a question', page)
    expect(flaws).toEqual({})
  })
})

describe('the pages', { timeout: 60_000 }, () => {
  test('speak the language that was chosen, before that of the browser', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor({ locale: 'fr-FR' })
    await page.goto(url)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByLabel('Language').selectOption('de')
    await page.getByRole('alert').getByText('Geben Sie Ihren Benutzernamen ein.').waitFor()
    expect(await page.title()).toBe('Anmelden – Gatehouse')
    await page.reload()
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
  })

  test('would be told on if they broke their policy, and do not run what is put into them', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(url)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.evaluate(`const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script); document.body.insertAdjacentHTML('beforeend', '<p id="styled" style="color: red" onclick="window.ran = true">x</p>'); document.querySelector('#styled').click()`)
    expect(await page.evaluate('window.ran')).toBeUndefined()
    await expect.poll(() => takeWrongs().join(' ')).toMatch(/Content Security Policy/)
    await page.waitForTimeout(200)
    takeWrongs()
  })
})
