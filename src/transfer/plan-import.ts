/**
 * Planning an import: every row of every file becomes a step (create, update with its fields, unchanged, conflict,
 * error, waiting, skipped), stored before anything is done. Rows are taken a batch at a time, so that a file of any size
 * passes through flat memory; what earlier rows make is looked up in the plan itself.
 */
import { basename, resolve } from 'node:path'
import type { Context } from '../context.ts'
import { loadMetadata } from '../store/metadata.ts'
import { makePlan, type Filled } from '../plans/make.ts'
import { writePlanOptions, type Plan } from '../store/plans.ts'
import type { Format, Mapping } from './mapping.ts'
import { planGroups, type PlannedGroup } from './plan-groups.ts'
import { planLateReferences } from './plan-late.ts'
import { planRows } from './plan-rows.ts'
import { newPlanning, storePlanned, type Planned, type Planning } from './planning.ts'
import { readRecords, type MappedRow as Row } from './read-records.ts'
import { sealing } from './source-seal.ts'

export interface ImportFile {
  path: string
  mapping: Mapping | Format
  /** What tells the file that the plan was made of from another one in its place (`source-seal.ts`). */
  seal?: string
}

/** Rows planned at a time: so many, or fewer when they are long. */
const batch = { rows: 500, characters: 2 * 1024 * 1024 }

/**
 * Plans the import of files, in their order, and tells how many rows have been read; with a key, the files are sealed (`source-seal.ts`).
 * Errors: `invalid_file`, `invalid_mapping`; the plan is cancelled then.
 */
export async function planImport(ctx: Context, files: readonly ImportFile[], progress?: (rows: number) => void, sealKey?: Buffer): Promise<Plan> {
  const title = `import ${files.map((file) => basename(file.path)).join(', ')}`
  const options: { files: ImportFile[] } = { files: files.map((file) => ({ path: resolve(file.path), mapping: file.mapping })) }
  return makePlan(ctx, { kind: 'import', title, options }, async (planId) => {
    const { seals, ...filled } = await fill(ctx, planId, files, progress, sealKey)
    options.files.forEach((file, at) => (file.seal = seals[at]))
    if (sealKey) await writePlanOptions(ctx.db, planId, options)
    return filled
  })
}

async function fill(ctx: Context, planId: string, files: readonly ImportFile[], progress: ((rows: number) => void) | undefined, sealKey: Buffer | undefined): Promise<Filled & { seals: (string | undefined)[] }> {
  const planning = newPlanning(ctx, planId, await loadMetadata(ctx.db, ctx.db))
  const groups: PlannedGroup[] = []
  const first = new Set<string>()
  const seals: (string | undefined)[] = []
  let rows = 0
  // Stored while the next batch is planned.
  let storing = Promise.resolve()
  try {
    for (const file of files) {
      planning.declare = typeof file.mapping === 'string' ? undefined : file.mapping.declare
      const sealed = sealKey && sealing(file.path, sealKey)
      for await (const some of readAhead(inBatches(readRecords(sealed?.bytes ?? file.path, file.mapping, { first })))) {
        groups.push(...some.flatMap((row) => groupIn(row, sourceOf(file, files))))
        const planned = await planRows(planning, some.filter((row) => row.kind !== 'waiting' || !row.group))
        await storing
        storing = storeRows(planning, sourceOf(file, files), planned)
        storing.catch(() => {})
        progress?.((rows += some.length))
      }
      seals.push(sealed?.seal())
    }
    await storing
    await planLateReferences(planning)
    if (groups.length > 0) await planGroups(planning, groups)
    return { counts: planning.counts, steps: planning.steps, seals }
  } catch (error) {
    await storing.catch(() => {})
    throw error
  }
}

const groupIn = (row: Row, source: string): PlannedGroup[] =>
  (row.kind === 'waiting' && row.group ? [{ group: row.group, line: row.line, source }] : [])

/** Reads the next batch while the database is busy with the last. */
async function* readAhead<T>(batches: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = batches.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = batches.next()
      // Whoever asks for it hears of a failure; that may be never.
      next.catch(() => {})
      yield value
    }
  } finally {
    await next.catch(() => {})
    await batches.return(undefined)
  }
}

async function* inBatches(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let some: Row[] = []
  let size = 0
  for await (const row of rows) {
    // What one row of the file becomes is judged together.
    const isNext = row.line === 0 || row.line !== some.at(-1)?.line
    if (isNext && (some.length >= batch.rows || size >= batch.characters)) {
      yield some
      some = []
      size = 0
    }
    some.push(row)
    size += row.size ?? 0
  }
  if (some.length > 0) yield some
}

/** How steps name their file: its own name, or the whole path where several files of the import have that name. */
export function sourceOf(file: ImportFile, files: readonly ImportFile[]): string {
  const name = basename(file.path)
  const alone = files.filter((one) => basename(one.path) === name).length === 1
  return alone ? name : resolve(file.path).slice(-255)
}

async function storeRows(planning: Planning, source: string, planned: Planned): Promise<void> {
  planning.inFlight = { keys: new Map(planned.keys.map((key) => [`${key.resource} ${key.key}`, key])), steps: planned.steps }
  await planning.ctx.db.transaction(async (tx) => storePlanned(tx, planning, source, planned))
}
