/** What planning `gatehouse efs adopt` carries from table to table, and the steps that rows become. */
import type { EfsSource, SourceTable } from '../connectors/efs/source.ts'
import type { SourceRow, ValueNote } from '../connectors/efs/source-values.ts'
import { GatehouseError } from '../errors.ts'
import { Checksum, judgeRow, rowDigest, type AdoptedRow, type AdoptedTable } from '../model/adopted-rows.ts'
import { redact } from '../model/redact.ts'
import { cutText } from '../model/text.ts'
import type { Kept, StandingRow } from '../store/adopted-rows.ts'
import type { EfsMapping } from './efs-mapping.ts'
import { storePlanned, type NewStep, type Planned, type Planning } from './planning.ts'

/** Of one table of EFS: how many rows it has, and those that stand here once the plan is applied. */
export interface Tally {
  rows: number
  taken: Checksum
}

export interface Adoption {
  planning: Planning
  source: EfsSource
  mapping: EfsMapping
  tallies: Map<string, Tally>
  /** Administrators that the plan takes over, by their person. */
  administrators: Map<string, number>
  /** Administrators who were found to be a panelist too. */
  matched: Set<string>
  /** The portals there are or will be. */
  portals: Set<number>
  /** Tables that see no snapshot: what is written while they are read may come along by half. */
  loose: Set<string>
  progress?: (rows: number) => void
  read: number
}

export function tallyOf(adoption: Adoption, name: string): Tally {
  const known = adoption.tallies.get(name)
  if (known) return known
  const made = { rows: 0, taken: new Checksum() }
  adoption.tallies.set(name, made)
  return made
}

/** Counts rows that were read of a table. */
export function noteRead(adoption: Adoption, name: string, rows: number): void {
  tallyOf(adoption, name).rows += rows
  adoption.progress?.((adoption.read += rows))
}

/** Keeps in mind what kind of table is read. */
export function noteTable({ loose }: Adoption, table: SourceTable): void {
  if (!table.transactional) loose.add(table.name)
}

export async function storeSteps({ planning }: Adoption, steps: NewStep[], more: Partial<Planned> = {}): Promise<void> {
  await planning.ctx.db.transaction((tx) => storePlanned(tx, planning, undefined, { steps, keys: [], reads: new Map(), ...more }))
}

/** A published table, or undefined where the database has none of that name. Errors: `invalid_mapping` when it lacks columns. */
export async function publishedTable(adoption: Adoption, table: AdoptedTable, mayLack: readonly string[] = []): Promise<SourceTable | undefined> {
  const found = await adoption.source.table(table.name)
  if (!found) return undefined
  noteTable(adoption, found)
  const names = found.columns.map((column) => column.name)
  const missing = [table.key, ...Object.keys(table.columns)].filter((name) => !names.includes(name) && !mayLack.includes(name))
  if (missing.length > 0) throw new GatehouseError('invalid_mapping', `The table ${table.name} lacks ${missing.join(', ')}: it is not the one that EFS has. It has ${names.join(', ')}.`)
  return found
}

/** A whole number that our columns hold, or undefined. */
export function wholeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) <= 2_147_483_647 ? number : undefined
}

export type RowProblem = ValueNote

export interface Draft {
  id: number
  row: AdoptedRow
  /** What was taken over otherwise than it stands in EFS. */
  notes: RowProblem[]
  /** What else the step says. */
  more?: Record<string, unknown>
  targetId?: string
  label?: string
}

/** The step of a row that can be taken over: by what was taken over before, and what stands here. */
export function rowStep(adoption: Adoption, table: AdoptedTable, draft: Draft, kept: Kept | undefined, standing: StandingRow | undefined): NewStep {
  const digest = rowDigest(table, draft.row)
  const verdict = judgeRow(digest, kept?.digest, standing?.digest)
  if (verdict.action === 'conflict') return refusedRow(table, draft.id, 'conflict', [{ column: table.key, message: verdict.message }], draft.label)
  tallyOf(adoption, table.name).taken.add(digest)
  const target = standing?.id ?? kept?.target
  const changes = { id: draft.id, row: draft.row, digest, ...(target === undefined ? {} : { target }), ...draft.more }
  return {
    action: verdict.action, resource: table.resource, targetId: draft.targetId, source: table.name, line: draft.id, label: draft.label,
    ...(draft.notes.length > 0 ? { problems: draft.notes } : {}), ...(verdict.action === 'unchanged' ? {} : { changes }),
  }
}

/** The step of a row that is not taken over, and why. */
export function refusedRow(table: Pick<AdoptedTable, 'name' | 'resource'>, id: number | undefined, action: 'error' | 'conflict' | 'skipped', problems: readonly RowProblem[], label?: string): NewStep {
  return { action, resource: table.resource, source: table.name, line: id, label, problems: problems.map((one) => ({ ...one })) }
}

/** What stands for an instant that our tables require and EFS does not know: always the same, so that nothing differs later. */
export const unknownInstant = '1970-01-01T00:00:00.000Z'

/** Instants that our tables require: where one is none, the other says more than nothing. */
export function settleStamps(row: AdoptedRow): void {
  for (const [own, other] of [['created_at', 'updated_at'], ['updated_at', 'created_at']] as const) {
    if (own in row) row[own] ??= row[other] ?? unknownInstant
  }
}

/** The columns of a row as our table has them, cut where they are longer. */
export function pickRow(table: AdoptedTable, { values, notes }: SourceRow, most: Readonly<Record<string, number>> = {}): { row: AdoptedRow; notes: RowProblem[] } {
  const own: RowProblem[] = []
  const tell = (note: RowProblem) => void own.push(note.value === undefined ? note : { ...note, value: redact(note.value) })
  for (const note of notes) if (note.column in table.columns) tell(note)
  const row: AdoptedRow = {}
  for (const [column, kind] of Object.entries(table.columns)) {
    const value = values[column] ?? null
    if (value === null) row[column] = null
    else if (kind === 'number') {
      row[column] = wholeOf(value) ?? null
      if (row[column] === null) tell({ column, value: cutText(String(value), 100), message: 'is no whole number that can be kept' })
    } else {
      const text = String(value)
      const limit = most[column]
      row[column] = limit !== undefined && text.length > limit ? cutText(text, limit) : text
      if (limit !== undefined && text.length > limit) tell({ column, value: `${cutText(text, 100)}…`, message: `is longer than ${limit} characters: it was cut` })
    }
  }
  return { row, notes: own }
}

