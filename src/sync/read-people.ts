/** The rows that a sync run reads, as the plan wants them. */
import { sourcesOf, type Mapping } from '../model/account-mapping.ts'
import { counts } from '../model/user-statuses.ts'
import type { SyncPersonRow } from '../store/sync-people.ts'
import type { Person, PersonLink } from './plan.ts'

/** A person with the links of one run: to the portal where they are a member, and as an administrator. */
export function personOf(row: SyncPersonRow, portalId: number, mapping: Mapping): Person {
  const sources = sourcesOf(mapping)
  const values = Object.fromEntries(sources.map((source, index) => [source, row.source_values[index] ?? null]))
  return {
    personId: row.person_id,
    version: row.version,
    wanted: counts(row.status, row.secondary_status),
    values,
    links: [...panelistLink(row, portalId), ...adminLink(row)],
    provStatus: row.prov_status,
    portals: row.portals,
    elsewhere: { uuid: row.other_uuid, portals: row.other_portals, live: row.other_live },
  }
}

function panelistLink(row: SyncPersonRow, portalId: number): PersonLink[] {
  if (row.panelist_uid === null) return []
  return [{
    population: 'panelist', uid: row.panelist_uid, portalId, uuid: row.panelist_uuid, status: row.panelist_status,
    changes: row.panelist_changes, marked: row.panelist_marked,
  }]
}

function adminLink(row: SyncPersonRow): PersonLink[] {
  if (row.admin_uid === null) return []
  return [{
    population: 'admin', uid: row.admin_uid, portalId: null, uuid: row.admin_uuid, status: row.admin_status,
    changes: row.admin_changes, marked: row.admin_marked,
  }]
}
