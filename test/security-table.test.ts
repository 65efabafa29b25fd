/** Every row of docs/security.md names a test that is there, or says honestly why it names none. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../tools/house-rules.ts'

const text = readFileSync(join(root, 'docs/security.md'), 'utf8')
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:No\.|Section) /.test(line)).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()))
const words = ['by reading', 'not yet', 'yours', 'does not apply']

/** The titles in a test file, of tests and of what holds them, as they are written there. */
function titlesOf(file: string): Set<string> {
  const lines = readFileSync(join(root, file), 'utf8').split('\n').filter((line) => /^\s*(?:test|it|describe)\b/.test(line))
  return new Set(lines.flatMap((line) => [...line.matchAll(/\((['"])((?:\\.|(?!\1).)+)\1\s*,/g)].map(([, , title]) => title!.replaceAll(/\\(.)/g, '$1'))))
}

/** What the last cell of a row names that is not there. */
function missing(shown: string): string[] {
  return [...shown.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)].flatMap(([, file, title]) => (!existsSync(join(root, file!)) ? [file!] : titlesOf(file!).has(title!) ? [] : [`${file}: ${title}`]))
}

test('every row says what is asked, and names a test or one of the words for there being none', () => {
  expect(rows.length).toBeGreaterThan(120)
  expect(rows.filter((row) => row.length !== 4 || row[0] === '' || row[1] === '')).toEqual([])
  const bare = rows.filter(([, , , shown]) => !/`test\/[^`]+`: “[^”]+”/.test(shown!) && !words.some((word) => shown!.includes(`*${word}*`)))
  expect(bare).toEqual([])
})

test('every test that is named exists', () => {
  expect(rows.flatMap(([, , , shown]) => missing(shown!))).toEqual([])
  // A name is told from a test by its quotes; one without them would not be looked for.
  expect([...text.matchAll(/`test\//g)].length).toBe([...text.matchAll(/`test\/[^`]+\.test\.ts`: “/g)].length)
  expect(missing('`test/nothing.test.ts`: “x”; `test/security-table.test.ts`: “no such test”')).toEqual(['test/nothing.test.ts', 'test/security-table.test.ts: no such test'])
})

test('no number stands twice', () => {
  const numbers = rows.map(([number]) => number!).filter((number) => /^\d+\.\d+\.\d/.test(number) && !/ [A-Z(]/.test(number))
  expect(numbers.filter((number, place) => numbers.indexOf(number) !== place)).toEqual([])
})
