/** Rows are taken whole or not at all, and what cannot be done is an error of the plan. */
import { readFileSync } from 'node:fs'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Context } from '../src/context.ts'
import { createElement } from '../src/directory/metadata.ts'
import { Transaction } from '../src/store/database.ts'
import type { Document } from '../src/model/attribute.ts'
import { rejectedLines } from '../src/store/rejected-steps.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { applyPlan } from '../src/plans/apply.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { against, apply, applyWhile, csv, fileOf, imported, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeEach(async () => {
  ctx = await testContext()
})

const head = readFileSync('examples/people.csv', 'utf8').split('\n')[0]!
const people = JSON.parse(readFileSync('examples/mappings/people.json', 'utf8')) as Mapping
const siobhan = (manager: string) => `1002,Siobhán,O'Brien,siobhan.obrien@meadow.example,Chief Scientist,+353 1 555 0102,Service,${manager},2016-09-01`
const newcomer = (no: number, manager: string) => `${no},New,Person,new${no}@meadow.example,X,1,Research,${manager},2026-01-01`

/** `line action resource reason` of every step of a line, in order. */
async function told(planId: string): Promise<string[]> {
  return (await stepsOf(ctx.db, planId)).filter(({ line }) => line !== undefined && line > 0)
    .map((step) => `${step.line} ${step.action} ${step.resource}${step.problems ? ` ${against(step)}` : ''}`)
}

const names = async (sql: string) => (await ctx.db.query<{ name: string }>(sql)).map(({ name }) => name)

/** Every step that the plan promises is done, and a plan of the same file promises nothing more. */
async function keepsItsWord(path: string, mapping?: Mapping): Promise<string> {
  const made = await plan(ctx, path, mapping)
  const done = await apply(ctx, made.id)
  expect([done.status, done.failed]).toEqual(['applied', 0])
  const again = await plan(ctx, path, mapping)
  expect([again.counts.create ?? 0, again.counts.update ?? 0]).toEqual([0, 0])
  const steps = await stepsOf(ctx.db, made.id)
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1))
  expect(made.counts).toEqual(Object.fromEntries([...Map.groupBy(steps, ({ action }) => action)].map(([action, own]) => [action, own.length])))
  return made.id
}

test('a manager who is nobody: neither the person nor their new department', async () => {
  await imported(ctx, csv(...readFileSync('examples/people.csv', 'utf8').trim().split('\n')), people)
  const id = await keepsItsWord(csv(head, siobhan('9999'), newcomer(2001, '9999'), newcomer(2002, '1002')), people)
  const none = 'manager_no 9999 there is no User whose employeeNumber is "9999", neither in the directory nor in the import'
  expect(await told(id)).toEqual([
    `2 error User ${none}`, '2 error Affiliation the User of the same row is refused: there is no User whose employeeNumber is "9999", neither in the directory nor in the import',
    `3 error User ${none}`, expect.stringMatching(/^3 error Affiliation user the User of line 3 is refused itself|^3 error Affiliation the User of the same row is refused/),
    '4 create User', '4 create Affiliation'])
  expect(await names(`select company_id as name from user_affiliation a join users u using (user_id) where u.employee_id = '1002'`)).toEqual(['MEADOW-RESEARCH'])
  expect(await names(`select title as name from users where employee_id = '1002'`)).toEqual(['Head of Research'])
  const rejected = await rejectedLines(ctx.db, id, 'people.csv', 0, 10)
  expect(rejected.map(({ line }) => line)).toEqual([2, 3])
})

const departments: Mapping = {
  format: 'csv', declare: { User: { badge: {} } },
  records: [
    { resource: 'Organization', correlate: ['name'], once: true, set: { name: 'dept' } },
    { resource: 'User', correlate: ['employeeNumber'], set: { employeeNumber: 'no', userName: 'login', sex: 'sex', 'supervisors[0].supervisor': { column: 'boss', by: 'employeeNumber' } } },
    { resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'dept', by: 'name' } },
  ],
}
const row = (no: string, dept: string, { sex = '', boss = '' } = {}) => `${no},p${no},${sex},${boss},${dept}`
const columns = 'no,login,sex,boss,dept'

