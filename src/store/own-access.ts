/** SQL on rights in Gatehouse itself: what a person may do, found along with their key; who has more than somebody else. */
import type { Database, Transaction } from './database.ts'
import { edgesSql, everyoneSql, holdersCte, inForce, personCounts } from './access-walk.ts'
import { memberships } from '../model/access-edges.ts'

type Reader = Pick<Database, 'query'>

/** Between these two stand the nodes of our own resources, by the index. */
const own = (node: string) => `${node} >= 'sGATEHOUSE_' and ${node} < 'sGATEHOUSE\`'`
const named = (node: string, right: string) => `substr(${node}, 12) || ' ' || ${right}`

/**
 * The parts of a statement that finds the rights of one person in Gatehouse itself, by the rule of every access: the
 * walk up to the holders, and the rights on the last edge into each of our resources. It runs at every request, and to
 * set up a large plan takes longer than to carry this one out: what comes by resources below ours, which hardly anybody
 * has, is a statement of its own, and `deep` says whether it is needed.
 */
export function ownRightsSql(user: string, at: string): { ctes: string; rights: string; deep: string } {
  const rights = `array(
    select ${named("'s' || m.resource_id", 'x.access_right_id')} from resource_user m join user_res_membership_rights x on x.membership_id = m.membership_id
    where m.user_id = ${user} and starts_with(m.resource_id, 'GATEHOUSE_') and ${inForce('m', at)}
    union all
    select ${named('e.target', 'r')} from walk w cross join lateral (${edgesSql('e.target, e.rights', `e.source = w.node and ${own('e.target')}`, at, false)} offset 0) e cross join unnest(e.rights) r)`
  const deep = `exists (select from gatehouse.access_edge e where ${own('e.target')} and e.source >= 's' and e.recorded_to is null)`
  return { ctes: holdersCte(user, at, false), rights, deep }
}

/** Rights by way of resources that stand below ours: $1 the person, $2 the moment. */
const deepSql = `with recursive ${holdersCte('$1', '$2::timestamptz', false)},
   below(node, own) as (
    select e.source, ${named('e.target', 'r')} from (${edgesSql('e.source, e.target, e.rights', `${own('e.target')} and e.source >= 's'`, '$2::timestamptz', false)}) e cross join unnest(e.rights) r
    union
    select step.source, b.own from below b cross join lateral (
      select e.source from (${edgesSql('e.source', `e.target = b.node and e.source >= 's'`, '$2::timestamptz', false)}) e offset 0) step)
   select distinct b.own from below b
   where exists (select from resource_user m where m.user_id = $1 and 's' || m.resource_id = b.node and ${inForce('m', '$2::timestamptz')})
     or exists (select from walk w cross join lateral (${edgesSql('1', 'e.source = w.node and e.target = b.node', '$2::timestamptz', false)}) e)
     or exists (${everyoneSql('n.node = b.node', '$2::timestamptz', false)})`

export async function findDeepRights(db: Reader, userId: string, at: string): Promise<string[]> {
  return (await db.query<{ own: string }>(deepSql, [userId, at], 'own_rights_deep')).map(({ own: one }) => one)
}

/** The rights of a person in Gatehouse itself, as the database names them: `PEOPLE READ`. */
export async function findOwnRights(db: Reader, userId: string, at: string): Promise<string[]> {
  const { ctes, rights, deep } = ownRightsSql('$1', '$2::timestamptz')
  const [row] = await db.query<{ rights: string[]; deep: boolean }>(`with recursive ${ctes} select ${rights} as rights, ${deep} as deep`, [userId, at], 'own_rights')
  return row!.deep ? [...row!.rights, ...(await findDeepRights(db, userId, at))] : row!.rights
}

export interface PersonNow {
  userId: string
  /** Whether they may sign in. */
  active: boolean
  rights: string[]
  deep: boolean
  restricted: boolean
}

const now = ownRightsSql('$1', '$2::timestamptz')
const findPersonNowSql = `with recursive ${now.ctes} select u.user_id as "userId", ${personCounts('$2::timestamptz', false)} as active, ${now.rights} as rights, ${now.deep} as deep,
   exists (select from gatehouse.delegation d where d.user_id = u.user_id) as restricted from users u where u.user_id = $1`

/** What is found along with a key, of a person alone. */
export async function findPersonNow(db: Pick<Database, 'first'>, userId: string, at: string): Promise<PersonNow | undefined> {
  return db.first(findPersonNowSql, [userId, at], 'person_now')
}

/** It has not ended; it may begin later. */
export const notEnded = (row: string) => `(${row}.end_date is null or ${row}.end_date > now())`

/**
 * Those of some people who have rights in Gatehouse beyond the given ones (`PEOPLE READ`), now or from a later day on,
 * whatever their own status and that of what gives it.
 * @param ever also who had them and has them no more: what has ended can still be removed
 */
export async function peopleBeyond(tx: Reader, ids: readonly string[], rights: readonly string[], ever = false): Promise<string[]> {
  const counts = (row: string) => (ever ? 'true' : notEnded(row))
  const holders = memberships.map(({ table, target, targetColumn }) =>
    `select m.user_id from ${table} m join giving g on g.node = '${target}' || m.${targetColumn} where m.user_id = any($1) and ${counts('m')}`)
  const rows = await tx.query<{ user_id: string }>(
    `with giving as materialized (select distinct node from gatehouse.own_givers() where own <> all ($2))
     ${holders.join(' union ')}
     union select m.user_id from resource_user m join user_res_membership_rights r on r.membership_id = m.membership_id
     where m.user_id = any($1) and ${counts('m')} and starts_with(m.resource_id, 'GATEHOUSE_') and substr(m.resource_id, 11) || ' ' || r.access_right_id <> all ($2)`,
    [ids, rights], ever ? 'people_ever_beyond' : 'people_beyond')
  return rows.map((row) => row.user_id)
}

/** The lock under which the triggers look who is left of those who may administer everything. */
export async function lockSuperAdmin(tx: Transaction): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('gatehouse.super_admin'))`)
}

/** Those of some people who may administer everything. */
export async function superAdministrators(tx: Reader, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select distinct r.user_id as id from user_role r where r.role_id = 'GATEHOUSE_SUPER_ADMIN' and r.user_id = any($1) and gatehouse.is_super_admin(r.user_id)`, [ids])
  return rows.map(({ id }) => id)
}

/** The rights (`PEOPLE READ`) that the role of the super administrator carries without an end. */
export async function superAdminRights(tx: Reader): Promise<string[]> {
  const rows = await tx.query<{ own: string }>(
    `select distinct ${named("'s' || r.resource_id", 'x.access_right_id')} as own from resource_role r join res_role_membership_rights x using (membership_id)
     where r.role_id = 'GATEHOUSE_SUPER_ADMIN' and starts_with(r.resource_id, 'GATEHOUSE_') and (r.start_date is null or r.start_date <= now()) and r.end_date is null`)
  return rows.map(({ own: one }) => one)
}

/** Gives a person one of our own roles from now on; for those whom no verb could give it: the first administrator. */
export async function insertOwnRole(tx: Transaction, { id, userId, roleId, at, grantedBy }: { id: string; userId: string; roleId: string; at: Date; grantedBy: string }): Promise<void> {
  await tx.execute('insert into user_role (membership_id, user_id, role_id, create_date, granted_by) values ($1, $2, $3, $4, $5)', [id, userId, roleId, at, grantedBy])
}
