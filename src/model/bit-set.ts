/** Sets of small whole numbers as bits, 32 a word: what role mining computes with. Sets of one length only meet. */
export type BitSet = Uint32Array

export const emptySet = (size: number): BitSet => new Uint32Array(Math.ceil(size / 32))

export function fullSet(size: number): BitSet {
  const all = emptySet(size).fill(0xffffffff)
  if (size % 32 !== 0) all[all.length - 1] = 2 ** (size % 32) - 1
  return all
}

export function setOf(size: number, members: Iterable<number>): BitSet {
  const made = emptySet(size)
  for (const member of members) add(made, member)
  return made
}

export function add(set: BitSet, member: number): void {
  set[member >>> 5]! |= 1 << (member & 31)
}

export function remove(set: BitSet, member: number): void {
  set[member >>> 5]! &= ~(1 << (member & 31))
}

export const has = (set: BitSet, member: number): boolean => (set[member >>> 5]! & (1 << (member & 31))) !== 0

/** Whether everything of `a` is in `b`. */
export function within(a: BitSet, b: BitSet): boolean {
  for (let word = 0; word < a.length; word++) if ((a[word]! & ~b[word]!) !== 0) return false
  return true
}

/** Whether everything that `a` and `mask` share is in `b`. */
export function withinMasked(a: BitSet, b: BitSet, mask: BitSet): boolean {
  for (let word = 0; word < a.length; word++) if ((a[word]! & mask[word]! & ~b[word]!) !== 0) return false
  return true
}

/** The least member that both have, or -1. */
export function firstShared(a: BitSet, b: BitSet): number {
  for (let word = 0; word < a.length; word++) {
    const both = a[word]! & b[word]!
    if (both !== 0) return word * 32 + lowest(both)
  }
  return -1
}

export function countShared(a: BitSet, b: BitSet): number {
  let count = 0
  for (let word = 0; word < a.length; word++) count += ones(a[word]! & b[word]!)
  return count
}

export function size(set: BitSet): number {
  let count = 0
  for (const word of set) count += ones(word)
  return count
}

export const isEmpty = (set: BitSet): boolean => set.every((word) => word === 0)

/** Leaves in `set` only what `other` has too. */
export function keepShared(set: BitSet, other: BitSet): void {
  for (let word = 0; word < set.length; word++) set[word]! &= other[word]!
}

export function addAll(set: BitSet, other: BitSet): void {
  for (let word = 0; word < set.length; word++) set[word]! |= other[word]!
}

export function removeAll(set: BitSet, other: BitSet): void {
  for (let word = 0; word < set.length; word++) set[word]! &= ~other[word]!
}

/** The members in order. */
export function members(set: BitSet): number[] {
  const found: number[] = []
  for (let word = 0; word < set.length; word++) {
    for (let rest = set[word]!; rest !== 0; rest &= rest - 1) found.push(word * 32 + lowest(rest))
  }
  return found
}

const lowest = (word: number) => 31 - Math.clz32(word & -word)

function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
