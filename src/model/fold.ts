/**
 * Text as people search it: without case, accents, apostrophes; punctuation parts words. Folding works code point by
 * code point, so that a part of a text folds to a part of the folded text: one trigram index over folded text serves
 * every "contains".
 *
 * Folded text is ASCII. A letter with no Latin spelling (Hebrew, Han, …) becomes four capitals of its own: PostgreSQL's
 * trigrams see nothing but ASCII letters in a database whose LC_CTYPE is C, and every such search would read the whole
 * table.
 */
import { germanLetters, letters } from './fold-letters.ts'

const apostrophes = new Set("'’‘‛ʼʻ`´ʹʾʿ′＇׳՚ꞌ")
// Accents and vowel points, which people leave out; vowel signs of Indic scripts are kept as letters.
const leftOut = /^(?:(?=\p{M})[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}]|\p{Cf})$/u
const plainLetter = /^[a-z0-9]$/
const otherLetter = /^[\p{L}\p{N}\p{M}]$/u

function foldPoint(point: string): string {
  const lower = point.toLowerCase()
  if (apostrophes.has(lower)) return ''
  let folded = ''
  for (const part of lower.normalize('NFKD').toLowerCase()) folded += foldPart(part)
  return folded
}

function foldPart(part: string): string {
  if (plainLetter.test(part)) return part
  const spelled = letters.get(part)
  if (spelled !== undefined) return spelled
  if (leftOut.test(part) || apostrophes.has(part)) return ''
  return otherLetter.test(part) ? capitals(part.codePointAt(0)!) : ' '
}

const alphabet = 26

/** The digit that differs most between neighbours comes first: it tells words apart the soonest. */
function capitals(codePoint: number): string {
  let rest = codePoint
  let result = ''
  for (let i = 0; i < 4; i++) {
    result += String.fromCharCode(0x41 + (rest % alphabet))
    rest = Math.floor(rest / alphabet)
  }
  return result
}

/** Folds already worked out, by code point; those beyond the first plane are rare. */
const known = new Array<string | undefined>(0x10000)
const ascii = /^[\u0000-\u007f]*$/

/** The text folded, one code point at a time. */
export function fold(text: string): string {
  // Most texts; the same letters by a shorter way.
  if (ascii.test(text)) return text.toLowerCase().replaceAll(/['`]/g, '').replaceAll(/[^a-z0-9 ]/g, ' ')
  let result = ''
  for (const point of text) {
    const code = point.codePointAt(0)!
    const before = known[code]
    const now = before ?? foldPoint(point)
    if (before === undefined && code < known.length) known[code] = now
    result += now
  }
  return result
}

/** The same with ä, ö, ü, å, ø spelled out: Müller → mueller. */
export function foldGerman(text: string): string {
  if (ascii.test(text)) return fold(text)
  const spelled = text.normalize('NFC').replaceAll(/[äöüåø]/giu, (letter) => germanLetters.get(letter.toLowerCase())!)
  return fold(spelled)
}

const anyApostrophe = new RegExp(`[${[...apostrophes].join('')}]`, 'u')
const everyApostrophe = new RegExp(anyApostrophe, 'gu')

/**
 * The words of a record as they are searched: each begins after a space. Every part stands in it whole; beside it the
 * spellings that differ: Müller also as mueller, O'Brien also as o brien. What another part contains is not repeated.
 */
export function searchText(parts: readonly string[]): string {
  const spellings = new Set<string>()
  for (const part of parts) {
    spellings.add(fold(part))
    if (!ascii.test(part)) spellings.add(foldGerman(part))
    if (anyApostrophe.test(part)) spellings.add(fold(part.replaceAll(everyApostrophe, ' ')))
  }
  let text = ''
  for (const spelling of [...spellings].sort((a, b) => b.length - a.length)) {
    if (!text.includes(` ${spelling}`)) text += ` ${spelling}`
  }
  return text
}

/** The words someone typed, each in the one or two spellings that it may be stored in. */
export function searchWords(q: string): string[][] {
  const german = wordsOf(foldGerman(q))
  const words = new Map<string, string[]>()
  wordsOf(fold(q)).forEach((word, index) => words.set(word, [...new Set([word, german[index] ?? word])]))
  return [...words.values()]
}

function wordsOf(folded: string): string[] {
  return folded.split(' ').filter((word) => word !== '')
}
