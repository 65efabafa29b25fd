/** What stored plans tell of a person goes when they are erased: all that is theirs, whichever plan was applied, and nothing of others. */
import { expect, test } from 'vitest'
import { eraseUser } from '../src/directory/erase.ts'
import { blankPlans } from '../src/store/blank-plans.ts'
import { testContext } from './context.ts'
import { apply, applyWhile, csv, fileOf, jsonl, plan, stepsOf } from './import-harness.ts'
import { testServer } from './rest-server.ts'

const { ctx, ask } = await testServer()

const made = async (userName: string, more: object = {}) => (await ask('POST', '/users', { userName, ...more })).body.id as string
const erase = async (id: string) => expect((await ask('POST', `/users/${id}/erase`)).status).toBe(204)
/** All that is kept of a plan's steps, in lower case; hashes as text. */
const told = async (...plans: { id: string }[]) => JSON.stringify(await ctx.db.query(
  `select label, changes, problems, result, convert_from(secret, 'UTF8') as secret from gatehouse.plan_step where plan_id = any($1) order by plan_id, step_no`, [plans.map(({ id }) => id)])).toLowerCase()
const idOf = async (userName: string) => (await ctx.db.first<{ id: string }>('select user_id as id from users where user_name = $1', [userName]))!.id

test('members whom nobody knew when groups of an LDIF were planned', async () => {
  const groups = await plan(ctx, fileOf('groups.ldif', [
    'version: 1', '', 'dn: cn=Band,ou=Groups,dc=example', 'objectClass: posixGroup', 'cn: Band', 'gidNumber: 10', 'memberUid: anna', 'memberUid: annabel', 'memberUid: in',
    '', 'dn: cn=Choir,ou=Groups,dc=example', 'objectClass: groupOfNames', 'cn: Choir', 'member: CN = anna + ou=x,ou=Old,dc=example', 'member: cn=anna \\"the quill\\"\\2C Dr.,dc=example', 'member: uid=bob,ou=anna,dc=example', '',
  ].join('\n')))
  expect(groups.counts).toEqual({ create: 2, skipped: 6 })
  // As older versions wrote them, what the member is called stands in the label and the reason alone.
  const { id: older } = await plan(ctx, fileOf('older.ldif', ['version: 1', '', 'dn: cn=Duo in B,dc=example', 'objectClass: groupOfNames', 'cn: Duo in B', 'member: cn=anna', 'member: cn=annabel', ''].join('\n')))
  await ctx.db.execute(`update gatehouse.plan_step set problems = jsonb_build_array(jsonb_build_object('message', split_part(label, ' in ', 1) || ' is nobody of the directory or of the import.')) where plan_id = $1 and action = 'skipped'`, [older])
  const [one, quill] = [await made('anna'), await made('anna "the quill", dr.')]
  await erase(one)
  await erase(quill)
  const left = (await stepsOf(ctx.db, groups.id)).filter(({ action }) => action === 'skipped')
  expect(left.map(({ label, problems }) => [label, problems])).toEqual([
    [undefined, undefined], ['annabel in Band', [{ column: 'memberUid', value: 'annabel', message: '"annabel" is nobody of the directory or of the import.' }]], ['in in Band', expect.anything()],
    [undefined, undefined], [undefined, undefined], ['uid=bob,ou=anna,dc=example in Choir', [{ column: 'member', value: 'uid=bob,ou=anna,dc=example', message: expect.any(String) }]],
  ])
  expect((await stepsOf(ctx.db, older)).map(({ label }) => label)).toEqual(['Duo in B', undefined, 'cn=annabel in Duo in B'])
})

