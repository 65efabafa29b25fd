/** Reading CSV: every bad file of the list costs what it must and no more, and good files read as csv-parse reads them. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvParser } from '../src/transfer/csv-parser.ts'
import { readCsv, type CsvOptions } from '../src/transfer/read-csv.ts'
import type { RowProblem, SourceRecord } from '../src/transfer/source-row.ts'
import { csvLine } from '../src/transfer/write-csv.ts'
import { all, bytes, sizeless } from './transfer-source.ts'

type Row = SourceRecord & RowProblem
const read = async (content: string | Buffer, options: CsvOptions = {}, size = 7) => sizeless(await all(readCsv(bytes(content, size), options))) as Row[]
const values = (rows: Row[]) => rows.map((row) => row.values)

describe('encodings and line ends', () => {
  const good = [{ name: 'Zoë Müller', city: 'Köln' }, { name: 'Łukasz 🙂', city: '' }]
  const body = 'name,city\nZoë Müller,Köln\nŁukasz 🙂,\n'
  test.each([
    ['UTF-8', body],
    ['a byte order mark', `\ufeff${body}`],
    ['CRLF', body.replaceAll('\n', '\r\n')],
    ['CR', body.replaceAll('\n', '\r')],
    ['no line end at the end', body.trimEnd()],
    ['empty lines', body.replaceAll('\n', '\n\n')],
    ['a sep= line', `sep=,\n${body}`],
  ])('%s', async (_, content) => {
    for (const size of [1, 2, 3, 5, 8, 1000]) expect(values(await read(content, {}, size))).toEqual(good)
  })

  test('Latin-1 bytes cost their row, and say where and what to do', async () => {
    const rows = await read(Buffer.from('id,name\n1,Zoë\n2,Anne\n', 'latin1'), {}, 3)
    expect(rows[0]).toMatchObject({ line: 2, damaged: [{ column: 'name', value: 'Zo\\xEB' }] })
    expect(rows[0]!.damaged![0]!.reason).toMatch(/save the file as UTF-8.*"encoding": "latin1"/i)
    expect(rows[1]!.values).toEqual({ id: '2', name: 'Anne' })
  })
  test('only the bad byte is bad, not the good letters beside it', async () => {
    const content = Buffer.concat([Buffer.from('id,name\n1,🙂ü'), Buffer.from([0xfc]), Buffer.from('ß\n')])
    for (const size of [1, 4, 100]) expect((await read(content, {}, size))[0]).toMatchObject({ damaged: [{ column: 'name', value: '🙂ü\\xFCß' }] })
  })
  test('Latin-1 is read when asked for, with the signs of Windows', async () => {
    const content = Buffer.concat([Buffer.from('id,name\n1,Zo'), Buffer.from([0xeb, 0x80, 0x92]), Buffer.from('\n')])
    expect(values(await read(content, { encoding: 'latin1' }))).toEqual([{ id: '1', name: 'Zoë€’' }])
  })
  test.each([
    ['UTF-16 little endian', Buffer.from('\ufeffid,name\n', 'utf16le'), /UTF-16/],
    ['UTF-16 big endian', Buffer.from('\ufeffid,name\n', 'utf16le').swap16(), /UTF-16/],
    ['UTF-16 without a mark', Buffer.from('id,name\n1,Anne\n', 'utf16le'), /UTF-16/],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), /Excel/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /gzip/],
  ])('%s is refused as a whole', async (_, content, reason) => {
    await expect(read(content, {}, 100)).rejects.toThrow(reason)
  })
  test('a file that is not there', async () => {
    await expect(all(readCsv('/nowhere/at-all.csv'))).rejects.toMatchObject({ code: 'invalid_file' })
  })
})

describe('headers', () => {
  test.each([';', '\t', '|', ','])('the delimiter %j is found', async (sign) => {
    const content = `id${sign}"a,b"${sign}name\n1${sign}x${sign}Anne\n`
    expect(values(await read(content))).toEqual([{ id: '1', 'a,b': 'x', name: 'Anne' }])
  })
  test('required columns decide between delimiters', async () => {
    expect(values(await read('id;name, first, last\n1;x\n', { required: ['id'] }))).toEqual([{ id: '1', 'name, first, last': 'x' }])
  })
  test.each([
    ['a wrong delimiter', 'id;name\n1;Anne\n', { delimiter: ',' }, /one column only.*delimiter seems to be ";"/],
    ['a wrong delimiter with required columns', 'id;name\n1;Anne\n', { delimiter: ',', required: ['id'] }, /lacks "id"; it has "id;name".*";"/],
    ['a missing column', 'id,name\n', { required: ['id', 'mail', 'phone'] }, /line 1 lacks "mail", "phone"/],
    ['a column twice', 'id,name,mail,id,mail\n', {}, /names "id", "mail" more than once/],
    ['a column without a name', 'id,,mail\n', {}, /no name for column 2/],
    ['an unclosed quote', 'id,"name\n1,Anne\n', {}, /header in line 1 cannot be read.*quote/],
    ['Latin-1 bytes', Buffer.from('id,Größe\n', 'latin1'), {}, /Gr\\xF6\\xDFe.*UTF-8/],
    ['nothing', '', {}, /empty/],
    ['a name no object may have', 'id,__proto__\n', {}, /__proto__/],
  ])('%s is a clear error', async (_, content, options, reason) => {
    await expect(read(content, options)).rejects.toThrow(reason)
    await expect(read(content, options)).rejects.toMatchObject({ code: 'invalid_file' })
  })
})

describe('rows', () => {
  test('quotes, delimiters and line breaks in fields, and the line a record begins on', async () => {
    const rows = await read('id,note\n1,"a ""b"", c"\n2,"two\r\nlines"\n3,x\n')
    expect(rows).toEqual([
      { line: 2, values: { id: '1', note: 'a "b", c' } },
      { line: 3, values: { id: '2', note: 'two\r\nlines' } },
      { line: 5, values: { id: '3', note: 'x' } },
    ])
  })
  test.each([
    ['with quotes later', '1,"Anne\n2,"Bert"\n3,Carl\n', [2], ['2', '3']],
    ['with a pair that fits later', '1,"Anne\n2,Bert\n3,"Carl"\n', [2], ['2', '3']],
    ['with none later', '1,"Anne\n2,Bert\n3,Carl\n', [2], ['2', '3']],
    ['in the last line', '1,Anne\n2,"Bert', [3], ['1']],
    ['twice', '1,"Anne\n2,"Bert\n3,Carl\n', [2, 3], ['3']],
    ['closed too early', '1,"An"ne\n2,Bert\n', [2], ['2']],
    ['inside a field', '1,An"ne\n2,Bert\n', [2], ['2']],
    ['that swallows the next row', '1,"Anne\n2",Bert\n3,Carl\n', [2, 3], ['3']],
  ])('an unclosed quote %s costs its line and not the file', async (_, body, bad, good) => {
    for (const size of [1, 6, 1000]) {
      const rows = await read(`id,name\n${body}`, {}, size)
      expect(rows.filter((row) => row.reason).map((row) => row.line)).toEqual(bad)
      expect(rows.filter((row) => row.values).map((row) => row.values.id)).toEqual(good)
    }
  })
  test('ragged rows say how', async () => {
    const rows = await read('id,name\n1\n2,Anne,x\n3,Bert\n')
    expect(rows.map((row) => row.reason)).toEqual([
      'The row has 1 field and the header 2.',
      'The row has 3 fields and the header 2. Quote a field that holds the delimiter.',
      undefined,
    ])
  })
  test('a record over the limit is dropped up to its line end', async () => {
    const rows = await read(`id,name\n1,${'x'.repeat(500)}\n2,Anne\n3,"${'y'.repeat(500)}\n4,Bert\n`, { limit: 100 })
    expect(rows.map((row) => [row.line, row.values?.id ?? 'too long'])).toEqual([[2, 'too long'], [3, '2'], [4, 'too long'], [5, '4']])
  })
  test('memory stays flat over two million rows', async () => {
    async function* large() {
      yield Buffer.from('id,name,note\n')
      const block = Buffer.from('12345,Anne Example,"a note, in quotes"\n'.repeat(2000))
      for (let at = 0; at < 1000; at++) yield block
    }
    let rows = 0
    let most = 0
    for await (const row of readCsv(large())) {
      if ('reason' in row) throw new Error(row.reason)
      if (++rows % 250_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed)
    }
    expect(rows).toBe(2_000_000)
    expect(most).toBeLessThan(250 * 1024 * 1024)
  }, 60_000)
})

describe('against csv-parse', () => {
  const cell = fc.oneof(fc.string({ maxLength: 6 }), fc.stringMatching(/^[a,;"\r\n ]{0,6}$/))
  test('what is written reads back, however it is cut into pieces', () => {
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (table, size) => {
      const content = table.map((row) => csvLine(row, ',')).join('')
      const parser = csvParser(',')
      const rows = []
      for (let at = 0; at < content.length; at += size) rows.push(...parser.push(content.slice(at, at + size)))
      rows.push(...parser.end())
      expect(rows.map((row) => row.fields)).toEqual(table)
      expect(parse(content, { relax_column_count: true, record_delimiter: '\r\n' })).toEqual(table)
    }))
  })
})
