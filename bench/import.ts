/**
 * Importing people from a file by the command line, planned and applied, against COPY of all the rows that this leaves
 * behind: people with everything that hangs on them, audit events (which are the outbox), and the plan itself.
 */
import { execFile } from 'node:child_process'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Context } from '../src/context.ts'
import { createElement, createType } from '../src/directory/metadata.ts'
import { createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import type { Plan } from '../src/store/plans.ts'
import { generateOrganizations, generatePeople } from '../src/transfer/generate.ts'
import { generatedElements, generatedTypes } from '../src/transfer/generate-vocabulary.ts'
import { ratioFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { dumpSince, load, mark, type Dumped } from './copy-floor.ts'
import { benchFolder, emptyDatabase, openBench, worldOf } from './database.ts'
import { median, time } from './measure.ts'

interface Result {
  planMs: number
  applyMs: number
  copyMs: number
  /** COPY of what applying alone leaves behind. */
  copyAppliedMs: number
  peakMb: number
  rows: number
  bytes: number
}

export const importPeople: Bench = {
  name: 'import',
  doc: '`gatehouse import` of a file of people, planned and applied, against COPY of every row it leaves behind',
  async run({ people, small }) {
    const atSmall = await measure(small, 3)
    const large = people === small ? atSmall : await measure(people, people <= 100_000 ? 3 : 1)
    const each = (result: Result, count: number) => (result.planMs + result.applyMs) / count
    return [
      ...figuresOf(small, atSmall),
      ...(people === small ? [] : [...figuresOf(people, large), timesFigure(`time a person, ${words(people)} against ${words(small)}`, each(large, people) / each(atSmall, small), 1.5)]),
    ]
  },
}

const words = (people: number) => people.toLocaleString('en')

function figuresOf(people: number, { planMs, applyMs, copyMs, copyAppliedMs, peakMb, rows, bytes }: Result): Figure[] {
  const speed = (ms: number) => `${((people / ms) * 1000).toFixed(0)} people/s`
  return [
    ratioFigure(`${words(people)} people: apply`, copyAppliedMs / applyMs, 0.4, `COPY of its rows (${speed(applyMs)}; COPY ${speed(copyAppliedMs)})`),
    ratioFigure(`${words(people)} people: plan and apply`, copyMs / (planMs + applyMs), 0.4, `COPY of all rows, the plan's too (${speed(planMs + applyMs)}; COPY ${speed(copyMs)})`),
    { what: `${words(people)} people: largest process`, measured: `${peakMb.toFixed(0)} MB`, target: '< 300 MB', met: peakMb < 300 },
    { what: `${words(people)} people: rows left behind`, measured: `${words(rows)} (${(bytes / 2 ** 20).toFixed(0)} MB of text)` },
  ]
}

async function measure(people: number, rounds: number): Promise<Result> {
  const file = join(benchFolder(), `people-${people}.jsonl`)
  await pipeline(Readable.from(lines(people)), createWriteStream(file))
  const results: Result[] = []
  for (let round = 0; round < rounds; round++) results.push(await measureOnce(people, file))
  rmSync(file)
  const of = (name: keyof Result) => median(results.map((result) => result[name]))
  return { planMs: of('planMs'), applyMs: of('applyMs'), copyMs: of('copyMs'), copyAppliedMs: of('copyAppliedMs'), peakMb: Math.max(...results.map((one) => one.peakMb)), rows: of('rows'), bytes: of('bytes') }
}

function* lines(people: number): Generator<string> {
  for (const { document } of generatePeople(worldOf(people))) yield `${JSON.stringify(document)}\n`
}

/** Imports into one fresh database, then copies what came of it into another. */
async function measureOnce(people: number, file: string): Promise<Result> {
  const [folder, floorFolder] = ['import', 'import-floor'].map((name) => join(benchFolder(), name)) as [string, string]
  const since = await prepare(people)
  rmSync(floorFolder, { recursive: true, force: true })
  // With owners and modes, which PostgreSQL insists on.
  await run('cp', ['-a', folder, floorFolder])
  const planned = await gatehouse(folder, ['import', file, '--plan'])
  const applied = await gatehouse(folder, ['import', '--apply', planned.plan.id])
  const { counts, failed, status } = applied.plan
  if (status !== 'applied' || failed > 0 || counts.create !== people) throw new Error(`the import went wrong: ${JSON.stringify(applied.plan)}`)
  const full = await openBench(folder)
  const dumped = await dumpSince(full.ctx.db, since, join(benchFolder(), 'import-rows'))
  await full.close()
  rmSync(folder, { recursive: true })
  const times = await copyBack(floorFolder, dumped)
  rmSync(join(benchFolder(), 'import-rows'), { recursive: true })
  return {
    planMs: planned.ms, applyMs: applied.ms, ...times, peakMb: Math.max(planned.peakMb, applied.peakMb),
    rows: dumped.reduce((sum, one) => sum + one.rows, 0), bytes: dumped.reduce((sum, one) => sum + one.bytes, 0),
  }
}

async function copyBack(folder: string, dumped: readonly Dumped[]): Promise<{ copyMs: number; copyAppliedMs: number }> {
  const floor = await openBench(folder)
  const isPlan = ({ table }: Dumped) => table.startsWith('gatehouse.plan')
  const copyAppliedMs = await load(floor.ctx.db, dumped.filter((one) => !isPlan(one)))
  const copyPlanMs = await load(floor.ctx.db, dumped.filter(isPlan))
  await floor.close()
  rmSync(folder, { recursive: true })
  return { copyAppliedMs, copyMs: copyAppliedMs + copyPlanMs }
}

/** Makes the database `import` with what the people of the file refer to; the transaction from which on rows are new. */
async function prepare(people: number): Promise<number> {
  const { ctx, close } = await emptyDatabase('import')
  for (const type of generatedTypes) await createType(ctx, type).catch(ignoreExisting)
  for (const element of generatedElements) await createElement(ctx, element).catch(ignoreExisting)
  await loadOrganizations(ctx, people)
  const since = await mark(ctx.db)
  await close()
  return since
}

function ignoreExisting(error: Error & { code?: string }): void {
  if (error.code !== 'already_exists') throw error
}

async function loadOrganizations(ctx: Context, people: number): Promise<void> {
  const all = generateOrganizations(worldOf(people))
  for (let from = 0; from < all.length; from += 500) await createOrganizations(ctx, all.slice(from, from + 500).map((one) => newOrganization(ctx, one, true)))
}

const run = promisify(execFile)
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Runs a command as it is run by anyone, start-up included; what it printed, how long it took and its largest size. */
async function gatehouse(folder: string, parameters: string[]): Promise<{ plan: Plan; ms: number; peakMb: number }> {
  const peakFile = join(benchFolder(), 'peak.txt')
  // The flag of the first line of bin/gatehouse.js.
  const flags = ['--max-semi-space-size=8', '--import', source('peak-memory.ts'), source('../bin/gatehouse.js')]
  const env = { ...process.env, GATEHOUSE_DATA: folder, GATEHOUSE_BENCH_PEAK: peakFile, DATABASE_URL: '' }
  let plan: Plan | undefined
  const ms = await time(async () => {
    const { stdout } = await run(process.execPath, [...flags, ...parameters, '--json'], { env, maxBuffer: 2 ** 26 })
    plan = JSON.parse(stdout) as Plan
  })
  return { plan: plan!, ms, peakMb: Number(readFileSync(peakFile, 'utf8')) }
}
