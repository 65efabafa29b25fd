/** One import by the command line, as anyone runs it, and COPY of the rows it left behind; timed, with its memory. */
import { execFile } from 'node:child_process'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Document } from '../src/model/attribute.ts'
import type { Database } from '../src/store/database.ts'
import type { Plan } from '../src/store/plans.ts'
import { dumpSince, load, mark, type Dumped } from './copy-floor.ts'
import { benchFolder } from './database.ts'
import { median, time } from './measure.ts'

export interface ImportResult {
  people: number
  planMs: number
  applyMs: number
  /** COPY of everything the import left behind, its plan included. */
  copyMs: number
  /** COPY of what applying alone left behind. */
  copyAppliedMs: number
  peakMb: number
  rows: number
  bytes: number
}

/** What came of an import: its times and the files with its rows. */
export interface Imported {
  people: number
  planMs: number
  applyMs: number
  peakMb: number
  dumped: Dumped[]
}

/** Writes a file of people, one a line. */
export async function writePeople(file: string, documents: Iterable<Document>): Promise<void> {
  await pipeline(Readable.from(lines(documents)), createWriteStream(file))
}

function* lines(documents: Iterable<Document>): Generator<string> {
  for (const document of documents) yield `${JSON.stringify(document)}\n`
}

/** Imports a file into the database of a data folder, and dumps the rows that are new. `db` is that database. */
export async function importFile(folder: string, db: Database, file: string, people: number): Promise<Imported> {
  const since = await mark(db)
  await freshLog(db)
  const planned = await gatehouse(folder, ['import', file, '--plan'])
  const applied = await gatehouse(folder, ['import', '--apply', planned.plan.id])
  const { counts, failed, status } = applied.plan
  if (status !== 'applied' || failed > 0 || counts.create !== people) {
    throw new Error(`the import went wrong: ${JSON.stringify(applied.plan)}`)
  }
  const dumped = await dumpSince(db, since, join(benchFolder(), 'import-rows'))
  return { people, planMs: planned.ms, applyMs: applied.ms, peakMb: Math.max(planned.peakMb, applied.peakMb), dumped }
}

/**
 * A page that is changed for the first time after a checkpoint goes to the log whole. Both sides pay for that: else COPY
 * would change pages that the import, just before, has paid for.
 */
async function freshLog(db: Database): Promise<void> {
  await db.execute('checkpoint')
}

/** Brings the rows of an import into a database that lacks them. */
export async function copyBack(db: Database, { dumped, ...imported }: Imported): Promise<ImportResult> {
  const isPlan = ({ table }: Dumped) => /^(gatehouse\.)?plan(_|$)/.test(table)
  await freshLog(db)
  const copyAppliedMs = await load(db, dumped.filter((one) => !isPlan(one)))
  const copyMs = copyAppliedMs + (await load(db, dumped.filter(isPlan)))
  rmSync(join(benchFolder(), 'import-rows'), { recursive: true })
  const sum = (of: 'rows' | 'bytes') => dumped.reduce((total, one) => total + one[of], 0)
  return { ...imported, copyMs, copyAppliedMs, rows: sum('rows'), bytes: sum('bytes') }
}

/** The medians of several runs, and the largest process of any. */
export function middle(results: readonly ImportResult[]): ImportResult {
  const names = Object.keys(results[0]!) as (keyof ImportResult)[]
  const medians = Object.fromEntries(names.map((name) => [name, median(results.map((one) => one[name]))])) as unknown as ImportResult
  return { ...medians, peakMb: Math.max(...results.map((one) => one.peakMb)) }
}

const run = promisify(execFile)
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Runs a command, start-up included; the plan it printed, how long it took, and its largest size. */
export async function gatehouse(folder: string, parameters: string[]): Promise<{ plan: Plan; ms: number; peakMb: number }> {
  const peakFile = join(benchFolder(), 'peak.txt')
  // The flag of the first line of bin/gatehouse.js.
  const flags = ['--max-semi-space-size=4', '--max-old-space-size=512', '--import', source('peak-memory.ts'), source('../bin/gatehouse.js')]
  const env = { ...process.env, GATEHOUSE_DATA: folder, PEAK_FILE: peakFile, DATABASE_URL: '' }
  let plan: Plan | undefined
  const ms = await time(async () => {
    const { stdout } = await run(process.execPath, [...flags, ...parameters, '--json'], { env, maxBuffer: 2 ** 26 }).catch((error: { code?: unknown; stdout: string }) => {
      // 1 says that some rows could not be taken: whoever asked knows whether that is right.
      if (error.code !== 1) throw error
      return error
    })
    plan = JSON.parse(stdout) as Plan
  })
  return { plan: plan!, ms, peakMb: Number(readFileSync(peakFile, 'utf8')) }
}
