/** SQL of merging two people: which rows point at a person, moving them, and keeping what is removed so that it can come back. */
import type { Database, Transaction } from './database.ts'
import type { KeptRows } from './kept-rows.ts'

interface Link {
  table: string
  column: string
  key: string
  /** A row like this one at the survivor stands against moving it; o is that other row, t the one to move. */
  unless?: string
  /** The row cannot be the survivor's, whatever they have: it would tie them to themselves, say. */
  never?: string
  /** The column of the person whose own document shows the row, where that is someone else: their version counts on. */
  owner?: string
}

const period = (other: string) =>
  `o.${other} = t.${other} and tstzrange(o.start_date, o.end_date, '[)') && tstzrange(t.start_date, t.end_date, '[)')`

/** Everything that says "this person" and outlives a merge. What is not here (contacts, attributes) merges as fields do. */
const links: readonly Link[] = [
  { table: 'user_affiliation', column: 'user_id', key: 'membership_id', unless: period('company_id') },
  { table: 'user_role', column: 'user_id', key: 'membership_id', unless: period('role_id') },
  { table: 'user_grp', column: 'user_id', key: 'membership_id', unless: period('grp_id') },
  { table: 'resource_user', column: 'user_id', key: 'membership_id', unless: period('resource_id') },
  { table: 'org_structure', column: 'staff_id', key: 'org_structure_id', unless: `o.supervisor_id = t.supervisor_id or (o.is_primary_super = 'Y' and t.is_primary_super = 'Y')`, never: 't.supervisor_id = $1' },
  { table: 'org_structure', column: 'supervisor_id', key: 'org_structure_id', owner: 'staff_id', unless: 'o.staff_id = t.staff_id', never: 't.staff_id = $1' },
  { table: 'user_to_user_membership', column: 'primary_user_id', key: 'membership_id', unless: 'o.related_user_id = t.related_user_id and o.type_id is not distinct from t.type_id', never: 't.related_user_id = $1' },
  { table: 'user_to_user_membership', column: 'related_user_id', key: 'membership_id', owner: 'primary_user_id', unless: 'o.primary_user_id = t.primary_user_id and o.type_id is not distinct from t.type_id', never: 't.primary_user_id = $1' },
  { table: 'login', column: 'user_id', key: 'login_id', never: `t.managed_sys_id = '0'` },
  { table: 'user_note', column: 'user_id', key: 'user_note_id' },
  { table: 'user_key', column: 'user_id', key: 'user_key_id', unless: 'o.name = t.name' },
  { table: 'gatehouse.oidc_client', column: 'user_id', key: 'client_id' },
  { table: 'user_it_policy_history', column: 'user_id', key: 'id' },
  { table: 'users', column: 'alternate_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1' },
  { table: 'users', column: 'cert_delegate_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1' },
  { table: 'users', column: 'user_owner_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1' },
  { table: 'company', column: 'certifier_id', key: 'company_id' },
  { table: 'efs.users', column: 'person_id', key: 'uid', unless: 'true' },
  { table: 'efs.panelists', column: 'person_id', key: 'uid', unless: 'true' },
]

/** The survivor's where they restrict what moves along with them; otherwise what the duplicate may administer goes with the duplicate. */
const restrictions: Link = { table: 'gatehouse.delegation', column: 'user_id', key: 'delegation_id' }
const linksWith = (restricting: boolean): readonly Link[] => (restricting ? [restrictions, ...links] : links)

/** Whether a program may act as this person by what would move: API keys, and clients whose service account they are. */
export async function actsByKeys(db: Pick<Database, 'query'>, userId: string): Promise<boolean> {
  const [row] = await db.query<{ acts: boolean }>(
    `select exists (select from user_key where user_id = $1 and key_hash is not null) or exists (select from gatehouse.oidc_client where user_id = $1) as acts`, [userId])
  return row!.acts
}

export interface Moved {
  table: string
  column: string
  key: string
  ids: (string | number)[]
}

function movable({ table, column, unless, never }: Link): string {
  const conditions = [
    ...(never === undefined ? [] : [`(${never}) is not true`]),
    ...(unless === undefined ? [] : [`not exists (select from ${table} o where o.${column} = $1 and (${unless}))`]),
  ]
  return conditions.join(' and ') || 'true'
}

/** How many rows would move, and how many would stay behind because the survivor has the like. */
export async function plannedMoves(db: Pick<Database, 'query'>, survivor: string, duplicate: string, restricting: boolean): Promise<{ table: string; column: string; moves: number; stays: number }[]> {
  const found = []
  for (const link of linksWith(restricting)) {
    const [row] = await db.query<{ moves: number; stays: number }>(
      `select count(*) filter (where ${movable(link)})::int as moves, count(*) filter (where (${movable(link)}) is not true)::int as stays
       from ${link.table} t where t.${link.column} = $2 and $1::text is not null`, [survivor, duplicate])
    if (row!.moves + row!.stays > 0) found.push({ table: link.table, column: link.column, ...row! })
  }
  return found
}

/** Points rows of the duplicate at the survivor, where the survivor does not have the like. */
export async function moveLinks(tx: Transaction, survivor: string, duplicate: string, restricting: boolean): Promise<Moved[]> {
  const moved: Moved[] = []
  for (const link of linksWith(restricting)) {
    const rows = await tx.query<{ id: string | number }>(
      `update ${link.table} t set ${link.column} = $1 where t.${link.column} = $2 and ${movable(link)} returning t.${link.key} as id`, [survivor, duplicate])
    if (rows.length === 0) continue
    const { table, column, key } = link
    const ids = rows.map((row) => row.id)
    moved.push({ table, column, key, ids })
    await countOn(tx, link, ids)
  }
  return moved
}

/** Documents of others have changed with these rows. */
async function countOn(tx: Transaction, { table, key, owner }: Pick<Link, 'table' | 'key' | 'owner'>, ids: readonly (string | number)[]): Promise<void> {
  if (owner !== undefined) {
    await tx.execute(`update users set version = version + 1 where user_id in (select ${owner} from ${table} where ${key}::text = any($1))`, [ids.map(String)])
  } else if (table === 'company') await tx.execute('update company set version = version + 1 where company_id = any($1)', [ids])
}

/** The other way round. Rows that are gone by now stay gone. */
export async function takeBackLinks(tx: Transaction, duplicate: string, moved: readonly Moved[]): Promise<void> {
  for (const { table, column, key, ids } of moved) {
    await tx.execute(`update ${table} set ${column} = $1 where ${key}::text = any($2)`, [duplicate, ids.map(String)])
    const owner = links.find((link) => link.table === table && link.column === column)?.owner
    await countOn(tx, { table, key, owner }, ids)
  }
}

/** Keeps them with the plan's step, in the column that no answer shows. */
export async function saveKept(tx: Transaction, planId: string, kept: KeptRows): Promise<void> {
  await tx.execute('update gatehouse.plan_step set secret = $2 where plan_id = $1 and step_no = 1', [planId, Buffer.from(JSON.stringify(kept))])
}

export async function readKept(tx: Transaction, planId: string): Promise<KeptRows> {
  const row = await tx.first<{ secret: Buffer }>('select secret from gatehouse.plan_step where plan_id = $1 and step_no = 1', [planId])
  return JSON.parse(row!.secret.toString()) as KeptRows
}
