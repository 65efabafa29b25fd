/** SQL of merging two people: which rows point at a person, moving them, and keeping what is removed so that it can come back. */
import { oktaSystemId } from '../model/link-statuses.ts'
import { GatehouseError } from '../errors.ts'
import { personCounts } from './access-walk.ts'
import type { Database, Transaction } from './database.ts'
import type { KeptRows } from './kept-rows.ts'
import { anotherAccount, mergedAccounts, recountLinked } from './merge-portals.ts'
import { movePeriods, plannedPeriods, takeBackPeriods, type DividedPeriods, type PlannedPeriods } from './merge-periods.ts'

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
  /** Where the column holds no person but their number there. */
  of?: 'efs.panelists' | 'efs.users'
  /** Names and values by which the plan shows a row. Of other people it is the id: their names would outlive them there. */
  shown?: string
}

/**
 * Everything that says "this person" and outlives a merge, besides memberships (merge-periods.ts). What is not here
 * (contacts, attributes) merges as fields do.
 */
const links: readonly Link[] = [
  { table: 'org_structure', column: 'staff_id', key: 'org_structure_id', unless: `o.supervisor_id = t.supervisor_id or (o.is_primary_super = 'Y' and t.is_primary_super = 'Y')`, never: 't.supervisor_id = $1', shown: `'user', t.supervisor_id` },
  { table: 'org_structure', column: 'supervisor_id', key: 'org_structure_id', owner: 'staff_id', unless: 'o.staff_id = t.staff_id', never: 't.staff_id = $1', shown: `'user', t.staff_id` },
  { table: 'user_to_user_membership', column: 'primary_user_id', key: 'membership_id', unless: 'o.related_user_id = t.related_user_id and o.type_id is not distinct from t.type_id', never: 't.related_user_id = $1', shown: `'user', t.related_user_id, 'type', t.type_id` },
  { table: 'user_to_user_membership', column: 'related_user_id', key: 'membership_id', owner: 'primary_user_id', unless: 'o.primary_user_id = t.primary_user_id and o.type_id is not distinct from t.type_id', never: 't.primary_user_id = $1', shown: `'user', t.primary_user_id, 'type', t.type_id` },
  { table: 'login', column: 'user_id', key: 'login_id', never: `t.managed_sys_id = '0'`, shown: `'login', t.login, 'managedSystem', t.managed_sys_id` },
  { table: 'user_note', column: 'user_id', key: 'user_note_id' },
  { table: 'user_key', column: 'user_id', key: 'user_key_id', unless: 'o.name = t.name', shown: `'name', t.name, 'type', t.key_type` },
  { table: 'user_it_policy_history', column: 'user_id', key: 'id' },
  { table: 'users', column: 'alternate_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1', shown: `'user', t.user_id` },
  { table: 'users', column: 'cert_delegate_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1', shown: `'user', t.user_id` },
  { table: 'users', column: 'user_owner_id', key: 'user_id', owner: 'user_id', never: 't.user_id = $1', shown: `'user', t.user_id` },
  { table: 'company', column: 'certifier_id', key: 'company_id', shown: `'target', t.company_id, 'name', t.company_name` },
  // With the number itself where the survivor has none; so these stand before it.
  { table: 'efs.portal_panelist', column: 'user_id', key: 'portal_id', of: 'efs.panelists', unless: 'o.portal_id = t.portal_id', shown: `'portal', t.portal_id, 'name', (select p.name from efs.portal p where p.portal_id = t.portal_id)` },
  { table: 'efs.iam_portal_user_reference', column: 'user_id', key: 'id', of: 'efs.panelists', unless: 'o.portal_id = t.portal_id', shown: `'portal', t.portal_id, 'account', t.uuid` },
  { table: 'efs.iam_user_reference', column: 'user_id', key: 'id', of: 'efs.users', unless: 'true', shown: `'account', t.uuid` },
  { table: 'efs.users', column: 'person_id', key: 'uid', unless: 'true', shown: `'uid', t.uid` },
  { table: 'efs.panelists', column: 'person_id', key: 'uid', unless: 'true', shown: `'uid', t.uid` },
]

/** The survivor's where they restrict what moves along with them; otherwise what the duplicate may administer goes with the duplicate. */
const restrictions: Link = { table: 'gatehouse.delegation', column: 'user_id', key: 'delegation_id' }

const accountLinks = ['efs.iam_portal_user_reference', 'efs.iam_user_reference']

/** API keys end: nobody made them for the survivor's rights. Nor does what could not be used come alive. */
const endingKeys = (at: string) => `t.key_hash is not null or not (select ${personCounts(`'${at}'::timestamptz`, false)} from users u where u.user_id = t.user_id)`

