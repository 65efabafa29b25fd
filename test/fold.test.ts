/** Folded text: what people type finds what was stored, and a part of a text folds to a part of its fold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, foldGerman, searchText, searchWords } from '../src/model/fold.ts'
import { compileSearch } from '../src/store/filter-sql.ts'
import { testDatabase } from './database.ts'

/** What `like '% word%'` on the search text answers, for each word in one of its spellings. */
function finds(q: string, ...parts: string[]): boolean {
  const text = searchText(parts)
  const words = searchWords(q)
  return words.length > 0 && words.every((spellings) => spellings.some((word) => text.includes(` ${word}`)))
}

const name = fc.stringMatching(/^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{M} .'’@-]{0,12}$/u)
const anyText = fc.oneof(name, fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 20 }))

describe('fold', () => {
  test.each([
    ['Müller', 'muller'],
    ["O'Brien", 'obrien'], ['O’Brien', 'obrien'], ['OʼBrien', 'obrien'], ['O´Brien', 'obrien'],
    ['Jean-Luc', 'jean luc'],
    ['anna.mueller@example.com', 'anna mueller example com'],
    ['Łukasz Đorđe ISIK Işık', 'lukasz dorde isik isik'],
    ['İSTANBUL', 'istanbul'],
    ['Søren Þór Ærø Æsa Œuvre', 'soren thor aero aesa oeuvre'],
    ['Straße STRASSE STRAẞE', 'strasse strasse strasse'],
    ['Nguyễn Thị Ánh', 'nguyen thi anh'],
    ['Dvořák Żółć ħ ŋ ŧ', 'dvorak zolc h n t'],
    ['ﬁ Ａｎｎａ ① ℌ Ⅷ', 'fi anna 1 h viii'],
    ['Иванов Щукин Юлия', 'ivanov shchukin yuliya'],
    ['Παπαδόπουλος ΓΙΏΡΓΟΣ', 'papadopoulos giorgos'],
    ['soft\u00adhyphen zero\u200bwidth', 'softhyphen zerowidth'],
    ['a_b/c,d&e', 'a b c d e'],
  ])('%s → %s', (given, expected) => {
    expect(fold(given)).toBe(expected)
    expect(fold(given.normalize('NFD'))).toBe(expected)
  })

  test('letters without a Latin spelling stay apart, in capitals of their own', () => {
    const folds = ['王', '小', '明', 'ש', 'ل', 'क', '김', 'あ'].map(fold)
    for (const one of folds) expect(one).toMatch(/^[A-Z]{4,12}$/)
    expect(new Set(folds).size).toBe(folds.length)
  })

  test('a part of a text folds to a part of its fold, and folding twice changes nothing more', () => {
    fc.assert(fc.property(anyText, anyText, anyText, (before, part, after) => {
      expect(fold(before + part + after)).toBe(fold(before) + fold(part) + fold(after))
      expect(fold(part)).toMatch(/^[a-z0-9A-Z ]*$/)
    }), { numRuns: 300 })
  })

  test('what PostgreSQL takes for the same letter folds the same, and trigrams see every letter', async () => {
    const db = await testDatabase()
    const cases = await db.query<{ one: string; lower: string }>(
      `select chr(i) as one, lower(chr(i)) as lower from generate_series(1, 195103) i
       where i not between 55296 and 57343 and lower(chr(i)) <> chr(i)`)
    expect(cases.length).toBeGreaterThan(1000)
    expect(cases.filter(({ one, lower }) => fold(one) !== fold(lower))).toEqual([])
    const [row] = await db.query<{ trigrams: number }>('select cardinality(show_trgm($1)) as trigrams', [fold('王')])
    expect(row!.trigrams).toBeGreaterThanOrEqual(4)
  })
})

test.each([
  ['Müller', 'mueller'], ['Øster', 'oester'], ['Åse', 'aase'], ['Æther', 'aether'], ['Weiß', 'weiss'], ['MÜLLER', 'mueller'],
  ['Mu\u0308ller', 'mueller'], ['René', 'rene'],
])('German spelling: %s → %s', (given, expected) => {
  expect(foldGerman(given)).toBe(expected)
})

describe('q finds', () => {
  test.each([
    ['mul', 'Müller'], ['mueller', 'Müller'], ['müll', 'Müller'], ['MUELL', 'Müller'], ['Müller', 'Mueller'], ['Muller', 'Müller'],
    ['obrien', "O'Brien"], ["o'brien", "O'Brien"], ['o’b', "O'Brien"], ['brien', "O'Brien"], ['artagnan', 'd’Artagnan'],
    ['luc', 'Jean-Luc'], ['jean-luc', 'Jean-Luc'], ['luc jean', 'Jean-Luc'],
    ['anna.mu', 'anna.mueller@example.com'], ['example.com', 'anna.mueller@example.com'], ['@exam', 'anna.mueller@example.com'],
    ['lodz', 'Łódź'], ['soren', 'Søren'], ['soeren', 'Søren'], ['aeroe', 'Ærø'], ['strasse', 'Straße'],
    ['ivanov', 'Иванов'], ['иван', 'Ivanov'], ['王', '王小明'], ['김', '김철수'],
    ['50%', '50% owner'],
  ])('%s → %s', (q, stored) => {
    expect(finds(q, 'someone', stored, 'else')).toBe(true)
  })

  test.each([
    ['uller', 'Müller'], ['mullers', 'Müller'], ['mu er', 'Müller'], ['小', '王小明'], ['%', 'anything'], ['_ller', 'Müller'],
    ['a\\', 'b'], ['', 'Müller'], ['muller weiss', 'Müller'],
  ])('not %s → %s', (q, stored) => {
    expect(finds(q, stored)).toBe(false)
  })

  test('every word of every part, by any of its beginnings', () => {
    fc.assert(fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(), (parts, which, length) => {
      const words = parts.flatMap((part) => part.split(/\s+/).filter((word) => searchWords(word).length > 0))
      fc.pre(words.length > 0)
      const letters = [...words[which % words.length]!]
      const beginning = letters.slice(0, 1 + (length % letters.length)).join('')
      fc.pre(searchWords(beginning).length > 0)
      expect(finds(beginning, ...parts)).toBe(true)
    }), { numRuns: 300 })
  })
})

describe('searchText', () => {
  test('holds the fold of every part whole, once', () => {
    fc.assert(fc.property(fc.array(anyText, { maxLength: 6 }), (parts) => {
      const text = searchText(parts)
      for (const part of parts) expect(text.includes(` ${fold(part)}`) || fold(part) === '').toBe(true)
      expect(searchText([...parts, ...parts])).toBe(text)
    }), { numRuns: 300 })
  })

  test('repeats nothing that another part contains', () => {
    expect(searchText(['Anna', 'Müller', 'anna.mueller@example.com', 'anna.mueller'])).toBe(' anna mueller example com muller')
  })
})

test('a q of 200 characters is the longest', () => {
  expect(compileSearch('x'.repeat(200), 1).params[0]).toBe(`% ${'x'.repeat(200)}%`)
  expect(() => compileSearch('x'.repeat(201), 1)).toThrow('at most 200')
})
