/** When something that failed outside is tried again: soon at first, then ever later, some eighteen hours in all; then no more. */
const pausesMinutes = [1, 3, 9, 27, 81, 243, 729]

export const mostAttempts = pausesMinutes.length + 1

/** @param attempts how many have failed; undefined when that was the last one */
export function nextAttempt(attempts: number, now: Date): Date | undefined {
  const pause = pausesMinutes[attempts - 1]
  return pause === undefined ? undefined : new Date(now.getTime() + pause * 60_000)
}

/** How long whoever works on one has it to themselves, should they die over it. */
export const leasedUntil = (now: Date): Date => new Date(now.getTime() + 120_000)
