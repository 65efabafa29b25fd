/** SQL on which of some records that others refer to are there. */
import { recordTables, type RecordName } from '../model/records.ts'
import type { Database } from './database.ts'

/** Those of some ids that there are. */
export async function standingIds(db: Pick<Database, 'query'>, name: RecordName, ids: readonly string[]): Promise<string[]> {
  const { table, idColumn } = recordTables[name]
  return (await db.query<{ id: string }>(`select ${idColumn} as id from ${table} where ${idColumn} = any($1)`, [ids], `standing_${table}`)).map(({ id }) => id)
}