test('plans that would have made them, a password with them, whatever id they would have had there', async () => {
  const people = csv('userName,employeeNumber,emails[0].value,birthdate,addresses[0].locality,password', 'berta,B-77,berta@berg.example,1980-02-03,Bergheim,{SSHA}tTiwpcfEf0mOWiZQiUhK7exRTuFzYWx0', 'clara,C-78,clara@stone.example,1981-02-03,Steinheim,{SSHA}tTiwpcfEf0mOWiZQiUhK7exRTuFzYWx0')
  const [dry, real, late] = [await plan(ctx, people), await plan(ctx, people), await plan(ctx, people)]
  const ties = fileOf('duo.ldif', ['version: 1', '', 'dn: uid=berta,dc=example', 'objectClass: inetOrgPerson', 'sn: Berg', 'uid: berta', '', 'dn: cn=Duo,dc=example', 'objectClass: posixGroup', 'cn: Duo', 'gidNumber: 11', 'memberUid: berta', ''].join('\n'))
  const tied = await plan(ctx, ties)
  expect(await applyWhile(ctx, late.id, () => apply(ctx, real.id))).toMatchObject({ failed: 2 })
  const all = [dry, real, late, tied]
  for (const said of ['berta', 'b-77', '1980-02-03', 'bergheim', 'ssha']) expect(await told(...all)).toContain(said)
  await ask('PATCH', `/users/${await idOf('clara')}`, { userName: 'clara.stone', employeeNumber: 'C-79' })
  await erase(await idOf('berta'))
  for (const said of ['berta', 'b-77', 'berg.example', '1980-02-03', 'bergheim']) expect(await told(...all)).not.toContain(said)
  for (const said of ['clara', '1981-02-03', 'steinheim', 'ssha']) expect(await told(dry)).toContain(said)
  // Who is erased is not made again, and is in nobody's way.
  expect(await apply(ctx, dry.id)).toMatchObject({ status: 'applied', failed: 0 })
  expect(await ctx.db.query(`select from users where user_name = 'clara'`)).toHaveLength(1)
  expect(await apply(ctx, tied.id)).toMatchObject({ status: 'applied', failed: 0 })
  expect(await ctx.db.query(`select from users where user_name = 'berta'`)).toEqual([])
})

