/** Hashes of passwords: ours, those that people bring along, and what neither may cost. */
import fc from 'fast-check'
import { hash as argon2 } from '@node-rs/argon2'
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hashPassword, isPasswordOf, longestPassword, verifyPassword, type HashCost } from '../src/signin/password-hash.ts'
import { argon2Setting } from '../src/signin/password-foreign.ts'
import { readPassword } from '../src/transfer/password-value.ts'
import { readLdif } from './ldif-passwords.ts'

const cost: HashCost = { memoryKiB: 19_456, passes: 2, lanes: 1 }
const { right, wrong } = JSON.parse(readFileSync(new URL('fixtures/foreign-hashes.json', import.meta.url), 'utf8')) as Record<'right' | 'wrong', [string, string, string][]>

describe('our own', () => {
  test('are argon2id at the cost that is set, and fit their column', async () => {
    const made = await hashPassword('correct horse battery', cost)
    expect(made).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(made.length).toBeLessThanOrEqual(255)
    expect(await verifyPassword(made, 'correct horse battery', cost)).toEqual({ ok: true, stale: false })
    expect(await verifyPassword(made, 'correct horse batterx', cost)).toEqual({ ok: false, stale: false })
    expect(await hashPassword('correct horse battery', cost)).not.toBe(made)
  })

  test.each([
    ['less memory', { ...cost, memoryKiB: 20_000 }, true],
    ['fewer passes', { ...cost, passes: 3 }, true],
    ['fewer lanes', { ...cost, lanes: 2 }, true],
    ['more memory', { ...cost, memoryKiB: 19_000 }, true],
    ['more passes', { ...cost, passes: 1 }, true],
    ['the same', cost, false],
  ])('are stale with %s than today', async (_name, today, stale) => {
    expect(await verifyPassword(await hashPassword('x', cost), 'x', today)).toEqual({ ok: true, stale })
  })

  test('are stale when they are argon2i, and when they have more lanes', async () => {
    expect(await verifyPassword(await argon2('x', { algorithm: 1, memoryCost: 19_456, timeCost: 3 }), 'x', cost)).toEqual({ ok: true, stale: true })
    expect(await verifyPassword(await hashPassword('x', { ...cost, lanes: 2 }), 'x', cost)).toEqual({ ok: true, stale: true })
  })

  test('know the same letters, however they were typed, and every one of them', async () => {
    const composed = await hashPassword('Zoë crème brûlée', cost)
    expect((await verifyPassword(composed, 'Zoë crème brûlée'.normalize('NFD'), cost)).ok).toBe(true)
    const long = 'ab'.repeat(longestPassword / 2)
    expect((await verifyPassword(await hashPassword(long, cost), `${long.slice(0, -1)}c`, cost)).ok).toBe(false)
    await expect(hashPassword(`${long}c`, cost)).rejects.toMatchObject({ code: 'invalid_value' })
    expect(await verifyPassword(composed, `${long}c`, cost)).toEqual({ ok: false, stale: false })
  })

  test('any text is its own password and no other is', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ unit: 'binary', maxLength: 100 }), async (one, other) => {
      const made = await hashPassword(one, cost)
      expect((await verifyPassword(made, one, cost)).ok).toBe(true)
      expect((await verifyPassword(made, other, cost)).ok).toBe(one.normalize('NFC') === other.normalize('NFC'))
    }), { numRuns: 15 })
  }, 30_000)
})

