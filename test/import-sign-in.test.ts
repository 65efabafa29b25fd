/**
 * A directory moved here with its hashes: everybody signs in over REST with the password they had, under the limits that are
 * there by default, and after that it is hashed as ours are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadMapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { root } from '../tools/house-rules.ts'
import { browser, origin } from './browser.ts'
import { apply, fileOf } from './import-harness.ts'
import { readLdif } from './ldif-passwords.ts'
import { testServer, type TestServer } from './rest-server.ts'

const folder = join(root, '../shared/data/ldif')
const hashed = join(folder, 'opendj-Example-hashed.ldif')

/** The clear passwords, by the name that somebody signs in with. */
const clearPasswords = () => new Map([...readLdif(readFileSync(join(folder, 'opendj-Example.ldif'), 'utf8'))].map(([dn, password]) => [dn.split(',')[0]!.split('=')[1]!.toLowerCase(), password]))

interface Login {
  name: string
  password: string
}

const loginsOf = ({ ctx }: TestServer) => ctx.db.query<Login>(`select lowercase_login as name, password from login where managed_sys_id = '0' and password is not null order by 1`)

async function imported(path: string): Promise<TestServer> {
  const server = await testServer()
  Object.assign(server.ctx.config, { PUBLIC_URL: origin })
  const made = await planImport(server.ctx, [{ path, mapping: await loadMapping(join(root, 'examples/mappings/opendj.json')) }])
  expect((await apply(server.ctx, made.id)).failed).toBe(0)
  return server
}

/** Signs one in, in a browser of their own: at the end of it, whoever it is. */
async function signIn({ server }: TestServer, name: string, password: string): Promise<[string, number, unknown]> {
  const { status, body } = await browser(server).signIn(name, password)
  return [name, status, (body as { next?: string; code?: string }).next ?? (body as { code?: string }).code]
}

const kindOf = (hash: string) => /^\{[A-Z0-9-]+\}/.exec(hash)?.[0] ?? hash.slice(0, 9)
/** The cost that is there by default. */
const ours = '$argon2id$v=19$m=19456,t=2,p=1$'

describe.skipIf(!existsSync(hashed))('OpenDJ\'s sample directory', { timeout: 300_000 }, () => {
  test('all 152 people and the service account sign in with the password they had, and are hashed anew', async () => {
    const server = await imported(hashed)
    const [clear, before] = [clearPasswords(), await loginsOf(server)]
    expect(before.length).toBe(153)
    expect(before.map(({ name }) => name)).toContain('my app')
    expect(new Set(before.map(({ password }) => kindOf(password)))).toEqual(new Set(['{PBKDF2-SHA256}', '{CRYPT}', '{BCRYPT}', '{SSHA}', '{SSHA256}', '{SSHA512}']))
    for (const { name } of before) expect(await signIn(server, name, clear.get(name)!)).toEqual([name, 200, 'done'])
    const after = await loginsOf(server)
    expect(after.filter(({ password }) => !password.startsWith(ours))).toEqual([])
    // The new hash is of the same password, and of no other.
    const [first] = before
    expect(await signIn(server, first!.name, clear.get(first!.name)!)).toEqual([first!.name, 200, 'done'])
    expect(await signIn(server, first!.name, `${clear.get(first!.name)!}x`)).toEqual([first!.name, 401, 'sign_in_refused'])
    expect((await loginsOf(server)).find(({ name }) => name === first!.name)!.password).toBe(after.find(({ name }) => name === first!.name)!.password)
  })

  test('who has PBKDF2 as OpenDJ writes it signs in as well', async () => {
    // The same salts and keys as in the file, where passlib has written them: `iterations$salt$key`.
    const bytes = (text: string) => Buffer.from(text.replaceAll('.', '+'), 'base64')
    const passlib = /\{PBKDF2-SHA256\}(\d+)\$([^$\n]+)\$([^\n]+)/g
    const text = readFileSync(hashed, 'utf8').replaceAll('\r', '').replaceAll('\n ', '')
    const server = await imported(fileOf('opendj.ldif', text.replaceAll(passlib, (_, count: string, salt: string, key: string) => `{PBKDF2-HMAC-SHA256}${count}:${Buffer.concat([bytes(key), bytes(salt)]).toString('base64')}`)))
    const [clear, before] = [clearPasswords(), (await loginsOf(server)).filter(({ password }) => kindOf(password) === '{PBKDF2-HMAC-SHA256}')]
    expect(before.length).toBe([...text.matchAll(passlib)].length)
    expect(before.length).toBeGreaterThan(20)
    for (const { name } of before) {
      expect(await signIn(server, name, 'not the password')).toEqual([name, 401, 'sign_in_refused'])
      expect(await signIn(server, name, clear.get(name)!)).toEqual([name, 200, 'done'])
    }
    const after = new Map((await loginsOf(server)).map(({ name, password }) => [name, password]))
    expect(before.filter(({ name }) => !after.get(name)!.startsWith(ours))).toEqual([])
  })
})
