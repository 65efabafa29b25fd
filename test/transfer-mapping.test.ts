/** The mapping language: what a mapping file may say, and what its rules make of rows. */
import { describe, expect, test } from 'vitest'
import { GatehouseError } from '../src/errors.ts'
import { parseMapping, type Mapping, type RecordRule, type Rule } from '../src/transfer/mapping.ts'
import { safePattern } from '../src/transfer/safe-pattern.ts'
import { isRealDay, readInstant } from '../src/transfer/value-date.ts'
import { documents, mapped, mappingOf, problems, records } from './transfer-source.ts'

const person = (set: RecordRule['set'], more: Partial<RecordRule> = {}): RecordRule => ({ resource: 'User', set, ...more })

function wrong(mapping: unknown): string[] {
  try {
    parseMapping(typeof mapping === 'string' ? mapping : JSON.stringify(mapping))
  } catch (error) {
    expect(error).toBeInstanceOf(GatehouseError)
    expect((error as GatehouseError).code).toBe('invalid_mapping')
    return (error as GatehouseError).problems.map((problem) => `${problem.path}: ${problem.message}`)
  }
  throw new Error('the mapping was taken')
}

describe('a mapping file is checked', () => {
  const withSet = (target: string, rule: unknown, resource = 'User') => ({ format: 'csv', records: [{ resource, set: { [target]: rule } }] })
  test.each<[string, unknown, RegExp]>([
    ['an unknown format', { format: 'xml', records: [] }, /^format: must be one of "csv", "ldif", "jsonl"/],
    ['no records', { format: 'csv' }, /^mapping: lacks "records"/],
    ['a misspelt key', { format: 'csv', records: [], delimeter: ';' }, /^delimeter: is not known here/],
    ['a delimiter of two characters', { format: 'csv', records: [], delimiter: '||' }, /^delimiter: must be one character/],
    ['an unknown resource', { format: 'csv', records: [{ resource: 'Robot', set: {} }] }, /resource: must be one of User/],
    ['an unknown attribute', withSet('name.lastName', 'last'), /records\[0\]\.set\["name\.lastName"\]: .*no such attribute/],
    ['a list without an index', withSet('emails.value', 'mail'), /write emails\[0\] for its first entry/],
    ['a broken path', withSet('emails[0', 'mail'), /is no path: look at character 7/],
    ['an attribute of the server', withSet('displayName', 'full'), /made by the server/],
    ['a secret in an ordinary attribute', withSet('title', 'userPassword'), /holds a secret; only "password" may/],
    ['a secret by template', withSet('title', { template: '{first} {passwd}' }), /holds a secret/],
    ['a secret word', withSet('secretWord', 'word'), /made by the server|cannot be set/],
    ['no source', withSet('title', { lower: true }), /exactly one of "column", "template" and "value"/],
    ['two sources', withSet('title', { column: 'a', value: 'b' }), /exactly one of/],
    ['a pattern that runs away', withSet('title', { column: 'a', regex: { match: '(a+)+b', replace: '' } }), /repeats a group/],
    ['a date without a year', withSet('birthdate', { column: 'a', date: 'MM/DD' }), /YYYY, MM and DD/],
    ['an unclosed template', withSet('title', { template: '{first' }), /closed, and not nested/],
    ['a reference by something not filterable', withSet('supervisors[0].supervisor', { column: 'm', by: 'password' }), /User cannot be found by "password"/],
    ['a reference where none belongs', withSet('title', { column: 'm', by: 'userName' }), /for attributes that refer/],
    ['an affiliation without its person', { format: 'csv', records: [{ resource: 'Affiliation', organization: { column: 'o', by: 'id' }, set: {} }] }, /lacks "user"/],
    ['a correlation by what no rule fills', { format: 'csv', records: [person({ userName: 'u', 'emails[0].value': 'm' }, { correlate: ['emails.value', 'employeeNumber'] })] }, /^(?!.*emails\.value").*records\[0\]\.correlate: names "employeeNumber", which nothing in "set" fills: nobody could be found by it/s],
    ['a first record found by what it lacks', { format: 'csv', records: [], first: [{ resource: 'Organization', correlate: ['id'], document: { name: 'Acme' } }] }, /names "id", which nothing in "document" fills/],
    ['a correlation by nothing known', { format: 'csv', records: [person({}, { correlate: ['shoeSize'] })] }, /cannot be found by "shoeSize"/],
    ['a condition that tests nothing', { format: 'csv', records: [person({}, { when: { column: 'a' } })] }, /exactly one of "equals"/],
    ['a declaration with an unknown type', { format: 'csv', records: [], declare: { User: { party: { dataType: 'COLOUR' } } } }, /dataType: must be one of "STRING"/],
  ])('%s', (_, mapping, reason) => expect(wrong(mapping).join('\n')).toMatch(reason))

  test('every problem is named at once, and JSON that is none', () => {
    expect(wrong({ format: 'xml', encoding: 'ebcdic', records: [person({ nothing: 'a', nowhere: 'b' })] })).toHaveLength(4)
    expect(wrong('{"format": ')).toEqual([])
  })
})

describe('rules', () => {
  const one = async (rule: Rule, value: string, target = 'title') => {
    const rows = await mapped(`a,b\n"${value}",B\n`, mappingOf({ records: [person({ [target]: rule })] }))
    const [first] = documents(rows)
    return first ? (first.title ?? first.birthdate ?? first.attributes) : problems(rows)[0]!.reason
  }
  test.each<[string, Rule, string, unknown]>([
    ['a column', 'a', ' x ', ' x '],
    ['trim', { column: 'a', trim: true }, ' x ', 'x'],
    ['the first column that has something', { column: ['a', 'b'] }, '', 'B'],
    ['lower', { column: 'a', lower: true }, 'ÄB', 'äb'],
    ['upper', { column: 'a', upper: true }, 'äb', 'ÄB'],
    ['map', { column: 'a', map: { m: 'Mr', f: 'Ms' } }, 'f', 'Ms'],
    ['map without the value', { column: 'a', map: { m: 'Mr' } }, 'x', 'It is none of m.'],
    ['map of the rest', { column: 'a', map: { m: 'Mr', '*': 'Mx' } }, 'constructor', 'Mx'],
    ['prefix and suffix', { column: 'a', prefix: '<', suffix: '>' }, 'x', '<x>'],
    ['no prefix without a value', { column: 'a', prefix: '<', default: 'none' }, '', 'none'],
    ['regex', { column: 'a', regex: { match: '^(\\w+), (\\w+)$', replace: '$2 $1' } }, 'Doe, Jane', 'Jane Doe'],
    ['rdn', { column: 'a', rdn: 'ou', depth: 1 }, 'uid=x,ou=People', 'People'],
    ['rdn of another name', { column: 'a', rdn: 'ou' }, 'uid=x', 'It is no distinguished name with ou= at its place 0.'],
    ['pick', { column: 'a', split: ';', pick: 'last' }, 'x; y', 'y'],
    ['several values for one', { column: 'a', split: ';' }, 'x;y', 'It holds 2 values, and title takes one. Say "pick": "first" in the mapping.'],
    ['a template', { template: '\\[{a}\\]-{b}' }, 'x', '[x]-B'],
    ['an optional part that is there', { template: '{b}[ ({a})]' }, 'x', 'B (x)'],
    ['an optional part that is not', { template: '{b}[ ({a})]' }, '', 'B'],
    ['a constant', { value: 'fixed' }, 'x', 'fixed'],
  ])('%s', async (_, rule, value, expected) => expect(await one(rule, value)).toBe(expected))

  test.each([
    ['YYYY-MM-DD', '2024-02-29', '2024-02-29'],
    ['MM/DD/YYYY', '2/9/1999', '1999-02-09'],
    ['DD.MM.YYYY', '31.12.1999', '1999-12-31'],
    ['YYYYMMDD', '19991231', '1999-12-31'],
    ['YYYY-MM-DD', '2023-02-29', 'It is no date that exists, written as YYYY-MM-DD.'],
    ['MM/DD/YYYY', '31/12/1999', 'It is no date that exists, written as MM/DD/YYYY.'],
    ['DD.MM.YYYY', '1999-12-31', 'It is no date that exists, written as DD.MM.YYYY.'],
  ])('a date %s of %s', async (pattern, value, expected) => {
    expect(await one({ column: 'a', date: pattern }, value, 'birthdate')).toBe(expected)
    expect(await one('a', '2023-04-31', 'birthdate')).toBe('It is no date that exists, written as YYYY-MM-DD.')
  })

  test('several values for a custom attribute are a list, one is a text', async () => {
    const rule = { column: 'a', split: ';' }
    expect(await one(rule, 'x;y', 'attributes.ou')).toEqual({ ou: ['x', 'y'] })
    expect(await one(rule, 'x', 'attributes.ou')).toEqual({ ou: 'x' })
  })
  test('"clear" empties an attribute, without it an empty column leaves it alone', async () => {
    const mapping = mappingOf({ records: [person({ userName: 'id', title: { column: 'a', clear: true }, nickName: 'b' })] })
    expect(documents(await mapped('id,a,b\n1,,\n', mapping))).toEqual([{ userName: '1', title: null }])
  })
})

describe('records', () => {
  const mapping: Mapping = mappingOf({
    first: [{ resource: 'Organization', correlate: ['id'], document: { id: 'ACME', name: 'Acme' } }],
    records: [
      person({
        userName: { column: 'id', lower: true }, employeeNumber: 'id', active: 'live',
        'emails[].value': { column: 'mail', split: ';' }, 'emails[].type': { value: 'WORK_EMAIL' }, 'emails[0].primary': { value: true },
        'phoneNumbers[0].value': 'home', 'phoneNumbers[0].type': { value: 'HOME_PHONE' },
        'phoneNumbers[1].value': 'fax', 'phoneNumbers[1].type': { value: 'FAX' },
        'supervisors[0].supervisor': { column: 'boss', by: 'employeeNumber' }, 'supervisors[0].primary': { value: true },
      }, { when: { column: 'kind', equals: 'person' }, correlate: ['employeeNumber', 'emails.value'] }),
      {
        resource: 'Affiliation', when: { column: 'org', present: true }, set: { start: 'from', rights: { column: 'rights', split: ';' } },
        user: { column: 'id', by: 'employeeNumber' }, organization: { column: 'org', by: 'attributes.code' },
      },
    ],
    skip: [{ when: { column: 'kind', oneOf: ['robot', 'plant'] }, reason: 'Not a person.' }],
    waiting: [{ when: { column: 'kind', contains: 'group' }, as: 'Group', name: 'id' }],
  })
  const header = 'kind,id,live,mail,home,fax,boss,org,from,rights\n'

  test('one row becomes several records, with references where ids belong', async () => {
    const rows = records(await mapped(`${header} Person ,E1,yes,a@x; b@x,,99,E0,A1,2024-05-01,R1\n`, mapping))
    expect(rows.map(({ line, resource }) => [line, resource])).toEqual([[0, 'Organization'], [2, 'User'], [2, 'Affiliation']])
    expect(rows[1]).toMatchObject({
      document: {
        userName: 'e1', employeeNumber: 'E1', active: true,
        emails: [{ value: 'a@x', type: 'WORK_EMAIL', primary: true }, { value: 'b@x', type: 'WORK_EMAIL' }],
        phoneNumbers: [{ value: '99', type: 'FAX' }],
        supervisors: [{ primary: true }],
      },
      correlate: [{ path: 'employeeNumber', value: 'E1' }, { path: 'emails.value', value: 'a@x' }, { path: 'emails.value', value: 'b@x' }],
      references: [{ path: 'supervisors[0].supervisor', resource: 'User', by: 'employeeNumber', value: 'E0', column: 'boss' }],
    })
    expect(rows[2]).toMatchObject({
      document: { start: '2024-05-01T00:00:00.000Z', rights: ['R1'] }, correlate: [],
      references: [{ path: 'user', by: 'employeeNumber', value: 'E1' }, { path: 'organization', by: 'attributes.code', value: 'A1' }],
    })
  })
  test('constants make no entries by themselves', async () => {
    const [, user] = records(await mapped(`${header}person,E1,,,,,,,,\n`, mapping))
    expect(user!.document).toEqual({ userName: 'e1', employeeNumber: 'E1' })
    expect(user!.references).toEqual([])
  })
  test('a row of which something cannot be read yields nothing to take, and all that cannot be', async () => {
    const rows = await mapped(`${header}person,E1,perhaps,,,,,A1,2024-02-30,\n`, mapping)
    expect(records(rows).map(({ line }) => line)).toEqual([0])
    expect(problems(rows)).toMatchObject([
      { line: 2, column: 'live', value: 'perhaps', reason: 'It is neither true nor false.' },
      { line: 2, column: 'from', value: '2024-02-30' },
    ])
  })
  test('rows that no record takes wait, are left out with the reason given, or with one made', async () => {
    const rows = await mapped(`${header}robot,R1,,,,,,,,\nsome groups,G1,,,,,,,,\ncloud,C1,,,,,,,,\n`, mapping)
    expect(rows.slice(1)).toMatchObject([
      { kind: 'skipped', line: 2, reason: 'Not a person.' },
      { kind: 'waiting', line: 3, as: 'Group', name: 'G1' },
      { kind: 'skipped', line: 4, reason: 'No record of the mapping takes it.' },
    ])
  })
  test('an affiliation that does not say whose', async () => {
    expect(problems(await mapped(`${header}x,,,,,,,A1,,\n`, mapping))).toMatchObject([{ column: 'id', reason: 'The row does not say which user is meant.' }])
  })
  test('columns the file lacks are named', async () => {
    await expect(mapped('kind,id\nperson,1\n', mapping)).rejects.toThrow(/lacks "live", "mail"/)
  })
  test('JSON with a mapping reads members by dotted path, LDIF without case', async () => {
    const records_ = [person({ userName: 'login.name', title: 'title', 'emails[].value': 'mails' })]
    const rows = await mapped('{"login":{"name":"a"},"mails":["x@x","y@x"],"title":{"de":"Chef"}}\n{"login":{"name":"b"},"title":7}\n', mappingOf({ format: 'jsonl', records: records_ }))
    expect(problems(rows)).toMatchObject([{ line: 1, column: 'title', reason: 'The value is an object; name a member of it.' }])
    expect(documents(rows)).toEqual([{ userName: 'b', title: '7' }])
    const ldif = mappingOf({ format: 'ldif', records: [person({ userName: 'UID', title: 'cn;lang-fr', nickName: 'DN' })] })
    expect(documents(await mapped('dn: uid=a\nuid: a\nCN;LANG-FR: Chef\n', ldif))).toEqual([{ userName: 'a', title: 'Chef', nickName: 'uid=a' }])
  })
})

describe('dates and patterns', () => {
  test.each(['2000-02-29', '1900-02-28', '0001-01-01', '9999-12-31'])('%s is a day', (day) => expect(isRealDay(day)).toBe(true))
  test.each(['1900-02-29', '2023-04-31', '2023-13-01', '2023-00-10', '2023-01-00', '0000-01-01', '23-01-01', '2023-1-1'])('%s is none', (day) => expect(isRealDay(day)).toBe(false))
  test('instants come out in UTC with milliseconds', () => {
    expect(readInstant('2024-02-29T23:30:00-02:00')).toBe('2024-03-01T01:30:00.000Z')
    expect(readInstant('2024-02-29T23:30Z')).toBe('2024-02-29T23:30:00.000Z')
    for (const bad of ['2024-02-30T10:00:00Z', '2024-02-28T24:00:00Z', '2024-02-28T10:00:00', 'soon']) expect(readInstant(bad)).toBeUndefined()
  })
  test.each(['(a*)*', '(a|b)+', '(a+){3}', 'a*b*c*', '(?=a)b', '(a)\\1', '(', `a${'b'.repeat(200)}`])('the pattern %s is refused', (source) => expect(safePattern(source)).toBeTypeOf('string'))
  test.each(['^(\\w+)\\s(\\w+)$', '[+*]{2}', '(?:ab)+', '(?<y>\\d{4})'])('the pattern %s is taken', (source) => expect(safePattern(source)).toBeInstanceOf(RegExp))
})