describe('those of others', () => {
  test.each(right)('%s', async (_name, stored, clear) => {
    expect(await verifyPassword(stored, clear, cost)).toEqual({ ok: true, stale: true })
    expect(await verifyPassword(stored, `${clear} `, cost)).toEqual({ ok: false, stale: false })
  }, 30_000)

  test.each(wrong)('belong to nobody: %s', async (_name, stored, clear) => {
    expect(await verifyPassword(stored, clear, cost)).toEqual({ ok: false, stale: false })
  })

  test('are not worked out where the key would take the rounds more often than they are allowed', async () => {
    // Three pieces of a million and a bit; what stands there is the right key.
    const [rounds, key] = [1_000_001, pbkdf2Sync('gëheim', '8bytes!!', 1_000_001, 60, 'sha1')]
    expect(await isPasswordOf(`{PBKDF2}${rounds}$${Buffer.from('8bytes!!').toString('base64')}$${key.toString('base64')}`, 'gëheim')).toBe(false)
  })

  test('know no password with a zero in it: HMAC and bcrypt cannot tell it from others', async () => {
    const stored = `{PBKDF2}1200$${Buffer.from('8bytes!!').toString('base64')}$${pbkdf2Sync('gëheim', '8bytes!!', 1200, 20, 'sha1').toString('base64')}`
    expect([await isPasswordOf(stored, 'gëheim'), await isPasswordOf(stored, 'gëheim\0')]).toEqual([true, false])
  })

  test('no hash at all belongs to nobody', async () => {
    for (const clear of ['', 'null', 'x'.repeat(5000)]) expect(await verifyPassword(null, clear, cost)).toEqual({ ok: false, stale: false })
  })

  const salt = Buffer.from('8bytes!!')
  const digests = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'].flatMap((algorithm): [string, string][] => {
    const name = algorithm === 'sha1' ? 'SHA' : algorithm.toUpperCase()
    const of = (...parts: (string | Buffer)[]) => parts.reduce((made, part) => made.update(part), createHash(algorithm)).digest()
    return [[name, `{${name}}${of('gëheim').toString('base64')}`], [`S${name}`, `{S${name}}${Buffer.concat([of('gëheim', salt), salt]).toString('base64')}`]]
  })
  const ab64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replaceAll('=', '')
  const pbkdf2 = (['sha1', 'sha256', 'sha512'] as const).flatMap((algorithm): [string, string][] => {
    const key = pbkdf2Sync('gëheim', salt, 1200, { sha1: 20, sha256: 32, sha512: 64 }[algorithm], algorithm)
    const [plain, hmac] = algorithm === 'sha1' ? ['PBKDF2', 'PBKDF2-HMAC-SHA1'] : [`PBKDF2-${algorithm.toUpperCase()}`, `PBKDF2-HMAC-${algorithm.toUpperCase()}`]
    return [
      [`${plain} of passlib`, `{${plain}}1200$${ab64(salt)}$${ab64(key)}`],
      [`${plain} with plain base64`, `{${plain}}1200$${salt.toString('base64')}$${key.toString('base64')}`],
      [`${plain} of OpenDJ`, `{${plain}}1200:${Buffer.concat([key, salt]).toString('base64')}`],
      [`${hmac} of OpenDJ`, `{${hmac}}1200:${Buffer.concat([key, salt]).toString('base64')}`],
      [`${plain} with colons`, `{${plain}}1200:${salt.toString('base64')}:${key.toString('base64')}`],
    ]
  })
  const scrypt: [string, string] = ['scrypt of passlib', `$scrypt$ln=10,r=8,p=1$${salt.toString('base64').replace('=', '')}$${scryptSync('gëheim', salt, 32, { N: 1024 }).toString('base64').replace('=', '')}`]

  test.each([...digests, ...pbkdf2, scrypt])('%s, as an import takes it', async (_name, stored) => {
    expect(readPassword(stored)).toMatchObject({ hash: stored })
    expect(await verifyPassword(stored, 'gëheim', cost)).toEqual({ ok: true, stale: true })
    expect((await verifyPassword(stored, 'geheim', cost)).ok).toBe(false)
  })

  test('a password that was hashed before it was composed is still known', async () => {
    const decomposed = 'gëheim'.normalize('NFD')
    const stored = `{SHA}${createHash('sha1').update(decomposed).digest('base64')}`
    expect([await isPasswordOf(stored, decomposed), await isPasswordOf(stored, 'geheim')]).toEqual([true, false])
  })

  test('nor is one lost that was hashed before it was composed by argon2 elsewhere, bare or in braces; it is hashed anew', async () => {
    const [composed, decomposed] = ['Café à la crème'.normalize('NFC'), 'Café à la crème'.normalize('NFD')]
    const stored = await argon2(decomposed, { memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: cost.lanes })
    for (const typed of [decomposed, composed]) expect(await verifyPassword(stored, typed, cost)).toEqual({ ok: true, stale: true })
    expect([await isPasswordOf(stored, decomposed), await isPasswordOf(`{ARGON2}${stored}`, decomposed), await isPasswordOf(stored, 'Cafe a la creme')]).toEqual([true, true, false])
    expect(await verifyPassword(await hashPassword(decomposed, cost), decomposed, cost)).toEqual({ ok: true, stale: false })
  })

  test('whatever is stored, it is answered and never thrown', async () => {
    const scheme = fc.constantFrom('{SSHA}', '{SHA}', '{CRYPT}$6$', '{CRYPT}$1$', '{PBKDF2}', '{PBKDF2-SHA256}10:', '{BCRYPT}$2b$04$', '$argon2id$v=19$m=8,t=1,p=1$', '$scrypt$ln=4,r=1,p=1$', '')
    await fc.assert(fc.asyncProperty(scheme, fc.string({ unit: 'binary', maxLength: 80 }), fc.string(), async (start, rest, clear) => {
      expect(await isPasswordOf(start + rest, clear)).toBe(false)
    }), { numRuns: 300 })
  }, 30_000)

  test('the limits of argon2 are those of the settings and a bit more', () => {
    const phc = (m: number, t: number, p = 1) => `$argon2id$v=19$m=${m},t=${t},p=${p}$c29tZXNhbHQ$KMXR/cXt8v5fHxs0dIZVHHs0WR1BSZGbHNJ0XMHAR2c`
    expect([phc(262_144, 4), phc(65_536, 10), phc(262_144, 5), phc(262_145, 1), phc(1024, 11), phc(1024, 1, 17)].map((one) => argon2Setting(one) !== undefined)).toEqual([true, true, false, false, false, false])
  })
})

const files = ['opendj-Example.ldif', 'opendj-Example-hashed.ldif'].map((name) => new URL(`../../shared/data/ldif/${name}`, import.meta.url))

test.skipIf(!files.every((file) => existsSync(file)))('everybody of the sample directory has the password of its sister file', async () => {
  const [clear, hashed] = files.map((file) => readLdif(readFileSync(file, 'utf8'))) as [Map<string, string>, Map<string, string>]
  expect([clear.size, hashed.size]).toEqual([153, 153])
  const wrongly: string[] = []
  for (const [dn, stored] of hashed) {
    const { ok, stale } = await verifyPassword(stored, clear.get(dn)!, cost)
    if (!ok || !stale || (await isPasswordOf(stored, `${clear.get(dn)!}x`))) wrongly.push(`${dn} ${stored}`)
  }
  expect(wrongly).toEqual([])
}, 120_000)
