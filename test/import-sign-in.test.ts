/** A directory moved here with its hashes: everybody has the password they had, and after one sign-in it is hashed as ours are. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renewHash } from '../src/signin/password-change.ts'
import { costOf, verifyPassword } from '../src/signin/password-hash.ts'
import { loadMapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { root } from '../tools/house-rules.ts'
import { testContext } from './context.ts'
import { apply } from './import-harness.ts'
import { readLdif } from './ldif-passwords.ts'

const folder = join(root, '../shared/data/ldif')

test.skipIf(!existsSync(folder))('OpenDJ\'s sample directory', async () => {
  const ctx = await testContext()
  const made = await planImport(ctx, [{ path: join(folder, 'opendj-Example-hashed.ldif'), mapping: await loadMapping(join(root, 'examples/mappings/opendj.json')) }])
  expect((await apply(ctx, made.id)).failed).toBe(0)
  const clear = new Map([...readLdif(readFileSync(join(folder, 'opendj-Example.ldif'), 'utf8'))].map(([dn, password]) => [dn.split(',')[0]!.split('=')[1]!.toLowerCase(), password]))
  const logins = await ctx.db.query<{ name: string; id: string; password: string }>(`select lowercase_login as name, user_id as id, password from login where managed_sys_id = '0' and password is not null`)
  expect(logins.length).toBeGreaterThanOrEqual(150)
  const cost = costOf(ctx.config)
  for (const { name, id, password } of logins) {
    expect([name, await verifyPassword(password, clear.get(name)!, cost)]).toEqual([name, { ok: true, stale: true }])
    expect(await renewHash(ctx, id, password, clear.get(name)!)).toBe(true)
  }
  const renewed = await ctx.db.query<{ password: string; name: string }>(`select password, lowercase_login as name from login where managed_sys_id = '0' and password is not null`)
  expect(renewed.filter(({ password }) => !password.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'))).toEqual([])
  const [first] = renewed
  expect(await verifyPassword(first!.password, clear.get(first!.name)!, cost)).toEqual({ ok: true, stale: false })
}, 240_000)
