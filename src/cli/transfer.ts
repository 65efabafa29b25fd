/** gatehouse import, export and generate. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { existsSync } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { basename, dirname, extname, join } from 'node:path'
import { GatehouseError } from '../errors.ts'
import type { Context } from '../context.ts'
import { counted } from '../model/counted.ts'
import type { Document } from '../model/attribute.ts'
import { applyPlan } from '../plans/apply.ts'
import { listSteps, readPlan, type Plan } from '../store/plans.ts'
import { runImport } from '../transfer/apply-import.ts'
import { placeRejects, type Rejects } from '../transfer/collect-rejects.ts'
import { exportEdges, exportRecords } from '../transfer/export-records.ts'
import { kinds, resources, type Kind } from '../transfer/importable.ts'
import { loadMapping } from '../transfer/mapping.ts'
import { planImport, sourceOf, type ImportFile } from '../transfer/plan-import.ts'
import { formatOf, formatToWrite, refuseOtherFormat } from '../transfer/read-records.ts'
import { openSealKey } from '../transfer/source-seal.ts'
import { refuseUnlessFile } from '../transfer/text-source.ts'
import { writeWholeFile } from '../transfer/whole-file.ts'
import { csvColumns, csvText, edgeColumns, emptyColumns } from '../transfer/write-csv.ts'
import { writeGenerated } from '../transfer/write-generated.ts'
import { jsonlText } from '../transfer/write-jsonl.ts'
import { ldifText } from '../transfer/write-ldif.ts'
import { nameSteps } from './name-people.ts'
import { applyLine, tellWhenBrokenOff, tellWhenPlanBrokenOff } from './plan-ways.ts'
import { exitCodeOf, planLines, stepLines } from './plans.ts'
import { asTyped, print, progressLine, withDatabase } from './run.ts'

interface ImportOptions {
  map?: string[]
  plan?: boolean
  apply?: string | true
  rejects?: string
  json?: boolean
}

export function addTransferCommands(gatehouse: Command): void {
  gatehouse.command('import').description('Brings people, organisations, groups, roles, resources, rights and who has what in from CSV, LDIF or JSON Lines: planned row by row, then applied.')
    .argument('[files...]', 'the files, in the order in which they are to be read')
    .option('--map <file...>', 'a mapping for all files, or one for each in their order; without one a file is taken for our own export')
    .option('--plan', 'makes a plan and shows it; nothing else is written')
    .option('--apply [planId]', 'applies a plan, or goes on with it; without its id, plans first and applies that')
    .option('--rejects <folder>', 'where rows that were refused are written; default: next to their file')
    .option('--json', 'answer for machines')
    .action(importFiles)
  gatehouse.command('export').description('Writes people, organisations, groups, roles, resources, rights, or the edges of access between them to a file that import takes back.')
    .argument('<file>', 'where to: .csv, .ldif or .jsonl')
    .addOption(new Option('--resource <name>', 'what').choices([...records.keys(), 'edges']).default('users'))
    .option('--filter <filter>', 'only those that a SCIM filter finds; not for edges')
    .option('--all', 'hidden people and groups too')
    .option('--json', 'answer for machines')
    .action(exportFile)
  gatehouse.command('generate').description('Makes people that are not real: the same for the same seed, but for the moments at which they are written and the ids of their logins.')
    .requiredOption('--people <n>', 'how many', readCount)
    .option('--seed <seed>', 'a number or a word', '1')
    .option('--json', 'answer for machines')
    .action((options: { people: number; seed: string; json?: boolean }) => withDatabase(async (_opened, ctx) => {
      const progress = progressLine('people')
      const made = await writeGenerated(ctx, { people: options.people, seed: options.seed }, progress.show)
      progress.end()
      print(options.json, made, () => [`${counted(made.people, 'person', 'people')} in ${counted(made.organizations, 'organisation')}; ${counted(made.panelists, 'membership')} in ${counted(made.portals, 'portal')}.`])
    }))
}

const records = new Map(kinds.map((kind) => [resources[kind].segment, resources[kind]]))

function readCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 10 || count > 10_000_000) throw new InvalidArgumentError('must be a number from 10 to 10,000,000.')
  return count
}

async function importFiles(paths: string[], options: ImportOptions): Promise<void> {
  if ((options.plan === true) === (options.apply !== undefined)) throw new GatehouseError('invalid_parameter', 'Say either --plan or --apply.')
  const stored = typeof options.apply === 'string' ? options.apply : undefined
  if ((stored === undefined) === (paths.length === 0)) throw new GatehouseError('invalid_parameter', 'Name the files to import, or the plan to apply.')
  const files = await filesOf(paths, options.map ?? [])
  await withDatabase(async ({ masterKey }, operator) => {
    const ctx: Context = { ...operator, actor: { ...operator.actor, source: 'IMPORT' } }
    const sealKey = await openSealKey(ctx, masterKey)
    const planId = stored ?? (await plan(ctx, files, sealKey)).id
    if (!options.plan) await apply(ctx, planId)
    await report(ctx, planId, options, sealKey)
  })
}

async function filesOf(paths: readonly string[], maps: readonly string[]): Promise<ImportFile[]> {
  if (maps.length > 1 && maps.length !== paths.length) throw new GatehouseError('invalid_parameter', `Of files there ${paths.length === 1 ? 'is' : 'are'} ${paths.length}, and of mappings ${maps.length}; give one mapping, or one for each file.`)
  return Promise.all(paths.map(async (path, index) => {
    const map = maps.length > 1 ? maps[index] : maps[0]
    const mapping = map === undefined ? formatOf(path) : await loadMapping(map)
    if (typeof mapping !== 'string') refuseOtherFormat(path, mapping, map!)
    await refuseUnlessFile(path)
    return { path, mapping }
  }))
}

async function plan(ctx: Context, files: readonly ImportFile[], sealKey: Buffer): Promise<Plan> {
  const progress = progressLine('rows read')
  const made = await tellWhenPlanBrokenOff(ctx, asTyped(), () => planImport(ctx, files, (rows) => progress.show(rows), sealKey))
  progress.end()
  return made
}

async function apply(ctx: Context, planId: string): Promise<void> {
  const found = await readPlan(ctx.db, planId)
  if (found.kind !== 'import') throw new GatehouseError('plan_state', `The plan ${planId} is no import.`)
  const progress = progressLine('rows applied')
  await tellWhenBrokenOff(found, (show) => applyPlan(ctx, planId, runImport, { progress: show }), progress.show)
  progress.end()
}

/** Totals, what needs a person's eye, and the rejected rows in files of their own. */
async function report(ctx: Context, planId: string, options: ImportOptions, sealKey: Buffer): Promise<void> {
  const found = await readPlan(ctx.db, planId)
  const rejects = await writeRejects(ctx, found, options.rejects, sealKey)
  const shown = options.json ? [] : await notable(ctx, found)
  print(options.json, { ...found, rejects }, () => [
    ...shown,
    ...planLines(found),
    ...rejects.flatMap((one) => rejectLines(found, one)),
    ...(found.status === 'planned' && hasWork(found) ? [applyLine(found)] : []),
  ])
  process.exitCode = exitCodeOf(found)
}

