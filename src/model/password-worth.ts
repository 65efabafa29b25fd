/**
 * What a password is worth to somebody who guesses: it is laid out with pieces in the cheapest way, and what the pieces
 * cost is counted in characters that nobody can foresee. Blocklists compare whole passwords (NIST SP 800-63B-4 §3.1.1.2); with 15
 * characters hardly one of a list is met whole, but most of the bad ones are made of a few such pieces.
 *
 *     AnneLouiseBarnes2024  =  [anne][louise][barnes][2024]   4 pieces, worth 4
 *     Passw0rdPassw0rd!     =  [password][again] !            worth 4
 *     brittle lantern under snow                              4 words and 3 spaces, worth what its letters are
 *     Correct-Horse-Battery-Staple                            a passphrase that everybody knows, worth 2
 */

/** What passwords that are guessed early are made of: also the reasons by which they are refused. */
export const pieceKinds = ['common', 'context', 'repetition', 'sequence', 'keyboard', 'year'] as const
export type Piece = (typeof pieceKinds)[number]

/** Less than this is refused where the blocklist is on. */
export const leastWorth = 8

const costs: Record<Piece, number> = { common: 2, context: 1, repetition: 1, sequence: 1, keyboard: 1, year: 1 }
const longestCommon = 24
const leastContext = 3

export interface Guessed {
  /** Whether a folded text is a common password. */
  isCommon: (text: string) => boolean
  /** Words about the person and the organisation, in any spelling. */
  context: readonly string[]
  /** Passphrases that everybody knows, as small letters alone; they are known whatever stands between their letters. */
  phrases?: readonly string[]
  /** Names that everybody knows in their order, as small letters: a piece is two of a list or more, whatever parts them. */
  lists?: readonly (readonly string[])[]
}

export interface Worth {
  worth: number
  /** Which kinds of pieces the cheapest way uses. */
  pieces: Piece[]
}

interface Way {
  cost: number
  from: number
  piece?: Piece
}

/** The time is the square of the letters looked at; what is worth enough is so by the first of them. */
const mostLetters = 200

/** The worth of a password, by its first 200 characters. */
export function worthOf(clear: string, { isCommon, context, phrases = [], lists = [] }: Guessed): Worth {
  const letters = [...clear].slice(0, mostLetters).map(foldLetter)
  const spelled = [letters.join(''), letters.map((letter) => meant.get(letter) ?? letter).join('')]
  const words = contextWords(context)
  const ways: Way[] = [{ cost: 0, from: 0 }, ...letters.map(() => ({ cost: Infinity, from: 0 }))]
  const repeats = repetitions(letters)
  for (let at = 0; at < letters.length; at++) {
    const { cost } = ways[at]!
    const relax = (length: number, more: number, piece?: Piece) => {
      const way = ways[at + length]
      if (way && cost + more < way.cost) Object.assign(way, { cost: cost + more, from: at, piece })
    }
    relax(1, separator.test(letters[at]!) ? 0.5 : 1)
    for (let length = repeats[at]!.least; length <= repeats[at]!.most; length++) relax(length, costs.repetition, 'repetition')
    for (let length = sequenceAt(letters, at); length >= 3; length--) relax(length, costs.sequence, 'sequence')
    for (let length = keysAt(spelled[0]!, at); length >= 4; length--) relax(length, costs.keyboard, 'keyboard')
    if (/^(?:19|20)\d\d/.test(spelled[0]!.slice(at, at + 4))) relax(4, costs.year, 'year')
    for (const text of spelled) {
      for (let length = 4; length <= longestCommon && at + length <= text.length; length++) if (isCommon(text.slice(at, at + length))) relax(length, costs.common, 'common')
      for (const word of words) if (text.startsWith(word, at)) relax(word.length, costs.context, 'context')
      for (const phrase of phrases) if (phrase[0] === text[at]) relax(phraseAt(text, at, phrase), costs.common, 'common')
      for (const list of lists) for (const { length, jumps } of namesAt(text, at, list)) relax(length, costs.sequence + jumps, 'sequence')
    }
  }
  return laidOut(ways)
}

function laidOut(ways: readonly Way[]): Worth {
  const pieces = new Set<Piece>()
  for (let at = ways.length - 1; at > 0; at = ways[at]!.from) {
    const { piece } = ways[at]!
    if (piece) pieces.add(piece)
  }
  return { worth: ways.at(-1)!.cost, pieces: [...pieces] }
}

