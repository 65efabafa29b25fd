/** Importing in tests: small files of their own, planned and applied, and what the database holds afterwards. */
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll } from 'vitest'
import type { Context } from '../src/context.ts'
import type { Document, Resource } from '../src/model/attribute.ts'
import { applyPlan, type ApplyOptions, type StepRunner } from '../src/plans/apply.ts'
import type { Database } from '../src/store/database.ts'
import { listSteps, type Plan, type PlanStep } from '../src/store/plans.ts'
import { runImport } from '../src/transfer/apply-import.ts'
import { exportRecords } from '../src/transfer/export-records.ts'
import type { Format, Mapping } from '../src/transfer/mapping.ts'
import { planImport } from '../src/transfer/plan-import.ts'
import { formatOf } from '../src/transfer/read-records.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes with the test file. */
export function importFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-import-'))
  folders.push(folder)
  return folder
}

/** A file with this text; its name says the format. */
export function fileOf(name: string, text: string | Buffer): string {
  const path = join(importFolder(), name)
  writeFileSync(path, text)
  return path
}

/** The lines of a CSV file. */
export const csv = (...lines: string[]): string => fileOf('people.csv', `${lines.join('\n')}\n`)

/** A JSON Lines file of documents. */
export const jsonl = (...documents: Document[]): string => fileOf('people.jsonl', documents.map((one) => `${JSON.stringify(one)}\n`).join(''))

export function plan(ctx: Context, path: string, mapping: Mapping | Format = formatOf(path)): Promise<Plan> {
  return planImport(ctx, [{ path, mapping }])
}

export function apply(ctx: Context, planId: string): Promise<Plan> {
  return applyPlan(ctx, planId, runImport)
}

/** Applies a plan while somebody else does something: after what the plan has read was looked at again, and before the first step. */
export function applyWhile(ctx: Context, planId: string, meanwhile: () => Promise<unknown>, options?: ApplyOptions): Promise<Plan> {
  let done: Promise<unknown> | undefined
  const run: StepRunner = async (tx, own, one, steps) => {
    await (done ??= meanwhile())
    return runImport(tx, own, one, steps)
  }
  return applyPlan(ctx, planId, Object.assign(run, { moved: runImport.moved, whole: runImport.whole }), options)
}

/** Plans a file and applies that. */
export async function imported(ctx: Context, path: string, mapping?: Mapping | Format): Promise<Plan> {
  return apply(ctx, (await plan(ctx, path, mapping)).id)
}

/** Every step of a plan, in order. */
export async function stepsOf(db: Database, planId: string): Promise<PlanStep[]> {
  const steps: PlanStep[] = []
  for (;;) {
    const some = await listSteps(db, planId, { after: steps.length, count: 1000 })
    steps.push(...some)
    if (some.length < 1000) return steps
  }
}

/** `action resource` of each step. */
export async function actionsOf(db: Database, planId: string): Promise<string[]> {
  return (await stepsOf(db, planId)).map(({ action, resource }) => `${action} ${resource}`)
}

/** What stands against a step, as text. */
export const against = (step: PlanStep | undefined): string =>
  ((step?.problems ?? []) as { column?: string; path?: string; value?: string; message?: string }[])
    .map((one) => [one.column ?? one.path, one.value, one.message].filter((part) => part !== undefined).join(' ')).join('; ')

/** The documents of everybody, or of every organisation, as an export gives them; by id. */
export async function everything(db: Database, resource: Resource): Promise<Map<string, Document>> {
  return exportRecords(db, resource, { includeHidden: true }, async (documents) => {
    const found = new Map<string, Document>()
    for await (const document of documents) found.set(document.id as string, document)
    return found
  })
}

/** The number of audit events so far, but for those of plans themselves. */
export async function eventCount(db: Database): Promise<number> {
  return (await db.first<{ count: number }>(`select count(*) as count from gatehouse.audit_event where target_type <> 'Plan'`))!.count
}

/** Writes pieces of text to a file. */
export async function writeText(path: string, pieces: AsyncIterable<string>): Promise<string> {
  await pipeline(pieces, createWriteStream(path))
  return path
}

/** Applies the first step of a plan, and dies before the next. */
export async function applyFirst(ctx: Context, planId: string): Promise<void> {
  let written = 0
  const once = Object.assign(async (...args: Parameters<typeof runImport>) => {
    if (written++ > 0) throw new Error('stop')
    return runImport(...args)
  }, { moved: runImport.moved })
  await applyPlan(ctx, planId, once, { batch: 1 }).catch((error: Error) => {
    if (error.message !== 'stop') throw error
  })
}
