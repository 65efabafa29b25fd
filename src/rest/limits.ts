/**
 * Limits on rate: guesses at secrets that somebody chose, from one address, and requests by one key, counted in memory, a minute at a time; and on how
 * many heavy questions are worked out at once.
 */
import { hash } from 'node:crypto'
import { GatehouseError } from '../errors.ts'
import type { Config } from '../config.ts'
import { guesserOf } from '../model/network.ts'

const windowMs = 60_000
const mostCounted = 100_000

function counter() {
  let counts = new Map<string, number>()
  let began = performance.now()
  const current = () => {
    if (performance.now() - began > windowMs || counts.size > mostCounted) {
      counts = new Map()
      began = performance.now()
    }
    return counts
  }
  return {
    of: (key: string) => current().get(key) ?? 0,
    add: (key: string) => current().set(key, (current().get(key) ?? 0) + 1).get(key)!,
    /** Takes back one that was added, be it in the minute before, and never more than there are. */
    takeBack: (key: string) => void current().set(key, Math.max(0, (current().get(key) ?? 0) - 1)),
  }
}

const mostAccepted = 10_000
const mark = (token: string) => hash('sha256', token, 'base64')

/**
 * For secrets that somebody chose, in the settings. After too many wrong ones an address has to wait, right one or not: guessing gains nothing.
 * Only one that has been accepted before goes on, so that a stranger behind the same proxy locks nobody out.
 */
export function failureLimiter(config: Pick<Config, 'AUTH_FAILURES_PER_MINUTE'>) {
  const failures = counter()
  const accepted = new Set<string>()
  return {
    check(address: string, token: string): void {
      if (failures.of(guesserOf(address)) >= config.AUTH_FAILURES_PER_MINUTE && !accepted.has(mark(token))) {
        throw new GatehouseError('too_many_requests', 'Too many guesses at a secret came from this address; wait a minute.')
      }
    },
    count(address: string, token: string): void {
      failures.add(guesserOf(address))
      accepted.delete(mark(token))
    },
    accept(token: string): void {
      if (accepted.size >= mostAccepted) accepted.clear()
      accepted.add(mark(token))
    },
  }
}

/**
 * The same for secrets of OpenID clients, in a form or in Authorization, counted for each client and address: an application that
 * has a wrong one keeps no other from its address.
 */
export function secretLimiter(config: Pick<Config, 'AUTH_FAILURES_PER_MINUTE'>) {
  const failures = counter()
  const accepted = new Set<string>()
  const place = (address: string, clientId: string) => `${guesserOf(address)} ${clientId}`
  return {
    /** Whether a secret may be looked at. */
    isOpen: (address: string, clientId: string, secret: string): boolean =>
      failures.of(place(address, clientId)) < config.AUTH_FAILURES_PER_MINUTE || accepted.has(mark(`${clientId} ${secret}`)),
    note(address: string, clientId: string, secret: string, right: boolean): void {
      const shown = mark(`${clientId} ${secret}`)
      if (!right) {
        failures.add(place(address, clientId))
        accepted.delete(shown)
        return
      }
      if (accepted.size >= mostAccepted) accepted.clear()
      accepted.add(shown)
    },
  }
}

/** Requests a minute by one key, when a limit is set. */
export function requestLimiter(config: Pick<Config, 'RATE_LIMIT_PER_MINUTE'>) {
  const requests = counter()
  return {
    count(principal: string): void {
      if (config.RATE_LIMIT_PER_MINUTE > 0 && requests.add(principal) > config.RATE_LIMIT_PER_MINUTE) {
        throw new GatehouseError('too_many_requests', `More than ${config.RATE_LIMIT_PER_MINUTE} requests came in a minute with this key; wait a minute.`)
      }
    },
  }
}

/** Questions of the OpenID provider that begin at one address, and requests that strangers push: anybody can begin one, and each is kept for a while. */
export function questionLimiter(config: Pick<Config, 'OIDC_QUESTIONS_PER_MINUTE'>) {
  const questions = counter()
  const isOpen = (address: string) => questions.of(guesserOf(address)) < config.OIDC_QUESTIONS_PER_MINUTE
  return {
    isOpen,
    check(address: string): void {
      if (!isOpen(address)) throw new GatehouseError('too_many_requests', 'Too many requests to sign in began at this address; wait a minute.')
    },
    count: (address: string): void => void questions.add(guesserOf(address)),
    /** What was counted before it was known to begin one, and has begun none. */
    takeBack: (address: string): void => questions.takeBack(guesserOf(address)),
  }
}

const refreshesPerMinute = 12

/** Exchanges of tokens that one session may ask for: each is a request to the server they come from. */
export function refreshLimiter() {
  const refreshes = counter()
  return {
    count(session: string): void {
      if (refreshes.add(session) > refreshesPerMinute) throw new GatehouseError('too_many_requests', `More than ${refreshesPerMinute} exchanges of tokens were asked for in a minute; the ones there are good for longer.`)
    },
  }
}

/**
 * Carries out heavy work where there is room for it: each takes places, of which one caller may have half. Nobody waits
 * in a queue: who finds no room is told so at once, before anything is read. A list that is streamed gives its places back when it
 * begins, since whoever reads it sets the pace.
 */
export function heavyLimiter({ HEAVY_PLACES: most }: Pick<Config, 'HEAVY_PLACES'>) {
  const taken = new Map<string, number>()
  const share = Math.floor(most / 2)
  let all = 0
  const take = (caller: string, places: number) => {
    const own = (taken.get(caller) ?? 0) + places
    all += places
    if (own === 0) taken.delete(caller)
    else taken.set(caller, own)
  }
  return async <T>(caller: string, places: number, work: () => Promise<T>): Promise<T> => {
    const wanted = Math.min(places, share)
    if ((taken.get(caller) ?? 0) + wanted > share) throw new GatehouseError('too_many_at_once', 'You have asked as many heavy questions as one caller may at once; wait for their answers.')
    if (all + wanted > most) throw new GatehouseError('busy', 'As many heavy questions are being worked out as this server takes on at once; try again in a few seconds.')
    take(caller, wanted)
    try {
      return await work()
    } finally {
      take(caller, -wanted)
    }
  }
}
