/**
 * Names that people are shown and decide by: of applications, factors, keys, sites. What cannot be seen, or turns the reading of what
 * stands around it, would let one pass for another, or write lines of its own into a list or a mail.
 */
import { GatehouseError } from '../errors.ts'

// Controls, line and paragraph ends; all that is drawn as nothing by default (marks and overrides of direction, joiners, fillers, selectors,
// tags), and what is drawn as nothing although Unicode does not say so: an empty Braille cell, annotations, a note without a head.
const deceiving = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}]/u

// Persian, Hindi and others are written with joiners. Between letters of other scripts they only make a twin.
const joining = ['Arabic', 'Syriac', 'Mandaic', 'Nko', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan']
  .map((script) => `\\p{Script=${script}}`).join('')
const joiners = new RegExp(`(?<=[${joining}]\\p{Mn}*)[\\u200c\\u200d](?=[${joining}])`, 'gu')

/** What is wrong with such a name, or undefined. Emoji that are several, held together by what is not seen, are refused with it. */
export function nameFault(name: string): string | undefined {
  if (deceiving.test(name.replaceAll(joiners, ''))) return 'must hold no line breaks, control characters, or characters that turn the direction of writing or are not seen'
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(name) ? undefined : 'must not be empty'
}

/**
 * What is wrong with a user name or a login, or undefined: two that nobody can tell apart would be two people (RFC 8265 §3.3 allows no
 * spaces at all; those between words are ours to keep). Joiners are refused too: with and without them names look the same. Letters that
 * are written in two ways are made one by normalising them (NFC).
 */
export function loginFault(name: string): string | undefined {
  if (/^[\s\p{Z}]|[\s\p{Z}]$/u.test(name)) return 'must not begin or end with a space'
  if (deceiving.test(name)) return 'must hold no line breaks, control characters, or characters that turn the direction of writing or are not seen'
  return /(?! )\p{Zs}| {2}/u.test(name) ? 'must hold single plain spaces alone, if any' : undefined
}

/** Errors: `invalid_value`. */
export function refuseName(name: string): void {
  const message = nameFault(name)
  if (message !== undefined) throw new GatehouseError('invalid_value', `name: ${message}.`, { problems: [{ path: 'name', message }] })
}
