/** The rules of a policy that need nothing but the password and who it is for. All that are broken are told, each in words. */
import type { CompositionRules, Range } from './password-settings.ts'
import type { Piece } from './password-worth.ts'

/** One rule that a password breaks: its name (as in the policy) and what it asks for. Never a piece of the password. */
export interface Violation {
  rule: string
  message: string
  /** What the blocklist has against it; the message says the same. */
  reasons?: readonly Piece[]
}

/** Who the password is for. */
export interface Owner {
  logins: readonly string[]
  /** First and last name. */
  names: readonly string[]
}

type Judge<V> = (clear: string, value: V, owner: Owner) => string | undefined

/** Undefined when it fits, else what was asked for: `at least 8`. */
function amount(found: number, { min, max }: Range): string | undefined {
  if (min !== undefined && found < min) return `at least ${min}`
  return max !== undefined && found > max ? `at most ${max}` : undefined
}

const counted = (pattern: RegExp, one: string, many: string): Judge<Range> => (clear, range) => {
  const asked = amount(clear.match(pattern)?.length ?? 0, range)
  return asked === undefined ? undefined : `It must have ${asked} ${asked.endsWith(' 1') ? one : many}.`
}

const folded = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** A name of one or two letters stands in most passwords by chance. */
const leastName = 3

const contains = (clear: string, words: readonly string[], least = 1): boolean => {
  const text = folded(clear)
  return words.some((word) => word.length >= least && text.includes(folded(word)))
}

function longestRun(clear: string): number {
  let [longest, run, last] = [0, 0, '']
  for (const point of clear) {
    run = point === last ? run + 1 : 1
    last = point
    longest = Math.max(longest, run)
  }
  return longest
}

const words = (clear: string): string[] => clear.split(/\s+/u).filter((word) => word !== '')

const judges: { readonly [N in Exclude<keyof CompositionRules, 'blocklist' | 'history'>]: Judge<NonNullable<CompositionRules[N]>> } = {
  length: counted(/[^]/gu, 'character', 'characters'),
  letters: counted(/\p{L}/gu, 'letter', 'letters'),
  digits: counted(/\p{Nd}/gu, 'digit', 'digits'),
  capitals: counted(/\p{Lu}/gu, 'capital letter', 'capital letters'),
  smallLetters: counted(/\p{Ll}/gu, 'small letter', 'small letters'),
  punctuation: counted(/[!-/:-@[-`{-~]/g, 'punctuation character', 'punctuation characters'),
  rejectLogin: (clear, on, { logins }) => (on && contains(clear, logins) ? 'It must not contain the name you sign in with.' : undefined),
  rejectName: (clear, on, { names }) => (on && contains(clear, names, leastName) ? 'It must not contain your first or last name.' : undefined),
  rejectPasswordWord: (clear, on) => (on && folded(clear).includes('password') ? 'It must not contain the word "password".' : undefined),
  rejectCharacters: (clear, refused) => ([...refused].some((point) => clear.includes(point)) ? `It must not contain any of these characters: ${refused}` : undefined),
  rejectWords: (clear, refused) => (contains(clear, refused) ? 'It must not contain a word of the list of refused words.' : undefined),
  repeatedCharacters: (clear, most) => (most > 0 && longestRun(clear) > most ? `The same character may stand at most ${most === 1 ? 'once' : `${most} times`} in a row.` : undefined),
  passphraseWords: (clear, least) => (words(clear).length < least ? `It must have at least ${least} words, parted by spaces.` : undefined),
  passphraseRepeats: (clear, allowed) => (!allowed && new Set(words(folded(clear))).size < words(clear).length ? 'The same word must not come twice.' : undefined),
  ideographs: (clear, allowed) => (!allowed && /\p{Ideographic}/u.test(clear) ? 'It must not contain ideographs.' : undefined),
}

/** What a password in NFC breaks of these rules. */
export function judgeComposition(rules: CompositionRules, clear: string, owner: Owner): Violation[] {
  return Object.entries(judges).flatMap(([rule, judge]) => {
    const value = rules[rule as keyof typeof judges]
    const message = value === undefined ? undefined : (judge as Judge<unknown>)(clear, value, owner)
    return message === undefined ? [] : [{ rule, message }]
  })
}

/** What no policy allows: text that no two systems write down alike, and text longer than we take. */
export function judgeForm(clear: string, longest: number): Violation[] {
  if (clear === '') return [{ rule: 'length', message: 'It must not be empty.' }]
  // A text that is too long is not looked at any further.
  if (clear.length > longest) return [{ rule: 'length', message: `It may have at most ${longest} characters.` }]
  return !clear.isWellFormed() || /\p{Cc}/u.test(clear) ? [{ rule: 'characters', message: 'It must not contain control characters or half characters.' }] : []
}
