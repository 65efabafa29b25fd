/** SQL on groups, roles, resources and rights beyond what every record has. */
import type { Resource } from '../model/attribute.ts'
import type { Transaction } from './database.ts'

/** Deletes the row; its edges to other things go with it. Errors: `still_referenced` by the constraint. */
export async function deleteAccessRecord(tx: Transaction, { table, idColumn }: Resource, id: string): Promise<void> {
  await tx.execute(`delete from ${table} where ${idColumn} = $1`, [id])
}
