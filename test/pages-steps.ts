/** What people do on pages in many tests: look for a heading, press a button, sign in, come from an application and go back to it. */
import { createHash, randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import type { Context } from '../src/context.ts'
import { createClient } from '../src/signin/oidc-clients.ts'
import { password } from './browser.ts'

export const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1, exact: true }).waitFor()
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

export async function signIn(page: Page, userName: string, given = password): Promise<void> {
  await page.getByLabel('User name').fill(userName)
  await page.getByLabel('Password', { exact: true }).fill(given)
  await press(page, 'Sign in')
}

/** What an authenticator app shows. */
export const codeOf = (secret: string, at = new Date()) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() })

/** Applications of a server that listens, which send people to sign in. */
export function applicationsOf({ ctx, url }: { ctx: Context; url: string }) {
  const callback = `${url}/health/live`
  return {
    application: async (name: string, more: object = {}) =>
      (await createClient(ctx, { name, grantTypes: ['authorization_code'], scopes: ['openid', 'profile', 'email'], redirectUris: [callback], ...more })).id as string,
    /** Where an application sends somebody. */
    request: (client: string, more: Record<string, string> = {}): string => {
      const code_challenge = createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url')
      return `${url}/oidc/auth?${new URLSearchParams({ client_id: client, redirect_uri: callback, response_type: 'code', scope: 'openid profile', code_challenge, code_challenge_method: 'S256', state: 'kept', ...more })}`
    },
    /** What the application is told in the end. */
    answer: async (page: Page): Promise<Record<string, string>> => {
      await page.waitForURL((at) => at.href.startsWith(callback))
      return Object.fromEntries(new URL(page.url()).searchParams)
    },
  }
}
