/** What is exported comes back equal, in each format; what is rejected can be mended and comes back too. */
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPath, parsePath } from '../src/transfer/document-path.ts'
import { readRecords, type FileLayout } from '../src/transfer/read-records.ts'
import type { Document } from '../src/model/attribute.ts'
import type { Format, Mapping } from '../src/transfer/mapping.ts'
import { guardCell, unguardCell } from '../src/transfer/spreadsheet-guard.ts'
import { kinds } from '../src/transfer/importable.ts'
import { csvColumns, csvText, edgeColumns, emptyColumns } from '../src/transfer/write-csv.ts'
import { jsonlText } from '../src/transfer/write-jsonl.ts'
import { ldifLine, ldifText } from '../src/transfer/write-ldif.ts'
import { rejectWriter } from '../src/transfer/write-rejects.ts'
import { bytes, documents, each, mapped, mappingOf, problems, text } from './transfer-source.ts'

/** A text as the directory keeps them: not empty, no lone surrogates, no U+0000. */
const value = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), fc.stringMatching(/^['"=+\-@,;\r\n\t a]{1,8}$/))
  .filter((one) => one.isWellFormed() && !one.includes('\u0000'))
const name = fc.oneof(fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,8}$/), fc.stringMatching(/^[a-z ."[\]ü;]{1,8}$/), fc.constantFrom('constructor', 'toString', '0', 'length'))
const custom = fc.dictionary(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })), { minKeys: 1, maxKeys: 3 }).map((one) => ({ ...one }))
const instant = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((one) => one.toISOString())
const record = fc.stringMatching(/^[0-9a-f]{8}$/)
const list = <T>(entry: fc.Arbitrary<T>) => fc.array(entry, { minLength: 1, maxLength: 3 })

const user: fc.Arbitrary<Document> = fc.record({
  id: record, userName: value,
  name: fc.record({ givenName: value, familyName: value }, { requiredKeys: ['familyName'] }),
  title: value, active: fc.boolean(), birthdate: fc.constantFrom('1970-01-01', '2000-02-29'), alternateStartDate: instant,
  emails: list(fc.record({ id: record, value, type: value, primary: fc.boolean() }, { requiredKeys: ['value'] })),
  affiliations: list(fc.record({ organization: record, start: instant, rights: list(record) }, { requiredKeys: ['organization'] })),
  attributes: custom,
}, { requiredKeys: ['id', 'userName', 'name'] })

const organization: fc.Arbitrary<Document> = fc.record(
  { id: record, name: value, description: value, isSelectable: fc.boolean(), parents: list(fc.record({ organization: record })), attributes: custom },
  { requiredKeys: ['id', 'name'] },
)
const kind = (document: Document) => (typeof document.name === 'string' ? 'Organization' : 'User')
const withMeta = (document: Document) => ({ ...document, meta: { resourceType: kind(document), version: 3, created: '2024-01-01T00:00:00.000Z' } })

describe('import of an export', () => {
  const many = fc.array(fc.oneof(user, organization), { minLength: 1, maxLength: 4 })
  const writers: [Format, (given: Document[]) => Promise<string>][] = [
    ['jsonl', (given) => text(jsonlText(each(given)))],
    ['ldif', (given) => text(ldifText(each(given)))],
    ['csv', async (given) => text(csvText(each(given), await csvColumns(each(given))))],
  ]
  test.each(writers)('%s gives the same documents', async (format, write) => {
    await fc.assert(fc.asyncProperty(many, async (given) => {
      const rows = await mapped(await write(given.map(withMeta)), format)
      expect(problems(rows)).toEqual([])
      expect(documents(rows)).toEqual(given)
      expect(rows.map((row) => 'resource' in row && row.resource)).toEqual(given.map(kind))
    }), { numRuns: 150 })
  })
  test.each([...kinds, 'Edge'] as const)('a CSV file of no %s at all is one that an import takes', async (kind) => {
    const file = await text(csvText(each([]), await csvColumns(each([]), kind === 'Edge' ? edgeColumns : [], emptyColumns(kind))))
    expect(file).toMatch(/meta\.resourceType\r\n$/)
    expect(await mapped(file, 'csv')).toEqual([])
  })
  test('a name that stands twice, or nesting without end, makes a line an error of its own', async () => {
    const rows = await mapped([
      '{"userName":"jd1","userName":"jd2"}', '{"userName":"ok","attributes":{"a:b":"c:\\"d"}}', '{"userName":"deep","emails":[{"value":"secret@x","value":"y"}]}', `{"a":${'['.repeat(60)}${']'.repeat(60)}}`,
    ].join('\n'), 'jsonl')
    expect(rows.map((row) => ('reason' in row ? row.reason : 'taken'))).toEqual([
      'The line cannot be taken: the name stands twice in one object, at character 19.', 'taken', 'The line cannot be taken: the name stands twice in one object, at character 50.',
      expect.stringMatching(/nested deeper than 50 levels/)])
    const [entry] = await mapped('version: 1\n\ndn: uid=a,dc=x\nobjectClass: inetOrgPerson\ngatehouseDocument: {"userName":"a","userName":"b"}\n', 'ldif')
    expect(entry).toMatchObject({ kind: 'problem', column: 'gatehouseDocument', reason: expect.stringContaining('stands twice') })
  })
  test('what only the server makes does not come back', async () => {
    const whole = { id: 'a', userName: 'a', displayName: 'A', primaryEmail: 'a@x', status: 'ACTIVE', meta: { resourceType: 'User', version: 2, location: '/users/a' }, emails: [{ id: 'e', value: 'a@x', created: '2024-01-01T00:00:00.000Z' }] }
    const kept = { id: 'a', userName: 'a', status: 'ACTIVE', emails: [{ id: 'e', value: 'a@x' }] }
    for (const [format, write] of writers) expect(documents(await mapped(await write([whole]), format))).toEqual([kept])
  })
})

