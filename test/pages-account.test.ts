/** My account by its pages, in Chromium, against the real server: what people see and change of themselves arrives there. */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { giveRole } from './administrators.ts'
import { password, personWithPassword } from './browser.ts'
import { ed25519Key } from './public-keys.ts'
import { chromiumPath, flawsOf, listeningServer, signedInElsewhere, signedInPage, withoutChromium } from './chromium.ts'
import { heading, press } from './pages-steps.ts'

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, ask, url } = shared
const ssh = ed25519Key()


async function at(name: string, link: string, further: object = {}): Promise<{ page: Page; id: string }> {
  const id = await personWithPassword(shared, name, further)
  const page = await signedInPage(url, name)
  await page.getByRole('link', { name: link, exact: true }).click()
  await heading(page, link)
  return { page, id }
}

describe('my account', { timeout: 120_000 }, () => {
  test('shows my record, and changes what is mine', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('ada', 'Profile', { title: 'Analyst', startDate: '2024-05-01', phoneNumbers: [{ value: '111', isForSms: true, description: 'codes' }], addresses: [{ locality: 'Wien', suite: '7' }] })
    for (const text of ['Analyst', '1 May 2024']) await page.getByText(text, { exact: true }).waitFor()
    expect(await page.getByLabel('Number', { exact: true }).getAttribute('readonly')).toBe('')
    await page.getByLabel('Nickname').fill(' Countess ')
    expect(await page.getByLabel('Your language').locator('option').allTextContents()).toEqual(['not given', 'English', 'Deutsch', 'français'])
    await page.getByLabel('Your language').selectOption('Deutsch')
    await press(page, 'Add a phone number')
    expect(await page.locator(':focus').getAttribute('name')).toBe('phoneNumbers.1.value')
    await press(page, 'Save')
    await page.getByRole('alert').getByRole('link', { name: 'Enter phone number 2, or remove it.' }).click()
    await page.keyboard.type('222')
    await page.getByLabel('City').fill('Graz')
    await press(page, 'Save')
    await page.getByText('Saved.').waitFor()
    await expect.poll(() => page.locator(':focus').innerText()).toBe('Saved.')
    const known = (await ask('GET', `/users/${id}`)).body
    expect(known).toMatchObject({ nickName: 'Countess', preferredLanguage: 'de', phoneNumbers: [{ value: '111', isForSms: true, description: 'codes' }, { value: '222' }], addresses: [{ locality: 'Graz', suite: '7' }] })
    await press(page, 'Remove: Phone number 2')
    await page.getByLabel('Nickname').fill('')
    await press(page, 'Save')
    await expect.poll(async () => (await ask('GET', `/users/${id}`)).body.phoneNumbers, { timeout: 20_000 }).toHaveLength(1)
    expect((await ask('GET', `/users/${id}`)).body).not.toHaveProperty('nickName')
  })

  test('changes the custom attributes that are mine, and says which cannot be so', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const made = [
      { name: 'shirtSize', displayName: 'Shirt size', selfEditable: true, validValues: ['S', 'M'] }, { name: 'desk', displayName: 'Desk', dataType: 'INTEGER', selfEditable: true }, { name: 'vegan', displayName: 'Vegan', dataType: 'BOOLEAN', selfEditable: true },
      { name: 'hobbies', displayName: 'Hobbies', multiValued: true, selfEditable: true }, { name: 'joined', displayName: 'Joined', dataType: 'DATE', selfEditable: true }, { name: 'clearance', displayName: 'Clearance' },
    ]
    for (const one of made) expect((await ask('POST', '/metadata/elements', one)).status).toBe(201)
    const { page, id } = await at('cat', 'Profile', { attributes: { clearance: 'top', desk: '7' } })
    const field = (name: string) => page.getByLabel(name, { exact: true })
    await field('Shirt size').selectOption('M')
    await field('Vegan').selectOption({ label: 'yes' })
    await field('Hobbies').fill('chess\n go \n')
    await field('Joined').fill('2024-05-06')
    await field('Desk').fill('by the window')
    expect(await field('Clearance').count()).toBe(0)
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Save')
    await page.getByRole('alert').getByRole('link', { name: 'Desk cannot be what you entered.' }).click()
    expect(await page.locator(':focus').getAttribute('name')).toBe('attributes.desk')
    await field('Desk').fill('')
    await press(page, 'Save')
    await page.getByText('Saved.').waitFor()
    expect((await ask('GET', `/users/${id}`)).body.attributes).toEqual({ clearance: 'top', shirtSize: 'M', vegan: 'true', hobbies: ['chess', 'go'], joined: '2024-05-06' })
  })

  test('keeps what somebody else has changed meanwhile', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('bea', 'Profile')
    await page.getByLabel('Nickname').fill('Mine')
    await ask('PATCH', `/users/${id}`, { nickName: 'Theirs' })
    await press(page, 'Save')
    await page.getByText('This was changed somewhere else meanwhile.').waitFor()
    expect((await ask('GET', `/users/${id}`)).body.nickName).toBe('Theirs')
  })

  test('changes the password, stays signed in here and nowhere else', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await at('cal', 'Password')
    const elsewhere = await signedInElsewhere(shared, 'cal')
    await page.getByLabel('Current password').fill(password)
    await page.getByLabel('New password').fill('a newer horse, a newer battery')
    await press(page, 'Change password')
    await page.getByText('The password is changed.').waitFor()
    expect(await page.getByLabel('New password').inputValue()).toBe('')
    expect((await elsewhere.ask('GET', '/me')).status).toBe(401)
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByText('You are signed in nowhere else.').waitFor()
  })

  test('lists where I am signed in, and ends one or all others', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page } = await at('dot', 'Sessions')
    const others = [await signedInElsewhere(shared, 'dot'), await signedInElsewhere(shared, 'dot'), await signedInElsewhere(shared, 'dot')]
    await page.reload()
    const ends = page.getByRole('button', { name: /^End the session on Firefox on Linux from/ })
    await expect.poll(() => ends.count(), { timeout: 20_000 }).toBe(3)
    await page.getByText('127.0.0.1').first().waitFor()
    expect(await page.getByText('This session').count()).toBe(1)
    await ends.first().click()
    await page.getByText('The session has ended.').waitFor()
    expect(await page.locator(':focus').innerText()).toBe('The session has ended.')
    await expect.poll(() => ends.count(), { timeout: 20_000 }).toBe(2)
    const statuses = async () => (await Promise.all(others.map((one) => one.ask('GET', '/me')))).map(({ status }) => status).toSorted()
    expect(await statuses()).toEqual([200, 200, 401])
    await press(page, 'End all other sessions')
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await statuses()).toEqual([200, 200, 401])
    await press(page, 'End all other sessions')
    await page.getByRole('dialog').getByRole('button', { name: 'End all other sessions' }).click()
    await page.getByText('You are signed in nowhere else.').waitFor()
    expect(await statuses()).toEqual([401, 401, 401])
  })

  test('asks for a fresh proof before a key is made, keeps what was typed, and goes on with it', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('ivy', 'Keys')
    await ctx.db.execute(`update auth_state set proved_at = proved_at - interval '1 hour' where user_id = $1`, [id])
    const api = page.locator('section', { has: page.getByRole('heading', { name: 'Make an API key' }) })
    await api.getByLabel('Name').fill('nightly')
    await press(page, 'Make the key')
    const proof = page.getByRole('dialog', { name: 'Show that it is you' })
    await proof.getByLabel('Password', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('alert').getByText('This needs a new proof of who you are.').waitFor()
    expect(await api.getByLabel('Name').inputValue()).toBe('nightly')
    expect((await ask('GET', `/users/${id}?attributes=keys`)).body.keys ?? []).toEqual([])
    await press(page, 'Make the key')
    await proof.getByLabel('Password', { exact: true }).fill('not it at all')
    await press(page, 'Go on')
    await proof.getByRole('alert').waitFor()
    await proof.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Go on')
    await page.getByText('Your new key').waitFor()
    expect((await ask('GET', `/users/${id}?attributes=keys`)).body.keys).toMatchObject([{ name: 'nightly' }])
  })

  test('makes keys that work, shows them once, and removes them', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('eli', 'Keys')
    const api = page.locator('section', { has: page.getByRole('heading', { name: 'Make an API key' }) })
    await api.getByRole('textbox', { name: 'Name' }).fill('laptop')
    await api.getByLabel('What it may do').selectOption('write')
    await press(page, 'Make the key')
    const token = await page.locator('code').innerText()
    expect((await ask('GET', '/access/me', undefined, { authorization: `Bearer ${token}` })).status).toBe(200)
    await page.getByRole('heading', { name: 'laptop' }).waitFor()
    expect(await page.getByText('read, read and change').count()).toBe(1)
    const shh = page.locator('section', { has: page.getByRole('heading', { name: 'Add an SSH key' }) })
    await shh.getByRole('textbox', { name: 'Name' }).fill('work')
    await shh.getByRole('textbox', { name: 'Public key' }).fill('not a key')
    await press(page, 'Add the key')
    await shh.getByRole('alert').getByRole('link').first().click()
    expect(await page.locator(':focus').getAttribute('name')).toBe('value')
    await shh.getByRole('textbox', { name: 'Public key' }).fill(ssh)
    await press(page, 'Add the key')
    await page.getByRole('heading', { name: 'work' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'laptop' }).waitFor()
    expect(await page.content()).not.toContain(token)
    await press(page, 'Remove the key laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('The key is removed.').waitFor()
    expect(await page.locator(':focus').innerText()).toBe('The key is removed.')
    expect((await ask('GET', '/access/me', undefined, { authorization: `Bearer ${token}` })).status).toBe(401)
    expect((await ask('GET', `/users/${id}?attributes=keys`)).body.keys).toMatchObject([{ name: 'work', value: ssh }])
  })

  test('tells what I have, page by page', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('fay', 'Access')
    await page.getByText('You have been given nothing yet.').waitFor()
    await giveRole(ctx, id, 'END_USER')
    const group = (await ask('POST', '/groups', { displayName: 'Rowers' })).body.id as string
    await ask('PUT', `/groups/${group}/members/${id}`, {})
    await page.reload()
    await page.getByText('Rowers', { exact: true }).waitFor()
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual(['Roles', 'Groups'])
  })

  test('hands over everything about me as a file', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('gil', 'My data')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download my data' }).click()])
    expect(download.suggestedFilename()).toBe('my-data.json')
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({ person: { id, userName: 'gil' }, sessions: [{}] })
  })

  test('goes on where an ended session stood, without what the last one saw', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const { page, id } = await at('hal', 'Profile')
    await personWithPassword(shared, 'ivan')
    await page.getByText('hal Tester').first().waitFor()
    await ask('DELETE', `/users/${id}/sessions`)
    await page.getByLabel('Nickname').fill('x')
    await press(page, 'Save')
    await page.getByText('Your session has ended. Sign in again to go on.').waitFor()
    await page.getByLabel('User name').fill('ivan')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await press(page, 'Sign in')
    await page.getByText('ivan Tester').first().waitFor()
    expect(await page.getByText('hal Tester').count()).toBe(0)
  })
})
