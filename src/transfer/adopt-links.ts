/** Links between people of EFS and accounts in Okta: the rows of both reference tables, planned with the people they are of. */
import { quoted, type SourceTable } from '../connectors/efs/source.ts'
import type { SourceRow } from '../connectors/efs/source-values.ts'
import { adoptedTables } from '../model/adopted-rows.ts'
import { keptRows, standingRows, type StandingRow } from '../store/adopted-rows.ts'
import { noteRead, pickRow, refusedRow, rowStep, settleStamps, storeSteps, wholeOf, type Adoption, type RowProblem } from './adoption.ts'
import type { EfsPopulation } from './efs-mapping.ts'
import type { NewStep } from './planning.ts'

export const linkTables = { users: adoptedTables.administratorLinks, panelists: adoptedTables.panelistLinks } as const

/** Who of a chunk is taken over, by uid. */
export interface TakenPerson {
  personId: string
  created: string
}

export interface PlannedLinks {
  steps: NewStep[]
  /** Portals of panelists, by uid, that a link names without having an account. */
  portals: Map<number, Set<number>>
  /** Portals that a link is taken over for, by uid. */
  linked: Map<number, Set<number>>
}

/** Plans the links of some people; `uids` are all that were read, `taken` those who come along. */
export async function planLinks(
  adoption: Adoption, population: EfsPopulation, table: SourceTable | undefined, uids: readonly number[], taken: ReadonlyMap<number, TakenPerson>,
): Promise<PlannedLinks> {
  const planned: PlannedLinks = { steps: [], portals: new Map(), linked: new Map() }
  if (!table || uids.length === 0) return planned
  const own = linkTables[population]
  const { db } = adoption.planning.ctx
  const rows = await adoption.source.rows({ table, key: 'id', where: 't.user_id in (?)', params: [uids] })
  noteRead(adoption, own.name, rows.length)
  const kept = await keptRows(db, own, rows.flatMap(({ values }) => wholeOf(values.id) ?? []))
  const standing = new Map((await standingRows(db, own, 'user_id', uids)).map((one) => [pairOf(population, one.row), one]))
  const seen = new Map<string, number>()
  for (const source of rows) {
    const id = wholeOf(source.values.id)!
    const uid = wholeOf(source.values.user_id)!
    const person = taken.get(uid)
    const { row, notes } = linkRow(adoption, population, source)
    const pair = pairOf(population, row)
    const before = seen.get(pair)
    const refusal = person === undefined ? `${population === 'users' ? 'administrator' : 'panelist'} ${uid} is not taken over` : refusalOf(adoption, population, row)
    if (refusal !== undefined) planned.steps.push(refusedRow(own, id, 'error', [...notes, { column: person === undefined ? 'user_id' : refusalColumn(row), message: refusal }], labelOf(row, uid)))
    else if (before !== undefined) planned.steps.push(refusedRow(own, id, 'conflict', [{ column: own.unique!.join(', '), message: `row ${before} is of the same ${population === 'users' ? 'administrator' : 'panelist and portal'}` }], labelOf(row, uid)))
    else {
      seen.set(pair, id)
      settleStamps(row)
      const more = { personId: person!.personId, ...(population === 'users' ? { personCreated: person!.created } : {}) }
      planned.steps.push(rowStep(adoption, own, { id, row, notes, more, targetId: person!.personId, label: labelOf(row, uid) }, kept.get(id), standing.get(pair)))
      if (row.portal_id !== undefined) into(planned.linked, uid).add(row.portal_id as number)
    }
    // Without an account the link is none, and the membership remains.
    if (population === 'panelists' && row.uuid === null && person && typeof row.portal_id === 'number' && adoption.portals.has(row.portal_id)) into(planned.portals, uid).add(row.portal_id)
  }
  return planned
}

function into(map: Map<number, Set<number>>, uid: number): Set<number> {
  const known = map.get(uid) ?? new Set<number>()
  map.set(uid, known)
  return known
}

const pairOf = (population: EfsPopulation, row: StandingRow['row']) => (population === 'users' ? String(row.user_id) : `${row.portal_id} ${row.user_id}`)

const labelOf = (row: StandingRow['row'], uid: number) => `${row.uuid ?? 'no account'} of ${uid}${row.portal_id === undefined ? '' : ` in portal ${row.portal_id ?? '?'}`}`

/** Okta's ids are letters and digits. */
const accountId = /^[\x21-\x7e]{1,20}$/

function linkRow(adoption: Adoption, population: EfsPopulation, source: SourceRow): { row: StandingRow['row']; notes: RowProblem[] } {
  const made = pickRow(linkTables[population], source)
  const { row, notes } = made
  if (typeof row.uuid === 'string' && !accountId.test(row.uuid)) {
    if (row.uuid !== '') notes.push({ column: 'uuid', value: row.uuid.slice(0, 20), message: 'is no id of Okta' })
    row.uuid = null
  }
  if (population === 'users' && row.has_data_changes === null) row.has_data_changes = 0
  if (row.has_data_changes !== null && row.has_data_changes !== 0 && row.has_data_changes !== 1) {
    notes.push({ column: 'has_data_changes', value: String(row.has_data_changes), message: 'was taken over as 1' })
    row.has_data_changes = 1
  }
  settleStatus(adoption, made)
  return made
}

function settleStatus({ mapping }: Adoption, { row, notes }: { row: StandingRow['row']; notes: RowProblem[] }): void {
  if (row.status === null) return
  const mapped = mapping.statuses?.[String(row.status)]
  if (mapped !== undefined) row.status = mapped
  else if (![1, 2, 3, 4].includes(row.status as number)) notes.push({ column: 'status', value: String(row.status), message: 'is no status known here, and was taken over as it is: name what it means under "statuses" in the mapping' })
}

function refusalOf({ portals }: Adoption, population: EfsPopulation, row: StandingRow['row']): string | undefined {
  if (row.uuid === null) return 'names no account: nothing is linked, and the next sync looks for one'
  if (population === 'users') return undefined
  if (row.portal_id === null) return 'names no portal'
  return portals.has(row.portal_id as number) ? undefined : `there is no portal ${row.portal_id}: it has no settings; name it under "portals" in the mapping`
}

const refusalColumn = (row: StandingRow['row']) => (row.uuid === null ? 'uuid' : 'portal_id')

/** Rows that speak of nobody: without a number, or with one that no row has. */
export async function planOrphans(adoption: Adoption, population: EfsPopulation, table: SourceTable | undefined, people: { table: string; uid: string }): Promise<void> {
  if (!table) return
  const own = linkTables[population]
  const join = `left join ${quoted(people.table)} p on p.${quoted(people.uid)} = t.user_id`
  for await (const rows of adoption.source.chunks({ table, key: 'id', join, where: `p.${quoted(people.uid)} is null` }, 500)) {
    noteRead(adoption, own.name, rows.length)
    await storeSteps(adoption, rows.map((source) => {
      const { row, notes } = linkRow(adoption, population, source)
      const value = row.user_id === null ? undefined : String(row.user_id)
      return refusedRow(own, wholeOf(source.values.id), 'error', [...notes, { column: 'user_id', value, message: `no row of ${people.table} has this number: the account is nobody's` }], `${row.uuid ?? 'no account'}`)
    }))
  }
}
