/** Passwords that were brought along have no dates: their days begin at the first sign-in with them, by the policy of then. */
import { expect, test } from 'vitest'
import type { Mapping } from '../src/transfer/mapping.ts'
import { browser } from './browser.ts'
import { csv, imported } from './import-harness.ts'
import { testServer } from './rest-server.ts'

let clock = new Date()
const { ctx, ask, server } = await testServer({}, () => clock)
const clear = 'a lantern brought along'
const mapping: Mapping = { format: 'csv', records: [{ resource: 'User', correlate: ['userName'], set: { userName: 'login', 'name.familyName': 'last', status: 'status', password: 'pw' } }] }
const days = (from: Date, to: unknown) => (to === null ? null : Math.round((Date.parse(String(to)) - from.getTime()) / 86_400_000))

async function bring(name: string): Promise<() => Promise<unknown[]>> {
  expect((await imported(ctx, csv('login,last,status,pw', `${name},Brought,ACTIVE,${clear}`), mapping)).failed).toBe(0)
  return async () => {
    const { changed, expires, grace } = (await ctx.db.first<Record<string, string | null>>(`select pwd_changed as changed, pwd_exp as expires, grace_period as grace from login where lowercase_login = $1 and managed_sys_id = '0'`, [name]))!
    return [changed, days(clock, expires), days(clock, grace)]
  }
}

const signIn = async (name: string, password = clear) => (await browser(server).ask('POST', '/sign-in', { userName: name, password })).body

test('expire as the policy says from the first sign-in on, once, and may be changed at once', async () => {
  const dates = await bring('lena')
  expect(await signIn('lena')).toMatchObject({ next: 'done' })
  // No days are counted where the policy counts none.
  expect(await dates()).toEqual([null, null, null])
  expect((await ask('POST', '/password-policies', { name: 'Ninety days', priority: 90, rules: { expirationDays: 90, graceDays: 2, minimumAgeHours: 24 }, appliesTo: [{ level: 'GLOBAL', id: 'GLOBAL' }] })).status).toBe(201)
  expect(await signIn('lena')).toMatchObject({ next: 'done' })
  expect(await dates()).toEqual([null, 90, 92])
  clock = new Date(clock.getTime() + 30 * 86_400_000)
  expect(await signIn('lena')).toMatchObject({ next: 'done' })
  expect(await dates()).toEqual([null, 60, 62])
  clock = new Date(clock.getTime() + 63 * 86_400_000)
  expect(await signIn('lena')).toMatchObject({ next: 'change_password' })

  const [other, one] = [await bring('mara'), browser(server)]
  await one.ask('POST', '/sign-in', { userName: 'mara', password: clear })
  expect(await other()).toEqual([null, 90, 92])
  expect((await one.ask('POST', '/me/password', { current: clear, next: 'another lantern of my own' })).status).toBe(200)
  expect(await signIn('mara', 'another lantern of my own')).toMatchObject({ next: 'done' })
})
