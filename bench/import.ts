/**
 * Importing people from a file by the command line, planned and applied, against COPY of all the rows that this leaves
 * behind: people with everything that hangs on them, audit events (which are the outbox), and the plan itself. `import`
 * brings a small file into an empty directory and into a large one; `import-whole` fills an empty one with everybody.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../src/context.ts'
import { createElement, createType } from '../src/directory/metadata.ts'
import { createOrganizations, newOrganization } from '../src/directory/organizations.ts'
import type { Document } from '../src/model/attribute.ts'
import { generateOrganizations, generatePeople, generatePerson } from '../src/transfer/generate.ts'
import { generatedElements, generatedTypes } from '../src/transfer/generate-vocabulary.ts'
import { ratioFigure, timesFigure, type Bench, type Figure } from './bench.ts'
import { benchFolder, emptyDatabase, openBench, peopleDatabase, peopleFolder, worldOf } from './database.ts'
import { copyBack, importFile, middle, writePeople, type ImportResult } from './import-run.ts'

const rounds = 3

export const importPeople: Bench = {
  name: 'import',
  doc: '`gatehouse import` into an empty and into a large directory, against COPY of every row it leaves behind',
  async run({ people, small }) {
    const [empty, large]: [ImportResult[], ImportResult[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      empty.push(await intoEmpty(small))
      large.push(await intoLarge(people, small, round))
    }
    const [ofEmpty, ofLarge] = [middle(empty), middle(large)]
    return [
      ...figuresOf(`${words(small)} into none`, ofEmpty), ...figuresOf(`${words(small)} into ${words(people)}`, ofLarge),
      slower(`time a person, into ${words(people)} against into none`, ofLarge, ofEmpty),
    ]
  },
}

export const importWhole: Bench = {
  name: 'import-whole',
  doc: '`gatehouse import` of everybody into an empty directory, against COPY of every row it leaves behind',
  async run({ people, small }) {
    const [few, all] = [middle([await intoEmpty(small), await intoEmpty(small)]), await intoEmpty(people)]
    return [...figuresOf(`${words(people)} into none`, all), slower(`time a person, ${words(people)} against ${words(small)}`, all, few)]
  },
}

const words = (people: number) => people.toLocaleString('en')

function slower(what: string, one: ImportResult, other: ImportResult): Figure {
  const each = ({ planMs, applyMs, people }: ImportResult) => (planMs + applyMs) / people
  return timesFigure(what, each(one) / each(other), 1.5)
}

function figuresOf(head: string, result: ImportResult): Figure[] {
  const { people, planMs, applyMs, copyMs, copyAppliedMs, peakMb, rows, bytes } = result
  const wholeMs = planMs + applyMs
  const speed = (ms: number) => `${((people / ms) * 1000).toFixed(0)} people/s`
  const against = (ms: number, floorMs: number) => `(${speed(ms)}; COPY ${speed(floorMs)})`
  const figures: Figure[] = [
    ratioFigure('apply', copyAppliedMs / applyMs, 0.4, `COPY of its rows ${against(applyMs, copyAppliedMs)}`),
    ratioFigure('plan and apply', copyMs / wholeMs, 0.4, `COPY of all rows, the plan's too ${against(wholeMs, copyMs)}`),
    { what: 'largest process', measured: `${peakMb.toFixed(0)} MB`, target: '< 300 MB', met: peakMb < 300 },
    { what: 'rows left behind', measured: `${words(rows)} (${(bytes / 2 ** 20).toFixed(0)} MB of text)` },
  ]
  return figures.map((figure) => ({ ...figure, what: `${head}: ${figure.what}` }))
}

/** Into a directory that has only what the people refer to; the rows then go into a copy of it. */
async function intoEmpty(people: number): Promise<ImportResult> {
  const [folder, floorFolder] = ['import', 'import-floor'].map((name) => join(benchFolder(), name)) as [string, string]
  await prepare(people)
  rmSync(floorFolder, { recursive: true, force: true })
  // With owners and modes, which PostgreSQL insists on.
  execFileSync('cp', ['-a', folder, floorFolder])
  const file = join(benchFolder(), 'import.jsonl')
  await writePeople(file, documentsOf(people))
  const full = await openBench(folder)
  const imported = await importFile(folder, full.ctx.db, file, people)
  await full.close()
  rmSync(folder, { recursive: true })
  const floor = await openBench(floorFolder)
  const result = await copyBack(floor.ctx.db, imported)
  await floor.close()
  rmSync(floorFolder, { recursive: true })
  rmSync(file)
  return result
}

function* documentsOf(people: number): Generator<Document> {
  for (const { document } of generatePeople(worldOf(people))) yield { ...document }
}

/**
 * Into the large directory, out of it again, and back by COPY. In the first round the import alone reads pages from the
 * disk; from then on both find them in memory, and medians are taken.
 */
async function intoLarge(people: number, count: number, round: number): Promise<ImportResult> {
  const { ctx, close } = await peopleDatabase(people)
  const file = join(benchFolder(), 'import.jsonl')
  await writePeople(file, newcomers(people, count, round))
  try {
    await removeNewcomers(ctx)
    const imported = await importFile(peopleFolder(people), ctx.db, file, count)
    await removeNewcomers(ctx)
    const result = await copyBack(ctx.db, imported)
    await removeNewcomers(ctx)
    return result
  } finally {
    rmSync(file)
    await close()
  }
}

const numbers = 'BENCH-IMPORT-'

/** People like those who are there, with logins, numbers and addresses of their own. */
function* newcomers(people: number, count: number, round: number): Generator<Document> {
  const step = people / count
  for (let n = 0; n < count; n++) {
    const { id: _id, emails, ...document } = generatePerson(worldOf(people), Math.floor(n * step)).document
    const name = `import-${round}-${n}`
    const own = emails.map((email, index) => ({ ...email, value: `${name}-${index}@bench.example` }))
    yield { ...document, userName: name, employeeNumber: `${numbers}${round}-${n}`, emails: own }
  }
}

/** Takes them out again, with their events and their plan. */
async function removeNewcomers({ db }: Context): Promise<void> {
  const ids = `select user_id from users where coalesce(lower(employee_id), chr(1114111)) collate "C" like '${numbers.toLowerCase()}%'`
  await db.execute(`delete from gatehouse.audit_event where target_id in (${ids})`)
  await db.execute(`delete from users where user_id in (${ids})`)
  await db.execute(`delete from gatehouse.audit_event where target_id in (select plan_id from gatehouse.plan where kind = 'import')`)
  await db.execute(`delete from gatehouse.plan where kind = 'import'`)
  await db.execute('vacuum')
}

/** Makes the database `import` with what people refer to: types, custom attributes, organisations. */
async function prepare(people: number): Promise<void> {
  const { ctx, close } = await emptyDatabase('import')
  for (const type of generatedTypes) await createType(ctx, type).catch(ignoreExisting)
  for (const element of generatedElements) await createElement(ctx, element).catch(ignoreExisting)
  const all = generateOrganizations(worldOf(people)).map((one) => newOrganization(ctx, one, true))
  for (let from = 0; from < all.length; from += 500) await createOrganizations(ctx, all.slice(from, from + 500))
  await close()
}

function ignoreExisting(error: Error & { code?: string }): void {
  if (error.code !== 'already_exists') throw error
}
