/** Hashes that know the beginning of a password only (bcrypt, 72 bytes): no text takes the place of the real one. */
import { hash as bcrypt } from '@node-rs/bcrypt'
import { expect, test } from 'vitest'
import { browser, personWithPassword } from './browser.ts'
import { testServer } from './rest-server.ts'

const shared = await testServer()
const { ctx, server } = shared
const next = 'a lantern, and somebody to carry it'

async function bcrypted(name: string, password: string): Promise<() => Promise<string>> {
  const id = await personWithPassword(shared, name)
  await ctx.db.execute(`update login set password = $2, pwd_changed = null where user_id = $1 and managed_sys_id = '0'`, [id, `{BCRYPT}${await bcrypt(password, 4)}`])
  return async () => (await ctx.db.first<{ password: string }>(`select password from login where user_id = $1 and managed_sys_id = '0'`, [id]))!.password
}

const long = 'A'.repeat(72)

test.each([
  ['another ending', `${long}zzz`],
  ['no ending', long],
  ['the ending', `${long}real-tail-1234`],
])('with %s: in to choose another password and nothing else, and what is kept stays until then', async (how, given) => {
  const name = how.replaceAll(' ', '-')
  const stored = await bcrypted(name, `${long}real-tail-1234`)
  const before = await stored()
  const one = browser(server)
  expect((await one.signIn(name, given)).body).toMatchObject({ next: 'change_password' })
  expect((await one.ask('GET', '/me')).status).toBe(403)
  expect(await stored()).toBe(before)
  expect((await browser(server).signIn(name, `${long}real-tail-1234`)).body).toMatchObject({ next: 'change_password' })
  expect((await one.ask('POST', '/sign-in/password', { current: given, next })).body).toMatchObject({ next: 'done' })
  expect((await browser(server).signIn(name, next)).body).toMatchObject({ next: 'done' })
  expect((await browser(server).signIn(name, given)).status).toBe(401)
})

test('what it knows the whole of is taken over as ever, also where the letters are wider than they look', async () => {
  const short = await bcrypted('short', 'B'.repeat(71))
  expect((await browser(server).signIn('short', 'B'.repeat(71))).body).toMatchObject({ next: 'done' })
  expect(await short()).toMatch(/^\$argon2id\$/)
  const wide = await bcrypted('wide', 'ü'.repeat(36))
  expect((await browser(server).signIn('wide', `${'ü'.repeat(36)}x`)).body).toMatchObject({ next: 'change_password' })
  expect(await wide()).toMatch(/^\{BCRYPT\}/)
})
