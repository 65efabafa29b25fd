/** When going on is pointless (pure): the key is refused, or nothing answers any more. */
import type { RemoteError } from './connector.ts'

/** So many in a row without a usable answer mean that the other side is down. */
const silentUntilStop = 10

export interface Silence {
  /** Told of how each of many things ended; why to stop, or null. */
  judge(error: RemoteError | null): string | null
}

/** A refused key is nobody's failure. */
export const isKeyRefused = (error: RemoteError | null | undefined): boolean => error?.status === 401

/** @param what is counted, as in `no answer for 10 steps in a row` */
export function createSilence(what: string): Silence {
  let silent = 0
  return {
    judge(error) {
      silent = error !== null && (error.status === 0 || error.status === 429 || error.status >= 500) ? silent + 1 : 0
      if (isKeyRefused(error)) return `the connected system refuses our key: ${error!.message}`
      return silent >= silentUntilStop ? `no answer for ${silent} ${what} in a row: ${error!.message}` : null
    },
  }
}