test('a person whom the verbs refuse leaves no department behind, unless a good row wants it too', async () => {
  const id = await keepsItsWord(csv(columns, row('1', 'Alone', { sex: 'X' }), row('2', 'Shared', { sex: 'X' }), row('3', 'Shared'), row('4', 'Waiting', { boss: 'nobody' }), row('5', 'Both', { boss: 'nobody' }), row('6', 'Both')), departments)
  expect((await told(id)).filter((step) => !step.includes('error'))).toEqual([
    '4 create Organization', '4 create User', '4 create Affiliation', '6 create Organization', '7 create User', '7 create Affiliation'])
  expect(await names('select company_name as name from company order by 1')).toEqual(['Both', 'Shared'])
  expect((await told(id))[1]).toMatch(/^2 error User sex X must be one of/)
})

test('a good row far behind, in another batch, keeps what a bad one made first', async () => {
  const crowd = Array.from({ length: 250 }, (_, at) => row(String(100 + at), 'Crowd'))
  await keepsItsWord(csv(columns, row('1', 'Early', { boss: 'nobody' }), row('2', 'Lost', { boss: 'nobody' }), ...crowd, row('3', 'Early')), departments)
  expect(await names('select company_name as name from company order by 1')).toEqual(['Crowd', 'Early'])
})

test('rows that yield many records are not torn apart between batches', async () => {
  const id = await keepsItsWord(csv(columns, ...Array.from({ length: 400 }, (_, at) => row(String(at), `D${at}`, { sex: at % 2 ? 'X' : 'F' }))), departments)
  const made = Map.groupBy((await stepsOf(ctx.db, id)).filter(({ line }) => line), ({ line }) => line)
  expect([...made.values()].filter((own) => new Set(own.map(({ action }) => action)).size > 1)).toEqual([])
  expect(await names('select company_name as name from company')).toHaveLength(200)
})

const placed: Mapping = {
  format: 'csv',
  records: [
    { resource: 'User', correlate: ['employeeNumber'], set: { employeeNumber: 'no', userName: 'login' } },
    { resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'org', by: 'id' } },
    { resource: 'Edge', source: { type: 'User', column: 'no', by: 'employeeNumber' }, target: { type: 'Group', column: 'group', by: 'displayName' } },
  ],
}

test('a row of which one record fails while the plan is applied leaves nothing, however small the batches', async () => {
  await ctx.db.execute(`insert into company (company_id, company_name) values ('stays', 'Stays'), ('goes', 'Goes');
    insert into grp (grp_id, grp_name, status) values ('crew', 'Crew', 'ACTIVE')`)
  const made = await plan(ctx, csv('no,login,org,group', '1,one,stays,Crew', '2,two,goes,Crew', '3,three,stays,Crew'), placed)
  expect(made.counts).toEqual({ create: 9 })
  const goes = () => ctx.db.execute(`delete from company where company_id = 'goes'`)
  expect(await applyWhile(ctx, made.id, goes, { batch: 1 })).toMatchObject({ status: 'applied', failed: 3, appliedThrough: 9 })
  expect(await names('select u.user_name as name from users u join user_affiliation a using (user_id) join user_grp g using (user_id) order by 1')).toEqual(['one', 'three'])
  expect(await names(`select user_name as name from users where user_name = 'two'`)).toEqual([])
  const failed = (await stepsOf(ctx.db, made.id)).filter(({ status }) => status === 'failed')
  expect(failed.map(({ line, resource, result }) => `${line} ${resource} ${(result as { detail: string }).detail}`)).toEqual([
    expect.stringMatching(/^3 User The Affiliation of the same row is refused: /), expect.stringMatching(/^3 Affiliation (?!The Affiliation)/),
    expect.stringMatching(/^3 Membership The Affiliation of the same row is refused: /)])
  expect((await rejectedLines(ctx.db, made.id, 'people.csv', 0, 10)).map(({ line }) => line)).toEqual([3])
})