describe('CSV', () => {
  test('a table an administrator can read: columns in the order of the model', async () => {
    const given = [{ attributes: { 'cost centre': '7' }, emails: [{ value: 'a@x' }, { value: 'b@x' }], userName: 'a', id: '1' }]
    expect(await text(csvText(each(given), await csvColumns(each(given))))).toBe('id,userName,emails[0].value,emails[1].value,"attributes[""cost centre""]"\r\n1,a,a@x,b@x,7\r\n')
  })
  test('formulas are guarded, telephone numbers are not', async () => {
    const given = [{ userName: '=1+1', title: '+1 408 555-1212', nickName: '-x', attributes: { a: "'=" } }]
    expect(await text(csvText(each(given), await csvColumns(each(given))))).toContain("'=1+1,+1 408 555-1212,'-x,''=\r\n".replace("+1 408 555-1212,'-x", "'-x,+1 408 555-1212"))
    expect(await text(csvText(each(given), ['userName', 'title', 'nickName', 'attributes.a'], { guard: false }))).toContain("=1+1,+1 408 555-1212,-x,'=")
  })
  test('the guard comes off exactly', () => fc.assert(fc.property(fc.oneof(value, fc.stringMatching(/^'{0,3}[=+@-]?[a1 ]{0,3}$/)), (one) => unguardCell(guardCell(one)) === one)))
  test('a column too few is an error and no loss', async () => {
    await expect(text(csvText(each([{ id: '1', title: 'x' }]), ['id']))).rejects.toThrow(/title/)
  })
  test('headers that are no attributes, and people mixed with organisations', async () => {
    await expect(mapped('id,shoeSize,displayName\n', 'csv')).rejects.toThrow(/names "shoeSize"/)
    await expect(mapped('id,userName,domainName\n1,a,\n', 'csv')).rejects.toThrow(/meta\.resourceType/)
    const rows = await mapped('meta.resourceType,id,userName,domainName\nUser,1,a,x\nOrganization,2,,x.org\nRobot,3,,\n', 'csv')
    expect(problems(rows)).toMatchObject([{ line: 2, column: 'domainName' }])
    expect(rows).toMatchObject([{ unread: [{ column: 'domainName' }] }, { document: { id: '2', domainName: 'x.org' } }, { kind: 'skipped', line: 4 }])
  })
})

describe('LDIF', () => {
  test.each([
    ['plain', 'description: plain'], [' led by a space', 'description:: IGxlZCBieSBhIHNwYWNl'], ['ends so ', 'description:: ZW5kcyBzbyA='],
    [':colon', 'description:: OmNvbG9u'], ['<url', 'description:: PHVybA=='], ['Zoë', 'description:: Wm/Dqw=='], ['a\nb', 'description:: YQpi'],
  ])('%j is written as RFC 2849 wants it', (given, line) => expect(ldifLine('description', given)).toBe(`${line}\n`))
  test('long lines are folded at 76', () => {
    const lines = ldifLine('description', 'x'.repeat(200)).trimEnd().split('\n')
    expect(lines.map((line) => line.length)).toEqual([76, 76, 63])
    expect(lines[1]!.startsWith(' ')).toBe(true)
  })
  test('an edited view of a record is refused, and taken without the record', async () => {
    const written = await text(ldifText(each([{ id: '1', userName: 'a', name: { familyName: 'A' }, emails: [{ value: 'old@x' }] }])))
    const edited = written.replace('old@x', 'new@x')
    expect(problems(await mapped(edited, 'ldif'))).toMatchObject([{ column: 'mail', reason: expect.stringMatching(/take gatehouseDocument out/) as string }])
    const taken = documents(await mapped(edited.replace(/gatehouseDocument: (.*\n )*.*\n/, ''), 'ldif'))
    expect(taken).toMatchObject([{ emails: [{ value: 'new@x', primary: true }] }])
  })
})

test('paths are read as they are written', () => {
  fc.assert(fc.property(fc.array(fc.oneof(name, fc.nat(99)), { minLength: 0, maxLength: 3 }), (steps) => {
    expect(parsePath(formatPath(['emails', ...steps]))).toEqual(['emails', ...steps])
  }))
  for (const bad of ['', '.a', 'a..b', 'a.', '[0]', 'a[x]', 'a[99999]', 'a b', 'a["x"']) expect(parsePath(bad)).toBeTypeOf('string')
})

describe('reject files', () => {
  async function rejected(content: string | Buffer, mapping: Mapping | Format): Promise<Buffer> {
    let layout: FileLayout | undefined
    const parts: Buffer[] = []
    const rows = []
    for await (const row of readRecords(bytes(content), mapping, { onLayout: (given) => (layout = given) })) rows.push(...problems([row]))
    const writer = rejectWriter(layout!, () => new Writable({ write: (chunk: Buffer, _, done) => { parts.push(chunk); done() } }))
    for (const row of rows) await writer.add({ line: row.line, reasons: [row.reason], source: row.source, raw: row.raw })
    expect(await writer.end()).toBe(rows.length)
    return Buffer.concat(parts)
  }
  const mapping = mappingOf({ delimiter: ';', records: [{ resource: 'User', set: { userName: 'id', birthdate: 'born', title: 'what' } }] })

  test('CSV: mended, the row comes in by the same mapping', async () => {
    const file = (await rejected('id;born;what\n1;2023-02-30;"a;b"\n2;2023-01-01;x\n', mapping)).toString()
    expect(file).toBe('id;born;what;_line;_reason\r\n1;2023-02-30;"a;b";2;It is no date that exists, written as YYYY-MM-DD.\r\n')
    expect(documents(await mapped(file.replace('02-30', '02-28'), mapping))).toEqual([{ userName: '1', birthdate: '2023-02-28', title: 'a;b' }])
    const again = (await rejected(file, mapping)).toString()
    expect(again.split('\r\n')[0]).toBe('id;born;what;_line;_reason')
  })
  test('CSV without a mapping, rows that could not be taken apart too', async () => {
    const file = (await rejected('id,userName,title\n1,"a\n2,b,c,d\n3,e\n', 'csv')).toString()
    expect(file.split('\r\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^1,"""a",,2,/), expect.stringMatching(/^2,b,c,3,.*Further fields: d/), expect.stringMatching(/^3,e,,4,/),
    ])
    expect(problems(await mapped(file, 'csv'))).toEqual([])
  })
  test('Latin-1 in a UTF-8 file is shown as it was likely meant', async () => {
    const file = (await rejected(Buffer.from('id;born;what\n1;;Stra\xdfe\n', 'latin1'), mapping)).toString()
    expect(file).toContain('1;;Straße;2;')
    expect(documents(await mapped(file, mapping))).toMatchObject([{ title: 'Straße' }])
  })
  test('a Latin-1 file gives a Latin-1 reject file', async () => {
    const latin = { ...mapping, encoding: 'latin1' as const }
    const file = await rejected(Buffer.from('id;born;what\n1;x;Stra\xdfe \x80\n', 'latin1'), latin)
    expect(file.toString('latin1')).toContain('1;x;"Stra\xdfe \x80";2;'.replaceAll('"', ''))
    expect(documents(await mapped(Buffer.from(file.toString('latin1').replace(';x;', ';;'), 'latin1'), latin))).toMatchObject([{ title: 'Straße €' }])
  })
  test('LDIF: the reason is a comment', async () => {
    const ldif = mappingOf({ format: 'ldif', records: [{ resource: 'User', set: { userName: 'uid', birthdate: 'born' } }] })
    const file = (await rejected('dn: uid=ä\nuid: ä\nborn: never\njpegPhoto:: /9j/\n\ndn: uid=b\nuid b\n', ldif)).toString()
    expect(file).toContain('# Line 1: It is no date that exists')
    expect(file).toContain('jpegphoto:: /9j/')
    const mended = file.replace('born: never', 'born: 2000-01-01').replace('uid b', 'uid: b')
    expect(documents(await mapped(mended, ldif))).toEqual([{ userName: 'ä', birthdate: '2000-01-01' }, { userName: 'b' }])
  })
  test('JSON Lines: the reason is a member that reading passes over', async () => {
    const json = mappingOf({ format: 'jsonl', records: [{ resource: 'User', set: { userName: 'id', birthdate: 'born' } }] })
    const file = (await rejected('{"id":"a","born":"never"}\n{"id":\n', json)).toString()
    expect(JSON.parse(file.split('\n')[0]!)).toEqual({ id: 'a', born: 'never', _reject: { line: 1, reason: 'It is no date that exists, written as YYYY-MM-DD.' } })
    expect(JSON.parse(file.split('\n')[1]!)).toMatchObject({ _reject: { line: 2, text: '{"id":' } })
    expect(documents(await mapped(file.replace('never', '2000-01-01').split('\n')[0]!, json))).toEqual([{ userName: 'a', birthdate: '2000-01-01' }])
    expect(problems(await mapped(file.split('\n')[1]!, 'jsonl'))).toMatchObject([{ reason: expect.stringMatching(/Write it anew/) as string }])
  })
})
