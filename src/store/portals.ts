/** Portals of EFS, their settings, and who belongs to them: panelists and administrators. */
import { linkStatus } from '../model/link-statuses.ts'
import { efsAdminAttributes, portalAttributes, portalUserAttributes } from '../model/listings.ts'
import type { PortalSettingKey, PortalSettings } from '../model/portal-settings.ts'
import type { Database, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query' | 'first'>
type Writer = Pick<Transaction, 'query' | 'first' | 'execute'>

export interface PortalRow {
  portal_id: number
  name: string
  description: string | null
  created_at: string
  updated_at: string
  version: number
}

const columns = 'portal_id, name, description, created_at, updated_at, version'

export const portalListing: Listing = { name: 'Portal', table: 'efs.portal', idColumn: 'portal_id', attributes: portalAttributes, collections: [], order: ['id'] }

/** Errors: `already_exists` for the name. A portal taken over from EFS brings its number. */
export async function insertPortal(
  tx: Writer, portal: { portalId: number | null; name: string; description: string | null }, now: string,
): Promise<PortalRow> {
  const own = portal.portalId === null ? '' : 'portal_id, '
  const rows = await tx.query<PortalRow>(
    `insert into efs.portal (${own}name, description, created_at, updated_at)
     values (${own && '$4, '}$1, $2, $3, $3) returning ${columns}`,
    [portal.name, portal.description, now, ...(portal.portalId === null ? [] : [portal.portalId])],
  )
  // The next number given out must not meet one that was brought along.
  if (portal.portalId !== null) {
    await tx.execute(
      `select setval(pg_get_serial_sequence('efs.portal', 'portal_id'),
         greatest($1, (select max(portal_id) from efs.portal)))`,
      [portal.portalId],
    )
  }
  return rows[0]!
}

/** Writes name and description, and counts the version. */
export async function updatePortal(
  tx: Writer, portalId: number, values: { name: string; description: string | null }, now: string,
): Promise<PortalRow> {
  const rows = await tx.query<PortalRow>(
    `update efs.portal set name = $2, description = $3, updated_at = $4, version = version + 1
     where portal_id = $1 returning ${columns}`,
    [portalId, values.name, values.description, now],
  )
  return rows[0]!
}

/** A portal, locked until the transaction ends when asked for. */
export async function readPortal(db: Reader, portalId: number, lock = false): Promise<PortalRow | undefined> {
  const sql = `select ${columns} from efs.portal where portal_id = $1${lock ? ' for update' : ''}`
  return db.first<PortalRow>(sql, [portalId])
}

export async function listPortals(db: Reader, after: number, limit: number): Promise<PortalRow[]> {
  const sql = `select ${columns} from efs.portal where portal_id > $1 order by portal_id limit $2`
  return db.query<PortalRow>(sql, [after, limit])
}

/** The settings of all portals, or of some, by portal; portals without any have an empty one. */
export async function readPortalSettings(
  db: Reader, portalIds?: readonly number[],
): Promise<Map<number, PortalSettings>> {
  const rows = await db.query<{ portal_id: number; key: PortalSettingKey | null; value: string }>(
    `select p.portal_id, s.key, s.value from efs.portal p
     left join efs.iam_portal_settings s on s.portal_id = p.portal_id and s.value is not null
     where $1::int[] is null or p.portal_id = any($1) order by p.portal_id`,
    [portalIds ?? null],
  )
  const settings = new Map<number, PortalSettings>()
  for (const { portal_id, key, value } of rows) {
    settings.set(portal_id, { ...settings.get(portal_id), ...(key === null ? {} : { [key]: value }) })
  }
  return settings
}

/** Sets and (null) removes settings. */
export async function writePortalSettings(
  tx: Writer, portalId: number, changes: Partial<Record<PortalSettingKey, string | null>>,
): Promise<void> {
  const entries = Object.entries(changes)
  const gone = entries.filter(([, value]) => value === null).map(([key]) => key)
  const kept = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  await tx.execute('delete from efs.iam_portal_settings where portal_id = $1 and key = any($2)', [portalId, gone])
  await tx.execute(
    `insert into efs.iam_portal_settings (portal_id, key, value) select $1, * from unnest($2::text[], $3::text[])
     on conflict (portal_id, key) do update set value = excluded.value`,
    [portalId, kept.map(([key]) => key), kept.map(([, value]) => value)],
  )
}

/** How many people a portal has, and links to accounts that are left of some. */
export async function countPeople(db: Reader, portalId: number): Promise<number> {
  const row = await db.first<{ count: number }>(
    `select (select count(*) from efs.portal_panelist where portal_id = $1)
       + (select count(*) from efs.iam_portal_user_reference where portal_id = $1) as count`,
    [portalId],
  )
  return row!.count
}

/** Removes a portal that has no people, with its settings. */
export async function deletePortalRow(tx: Writer, portalId: number): Promise<void> {
  await tx.execute('delete from efs.iam_portal_settings where portal_id = $1', [portalId])
  await tx.execute('delete from efs.portal where portal_id = $1', [portalId])
}

/** How many people of a portal are in its group in the connected system. */
export async function countAssigned(db: Reader, portalId: number): Promise<number> {
  const row = await db.first<{ count: number }>(
    `select count(*)::int as count from efs.iam_portal_user_reference
     where portal_id = $1 and coalesce(status, $2) = $2`,
    [portalId, linkStatus.ASSIGNED],
  )
  return row!.count
}

export interface MemberRow {
  uid: number
  person_id: string
}

/** Makes people panelists (who are none yet) and members of a portal; returns those who were not members before. */
export async function insertMembers(
  tx: Writer, portalId: number, personIds: readonly string[], now: string,
): Promise<MemberRow[]> {
  await tx.execute(
    `insert into efs.panelists (person_id, created_at) select id, $2 from unnest($1::text[]) as u(id)
     on conflict (person_id) do nothing`,
    [personIds, now],
  )
  return tx.query<MemberRow>(
    `with added as (
       insert into efs.portal_panelist (portal_id, user_id, created_at)
       select $1, uid, $3 from efs.panelists where person_id = any($2) on conflict do nothing returning user_id
     ) select p.uid, p.person_id from added join efs.panelists p on p.uid = added.user_id order by p.uid`,
    [portalId, personIds, now],
  )
}

/**
 * Takes people out of a portal, and the panelist too when it was their last one; returns who was a member. Their
 * references go with them and their accounts are queued, by the database itself.
 */
export async function deleteMembers(tx: Writer, portalId: number, personIds: readonly string[]): Promise<MemberRow[]> {
  const gone = await tx.query<MemberRow>(
    `delete from efs.portal_panelist m using efs.panelists p
     where m.user_id = p.uid and m.portal_id = $1 and p.person_id = any($2) returning p.uid, p.person_id`,
    [portalId, personIds],
  )
  await tx.execute(
    `delete from efs.panelists p
     where p.uid = any($1) and not exists (select from efs.portal_panelist m where m.user_id = p.uid)`,
    [gone.map((member) => member.uid)],
  )
  return gone.toSorted((left, right) => left.uid - right.uid)
}

/**
 * Takes people out of EFS altogether, panelists and administrators, so that their accounts are queued with their e-mail
 * address while it is still known. For whoever deletes people for good: to be called first, in the same transaction.
 */
export async function deletePeopleFromEfs(
  tx: Pick<Transaction, 'execute' | 'query'>, personIds: readonly string[],
): Promise<void> {
  await tx.execute(
    'delete from efs.portal_panelist m using efs.panelists p where m.user_id = p.uid and p.person_id = any($1)',
    [personIds],
  )
  await tx.execute('delete from efs.panelists where person_id = any($1)', [personIds])
  await deleteAdmins(tx, personIds)
}

/** Makes people administrators; returns those who were none before. */
export async function insertAdmins(tx: Writer, personIds: readonly string[], now: string): Promise<MemberRow[]> {
  return tx.query<MemberRow>(
    `insert into efs.users (person_id, created_at) select id, $2 from unnest($1::text[]) as u(id)
     on conflict (person_id) do nothing returning uid, person_id`,
    [personIds, now],
  )
}

/** Ends people's being administrators; returns who was one. Their accounts are queued first, with the e-mail address. */
export async function deleteAdmins(
  tx: Pick<Transaction, 'execute' | 'query'>, personIds: readonly string[],
): Promise<MemberRow[]> {
  await tx.execute(
    'delete from efs.iam_user_reference r using efs.users e where r.user_id = e.uid and e.person_id = any($1)',
    [personIds],
  )
  return tx.query<MemberRow>('delete from efs.users where person_id = any($1) returning uid, person_id', [personIds])
}

/** The people of portals with their links; to be narrowed to one portal, by `portal_id`. */
export const portalUserListing: Listing = {
  name: 'PortalUser', idColumn: 'uid', attributes: portalUserAttributes, collections: [], order: ['uid'],
  table: `(select m.portal_id, m.user_id as uid, p.person_id, u.display_name, r.uuid, m.created_at,
      ${nameOfStatus('r.status')} as status, case r.has_data_changes when 1 then 'Y' else 'N' end as has_data_changes
    from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id left join users u on u.user_id = p.person_id
    left join efs.iam_portal_user_reference r on r.portal_id = m.portal_id and r.user_id = m.user_id)`,
}

/** The administrators of EFS with their links. */
export const efsAdminListing: Listing = {
  name: 'EfsAdmin', idColumn: 'uid', attributes: efsAdminAttributes, collections: [], order: ['uid'],
  table: `(select e.uid, e.person_id, u.display_name, r.uuid, e.created_at,
      ${nameOfStatus('r.status')} as status, case r.has_data_changes when 1 then 'Y' else 'N' end as has_data_changes
    from efs.users e left join users u on u.user_id = e.person_id left join efs.iam_user_reference r on r.user_id = e.uid)`,
}

function nameOfStatus(column: string): string {
  return `case ${column} ${Object.entries(linkStatus).map(([name, code]) => `when ${code} then '${name}'`).join(' ')} else ${column}::text end`
}
