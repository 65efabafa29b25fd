/** How many requests a run has sent, and at which rate, per bucket of the other side's limits. */

/** One bucket as a run's row tells it. */
export interface BucketRate {
  /** Requests within the last minute. */
  lastMinute: number
  /** The other side's limit a minute, once an answer has named it. */
  limit?: number
  /** The part of the limit that we allow ourselves. */
  allowance?: number
}

export interface Meter {
  count(bucket: string): void
  limit(bucket: string, limit: number, allowance: number): void
  requests(): number
  rates(): Record<string, BucketRate>
}

const seconds = 60

export function createMeter(now: () => number = () => performance.now()): Meter {
  const counts = new Map<string, { perSecond: Uint32Array; at: number }>()
  const limits = new Map<string, { limit: number; allowance: number }>()
  let requests = 0

  function current(bucket: string): { perSecond: Uint32Array; at: number } {
    const second = Math.floor(now() / 1000)
    const known = counts.get(bucket) ?? { perSecond: new Uint32Array(seconds), at: second }
    for (let gone = known.at + 1; gone <= Math.min(second, known.at + seconds); gone++) known.perSecond[gone % seconds] = 0
    known.at = Math.max(second, known.at)
    counts.set(bucket, known)
    return known
  }

  return {
    count(bucket) {
      requests += 1
      const { perSecond, at } = current(bucket)
      perSecond[at % seconds]! += 1
    },
    limit: (bucket, limit, allowance) => void limits.set(bucket, { limit, allowance }),
    requests: () => requests,
    rates: () => Object.fromEntries([...counts.keys()].map((bucket) => [bucket, { lastMinute: current(bucket).perSecond.reduce((sum, one) => sum + one, 0), ...limits.get(bucket) }])),
  }
}
