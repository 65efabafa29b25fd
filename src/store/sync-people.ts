/**
 * What a sync run reads: which people may need something, and for a page of them their mapped values, their references
 * and their standing in other portals, in one query (so in one snapshot: a value is never newer than its mark).
 */
import { linkStatus, oktaSystemId } from '../model/link-statuses.ts'
import { defaultMapping, sourcesOf, type Mapping } from '../model/account-mapping.ts'
import type { Database } from './database.ts'
import { sourceSql } from './account-sources.ts'
import { unlookedSql } from './sync-hints.ts'

type Reader = Pick<Database, 'query'>

export type SyncMode = 'delta' | 'full'

/** A person with the references that one run is about. */
export interface SyncPersonRow {
  person_id: string
  version: number
  status: string
  secondary_status: string | null
  panelist_uid: number | null
  panelist_uuid: string | null
  panelist_status: number | null
  panelist_changes: number | null
  panelist_marked: boolean
  admin_uid: number | null
  admin_uuid: string | null
  admin_status: number | null
  admin_changes: number | null
  admin_marked: boolean
  prov_status: string | null
  other_uuid: string | null
  other_portals: number[]
  other_live: number
  /** The portals whose member the person is. */
  portals: number[]
  /** The values of the sources, in the order of `sourcesOf(mapping)`. */
  source_values: (string | null)[]
}

/** Panelists of a portal that a run has to look at: in a delta run those marked, hinted at, and without a reference. */
export async function panelistCandidates(db: Database, portalId: number, mode: SyncMode): Promise<number[]> {
  const all = `select user_id as uid from efs.portal_panelist where portal_id = $1`
  const delta = `select user_id as uid from efs.iam_portal_user_reference where portal_id = $1 and has_data_changes = 1
    union
    select l.user_id from gatehouse.sync_hint h join efs.iam_portal_user_reference l on l.uuid = h.uuid and l.portal_id = $1 where ${unlookedSql}
    union
    select user_id from efs.portal_panelist where portal_id = $1 and not linked`
  return collectUids(db, `select uid from (${mode === 'full' ? all : delta}) c order by uid`, [portalId])
}

/** The same of the administrators. */
export async function adminCandidates(db: Database, mode: SyncMode): Promise<number[]> {
  const delta = `left join efs.iam_user_reference r on r.user_id = e.uid
    where r.id is null or r.has_data_changes = 1 or r.uuid in (select uuid from gatehouse.sync_hint)`
  return collectUids(db, `select e.uid from efs.users e ${mode === 'full' ? '' : delta} order by e.uid`, [])
}

async function collectUids(db: Database, sql: string, params: unknown[]): Promise<number[]> {
  return db.transaction(async (tx) => {
    const uids: number[] = []
    for await (const rows of tx.stream<{ uid: number }>(sql, params, 10_000)) for (const row of rows) uids.push(row.uid)
    return uids
  })
}

/** The people behind some panelists or administrators, in uid order. */
export async function readSyncPeople(
  db: Reader, mapping: Mapping, portalId: number, population: 'panelist' | 'admin', uids: readonly number[],
): Promise<SyncPersonRow[]> {
  const values = sourcesOf(mapping).map(sourceSql).join(',\n      ')
  const sql = `
    select u.user_id as person_id, u.version, u.status, u.secondary_status,
      m.user_id as panelist_uid, r.uuid as panelist_uuid, r.status as panelist_status, r.changes as panelist_changes,
      coalesce(r.has_data_changes, 0) = 1 as panelist_marked,
      e.uid as admin_uid, a.uuid as admin_uuid, a.status as admin_status, a.changes as admin_changes,
      coalesce(a.has_data_changes, 0) = 1 as admin_marked,
      l.prov_status, o.uuid as other_uuid, coalesce(o.portals, '{}') as other_portals, coalesce(o.live, 0) as other_live,
      array(select portal_id from efs.portal_panelist x where x.user_id = p.uid order by portal_id) as portals,
      array[${values}] as source_values
    from public.users u
    left join efs.panelists p on p.person_id = u.user_id
    left join efs.portal_panelist m on m.user_id = p.uid and m.portal_id = $1
    left join efs.iam_portal_user_reference r on r.user_id = m.user_id and r.portal_id = m.portal_id
    left join efs.users e on e.person_id = u.user_id
    left join efs.iam_user_reference a on a.user_id = e.uid
    left join lateral (
      select prov_status from public.login where user_id = u.user_id and managed_sys_id = $3 order by login_id limit 1
    ) l on true
    left join lateral (
      select max(uuid) as uuid, array_agg(portal_id) as portals,
        count(*) filter (where coalesce(status, $4) = $4)::int as live
      from efs.iam_portal_user_reference x where x.user_id = p.uid and x.portal_id <> $1
    ) o on true
    where ${population === 'panelist' ? 'p.uid' : 'e.uid'} = any($2)
    order by ${population === 'panelist' ? 'p.uid' : 'e.uid'}`
  // A name stands for one text, and another mapping makes another text.
  const name = mapping === defaultMapping ? `sync_people_${population}` : undefined
  return db.query<SyncPersonRow>(sql, [portalId, uids, oktaSystemId, linkStatus.ASSIGNED], name)
}

/** Accounts that are linked to people: account id → person ids. */
export async function ownersOf(db: Reader, uuids: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await db.query<{ uuid: string; person_ids: string[] }>(
    `select uuid, array_agg(distinct person_id) as person_ids from (
       select r.uuid, p.person_id
       from efs.iam_portal_user_reference r join efs.panelists p on p.uid = r.user_id where r.uuid = any($1)
       union all
       select a.uuid, e.person_id
       from efs.iam_user_reference a join efs.users e on e.uid = a.user_id where a.uuid = any($1)
     ) o group by uuid`,
    [uuids],
    'sync_owners',
  )
  return new Map(rows.map((row) => [row.uuid, row.person_ids]))
}

/** The versions of people as they are now; people who are gone are absent. */
export async function versionsOf(db: Reader, personIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.query<{ user_id: string; version: number }>(
    'select user_id, version from public.users where user_id = any($1)', [personIds], 'sync_versions',
  )
  return new Map(rows.map((row) => [row.user_id, row.version]))
}
