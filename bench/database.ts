/**
 * The databases the benches run on: an embedded PostgreSQL with so many generated people, made once through the same
 * verbs as any other people and kept in GATEHOUSE_BENCH_DATA (default: a folder below the system's temporary one).
 * Migrated when migrations have been added, as anybody's database is; made anew when one of those it was made with has
 * changed, or when its folder is gone. A million people take some twenty minutes and 12 GB.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import type { Context } from '../src/context.ts'
import { newId } from '../src/model/id.ts'
import { ensureAuditEpoch } from '../src/store/audit-epochs.ts'
import type { DatabaseOptions } from '../src/store/database.ts'
import { migrate, readMigrations } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { writeGenerated } from '../src/transfer/write-generated.ts'

export interface BenchDatabase {
  ctx: Context
  /** For connections of one's own, beside those of `ctx.db`. */
  options: DatabaseOptions
  close: () => Promise<void>
}

/** What the generated people of every bench are made from. */
export const worldOf = (people: number) => ({ people, seed: 1 })

/** The key that the benches' servers take. */
export const benchKey = 'a-key-for-the-benches-only'

/** The folder that holds everything the benches keep. */
export function benchFolder(): string {
  const folder = process.env.GATEHOUSE_BENCH_DATA ?? join(tmpdir(), 'gatehouse-bench')
  mkdirSync(folder, { recursive: true })
  return folder
}

export const peopleFolder = (people: number): string => join(benchFolder(), `people-${people}`)

/** The database with so many people; made when it is not there. */
export async function peopleDatabase(people: number): Promise<BenchDatabase> {
  const folder = peopleFolder(people)
  const mark = join(folder, 'ready.json')
  const marks = marksOf(people)
  const found = existsSync(mark) ? marks.indexOf(readFileSync(mark, 'utf8')) : -1
  if (found >= 0) {
    const known = await openBench(folder)
    if (found < marks.length - 1) {
      await tidy(known.ctx)
      writeFileSync(mark, marks.at(-1)!)
    }
    return known
  }
  rmSync(folder, { recursive: true, force: true })
  console.error(`Making a database of ${people} people in ${folder}.`)
  const made = await openBench(folder)
  try {
    await writeGenerated(made.ctx, worldOf(people), (done, of) => {
      if (done % 100_000 === 0) console.error(`${done} of ${of}`)
    })
    await tidy(made.ctx)
  } catch (error) {
    await made.close()
    throw error
  }
  writeFileSync(mark, marks.at(-1)!)
  return made
}

/** A migrated database without people, for a bench that fills it; whatever stood in the folder is gone. */
export async function emptyDatabase(name: string): Promise<BenchDatabase> {
  const folder = join(benchFolder(), name)
  rmSync(folder, { recursive: true, force: true })
  return openBench(folder)
}

/** The statistics and visibility that autovacuum gives any database that has been at rest for a while. */
export async function tidy({ db }: Pick<Context, 'db'>): Promise<void> {
  await db.execute('vacuum analyze')
}

/** Opens a data folder as a command does, with limits lifted that are meant for requests. */
export async function openBench(folder: string): Promise<BenchDatabase> {
  const config = readConfig({ GATEHOUSE_DATA: folder, GATEHOUSE_API_KEY: benchKey, LOG_LEVEL: 'silent' })
  const opened = await openDatabase(config, { role: 'client', applicationName: 'gatehouse-bench' })
  const { db, options } = opened
  // Of the connection that is open already, and of those to come.
  await db.execute('set statement_timeout = 0')
  db.pool.options.statement_timeout = 0
  await migrate(db)
  await ensureAuditEpoch(db, new Date())
  const actor = { userId: null, principal: 'bench', source: 'CLI', ip: null, correlationId: newId() } as const
  return { ctx: { db, config, now: () => new Date(), newId, actor }, options, close: opened.close }
}

/** What the mark of a database says that has been through the first migrations alone, through one more, … through all. */
function marksOf(people: number): string[] {
  const checksums = readMigrations().map(({ checksum }) => checksum)
  return checksums.map((_, last) => {
    const migrations = createHash('sha256').update(checksums.slice(0, last + 1).join()).digest('hex').slice(0, 16)
    return JSON.stringify({ ...worldOf(people), migrations })
  })
}
