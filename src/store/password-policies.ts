/** SQL on policies for passwords and for signing in: POLICY with its values (POLICY_ATTRIBUTE) and whom it is for (POLICY_OBJECT_ASSOC). */
import { GatehouseError } from '../errors.ts'
import type { Document } from '../model/attribute.ts'
import { policyAttributes, policyKinds, type PolicyKind } from '../model/password-policy-records.ts'
import type { PolicyRow } from '../model/password-policy.ts'
import { readSettings, writeSettings, type SettingRow } from '../model/password-settings.ts'
import { holdersCte } from './access-walk.ts'
import type { Database, Row, Transaction } from './database.ts'
import { documentOfRow, type Listing } from './list-rows.ts'

type Reader = Pick<Database, 'query' | 'first'>

const settingsOf = (policy: string) => `coalesce((select json_agg(json_build_object('param', a.def_param_id, 'value1', a.value1, 'value2', a.value2, 'ruleText', a.rule_text, 'required', a.required))
  from policy_attribute a where a.policy_id = ${policy}.policy_id), '[]') as settings`

export function policyListing({ def, component }: PolicyKind): Listing {
  return {
    name: component, idColumn: 'policy_id', attributes: policyAttributes, collections: [], order: ['name'],
    table: `(select p.*, case p.status when 1 then 'Y' else 'N' end as active, ${settingsOf('p')},
      coalesce((select json_agg(json_build_object('level', b.association_level, 'id', b.association_value) order by b.association_level, b.association_value)
        from policy_object_assoc b where b.policy_id = p.policy_id), '[]') as applies_to
      from policy p where p.policy_def_id = '${def}')`,
  }
}

export function policyOfRow(kind: PolicyKind, row: Row): Document {
  const { rules, advisory } = readSettings(kind.settings, row.settings as SettingRow[])
  return { ...documentOfRow(policyListing(kind), row), rules, advisory, appliesTo: row.applies_to }
}

/** One policy with its version, or `not_found`; locked until the transaction ends when asked for. */
export async function readPolicy(db: Reader, kind: PolicyKind, id: string, lock = false): Promise<{ document: Document; version: number }> {
  if (lock) await db.query('select from policy where policy_id = $1 and policy_def_id = $2 for update', [id, kind.def])
  const row = await db.first(`select t.* from ${policyListing(kind).table} t where t.policy_id = $1`, [id])
  if (!row) throw new GatehouseError('not_found', `There is no ${kind.label} with the id ${id}.`)
  return { document: policyOfRow(kind, row), version: row.version as number }
}

export interface Stamp {
  at: Date
  by: string | null
}

/** Writes a policy with its values and whom it is for, new or changed. Errors: `already_exists` for a taken name. */
export async function writePolicy(tx: Transaction, kind: PolicyKind, document: Document, isNew: boolean, { at, by }: Stamp): Promise<void> {
  const { id, name, description = null, active, priority } = document
  const values = [id, name, description, active === false ? 0 : 1, priority ?? 0, at, by]
  await tx.execute(isNew
    ? `insert into policy (policy_id, policy_def_id, name, description, status, priority, create_date, created_by, last_update, last_updated_by) values ($1, '${kind.def}', $2, $3, $4, $5, $6, $7, $6, $7)`
    : 'update policy set name = $2, description = $3, status = $4, priority = $5, last_update = $6, last_updated_by = $7, version = version + 1 where policy_id = $1', values)
  await tx.execute('delete from policy_attribute where policy_id = $1', [id])
  const rows = writeSettings(kind.settings, document.rules as Document, document.advisory as string[])
  await tx.execute(
    `insert into policy_attribute (policy_attr_id, policy_id, def_param_id, value1, value2, rule_text, required)
     select md5($1 || ' ' || s.param), $1, s.param, s.value1, s.value2, s."ruleText", s.required
     from json_to_recordset($2) s(param text, value1 text, value2 text, "ruleText" text, required char(1))`, [id, JSON.stringify(rows)])
  await tx.execute('delete from policy_object_assoc where policy_id = $1', [id])
  await tx.execute(
    `insert into policy_object_assoc (policy_object_id, policy_id, association_level, association_value)
     select md5($1 || ' ' || b.level || ' ' || b.id), $1, b.level, b.id from json_to_recordset($2) b(level text, id text)`, [id, JSON.stringify(document.appliesTo)])
}

/** Removes a policy. Errors: `still_referenced` while an organisation, group or role names it. */
export async function deletePolicy(tx: Transaction, id: string): Promise<void> {
  await tx.execute('delete from policy where policy_id = $1', [id])
}

const targets: Record<string, string> = {
  MANAGED_SYSTEM: 'select managed_sys_id from managed_sys', USER_TYPE: `select type_id from metadata_type where "grouping" = 'USER_OBJECT_TYPE'`,
  ORGANIZATION: 'select company_id from company', GROUP: 'select grp_id from grp', ROLE: 'select role_id from role', GLOBAL: `select 'GLOBAL'`,
}

