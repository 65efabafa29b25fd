/**
 * Before something is deleted: whatever refers to it lets go, with a new version and the instant of the change, so that nobody who holds
 * the old one writes over it or is told that nothing has changed (decisions/0055). The same where an undo gives something back.
 */
import type { Context } from '../context.ts'
import type { FieldChange } from '../model/document-diff.ts'
import { user } from '../model/user.ts'
import type { Transaction } from '../store/database.ts'
import { regainedWith, type KeptRows } from '../store/kept-rows.ts'
import { clearReferrers, raisePeople, type Cleared, type Referrer } from '../store/referrers.ts'
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
    const paths = [placeOf(referrer), ...referrer.along.map(({ path }) => path)]
    if (referrer.owner.name === 'User') await markMapped(tx, [...new Set(own.map(({ id }) => id))].map((id) => ({ id, paths })))
  }
  return { taken, raised: [...raised.values()] }
}

const placeOf = ({ collection, attribute }: Pick<Referrer, 'collection' | 'attribute'>): string => (collection ? `${collection.path}.${attribute.path}` : attribute.path)

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

/**
 * Before people come back: others get entries back that name them, and have a new version and the instant of the change. What they get,
 * for the event of each who comes back, by their id. The others are held from here on.
 */
export async function regainReferences(tx: Transaction, ctx: Pick<Context, 'actor' | 'now'>, people: readonly KeptRows[]): Promise<Map<string, FieldChange[]>> {
  const coming = regainedWith(people)
  if (coming.length === 0) return new Map()
  const there = new Set(await raisePeople(tx, [...new Set(coming.map(({ owner }) => owner))], { userId: ctx.actor.userId, now: ctx.now().toISOString() }))
  const regained = coming.filter(({ owner }) => there.has(owner))
  for (const [path, own] of Map.groupBy(regained, placeOf)) await markMapped(tx, [...new Set(own.map(({ owner }) => owner))].map((id) => ({ id, paths: [path] })))
  return new Map([...Map.groupBy(regained, ({ target }) => target)].map(([target, own]) => [target, [...Map.groupBy(own, placeOf)].flatMap(([path, some]): FieldChange[] => [
    ...some.slice(0, mostNamed).map(({ owner, collection, attribute, entry }) => ({ path: `${user.segment}[${owner}].${collection.path}[${entry}].${attribute.path}`, after: target })),
    ...(some.length > mostNamed ? [{ path: `${user.segment}.${path}`, after: some.length }] : []),
  ])]))
}