/** When, and whether the duplicate's delegations move along. */
export interface MergeMoment {
  now: Date
  restricting: boolean
}

/** Links to accounts stay behind where the survivor has another account, and the login of an account that is given up stays with it. */
async function linksFor(db: Pick<Database, 'query'>, survivor: string, duplicate: string, { now, restricting }: MergeMoment): Promise<readonly Link[]> {
  const { own, closes } = await mergedAccounts(db, survivor, duplicate)
  const some = restricting ? [restrictions, ...links] : links
  return some.map((link) => {
    if (link.table === 'user_key') return { ...link, never: endingKeys(now.toISOString()) }
    if (own.length > 0 && accountLinks.includes(link.table)) return { ...link, never: anotherAccount(asHeld(link, '$1')) }
    return closes && link.table === 'login' ? { ...link, never: `t.managed_sys_id in ('0', '${oktaSystemId}')` } : link
  })
}

/** A person, or their number, as the column of a link has it. */
const asHeld = ({ of }: Pick<Link, 'of'>, person: string) => (of === undefined ? person : `(select n.uid from ${of} n where n.person_id = ${person})`)

/** The names of the clients whose service account this person is. */
export async function clientsOf(db: Pick<Database, 'query'>, userId: string): Promise<string[]> {
  return (await db.query<{ name: string }>('select name from gatehouse.oidc_client where user_id = $1 order by name', [userId])).map(({ name }) => name)
}

export interface Moved {
  table: string
  column: string
  key: string
  ids: (string | number)[]
  of?: Link['of']
}

function movable(link: Link): string {
  const { table, column, unless, never } = link
  const conditions = [
    ...(never === undefined ? [] : [`(${never}) is not true`]),
    ...(unless === undefined ? [] : [`not exists (select from ${table} o where o.${column} = ${asHeld(link, '$1')} and (${unless}))`]),
  ]
  return conditions.join(' and ') || 'true'
}

export interface PlannedLinks {
  table: string
  column: string
  moves: number
  stays: number
  /** Which, where it can be said. */
  moving?: object[]
  staying?: object[]
}

/** Which rows would move, and which would stay behind because the survivor has the like. */
export async function plannedMoves(db: Pick<Database, 'query'>, survivor: string, duplicate: string, moment: MergeMoment): Promise<(PlannedLinks | PlannedPeriods)[]> {
  const found: (PlannedLinks | PlannedPeriods)[] = await plannedPeriods(db, survivor, duplicate)
  for (const link of await linksFor(db, survivor, duplicate, moment)) {
    const listed = link.shown === undefined ? 'null::jsonb' : `jsonb_agg(jsonb_strip_nulls(jsonb_build_object(${link.shown})) order by t.${link.key})`
    const [row] = await db.query<{ moves: number; stays: number; moving: object[] | null; staying: object[] | null }>(
      `select count(*) filter (where m.movable)::int as moves, count(*) filter (where not m.movable)::int as stays,
         ${listed === 'null::jsonb' ? listed : `${listed} filter (where m.movable)`} as moving, ${listed === 'null::jsonb' ? listed : `${listed} filter (where not m.movable)`} as staying
       from ${link.table} t cross join lateral (select (${movable(link)}) is true as movable) m where t.${link.column} = ${asHeld(link, '$2')} and $1::text is not null`, [survivor, duplicate])
    const { moves, stays, moving, staying } = row!
    if (moves + stays > 0) found.push({ table: link.table, column: link.column, moves, stays, ...(moving ? { moving } : {}), ...(staying ? { staying } : {}) })
  }
  return found
}

/** What a merge did to rows that point at the duplicate. */
export interface MovedLinks {
  moved: Moved[]
  divided: DividedPeriods[]
  /** The portals of a panelist's number that moved. */
  places?: number[]
}

/** Points rows of the duplicate at the survivor, where the survivor does not have the like. */
export async function moveLinks(tx: Transaction, newId: () => string, survivor: string, duplicate: string, moment: MergeMoment): Promise<MovedLinks> {
  const periods = await movePeriods(tx, newId, survivor, duplicate)
  const moved: Moved[] = periods.moved.map(({ kind, ids }) => ({ table: kind.table, column: kind.sourceColumn, key: 'membership_id', ids }))
  for (const link of await linksFor(tx, survivor, duplicate, moment)) {
    const { table, column, key, of } = link
    const there = of ? ` and ${asHeld(link, '$1')} is not null` : ''
    const rows = await tx.query<{ id: string | number }>(
      `update ${table} t set ${column} = ${asHeld(link, '$1')} where t.${column} = ${asHeld(link, '$2')}${there} and ${movable(link)} returning t.${key} as id`, [survivor, duplicate])
    if (rows.length === 0) continue
    const ids = rows.map((row) => row.id)
    moved.push({ table, column, key, ids, ...(of ? { of } : {}) })
    await countOn(tx, link, ids)
  }
  await recountLinked(tx, [survivor, duplicate])
  if (!moved.some(({ table }) => table === 'efs.panelists')) return { moved, divided: periods.divided }
  return { moved, divided: periods.divided, places: (await placesOf(tx, 'n.person_id = $1', [survivor])).map(({ portal }) => portal) }
}

