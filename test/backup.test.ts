/** Backup and restore: everything comes back, from one instant, into any PostgreSQL; or nothing changes at all. */
import type * as Fs from 'node:fs'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readSchema, renderSchema } from '../src/store/catalogue.ts'
import { Database, type DatabaseOptions } from '../src/store/database.ts'
import { launchFor } from '../src/store/embedded-binaries.ts'
import { createCluster, passwordOf, startPostmaster, stopPostmaster } from '../src/store/embedded-cluster.ts'
import { openEmbedded } from '../src/store/embedded.ts'
import { newMasterKey, parseMasterKey } from '../src/store/master-key.ts'
import { migrate, readMigrations } from '../src/store/migrate.ts'
import { openMasterKey, rotateMasterKey } from '../src/store/open-master-key.ts'
import { backup } from '../src/transfer/backup.ts'
import { restore } from '../src/transfer/restore.ts'
import { emptyDatabase, open, testDatabase } from './database.ts'
import { fullDisk } from './full-disk.ts'
import { memoryFolder } from './memory-folder.ts'

vi.mock('node:fs', async (original) => (await import('./full-disk.ts')).withFullDisk(await original<typeof Fs>()))

const folder = memoryFolder('gatehouse-backup-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const now = () => new Date('2026-11-21T07:00:00Z')
const nasty = 'tab\tline\nreturn\r backslash\\ end\\.\n\\.\nnull \\N quote\' "Müller" 𝕏 日本'
let files = 0
/** Databases of tests have never seen a master key, unless one opens it there. */
const keys = { GATEHOUSE_DATA: folder, GATEHOUSE_MASTER_KEY: undefined, GATEHOUSE_MASTER_KEY_FILE: undefined }
const freshFile = () => join(folder, `backup-${++files}.gz`)

const db = await testDatabase()
const file = freshFile()

beforeAll(async () => {
  await fill(db)
  await backup(db, file, { now })
})

/** People who point to each other and to organisations that point back, texts of every kind, numbered rows, bytes. */
async function fill(target: Database): Promise<void> {
  await target.query(
    `insert into public.users (user_id, last_name, type_id, status, title)
     select 'p' || n, 'Person ' || n, 'DEFAULT_USER', 'ACTIVE', case n when 1 then left($1, 30) end
       from generate_series(1, 2000) n`, [nasty])
  await target.query(
    `insert into public.user_note (user_note_id, user_id, note_type, description, create_date, created_by)
     values ('n1', 'p1', 'note', $1, now(), '3000')`, [nasty])
  await target.query(`update public.users set alternate_id = 'p1' where user_id = 'p2'`)
  await target.execute(
    `insert into efs.iam_user_unassignment_queue (user_id, email) values (7, 'a@example.org'), (8, '')`)
  await target.query(`insert into gatehouse.idempotency_key (principal, key_hash, method, path, body_hash)
    values ('x', '\\x000a5c2e0a', 'POST', '/', '\\xff')`)
}

/** Table → a digest of its rows in a fixed order, however they lie on disk. */
async function contents(target: Database): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const { kind, name } of await readSchema(target)) {
    if (kind !== 'table' || name === 'gatehouse.migration') continue
    const row = await target.first<{ digest: string; n: number }>(
      `select md5(coalesce(string_agg(t::text, chr(10) order by t::text collate "C"), '')) as digest, count(*) as n
         from ${name} t`)
    result[name] = `${row!.n} ${row!.digest}`
  }
  return result
}

async function isEmpty(target: Database): Promise<boolean> {
  return (await target.first<{ empty: boolean }>(`select to_regclass('gatehouse.migration') is null as empty`))!.empty
}

test('everything comes back: rows, schema, numbering, rules', async () => {
  const copy = open(await emptyDatabase())
  const report = await restore(copy, file, keys)
  expect(report).toMatchObject({ createdAt: now().toISOString(), migrated: [] })
  expect(await contents(copy)).toEqual(await contents(db))
  expect(renderSchema(await readSchema(copy))).toBe(renderSchema(await readSchema(db)))
  const row = await copy.first(`insert into efs.iam_user_unassignment_queue (user_id) values (9) returning id`)
  expect(row).toEqual({ id: 3 })
  await expect(copy.execute(`update public.users set alternate_id = 'nobody' where user_id = 'p1'`))
    .rejects.toMatchObject({ code: 'invalid_reference' })
  const off = await copy.query(`select from pg_trigger where tgenabled = 'D'`)
  expect(off).toEqual([])
})

