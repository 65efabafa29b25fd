/** The queue of accounts to be unassigned and the error log: rows that are nobody's record, taken over as they stand. */
import { adoptedTables, type AdoptedTable } from '../model/adopted-rows.ts'
import { redact } from '../model/redact.ts'
import { keptRows, standingRows } from '../store/adopted-rows.ts'
import { mostRead, type SourceTable } from '../connectors/efs/source.ts'
import type { SourceRow } from '../connectors/efs/source-values.ts'
import { noteRead, pickRow, publishedTable, refusedRow, rowStep, settleStamps, storeSteps, wholeOf, type Adoption } from './adoption.ts'
import type { NewStep } from './planning.ts'

/** Plans the queue; the first of several rows of a panelist counts, where the copy has lost the key that forbids them. */
export async function planQueue(adoption: Adoption): Promise<void> {
  const table = adoptedTables.queue
  const found = await publishedTable(adoption, table)
  if (!found) return
  const doubled = new Map((await adoption.source.figures(`select user_id, min(id) from ${table.name} where user_id is not null group by user_id having count(*) > 1`)).map(([uid, id]) => [Number(uid), Number(id)]))
  for await (const rows of adoption.source.chunks({ table: found, key: 'id' }, 500)) {
    noteRead(adoption, table.name, rows.length)
    await storeSteps(adoption, await queueSteps(adoption, rows, doubled))
  }
}

async function queueSteps(adoption: Adoption, rows: readonly SourceRow[], doubled: ReadonlyMap<number, number>): Promise<NewStep[]> {
  const table = adoptedTables.queue
  const { db } = adoption.planning.ctx
  const kept = await keptRows(db, table, rows.flatMap(({ values }) => wholeOf(values.id) ?? []))
  const standing = new Map((await standingRows(db, table, 'user_id', rows.flatMap(({ values }) => wholeOf(values.user_id) ?? []))).map((one) => [one.row.user_id, one]))
  return rows.map((source) => {
    const id = wholeOf(source.values.id)!
    const { row, notes } = pickRow(table, source, { email: 255 })
    const label = `${row.uuid ?? 'no account'} ${row.email ?? ''}`.trim()
    const first = doubled.get(row.user_id as number)
    if (first !== undefined && first !== id) return refusedRow(table, id, 'conflict', [{ column: 'user_id', value: String(row.user_id), message: `row ${first} is of the same panelist` }], label)
    if (typeof row.uuid === 'string' && !/^[\x21-\x7e]{1,20}$/.test(row.uuid)) return refusedRow(table, id, 'error', [...notes, { column: 'uuid', value: row.uuid.slice(0, 20), message: 'is no id of Okta' }], label)
    if (row.uuid === null) notes.push({ column: 'uuid', message: 'names no account: the row comes along, and there is nothing that it could unassign' })
    const there = row.user_id === null ? undefined : standing.get(row.user_id)
    return rowStep(adoption, table, { id, row, notes, label }, kept.get(id), there)
  })
}

/** Plans the error log. */
export async function planErrors(adoption: Adoption): Promise<void> {
  const table = adoptedTables.errors
  const found = await publishedTable(adoption, table)
  if (!found) return
  for await (const rows of adoption.source.chunks({ table: found, key: 'id' }, 100)) {
    noteRead(adoption, table.name, rows.length)
    await storeSteps(adoption, await errorSteps(adoption, table, rows))
  }
}

async function errorSteps(adoption: Adoption, table: AdoptedTable, rows: readonly SourceRow[]): Promise<NewStep[]> {
  const kept = await keptRows(adoption.planning.ctx.db, table, rows.flatMap(({ values }) => wholeOf(values.id) ?? []))
  return rows.map((source) => {
    const id = wholeOf(source.values.id)!
    const { row, notes } = pickRow(table, source, { error_code: 36, message: mostRead, trace: mostRead })
    row.status_code ??= 0
    row.error_code ??= ''
    for (const column of ['message', 'trace'] as const) {
      const text = row[column]
      if (typeof text !== 'string') continue
      row[column] = redact(text)
      if (row[column] !== text) notes.push({ column, message: 'held what looks like a secret: it was taken out' })
    }
    settleStamps(row)
    return rowStep(adoption, table, { id, row, notes, label: `${row.status_code} ${row.error_code}`.trim() }, kept.get(id), undefined)
  })
}

/** Sessions are live secrets: they stay behind, and people sign in again. */
export async function countTokens(adoption: Adoption): Promise<number> {
  const found: SourceTable | undefined = await adoption.source.table('iam_token_data')
  if (!found) return 0
  const [[rows = '0'] = []] = await adoption.source.figures('select count(*) from iam_token_data')
  return Number(rows)
}