test('somebody else who is called so by now keeps what plans tell of them', async () => {
  const dry = await plan(ctx, jsonl({ userName: 'jsmith', employeeNumber: 'J-1', name: { familyName: 'Second' } }))
  const one = await made('jsmith', { employeeNumber: 'J-9' })
  await ask('PATCH', `/users/${one}`, { userName: 'john.smith' })
  await made('jsmith', { employeeNumber: 'J-1', emails: [{ value: 'js@example.com', primary: true }] })
  const { id: bulk } = (await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', filter: 'userName eq "jsmith"' })).body
  const rows = await plan(ctx, jsonl({ userName: 'jsmith', name: { familyName: 'X' }, sex: 'nonsense' }, { userName: 'john.smith', name: { familyName: 'X' }, sex: 'nonsense' }))
  expect((await stepsOf(ctx.db, rows.id)).map(({ label }) => label)).toEqual(['jsmith', 'john.smith'])
  await erase(one)
  expect((await stepsOf(ctx.db, rows.id)).map(({ label }) => label)).toEqual(['jsmith', undefined])
  expect((await ctx.db.first<{ title: string }>('select title from gatehouse.plan where plan_id = $1', [bulk]))!.title).toContain('jsmith')
  expect(await told(dry)).toContain('second')
})

test('a value that is no name is nobody\'s, whoever has such a number', async () => {
  const set = { userName: 'Login', 'name.familyName': { value: 'X' }, birthdate: 'Born', 'logins[].isActive': 'Usable' }
  const rows = await plan(ctx, csv('Login,Born,Usable', 'dora,4711,', 'emil,,4711'), { format: 'csv', records: [{ resource: 'User', set }] })
  expect((await stepsOf(ctx.db, rows.id)).map(({ problems }) => problems)).toEqual([[expect.objectContaining({ path: 'birthdate', value: '4711' })], [expect.objectContaining({ path: 'logins[].isActive', value: '4711' })]])
  // Older versions did not say where a value was to go.
  const { id: older } = await plan(ctx, csv('Login,Born,Usable', 'dora,4711,'), { format: 'csv', records: [{ resource: 'User', set }] })
  await ctx.db.execute(`update gatehouse.plan_step set problems = jsonb_build_array((problems->0) - 'path') where plan_id = $1`, [older])
  await erase(await made('numbered', { employeeNumber: '4711' }))
  expect((await stepsOf(ctx.db, rows.id)).map(({ problems }) => problems !== undefined)).toEqual([true, false])
  expect((await stepsOf(ctx.db, older)).map(({ problems }) => problems)).toEqual([undefined])
})

test('rows that were refused at the end of a plan, and what others are told of them', async () => {
  const rows = await plan(ctx, jsonl({ id: 'ida-1', userName: 'ida', supervisors: [{ supervisor: 'nobody-at-all' }] }, { userName: 'otto', alternateId: 'ida-1' }, { userName: 'hugo', alternateId: 'nobody-at-all' }))
  expect(rows.counts).toEqual({ error: 3 })
  const mapping = { format: 'csv' as const, records: [{ resource: 'User' as const, set: { userName: 'Login', alternateId: { column: 'Deputy', by: 'userName' } } }] }
  const named = await plan(ctx, csv('Login,Deputy', 'udo,ida'), mapping)
  expect(await told(rows, named)).toMatch(/ida.*otto.*hugo.*udo.*ida/)
  await erase(await made('ida'))
  expect(await told(rows, named)).not.toMatch(/\bida\b/)
  expect(await told(rows, named)).toContain('hugo')
})

test('what steps about others, who were there, were refused for, in their own row and the rest of it', async () => {
  const company = (await ask('POST', '/organizations', { name: 'Crew' })).body.id as string
  for (const name of ['max', 'moritz']) await made(name)
  const rows = await plan(ctx, csv('Login,Title,Deputy,org', `max,Chief,jutta,${company}`, `moritz,Jutta,ju,${company}`), { format: 'csv', records: [
    { resource: 'User', set: { userName: 'Login', title: 'Title', alternateId: { column: 'Deputy', by: 'userName' } } },
    { resource: 'Affiliation', user: { column: 'Login', by: 'userName' }, organization: { column: 'org', by: 'id' }, set: { description: 'Title' } },
  ] })
  const steps = async () => (await stepsOf(ctx.db, rows.id)).map(({ action, resource, label, problems }) => ({ step: `${action} ${resource}`, label, problems }))
  const before = await steps()
  expect(before.map(({ step }) => step)).toEqual(['error User', 'error Affiliation', 'error User', 'error Affiliation'])
  expect([JSON.stringify(before[0]), JSON.stringify(before[1])]).toEqual([expect.stringContaining('jutta'), expect.stringContaining('jutta')])
  await erase(await made('jutta'))
  expect(await told(rows)).not.toContain('jutta')
  // Whoever they are about keeps all else.
  expect(await steps()).toEqual(before.map((one, at) => (at < 2 ? { ...one, problems: undefined } : one)))
})

test('by which name rows looked for somebody whom a later row brings', async () => {
  const { id: planned } = await plan(ctx, csv('Login,Name,Deputy', 'knut,K,lena', 'lena,L,'), { format: 'csv', records: [{ resource: 'User', set: { userName: 'Login', 'name.familyName': 'Name', alternateId: { column: 'Deputy', by: 'userName' } } }] })
  expect(await apply(ctx, planned)).toMatchObject({ failed: 0 })
  const id = await idOf('lena')
  expect((await ask('GET', `/users/${await idOf('knut')}`)).body.alternateId).toBe(id)
  await erase(id)
  expect(await told({ id: planned })).toContain('knut')
  expect(await told({ id: planned })).not.toContain('lena')
})

test('affiliations', async () => {
  const company = (await ask('POST', '/organizations', { name: 'Firm' })).body.id as string
  const id = await made('fritz', { employeeNumber: 'F-1' })
  const ties = await plan(ctx, csv('no,org,name', `F-1,${company},Chief of Bergheim`), {
    format: 'csv', records: [{ resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'org', by: 'id' }, set: { description: 'name' } }],
  })
  expect(await told(ties)).toContain('chief of bergheim')
  await erase(id)
  expect(await told(ties)).not.toContain('bergheim')
})

test('a plan that would take something from them is stale, as with anybody who is gone', async () => {
  const group = (await ask('POST', '/groups', { displayName: 'Bakers' })).body.id as string
  const id = await made('gustav')
  expect((await ask('PUT', `/groups/${group}/members/${id}`, {})).status).toBe(201)
  const plan = (await ask('POST', '/plans', { kind: 'bulk', operation: 'unassign', options: { group }, filter: 'userName eq "gustav"' })).body
  expect(plan).toMatchObject({ status: 'planned', counts: { delete: 1 } })
  await erase(id)
  expect((await ask('POST', `/plans/${plan.id}/apply`)).body).toMatchObject({ code: 'plan_stale' })
})