test('the file is private, and an older one is not written over', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await expect(backup(db, file, { now })).rejects.toMatchObject({ code: 'already_exists' })
})

test('is from one instant, though people are written meanwhile', async () => {
  const source = await testDatabase()
  await fill(source)
  const before = await contents(source)
  const target = freshFile()
  let written = 0
  await backup(source, target, {
    now,
    onTable: () => {
      const id = `late${++written}`
      void source.execute(
        `insert into public.users (user_id, last_name, type_id, status)
         values ($1, 'Late', 'DEFAULT_USER', 'ACTIVE')`, [id])
    },
  })
  expect(written).toBeGreaterThan(50)
  const copy = open(await emptyDatabase())
  await restore(copy, target, keys)
  expect(await contents(copy)).toEqual(before)
})

test('what others have added to our tables and schemas is left out, so that the rest can be restored', async () => {
  const source = await testDatabase()
  await source.execute(`create table public.guest (n integer); insert into public.guest values (1);
    alter table public.users add column "Shoe size" integer default 42`)
  const target = freshFile()
  await backup(source, target, { now })
  const copy = open(await emptyDatabase())
  await restore(copy, target, keys)
  expect(await copy.first('select count(*) as n from public.users')).toEqual({ n: 1 })
})

test('a backup of an older release is migrated after its rows are back', async () => {
  const all = readMigrations().map(({ name }) => name)
  const older = open(await emptyDatabase())
  await migrate(older, { names: all.slice(0, -1) })
  await older.execute(
    `insert into public.users (user_id, last_name, type_id, status) values ('old', 'Old', 'DEFAULT_USER', 'ACTIVE')`)
  const target = freshFile()
  await backup(older, target, { now })
  const copy = open(await emptyDatabase())
  expect(await restore(copy, target, keys)).toMatchObject({ migrated: all.slice(-1) })
  expect(await copy.first(`select last_name from public.users where user_id = 'old'`)).toEqual({ last_name: 'Old' })
})

describe('into a database that is not empty', async () => {
  test('takes one that nobody has used yet', async () => {
    const unused = await testDatabase()
    await restore(unused, file, keys)
    expect(await contents(unused)).toEqual(await contents(db))
  })

  test('refuses one with people unless told to replace it', async () => {
    const used = await testDatabase()
    await used.execute(
      `insert into public.users (user_id, last_name, type_id, status)
       values ('mine', 'Mine', 'DEFAULT_USER', 'ACTIVE')`)
    await expect(restore(used, file, keys)).rejects.toMatchObject({ code: 'conflict' })
    expect(await used.first(`select count(*) as n from public.users where user_id = 'mine'`)).toEqual({ n: 1 })
    await restore(used, file, keys, { replace: true })
    expect(await contents(used)).toEqual(await contents(db))
  })

  test('never touches tables of another program', async () => {
    const other = open(await emptyDatabase())
    await other.execute('create table public.users (n integer); insert into public.users values (1)')
    await expect(restore(other, file, keys, { replace: true })).rejects.toMatchObject({ code: 'conflict' })
    expect(await other.query('select n from public.users')).toEqual([{ n: 1 }])
  })
})

/** The backup's text, changed and packed again. */
function changed(change: (text: string) => string): Buffer {
  return gzipSync(Buffer.from(change(gunzipSync(readFileSync(file)).toString('latin1')), 'latin1'))
}

const flipped = () => {
  const bytes = Buffer.from(readFileSync(file))
  bytes[bytes.length >> 1]! ^= 0x10
  return bytes
}

