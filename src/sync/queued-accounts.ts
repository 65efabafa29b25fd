/** Entries of the unassignment queues as the plan wants them: whose account it is, and what still speaks for it. */
import { standingOf } from '../store/account-standing.ts'
import type { Database } from '../store/database.ts'
import { queuedTwins } from '../store/queued-twins.ts'
import type { QueueRow } from '../store/unassignment-queue.ts'
import type { RemoteAccount } from './connector.ts'
import type { PortalGroup, QueuedAccount } from './plan.ts'

export interface QueuedRow {
  row: QueueRow
  account: RemoteAccount | null
  /** Groups of portals that the account is, or may be, in. */
  groups: PortalGroup[]
}

export async function queuedAccounts(db: Pick<Database, 'query'>, queued: readonly QueuedRow[]): Promise<QueuedAccount[]> {
  const people = queued.map(({ row, account }) => row.person_id ?? account?.externalId ?? null)
  const known = queued.flatMap(({ row }, index) => (row.uuid === null ? [] : [{ uuid: row.uuid, person_id: people[index]! }]))
  const standing = known.length === 0 ? undefined : await standingOf(db, known)
  const twins = await queuedTwins(db, queued.map(({ row }) => row))
  return queued.map(({ row, account, groups }, index) => {
    const stands = row.uuid === null ? undefined : standing?.get(row.uuid)
    return {
      entry: { population: row.population, id: row.id, uid: row.user_id, uuid: row.uuid, generation: row.generation },
      uuid: row.uuid, email: row.email, account, personId: people[index]!, groups, left: row.portals, portals: stands?.portals ?? [], wanted: stands?.wanted ?? false,
      twin: (row.uuid === null ? undefined : twins[row.population].get(row.uuid)) ?? null,
    }
  })
}
