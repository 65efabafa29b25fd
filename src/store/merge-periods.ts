/** SQL of memberships when two people become one person: nothing that either had at an instant is lost, and undone it is as it was. */
import { edgeKind, memberships, type EdgeKind } from '../model/access-edges.ts'
import { GatehouseError } from '../errors.ts'
import { mergePeriods, type MergePeriod } from '../model/merge-periods.ts'
import { endName } from './access-edges.ts'
import type { Database, Row, Transaction } from './database.ts'
import { insertKept } from './kept-rows.ts'

type Reader = Pick<Database, 'query'>

interface Held extends MergePeriod {
  owner: string
  target: string
  name: string | null
}

/** One thing that the duplicate has: the rows of both, and what becomes of them. */
interface Pair {
  target: string
  name: string | null
  own: Held[]
  others: Held[]
  pieces: MergePeriod[]
  covered: string[]
}

/** As text of one width, to the microsecond: what is cut must meet exactly. */
const instant = (column: string) => `case when isfinite(${column}) then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end`

async function heldRows(db: Reader, kind: EdgeKind, where: string, params: unknown[]): Promise<Held[]> {
  const { table, idColumn, name } = endName(kind.target)
  const rows = await db.query<Held>(
    `select m.membership_id as id, m.user_id as owner, m.${kind.targetColumn} as target, ${name} as name, ${instant('m.start_date')} as start, ${instant('m.end_date')} as "end",
       coalesce((select json_agg(r.access_right_id) from ${kind.rightsTable} r where r.membership_id = m.membership_id), '[]') as rights
     from ${kind.table} m join ${table} t on t.${idColumn} = m.${kind.targetColumn} where ${where} order by m.${kind.targetColumn}, m.start_date nulls first, m.membership_id`, params)
  return rows.map((row) => ({ ...row, rights: row.rights.toSorted() }))
}

async function pairsOf(db: Reader, kind: EdgeKind, survivor: string, duplicate: string): Promise<Pair[]> {
  const rows = await heldRows(db, kind, `m.user_id = $2 or (m.user_id = $1 and m.${kind.targetColumn} in (select d.${kind.targetColumn} from ${kind.table} d where d.user_id = $2))`, [survivor, duplicate])
  return [...Map.groupBy(rows, ({ target }) => target)].map(([target, both]) => {
    const [own, others] = [survivor, duplicate].map((owner) => both.filter((one) => one.owner === owner))
    return { target, name: both[0]!.name, own: own!, others: others!, ...mergePeriods(own!, others!) }
  })
}

/** For people: to the millisecond where that is all, and without what is open. */
const shown = ({ start, end, rights }: MergePeriod) => {
  const short = (at: string) => at.replace(/000Z$/, 'Z')
  return { ...(start === null ? {} : { start: short(start) }), ...(end === null ? {} : { end: short(end) }), ...(rights.length === 0 ? {} : { rights }) }
}
type Shown = ReturnType<typeof shown>

export interface PlannedPeriods {
  table: string
  column: string
  moves: number
  stays: number
  /** What the survivor gets; `before` where only a part of it is missing to them. */
  moving?: object[]
  /** What the survivor has in any case, by their own periods. */
  staying?: object[]
  /** The survivor's own periods that get rights which only the duplicate had then. */
  changing?: object[]
}

const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)

/** What a merge would do to memberships of every kind. */
export async function plannedPeriods(db: Reader, survivor: string, duplicate: string): Promise<PlannedPeriods[]> {
  const planned: PlannedPeriods[] = []
  for (const kind of memberships) {
    const [moving, staying, changing]: [object[], object[], object[]] = [[], [], []]
    const pairs = await pairsOf(db, kind, survivor, duplicate)
    for (const { target, name, own, others, pieces, covered } of pairs) {
      const [what, of] = [{ target, ...(name === null ? {} : { name }) }, (id: string) => pieces.filter((piece) => piece.id === id).map(shown)]
      const cut = (before: Shown, after: Shown) => (same(before, after) ? {} : { before })
      for (const row of others) moving.push(...of(row.id).map((piece) => ({ ...what, ...piece, ...cut(shown(row), piece) })))
      staying.push(...others.filter(({ id }) => covered.includes(id)).map((row) => ({ ...what, ...shown(row) })))
      changing.push(...own.filter((row) => !same([shown(row)], of(row.id))).map((row) => ({ ...what, before: shown(row), after: of(row.id) })))
    }
    if (pairs.length === 0) continue
    const stays = staying.length
    planned.push({
      table: kind.table, column: kind.sourceColumn, moves: pairs.flatMap(({ others }) => others).length - stays, stays,
      ...(moving.length > 0 ? { moving } : {}), ...(stays > 0 ? { staying } : {}), ...(changing.length > 0 ? { changing } : {}),
    })
  }
  return planned
}

interface Stored extends MergePeriod {
  owner: string
}

/** What became of the rows of one thing that both had at once. */
export interface DividedPeriods {
  kind: string
  target: string
  before: Stored[]
  after: Stored[]
}

const stored = ({ id, owner, start, end, rights }: Stored): Stored => ({ id, owner, start, end, rights })

