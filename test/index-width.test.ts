/** A B-tree takes 2,704 bytes an entry: whatever a column may hold has to fit, or is refused before, with the reason. */
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { against, jsonl, plan, stepsOf } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const { ask, ctx } = await testServer()

const most = 2_704
const widest = 0x20000
/** Letters of four bytes that nothing compresses. */
const wide = (length: number) => Array.from({ length }, () => String.fromCodePoint(widest + randomInt(0x5000))).join('')
const addresses = (domain: string) => Array.from({ length: 50 }, () => ({ value: `${randomInt(1e12, 1e13)}@${domain}` }))

/** Those whose columns may hold more; what they hold is bounded together (`checkWidth`), is ASCII, or is ours. */
const bounded = ['migration_pkey', 'users_by_last_name', 'users_by_sort_name', 'users_found', 'user_auth_param_credential_key']

test('of all indexes only those that are known may meet an entry that is too wide', async () => {
  const columns = await ctx.db.query<{ index: string; type: string; length: number; from: number }>(
    `select i.indexrelid::regclass::text as index, format_type(c.atttypid, null) as type, greatest(c.atttypmod, t.atttypmod) - 4 as length,
       (select max(a.atttypmod) - 4 from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where d.objid = i.indexrelid and d.refobjid = i.indrelid and a.atttypmod > 0) as from
     from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam and m.amname = 'btree'
     join pg_namespace n on n.oid = x.relnamespace and n.nspname in ('public', 'efs', 'gatehouse')
     join pg_attribute c on c.attrelid = i.indexrelid left join pg_attribute t on t.attrelid = i.indrelid and t.attnum = i.indkey[c.attnum - 1] and t.attnum > 0`)
  expect(columns.length).toBeGreaterThan(200)
  const width = new Map<string, number>()
  for (const { index, type, length, from } of columns) {
    // An expression is as long as the column that it is made of; names of files and hashes are ours.
    const letters = length > 0 ? length : type === 'text' ? from : 0
    const bytes = /char|text/.test(type) ? (index.endsWith('_found') || letters === null ? most : letters * 4) : 32
    width.set(index, (width.get(index) ?? 8) + bytes)
  }
  expect([...width].filter(([, bytes]) => bytes > most).map(([index]) => index).filter((one) => !bounded.includes(one))).toEqual([])
})

test('as much as fits is kept and found; more is refused with what to do, and loses nothing', async () => {
  const made = await ask('POST', '/users', { userName: wide(150), name: { givenName: wide(40), familyName: wide(80) } })
  expect([made.status, made.body.problems]).toEqual([201, undefined])
  const { body: ada } = await ask('POST', '/users', { userName: 'ada@example.com', name: { givenName: 'Ada', familyName: 'Byron' }, emails: addresses('example.com') })
  expect(ada.problems).toBeUndefined()
  expect(ada.emails).toHaveLength(50)
  expect((await ask('GET', `/users?q=${ada.emails[49].value}`)).body.items).toMatchObject([{ id: ada.id }])
  const refused = await ask('PATCH', `/users/${ada.id}`, { emails: addresses(`${'long-'.repeat(8)}name.example`) })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_value', problems: [{ path: 'emails', message: expect.stringMatching(/take \d+ bytes together .* 2400 fit: remove addresses/) }] } })
  expect((await ask('GET', `/users/${ada.id}`)).body.emails).toHaveLength(50)
  // Each of these letters is eighteen in searches.
  for (const [path, name] of [['name.familyName', { familyName: '\ufdfa'.repeat(100) }], ['name.givenName', { givenName: '\ufdfa'.repeat(100), familyName: 'Ali' }]] as const) {
    expect(await ask('POST', '/users', { userName: 'long.name', name })).toMatchObject({ status: 400, body: { problems: [{ path, message: expect.stringMatching(/takes \d+ bytes together .* 2400 fit: shorten it/) }] } })
  }
  expect((await ask('POST', '/users', { userName: wide(220), name: { givenName: wide(100), familyName: wide(100) } })).status).toBe(400)
})

test('syllables of Korean, which Unicode takes apart, take no more where names are put in order', async () => {
  const korean = (length: number) => Array.from({ length }, () => String.fromCodePoint(0xac00 + randomInt(11_172))).join('')
  const people: number[] = []
  for (let length = 10; length <= 100; length += 6) {
    const { status, body } = await ask('POST', '/users', { userName: `k${length}`, name: { givenName: korean(length), familyName: korean(length) } })
    expect(status === 201 || (body.code === 'invalid_value' && /^name\.(family|given)Name$/.test(body.problems[0].path as string)), JSON.stringify(body)).toBe(true)
    people.push(status)
  }
  expect(people.slice(0, 5)).toEqual(new Array(5).fill(201))
  expect((await ask('POST', '/organizations', { name: korean(200) })).status).toBe(201)
  expect((await ask('POST', '/resources', { name: korean(255), resourceType: 'WEBSERVICE' })).status).toBeLessThan(500)
  expect((await ask('POST', '/groups', { displayName: korean(255) })).status).toBe(201)
})

test('an import says so in its plan, of that row alone', async () => {
  const person = (n: number, domain: string) => ({ userName: `wide${n}@example.com`, name: { familyName: `Wide ${n}` }, emails: addresses(domain) })
  const { id } = await plan(ctx, jsonl(person(1, 'example.com'), person(2, `${'long-'.repeat(8)}name.example`)))
  const [first, second] = await stepsOf(ctx.db, id)
  expect([first!.action, second!.action, against(second)]).toEqual(['create', 'error', expect.stringMatching(/emails .*2400 fit/)])
})
