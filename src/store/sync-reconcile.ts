/** What a reconcile asks: who is linked to the accounts of a page, and which links no page has shown. Each one statement. */
import type { Database } from './database.ts'

type Reader = Pick<Database, 'query' | 'first'>

/** A link between an account and a panelist of a portal, or an administrator. */
export interface AccountLink {
  uuid: string
  population: 'panelist' | 'admin'
  /** Of the reference. */
  id: number
  uid: number
  /** Null for administrators. */
  portal_id: number | null
  status: number | null
}

/** The links of some accounts. */
export function linksOf(db: Reader, uuids: readonly string[]): Promise<AccountLink[]> {
  return db.query<AccountLink>(
    `select uuid, 'panelist' as population, id, user_id as uid, portal_id, status
     from efs.iam_portal_user_reference where uuid = any($1) and user_id is not null and portal_id is not null
     union all
     select uuid, 'admin', id, user_id, null, status from efs.iam_user_reference where uuid = any($1) and user_id is not null
     order by population desc, portal_id, id`,
    [uuids], 'reconcile_links')
}

export interface LinkBounds {
  /** The highest number of a reference, of panelists and of administrators. */
  panelist: number
  admin: number
  /** Links in all. */
  count: number
}

export async function linkBounds(db: Reader): Promise<LinkBounds> {
  return (await db.first<LinkBounds>(
    `select coalesce(max(id) filter (where population = 'panelist'), 0) as panelist, coalesce(max(id) filter (where population = 'admin'), 0) as admin,
       count(*)::int as count
     from (select 'panelist' as population, id from efs.iam_portal_user_reference where uuid is not null
       union all select 'admin', id from efs.iam_user_reference where uuid is not null) l`))!
}

/** A page of links in the order of their numbers, behind one number and up to another. */
export function linkPage(db: Reader, population: AccountLink['population'], after: number, through: number, count: number): Promise<AccountLink[]> {
  const [table, portal] = population === 'panelist' ? ['efs.iam_portal_user_reference', 'portal_id'] : ['efs.iam_user_reference', 'null::int']
  return db.query<AccountLink>(
    `select uuid, '${population}' as population, id, user_id as uid, ${portal} as portal_id, status
     from ${table} where id > $1 and id <= $2 and uuid is not null and user_id is not null order by id limit $3`,
    [after, through, count], `reconcile_page_${population}`)
}
