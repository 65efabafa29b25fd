/** Lists of names: by their letters, the same in the database as in memory; ranges, lookups and cursors beside that order. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameOrder } from '../src/model/name-order.ts'
import { organization } from '../src/model/organization.ts'
import { user } from '../src/model/user.ts'
import { markOf, writeCursor } from '../src/store/cursor.ts'
import { findByKey } from '../src/store/find-by-key.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

/** In their order; Apfel and äpfel, Eclair and éclair, Muller and Müller share a place each. */
const names = ['1x', '_x', 'Ægir', 'Apfel', 'äpfel', 'Eclair', 'éclair', 'Łódź', 'Lodzer', 'Muller', 'Müller', 'Müllerin', 'Øst', 'Österreich', 'Oz', 'Straße', 'Strasser', 'Zebra', 'Ωμέγα', 'Євген', 'Жанна', '中村']

const familyNames = async (query: string): Promise<string[]> => {
  const { status, body } = await ask('GET', `/users?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body.items as { name: { familyName: string } }[]).map(({ name }) => name.familyName)
}
const filtered = (filter: string) => `sortBy=name.familyName&filter=${encodeURIComponent(`title eq "N" and ${filter}`)}`

for (const familyName of names.toReversed()) expect((await ask('POST', '/users', { userName: `n${nameOrder(familyName)}${familyName.codePointAt(0)}${familyName.codePointAt(1)}`, title: 'N', name: { familyName } })).status).toBe(201)

test('each name stands where an index has it', async () => {
  expect(['Ä', 'É', 'Ø', 'Ł', 'Đ', 'ß', 'Æ', 'œ', 'ĳ', 'İ', 'ı', 'ς', 'Ё', 'Є', 'Ά', 'O’Brien', 'が', 'É'.normalize('NFD')].map(nameOrder)).toEqual(['a', 'e', 'o', 'l', 'd', 'ss', 'ae', 'oe', 'ij', 'i', 'i', 'σ', 'е', 'е', 'α', "o'brien", 'か', 'e'])
  const shown = await familyNames('sortBy=name.familyName&filter=title%20eq%20%22N%22')
  expect(shown.map(nameOrder)).toEqual(names.map(nameOrder))
})

test('the database and the memory have one order, of every letter and of texts', async () => {
  const points = Array.from({ length: 0x20000 }, (_, code) => code).filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff)).map((code) => String.fromCodePoint(code))
  const differing = async (texts: readonly string[]) => {
    const rows = await ctx.db.query<{ text: string; key: string; parts: string }>('select t as text, gatehouse.name_order(t) as key, normalize(t, NFD) as parts from unnest($1::text[]) t', [texts])
    // An older PostgreSQL does not know of the newest letters what they are made of.
    return rows.filter(({ text, key, parts }) => parts === text.normalize('NFD') && key !== nameOrder(text)).map(({ text, key }) => [text, key, nameOrder(text)])
  }
  expect(await differing(points)).toEqual([])
  const text = fc.string({ unit: fc.constantFrom(...'aZ 9-’ßÆæŁłÉéé̈İıΣςЁёЇґқ中が한ﬁ한'), maxLength: 8 })
  expect(await differing(fc.sample(text, 2_000))).toEqual([])
  // As wide as the name at most, so that an index holds whatever the table does.
  const wide = ['한'.repeat(100), '각'.repeat(255), 'ế'.repeat(100), 'ো'.repeat(60)]
  expect(await differing(wide)).toEqual([])
  for (const one of wide) expect(Buffer.byteLength(nameOrder(one))).toBeLessThanOrEqual(Buffer.byteLength(one))
  expect(await differing(['a' + '\u0301\u0316'.repeat(600)])).toEqual([])
  // What is equal but for case has one place, or a lookup by the index would miss it.
  const apart = await ctx.db.query('select t from unnest($1::text[]) t where gatehouse.name_order(t) <> gatehouse.name_order(lower(t))', [points])
  expect(apart).toEqual([])
})

test('a range is a part of the order; all else tells accents apart', async () => {
  const places = (from: string, test: (difference: number) => boolean) => names.filter((name) => test(Buffer.compare(Buffer.from(nameOrder(name)), Buffer.from(nameOrder(from))))).map(nameOrder)
  for (const from of ['Müller', 'm', 'Z', 'östlich']) {
    expect((await familyNames(filtered(`name.familyName gt "${from}"`))).map(nameOrder)).toEqual(places(from, (difference) => difference > 0))
    expect((await familyNames(filtered(`name.familyName le "${from}"`))).map(nameOrder)).toEqual(places(from, (difference) => difference <= 0))
  }
  expect(await familyNames(filtered('name.familyName eq "müller"'))).toEqual(['Müller'])
  expect(await familyNames(filtered('name.familyName eq "MULLER"'))).toEqual(['Muller'])
  expect(await familyNames(filtered('name.familyName sw "MÜLL"'))).toEqual(['Müller', 'Müllerin'])
  expect(await familyNames(filtered('name.familyName sw "ss"'))).toEqual([])
  expect(await familyNames(filtered('name.familyName co "aß"'))).toEqual(['Straße'])
  expect(await familyNames(filtered('not (name.familyName sw "m") and name.familyName ge "Łódź" and name.familyName lt "ø"'))).toEqual(['Łódź', 'Lodzer'])
})

test('a record is found by its name, not by another in the same place', async () => {
  const ids: string[] = []
  for (const name of ['Bäcker', 'Backer']) ids.push((await ask('POST', '/organizations', { name })).body.id)
  expect(await findByKey(ctx.db, organization, 'name', ['bäcker'])).toEqual(new Map([['bäcker', [ids[0]]]]))
  expect(await findByKey(ctx.db, organization, 'name', ['BACKER', 'bäcker', 'nobody'])).toEqual(new Map([['bäcker', [ids[0]]], ['backer', [ids[1]]]]))
  const [müller] = await ctx.db.query<{ id: string }>(`select user_id as id from users where last_name = 'Müller'`)
  expect(await findByKey(ctx.db, user, 'name.familyName', ['müller'])).toEqual(new Map([['müller', [müller!.id]]]))
})

test('roles may differ in accents alone, not in case alone', async () => {
  const made = async (name: string) => (await ask('POST', '/roles', { name })).status
  expect([await made('Köche'), await made('Koche'), await made('KÖCHE')]).toEqual([201, 201, 409])
})

test('a cursor of the order before is refused', async () => {
  const { body } = await ask('GET', '/users?sortBy=name.familyName&count=2')
  const old = writeCursor(markOf(['', '', 'name.familyname', 'ascending']), ['_x', 'x'])
  expect((await ask('GET', `/users?sortBy=name.familyName&count=2&cursor=${body.next}`)).status).toBe(200)
  expect(await ask('GET', `/users?sortBy=name.familyName&count=2&cursor=${old}`)).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
  // Other orders are what they were.
  const same = writeCursor(markOf(['', '', 'username', 'ascending']), ['a', 'x'])
  expect((await ask('GET', `/users?sortBy=userName&count=2&cursor=${same}`)).status).toBe(200)
})

test('indexes of names stand on that order alone', async () => {
  const indexes = (await ctx.db.query<{ sql: string }>(`select indexdef as sql from pg_indexes where schemaname = 'public' and tablename in ('users', 'company', 'grp', 'role', 'res', 'access_rights')`)).map(({ sql }) => sql)
  const orders = indexes.flatMap((sql) => /(\w+)\(\(?(?:last_name|first_name|sort_name|company_name|grp_name|role_name|name)\)/.exec(sql)?.[1] ?? [])
  expect(orders.filter((one) => one === 'name_order' || one === 'lower')).toEqual(new Array(8).fill('name_order'))
})
