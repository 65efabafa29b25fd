/** The master key: found or made, held against the database, and replaced. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import {
  encryptedColumns,
  openMasterKey,
  rotateMadeKey,
  rotateMasterKey,
  type KeyConfig,
} from '../src/store/open-master-key.ts'
import { verifyAudit } from '../src/audit/verify.ts'
import { testDatabase } from './database.ts'
import { seal, testContext, testKey, userEvent, write } from './audit-context.ts'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

let config: KeyConfig
const path = (name = 'master.key') => join(config.GATEHOUSE_DATA, name)
const at = (folder: string, more: Partial<KeyConfig> = {}): KeyConfig => ({
  GATEHOUSE_DATA: folder,
  GATEHOUSE_MASTER_KEY: undefined,
  GATEHOUSE_MASTER_KEY_FILE: undefined,
  ...more,
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-'))
  folders.push(folder)
  return join(folder, 'data')
}

beforeEach(() => {
  config = at(newFolder())
})

describe('envelopes', () => {
  const key = testKey()

  test('come back equal, and never twice the same', () => {
    const [one, two] = [key.encrypt('séçret', 'a', '1'), key.encrypt('séçret', 'a', '1')]
    expect(key.decrypt(one, 'a', '1').toString()).toBe('séçret')
    expect(one.equals(two)).toBe(false)
    expect(one.includes('ret')).toBe(false)
    expect(key.decrypt(key.encrypt('', 'a'), 'a')).toHaveLength(0)
  })

  test('open for their purpose, row and key only', () => {
    const envelope = key.encrypt('x', 'a', '1')
    expect(() => key.decrypt(envelope, 'b', '1')).toThrow(/altered or belongs elsewhere/)
    expect(() => key.decrypt(envelope, 'a', '2')).toThrow(/altered or belongs elsewhere/)
    expect(() => testKey().decrypt(envelope, 'a', '1')).toThrow(/belongs to the master key/)
  })

  test('are refused when altered in any byte, or cut short', () => {
    const envelope = key.encrypt('secret', 'a', '1')
    for (let index = 0; index < envelope.length; index++) {
      const altered = Buffer.from(envelope)
      altered[index]! ^= 1
      expect(() => key.decrypt(altered, 'a', '1'), `byte ${index}`).toThrow()
      expect(() => key.decrypt(envelope.subarray(0, index), 'a', '1'), `cut at ${index}`).toThrow()
    }
  })

  test.each(['', 'short', 'x'.repeat(44), `${newMasterKey()}AAAA`, Buffer.alloc(31).toString('base64')])(
    '%j is no key',
    (text) => {
      expect(() => parseMasterKey(text, 'THERE')).toThrow(/THERE must be the Base64 of 32 random bytes/)
    },
  )
})

describe('at start', () => {
  test('a key is made once, for its owner only', async () => {
    const db = await testDatabase()
    const { id } = await openMasterKey(db, config)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(readdirSync(config.GATEHOUSE_DATA)).toEqual(['master.key'])
    expect((await openMasterKey(db, config)).id).toBe(id)
  })

  test('two servers on one folder agree', async () => {
    const db = await testDatabase()
    const keys = await Promise.all([1, 2, 3, 4].map(() => openMasterKey(db, config)))
    expect(new Set(keys.map((key) => key.id)).size).toBe(1)
  })

  test('of two servers with folders of their own on a new database, the later stops and leaves no key', async () => {
    const db = await testDatabase()
    let later: Promise<unknown> | undefined
    await db.transaction(async (tx) => {
      const check = { keyId: testKey().id, check: '' }
      await tx.execute(`insert into gatehouse.setting (name, value) values ('master_key', $1)`, [JSON.stringify(check)])
      later = openMasterKey(db, config).catch((error: unknown) => error)
      while (!existsSync(path())) await tx.execute('select pg_sleep(0.005)')
    })
    expect(await later).toMatchObject({ code: 'configuration', message: expect.stringContaining('is the wrong one') })
    expect(readdirSync(config.GATEHOUSE_DATA)).toEqual([])
  })

  test('a missing key is one clear error, and none is made in its place', async () => {
    const db = await testDatabase()
    await openMasterKey(db, config)
    rmSync(path())
    await expect(openMasterKey(db, config)).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('is missing'),
    })
    expect(readdirSync(config.GATEHOUSE_DATA)).toEqual([])
  })

  test('a wrong key is one clear error, wherever it came from, and never shown', async () => {
    const db = await testDatabase()
    await openMasterKey(db, config)
    const wrong = newMasterKey()
    const file = join(config.GATEHOUSE_DATA, 'given')
    writeFileSync(file, wrong)
    for (const [name, value] of [
      ['GATEHOUSE_MASTER_KEY', wrong],
      ['GATEHOUSE_MASTER_KEY_FILE', file],
    ] as const) {
      const failure = await openMasterKey(db, at(newFolder(), { [name]: value })).catch(
        (error: unknown) => error as Error,
      )
      expect(failure).toMatchObject({ code: 'configuration', message: expect.stringContaining('is the wrong one') })
      expect((failure as Error).message).not.toContain(wrong)
    }
    writeFileSync(path(), `${wrong}\n`)
    await expect(openMasterKey(db, config)).rejects.toMatchObject({
      message: expect.stringContaining('master.key is the wrong one'),
    })
  })

  test('the environment and a named file are taken, but not both; a file that is not there is named', async () => {
    const db = await testDatabase()
    const key = newMasterKey()
    const { id } = await openMasterKey(db, at(config.GATEHOUSE_DATA, { GATEHOUSE_MASTER_KEY: key }))
    const file = join(folders.at(-1)!, 'given')
    writeFileSync(file, `${key}\n`)
    expect((await openMasterKey(db, at(config.GATEHOUSE_DATA, { GATEHOUSE_MASTER_KEY_FILE: file }))).id).toBe(id)
    await expect(
      openMasterKey(db, at(config.GATEHOUSE_DATA, { GATEHOUSE_MASTER_KEY: key, GATEHOUSE_MASTER_KEY_FILE: file })),
    ).rejects.toThrow(/both set/)
    await expect(
      openMasterKey(db, at(config.GATEHOUSE_DATA, { GATEHOUSE_MASTER_KEY_FILE: '/nowhere/key' })),
    ).rejects.toThrow(/\/nowhere\/key/)
  })
})

describe('rotation', () => {
  test('re-encrypts everything: the old key opens nothing, the new one all', async () => {
    const db = await testDatabase()
    const ctx = testContext(db)
    const [old, next] = [testKey(), testKey()]
    await write(ctx, userEvent('u'))
    await seal(ctx, old)
    expect(await rotateMasterKey(db, old, next)).toBe(1)
    await expect(seal(ctx, old)).rejects.toMatchObject({ code: 'configuration' })
    await write(ctx, userEvent('u'))
    await seal(ctx, next)
    expect(await verifyAudit(db, next)).toMatchObject({ ok: true, blocks: 2 })
    await expect(rotateMasterKey(db, old, testKey())).rejects.toMatchObject({ code: 'configuration' })
  })

  test('of a made key replaces its file', async () => {
    const db = await testDatabase()
    const before = await openMasterKey(db, config)
    await rotateMadeKey(db, config)
    const after = await openMasterKey(db, config)
    expect(after.id).not.toBe(before.id)
    expect(readdirSync(config.GATEHOUSE_DATA)).toEqual(['master.key'])
    await expect(
      rotateMadeKey(db, at(config.GATEHOUSE_DATA, { GATEHOUSE_MASTER_KEY: readFileSync(path(), 'utf8') })),
    ).rejects.toThrow(/from the environment/)
  })

  test('that died before or after the database had the new key is mended at the next start', async () => {
    const db = await testDatabase()
    const before = readFileSync((await openMasterKey(db, config), path()), 'utf8')
    // Died after: the new key still lies beside the old one.
    await rotateMadeKey(db, config)
    renameSync(path(), path('master.key.next'))
    writeFileSync(path(), before)
    const { id } = await openMasterKey(db, config)
    expect(readdirSync(config.GATEHOUSE_DATA)).toEqual(['master.key'])
    // Died before: the prepared key serves the next try.
    writeFileSync(path('master.key.next'), newMasterKey())
    expect((await openMasterKey(db, config)).id).toBe(id)
    await rotateMadeKey(db, config)
    expect((await openMasterKey(db, config)).id).not.toBe(id)
  })

  test('knows every encrypted column of the database', async () => {
    const db = await testDatabase()
    const columns = await db.query<{ name: string }>(
      `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
       where column_name like '%\\_encrypted' and data_type = 'bytea'`,
    )
    expect(columns.map((row) => row.name).sort()).toEqual(
      encryptedColumns.map((one) => `${one.table}.${one.column}`).sort(),
    )
  })
})