function rejectLines({ id, counts, failed }: Plan, { rows, file, kept, replaced }: Rejects): string[] {
  const are = rows === 1 ? 'row is' : 'rows are'
  if (replaced === undefined) return [`${rows} rejected ${are} in ${file}`, ...(kept === undefined ? [] : [`${kept} is not what this plan wrote, and was left as it is`])]
  const asked = [...(['error', 'conflict'] as const).filter((action) => counts[action]).map((action) => `--action ${action}`), ...(failed > 0 ? ['--failed'] : [])]
  return [
    `${rows} rejected ${are} not copied: ${replaced} is not the file any more that this plan was made of, and what stands at their lines now is not theirs. What the plan knows of them:`,
    ...asked.map((which) => `  npx gatehouse plan steps ${id} ${which}`),
  ]
}

/** Whether applying would write anything. */
function hasWork({ counts }: Plan): boolean {
  return (counts.create ?? 0) + (counts.update ?? 0) > 0
}

const mostShown = 20

async function notable(ctx: Context, found: Plan): Promise<string[]> {
  const lines: string[] = []
  for (const action of ['error', 'conflict', 'update'] as const) {
    if (action === 'update' && found.status !== 'planned') continue
    const steps = await listSteps(ctx.db, found.id, { count: mostShown, action })
    lines.push(...(await nameSteps(ctx, found.id, steps)).flatMap(stepLines))
    if ((found.counts[action] ?? 0) > steps.length) lines.push(`          … and ${found.counts[action]! - steps.length} more: npx gatehouse plan steps ${found.id} --action ${action}`)
  }
  const failed = await listSteps(ctx.db, found.id, { count: mostShown, failed: true })
  return [...lines, ...(await nameSteps(ctx, found.id, failed)).flatMap(stepLines)]
}

