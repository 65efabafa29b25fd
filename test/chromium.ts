/**
 * Debian's Chromium in a test: a real server on a real port, people's browsers with a language, colours and a size, and
 * whatever a page does against its policy, or breaks, found at the end.
 */
import axe from 'axe-core'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, expect } from 'vitest'
import { ensureConsole } from '../tools/build-console.ts'
import { browser, password, type Browser as Silent } from './browser.ts'
import { testMasterKey } from './master-key.ts'
import { testServer, type TestServer } from './rest-server.ts'

const folders = (process.env['PATH'] ?? '').split(delimiter)
export const chromiumPath = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
export const withoutChromium = 'there is no Chromium; apt-get install chromium'

let running: Promise<Browser> | undefined
const closeBrowser = async () => (await running)?.close()
afterAll(closeBrowser)

/** A server that listens, with the pages. */
export async function listeningServer(env: Record<string, string> = {}, now?: () => Date, masterKey = testMasterKey()): Promise<TestServer & { url: string }> {
  ensureConsole()
  const made = await testServer({ HOST: '127.0.0.1', ...env }, now, undefined, masterKey)
  // Before the server, which would wait a minute for connections that a browser opened and never used: the last hook runs first.
  afterAll(closeBrowser)
  await made.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = made.server.server.address() as { port: number }
  const url = `http://localhost:${port}`
  Object.assign(made.ctx.config, { PUBLIC_URL: url })
  return { ...made, url }
}

const wrong: string[] = []

/** What pages have done wrong so far, for tests that want it; whatever is left at the end of a test fails it. */
export const takeWrongs = (): string[] => wrong.splice(0)

// One browser for a file, started by the first test that needs it. Names of the tests lead to this machine.
const launch = () => (running ??= chromium.launch({ executablePath: chromiumPath!, args: ['--host-resolver-rules=MAP *.example.test 127.0.0.1', '--disable-gpu'] }))

afterEach(() => {
  expect(takeWrongs()).toEqual([])
})

/** A page in a browser of its own, with a language, colours and a size. */
export async function visitor(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await launch()).newContext({ locale: 'en-GB', reducedMotion: 'reduce', timezoneId: 'UTC', ...options })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // Refusals that the pages expect and show are lines of the console too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) wrong.push(`console: ${message.text()}`)
  })
  return page
}

/** A page of somebody who has signed in. */
export async function signedInPage(url: string, userName: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await visitor(options)
  await enter(page, url, userName)
  return page
}

/** Has a page be that of somebody, whoever it was of. */
export async function enter(page: Page, url: string, userName: string): Promise<void> {
  await page.context().clearCookies()
  const reply = await page.context().request.post(`${url}/api/v1/sign-in`, { data: { userName, password }, headers: { origin: url } })
  expect(reply.status()).toBe(200)
  await page.goto(url)
}

/** A browser without a screen, at the address of the pages, where somebody has signed in. */
export async function signedInElsewhere({ server, url }: Awaited<ReturnType<typeof listeningServer>>, userName: string, given = password): Promise<Silent> {
  const silent = browser(server, { host: new URL(url).host })
  const ask: Silent['ask'] = (method, path, body, headers) => silent.ask(method, path, body, { origin: url, ...headers })
  expect((await ask('POST', '/sign-in', { userName, password: given })).status).toBe(200)
  return { ...silent, ask }
}

/** What axe finds, in short; and whether the page is wider than the screen. */
export async function flawsOf(page: Page): Promise<string[]> {
  // Stays until the next page is loaded: half a megabyte is not sent again for each part of one.
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    // Nothing of what is wanted looks into style sheets, and what passes is not told.
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ preload: false, resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`))
  })
  const tooWide = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
  return tooWide > 0 ? [...found, `${tooWide} pixels too wide`] : found
}

/** Gives the browser of a page a device that makes and shows passkeys, and knows its owner. */
export async function withAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
}