/** Places in the list of what a policy is for that name nothing. */
export async function danglingTargets(db: Reader, appliesTo: readonly { level: string; id: string }[]): Promise<number[]> {
  const found: number[] = []
  for (const [level, known] of Object.entries(targets)) {
    const asked = appliesTo.flatMap((one, place) => (one.level === level ? [{ place, id: one.id }] : []))
    if (asked.length === 0) continue
    const rows = await db.query<{ id: string }>(`select t.id from unnest($1::text[]) t(id) where t.id in (${known})`, [asked.map(({ id }) => id)])
    const there = new Set(rows.map(({ id }) => id))
    found.push(...asked.filter(({ id }) => !there.has(id)).map(({ place }) => place))
  }
  return found
}

const levelOf = `case left(w.node, 1) when 'o' then 'ORGANIZATION' when 'g' then 'GROUP' when 'r' then 'ROLE' end`
const own = (letter: string, table: string, column: string, level: string) =>
  `union all select c.policy_id, '${level}' from walk w join ${table} c on c.${column} = substr(w.node, 2) where left(w.node, 1) = '${letter}' and c.policy_id is not null`

const forAll = (user: string) => `select a.policy_id, a.association_level from policy_object_assoc a left join users u on u.user_id = ${user}
      where a.association_level = 'GLOBAL' or (a.association_level = 'MANAGED_SYSTEM' and a.association_value = '0')
        or (a.association_level = 'USER_TYPE' and a.association_value in (u.type_id, u.sub_type_id))`

/** Of `bound`, the policy of each kind that counts. */
const counting = `select distinct on (p.policy_def_id) p.policy_def_id as def, p.policy_id as id, p.name, ${settingsOf('p')}
  from bound b join policy p using (policy_id) where p.status = 1 and p.policy_def_id in ('${policyKinds.password.def}', '${policyKinds.signIn.def}')
  order by p.policy_def_id, p.priority desc, array_position(array['MANAGED_SYSTEM', 'USER_TYPE', 'ORGANIZATION', 'GROUP', 'ROLE', 'GLOBAL'], b.level::text), p.policy_id`

/**
 * The policies that count for a person ($1) at a moment ($2): of those in force that are bound to everyone, to this system, to
 * their type, or to an organisation, group or role they have now (directly or by another), the one of the highest priority;
 * of several, the one that is bound the closest, as OpenIAM 3.3 orders them.
 */
const policiesOfPerson = `with recursive ${holdersCte('$1', '$2::timestamptz', false)},
  bound(policy_id, level) as (
    ${forAll('$1')}
    union all select a.policy_id, a.association_level from walk w join policy_object_assoc a on a.association_value = substr(w.node, 2) and a.association_level = ${levelOf}
    ${own('o', 'company', 'company_id', 'ORGANIZATION')} ${own('g', 'grp', 'grp_id', 'GROUP')} ${own('r', 'role', 'role_id', 'ROLE')})
  ${counting}`

/** The same where nothing hangs on what somebody has, and whether something does. Every sign-in asks: the walk is long, and mostly for nothing. */
export const policiesForAll = (user: string) => `with bound(policy_id, level) as (${forAll(user)})
  select coalesce((select json_agg(c) from (${counting}) c), '[]') as found,
    exists (select from policy_object_assoc where association_level in ('ORGANIZATION', 'GROUP', 'ROLE'))
      or ${['company', 'grp', 'role'].map((table) => `exists (select from ${table} where policy_id is not null)`).join(' or ')} as "hangsOnAccess"`

type FoundPolicy = PolicyRow & { def: string }

/** What `policiesForAll` answers. */
export interface PoliciesForAll {
  found: FoundPolicy[]
  hangsOnAccess: boolean
}

/** Their policy for passwords and the one for signing in. */
export async function findPolicies(db: Pick<Reader, 'query'>, userId: string, at?: Date): Promise<{ password?: PolicyRow; signIn?: PolicyRow }> {
  const [forEverybody] = await db.query<PoliciesForAll>(policiesForAll('$1'), [userId], 'policies_for_all')
  return policiesAmong(db, userId, forEverybody!, at)
}

/** The same when it is known already what counts for everybody. */
export async function policiesAmong(db: Pick<Reader, 'query'>, userId: string, { found, hangsOnAccess }: PoliciesForAll, at?: Date): Promise<{ password?: PolicyRow; signIn?: PolicyRow }> {
  const rows = hangsOnAccess ? await db.query<FoundPolicy>(policiesOfPerson, [userId, at ?? null], 'policies_of_person') : found
  const of = ({ def }: PolicyKind) => rows.find((row) => row.def === def)
  return { password: of(policyKinds.password), signIn: of(policyKinds.signIn) }
}

/** One policy as it stands, whether in force or not. */
export async function findPolicy(db: Pick<Reader, 'first'>, { def }: PolicyKind, id: string): Promise<PolicyRow | undefined> {
  return db.first<PolicyRow>(`select p.policy_id as id, p.name, ${settingsOf('p')} from policy p where p.policy_id = $1 and p.policy_def_id = $2`, [id, def])
}
