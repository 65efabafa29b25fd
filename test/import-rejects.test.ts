/** Where rejected rows go: to the name that is told, and never over what somebody has made of it since. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createUser } from '../src/directory/users.ts'
import { readPlan } from '../src/store/plans.ts'
import { placeRejects } from '../src/transfer/collect-rejects.ts'
import { planImport, type ImportFile } from '../src/transfer/plan-import.ts'
import { testContext } from './context.ts'
import { applyWhile, csv, fileOf, importFolder, plan } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
})

const rejectsOf = (planId: string, path: string, wanted: string) => placeRejects(ctx.db, planId, { path, mapping: 'csv' }, 'people.csv', wanted)

test('a reject file that was mended is left alone, and can be planned; one that was not gets what applying adds', async () => {
  const path = csv('userName,name.familyName,birthdate', 'mend-a,A,2001-02-29', 'mend-b,B,')
  const wanted = join(importFolder(), 'people.rejected.csv')
  const { id } = await plan(ctx, path)
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: wanted, rows: 1 })
  const written = readFileSync(wanted, 'utf8')
  // Asked again, the same.
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: wanted, rows: 1 })
  const mended = written.replace('2001-02-29', '2001-02-28')
  writeFileSync(wanted, mended)
  await applyWhile(ctx, id, () => createUser(ctx, { userName: 'mend-b' }))
  const beside = wanted.replace('.csv', '-2.csv')
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: beside, rows: 2, kept: wanted })
  expect([readFileSync(wanted, 'utf8'), readFileSync(beside, 'utf8').includes('2001-02-29')]).toEqual([mended, true])
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: beside, rows: 2, kept: wanted })
  expect((await plan(ctx, wanted)).counts).toEqual({ create: 1 })
  // Not mended, it is replaced by what applying has found besides.
  writeFileSync(wanted, written)
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: wanted, rows: 2 })
  expect(readdirSync(dirname(wanted)).toSorted()).toEqual(['people.rejected-2.csv', 'people.rejected.csv'])
})

test('a link in its place is neither followed nor replaced', async () => {
  const path = csv('userName,birthdate', 'link-a,2001-02-29')
  const folder = importFolder()
  const [wanted, theirs] = [join(folder, 'people.rejected.csv'), join(folder, 'theirs')]
  writeFileSync(theirs, 'theirs')
  symlinkSync(theirs, wanted)
  const { id } = await plan(ctx, path)
  expect(await rejectsOf(id, path, wanted)).toEqual({ file: join(folder, 'people.rejected-2.csv'), rows: 1, kept: wanted })
  expect([readFileSync(theirs, 'utf8'), existsSync(wanted)]).toEqual(['theirs', true])
})

test('without rejected rows there is no file', async () => {
  const path = csv('userName', 'clean-a')
  const wanted = join(importFolder(), 'people.rejected.csv')
  expect(await rejectsOf((await plan(ctx, path)).id, path, wanted)).toBeUndefined()
  expect(readdirSync(dirname(wanted))).toEqual([])
})

test('of a file that another one has taken the place of, nothing is copied; what was written of the right one stays', async () => {
  const text = 'userName,birthdate\nrl-a,2001-02-29\nrl-b,\n'
  const path = fileOf('people.csv', text)
  const key = Buffer.alloc(32, 7)
  const { id } = await planImport(ctx, [{ path, mapping: 'csv' }], undefined, key)
  const [file] = (await readPlan(ctx.db, id)).options.files as [ImportFile]
  // A digest that anybody can make would let them try out what may stand in the file.
  expect(file.seal).toMatch(/^[0-9a-f]{64}$/)
  expect(file.seal).not.toBe(createHash('sha256').update(text).digest('hex'))
  const wanted = join(importFolder(), 'people.rejected.csv')
  const place = () => placeRejects(ctx.db, id, file, 'people.csv', wanted, key)
  expect(await place()).toEqual({ file: wanted, rows: 1 })
  const written = readFileSync(wanted, 'utf8')
  writeFileSync(path, 'userName,birthdate\nnew1,\nnew2,\nrl-a,2001-02-29\nrl-b,\n')
  await applyWhile(ctx, id, () => createUser(ctx, { userName: 'rl-b' }))
  expect(await place()).toEqual({ rows: 2, replaced: path })
  rmSync(path)
  expect(await place()).toEqual({ rows: 2, replaced: path })
  expect([readFileSync(wanted, 'utf8'), readdirSync(dirname(wanted))]).toEqual([written, ['people.rejected.csv']])
  // The same bytes under the name again are the file.
  writeFileSync(path, text)
  expect(await place()).toEqual({ file: wanted, rows: 2 })
  expect(readFileSync(wanted, 'utf8')).toMatch(/rl-a.*\r\nrl-b/)
})

test('a file of which nothing was rejected is not looked for', async () => {
  const path = csv('userName', 'clean-b')
  const { id } = await planImport(ctx, [{ path, mapping: 'csv' }], undefined, Buffer.alloc(32, 7))
  const [file] = (await readPlan(ctx.db, id)).options.files as [ImportFile]
  rmSync(path)
  expect(await placeRejects(ctx.db, id, file, 'people.csv', join(importFolder(), 'x.csv'), Buffer.alloc(32, 7))).toBeUndefined()
})
