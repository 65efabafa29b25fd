/** Getting back in by the pages, in Chromium: links asked for, mails as they would go out, and what their links open. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Document } from '../src/model/attribute.ts'
import { recoverAccounts } from '../src/signin/recovery.ts'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, signedInElsewhere, signedInPage, visitor, withAuthenticator, withoutChromium } from './chromium.ts'
import { testMasterKey } from './master-key.ts'
import { heading, press } from './pages-steps.ts'

const masterKey = testMasterKey()
const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' }, undefined, masterKey)
const { ctx, url, ask } = shared
const next = 'another horse, another battery'

const person = (name: string, more: Document = {}) => personWithPassword(shared, name, { emails: [{ value: `${name}@example.com`, primary: true }], ...more })

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
    await page.getByText('At least 15 characters.').waitFor()
    expect(await page.locator('input[autocomplete=username]').inputValue()).toBe('ada')
    await page.getByText('All your sessions end.').waitFor()
    await page.getByLabel('New password').fill('ada')
    await press(page, 'Set the password')
    await page.getByRole('alert').getByRole('link', { name: /at least \d+/ }).waitFor()
    await page.getByLabel('New password').fill(next)
    await press(page, 'Set the password')
    await page.getByRole('heading', { name: 'Password changed' }).waitFor()
    await page.getByText('Your new password is set.').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401)
    await page.getByRole('link', { name: 'Back to sign-in' }).click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(next)
    await press(page, 'Sign in')
    await heading(page, 'Profile')
    // Before anybody thinks up a password for it.
    await page.goto(link!)
    await page.getByRole('alert').getByText('This link is wrong, too old, or was used before.').waitFor()
    expect(await page.getByLabel('New password').count()).toBe(0)
    await page.getByRole('link', { name: 'Ask for a new link' }).click()
    await heading(page, 'Forgotten password')
  })

  test('an invitation speaks to who has no password yet, and tells the user name', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = (await ask('POST', '/users', { userName: 'newcomer', name: { givenName: 'New', familyName: 'Comer' }, status: 'ACTIVE', emails: [{ value: 'newcomer@example.com', primary: true }] })).body.id as string
    expect((await ask('POST', `/users/${id}/invite`, {})).status).toBe(202)
    const page = await visitor()
    await page.goto((await mailTo('newcomer', 'invitation')).link!)
    await heading(page, 'Choose your password')
    await page.getByText('With it you sign in from now on.').waitFor()
    expect(await page.getByText('All your sessions end').count()).toBe(0)
    expect(await page.locator('input[autocomplete=username]').inputValue()).toBe('newcomer')
    await page.getByText('At least 15 characters.').waitFor()
    await page.getByLabel('New password').fill(next)
    await press(page, 'Set the password')
    await page.getByText('Sign in with the user name newcomer.').waitFor()
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
    const page = await at('', 'Sign in')
    await page.getByRole('link', { name: 'Locked account?' }).click()
    await heading(page, 'Locked account')
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
    await page.goto(link!)
    await press(page, 'Unlock')
    await page.getByRole('alert').getByText('This link is wrong, too old, or was used before.').waitFor()
    await page.getByRole('link', { name: 'Ask for a new link' }).click()
    await heading(page, 'Locked account')
    expect((await signedInElsewhere(shared, 'cal', password)).cookies.size).toBeGreaterThan(0)
  })

  test('security questions are answered in my account, and asked for beside the link', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await person('dot')
    const role = (await ask('POST', '/roles', { name: 'ASKED' })).body.id as string
    expect((await ask('PUT', `/roles/${role}/members/${id}`, {})).status).toBeLessThan(300)
    expect((await ask('POST', '/password-policies', { name: 'Asked', priority: 5, appliesTo: [{ level: 'ROLE', id: role }], rules: { securityQuestions: true, questionCount: 2, questionSource: 'USER' } })).status).toBe(201)
    const page = await signedInPage(url, 'dot')
    await page.getByRole('link', { name: 'Password' }).click()
    await page.getByRole('link', { name: 'To my security questions' }).click()
    await heading(page, 'Security questions')
    await press(page, 'Save the answers')
    await page.getByRole('alert').getByRole('link', { name: 'Answer question 2.' }).waitFor()
    await page.getByLabel('Your answer').first().fill('Bahnhofstraße')
    await page.getByLabel('Which question').last().selectOption('own')
    await page.getByLabel('Your question').fill('What stood on the old shed?')
    await page.getByLabel('Your answer').last().fill('shed')
    await press(page, 'Save the answers')
    await page.getByRole('alert').getByText('The answer must not stand in the question.').waitFor()
    await page.getByLabel('Your answer').last().fill('Keep out')
    await press(page, 'Save the answers')
    await page.getByText('Your answers are saved.').waitFor()
    await page.locator('.points').getByText('What stood on the old shed?').waitFor()
    await page.goto(`${url}/recover`)
    await page.getByLabel('User name or e-mail address').fill('dot')
    await press(page, 'Send the link')
    await page.getByText('a mail is on its way').waitFor()
    await page.goto((await mailTo('dot', 'password-reset')).link!)
    await page.getByLabel('New password').fill(next)
    await press(page, 'Set the password')
    await page.getByText('Please answer your security questions as well.').waitFor()
    await page.getByLabel('Which street did you live in').fill('Hauptstraße')
    await page.getByLabel('What stood on the old shed?').fill('keep out')
    await press(page, 'Set the password')
    await page.getByRole('alert').getByText('The answers are not right.').waitFor()
    await page.getByLabel('Which street did you live in').fill('BahnhofStraße')
    await press(page, 'Set the password')
    await page.getByText('Your new password is set.').waitFor()
  })

  test('a number is enrolled, signs in, and recovers the password beside another factor', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await person('eva', { phoneNumbers: [{ countryCd: '43', areaCd: '0660', value: '123 4567' }, { value: '7654321' }] })
    const smsOf = async () => {
      const found = (await waitingMessages(ctx.db, new Date().toISOString(), 200)).find((one) => one.recipient === '+436601234567')
      return (secretsOf(found!, masterKey) as { code: string }).code
    }
    const page = await signedInPage(url, 'eva')
    await withAuthenticator(page)
    await page.getByRole('link', { name: 'Second factors' }).click()
    await page.getByLabel('What it is').selectOption('SMS')
    await page.getByLabel('Mobile number').fill('0660')
    await press(page, 'Add')
    await page.getByRole('alert').getByText('it begins with + and the country').waitFor()
    // Her own number is there to choose; the other one names no country.
    expect(await page.locator('datalist option').evaluateAll((options) => options.map((one) => one.getAttribute('value')))).toEqual(['+436601234567'])
    await page.getByLabel('Mobile number').fill('+43 660 1234567')
    await press(page, 'Add')
    await heading(page, 'Confirm the number')
    await page.getByLabel('Code').fill(await smsOf())
    await press(page, 'Confirm')
    await page.getByText('The factor is added.').waitFor()
    await press(page, 'Sign out')
    await page.getByLabel('User name').fill('eva')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Sign in')
    await page.getByRole('button', { name: /^Send a code to the number that ends in/ }).click()
    await page.getByText('The code is on its way.').waitFor()
    await page.getByLabel('Code').fill(await smsOf())
    await press(page, 'Go on')
    await heading(page, 'Second factors')
    await page.getByLabel('What it is').selectOption('WEBAUTHN')
    await press(page, 'Add')
    await page.getByText('The factor is added.').waitFor()
    await press(page, 'Sign out')
    await page.getByRole('link', { name: 'Forgotten your password?' }).click()
    await page.getByRole('link', { name: 'Code by SMS instead' }).click()
    await page.getByLabel('User name or e-mail address').fill('eva')
    await press(page, 'Send the code')
    await heading(page, 'New password by SMS code')
    await recoverAccounts(ctx, masterKey)
    await page.getByLabel('Code').fill('000000')
    await press(page, 'Go on')
    await page.getByRole('alert').getByText('The code is wrong').waitFor()
    await page.getByLabel('Code').fill(await smsOf())
    await press(page, 'Go on')
    await heading(page, 'Choose a new password')
    await page.getByText('At least 15 characters.').waitFor()
    await page.getByLabel('New password').fill(next)
    await press(page, 'Set the password')
    await page.getByText('Your new password is set.').waitFor()
    await page.getByRole('link', { name: 'Back to sign-in' }).click()
    await page.getByLabel('User name').fill('eva')
    await page.getByLabel('Password', { exact: true }).fill(next)
    await press(page, 'Sign in')
    await heading(page, 'One more step')
    // The number has recovered the password: it is no second factor now.
    expect(await page.getByRole('button', { name: /^Send a code/ }).count()).toBe(0)
    await press(page, 'Use the passkey')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  })
})
