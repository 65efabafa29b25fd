/**
 * A name that stays behind elsewhere when its person is erased: with edges they made, plans they made, released or applied,
 * and runs they started. Their id stays, as it does in the audit.
 */
import { edgeKinds } from '../model/access-edges.ts'
import type { Transaction } from './database.ts'

const histories = ['gatehouse.access_edge', 'gatehouse.membership_history']

/** Blanks them; to be called while the audit still tells by which names the person acted. */
export async function eraseNames(tx: Transaction, userId: string): Promise<void> {
  // What an edge gives does not change: who erases needs no right to give it.
  const before = (await tx.first<{ rights: string | null }>(`select current_setting('gatehouse.rights', true) as rights`))!.rights ?? ''
  await tx.execute(`select set_config('gatehouse.rights', '', true)`)
  for (const table of new Set([...edgeKinds.map((kind) => kind.table), ...histories])) {
    await tx.execute(`update ${table} set granted_by = null where created_by = $1 and granted_by is not null`, [userId])
  }
  await tx.execute(`select set_config('gatehouse.rights', $1, true)`, [before])
  const names = (await tx.query<{ name: string }>(
    `select distinct origin::jsonb->>'principal' as name from gatehouse.audit_event where actor_id = $1 and origin is not null
     union select user_name from public.users where user_id = $1 and user_name is not null`, [userId])).map(({ name }) => name).filter((name) => name !== '')
  await tx.execute(`update gatehouse.plan set created_by = '' where actor_id = $1 or (actor_id is null and created_by = any($2))`, [userId, names])
  for (const [table, column] of [['gatehouse.plan', 'released_by'], ['gatehouse.plan', 'applied_by'], ['gatehouse.sync_run', 'started_by']]) {
    await tx.execute(`update ${table} set ${column} = '' where ${column} = any($1)`, [names])
  }
}

/** The records that were merged into somebody's, and into those, and are not there on their own again. */
export async function mergedInto(tx: Transaction, userId: string): Promise<string[]> {
  const merged = `select p.options->>'duplicate' from gatehouse.plan p`
  const done = `p.kind = 'merge' and exists (select from gatehouse.plan_step s where s.plan_id = p.plan_id and s.step_no = 1 and s.status = 'done')`
  const rows = await tx.query<{ id: string }>(
    `with recursive one (id) as (
       ${merged} where ${done} and p.options->>'survivor' = $1
       union ${merged} join one on p.options->>'survivor' = one.id where ${done}
     ) select id from one where not exists (select from public.users u where u.user_id = one.id)`, [userId])
  return rows.map(({ id }) => id)
}
