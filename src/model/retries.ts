/** When something that failed outside is tried again: soon at first, then ever later, some eighteen hours in all; then no more. */
const pausesMinutes = [1, 3, 9, 27, 81, 243, 729]

export const mostAttempts = pausesMinutes.length + 1

/** @param attempts how many have failed; undefined when that was the last one */
export function nextAttempt(attempts: number, now: Date): Date | undefined {
  const pause = pausesMinutes[attempts - 1]
  return pause === undefined ? undefined : new Date(now.getTime() + pause * 60_000)
}

/** When what has failed once, twice and so on is tried next; what has failed more often than that is not. */
export const nextAttempts = (now: Date): Date[] => pausesMinutes.map((_, failed) => nextAttempt(failed + 1, now)!)

/** After so many failures in a row nobody there is asked any more until the next attempt is due: what else waits for them waits on, and the others go on. */
export const mostInARow = 3

/** How long whoever works on one has it to themselves, should they die over it. */
export const leasedUntil = (now: Date): Date => new Date(now.getTime() + 120_000)
