/** The filter grammar of RFC 7644 §3.4.2.2: its examples, a table of what is refused and where, and an oracle. */
import fc from 'fast-check'
import { parse as oracle, type Filter as OracleFilter } from 'scim2-parse-filter'
import { describe, expect, test } from 'vitest'
import { printFilter } from '../src/model/filter-print.ts'
import { mentions, parseFilter, plainPath, type Comparison, type Filter, type Literal } from '../src/model/filter.ts'
import { entries, filters, leaves } from './filter-arbitraries.ts'

const compare = (path: string, operator: Comparison, value: Literal): Filter => ({ kind: 'compare', path, operator, value })
const present = (path: string): Filter => ({ kind: 'present', path })
const and = (...terms: Filter[]): Filter => ({ kind: 'and', terms })
const or = (...terms: Filter[]): Filter => ({ kind: 'or', terms })
const not = (term: Filter): Filter => ({ kind: 'not', term })
const entry = (path: string, filter: Filter): Filter => ({ kind: 'entry', path, filter })

const work = compare('type', 'eq', 'work')
const instant = '2011-05-13T04:42:34Z'
const employee = compare('userType', 'eq', 'Employee')

describe('the examples of RFC 7644 §3.4.2.2', () => {
  test.each<[string, Filter]>([
    ['userName eq "bjensen"', compare('userName', 'eq', 'bjensen')],
    ['name.familyName co "O\'Malley"', compare('name.familyName', 'co', "O'Malley")],
    ['userName sw "J"', compare('userName', 'sw', 'J')],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', compare('urn:ietf:params:scim:schemas:core:2.0:User:userName', 'sw', 'J')],
    ['title pr', present('title')],
    [`meta.lastModified gt "${instant}"`, compare('meta.lastModified', 'gt', instant)],
    [`meta.lastModified ge "${instant}"`, compare('meta.lastModified', 'ge', instant)],
    [`meta.lastModified lt "${instant}"`, compare('meta.lastModified', 'lt', instant)],
    [`meta.lastModified le "${instant}"`, compare('meta.lastModified', 'le', instant)],
    ['title pr and userType eq "Employee"', and(present('title'), employee)],
    ['title pr or userType eq "Intern"', or(present('title'), compare('userType', 'eq', 'Intern'))],
    ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"',
      compare('schemas', 'eq', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User')],
    ['userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      and(employee, or(compare('emails', 'co', 'example.com'), compare('emails.value', 'co', 'example.org')))],
    ['userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      and(compare('userType', 'ne', 'Employee'), not(or(compare('emails', 'co', 'example.com'), compare('emails.value', 'co', 'example.org'))))],
    ['userType eq "Employee" and (emails.type eq "work")', and(employee, compare('emails.type', 'eq', 'work'))],
    ['userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      and(employee, entry('emails', and(work, compare('value', 'co', '@example.com'))))],
    ['emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      or(entry('emails', and(work, compare('value', 'co', '@example.com'))),
        entry('ims', and(compare('type', 'eq', 'xmpp'), compare('value', 'co', '@foo.com'))))],
  ])('%s', (text, tree) => {
    expect(parseFilter(text)).toEqual(tree)
    expect(printFilter(tree).replaceAll(/[()]/g, '')).toBe(text.replaceAll(/[()]/g, ''))
  })
})

describe('read', () => {
  const [a, b, c] = [present('a'), present('b'), present('c')]
  test.each<[string, Filter]>([
    ['a pr or b pr and c pr', or(a, and(b, c))],
    ['a pr and b pr or c pr', or(and(a, b), c)],
    ['(a pr or b pr) and c pr', and(or(a, b), c)],
    ['a pr and b pr and c pr', and(a, b, c)],
    ['a pr and (b pr and c pr)', and(a, and(b, c))],
    ['not (a pr) and b pr', and(not(a), b)],
    ['not (a pr and b pr)', not(and(a, b))],
    ['NOT(not(a PR))', not(not(a))],
    ['((a pr))', a],
    ['A Pr AND b pR Or c PR', or(and(present('A'), b), c)],
    ['emails[not (type eq "work") or type eq "work"]', entry('emails', or(not(work), work))],
    ['emails[(type eq "work")]', entry('emails', work)],
    ['emails [ type eq "work" ]', entry('emails', work)],
    ['  a\tpr\r\n', a],
    ['a EQ "x"', compare('a', 'eq', 'x')],
    ['a eq TRUE', compare('a', 'eq', true)],
    ['a eq false', compare('a', 'eq', false)],
    ['a ne null', compare('a', 'ne', null)],
    ['a eq -1.5e3', compare('a', 'eq', -1500)],
    ['a eq 0', compare('a', 'eq', 0)],
    ['(a eq 1)', compare('a', 'eq', 1)],
    [String.raw`a eq "\"\\\/\b\f\n\r\tA\ud83d\ude00"`, compare('a', 'eq', '"\\/\b\f\n\r\tA😀')],
    ['a eq ""', compare('a', 'eq', '')],
    ['a eq "x) or (b pr"', compare('a', 'eq', 'x) or (b pr')],
    ['a eq "ß 王"', compare('a', 'eq', 'ß 王')],
    ['members.$ref pr', present('members.$ref')],
    ['attributes.cost-centre_2 pr', present('attributes.cost-centre_2')],
    ['or.and pr', present('or.and')],
  ])('%s', (text, tree) => {
    expect(parseFilter(text)).toEqual(tree)
  })
})

const operators = 'one of eq, ne, co, sw, ew, gt, ge, lt, le, pr'
const attribute = 'an attribute, "not" or "("'
const value = 'a value: a text in double quotes, a number, true, false or null'

describe('refused, saying where and what was expected', () => {
  test.each([
    ['', 1, attribute],
    ['   ', 4, attribute],
    ['userName', 9, `${operators} or "["`],
    ['userName is "x"', 10, operators],
    ['userName eq', 12, value],
    ['userName eq x', 13, value],
    ['userName eq bjensen and a pr', 13, value],
    ["userName eq 'x'", 13, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['userName eq "x', 13, 'a text that ends with a double quote, its escapes as in JSON'],
    ['userName eq "\\x"', 13, 'a text that ends with a double quote, its escapes as in JSON'],
    ['userName eq "a\nb"', 13, 'a text that ends with a double quote, its escapes as in JSON'],
    ['userName eq "\\u0000"', 13, 'a text without U+0000 and without half a surrogate pair'],
    ['userName eq "\\ud800"', 13, 'a text without U+0000 and without half a surrogate pair'],
    ['a eq 1e999', 6, 'a number of less than 309 digits'],
    ['a eq 9007199254740993', 6, 'a number of at most 15 digits; a longer one of a custom attribute goes in double quotes'],
    ['a eq 0.12345678901234567891', 6, 'a number of at most 15 digits; a longer one of a custom attribute goes in double quotes'],
    ['a eq 01', 6, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['a eq .5', 6, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['a eq"x"', 5, 'a space'],
    ['a eq "x"and b pr', 9, 'a space'],
    ['a eq ["x"]', 6, value],
    ['a pr b pr', 6, '"and", "or" or the end'],
    ['a pr and', 9, attribute],
    ['a pr and and b pr', 10, attribute],
    ['or a pr', 1, attribute],
    ['a pr)', 5, '"and", "or" or the end'],
    ['(a pr', 6, '"and", "or" or ")"'],
    ['()', 2, attribute],
    ['not a pr', 5, '"("'],
    ['not eq "x"', 5, '"("'],
    ['emails[]', 8, attribute],
    ['emails[type eq "work"', 22, '"and", "or" or "]"'],
    ['emails[type eq "work")', 22, '"and", "or" or "]"'],
    ['emails[a[b pr]]', 9, `${operators}: brackets do not stand in brackets`],
    ['emails[a b]', 10, operators],
    ['emails[type eq "work"].value eq "x"', 23, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['größe eq 1', 3, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['a eq "x"; drop table users', 9, 'an attribute, a value or a bracket; texts stand in double quotes'],
    ['a\u00a0pr', 2, 'an attribute, a value or a bracket; texts stand in double quotes'],
  ])('%j', (text, place, what) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({
      code: 'invalid_filter', message: `filter: at character ${place}, expected ${what}.`,
    }))
  })

  test.each([
    ['64 KiB', `userName eq "${'x'.repeat(65_523)}"`, 'has 65537 characters; at most 8192 are allowed'],
    ['300 parentheses', `${'('.repeat(300)}a pr${')'.repeat(300)}`, 'at character 51, nested deeper than 50 levels'],
    ['300 times not', `${'not ('.repeat(300)}a pr${')'.repeat(300)}`, 'at character 255, nested deeper than 50 levels'],
    ['8,192 parentheses', '('.repeat(8192), 'at character 51, nested deeper than 50 levels'],
    ['101 terms', Array.from({ length: 101 }, () => 'a pr').join(' or '), 'at character 801, more than 100 terms'],
  ])('%s', (_what, text, message) => {
    expect(() => parseFilter(text)).toThrow(`filter: ${message}.`)
  })

  test('but 50 levels, 100 terms and 8,192 characters are read', () => {
    expect(parseFilter(`${'('.repeat(50)}a pr${')'.repeat(50)}`)).toEqual(present('a'))
    expect(parseFilter(Array.from({ length: 100 }, () => 'a pr').join(' and '))).toMatchObject({ kind: 'and' })
    expect(parseFilter(`a eq "${'x'.repeat(8185)}"`)).toEqual(compare('a', 'eq', 'x'.repeat(8185)))
  })
})

test('a path loses the URN of its schema, and mentions minds neither it nor case', () => {
  expect(plainPath('urn:ietf:params:scim:schemas:core:2.0:User:name.familyName')).toBe('name.familyName')
  expect(plainPath('attributes.urn:x')).toBe('attributes.urn:x')
  const filter = parseFilter('a pr or not (URN:ietf:params:scim:schemas:core:2.0:User:isvisible eq true and b pr)')
  expect(mentions(filter, 'isVisible')).toBe(true)
  expect(mentions(filter, 'visible')).toBe(false)
})

const path = fc.constantFrom('userName', 'name.familyName', 'attributes.x-1', 'urn:ietf:params:scim:schemas:core:2.0:User:title', 'nothing', 'order')
const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', '').toWellFormed()),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  fc.boolean(), fc.constant(null),
)
const filter = filters(leaves(path, literal), entries(path, leaves(path, literal)), 4)

test('what is printed and parsed again is the same filter', () => {
  fc.assert(fc.property(filter, (tree) => {
    expect(parseFilter(printFilter(tree))).toEqual(tree)
  }), { numRuns: 500 })
})

test('no text does anything but parse or be refused as a filter', () => {
  const scrap = fc.constantFrom('(', ')', '[', ']', ' ', 'not ', 'and ', 'or ', 'a ', 'eq ', 'pr ', '"x" ', '"', '\\', '1 ', 'é', '\0')
  const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.array(scrap, { maxLength: 30 }).map((parts) => parts.join('')))
  fc.assert(fc.property(hostile, (text) => {
    try {
      const tree = parseFilter(text)
      expect(parseFilter(printFilter(tree))).toEqual(tree)
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_filter' })
    }
  }), { numRuns: 1000 })
})

function asOracle(tree: Filter): OracleFilter {
  switch (tree.kind) {
    case 'compare':
      return { op: tree.operator, attrPath: tree.path, compValue: tree.value }
    case 'present':
      return { op: 'pr', attrPath: tree.path }
    case 'not':
      return { op: 'not', filter: asOracle(tree.term) }
    case 'entry':
      return { op: '[]', attrPath: tree.path, valFilter: asOracle(tree.filter) } as OracleFilter
    default:
      return { op: tree.kind, filters: tree.terms.map(asOracle) }
  }
}

test('scim2-parse-filter reads the same', () => {
  // It mistakes backslashes in texts and signs of numbers.
  const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((one) => one.replaceAll(/["\\\p{Cc}]/gu, ''))
  const plain: fc.Arbitrary<Literal> = fc.oneof(text, fc.nat(), fc.boolean(), fc.constant(null))
  const tree = filters(leaves(path, plain), entries(path, leaves(path, plain)), 4)
  fc.assert(fc.property(tree, (one) => {
    expect(asOracle(one)).toEqual(oracle(printFilter(one)))
  }), { numRuns: 500 })
})