/** Documents of others have changed with these rows. */
async function countOn(tx: Transaction, { table, key, owner }: Pick<Link, 'table' | 'key' | 'owner'>, ids: readonly (string | number)[]): Promise<void> {
  if (owner !== undefined) {
    await tx.execute(`update users set version = version + 1 where user_id in (select ${owner} from ${table} where ${key}::text = any($1))`, [ids.map(String)])
  } else if (table === 'company') await tx.execute('update company set version = version + 1 where company_id = any($1)', [ids])
}

/**
 * The other way round, for what still names the survivor: rows that are gone by now, or name somebody else, stay as they are.
 * Errors: `conflict` when the survivor is in further portals under a number that goes back.
 */
export async function takeBackLinks(tx: Transaction, survivor: string, duplicate: string, { moved, divided, places }: MovedLinks): Promise<void> {
  await refuseFurtherPlaces(tx, survivor, moved, places)
  await takeBackPeriods(tx, divided)
  for (const { table, column, key, ids, of } of moved) {
    const rows = await tx.query<{ id: string | number }>(
      `update ${table} set ${column} = ${asHeld({ of }, '$1')} where ${key}::text = any($2) and ${column} = ${asHeld({ of }, '$3')} returning ${key} as id`, [duplicate, ids.map(String), survivor])
    const owner = links.find((link) => link.table === table && link.column === column)?.owner
    await countOn(tx, { table, key, owner }, rows.map(({ id }) => id))
  }
  await recountLinked(tx, [survivor, duplicate])
}

/** Portals by the panelist numbers of people. */
const placesOf = (tx: Transaction, where: string, params: unknown[]) =>
  tx.query<{ portal: number; name: string }>(`select m.portal_id as portal, p.name from efs.portal_panelist m join efs.portal p on p.portal_id = m.portal_id join efs.panelists n on n.uid = m.user_id where ${where} order by 1`, params)

async function refuseFurtherPlaces(tx: Transaction, survivor: string, moved: readonly Moved[], places: readonly number[] | undefined): Promise<void> {
  const numbers = moved.find(({ table }) => table === 'efs.panelists')?.ids
  if (numbers === undefined || places === undefined) return
  const further = await placesOf(tx, 'n.uid = any($1) and n.person_id = $2 and m.portal_id <> all($3)', [numbers, survivor, places])
  if (further.length === 0) return
  throw new GatehouseError('conflict', `Since the merge the survivor was put into ${further.map(({ portal, name }) => `the portal ${portal} (${name})`).join(', ')}, under the number in EFS that goes back to the duplicate. Take them out there, undo the merge, and put them in again.`)
}

/** The last merge of somebody else into a survivor that was carried out after this one, and not undone; undefined where there is none. */
export async function laterMerge(tx: Transaction, planId: string, survivor: string): Promise<{ id: string; duplicate: string } | undefined> {
  return tx.first(
    `select p.plan_id as id, p.options->>'duplicate' as duplicate from gatehouse.plan p, gatehouse.plan this
     where this.plan_id = $1 and p.kind = 'merge' and p.status = 'applied' and p.options->>'survivor' = $2 and p.plan_id <> $1 and (p.applied_at, p.plan_id) > (this.applied_at, this.plan_id)
       and exists (select from gatehouse.plan_step s where s.plan_id = p.plan_id and s.status = 'done')
     order by p.applied_at desc, p.plan_id desc limit 1`, [planId, survivor])
}

/** Keeps them with the plan's step, in the column that no answer shows. */
export async function saveKept(tx: Transaction, planId: string, kept: KeptRows): Promise<void> {
  await tx.execute('update gatehouse.plan_step set secret = $2 where plan_id = $1 and step_no = 1', [planId, Buffer.from(JSON.stringify(kept))])
}

export async function readKept(tx: Transaction, planId: string): Promise<KeptRows> {
  const row = await tx.first<{ secret: Buffer }>('select secret from gatehouse.plan_step where plan_id = $1 and step_no = 1', [planId])
  return JSON.parse(row!.secret.toString()) as KeptRows
}
