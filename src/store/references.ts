/**
 * The reference tables of EFS: which account in Okta belongs to which panelist or administrator, and whether a change
 * waits to be pushed. Each link also has its LOGIN row in the managed system.
 */
import { linkStatus, type LinkStatus } from '../model/link-statuses.ts'
import type { Transaction } from './database.ts'

type Writer = Pick<Transaction, 'execute' | 'query' | 'first'>

const references = {
  panelist: { table: 'efs.iam_portal_user_reference', people: 'efs.panelists' },
  admin: { table: 'efs.iam_user_reference', people: 'efs.users' },
} as const

/**
 * Marks every reference of these people, panelists' and administrators', for the next sync; returns how many.
 * To be called in the transaction that changes a mapped attribute (see `touchesMapping`), after the person's own row
 * has been written: a link made at the same time waits for that row and then sees its new version.
 */
export async function markDataChanges(tx: Pick<Transaction, 'execute'>, personIds: readonly string[]): Promise<number> {
  if (personIds.length === 0) return 0
  let marked = 0
  for (const [kind, { table, people }] of Object.entries(references)) {
    marked += await tx.execute(
      `update ${table} r set has_data_changes = 1, changes = r.changes + 1, updated_at = now()
       from ${people} p where p.uid = r.user_id and p.person_id = any($1)`,
      [personIds],
      `mark_changes_${kind}`,
    )
  }
  return marked
}

export interface LinkWrite {
  population: 'panelist' | 'admin'
  uid: number
  portalId: number | null
  uuid: string
  /** Null leaves the status as it is (a new row becomes UNASSIGNED). */
  status: LinkStatus | null
  /** True when everything was pushed that the plan knew of; false keeps or sets the mark. */
  done: boolean
  /** The count of marks when the plan read the row; null when there was none. */
  changes: number | null
  /** Whether the person is still as the plan read them. */
  current: boolean
}

/**
 * Writes a link after a push. The mark is cleared only when the push was complete and nothing newer came since the plan
 * read the row (same count of marks) or, where there was no row to mark, the person (same version). Returns false when
 * the panelist or administrator is gone, or has left the portal.
 */
export async function writeLink(tx: Writer, link: LinkWrite, now: string): Promise<boolean> {
  const clear = link.done && link.current
  const status = link.status ?? linkStatus.UNASSIGNED
  if (link.population === 'admin') {
    return (await tx.execute(
      `insert into efs.iam_user_reference as r (user_id, uuid, status, has_data_changes, created_at, updated_at)
       select uid, $2, $3, $4, $8, $8 from efs.users where uid = $1
       on conflict (user_id) do update set
         uuid = excluded.uuid, status = coalesce($5, r.status), updated_at = excluded.updated_at,
         has_data_changes = case when $6 and r.changes = $7 then 0 else 1 end`,
      [link.uid, link.uuid, status, clear ? 0 : 1, link.status, clear, link.changes, now],
      'write_admin_link',
    )) > 0
  }
  return (await tx.execute(
    `insert into efs.iam_portal_user_reference as r
       (portal_id, user_id, uuid, status, has_data_changes, created_at, updated_at)
     select portal_id, user_id, $2, $3, $4, $8, $8 from efs.portal_panelist where user_id = $1 and portal_id = $9
     on conflict (portal_id, user_id) do update set
       uuid = excluded.uuid, status = coalesce($5, r.status), updated_at = excluded.updated_at,
       has_data_changes = case when $6 and r.changes = $7 then 0 else 1 end`,
    [link.uid, link.uuid, status, clear ? 0 : 1, link.status, clear, link.changes, now, link.portalId],
    'write_panelist_link',
  )) > 0
}

/**
 * Says for the rest of the transaction that the sync knows what becomes of an account whose reference is given another
 * one, or none: it is not queued then. Else that queues it, as deleting the reference does.
 */
export async function replacesKnowingly(tx: Pick<Writer, 'execute'>): Promise<void> {
  await tx.execute(`select set_config('gatehouse.sync', 'on', true)`, [], 'replaces_knowingly')
}

export interface LinkPlace {
  population: 'panelist' | 'admin'
  uid: number
  portalId: number | null
}

/** Those of some links that have nobody behind them any more: the panelist has left the portal, the administrator is none. */
export async function placesLeft(db: Pick<Writer, 'query'>, links: readonly LinkPlace[]): Promise<LinkPlace[]> {
  if (links.length === 0) return []
  return db.query<LinkPlace>(
    `select l.population, l.uid, l."portalId" from jsonb_to_recordset($1) as l(population text, uid integer, "portalId" integer)
     where case l.population when 'admin' then not exists (select from efs.users e where e.uid = l.uid)
       else not exists (select from efs.portal_panelist m where m.user_id = l.uid and m.portal_id = l."portalId") end`,
    [JSON.stringify(links.map(({ population, uid, portalId }) => ({ population, uid, portalId })))], 'places_left')
}

