/** Measuring: what is compared takes turns (A B A B …), and medians decide, so that a busy moment hits both alike. */

/** The value below which `share` (0 to 1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** How long a piece of work takes, in milliseconds. */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Runs every side `rounds` times in turns, each second round the other way round; what each of them gave, round by round. */
export async function turns(rounds: number, sides: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const given = sides.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...sides.keys()]
    for (const side of round % 2 === 0 ? order : order.reverse()) given[side]!.push(await sides[side]!())
  }
  return given
}

/** The median of the quotients of two sides, round by round. */
export const quotient = (a: readonly number[], b: readonly number[]): number => median(a.map((one, round) => one / b[round]!))

/** Runs both sides `rounds` times in turns; their medians and the median of the quotients a / b of neighbours. */
export async function inTurns(rounds: number, a: () => Promise<number>, b: () => Promise<number>): Promise<{ a: number; b: number; ratio: number }> {
  const [ofA = [], ofB = []] = await turns(rounds, [a, b])
  return { a: median(ofA), b: median(ofB), ratio: quotient(ofA, ofB) }
}

/** The milliseconds that each of many calls takes, after a warm-up with the first tenth of them (five at least). */
export async function latencies<T>(inputs: readonly T[], call: (input: T) => Promise<unknown>): Promise<number[]> {
  for (const input of inputs.slice(0, Math.max(5, Math.floor(inputs.length / 10)))) await call(input)
  const taken: number[] = []
  for (const input of inputs) taken.push(await time(() => call(input)))
  return taken
}
