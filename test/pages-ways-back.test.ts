/** The ways back to an application that sent somebody to sign in, in Chromium: at every step, and for who is somebody else. */
import { describe, expect, test } from 'vitest'
import { personWithPassword } from './browser.ts'
import { chromiumPath, flawsOf, listeningServer, signedInElsewhere, signedInPage, visitor, withoutChromium } from './chromium.ts'
import { applicationsOf, codeOf, heading, press, signIn } from './pages-steps.ts'

const shared = await listeningServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000' })
const { ctx, url, ask } = shared
const { application, request, answer } = applicationsOf(shared)

describe('the way to an application', { timeout: 120_000 }, () => {
  test('leads back before signing in, and from the step of the factor, which names it', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'ada')
    const elsewhere = await signedInElsewhere(shared, 'ada')
    const { id: factor, uri } = (await elsewhere.ask('POST', '/me/factors', { type: 'TOTP' })).body as { id: string; uri: string }
    const code = codeOf(new URL(uri).searchParams.get('secret')!)
    expect((await elsewhere.ask('POST', `/me/factors/${factor}/confirm`, { code })).status).toBe(200)
    const id = await application('Notebook')
    const page = await visitor()
    await page.goto(request(id))
    await heading(page, 'Sign in')
    await press(page, 'Back without signing in')
    expect(await answer(page)).toMatchObject({ state: 'kept', error: 'access_denied' })
    await page.goto(request(id))
    await signIn(page, 'ada')
    await heading(page, 'One more step')
    await page.getByText('to go on to Notebook').waitFor()
    await page.getByText('Signed in as ada').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Back without signing in')
    expect(await answer(page)).toMatchObject({ state: 'kept', error: 'access_denied' })
  })

  test('is not offered where there is no application', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    const page = await visitor()
    await page.goto(url)
    await heading(page, 'Sign in')
    expect(await page.getByRole('button', { name: 'Back without signing in' }).count()).toBe(0)
  })

  test('leads back for who declines the usage policy, signed in before or not, with what was declined', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'bea')
    await personWithPassword(shared, 'cal')
    const site = (await ask('POST', '/content-providers', { name: 'Wiki', domainPattern: 'wiki.example.com' })).body.id as string
    const policyId = (await ask('POST', '/it-policies', { active: true })).body.id as string
    expect((await ask('POST', '/it-policy-versions', { policyId, name: 'House rules', content: 'Be kind.', active: true, contentProviderId: site })).status).toBe(201)
    const id = await application('Wiki', { siteId: site })
    for (const page of [await visitor(), await signedInPage(url, 'cal')]) {
      await page.goto(request(id))
      if (await page.getByLabel('User name').or(page.getByText('House rules')).first().evaluate((one) => one.tagName === 'INPUT')) await signIn(page, 'bea')
      await heading(page, 'Please read and accept')
      await page.getByText('to go on to Wiki').waitFor()
      await press(page, 'Decline and sign out')
      await page.getByText('You have declined “House rules”. Without it you cannot go on').waitFor()
      expect(await flawsOf(page)).toEqual([])
      await press(page, 'Back to Wiki')
      expect(await answer(page)).toMatchObject({ state: 'kept', error: 'access_denied' })
    }
  })

  test('says for whom it is allowed, and lets somebody else sign in', async ({ skip }) => {
    if (!chromiumPath) skip(withoutChromium)
    await personWithPassword(shared, 'dot')
    await personWithPassword(shared, 'eva')
    const id = await application('Curious')
    const page = await visitor()
    await page.goto(request(id))
    await signIn(page, 'dot')
    await heading(page, 'Allow Curious?')
    await page.getByText('Signed in as dot Tester (dot)').waitFor()
    expect(await flawsOf(page)).toEqual([])
    await press(page, 'Use another account')
    await heading(page, 'Who do you want to go on as?')
    await press(page, 'Go on as dot Tester')
    await heading(page, 'Allow Curious?')
    await press(page, 'Use another account')
    await press(page, 'Sign in as somebody else')
    await signIn(page, 'eva')
    await page.getByText('Signed in as eva Tester (eva)').waitFor()
    await press(page, 'Allow')
    expect(await answer(page)).toMatchObject({ state: 'kept', code: expect.stringMatching(/./) })
    expect(await ctx.db.query('select user_id from gatehouse.oidc_consent c join users u using (user_id) where client_id = $1 and u.user_name = $2', [id, 'eva'])).toHaveLength(1)
    expect(await ctx.db.query('select from gatehouse.oidc_consent where client_id = $1', [id])).toHaveLength(1)
  })
})
