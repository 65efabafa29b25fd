/** The rows that go when a person goes, kept so that they can come back: for undoing a merge or a mass delete. */
import { GatehouseError } from '../errors.ts'
import type { Attribute, Collection } from '../model/attribute.ts'
import { relations, supervisors } from '../model/user-links.ts'
import type { Row, Transaction } from './database.ts'

const own = (column: string) => `t.${column} = $1`
const through = (column: string, table: string, key: string, condition: string) => `t.${column} in (select t.${key} from ${table} t where ${condition})`
const ofLogin = through('login_id', 'login', 'login_id', own('user_id'))
const ofPanelist = through('user_id', 'efs.panelists', 'uid', own('person_id'))

interface Cascade {
  table: string
  where: string
  /** What is kept with each row besides, as jsonb: how things were declared when it went. */
  besides?: string
}

/** By these an undo tells what has been declared anew since (records/refuse-outdated.ts). */
const declaredVersion = `jsonb_build_object('declared_version', (select e.version from metadata_element e where e.metadata_id = t.metadata_id))`
const requiredThen = `jsonb_build_object('required_then', (select coalesce(jsonb_agg(e.metadata_id), '[]') from metadata_element e where e.required = 'Y'))`

/** Tables whose rows go when a person goes, each after the one it hangs on, and which rows those are. Sessions and messages do not come back. */
export const cascades: readonly Cascade[] = [
  { table: 'users', where: own('user_id'), besides: requiredThen },
  { table: 'login', where: own('user_id') },
  { table: 'login_attribute', where: ofLogin, besides: declaredVersion },
  { table: 'login_attribute_values', where: through('login_attribute_id', 'login_attribute', 'login_attr_id', ofLogin) },
  { table: 'pwd_history', where: ofLogin },
  { table: 'user_attributes', where: own('user_id'), besides: declaredVersion },
  { table: 'user_attribute_values', where: through('user_attribute_id', 'user_attributes', 'id', own('user_id')) },
  { table: 'email_address', where: own('parent_id') },
  { table: 'phone', where: own('parent_id') },
  { table: 'address', where: own('parent_id') },
  { table: 'user_affiliation', where: own('user_id') },
  { table: 'user_affiliation_rights', where: through('membership_id', 'user_affiliation', 'membership_id', own('user_id')) },
  { table: 'user_role', where: own('user_id') },
  { table: 'user_role_membership_rights', where: through('membership_id', 'user_role', 'membership_id', own('user_id')) },
  { table: 'user_grp', where: own('user_id') },
  { table: 'user_grp_membership_rights', where: through('membership_id', 'user_grp', 'membership_id', own('user_id')) },
  { table: 'resource_user', where: own('user_id') },
  { table: 'user_res_membership_rights', where: through('membership_id', 'resource_user', 'membership_id', own('user_id')) },
  { table: 'org_structure', where: `(${own('staff_id')} or ${own('supervisor_id')})` },
  { table: 'user_to_user_membership', where: `(${own('primary_user_id')} or ${own('related_user_id')})` },
  // Whom the duplicate could administer comes back with them, where it did not move along with what it restricts.
  { table: 'gatehouse.delegation', where: own('user_id') },
  { table: 'user_note', where: own('user_id') },
  { table: 'user_key', where: own('user_id') },
  { table: 'user_identity_ans', where: own('user_id') },
  { table: 'user_auth_param', where: own('user_id') },
  { table: 'gatehouse.recovery_code', where: through('param_id', 'user_auth_param', 'param_id', own('user_id')) },
  { table: 'user_it_policy_history', where: own('user_id') },
  { table: 'efs.users', where: own('person_id') },
  { table: 'efs.panelists', where: own('person_id') },
  { table: 'efs.portal_panelist', where: ofPanelist },
  { table: 'efs.iam_portal_user_reference', where: ofPanelist },
  { table: 'efs.iam_user_reference', where: through('user_id', 'efs.users', 'uid', own('person_id')) },
]

export type KeptRows = { table: string; rows: Row[] }[]

const keptRow = ({ besides }: Cascade) => `to_jsonb(t)${besides === undefined ? '' : ` || ${besides}`}`

