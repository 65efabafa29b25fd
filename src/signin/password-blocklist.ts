/**
 * The blocklist: 49,000 passwords that leaks show most often (from @zxcvbn-ts, folded), read when the first password is judged; they take
 * about 20 MB from then on. Passphrases that everybody knows stand beside them, being longer than any of those. zxcvbn itself was tried: a password took it up to two seconds of the event loop, its
 * dictionaries 180 MB, and it let names with a year through (decisions/0030).
 */
import { leastWorth, worthOf, type Piece } from '../model/password-worth.ts'
import type { Violation } from '../model/password-judge.ts'
import { knownLists } from './known-lists.ts'
import { knownPhrases } from './known-phrases.ts'

let common: Promise<ReadonlySet<string>> | undefined

async function readCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].map((one) => one.toLowerCase()))
}

const reasons: Record<Piece, string> = {
  common: 'passwords that many people use',
  context: 'words about you or your organisation',
  repetition: 'repetitions',
  sequence: 'sequences such as abc, 123 or Monday Tuesday',
  keyboard: 'keys that stand side by side',
  year: 'years',
}

/** The violation, with its reason, of a password that is guessed early; undefined for a good one. `context`: words about its owner. */
export async function judgeGuessable(clear: string, context: readonly string[]): Promise<Violation | undefined> {
  const list = await (common ??= readCommon())
  const { worth, pieces } = worthOf(clear, { isCommon: (text) => list.has(text), context, phrases: knownPhrases, lists: knownLists })
  if (worth >= leastWorth || pieces.length === 0) return undefined
  return { rule: 'blocklist', reasons: pieces, message: `It is too easy to guess: it is made of little more than ${new Intl.ListFormat('en').format(pieces.map((piece) => reasons[piece]))}.` }
}
