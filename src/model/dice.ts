/** Chance with a seed: the same seed, the same sequence (mulberry32). */
export interface Dice {
  /** From 0 up to, and without, `below`. */
  below: (below: number) => number
  /** A copy in another order (Fisher-Yates). */
  shuffled: <T>(list: readonly T[]) => T[]
}

export function diceOf(seed: number): Dice {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const shuffled = <T>(list: readonly T[]): T[] => {
    const copy = [...list]
    for (let last = copy.length - 1; last > 0; last--) {
      const other = below(last + 1)
      const kept = copy[last]!
      copy[last] = copy[other]!
      copy[other] = kept
    }
    return copy
  }
  return { below, shuffled }
}
