/** How an account in an unassignment queue stands, and how long the pauses between attempts are. */

/** Panelists and administrators are numbered apart, and so have a queue each. */
export const queuePopulations = ['panelist', 'admin'] as const

export type QueuePopulation = (typeof queuePopulations)[number]

/**
 * queued: not tried yet · begun: being worked off, or cut off while it was · waiting: failed, tried again later ·
 * dead: given up, until somebody has it tried again.
 */
export const queueStates = ['queued', 'begun', 'waiting', 'dead'] as const

const firstPauseMs = 60_000
const longestPauseMs = 6 * 3_600_000

/** The pause after so many failed attempts, from 1: a minute, doubled each time, six hours at most. */
export function pauseAfter(attempts: number): number {
  return Math.min(firstPauseMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 20), longestPauseMs)
}
