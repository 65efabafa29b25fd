/** SQL on LOCATION: what an address copies from it. */
import type { Document } from '../model/attribute.ts'
import { postal } from '../model/contacts.ts'
import type { Database } from './database.ts'

/** Where these locations are, by id: the postal attributes that they have. Unknown ids are absent. */
export async function readLocations(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<Map<string, Document>> {
  const columns = postal.map(({ path, column }) => `${column} as "${path}"`).join(', ')
  const rows = await db.query(`select location_id, ${columns} from location where location_id = any($1)`, [ids])
  return new Map(rows.map(({ location_id, ...lines }) => [location_id as string, Object.fromEntries(Object.entries(lines).filter(([, value]) => value !== null))]))
}
