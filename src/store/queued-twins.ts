/** Accounts that both unassignment queues hold: of people who were panelist and administrator, and are neither any more. */
import { queuePopulations, type QueuePopulation } from '../model/queue-states.ts'
import type { Database } from './database.ts'

/** The entry of an account in the other queue. */
export interface QueuedTwin {
  population: QueuePopulation
  id: number
  uid: number | null
  uuid: string
  generation: number
  /** The portals whose references vanished; none of an administrator, and none where nobody knows. */
  portals: number[]
  /** Whether sync runs take it up, or the worker alone. */
  isOfRuns: boolean
}

const twinsIn = {
  panelist: `select 'panelist' as population, id, user_id as uid, uuid, generation, case when any_portal then '{}' else portals end as portals,
      attempts = 0 and dead_at is null and plan_id is null as "isOfRuns"
    from efs.iam_portal_user_group_unassignment_queue where uuid = any($1)`,
  admin: `select 'admin' as population, id, user_id as uid, uuid, generation, '{}'::integer[] as portals, attempts = 0 and dead_at is null as "isOfRuns"
    from efs.iam_user_unassignment_queue where uuid = any($1)`,
}

/** By population of the entries given, then by account. */
export async function queuedTwins(
  db: Pick<Database, 'query'>, entries: readonly { population: QueuePopulation; uuid: string | null }[],
): Promise<Record<QueuePopulation, Map<string, QueuedTwin>>> {
  const twins = { panelist: new Map<string, QueuedTwin>(), admin: new Map<string, QueuedTwin>() }
  for (const population of queuePopulations) {
    const uuids = entries.flatMap((entry) => (entry.population === population ? (entry.uuid ?? []) : []))
    const other = population === 'panelist' ? 'admin' : 'panelist'
    const rows = uuids.length === 0 ? [] : await db.query<QueuedTwin>(twinsIn[other], [uuids], `queued_twins_${other}`)
    for (const row of rows) twins[population].set(row.uuid, row)
  }
  return twins
}