/** Gives the survivor what they lack; the ids of rows that moved as they are, by table, and what else became of which. */
export async function movePeriods(tx: Transaction, newId: () => string, survivor: string, duplicate: string): Promise<{ moved: { kind: EdgeKind; ids: string[] }[]; divided: DividedPeriods[] }> {
  const moved: { kind: EdgeKind; ids: string[] }[] = []
  const divided: DividedPeriods[] = []
  for (const kind of memberships) {
    const whole: Held[] = []
    const parts: DividedPeriods[] = []
    for (const { target, own, others, pieces } of await pairsOf(tx, kind, survivor, duplicate)) {
      const before = [...own, ...others].map(stored)
      const seen = new Set<string>()
      const after = pieces.map((piece) => ({ ...piece, owner: survivor, from: piece.id, id: seen.has(piece.id) ? newId() : (seen.add(piece.id), piece.id) }))
      if (before.every((row) => after.some((one) => one.id === row.id && same(shown(one), shown(row)))) && after.length === before.length) whole.push(...others)
      else parts.push({ kind: kind.kind, target, before, after })
    }
    await judgedAtTheEnd(tx, () => writePieces(tx, kind, survivor, whole, parts))
    if (whole.length > 0) moved.push({ kind, ids: whole.map(({ id }) => id) })
    divided.push(...parts.map(({ after, ...rest }) => ({ ...rest, after: after.map(stored) })))
  }
  return { moved, divided }
}

/** One statement for what is cut and what moves, so that nothing overlaps at its end; then the further pieces, and rights. */
async function writePieces(tx: Transaction, kind: EdgeKind, survivor: string, whole: readonly Held[], parts: readonly DividedPeriods[]): Promise<void> {
  const changed = parts.flatMap(({ before, after }) => after.flatMap((piece) => before.filter((row) => row.id === piece.id && !same(stored(row), stored(piece))).map((row) => ({ row, piece }))))
  await setPeriods(tx, kind, [...whole.map((row) => ({ ...row, owner: survivor })), ...changed.map(({ piece }) => piece)])
  const further = parts.flatMap(({ before, after }) => after.filter((piece) => !before.some(({ id }) => id === piece.id))) as (Stored & { from: string })[]
  const rows = new Map((await tx.query<{ row: Row }>(`select to_jsonb(m) as row from ${kind.table} m where membership_id = any($1)`, [further.map(({ from }) => from)])).map(({ row }) => [row.membership_id, row]))
  await insertKept(tx, kind.table, further.map(({ id, from, start, end }) => ({ ...rows.get(from), membership_id: id, user_id: survivor, start_date: start, end_date: end, edge_id: null })))
  await insertKept(tx, kind.rightsTable, [
    ...changed.flatMap(({ row, piece }) => piece.rights.filter((right) => !row.rights.includes(right)).map((right) => ({ membership_id: row.id, access_right_id: right }))),
    ...further.flatMap(({ id, rights }) => rights.map((right) => ({ membership_id: id, access_right_id: right }))),
  ])
}

async function setPeriods(tx: Transaction, { table }: EdgeKind, rows: readonly Stored[]): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(
    `update ${table} m set user_id = v.owner, start_date = v.start, end_date = v."end" from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) v(id, owner, start, "end")
     where m.membership_id = v.id`, [rows.map(({ id }) => id), rows.map(({ owner }) => owner), rows.map(({ start }) => start), rows.map(({ end }) => end)])
}

/** That somebody is left who may administer everything is looked at once the pieces are all there. */
async function judgedAtTheEnd(tx: Transaction, write: () => Promise<void>): Promise<void> {
  await tx.execute('set constraints user_role_keeps_super_admin deferred')
  await write()
  await tx.execute('set constraints user_role_keeps_super_admin immediate')
}

/** Errors: `conflict` when the survivor's periods of what both had are no longer those that the merge made, or what both had is gone. */
export async function refuseChangedPeriods(tx: Transaction, survivor: string, divided: readonly DividedPeriods[]): Promise<void> {
  const print = (rows: readonly Stored[]) => rows.map((row) => JSON.stringify(stored(row))).sort().join()
  for (const { kind: letters, target, after } of divided) {
    const kind = edgeKind(letters)
    const now = await heldRows(tx, kind, `m.user_id = $1 and m.${kind.targetColumn} = $2`, [survivor, target])
    if (print(now) === print(after)) continue
    throw new GatehouseError('conflict', `Both had ${endName(kind.target).table} ${target}, and what the survivor has of it has changed since the merge: undone, it would come back. Make a new record and give it what is its own by hand.`)
  }
}

/** The other way round, once the duplicate is back with what had stayed with them. */
export async function takeBackPeriods(tx: Transaction, divided: readonly DividedPeriods[]): Promise<void> {
  for (const { kind: letters, before, after } of divided) {
    const kind = edgeKind(letters)
    await judgedAtTheEnd(tx, async () => {
      await tx.execute(`delete from ${kind.table} where membership_id = any($1)`, [after.map(({ id }) => id).filter((id) => !before.some((row) => row.id === id))])
      const given = before.flatMap((row) => after.filter(({ id }) => id === row.id).flatMap(({ id, rights }) => rights.filter((right) => !row.rights.includes(right)).map((right) => ({ id, right }))))
      await tx.execute(`delete from ${kind.rightsTable} r using unnest($1::text[], $2::text[]) v(id, access_right) where r.membership_id = v.id and r.access_right_id = v.access_right`, [given.map(({ id }) => id), given.map(({ right }) => right)])
      await setPeriods(tx, kind, before.filter((row) => !after.some((one) => same(stored(one), stored(row)))))
    })
  }
}