test('among many steps they are found without reading all', async () => {
  const own = await testContext()
  const people = jsonl(...Array.from({ length: 5 }, (_, index) => ({ userName: `person${index}`, name: { familyName: 'X' }, ...(index === 4 ? { sex: 'nonsense' } : {}) })))
  const [{ id: applied }, { id: dry }] = [await plan(own, people), await plan(own, people)]
  await apply(own, applied)
  const [one, two] = (await own.db.query<{ id: string }>(`select user_id as id from users where user_name in ('person0', 'person1') order by user_name`)).map(({ id }) => id)
  await own.db.execute(`insert into gatehouse.plan (plan_id, kind, title, options, created_at, created_by, correlation_id)
    values ('merge', 'merge', 'person1', jsonb_build_object('survivor', $1::text, 'duplicate', 'x'), now(), '', '')`, [two])
  await own.db.execute(`insert into gatehouse.plan_step (plan_id, step_no, action, resource, target_id, label, changes, status) select p, n, 'create', 'User', 'far' || p || n, 'Far', '{"document": {}}', 'planned' from unnest($1::text[]) p, generate_series(1001, 51000) n`, [[applied, dry]])
  await own.db.execute(`insert into gatehouse.plan_key (plan_id, resource, key_hash, target_id, line) select p, 'User', substr(md5(n::text), 1, 16), 'far' || p || n, n from unnest($1::text[]) p, generate_series(1001, 51000) n`, [[applied, dry]])
  await own.db.execute(`insert into gatehouse.plan_step (plan_id, step_no, action, resource, label, problems, status) select $1, n, 'skipped', 'Membership', 'cn=far' || n || ' in Band', '[{"message": "x"}]', 'planned' from generate_series(60001, 61000) n`, [dry])
  await own.db.execute('analyze')
  const scans = await own.db.transaction(async (tx) => {
    await blankPlans(tx, two!, ['userName', 'displayName', 'employeeNumber', 'emails.value', 'logins.login'].map((path) => ({ path, value: 'person1' })))
    return tx.query<{ relname: string; seq_scan: number; idx_scan: number }>(`select relname, seq_scan::int, idx_scan::int from pg_stat_xact_user_tables where relname in ('plan_step', 'plan_key') order by 1`)
  })
  expect(scans).toEqual([{ relname: 'plan_key', seq_scan: 0, idx_scan: expect.any(Number) }, { relname: 'plan_step', seq_scan: 0, idx_scan: expect.any(Number) }])
  expect(scans.every(({ idx_scan }) => idx_scan > 0)).toBe(true)
  await eraseUser(own, one!)
  expect(await own.db.query(`select s.step_no as step from gatehouse.plan_step s where s.label is null order by s.plan_id, s.step_no`)).toHaveLength(4)
})

test('names that a file wrote with their accents behind the letters', async () => {
  const apart = 'ame\u0301lie'
  const members = await plan(ctx, fileOf('accents.ldif', ['version: 1', '', 'dn: cn=Trio,ou=Groups,dc=example', 'objectClass: groupOfNames', 'cn: Trio', `member: ${apart}`, `member: cn=${apart},dc=example`, 'member: cn=nora,dc=example', ''].join('\n')))
  const rows = await plan(ctx, jsonl({ userName: apart, name: { familyName: 'X' }, sex: 'nonsense' }, { userName: 'mia', alternateId: apart }))
  const dry = await plan(ctx, jsonl({ userName: apart, title: 'Chief', name: { familyName: apart } }))
  await made('nora')
  const { id: bulk } = (await ask('POST', '/plans', { kind: 'bulk', operation: 'lock', q: apart })).body
  const title = async () => JSON.stringify(await ctx.db.first('select title, options from gatehouse.plan where plan_id = $1', [bulk]))
  for (const one of [members, rows, dry]) expect(await told(one)).toContain(apart)
  // Whoever has the name today in the other form keeps what is told.
  const [one, other] = [await made('ame\u0301lie'), await made('other', { name: { familyName: apart } })]
  await erase(one)
  expect(await told(members, rows)).toContain(apart)
  await ask('PATCH', `/users/${other}`, { name: { familyName: 'Y' } })
  await erase(await made('AM\u00c9LIE'))
  for (const one of [members, rows, dry]) expect(await told(one)).not.toMatch(/am(e\u0301|\u00e9)lie/)
  expect(await told(members)).toContain('nora')
  expect(await title()).not.toMatch(/am(e\u0301|\u00e9)lie/)
})