test('whoever refers to somebody refused, over several steps, forward and back, is an error of the plan', async () => {
  const [b, c] = ['00000000000000000000000000000002', '00000000000000000000000000000003']
  const id = await keepsItsWord(jsonl(
    { userName: 'chA', supervisors: [{ supervisor: b }] }, { id: b, userName: 'chB', supervisors: [{ supervisor: c }] }, { id: c, userName: 'chC', jobCode: 'NOPE' },
    { userName: 'chD', alternateId: c }, { userName: 'chE', alternateId: b }, { userName: 'chF' }))
  expect(await told(id)).toEqual([
    '1 error User supervisors.supervisor the User of line 2 is refused itself',
    `2 error User supervisors[0].supervisor ${c} the row with the User whose id is "${c}" is refused itself: line 3`,
    expect.stringMatching(/^3 error User jobCode NOPE/),
    expect.stringMatching(/^4 error User alternateId .* is refused itself/),
    expect.stringMatching(/^5 error User alternateId.* is refused itself/),
    '6 create User'])
  expect(await names(`select user_name as name from users where user_name like 'ch%'`)).toEqual(['chF'])
})

const unit = (id: string, parent?: string, more: Document = {}): Document =>
  ({ id, name: id, ...(parent === undefined ? {} : { parents: [{ organization: parent }] }), meta: { resourceType: 'Organization' }, ...more })

test('circles of organisations and places that do not fit are errors of the plan', async () => {
  await imported(ctx, jsonl(unit('top'), unit('below', 'top'), unit('typed', undefined, { organizationType: 'ORGANIZATION' }), unit('part', 'typed', { organizationType: 'DEPARTMENT' })))
  const id = await keepsItsWord(jsonl(
    unit('OA', 'OB'), unit('OB', 'OC'), unit('OC', 'OA'), unit('OX', 'OA'), unit('OF', undefined, { organizationType: 'DEPARTMENT' }), unit('OG', 'OF', { organizationType: 'ORGANIZATION' }),
    unit('OL', 'OM', { organizationType: 'ORGANIZATION' }), unit('OM', undefined, { organizationType: 'DEPARTMENT' }), unit('self', 'self'), unit('top', 'below'), unit('good', 'ahead'), unit('ahead', 'top')))
  const circle = 'an organisation cannot stand below itself'
  expect(await told(id)).toEqual([
    `1 error Organization parents OB OB would stand below OA too; ${circle}`, `2 error Organization parents OC OC would stand below OB too; ${circle}`,
    '3 error Organization parents.organization the Organization "OA" of line 1 is refused itself', '4 error Organization parents.organization the Organization "OA" of line 1 is refused itself',
    '5 create Organization', '6 error Organization parents OF ORGANIZATION cannot stand below DEPARTMENT; see the allowed nesting of organisation types',
    '7 error Organization parents OM ORGANIZATION cannot stand below DEPARTMENT; see the allowed nesting of organisation types', '8 create Organization',
    expect.stringMatching(/^9 error Organization parents/), `10 error Organization parents below below would stand below top too; ${circle}`,
    '11 create Organization', '12 create Organization', '11 update Organization'])
  // What has become of one that is there already counts for those below it.
  expect(await told((await plan(ctx, jsonl(unit('typed', undefined, { organizationType: 'DEPARTMENT' }), unit('part', undefined, { organizationType: 'ORGANIZATION' })))).id)).toEqual([
    expect.stringMatching(/^1 error Organization parents typed ORGANIZATION cannot stand below DEPARTMENT/), expect.stringMatching(/^2 error .*ORGANIZATION cannot stand below DEPARTMENT/)])
})

test('managed systems and locations that are not there are errors of the plan', async () => {
  const id = await keepsItsWord(jsonl(
    { userName: 'st5', logins: [{ login: 'st5', managedSystem: '0' }, { login: 'x', managedSystem: 'NOPE' }] }, { userName: 'st8', addresses: [{ copyFromLocationId: 'nope' }] },
    { userName: 'ok' }, { meta: { resourceType: 'Organization' }, name: 'o', organizationType: 'NOPE' }))
  expect(await told(id)).toEqual([
    '1 error User logins[1].managedSystem NOPE there is no ManagedSystem with the id "NOPE"', '2 error User addresses[0].copyFromLocationId nope there is no Location with the id "nope"',
    '3 create User', '4 error Organization organizationType NOPE there is no OrganizationType with the id "NOPE"'])
})

