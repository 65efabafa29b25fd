/** SQL of the portals and accounts of two people who become one: which accounts the survivor has then, and the way back. */
import { linkStatus } from '../model/link-statuses.ts'
import type { Database, Transaction } from './database.ts'
import type { KeptRows } from './kept-rows.ts'
import { withdraw } from './undo-mass-delete.ts'

export interface MergedAccounts {
  /** Those that the survivor has before. */
  own: string[]
  /** Those that the survivor's links name afterwards. */
  linked: string[]
  /** Those of the duplicate that nothing names any more: they are queued to be closed, or taken out of their groups. */
  unassigned: string[]
  /** Whether the duplicate has accounts and all of them are given up. */
  closes: boolean
}

/** Links of people, each with whose it is; `here` is the survivor's number where the link would go to. */
const linksOfBoth = `select p.person_id, r.portal_id, r.uuid, h.uid as here from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id
    left join efs.panelists h on h.person_id = $1 where p.person_id in ($1, $2)
  union all select e.person_id, null, r.uuid, h.uid from efs.iam_user_reference r join efs.users e on e.uid = r.user_id
    left join efs.users h on h.person_id = $1 where e.person_id in ($1, $2)`

/**
 * Why a link over the alias t stays behind although its portal moves: the survivor has an account, and it is another. A
 * person has one; a run over the portal would try to give the second the login of the first, for ever. True only for who has any.
 */
export const anotherAccount = (here: string) => `${here} is not null and t.uuid is not null and t.uuid not in (
    select r.uuid from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id where p.person_id = $1 and r.uuid is not null
    union all select r.uuid from efs.iam_user_reference r join efs.users e on e.uid = r.user_id where e.person_id = $1 and r.uuid is not null)`

/** Which accounts both have, and what becomes of them. A link that goes along with a number the survivor has not is the survivor's in any case. */
export async function mergedAccounts(db: Pick<Database, 'query'>, survivor: string, duplicate: string): Promise<MergedAccounts> {
  const rows = await db.query<{ uuid: string; theirs: boolean; numbered: boolean; taken: boolean }>(
    `with links as (${linksOfBoth})
     select l.uuid, l.person_id = $2 as theirs, l.here is not null as numbered, exists (select from links o where o.person_id = $1 and o.portal_id is not distinct from l.portal_id) as taken
     from links l where l.uuid is not null order by l.person_id = $2, l.portal_id nulls first`, [survivor, duplicate])
  const uuids = (some: typeof rows) => [...new Set(some.map(({ uuid }) => uuid))]
  const own = uuids(rows.filter((row) => !row.theirs))
  const theirs = rows.filter((row) => row.theirs)
  const moves = theirs.filter((row) => !row.numbered || (!row.taken && (own.length === 0 || own.includes(row.uuid))))
  const linked = [...new Set([...own, ...uuids(moves)])]
  return { own, linked, unassigned: uuids(theirs).filter((uuid) => !linked.includes(uuid)), closes: theirs.length > 0 && theirs.every(({ uuid }) => !linked.includes(uuid)) }
}

/** Links have moved by themselves, which the flag of memberships without one does not see. */
export async function recountLinked(tx: Transaction, people: readonly string[]): Promise<void> {
  const linked = 'exists (select from efs.iam_portal_user_reference r where r.portal_id = m.portal_id and r.user_id = m.user_id)'
  await tx.execute(`update efs.portal_panelist m set linked = ${linked} from efs.panelists p where p.uid = m.user_id and p.person_id = any($1) and m.linked <> ${linked}`, [people])
}

/**
 * Takes the accounts of links that are back out of the queues. One that somebody has begun with, or is through with, may
 * be closed: its link is one that we closed then, as after undoing a mass delete, and the next sync puts it right.
 */
export async function withdrawAccounts(tx: Transaction, personId: string, kept: KeptRows): Promise<void> {
  const rowsOf = (table: string) => (kept.find((one) => one.table === table)?.rows ?? []).filter((row) => row.uuid !== null) as { id: number; portal_id: number; uuid: string }[]
  const panelist = rowsOf('efs.iam_portal_user_reference')
  const untouched = new Set<number>()
  for (const reference of panelist) for (const id of await withdraw(tx, reference.portal_id, [{ step: reference.id, personId, reference }])) untouched.add(id)
  await tx.execute('update efs.iam_portal_user_reference set status = $2 where id = any($1)', [panelist.map(({ id }) => id).filter((id) => !untouched.has(id)), linkStatus.DEACTIVATED])
  for (const { id, uuid } of rowsOf('efs.iam_user_reference')) {
    const queued = await tx.query<{ begun: boolean }>('delete from efs.iam_user_unassignment_queue where uuid = $1 and person_id = $2 and sent is null returning started_at is not null as begun', [uuid, personId])
    if (queued[0]?.begun !== false) await tx.execute('update efs.iam_user_reference set status = $2 where id = $1', [id, linkStatus.DEACTIVATED])
  }
}
