/**
 * Epochs: transaction ids are compared only within one database cluster. After a restore, an upgrade or a move, the ids
 * kept in the events may be larger than any the new cluster has given; so a new epoch begins there, and comes after all
 * earlier ones.
 */
import type { Reader } from './audit-events.ts'
import type { Database } from './database.ts'

interface State {
  epoch: number
  /** The cluster of the epoch and the one we are in; empty when not known. */
  cluster: string
  here: string
  /** Events of this epoch that claim a transaction that has not begun here yet. */
  ahead: boolean
}

/**
 * Begins a new epoch if the database has come into another cluster since the last one began; the current epoch.
 * To be called before the first write of a server or command, and after a restore.
 */
export async function ensureAuditEpoch(db: Database, now: Date): Promise<number> {
  const seen = await state(db, true)
  if (seen.cluster === '' && seen.here !== '') {
    await db.execute(`update gatehouse.audit_epoch set cluster = $1 where cluster = ''`, [seen.here])
  }
  if (!isForeign(seen)) return seen.epoch
  return db.transaction(async (tx) => {
    // Who writes already must end first and the next must wait: the events of a past epoch are final.
    await tx.execute('lock table gatehouse.audit_event in share row exclusive mode')
    await tx.execute('lock table gatehouse.audit_epoch in share row exclusive mode')
    const { epoch, here, ...rest } = await state(tx, seen.here !== '')
    if (!isForeign({ epoch, here, ...rest })) return epoch
    await tx.execute('insert into gatehouse.audit_epoch (epoch, cluster, started_at) values ($1, $2, $3)', [
      epoch + 1,
      here,
      now,
    ])
    return epoch + 1
  })
}

function isForeign({ cluster, here, ahead }: State): boolean {
  return ahead || (cluster !== '' && here !== '' && cluster !== here)
}

async function state(db: Reader, withCluster: boolean): Promise<State> {
  const here = withCluster ? `(select system_identifier::text from pg_control_system())` : `''`
  try {
    return (await db.first<State>(
      `select e.epoch, e.cluster, ${here} as here,
         coalesce((select t.xid from gatehouse.audit_event t where t.epoch = e.epoch
                   order by t.epoch desc, t.xid desc, t.event_id desc limit 1)
           >= pg_snapshot_xmax(pg_current_snapshot()), false) as ahead
       from gatehouse.audit_epoch e order by e.epoch desc limit 1`,
    ))!
  } catch (error) {
    // Some hosted servers keep pg_control_system() to themselves; then only ids from the future tell of a move.
    if (withCluster && isForbidden(error)) return state(db, false)
    throw error
  }
}

function isForbidden(error: unknown): boolean {
  return (error as { code?: string }).code === '42501'
}
