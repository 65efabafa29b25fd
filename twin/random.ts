/**
 * Randomness as an argument: with a seed the double makes the same ids, the same tokens and the same faults again.
 */

export type Random = () => number

/** mulberry32: small, fast, good enough for ids and fault dice; returns numbers in [0, 1). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `length` letters and digits. */
export function randomText(random: Random, length: number): string {
  let text = ''
  for (let index = 0; index < length; index += 1) text += alphabet[Math.floor(random() * alphabet.length)]
  return text
}

/** Okta ids end in letters of the org's cell; ours make sure that every id mixes cases and holds a digit. */
const cell = 'gH5d7'

/** A 20-character id such as `00uB7…gH5d7`: three characters of prefix, twelve of chance, the cell. */
export function oktaId(random: Random, prefix: string): string {
  return prefix + randomText(random, 20 - prefix.length - cell.length) + cell
}