/** Removes every reference to an account that no longer exists; without their uuid they are not queued. */
export async function removeLinksTo(tx: Writer, uuid: string): Promise<void> {
  await replacesKnowingly(tx)
  for (const { table } of Object.values(references)) {
    const rows = await tx.query<{ id: number }>(`update ${table} set uuid = null where uuid = $1 returning id`, [uuid])
    if (rows.length > 0) await tx.execute(`delete from ${table} where id = any($1)`, [rows.map((row) => row.id)])
  }
}

/** Removes single references without queueing the account; returns whether any other refers to it still. */
export async function removeLinks(
  tx: Writer, uuid: string, links: readonly LinkPlace[],
): Promise<boolean> {
  await replacesKnowingly(tx)
  for (const { population, uid, portalId } of links) {
    const { table } = references[population]
    const which = population === 'admin' ? 'user_id = $1 and uuid = $2 and $3::int is null' : 'user_id = $1 and uuid = $2 and portal_id = $3'
    const rows = await tx.query<{ id: number }>(`update ${table} set uuid = null where ${which} returning id`, [uid, uuid, portalId])
    if (rows.length > 0) await tx.execute(`delete from ${table} where id = any($1)`, [rows.map((row) => row.id)])
  }
  const sql = Object.values(references).map(({ table }) => `select from ${table} where uuid = $1`).join(' union all ')
  return (await tx.first<{ found: boolean }>(`select exists (${sql}) as found`, [uuid]))!.found
}

/** The person's version, locked until the transaction ends so that no change can slip in between; null when gone. */
export async function lockVersion(tx: Writer, personId: string): Promise<number | null> {
  const row = await tx.first<{ version: number }>(
    'select version from public.users where user_id = $1 for share', [personId], 'lock_person_version',
  )
  return row?.version ?? null
}

export interface AccountLogin {
  loginId: string
  personId: string
  systemId: string
  /** The account's login; null leaves the one known. */
  login: string | null
  /** PROV_STATUS; null leaves it, but for one that says that something failed or is under way, where `agrees`. */
  provStatus: string | null
  /** Both sides agree now. */
  agrees: boolean
  /** Null leaves it. */
  active: boolean | null
}

/**
 * Writes the LOGIN row of an account, made when there is none and a login is known. A login that another row of the
 * managed system still holds (an account renamed on the other side) is left as it was. Of several of one person, as a
 * merge may leave them, the one of that name counts.
 */
export async function writeAccountLogin(tx: Writer, row: AccountLogin, now: string): Promise<void> {
  const state = row.active === null ? [null, null] : row.active ? ['ACTIVE', 'Y'] : ['INACTIVE', 'N']
  const params = [row.personId, row.systemId, row.login, row.provStatus, ...state, now]
  const updated = await tx.execute(
    `update public.login l set login = n.login, prov_status = coalesce($4, case when $8::boolean and l.prov_status ~ '^(FAIL|PENDING)_' then 'UPDATED' else l.prov_status end),
       status = coalesce($5, l.status), is_active = coalesce($6, l.is_active), last_update = $7
     from (
       select login_id, case when $3::text is null or exists (
         select from gatehouse.logins_named($3::text, $2::text) o where o.user_id <> $1
       ) then login else normalize($3::text, NFC) end as login
       from public.login where user_id = $1 and managed_sys_id = $2::text order by lower(normalize(login, NFC)) = lower(normalize($3::text, NFC)) desc nulls last, login_id limit 1
     ) n where l.login_id = n.login_id`,
    [...params, row.agrees],
    'update_account_login',
  )
  if (updated > 0 || row.login === null) return
  await tx.execute(
    `insert into public.login (login_id, login, managed_sys_id, user_id, identity_type, prov_status, status,
       is_active, create_date, last_update)
     select $8, normalize($3::text, NFC), $2::text, user_id, 'PROVISION', coalesce($4, 'UPDATED'), coalesce($5, 'ACTIVE'),
       coalesce($6, 'Y'), $7, $7
     from public.users where user_id = $1 and not exists (select from gatehouse.logins_named($3::text, $2::text))
     on conflict (lowercase_login, managed_sys_id) do nothing`,
    [...params, row.loginId],
    'insert_account_login',
  )
}
