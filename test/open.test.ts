/** Opening a database from the configuration: external or embedded, usable or refused with a reason. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { DatabaseOptions } from '../src/store/database.ts'
import { assertUsable, openDatabase } from '../src/store/open.ts'
import { emptyDatabase, inDatabase, open } from './database.ts'
import { memoryFolder } from './memory-folder.ts'

const folder = memoryFolder('gatehouse-open-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const common = { DATABASE_POOL_SIZE: 2, DATABASE_NAMED_STATEMENTS: true, TIME_ZONE: 'UTC', GATEHOUSE_DATA: join(folder, 'data') }

function addressOf({ connectionString, host, user, password, database }: DatabaseOptions): string {
  return connectionString ?? `postgresql://${user}:${password}@${encodeURIComponent(host ?? '')}/${database}`
}

test('an external database by its address', async () => {
  const url = addressOf(await emptyDatabase())
  const { db, kind, version, close } = await openDatabase({ ...common, DATABASE_URL: url }, { role: 'server' })
  expect(kind).toBe('external')
  expect(Number.parseInt(version)).toBeGreaterThanOrEqual(15)
  expect(await db.first(`select current_setting('application_name') as name`)).toEqual({ name: 'gatehouse' })
  await close()
})

test('the embedded one without an address, and nothing is left running', async () => {
  const opened = await openDatabase({ ...common, DATABASE_URL: undefined }, { role: 'server', applicationName: 'test' })
  expect(opened.kind).toBe('embedded')
  expect(await opened.db.first(`select current_setting('application_name') as name`)).toEqual({ name: 'test' })
  await opened.close()
})

test('a server that does not answer is unavailable, after some patience', async () => {
  const url = `postgresql://nobody:x@${encodeURIComponent(folder)}/nothing`
  const attempt = openDatabase({ ...common, DATABASE_URL: url }, { role: 'server', patienceMs: 300 })
  await expect(attempt).rejects.toMatchObject({
    code: 'unavailable', message: expect.not.stringContaining(':x@'),
  })
})

test('an address that leads nowhere, or is none, is a mistake in the configuration', async () => {
  const url = addressOf(inDatabase(await emptyDatabase(), 'missing'))
  await expect(openDatabase({ ...common, DATABASE_URL: url }, { role: 'server' })).rejects.toMatchObject({
    code: 'configuration', message: expect.stringContaining('"missing" does not exist'),
  })
  await expect(openDatabase({ ...common, DATABASE_URL: 'postgresql://%' }, { role: 'server' })).rejects.toMatchObject({
    code: 'configuration', message: expect.stringContaining('DATABASE_URL cannot be used'),
  })
})

test('old servers and other encodings are refused', async () => {
  expect(() => assertUsable({ number: 140_011, version: '14.11', encoding: 'UTF8' })).toThrow(/15 or newer.*14\.11/)
  const empty = await emptyDatabase()
  const admin = open(empty)
  const name = `gatehouse_test_latin_${process.pid}`
  await admin.execute(`create database ${name} encoding 'LATIN1' locale_provider 'libc' locale 'C' template template0`)
  try {
    const url = addressOf(inDatabase(empty, name))
    const attempt = openDatabase({ ...common, DATABASE_URL: url }, { role: 'server' })
    await expect(attempt).rejects.toMatchObject({ code: 'configuration', message: expect.stringContaining('LATIN1') })
  } finally {
    await admin.execute(`drop database ${name} with (force)`)
  }
})