/** The kept rows of one table. */
export const keptOf = (kept: KeptRows, table: string): readonly Row[] => kept.find((one) => one.table === table)?.rows ?? []

/** Every row that goes with a person, as it stands once what moves has moved. */
export async function keepRows(tx: Transaction, userId: string): Promise<KeptRows> {
  const kept: KeptRows = []
  for (const one of cascades) {
    const { table, where } = one
    const rows = await tx.query<{ row: Row }>(`select ${keptRow(one)} as row from ${table} t where ${where}`, [userId])
    if (rows.length > 0) kept.push({ table, rows: rows.map((one) => one.row) })
  }
  return kept
}

/**
 * Puts kept rows back, as standing from now on; what moved is left to takeBackLinks, and queued accounts to withdrawAccounts. Errors: that of the constraint
 * when something has taken their place: another person has the user name by now.
 */
export async function putBackRows(tx: Transaction, kept: KeptRows): Promise<void> {
  await refuseTaken(tx, keptOf(kept, 'users'))
  for (const { table, rows } of kept) await insertKept(tx, table, table === 'users' ? rows.map(bare) : rows, bothThere(table))
  await tiePeople(tx, [kept])
}

/** Somebody made anew under an id that an import keeps is not overwritten. Errors: `already_exists`. */
async function refuseTaken(tx: Transaction, people: readonly Row[]): Promise<void> {
  const taken = await tx.first<{ id: string }>('select user_id as id from users where user_id = any($1) limit 1', [people.map((row) => row.user_id)])
  if (taken) throw new GatehouseError('already_exists', `The place has been taken: there is a person with the id ${taken.id} again.`)
}

/** What kept rows have and nobody gets back: links and codes that were out, an invitation among them, died with the person. */
const staysGone: Readonly<Record<string, readonly string[]>> = {
  login: ['pswd_reset_token', 'pswd_reset_token_made', 'pswd_reset_token_exp', 'sms_reset_token', 'sms_reset_token_made', 'sms_reset_token_exp'],
}

/** Puts rows back into their table; `where` is a condition over the alias r. */
export async function insertKept(tx: Transaction, table: string, rows: readonly Row[], where = 'true'): Promise<void> {
  const columns = await tx.query<{ name: string; keyed: boolean }>(
    `select a.attname as name, coalesce(a.attnum = any(i.indkey), false) as keyed from pg_attribute a
     left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       and a.attname <> 'recorded_from' and a.attname <> all($2) order by a.attnum`, [table, staysGone[table] ?? []])
  const list = columns.map(({ name }) => `"${name}"`).join(', ')
  const key = columns.filter(({ keyed }) => keyed).map(({ name }) => `"${name}"`).join(', ')
  await tx.execute(`insert into ${table} (${list}) select ${list} from jsonb_populate_recordset(null::${table}, $1) r where ${where} on conflict (${key}) do nothing`, [JSON.stringify(rows)])
}

/** Tables of the directory alone: what ties a person to EFS is left out. */
const directoryCascades = cascades.filter(({ table }) => !table.startsWith('efs.'))

/** An expression: the rows of the directory that go with the person whose id `id` names, as jsonb (KeptRows). */
export function keptSql(id: string): string {
  const parts = directoryCascades.map((one, place) =>
    `select ${place} as place, '${one.table}' as name, jsonb_agg(${keptRow(one)}) as rows from ${one.table} t where ${one.where.replaceAll('$1', id)}`)
  return `(select jsonb_agg(jsonb_build_object('table', k.name, 'rows', k.rows) order by k.place) from (${parts.join(' union all ')}) k where k.rows is not null)`
}

/** References of people to each other, which may go and come back together: written once both are there. With each, what means nothing without it. */
const personColumns: Readonly<Record<string, readonly string[]>> = {
  alternate_id: ['alternate_start_date', 'alternate_end_date'], cert_delegate_id: ['cert_delegate_start_date', 'cert_delegate_end_date'], user_owner_id: [],
}

/** A person without what their record says of others. */
const bare = (row: Row): Row => ({ ...row, ...Object.fromEntries(Object.entries(personColumns).flat(2).map((column) => [column, null])) })

