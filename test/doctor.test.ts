/** The doctor on a healthy database, and on one with every kind of damage. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseSchema, readSchema, renderSchema } from '../src/store/catalogue.ts'
import { examine, type Finding } from '../src/store/doctor.ts'
import { emptyDatabase, open, testDatabase } from './database.ts'

const db = await testDatabase()
const expected = await readSchema(db)
const text = renderSchema(expected)

/** The test server does without fsync, which the doctor rightly reports. */
async function findings(): Promise<Finding[]> {
  return (await examine(db, expected)).filter(({ where }) => !/fsync|full_page_writes/.test(where))
}

test('schema.sql is what the migrations make', () => {
  const committed = readFileSync(new URL('../schema.sql', import.meta.url), 'utf8')
  expect(committed, 'run "node tools/dump-schema.ts" after adding a migration').toBe(text)
})

test('schema.sql, run on an empty database, makes the same schema', async () => {
  const copy = open(await emptyDatabase())
  await copy.execute(text)
  expect(renderSchema(await readSchema(copy))).toBe(text)
})

test('the text of a schema can be read back', async () => {
  expect(parseSchema(text)).toEqual(expected)
})

test('a healthy database has nothing to be found, and one without fsync is told', async () => {
  expect(await findings()).toEqual([])
  const { fsync } = (await db.first<{ fsync: string }>(`select current_setting('fsync') as fsync`))!
  const told = (await examine(db, expected)).some(({ where }) => where === 'setting fsync')
  expect(told).toBe(fsync === 'off')
})

// What is done to the database; severity, place, difference and advice that must be reported.
const schemaDamages = [
  ['drop index public.users_search_text', 'warning', /index public\.users_search_text$/, /is missing/, /create index/i],
  ['alter table public.users drop column nickname', 'error', /public\.users, column nickname/, /missing/, /character/],
  ['alter table public.users alter column title type varchar(7)', 'error', /users, column title/, /\(7\)/, /title char/],
  ['alter table public.users alter column status drop not null', 'error', /column status/, /instead of/, /not null/],
  ['alter table public.users alter column version set default 7', 'error', /column version/, /default 7/, /default 1/],
  ['alter table public.users add column shoe_size integer', 'note', /column shoe_size/, /none of ours/, /leave it/],
  ['create table public.guest (n integer)', 'note', /^table public\.guest/, /none of ours/, /leave it/],
  ['drop table public.user_note', 'error', /table public\.user_note/, /is missing/, /gatehouse restore/],
  ['alter table public.login drop constraint login_user_id_fkey', 'error', /key public\.login/, /missing/, /alter table/],
  ['drop trigger user_role_period_insert on public.user_role', 'error', /trigger/, /is missing/, /CREATE TRIGGER/],
  ['alter table public.user_role disable trigger user_role_period_update', 'error', /trigger/, /switched off/, /enable/],
  [`create or replace function efs.remove_reference() returns trigger language plpgsql as 'begin return null; end'`,
    'error', /function efs\.remove_reference/, /differs/, /delete from/],
] as const

describe('damage to the schema', async () => {
  const hurt = await testDatabase()
  for (const [damage] of schemaDamages) await hurt.execute(damage)
  const found = await examine(hurt, expected)

  test.each(schemaDamages)('%s', (_, severity, where, what, advice) => {
    expect(found.filter((finding) => where.test(finding.where))).toContainEqual({
      severity, where: expect.any(String), what: expect.stringMatching(what), advice: expect.stringMatching(advice),
    })
  })
})

const migrationDamages = [
  [`delete from gatehouse.migration where name like '0002%'`, 'error', /0002/, /not been applied/, /Start the server/],
  [`insert into gatehouse.migration values ('9999_x.sql', now(), '')`, 'error', /9999_x/, /newer/, /that release/],
  [`update gatehouse.migration set checksum = '' where name like '0001%'`, 'error', /0001/, /changed/, /Bring back/],
] as const

describe('migrations that do not fit', async () => {
  const hurt = await testDatabase()
  for (const [damage] of migrationDamages) await hurt.execute(damage)
  const found = await examine(hurt, expected)

  test.each(migrationDamages)('%s', (_, severity, where, what, advice) => {
    expect(found.filter((finding) => where.test(finding.where))).toContainEqual({
      severity, where: expect.any(String), what: expect.stringMatching(what), advice: expect.stringMatching(advice),
    })
  })
})

test('a migration whose file was changed hides no other damage', async () => {
  const hurt = await testDatabase()
  await hurt.execute(`update gatehouse.migration set checksum = '' where name like '0001%'; drop index public.users_status`)
  const found = await examine(hurt, expected)
  expect(found).toContainEqual(expect.objectContaining({ where: expect.stringMatching(/^migration 0001/) }))
  expect(found).toContainEqual(expect.objectContaining({ severity: 'warning', what: expect.stringMatching(/is missing: lists/) }))
})

test('an index that was left unfinished', async () => {
  const hurt = await testDatabase()
  await hurt.execute(`create table public.twice (n integer); insert into public.twice values (1), (1)`)
  await hurt.execute('create unique index concurrently twice_n on public.twice (n)').catch(() => {})
  expect(await examine(hurt, expected)).toContainEqual(
    expect.objectContaining({ severity: 'warning', where: 'index twice_n', advice: 'Run: reindex index twice_n;' }),
  )
})
