/**
 * Values of others that a deletion emptied, and that come back with whom they named: kept with the step of a plan that can be undone.
 * Whoever names somebody else by then goes on to do so.
 */
import { user } from '../model/user.ts'
import { toIsoInstant, type Row, type Transaction } from './database.ts'
import { keptOf, personColumns, type KeptRows } from './kept-rows.ts'
import { alongOf, ownerNamed, raising, typed, type Cleared, type WrittenBy } from './referrers.ts'

/** What named somebody who goes. */
export interface KeptReference {
  /** The kind of the record: `User`. */
  kind: string
  id: string
  /** The attribute: `alternateId`. */
  path: string
  target: string
  /** What meant nothing without it, by path: instants. */
  along: Record<string, unknown>
}

/** Of what let go the values that were emptied: entries that went are kept with the rows of whom they name. */
export const emptiedOf = (cleared: readonly Cleared[]): KeptReference[] =>
  cleared.filter(({ referrer, entry }) => !referrer.cascades && entry === undefined).map(({ referrer: { owner, attribute }, id, target, along }) => ({ kind: owner.name, id, path: attribute.path, target, along }))

/** Keeps them with the steps of those whom they named, beside their rows. */
export async function keepReferences(tx: Transaction, planId: string, steps: ReadonlyMap<string, number>, references: readonly KeptReference[]): Promise<void> {
  const named = Map.groupBy(references.filter(({ target }) => steps.has(target)), ({ target }) => steps.get(target)!)
  if (named.size === 0) return
  await tx.execute(
    `update gatehouse.plan_step s set secret = convert_to((convert_from(s.secret, 'UTF8')::jsonb || jsonb_build_object('references', coalesce(convert_from(s.secret, 'UTF8')::jsonb->'references', '[]') || v.kept))::text, 'UTF8')
     from unnest($2::integer[], $3::jsonb[]) v(step, kept) where s.plan_id = $1 and s.step_no = v.step and s.secret is not null`,
    [planId, [...named.keys()], [...named.values()].map((some) => JSON.stringify(some))])
}

/** Keeps what people who are back named, with those whom they named and who are still to come. */
export async function keepOwed(tx: Transaction, planId: string, people: readonly KeptRows[]): Promise<void> {
  const rows = people.flatMap((kept) => keptOf(kept, 'users'))
  const back = new Set(rows.map(({ user_id: id }) => id))
  const owed = personColumns.flatMap((column) => rows.filter((row) => typeof row[column] === 'string' && !back.has(row[column])).map((row): KeptReference => {
    const { path } = user.attributes.find((one) => one.column === column)!
    const along = alongOf(ownerNamed('User'), path).flatMap((one) => (typeof row[one.column] === 'string' ? [[one.path, toIsoInstant(row[one.column] as string)]] : []))
    return { kind: 'User', id: row.user_id as string, path, target: row[column] as string, along: Object.fromEntries(along) }
  }))
  if (owed.length === 0) return
  const steps = await tx.query<{ id: string; step: number }>(
    `select target_id as id, step_no as step from gatehouse.plan_step where plan_id = $1 and action = 'delete' and secret is not null and target_id = any($2)`, [planId, owed.map(({ target }) => target)])
  await keepReferences(tx, planId, new Map(steps.map(({ id, step }) => [id, step])), owed)
}

/** What became of values that were to come back; those of records that are gone are in neither list. */
export interface GivenBack {
  back: KeptReference[]
  /** Others have changed these since: they stay. */
  changed: KeptReference[]
}

/** Gives emptied values back, a statement an attribute, where they are still empty; their records have a new version and were changed now. */
export async function giveBackReferences(tx: Transaction, references: readonly KeptReference[], by: WrittenBy): Promise<GivenBack> {
  const given: GivenBack = { back: [], changed: [] }
  for (const some of Map.groupBy(references, ({ kind, path }) => `${kind} ${path}`).values()) {
    const { back, changed } = await giveBackOne(tx, some, by)
    for (const one of back) given.back.push(one)
    for (const one of changed) given.changed.push(one)
  }
  return given
}

async function giveBackOne(tx: Transaction, references: readonly KeptReference[], by: WrittenBy): Promise<GivenBack> {
  const { kind, path } = references[0]!
  const owner = ownerNamed(kind)
  const { table, idColumn } = owner
  const column = owner.attributes.find((one) => one.path === path)!.column
  const along = alongOf(owner, path)
  const rows = await tx.query<Row & { id: string }>(
    `with given as (select * from unnest($1::text[], $4::text[]${along.map((_, place) => `, $${place + 5}::timestamptz[]`).join('')}) v(${['id', 'target', ...along.map((one) => one.column)].join(', ')})),
      held as (select o.${idColumn} as id from ${table} o where o.${idColumn} = any($1) and ${typed} order by 1 for no key update)
     update ${table} o set ${[`${column} = g.target`, ...along.map((one) => `${one.column} = g.${one.column}`), ...raising(owner, 'o')].join(', ')}
     from given g join held h on h.id = g.id where o.${idColumn} = g.id and o.${column} is null${along.map((one) => ` and (o.${one.column} is null or o.${one.column} = g.${one.column})`).join('')}
     returning o.${idColumn} as id`,
    [references.map(({ id }) => id), by.now, by.userId, references.map(({ target }) => target), ...along.map((one) => references.map((kept) => kept.along[one.path] ?? null))])
  const done = new Set(rows.map(({ id }) => id))
  const [back, others] = [references.filter(({ id }) => done.has(id)), references.filter(({ id }) => !done.has(id))]
  return { back, changed: others.length === 0 ? [] : await standingOtherwise(tx, { table, idColumn, column }, others) }
}

/** Those of some whose records are there and name somebody else, or nobody in another window. */
async function standingOtherwise(tx: Transaction, { table, idColumn, column }: { table: string; idColumn: string; column: string }, references: readonly KeptReference[]): Promise<KeptReference[]> {
  const rows = await tx.query<{ id: string; target: string | null }>(`select ${idColumn} as id, ${column} as target from ${table} where ${idColumn} = any($1)`, [references.map(({ id }) => id)])
  const now = new Map(rows.map(({ id, target }) => [id, target]))
  return references.filter(({ id, target }) => now.has(id) && now.get(id) !== target)
}
