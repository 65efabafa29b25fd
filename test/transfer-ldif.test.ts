/** Reading LDIF and JSON Lines. The entries in the first part are the examples of RFC 2849. */
import { describe, expect, test } from 'vitest'
import { escapeDnValue, parseDn, rdnValue } from '../src/model/distinguished-name.ts'
import { readJsonl } from '../src/transfer/read-jsonl.ts'
import { readLdif } from '../src/transfer/read-ldif.ts'
import type { RowProblem, SourceRecord } from '../src/transfer/source-row.ts'
import { all, bytes, sizeless } from './transfer-source.ts'

type Row = SourceRecord & RowProblem
const ldif = async (content: string | Buffer, size = 7, limit?: number) => sizeless(await all(readLdif(bytes(content, size), { limit }))) as Row[]
const jsonl = async (content: string | Buffer, limit?: number) => sizeless(await all(readJsonl(bytes(content, 5), { limit }))) as Row[]

describe('RFC 2849', () => {
  const example1 = `version: 1
dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com
objectclass: top
objectclass: person
objectclass: organizationalPerson
cn: Barbara Jensen
cn: Barbara J Jensen
cn: Babs Jensen
sn: Jensen
uid: bjensen
telephonenumber: +1 408 555 1212
description: A big sailing fan.

dn: cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com
objectclass: top
objectclass: person
objectclass: organizationalPerson
cn: Bjorn Jensen
sn: Jensen
telephonenumber: +1 408 555 1212
`
  test.each([['LF', example1], ['CRLF', example1.replaceAll('\n', '\r\n')], ['a mark', `\ufeff${example1}`]])('example 1, a simple file with two entries, %s', async (_, content) => {
    for (const size of [1, 5, 4000]) {
      const rows = await ldif(content, size)
      expect(rows.map((row) => [row.line, row.dn])).toEqual([
        [2, 'cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com'],
        [14, 'cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com'],
      ])
      expect(rows[0]!.values).toMatchObject({ cn: ['Barbara Jensen', 'Barbara J Jensen', 'Babs Jensen'], telephonenumber: ['+1 408 555 1212'] })
    }
  })
  test('example 2, a folded value', async () => {
    const rows = await ldif(`version: 1
dn:cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com
objectclass:top
cn:Barbara Jensen
description:Babs is a big sailing fan, and travels extensively in sea
 rch of perfect sailing conditions.
title:Product Manager, Rod and Reel Division
`)
    expect(rows[0]!.values).toMatchObject({
      description: ['Babs is a big sailing fan, and travels extensively in search of perfect sailing conditions.'],
      title: ['Product Manager, Rod and Reel Division'],
    })
  })
  test('example 3, a base64-encoded value', async () => {
    const rows = await ldif(`version: 1
dn: cn=Gern Jensen, ou=Product Testing, dc=airius, dc=com
cn: Gern Jensen
description:: V2hhdCBhIGNhcmVmdWwgcmVhZGVyIHlvdSBhcmUhICBUaGlzIHZhbHVl
 IGlzIGJhc2UtNjQtZW5jb2RlZCBiZWNhdXNlIGl0IGhhcyBhIGNvbnRyb2wgY2hhcmFjdGVyIG
 luIGl0IChhIENSKS4NICBCeSB0aGUgd2F5LCB5b3Ugc2hvdWxkIHJlYWxseSBnZXQgb3V0IG1v
 cmUu
`)
    expect(rows[0]!.values.description).toEqual(['What a careful reader you are!  This value is base-64-encoded because it has a control character in it (a CR).\r  By the way, you should really get out more.'])
  })
  test('example 4, UTF-8 in base64 and language tags', async () => {
    const rows = await ldif(`version: 1
dn:: b3U95Za25qWt6YOoLG89QWlyaXVz
# dn:: ou=<JapaneseOU>,o=Airius
objectclass: top
objectclass: organizationalUnit
ou:: 5Za25qWt6YOo
ou;lang-ja:: 5Za25qWt6YOo
ou;lang-en: Sales
description: Japanese office
`)
    expect(rows).toEqual([{
      line: 2, dn: 'ou=営業部,o=Airius',
      values: { objectclass: ['top', 'organizationalUnit'], ou: ['営業部'], 'ou;lang-ja': ['営業部'], 'ou;lang-en': ['Sales'], description: ['Japanese office'] },
    }])
  })
  test('example 5, a value by URL, is refused', async () => {
    const [row] = await ldif('version: 1\ndn: cn=Horatio Jensen\ncn: Horatio Jensen\njpegphoto:< file:///usr/local/directory/photos/hjensen.jpg\n')
    expect(row).toMatchObject({ line: 4, reason: expect.stringMatching(/URL/) as string })
  })
  test('example 6, change records: an entry is added, other changes are refused one by one', async () => {
    const rows = await ldif(`version: 1
dn: cn=Fiona Jensen, ou=Marketing, dc=airius, dc=com
changetype: add
objectclass: person
cn: Fiona Jensen

dn: cn=Robert Jensen, ou=Marketing, dc=airius, dc=com
changetype: delete

dn: cn=Paul Jensen, ou=Product Development, dc=airius, dc=com
changetype: modrdn
newrdn: cn=Paula Jensen
deleteoldrdn: 1

dn: ou=PD Accountants, ou=Product Development, dc=airius, dc=com
changetype: modify
add: postaladdress
postaladdress: 123 Anystreet $ Sunnyvale, CA $ 94086
-
`)
    expect(rows.map((row) => [row.line, row.dn ?? row.reason])).toEqual([
      [2, 'cn=Fiona Jensen, ou=Marketing, dc=airius, dc=com'],
      ...[8, 11, 16].map((line) => [line, 'Only entries and "changetype: add" are read; this change is not supported.']),
    ])
    expect(rows[0]!.values).toEqual({ objectclass: ['person'], cn: ['Fiona Jensen'] })
  })
  test('example 7, controls, are refused', async () => {
    const [row] = await ldif('version: 1\ndn: ou=Product Development\ncontrol: 1.2.840.113556.1.4.805 true\nchangetype: delete\n')
    expect(row).toMatchObject({ line: 3, column: 'control' })
  })
})

