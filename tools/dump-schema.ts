/**
 * `node tools/dump-schema.ts`: applies all migrations to an empty database and writes its schema to `schema.sql`, and the rows
 * that the code relies on to `system-rows.jsonl`. Run after adding a migration.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSchema, renderSchema } from '../src/store/catalogue.ts'
import { Database } from '../src/store/database.ts'
import { openEmbedded } from '../src/store/embedded.ts'
import { migrate } from '../src/store/migrate.ts'
import { readSystemRows, renderSystemRows } from '../src/store/system-rows.ts'

const inProject = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-schema-'))
const embedded = await openEmbedded({ dataDir, role: 'server' })
const db = new Database(embedded.options)
try {
  await migrate(db)
  writeFileSync(inProject('schema.sql'), renderSchema(await readSchema(db)))
  writeFileSync(inProject('system-rows.jsonl'), renderSystemRows(await readSystemRows(db)))
  console.log('The schema is in schema.sql, the rows that come with it in system-rows.jsonl.')
} finally {
  await db.close()
  await embedded.close()
  rmSync(dataDir, { recursive: true, force: true })
}