async function writeRejects(ctx: Context, found: Plan, folder: string | undefined, sealKey: Buffer): Promise<Rejects[]> {
  const written: Rejects[] = []
  const { files } = found.options as { files: ImportFile[] }
  for (const file of files) {
    const extension = extname(file.path)
    const stem = join(folder ?? dirname(file.path), `${basename(file.path, extension)}.rejected`)
    const same = written.filter((one) => one.file?.startsWith(stem)).length
    const target = `${stem}${same === 0 ? '' : `-${same + 1}`}${extension}`
    const rejects = await placeRejects(ctx.db, found.id, file, sourceOf(file, files), target, sealKey).catch((error: unknown) => {
      throw new GatehouseError('invalid_file', `The plan ${found.id} is ${found.status}, but its rejected rows could not be written: ${(error as Error).message}`)
    })
    if (rejects) written.push(rejects)
  }
  return written
}

async function exportFile(path: string, options: { resource: string; filter?: string; all?: boolean; json?: boolean }): Promise<void> {
  const format = formatToWrite(path)
  const resource = records.get(options.resource)
  if (!resource && options.filter !== undefined) throw new GatehouseError('invalid_parameter', 'Edges are exported all together: --filter does not go with them.')
  if (format === 'ldif' && resource?.name !== 'User' && resource?.name !== 'Organization') throw new GatehouseError('invalid_parameter', 'LDIF holds people and organisations; write the others as .csv or .jsonl.')
  const query = { filter: options.filter, includeHidden: options.all }
  const walk = <T>(ctx: Context, write: (documents: AsyncGenerator<Document>) => Promise<T>) =>
    (resource ? exportRecords(ctx.db, resource, query, write) : exportEdges(ctx.db, query, write))
  await withDatabase(async (_opened, ctx) => {
    if (existsSync(path)) throw new GatehouseError('already_exists', `${path} is there already; name another file.`)
    const columns = format === 'csv' ? await walk(ctx, (documents) => csvColumns(documents, resource ? [] : edgeColumns, emptyColumns(resource ? resource.name as Kind : 'Edge'))) : []
    const progress = progressLine('records')
    let count = 0
    const counted = async function* (documents: AsyncIterable<Document>) {
      for await (const document of documents) {
        progress.show(++count)
        yield document
      }
    }
    await writeWholeFile(path, (openFile) => walk(ctx, async (documents) => {
      const some = counted(documents)
      await writeAll(openFile(), format === 'csv' ? csvText(some, columns) : format === 'ldif' ? ldifText(some) : jsonlText(some))
    }))
    progress.end()
    print(options.json, { file: path, records: count }, () => [`${count} ${count === 1 ? 'record is' : 'records are'} in ${path}.`])
  })
}

async function writeAll(out: Writable, pieces: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(pieces, { objectMode: false }), out)
}
