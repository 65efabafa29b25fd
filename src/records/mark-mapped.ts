/** Whose account would get other values, by the mappings in force, is marked for the next sync. */
import { touchedBy, touchesMapping, type Touched } from '../model/account-mapping.ts'
import { markTouched, readMappings } from '../store/account-mappings.ts'
import type { Transaction } from '../store/database.ts'
import { markDataChanges } from '../store/references.ts'

/** Marks people by the paths that changed of each. To be called in the transaction that has changed them. */
export async function markMapped(tx: Transaction, changed: readonly { id: string; paths: readonly string[] }[]): Promise<void> {
  if (changed.length === 0) return
  const mappings = await readMappings(tx)
  if (mappings.portals.size === 0 && mappings.admins === null) {
    await markDataChanges(tx, changed.filter((one) => touchesMapping(one.paths)).map((one) => one.id))
    return
  }
  // Many people changed in the same way are marked by one statement.
  const alike = Map.groupBy(changed, (one) => JSON.stringify(touchedBy(one.paths, mappings)))
  for (const [touched, people] of alike) {
    if (touched !== 'null') await markTouched(tx, people.map((one) => one.id), JSON.parse(touched) as Touched, [...mappings.portals.keys()])
  }
}
