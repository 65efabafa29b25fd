/** Administrators and panelists of EFS who are taken over under their numbers, and what ties them to portals and accounts. */
import { oktaSystemId } from '../model/link-statuses.ts'
import type { Database, Transaction } from './database.ts'

export interface AdoptedPerson {
  uid: number
  personId: string
  createdAt: string
}

/**
 * Gives people their numbers; who has theirs already keeps it. The next number given out is behind all of them.
 * Errors: `already_exists` when a number or a person is taken otherwise, `invalid_reference` when a person is gone.
 */
export async function insertEfsPeople(tx: Transaction, table: 'users' | 'panelists', people: readonly AdoptedPerson[]): Promise<void> {
  if (people.length === 0) return
  await tx.execute(
    `insert into efs.${table} (uid, person_id, created_at)
     select g.uid, g."personId", g."createdAt" from jsonb_to_recordset($1) as g(uid integer, "personId" text, "createdAt" timestamptz)
     where not exists (select from efs.${table} t where t.uid = g.uid and t.person_id = g."personId")`, [JSON.stringify(people)], `adopt_${table}`)
  await tx.execute(`select setval(pg_get_serial_sequence('efs.${table}', 'uid'), greatest((select max(uid) from efs.${table}), 1))`, [], `number_${table}`)
}

/** Makes panelists members of portals; who is one stays one. Returns those who are new. */
export async function insertMemberships(tx: Transaction, members: readonly { portalId: number; uid: number; createdAt: string }[]): Promise<{ portal_id: number; user_id: number }[]> {
  if (members.length === 0) return []
  return tx.query(
    `insert into efs.portal_panelist (portal_id, user_id, created_at)
     select g."portalId", g.uid, g."createdAt" from jsonb_to_recordset($1) as g("portalId" integer, uid integer, "createdAt" timestamptz)
     on conflict (portal_id, user_id) do nothing returning portal_id, user_id`, [JSON.stringify(members)], 'adopt_members')
}

/**
 * The LOGIN rows that go with linked accounts, for people who have none there yet: with the login that the account
 * mapping gives them. What the account is really called, the next full run finds out.
 */
export async function insertAccountLogins(tx: Transaction, logins: readonly { loginId: string; personId: string; closed: boolean }[], now: string): Promise<void> {
  // Both by their indexes, whatever the planner believes of tables that are being filled.
  await tx.execute(
    `with u as materialized (
       select user_id, normalize(case when user_name like '%@%' then user_name else primary_email end, NFC) as login from public.users where user_id = any($4::text[])
     ), there as materialized (select user_id from public.login where user_id = any($4::text[]) and managed_sys_id = $2::text)
     insert into public.login (login_id, login, managed_sys_id, user_id, identity_type, prov_status, status, is_active, create_date, last_update)
     select g."loginId", u.login, $2::text, u.user_id, 'PROVISION',
       case when g.closed then 'DISABLED' else 'UPDATED' end, case when g.closed then 'INACTIVE' else 'ACTIVE' end, case when g.closed then 'N' else 'Y' end, $3::timestamptz, $3::timestamptz
     from jsonb_to_recordset($1) as g("loginId" text, "personId" text, closed boolean) join u on u.user_id = g."personId"
     where u.login is not null and not exists (select from there where there.user_id = u.user_id) and not exists (select from gatehouse.logins_named(u.login, $2::text))
     on conflict (lowercase_login, managed_sys_id) do nothing`, [JSON.stringify(logins), oktaSystemId, now, logins.map((one) => one.personId)], 'adopt_account_logins')
}

/** Portals by number: those that are there. */
export async function portalNames(db: Pick<Database, 'query'>): Promise<Map<number, string>> {
  const rows = await db.query<{ portal_id: number; name: string }>('select portal_id, name from efs.portal')
  return new Map(rows.map((row) => [row.portal_id, row.name]))
}

/** Who has which client already. */
export async function portalsOfClients(db: Pick<Database, 'query'>): Promise<Map<string, number>> {
  const rows = await db.query<{ value: string; portal_id: number }>(`select value, portal_id from efs.iam_portal_settings where key = 'client_id' and value is not null`)
  return new Map(rows.map((row) => [row.value, row.portal_id]))
}

/** Counts a change of portals whose settings have been written. */
export async function touchPortals(tx: Transaction, portalIds: readonly number[], now: string): Promise<void> {
  await tx.execute('update efs.portal set version = version + 1, updated_at = $2 where portal_id = any($1::int[])', [portalIds, now])
}
