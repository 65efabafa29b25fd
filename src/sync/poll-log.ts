/**
 * Polls the log of the other side: from where the last poll ended, or from somewhat before the last event that was seen
 * when that place is not known there any more. What comes twice by that counts once. Needs no turn: it writes hints.
 */
import { readLogPosition, moveLogPosition, type LogPosition } from '../store/sync-hints.ts'
import { RemoteError } from './connector.ts'
import { noteEvents } from './hints.ts'
import type { SyncRun } from './run.ts'

/** How far before the last event seen a poll begins that has lost its place, and how far back the first one looks. */
const overlapMs = 10 * 60_000
const firstLookMs = 24 * 3_600_000

export interface Polled {
  events: number
  hinted: number
}

/** Errors: RemoteError when the log cannot be read. */
export async function pollLog({ ctx, connector, errorLog }: Pick<SyncRun, 'ctx' | 'connector' | 'errorLog'>): Promise<Polled> {
  const known = await readLogPosition(ctx.db)
  const polled: Polled = { events: 0, hinted: 0 }
  const read = async (from: { cursor: string } | { since: string }) => {
    let position: LogPosition | undefined = known
    for await (const { events, cursor } of connector.events(from)) {
      // By the other side's clock: ours may be hours off.
      const last = events.reduce((latest, event) => (event.at > latest ? event.at : latest), position?.last ?? '')
      const next: LogPosition = { cursor, last }
      const before = position
      const hinted = await ctx.db.transaction(async (tx) => {
        if (!(await moveLogPosition(tx, before, next, ctx.now()))) return null
        return noteEvents(tx, events)
      })
      // Another server polls as well, and has come further.
      if (hinted === null) return
      polled.events += events.length
      polled.hinted += hinted
      position = next
    }
  }
  try {
    await errorLog.within({ step: 'log' }, () => read(known?.cursor ? { cursor: known.cursor } : { since: sinceOf(known, ctx.now()) })).catch(async (error: unknown) => {
      const isPlaceLost = known?.cursor && error instanceof RemoteError && [400, 404, 410].includes(error.status)
      if (!isPlaceLost) throw error
      await read({ since: sinceOf(known, ctx.now()) })
    })
  } finally {
    await errorLog.flush()
  }
  return polled
}

function sinceOf(known: LogPosition | undefined, now: Date): string {
  if (known === undefined || known.last === '') return new Date(now.getTime() - firstLookMs).toISOString()
  return new Date(Date.parse(known.last) - overlapMs).toISOString()
}
