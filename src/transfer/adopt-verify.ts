/**
 * After an adoption: is everything here that EFS had? Counts and checksums table by table, over the rows as they stand in
 * both places, and the people that came along field by field.
 */
import type { Context } from '../context.ts'
import type { Document } from '../model/attribute.ts'
import { Checksum } from '../model/adopted-rows.ts'
import { documentChanges } from '../model/document-diff.ts'
import { documentOf } from '../model/rows.ts'
import { user } from '../model/user.ts'
import { compareRows, tablesInOrder } from '../store/adopted-rows.ts'
import { listSteps, readPlan } from '../store/plans.ts'
import { loadRecords } from '../store/records.ts'
import type { AdoptedTotals } from './adopt-plan.ts'
import { mergeImport } from './merge-import.ts'

export interface VerifiedTable {
  table: string
  /** Rows that EFS has, and those that were to be taken over. */
  rows: number
  taken: number
  /** Rows that stand here for them, and how many are no longer as they were taken over. */
  here: number
  changed: number
  /** Over what was read in EFS, and over what was noted and what stands here. */
  checksum: string
  checksumHere: string
  agrees: boolean
  /** Numbers of some rows that are missing or differ. */
  differing: number[]
}

export interface Verified {
  tables: VerifiedTable[]
  /** People the plan made or changed: how many were compared, and the ids of some who differ. */
  people: { compared: number; differing: string[] }
  agrees: boolean
}

const page = 1000
const mostNamed = 20

/** Compares what a plan read in EFS with what stands here now. */
export async function verifyAdoption({ db }: Pick<Context, 'db'>, planId: string): Promise<Verified> {
  const { tables: totals = {} } = (await readPlan(db, planId)).options as { tables?: AdoptedTotals }
  const tables: VerifiedTable[] = []
  for (const table of tablesInOrder) {
    const { rows, taken, checksum } = totals[table.name] ?? { rows: 0, taken: 0, checksum: new Checksum().text }
    const [noted, here] = [new Checksum(), new Checksum()]
    const differing: number[] = []
    let changed = 0
    for (let after = 0; ;) {
      const some = await compareRows(db, planId, table, after, page)
      for (const { id, digest, current } of some) {
        noted.add(digest)
        if (current !== null) here.add(current)
        if (current === digest) continue
        changed++
        if (differing.length < mostNamed) differing.push(id)
      }
      if (some.length < page) break
      after = some.at(-1)!.step
    }
    tables.push({ table: table.name, rows, taken, here: here.rows, changed, checksum, checksumHere: here.text, agrees: noted.rows === taken && noted.text === checksum && changed === 0, differing })
  }
  const people = await verifyPeople(db, planId)
  return { tables, people, agrees: tables.every(({ agrees }) => agrees) && people.differing.length === 0 }
}

/** Those whom the plan made, and who have not been erased since: is every field as it was planned? */
async function verifyPeople(db: Context['db'], planId: string): Promise<Verified['people']> {
  const people: Verified['people'] = { compared: 0, differing: [] }
  for (let after = 0; ;) {
    const steps = await listSteps(db, planId, { after, count: page, action: 'create' })
    const made = steps.filter((step) => step.resource === 'User' && step.status !== 'failed' && step.changes !== undefined)
    const records = await loadRecords(db, user, made.map((step) => step.targetId!))
    for (const { targetId, changes } of made) {
      people.compared++
      const record = records.get(targetId!)
      const planned = (changes as { document: Document }).document
      if (!(record && holds(documentOf(user, record), planned)) && people.differing.length < mostNamed) people.differing.push(targetId!)
    }
    if (steps.length < page) return people
    after = steps.at(-1)!.step
  }
}

/** Whether laying the planned document over the one that stands changes nothing: ids of entries are the server's. */
function holds(document: Document, planned: Document): boolean {
  const { meta: _, ...said } = planned
  return documentChanges(user, document, mergeImport(user, document, said)).length === 0
}
