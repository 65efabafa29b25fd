/** Long work in steps, so that what waits beside it gets its turn. */
import { setImmediate } from 'node:timers/promises'

/** Called between two records: lets others go first when it is time. */
export type Pause = () => Promise<void> | undefined

const turnMs = 2

/** A pause that is taken every two milliseconds: the database, busy with something else for us, is answered at once. */
export function takingTurns(): Pause {
  let since = performance.now()
  const giveWay = async () => {
    await setImmediate()
    since = performance.now()
  }
  return () => (performance.now() - since < turnMs ? undefined : giveWay())
}
