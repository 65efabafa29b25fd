/** Cells that cannot be read: all of a row are told at once, with whatever else can be said of it, and nothing that only follows from them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { createElement } from '../src/directory/metadata.ts'
import { createUser } from '../src/directory/users.ts'
import { collectRejects } from '../src/transfer/collect-rejects.ts'
import type { Mapping } from '../src/transfer/mapping.ts'
import { testContext } from './context.ts'
import { against, csv, fileOf, importFolder, imported, jsonl, plan, stepsOf } from './import-harness.ts'

let ctx: Context
beforeAll(async () => {
  ctx = await testContext()
  await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'count', dataType: 'INTEGER' })
  await createElement(ctx, { typeId: 'DEFAULT_USER', name: 'colour', multiValued: true, validValues: ['red', 'blue'] })
  await createUser(ctx, { userName: 'there', employeeNumber: 'E9', lastDate: '2001-01-01', startDate: '2000-06-01' })
  await imported(ctx, jsonl({ id: 'U', name: 'U', meta: { resourceType: 'Organization' } }, { userName: 'placed', employeeNumber: 'E8', affiliations: [{ organization: 'U', start: '2020-01-01T00:00:00Z', end: '2024-01-01T00:00:00Z' }] }))
})

const dated = (column: string) => ({ column, date: 'YYYY-MM-DD' })
const columns = ['no', 'login', 'born', 'sex', 'count', 'colours', 'mail', 'first', 'last', 'type', 'system', 'org', 'from', 'until'] as const
const people: Mapping = {
  format: 'csv',
  records: [{
    resource: 'User', correlate: ['employeeNumber'], set: {
      employeeNumber: { column: 'no', map: { '1': 'E1', '2': 'E2', '8': 'E8', '9': 'E9' } }, userName: { column: 'login', map: { '-': 'none', a: 'a', b: 'b', c: 'c', there: 'there' } },
      birthdate: dated('born'), sex: { column: 'sex', map: { m: 'M', f: 'F', odd: 'odd' } }, 'attributes.count': 'count', 'attributes.colour': { column: 'colours', split: ';' }, 'emails[].value': { column: 'mail', split: ';' },
      startDate: dated('first'), lastDate: dated('last'), typeId: { column: 'type', map: { X: 'X' } }, 'logins[0].login': 'system', 'logins[0].managedSystem': 'system',
      'affiliations[0].organization': { column: 'org', by: 'id' }, 'affiliations[0].start': dated('from'), 'affiliations[0].end': dated('until'),
    },
  }],
}
type Cells = Partial<Record<(typeof columns)[number], string>>
const file = (...rows: Cells[]) => csv(columns.join(','), ...rows.map((cells) => columns.map((column) => cells[column] ?? '').join(',')))
const told = async (path: string, mapping = people) => (await stepsOf(ctx.db, (await plan(ctx, path, mapping)).id)).map((step) => `${step.line} ${step.action} ${step.resource} ${against(step)}`.trimEnd())

const noDate = 'It is no date that exists, written as YYYY-MM-DD.'
const numbers = 'It is none of 1, 2, 8, 9.'
const logins = 'It is none of -, a, b, c, there.'
const whole = 'must be a whole number of at most 18 digits'

test.each<[string, Cells, string]>([
  ['all of them at once', { no: '1', login: 'a', born: '2001-02-30', sex: 'x', from: 'soon', org: 'U' }, `born 2001-02-30 ${noDate}; sex x It is none of m, f, odd.; from soon ${noDate}`],
  ['with the shape, the metadata and what is missing', { no: '1', login: 'a', born: 'x', sex: 'odd', count: 'ZQX', system: 'NOWHERE', mail: 'nomail' },
    `born x ${noDate}; sex odd has 3 characters; at most 1 are allowed; mail nomail must be an e-mail address such as ada@example.com: one @, with something on either side; count ZQX ${whole}; system NOWHERE there is no ManagedSystem with the id "NOWHERE"`],
  ['one of several values, with the others', { no: '1', login: 'a', born: 'x', colours: 'red;green' }, `born x ${noDate}; colours green must be one of red, blue`],
  ['what is required and cannot be read is not missing', { no: '1', login: 'zz', count: 'ZQX' }, `login zz ${logins}; count ZQX ${whole}`],
  ['what is required and is not there is', { no: '1', born: 'x' }, `born x ${noDate}; login is required`],
  ['of somebody who is there nothing is missing', { no: '9', born: 'x', count: 'ZQX' }, `born x ${noDate}; count ZQX ${whole}`],
  ['without a key nobody knows who is meant', { no: '7', login: 'there', count: 'ZQX', sex: 'odd' }, `no 7 ${numbers}; sex odd has 3 characters; at most 1 are allowed; count ZQX ${whole}`],
  ['nor what they lack', { no: '7', count: 'ZQX' }, `no 7 ${numbers}; count ZQX ${whole}`],
  ['a day that could not be read is before or after no other', { no: '9', login: 'there', first: 'x', last: '2000-01-01' }, `first x ${noDate}`],
  ['nor is a period, and others are', { no: '8', born: 'x', org: 'U', from: '2023-01-01' }, `born x ${noDate}; from 2023-01-01T00:00:00.000Z overlaps another period with U; end that one first, or change the dates`],
  ['a period of which something could not be read overlaps nothing', { no: '8', org: 'U', from: 'x', until: '2023-01-01' }, `from x ${noDate}`],
  ['attributes of a type that could not be read may be declared', { no: '1', login: 'a', type: 'Y', count: 'ZQX' }, `type Y It is none of X.; count ZQX ${whole}`],
])('%s', async (_, cells, expected) => expect((await told(file(cells)))[0]).toBe(`2 error User ${expected}`))

test('the row makes nothing, and stands in nobody\'s way', async () => {
  const mapping: Mapping = { ...people, records: [{ ...people.records[0]!, set: { ...people.records[0]!.set, title: 'title', 'attributes.fresh': 'fresh', 'supervisors[0].supervisor': { column: 'boss', by: 'employeeNumber' } } }] }
  const path = csv('no,login,born,title,fresh,boss,sex,count,colours,mail,first,last,type,system,org,from,until', '1,a,x,,new,', '2,b,,,,E1', '1,c,,,,', '1,c,x,,,')
  const lines = readFileSync(path, 'utf8').trim().split('\n').map((line, at) => (at === 0 ? line : `${line}${','.repeat(11)}`))
  expect(await told(csv(...lines), mapping)).toEqual([
    `2 error User born x ${noDate}`, '3 create User', '4 create User', `5 error User born x ${noDate}; line 4 of the import already means this record`, '3 update User'])
})

test('whoever belongs to the row falls with it, and is told what is wrong with them', async () => {
  const mapping: Mapping = {
    format: 'csv', records: [
      { resource: 'Organization', correlate: ['name'], once: true, set: { name: 'dept' } },
      { resource: 'User', correlate: ['employeeNumber'], set: { employeeNumber: { column: 'no', map: { '1': 'E1', '2': 'E2' } }, userName: 'login', birthdate: dated('born') } },
      { resource: 'Affiliation', user: { column: 'no', by: 'employeeNumber', prefix: 'E' }, organization: { column: 'dept', by: 'name' }, set: { start: dated('from'), end: dated('until') } },
    ],
  }
  const falls = (why: string) => `the User of the same row is refused: ${why}`
  expect(await told(csv('no,login,born,dept,from,until', '1,a,x,New,2020-01-01,2019-01-01', '7,b,,New,,', '1,a,,New,2020-01-01,', '2,c,,Other,y,'), mapping)).toEqual([
    `2 error Organization ${falls(`born: ${noDate}`)}`, `2 error User born x ${noDate}`, '2 error Affiliation until 2019-01-01T00:00:00.000Z must lie after start',
    expect.stringMatching(/^3 error Organization/), '3 error User no 7 It is none of 1, 2.', '3 error Affiliation no 7 It is none of 1, 2.',
    '4 create Organization', '4 create User', '4 create Affiliation',
    `5 error Organization the Affiliation of the same row is refused: from: ${noDate}`, `5 error User the Affiliation of the same row is refused: from: ${noDate}`, `5 error Affiliation from y ${noDate}`])
})

test('bytes that are no text are told of every column, whoever reads it, and of a secret without its value', async () => {
  const mapping: Mapping = { format: 'csv', records: [{ resource: 'User', when: { column: 'kind', equals: 'p' }, set: { userName: 'login', title: 'title', birthdate: dated('born'), password: 'Pw' } }] }
  const bad = 'It holds bytes that are not UTF-8. Save the file as UTF-8, or pass "encoding": "latin1" in the mapping.'
  const path = fileOf('people.csv', Buffer.from('kind,login,title,born,Pw,other\np,,\xfc,x,hunter\xfc,\xe4\n\xfc,a,\xe4,,,\n', 'latin1'))
  expect(await told(path, mapping)).toEqual([`2 error User title \\xFC ${bad}; born x ${noDate}; Pw ${bad}; other \\xE4 ${bad}; login is required`,
    `3 error Row kind \\xFC ${bad}`, `3 error Row title \\xE4 ${bad}`])
})

test('of very many the first are told, and that there are more', async () => {
  const mapping: Mapping = { format: 'csv', records: [{ resource: 'User', set: { userName: 'login', 'attributes.colour': { column: 'colours', split: ';', map: { red: 'red' } } } }] }
  const path = csv('login,colours', `a,${Array.from({ length: 300 }, (_, at) => `c${at}`).join(';')}`)
  const { id } = await plan(ctx, path, mapping)
  const problems = (await stepsOf(ctx.db, id))[0]!.problems as { value?: string; message: string }[]
  expect([problems.length, problems[49]!.value, problems[50]]).toEqual([51, 'c49', { message: 'there are more problems: mend these first' }])
})

test('all of it stands in the reject file, and the mended row comes in', async () => {
  const path = file({ no: '2', login: 'b', born: 'x', sex: 'x', count: 'ZQX' })
  const target = join(importFolder(), 'rejected.csv')
  await collectRejects(ctx.db, (await plan(ctx, path, people)).id, { path, mapping: people }, 'people.csv', target)
  const rejected = readFileSync(target, 'utf8')
  expect(rejected.split('\r\n')[1]).toContain(`born: It is no date that exists, written as YYYY-MM-DD; count: ${whole}; sex: It is none of m, f, odd.`)
  const mended = csv(...rejected.replace('b,x,x,ZQX', 'b,2001-02-28,m,1').trim().split('\r\n'))
  expect((await imported(ctx, mended, people)).counts).toEqual({ create: 1 })
})
