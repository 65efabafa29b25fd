/** Signing in by the pages, in Chromium, against the real server: as somebody with a keyboard does it, and whatever comes between. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { demandedMark } from '../src/model/password-state.ts'
import { giveRole } from './administrators.ts'
import { password, personWithPassword } from './browser.ts'
import { pagePaths } from '../src/pages/page-paths.ts'
import { chromiumPath, listeningServer, signedInElsewhere, signedInPage, takeWrongs, visitor, withoutChromium } from './chromium.ts'
import { heading, signIn } from './pages-steps.ts'

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, ask, url } = shared
const person = (name: string) => personWithPassword(shared, name)
// Who has this role has a policy of many rules, one of which warns of passwords that expire.
const strict = { length: { min: 15, max: 64 }, digits: { min: 1 }, capitals: { min: 2 }, rejectLogin: true, warningDays: { min: 1, max: 5 } }
expect((await ask('PATCH', '/password-policies/CLASSIC', { priority: 10, appliesTo: [{ level: 'ROLE', id: 'GATEHOUSE_END_USER' }], rules: strict })).status).toBe(200)
const better = 'a newer horse, a newer battery'

const focused = (page: Page) => page.locator(':focus')

describe('signing in', { timeout: 120_000 }, () => {
  test('works with the keyboard alone, and says all that is missing where the focus goes', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await person('ada')
    const page = await visitor()
    await page.goto(url)
    await page.getByLabel('User name').focus()
    await page.keyboard.press('Enter')
    const summary = page.getByRole('alert')
    expect(await summary.getByRole('link').allTextContents()).toEqual(['Enter your user name.', 'Enter your password.'])
    expect(await focused(page).getAttribute('role')).toBe('alert')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await focused(page).getAttribute('name')).toBe('userName')
    expect(await focused(page).getAttribute('aria-invalid')).toBe('true')
    await page.keyboard.type(' ADA ')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not it')
    await page.keyboard.press('Tab')
    expect(await focused(page).getAttribute('aria-label')).toBe('Show the password')
    await page.keyboard.press('Enter')
    expect(await page.locator('input[name=password]').getAttribute('type')).toBe('text')
    await page.getByLabel('Password', { exact: true }).press('Enter')
    await page.getByText('The user name or the password is wrong').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await heading(page, 'Profile')
    await page.getByText('ada Tester').first().waitFor()
    expect(await page.title()).toBe('Profile – Gatehouse')
  })

  test('leads where one wanted to go, holds over a reload, and ends with signing out, in other windows too', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await person('bea')
    const page = await visitor()
    await page.goto(`${url}/keys`)
    await heading(page, 'Sign in')
    await signIn(page, 'bea')
    await heading(page, 'Keys')
    expect(page.url()).toBe(`${url}/keys`)
    await page.reload()
    await heading(page, 'Keys')
    const other = await page.context().newPage()
    await other.goto(`${url}/access`)
    await heading(other, 'Access')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You have signed out.').waitFor()
    expect(await focused(page).innerText()).toBe('Sign in')
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['gatehouse-device'])
    await other.getByRole('link', { name: 'Sessions' }).click()
    await other.getByText('Your session has ended. Sign in again to go on.').waitFor()
    await page.goBack().catch(() => {})
    await page.goto(url)
    await heading(page, 'Sign in')
  })

  test('tells after the right password what stands against it, and when the server cannot be reached', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('cal')
    await ctx.db.execute(`update users set secondary_status = 'DISABLED' where user_id = $1`, [id])
    const page = await visitor()
    await page.goto(url)
    await signIn(page, 'cal')
    await page.getByText('You have shown who you are, but this account is disabled.').first().waitFor()
    await page.context().setOffline(true)
    await signIn(page, 'cal')
    await page.getByText('The server does not answer.').first().waitFor()
    takeWrongs()
  })

  test('counts down when there were too many attempts', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor({ locale: 'de-DE' })
    await page.clock.install()
    await page.goto(url)
    Object.assign(ctx.config, { SIGN_IN_ATTEMPTS_PER_ADDRESS: 0 })
    await page.getByLabel('Benutzername').fill('somebody')
    await page.getByLabel('Passwort', { exact: true }).fill('anything')
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
    await page.getByText('Das waren zu viele Versuche.').waitFor()
    Object.assign(ctx.config, { SIGN_IN_ATTEMPTS_PER_ADDRESS: 100_000 })
    expect(await page.getByRole('button', { name: 'Anmelden', exact: true }).isDisabled()).toBe(true)
    await page.clock.runFor(5000)
    expect(await page.getByText(/^In \d+ Sekunden können Sie es noch einmal versuchen/).innerText()).toMatch(/In 5\d Sekunden/)
    await page.clock.runFor(56_000)
    expect(await page.getByRole('button', { name: 'Anmelden', exact: true }).isDisabled()).toBe(false)
    expect(await page.getByText('Sekunden können Sie').count()).toBe(0)
  })

  test('is not offered where others could read along', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(url.replace('localhost', 'people.example.test'))
    await page.getByText('Signing in is not possible at this address').waitFor()
    expect(await page.locator('input').count()).toBe(0)
    // Chromium says the same of a header there.
    takeWrongs()
  })

  test('leads from the number of this machine to its name', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(`${url.replace('localhost', '127.0.0.1')}/sessions`)
    await heading(page, 'Sign in')
    expect(page.url()).toBe(`${url}/sessions`)
  })
})

describe('a password that has to be changed', { timeout: 120_000 }, () => {
  test('stands between the right password and being in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('dot')
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    const page = await visitor()
    await page.goto(`${url}/sessions`)
    await signIn(page, 'dot')
    await heading(page, 'Choose a new password')
    await page.reload()
    await heading(page, 'Choose a new password')
    const change = async (current: string, next: string) => {
      await page.getByLabel('Current password').fill(current)
      await page.getByLabel('New password').fill(next)
      await page.getByRole('button', { name: 'Change password' }).click()
    }
    await page.getByRole('button', { name: 'Change password' }).click()
    expect(await page.getByRole('alert').getByRole('link').allTextContents()).toEqual(['Enter your current password.', 'Enter a new password.'])
    await change('not it', better)
    await page.getByRole('alert').getByRole('link', { name: 'The current password is not right.' }).waitFor()
    await change(password, 'x')
    await page.getByRole('alert').getByRole('link', { name: /at least \d+/ }).waitFor()
    expect(await page.getByLabel('New password').getAttribute('aria-invalid')).toBe('true')
    await change(password, better)
    await heading(page, 'Sessions')
    const elsewhere = await signedInElsewhere(shared, 'dot', better)
    expect((await elsewhere.ask('GET', '/sign-in')).body.next).toBe('done')
  })

  test.each([
    ['given to you', `reset_pwd = '1'`], ['has expired', `pwd_exp = now() - interval '1 year', grace_period = now() - interval '1 year'`], ['others may know the one you came with', `reset_pwd = '${demandedMark}'`],
  ])('says why: %s', async (why, set) => {
    if (!chromiumPath) return
    const id = await person(`why-${why.split(' ')[0]}`)
    if (set.includes('pwd_exp')) await giveRole(ctx, id, 'END_USER')
    await ctx.db.execute(`update login set ${set} where user_id = $1`, [id])
    const page = await signedInPage(url, `why-${why.split(' ')[0]}`)
    await heading(page, 'Choose a new password')
    const told = await page.locator('main p').allInnerTexts()
    expect(['given to you', 'has expired', 'others may know the one you came with'].filter((one) => told.join(' ').includes(one))).toEqual([why])
    expect(told[0]).toBe(`Signed in as why-${why.split(' ')[0]}`)
  })

  test('is refused with everything that is wrong with the new one, at once and in words of the language', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('eli')
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    await giveRole(ctx, id, 'END_USER')
    const page = await signedInPage(url, 'eli', { locale: 'de-DE' })
    await page.getByLabel('Bisheriges Passwort').fill(password)
    await page.getByLabel('Neues Passwort').fill('eli')
    await page.getByRole('button', { name: 'Passwort ändern' }).click()
    await page.getByRole('alert').waitFor()
    const told = await page.getByRole('alert').getByRole('link').allTextContents()
    expect(told).toEqual(expect.arrayContaining(['Es muss mindestens 15 Zeichen haben.', 'Ziffern: mindestens 1.', 'Großbuchstaben: mindestens 2.', 'Es darf den Benutzernamen nicht enthalten.']))
    expect(told.join(' ')).not.toContain('It must')
    const described = await page.getByLabel('Neues Passwort').getAttribute('aria-describedby')
    expect(await page.locator(described!.split(' ').map((one) => `[id="${one}"]`).join(',')).allInnerTexts()).toContainEqual(told.join('\n'))
  })

  test('is refused with what makes it easy to guess, in words of the language', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('hedy')
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    const page = await signedInPage(url, 'hedy', { locale: 'de-DE' })
    await page.getByLabel('Bisheriges Passwort').fill(password)
    await page.getByLabel('Neues Passwort').fill('hedyTester1914abcdef')
    await page.getByRole('button', { name: 'Passwort ändern' }).click()
    const told = page.getByRole('alert').getByRole('link', { name: /^Es ist zu leicht zu raten: Es besteht fast nur aus / })
    expect(await told.innerText()).toBe('Es ist zu leicht zu raten: Es besteht fast nur aus Folgen wie abc oder 123, Jahreszahlen und Wörtern über Sie oder Ihre Organisation.')
  })

  test('may also be left for later: signing out is always offered', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('fay')
    await ctx.db.execute(`update login set reset_pwd = '1' where user_id = $1`, [id])
    const page = await signedInPage(url, 'fay')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You have signed out.').waitFor()
    expect(await ctx.db.query('select from auth_state where user_id = $1', [id])).toEqual([])
  })

  test('is offered on every page behind signing in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await giveRole(ctx, await person('ivo'), 'END_USER')
    const page = await signedInPage(url, 'ivo')
    const behind = pagePaths.filter((path) => !['/recover', '/recover-by-sms', '/unlock', '/user-name', '/sign-in', '/consent'].includes(path))
    expect(behind).toHaveLength(11)
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 700 })
      for (const path of behind) {
        await page.goto(`${url}${path}`)
        await page.locator('main h1').first().waitFor()
        expect([path, width, await page.getByRole('button', { name: 'Sign out' }).first().isVisible()]).toEqual([path, width, true])
      }
    }
  })

  test('that expires soon is announced, with the way to change it', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('gil')
    await giveRole(ctx, id, 'END_USER')
    await ctx.db.execute(`update login set pwd_exp = now() + interval '3 days' where user_id = $1`, [id])
    const page = await visitor()
    await page.goto(url)
    await signIn(page, 'gil')
    const warning = page.getByText(/^Your password expires .*\d{4}/)
    await warning.waitFor()
    await page.reload()
    await warning.waitFor()
    await warning.getByRole('link', { name: 'Change it now' }).click()
    await heading(page, 'Password')
    expect(await focused(page).innerText()).toBe('Password')
  })
})
