/**
 * Before something is deleted: whatever refers to it lets go, with a new version and the instant of the change, so that nobody who holds
 * the old one writes over it or is told that nothing has changed (decisions/0055).
 */
import type { Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import type { Transaction } from '../store/database.ts'
import { clearReferrers, type Cleared, type Referrer } from '../store/referrers.ts'
import { markMapped } from './mark-mapped.ts'

/** What the event of a deletion names one by one, for each attribute that let go; of more it tells how many. */
const mostNamed = 100

export interface References {
  /** What was cleared, for the event of each that goes, by its id. */
  taken: Map<string, FieldChange[]>
  /** Records that have a new version by it. */
  raised: { resource: string; id: string; version: number }[]
}

/**
 * Clears what refers to records, or entries, of a table that are about to be deleted in this transaction, and to entries that go with them.
 * The rows are held from here on, also from being referred to.
 */
export async function clearReferences(tx: Transaction, ctx: Pick<Context, 'actor' | 'now'>, target: { table: string; idColumn: string }, ids: readonly string[]): Promise<References> {
  const cleared = await clearReferrers(tx, target, ids, { userId: ctx.actor.userId, now: ctx.now().toISOString() })
  const taken = new Map([...Map.groupBy(cleared, ({ goes }) => goes)].map(([id, own]) => [id, toldOf(own)]))
  const raised = new Map<string, References['raised'][number]>()
  for (const { referrer: { owner }, id, version } of cleared) if (version !== null) raised.set(`${owner.name} ${id}`, { resource: owner.name, id, version })
  for (const [referrer, own] of Map.groupBy(cleared, (one) => one.referrer)) {
    if (referrer.owner.name === 'User') await markMapped(tx, [...new Set(own.map(({ id }) => id))].map((id) => ({ id, paths: [placeOf(referrer)] })))
  }
  return { taken, raised: [...raised.values()] }
}

const placeOf = ({ collection, attribute }: Referrer): string => (collection ? `${collection.path}.${attribute.path}` : attribute.path)

/** The first of each attribute one by one, and of more how many they are in all. */
function toldOf(cleared: readonly Cleared[]): FieldChange[] {
  return [...Map.groupBy(cleared, ({ referrer }) => referrer)].flatMap(([referrer, own]) => {
    const { owner: { segment }, collection, attribute } = referrer
    const named = own.slice(0, mostNamed).flatMap(({ id, entry, target, along }): FieldChange[] => {
      const record = `${segment}[${id}]`
      return [
        { path: `${record}.${collection ? `${collection.path}[${entry}].` : ''}${attribute.path}`, before: target },
        ...Object.entries(along).map(([path, before]) => ({ path: `${record}.${path}`, before })),
      ]
    })
    return own.length > mostNamed ? [...named, { path: `${segment}.${placeOf(referrer)}`, before: own.length }] : named
  })
}