describe('LDIF files as they are', () => {
  const entry = (body: string) => `dn: uid=a\n${body}\n\ndn: uid=b\ncn: B\n`
  test.each([
    ['a line without a colon', 'cn A', 2, /continues the line before/],
    ['a name that is none', 'c n: A', 2, /no attribute name/],
    ['broken base64', 'cn:: $$$', 2, /not valid base64/],
    ['a second entry without an empty line', 'cn: A\ndn: uid=c', 3, /empty line is missing/],
    ['a value with Latin-1 bytes', 'sn: M\xfcller', 2, /"encoding": "latin1"/],
  ])('%s costs its entry', async (_, body, line, reason) => {
    const rows = await ldif(Buffer.from(entry(body), 'latin1'))
    expect(rows[0]).toMatchObject({ line, reason: expect.stringMatching(reason) as string })
    expect(rows[1]).toMatchObject({ dn: 'uid=b', values: { cn: ['B'] } })
  })
  test('comments fold too, and names are compared without case', async () => {
    const rows = await ldif('# a comment that\n  goes on\ndn: uid=a\nCN: A\n# another\n and on\ncn: AA\n')
    expect(rows).toEqual([{ line: 3, dn: 'uid=a', values: { cn: ['A', 'AA'] } }])
  })
  test('bytes that are no text stay bytes', async () => {
    const [row] = await ldif('dn: uid=a\njpegPhoto:: /9j/4A==\n')
    expect(row!.values.jpegphoto).toEqual([Buffer.from('/9j/4A==', 'base64')])
  })
  test('an entry over the limit and one that does not begin with dn', async () => {
    const rows = await ldif(`dn: uid=a\ncn: ${'x'.repeat(300)}\nsn: A\n\ncn: no dn\n\ndn: uid=b\ncn: B\n`, 11, 100)
    expect(rows.map((row) => [row.line, row.dn ?? row.reason])).toEqual([
      [1, 'The entry is longer than 100 characters.'], [5, 'The entry does not begin with a readable "dn:" line.'], [7, 'uid=b'],
    ])
  })
  test('another version is refused as a whole', async () => {
    await expect(ldif('version: 2\n\ndn: uid=a\n')).rejects.toMatchObject({ code: 'invalid_file' })
  })
})

describe('distinguished names', () => {
  test('RFC 4514 §4, and the spaces of old directories', () => {
    expect(parseDn('UID=jsmith,DC=example,DC=net')?.map((one) => one.value)).toEqual(['jsmith', 'example', 'net'])
    expect(parseDn('OU=Sales+CN=J.  Smith,DC=example')).toEqual([
      { depth: 0, type: 'ou', value: 'Sales' }, { depth: 0, type: 'cn', value: 'J.  Smith' }, { depth: 1, type: 'dc', value: 'example' },
    ])
    expect(rdnValue('CN=James \\"Jim\\" Smith\\, III,DC=example', 'cn')).toBe('James "Jim" Smith, III')
    expect(rdnValue('CN=Lu\\C4\\8Di\\C4\\87', 'cn')).toBe('Lučić')
    expect(rdnValue('uid=a, ou=People, dc=x', 'OU', 1)).toBe('People')
    expect(rdnValue('uid=a', 'ou')).toBeUndefined()
    expect(parseDn('no name')).toBeUndefined()
  })
  test.each(['a,b', ' a ', '#a', 'a+b="c"', 'a\\b', '\\41', 'a\u0000b', 'Ünï'])('%j is escaped so that it reads back', (value) => {
    expect(rdnValue(`cn=${escapeDnValue(value)},dc=x`, 'cn')).toBe(value)
  })
})

describe('JSON Lines', () => {
  test('documents, empty lines, a mark, CRLF', async () => {
    expect(await jsonl('\ufeff{"a":1}\r\n\r\n  {"b":["ü"]}')).toEqual([{ line: 1, values: { a: 1 } }, { line: 3, values: { b: ['ü'] } }])
  })
  test('bad lines cost themselves, and what they hold is not repeated', async () => {
    const rows = await jsonl(Buffer.concat([Buffer.from('{"password":"hunter2\n[1]x\n7\n{"name":"M'), Buffer.from([0xfc]), Buffer.from('ller"}\n{"a":1}\n')]))
    expect(rows.map((row) => row.line)).toEqual([1, 2, 3, 4, 5])
    expect(rows[0]!.reason).toMatch(/not valid JSON/)
    expect(rows[2]!.reason).toBe('The line is not a JSON object.')
    expect(rows[3]).toMatchObject({ column: 'name', reason: expect.stringMatching(/UTF-8/) as string })
    expect(JSON.stringify(rows.map((row) => row.reason))).not.toContain('hunter2')
    expect(rows[4]!.values).toEqual({ a: 1 })
  })
  test('an array and over-long lines', async () => {
    await expect(jsonl('[{"a":1},\n{"a":2}]')).rejects.toThrow(/JSON array/)
    expect((await jsonl(`{"a":"${'x'.repeat(200)}"}\n{"a":1}\n`, 100)).map((row) => row.reason ?? row.line)).toEqual(['The line is longer than 100 characters.', 2])
  })
})
