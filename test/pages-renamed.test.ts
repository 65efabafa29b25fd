/** Pages whose session is given another name by one request while another is on its way with the name of before, at what they ask by and in Chromium. */
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { api, belongTo } from '../console/src/api.ts'
import { pageHeader } from '../src/model/page-header.ts'
import { password, personWithPassword } from './browser.ts'
import { chromiumPath, listeningServer, signedInPage, withoutChromium } from './chromium.ts'
import { heading, press } from './pages-steps.ts'

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { url } = shared

const answered = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' } })
const ended = () => answered(401, { code: 'unauthenticated', title: 'Sign in again.', requestId: '1' })

describe('what meets a session whose name has just changed', () => {
  afterEach(() => {
    belongTo(undefined)
    vi.unstubAllGlobals()
  })

  /** A server that knows a session by its newest name, and a browser that learns that name when the answer comes. */
  function stubbed({ lives = true } = {}) {
    const asked: string[] = []
    let [name, known] = [1, 1]
    const gate = Promise.withResolvers<void>()
    vi.stubGlobal('fetch', async (address: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
      asked.push(`${method} ${address.slice('/api/v1'.length)} ${headers[pageHeader] ?? ''}`.trim())
      if (address.endsWith('/me/step-up')) {
        name = 2
        await gate.promise
        known = 2
        return answered(200, { next: 'done', userId: 'a' })
      }
      return known === name && lives ? answered(200, { items: [], userId: 'a' }) : ended()
    })
    belongTo('a')
    return { asked, arrives: () => gate.resolve() }
  }

  test('waits for the name that is on its way, and asks again as the same person', async () => {
    const { asked, arrives } = stubbed()
    const renaming = api.stepUp({ password })
    const others = Promise.all([api.factors(), api.nameFactor('f', 'x'), api.signInState()])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual(['POST /me/step-up', 'GET /me/factors', 'PATCH /me/factors/f', 'GET /sign-in'])
    belongTo('b')
    arrives()
    await expect(others).resolves.toMatchObject([{ items: [] }, { items: [] }, { userId: 'a' }])
    await renaming
    const header = asked[0]!.split(' ')[2]
    expect(asked.filter((one) => one.includes('/me/')).map((one) => one.split(' ')[2])).toEqual(Array.from({ length: 5 }, () => header))
  })

  test('is not asked again where nobody is signed in, nor before anybody was', async () => {
    const { asked } = stubbed({ lives: false })
    await expect(api.factors()).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(asked).toHaveLength(2)
    belongTo(undefined)
    await expect(api.signInState()).resolves.toBeNull()
    expect(asked).toHaveLength(3)
  })

  test('is asked twice at most', async () => {
    let asked = 0
    vi.stubGlobal('fetch', async (address: string) => (address.endsWith('/sign-in') ? answered(200, { userId: 'a' }) : (asked++, ended())))
    belongTo('a')
    await expect(api.removeFactor('f')).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(asked).toBe(2)
  })
})

describe('a page beside a request that renames its session', { timeout: 120_000 }, () => {
  /** Has the next request to a path come with the name of before; what was asked of it in the end. */
  async function overtaken(page: Page, path: string, method: string): Promise<number[]> {
    const statuses: number[] = []
    await page.route(`**/api/v1${path}`, async (route) => {
      if (route.request().method() !== method) return route.fallback()
      const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
      if (statuses.length === 0) expect((await page.context().request.post(`${url}/api/v1/me/step-up`, { data: { password }, headers: { origin: url } })).status()).toBe(200)
      const response = await route.fetch(statuses.length === 0 ? { headers: { ...(await route.request().allHeaders()), cookie } } : {})
      statuses.push(response.status())
      return route.fulfill({ response })
    })
    return statuses
  }

  test('shows what it asked for, and writes once', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const id = await personWithPassword(shared, 'ada')
    const page = await signedInPage(url, 'ada')
    await heading(page, 'Profile')
    const read = await overtaken(page, '/me/sessions*', 'GET')
    await page.getByRole('link', { name: 'Sessions' }).click()
    await heading(page, 'Sessions')
    await page.getByText('This session').first().waitFor()
    expect(read).toEqual([401, 200])
    await page.getByRole('link', { name: 'Profile' }).click()
    await page.getByLabel('Nickname').fill('Countess')
    const written = await overtaken(page, '/me', 'PATCH')
    await press(page, 'Save')
    await vi.waitFor(async () => expect(written).toEqual([401, 200]), 10_000)
    expect((await shared.ask('GET', `/users/${id}`)).body).toMatchObject({ nickName: 'Countess' })
    expect(await shared.ctx.db.query(`select from gatehouse.audit_event where action = 'user.update' and target_id = $1`, [id])).toHaveLength(1)
    expect(await page.getByText('Your session has ended').count()).toBe(0)
  })
})
