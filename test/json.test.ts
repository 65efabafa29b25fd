/** Bodies from outside: what JSON.parse would let pass, what it refuses, and whether the refusal says where. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GatehouseError } from '../src/errors.ts'
import { faultOf } from '../src/model/json-fault.ts'
import { parseJson } from '../src/model/json.ts'

function refusalOf(body: Buffer | string): GatehouseError {
  try {
    parseJson(body)
  } catch (error) {
    return error as GatehouseError
  }
  throw new Error('was not refused')
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('refused, saying where', () => {
  test.each([
    ['nothing', '', 'Line 1, column 1: expected a value, but the body ends.'],
    ['a bare word', 'hello', 'Line 1, column 1: expected a value.'],
    ['an open object', '{"a": 1', 'Line 1, column 8: expected "," or "}", but the body ends.'],
    ['a comma too many', '{"a": 1,}', 'Line 1, column 9: expected a name in double quotes.'],
    ['a comma too many in a list', '[1,]', 'Line 1, column 4: expected a value.'],
    ['a missing colon', '{"a" 1}', 'Line 1, column 6: expected ":".'],
    ['a name without quotes', '{a: 1}', 'Line 1, column 2: expected a name in double quotes.'],
    ['single quotes', "{'a': 1}", 'Line 1, column 2: expected a name in double quotes.'],
    ['two values', '{} {}', 'Line 1, column 4: expected the end of the body.'],
    ['the third line', '{\r\n  "a": 1,\n  "b": tru\n}', 'Line 3, column 8: expected a value.'],
    ['a leading zero', '[012]', 'Line 1, column 2: expected a value.'],
    ['NaN', '[NaN]', 'Line 1, column 2: expected a value.'],
    ['a plus sign', '[+1]', 'Line 1, column 2: expected a value.'],
    ['a raw line break in a text', '["a\nb"]', 'Line 1, column 4: expected an escape such as \\n for a control character.'],
    ['an unknown escape', '["a\\x"]', 'Line 1, column 4: expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX.'],
    ['an open text', '["ab', 'Line 1, column 5: expected a double quote, but the body ends.'],
    ['a comment', '[1 /* one */]', 'Line 1, column 4: expected "," or "]".'],
    ['a wide character before', '["😀", x]', 'Line 1, column 7: expected a value.'],
    ['a name given twice', '{"a": 1, "b": {"a": 2}, "a": 3}', 'Line 1, column 25: the name stands twice in one object.'],
    ['a name given twice, once escaped', '{"a": 1, "\\u0061": 2}', 'Line 1, column 10: the name stands twice in one object.'],
    ['51 levels', nested(51), 'Line 1, column 51: nested deeper than 50 levels.'],
    ['a hundred thousand levels', '['.repeat(100_000), 'Line 1, column 51: nested deeper than 50 levels.'],
    ['a hundred thousand levels, closed', nested(100_000), 'Line 1, column 51: nested deeper than 50 levels.'],
    ['51 levels of objects', '{"a":'.repeat(51) + '1' + '}'.repeat(51), 'Line 1, column 251: nested deeper than 50 levels.'],
  ])('%s', (_what, body, message) => {
    expect(refusalOf(body)).toMatchObject({ code: 'invalid_json', message })
  })

  test.each([
    ['Latin-1', Buffer.from('{"a": "é"}', 'latin1'), 'Line 1, column 8: the body is not valid UTF-8.'],
    ['a cut character', Buffer.from('["é"]').subarray(0, 3), 'Line 1, column 3: the body is not valid UTF-8.'],
    ['an over-long form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'Line 1, column 2: the body is not valid UTF-8.'],
    ['half a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'Line 1, column 2: the body is not valid UTF-8.'],
    ['UTF-16', Buffer.from('\uFEFF[]', 'utf16le'), 'Line 1, column 1: the body is not valid UTF-8.'],
  ])('bytes: %s', (_what, body, message) => {
    expect(refusalOf(body)).toMatchObject({ code: 'invalid_json', message })
    expect(parseJson(Buffer.from('["é"]'))).toEqual(['é'])
  })

  test('and never with the text around, which may be a password', () => {
    expect(refusalOf('{"password": "Sesame", oops').message).not.toContain('Sesame')
    expect(refusalOf('{"Sesame": 1, "Sesame": 2}').message).not.toContain('Sesame')
  })
})

