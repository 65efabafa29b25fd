/**
 * Okta's rate limits: buckets by method and path (an exact path wins, else the longest prefix), counters that run for
 * 60 seconds from their first request, three headers on every answer, 429 E0000047 beyond the limit. A 429 for too many
 * requests at once shows Limit 0 and Remaining 0. By default nothing is limited and the headers report plenty.
 */

export const plans = ['free', 'one-app', 'enterprise', 'workforce'] as const

export type Plan = (typeof plans)[number]

export interface RateLimitOptions {
  /** `off`: report, never refuse. A plan: its last published figures. */
  plan: 'off' | Plan
  /** Requests a minute by bucket name, over the plan's. */
  buckets: Record<string, number>
  /** The part of a bucket one token may use, 0–1 (Okta: 0.5). */
  tokenShare: number
  /** Requests at once (Okta: 75, Integrator Free 35); null for no limit. */
  concurrency: number | null
  /** Whether the headers show what the token may use or what the org may (not settled in public). */
  headersShow: 'share' | 'org'
}

export const noLimits: RateLimitOptions = { plan: 'off', buckets: {}, tokenShare: 1, concurrency: null, headersShow: 'share' }

/** Everything that Okta last published for a plan: figures, half a bucket a token, requests at once. */
export function publishedLimits(plan: Plan): RateLimitOptions {
  return { ...noLimits, plan, tokenShare: 0.5, concurrency: plan === 'free' ? 35 : 75 }
}

interface Bucket {
  name: string
  methods: string | null
  pattern: RegExp
  /** Requests a minute in the order of `plans`. */
  figures: readonly [number, number, number, number]
}

/** In order of precedence. Names are what `buckets` and the documentation call them. */
const table: readonly Bucket[] = [
  bucket('users', 'GET POST', /^\/api\/v1\/users$/, [100, 600, 600, 600]),
  bucket('user.write', 'POST PUT DELETE', /^\/api\/v1\/users\/[^/]+$/, [100, 600, 600, 600]),
  bucket('user.read', 'GET', /^\/api\/v1\/users\/[^/]+$/, [100, 1000, 1000, 2000]),
  bucket('groups', null, /^\/api\/v1\/groups$/, [100, 600, 600, 500]),
  bucket('group', null, /^\/api\/v1\/groups\/[^/]+$/, [100, 600, 600, 1000]),
  bucket('app', null, /^\/api\/v1\/apps\/[^/]+$/, [100, 600, 600, 500]),
  bucket('apps', null, /^\/api\/v1\/apps(\/|$)/, [20, 100, 100, 100]),
  bucket('logs', null, /^\/api\/v1\/logs(\/|$)/, [20, 50, 50, 120]),
  bucket('clients', null, /^\/oauth2\/v1\/clients(\/|$)/, [25, 100, 100, 100]),
  bucket('authorization', null, /^\/oauth2\/(?:[^/]+\/)?v1\/(token|authorize)$/, [300, 1200, 1200, 2000]),
  bucket('other', null, /^\/api\/v1\//, [100, 600, 600, 1200]),
]

const windowMilliseconds = 60_000
const plenty = 1_000_000

function bucket(
  name: string, methods: string | null, pattern: RegExp, figures: readonly [number, number, number, number],
): Bucket {
  return { name, methods, pattern, figures }
}

/** The names that `buckets` may use. */
export const bucketNames: readonly string[] = table.map((row) => row.name)

export interface Verdict {
  limit: number
  remaining: number
  /** Seconds since 1970. */
  reset: number
  refused: boolean
  bucket: string
  /** What this request is the first in its window to meet; the System Log tells of it once. */
  news: 'warning' | 'violation' | 'concurrency' | null
}

export interface RateLimiter {
  /** Counts one request; null where no bucket applies. Call `leave` when it has been answered. */
  enter(method: string, path: string, token: string, now: number): Verdict | null
  leave(): void
  reset(): void
  options: RateLimitOptions
}

interface Window {
  ends: number
  used: number
  byToken: Map<string, number>
  told: Set<Verdict['news']>
}

/** The part of a bucket at which Okta warns. */
const warnAt = 0.6

function first(window: Window, news: Verdict['news']): Verdict['news'] {
  if (window.told.has(news)) return null
  window.told.add(news)
  return news
}

export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const windows = new Map<string, Window>()
  let underWay = 0

  function limitOf(row: Bucket): number {
    const own = limiter.options.buckets[row.name]
    if (own !== undefined) return own
    return limiter.options.plan === 'off' ? plenty : row.figures[plans.indexOf(limiter.options.plan)]!
  }

  function windowOf(name: string, now: number): Window {
    const open = windows.get(name)
    if (open && now < open.ends) return open
    const fresh = { ends: now + windowMilliseconds, used: 0, byToken: new Map(), told: new Set<Verdict['news']>() }
    windows.set(name, fresh)
    return fresh
  }

  const limiter: RateLimiter = {
    options,
    enter(method, path, token, now) {
      underWay += 1
      const row = table.find((each) => (!each.methods || each.methods.includes(method)) && each.pattern.test(path))
      if (!row) return null
      const { concurrency, tokenShare } = limiter.options
      const window = windowOf(row.name, now)
      const reset = Math.ceil(window.ends / 1000)
      const common = { reset, bucket: row.name }
      if (concurrency !== null && underWay > concurrency) return { ...common, limit: 0, remaining: 0, refused: true, news: first(window, 'concurrency') }
      const limit = limitOf(row)
      const share = Math.floor(limit * tokenShare)
      const usedByToken = window.byToken.get(token) ?? 0
      const refused = window.used >= limit || usedByToken >= share
      if (!refused) {
        window.used += 1
        window.byToken.set(token, usedByToken + 1)
      }
      const news = refused ? first(window, 'violation') : window.used >= limit * warnAt ? first(window, 'warning') : null
      const left = share - (window.byToken.get(token) ?? 0)
      const shown = limiter.options.headersShow === 'org' ? { limit, left: limit - window.used } : { limit: Math.min(limit, share), left: Math.min(limit - window.used, left) }
      return { ...common, limit: shown.limit, remaining: Math.max(0, shown.left), refused, news }
    },
    leave() {
      underWay -= 1
    },
    reset() {
      windows.clear()
    },
  }
  return limiter
}
