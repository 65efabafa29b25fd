/**
 * Names in the order of an index: without case and accents, so that Ä stands beside A. PostgreSQL does it by `gatehouse.name_order`
 * (migration 0063), on which indexes stand; this is the same for filters that are judged in memory. Letters keep their script, unlike in
 * the text that is searched (fold.ts). What changes here needs a new function there, and new indexes.
 */

/** Accents, vowel points, and the marks of voiced kana: in the order of an index they count for nothing. */
const leftOut = new RegExp(`[${[
  '\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc',
  '\\u06df-\\u06e4\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\u3099\\u309a\\ufe20-\\ufe2f\\u{1d165}-\\u{1d169}\\u{1d16d}-\\u{1d172}',
].join('')}]`, 'gu')

/** Letters that Unicode does not take apart, beside those they are filed with, and signs that are typed in several ways. */
const beside = new Map(`
  łl đd ðd ıi øo æae œoe ĳij ßss þth ħh ŋn ŧt ĸk ſs ƒf ɓb ɖd ɗd ƙk ɣg ɛe ǝe əe ɔo ɲn ƴy ʋv ƶz ǥg ʒz ʃs ɨi ʉu ƀb ɫl ɬl ςσ
  єе іи ґг ђд ји љл њн ћт џч ѕз әа ғг қк ңн өо ұу үу һх ҳх ҷч ҡк ҙз ҫс ѣе ‘' ’' ʼ' ′' ‐- ‑- –- —-
`.trim().split(/\s+/).map((pair) => [pair[0]!, pair.slice(1)]))

/** No name has as many letters; what is compared with one may have. */
const longest = 1024

/** What a name is put in order by. */
export function nameOrder(name: string): string {
  let result = ''
  const given = name.length > longest ? [...name].slice(0, longest).join('') : name
  for (const point of given.normalize('NFD').replaceAll(leftOut, '').normalize('NFC')) {
    const lower = lowerPoint(point)
    result += beside.get(lower) ?? lower
  }
  return result.replaceAll(/[\u00a0\u202f]/g, ' ')
}

/** Of one code point one: JavaScript makes two of İ. */
export const lowerPoint = (point: string): string => (point === 'İ' ? 'i' : point.toLowerCase())