describe('read', () => {
  test.each([
    ['50 levels', nested(50)],
    ['any value at the top', ' "a" '],
    ['colons and braces in texts', '{"a:{": "}:,[\\"", "b\\\\": ":"}'],
    ['the same name in two objects', '[{"a": 1}, {"a": 1, "b": {"a": 1}}]'],
    ['escapes', '"\\u00e9\\ud83d\\ude00\\/"'],
  ])('%s', (_what, body) => {
    expect(parseJson(body)).toEqual(JSON.parse(body))
    expect(parseJson(Buffer.from(body))).toEqual(JSON.parse(body))
    expect(faultOf(body)).toBeUndefined()
  })

  test('after a byte order mark', () => {
    expect(parseJson(Buffer.from('\uFEFF{"a": 1}'))).toEqual({ a: 1 })
    expect(parseJson('\uFEFF{"a": 1}')).toEqual({ a: 1 })
    expect(refusalOf('\uFEFF\uFEFF{}').message).toBe('Line 1, column 1: expected a value.')
  })

  test('__proto__ is a name like any other', () => {
    const value = parseJson('{"__proto__": {"admin": true}}') as { admin?: boolean }
    expect(value.admin).toBeUndefined()
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(refusalOf('{"__proto__": 1, "__proto__": 2}').code).toBe('invalid_json')
  })

  test('is the value that was written, and every change of a byte is judged as JSON.parse judges it', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), fc.nat(), fc.constantFrom(...'{}[],:"\\ 0a\n'), (json, place, character) => {
      expect(parseJson(json)).toEqual(JSON.parse(json))
      const at = place % json.length
      const changed = json.slice(0, at) + character + json.slice(at + 1)
      const parses = succeeds(() => void JSON.parse(changed))
      const fault = faultOf(changed)
      expect(fault?.message ?? 'none').toMatch(parses ? /^none$|twice/ : /expected|twice|deeper/)
      expect(succeeds(() => void parseJson(changed))).toBe(fault === undefined)
    }), { numRuns: 500 })
  })
})

function succeeds(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

// The suite is not ours to carry (MIT, nst/JSONTestSuite); it is used where it lies beside the checkout.
const suite = fileURLToPath(new URL('../../shared/data/vectors/JSONTestSuite-test_parsing.tar.gz', import.meta.url))

/** The files of a tar archive (POSIX ustar): 512-byte headers, contents padded to 512. */
function* filesOf(archive: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let at = 0; archive[at]; ) {
    const field = (from: number, to: number) => archive.toString('latin1', at + from, at + to).split('\0')[0]!
    const size = Number.parseInt(field(124, 136), 8)
    if (field(156, 157) === '0') yield { name: field(0, 100).replace(/.*\//, ''), content: archive.subarray(at + 512, at + 512 + size) }
    at += 512 + Math.ceil(size / 512) * 512
  }
}

describe('JSONTestSuite', () => {
  test('n_ bodies are refused and y_ bodies read', ({ skip }) => {
    skip(!existsSync(suite), `${suite.split('/').at(-1)} is not beside the checkout (../shared/data/vectors)`)
    const files = [...filesOf(gunzipSync(readFileSync(suite)))].filter(({ name }) => name.endsWith('.json'))
    expect(files.length).toBeGreaterThan(300)
    const wrong = files.filter(({ name, content }) => {
      // Ours is the stricter reading of RFC 8259 §4: names should be unique.
      const refuses = name.startsWith('n_') || name.startsWith('y_object_duplicated_key')
      return !name.startsWith('i_') && succeeds(() => void parseJson(content)) === refuses
    })
    expect(wrong.map(({ name }) => name)).toEqual([])
  })
})
