/**
 * The double's own time. It follows the clock it was given, may be moved to any instant, and may run faster than that
 * clock or stand still, so that limits and pauses of hours pass in seconds. Everything in the double goes by it.
 */

export interface VirtualClock {
  /** Milliseconds since 1970. */
  now(): number
  advance(milliseconds: number): void
  set(instant: number): void
  /** Virtual seconds a real one: 1 as usual, 60 a minute a second, 0 stands still. */
  readonly speed: number
  setSpeed(speed: number): void
}

export function createClock(base: () => Date): VirtualClock {
  let anchor = base().getTime()
  let baseAtAnchor = anchor
  let speed = 1
  const now = () => anchor + (base().getTime() - baseAtAnchor) * speed
  const rebase = (instant: number) => {
    anchor = instant
    baseAtAnchor = base().getTime()
  }
  return {
    now: () => Math.round(now()),
    advance: (milliseconds) => rebase(now() + milliseconds),
    set: rebase,
    get speed() {
      return speed
    },
    setSpeed(faster) {
      rebase(now())
      speed = faster
    },
  }
}
