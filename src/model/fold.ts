/**
 * Text as people search it: without case, accents, apostrophes; punctuation parts words. Folding works code point by
 * code point, so that a part of a text folds to a part of the folded text: one trigram index over folded text serves
 * every "contains".
 */

const letters: Record<string, string> = { ł: 'l', đ: 'd', ı: 'i', ø: 'o', æ: 'ae', œ: 'oe', ß: 'ss', þ: 'th', ð: 'd', ħ: 'h', ŋ: 'n', ŧ: 't', ĸ: 'k', ẞ: 'ss' }
const german: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' }
const apostrophes = /['’‘ʼʻ`´ʹʾʿ]/u
const known = new Map<string, string>()

function foldPoint(point: string): string {
  const lower = point.toLowerCase()
  if (letters[lower] !== undefined) return letters[lower]
  if (apostrophes.test(lower)) return ''
  const plain = lower.normalize('NFD').replace(/\p{M}/gu, '')
  if (plain === '') return ''
  return /^[\p{L}\p{N}]+$/u.test(plain) ? [...plain].map((one) => letters[one] ?? one).join('') : ' '
}

/** The text folded, one code point at a time. */
export function fold(text: string): string {
  let result = ''
  for (const point of text) {
    let folded = known.get(point)
    if (folded === undefined) {
      folded = foldPoint(point)
      if (known.size < 20_000) known.set(point, folded)
    }
    result += folded
  }
  return result
}

/** The same with ä, ö, ü, å, ø spelled out: Müller → mueller. */
export function foldGerman(text: string): string {
  return fold(text.normalize('NFC').replace(/[äöüåø]/giu, (letter) => german[letter.toLowerCase()]!))
}

/** The words of a record as they are searched: each begins after a space, in both spellings where they differ. */
export function searchText(parts: readonly string[]): string {
  const seen = new Set<string>()
  for (const part of parts) {
    seen.add(fold(part))
    seen.add(foldGerman(part))
  }
  return [...seen].map((one) => ` ${one}`).join('')
}

/** The words someone typed, folded. */
export function searchWords(q: string): string[] {
  return [...new Set(fold(q).split(' ').filter((word) => word !== ''))]
}
