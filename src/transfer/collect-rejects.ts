/**
 * The rows of an import that could not be taken, written back in the format of their file so that they can be mended
 * and imported again. The plan knows their lines, the file their text: both are walked side by side, in flat memory.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { extname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../store/database.ts'
import { rejectedLines } from '../store/rejected-steps.ts'
import type { ImportFile } from './plan-import.ts'
import { readRecords, type FileLayout, type MappedRow } from './read-records.ts'
import { besideFile } from './whole-file.ts'
import { sealOf } from './source-seal.ts'
import { rejectWriter, type RejectWriter } from './write-rejects.ts'

export interface Rejects {
  /** Where they are; nowhere, when another file stands in the place of theirs. */
  file?: string
  rows: number
  /** The file of the rows is gone, or is another one than the plan was made of: what stands at their lines now is not theirs. */
  replaced?: string
  /** A file that stood in the way and is not what the plan has written: somebody may have mended it, so it was left alone. */
  kept?: string
}

/**
 * Writes the rejected rows to `wanted`, or beside it where another file stands there; undefined without any. What the plan
 * itself wrote there before is replaced. With the key that the file was sealed with, nothing is taken from another file in its place, and
 * what was written of the right one before stays.
 */
export async function placeRejects(db: Pick<Database, 'query'>, planId: string, file: ImportFile, source: string, wanted: string, sealKey?: Buffer): Promise<Rejects | undefined> {
  const lost = await lostRows(db, planId, file, source, sealKey)
  if (lost !== undefined) return lost > 0 ? { rows: lost, replaced: file.path } : undefined
  const [fresh, earlier] = [besideFile(wanted, 'partial'), besideFile(wanted, 'planned')]
  const remove = () => [fresh, earlier].forEach((one) => rmSync(one, { force: true }))
  process.on('exit', remove)
  try {
    const rows = await collectRejects(db, planId, file, source, fresh)
    if (rows === 0) return undefined
    const own = [await digestOf(fresh)]
    let target = wanted
    for (let number = 2; ; number++) {
      const there = await digestOf(target)
      if (there === undefined || own.includes(there)) break
      // Applying may have added rows to those that were refused when planning.
      if (number === 2 && (await collectRejects(db, planId, file, source, earlier, true)) > 0) own.push(await digestOf(earlier))
      if (own.includes(there)) break
      const extension = extname(wanted)
      target = `${wanted.slice(0, wanted.length - extension.length)}-${number}${extension}`
    }
    // A link would be written through, and lend its mode.
    rmSync(target, { force: true })
    renameSync(fresh, target)
    return { file: target, rows, ...(target === wanted ? {} : { kept: wanted }) }
  } finally {
    process.off('exit', remove)
    remove()
  }
}

/** How many rejected rows cannot be copied, for their file is not there any more; undefined while it is. */
async function lostRows(db: Pick<Database, 'query'>, planId: string, { path, seal }: ImportFile, source: string, sealKey: Buffer | undefined): Promise<number | undefined> {
  if (seal === undefined || !sealKey) return undefined
  let rows = 0
  const lines = linesOf(db, planId, source, false)
  if ((await lines.next()).done) return 0
  if (await sealOf(path, sealKey) === seal) return undefined
  for (rows = 1; !(await lines.next()).done; rows++);
  return rows
}

/** What is in a file, in short; undefined where there is none. Of what is no file, it is nothing that was written here. */
async function digestOf(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined
  if (!lstatSync(path).isFile()) return ''
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Writes the rejected rows of one file, which the plan knows as `source`; their number. Without any, no file is made. `planned`: without those that failed when applying. */
export async function collectRejects(db: Pick<Database, 'query'>, planId: string, file: ImportFile, source: string, target: string, planned = false): Promise<number> {
  const rejected = linesOf(db, planId, source, planned)
  let next = await rejected.next()
  if (next.done) return 0
  let writer: RejectWriter | undefined
  const onLayout = (layout: FileLayout) => {
    writer = rejectWriter(layout, () => {
      // A file of the last run has served. Written over, it, or what a link in its place leads to, would keep its mode.
      rmSync(target, { force: true })
      return createWriteStream(target, { flags: 'wx', mode: 0o600 })
    })
  }
  let written = 0
  for await (const row of readRecords(file.path, file.mapping, { onLayout })) {
    while (!next.done && next.value.line < row.line) next = await rejected.next()
    if (next.done) break
    if (row.line === 0 || row.line !== next.value.line || row.line === written) continue
    await writer!.add({ line: row.line, reasons: next.value.reasons, source: row.source, ...rawOf(row) })
    written = row.line
  }
  return writer?.end() ?? 0
}

const rawOf = (row: MappedRow) => (row.kind === 'problem' && row.raw !== undefined ? { raw: row.raw } : {})

const page = 1000

/** Rejected lines in the order of the file, each with all its reasons. */
async function* linesOf(db: Pick<Database, 'query'>, planId: string, source: string, planned: boolean): AsyncGenerator<{ line: number; reasons: string[] }> {
  for (let after = -1; ;) {
    const found = await rejectedLines(db, planId, source, after, page, planned)
    yield* found
    if (found.length < page) return
    after = found.at(-1)!.line
  }
}
