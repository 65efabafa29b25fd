/**
 * Chance as a function of (seed, stream, index): any record can be made without making the ones before it. The mixing
 * is a 32-bit finaliser of two rounds of multiply and xor-shift; the sequence adds the golden ratio (as splitmix does).
 */

/** What a number is drawn for; the same index in two streams has nothing in common. */
export const streams = { seed: 1, company: 2, department: 3, person: 4, names: 5, culture: 6, id: 7 } as const

export interface Dice {
  state: number
}

const goldenRatio = 0x9e3779b9 | 0

function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}

/** 32 random bits (signed) that belong to this seed, stream and index. */
export function bitsOf(seed: number, stream: number, index: number): number {
  return mix(mix(mix(seed ^ goldenRatio) ^ Math.imul(stream, 0x85ebca6b)) + Math.imul(index, goldenRatio))
}

/** The 32-bit seed of a number or a word. */
export function seedOf(seed: number | string): number {
  let state: number = streams.seed
  for (const character of String(seed)) state = mix(state ^ character.codePointAt(0)!) + goldenRatio
  return mix(state)
}

export function diceFor(seed: number, stream: number, index: number): Dice {
  return { state: bitsOf(seed, stream, index) }
}

/** A number in [0, 1). */
export function fraction(dice: Dice): number {
  dice.state = (dice.state + goldenRatio) | 0
  return (mix(dice.state) >>> 0) / 4294967296
}

/** An integer in [0, limit). */
export function roll(dice: Dice, limit: number): number {
  return Math.floor(fraction(dice) * limit)
}

/** True in `percent` of a hundred cases. */
export function chance(dice: Dice, percent: number): boolean {
  return fraction(dice) * 100 < percent
}

export function pick<T>(dice: Dice, list: readonly T[]): T {
  return list[roll(dice, list.length)]!
}

/** The integers from 0 to length - 1 in random order. */
export function shuffled(dice: Dice, length: number): number[] {
  const order = Array.from({ length }, (_, position) => position)
  for (let last = length - 1; last > 0; last--) {
    const other = roll(dice, last + 1)
    const swap = order[last]!
    order[last] = order[other]!
    order[other] = swap
  }
  return order
}

type Owner = 'organization' | 'person'

const firstMillis = {
  organization: Date.UTC(2024, 0, 1), person: Date.UTC(2024, 0, 2), organizationEntry: Date.UTC(2024, 0, 3), personEntry: Date.UTC(2024, 0, 4),
}
const salts = { organization: 0x5bd1e995, person: 0, organizationEntry: 0x2545f491, personEntry: 0x1b873593 }

/** More entries than any generated record has. */
const mostEntries = 32

/** The id of the entry with this number of a record's entries, counted over all its lists. */
export function entryIdOf(seed: number, owner: Owner, index: number, entry: number): string {
  if (entry >= mostEntries) throw new RangeError(`A generated record has at most ${mostEntries} entries: another would have an id of the next record's.`)
  return idOf(seed, `${owner}Entry`, index * mostEntries + entry)
}

/**
 * The id of a record: 32 hexadecimal characters in the shape of UUID version 7 (RFC 9562 §5.7), one millisecond apart,
 * so that records made in their order also lie in that order in an index.
 */
export function idOf(seed: number, kind: keyof typeof firstMillis, index: number): string {
  const a = bitsOf(seed ^ salts[kind], streams.id, index)
  const b = bitsOf(a ^ seed, streams.id, index)
  const c = bitsOf(b ^ seed, streams.id, index)
  const time = (firstMillis[kind] + index).toString(16).padStart(12, '0')
  const counter = (0x70008000 + ((a & 0xfff) << 16) + ((a >>> 18) & 0x3fff)).toString(16)
  return time + counter + (b >>> 0).toString(16).padStart(8, '0') + ((c & 0xffff) + 0x10000).toString(16).slice(1)
}