const withoutNotes = () => changed((text) => text.replace(/\{"table":"public.user_note".*?(?=\{"table")/s, ''))
const newerRelease = () => changed((text) => text.replace('"migrations":[', '"migrations":[{"name":"9999_x.sql"},'))

test.each([
  ['cut short', () => readFileSync(file).subarray(0, -100), 'invalid_value'],
  ['cut short and packed again', () => changed((text) => text.slice(0, -200)), 'invalid_value'],
  ['with a bit flipped', flipped, 'invalid_value'],
  ['with a value changed', () => changed((text) => text.replace('Person 77\t', 'Person 78\t')), 'invalid_value'],
  ['with a row taken out', () => changed((text) => text.replace(/\np77\t.*\n/, '\n')), 'invalid_value'],
  ['with a reference to nobody', () => changed((text) => text.replaceAll('\tp1\t', '\tp0\t')), 'invalid_value'],
  ['with a table taken out', withoutNotes, 'invalid_value'],
  ['with something behind its end', () => changed((text) => `${text}more`), 'invalid_value'],
  ['not zipped', () => Buffer.from('hello'), 'invalid_value'],
  ['not a backup', () => gzipSync('{"a":1}\n'), 'invalid_value'],
  ['empty', () => Buffer.alloc(0), 'invalid_value'],
  ['of a newer release', newerRelease, 'configuration'],
  ['of a newer format', () => changed((text) => text.replace('Version":1', 'Version":2')), 'configuration'],
])('a file %s is refused and leaves nothing behind', async (_, make, code) => {
  const damaged = freshFile()
  writeFileSync(damaged, make())
  const copy = open(await emptyDatabase())
  await expect(restore(copy, damaged, keys)).rejects.toMatchObject({ code })
  expect(await isEmpty(copy)).toBe(true)
})

describe('the master key that the rows belong to', async () => {
  const right = newMasterKey()
  const saved = freshFile()
  const source = await testDatabase()
  await openMasterKey(source, { ...keys, GATEHOUSE_MASTER_KEY: right })
  await backup(source, saved, { now })
  const { id } = parseMasterKey(right, 'the key')

  test.each([
    ['is missing', {}, /missing/],
    ['is another', { GATEHOUSE_MASTER_KEY: newMasterKey() }, /wrong one/],
  ])('%s: nothing is restored, and it is said which one is needed', async (_, given, what) => {
    const copy = open(await emptyDatabase())
    const refused = restore(copy, saved, { ...keys, ...given })
    await expect(refused).rejects.toMatchObject({ code: 'configuration', message: expect.stringMatching(what) })
    await expect(refused).rejects.toThrow(`the backup belongs to the key ${id}`)
    expect(await isEmpty(copy)).toBe(true)
    expect(existsSync(join(folder, 'master.key'))).toBe(false)
  })

  test('is looked for before the other rows are read, and replaces nothing when it is wrong', async () => {
    const used = await testDatabase()
    await used.execute(`insert into public.users (user_id, last_name, type_id, status) values ('mine', 'Mine', 'DEFAULT_USER', 'ACTIVE')`)
    const tables: string[] = []
    const options = { replace: true, onTable: (table: string) => void tables.push(table) }
    await expect(restore(used, saved, { ...keys, GATEHOUSE_MASTER_KEY: newMasterKey() }, options)).rejects.toMatchObject({ code: 'configuration' })
    expect(tables).toEqual([])
    expect(await used.first(`select count(*) as n from public.users where user_id = 'mine'`)).toEqual({ n: 1 })
  })

  test('a file of before, whose tables stand in another order, is held to it as well', async () => {
    const [, head, setting, rest] = /^(.*?\n)(\{"table":"gatehouse\.setting".*?)(\{"table":.*)$/s.exec(gunzipSync(readFileSync(saved)).toString('latin1'))!
    const end = rest!.lastIndexOf('{"tables"')
    const older = freshFile()
    writeFileSync(older, gzipSync(Buffer.from(head + rest!.slice(0, end) + setting + rest!.slice(end), 'latin1')))
    const copy = open(await emptyDatabase())
    await expect(restore(copy, older, keys)).rejects.toThrow(id)
    expect(await isEmpty(copy)).toBe(true)
    await restore(copy, older, { ...keys, GATEHOUSE_MASTER_KEY: right })
    expect(await contents(copy)).toEqual(await contents(source))
  })

  test('that a rotation has left beside the old one will do, and stays where it is', async () => {
    const [rotated, file] = [newMasterKey(), freshFile()]
    const next = await testDatabase()
    const old = await openMasterKey(next, { ...keys, GATEHOUSE_MASTER_KEY: right })
    await rotateMasterKey(next, old, parseMasterKey(rotated, 'the new key'))
    await backup(next, file, { now })
    const data = join(folder, 'rotating')
    mkdirSync(data)
    writeFileSync(join(data, 'master.key'), right)
    writeFileSync(join(data, 'master.key.next'), rotated)
    await restore(open(await emptyDatabase()), file, { ...keys, GATEHOUSE_DATA: data })
    expect(readFileSync(join(data, 'master.key'), 'utf8')).toBe(right)
  })
})

test('a disk that fills up, or a folder that is not there, leaves no half file and a working database', async () => {
  const full = freshFile()
  if (existsSync('/dev/full')) {
    fullDisk.add(full)
    await expect(backup(db, full, { now })).rejects.toThrow(/ENOSPC/)
  }
  await expect(backup(db, join(folder, 'missing', 'file'), { now })).rejects.toThrow(/ENOENT/)
  expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  await expect(restore(db, join(folder, 'missing'), keys)).rejects.toThrow(/ENOENT/)
  expect(await db.first('select 1 as one')).toEqual({ one: 1 })
})

test.runIf(existsSync('/dev/full'))('a disk that fills up in the middle of a table ends the copy and its transaction at once', { timeout: 20_000 }, async () => {
  const large = await testDatabase()
  // More than buffers on the way hold, however well it is packed.
  await large.query(`insert into public.users (user_id, last_name, type_id, status) values ('p', 'Person', 'DEFAULT_USER', 'ACTIVE')`)
  await large.query(`insert into public.user_note (user_note_id, user_id, note_type, description, create_date)
    select 'n' || n, 'p', 'note', (select string_agg(md5(n::text || m), '') from generate_series(1, 25) m), now() from generate_series(1, 10000) n`)
  const full = freshFile()
  fullDisk.add(full)
  await expect(backup(large, full, { now })).rejects.toMatchObject({ code: 'ENOSPC', path: full })
  expect(readdirSync(folder).filter((name) => name.includes('partial') || full.endsWith(name))).toEqual([])
  await expect.poll(() => large.query(`select pid from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`)).toEqual([])
})

test('refuses to back up a database that is not ours', async () => {
  const other = open(await emptyDatabase())
  await expect(backup(other, freshFile(), { now })).rejects.toMatchObject({ code: 'configuration' })
})

test('moves an embedded database to a newer PostgreSQL: backup, new release, restore', async () => {
  const dataDir = join(folder, 'data')
  mkdirSync(join(dataDir, 'postgres-17'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres-17', 'PG_VERSION'), '17\n')
  await expect(openEmbedded({ dataDir, role: 'server' })).rejects.toThrow(/gatehouse restore/)

  // A restore that fails must not let the next start take the new, empty database for the old one.
  const unfinished = await openEmbedded({ dataDir, role: 'server', besideOlder: true })
  await unfinished.close()
  await expect(openEmbedded({ dataDir, role: 'server' })).rejects.toThrow(/gatehouse restore/)

  const fresh = await openEmbedded({ dataDir, role: 'server', besideOlder: true })
  const copy = new Database(fresh.options)
  await restore(copy, file, keys)
  await copy.close()
  await fresh.close()
  const server = await openEmbedded({ dataDir, role: 'server' })
  const moved = new Database(server.options)
  expect(await contents(moved)).toEqual(await contents(db))
  await moved.close()
  await server.close()
})

describe('PostgreSQL 15', () => {
  const binaries = { folder: '/usr/lib/postgresql/15/bin', version: '15', build: '15', major: 15 }
  let options: DatabaseOptions
  let stop = async () => {}

  beforeAll(async () => {
    if (!existsSync(binaries.folder)) return
    const data = join(folder, 'postgres-15')
    const cluster = { folder: data, binaries, launch: await launchFor(binaries, data), settings: { fsync: 'off' } }
    await createCluster(cluster)
    const { pid, socketFolder } = await startPostmaster(cluster)
    stop = () => stopPostmaster(data, pid)
    options = { host: socketFolder, user: 'gatehouse', password: passwordOf(cluster), database: 'postgres' }
  })
  afterAll(() => stop())

  test('takes a backup of 18, and gives one that 18 takes', async ({ skip }) => {
    if (!options) skip('no PostgreSQL 15 here; "apt-get install postgresql-15" brings it')
    const old = new Database(options)
    await restore(old, file, keys)
    expect(await contents(old)).toEqual(await contents(db))
    expect(renderSchema(await readSchema(old))).toBe(renderSchema(await readSchema(db)))
    const back = freshFile()
    await backup(old, back, { now })
    await old.close()
    const copy = open(await emptyDatabase())
    await restore(copy, back, keys)
    expect(await contents(copy)).toEqual(await contents(db))
  })
})