test('periods that overlap within a record, or with what is there, are errors of the plan', async () => {
  await imported(ctx, jsonl(unit('U'), { userName: 'has', employeeNumber: '7', affiliations: [{ organization: 'U', start: '2020-01-01T00:00:00Z', end: '2024-01-01T00:00:00Z' }] }))
  const twice = (start: string) => ({ organization: 'U', start, end: '2030-01-01T00:00:00Z' })
  const own = await keepsItsWord(jsonl({ userName: 'both', affiliations: [twice('2020-01-01T00:00:00Z'), twice('2021-01-01T00:00:00Z')] }))
  expect(await told(own)).toEqual([expect.stringMatching(/^1 error User affiliations\[1\].*overlaps another period with U/)])
  const ties: Mapping = { format: 'csv', records: [{ resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber' }, organization: { column: 'org', by: 'id' }, set: { start: { column: 'from', date: 'YYYY-MM-DD' } } }] }
  expect(await told(await keepsItsWord(csv('no,org,from', '7,U,2023-01-01'), ties))).toEqual([expect.stringMatching(/^2 error Affiliation affiliations\[1\].*overlaps/)])
})

test('an error says its column, its place and its value, whoever finds it; a password never', async () => {
  await createElement(ctx, { name: 'badge', validator: '[A-Z]{2}[0-9]{3}' })
  await createElement(ctx, { name: 'colour', multiValued: true, validValues: ['red', 'blue'] })
  const mapping: Mapping = {
    format: 'csv',
    records: [{ resource: 'User', set: { userName: 'Login', sex: 'Sex', 'attributes.badge': 'Badge', 'attributes.colour': { column: 'Colours', split: ',' }, 'emails[].value': { column: ['Mail', 'Other'] }, password: 'Pw' } }],
  }
  const { id } = await plan(ctx, csv('Login,Sex,Badge,Colours,Mail,Other,Pw', 'b1,,XXX,,,,', 'b2,,,"red,green",,,', 'b3,X,,,,,', 'b4,,,,,not-one,'), mapping)
  const problems = (await stepsOf(ctx.db, id)).map((step) => step.problems as Document[])
  expect(problems.map(([first]) => first)).toMatchObject([
    { column: 'Badge', path: 'attributes.badge', value: 'XXX' }, { column: 'Colours', path: 'attributes.colour[1]', value: 'green' }, { column: 'Sex', path: 'sex', value: 'X' }, { path: expect.stringContaining('emails'), message: expect.stringContaining('e-mail') }])
  const documents = await plan(ctx, jsonl({ userName: 'j', title: 5 }, { userName: 'k', logins: [{ login: 'k', managedSystem: '0', password: 'hunter2' }] }))
  const [typed, secret] = await stepsOf(ctx.db, documents.id)
  expect((typed!.problems as Document[])[0]).toMatchObject({ column: 'title', path: 'title', value: '5' })
  expect(JSON.stringify(secret)).not.toContain('hunter2')
})

const listed: Mapping = { format: 'csv', records: [{ resource: 'User', correlate: ['employeeNumber', 'userName', 'emails.value'], set: { employeeNumber: 'n', userName: 'u', 'emails[0].value': 'm', title: 't' } }] }

test('two rows with one e-mail are as much in conflict in one import as in two', async () => {
  const rows = (mark: string) => [`,${mark}1,${mark}@z.example,one`, `,${mark}2,${mark.toUpperCase()}@z.example,two`]
  const once = await imported(ctx, csv('n,u,m,t', ...rows('en')), listed)
  expect(once.counts).toEqual({ create: 1, conflict: 1 })
  expect((await told(once.id))[1]).toBe('3 conflict User line 2 of the import already means this record: it has the emails.value "EN@z.example" too')
  const [first, second] = rows('eo')
  await imported(ctx, csv('n,u,m,t', first!), listed)
  expect((await plan(ctx, csv('n,u,m,t', second!), listed)).counts).toEqual({ conflict: 1 })
  // Across batches as well.
  const between = Array.from({ length: 600 }, (_, at) => `,far${at},far${at}@z.example,x`)
  expect((await plan(ctx, csv('n,u,m,t', ',fa,shared@z.example,1', ...between, ',fb,shared@z.example,2'), listed)).counts).toEqual({ create: 601, conflict: 1 })
})

test('a row that is refused stands in nobody\'s way', async () => {
  const id = await keepsItsWord(jsonl({ userName: 'j1' }, { userName: 'j3', title: 5 }, { userName: 'j3', title: 6 }, { userName: 'j3', title: 'good' }, { userName: 'j3', title: 'late' }, { userName: 'j4' }))
  expect((await told(id)).map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual(['1 create', '2 error', '3 error', '4 create', '5 conflict', '6 create'])
  expect((await told(id))[4]).toBe('5 conflict User line 4 of the import already means this record')
})

test('hundreds of bad rows of one record cost no more than one', async () => {
  const planned = async (rows: number) => {
    const spy = vi.spyOn(ctx.db, 'query')
    const file = csv(columns, ...Array.from({ length: rows }, () => `1,p1,X,,Same`), row('1', 'Same'))
    const { counts } = await plan(ctx, file, departments)
    const calls = spy.mock.calls.length
    spy.mockRestore()
    expect(counts.create).toBe(3)
    return calls
  }
  await planned(2)
  expect(await planned(120)).toBe(await planned(3))
})

test('what falls with a late refusal is found by as many statements for many rows as for few', async () => {
  const chained = async (rows: number) => {
    const spies = [vi.spyOn(Transaction.prototype, 'execute'), vi.spyOn(Transaction.prototype, 'query')]
    const { counts } = await plan(ctx, jsonl(...Array.from({ length: rows }, (_, at) => ({ id: `${rows}-${at}`, userName: `c${rows}-${at}`, alternateId: `${rows}-${at + 1}` }))))
    const calls = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
    for (const spy of spies) spy.mockRestore()
    expect(counts).toEqual({ error: rows })
    return calls
  }
  await chained(3)
  expect(await chained(300)).toBe(await chained(4))
})

/** How many rows of the settling's tables the database reads while a file is planned, of which nothing can be taken. */
async function rowsRead(path: string, mapping?: Mapping): Promise<number> {
  const execute = Transaction.prototype.execute
  let read = 0
  const spy = vi.spyOn(Transaction.prototype, 'execute').mockImplementation(async function (this: Transaction, ...args) {
    const count = await execute.apply(this, args)
    // Counted of this transaction alone, whose end takes the tables with it.
    const now = await this.first<{ read: number }>(`select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::float8 as read from pg_stat_xact_all_tables where relname like 'settle_%'`)
    read = Math.max(read, now!.read)
    return count
  })
  const { counts } = await plan(ctx, path, mapping)
  spy.mockRestore()
  expect(Object.keys(counts)).toEqual(['error'])
  return read
}

test('what the database reads for what falls grows as the rows do, not as their square', async () => {
  const many = <T>(length: number, one: (at: number) => T) => Array.from({ length }, (_, at) => one(at))
  const crowd = (rows: number) => rowsRead(jsonl({ id: `boss${rows}`, userName: `boss${rows}`, supervisors: [{ supervisor: 'nowhere' }] }, ...many(rows, (at) => ({ userName: `r${rows}-${at}`, supervisors: [{ supervisor: `boss${rows}` }] }))))
  const chain = (rows: number) => rowsRead(jsonl(...many(rows, (at) => ({ id: `${rows}-${at}`, userName: `c${rows}-${at}`, alternateId: `${rows}-${at + 1}` }))))
  const shared = (rows: number) => rowsRead(csv(columns, ...many(rows, (at) => row(`${rows}-${at}`, `${rows} of ${at % 100}`, { boss: 'nobody' }))), departments)
  const owners = (rows: number) => rowsRead(jsonl({ id: `taken${rows}`, userName: `taken${rows}`, relations: [{ user: 'nobody', type: 'ADMIN_ACCOUNT' }] },
    ...many(rows, (at) => ({ userName: `o${rows}-${at}`, relations: [{ user: `taken${rows}`, type: 'ADMIN_ACCOUNT' }] }))))
  for (const shape of [crowd, chain, shared, owners]) {
    const few = await shape(500)
    expect(few).toBeGreaterThan(500)
    expect(await shape(2000)).toBeLessThan(few * 4 * 1.5)
  }
})

test('whoever is made by a plan that was interrupted stands in nobody\'s way when it goes on', async () => {
  const own: Mapping = { format: 'csv', records: [{ resource: 'User', correlate: ['id', 'emails.value'], set: { id: 'id', userName: 'id', 'emails[0].value': 'one', 'emails[1].value': 'two' } }] }
  const { id } = await plan(ctx, csv('id,one,two', 'ea,ea@x.example,office@x.example', 'eb,eb@x.example,office@x.example'), own)
  let batches = 0
  const killed = Object.assign((async (...all) => {
    if (batches++ > 0) throw new Error('killed')
    return runImport(...all)
  }) as typeof runImport, { moved: runImport.moved, ahead: undefined })
  await expect(applyPlan(ctx, id, killed, { batch: 1 })).rejects.toThrow('killed')
  expect(await names(`select user_name as name from users where user_name in ('ea', 'eb')`)).toEqual(['ea'])
  expect(await applyPlan(ctx, id, runImport, { batch: 1 })).toMatchObject({ status: 'applied', failed: 0 })
})

test('a batch that brings a right and those who have it is written in one go', async () => {
  await imported(ctx, jsonl({ id: 'org', name: 'Org', meta: { resourceType: 'Organization' } }))
  const { id } = await plan(ctx, jsonl({ id: 'NEW', name: 'New', meta: { resourceType: 'Right' } }, ...Array.from({ length: 20 }, (_, at) => ({ userName: `h${at}`, affiliations: [{ organization: 'org', rights: ['NEW'] }] }))))
  let calls = 0
  expect(await applyPlan(ctx, id, Object.assign((async (...all) => (calls++, runImport(...all))) as typeof runImport, { ahead: runImport.ahead }))).toMatchObject({ failed: 0 })
  expect([calls, await names('select distinct access_right_id as name from user_affiliation_rights')]).toEqual([1, ['NEW']])
})

test('rows of two files are told apart where they want the same department', async () => {
  // No affiliation says that a row wants its department: the row itself does.
  const mapping: Mapping = { ...departments, records: departments.records.slice(0, 2) }
  const files = [csv(columns, row('1', 'Early', { boss: 'nobody' }), row('2', 'Other', { boss: 'nobody' })), fileOf('more.csv', `${[columns, row('8', 'Third'), row('9', 'Early')].join('\n')}\n`)]
  const { id } = await planImport(ctx, files.map((path) => ({ path, mapping })))
  const made = (await stepsOf(ctx.db, id)).filter(({ action }) => action === 'create')
  expect(made.map(({ source, line, label }) => `${source} ${line} ${label}`)).toEqual(['people.csv 2 Early', 'more.csv 2 Third', 'more.csv 2 p8', 'more.csv 3 p9'])
  expect((await apply(ctx, id)).failed).toBe(0)
})

test('a row that is refused at once wants no department', async () => {
  const id = await keepsItsWord(csv(columns, row('1', 'Early', { boss: 'nobody' }), row('2', 'Early', { sex: 'X' }), row('3', 'Other')), departments)
  expect((await told(id)).filter((step) => !step.includes('error'))).toEqual(['4 create Organization', '4 create User', '4 create Affiliation'])
})

test('no reason names somebody else: they may be erased later', async () => {
  const { id } = await plan(ctx, jsonl({ id: 'xx', userName: 'xaver', displayName: 'Xaver Xylander', supervisors: [{ supervisor: 'nowhere' }] }, { userName: 'other', supervisors: [{ supervisor: 'xx' }] }))
  const [, other] = await stepsOf(ctx.db, id)
  expect(other!.problems).toEqual([{ path: 'supervisors.supervisor', message: 'the User of line 1 is refused itself' }])
})
