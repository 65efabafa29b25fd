/**
 * How fast we may talk to Okta (pure: the clock comes in). Okta counts requests per bucket and minute and tells the
 * state in three headers; each bucket here keeps to a share of its limit, spread evenly.
 *
 * Per bucket a token bucket (GCRA's sibling): it holds at most a thirtieth of the allowance and refills so that no
 * window of 60 s, wherever it begins, can hold more than the share; so a pause is never followed by a burst. Besides, we
 * stop until the reset when others have used the bucket up to its last tenth. As long as no limit is known, one request
 * at a time finds it out.
 *
 * How many are under way at once is counted over all buckets, as Okta does: halved when it says that there are too many,
 * and one more for every so many that went well.
 */

/** What the headers of an answer said: the limit and the rest of the window, and when it ends (ms, our clock). */
export interface WindowFacts {
  limit: number
  remaining: number
  resetAt: number
}

export interface RateBudget {
  /** Takes the right to send one request now (0), or says how many milliseconds to wait before asking again. */
  take(bucket: string, now: number): number
  /** Learns from an answer's headers; null where they said nothing, or there was no answer. */
  note(bucket: string, facts: WindowFacts | null, now: number): void
  /** Nothing more for this bucket before `until`, and no burst afterwards. */
  pause(bucket: string, until: number, now: number): void
  /** A request has come to its end, whatever that was; `tooMany` when Okta refused it for being one too many at once. */
  leave(tooMany?: boolean): void
}

interface Bucket {
  allowance: number
  tokens: number
  refilledAt: number
  pausedUntil: number
  /** While the limit is not known: until when one request has it to itself. */
  probingUntil: number
}

const windowMs = 60_000
/**
 * The part of the allowance that may come at once, and that steady work leaves unused: room for requests that arrive sooner after
 * one another than they were sent.
 */
const burstShare = 0.03
const reserveShare = 0.1
/** Longer than any request may take. */
const probeMs = 45_000
const probeAgainMs = 50
const crowdedMs = 20
/** Okta takes 35 to 75 at once from all of an org's clients together. */
const mostAtOnce = 30
const provenBy = 50

/** @param sharePercent the share of each limit that we use at most (1 to 100) */
export function createRateBudget(sharePercent: number): RateBudget {
  const buckets = new Map<string, Bucket>()
  const crowd = { most: mostAtOnce, underWay: 0, well: 0 }
  const reserve = Math.min(reserveShare, 1 - sharePercent / 100)

  function bucketAt(name: string, now: number): Bucket {
    let bucket = buckets.get(name)
    if (!bucket) buckets.set(name, (bucket = { allowance: Infinity, tokens: Infinity, refilledAt: now, pausedUntil: 0, probingUntil: 0 }))
    refill(bucket, now)
    return bucket
  }

  return {
    take(name, now) {
      const bucket = bucketAt(name, now)
      if (now < bucket.pausedUntil) return bucket.pausedUntil - now
      if (crowd.underWay >= crowd.most) return crowdedMs
      if (bucket.allowance === Infinity) {
        if (now < bucket.probingUntil) return probeAgainMs
        bucket.probingUntil = now + probeMs
      } else if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / rateOf(bucket))
      else bucket.tokens -= 1
      crowd.underWay += 1
      return 0
    },
    note(name, facts, now) {
      const bucket = bucketAt(name, now)
      bucket.probingUntil = 0
      if (facts === null) return
      const allowance = Math.max(1, Math.floor((facts.limit * sharePercent) / 100))
      if (allowance !== bucket.allowance) {
        // The probe that found the limit out was one of them.
        const tokens = bucket.allowance === Infinity ? burstOf(allowance) - 1 : bucket.tokens
        bucket.allowance = allowance
        bucket.tokens = Math.min(tokens, burstOf(allowance))
      }
      const isUsedUp = facts.remaining <= Math.floor(facts.limit * reserve) && facts.limit > 1
      if (isUsedUp && facts.resetAt > now) stop(bucket, facts.resetAt, now)
    },
    pause(name, until, now) {
      stop(bucketAt(name, now), until, now)
    },
    leave(tooMany = false) {
      crowd.underWay = Math.max(0, crowd.underWay - 1)
      crowd.well = tooMany ? 0 : crowd.well + 1
      if (tooMany) crowd.most = Math.max(1, Math.floor(crowd.most / 2))
      else if (crowd.well >= provenBy && crowd.most < mostAtOnce) {
        crowd.most += 1
        crowd.well = 0
      }
    },
  }
}

function stop(bucket: Bucket, until: number, now: number): void {
  bucket.pausedUntil = Math.max(bucket.pausedUntil, Math.min(until, now + 2 * windowMs))
  // As long as no limit is known there is nothing to spread: one at a time finds it out afterwards.
  if (bucket.allowance !== Infinity) bucket.tokens = Math.min(bucket.tokens, 1)
  // Time spent paused earns nothing: the first request after it goes at once, the next one at the even pace.
  bucket.refilledAt = bucket.pausedUntil
}

function burstOf(allowance: number): number {
  return Math.max(1, Math.floor(allowance * burstShare))
}

/**
 * Tokens a millisecond. Burst and refill together stay below one more than the allowance over any 60 s, and so within it; and
 * steady work leaves the room of the burst unused.
 */
function rateOf({ allowance }: Bucket): number {
  return Math.min(allowance * (1 - burstShare), allowance + 1 - burstOf(allowance)) / windowMs
}

function refill(bucket: Bucket, now: number): void {
  if (now <= bucket.refilledAt) return
  if (bucket.allowance !== Infinity) {
    const tokens = bucket.tokens + (now - bucket.refilledAt) * rateOf(bucket)
    bucket.tokens = Math.min(tokens, burstOf(bucket.allowance))
  }
  bucket.refilledAt = now
}

/** Okta's buckets, as last published: the first row whose method and path match names the bucket. */
const bucketTable: readonly [name: string, path: RegExp, method?: string][] = [
  ['users', /^\/api\/v1\/users$/],
  ['user-read', /^\/api\/v1\/users\/[^/]+$/, 'GET'],
  ['user-write', /^\/api\/v1\/users\/[^/]+$/],
  ['groups', /^\/api\/v1\/groups$/],
  ['group', /^\/api\/v1\/groups\/[^/]+$/],
  ['app', /^\/api\/v1\/apps\/[^/]+$/],
  ['apps', /^\/api\/v1\/apps(\/|$)/],
  ['logs', /^\/api\/v1\/logs/],
  ['clients', /^\/oauth2\/v1\/clients/],
  ['token', /^\/oauth2\/v1\/(token|authorize)$/],
  ['api', /^\//],
]

/** The bucket that a request counts against. */
export function bucketOf(method: string, path: string): string {
  const row = bucketTable.find(([, pattern, only]) => pattern.test(path) && (only === undefined || only === method))
  return row?.[0] ?? 'api'
}
