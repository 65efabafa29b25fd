/** Every row of docs/security.md names a test that is there, or says honestly why it names none. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../tools/house-rules.ts'
import { asvsNumbers } from './asvs-numbers.ts'
import { nistSections } from './nist-sections.ts'

const text = readFileSync(join(root, 'docs/security.md'), 'utf8')
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:No\.|Section) /.test(line)).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()))
const words = ['by reading', 'not yet', 'yours', 'does not apply', 'departs']

/** The titles in a test file, of tests and of what holds them, as they are written there. */
function titlesOf(file: string): Set<string> {
  const lines = readFileSync(join(root, file), 'utf8').split('\n').filter((line) => /^\s*(?:(?:test|it|describe)\b|\]\)\()/.test(line))
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

/** The numbers that a first cell names: `4.4.1–4.4.4` and `6.1.2, 6.2.11`; what is no such list comes back as it is. */
function numbersIn(cell: string): string[] {
  return cell.split(', ').flatMap((part) => {
    const [, section, first, sectionToo, last] = /^(\d+\.\d+)\.(\d+)–(\d+\.\d+)\.(\d+)$/.exec(part) ?? []
    if (section === undefined || section !== sectionToo) return [part]
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, place) => `${section}.${Number(first) + place}`)
  })
}

test('every number of ASVS that has level 1 or 2 stands there, once, and no other', () => {
  const before = text.indexOf('\n## NIST')
  const asvs = rows.filter(([number]) => text.indexOf(`\n| ${number} |`) < before).flatMap(([number]) => numbersIn(number!))
  const all = Object.entries(asvsNumbers).flatMap(([section, numbers]) => numbers.map((number) => `${section}.${number}`))
  expect(all).toHaveLength(253)
  expect(all.filter((number) => !asvs.includes(number))).toEqual([])
  expect(asvs.filter((number, place) => !all.includes(number) || asvs.indexOf(number) !== place)).toEqual([])
  expect([numbersIn('4.4.1–4.4.3'), numbersIn('6.1.2, 6.2.11'), numbersIn('12.1.1–12.2.2')]).toEqual([['4.4.1', '4.4.2', '4.4.3'], ['6.1.2', '6.2.11'], ['12.1.1–12.2.2']])
})

/** The sections that the first cell of a row of NIST's names: `2.1 (AAL1)`, `3.1.6, 3.1.7 Cryptographic`, `Appendix B …`; none in brackets. */
const sectionsIn = (cell: string): string[] => [...cell.replaceAll(/\(.*?\)/g, '').matchAll(/Appendix [A-Z]|\d(?:\.\d+)+/g)].map(([one]) => one)

test('every section of NIST SP 800-63B-4 that asks for something stands there, and no other', () => {
  const after = text.indexOf('\n## NIST')
  const named = rows.filter(([number]) => text.lastIndexOf(`\n| ${number} |`) > after).flatMap(([cell]) => sectionsIn(cell!))
  expect(nistSections.filter((section) => !named.includes(section))).toEqual([])
  expect(named.filter((section) => !nistSections.includes(section))).toEqual([])
  expect([sectionsIn('5.2 Reauthentication (2.1.3, 2.2.3)'), sectionsIn('3.1.6, 3.1.7 Cryptographic'), sectionsIn('Appendix B Syncable authenticators'), sectionsIn('Cookies')]).toEqual([['5.2'], ['3.1.6', '3.1.7'], ['Appendix B'], []])
})
