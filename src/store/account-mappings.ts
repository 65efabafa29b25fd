/** The mappings of accounts that portals and administrators have set, and whom a change of one concerns. */
import { hash } from 'node:crypto'
import { externalIdField, type Mapping, type MappingRule, type Mappings, type Touched } from '../model/account-mapping.ts'
import type { Database, Transaction } from './database.ts'
import { markDataChanges } from './references.ts'

type Reader = Pick<Database, 'query'>

/** A portal by its number, or the administrators. */
export type MappingOwner = number | 'admins'

/** Every mapping that is not the default. The id of the person goes into every account and stands in none of them. */
export async function readMappings(db: Reader): Promise<Mappings> {
  const rows = await db.query<{ portal_id: number | null; rules: MappingRule[] }>(
    'select portal_id, rules from efs.account_mapping order by portal_id', [], 'read_account_mappings',
  )
  const portals = new Map<number, Mapping>()
  let admins: Mapping | null = null
  for (const { portal_id, rules } of rows) {
    const whole = [{ target: externalIdField, value: 'id' }, ...rules]
    if (portal_id === null) admins = whole
    else portals.set(portal_id, whole)
  }
  return { portals, admins }
}

/** Names the mappings in force: a plan made by others is out of date. */
export function digestOf({ portals, admins }: Mappings): string {
  return portals.size === 0 && admins === null ? 'default' : hash('sha256', JSON.stringify([[...portals], admins]), 'hex').slice(0, 32)
}

/** Sets a mapping, or (null) goes back to the default. */
export async function writeMapping(
  tx: Pick<Transaction, 'execute'>, owner: MappingOwner, rules: Mapping | null, by: string, now: string,
): Promise<void> {
  const key = owner === 'admins' ? ['admin', null] : ['panelist', owner]
  if (rules === null) {
    await tx.execute('delete from efs.account_mapping where population = $1 and portal_id is not distinct from $2::int', key)
    return
  }
  await tx.execute(
    `insert into efs.account_mapping (population, portal_id, rules, updated_at, updated_by) values ($1, $2, $3, $4, $5)
     on conflict (portal_id, population) do update set rules = excluded.rules, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [...key, JSON.stringify(rules), now, by.slice(0, 255)],
  )
}

const mark = 'set has_data_changes = 1, changes = r.changes + 1, updated_at = now()'

/** Marks every reference of everybody who is an administrator, or a member of the portal; returns how many references. */
export async function markEverybody(tx: Pick<Transaction, 'execute'>, owner: MappingOwner): Promise<number> {
  const concerned = owner === 'admins' ? 'select person_id from efs.users where $1::int is null'
    : 'select p.person_id from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id where m.portal_id = $1::int'
  return markPeople(tx, concerned, [owner === 'admins' ? null : owner])
}

async function markPeople(tx: Pick<Transaction, 'execute'>, people: string, params: unknown[], name?: string): Promise<number> {
  const panelists = await tx.execute(
    `update efs.iam_portal_user_reference r ${mark} from efs.panelists e where e.uid = r.user_id and e.person_id in (${people})`, params, name && `${name}_panelists`)
  const admins = await tx.execute(
    `update efs.iam_user_reference r ${mark} from efs.users e where e.uid = r.user_id and e.person_id in (${people})`, params, name && `${name}_admins`)
  return panelists + admins
}

/**
 * Marks all references of those among some people whom a change concerns by the mappings in force.
 * To be called like `markDataChanges`.
 */
export async function markTouched(
  tx: Pick<Transaction, 'execute'>, personIds: readonly string[], { portals, others, admins }: Touched, ownMappings: readonly number[],
): Promise<number> {
  return markPeople(
    tx,
    `select p.person_id from efs.portal_panelist m join efs.panelists p on p.uid = m.user_id
       where p.person_id = any($1) and (m.portal_id = any($2::int[]) or ($3 and m.portal_id <> all ($4::int[])))
     union select person_id from efs.users where person_id = any($1) and $5`,
    [personIds, portals, others, ownMappings, admins],
    'mark_touched',
  )
}

/**
 * Marks all references of people who have left a portal, or are no administrators any more, or have come back: as far as
 * anybody has set a mapping, another one may count for them. To be called like `markDataChanges`.
 */
export async function markOtherMapping(tx: Pick<Transaction, 'query' | 'execute'>, personIds: readonly string[]): Promise<void> {
  const { portals, admins } = await readMappings(tx)
  if (portals.size > 0 || admins !== null) await markDataChanges(tx, personIds)
}

/** How many people are in two portals at once. */
export async function peopleInBoth(db: Pick<Database, 'query'>, portalId: number): Promise<{ portal_id: number; people: number }[]> {
  return db.query(
    `select o.portal_id, count(*)::int as people from efs.portal_panelist m join efs.portal_panelist o on o.user_id = m.user_id and o.portal_id <> $1
     where m.portal_id = $1 group by o.portal_id order by o.portal_id`, [portalId])
}
