/** Takes events of the other side as hints, whichever way they come: each once, our own doings not at all. */
import type { Transaction } from '../store/database.ts'
import { hintAccounts, takeEvents } from '../store/sync-hints.ts'
import type { RemoteEvent } from './connector.ts'

/** How many accounts were hinted at. */
export async function noteEvents(tx: Transaction, events: readonly RemoteEvent[]): Promise<number> {
  const concerning = events.filter((event) => !event.isOurs && event.accountIds.length > 0)
  if (concerning.length === 0) return 0
  const fresh = await takeEvents(tx, concerning.map((event) => event.id))
  const ids = concerning.filter((event) => fresh.has(event.id)).flatMap((event) => event.accountIds)
  return ids.length === 0 ? 0 : hintAccounts(tx, ids)
}