const separator = /^[ \-_.,:;/]$/

/** How long a phrase is that stands from here, with what parts its words; NaN where it does not. */
function phraseAt(text: string, at: number, phrase: string): number {
  let end = at
  for (const letter of phrase) {
    while (end > at && separator.test(text[end] ?? '')) end++
    if (text[end++] !== letter) return NaN
  }
  return end - at
}

/** Names of a list that follow one another from here, two or more: how long they are, and how often they leave its order, up or down. */
function namesAt(text: string, at: number, list: readonly string[]): { length: number; jumps: number }[] {
  const found: { length: number; jumps: number }[] = []
  const nameAt = (place: number) => list.reduce((best, name, index) => (text.startsWith(name, place) && name.length > (list[best]?.length ?? 0) ? index : best), -1)
  let [last, end, jumps] = [nameAt(at), at, 0]
  while (last >= 0) {
    end += list[last]!.length
    let next = end
    while (separator.test(text[next] ?? '')) next++
    const name = nameAt(next)
    if (name < 0) break
    // The last one is beside the first.
    if (![1, list.length - 1].includes(Math.abs(name - last))) jumps++
    found.push({ length: next + list[name]!.length - at, jumps })
    ;[last, end] = [name, next]
  }
  return found
}

/** One letter for one code point: small, without accents. What does not fit one unit stands for itself no longer, but as long. */
function foldLetter(point: string): string {
  const folded = point.normalize('NFKD').toLowerCase()
  const first = folded.replaceAll(/\p{M}/gu, '')
  return first.length === 1 ? first : '\uffff'
}

/** What digits and signs are written for. */
const meant = new Map(Object.entries({ 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', '@': 'a', $: 's', '!': 'i', '|': 'l', '+': 't', '(': 'c', '€': 'e' }))

/** Words to look for: each as a whole, and its parts. */
function contextWords(context: readonly string[]): Set<string> {
  const folded = context.map((text) => [...text].map(foldLetter).join(''))
  const parts = folded.flatMap((text) => [text, text.replaceAll(/[^\p{L}\p{N}]/gu, ''), ...text.split(/[^\p{L}\p{N}]+/u)])
  return new Set(parts.filter((part) => part.length >= leastContext && part.length <= 100))
}

/** At each place, how long a text stands there that stood before: three letters at least, two where they go on with the last. */
function repetitions(letters: readonly string[]): { least: number; most: number }[] {
  const n = letters.length
  const found = letters.map(() => ({ least: 3, most: 0 }))
  // Row by row from the end: how long the texts at `at` and at `before` agree.
  let below = new Uint16Array(n + 1)
  for (let at = n - 1; at > 0; at--) {
    const row = new Uint16Array(n + 1)
    for (let before = 0; before < at; before++) {
      if (letters[before] !== letters[at]) continue
      row[before] = below[before + 1]! + 1
      if (row[before]! > found[at]!.most) found[at]!.most = row[before]!
    }
    if (row[at - 1]! >= 2) found[at]!.least = 2
    below = row
  }
  return found
}

/** How many letters or digits from here follow one another, up or down, each as often as the first: abc, aabbcc. */
function sequenceAt(letters: readonly string[], at: number): number {
  const code = (index: number) => (/^[\p{L}\p{N}]$/u.test(letters[index] ?? '') ? letters[index]!.codePointAt(0)! : NaN)
  let times = 1
  while (letters[at + times] === letters[at]) times++
  const step = code(at + times) - code(at)
  if (Math.abs(step) !== 1) return 0
  let length = times + 1
  while (code(at + length) - code(at) === step * Math.floor(length / times)) length++
  // Words have two of a letter and the next one: beef.
  return length > 2 * times ? length : 0
}

const rows = ['1234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiopu', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik', 'qazwsxedcrfvtgbyhnujmik', '!"§$%&/()=', '!@#$%^&*()']
const keyRows = rows.flatMap((row) => [row, [...row].reverse().join('')])

/** How many keys from here stand side by side. */
function keysAt(text: string, at: number): number {
  let length = 3
  while (at + length < text.length && keyRows.some((row) => row.includes(text.slice(at, at + length + 1)))) length++
  return length
}
