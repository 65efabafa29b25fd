/** The very first sign-in: a server started as its operator does, and the password that it printed, on its pages. */
import { afterAll, expect, test } from 'vitest'
import { chromiumPath, visitor, withoutChromium } from './chromium.ts'
import { dataFolder, removeFolders, startServer } from './server-process.ts'
import { ensureConsole } from '../tools/build-console.ts'

const data = dataFolder()
afterAll(() => removeFolders(data))

test('the first administrator comes in with the one-time password, and changes it first', async ({ skip }) => {
  if (!chromiumPath) skip(withoutChromium)
  ensureConsole()
  const server = await startServer({ GATEHOUSE_DATA: data })
  const once = () => /The first administrator is (\S+); one-time password, shown once: (\S+)/.exec(server.said())
  await expect.poll(once, { timeout: 20_000 }).not.toBeNull()
  const [, userName, password] = once()!
  const page = await visitor()
  await page.goto(server.url)
  await page.getByLabel('User name').fill(userName!)
  await page.getByLabel('Password', { exact: true }).fill(password!)
  await page.keyboard.press('Enter')
  await page.getByLabel('Current password').fill(password!)
  await page.getByText('At least 15 characters.').waitFor()
  await page.getByLabel('New password').fill('a newer horse, a newer battery')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Profile', level: 1 }).waitFor()
  expect(new URL(page.url()).hostname).toBe('localhost')
  await page.getByRole('link', { name: 'Access' }).click()
  await page.getByRole('heading', { name: 'Roles', level: 2 }).waitFor()
  expect((await server.stop('SIGTERM')).code).toBe(0)
}, 120_000)
