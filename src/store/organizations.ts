/** The hierarchy of organisations: circles, nesting, neighbours. Edges count whatever their dates: a circle in the past is a circle. */
import { organizationChildAttributes } from '../model/listings.ts'
import type { Database, Transaction } from './database.ts'
import type { Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query'>

/** One writer at a time changes the hierarchy: two halves of a circle must not be written side by side. */
export async function lockHierarchy(tx: Transaction): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse organisation hierarchy'))`)
}

export interface Edge {
  parent: string
  child: string
}

/** The first of these edges whose parent stands below its child, by edges that there are and by these too. */
export async function closesCircle(db: Reader, edges: readonly Edge[]): Promise<Edge | undefined> {
  if (edges.length === 0) return undefined
  const children = [...new Set(edges.map((edge) => edge.child))]
  const rows = await db.query<Edge>(
    `with recursive added as (select * from unnest($1::text[], $2::text[]) as e(parent, child)),
      above as (
        select a.parent, a.child, a.parent as first from added a
        union select e.parent, x.child, x.first from above x cross join lateral (
          select m.company_id as parent from company_to_company_membership m where m.member_company_id = x.parent and x.parent <> all($3)
          union all select a.parent from added a where a.child = x.parent) e)
     select first as parent, child from above where parent = child limit 1`,
    [edges.map((edge) => edge.parent), edges.map((edge) => edge.child), children])
  return rows[0]
}

/** The edges directly below organisations. */
export async function edgesBelow(db: Reader, ids: readonly string[]): Promise<Edge[]> {
  if (ids.length === 0) return []
  return db.query('select company_id as parent, member_company_id as child from company_to_company_membership where company_id = any($1)', [ids])
}

/** Edges whose types may not stand so; an organisation without a type may stand anywhere. `types` are those being written. */
export async function wrongNestings(db: Reader, edges: readonly Edge[], types: ReadonlyMap<string, string | undefined>): Promise<{ parentType: string; memberType: string }[]> {
  const others = edges.flatMap(({ parent, child }) => [parent, child]).filter((id) => !types.has(id))
  const rows = await db.query<{ company_id: string; org_type_id: string | null }>('select company_id, org_type_id from company where company_id = any($1)', [[...new Set(others)]])
  const all = new Map<string, string | null | undefined>([...rows.map((row) => [row.company_id, row.org_type_id] as const), ...types])
  const pairs = edges
    .map(({ parent, child }) => ({ parentType: all.get(parent), memberType: all.get(child) }))
    .filter((pair): pair is { parentType: string; memberType: string } => typeof pair.parentType === 'string' && typeof pair.memberType === 'string')
  return db.query(
    `select v.parent_type as "parentType", v.member_type as "memberType" from unnest($1::text[], $2::text[]) as v(parent_type, member_type)
     where not exists (select from org_type_valid_membership m where m.org_type_id = v.parent_type and m.member_org_type_id = v.member_type)`,
    [pairs.map((pair) => pair.parentType), pairs.map((pair) => pair.memberType)])
}

const settingName = 'organization_parents'

/** Through which instant PARENT_ID has followed the dates of edges; undefined before the first time. */
export async function parentsFollowed(db: Reader): Promise<string | undefined> {
  const [row] = await db.query<{ value: { through: string } }>('select value from gatehouse.setting where name = $1', [settingName])
  return row?.value.through
}

export async function saveParentsFollowed(db: Pick<Database, 'execute'>, through: string, by: string): Promise<void> {
  await db.execute(
    `insert into gatehouse.setting (name, value, updated_at, updated_by) values ($1, $2, $3, $4)
     on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`, [settingName, JSON.stringify({ through }), through, by])
}

/**
 * Organisations of which an edge upwards has begun or ended after `since` and by `now`, and whose PARENT_ID is not the first in force.
 * Without `since` all of them: what an older rule has left may hang on edges that turn much later, or never.
 */
export async function parentsToFollow(db: Reader, since: string | undefined, now: string, { after, limit }: { after: string; limit: number }): Promise<string[]> {
  const turned = (column: string) => `select member_company_id as id from company_to_company_membership where ${column} > $4 and ${column} <= $1`
  const asked = since === undefined ? 'company c' : `(${turned('start_date')} union ${turned('end_date')}) t join company c on c.company_id = t.id`
  const rows = await db.query<{ id: string }>(
    `select c.company_id as id from ${asked}
     where c.company_id > $2 and c.parent_id is distinct from (
       select m.company_id from company_to_company_membership m where m.member_company_id = c.company_id
         and coalesce(m.start_date, '-infinity') <= $1 and coalesce(m.end_date, 'infinity') > $1 order by m.membership_id collate "C" limit 1)
     order by c.company_id limit $3`, [now, after, limit, ...(since === undefined ? [] : [since])])
  return rows.map(({ id }) => id)
}

/** Organisations below others, by name; to be narrowed to those below one, by `company_id`. */
export const childListing: Listing = {
  name: 'OrganizationChild', idColumn: 'membership_id', attributes: organizationChildAttributes, collections: [], order: ['name'],
  table: `(select m.company_id, m.membership_id, m.member_company_id, c.company_name, m.start_date, m.end_date, m.description
    from company_to_company_membership m join company c on c.company_id = m.member_company_id)`,
}

/** The active organisation that people may choose and whose e-mail domain this is, the longest match first: mail.example.com before example.com. */
export async function proposeOrganization(db: Reader, email: string): Promise<{ id: string; name: string } | undefined> {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  const labels = domain.split('.')
  const candidates = labels.map((_, index) => labels.slice(index).join('.')).slice(0, 10)
  const [row] = await db.query<{ id: string; name: string }>(
    `select company_id as id, company_name as name from company
     where status = 'ACTIVE' and is_selectable is distinct from 'N' and domain_name is not null and lower(domain_name) collate "C" = any($1::text[]) order by length(domain_name) desc, company_id limit 1`, [candidates])
  return row
}