/** Entries of a person that name another one: they come back with the second of the two. */
const ties = [supervisors, relations].map((collection) => ({ collection, attribute: collection.attributes.find(({ references }) => references === 'User')! }))

/** A condition over r: both are there. */
const bothThere = (table: string): string | undefined => {
  const tie = ties.find(({ collection }) => collection.table === table)
  return tie && [tie.collection.parentColumn, tie.attribute.column].map((column) => `exists (select from users p where p.user_id = r.${column})`).join(' and ')
}

/** An entry of somebody who stayed, or is back already, that names somebody who comes back. */
export interface Regained {
  owner: string
  collection: Collection
  attribute: Attribute
  entry: string
  target: string
}

/** What others get back with some people. */
export function regainedWith(people: readonly KeptRows[]): Regained[] {
  const coming = new Set(people.flatMap((kept) => keptOf(kept, 'users')).map(({ user_id: id }) => id))
  return ties.flatMap(({ collection, attribute }) => people.flatMap((kept) => keptOf(kept, collection.table)).flatMap((row): Regained[] => {
    const [owner, target] = [row[collection.parentColumn] as string, row[attribute.column] as string]
    return coming.has(target) && !coming.has(owner) ? [{ owner, collection, attribute, entry: row[collection.idColumn] as string, target }] : []
  }))
}

/**
 * Puts back many people who went together, without what their own records say about others (`tiePeople` does that once
 * all are back). Errors: those of `putBackRows`.
 */
export async function putBackPeople(tx: Transaction, people: readonly KeptRows[]): Promise<void> {
  for (const { table } of directoryCascades) {
    const rows = people.flatMap((kept) => keptOf(kept, table))
    if (rows.length === 0) continue
    if (table === 'users') await refuseTaken(tx, rows)
    await insertKept(tx, table, table === 'users' ? rows.map(bare) : rows, bothThere(table))
  }
}

/** Ties people who are back to those they named, as far as those are there: nobody acts for them in the days of a delegate who is gone. */
export async function tiePeople(tx: Transaction, people: readonly KeptRows[]): Promise<void> {
  const rows = people.flatMap((kept) => keptOf(kept, 'users'))
  for (const [column, along] of Object.entries(personColumns)) {
    const named = rows.filter((row) => [column, ...along].some((one) => row[one] !== null && row[one] !== undefined))
    if (named.length === 0) continue
    const set = [`${column} = o.user_id`, ...along.map((one) => `${one} = v.${one}`)]
    await tx.execute(
      `update users u set ${set.join(', ')} from jsonb_populate_recordset(null::users, $1) v left join users o on o.user_id = v.${column}
       where u.user_id = v.user_id and (v.${column} is null or o.user_id is not null)`, [JSON.stringify(named)])
  }
}

/** Puts other values into the kept rows of a table, wherever plans keep some; `change` gives back the very row where it has none. */
export async function rewriteKept(tx: Transaction, table: string, change: (row: Row) => Row): Promise<void> {
  if (!cascades.some((one) => one.table === table)) return
  const pages = tx.stream<{ planId: string; step: number; secret: Buffer }>(
    `select plan_id as "planId", step_no as step, secret from gatehouse.plan_step
     where secret is not null and plan_id in (select plan_id from gatehouse.plan where kind in ('merge', 'mass-delete')) and position(convert_to($1, 'UTF8') in secret) > 0`, [`"${table}"`], 100)
  for await (const steps of pages) {
    for (const { planId, step, secret } of steps) {
      const before = JSON.parse(secret.toString()) as KeptRows | { person: KeptRows | null }
      const kept = Array.isArray(before) ? before : (before.person ?? [])
      const changed = kept.map((one) => (one.table === table ? { ...one, rows: one.rows.map(change) } : one))
      const after = Array.isArray(before) ? changed : { ...before, person: before.person && changed }
      await tx.execute('update gatehouse.plan_step set secret = $3 where plan_id = $1 and step_no = $2', [planId, step, Buffer.from(JSON.stringify(after))])
    }
  }
}
