/**
 * `node tools/dump-schema.ts [FILE]`: applies all migrations to an empty database and writes its schema, to
 * `schema.sql` unless told otherwise. Run after adding a migration.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSchema, renderSchema } from '../src/store/catalogue.ts'
import { Database } from '../src/store/database.ts'
import { openEmbedded } from '../src/store/embedded.ts'
import { migrate } from '../src/store/migrate.ts'

const file = process.argv[2] ?? fileURLToPath(new URL('../schema.sql', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-schema-'))
const embedded = await openEmbedded({ dataDir, role: 'server' })
const db = new Database(embedded.options)
try {
  await migrate(db)
  writeFileSync(file, renderSchema(await readSchema(db)))
  console.log(`The schema is in ${file}.`)
} finally {
  await db.close()
  await embedded.close()
  rmSync(dataDir, { recursive: true, force: true })
}
