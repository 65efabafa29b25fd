/** The example mappings: each is valid, and each reads the files it is for with every row accounted for. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { loadMapping } from '../src/transfer/mapping.ts'
import { readRecords, type MappedRow } from '../src/transfer/read-records.ts'
import { all, records } from './transfer-source.ts'

const root = join(import.meta.dirname, '..')
const mappings = join(root, 'examples/mappings')
const data = join(root, '../shared/data')
const here = existsSync(join(data, 'congress/people.csv'))

test.each(readdirSync(mappings).filter((name) => name.endsWith('.json')))('%s is valid', async (name) => {
  expect((await loadMapping(join(mappings, name))).records.length).toBeGreaterThan(0)
})

const read = async (file: string, mapping: string): Promise<MappedRow[]> => all(readRecords(join(data, file), await loadMapping(join(mappings, mapping))))

function counts(rows: readonly MappedRow[]): Record<string, number> {
  const count: Record<string, number> = {}
  for (const row of rows) {
    const key = 'resource' in row ? row.resource : row.kind
    count[key] = (count[key] ?? 0) + 1
  }
  return count
}

describe('the sample files', () => {
  beforeEach(({ skip }) => skip(!here, 'the sample data is not beside the checkout (../shared/data)'))

  test('people of Congress', async () => {
    const rows = await read('congress/people.csv', 'congress-people.json')
    expect(counts(rows)).toEqual({ User: 537 })
    expect(records(rows).find(({ document }) => document.employeeNumber === 'S000033')).toMatchObject({
      document: {
        userName: 's000033', name: { givenName: 'Bernard', familyName: 'Sanders' }, nickName: 'Bernie', birthdate: '1941-09-08', sex: 'M', title: 'Senator',
        phoneNumbers: [{ value: '202-224-5141', type: 'OFFICE_PHONE', primary: true }],
        addresses: [{ address1: '332 Dirksen Senate Office Building Washington DC 20510', primary: true }],
        attributes: { state: 'VT', party: 'Independent' },
      },
      correlate: [{ path: 'employeeNumber', value: 'S000033' }, { path: 'userName', value: 's000033' }],
    })
    expect(records(rows).some(({ document }) => /[^\x00-\x7f]/.test(JSON.stringify(document.name)))).toBe(true)
  })
  test('committees, terms and memberships', async () => {
    const committees = await read('congress/organisations.csv', 'congress-organisations.json')
    expect(counts(committees)).toEqual({ Organization: 230 })
    expect(records(committees).filter((row) => row.references.length > 0)).toHaveLength(181)
    const terms = await read('congress/terms.csv', 'congress-terms.json')
    expect(counts(terms)).toEqual({ Organization: 2, Affiliation: 2792 })
    expect(records(terms)[2]).toMatchObject({
      line: 2, document: { start: '1993-01-05T00:00:00.000Z', end: '1995-01-03T00:00:00.000Z', description: 'Democrat, WA-1' },
      references: [{ path: 'user', by: 'employeeNumber', value: 'C000127' }, { path: 'organization', by: 'id', value: 'US-HOUSE' }],
    })
    const memberships = await read('congress/memberships.csv', 'congress-memberships.json')
    expect(counts(memberships)).toEqual({ Affiliation: 3879 })
    expect(records(memberships)[0]!.document.description).toBe('Chairman, majority 1')
  })
  test.each(['opendj-Example.ldif', 'opendj-Example-hashed.ldif'])('%s', async (file) => {
    const rows = await read(`ldif/${file}`, 'opendj.json')
    expect(rows).toHaveLength(179)
    expect(counts(rows)).toEqual({ User: 153, Organization: 6, waiting: 5, skipped: 15 })
    expect(rows.filter((row) => row.kind === 'skipped' && row.reason.startsWith('No record'))).toEqual([])
    const people = records(rows).filter((row) => row.resource === 'User')
    expect(people.filter((row) => row.references[0]?.path === 'supervisors[0].supervisor')).toHaveLength(143)
    expect(people.find((row) => row.document.userName === 'scarter')).toMatchObject({
      document: { emails: [{ value: 'scarter@example.com', type: 'WORK_EMAIL', primary: true }], attributes: { ou: ['Accounting', 'People'] }, locationName: 'Bristol' },
    })
    expect(people.find((row) => row.document.userName === 'fdupont')).toMatchObject({ document: { name: { givenName: 'Fredérique' } } })
    const schemes = new Set(people.map(({ password }) => (password && 'hash' in password ? password.scheme : 'clear')))
    expect([...schemes].toSorted()).toEqual(file.includes('hashed') ? ['BCRYPT', 'CRYPT', 'PBKDF2-SHA256', 'SSHA', 'SSHA256', 'SSHA512'] : ['clear'])
  })
})
