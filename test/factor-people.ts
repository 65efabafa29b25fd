/** People with factors, in tests: a server whose master key is known, codes of an authenticator app, and what was sent. */
import { Secret, TOTP } from 'otpauth'
import { expect } from 'vitest'
import { secretsOf, waitingMessages } from '../src/store/messages.ts'
import { browser, personWithPassword, type Browser } from './browser.ts'
import { testMasterKey } from './master-key.ts'
import { testServer } from './rest-server.ts'

export async function factorServer(env: Record<string, string> = {}) {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const masterKey = testMasterKey()
  const shared = await testServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000', ...env }, now, undefined, masterKey)
  const { ctx, server } = shared
  // Three wrong ones lock: what is counted is soon seen.
  expect((await shared.ask('PATCH', '/sign-in-policies/4001', { rules: { failures: 3 } })).status).toBe(200)
  const fresh = (options?: Parameters<typeof browser>[1]) => browser(server, options)

  async function signedIn(name: string, further?: object): Promise<Browser & { id: string }> {
    const id = await personWithPassword(shared, name, further)
    const one = fresh()
    expect((await one.signIn(name)).body.next).toBe('done')
    return { ...one, id }
  }

  const codeOf = (secret: string, steps = 0) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now().getTime() + steps * 30_000 })

  /** Enrols an authenticator app in a session with a fresh proof; its secret, and the code that was used up by it. */
  async function withTotp(one: Browser, at = '/me/factors'): Promise<{ id: string; secret: string; taken: string }> {
    const { status, body } = await one.ask('POST', at, { type: 'TOTP', name: 'phone' })
    expect(status).toBe(201)
    const secret = new URL(body.uri as string).searchParams.get('secret')!
    const taken = codeOf(secret)
    expect((await one.ask('POST', `${at}/${body.id}/confirm`, { code: taken })).status).toBe(200)
    return { id: body.id as string, secret, taken }
  }

  /** What waits to be sent to somebody, the newest first, with its secrets. */
  async function sentTo(recipient: string) {
    const messages = await waitingMessages(ctx.db, now().toISOString(), 200)
    return messages.filter((one) => one.recipient === recipient).map((one) => ({ template: one.template, channel: one.channel, ...one.content, ...secretsOf(one, masterKey) } as Record<string, string>))
  }

  return { ...shared, masterKey, now, fresh, signedIn, codeOf, withTotp, sentTo, later: (minutes: number) => void (ahead += minutes * 60_000) }
}
