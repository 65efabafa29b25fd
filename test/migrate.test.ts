/** Migrations: each once, in order, also when two servers start together; never backwards, never altered. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '../src/store/database.ts'
import { appliedMigrations, migrate } from '../src/store/migrate.ts'
import { emptyDatabase, open } from './database.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let db: Database
beforeEach(async () => {
  rmSync(join(folder, '0003_third.sql'), { force: true })
  writeFileSync(join(folder, '0001_first.sql'), 'create table first (n integer); insert into first values (1);')
  writeFileSync(join(folder, '0002_second.sql'), 'alter table first add m integer;\nupdate first set m = n + 1;')
  db = open(await emptyDatabase())
})

test('applies each file once, in order, and keeps the rows of old ones', async () => {
  expect(await migrate(db, { folder, names: ['0001_first.sql'] })).toEqual(['0001_first.sql'])
  await db.execute('insert into first values (41)')
  expect(await migrate(db, { folder })).toEqual(['0002_second.sql'])
  expect(await migrate(db, { folder })).toEqual([])
  expect(await db.query('select n, m from first order by n')).toEqual([{ n: 1, m: 2 }, { n: 41, m: 42 }])
  expect([...(await appliedMigrations(db)).keys()].sort()).toEqual(['0001_first.sql', '0002_second.sql'])
})

test('two servers that start at once take turns', async () => {
  const applied = await Promise.all([migrate(db, { folder }), migrate(db, { folder }), migrate(db, { folder })])
  expect(applied.flat().sort()).toEqual(['0001_first.sql', '0002_second.sql'])
  expect(await db.query('select n from first')).toEqual([{ n: 1 }])
})

test('a file that fails leaves nothing of itself, names the line, and can be mended', async () => {
  writeFileSync(join(folder, '0003_third.sql'), 'create table third (n integer);\nselect nonsense;')
  await expect(migrate(db, { folder })).rejects.toMatchObject({
    code: 'configuration', message: expect.stringMatching(/0003_third\.sql line 2 failed: .*nonsense/),
  })
  expect(await db.first(`select to_regclass('third') as third`)).toEqual({ third: null })
  writeFileSync(join(folder, '0003_third.sql'), 'create table third (n integer);')
  expect(await migrate(db, { folder })).toEqual(['0003_third.sql'])
})

test('refuses a database that a newer release has migrated', async () => {
  writeFileSync(join(folder, '0003_third.sql'), 'select 1;')
  await migrate(db, { folder })
  rmSync(join(folder, '0003_third.sql'))
  await expect(migrate(db, { folder })).rejects.toMatchObject({
    code: 'configuration', message: expect.stringContaining('0003_third.sql'),
  })
})

test('refuses a file that has been altered since it was applied', async () => {
  await migrate(db, { folder })
  writeFileSync(join(folder, '0001_first.sql'), 'create table first (n bigint);')
  await expect(migrate(db, { folder })).rejects.toMatchObject({
    code: 'configuration', message: expect.stringContaining('0001_first.sql'),
  })
})

test('a file forgotten between two applied ones is still applied', async () => {
  await migrate(db, { folder })
  writeFileSync(join(folder, '0001_z_late.sql'), 'create table late (n integer);')
  expect(await migrate(db, { folder })).toEqual(['0001_z_late.sql'])
  rmSync(join(folder, '0001_z_late.sql'))
})
